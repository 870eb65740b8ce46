//! Paints the dialog that is open.

pub mod details;
pub mod link;
mod picker;
pub mod question;
mod text_editor;
mod uploads;

use crate::app::dialogs::Dialog;
use crate::app::session::Session;
use crate::ui::dialogs::details::draw_details;
use crate::ui::dialogs::link::draw_link_menu;
use crate::ui::dialogs::picker::draw_picker;
use crate::ui::dialogs::question::{draw_choice, draw_confirm, draw_prompt};
use crate::ui::dialogs::text_editor::draw_text_editor;
use crate::ui::dialogs::uploads::draw_uploads;
use crate::ui::paint::Paint;

pub fn draw_dialog(paint: &mut Paint<'_>, dialog: &Dialog, session: &Session) {
    match dialog {
        Dialog::Prompt(prompt) => draw_prompt(paint, prompt),
        Dialog::Confirm(confirm) => draw_confirm(paint, confirm),
        Dialog::Choice(choice) => draw_choice(paint, choice),
        Dialog::Picker(picker) => draw_picker(paint, picker, session),
        Dialog::LinkMenu(menu) => draw_link_menu(paint, menu),
        Dialog::Details(details) => draw_details(paint, details, session),
        Dialog::Editor(editor) => draw_text_editor(paint, editor),
        Dialog::Uploads(uploads) => draw_uploads(paint, uploads, session),
    }
}
