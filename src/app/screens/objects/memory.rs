//! Where the cursor was in prefixes that were left, and in which order they were visited.

use std::collections::HashMap;

use crate::domain::address::{Bucket, Prefix};

/// A prefix of a bucket: what the objects pane shows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    pub bucket: Bucket,
    pub prefix: Prefix,
}

#[derive(Clone, Debug, Default)]
pub struct Memory {
    cursors: HashMap<Place, String>,
    back: Vec<Place>,
    forward: Vec<Place>,
}

/// Older places than these are forgotten by `back`.
const VISITS: usize = 200;

impl Memory {
    /// Notes the name under the cursor of a place that is left.
    pub fn remember(&mut self, place: &Place, name: Option<&str>) {
        if let Some(name) = name {
            self.cursors.insert(place.clone(), name.to_owned());
        }
    }

    pub fn cursor(&self, place: &Place) -> Option<&str> {
        self.cursors.get(place).map(String::as_str)
    }

    /// Notes that a place was left for a new one.
    pub fn visited(&mut self, place: Place) {
        self.forward.clear();
        if self.back.len() == VISITS {
            self.back.remove(0);
        }
        self.back.push(place);
    }

    /// The place before `here`.
    pub fn back(&mut self, here: Option<Place>) -> Option<Place> {
        let place = self.back.pop()?;
        self.forward.extend(here);
        Some(place)
    }

    /// The place that was left with `back`.
    pub fn forward(&mut self, here: Option<Place>) -> Option<Place> {
        let place = self.forward.pop()?;
        self.back.extend(here);
        Some(place)
    }

    pub fn can_go_back(&self) -> bool {
        !self.back.is_empty()
    }

    pub fn can_go_forward(&self) -> bool {
        !self.forward.is_empty()
    }
}
