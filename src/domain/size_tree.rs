//! Counts what is below a place as a tree of prefixes, from keys in order, in bounded memory.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::domain::address::DELIMITER;
use crate::domain::listing::{Class, Page, Row, RowKind};
use crate::domain::stored::Stored;
use crate::domain::tally::{Age, Amount};

/// Prefixes that are counted apart; what is below further ones counts for the one above.
const MOST_PREFIXES: usize = 100_000;

/// The largest objects of a prefix that are kept by name, and those of all prefixes together.
const NAMED: usize = 50;
const MOST_NAMED: usize = 200_000;

/// The largest objects of all.
const LARGEST: usize = 100;

/// Sizes that are told apart: smaller than so many bytes.
const SIZES: [(&str, u64); 6] = [
    ("empty", 1),
    ("below 1 KiB", 1 << 10),
    ("below 128 KiB", 1 << 17),
    ("below 1 MiB", 1 << 20),
    ("below 128 MiB", 1 << 27),
    ("below 1 GiB", 1 << 30),
];

/// How many of these are paid as 128 KiB where so much is the least.
const PADDED: usize = 3;

/// What an object is told apart by besides its place: its class, age and size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    class: Class,
    age: Age,
    /// Of [`SIZES`], the last one behind them.
    size: u8,
}

/// A prefix of a [`SizeTree`]; the place itself is the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct PrefixId(usize);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct SizedPrefix {
    /// The last part, with its delimiter.
    name: String,
    above: PrefixId,
    below: Vec<PrefixId>,
    /// Everything below it.
    all: Amount,
    /// The objects that are directly in it.
    own: Amount,
    /// These by their kinds, which are few.
    kinds: Vec<(Kind, Amount)>,
    /// Some of these, the largest first.
    named: Vec<SizedObject>,
    gone: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SizedObject {
    pub name: String,
    pub bytes: u64,
    kind: Kind,
}

/// What a level has, by size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SizedRow {
    Prefix(PrefixId, String, Amount),
    Object(SizedObject),
    /// Objects that are too many to be kept by name.
    Others(Amount),
}

/// Takes objects in key order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SizeTree {
    prefixes: Vec<SizedPrefix>,
    /// The prefixes that the last key was below, with the bytes of their names.
    open: Vec<(PrefixId, usize)>,
    /// The name of the last of these, below the place.
    at: String,
    named: usize,
    /// All objects.
    kinds: BTreeMap<Kind, Amount>,
    /// The largest first, by their whole names.
    largest: Vec<SizedObject>,
}

impl Default for SizeTree {
    fn default() -> SizeTree {
        SizeTree {
            prefixes: vec![SizedPrefix::default()],
            open: vec![(PrefixId::default(), 0)],
            at: String::new(),
            named: 0,
            kinds: BTreeMap::new(),
            largest: Vec::new(),
        }
    }
}

impl SizeTree {
    pub const TOP: PrefixId = PrefixId(0);

    /// Counts a page of keys that come after all before; its names are below `below`, which is a
    /// part of the place.
    pub fn add(&mut self, page: &Page, below: &str, now: Timestamp) {
        self.add_rows(page.rows(), below, now);
    }

    /// As [`SizeTree::add`].
    pub fn add_rows<'a>(
        &mut self,
        rows: impl IntoIterator<Item = Row<'a>>,
        below: &str,
        now: Timestamp,
    ) {
        let mut key = below.to_owned();
        for row in rows {
            if let RowKind::Object { size, modified, class } = row.kind {
                key.truncate(below.len());
                key.push_str(row.name);
                let passed = SIZES.iter().take_while(|(_, bound)| size >= *bound);
                let group = passed.map(|_| 1).sum();
                let kind = Kind { class, age: Age::of(modified, now), size: group };
                self.count(&key, size, kind);
            }
        }
    }

    fn count(&mut self, key: &str, size: u64, kind: Kind) {
        self.go_to(key);
        self.kinds.entry(kind).or_default().count(size);
        for (prefix, _) in &self.open {
            self.prefixes[prefix.0].all.count(size);
        }
        let (prefix, from) = self.open.last().copied().unwrap_or_default();
        let here = &mut self.prefixes[prefix.0];
        here.own.count(size);
        match here.kinds.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, amount)) => amount.count(size),
            None => here.kinds.push((kind, Amount { objects: 1, bytes: size })),
        }
        let room = if self.named < MOST_NAMED { NAMED } else { here.named.len() };
        let before = here.named.len();
        keep(&mut here.named, room, &key[from..], (size, kind));
        self.named += here.named.len() - before;
        keep(&mut self.largest, LARGEST, key, (size, kind));
    }

    /// Closes the prefixes that a key is not below, and opens those that it is.
    fn go_to(&mut self, key: &str) {
        while let Some((_, end)) = self.open.last().copied()
            && end > 0
            && !key.starts_with(&self.at[..end])
        {
            self.open.pop();
        }
        let (mut above, mut from) = self.open.last().copied().unwrap_or_default();
        self.at.truncate(from);
        while let Some(at) = key[from..].find(DELIMITER) {
            let name = &key[from..=from + at];
            let Some(prefix) = self.below(above, name) else { return };
            self.at.push_str(name);
            from += name.len();
            above = prefix;
            self.open.push((prefix, from));
        }
    }

    /// The prefix of this name below another, a new one where there is room.
    fn below(&mut self, above: PrefixId, name: &str) -> Option<PrefixId> {
        let known = &self.prefixes[above.0].below;
        // Keys in order come back to no prefix; those of a server that has none may.
        let found = known.iter().rev().take(NAMED).find(|id| self.prefixes[id.0].name == name);
        if let Some(found) = found {
            return Some(*found);
        }
        if self.prefixes.len() >= MOST_PREFIXES {
            return None;
        }
        let id = PrefixId(self.prefixes.len());
        let name = name.to_owned();
        self.prefixes.push(SizedPrefix { name, above, ..SizedPrefix::default() });
        self.prefixes[above.0].below.push(id);
        Some(id)
    }

    /// Everything below a prefix.
    pub fn all(&self, prefix: PrefixId) -> Amount {
        self.prefixes.get(prefix.0).map_or_else(Amount::default, |prefix| prefix.all)
    }

    /// The prefix one level up; `None` at the place itself.
    pub fn above(&self, prefix: PrefixId) -> Option<PrefixId> {
        (prefix != SizeTree::TOP).then(|| self.prefixes.get(prefix.0).map(|prefix| prefix.above))?
    }

    /// Its name below the place.
    pub fn name(&self, prefix: PrefixId) -> String {
        let mut names = Vec::new();
        let mut at = Some(prefix);
        while let Some(id) = at {
            names.extend(self.prefixes.get(id.0).map(|prefix| prefix.name.as_str()));
            at = self.above(id);
        }
        names.reverse();
        names.concat()
    }

    /// The prefixes and objects of a level, the largest first.
    pub fn rows(&self, prefix: PrefixId) -> Vec<SizedRow> {
        let Some(here) = self.prefixes.get(prefix.0) else { return Vec::new() };
        let below = here.below.iter().map(|id| (*id, &self.prefixes[id.0]));
        let below = below.filter(|(_, prefix)| !prefix.gone);
        let prefixes = below.map(|(id, it)| SizedRow::Prefix(id, it.name.clone(), it.all));
        let objects = here.named.iter().cloned().map(SizedRow::Object);
        let mut rows: Vec<SizedRow> = prefixes.chain(objects).collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.amount().bytes));
        let named = here.named.iter().map(|object| object.bytes);
        let (count, bytes) = (here.named.len() as u64, named.sum::<u64>());
        let others = Amount {
            objects: here.own.objects.saturating_sub(count),
            bytes: here.own.bytes.saturating_sub(bytes),
        };
        if others.objects > 0 {
            rows.push(SizedRow::Others(others));
        }
        rows
    }

    /// Takes away what was deleted: a prefix with all below it, or an object that has a name here.
    pub fn remove(&mut self, key: &str) {
        if key.is_empty() {
            *self = SizeTree::default();
            return;
        }
        let (mut at, mut from) = (SizeTree::TOP, 0);
        while let Some(end) = key[from..].find(DELIMITER) {
            let name = &key[from..=from + end];
            let below = self.prefixes[at.0].below.iter();
            let found = below.copied().find(|id| {
                let prefix = &self.prefixes[id.0];
                !prefix.gone && prefix.name == name
            });
            let Some(found) = found else { return };
            (at, from) = (found, from + name.len());
        }
        let here = &mut self.prefixes[at.0];
        let gone = if from == key.len() {
            here.gone = true;
            let gone = here.all;
            self.forget_kinds(at);
            gone
        } else {
            let named = here.named.iter().position(|object| object.name == key[from..]);
            let Some(named) = named else { return };
            let SizedObject { bytes, kind, .. } = here.named.remove(named);
            let gone = Amount { objects: 1, bytes };
            here.own = here.own.less(gone);
            if let Some((_, amount)) = here.kinds.iter_mut().find(|(known, _)| *known == kind) {
                *amount = amount.less(gone);
            }
            self.take_away(kind, gone);
            gone
        };
        self.largest.retain(|object| match from == key.len() {
            true => !object.name.starts_with(key),
            false => object.name != key,
        });
        let mut up = Some(at);
        while let Some(id) = up {
            let prefix = &mut self.prefixes[id.0];
            prefix.all = prefix.all.less(gone);
            up = self.above(id);
        }
    }

    /// Forgets the kinds of all that is below a prefix, which is gone.
    fn forget_kinds(&mut self, prefix: PrefixId) {
        let mut left = vec![prefix];
        while let Some(id) = left.pop() {
            let here = &mut self.prefixes[id.0];
            // What went before it is forgotten already, and has no kinds.
            left.extend(&here.below);
            for (kind, amount) in std::mem::take(&mut here.kinds) {
                self.take_away(kind, amount);
            }
        }
    }

    fn take_away(&mut self, kind: Kind, gone: Amount) {
        if let Some(amount) = self.kinds.get_mut(&kind) {
            *amount = amount.less(gone);
        }
    }

    /// By class; what is gone leaves none behind.
    pub fn stored(&self) -> Stored {
        let mut stored = Stored::default();
        for (kind, amount) in self.kinds.iter().filter(|(_, amount)| amount.objects > 0) {
            stored.add_all(kind.class.as_str(), *amount, usize::from(kind.size) < PADDED);
        }
        stored
    }

    /// By age, the youngest first.
    pub fn ages(&self) -> [(&'static str, Amount); Age::ALL.len()] {
        let mut ages = Age::ALL.map(|age| (age.name(), Amount::default()));
        for (kind, amount) in &self.kinds {
            ages[kind.age as usize].1.add(*amount);
        }
        ages
    }

    /// By size, the smallest first.
    pub fn sizes(&self) -> [(&'static str, Amount); SIZES.len() + 1] {
        let mut sizes = [("1 GiB and more", Amount::default()); SIZES.len() + 1];
        for (size, (name, _)) in sizes.iter_mut().zip(SIZES) {
            size.0 = name;
        }
        for (kind, amount) in &self.kinds {
            sizes[usize::from(kind.size)].1.add(*amount);
        }
        sizes
    }

    /// The largest objects by their names below the place, the largest first.
    pub fn largest(&self) -> &[SizedObject] {
        &self.largest
    }

    /// Whether there were more prefixes than are counted apart.
    pub fn is_cut(&self) -> bool {
        self.prefixes.len() >= MOST_PREFIXES
    }
}

impl SizedRow {
    pub fn amount(&self) -> Amount {
        match self {
            SizedRow::Prefix(.., all) | SizedRow::Others(all) => *all,
            SizedRow::Object(object) => Amount { objects: 1, bytes: object.bytes },
        }
    }
}

/// Keeps an object among the largest, of which there are at most `room`.
fn keep(largest: &mut Vec<SizedObject>, room: usize, name: &str, (bytes, kind): (u64, Kind)) {
    if largest.len() >= room {
        if largest.last().is_none_or(|last| bytes <= last.bytes) {
            return;
        }
        largest.pop();
    }
    let at = largest.partition_point(|object| object.bytes >= bytes);
    largest.insert(at, SizedObject { name: name.to_owned(), bytes, kind });
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::domain::listing::Class;

    fn now() -> Timestamp {
        Timestamp::from_second(1_790_000_000).unwrap()
    }

    fn tree(keys: &[(&str, u64)]) -> SizeTree {
        let mut page = Page::default();
        let modified = Some(now() - SignedDuration::from_hours(48));
        for (key, size) in keys {
            page.push_object(key, *size, modified, Class::Standard);
        }
        let mut tree = SizeTree::default();
        tree.add(&page, "", now());
        tree
    }

    fn shown(tree: &SizeTree, prefix: PrefixId) -> Vec<(String, u64, u64)> {
        let row = |row: SizedRow| {
            let Amount { objects, bytes } = row.amount();
            let name = match row {
                SizedRow::Prefix(_, name, _) => name,
                SizedRow::Object(object) => object.name,
                SizedRow::Others(_) => "…".to_owned(),
            };
            (name, objects, bytes)
        };
        tree.rows(prefix).into_iter().map(row).collect()
    }

    fn named(rows: &[(&str, u64, u64)]) -> Vec<(String, u64, u64)> {
        rows.iter().map(|(name, objects, bytes)| ((*name).to_owned(), *objects, *bytes)).collect()
    }

    #[test]
    fn a_level_has_its_prefixes_and_objects_by_size() {
        let keys = [("a", 5), ("p//x", 1), ("p/q/r", 7), ("p/q/s", 8), ("p/z", 2), ("z/", 0)];
        let tree = tree(&keys);
        let top = shown(&tree, SizeTree::TOP);
        assert_eq!(top, named(&[("p/", 4, 18), ("a", 1, 5), ("z/", 1, 0)]));
        let SizedRow::Prefix(p, ..) = tree.rows(SizeTree::TOP)[0] else { panic!() };
        assert_eq!(shown(&tree, p), named(&[("q/", 2, 15), ("z", 1, 2), ("/", 1, 1)]));
        let SizedRow::Prefix(q, ..) = tree.rows(p)[0] else { panic!() };
        assert_eq!(
            (tree.name(q), tree.above(q), tree.above(SizeTree::TOP)),
            ("p/q/".into(), Some(p), None)
        );
        assert_eq!(tree.all(SizeTree::TOP), Amount { objects: 6, bytes: 23 });
        let largest: Vec<&str> = tree.largest().iter().map(|object| object.name.as_str()).collect();
        assert_eq!(largest, ["p/q/s", "p/q/r", "a", "p/z", "p//x", "z/"]);
    }

    #[test]
    fn objects_beyond_those_with_names_are_counted_together() {
        let keys: Vec<(String, u64)> = (0..60).map(|n| (format!("k{n:02}"), n + 1)).collect();
        let keys: Vec<(&str, u64)> = keys.iter().map(|(key, size)| (key.as_str(), *size)).collect();
        let tree = tree(&keys);
        let rows = shown(&tree, SizeTree::TOP);
        assert_eq!(rows.len(), NAMED + 1);
        assert_eq!(
            (rows[0].clone(), rows[NAMED].clone()),
            (("k59".into(), 1, 60), ("…".into(), 10, 55))
        );
    }

    #[test]
    fn what_is_deleted_leaves_every_level_above() {
        let mut tree = tree(&[("a", 5), ("p/q/r", 7), ("p/q/s", 8), ("p/z", 2)]);
        tree.remove("p/q/");
        assert_eq!(shown(&tree, SizeTree::TOP), named(&[("a", 1, 5), ("p/", 1, 2)]));
        tree.remove("a");
        tree.remove("a");
        tree.remove("nothing/x");
        assert_eq!(tree.all(SizeTree::TOP), Amount { objects: 1, bytes: 2 });
        assert_eq!(tree.largest().len(), 1);
    }

    #[test]
    fn ages_sizes_and_classes_are_of_all() {
        let tree = tree(&[("a", 0), ("b/c", 2000), ("d", 1 << 30)]);
        let some = |groups: Vec<(&'static str, Amount)>| -> Vec<(&'static str, u64)> {
            let some = groups.into_iter().filter(|(_, amount)| amount.objects > 0);
            some.map(|(name, amount)| (name, amount.objects)).collect()
        };
        assert_eq!(some(tree.ages().to_vec()), [("7d", 3)]);
        let sizes = [("empty", 1), ("below 128 KiB", 1), ("1 GiB and more", 1)];
        assert_eq!(some(tree.sizes().to_vec()), sizes);
        assert_eq!(tree.stored().objects(), 3);
    }

    #[test]
    fn what_is_deleted_leaves_ages_sizes_and_classes() {
        let mut tree = tree(&[("a", 5), ("p/q/r", 7), ("p/q/s", 1 << 30), ("p/z", 2000), ("z", 1)]);
        let counted = |tree: &SizeTree| {
            let sum = |groups: &[(&str, Amount)]| -> u64 {
                groups.iter().map(|(_, amount)| amount.objects).sum()
            };
            (sum(&tree.ages()), sum(&tree.sizes()), tree.stored().objects())
        };
        tree.remove("a");
        assert_eq!(counted(&tree), (4, 4, 4));
        tree.remove("p/q/");
        assert_eq!(counted(&tree), (2, 2, 2));
        assert_eq!(tree.sizes()[SIZES.len()].1, Amount::default());
        assert_eq!(tree.stored().bytes(), 2001);
        tree.remove("p/");
        assert_eq!(counted(&tree), (1, 1, 1), "what went before is not taken away again");
        tree.remove("z");
        assert_eq!(tree.stored(), Stored::default());
        let mut tree = super::tests::tree(&[("a", 5), ("p/q", 7)]);
        tree.remove("");
        assert_eq!((counted(&tree), tree.rows(SizeTree::TOP)), ((0, 0, 0), Vec::new()));
    }

    #[test]
    fn keys_without_order_are_counted_all_the_same() {
        let tree = tree(&[("b/x", 1), ("a/x", 2), ("b/y", 4)]);
        assert_eq!(shown(&tree, SizeTree::TOP), named(&[("b/", 2, 5), ("a/", 1, 2)]));
    }
}
