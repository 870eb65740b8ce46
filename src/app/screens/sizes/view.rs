//! Names what the screen of sizes shows of what was counted.

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

impl SizesView {
    pub const ALL: [SizesView; 3] = [SizesView::Tree, SizesView::Summary, SizesView::Largest];

    #[must_use]
    pub fn next(self, forward: bool) -> SizesView {
        let step = if forward { 1 } else { 2 };
        SizesView::ALL[(self as usize + step) % 3]
    }

    pub fn title(self) -> &'static str {
        match self {
            SizesView::Tree => "Prefixes",
            SizesView::Summary => "Classes and ages",
            SizesView::Largest => "Largest objects",
        }
    }
}
