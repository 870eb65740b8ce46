//! Paints the editor for small texts over the whole window.

use ratatui::layout::Rect;

use crate::app::dialogs::text_editor::TextEditor;
use crate::domain::units::Count;
use crate::ui::paint::{Paint, Span};
use crate::ui::widgets::field::{Typed, field};
use crate::ui::widgets::frame::Labels;
use crate::ui::widgets::popup::popup;

pub fn draw_text_editor(paint: &mut Paint<'_>, editor: &TextEditor) {
    let (row, column) = editor.cursor();
    let place = format!(
        "{}:{} of {}",
        Count(row as u64 + 1),
        Count(column as u64 + 1),
        Count(editor.lines().len() as u64)
    );
    let changed = if editor.is_changed() { "changed" } else { "" };
    let labels = Labels {
        title: editor.title.clone(),
        top_right: changed.to_owned(),
        bottom_right: place,
        danger: editor.leaving,
        ..Labels::default()
    };
    let window = paint.buffer.area;
    let inner = popup(paint, &labels, window.width, window.height);
    let asked = u16::from(editor.leaving && inner.height > 1);
    let list = Rect { height: inner.height - asked, ..inner };
    let first = editor.first(usize::from(list.height).max(1));
    let lines = editor.lines().iter().enumerate().skip(first);
    for (line, (at, text)) in (0..list.height).zip(lines) {
        let focused = at == row;
        let cursor = if focused { column } else { 0 };
        let typed = Typed { text, cursor, masked: false, focused, selected: false, ghost: "" };
        field(paint, Span::line(list, line), typed);
    }
    if asked > 0 {
        let warning = format!(
            "{} What you wrote is lost if you leave now. It is not saved.",
            paint.glyphs.warning
        );
        paint.sentence(Span::line(inner, inner.height - 1), &warning, paint.styles.warning);
    }
}
