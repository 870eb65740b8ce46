//! What to do with destinations that exist: asked once, for all.

use crate::app::dialogs::choice::{Choice, ChoiceRow};
use crate::app::dialogs::dialog::Dialog;
use crate::app::event::Conflicts;
use crate::domain::transfer::{JobSpec, OnConflict, Work};
use crate::domain::units::Count;

/// In the order of the rows: what loses nothing comes first.
const ANSWERS: [(char, &str, &str, OnConflict); 5] = [
    ('s', "Skip", "leave what exists as it is", OnConflict::Skip),
    ('b', "Keep both", "give the new one another name", OnConflict::KeepBoth),
    ('n', "Only if newer", "replace what is older than its source", OnConflict::IfNewer),
    ('d', "Only if different", "replace what has other bytes", OnConflict::IfDifferent),
    ('o', "Overwrite", "replace what exists", OnConflict::Overwrite),
];

pub fn question(specs: &[JobSpec], conflicts: &Conflicts) -> Dialog {
    let rows = ANSWERS.iter().map(|(key, title, note, _)| ChoiceRow::new(*key, *title).note(*note));
    let mut choice = Choice::new("Already there", rows.collect());
    choice.lines = vec![match conflicts.existing {
        1 => format!("One {} exists already:", noun(specs, true)),
        many => format!("{} {} exist already:", Count(many), noun(specs, false)),
    }];
    choice.subjects.clone_from(&conflicts.sample);
    Dialog::Choice(choice)
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
