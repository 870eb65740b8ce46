//! Asks for archived objects to be made readable.

use crate::app::action::Action;
use crate::app::chord::Chord;
use crate::app::context::{Context, Intent};
use crate::app::dialogs::completion::Offer;
use crate::app::dialogs::prompt::Prompt;
use crate::app::dialogs::question::{Question, QuestionSlot};
use crate::app::dialogs::{Dialog, DialogAnswer};
use crate::app::effect::StorageRequest;
use crate::app::event::{Answer, Reply, Ticket};
use crate::app::screens::objects::browse::Browse;
use crate::app::screens::subject::Subject;
use crate::app::session::Session;
use crate::app::toasts::Level;
use crate::domain::address::Bucket;
use crate::domain::description::ThawOutcome;
use crate::domain::listing::{Class, RowKind};
use crate::domain::price::Cost;
use crate::domain::thaw::{RestoreTier, ThawWish};
use crate::domain::transfer::Target;
use crate::domain::units::Counted;

/// Days that a readable copy is kept unless another number is typed.
const USUAL_DAYS: u32 = 7;

/// Rows of a bucket, and what they cost in the standard tier.
type Place = (Bucket, Vec<Target>, Option<Cost>);

#[derive(Clone, Debug, Default)]
pub struct Thawing {
    pub question: QuestionSlot<Place>,
    asked: Option<Ticket>,
}

impl Thawing {
    /// `cost` is that of the standard tier, where it is known.
    pub fn ask(&mut self, bucket: Bucket, targets: Vec<Target>, cost: Option<Cost>) {
        let hint = "days, and how soon it is wanted; the readable copy is paid for beside the \
                    archived one";
        let usual = USUAL_DAYS.to_string();
        let mut prompt = Prompt::new("Make readable for how many days", hint, &usual, |text| {
            let problem = "a number of days, then standard, bulk or expedited";
            ThawWish::parse(text).map(drop).ok_or_else(|| problem.to_owned())
        });
        prompt.offer(offers(USUAL_DAYS, cost));
        self.question.ask(Dialog::Prompt(prompt), (bucket, targets, cost));
    }

    pub fn on_action(&mut self, action: Action, cx: &mut Context<'_>) {
        let answer = self.question.on_action(action, cx);
        self.on_answer(answer, cx);
    }

    pub fn on_text(&mut self, chord: Chord, cx: &mut Context<'_>) {
        let answer = self.question.on_text(chord, cx);
        self.offer_tiers();
        self.on_answer(answer, cx);
    }

    /// The tiers go with the days that are typed.
    fn offer_tiers(&mut self) {
        if let Some(Question { dialog: Dialog::Prompt(prompt), about: (.., cost), .. }) =
            self.question.get_mut()
            && let Some(wish) = ThawWish::parse(prompt.input.text())
        {
            prompt.offer(offers(wish.days, *cost));
        }
    }

    fn on_answer(&mut self, answer: Option<(Question<Place>, DialogAnswer)>, cx: &mut Context<'_>) {
        let Some((Question { about: (bucket, targets, _), .. }, DialogAnswer::Text(text))) = answer
        else {
            return;
        };
        if let Some(wish) = ThawWish::parse(&text) {
            cx.abandon(&mut self.asked);
            self.asked = Some(cx.request(StorageRequest::Thaw { bucket, targets, wish }));
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

/// What Tab goes through, with how long each takes and what it costs.
fn offers(days: u32, cost: Option<Cost>) -> impl Iterator<Item = Offer> {
    RestoreTier::ALL.into_iter().map(move |tier| {
        let costs = match (tier, cost) {
            (RestoreTier::Standard, Some(cost)) => format!("; {cost} to retrieve"),
            (RestoreTier::Standard, None) => String::new(),
            (RestoreTier::Bulk, _) => "; the cheapest".to_owned(),
            (RestoreTier::Expedited, _) => "; the most expensive".to_owned(),
        };
        Offer {
            text: format!("{days} {}", tier.name()),
            note: format!("{}{costs}", tier.usual_time()),
            begins: false,
            disabled: None,
        }
    })
}

/// What the retrieval of the marked rows or the current one costs in the standard tier; `None`
/// where a size or a price is not known.
pub fn retrieval(browse: &Browse, session: &Session) -> Option<Cost> {
    let marks = &browse.marking.marks;
    if marks.is_empty() {
        return retrieval_of([browse.current()?.kind].into_iter(), session);
    }
    retrieval_of(marks.iter().map(|number| browse.rows.listing().row(number).kind), session)
}

/// As [`retrieval`], of one object.
pub fn retrieval_of_one(one: &Subject, session: &Session) -> Option<Cost> {
    let Subject { size, modified, class, .. } = *one;
    retrieval_of([RowKind::Object { size, modified, class }].into_iter(), session)
}

fn retrieval_of(rows: impl Iterator<Item = RowKind>, session: &Session) -> Option<Cost> {
    let connection = session.connection();
    let region = connection.region.as_deref();
    let cost = |row| match row {
        RowKind::Object { size, class: class @ (Class::Glacier | Class::DeepArchive), .. } => {
            let price = session.prices.find(connection.provider, region, class.as_str())?;
            Some(price.retrieval(size))
        }
        // What may be in no archive by its class may be in one all the same.
        RowKind::Object {
            class: Class::Unknown | Class::Other | Class::IntelligentTiering,
            ..
        }
        | RowKind::Prefix => None,
        RowKind::Object { .. } => Some(Cost(0.0)),
    };
    rows.map(cost).sum()
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
