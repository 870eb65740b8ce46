//! Asks before a deletion, with its running count, and makes its job.

use crate::app::dialogs::confirm::{Confirm, Tally};
use crate::app::screens::objects::downloading::{name_among, name_of};
use crate::app::session::Session;
use crate::domain::address::{Bucket, ConnectionName, Prefix};
use crate::domain::listed_rows::RowSum;
use crate::domain::object::Measure;
use crate::domain::provider::Capability;
use crate::domain::transfer::{FileRules, JobOptions, JobSpec, OnConflict, SourceRows, Work};
use crate::domain::versions::Versioning;

/// What is to be deleted once it is said yes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deletion {
    pub bucket: Bucket,
    pub rows: SourceRows,
    /// Where the rows lie.
    pub prefix: Prefix,
    /// Nothing else is in the bucket.
    pub whole: bool,
    /// With every version and delete marker, which is final.
    pub all_versions: bool,
}

/// More objects than these are deleted or moved only once a name is typed.
pub const MANY: u64 = 1_000;

impl Deletion {
    /// The name that must be typed: of the bucket where all that is in it goes, of the prefix where
    /// there is more below it than [`MANY`] objects, or it is not known yet how many.
    pub fn name_to_type(&self, below: Measure) -> Option<String> {
        let tally = self.tally(below);
        if !self.whole && !self.all_versions && tally.complete && tally.objects <= MANY {
            return None;
        }
        let single = self.rows.single();
        let name = single.as_ref().map_or(self.prefix.name(), |row| name_of(&row.target));
        let name = Some(name).filter(|name| !self.whole && can_be_typed(name));
        Some(name.unwrap_or(self.bucket.as_str()).to_owned())
    }

    /// Names what goes, from where, how much, and whether it can come back. The default is no.
    pub fn question(&self, session: &Session) -> Confirm {
        let RowSum { objects, prefixes, .. } = self.rows.sum();
        let what = match (objects, prefixes) {
            (1, 0) => "this object".to_owned(),
            (_, 0) => "these objects".to_owned(),
            (0, 1) => "this prefix and everything below it".to_owned(),
            (0, _) => "these prefixes and everything below them".to_owned(),
            _ => "these objects and everything below these prefixes".to_owned(),
        };
        let below = Measure { done: prefixes == 0, ..Measure::default() };
        let (title, with) = match self.all_versions {
            true => ("Delete all versions", ", with all versions and delete markers,"),
            false => ("Delete", ""),
        };
        let mut confirm = Confirm::new(title, "Delete", "Keep")
            .line(format!("Delete {what}{with} from the bucket {}?", self.bucket))
            .about_rows(&self.rows, |target| name_among(&self.rows, target).to_owned())
            .warning(self.finality(session));
        self.measured(below, &mut confirm);
        confirm
    }

    /// Puts what was counted below the prefixes so far into the question.
    pub fn measured(&self, below: Measure, confirm: &mut Confirm) {
        confirm.tally = Some(self.tally(below));
        confirm.ask_name(self.name_to_type(below));
    }

    /// What a deletion means in this bucket, as far as is known of it.
    pub fn finality(&self, session: &Session) -> String {
        if self.all_versions {
            return "This is final: nothing of it is left.".to_owned();
        }
        if let Some(why) = session.lacks(Capability::Versions) {
            let why = why.split(':').next().unwrap_or_default().to_owned();
            return format!("This is final: {why}.");
        }
        match session.versioning(&self.bucket) {
            Some(Versioning::Enabled) => {
                "Adds a delete marker: the versions stay and can be restored.".to_owned()
            }
            Some(Versioning::Suspended) => {
                "Versions are suspended: only those from before are kept.".to_owned()
            }
            Some(Versioning::Never) => "This is final: the bucket keeps no versions.".to_owned(),
            None => "Cannot be undone unless the bucket keeps versions.".to_owned(),
        }
    }

    /// The whole, with what was counted below the prefixes so far.
    pub fn tally(&self, below: Measure) -> Tally {
        let sum = self.rows.sum();
        Tally {
            objects: sum.objects + below.objects,
            bytes: sum.bytes.saturating_add(below.bytes),
            complete: below.done,
        }
    }

    pub fn spec(self, connection: &ConnectionName) -> JobSpec {
        JobSpec {
            connection: connection.clone(),
            work: Work::Delete { bucket: self.bucket, targets: self.rows.into_targets() },
            on_conflict: OnConflict::Skip,
            files: FileRules::default(),
            options: JobOptions::default(),
        }
    }
}

/// Whether a name looks on screen as it is typed.
pub fn can_be_typed(name: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || (c.is_ascii() && !c.is_control());
    name.trim_matches('/').chars().any(|c| !c.is_whitespace()) && name.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::session::Startup;
    use crate::config::connection::Connection;
    use crate::domain::provider::Provider;
    use crate::domain::transfer::{SourceRow, Target};

    /// Objects of 10 bytes, and prefixes.
    fn rows(targets: &[Target]) -> SourceRows {
        let size = |target: &Target| target.key().map(|_| 10);
        let row = |target: &Target| SourceRow { size: size(target), target: target.clone() };
        targets.iter().map(row).collect::<Vec<_>>().into()
    }

    #[test]
    fn the_question_names_all_it_is_about() {
        let deletion = Deletion {
            bucket: "media".into(),
            rows: rows(&[Target::Prefix("a/raw/".into()), Target::Object("a/x".into())]),
            prefix: "a/".into(),
            whole: false,
            all_versions: false,
        };
        let r2 = Connection { provider: Provider::R2, ..Connection::chain("r2".into(), None) };
        let session = Session::new(Startup::of(r2));
        let confirm = deletion.question(&session);
        assert_eq!(confirm.subjects, ["raw/", "x"]);
        assert!(confirm.lines[0].contains("media"));
        assert_eq!(confirm.warning.unwrap(), "This is final: R2 has no object versions.");
        assert!(!confirm.on_yes);
        assert_eq!(confirm.tally, Some(Tally { objects: 1, bytes: 10, complete: false }));
        let below = Measure { objects: 5, bytes: 5, done: true };
        assert_eq!(deletion.tally(below), Tally { objects: 6, bytes: 15, complete: true });
    }

    #[test]
    fn a_name_is_asked_for_where_much_goes_or_it_is_not_known_how_much() {
        let deletion = |targets: &[Target], whole| Deletion {
            bucket: "media".into(),
            rows: rows(targets),
            prefix: "a/b/".into(),
            whole,
            all_versions: false,
        };
        let below = |objects, done| Measure { objects, bytes: 0, done };
        let prefix = [Target::Prefix("a/b/raw/".into())];
        let one = deletion(&prefix, false);
        assert_eq!(one.name_to_type(below(1_000, true)), None);
        assert_eq!(one.name_to_type(below(1_001, true)).as_deref(), Some("raw/"));
        assert_eq!(one.name_to_type(below(7, false)).as_deref(), Some("raw/"));
        let marked = deletion(&[prefix[0].clone(), Target::Object("a/b/x".into())], false);
        assert_eq!(marked.name_to_type(below(1_000, true)).as_deref(), Some("b/"));
        let objects = |many| (0..many).map(|n| Target::Object(format!("a/b/{n}").as_str().into()));
        let many = deletion(&objects(1_001).collect::<Vec<_>>(), false);
        assert_eq!(many.name_to_type(below(0, true)).as_deref(), Some("b/"));
        let few = deletion(&objects(1_000).collect::<Vec<_>>(), false);
        assert_eq!(few.name_to_type(below(0, true)), None);
        let whole = deletion(&prefix, true);
        assert_eq!(whole.name_to_type(below(1, true)).as_deref(), Some("media"));
        let hostile = deletion(&[Target::Prefix("a/b/\u{202e}\u{7}/".into())], false);
        assert_eq!(hostile.name_to_type(below(1, false)).as_deref(), Some("media"));
    }
}
