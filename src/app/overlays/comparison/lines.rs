//! Puts what was compared into the lines that are shown.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;

use crate::app::screens::details::{facts, object_facts};
use crate::domain::compared::{
    Compared, ComparedBytes, ComparedSide, MOST_COMPARED, TreeDifference,
};
use crate::domain::line_difference::DifferenceLine;
use crate::domain::object::ObjectHead;
use crate::domain::units::{Count, Size};
use crate::domain::value_difference::{MOST_DIFFERENCES, ValueDifference};

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

pub fn lines(compared: &Compared, zone: &TimeZone) -> Vec<ComparisonLine> {
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
            format!("They differ. The place was not looked for: they are larger than {most}.")
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
