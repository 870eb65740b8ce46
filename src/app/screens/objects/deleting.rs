//! Delete: the question with its running count, and the job a yes makes.

use crate::app::dialogs::confirm::{Confirm, Tally};
use crate::app::event::Measure;
use crate::app::screens::objects::downloading::name_of;
use crate::domain::address::{Bucket, ConnectionName};
use crate::domain::provider::{Capability, Provider};
use crate::domain::transfer::{FileRules, JobSpec, OnConflict, Target, Work};

/// What is to be deleted once it is said yes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deletion {
    pub bucket: Bucket,
    pub targets: Vec<Target>,
    /// Objects among the targets and their bytes; what is below prefixes is counted apart.
    pub objects: u64,
    pub bytes: u64,
}

impl Deletion {
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
        Confirm::new("Delete", "Delete", "Keep")
            .line(format!("Delete {what} from the bucket {}?", self.bucket))
            .about(self.targets.iter().map(name_of))
            .tally(self.tally(Measure { done: prefixes == 0, ..Measure::default() }))
            .warning(finality(provider))
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
            on_conflict: OnConflict::default(),
            files: FileRules::default(),
        }
    }
}

fn finality(provider: Provider) -> String {
    match provider.lacks(Capability::Versions) {
        Some(_) => "Permanent: this provider keeps no versions.".to_owned(),
        None => "Permanent unless the bucket keeps versions.".to_owned(),
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
}
