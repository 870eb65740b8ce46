//! The transfers pane: every state a job can be in, totals, and the pane alone.

use std::path::PathBuf;
use std::time::Duration;

use insta::assert_snapshot;
use windlass::app::event::Event;
use windlass::domain::address::Prefix;
use windlass::domain::error::{Error, ErrorKind};
use windlass::domain::object::ObjectHeaders;
use windlass::domain::transfer::{
    Failure, FileRules, JobId, JobOptions, JobSpec, JobState, JobView, Note, ObjectProgress,
    OnConflict, Priority, Progress, Target, Verification, Wait, Work,
};
use windlass::domain::transfer_event::{JobChange, TransferEvent};
use windlass::ui::theme::Theme;

use crate::screens::situation::Situation;
use crate::support::screen::{picture, place_of, style_of};

const MIB: u64 = 1 << 20;

fn download(name: &str) -> Work {
    Work::Download {
        bucket: "media".into(),
        source: Target::Object(format!("photos/2026/{name}").as_str().into()),
        folder: PathBuf::from("/home/ada/Downloads"),
        name: None,
        size: None,
    }
}

fn upload(name: &str) -> Work {
    Work::Upload {
        source: PathBuf::from("/home/ada").join(name),
        bucket: "media".into(),
        target: Target::Object(name.into()),
        headers: ObjectHeaders::default(),
    }
}

fn folder(name: &str) -> Work {
    Work::Download {
        bucket: "media".into(),
        source: Target::Prefix(Prefix::new(name)),
        folder: PathBuf::from("/home/ada/Downloads"),
        name: None,
        size: None,
    }
}

pub fn moved(bytes: u64, total: u64) -> Progress {
    let (objects, objects_total) = (u64::from(bytes == total), 1);
    let totals = Progress { bytes_total: total, objects_total, ..Progress::default() };
    Progress { bytes, objects, expanded: true, ..totals }
}

fn job(id: u64, work: Work, state: JobState, progress: Progress) -> JobView {
    let connection = "r2:personal".into();
    let spec = JobSpec {
        connection,
        work,
        on_conflict: OnConflict::Fail,
        files: FileRules::default(),
        options: JobOptions::default(),
    };
    let (failures, notes, verification) = (Vec::new(), Vec::new(), None);
    let (priority, wait) = (Priority::default(), None);
    JobView { id: JobId(id), spec, state, progress, failures, notes, verification, priority, wait }
}

fn denied() -> Error {
    let error = Error::new(ErrorKind::AccessDenied, "PutObject", "s3://media/site.tar.zst");
    Error { code: Some("AccessDenied".into()), status: Some(403), ..error }
}

pub fn jobs() -> Vec<JobView> {
    let many = Progress {
        objects: 120,
        objects_total: 4_120,
        bytes: 300 * MIB,
        bytes_total: 9_000 * MIB,
        ..Progress::default()
    };
    let digest = Some(Verification::Digest("md5".into()));
    let size_only = Some(Verification::SizeOnly("the ETag is of parts".into()));
    vec![
        job(1, download("clip.mp4"), JobState::Running, moved(300 * MIB, 700 * MIB)),
        job(2, upload("site.tar.zst"), JobState::Failed(denied()), moved(0, 80 * MIB)),
        job(3, folder("photos/raw/"), JobState::Running, many),
        job(
            4,
            upload("a very long name of a file that goes up.tar.gz"),
            JobState::Queued,
            moved(0, 5 * MIB),
        ),
        job(5, download("paused\u{1b}[2J.bin"), JobState::Paused, moved(10 * MIB, 40 * MIB)),
        JobView {
            verification: digest,
            ..job(6, download("notes.md"), JobState::Done, moved(1_049, 1_049))
        },
        JobView {
            verification: size_only,
            ..job(7, download("big.iso"), JobState::Done, moved(MIB, MIB))
        },
        job(8, download("stopped.bin"), JobState::Cancelled, moved(MIB, 2 * MIB)),
    ]
}

/// Two of the jobs have moved for a second.
fn queue(size: (u16, u16)) -> Situation {
    let mut situation = Situation::browsing(size);
    situation.state.session.home = Some(PathBuf::from("/home/ada"));
    situation.happen(Event::Transfer(TransferEvent::Restored(jobs())));
    for step in 0..3_u64 {
        situation.now = situation.now.checked_add(Duration::from_secs(1)).unwrap();
        let one = moved((300 + step * 18) * MIB, 700 * MIB);
        let three = Progress { bytes: (300 + step * 2) * MIB, ..jobs()[2].progress };
        let advanced = [(JobId(1), one), (JobId(3), three)];
        let news = advanced.map(|(id, progress)| (id, JobChange::Progress(progress)));
        situation.happen(Event::Transfer(TransferEvent::Jobs(news.into())));
    }
    situation
}

#[test]
fn the_queue_at_three_sizes() {
    for size in [(80, 24), (120, 40), (40, 10)] {
        let mut situation = queue(size);
        if size.0 == 40 {
            situation.press("t");
        }
        let text = picture(&situation.painted(&Theme::default()));
        assert_snapshot!(format!("queue_{}x{}", size.0, size.1), text);
    }
}

#[test]
fn every_state_of_a_job_in_the_whole_window() {
    let mut situation = queue((110, 20));
    situation.press("t +");
    assert_snapshot!("queue_zoomed_110x20", picture(&situation.painted(&Theme::default())));
}

/// A folder that is unfolded, and every reason why something does not simply move.
fn waiting(size: (u16, u16)) -> Situation {
    let mut situation = Situation::browsing(size);
    situation.state.session.home = Some(PathBuf::from("/home/ada"));
    let mut jobs = jobs();
    let failed = |place: &str| Failure { place: format!("photos/raw/{place}"), error: denied() };
    jobs[2].failures = vec![failed("2026/IMG_0001.dng"), failed("b.dng")];
    let (place, text) = ("photos/raw/a:b".into(), "saved as a%3Ab".into());
    jobs[2].notes = vec![Note { place, text, saved_as: None }];
    jobs[2].progress.failed = 12;
    jobs[2].priority = Priority::High;
    for (id, wait) in [
        (11, Wait::Throttled { open: 4, most: 16 }),
        (12, Wait::Credentials),
        (13, Wait::Unreachable { tries: 5, error: refused(), next: Some(Duration::from_secs(8)) }),
        (15, Wait::Restore { objects: 1, next: "2026-09-20T14:20:00Z".parse().unwrap() }),
    ] {
        let mut job = job(id, download("clip.mp4"), JobState::Running, moved(300 * MIB, 700 * MIB));
        job.wait = Some(wait);
        jobs.push(job);
    }
    let found = Progress { objects_total: 12_000, ..Progress::default() };
    jobs.push(job(14, folder("videos/"), JobState::Running, found));
    situation.happen(Event::Transfer(TransferEvent::Restored(jobs)));
    let object = |place: &str, mib: u64| ObjectProgress {
        place: format!("photos/raw/{place}"),
        bytes: mib * MIB,
        total: 64 * MIB,
    };
    let objects = vec![object("2026/IMG_0002.dng", 48), object("c.dng", 1)];
    situation.happen(Event::Transfer(TransferEvent::job(JobId(3), JobChange::UnderWay(objects))));
    situation.happen(Event::Transfer(TransferEvent::Limited(Some(2 * MIB))));
    let mut moved_to = 300 * MIB;
    for second in 0..30_u64 {
        situation.now = situation.now.checked_add(Duration::from_secs(1)).unwrap();
        moved_to += (second % 7) * MIB;
        let throttled = moved(moved_to, 700 * MIB);
        let many = Progress {
            failed: 12,
            bytes: 300 * MIB + second * 100_000,
            ..self::jobs()[2].progress
        };
        let advanced = [(JobId(1), throttled), (JobId(11), throttled), (JobId(3), many)];
        let news = advanced.map(|(id, progress)| (id, JobChange::Progress(progress)));
        situation.happen(Event::Transfer(TransferEvent::Jobs(news.into())));
    }
    situation.press("t j j l");
    situation
}

fn refused() -> Error {
    let detail = "connection refused (127.0.0.1:9000)";
    Error::new(ErrorKind::Unreachable, "GetObject", "s3://media/clip.mp4").detail(detail)
}

#[test]
fn an_unfolded_folder_and_every_reason_to_wait() {
    for size in [(80, 24), (120, 40), (40, 10)] {
        let text = picture(&waiting(size).painted(&Theme::default()));
        assert_snapshot!(format!("queue_waiting_{}x{}", size.0, size.1), text);
    }
    let text = picture(&waiting((110, 30)).painted(&Theme::default().ascii()));
    assert_snapshot!("queue_waiting_ascii_110x30", text);
    let mut zoomed = waiting((110, 30));
    zoomed.press("+ G");
    assert_snapshot!("queue_waiting_zoomed_110x30", picture(&zoomed.painted(&Theme::default())));
}

#[test]
fn the_wait_to_leave_stays_on_the_screen_and_the_question_says_what_each_answer_does() {
    let mut situation = waiting((80, 24));
    situation.press("q");
    assert_snapshot!("quit_80x24", picture(&situation.painted(&Theme::default())));
    situation.press("w");
    let text = picture(&situation.painted(&Theme::default()));
    assert!(text.contains("quits when finished; esc to change your mind"), "{text}");
}

#[test]
fn the_details_of_a_job_say_when_how_fast_and_how_it_was_checked() {
    let mut situation = waiting((80, 24));
    let digest = Some(Verification::Digest("crc64nvme".into()));
    let (state, progress) = (JobState::Done, moved(700 * MIB, 700 * MIB));
    let ended = JobChange::State { state, progress, verification: digest };
    let ended = TransferEvent::job(JobId(1), ended);
    situation.happen(Event::Transfer(ended));
    situation.press("g g enter");
    assert_snapshot!("job_details_80x24", picture(&situation.painted(&Theme::default())));
}

#[test]
fn an_empty_queue_says_what_fills_it() {
    let mut situation = Situation::browsing((80, 24));
    situation.press("t");
    assert_snapshot!("queue_empty_80x24", picture(&situation.painted(&Theme::default())));
}

#[test]
fn a_failure_is_red_and_says_where_to_read_more() {
    let mut situation = queue((110, 20));
    situation.press("t +");
    let buffer = situation.painted(&Theme::default());
    let styles = Theme::default().styles;
    assert_eq!(style_of(&buffer, "✗ AccessDenied").fg, styles.bad.fg);
    assert!(picture(&buffer).contains("— enter: what to do"));
    assert_eq!(style_of(&buffer, "╸").fg, styles.bar.fg, "below the cursor");
    assert_eq!(style_of(&buffer, "size only").fg, styles.warning.fg);
    // The bar of what is paused has a colour of its own, the track of every bar is dim.
    let (x, y) = place_of(&buffer, "paused␛");
    let line: Vec<_> = (x..100).map(|x| &buffer[(x, y)]).collect();
    let style_of_cell = |symbol| line.iter().find(|cell| cell.symbol() == symbol).map(|c| c.fg);
    assert_eq!(style_of_cell("━"), styles.bar_paused.fg);
    assert_eq!(style_of_cell("─"), styles.bar_rest.fg);
}
