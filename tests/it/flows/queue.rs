//! The transfers pane: what can be done to jobs, and what their end changes elsewhere.

use windlass::app::dialogs::Dialog;
use windlass::app::effect::{Effect, Request, StorageRequest};
use windlass::app::event::Event;
use windlass::domain::error::{Error, ErrorKind};
use windlass::domain::object::ObjectHeaders;
use windlass::domain::transfer::{
    Failure, FileRules, HeldQueue, Holder, JobId, JobOptions, JobSpec, JobState, JobView,
    OnConflict, Priority, Progress, Target, TransferCommand, Wait, Work,
};
use windlass::domain::transfer_event::{JobChange, TransferEvent};

use crate::support::app::App;

pub fn upload(id: u64, key: &str, state: JobState) -> JobView {
    let work = Work::Upload {
        source: format!("/desk/{key}").into(),
        bucket: "media".into(),
        target: Target::Object(key.into()),
        headers: ObjectHeaders::default(),
    };
    JobView {
        id: JobId(id),
        spec: JobSpec {
            connection: "test".into(),
            work,
            on_conflict: OnConflict::Fail,
            files: FileRules::default(),
            options: JobOptions::default(),
        },
        state,
        progress: Progress { objects_total: 1, expanded: true, ..Progress::default() },
        failures: Vec::new(),
        notes: Vec::new(),
        verification: None,
        priority: Priority::default(),
        wait: None,
    }
}

pub fn news(app: &mut App, event: TransferEvent) {
    app.event(Event::Transfer(event));
}

pub fn ends(app: &mut App, id: u64, state: JobState) {
    let progress = Progress { objects: 1, objects_total: 1, expanded: true, ..Progress::default() };
    let id = JobId(id);
    news(app, TransferEvent::job(id, JobChange::State { state, progress, verification: None }));
}

pub fn with_jobs(jobs: Vec<JobView>) -> App {
    let mut app = App::with_rows(&["a.txt", "b.txt"]);
    news(&mut app, TransferEvent::Restored(jobs));
    app.keys("t").effects();
    app
}

pub fn commands(app: &mut App) -> Vec<TransferCommand> {
    let command = |effect| match effect {
        Effect::Transfer(command) => Some(command),
        _ => None,
    };
    app.effects().into_iter().filter_map(command).collect()
}

#[test]
fn a_move_that_kept_its_source_asks_before_it_is_moved_without_what_the_copy_lacks() {
    let work = Work::Copy {
        bucket: "media".into(),
        source: Target::Object("k".into()),
        to_connection: None,
        to_bucket: "vault".into(),
        target: Target::Object("k".into()),
        moving: true,
    };
    let error = Error::new(ErrorKind::Loss, "move", "s3://media/k").detail("the copy lacks tags");
    let mut job = upload(1, "k", JobState::Failed(error.clone()));
    job.spec.work = work;
    job.failures = vec![Failure { place: "k".into(), error }];
    let mut app = with_jobs(vec![job]);
    app.keys("r");
    assert_eq!(commands(&mut app), []);
    app.keys("n");
    assert_eq!(commands(&mut app), []);
    app.keys("r").keys("y");
    assert_eq!(commands(&mut app), [TransferCommand::AcceptLoss(JobId(1))]);
}

#[test]
fn a_download_of_what_is_being_restored_is_told_to_wait_for_it() {
    let error = Error::of_archived("s3://media/k", true);
    let mut job = upload(1, "k", JobState::Failed(error.clone()));
    job.failures = vec![Failure { place: "k".into(), error }];
    let mut app = with_jobs(vec![job]);
    app.keys("r");
    assert_eq!(commands(&mut app), []);
    assert!(app.picture().contains("The object is being restored."), "{}", app.picture());
    app.keys("esc r n");
    assert_eq!(commands(&mut app), [TransferCommand::Retry(JobId(1))]);
    app.keys("r enter");
    assert_eq!(commands(&mut app), [TransferCommand::AwaitRestore(JobId(1))]);
    let state = JobState::Running;
    let progress = Progress::default();
    let change = JobChange::State { state, progress, verification: None };
    news(&mut app, TransferEvent::job(JobId(1), change));
    let next = "2026-09-20T14:20:00Z".parse().unwrap();
    let wait = JobChange::Wait(Some(Wait::Restore { objects: 1, next }));
    news(&mut app, TransferEvent::job(JobId(1), wait));
    let picture = app.picture();
    assert!(picture.contains("waiting for the restore, asked again at"), "{picture}");
    assert!(!app.state.parts.transfers.queue.is_moving(), "nothing is drawn for hours");
    app.keys("r");
    assert_eq!(commands(&mut app), [TransferCommand::Resume(JobId(1))]);
    app.keys("enter");
    assert!(app.picture().contains("on its own once it is readable"), "{}", app.picture());
}

#[test]
fn cancelling_asks_where_something_is_lost() {
    let mut jobs = vec![upload(1, "a", JobState::Running), upload(2, "b", JobState::Queued)];
    jobs.push(upload(3, "c", JobState::Running));
    jobs[0].progress.bytes = 3 << 20;
    let mut app = with_jobs(jobs);
    app.keys("x enter");
    assert!(commands(&mut app).is_empty());
    app.keys("x y");
    assert_eq!(commands(&mut app), [TransferCommand::Cancel(JobId(1))]);
    app.keys("j x");
    app.keys("j x");
    let cancelled = [2, 3].map(|id| TransferCommand::Cancel(JobId(id)));
    assert_eq!(commands(&mut app), cancelled);
}

#[test]
fn a_question_about_a_job_that_ends_meanwhile_goes_away() {
    let mut jobs = vec![upload(1, "a", JobState::Running)];
    jobs[0].progress.bytes = 1;
    let mut app = with_jobs(jobs);
    app.keys("x");
    assert!(app.state.dialog().is_some());
    ends(&mut app, 1, JobState::Done);
    assert!(app.state.dialog().is_none());
}

#[test]
fn jobs_are_paused_moved_and_tried_again() {
    let failed = JobState::Failed(Error::new(ErrorKind::AccessDenied, "PutObject", "a"));
    let jobs = vec![
        upload(1, "a", JobState::Running),
        upload(2, "b", JobState::Queued),
        upload(3, "c", failed),
        upload(4, "d", JobState::Paused),
    ];
    let mut app = with_jobs(jobs);
    app.keys("space j K J j r G space c");
    assert_eq!(
        commands(&mut app),
        [
            TransferCommand::Pause(JobId(1)),
            TransferCommand::Move(JobId(2), -1),
            TransferCommand::Move(JobId(2), 1),
            TransferCommand::Retry(JobId(3)),
            TransferCommand::Resume(JobId(4)),
            TransferCommand::ClearFinished,
        ]
    );
}

#[test]
fn what_cannot_be_done_to_a_job_says_why() {
    let mut app = with_jobs(vec![upload(1, "a", JobState::Running)]);
    for (key, why) in
        [("r", "none of it failed"), ("K", "only queued"), ("c", "no transfer is finished")]
    {
        app.keys(key);
        assert!(app.toast().contains(why), "{key}: {}", app.toast());
    }
    assert!(commands(&mut app).is_empty());
}

#[test]
fn the_details_show_every_failure_and_follow_the_job() {
    let mut app = with_jobs(vec![upload(1, "a", JobState::Running)]);
    app.keys("enter");
    let error = Error::new(ErrorKind::AccessDenied, "PutObject", "s3://media/a");
    let failure = Failure { place: "a".into(), error: error.clone() };
    news(&mut app, TransferEvent::job(JobId(1), JobChange::Failed(failure)));
    ends(&mut app, 1, JobState::Failed(error.clone()));
    let Some(Dialog::Details(details)) = app.state.dialog() else { panic!("no details") };
    assert_eq!(details.failures.len(), 1);
    assert_eq!(details.error, Some(error));
    app.keys("enter");
    let Some(Dialog::Details(details)) = app.state.dialog() else { panic!("no details") };
    assert!(details.raw);
    app.keys("esc");
    assert!(app.state.dialog().is_none());
}

#[test]
fn what_ends_elsewhere_lists_nothing_again() {
    let mut app = App::with_rows(&["a.txt"]);
    let mut other = upload(2, "b", JobState::Running);
    other.spec.connection = "other".into();
    let jobs = vec![upload(1, "deep/down/k", JobState::Running), other];
    news(&mut app, TransferEvent::Restored(jobs));
    ends(&mut app, 1, JobState::Done);
    ends(&mut app, 2, JobState::Done);
    assert!(app.requests().is_empty());
}

#[test]
fn the_end_of_uploads_is_said_and_lists_nothing() {
    let mut app = App::with_rows(&["a.txt"]);
    let jobs = (1..=20).map(|id| upload(id, &format!("k{id}"), JobState::Running)).collect();
    news(&mut app, TransferEvent::Restored(jobs));
    for id in 1..=20 {
        ends(&mut app, id, JobState::Done);
    }
    assert!(app.requests().is_empty());
    assert!(app.toast().contains("20"), "{}", app.toast());
}

#[test]
fn an_uploaded_object_gives_its_link() {
    let mut app = with_jobs(vec![upload(1, "new/k.txt", JobState::Done)]);
    app.keys("y");
    let requests = app.requests();
    let [Request::Storage(StorageRequest::Presign(link))] = requests.as_slice() else {
        panic!("{requests:?}")
    };
    assert_eq!(link.object.to_string(), "s3://media/new/k.txt");
}

#[test]
fn a_new_job_is_brought_on_screen_past_the_finished_ones() {
    let mut app = App::with_rows(&["a.txt"]);
    let done = (1..=5).map(|id| upload(id, "old", JobState::Done)).collect();
    news(&mut app, TransferEvent::Restored(done));
    news(&mut app, TransferEvent::Queued(upload(6, "new", JobState::Queued)));
    news(&mut app, TransferEvent::Queued(upload(7, "newer", JobState::Queued)));
    assert_eq!(app.state.parts.transfers.current().unwrap().view.id, JobId(6));
}

#[test]
fn the_pane_follows_what_is_under_way_unless_somebody_is_in_it() {
    let jobs = vec![upload(1, "a", JobState::Running), upload(2, "b", JobState::Running)];
    let mut app = with_jobs(jobs.clone());
    ends(&mut app, 1, JobState::Done);
    assert_eq!(app.state.parts.transfers.current().map(|job| job.view.id), Some(JobId(1)));
    let mut app = with_jobs(jobs);
    app.keys("2");
    ends(&mut app, 1, JobState::Done);
    assert_eq!(app.state.parts.transfers.current().map(|job| job.view.id), Some(JobId(2)));
}

#[test]
fn what_another_window_has_is_shown_below_and_cannot_be_ordered_about() {
    let mut app = with_jobs(vec![upload(1, "own", JobState::Done)]);
    let theirs = JobView { id: JobId(1).held(), ..upload(1, "theirs", JobState::Running) };
    let holder = Holder { process: 4711, host: "desk".into(), since: None };
    let held = HeldQueue { holder, jobs: vec![theirs] };
    news(&mut app, TransferEvent::Held(Some(held)));
    app.keys("t G");
    let job = app.state.parts.transfers.current().expect("it is listed");
    assert_eq!(job.name(), "theirs");
    app.keys("x space r");
    assert_eq!(commands(&mut app), []);
    let said = app.state.disabled(windlass::app::action::Action::CancelJob).unwrap();
    assert!(said.contains("process 4711 on desk"), "{said}");
    assert_eq!(app.state.parts.transfers.queue.active(), 0, "it does not keep this window");
    // It ends: its jobs are this window's, under numbers of their own.
    news(&mut app, TransferEvent::Held(None));
    news(
        &mut app,
        TransferEvent::Restored(vec![
            upload(1, "theirs", JobState::Queued),
            upload(2, "own", JobState::Done),
        ]),
    );
    assert_eq!(app.state.parts.transfers.queue.jobs().len(), 2);
    app.keys("g g x").effects();
    assert!(app.state.disabled(windlass::app::action::Action::CancelJob).is_none());
}
