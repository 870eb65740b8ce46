//! Tells which of sorted names are found, going on from what each shares with the one before.

use std::mem;

use memchr::{memchr2, memrchr};
use nucleo_matcher::Utf32Str;
use nucleo_matcher::pattern::{Atom, AtomKind};
use regex_automata::hybrid::LazyStateID;
use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::util::{start, syntax};

use crate::domain::criteria::{Criteria, Search};

/// Bytes of states that one pattern may have; a name that takes more is looked at as a whole.
const STATES: usize = 8 * 1024 * 1024;

/// Finds exactly what [`Criteria::names`] does.
pub struct NameSteps<'a> {
    criteria: &'a Criteria,
    letters: Vec<Letters>,
    machines: Vec<Machine>,
    /// Every pattern goes by steps.
    all: bool,
    search: Search,
}

/// How the expression that stands for a glob is read.
pub(super) fn glob_form() -> syntax::Config {
    syntax::Config::new().utf8(false).dot_matches_new_line(true)
}

/// Whether one pattern finds a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Found,
    Missed,
    Unsure,
}

impl<'a> NameSteps<'a> {
    pub fn of(criteria: &'a Criteria) -> NameSteps<'a> {
        NameSteps::within(criteria, STATES)
    }

    fn within(criteria: &'a Criteria, room: usize) -> NameSteps<'a> {
        let atoms = criteria.fuzzy.iter().flat_map(|pattern| &pattern.atoms);
        let letters: Vec<Option<Letters>> = atoms.map(Letters::of).collect();
        let globs = criteria
            .globs
            .iter()
            .map(|glob| Machine::of(glob.matcher.as_str(), glob_form(), !glob.whole, room));
        let regexes = criteria.regexes.iter();
        let regexes =
            regexes.map(|regex| Machine::of(regex.as_str(), syntax::Config::new(), false, room));
        let machines: Vec<Option<Machine>> = globs.chain(regexes).collect();
        let all = letters.iter().all(Option::is_some) && machines.iter().all(Option::is_some);
        let letters = letters.into_iter().flatten().collect();
        let machines = machines.into_iter().flatten().collect();
        NameSteps { criteria, letters, machines, all, search: Search::default() }
    }

    /// Whether a name is found. What is no text may be, for whoever reads it. `shared`: the bytes
    /// that it has of the one that was looked at before, and of all between.
    pub fn finds(&mut self, name: &[u8], shared: usize) -> bool {
        for common in self.letters.iter_mut().map(|letters| &mut letters.common) {
            *common = shared.min(*common);
        }
        for common in self.machines.iter_mut().map(|machine| &mut machine.common) {
            *common = shared.min(*common);
        }
        let mut sure = self.all;
        for letters in &mut self.letters {
            match letters.step(name) {
                Verdict::Found => {}
                Verdict::Missed => return false,
                Verdict::Unsure => sure = false,
            }
        }
        for machine in &mut self.machines {
            match machine.step(name) {
                Verdict::Found => {}
                Verdict::Missed => return false,
                Verdict::Unsure => sure = false,
            }
        }
        if sure {
            return self.criteria.ends(name);
        }
        let Ok(text) = std::str::from_utf8(name) else { return true };
        self.criteria.names(text, &mut self.search)
    }
}

/// Letters that a name has in this order.
struct Letters {
    needle: Vec<u8>,
    /// Upper case is as lower case.
    folds: bool,
    /// Where each that is found stands in the name that was looked at last.
    found: Vec<usize>,
    /// Where a letter that may be written in several ways stood before all were found.
    other: Option<usize>,
    /// What the next name shares with the one that was looked at last.
    common: usize,
}

impl Letters {
    /// `None` where they are no plain letters.
    fn of(atom: &Atom) -> Option<Letters> {
        if atom.negative || atom.kind != AtomKind::Fuzzy {
            return None;
        }
        let Utf32Str::Ascii(needle) = atom.needle_text() else { return None };
        let folds = !needle.iter().any(u8::is_ascii_uppercase);
        Some(Letters { needle: needle.to_vec(), folds, found: Vec::new(), other: None, common: 0 })
    }

    fn step(&mut self, name: &[u8]) -> Verdict {
        let shared = mem::replace(&mut self.common, usize::MAX);
        let kept = self.found.partition_point(|at| *at < shared);
        self.found.truncate(kept);
        self.other = self.other.filter(|at| *at < shared);
        let wanted = self.needle.get(kept..).unwrap_or_default();
        if wanted.is_empty() {
            return Verdict::Found;
        }
        if self.other.is_some() {
            return Verdict::Unsure;
        }
        let new = name.get(shared..).unwrap_or_default();
        let plain = match new.is_ascii() {
            true => None,
            false => new.iter().position(|byte| !byte.is_ascii()),
        };
        let mut left = new.get(..plain.unwrap_or(new.len())).unwrap_or_default();
        for letter in wanted {
            let large = if self.folds { letter.to_ascii_uppercase() } else { *letter };
            let Some(at) = memchr2(*letter, large, left) else {
                self.other = plain.map(|at| at + shared);
                return if plain.is_some() { Verdict::Unsure } else { Verdict::Missed };
            };
            left = left.get(at + 1..).unwrap_or_default();
            let read = plain.unwrap_or(new.len()) - left.len();
            self.found.push(shared + read - 1);
        }
        Verdict::Found
    }
}

/// A glob or an expression as states, of which each byte leads to the next.
struct Machine {
    dfa: DFA,
    cache: Cache,
    /// Of the last part of the name alone.
    of_last: bool,
    /// Where that part begins.
    base: usize,
    /// Where the first bytes of the name, or of its last part, lead to; by the number of these.
    places: Vec<Place>,
    /// As in [`Letters`].
    common: usize,
}

#[derive(Clone, Copy, Debug)]
enum Place {
    At(LazyStateID),
    /// Whatever follows.
    Ended(Verdict),
}

impl Machine {
    /// `None` where there are too many states, or none for what is asked.
    fn of(pattern: &str, form: syntax::Config, of_last: bool, room: usize) -> Option<Machine> {
        let limits = DFA::config()
            .cache_capacity(room)
            .minimum_cache_clear_count(Some(0))
            .unicode_word_boundary(true);
        let dfa = DFA::builder().syntax(form).configure(limits).build(pattern).ok()?;
        let mut cache = dfa.create_cache();
        let first = dfa.start_state(&mut cache, &start::Config::new()).ok()?;
        let places = vec![Place::of(first)];
        Some(Machine { dfa, cache, of_last, base: 0, places, common: 0 })
    }

    fn step(&mut self, name: &[u8]) -> Verdict {
        let shared = mem::replace(&mut self.common, usize::MAX);
        let mut base = 0;
        if self.of_last {
            if name.ends_with(b"/") {
                self.common = 0;
                return Verdict::Unsure;
            }
            base = memrchr(b'/', name).map_or(0, |at| at + 1);
        }
        let kept = match shared.checked_sub(base) {
            Some(kept) if base == self.base => kept,
            _ => 0,
        };
        self.places.truncate(kept.saturating_add(1));
        self.base = base;
        let mut place = self.places.last().copied().unwrap_or(Place::Ended(Verdict::Unsure));
        for byte in name.get(base + self.places.len() - 1..).unwrap_or_default() {
            let Place::At(state) = place else { break };
            let next = self.dfa.next_state(&mut self.cache, state, *byte);
            place = next.map_or(Place::Ended(Verdict::Unsure), Place::of);
            self.places.push(place);
        }
        match place {
            Place::Ended(verdict) => verdict,
            Place::At(state) => match self.dfa.next_eoi_state(&mut self.cache, state) {
                Ok(end) if end.is_match() => Verdict::Found,
                Ok(end) if end.is_quit() => Verdict::Unsure,
                Ok(_) => Verdict::Missed,
                Err(_) => Verdict::Unsure,
            },
        }
    }
}

impl Place {
    fn of(state: LazyStateID) -> Place {
        if !state.is_tagged() {
            Place::At(state)
        } else if state.is_match() {
            Place::Ended(Verdict::Found)
        } else if state.is_dead() {
            Place::Ended(Verdict::Missed)
        } else if state.is_quit() {
            Place::Ended(Verdict::Unsure)
        } else {
            Place::At(state)
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Every pattern that is asked for in other ways.
    pub const LINES: &[&str] = &[
        "ab",
        "aB",
        "a/b",
        "ab b",
        "!b",
        "^a",
        "b$",
        "'ab",
        "é",
        "a\\ b",
        "*.b",
        "a*",
        "a/*",
        "**/b",
        "a?b",
        "[a-b]",
        "*[!a]*b",
        "{a,b}*",
        "/a.*b$/",
        "/^a/",
        "/\\bb/",
        "/./",
        "/(?i)AB/",
        "/a|$/",
        "/\\w{2}/",
        "/(?i)ab./",
        "/(ab)+[é/]b/",
        "bab",
        "ext=b",
        "ext=b a",
        "ext=Ab",
        "ext=b/a",
        "ext=b.a",
        "ext=é",
        "type=code",
        "type=data ab",
        "*a* /b/ a",
    ];

    fn all(names: &[String], line: &str) -> (Vec<String>, Vec<String>) {
        let criteria = Criteria::parse_line(line).unwrap();
        compared(names, &criteria, &mut NameSteps::of(&criteria))
    }

    fn compared(
        names: &[String],
        criteria: &Criteria,
        steps: &mut NameSteps<'_>,
    ) -> (Vec<String>, Vec<String>) {
        let mut search = Search::default();
        let (mut last, mut found, mut common) = (String::new(), Vec::new(), usize::MAX);
        for (at, name) in names.iter().enumerate() {
            let same = last.bytes().zip(name.bytes()).take_while(|(a, b)| a == b).count();
            common = common.min(same);
            if at % 7 != 3 && steps.finds(name.as_bytes(), mem::replace(&mut common, usize::MAX)) {
                found.push(name.clone());
            }
            last.clone_from(name);
        }
        let asked = names.iter().enumerate().filter(|(at, _)| at % 7 != 3).map(|(_, name)| name);
        let as_whole = asked.filter(|name| criteria.names(name, &mut search)).cloned().collect();
        (found, as_whole)
    }

    proptest! {
        #[test]
        fn steps_find_what_is_found_in_whole_names(
            mut names in proptest::collection::vec("[abAB./é \n]{0,9}", 1..60),
        ) {
            names.sort();
            for line in LINES {
                let (found, as_whole) = all(&names, line);
                prop_assert_eq!(found, as_whole, "{}", line);
            }
        }
    }

    #[test]
    fn an_expression_of_too_many_states_is_looked_at_as_a_whole() {
        let names: Vec<String> = (0..3000).map(|n| format!("{:b}a{n}", n * 7919)).collect();
        let criteria = Criteria::parse_line("/[01]*1[01]{14}a/").unwrap();
        let mut steps = NameSteps::within(&criteria, 64 * 1024);
        let (found, as_whole) = compared(&names, &criteria, &mut steps);
        assert!(found == as_whole && !found.is_empty());
        let end = steps.machines[0].places.last();
        assert!(matches!(end, Some(Place::Ended(Verdict::Unsure))), "{end:?}");
    }
}
