//! Acting on buckets: new, delete.

use crate::app::action::Action;
use crate::app::chord::Chord;
use crate::app::context::{Context, Move};
use crate::app::dialogs::choice::{Choice, ChoiceRow};
use crate::app::dialogs::confirm::Confirm;
use crate::app::dialogs::details::Details;
use crate::app::dialogs::dialog::{Answer, Dialog};
use crate::app::dialogs::outcome::Outcome;
use crate::app::dialogs::prompt::Prompt;
use crate::app::effect::Request;
use crate::app::event::{Reply, Ticket};
use crate::app::screens::buckets::names::rule;
use crate::app::session::Session;
use crate::app::toasts::Level;
use crate::domain::address::Bucket;
use crate::domain::error::Error;
use crate::domain::jurisdiction::Jurisdiction;
use crate::domain::provider::Capability;

#[derive(Clone, Debug, Default)]
pub struct BucketActing {
    question: Option<Question>,
}

#[derive(Clone, Debug)]
struct Question {
    dialog: Dialog,
    about: About,
    /// Out while the server does it; the question stays open until it is answered.
    ticket: Option<Ticket>,
}

#[derive(Clone, Debug)]
enum About {
    /// In which jurisdiction a bucket is made.
    Where,
    New(Option<Jurisdiction>),
    Creating(Option<Jurisdiction>, Bucket),
    Delete(Bucket),
    /// Why it failed; only read.
    Failed,
}

impl BucketActing {
    pub fn dialog(&self) -> Option<&Dialog> {
        self.question.as_ref().map(|question| &question.dialog)
    }

    /// Performs an action on the bucket under the cursor; `false` where it is none of these.
    pub fn on_action(
        &mut self,
        action: Action,
        bucket: Option<&Bucket>,
        cx: &mut Context<'_>,
    ) -> bool {
        match (action, bucket) {
            (Action::New, _) => match places(cx.session) {
                Some(choice) => self.ask(Dialog::Choice(choice), About::Where),
                None => self.ask_name(None, cx),
            },
            (Action::Delete, Some(bucket)) => {
                self.ask(Dialog::Confirm(deletion(bucket)), About::Delete(bucket.clone()));
            }
            _ => return false,
        }
        true
    }

    pub fn on_dialog_action(&mut self, action: Action, cx: &mut Context<'_>) {
        let Some(question) = &mut self.question else { return };
        let outcome = question.dialog.on_action(action);
        self.on_outcome(outcome, cx);
    }

    pub fn on_dialog_text(&mut self, chord: Chord, cx: &mut Context<'_>) {
        let Some(question) = &mut self.question else { return };
        let outcome = question.dialog.on_text(chord);
        self.on_outcome(outcome, cx);
    }

    pub fn on_paste(&mut self, text: &str, _: &mut Context<'_>) {
        if let Some(question) = &mut self.question {
            question.dialog.on_paste(text);
        }
    }

    pub fn owns(&self, ticket: Ticket) -> bool {
        self.question.as_ref().is_some_and(|question| question.ticket == Some(ticket))
    }

    /// Whether the server is at work for it.
    pub fn is_waiting(&self) -> bool {
        self.question.as_ref().is_some_and(|question| question.ticket.is_some())
    }

    pub fn on_reply(&mut self, _: Ticket, reply: Reply, cx: &mut Context<'_>) {
        let Some(question) = self.question.take() else { return };
        match (question.about.clone(), reply) {
            (About::Creating(_, bucket), Reply::BucketCreated(done)) => {
                self.on_created(question, &bucket, done, cx);
            }
            (About::Delete(bucket), Reply::BucketDeleted(done)) => {
                self.on_deleted(bucket, done, cx);
            }
            _ => self.question = Some(question),
        }
    }

    /// Why an action cannot be done here now.
    pub fn disabled(
        &self,
        action: Action,
        bucket: Option<&Bucket>,
        session: &Session,
    ) -> Option<String> {
        let capability = match action {
            Action::New => Capability::CreateBucket,
            Action::Delete => Capability::DeleteBucket,
            _ => return None,
        };
        if session.connection().read_only {
            return Some("the connection is read-only".to_owned());
        }
        if action == Action::Delete && bucket.is_none() {
            return Some("there is no bucket here".to_owned());
        }
        session.lacks(capability)
    }

    fn ask_name(&mut self, jurisdiction: Option<Jurisdiction>, cx: &Context<'_>) {
        let account = cx.session.name();
        let hint = match jurisdiction {
            Some(jurisdiction) => format!("in jurisdiction {} of {account}", jurisdiction.name()),
            None => format!("in the account of {account}"),
        };
        let prompt = Prompt::new("New bucket", hint, "", rule(cx.session.provider()));
        self.ask(Dialog::Prompt(prompt), About::New(jurisdiction));
    }

    fn ask(&mut self, dialog: Dialog, about: About) {
        self.question = Some(Question { dialog, about, ticket: None });
    }

    fn on_outcome(&mut self, outcome: Outcome<Answer>, cx: &mut Context<'_>) {
        match outcome {
            Outcome::Open => {}
            Outcome::Cancelled => {
                if let Some(mut question) = self.question.take() {
                    cx.abandon(&mut question.ticket);
                }
            }
            Outcome::Accepted(answer) => self.on_answer(answer, cx),
        }
    }

    fn on_answer(&mut self, answer: Answer, cx: &mut Context<'_>) {
        let Some(question) = self.question.as_mut().filter(|each| each.ticket.is_none()) else {
            return;
        };
        match (&question.about, answer) {
            (About::Where, Answer::Row(row)) => {
                let chosen = cx.session.connection().jurisdictions.get(row).map(|(each, _)| *each);
                self.ask_name(chosen, cx);
            }
            (About::New(home) | About::Creating(home, _), Answer::Text(name)) => {
                let (home, bucket) = (*home, Bucket::new(name));
                let bucket = home.map_or(bucket.clone(), |home| home.named(&bucket));
                question.ticket = Some(cx.request(Request::CreateBucket(bucket.clone())));
                question.about = About::Creating(home, bucket);
            }
            (About::Delete(bucket), Answer::Yes) => {
                question.ticket = Some(cx.request(Request::DeleteBucket(bucket.clone())));
            }
            _ => {}
        }
    }

    fn on_created(
        &mut self,
        mut question: Question,
        bucket: &Bucket,
        done: Result<(), Error>,
        cx: &mut Context<'_>,
    ) {
        match done {
            Ok(()) => {
                cx.toast(Level::Done, format!("bucket {bucket} created"));
                cx.ask(Move::RefreshBuckets);
            }
            Err(error) => {
                question.ticket = None;
                if let Dialog::Prompt(prompt) = &mut question.dialog {
                    prompt.refuse(error.explain().in_a_line());
                }
                self.question = Some(question);
                cx.ask(Move::Log(error));
            }
        }
    }

    fn on_deleted(&mut self, bucket: Bucket, done: Result<(), Error>, cx: &mut Context<'_>) {
        match done {
            Ok(()) => {
                cx.toast(Level::Done, format!("bucket {bucket} deleted"));
                cx.ask(Move::BucketDeleted(bucket));
            }
            Err(error) => {
                let title = format!("{bucket} was not deleted");
                self.ask(Dialog::Details(Details::of_error(title, error.clone())), About::Failed);
                cx.ask(Move::Log(error));
            }
        }
    }
}

/// `None` where there is nothing to choose.
fn places(session: &Session) -> Option<Choice> {
    let jurisdictions = &session.connection().jurisdictions;
    let row = |each: &Jurisdiction| {
        let letter = each.name().chars().next().unwrap_or_default();
        ChoiceRow::new(letter, each.name())
    };
    let rows: Vec<_> = jurisdictions.iter().map(|(each, _)| row(each)).collect();
    let question = "In which jurisdiction? A bucket cannot move to another one.";
    (rows.len() > 1).then(|| Choice::new("New bucket", rows).line(question))
}

fn deletion(bucket: &Bucket) -> Confirm {
    Confirm::new("Delete a bucket", "Delete", "Keep")
        .line("Delete this bucket? Only an empty one can be deleted.")
        .about(std::iter::once(bucket.as_str()))
        .warning("Permanent; its name may be taken by others.")
        .typing(bucket.as_str())
}
