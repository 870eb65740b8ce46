//! Questions that lead elsewhere: go to a path, quit.

use crate::app::action::{Action, Scope};
use crate::app::chord::Chord;
use crate::app::context::{Context, Move};
use crate::app::dialogs::dialog::{Answer, Dialog};
use crate::app::dialogs::outcome::Outcome;
use crate::app::dialogs::prompt::Prompt;
use crate::app::screens::leaving::{Leaving, WAYS, question};
use crate::app::toasts::Level;
use crate::app::transfers::Transfers;
use crate::domain::address::{Bucket, Location, Prefix};

#[derive(Clone, Debug, Default)]
pub struct Places {
    asked: Option<Asked>,
    pub leaving: Leaving,
}

#[derive(Clone, Debug)]
struct Asked {
    dialog: Dialog,
    about: About,
}

#[derive(Clone, Debug)]
enum About {
    /// Relative to the bucket that is open.
    Path(Option<Bucket>),
    Quit,
}

impl Places {
    pub fn dialog(&self) -> Option<&Dialog> {
        self.asked.as_ref().map(|asked| &asked.dialog)
    }

    pub fn dialog_mut(&mut self) -> Option<&mut Dialog> {
        self.asked.as_mut().map(|asked| &mut asked.dialog)
    }

    pub fn scopes(&self) -> &'static [Scope] {
        self.dialog().map_or(&[], Dialog::scopes)
    }

    pub fn ask_path(&mut self, here: &Location) {
        let hint = "s3://bucket/prefix/, or a prefix or key in this bucket";
        let prompt = Prompt::new("Go to", hint, &here.to_string(), some_text);
        let about = About::Path(here.bucket().cloned());
        self.asked = Some(Asked { dialog: Dialog::Prompt(prompt), about });
    }

    /// Quits, after a question where transfers are not finished.
    pub fn quit(&mut self, queue: &Transfers, cx: &mut Context<'_>) {
        match question(queue) {
            None => cx.ask(Move::Quit),
            Some(choice) => {
                self.asked = Some(Asked { dialog: Dialog::Choice(choice), about: About::Quit });
            }
        }
    }

    /// Whether quitting again, or the program itself, would leave.
    pub fn is_leaving(&self) -> bool {
        let asked = self.asked.as_ref().is_some_and(|asked| matches!(asked.about, About::Quit));
        asked || self.leaving != Leaving::No
    }

    /// Takes back what was chosen: `false` where nothing was, or what is cancelled cannot come back.
    pub fn stay(&mut self) -> bool {
        let waits = matches!(self.leaving, Leaving::WhenFinished { .. });
        if waits {
            self.leaving = Leaving::No;
        }
        waits
    }

    /// To be told of every event of the engine: leaves when it is time to, and asks nothing about what is over.
    pub fn follow(&mut self, queue: &Transfers, cx: &mut Context<'_>) {
        self.leaving = self.leaving.follow(queue, cx);
        if let Some(Asked { dialog: Dialog::Choice(shown), about: About::Quit }) = &mut self.asked {
            if let Some(fresh) = question(queue) {
                *shown = fresh.starting_at(shown.cursor);
            } else {
                self.asked = None;
                cx.toast(Level::Note, "all transfers are finished: quitting no longer asks");
            }
        }
    }

    pub fn on_action(&mut self, action: Action, queue: &Transfers, cx: &mut Context<'_>) {
        if let Some(asked) = &mut self.asked {
            let outcome = asked.dialog.on_action(action);
            self.on_outcome(outcome, queue, cx);
        }
    }

    pub fn on_text(&mut self, chord: Chord, queue: &Transfers, cx: &mut Context<'_>) {
        if let Some(asked) = &mut self.asked {
            let outcome = asked.dialog.on_text(chord);
            self.on_outcome(outcome, queue, cx);
        }
    }

    pub fn on_paste(&mut self, text: &str) {
        if let Some(asked) = &mut self.asked {
            asked.dialog.on_paste(text);
        }
    }

    fn on_outcome(&mut self, outcome: Outcome<Answer>, queue: &Transfers, cx: &mut Context<'_>) {
        if outcome == Outcome::Open {
            return;
        }
        let (Some(asked), Outcome::Accepted(answer)) = (self.asked.take(), outcome) else { return };
        match (asked.about, answer) {
            (About::Path(bucket), Answer::Text(text)) => {
                cx.ask(Move::Open(location_of(&text, bucket)));
            }
            (About::Quit, Answer::Row(row)) => {
                let way = WAYS.get(row).copied();
                self.leaving = way.map_or(Leaving::No, |way| Leaving::by(way, queue, cx));
            }
            _ => {}
        }
    }
}

fn some_text(text: &str) -> Result<(), String> {
    match text {
        "" => Err(String::new()),
        text if text.starts_with("s3://") => Location::parse(text).map(|_| ()),
        _ => Ok(()),
    }
}

/// What a typed text points at: a whole location, a path in the open bucket, or the name of a bucket.
pub fn location_of(text: &str, bucket: Option<Bucket>) -> Location {
    if let Ok(location) = Location::parse(text) {
        return location;
    }
    match bucket {
        Some(bucket) => Location::parse(&format!("s3://{bucket}/{text}")).unwrap_or(Location::Root),
        None => match Location::parse(&format!("s3://{text}")) {
            Ok(location) => location,
            Err(_) => Location::Prefix { bucket: Bucket::new(text), prefix: Prefix::root() },
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typed_path_is_taken_byte_for_byte() {
        let here = Some(Bucket::from("b"));
        for (text, location) in [
            ("s3://c/x", "s3://c/x"),
            ("a//b/", "s3://b/a//b/"),
            ("/lead", "s3://b//lead"),
            (" x", "s3://b/ x"),
        ] {
            assert_eq!(location_of(text, here.clone()).to_string(), location);
        }
        assert_eq!(location_of("media", None).to_string(), "s3://media/");
    }
}
