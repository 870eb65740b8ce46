//! Paints a line of text being typed, scrolled so that its cursor is seen.

use ratatui::style::Modifier;

use crate::app::dialogs::input::Input;
use crate::domain::visible::push_visible;
use crate::ui::paint::{Paint, Span};
use crate::ui::text::{prefix_of_width, width};

/// What is typed, the cursor in characters from the start, and whether the text is secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Typed<'a> {
    pub text: &'a str,
    pub cursor: usize,
    pub masked: bool,
    pub focused: bool,
    /// What is typed next comes in its place.
    pub selected: bool,
    /// Stands there while nothing is typed.
    pub ghost: &'a str,
}

impl<'a> Typed<'a> {
    pub fn of(input: &'a Input, focused: bool) -> Typed<'a> {
        let (text, cursor) = (input.text(), input.cursor());
        Typed {
            text,
            cursor,
            masked: input.is_masked(),
            focused,
            selected: input.is_selected(),
            ghost: "",
        }
    }
}

pub fn field(paint: &mut Paint<'_>, span: Span, typed: Typed<'_>) {
    if span.width == 0 {
        return;
    }
    let style = paint.styles.input.patch(paint.styles.text);
    paint.restyle_line(span, style);
    let at = typed.text.char_indices().nth(typed.cursor).map_or(typed.text.len(), |(at, _)| at);
    let before = shown(&typed.text[..at], typed.masked);
    let after = shown(&typed.text[at..], typed.masked);
    let room = usize::from(span.width).saturating_sub(1);
    let skipped = width(&before).saturating_sub(room);
    let from = if skipped == 0 { 0 } else { start_after(&before, skipped) };
    let used = paint.put(span, &before[from..], style);
    let place = span.skip(used);
    if typed.text.is_empty() {
        paint.put(place, typed.ghost, paint.styles.dim);
    }
    let behind = paint.put(place, &after, style);
    if typed.focused && typed.selected {
        paint.restyle_line(span.take(used + behind), style.add_modifier(Modifier::REVERSED));
    }
    if typed.focused {
        paint.restyle_line(place.take(1), style.add_modifier(Modifier::REVERSED));
    }
}

fn shown(text: &str, masked: bool) -> String {
    if masked {
        return "*".repeat(text.chars().count());
    }
    let mut out = String::new();
    push_visible(&mut out, text);
    out
}

/// Where the text goes on once at least `cells` of it are left out, in bytes.
fn start_after(text: &str, cells: usize) -> usize {
    let at = prefix_of_width(text, cells);
    if width(&text[..at]) >= cells { at } else { prefix_of_width(text, cells + 1) }
}
