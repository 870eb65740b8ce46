//! Names what the screen of sizes shows of what was counted.

use crate::domain::listed::listed;

listed! {
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub enum SizesView {
        /// A level of the prefixes, the largest first.
        #[default]
        Tree,
        /// By class, age and size, and what it costs.
        Summary,
        /// The largest objects of all.
        Largest,
    }
}

impl SizesView {
    #[must_use]
    pub fn next(self, forward: bool) -> SizesView {
        let count = SizesView::ALL.len();
        let step = if forward { 1 } else { count - 1 };
        SizesView::ALL[(self as usize + step) % count]
    }

    pub fn title(self) -> &'static str {
        match self {
            SizesView::Tree => "Prefixes",
            SizesView::Summary => "Classes and ages",
            SizesView::Largest => "Largest objects",
        }
    }
}
