//! Paints the last line: the keys that do something now.

use ratatui::layout::Rect;

use crate::app::action::{Action, KeyHint};
use crate::app::dialogs::Dialog;
use crate::app::part::Part;
use crate::app::scope::Scope;
use crate::app::state::State;
use crate::ui::paint::{Paint, Span};
use crate::ui::widgets::hints::{Hint, hints};

/// What cannot be done now is left out; where nothing is asked, the help is the last, elsewhere it
/// is named where not all have room.
pub fn draw_footer(paint: &mut Paint<'_>, area: Rect, state: &State) {
    let line = Span::line(area, 0).skip(1).shorter(1);
    let Some(part) = state.keyboard() else { return };
    let asks = Part::takes_keys(part);
    let can = |hint: &KeyHint| state.refused(hint.0).is_none();
    let shown = offered(part, state).into_iter().filter(can);
    let mut found: Vec<Hint> = shown.filter_map(|hint| told(state, hint)).collect();
    if !asks {
        let key = state.session.keymap.key_for(&[Scope::Global], Action::Help);
        let key = key.unwrap_or_else(|| ":help".into());
        found.push(Hint { key, title: "help", action: Action::Help });
    }
    let help = told(state, (Action::Help, "help")).filter(|_| asks && state.parts.help.is_none());
    if let Some((end, before)) = found.split_last() {
        hints(paint, line, before, end, help.as_ref());
    }
}

/// A question that the server is at work for is only left.
fn offered(part: &dyn Part, state: &State) -> Vec<KeyHint> {
    let asks = part.dialog().is_some_and(|dialog| !matches!(dialog, Dialog::Details(_)));
    match state.change_waited_for() {
        Some(_) if asks => vec![(Action::Dismiss, "do not wait")],
        _ => part.hints(),
    }
}

/// The hint with the key that the action has now.
fn told(state: &State, (action, title): KeyHint) -> Option<Hint> {
    let key = state.session.keymap.key_for(state.scopes(), action)?;
    Some(Hint { key, title, action })
}
