//! Shows what this session used, what a place costs a month, and the same elsewhere.

use crate::app::action::{Action, KeyHint};
use crate::app::context::{Context, Intent};
use crate::app::effect::StorageRequest;
use crate::app::event::{Answer, Reply, Ticket};
use crate::app::list::step;
use crate::app::part::Part;
use crate::app::scope::Scope;
use crate::app::session::Session;
use crate::app::usage::UsageMeter;
use crate::domain::address::{Bucket, Location, Prefix};
use crate::domain::cells::{width, wrap};
use crate::domain::price::{Cost, Price, TierCosts};
use crate::domain::stored::Stored;
use crate::domain::thaw::RestoreTier;
use crate::domain::units::{Count, Counted, Moment, Size};
use crate::domain::usage::Usage;

#[derive(Clone, Debug, Default)]
pub struct CostSheet {
    /// What is counted: below this prefix.
    place: Option<(Bucket, Prefix)>,
    ticket: Option<Ticket>,
    /// As far as it is counted.
    counting: Option<Stored>,
    /// Lines above the window.
    pub scroll: usize,
    /// How many places the window can be scrolled to.
    lines: usize,
}

/// One line of the sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CostLine {
    Heading(String),
    /// What it is, its figure, and a second one.
    Row(String, String, String),
    Text(String),
}

impl CostSheet {
    pub fn new(here: &Location) -> CostSheet {
        let place = here.bucket().map(|bucket| (bucket.clone(), here.prefix()));
        CostSheet { place, ..CostSheet::default() }
    }

    pub fn is_counting(&self) -> bool {
        self.ticket.is_some()
    }

    /// What is painted in lines of so many cells, from top to bottom.
    pub fn lines(&self, session: &Session, usage: &UsageMeter, cells: usize) -> Vec<CostLine> {
        let lines = self.told(session, usage).into_iter();
        lines.flat_map(|line| laid_out(line, cells)).collect()
    }

    fn told(&self, session: &Session, usage: &UsageMeter) -> Vec<CostLine> {
        let mut lines = used(session, usage);
        lines.extend(prices(session.price()));
        lines.extend(self.stored(session));
        let note = "Estimates by list prices, without free amounts, taxes and discounts.";
        lines.push(CostLine::Text(note.to_owned()));
        lines
    }

    fn stored(&self, session: &Session) -> Vec<CostLine> {
        let Some((bucket, prefix)) = &self.place else {
            let text = "Open a bucket to see what it costs a month.";
            return vec![CostLine::Text(text.to_owned())];
        };
        let heading = CostLine::Heading(format!("s3://{bucket}/{prefix}"));
        let known = session.measured(bucket, prefix);
        let when = match (&self.counting, known) {
            (Some(_), _) if self.is_counting() => "counting…".to_owned(),
            (_, Some((at, _))) => format!("counted {}", Moment(*at, &session.zone)),
            (_, None) => {
                let text = "It is not counted yet. Counting takes one listing request for every \
                            1,000 objects.";
                return vec![heading, CostLine::Text(text.to_owned())];
            }
        };
        let Some(stored) = self.counting.as_ref().or(known.map(|(_, stored)| stored)) else {
            return vec![heading];
        };
        let mut lines = vec![heading];
        let objects = Counted(stored.objects(), "object").to_string();
        lines.push(CostLine::Row(objects, Size(stored.bytes()).to_string(), when));
        for (class, totals) in stored.classes() {
            let count = format!("  {class}: {}", Count(totals.objects));
            lines.push(CostLine::Row(count, Size(totals.bytes).to_string(), String::new()));
        }
        lines.extend(retrieved(stored, session));
        lines.extend(monthly(stored, session));
        lines.extend(compared(stored, session));
        lines
    }
}

/// A line as it has room: a text is wrapped, figures that do not fit beside are below.
fn laid_out(line: CostLine, cells: usize) -> Vec<CostLine> {
    let (what, figure, second) = match line {
        CostLine::Heading(_) => return vec![line],
        CostLine::Text(text) => {
            return wrap(&text, cells).into_iter().map(CostLine::Text).collect();
        }
        CostLine::Row(what, figure, second) => (what, figure, second),
    };
    let column = second_column(cells);
    let fits = INDENT + width(&what) + 1 + width(&figure) <= cells.saturating_sub(column);
    let empty = String::new;
    let mut rows = Vec::new();
    let what = if fits {
        what
    } else {
        rows.push(CostLine::Row(what, empty(), empty()));
        empty()
    };
    if column > 0 || second.is_empty() {
        rows.push(CostLine::Row(what, figure, second));
    } else {
        rows.push(CostLine::Row(what, figure, empty()));
        rows.push(CostLine::Row(empty(), second, empty()));
    }
    rows
}

/// Cells before a row.
pub const INDENT: usize = 2;

/// Cells of the widest sheet, without its frame.
pub const WIDEST: u16 = 92;

/// Cells of the column of second figures, where a line has room for one.
pub fn second_column(cells: usize) -> usize {
    if cells > 72 { 26 } else { 0 }
}

/// What it costs to have what is archived made readable once.
fn retrieved(stored: &Stored, session: &Session) -> Vec<CostLine> {
    let connection = session.connection();
    let region = connection.region.as_deref();
    let told = stored.retrievals(&session.prices, connection.provider, region);
    let of_class = |(class, costs): (&str, TierCosts)| {
        let priced = RestoreTier::ALL.into_iter().zip(costs);
        let priced = priced.filter_map(|(tier, cost)| Some((tier, cost?)));
        let row = |(tier, cost): (RestoreTier, Cost)| {
            let what = format!("  {class} out, {}", tier.name());
            CostLine::Row(what, cost.to_string(), String::new())
        };
        priced.map(row).collect::<Vec<_>>()
    };
    told.into_iter().flat_map(of_class).collect()
}

impl Part for CostSheet {
    fn scopes(&self) -> &'static [Scope] {
        Scope::Menu.outwards()
    }

    fn hints(&self) -> Vec<KeyHint> {
        match (self.is_counting(), &self.place) {
            (true, _) => vec![(Action::Dismiss, "stop counting")],
            (false, Some(_)) => vec![(Action::Accept, "count"), (Action::Dismiss, "close")],
            (false, None) => vec![(Action::Dismiss, "close")],
        }
    }

    fn on_action(&mut self, action: Action, cx: &mut Context<'_>) -> bool {
        match action {
            Action::Dismiss if self.is_counting() => {
                cx.abandon(&mut self.ticket);
                self.counting = None;
            }
            Action::Dismiss | Action::Close => {
                cx.abandon(&mut self.ticket);
                cx.close_overlay(None);
            }
            Action::Accept => {
                if let (Some((bucket, prefix)), None) = (&self.place, self.ticket) {
                    let (bucket, prefix) = (bucket.clone(), prefix.clone());
                    self.counting = Some(Stored::default());
                    self.ticket = Some(cx.request(StorageRequest::SumStored { bucket, prefix }));
                }
            }
            other => _ = step(&mut self.scroll, other, self.lines),
        }
        true
    }

    fn owns(&self, ticket: Ticket) -> bool {
        self.ticket == Some(ticket)
    }

    fn on_reply(&mut self, _ticket: Ticket, reply: Reply, cx: &mut Context<'_>) {
        match reply {
            Ok(Answer::Stored(stored)) if stored.done => {
                (self.ticket, self.counting) = (None, None);
                if let Some((bucket, prefix)) = self.place.clone() {
                    cx.ask(Intent::KnowStored { bucket, prefix, stored });
                }
            }
            Ok(Answer::Stored(stored)) => self.counting = Some(stored),
            Ok(_) => {}
            Err(error) => {
                (self.ticket, self.counting) = (None, None);
                cx.ask(Intent::Log(error));
            }
        }
    }

    fn is_waiting(&self) -> bool {
        self.is_counting()
    }

    fn stop(&mut self, cx: &mut Context<'_>) {
        cx.abandon(&mut self.ticket);
    }

    fn fit(&mut self, cx: &Context<'_>) {
        // What frames and bars take of the window, and the lines that this connection takes.
        let room = usize::from(cx.areas.window.height.saturating_sub(6).max(1));
        let window = cx.areas.window;
        let cells = usize::from(WIDEST.min(window.width.saturating_sub(4)).saturating_sub(2));
        let lines = self.lines(cx.session, &UsageMeter::default(), cells).len();
        self.lines = (lines + 3).saturating_sub(room).max(1);
        self.scroll = self.scroll.min(self.lines - 1);
    }
}

fn used(session: &Session, usage: &UsageMeter) -> Vec<CostLine> {
    let mut lines = vec![CostLine::Heading("This session".to_owned())];
    for (name, used) in usage.all() {
        let connection = session.connections.iter().find(|each| each.name == *name);
        let price = connection.and_then(|each| session.price_of(each));
        let cost = price.map_or_else(String::new, |price| price.estimate(used).to_string());
        lines.push(CostLine::Row(format!("{name}: {}", requests(used)), moved(used), cost));
    }
    if lines.len() == 1 {
        lines.push(CostLine::Text("No request was sent yet.".to_owned()));
    }
    lines
}

fn requests(used: &Usage) -> String {
    let (a, b, free) = (Count(used.class_a), Count(used.class_b), Count(used.free));
    format!("{a} class A, {b} class B, {free} free")
}

fn moved(used: &Usage) -> String {
    format!("{} in, {} out", Size(used.received), Size(used.sent))
}

fn prices(price: Option<&Price>) -> Vec<CostLine> {
    let Some(price) = price else {
        let text = "The prices of this server are not known; prices.toml can have them.";
        return vec![CostLine::Text(text.to_owned())];
    };
    let unit = |dollars: f64| Cost(dollars).to_string().trim_start_matches(['~', '<']).to_owned();
    let row = |what: &str, dollars| CostLine::Row(what.to_owned(), unit(dollars), String::new());
    let mut lines = vec![
        CostLine::Heading(format!("Prices: {}, read {}", price.plan, price.as_of)),
        row("a GB stored for a month", price.storage_per_gb_month),
        row("a million of class A (write, list)", price.class_a_per_million),
        row("a million of class B (read)", price.class_b_per_million),
        row("a GB to the internet", price.egress_per_gb),
    ];
    if !price.free.is_empty() {
        lines.push(CostLine::Text(format!("Free: {}.", price.free)));
    }
    lines
}

fn monthly(stored: &Stored, session: &Session) -> Vec<CostLine> {
    let connection = session.connection();
    let region = connection.region.as_deref();
    let Some(monthly) = stored.monthly(&session.prices, connection.provider, region) else {
        return Vec::new();
    };
    let mut lines = vec![CostLine::Row(
        "a month here".to_owned(),
        monthly.cost.to_string(),
        "current objects only".to_owned(),
    )];
    if !monthly.unpriced.is_empty() {
        let classes = monthly.unpriced.join(", ");
        let text = format!("{classes} has no known price and is counted as the usual class.");
        lines.push(CostLine::Text(text));
    }
    lines
}

fn compared(stored: &Stored, session: &Session) -> Vec<CostLine> {
    let mut lines = vec![CostLine::Heading("The same bytes elsewhere".to_owned())];
    lines.push(CostLine::Row(String::new(), "a month".to_owned(), "reading all once".to_owned()));
    for (price, cost) in stored.elsewhere(&session.prices) {
        let reading = price.reading(stored.bytes()).to_string();
        lines.push(CostLine::Row(price.plan.clone(), cost.to_string(), reading));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(what: &str, figure: &str, second: &str, cells: usize) -> Vec<[String; 3]> {
        let row = CostLine::Row(what.to_owned(), figure.to_owned(), second.to_owned());
        let each = |line| match line {
            CostLine::Row(what, figure, second) => [what, figure, second],
            CostLine::Heading(text) | CostLine::Text(text) => [text, String::new(), String::new()],
        };
        laid_out(row, cells).into_iter().map(each).collect()
    }

    #[test]
    fn figures_that_do_not_fit_beside_are_below() {
        let requests = "default@127.0.0.1:38597: 24 class A, 8 class B, 1 free";
        let moved = "45.7 KiB in, 0 B out";
        assert_eq!(texts(requests, moved, "$1", 110), [[requests, moved, "$1"]]);
        assert_eq!(texts(requests, moved, "$1", 74), [[requests, "", ""], ["", moved, "$1"]]);
        let narrow = [[requests, "", ""], ["", moved, ""], ["", "$1", ""]];
        assert_eq!(texts(requests, moved, "$1", 60), narrow);
        assert_eq!(texts("a GB", "$0.01", "", 34), [["a GB", "$0.01", ""]]);
    }

    #[test]
    fn a_text_is_wrapped() {
        let text = CostLine::Text("It is not counted yet.".to_owned());
        assert_eq!(laid_out(text, 12).len(), 2);
    }
}
