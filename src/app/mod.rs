//! The functional core of the interface: events in, effects out.

pub mod action;
pub mod chord;
pub mod clipboard;
pub mod context;
pub mod dialogs;
pub mod dispatch;
pub mod effect;
pub mod event;
pub mod keymap;
pub mod layout;
pub mod linking;
pub mod list;
pub mod log;
pub mod mouse;
pub mod moves;
pub mod overlaid;
pub mod overlays;
pub mod screens;
pub mod session;
pub mod start;
pub mod state;
pub mod ticket;
pub mod toasts;
pub mod transfers;
pub mod update;
pub mod usage;
