//! Asks for archived objects to be made readable.

use crate::app::action::Action;
use crate::app::chord::Chord;
use crate::app::context::{Context, Intent};
use crate::app::dialogs::prompt::Prompt;
use crate::app::dialogs::question::{Question, QuestionSlot};
use crate::app::dialogs::{Dialog, DialogAnswer};
use crate::app::effect::StorageRequest;
use crate::app::event::{Answer, Reply, Ticket};
use crate::app::toasts::Level;
use crate::domain::address::Bucket;
use crate::domain::description::ThawOutcome;
use crate::domain::transfer::Target;
use crate::domain::units::Counted;

/// Days that a readable copy is kept unless another number is typed.
const USUAL_DAYS: &str = "7";

/// The most that S3 takes.
const MOST_DAYS: u32 = 36_500;

/// Rows of a bucket.
type Place = (Bucket, Vec<Target>);

#[derive(Clone, Debug, Default)]
pub struct Thawing {
    pub question: QuestionSlot<Place>,
    asked: Option<Ticket>,
}

impl Thawing {
    pub fn ask(&mut self, bucket: Bucket, targets: Vec<Target>) {
        let hint = "the readable copy is paid for beside the archived one; it takes hours";
        let prompt = Prompt::new("Make readable for how many days", hint, USUAL_DAYS, |text| {
            days(text).map(drop).ok_or_else(|| "a number of days".to_owned())
        });
        self.question.ask(Dialog::Prompt(prompt), (bucket, targets));
    }

    pub fn on_action(&mut self, action: Action, cx: &mut Context<'_>) {
        let answer = self.question.on_action(action, cx);
        self.on_answer(answer, cx);
    }

    pub fn on_text(&mut self, chord: Chord, cx: &mut Context<'_>) {
        let answer = self.question.on_text(chord, cx);
        self.on_answer(answer, cx);
    }

    fn on_answer(&mut self, answer: Option<(Question<Place>, DialogAnswer)>, cx: &mut Context<'_>) {
        let Some((Question { about: (bucket, targets), .. }, DialogAnswer::Text(text))) = answer
        else {
            return;
        };
        if let Some(days) = days(&text) {
            cx.abandon(&mut self.asked);
            self.asked = Some(cx.request(StorageRequest::Thaw { bucket, targets, days }));
        }
    }

    pub fn owns(&self, ticket: Ticket) -> bool {
        self.asked == Some(ticket)
    }

    pub fn is_waiting(&self) -> bool {
        self.asked.is_some()
    }

    pub fn drop_all(&mut self, cx: &mut Context<'_>) {
        self.question.close(cx);
        cx.abandon(&mut self.asked);
    }

    pub fn on_reply(&mut self, reply: Reply, cx: &mut Context<'_>) {
        self.asked = None;
        match reply {
            Ok(Answer::Thawed(outcome)) => tell(outcome, cx),
            Ok(_) => {}
            Err(error) => cx.ask(Intent::Log(error)),
        }
    }
}

fn days(text: &str) -> Option<u32> {
    text.trim().parse().ok().filter(|days| (1..=MOST_DAYS).contains(days))
}

fn tell(outcome: ThawOutcome, cx: &mut Context<'_>) {
    let mut told = Vec::new();
    for (count, what) in [
        (outcome.asked, "asked for"),
        (outcome.running, "on the way already"),
        (outcome.readable, "readable now"),
    ] {
        if count > 0 {
            told.push(format!("{} {what}", Counted(count, "object")));
        }
    }
    let failed = outcome.failed.len() as u64;
    if failed > 0 {
        told.push(format!("{} failed", Counted(failed, "object")));
    }
    let level = if failed > 0 { Level::Problem } else { Level::Done };
    cx.toast(level, told.join(", "));
    for error in outcome.failed {
        cx.ask(Intent::LogQuietly(error));
    }
    cx.ask(Intent::Run(Action::Refresh));
}
