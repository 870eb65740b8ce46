//! Asks before a deletion, with its running count, and makes its job.

use crate::app::dialogs::confirm::{Confirm, Tally};
use crate::app::screens::objects::downloading::name_of;
use crate::domain::address::{Bucket, ConnectionName, Prefix};
use crate::domain::object::Measure;
use crate::domain::provider::{Capability, Provider};
use crate::domain::transfer::{FileRules, JobOptions, JobSpec, OnConflict, Target, Work};

/// What is to be deleted once it is said yes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deletion {
    pub bucket: Bucket,
    pub targets: Vec<Target>,
    /// Where the targets lie.
    pub prefix: Prefix,
    /// Nothing else is in the bucket.
    pub whole: bool,
    /// Objects among the targets and their bytes; what is below prefixes is counted apart.
    pub objects: u64,
    pub bytes: u64,
}

/// More objects than these are deleted only once a name is typed.
const MANY: u64 = 1_000;

impl Deletion {
    /// The name that must be typed: of the bucket where all that is in it goes, of the prefix where
    /// there is more below it than [`MANY`] objects, or it is not known yet how many.
    pub fn name_to_type(&self, below: Measure) -> Option<String> {
        let tally = self.tally(below);
        if !self.whole && tally.complete && tally.objects <= MANY {
            return None;
        }
        let prefix = match self.targets.as_slice() {
            [Target::Prefix(prefix)] => prefix,
            _ => &self.prefix,
        };
        let name = Some(prefix.name()).filter(|name| !self.whole && can_be_typed(name));
        Some(name.unwrap_or(self.bucket.as_str()).to_owned())
    }

    pub fn prefixes(&self) -> Vec<Target> {
        let prefixes = self.targets.iter().filter(|target| matches!(target, Target::Prefix(_)));
        prefixes.cloned().collect()
    }

    /// Names what goes, from where, how much, and whether it can come back. The default is no.
    pub fn question(&self, provider: Provider) -> Confirm {
        let prefixes = self.prefixes().len();
        let what = match (self.objects, prefixes) {
            (1, 0) => "this object".to_owned(),
            (_, 0) => "these objects".to_owned(),
            (0, 1) => "this prefix and everything below it".to_owned(),
            (0, _) => "these prefixes and everything below them".to_owned(),
            _ => "these objects and everything below these prefixes".to_owned(),
        };
        let below = Measure { done: prefixes == 0, ..Measure::default() };
        let mut confirm = Confirm::new("Delete", "Delete", "Keep")
            .line(format!("Delete {what} from the bucket {}?", self.bucket))
            .about(self.targets.iter().map(name_of))
            .warning(finality(provider));
        self.measured(below, &mut confirm);
        confirm
    }

    /// Puts what was counted below the prefixes so far into the question.
    pub fn measured(&self, below: Measure, confirm: &mut Confirm) {
        confirm.tally = Some(self.tally(below));
        confirm.ask_name(self.name_to_type(below));
    }

    /// The whole, with what was counted below the prefixes so far.
    pub fn tally(&self, below: Measure) -> Tally {
        Tally {
            objects: self.objects + below.objects,
            bytes: self.bytes.saturating_add(below.bytes),
            complete: below.done,
        }
    }

    pub fn spec(self, connection: &ConnectionName) -> JobSpec {
        JobSpec {
            connection: connection.clone(),
            work: Work::Delete { bucket: self.bucket, targets: self.targets },
            on_conflict: OnConflict::Skip,
            files: FileRules::default(),
            options: JobOptions::default(),
        }
    }
}

/// Whether a name looks on screen as it is typed.
fn can_be_typed(name: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || (c.is_ascii() && !c.is_control());
    name.trim_matches('/').chars().any(|c| !c.is_whitespace()) && name.chars().all(plain)
}

fn finality(provider: Provider) -> String {
    match provider.lacks(Capability::Versions) {
        Some(_) => "Cannot be undone: this provider keeps no versions.".to_owned(),
        None => "Cannot be undone unless the bucket keeps versions.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_question_names_all_it_is_about() {
        let deletion = Deletion {
            bucket: "media".into(),
            targets: vec![Target::Prefix("a/raw/".into()), Target::Object("a/x".into())],
            prefix: "a/".into(),
            whole: false,
            objects: 1,
            bytes: 10,
        };
        let confirm = deletion.question(Provider::R2);
        assert_eq!(confirm.subjects, ["raw/", "x"]);
        assert!(confirm.lines[0].contains("media"));
        assert!(confirm.warning.unwrap().contains("no versions"));
        assert!(!confirm.on_yes);
        assert_eq!(confirm.tally, Some(Tally { objects: 1, bytes: 10, complete: false }));
        let below = Measure { objects: 5, bytes: 5, done: true };
        assert_eq!(deletion.tally(below), Tally { objects: 6, bytes: 15, complete: true });
    }

    #[test]
    fn a_name_is_asked_for_where_much_goes_or_it_is_not_known_how_much() {
        let deletion = |targets: &[Target], objects, whole| Deletion {
            bucket: "media".into(),
            targets: targets.to_vec(),
            prefix: "a/b/".into(),
            whole,
            objects,
            bytes: 0,
        };
        let below = |objects, done| Measure { objects, bytes: 0, done };
        let prefix = [Target::Prefix("a/b/raw/".into())];
        let one = deletion(&prefix, 0, false);
        assert_eq!(one.name_to_type(below(1_000, true)), None);
        assert_eq!(one.name_to_type(below(1_001, true)).as_deref(), Some("raw/"));
        assert_eq!(one.name_to_type(below(7, false)).as_deref(), Some("raw/"));
        let marked = deletion(&[prefix[0].clone(), Target::Object("a/b/x".into())], 1, false);
        assert_eq!(marked.name_to_type(below(1_000, true)).as_deref(), Some("b/"));
        let many = deletion(&[Target::Object("a/b/x".into())], 1_001, false);
        assert_eq!(many.name_to_type(below(0, true)).as_deref(), Some("b/"));
        let few = deletion(&[Target::Object("a/b/x".into())], 1_000, false);
        assert_eq!(few.name_to_type(below(0, true)), None);
        let whole = deletion(&prefix, 0, true);
        assert_eq!(whole.name_to_type(below(1, true)).as_deref(), Some("media"));
        let hostile = deletion(&[Target::Prefix("a/b/\u{202e}\u{7}/".into())], 0, false);
        assert_eq!(hostile.name_to_type(below(1, false)).as_deref(), Some("media"));
    }
}
