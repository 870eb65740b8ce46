//! Discards, among many names at once, those that cannot match.

use memchr::memmem::Finder;

use crate::domain::criteria::Criteria;
use crate::domain::criteria::literals::Literal;
use crate::domain::file_kind::{FileKind, extension};

/// Names one after the other.
#[derive(Clone, Copy, Debug)]
pub struct NameRun<'a> {
    pub text: &'a [u8],
    /// Where each ends in the text.
    pub ends: &'a [u32],
    /// Bytes at the start of each that are not looked at.
    pub skipped: usize,
}

/// What of names is looked at before each is held against the patterns. Keeps all that
/// [`Criteria::names`] finds, and others.
pub struct NameSieve<'a> {
    tails: Vec<Tail>,
    kind: Option<Kind>,
    literals: Vec<Seeking>,
    /// The text in lower case.
    lower: Vec<u8>,
    runs: u32,
    criteria: &'a Criteria,
}

impl<'a> NameRun<'a> {
    /// The place of a name in the text, without what is skipped.
    fn place(&self, row: u32) -> (usize, usize) {
        let at = row as usize;
        let end = |at: usize| self.ends.get(at).map_or(0, |end| *end as usize);
        let start = at.checked_sub(1).map_or(0, end);
        let end = end(at).max(start);
        ((start + self.skipped).min(end), end)
    }

    pub fn name(&self, row: u32) -> &'a [u8] {
        let (start, end) = self.place(row);
        self.text.get(start..end).unwrap_or_default()
    }
}

impl<'a> NameSieve<'a> {
    pub fn of(criteria: &'a Criteria) -> NameSieve<'a> {
        let globs = criteria.globs.iter().map(|glob| Tail::of_glob(&glob.text));
        let ending = criteria.ending.as_ref().map(|ending| Tail::of_ending(ending));
        let tails = globs.chain(ending).flatten().collect();
        let literals = Literal::all_of(criteria).into_iter().map(Seeking::of).collect();
        let kind = criteria.kind.map(Kind::of);
        NameSieve { tails, kind, literals, lower: Vec::new(), runs: 0, criteria }
    }

    /// Whether names are asked about at all.
    pub fn asks(&self) -> bool {
        let Criteria { fuzzy, globs, regexes, ending, kind, .. } = self.criteria;
        let patterns = fuzzy.is_some() || !globs.is_empty() || !regexes.is_empty();
        patterns || ending.is_some() || kind.is_some()
    }

    /// Leaves out of some rows, which are in order, those whose names cannot be found.
    pub fn keep(&mut self, names: NameRun<'_>, rows: &mut Vec<u32>) {
        for tail in &self.tails {
            rows.retain(|row| tail.ends(names, *row));
        }
        if let Some(kind) = &mut self.kind {
            rows.retain(|row| kind.is_of(names.name(*row)));
        }
        if self.literals.is_empty() || rows.is_empty() {
            return;
        }
        self.runs = self.runs.wrapping_add(1);
        let ascii = names.text.is_ascii();
        if self.literals.iter().any(|literal| literal.literal.folds) {
            self.lower.clear();
            self.lower.extend_from_slice(names.text);
            self.lower.make_ascii_lowercase();
        }
        self.literals.sort_by_key(|literal| literal.share);
        for literal in &mut self.literals {
            let few = rows.len() <= names.ends.len() / FEW;
            let most = literal.share > IN_MOST && !self.runs.is_multiple_of(AGAIN);
            if few || most {
                break;
            }
            let text = if literal.literal.folds { &self.lower } else { names.text };
            let before = rows.len();
            if literal.literal.of_ascii && !ascii {
                rows.retain(|row| {
                    !names.name(*row).is_ascii()
                        || literal.finder.find(NameRun { text, ..names }.name(*row)).is_some()
                });
            } else {
                literal.keep(NameRun { text, ..names }, rows);
            }
            literal.share = (literal.share * 3 + rows.len() * WHOLE / before.max(1)) / 4;
        }
    }
}

/// One of so many rows is so few that each is held against the patterns at once.
const FEW: usize = 16;

/// What a literal is in, of [`WHOLE`].
const WHOLE: usize = 256;

/// A literal that is in so many rows is not looked for, but in every so many runs.
const IN_MOST: usize = WHOLE * 3 / 4;
const AGAIN: u32 = 32;

/// A literal that is looked for in all names as in one text.
struct Seeking {
    literal: Literal,
    finder: Finder<'static>,
    /// Of the rows before, how many had it; of [`WHOLE`].
    share: usize,
}

impl Seeking {
    fn of(literal: Literal) -> Seeking {
        let finder = Finder::new(&literal.bytes).into_owned();
        Seeking { literal, finder, share: 0 }
    }

    fn keep(&self, names: NameRun<'_>, rows: &mut Vec<u32>) {
        let length = self.literal.bytes.len();
        let (mut kept, mut at, mut from) = (0, 0, 0);
        while let Some(row) = rows.get(at) {
            from = names.place(*row).0.max(from);
            let left = names.text.get(from..).unwrap_or_default();
            let Some(found) = self.finder.find(left) else { break };
            let found = from + found;
            // On to the row that has its end, or to one behind it.
            while rows.get(at).is_some_and(|row| names.place(*row).1 < found + length) {
                at += 1;
            }
            let Some(row) = rows.get(at).copied() else { break };
            if names.place(row).0 <= found {
                rows[kept] = row;
                kept += 1;
                at += 1;
            }
        }
        rows.truncate(kept);
    }
}

/// How whatever is found ends: up to eight bytes, the last at the top.
struct Tail {
    bytes: u64,
    /// What is set in small letters and not in capitals; nothing where they differ.
    folds: u64,
    mask: u64,
    length: usize,
    /// A last slash is no part of what a glob is held against.
    or_slash: bool,
}

const WIDTH: usize = 8;

impl Tail {
    fn of(end: &[u8], folds: bool, or_slash: bool) -> Option<Tail> {
        let end = &end[end.len().saturating_sub(WIDTH)..];
        let blank = WIDTH - end.len();
        let (mut bytes, mut small, mut mask) = ([0; WIDTH], [0; WIDTH], [0; WIDTH]);
        bytes[blank..].copy_from_slice(end);
        mask[blank..].fill(u8::MAX);
        for (small, byte) in small.iter_mut().zip(bytes) {
            *small = if folds && byte.is_ascii_lowercase() { 0x20 } else { 0 };
        }
        let [bytes, folds, mask] = [bytes, small, mask].map(u64::from_le_bytes);
        (!end.is_empty()).then_some(Tail { bytes, folds, mask, length: end.len(), or_slash })
    }

    /// `None` where a sign may turn the end into something else.
    fn of_glob(glob: &str) -> Option<Tail> {
        if glob.contains(['[', ']', '{', '}', '\\']) {
            return None;
        }
        Tail::of(glob.rsplit(['*', '?', '/']).next()?.as_bytes(), false, true)
    }

    /// `None` where the name may have no ending.
    fn of_ending(ending: &str) -> Option<Tail> {
        let end = format!(".{ending}");
        if ending.is_empty() { None } else { Tail::of(end.as_bytes(), true, false) }
    }

    fn ends(&self, names: NameRun<'_>, row: u32) -> bool {
        let (start, end) = names.place(row);
        let mut last = [0; WIDTH];
        match end.checked_sub(WIDTH).and_then(|from| names.text.get(from..end)) {
            Some(bytes) => last.copy_from_slice(bytes),
            // The first names of a run.
            None => last[WIDTH.saturating_sub(end)..]
                .copy_from_slice(names.text.get(..end).unwrap_or_default()),
        }
        let ends = (u64::from_le_bytes(last) | self.folds) & self.mask == self.bytes;
        (ends && end - start >= self.length) || (self.or_slash && last[WIDTH - 1] == b'/')
    }
}

/// Whether names are of a kind; names one after the other mostly end alike.
struct Kind {
    wanted: FileKind,
    last: Vec<u8>,
    was: bool,
}

impl Kind {
    fn of(wanted: FileKind) -> Kind {
        let was = FileKind::of_extension_bytes(b"") == wanted;
        Kind { wanted, last: Vec::new(), was }
    }

    fn is_of(&mut self, name: &[u8]) -> bool {
        let end = extension(name).unwrap_or_default();
        if self.last != end {
            self.last.clear();
            self.last.extend_from_slice(end);
            self.was = FileKind::of_extension_bytes(end) == self.wanted;
        }
        self.was
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::criteria::Search;
    use crate::domain::criteria::steps::tests::LINES;

    const NAME: &str = "ab[abAB./é\u{212a} \n]{0,9}(\\.[cCbB]|\\.json)?";

    /// The rows that are left, and those that are found.
    fn kept(sieve: &mut NameSieve<'_>, names: &[String], skipped: usize) -> [Vec<u32>; 2] {
        let (mut text, mut ends, mut search) = (String::new(), Vec::new(), Search::default());
        for name in names {
            text.push_str(name);
            ends.push(u32::try_from(text.len()).unwrap());
        }
        let run = NameRun { text: text.as_bytes(), ends: &ends, skipped };
        let mut rows: Vec<u32> = (0..ends.len()).map(|row| u32::try_from(row).unwrap()).collect();
        let mut found = rows.clone();
        sieve.keep(run, &mut rows);
        let mut finds = |name: &str| sieve.criteria.names(name, &mut search);
        found.retain(|row| finds(&names[*row as usize][skipped..]));
        [rows, found]
    }

    proptest! {
        #[test]
        fn nothing_that_is_found_is_left_out(
            runs in proptest::collection::vec(
                proptest::collection::vec(NAME, 1..40),
                1..4,
            ),
        ) {
            for line in LINES {
                let criteria = Criteria::parse_line(line).unwrap();
                let mut sieve = NameSieve::of(&criteria);
                for (names, skipped) in runs.iter().zip([0, 2, 1]) {
                    let [kept, found] = kept(&mut sieve, names, skipped);
                    let all = found.iter().all(|row| kept.contains(row));
                    prop_assert!(all, "{} {:?}", line, names);
                }
            }
        }
    }

    #[test]
    fn what_lacks_a_literal_an_ending_or_a_kind_is_left_out() {
        let names: Vec<String> =
            (0..400).map(|n| format!("p{n:04}.{}", ["jpg", "JPG", "log", "zst"][n % 4])).collect();
        for (line, expected) in [
            ("'0123", 1),
            ("*012?.jpg", 4),
            ("/0{2}1[0-9].log/", 100),
            ("/p001[0-9]\\.log/", 10),
            ("ext=jpg", 200),
            ("type=archive", 100),
            ("*.zst", 100),
            ("zst", 100),
            ("/(?i)g$/", 400),
        ] {
            let criteria = Criteria::parse_line(line).unwrap();
            let [kept, _] = kept(&mut NameSieve::of(&criteria), &names, 0);
            assert_eq!(kept.len(), expected, "{line}");
        }
    }

    #[test]
    fn a_literal_that_crosses_two_names_is_of_neither() {
        let names = ["xa", "aay", "xa", "ay", "aaa"].map(str::to_owned);
        let criteria = Criteria::parse_line("'aa").unwrap();
        let [kept, _] = kept(&mut NameSieve::of(&criteria), &names, 0);
        assert_eq!(kept, [1, 4]);
    }
}
