//! Paints the first bytes of an object: lines of text, or hex with the characters beside it.

use std::fmt::Write;

use ratatui::layout::Rect;

use crate::app::screens::preview::{Preview, PreviewBody, TAB_WIDTH, hex_cells};
use crate::ui::paint::{Paint, Span};
use crate::ui::widgets::notice::{Notice, notice};

pub fn draw_preview(paint: &mut Paint<'_>, area: Rect, preview: &Preview, offset: usize) {
    match &preview.body {
        PreviewBody::Empty => {
            let said = Notice { headline: "the object is empty".into(), ..Notice::default() };
            notice(paint, area, &said);
        }
        PreviewBody::Text { .. } => draw_text(paint, area, preview, offset),
        PreviewBody::Binary { width, .. } => draw_hex(paint, area, preview, offset, *width),
    }
}

fn draw_text(paint: &mut Paint<'_>, area: Rect, preview: &Preview, offset: usize) {
    let style = paint.styles.text;
    let mut expanded = String::new();
    for line in 0..area.height {
        let Some(text) = preview.line(offset + usize::from(line)) else { return };
        expand_tabs(&mut expanded, text.trim_end_matches(' '), usize::from(area.width) + 1);
        paint.sentence(Span::line(area, line), &expanded, style);
    }
}

/// Replaces `out` by the first `most` characters of `text` with tabs as spaces.
fn expand_tabs(out: &mut String, text: &str, most: usize) {
    out.clear();
    let mut column = 0;
    for character in text.chars() {
        if column > most {
            return;
        }
        if character == '\t' {
            let spaces = TAB_WIDTH - column % TAB_WIDTH;
            out.extend(std::iter::repeat_n(' ', spaces));
            column += spaces;
        } else {
            out.push(character);
            column += 1;
        }
    }
}

fn draw_hex(paint: &mut Paint<'_>, area: Rect, preview: &Preview, offset: usize, width: usize) {
    let styles = paint.styles;
    let before_characters = u16::try_from(hex_cells(width)).unwrap_or(u16::MAX);
    let mut text = String::new();
    for line in 0..area.height {
        let Some((start, bytes)) = preview.bytes(offset + usize::from(line)) else { return };
        let span = Span::line(area, line);
        paint.print(span, styles.dim, format_args!("{start:05x}"));
        text.clear();
        for (at, byte) in bytes.iter().enumerate() {
            let gap = if at % 4 == 0 { " " } else { "" };
            // Writing into a String cannot fail.
            let _ = write!(text, "{gap}{byte:02x}");
        }
        paint.put(span.skip(5), &text, styles.text);
        text.clear();
        text.extend(bytes.iter().map(|byte| as_character(*byte)));
        paint.put(span.skip(before_characters), &text, styles.dim);
    }
}

fn as_character(byte: u8) -> char {
    if (0x20..0x7f).contains(&byte) { char::from(byte) } else { '.' }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tabs_end_at_every_fourth_column() {
        let mut out = String::new();
        expand_tabs(&mut out, "a\tbc\t\td", 80);
        assert_eq!(out, "a   bc      d");
        expand_tabs(&mut out, "abcdef", 2);
        assert_eq!(out, "abc");
    }
}
