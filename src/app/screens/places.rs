//! Questions that lead elsewhere: go to a path, quit.

use crate::app::action::{Action, Scope};
use crate::app::chord::Chord;
use crate::app::context::{Context, Move};
use crate::app::dialogs::confirm::Confirm;
use crate::app::dialogs::dialog::{Answer, Dialog};
use crate::app::dialogs::outcome::Outcome;
use crate::app::dialogs::prompt::Prompt;
use crate::app::transfers::Transfers;
use crate::domain::address::{Bucket, Location, Prefix};

#[derive(Clone, Debug, Default)]
pub struct Places {
    asked: Option<Asked>,
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

    pub fn scopes(&self) -> &'static [Scope] {
        self.dialog().map_or(&[], Dialog::scopes)
    }

    pub fn ask_path(&mut self, here: &Location) {
        let hint = "s3://bucket/prefix/ anywhere, or a prefix or key of this bucket";
        let prompt = Prompt::new("Go to", hint, &here.to_string(), some_text);
        let about = About::Path(here.bucket().cloned());
        self.asked = Some(Asked { dialog: Dialog::Prompt(prompt), about });
    }

    /// Quits, after a question where `active` transfers are not finished.
    pub fn quit(&mut self, queue: &Transfers, cx: &mut Context<'_>) {
        let line = match queue.active() {
            0 => return cx.ask(Move::Quit),
            1 => "1 transfer is not finished.".to_owned(),
            many => format!("{many} transfers are not finished."),
        };
        let then = match queue.unkept {
            false => "They go on from where they are when Windlass starts again.",
            true => "They end here: the queue of this window is not kept on disk.",
        };
        let confirm = Confirm::new("Quit", "Quit", "Stay").line(line).line(then);
        self.asked = Some(Asked { dialog: Dialog::Confirm(confirm), about: About::Quit });
    }

    pub fn on_action(&mut self, action: Action, cx: &mut Context<'_>) {
        if let Some(asked) = &mut self.asked {
            let outcome = asked.dialog.on_action(action);
            self.on_outcome(outcome, cx);
        }
    }

    pub fn on_text(&mut self, chord: Chord, cx: &mut Context<'_>) {
        if let Some(asked) = &mut self.asked {
            let outcome = asked.dialog.on_text(chord);
            self.on_outcome(outcome, cx);
        }
    }

    pub fn on_paste(&mut self, text: &str) {
        if let Some(asked) = &mut self.asked {
            asked.dialog.on_paste(text);
        }
    }

    fn on_outcome(&mut self, outcome: Outcome<Answer>, cx: &mut Context<'_>) {
        if outcome == Outcome::Open {
            return;
        }
        let (Some(asked), Outcome::Accepted(answer)) = (self.asked.take(), outcome) else { return };
        match (asked.about, answer) {
            (About::Path(bucket), Answer::Text(text)) => {
                cx.ask(Move::Open(location_of(&text, bucket)));
            }
            (About::Quit, Answer::Yes) => cx.ask(Move::Quit),
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
