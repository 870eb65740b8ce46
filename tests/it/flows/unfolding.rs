//! Folder jobs that unfold, the queue as a whole ordered about, and the call at its end.

use std::time::Duration;

use windlass::app::dialogs::Dialog;
use windlass::app::effect::Effect;
use windlass::app::event::{ClipboardOutcome, Event, Revealed};
use windlass::app::transfers::rows::Below;
use windlass::config::settings::Alert;
use windlass::domain::error::{Error, ErrorKind};
use windlass::domain::transfer::{
    Failure, JobId, JobState, JobView, ObjectProgress, Priority, Target, TransferCommand, Wait,
    Work,
};
use windlass::domain::transfer_event::{JobChange, TransferEvent};

use crate::flows::queue::{commands, ends, news, upload, with_jobs};
use crate::support::app::App;

fn denied(place: &str) -> Failure {
    let error = Error::new(ErrorKind::AccessDenied, "PutObject", place);
    Failure { place: place.to_owned(), error }
}

/// A folder that goes up, with two failures of three.
fn folder(id: u64) -> JobView {
    let mut job = upload(id, "site", JobState::Running);
    if let Work::Upload { target, .. } = &mut job.spec.work {
        *target = Target::Prefix("site/".into());
    }
    job.failures = vec![denied("x"), denied("y")];
    (job.progress.failed, job.progress.objects_total) = (3, 10);
    job
}

fn under_way(app: &mut App, id: u64, places: &[&str]) {
    let object = |place: &&str| ObjectProgress { place: (*place).into(), bytes: 1, total: 4 };
    let objects = places.iter().map(object).collect();
    news(app, TransferEvent::job(JobId(id), JobChange::UnderWay(objects)));
}

fn below(app: &App) -> Option<Below> {
    app.state.parts.transfers.current_row().unwrap().below
}

#[test]
fn a_folder_unfolds_the_cursor_walks_through_it_and_folds_it_from_inside() {
    let mut app = with_jobs(vec![upload(1, "a", JobState::Running), folder(2)]);
    app.keys("l");
    assert!(app.toast().contains("a single object"), "{}", app.toast());
    app.keys("j l");
    under_way(&mut app, 2, &["p", "q"]);
    app.keys("j j");
    assert_eq!(below(&app), Some(Below::UnderWay(1)));
    under_way(&mut app, 2, &["q"]);
    assert_eq!(below(&app), Some(Below::UnderWay(0)));
    app.keys("j j j");
    assert_eq!(below(&app), Some(Below::MoreFailures(1)));
    app.keys("h");
    assert_eq!((below(&app), app.state.parts.transfers.list.cursor), (None, 1));
    assert_eq!(app.state.parts.transfers.queue.rows().len(), 2);
}

#[test]
fn enter_on_a_failure_shows_that_one_and_other_keys_are_about_its_job() {
    let mut app = with_jobs(vec![folder(1)]);
    app.keys("right j enter");
    let Some(Dialog::Details(shown)) = app.state.dialog() else { panic!("no details") };
    assert_eq!((shown.title.as_str(), shown.failures.len()), ("x", 0));
    app.keys("esc space");
    assert_eq!(commands(&mut app), [TransferCommand::Pause(JobId(1))]);
}

#[test]
fn the_whole_queue_is_paused_resumed_and_tried_again() {
    let failed = JobState::Failed(denied("a").error);
    let mut app = with_jobs(vec![upload(1, "a", failed), upload(2, "b", JobState::Running)]);
    app.keys("u");
    assert!(app.toast().contains("no transfer is paused"), "{}", app.toast());
    app.keys("p R");
    assert_eq!(commands(&mut app), [TransferCommand::PauseAll, TransferCommand::RetryFailed]);
    news(&mut app, TransferEvent::Restored(vec![upload(2, "b", JobState::Paused)]));
    app.keys("u");
    assert_eq!(commands(&mut app), [TransferCommand::ResumeAll]);
}

#[test]
fn priorities_go_by_steps_and_end_somewhere() {
    let mut app = with_jobs(vec![upload(1, "a", JobState::Queued)]);
    let told = |app: &mut App, key: &str| {
        app.keys(key);
        match commands(app).as_slice() {
            [TransferCommand::Prioritise(id, priority)] => {
                let (id, priority) = (*id, *priority);
                news(app, TransferEvent::job(id, JobChange::Priority(priority)));
                Some(priority)
            }
            [] => None,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(told(&mut app, ">"), Some(Priority::High));
    assert_eq!(told(&mut app, ">"), None);
    assert_eq!(told(&mut app, "<"), Some(Priority::Normal));
    assert_eq!(told(&mut app, "<"), Some(Priority::Low));
    assert_eq!(told(&mut app, "<"), None);
    assert!(app.toast().contains("already low"), "{}", app.toast());
}

#[test]
fn a_limit_is_typed_and_what_is_wrong_with_it_is_said() {
    let mut app = with_jobs(Vec::new());
    app.keys("w").typed("2");
    let problem = |app: &App| match app.state.dialog() {
        Some(Dialog::Prompt(prompt)) => prompt.problem(),
        other => panic!("{other:?}"),
    };
    assert!(problem(&app).unwrap().contains("2 MiB"));
    app.keys("enter");
    assert!(commands(&mut app).is_empty());
    app.typed(" MiB").keys("enter");
    assert_eq!(commands(&mut app), [TransferCommand::LimitRate(Some(2 << 20))]);
    assert_eq!(app.state.parts.transfers.queue.limit, None);
    news(&mut app, TransferEvent::Limited(Some(2 << 20)));
    assert_eq!(app.state.parts.transfers.queue.limit, Some(2 << 20));
    app.keys("w").typed("off").keys("enter");
    assert_eq!(commands(&mut app), [TransferCommand::LimitRate(None)]);
}

#[test]
fn r_tells_a_job_that_waits_to_look_again() {
    let mut app = with_jobs(vec![upload(1, "a", JobState::Running)]);
    let waits = |wait| TransferEvent::job(JobId(1), JobChange::Wait(wait));
    news(&mut app, waits(Some(Wait::Credentials)));
    app.keys("r");
    assert_eq!(commands(&mut app), [TransferCommand::Resume(JobId(1))]);
    news(&mut app, waits(None));
    app.keys("r");
    assert!(app.toast().contains("none of it failed"));
}

#[test]
fn a_file_is_revealed_or_its_path_is_copied() {
    let mut app = with_jobs(vec![upload(1, "a", JobState::Done)]);
    app.keys("o");
    assert!(app.effects().contains(&Effect::Reveal("/desk/a".into())));
    app.event(Event::Revealed(Revealed::NoDesktop("/desk/a".into())));
    assert!(app.effects().contains(&Effect::Copy("/desk/a".into())));
    app.event(Event::Clipboard(ClipboardOutcome::Sent));
    assert!(app.toast().contains("/desk/a sent to the clipboard"), "{}", app.toast());
    app.event(Event::Revealed(Revealed::Gone("/desk/a".into())));
    assert_eq!(app.toast(), "/desk/a no longer exists");
}

/// What is sent to the terminal when two jobs end, the first after `seconds`.
fn calls(alert: Alert, seconds: u64, first: JobState) -> Vec<Effect> {
    let mut app =
        with_jobs(vec![upload(1, "\u{7}a", JobState::Running), upload(2, "b", JobState::Running)]);
    app.state.session.settings.ui.bell = alert;
    app.now += Duration::from_secs(seconds);
    ends(&mut app, 1, first);
    ends(&mut app, 2, JobState::Done);
    let call = |effect: &Effect| matches!(effect, Effect::Bell | Effect::Notify(_));
    app.effects().into_iter().filter(call).collect()
}

#[test]
fn the_end_of_long_work_calls_who_asked_for_it() {
    let failed = || JobState::Failed(denied("a").error);
    assert_eq!(calls(Alert::Off, 60, JobState::Done), []);
    assert_eq!(calls(Alert::Bell, 60, JobState::Done), [Effect::Bell]);
    assert_eq!(calls(Alert::Bell, 3, JobState::Done), []);
    let said = |text: &str| Effect::Notify(text.to_owned());
    assert_eq!(calls(Alert::Notify, 60, JobState::Done), [said("all 2 transfers done")]);
    let both = [said("the transfer failed"), said("1 transfer done, 1 failed")];
    assert_eq!(calls(Alert::Notify, 60, failed()), both);
}
