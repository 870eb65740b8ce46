//! What to do with destinations that exist: asked once, for all.

use jiff::tz::TimeZone;

use crate::app::dialogs::choice::{Choice, ChoiceRow};
use crate::app::dialogs::dialog::Dialog;
use crate::app::event::{Conflicts, Existing, Side};
use crate::domain::transfer::{JobSpec, OnConflict, Work};
use crate::domain::units::{Count, Moment, Size};

/// In the order of the rows: what loses nothing comes first.
const ANSWERS: [(char, &str, &str, OnConflict); 5] = [
    ('s', "Skip", "leave what exists as it is", OnConflict::Skip),
    ('b', "Keep both", "give the new one another name", OnConflict::KeepBoth),
    ('n', "Only if newer", "replace what is older than its source", OnConflict::IfNewer),
    ('d', "Only if different", "replace what has other bytes", OnConflict::IfDifferent),
    ('o', "Overwrite", "replace what exists", OnConflict::Overwrite),
];

pub fn question(specs: &[JobSpec], conflicts: &Conflicts, zone: &TimeZone) -> Dialog {
    let rows = ANSWERS.iter().map(|(key, title, note, _)| ChoiceRow::new(*key, *title).note(*note));
    let mut choice = Choice::new("Already there", rows.collect());
    choice.lines = vec![match conflicts.existing {
        1 => format!("One {} exists already:", noun(specs, true)),
        many => format!("{} {} exist already:", Count(many), noun(specs, false)),
    }];
    choice.subjects = conflicts.sample.iter().map(|found| found.place.clone()).collect();
    choice.facts = conflicts.sample.iter().map(|found| both(found, zone)).collect();
    Dialog::Choice(choice)
}

/// `there 3.9 MiB, 2026-09-01 10:00; new 4.1 MiB, 2026-09-20 14:02`
fn both(found: &Existing, zone: &TimeZone) -> String {
    let side = |side: Side| {
        let size = side.size.map(|size| Size(size).to_string());
        let time = side.modified.map(|time| Moment(time, zone).to_string());
        let known: Vec<String> = size.into_iter().chain(time).collect();
        if known.is_empty() { "not known".to_owned() } else { known.join(", ") }
    };
    format!("there {}; new {}", side(found.there), side(found.new))
}

/// The jobs with the answer of a row.
pub fn answered(mut specs: Vec<JobSpec>, row: usize) -> Vec<JobSpec> {
    let answer = ANSWERS.get(row).map_or(OnConflict::Fail, |(.., answer)| *answer);
    for spec in &mut specs {
        spec.on_conflict = answer;
    }
    specs
}

fn noun(specs: &[JobSpec], one: bool) -> &'static str {
    let local = specs.iter().any(|spec| matches!(spec.work, Work::Download { .. }));
    match (local, one) {
        (true, true) => "file",
        (true, false) => "files",
        (false, true) => "object",
        (false, false) => "objects",
    }
}
