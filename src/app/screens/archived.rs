//! Asks whether a download waits for objects that are kept in an archive.

use crate::app::action::Action;
use crate::app::dialogs::Dialog;
use crate::app::dialogs::choice::{Choice, ChoiceRow};
use crate::app::session::Session;
use crate::domain::transfer::{JobSpec, OnArchived};
use crate::domain::units::Counted;

/// In the order of the rows.
const ANSWERS: [(char, &str, &str, OnArchived); 2] = [
    (
        'w',
        "Download when it is readable",
        "asks now and then, at most every 15 minutes",
        OnArchived::Wait,
    ),
    ('n', "Download now", "what is not readable yet fails", OnArchived::Fail),
];

/// Asks before objects are downloaded whose class keeps them in an archive.
pub fn before(objects: u64, session: &Session) -> Dialog {
    let objects = Counted(objects, "object");
    let verb = objects.verb("is", "are");
    question()
        .line(format!("{objects} {verb} archived, and can be read only after a restore."))
        .line(format!(
            "{} asks for the restore, if nobody has asked yet.",
            session.key(Action::Thaw)
        ))
        .into()
}

/// Asks about objects that failed because they are being restored.
pub fn after(objects: u64) -> Dialog {
    let objects = match objects {
        1 => "The object is".to_owned(),
        many => format!("{} are", Counted(many, "object")),
    };
    question().line(format!("{objects} being restored.")).into()
}

fn question() -> Choice {
    let row = |(key, title, note, _)| ChoiceRow::new(key, title).note(note);
    Choice::new("Archived", ANSWERS.into_iter().map(row).collect())
}

impl From<Choice> for Dialog {
    fn from(choice: Choice) -> Dialog {
        Dialog::Choice(choice)
    }
}

/// What a row comes to.
pub fn answer(row: usize) -> OnArchived {
    ANSWERS.get(row).map_or(OnArchived::Fail, |(.., answer)| *answer)
}

/// The jobs with the answer of a row.
pub fn answered(mut specs: Vec<JobSpec>, row: usize) -> Vec<JobSpec> {
    for spec in &mut specs {
        spec.files.archived = answer(row);
    }
    specs
}
