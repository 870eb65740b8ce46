//! Remembers where the cursor was in prefixes, and in which order they were visited.

use std::collections::{HashMap, VecDeque};

use crate::app::screens::objects::loading::Loading;
use crate::app::screens::objects::searched::Searched;
use crate::domain::address::{Bucket, Prefix};
use crate::domain::change::{KeyChange, RowChanges};
use crate::domain::listing::Listing;

/// A prefix of a bucket, or what was found below it: what the objects pane shows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PrefixPlace {
    pub bucket: Bucket,
    pub prefix: Prefix,
    /// The criteria of a search, as they were typed.
    pub search: Option<String>,
}

impl PrefixPlace {
    pub fn listed(bucket: Bucket, prefix: Prefix) -> PrefixPlace {
        PrefixPlace { bucket, prefix, search: None }
    }

    /// What changes in its bucket mean for its rows.
    pub fn changes(&self, keys: &[KeyChange]) -> RowChanges {
        match self.search {
            Some(_) => RowChanges::of_keys(&self.prefix, keys),
            None => RowChanges::below(&self.prefix, keys),
        }
    }
}

#[derive(Clone, Debug, Default)]
pub struct PlaceHistory {
    cursors: HashMap<PrefixPlace, String>,
    back: Vec<PrefixPlace>,
    forward: Vec<PrefixPlace>,
    /// The latest last; shown at once on the way back, while they are listed again.
    listings: VecDeque<KeptListing>,
}

/// The listing of a place that was left.
#[derive(Clone, Debug)]
pub struct KeptListing {
    place: PrefixPlace,
    pub listing: Listing,
    pub loading: Loading,
    /// How far the search had come that found it.
    pub searched: Searched,
    /// What has changed since it was left.
    pub since: RowChanges,
}

/// A listing in which more rows changed is not worth to be kept.
const KEPT_CHANGES: usize = 10_000;

/// Older places than these are forgotten by `back`.
const VISITS: usize = 200;

/// Rows of all kept listings together; the oldest listing goes first.
const KEPT_ROWS: usize = 100_000;

impl PlaceHistory {
    /// Notes the name under the cursor of a place that is left.
    pub fn remember(&mut self, place: &PrefixPlace, name: Option<&str>) {
        if let Some(name) = name {
            self.cursors.insert(place.clone(), name.to_owned());
        }
    }

    pub fn cursor(&self, place: &PrefixPlace) -> Option<&str> {
        self.cursors.get(place).map(String::as_str)
    }

    /// Keeps what was listed of a place that is left, and how far it had come.
    pub fn keep(
        &mut self,
        place: &PrefixPlace,
        listing: &Listing,
        loading: &Loading,
        searched: &Searched,
    ) {
        self.listings.retain(|kept| kept.place != *place);
        if listing.is_empty() {
            return;
        }
        let stands = match loading {
            Loading::Complete => Loading::Complete,
            _ => Loading::Stopped,
        };
        self.listings.push_back(KeptListing {
            place: place.clone(),
            listing: listing.clone(),
            loading: stands,
            searched: searched.clone(),
            since: RowChanges::default(),
        });
        while self.listings.iter().map(|kept| kept.listing.len()).sum::<usize>() > KEPT_ROWS {
            self.listings.pop_front();
        }
    }

    /// Notes what changed in listings that are kept.
    pub fn on_changed(&mut self, bucket: &Bucket, keys: &[KeyChange]) {
        for kept in self.listings.iter_mut().filter(|kept| kept.place.bucket == *bucket) {
            kept.since.extend(&kept.place.changes(keys));
        }
        self.listings.retain(|kept| kept.since.len() <= KEPT_CHANGES);
    }

    /// Nothing that was listed is shown again; where one has been is still known.
    pub fn forget_listings(&mut self) {
        self.listings.clear();
    }

    /// What was kept of a place.
    pub fn take_listing(&mut self, place: &PrefixPlace) -> Option<KeptListing> {
        let at = self.listings.iter().position(|kept| kept.place == *place)?;
        self.listings.remove(at)
    }

    /// Notes that a place was left for a new one.
    pub fn visited(&mut self, place: PrefixPlace) {
        self.forward.clear();
        if self.back.len() == VISITS {
            self.back.remove(0);
        }
        self.back.push(place);
    }

    /// The place before `here`.
    pub fn back(&mut self, here: Option<PrefixPlace>) -> Option<PrefixPlace> {
        let place = self.back.pop()?;
        self.forward.extend(here);
        Some(place)
    }

    /// The place that was left with `back`.
    pub fn forward(&mut self, here: Option<PrefixPlace>) -> Option<PrefixPlace> {
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
