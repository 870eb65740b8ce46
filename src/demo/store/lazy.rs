//! Objects that are computed from their number: a million of them cost neither start-up time nor
//! memory.

use std::ops::Bound;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::demo::store::content::Content;
use crate::demo::store::object::{Stored, Version};

/// `count` objects under one prefix, in the order of their numbers.
#[derive(Clone, Debug)]
pub struct Lazy {
    pub prefix: String,
    pub count: u64,
    /// When the newest was modified; each earlier one a minute before.
    pub newest: SystemTime,
}

impl Lazy {
    pub fn key(&self, number: u64) -> String {
        format!("{}event-{number:09}.json", self.prefix)
    }

    fn number(&self, key: &str) -> Option<u64> {
        let digits =
            key.strip_prefix(&self.prefix)?.strip_prefix("event-")?.strip_suffix(".json")?;
        let number = digits.parse().ok().filter(|number| *number < self.count)?;
        (self.key(number) == key).then_some(number)
    }

    pub fn get(&self, key: &str) -> Option<Version> {
        self.number(key).map(|number| self.version(number))
    }

    fn version(&self, number: u64) -> Version {
        let filler = "·".repeat(usize::try_from(number % 97).unwrap_or(0));
        let text = format!("{{\"event\": {number}, \"note\": \"{filler}\"}}\n");
        let stored = Stored::whole(Content::held(text)).of_type("application/json");
        let age = Duration::from_secs(60 * (self.count - number));
        let modified = self.newest.checked_sub(age).unwrap_or(SystemTime::UNIX_EPOCH);
        Version { id: None, modified, object: Some(Arc::new(stored)) }
    }

    /// Everything from the bound on.
    pub fn from<'l>(
        &'l self,
        bound: &Bound<String>,
    ) -> impl Iterator<Item = (String, Version)> + use<'l> {
        let first = match bound {
            Bound::Unbounded => 0,
            Bound::Included(key) => self.first(|other| other >= key.as_str()),
            Bound::Excluded(key) => self.first(|other| other > key.as_str()),
        };
        (first..self.count).map(|number| (self.key(number), self.version(number)))
    }

    /// The least number whose key is far enough.
    fn first(&self, far_enough: impl Fn(&str) -> bool) -> u64 {
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = low + (high - low) / 2;
            if far_enough(&self.key(middle)) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        low
    }
}

#[cfg(test)]
mod tests {
    use std::ops::Bound;
    use std::time::SystemTime;

    use super::Lazy;

    fn lazy() -> Lazy {
        Lazy { prefix: "keys/".to_owned(), count: 1_000_000, newest: SystemTime::UNIX_EPOCH }
    }

    #[test]
    fn any_place_of_a_million_is_found_by_its_key() {
        let from = |bound| lazy().from(&bound).next().map(|(key, _)| key);
        let key = lazy().key(765_432);
        assert_eq!(from(Bound::Included(key.clone())), Some(key.clone()));
        assert_eq!(from(Bound::Excluded(key)), Some(lazy().key(765_433)));
        assert_eq!(from(Bound::Included("keys".to_owned())), Some(lazy().key(0)));
        assert_eq!(from(Bound::Included("keyt".to_owned())), None);
    }

    #[test]
    fn only_exact_keys_exist() {
        assert!(lazy().get("keys/event-000000005.json").is_some());
        assert!(lazy().get("keys/event-5.json").is_none());
        assert!(lazy().get("keys/event-001000000.json").is_none());
    }
}
