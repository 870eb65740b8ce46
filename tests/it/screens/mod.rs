//! Pictures of the screen at three sizes, with colours.

mod dialogs;
mod panes;
mod situation;
