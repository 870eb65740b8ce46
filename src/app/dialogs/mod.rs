//! Questions that a screen asks on top of itself: pure models, painted by `ui`.

pub mod choice;
pub mod completion;
pub mod confirm;
pub mod details;
pub mod dialog;
pub mod input;
pub mod link_menu;
pub mod outcome;
pub mod picker;
pub mod prompt;
pub mod typed_path;
pub mod uploads;
