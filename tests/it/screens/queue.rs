//! The transfers pane: every state a job can be in, totals, and the pane alone.

use std::path::PathBuf;
use std::time::Duration;

use insta::assert_snapshot;
use ratatui::style::Color;
use windlass::app::event::Event;
use windlass::domain::address::Prefix;
use windlass::domain::error::{Error, ErrorKind};
use windlass::domain::object::ObjectHeaders;
use windlass::domain::transfer::{
    FileRules, JobId, JobSpec, JobState, JobView, OnConflict, Priority, Progress, Target,
    TransferEvent, Verification, Work,
};
use windlass::ui::theme::Theme;

use crate::screens::situation::Situation;
use crate::support::screen::{picture, style_of};

const MIB: u64 = 1 << 20;

fn download(name: &str) -> Work {
    Work::Download {
        bucket: "media".into(),
        source: Target::Object(format!("photos/2026/{name}").as_str().into()),
        folder: PathBuf::from("/home/ada/Downloads"),
        name: None,
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
    }
}

pub fn moved(bytes: u64, total: u64) -> Progress {
    let (objects, objects_total) = (u64::from(bytes == total), 1);
    let totals = Progress { bytes_total: total, objects_total, ..Progress::default() };
    Progress { bytes, objects, expanded: true, ..totals }
}

fn job(id: u64, work: Work, state: JobState, progress: Progress) -> JobView {
    let connection = "r2:personal".into();
    let spec =
        JobSpec { connection, work, on_conflict: OnConflict::Fail, files: FileRules::default() };
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
    situation.happen(Event::Transfer(TransferEvent::Restored(jobs())));
    for step in 0..3_u64 {
        situation.now = situation.now.checked_add(Duration::from_secs(1)).unwrap();
        let one = moved((300 + step * 18) * MIB, 700 * MIB);
        let three = Progress { bytes: (300 + step * 2) * MIB, ..jobs()[2].progress };
        let advanced = vec![(JobId(1), one), (JobId(3), three)];
        situation.happen(Event::Transfer(TransferEvent::Advanced(advanced)));
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
    assert_eq!(style_of(&buffer, "✗ AccessDenied").fg, Some(Color::Red));
    assert!(picture(&buffer).contains("— enter: what to do"));
    assert_eq!(style_of(&buffer, "█").fg, Some(Color::Cyan));
    assert_eq!(style_of(&buffer, "only the size compared").fg, Some(Color::Yellow));
}
