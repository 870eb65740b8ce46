//! Shows in what two objects differ: what they are described by, and their bytes.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;

use crate::app::action::{Action, KeyHint};
use crate::app::context::{Context, Intent};
use crate::app::effect::StorageRequest;
use crate::app::event::{Answer, Reply, Ticket};
use crate::app::list::step;
use crate::app::part::Part;
use crate::app::scope::Scope;
use crate::app::screens::details::facts;
use crate::domain::compared::{Compared, ComparedBytes, MOST_COMPARED};
use crate::domain::description::ObjectDescription;
use crate::domain::line_difference::DifferenceLine;
use crate::domain::object::ObjectAddress;
use crate::domain::units::{Count, Size};

#[derive(Clone, Debug)]
pub struct ComparisonSheet {
    pub one: ObjectAddress,
    pub other: ObjectAddress,
    ticket: Option<Ticket>,
    lines: Option<Vec<ComparisonLine>>,
    pub scroll: usize,
}

/// A line of what is shown, raw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ComparisonLine {
    Heading(String),
    /// What both are described by in different words; `None` where one lacks it.
    Fact {
        name: String,
        one: Option<String>,
        other: Option<String>,
    },
    Sentence(String),
    Text(DifferenceLine),
}

impl ComparisonSheet {
    pub fn new(one: ObjectAddress, other: ObjectAddress) -> ComparisonSheet {
        ComparisonSheet { one, other, ticket: None, lines: None, scroll: 0 }
    }

    /// `None` while they are compared.
    pub fn lines(&self) -> Option<&[ComparisonLine]> {
        self.lines.as_deref()
    }

    fn close(&mut self, cx: &mut Context<'_>) {
        self.stop(cx);
        cx.close_overlay(None);
    }
}

impl Part for ComparisonSheet {
    fn scopes(&self) -> &'static [Scope] {
        Scope::Details.outwards()
    }

    fn start(&mut self, cx: &mut Context<'_>) {
        let (one, other) = (self.one.clone(), self.other.clone());
        self.ticket = Some(cx.request(StorageRequest::Compare { one, other }));
    }

    fn covers(&self) -> bool {
        true
    }

    fn takes_paste(&self) -> bool {
        false
    }

    fn hints(&self) -> Vec<KeyHint> {
        if self.ticket.is_some() {
            return vec![(Action::Dismiss, "stop")];
        }
        vec![(Action::Down, "down"), (Action::Up, "up"), (Action::Dismiss, "close")]
    }

    fn on_action(&mut self, action: Action, cx: &mut Context<'_>) -> bool {
        match action {
            Action::Dismiss | Action::Close => self.close(cx),
            other => {
                let len = self.lines.as_ref().map_or(0, Vec::len);
                step(&mut self.scroll, other, len);
            }
        }
        true
    }

    fn scroll(&mut self, by: isize, _cx: &mut Context<'_>) {
        let last = self.lines.as_ref().map_or(0, Vec::len).saturating_sub(1);
        self.scroll = self.scroll.saturating_add_signed(by).min(last);
    }

    fn owns(&self, ticket: Ticket) -> bool {
        self.ticket == Some(ticket)
    }

    fn on_reply(&mut self, _ticket: Ticket, reply: Reply, cx: &mut Context<'_>) {
        self.ticket = None;
        match reply {
            Ok(Answer::Compared(compared)) => {
                self.lines = Some(lines(&compared, &cx.session.zone));
            }
            Ok(_) => {}
            Err(error) => cx.close_overlay(Some(Intent::Log(error))),
        }
    }

    fn is_waiting(&self) -> bool {
        self.ticket.is_some()
    }

    fn stop(&mut self, cx: &mut Context<'_>) {
        cx.abandon(&mut self.ticket);
    }
}

fn lines(compared: &Compared, zone: &TimeZone) -> Vec<ComparisonLine> {
    let mut lines = described(compared, zone);
    if lines.is_empty() {
        lines.push(ComparisonLine::Sentence("They are described by the same.".to_owned()));
    }
    lines.insert(0, ComparisonLine::Heading("Described by".to_owned()));
    lines.push(ComparisonLine::Heading("Bytes".to_owned()));
    let (sentence, texts) = bytes(&compared.bytes);
    lines.extend(sentence.map(ComparisonLine::Sentence));
    lines.extend(texts.iter().cloned().map(ComparisonLine::Text));
    lines
}

/// What differs, in the order of the details.
fn described(compared: &Compared, zone: &TimeZone) -> Vec<ComparisonLine> {
    let (one, other) = (told(&compared.one, zone), told(&compared.other, zone));
    let mut seen = BTreeSet::new();
    let names = one.iter().chain(&other).map(|(name, _)| name).filter(|name| seen.insert(*name));
    let of = |facts: &[(String, String)], name: &str| {
        facts.iter().find(|(known, _)| known == name).map(|(_, text)| text.clone())
    };
    names
        .filter_map(|name| {
            let (one, other) = (of(&one, name), of(&other, name));
            (one != other).then(|| ComparisonLine::Fact { name: name.clone(), one, other })
        })
        .collect()
}

fn told(description: &ObjectDescription, zone: &TimeZone) -> Vec<(String, String)> {
    let mut told = facts(&description.object, &description.head, zone);
    // The sheet is titled by it.
    told.retain(|(name, _)| name != "bucket");
    let tags = description.tags.iter().flatten();
    told.extend(tags.map(|(name, value)| (format!("tag {name}"), value.clone())));
    told
}

fn bytes(bytes: &ComparedBytes) -> (Option<String>, &[DifferenceLine]) {
    let sentence = match bytes {
        ComparedBytes::SameBySum => "The server's checksums say that they are the same.".to_owned(),
        ComparedBytes::Same => "They are the same, byte for byte.".to_owned(),
        ComparedBytes::Lines(lines) if lines.is_empty() => {
            "Only the ends of lines differ.".to_owned()
        }
        ComparedBytes::Lines(lines) => return (None, lines),
        ComparedBytes::From(0) => "They differ from the first byte on.".to_owned(),
        ComparedBytes::From(at) => format!("They differ from byte {} on.", Count(*at)),
        ComparedBytes::Other => {
            let most = Size(MOST_COMPARED);
            format!("They differ; where is not looked for in objects above {most}.")
        }
        ComparedBytes::SameStart(read) => {
            format!("The first {} are the same; the rest was not read.", Size(*read))
        }
        ComparedBytes::Unread => "They were not read: an archived object has to be restored \
                                  before it can be."
            .to_owned(),
    };
    (Some(sentence), &[])
}
