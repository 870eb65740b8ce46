//! Paints the panes.

pub mod buckets;
pub mod connecting;
pub mod details;
pub mod objects;
pub mod preview;
pub mod reason;
pub mod side;
pub mod transfers;
pub mod view;
