//! What lies over every pane: help, palette, events, connections.

pub mod connections;
pub mod doctor;
pub mod events;
pub mod help;
pub mod overlay;
pub mod palette;
pub mod rows;
