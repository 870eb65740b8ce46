//! Creates and deletes buckets.

use crate::app::action::Action;
use crate::app::chord::Chord;
use crate::app::context::{Context, Intent};
use crate::app::dialogs::choice::{Choice, ChoiceRow};
use crate::app::dialogs::confirm::{Confirm, Tally};
use crate::app::dialogs::details::Details;
use crate::app::dialogs::prompt::Prompt;
use crate::app::dialogs::question::{Question, QuestionSlot};
use crate::app::dialogs::{Dialog, DialogAnswer};
use crate::app::effect::StorageRequest;
use crate::app::event::{Answer, Reply};
use crate::app::screens::buckets::making::{self, MakingStep};
use crate::app::screens::buckets::names::rule;
use crate::app::screens::transfers::emptying::not_deleted;
use crate::app::session::Session;
use crate::app::toasts::Level;
use crate::domain::address::{Bucket, Prefix};
use crate::domain::error::{Error, ErrorKind};
use crate::domain::jurisdiction::Jurisdiction;
use crate::domain::object::{Measure, NewBucket};
use crate::domain::transfer::Target;

#[derive(Clone, Debug, Default)]
pub struct BucketActing {
    /// Open until the server has done what was accepted.
    pub(super) question: QuestionSlot<BucketQuestion>,
}

#[derive(Clone, Debug)]
pub(super) enum BucketQuestion {
    /// In which jurisdiction a bucket is made.
    Where,
    New(Option<Jurisdiction>),
    /// What it is to be besides its name.
    Options(Option<Jurisdiction>, NewBucket),
    Region(Option<Jurisdiction>, NewBucket),
    Hint(Option<Jurisdiction>, NewBucket),
    Creating(Option<Jurisdiction>, NewBucket),
    /// What is in it is counted meanwhile.
    Delete(Bucket, Option<Measure>),
    /// `true` where no objects are in it.
    Deleting(Bucket, bool),
    /// Why it failed; only read.
    Failed,
}

impl BucketActing {
    /// Performs an action on the bucket under the cursor; `false` where it is none of these.
    pub fn on_action(
        &mut self,
        action: Action,
        bucket: Option<&Bucket>,
        cx: &mut Context<'_>,
    ) -> bool {
        match (action, bucket) {
            (Action::New, _) => match places(cx.session) {
                Some(choice) => self.question.ask(Dialog::Choice(choice), BucketQuestion::Where),
                None => self.ask_name(None, "", cx),
            },
            (Action::Delete, Some(bucket)) => {
                self.ask_deletion(bucket, cx);
            }
            _ => return false,
        }
        true
    }

    pub fn on_dialog_action(&mut self, action: Action, cx: &mut Context<'_>) {
        if let Some((question, answer)) = self.question.on_action(action, cx) {
            self.on_answer(question, answer, cx);
        }
    }

    pub fn on_dialog_text(&mut self, chord: Chord, cx: &mut Context<'_>) {
        if let Some((question, answer)) = self.question.on_text(chord, cx) {
            self.on_answer(question, answer, cx);
        }
    }

    pub fn on_reply(&mut self, reply: Reply, cx: &mut Context<'_>) {
        let Some(question) = self.question.take() else { return };
        match (question.about.clone(), reply) {
            (BucketQuestion::Creating(home, new), reply) => {
                self.on_created(home, &new.bucket, reply.map(drop), cx);
            }
            (BucketQuestion::Delete(..), Ok(Answer::Measured(measure))) => {
                self.on_measured(question, Ok(measure));
            }
            (BucketQuestion::Delete(..), Err(error)) => self.on_measured(question, Err(error)),
            (BucketQuestion::Deleting(bucket, empty), reply) => {
                self.on_deleted(bucket, reply.map(drop), empty, cx);
            }
            _ => self.question.put(question),
        }
    }

    fn ask_name(&mut self, jurisdiction: Option<Jurisdiction>, name: &str, cx: &Context<'_>) {
        let account = cx.session.name();
        let hint = match jurisdiction {
            Some(jurisdiction) => format!("in jurisdiction {} of {account}", jurisdiction.name()),
            None => format!("in the account of {account}"),
        };
        let mut prompt = Prompt::new("New bucket", hint, name, rule(cx.session.provider()));
        // What was typed before is gone on with.
        prompt.input.deselect();
        self.question.ask(Dialog::Prompt(prompt), BucketQuestion::New(jurisdiction));
    }

    fn on_answer(
        &mut self,
        mut question: Question<BucketQuestion>,
        answer: DialogAnswer,
        cx: &mut Context<'_>,
    ) {
        match (&question.about, answer) {
            (BucketQuestion::Failed, _) => return,
            (BucketQuestion::Where, DialogAnswer::Row(row)) => {
                let chosen = cx.session.connection().jurisdictions.get(row).map(|(each, _)| *each);
                return self.ask_name(chosen, "", cx);
            }
            // The server is at work for the answer before.
            (about, _)
                if question.ticket.is_some() && !matches!(about, BucketQuestion::Delete(..)) => {}
            (BucketQuestion::New(home), DialogAnswer::Text(name)) => {
                let (home, bucket) = (*home, Bucket::new(name));
                let bucket = home.map_or(bucket.clone(), |home| home.named(&bucket));
                return self.ask_options(home, NewBucket::named(bucket), 0, cx);
            }
            (BucketQuestion::Options(home, new), DialogAnswer::Row(row)) => {
                let (home, new) = (*home, new.clone());
                match making::take(row, &new, cx.session) {
                    MakingStep::Turned(new) => return self.ask_options(home, new, row, cx),
                    MakingStep::AskRegion => {
                        let prompt = Dialog::Prompt(making::region_prompt(&new));
                        return self.question.ask(prompt, BucketQuestion::Region(home, new));
                    }
                    MakingStep::AskHint => {
                        let menu = Dialog::Choice(making::hint_menu());
                        return self.question.ask(menu, BucketQuestion::Hint(home, new));
                    }
                    MakingStep::Create => {
                        let request = StorageRequest::CreateBucket(Box::new(new.clone()));
                        question.ticket = Some(cx.request(request));
                        question.about = BucketQuestion::Creating(home, new);
                    }
                }
            }
            (BucketQuestion::Region(home, new), DialogAnswer::Text(region)) => {
                let region = Some(region).filter(|region| !region.is_empty());
                return self.ask_options(*home, NewBucket { region, ..new.clone() }, 0, cx);
            }
            (BucketQuestion::Hint(home, new), DialogAnswer::Row(row)) => {
                let hint = making::hint_at(row);
                return self.ask_options(*home, NewBucket { hint, ..new.clone() }, 0, cx);
            }
            (BucketQuestion::Delete(bucket, found), DialogAnswer::Yes) => {
                cx.abandon(&mut question.ticket);
                let (bucket, found) = (bucket.clone(), *found);
                if found.is_some_and(|found| found.objects > 0) {
                    return cx.ask(Intent::EmptyBucket(bucket));
                }
                question.ticket = Some(cx.request(StorageRequest::DeleteBucket(bucket.clone())));
                let empty = found.is_some_and(|found| found.done);
                question.about = BucketQuestion::Deleting(bucket, empty);
            }
            _ => {}
        }
        self.question.put(question);
    }

    fn ask_options(
        &mut self,
        home: Option<Jurisdiction>,
        new: NewBucket,
        at: usize,
        cx: &Context<'_>,
    ) {
        let menu = Dialog::Choice(making::menu(&new, at, cx.session));
        self.question.ask(menu, BucketQuestion::Options(home, new));
    }

    fn on_created(
        &mut self,
        home: Option<Jurisdiction>,
        bucket: &Bucket,
        done: Result<(), Error>,
        cx: &mut Context<'_>,
    ) {
        match done {
            Ok(()) => {
                cx.toast(Level::Done, format!("bucket {bucket} created"));
                cx.ask(Intent::BucketMade(bucket.clone()));
            }
            // It is there, and not as it was to be.
            Err(error) if error.is(&ErrorKind::Partial) => {
                cx.ask(Intent::BucketMade(bucket.clone()));
                cx.ask(Intent::Log(error));
            }
            Err(error) => {
                let name = Jurisdiction::said(bucket).filter(|_| home.is_some());
                let name = name.map_or(bucket.as_str(), |(name, _)| name);
                self.ask_name(home, name, cx);
                if let Some(question) = self.question.get_mut() {
                    question.refuse(cx.session.in_a_line(&error));
                }
                cx.ask(Intent::Log(error));
            }
        }
    }

    fn ask_deletion(&mut self, bucket: &Bucket, cx: &mut Context<'_>) {
        let targets = vec![Target::Prefix(Prefix::root())];
        let request = StorageRequest::Measure { bucket: bucket.clone(), targets };
        let ticket = Some(cx.request(request));
        let dialog = Dialog::Confirm(deletion(bucket, None));
        self.question.put(Question {
            dialog,
            about: BucketQuestion::Delete(bucket.clone(), None),
            ticket,
        });
    }

    /// Says what is in the bucket as far as it is counted; what is typed stays.
    fn on_measured(
        &mut self,
        mut question: Question<BucketQuestion>,
        measured: Result<Measure, Error>,
    ) {
        let (BucketQuestion::Delete(bucket, found), Dialog::Confirm(shown)) =
            (&mut question.about, &mut question.dialog)
        else {
            return self.question.put(question);
        };
        match measured {
            Ok(measure) => {
                *found = Some(measure);
                let (typed, on_yes) = (shown.typed.take(), shown.on_yes);
                *shown = Confirm { on_yes, typed, ..deletion(bucket, Some(measure)) };
                if measure.done {
                    question.ticket = None;
                }
            }
            Err(error) => {
                question.ticket = None;
                let why = error.explain().what;
                shown.lines.push(format!("What is in it could not be counted: {why}."));
            }
        }
        self.question.put(question);
    }

    fn on_deleted(
        &mut self,
        bucket: Bucket,
        done: Result<(), Error>,
        empty: bool,
        cx: &mut Context<'_>,
    ) {
        match done {
            Err(error) if error.is(&ErrorKind::BucketNotEmpty) && !empty => {
                cx.ask(Intent::LogQuietly(error));
                self.ask_deletion(&bucket, cx);
            }
            Err(error) if empty => {
                let read = not_deleted(&bucket, error.clone());
                self.question.ask(Dialog::Details(read), BucketQuestion::Failed);
                cx.ask(Intent::Log(error));
            }
            Ok(()) => {
                cx.toast(Level::Done, format!("bucket {bucket} deleted"));
                cx.ask(Intent::BucketDeleted(bucket));
            }
            Err(error) => {
                let title = format!("{bucket} was not deleted");
                self.question.ask(
                    Dialog::Details(Details::of_error(title, error.clone())),
                    BucketQuestion::Failed,
                );
                cx.ask(Intent::Log(error));
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
    let question = "Choose a jurisdiction. A bucket cannot be moved to another one.";
    (rows.len() > 1).then(|| Choice::new("New bucket", rows).line(question))
}

/// `found` is what is in it, as far as that is counted.
fn deletion(bucket: &Bucket, found: Option<Measure>) -> Confirm {
    let full = found.is_some_and(|found| found.objects > 0);
    let (yes, line) = match found {
        _ if full => ("Empty and delete", "Empty this bucket, then delete it?"),
        Some(found) if found.done => ("Delete", "Delete this bucket? No objects are in it."),
        _ => ("Delete", "Delete this bucket? What is in it is being counted."),
    };
    let mut confirm = Confirm::new("Delete a bucket", yes, "Keep")
        .line(line)
        .about(std::iter::once(bucket.as_str()))
        .warning("Cannot be undone. Someone else may take the name.")
        .typing(bucket.as_str());
    if full {
        let all = "All objects, their old versions and unfinished uploads are deleted first.";
        confirm = confirm.line(all);
    }
    confirm.tally = found.filter(|_| full).map(|found| {
        let Measure { objects, bytes, done } = found;
        Tally { objects, bytes, complete: done }
    });
    confirm
}
