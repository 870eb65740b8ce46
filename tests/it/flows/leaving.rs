//! Leaving while transfers are not finished: kept, waited for, given up, and left at once.

use windlass::app::dialogs::Dialog;
use windlass::app::dialogs::choice::Choice;
use windlass::app::effect::Effect;
use windlass::domain::error::{Error, ErrorKind};
use windlass::domain::transfer::{JobId, JobState, TransferCommand};
use windlass::domain::transfer_event::TransferEvent;

use crate::flows::queue::{commands, ends, news, upload, with_jobs};
use crate::support::app::App;

fn question(app: &App) -> &Choice {
    match app.state.dialog() {
        Some(Dialog::Choice(choice)) => choice,
        other => panic!("{other:?}"),
    }
}

fn two_running() -> App {
    with_jobs(vec![upload(1, "a", JobState::Running), upload(2, "b", JobState::Queued)])
}

fn quits(app: &mut App) -> bool {
    app.effects().contains(&Effect::Quit)
}

#[test]
fn with_nothing_unfinished_nothing_is_asked() {
    let mut app = with_jobs(vec![upload(1, "a", JobState::Done), upload(2, "b", JobState::Paused)]);
    app.keys("q");
    assert!(quits(&mut app));
}

#[test]
fn keeping_is_the_first_answer_and_leaves_what_runs_to_the_next_start() {
    let mut app = two_running();
    app.keys("q");
    assert_eq!(question(&app).lines[0], "2 transfers are not finished.");
    assert!(question(&app).rows[0].note.contains("next start"));
    app.keys("enter");
    let effects = app.effects();
    assert_eq!(effects, [Effect::Quit]);
}

#[test]
fn the_letter_of_an_answer_is_taken_though_it_moves_the_cursor_elsewhere() {
    let mut app = two_running();
    app.keys("q k");
    assert_eq!(app.effects(), [Effect::Quit]);
}

#[test]
fn whoever_waits_leaves_when_everything_is_finished() {
    let mut app = two_running();
    app.keys("q w");
    assert!(app.state.dialog().is_none() && !quits(&mut app));
    assert!(app.state.parts.places.leaving.sentence().unwrap().contains("finished"));
    ends(&mut app, 1, JobState::Done);
    assert!(!quits(&mut app));
    ends(&mut app, 2, JobState::Done);
    assert!(quits(&mut app));
}

#[test]
fn esc_takes_the_wait_back_before_anything_else() {
    let mut app = two_running();
    app.keys("2 space q w esc");
    assert_eq!(app.state.parts.places.leaving.sentence(), None);
    assert_eq!(app.marked(), ["a.txt"]);
    ends(&mut app, 1, JobState::Done);
    ends(&mut app, 2, JobState::Done);
    assert!(!quits(&mut app));
}

#[test]
fn what_fails_meanwhile_is_not_left_unseen() {
    let mut app = two_running();
    app.keys("q w");
    ends(&mut app, 1, JobState::Done);
    let error = Error::new(ErrorKind::AccessDenied, "PutObject", "s3://media/b");
    ends(&mut app, 2, JobState::Failed(error));
    assert!(!quits(&mut app));
    assert_eq!(app.toast(), "not quitting: 1 failed in the meantime");
    assert_eq!(app.state.parts.places.leaving.sentence(), None);
}

#[test]
fn giving_up_cancels_everything_says_so_and_then_leaves() {
    let mut jobs = vec![upload(1, "a", JobState::Running), upload(2, "b", JobState::Paused)];
    jobs.push(upload(3, "c", JobState::Done));
    let mut app = with_jobs(jobs);
    app.keys("q");
    assert_eq!(question(&app).rows[2].note, "cancels 2: removes half-sent uploads");
    app.keys("a");
    let cancelled = [1, 2].map(|id| TransferCommand::Cancel(JobId(id)));
    assert_eq!(commands(&mut app), cancelled);
    ends(&mut app, 1, JobState::Cancelled);
    assert!(!quits(&mut app));
    ends(&mut app, 2, JobState::Cancelled);
    assert!(quits(&mut app));
}

#[test]
fn a_queue_that_is_not_kept_cannot_be_kept_and_says_what_would_be_lost() {
    let mut app = with_jobs(vec![upload(1, "a", JobState::Running)]);
    news(&mut app, TransferEvent::Unkept);
    app.keys("q");
    let asked = question(&app);
    assert!(asked.rows[0].disabled.as_ref().unwrap().contains("would be lost"));
    assert!(asked.lines[1].contains("loses it"), "{:?}", asked.lines);
    assert_eq!(asked.cursor, 1);
    app.keys("k enter");
    assert!(app.state.dialog().is_some() && !quits(&mut app));
}

#[test]
fn what_is_paused_is_at_stake_only_where_the_queue_is_not_kept() {
    let mut app = with_jobs(vec![upload(1, "a", JobState::Paused)]);
    news(&mut app, TransferEvent::Unkept);
    app.keys("q");
    assert!(question(&app).rows[1].disabled.as_ref().unwrap().contains("paused"));
    app.keys("a");
    ends(&mut app, 1, JobState::Cancelled);
    assert!(quits(&mut app));
}

#[test]
fn ctrl_c_twice_leaves_whatever_is_asked_or_waited_for() {
    let mut app = two_running();
    app.keys("ctrl-c");
    assert!(!quits(&mut app));
    app.keys("ctrl-c");
    assert!(quits(&mut app));
    for way in ["q w", "q a"] {
        let mut app = two_running();
        app.keys(way);
        app.effects();
        app.keys("ctrl-c");
        assert!(quits(&mut app), "{way}");
    }
}

#[test]
fn the_question_goes_away_when_there_is_nothing_to_ask_any_more() {
    let mut app = two_running();
    app.keys("q j");
    ends(&mut app, 1, JobState::Done);
    assert_eq!(question(&app).lines[0], "1 transfer is not finished.");
    assert_eq!(question(&app).cursor, 1);
    ends(&mut app, 2, JobState::Done);
    assert!(app.state.dialog().is_none() && !quits(&mut app));
}
