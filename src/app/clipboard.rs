//! Remembers what is on its way to the clipboard, and says when it arrived.

use crate::app::event::ClipboardOutcome;
use crate::app::toasts::Level;

/// Keeps the words about the texts that were sent and not answered yet, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clipboard {
    sent: Vec<Words>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Words {
    what: String,
    note: String,
}

impl Clipboard {
    pub fn sends(&mut self, what: String, note: String) {
        self.sent.push(Words { what, note });
    }

    /// The toast for an answer of the shell. `Sent` was acknowledged by nobody.
    pub fn on_outcome(&mut self, outcome: ClipboardOutcome) -> (Level, String) {
        let words = if self.sent.is_empty() { None } else { Some(self.sent.remove(0)) };
        let what = words.as_ref().map_or("text", |words| &words.what);
        let note = words.as_ref().map_or("", |words| &words.note);
        let note = if note.is_empty() { String::new() } else { format!(" ({note})") };
        match outcome {
            ClipboardOutcome::Copied => {
                (Level::Done, format!("{what} copied to the clipboard{note}"))
            }
            ClipboardOutcome::Sent => (Level::Done, format!("{what} sent to the clipboard{note}")),
            ClipboardOutcome::Failed(why) => (Level::Problem, format!("{what} not copied: {why}")),
        }
    }
}
