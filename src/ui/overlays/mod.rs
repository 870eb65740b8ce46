//! Paints what lies over every pane.

pub mod doctor;
pub mod events;
pub mod help;
pub mod palette;
