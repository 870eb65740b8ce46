//! Decides which objects a search finds: by name, size, age, class and ending.

pub mod bounds;
mod line;
mod literals;
pub mod sieve;
pub mod steps;

use jiff::{SignedDuration, Timestamp};
use memchr::memrchr;
use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use regex::{Regex, bytes};

use crate::domain::file_kind::{FileKind, extension};
use crate::domain::glob::{Star, expression};
use crate::domain::listing::{Class, Row, RowKind};
use crate::domain::presign::parse_age;
use crate::domain::price::STANDARD;
use crate::domain::units::parse_size;

/// What all must hold of an object that is found.
#[derive(Clone, Debug, Default)]
pub struct Criteria {
    /// Letters that the name has in this order, as in the palette.
    fuzzy: Option<Pattern>,
    globs: Vec<NameGlob>,
    regexes: Vec<Regex>,
    sizes: Vec<(Comparison, u64)>,
    ages: Vec<(Comparison, SignedDuration)>,
    /// As S3 spells it.
    class: Option<String>,
    /// Without its dot, lower case.
    ending: Option<String>,
    kind: Option<FileKind>,
    /// The server is asked, whatever index there is.
    live: bool,
}

/// Which side of a bound is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    Below,
    AtMost,
    Exactly,
    AtLeast,
    Above,
}

/// A pattern of a shell. Without a `/` it is held against the last part of the name.
#[derive(Clone, Debug)]
struct NameGlob {
    text: String,
    matcher: bytes::Regex,
    whole: bool,
}

/// An object as a search sees it.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    /// Below the place that is searched.
    pub name: &'a str,
    pub size: u64,
    pub modified: Option<Timestamp>,
    pub class: &'a str,
}

impl<'a> Candidate<'a> {
    /// `None` for a prefix. Where the server names no class, it is the usual one.
    pub fn of(row: &Row<'a>) -> Option<Candidate<'a>> {
        let RowKind::Object { size, modified, class } = row.kind else { return None };
        let class = if class == Class::Unknown { STANDARD } else { class.as_str() };
        Some(Candidate { name: row.name, size, modified, class })
    }
}

impl Criteria {
    #[must_use]
    pub fn fuzzy(mut self, text: &str) -> Criteria {
        self.fuzzy = Some(Pattern::parse(text, CaseMatching::Smart, Normalization::Smart));
        self
    }

    /// # Errors
    /// A sentence that says what is wrong with the pattern.
    pub fn glob(mut self, text: &str) -> Result<Criteria, String> {
        let unread = |why: String| format!("the pattern {text:?} cannot be read: {why}");
        let inner = expression(text, Star::WithinParts).map_err(unread)?;
        let matcher = bytes::Regex::new(&format!("(?s-u)^{inner}$"))
            .map_err(|_| unread("it is too long".to_owned()))?;
        self.globs.push(NameGlob { text: text.to_owned(), matcher, whole: text.contains('/') });
        Ok(self)
    }

    /// Adds a regular expression, which is not anchored.
    ///
    /// # Errors
    /// A sentence that says what is wrong with the expression.
    pub fn regex(mut self, text: &str) -> Result<Criteria, String> {
        let told = |error: regex::Error| {
            let error = error.to_string();
            let why = error.lines().last().unwrap_or_default().trim();
            let why = why.strip_prefix("error: ").unwrap_or(why);
            format!("the regular expression {text:?} cannot be read: {why}")
        };
        self.regexes.push(Regex::new(text).map_err(told)?);
        Ok(self)
    }

    /// Adds a bound on the size: `>10M`, `<=2GiB`, `0`.
    ///
    /// # Errors
    /// A sentence that says what was expected.
    pub fn size(mut self, text: &str) -> Result<Criteria, String> {
        let (comparison, bound) = comparison(text);
        let bound = parse_size(&decimal(bound)).map_err(|_| {
            format!("{text:?} is not a size: write '>10M', '<2GiB' or a number of bytes")
        })?;
        self.sizes.push((comparison, bound));
        Ok(self)
    }

    /// Adds a bound on the age: `<7d`, `>1h30m`. No object has exactly an age.
    ///
    /// # Errors
    /// A sentence that says what was expected.
    pub fn age(mut self, text: &str) -> Result<Criteria, String> {
        let (comparison, bound) = comparison(text);
        let wrong = || format!("{text:?} is not an age: write '<7d' or '>12h'");
        let bare = |unit: String| format!("{text:?} has no unit; {unit}");
        let number = bound.trim().parse::<u64>().is_ok();
        let bound = parse_age(bound).map_err(|why| if number { bare(why) } else { wrong() })?;
        let bound = SignedDuration::try_from(bound)
            .ok()
            .filter(|_| comparison != Comparison::Exactly)
            .ok_or_else(wrong)?;
        self.ages.push((comparison, bound));
        Ok(self)
    }

    #[must_use]
    pub fn class(mut self, text: &str) -> Criteria {
        self.class = Some(text.to_ascii_uppercase());
        self
    }

    #[must_use]
    pub fn ending(mut self, text: &str) -> Criteria {
        self.ending = Some(text.trim_start_matches('.').to_lowercase());
        self
    }

    /// `image`, `media`, `archive`, `code`, `document` or `data`, by the end of the name.
    ///
    /// # Errors
    /// A sentence that names them.
    pub fn kind(mut self, text: &str) -> Result<Criteria, String> {
        let named = FileKind::named(&text.to_lowercase());
        self.kind = Some(named.ok_or_else(|| {
            let known: Vec<&str> = FileKind::NAMED.iter().map(|(name, _)| *name).collect();
            format!("{text:?} is not a type: it is one of {}", known.join(", "))
        })?);
        Ok(self)
    }

    /// Whether no index is to answer.
    pub fn asks_server(&self) -> bool {
        self.live
    }

    pub fn hold_of(&self, found: Candidate<'_>, now: Timestamp, matcher: &mut Search) -> bool {
        self.describe(found, now) && self.names(found.name, matcher)
    }

    /// Whether a row of a listing is an object that is looked for.
    pub fn take_row(&self, row: &Row<'_>, now: Timestamp, matcher: &mut Search) -> bool {
        Candidate::of(row).is_some_and(|found| self.hold_of(found, now, matcher))
    }

    /// Whether the name is one that is looked for, whatever else is.
    pub fn names(&self, name: &str, matcher: &mut Search) -> bool {
        self.ends(name.as_bytes())
            && self.globs.iter().all(|glob| glob.matches(name))
            && self.regexes.iter().all(|regex| regex.is_match(name))
            && self.fuzzy.as_ref().is_none_or(|pattern| matcher.finds(pattern, name))
    }

    /// Whether a name ends as it is looked for.
    fn ends(&self, name: &[u8]) -> bool {
        self.ending.as_ref().is_none_or(|ending| has_ending(name, ending.as_bytes()))
            && self.kind.is_none_or(|kind| {
                extension(name).map_or(FileKind::Plain, FileKind::of_extension_bytes) == kind
            })
    }

    /// Whether more is looked at than the name.
    pub fn asks_for_facts(&self) -> bool {
        self.class.is_some() || !self.sizes.is_empty() || !self.ages.is_empty()
    }

    /// Whether all but the name is as it is looked for.
    pub fn describe(&self, found: Candidate<'_>, now: Timestamp) -> bool {
        let age = found.modified.map(|modified| now.duration_since(modified));
        let aged = |(comparison, bound): &(Comparison, SignedDuration)| {
            age.is_some_and(|age| comparison.holds(age, *bound))
        };
        self.class.as_ref().is_none_or(|class| class == found.class)
            && self.sizes.iter().all(|(comparison, bound)| comparison.holds(found.size, *bound))
            && self.ages.iter().all(aged)
    }
}

/// What a fuzzy search needs from name to name.
pub struct Search {
    matcher: Matcher,
    letters: Vec<char>,
}

impl Default for Search {
    fn default() -> Search {
        Search { matcher: Matcher::new(Config::DEFAULT.match_paths()), letters: Vec::new() }
    }
}

impl Search {
    fn finds(&mut self, pattern: &Pattern, name: &str) -> bool {
        pattern.score(Utf32Str::new(name, &mut self.letters), &mut self.matcher).is_some()
    }
}

impl NameGlob {
    fn matches(&self, name: &str) -> bool {
        let part = if self.whole { name } else { last_part(name) };
        self.matcher.is_match(part.as_bytes())
    }
}

impl Comparison {
    fn holds<T: PartialOrd>(self, value: T, bound: T) -> bool {
        match self {
            Comparison::Below => value < bound,
            Comparison::AtMost => value <= bound,
            Comparison::Exactly => value == bound,
            Comparison::AtLeast => value >= bound,
            Comparison::Above => value > bound,
        }
    }
}

fn comparison(text: &str) -> (Comparison, &str) {
    let text = text.trim();
    let signs = [
        ("<=", Comparison::AtMost),
        (">=", Comparison::AtLeast),
        ("<", Comparison::Below),
        (">", Comparison::Above),
        ("=", Comparison::Exactly),
    ];
    let found = signs.iter().find_map(|(sign, comparison)| {
        text.strip_prefix(sign).map(|bound| (*comparison, bound.trim()))
    });
    found.unwrap_or((Comparison::Exactly, text))
}

/// `10M` is ten million here, as in other searches; `10Mi` is 2²⁰ of it.
fn decimal(bound: &str) -> String {
    match bound.chars().last() {
        Some('k' | 'K' | 'm' | 'M' | 'g' | 'G' | 't' | 'T') => format!("{bound}B"),
        _ => bound.to_owned(),
    }
}

fn last_part(name: &str) -> &str {
    name.trim_end_matches('/').rsplit('/').next().unwrap_or(name)
}

/// What follows the last dot of the last part; empty where there is none or nothing before it.
pub fn ending_of(name: &str) -> &str {
    let start = memrchr(b'/', name.as_bytes()).map_or(0, |at| at + 1);
    match memrchr(b'.', name.as_bytes()) {
        Some(dot) if dot > start => name.get(dot + 1..).unwrap_or_default(),
        _ => "",
    }
}

/// Whether [`ending_of`] a name is this one, in capitals or not.
fn has_ending(name: &[u8], ending: &[u8]) -> bool {
    if ending.is_empty() || ending.contains(&b'.') || ending.contains(&b'/') {
        let of_name = std::str::from_utf8(name).map(ending_of);
        return of_name.is_ok_and(|own| own.as_bytes().eq_ignore_ascii_case(ending));
    }
    let Some((stem, own)) = name.split_at_checked(name.len().wrapping_sub(ending.len())) else {
        return false;
    };
    own.eq_ignore_ascii_case(ending) && matches!(stem, [.., before, b'.'] if *before != b'/')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(criteria: &Criteria, name: &str, size: u64) -> bool {
        let now = Timestamp::from_second(1_790_000_000).unwrap();
        let modified = Some(now - SignedDuration::from_hours(48));
        let found = Candidate { name, size, modified, class: "STANDARD" };
        criteria.hold_of(found, now, &mut Search::default())
    }

    fn named(criteria: &Criteria, name: &str) -> bool {
        holds(criteria, name, 1)
    }

    #[test]
    fn a_glob_without_a_slash_is_of_the_last_part() {
        let glob = |text: &str| Criteria::default().glob(text).unwrap();
        assert!(named(&glob("*.jpg"), "a/b/c.jpg") && !named(&glob("*.jpg"), "a.jpg/c"));
        assert!(named(&glob("a/*.jpg"), "a/c.jpg") && !named(&glob("a/*.jpg"), "a/b/c.jpg"));
        assert!(named(&glob("a/**/*.jpg"), "a/b/x/c.jpg") && named(&glob("**/c.jpg"), "c.jpg"));
        assert!(Criteria::default().glob("a[").is_err());
    }

    #[test]
    fn an_expression_is_not_anchored_and_a_fuzzy_pattern_skips_letters() {
        let regex = Criteria::default().regex("b/c[0-9]+").unwrap();
        assert!(named(&regex, "a/b/c12.x") && !named(&regex, "b/c"));
        let told = Criteria::default().regex("a(").unwrap_err();
        assert_eq!(told, "the regular expression \"a(\" cannot be read: unclosed group");
        let fuzzy = Criteria::default().fuzzy("imgjpg");
        assert!(named(&fuzzy, "x/IMG_0412.jpg") && !named(&fuzzy, "x/notes.txt"));
    }

    #[test]
    fn sizes_and_ages_are_compared() {
        let size = |text: &str| Criteria::default().size(text).unwrap();
        assert!(holds(&size(">10M"), "a", 10_000_001) && !holds(&size(">10M"), "a", 10_000_000));
        assert!(holds(&size("<10Mi"), "a", 10_000_001) && holds(&size("0"), "a", 0));
        assert!(holds(&size(">= 1k"), "a", 1000) && !holds(&size("<=1k"), "a", 1001));
        let age = |text: &str| Criteria::default().age(text).unwrap();
        assert!(named(&age("<7d"), "a") && !named(&age("<1d"), "a") && named(&age(">47h"), "a"));
        assert!(Criteria::default().size("big").is_err() && Criteria::default().age("<x").is_err());
        for exact in ["3d", "=3d"] {
            let told = Criteria::default().age(exact).unwrap_err();
            assert!(told.contains(exact) && told.contains("'<7d' or '>12h'"), "{told}");
        }
    }

    #[test]
    fn a_class_in_any_case_and_an_ending_with_or_without_its_dot() {
        assert!(named(&Criteria::default().class("standard"), "a"));
        assert!(!named(&Criteria::default().class("GLACIER"), "a"));
        for ending in ["jpg", ".JPG"] {
            assert!(named(&Criteria::default().ending(ending), "p.x/a.jpg"), "{ending}");
        }
        assert_eq!(
            (ending_of("a/.profile"), ending_of("a.b/c"), ending_of("a.tar.gz")),
            ("", "", "gz")
        );
    }
}
