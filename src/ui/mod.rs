//! Painting: a pure function of the interface state.

pub mod dialogs;
pub mod glyphs;
pub mod paint;
pub mod text;
pub mod theme;
pub mod widgets;
