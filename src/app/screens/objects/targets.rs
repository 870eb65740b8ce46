//! Tells what an action on the rows of a prefix is about.

use crate::app::screens::objects::browse::Browse;
use crate::app::screens::objects::downloading::Listed;
use crate::domain::listing::{Row, RowKind};
use crate::domain::object::VersionId;
use crate::domain::transfer::Target;

impl Browse {
    /// What an action is about: the marked rows, or the current one.
    pub fn targets(&self) -> Vec<Target> {
        self.listed().into_iter().map(|(target, _)| target).collect()
    }

    /// As [`Browse::targets`], with the sizes of objects.
    pub fn listed(&self) -> Vec<Listed> {
        let Some(place) = self.place() else { return Vec::new() };
        let target = |row: Row<'_>| match (row.kind, row.version) {
            (RowKind::Prefix, _) => {
                let prefix = place.prefix.child(row.name);
                match self.at() {
                    Some(at) => (Target::PrefixAt(prefix, at), None),
                    None => (Target::Prefix(prefix), None),
                }
            }
            (RowKind::Object { size, .. }, Some(version)) => {
                let version = VersionId(version.to_owned());
                (Target::Version(place.prefix.key(row.name), version), Some(size))
            }
            (RowKind::Object { size, .. }, None) => {
                (Target::Object(place.prefix.key(row.name)), Some(size))
            }
        };
        self.meant().map(target).collect()
    }

    /// The marked rows, or the current one; none that the watch saw go.
    fn meant(&self) -> impl Iterator<Item = Row<'_>> {
        let marks = &self.marking.marks;
        let current = self.current().filter(|_| marks.is_empty());
        let marked = marks.iter().map(|number| self.rows.listing().row(number));
        current.into_iter().chain(marked).filter(|row| !self.is_seen_gone(row.name))
    }

    /// How many objects of an action are in an archive by their class.
    pub fn archived(&self) -> u64 {
        let is_archived =
            |row: &Row<'_>| matches!(row.kind, RowKind::Object { class, .. } if class.is_archive());
        self.meant().filter(is_archived).count() as u64
    }

    /// The marked rows alone.
    pub fn marked(&self) -> Vec<Target> {
        if self.marking.marks.is_empty() { Vec::new() } else { self.targets() }
    }

    /// How many objects the targets hold and their bytes, as far as rows tell: prefixes count
    /// nothing.
    pub fn target_totals(&self) -> (u64, u64) {
        let marks = &self.marking.marks;
        if marks.is_empty() {
            return self.current().and_then(|row| row.size()).map_or((0, 0), |size| (1, size));
        }
        ((marks.len() - marks.prefixes()) as u64, marks.bytes())
    }
}
