//! Keeps the places of a frame that do something when they are clicked.

use crate::app::action::Action;
use crate::app::layout::Rect;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spot {
    /// As the key of an action does.
    Action(Action),
    /// A row of what is asked or lies over the panes, or a field of the form; counted from 0.
    Row(usize),
    /// A button, counted from 0.
    Button(usize),
    /// A part of where one is: the connection, the bucket, then each prefix.
    Crumb(usize),
    /// A tab, counted from 0.
    Tab(usize),
}

/// The places of one frame; of two that overlap, the later one is on top.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spots(Vec<(Rect, Option<Spot>)>);

impl Spots {
    pub fn add(&mut self, place: Rect, spot: Spot) {
        self.0.push((place, Some(spot)));
    }

    /// What is below does nothing any more.
    pub fn cover(&mut self, place: Rect) {
        self.0.push((place, None));
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    pub fn at(&self, column: u16, row: u16) -> Option<Spot> {
        let found = self.0.iter().rev().find(|(place, _)| place.contains(column, row));
        found.and_then(|(_, spot)| *spot)
    }
}
