//! Finds a name between two others, made of characters that names were seen to have.

use std::collections::BTreeSet;

/// The character that sorts behind every name that begins so.
pub const LAST: char = char::MAX;

/// Characters behind the first difference that are looked at.
const DEEP: usize = 12;

/// Characters that two names begin with.
pub fn common(one: &str, other: &str) -> usize {
    one.chars().zip(other.chars()).take_while(|(one, other)| one == other).count()
}

/// What is behind all names that begin as `from` does, with half of the characters that are not
/// known to be the same up to `to` and are in a page: does all that is left begin so? `same`:
/// characters that the names of a page share.
pub fn behind(from: &str, to: Option<&str>, same: usize) -> Option<String> {
    let known = to.map_or(0, |to| common(from, to));
    let length = usize::midpoint(known, same);
    if length <= known {
        return None;
    }
    let mut name: String = from.chars().take(length).collect();
    name.push(LAST);
    fits(name, from, to)
}

/// A name behind `from` and before `to`, somewhere in the middle; `None` where there is none to be
/// found.
pub fn middle(from: &str, to: Option<&str>, alphabet: &BTreeSet<char>) -> Option<String> {
    let letters: Vec<char> = alphabet.iter().copied().filter(|letter| *letter != LAST).collect();
    let low: Vec<char> = from.chars().collect();
    let high: Vec<char> = to.map_or_else(|| vec![LAST], |to| to.chars().collect());
    fits(between(&low, &high, &letters)?, from, to)
}

fn fits(name: String, from: &str, to: Option<&str>) -> Option<String> {
    (name.as_str() > from && to.is_none_or(|to| name.as_str() < to)).then_some(name)
}

fn between(low: &[char], high: &[char], letters: &[char]) -> Option<String> {
    let same = low.iter().zip(high).take_while(|(low, high)| low == high).count();
    let start: String = low.get(..same)?.iter().collect();
    let below = rank(low.get(same).copied(), letters);
    let above = match high.get(same) {
        Some(&LAST) => letters.len(),
        Some(letter) => letters.partition_point(|known| known < letter),
        None => return None,
    };
    if let Some(letter) = letters.get(usize::midpoint(below, above)).filter(|_| above > below + 1) {
        return Some(format!("{start}{letter}"));
    }
    let mut name = start.clone();
    // Below the lower one: from its next characters up to the last there are.
    if let Some(letter) = low.get(same) {
        name.push(*letter);
        for at in same + 1..same + 1 + DEEP {
            let below = rank(low.get(at).copied(), letters);
            if let Some(letter) = letters.get(usize::midpoint(below, letters.len()))
                && letters.len() > below + 1
            {
                return Some(format!("{name}{letter}"));
            }
            let Some(letter) = low.get(at) else { break };
            name.push(*letter);
        }
    }
    // Below the upper one: from the first character there is up to its next ones.
    let mut name = start;
    for (at, letter) in high.iter().enumerate().skip(same).take(DEEP) {
        if *letter == LAST {
            return None;
        }
        name.push(*letter);
        let above = match high.get(at + 1) {
            Some(&LAST) => letters.len(),
            Some(next) => letters.partition_point(|known| known < next),
            None => return None,
        };
        if let Some(letter) = letters.get(above / 2).filter(|_| above > 0) {
            return Some(format!("{name}{letter}"));
        }
    }
    None
}

/// How many letters are not behind a character; none where a name ends.
fn rank(letter: Option<char>, letters: &[char]) -> usize {
    letter.map_or(0, |letter| letters.partition_point(|known| *known <= letter)).saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(from: &str, to: Option<&str>) -> Option<String> {
        let alphabet = "0123456789/ab".chars().collect();
        middle(from, to, &alphabet)
    }

    #[test]
    fn a_name_is_between_two_others() {
        assert_eq!(found("0", Some("8")).as_deref(), Some("4"));
        assert_eq!(found("part-00", Some("part-1")).as_deref(), Some("part-06"));
        let cases = [("", None), ("0", None), ("09", Some("1")), ("1", Some("10")), ("b", None)];
        for (from, to) in cases {
            if let Some(name) = found(from, to) {
                assert!(name.as_str() > from && to.is_none_or(|to| name.as_str() < to), "{name}");
            }
        }
        assert_eq!(found("a", Some("a")), None);
        assert_eq!(found("b\u{10ffff}", Some("b\u{10ffff}")), None);
    }

    #[test]
    fn what_all_names_begin_with_is_asked_about_by_halves() {
        let from = "logs/2026/01";
        assert_eq!(behind(from, None, 10).as_deref(), Some("logs/\u{10ffff}"));
        assert_eq!(behind(from, Some("logs/\u{10ffff}"), 10).as_deref(), Some("logs/20\u{10ffff}"));
        assert_eq!(behind(from, Some("logs/2026/\u{10ffff}"), 10), None);
        assert_eq!(behind(from, None, 1), None);
    }
}
