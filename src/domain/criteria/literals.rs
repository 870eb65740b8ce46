//! Tells which letters a name must have, one after the other, to be found by a pattern.

use nucleo_matcher::Utf32Str;
use nucleo_matcher::pattern::{Atom, AtomKind};
use regex_automata::util::syntax;
use regex_syntax::hir::{Class, Hir, HirKind};

use crate::domain::criteria::Criteria;
use crate::domain::criteria::steps::glob_form;

/// Letters that every name has which is found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Literal {
    /// Lower case where it folds.
    pub bytes: Vec<u8>,
    /// Upper case is as lower case.
    pub folds: bool,
    /// A name with other letters than those of ASCII may be found without.
    pub of_ascii: bool,
}

/// A shorter one of an expression is in most names.
const SHORTEST: usize = 2;

impl Literal {
    pub fn all_of(criteria: &Criteria) -> Vec<Literal> {
        let mut all = Literals::default();
        for atom in criteria.fuzzy.iter().flat_map(|pattern| &pattern.atoms) {
            all.atom(atom);
        }
        for glob in &criteria.globs {
            all.pattern(glob.matcher.as_str(), &glob_form());
        }
        for regex in &criteria.regexes {
            all.pattern(regex.as_str(), &syntax::Config::new());
        }
        all.found
    }
}

#[derive(Default)]
struct Literals {
    found: Vec<Literal>,
    /// What the next letter goes on.
    open: Literal,
}

impl Literals {
    fn atom(&mut self, atom: &Atom) {
        let Utf32Str::Ascii(needle) = atom.needle_text() else { return };
        if atom.negative {
            return;
        }
        let folds = !needle.iter().any(u8::is_ascii_uppercase);
        // Of letters that may stand apart each is one.
        let length = if atom.kind == AtomKind::Fuzzy { 1 } else { needle.len() };
        for part in needle.chunks(length.max(1)) {
            self.push(Literal { bytes: part.to_vec(), folds, of_ascii: true });
        }
    }

    fn pattern(&mut self, pattern: &str, form: &syntax::Config) {
        if let Ok(tree) = syntax::parse_with(pattern, form) {
            self.tree(&tree);
        }
        self.end();
    }

    fn tree(&mut self, tree: &Hir) {
        match tree.kind() {
            HirKind::Literal(literal) => self.open.bytes.extend_from_slice(&literal.0),
            HirKind::Concat(parts) => parts.iter().for_each(|part| self.tree(part)),
            HirKind::Capture(capture) => self.tree(&capture.sub),
            HirKind::Class(class) => match one_letter(class) {
                Some(letter) => {
                    self.open.bytes.push(letter);
                    self.open.folds = true;
                }
                None => self.end(),
            },
            HirKind::Repetition(repeated) if repeated.min > 0 => {
                self.end();
                self.tree(&repeated.sub);
                self.end();
            }
            // They take no letter.
            HirKind::Empty | HirKind::Look(_) => {}
            HirKind::Repetition(_) | HirKind::Alternation(_) => self.end(),
        }
    }

    fn end(&mut self) {
        let mut literal = std::mem::take(&mut self.open);
        if literal.folds {
            literal.bytes.make_ascii_lowercase();
        }
        if literal.bytes.len() >= SHORTEST {
            self.push(literal);
        }
    }

    fn push(&mut self, literal: Literal) {
        if !literal.bytes.is_empty() && !self.found.contains(&literal) {
            self.found.push(literal);
        }
    }
}

/// The small one, where a class is of one letter in both its cases.
fn one_letter(class: &Class) -> Option<u8> {
    let mut members = [0; 2];
    let ranges: Vec<(u32, u32)> = match class {
        Class::Unicode(class) => {
            class.ranges().iter().map(|range| (range.start().into(), range.end().into())).collect()
        }
        Class::Bytes(class) => {
            class.ranges().iter().map(|range| (range.start().into(), range.end().into())).collect()
        }
    };
    let [one, other] = ranges[..] else { return None };
    for (member, (start, end)) in members.iter_mut().zip([one, other]) {
        *member = u8::try_from(start).ok().filter(|_| start == end)?;
    }
    let [large, small] = members;
    (large.is_ascii_uppercase() && large.to_ascii_lowercase() == small).then_some(small)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Vec<String> {
        let all = Literal::all_of(&Criteria::parse_line(line).unwrap());
        let spell = |literal: Literal| {
            let sign = if literal.folds { "~" } else { "" };
            sign.to_owned() + std::str::from_utf8(&literal.bytes).unwrap()
        };
        all.into_iter().map(spell).collect()
    }

    #[test]
    fn what_a_pattern_cannot_be_found_without_is_told() {
        assert_eq!(of("part-*[12]3-*.parquet"), ["part-", "3-", ".parquet"]);
        assert_eq!(of("a/**/region=eu/x?y/*.gz"), ["a/", "region=eu/x", "y/", ".gz"]);
        assert_eq!(of("/\\bdb-07\\b/"), ["db-07"]);
        assert_eq!(of("/(?i)ERR-?or:/"), ["~err", "~or:"]);
        assert_eq!(of("/(ab)+c{2}(x|yz)?end$/"), ["ab", "end"]);
        assert_eq!(of("'Abc ^de !fg hi"), ["Abc", "~de", "~h", "~i"]);
        assert_eq!(of("loglib"), ["~l", "~o", "~g", "~i", "~b"]);
        assert!(of("/(one|two)/").is_empty() && of("{one,two}*").is_empty());
    }
}
