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
use crate::domain::listing::Class;
use crate::domain::price::{Cost, TierCosts};
use crate::domain::thaw::{RestoreTier, ThawWish};
use crate::domain::transfer::Target;
use crate::domain::units::Counted;

/// Days that a readable copy is kept unless another number is typed.
const USUAL_DAYS: u32 = 7;

/// Rows of a bucket, and what they cost in each tier.
type Place = (Bucket, Vec<Target>, TierCosts);

#[derive(Clone, Debug, Default)]
pub struct Thawing {
    pub question: QuestionSlot<Place>,
    asked: Option<Ticket>,
}

impl Thawing {
    pub fn ask(&mut self, bucket: Bucket, targets: Vec<Target>, costs: TierCosts) {
        let hint = "days, and how soon it is wanted; the readable copy is paid for beside the \
                    archived one";
        let usual = USUAL_DAYS.to_string();
        let mut prompt = Prompt::new("Make readable for how many days", hint, &usual, |text| {
            let problem = "a number of days, then standard, bulk or expedited";
            ThawWish::parse(text).map(drop).ok_or_else(|| problem.to_owned())
        });
        prompt.offer(offers(USUAL_DAYS, costs));
        self.question.ask(Dialog::Prompt(prompt), (bucket, targets, costs));
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

    pub fn on_paste(&mut self, text: &str) {
        if let Some(dialog) = self.question.dialog_mut() {
            dialog.on_paste(text);
        }
        self.offer_tiers();
    }

    /// The tiers go with the days that are typed.
    fn offer_tiers(&mut self) {
        if let Some(Question { dialog: Dialog::Prompt(prompt), about: (.., costs), .. }) =
            self.question.get_mut()
            && let Some(wish) = ThawWish::parse(prompt.input.text())
        {
            prompt.offer(offers(wish.days, *costs));
        }
    }

    fn on_answer(&mut self, answer: Option<(Question<Place>, DialogAnswer)>, cx: &mut Context<'_>) {
        let Some((Question { about: (bucket, targets, _), .. }, DialogAnswer::Text(text))) = answer
        else {
            return;
        };
        if let Some(wish) = ThawWish::parse(&text) {
            if let Some(doing) = self.under_way() {
                return cx.toast(Level::Note, format!("{doing}: wait for its end"));
            }
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

    pub fn under_way(&self) -> Option<String> {
        self.asked.map(|_| "asking for archived objects to be made readable".to_owned())
    }

    pub fn leave_work(&mut self, cx: &mut Context<'_>) -> bool {
        let waited = self.asked.is_some();
        if waited {
            let said = "no more is asked for; what was asked for is made readable";
            cx.leave(&mut self.asked, said);
        }
        waited
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
fn offers(days: u32, costs: TierCosts) -> impl Iterator<Item = Offer> {
    RestoreTier::ALL.into_iter().zip(costs).map(move |(tier, cost)| {
        let costs = match (tier, cost) {
            (_, Some(cost)) => format!("; {cost} to retrieve"),
            (RestoreTier::Standard, None) => String::new(),
            (RestoreTier::Bulk, None) => "; the cheapest".to_owned(),
            (RestoreTier::Expedited, None) => "; the most expensive".to_owned(),
        };
        Offer {
            text: format!("{days} {}", tier.name()),
            note: format!("{}{costs}", tier.usual_time()),
            begins: false,
            disabled: None,
        }
    })
}

/// What the retrieval of the marked rows or the current one costs in each tier; `None` where a size
/// or a price is not known.
pub fn retrieval(browse: &Browse, session: &Session) -> TierCosts {
    match browse.meant_rows() {
        Some(rows) if rows.sum.prefixes == 0 => retrieval_of(rows.classes(), session),
        _ => TierCosts::default(),
    }
}

/// As [`retrieval`], of one object.
pub fn retrieval_of_one(one: &Subject, session: &Session) -> TierCosts {
    retrieval_of([(one.class, 1, one.size)], session)
}

/// What it costs to restore so many objects of a class with so many bytes.
fn retrieval_of(
    classes: impl IntoIterator<Item = (Class, u64, u64)>,
    session: &Session,
) -> TierCosts {
    let connection = session.connection();
    let region = connection.region.as_deref();
    let costs = |(class, objects, bytes): (Class, u64, u64)| match class {
        class if class.is_archive() => {
            let price = session.prices.find(connection.provider, region, class.as_str());
            price.map_or_else(TierCosts::default, |price| price.retrievals(objects, bytes))
        }
        // What may be in no archive by its class may be in one all the same.
        Class::Unknown | Class::Other | Class::IntelligentTiering => TierCosts::default(),
        _ => [Some(Cost(0.0)); 3],
    };
    let add = |one: Option<Cost>, other: Option<Cost>| Some(Cost(one?.0 + other?.0));
    classes.into_iter().map(costs).fold([Some(Cost(0.0)); 3], |sum, row| {
        let [standard, bulk, expedited] = row;
        [add(sum[0], standard), add(sum[1], bulk), add(sum[2], expedited)]
    })
}

fn tell(outcome: ThawOutcome, cx: &mut Context<'_>) {
    let mut told = Vec::new();
    for (count, what) in [
        (outcome.asked, "asked for"),
        (outcome.running, "on the way already"),
        (outcome.readable, "readable now"),
        (outcome.failed, "failed"),
    ] {
        if count > 0 {
            told.push(format!("{} {what}", Counted(count, "object")));
        }
    }
    if told.is_empty() {
        told.push("nothing there is archived".to_owned());
    }
    let mut told = told.join(", ");
    if let Some(error) = &outcome.broken {
        told = format!("{told}; the listing broke, so not all were asked for: {error}");
    }
    let well = outcome.failed == 0 && outcome.broken.is_none();
    cx.toast(if well { Level::Done } else { Level::Problem }, told);
    for error in outcome.errors.into_iter().chain(outcome.broken) {
        cx.ask(Intent::LogQuietly(error));
    }
    cx.ask(Intent::Run(Action::Refresh));
}
