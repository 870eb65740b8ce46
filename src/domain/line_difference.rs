//! Finds the lines in which two texts differ.

use similar::{Algorithm, Change, ChangeTag, DiffOp, capture_diff_slices};

/// A line of one text, of the other, or of both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DifferenceLine {
    Same(String),
    Old(String),
    New(String),
    /// So many same lines are left out.
    Skipped(usize),
}

/// Same lines that are shown around a change.
const AROUND: usize = 3;

/// Longer middles are told as all old, then all new.
const MOST_CELLS: usize = 4_000_000;

impl DifferenceLine {
    /// As a unified difference writes it.
    pub fn words(&self) -> String {
        match self {
            DifferenceLine::Same(line) => format!("  {line}"),
            DifferenceLine::Old(line) => format!("- {line}"),
            DifferenceLine::New(line) => format!("+ {line}"),
            DifferenceLine::Skipped(lines) => format!("  … {lines} same"),
        }
    }
}

/// None where the texts have the same lines.
pub fn difference(old: &str, new: &str) -> Vec<DifferenceLine> {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    if old == new {
        return Vec::new();
    }
    let before = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let (old_rest, new_rest) = (&old[before..], &new[before..]);
    let after = old_rest.iter().rev().zip(new_rest.iter().rev());
    let after = after.take_while(|(old, new)| old == new).count();
    let same = |line: &&str| DifferenceLine::Same((*line).to_owned());
    let mut lines: Vec<DifferenceLine> = old[..before].iter().map(same).collect();
    let (old_end, new_end) = (old_rest.len() - after, new_rest.len() - after);
    lines.extend(middle(&old_rest[..old_end], &new_rest[..new_end]));
    lines.extend(old_rest[old_end..].iter().map(same));
    shortened(lines)
}

/// By the longest lines that both have in common.
fn middle(old: &[&str], new: &[&str]) -> Vec<DifferenceLine> {
    let line = |change: Change<&str>| match change.tag() {
        ChangeTag::Equal => DifferenceLine::Same(change.value().to_owned()),
        ChangeTag::Delete => DifferenceLine::Old(change.value().to_owned()),
        ChangeTag::Insert => DifferenceLine::New(change.value().to_owned()),
    };
    let ops = match old.len().saturating_mul(new.len()) <= MOST_CELLS {
        true => capture_diff_slices(Algorithm::Myers, old, new),
        false => vec![DiffOp::Replace {
            old_index: 0,
            old_len: old.len(),
            new_index: 0,
            new_len: new.len(),
        }],
    };
    ops.iter().flat_map(|op| op.iter_changes(old, new)).map(line).collect()
}

/// Without the same lines that are far from every change.
fn shortened(lines: Vec<DifferenceLine>) -> Vec<DifferenceLine> {
    let changed = |line: &DifferenceLine| !matches!(line, DifferenceLine::Same(_));
    let near: Vec<bool> = (0..lines.len())
        .map(|at| {
            let from = at.saturating_sub(AROUND);
            let to = (at + AROUND + 1).min(lines.len());
            lines[from..to].iter().any(changed)
        })
        .collect();
    let mut kept = Vec::new();
    for (line, near) in lines.into_iter().zip(near) {
        match (near, kept.last_mut()) {
            (true, _) => kept.push(line),
            (false, Some(DifferenceLine::Skipped(count))) => *count += 1,
            (false, _) => kept.push(DifferenceLine::Skipped(1)),
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(old: &str, new: &str) -> String {
        let lines: Vec<String> = difference(old, new).iter().map(DifferenceLine::words).collect();
        lines.join("\n")
    }

    #[test]
    fn only_what_differs_is_told_with_the_lines_around_it() {
        assert_eq!(told("a\nb\nc", "a\nb\nc\n"), "");
        assert_eq!(told("a\nb\nc", "a\nx\nc"), "  a\n- b\n+ x\n  c");
        assert_eq!(told("", "a"), "+ a");
        assert_eq!(told("a", ""), "- a");
        assert_eq!(
            told("1\n2\n3\n4\n5\n6", "1\n2\n3\n4\n5\n7"),
            "  … 2 same\n  3\n  4\n  5\n- 6\n+ 7"
        );
        assert_eq!(told("a\nb\nc\nd", "b\nx\nc\nd"), "- a\n  b\n+ x\n  c\n  d");
    }

    #[test]
    fn texts_too_long_to_compare_are_told_whole() {
        let lines = |word| (0..3000).map(|n| format!("{word} {n}")).collect::<Vec<_>>().join("\n");
        assert_eq!(difference(&lines("old"), &lines("new")).len(), 6000);
    }
}
