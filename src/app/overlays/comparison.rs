//! Shows in what two objects, files or trees of them differ.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;

use crate::app::action::{Action, KeyHint};
use crate::app::context::{Context, Intent};
use crate::app::effect::StorageRequest;
use crate::app::event::{Answer, Reply, Ticket};
use crate::app::list::step;
use crate::app::part::Part;
use crate::app::scope::Scope;
use crate::app::screens::details::{facts, object_facts};
use crate::domain::compared::{
    Compared, ComparedBytes, ComparedSide, ComparedTrees, MOST_COMPARED, TreeDifference,
};
use crate::domain::diff_end::{DiffEnd, DiffKind};
use crate::domain::line_difference::DifferenceLine;
use crate::domain::object::ObjectHead;
use crate::domain::units::{Count, Size};
use crate::domain::value_difference::{MOST_DIFFERENCES, ValueDifference};

#[derive(Clone, Debug)]
pub struct ComparisonSheet {
    pub one: DiffEnd,
    pub other: DiffEnd,
    ticket: Option<Ticket>,
    lines: Option<Vec<ComparisonLine>>,
    trees: Option<TreesSum>,
    pub scroll: usize,
}

/// What is known of two trees.
#[derive(Clone, Debug, Default)]
pub struct TreesSum {
    /// Names that are compared, and how many there are.
    pub compared: u64,
    pub names: u64,
    pub failed: u64,
    differing: [u64; 3],
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
    /// The way to a value that differs, and both; `None` where one lacks it.
    Value(ValueDifference),
    /// A line that both have, or what is left out of them.
    Text(DifferenceLine),
    /// Lines in the same place.
    Lines(Option<String>, Option<String>),
    /// A name that two trees do not have alike.
    Name(TreeDifference),
}

impl ComparisonSheet {
    pub fn new(one: DiffEnd, other: DiffEnd) -> ComparisonSheet {
        ComparisonSheet { one, other, ticket: None, lines: None, trees: None, scroll: 0 }
    }

    /// `None` while nothing is known yet.
    pub fn lines(&self) -> Option<&[ComparisonLine]> {
        self.lines.as_deref()
    }

    pub fn is_comparing(&self) -> bool {
        self.ticket.is_some()
    }

    /// How far trees are compared, and what was found so far.
    pub fn trees(&self) -> Option<&TreesSum> {
        self.trees.as_ref()
    }

    fn on_trees(&mut self, news: ComparedTrees, cx: &mut Context<'_>) {
        let sum = self.trees.get_or_insert_default();
        let lines = self.lines.get_or_insert_default();
        (sum.compared, sum.names) = (news.compared, news.names);
        sum.failed += news.failed.len() as u64;
        for found in news.differing {
            sum.differing[found.difference as usize] += 1;
            lines.push(ComparisonLine::Name(found));
        }
        for error in news.failed {
            lines.push(ComparisonLine::Sentence(error.to_string()));
            cx.ask(Intent::LogQuietly(error));
        }
        if news.done {
            self.ticket = None;
            if lines.is_empty() {
                lines.push(ComparisonLine::Sentence(sum.same().to_owned()));
            }
        }
    }

    fn close(&mut self, cx: &mut Context<'_>) {
        self.stop(cx);
        cx.close_overlay(None);
    }
}

impl TreesSum {
    pub fn count(&self, difference: DiffKind) -> u64 {
        self.differing[difference as usize]
    }

    fn same(&self) -> &'static str {
        match self.names {
            0 => "There is nothing in either of them.",
            _ => "They have the same names with the same bytes.",
        }
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
        match reply {
            Ok(Answer::ComparedTrees(news)) => self.on_trees(news, cx),
            Ok(Answer::Compared(compared)) => {
                self.ticket = None;
                self.lines = Some(lines(&compared, &cx.session.zone));
            }
            Ok(_) => self.ticket = None,
            Err(error) => {
                self.ticket = None;
                cx.close_overlay(Some(Intent::Log(error)));
            }
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
    lines.extend(compared.values.as_deref().map(values).unwrap_or_default());
    let (sentence, texts) = bytes(&compared.bytes);
    let heading = if texts.is_empty() { "Bytes" } else { "Lines" };
    lines.push(ComparisonLine::Heading(heading.to_owned()));
    lines.extend(sentence.map(ComparisonLine::Sentence));
    lines.extend(beside(texts));
    lines
}

fn values(values: &[ValueDifference]) -> Vec<ComparisonLine> {
    let mut lines = vec![ComparisonLine::Heading("Values".to_owned())];
    if values.is_empty() {
        let same = "They hold the same values; only the way they are written differs.";
        lines.push(ComparisonLine::Sentence(same.to_owned()));
    }
    lines.extend(values.iter().cloned().map(ComparisonLine::Value));
    if values.len() >= MOST_DIFFERENCES {
        let more = format!("Only the first {} are shown.", Count(MOST_DIFFERENCES as u64));
        lines.push(ComparisonLine::Sentence(more));
    }
    lines
}

/// Lines that were replaced stand beside those that replace them.
fn beside(texts: &[DifferenceLine]) -> Vec<ComparisonLine> {
    let mut lines = Vec::new();
    let (mut old, mut new) = (Vec::new(), Vec::new());
    let pair = |old: &mut Vec<String>, new: &mut Vec<String>| {
        let count = old.len().max(new.len());
        let (mut old, mut new) = (old.drain(..), new.drain(..));
        (0..count).map(|_| ComparisonLine::Lines(old.next(), new.next())).collect::<Vec<_>>()
    };
    for text in texts {
        match text {
            DifferenceLine::Old(line) if new.is_empty() => old.push(line.clone()),
            DifferenceLine::Old(line) => {
                lines.extend(pair(&mut old, &mut new));
                old.push(line.clone());
            }
            DifferenceLine::New(line) => new.push(line.clone()),
            DifferenceLine::Same(_) | DifferenceLine::Skipped(_) => {
                lines.extend(pair(&mut old, &mut new));
                lines.push(ComparisonLine::Text(text.clone()));
            }
        }
    }
    lines.extend(pair(&mut old, &mut new));
    lines
}

/// What differs, in the order of the details. Of a file only what a file has is compared.
fn described(compared: &Compared, zone: &TimeZone) -> Vec<ComparisonLine> {
    let (mut one, mut other) = (told(&compared.one, zone), told(&compared.other, zone));
    let is_file = |side: &ComparedSide| matches!(side, ComparedSide::Local(_));
    if is_file(&compared.one) || is_file(&compared.other) {
        one.retain(|(name, _)| OF_FILES.contains(&name.as_str()));
        other.retain(|(name, _)| OF_FILES.contains(&name.as_str()));
    }
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

/// Facts that files have too.
const OF_FILES: [&str; 2] = ["size", "modified"];

fn told(side: &ComparedSide, zone: &TimeZone) -> Vec<(String, String)> {
    let description = match side {
        ComparedSide::Stored(description) => description,
        ComparedSide::Local(file) => {
            let (size, modified) = (Some(file.size), file.modified);
            return object_facts(&ObjectHead { size, modified, ..ObjectHead::default() }, zone);
        }
    };
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
