//! Asks where to go, and whether to quit.

use crate::app::action::Action;
use crate::app::chord::Chord;
use crate::app::context::{Context, Intent, QuitChoice};
use crate::app::dialogs::choice::{Choice, ChoiceRow};
use crate::app::dialogs::completion::{Asks, Offer};
use crate::app::dialogs::confirm::Confirm;
use crate::app::dialogs::prompt::Prompt;
use crate::app::dialogs::question::{Question, QuestionSlot};
use crate::app::dialogs::{Dialog, DialogAnswer};
use crate::app::locating::{Located, is_web, locate};
use crate::app::part::Part;
use crate::app::scope::{Pane, Scope};
use crate::app::screens::leaving::{Leaving, WAYS, capitalised, question};
use crate::app::session::Session;
use crate::app::toasts::Level;
use crate::app::transfers::Transfers;
use crate::config::secret::Secret;
use crate::domain::address::{Bucket, ConnectionName, Location, Prefix};
use crate::domain::place::SEPARATOR;

#[derive(Clone, Debug, Default)]
pub struct Places {
    question: QuestionSlot<About>,
    pub leaving: Leaving,
}

#[derive(Clone, Debug)]
enum About {
    /// Relative to the bucket that is open.
    Path(Option<Bucket>),
    /// Which of these an address leads to; behind the last, a new connection for it.
    Elsewhere(Vec<(ConnectionName, Location)>, Secret),
    Quit,
    /// Whether to quit although a server has not answered yet.
    QuitUnanswered,
}

impl Part for Places {
    fn scopes(&self) -> &'static [Scope] {
        self.dialog().map_or(&[], Dialog::scopes)
    }

    fn dialog(&self) -> Option<&Dialog> {
        self.question.dialog()
    }

    fn dialog_mut(&mut self) -> Option<&mut Dialog> {
        self.question.dialog_mut()
    }

    fn on_action(&mut self, action: Action, cx: &mut Context<'_>) -> bool {
        if let Some((question, answer)) = self.question.on_action(action, cx) {
            self.on_answer(question.about, answer, cx);
        }
        true
    }

    fn on_text(&mut self, chord: Chord, cx: &mut Context<'_>) {
        if let Some((question, answer)) = self.question.on_text(chord, cx) {
            self.on_answer(question.about, answer, cx);
        }
    }

    fn on_paste(&mut self, text: &str, _: &mut Context<'_>) {
        if let Some(dialog) = self.question.dialog_mut() {
            dialog.on_paste(text);
        }
    }

    /// Takes back what was chosen; what is cancelled cannot come back.
    fn step_back(&mut self, _: Pane, _: &mut Context<'_>) -> bool {
        let waits = matches!(self.leaving, Leaving::WhenFinished { .. });
        if waits {
            self.leaving = Leaving::No;
        }
        waits
    }
}

impl Places {
    pub fn ask_path(&mut self, here: &Location, session: &Session) {
        let hint = "s3://bucket/prefix/, or a prefix or key in this bucket";
        let connections = session.connections.iter().map(|each| each.name.clone()).collect();
        let (bucket, objects) = (here.bucket().cloned(), true);
        let asks = Asks::Place { connections, here: bucket, objects };
        let mut prompt = Prompt::new("Go to", hint, &here.to_string(), some_text).asking(asks);
        let others = session.connections.iter().filter(|each| each.name != *session.name());
        prompt.offer(others.map(|other| Offer {
            text: format!("{}{SEPARATOR}", other.name),
            note: other.provider.to_string(),
            begins: false,
            disabled: None,
        }));
        let about = About::Path(here.bucket().cloned());
        self.question.ask(Dialog::Prompt(prompt), about);
    }

    /// Goes to an address; where it is of another connection, or of none, after a question.
    pub fn go(&mut self, text: &str, cx: &mut Context<'_>) {
        let (places, question) = match locate(text, cx.session) {
            Some(Located::Here(location)) => return cx.ask(Intent::Open(location)),
            Some(Located::Wrong(why)) => return cx.toast(Level::Problem, why),
            None => return cx.toast(Level::Problem, "this is not an address of storage"),
            Some(Located::Elsewhere(places)) => (places, "This address is of another connection."),
            Some(Located::Unknown) => (Vec::new(), "No connection leads to this address."),
        };
        let places: Vec<_> = places.into_iter().take(9).collect();
        let row = |((name, location), key): (&(ConnectionName, Location), char)| {
            ChoiceRow::new(key, format!("Open {name}")).note(location.to_string())
        };
        let mut rows: Vec<ChoiceRow> = places.iter().zip('1'..='9').map(row).collect();
        rows.push(ChoiceRow::new('n', "Add a connection for it"));
        let dialog = Dialog::Choice(Choice::new("Go to", rows).line(question));
        let about = About::Elsewhere(places, Secret::new(text));
        self.question.ask(dialog, about);
    }

    /// Quits, after a question where transfers are not finished, or where a server is at work;
    /// `kept`: where a text is that is not stored yet.
    pub fn quit(&mut self, queue: &Transfers, kept: Option<String>, cx: &mut Context<'_>) {
        let told = unanswered(&cx.changes(), kept);
        match question(queue, cx.session) {
            None if told.is_empty() => cx.ask(Intent::Quit),
            None => {
                let confirm = Confirm::new("Quit", "Quit now", "Stay");
                let confirm = told.into_iter().fold(confirm, Confirm::line);
                self.question.ask(Dialog::Confirm(confirm), About::QuitUnanswered);
            }
            Some(choice) => {
                let choice = told.into_iter().fold(choice, Choice::line);
                self.question.ask(Dialog::Choice(choice), About::Quit);
            }
        }
    }

    /// Whether quitting again, or the program itself, would leave.
    pub fn is_leaving(&self) -> bool {
        let quits =
            |asked: &Question<About>| matches!(asked.about, About::Quit | About::QuitUnanswered);
        self.question.get().is_some_and(quits) || self.leaving != Leaving::No
    }

    /// Does what was chosen of the unfinished transfers.
    pub fn leave(&mut self, way: QuitChoice, queue: &Transfers, cx: &mut Context<'_>) {
        self.leaving = Leaving::by(way, queue, cx);
    }

    /// To be told of every event of the engine: leaves when it is time to, and asks nothing about
    /// what is over.
    pub fn follow(&mut self, queue: &Transfers, cx: &mut Context<'_>) {
        self.leaving = self.leaving.follow(queue, cx);
        if let Some(Question { dialog: Dialog::Choice(shown), about: About::Quit, .. }) =
            self.question.get_mut()
        {
            if let Some(fresh) = question(queue, cx.session) {
                *shown = fresh.starting_at(shown.cursor);
            } else {
                self.question.close(cx);
                cx.toast(Level::Note, "all transfers are finished: quitting no longer asks");
            }
        }
    }

    fn on_answer(&mut self, about: About, answer: DialogAnswer, cx: &mut Context<'_>) {
        match (about, answer) {
            (About::Path(bucket), DialogAnswer::Text(text)) => {
                self.go_to(&text, bucket, cx);
            }
            (About::Elsewhere(places, text), DialogAnswer::Row(row)) => {
                match places.into_iter().nth(row) {
                    Some((name, location)) => {
                        cx.ask(Intent::Connect(name));
                        cx.ask(Intent::Open(location));
                    }
                    None => cx.ask(Intent::EnterConnection(text)),
                }
            }
            (About::QuitUnanswered, DialogAnswer::Yes) => cx.ask(Intent::Quit),
            (About::Quit, DialogAnswer::Row(row)) => {
                if let Some(way) = WAYS.get(row) {
                    cx.ask(Intent::Leave(*way));
                }
            }
            _ => {}
        }
    }
}

impl Places {
    /// A text that was typed: an address, or a path in the open bucket.
    fn go_to(&mut self, text: &str, bucket: Option<Bucket>, cx: &mut Context<'_>) {
        let s3 = text.starts_with("s3://");
        match locate(text, cx.session).filter(|_| !s3) {
            Some(Located::Here(location)) => cx.ask(Intent::Open(location)),
            // The connection was typed: it is not asked for.
            Some(Located::Elsewhere(places)) if !is_web(text) && places.len() == 1 => {
                for (name, location) in places {
                    cx.ask(Intent::Connect(name));
                    cx.ask(Intent::Open(location));
                }
            }
            Some(_) => self.go(text, cx),
            None => cx.ask(Intent::Open(location_of(text, bucket))),
        }
    }
}

/// What is not known of the end of what is under way.
fn unanswered(changes: &[String], kept: Option<String>) -> Vec<String> {
    let mut told = Vec::new();
    if !changes.is_empty() {
        let doing = changes.join(", ");
        told.push(format!("Not answered yet: {doing}. If you quit now, it may be done or not."));
    }
    told.extend(kept.map(|kept| format!("{}.", capitalised(&kept))));
    told
}

fn some_text(text: &str) -> Result<(), String> {
    match text {
        "" => Err(String::new()),
        text if text.starts_with("s3://") => Location::parse(text).map(|_| ()),
        _ => Ok(()),
    }
}

/// What a typed text points at: a whole location, a path in the open bucket, or the name of a
/// bucket.
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
