//! The functional core of the interface: events in, effects out.

pub mod chord;
pub mod effect;
pub mod event;
