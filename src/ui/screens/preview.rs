//! Paints the inside of an object: text, bytes, a table, a tree, members, a picture, or facts.

mod picture;
mod table;
mod text;
mod tree;

use std::fmt::Write;

use ratatui::layout::Rect;

use crate::app::action::Action;
use crate::app::scope::Scope;
use crate::app::screens::preview::bytes::BytesPane;
use crate::app::screens::preview::members::MembersPane;
use crate::app::screens::preview::{Preview, PreviewBody};
use crate::domain::text_pattern::TextPattern;
use crate::domain::units::Size;
use crate::ui::paint::{Paint, Span};
use crate::ui::screens::details::draw_details;
use crate::ui::screens::preview::picture::draw_picture;
use crate::ui::screens::preview::table::draw_table;
use crate::ui::screens::preview::text::draw_text;
use crate::ui::screens::preview::tree::draw_tree;
use crate::ui::screens::view::View;
use crate::ui::widgets::notice::{Notice, notice};
use crate::ui::widgets::rows::{Window, rows};

pub fn draw_preview(
    paint: &mut Paint<'_>,
    area: Rect,
    preview: &Preview,
    pattern: Option<&TextPattern>,
    focused: bool,
    view: View<'_>,
) {
    let below = preview.note_lines(area.height);
    draw_left_out(paint, Span::line(area, area.height - below), preview, view);
    let area = Rect { height: area.height - below, ..area };
    match &preview.body {
        PreviewBody::Empty => {
            let headline = match preview.member {
                Some(_) => "the member is empty",
                None => "the object is empty",
            };
            let said = Notice { headline: headline.into(), ..Notice::default() };
            notice(paint, area, &said);
        }
        PreviewBody::Text(text) => draw_text(paint, area, text, pattern),
        PreviewBody::Bytes(bytes) => draw_bytes(paint, area, bytes),
        PreviewBody::Table(table) => draw_table(paint, area, table, pattern, focused),
        PreviewBody::Tree(tree) => draw_tree(paint, area, tree, focused),
        PreviewBody::Members(members) => draw_members(paint, area, members, focused),
        PreviewBody::Picture(picture) => draw_picture(paint, area, picture),
        PreviewBody::Facts(facts) => draw_details(paint, area, facts, focused),
    }
}

/// That not all is in the rows, and the key that shows it.
fn draw_left_out(paint: &mut Paint<'_>, span: Span, preview: &Preview, view: View<'_>) {
    let Some((what, why)) = preview.left_out() else { return };
    let (sign, key) = (paint.glyphs.warning, view.key(Scope::Side, Action::OtherForm));
    let why = if why.is_empty() { String::new() } else { format!(": {why}") };
    let said = format!("{sign} {what} ({key} shows the text){why}");
    paint.sentence(span, &said, paint.styles.warning);
}

fn draw_members(paint: &mut Paint<'_>, area: Rect, members: &MembersPane, focused: bool) {
    let list = members.list;
    let len = members.entries().len();
    let window = Window { len, offset: list.offset, cursor: list.cursor, focused };
    rows(paint, area, window, |paint, span, at| {
        let entry = &members.entries()[at.number];
        let styles = paint.styles;
        let style = if entry.folder { styles.prefix } else { styles.text };
        let size = entry.size.map(|size| Size(size).to_string()).unwrap_or_default();
        let used = paint.print_right(span, styles.size, format_args!("{size}"));
        let name = span.shorter(if used > 0 { used + 2 } else { 0 });
        paint.name(name, members.shown(entry), style);
    });
}

fn draw_bytes(paint: &mut Paint<'_>, area: Rect, bytes: &BytesPane) {
    let styles = paint.styles;
    let digits = bytes.digits();
    let before_characters = u16::try_from(bytes.cells(bytes.width)).unwrap_or(u16::MAX);
    let mut text = String::new();
    for line in 0..area.height {
        let Some((start, shown)) = bytes.line(bytes.offset + usize::from(line)) else { return };
        let span = Span::line(area, line);
        let places = paint.print(span, styles.dim, format_args!("{start:0digits$x}"));
        text.clear();
        for (at, byte) in shown.iter().enumerate() {
            let gap = if at % 4 == 0 { " " } else { "" };
            // Writing into a String cannot fail.
            let _ = write!(text, "{gap}{byte:02x}");
        }
        paint.put(span.skip(places), &text, styles.text);
        text.clear();
        text.extend(shown.iter().map(|byte| as_character(*byte)));
        paint.put(span.skip(before_characters), &text, styles.dim);
        let end = start + shown.len() as u64;
        if bytes.found.is_some_and(|found| (start..end).contains(&found)) {
            paint.restyle_line(span, styles.found);
        }
    }
}

fn as_character(byte: u8) -> char {
    if (0x20..0x7f).contains(&byte) { char::from(byte) } else { '.' }
}
