//! Pictures of the screen at three sizes, with colours.

mod connecting;
mod described;
mod dialogs;
mod inside;
mod overlays;
mod panes;
mod queue;
mod readme;
mod situation;
mod watching;
