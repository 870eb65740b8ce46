//! Splits documents that are lists into entries that are set and removed one by one.

use crate::domain::settings::json::{Json, JsonMember, JsonValue};
use crate::domain::settings::{BucketSetting, MINIMUM_SIZE};

/// What makes one list of entries out of another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EntryChanges {
    pub added: Vec<Json>,
    /// As they are to be.
    pub changed: Vec<Json>,
    /// Their names.
    pub removed: Vec<String>,
}

impl BucketSetting {
    /// The member with the entries, and the member of an entry that names it.
    fn list(self) -> Option<(&'static str, &'static str)> {
        match self {
            BucketSetting::Inventory => Some(("InventoryConfigurationList", "Id")),
            BucketSetting::CustomDomains => Some(("domains", "domain")),
            _ => None,
        }
    }

    /// The entries of a document; none where it is of another kind.
    pub fn entries(self, document: &Json) -> &[Json] {
        self.list().map_or(&[], |(list, _)| document.list_of(list))
    }

    pub fn name_of(self, entry: &Json) -> &str {
        self.list().and_then(|(_, name)| entry.text_of(name)).unwrap_or_default()
    }

    /// A document of these entries.
    pub fn of_entries(self, entries: Vec<Json>) -> Json {
        match self.list() {
            Some((list, _)) => Json::map([(list, Json::list(entries))]),
            None => Json::new(JsonValue::Map(Vec::new())),
        }
    }

    pub fn changes(self, old: Option<&Json>, new: &Json) -> EntryChanges {
        let old = old.map_or(&[][..], |old| self.entries(old));
        let new = self.entries(new);
        let find = |entries: &[Json], name: &str| {
            entries.iter().find(|entry| self.name_of(entry) == name).cloned()
        };
        let mut changes = EntryChanges::default();
        for entry in new {
            match find(old, self.name_of(entry)) {
                None => changes.added.push(entry.clone()),
                Some(before) if before != *entry => changes.changed.push(entry.clone()),
                Some(_) => {}
            }
        }
        let gone = old.iter().map(|entry| self.name_of(entry));
        let gone = gone.filter(|name| find(new, name).is_none());
        changes.removed = gone.map(str::to_owned).collect();
        changes
    }

    /// The whole of what a document asks for. One report of an inventory takes the place of the one
    /// of its name and leaves the others; a lifecycle that says nothing of the minimum size keeps
    /// it.
    pub fn completed(self, mut new: Json, old: Option<&Json>) -> Json {
        let is_one = |json: &Json| json.get("Id").is_some();
        match self {
            BucketSetting::Inventory if is_one(&new) => {
                let mut entries = old.map_or(&[][..], |old| self.entries(old)).to_vec();
                match entries.iter_mut().find(|entry| self.name_of(entry) == self.name_of(&new)) {
                    Some(same) => *same = new,
                    None => entries.push(new),
                }
                self.of_entries(entries)
            }
            BucketSetting::Lifecycle => {
                let kept = old.and_then(|old| old.get(MINIMUM_SIZE)).cloned();
                if let (None, Some(size)) = (new.get(MINIMUM_SIZE), kept) {
                    new.set(MINIMUM_SIZE, size);
                }
                new
            }
            _ => new,
        }
    }
}

/// Only these members of a map, those that it has.
pub fn only(json: &Json, names: &[&str]) -> Json {
    let kept = json.members().iter().filter(|member| names.contains(&member.name.as_str()));
    Json::new(JsonValue::Map(kept.cloned().collect::<Vec<JsonMember>>()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::settings::check::document;

    fn report(id: &str, frequency: &str) -> String {
        format!(
            r#"{{"Id":"{id}","IsEnabled":true,"IncludedObjectVersions":"All","Schedule":
            {{"Frequency":"{frequency}"}},"Destination":{{"S3BucketDestination":
            {{"Bucket":"arn:aws:s3:::reports","Format":"CSV"}}}}}}"#
        )
    }

    fn list(reports: &[String]) -> Json {
        let text = format!(r#"{{"InventoryConfigurationList":[{}]}}"#, reports.join(","));
        document(BucketSetting::Inventory, &text).unwrap()
    }

    #[test]
    fn a_list_is_set_entry_by_entry() {
        let old = list(&[report("a", "Daily"), report("b", "Daily"), report("c", "Daily")]);
        let new = list(&[report("b", "Weekly"), report("c", "Daily"), report("d", "Daily")]);
        let changes = BucketSetting::Inventory.changes(Some(&old), &new);
        let names = |entries: &[Json]| -> Vec<String> {
            entries.iter().map(|e| BucketSetting::Inventory.name_of(e).to_owned()).collect()
        };
        assert_eq!(names(&changes.added), ["d"]);
        assert_eq!(names(&changes.changed), ["b"]);
        assert_eq!(changes.removed, ["a"]);
        let all = BucketSetting::Inventory.changes(None, &new);
        assert!(all.added.len() == 3 && all.removed.is_empty());
    }

    #[test]
    fn one_report_takes_the_place_of_the_one_of_its_name() {
        let old = list(&[report("a", "Daily"), report("b", "Daily")]);
        for text in [
            report("b", "Weekly"),
            format!(r#"{{"InventoryConfiguration":{}}}"#, report("b", "Weekly")),
        ] {
            let one = document(BucketSetting::Inventory, &text).unwrap();
            let whole = BucketSetting::Inventory.completed(one, Some(&old));
            assert_eq!(whole, list(&[report("a", "Daily"), report("b", "Weekly")]));
        }
        let one = document(BucketSetting::Inventory, &report("c", "Daily")).unwrap();
        assert_eq!(BucketSetting::Inventory.completed(one, None), list(&[report("c", "Daily")]));
    }

    #[test]
    fn a_list_that_is_not_whole_is_not_taken_for_one() {
        let text = r#"{"InventoryConfigurationList":[],"IsTruncated":true}"#;
        let told = document(BucketSetting::Inventory, text).unwrap_err().to_string();
        assert!(told.contains("not whole"), "{told}");
        let twice = format!(
            r#"{{"InventoryConfigurationList":[{0},{0}],"IsTruncated":false}}"#,
            report("a", "Daily")
        );
        let told = document(BucketSetting::Inventory, &twice).unwrap_err().to_string();
        assert!(told.contains("twice"), "{told}");
    }
}
