//! Lists a prefix again while its earlier listing is shown.

use crate::app::screens::objects::loading::Loading;
use crate::app::screens::objects::pager::Pager;
use crate::domain::listing::Listing;

#[derive(Clone, Debug)]
pub struct Fresh {
    pub listing: Listing,
    pub pager: Pager,
    /// How the shown listing stands, for when this one is given up.
    pub before: Loading,
}

impl Fresh {
    /// `loading` is how the shown listing stands now.
    pub fn beside(loading: &Loading) -> Fresh {
        let before = match loading {
            Loading::Streaming | Loading::Refreshing | Loading::First => Loading::Resting,
            other => other.clone(),
        };
        Fresh { listing: Listing::default(), pager: Pager::default(), before }
    }

    /// Whether it reaches as far as every one of `names`, or to its end.
    pub fn covers<'a>(&self, mut names: impl Iterator<Item = &'a str>) -> bool {
        if !self.pager.has_more() {
            return true;
        }
        let last = self.listing.len().checked_sub(1).and_then(|at| u32::try_from(at).ok());
        last.is_some_and(|at| {
            let reached = self.listing.row(at).name;
            names.all(|name| name <= reached)
        })
    }
}
