//! Asks once what happens to all destinations that exist.

use jiff::tz::TimeZone;

use crate::app::dialogs::Dialog;
use crate::app::dialogs::choice::{Choice, ChoiceRow};
use crate::domain::conflicts::{ConflictSide, Conflicts, Existing};
use crate::domain::transfer::{JobSpec, OnConflict, Work};
use crate::domain::units::{Counted, Moment, Size};

/// The answers in the order of the rows: what loses nothing comes first.
const ANSWERS: [(char, &str, &str, OnConflict); 5] = [
    ('s', "Skip", "keep the existing one", OnConflict::Skip),
    ('b', "Keep both", "give the new one another name", OnConflict::KeepBoth),
    ('n', "Only if newer", "replace it if the source is newer", OnConflict::IfNewer),
    ('d', "Only if different", "replace it if the bytes differ", OnConflict::IfDifferent),
    ('o', "Overwrite", "replace the existing one", OnConflict::Overwrite),
];

pub fn question(specs: &[JobSpec], conflicts: &Conflicts, zone: &TimeZone) -> Dialog {
    let rows = ANSWERS.iter().map(|(key, title, note, _)| ChoiceRow::new(*key, *title).note(*note));
    let mut choice = Choice::new("Already exists", rows.collect());
    let count = Counted(conflicts.existing, noun(specs));
    let verb = count.verb("exists", "exist");
    choice.lines = vec![match conflicts.partly {
        true => format!("{count} already {verb}, of the first that were looked at:"),
        false => format!("{count} already {verb}:"),
    }];
    choice.subjects = conflicts.sample.iter().map(|found| found.place.clone()).collect();
    choice.facts = conflicts.sample.iter().map(|found| both(found, zone)).collect();
    Dialog::Choice(choice)
}

/// `there 3.9 MiB, 2026-09-01 10:00; new 4.1 MiB, 2026-09-20 14:02`
fn both(found: &Existing, zone: &TimeZone) -> String {
    let side = |side: ConflictSide| {
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

fn noun(specs: &[JobSpec]) -> &'static str {
    let local = specs.iter().any(|spec| matches!(spec.work, Work::Download { .. }));
    if local { "file" } else { "object" }
}
