//! Paints the palette: what is typed, and the actions and places it finds.

use ratatui::layout::Rect;

use crate::app::overlays::palette::{Palette, PaletteRow};
use crate::app::overlays::rows::ActionRow;
use crate::ui::overlays::help::centred;
use crate::ui::paint::{Paint, Span};
use crate::ui::widgets::field::{Typed, field};
use crate::ui::widgets::frame::Labels;
use crate::ui::widgets::notice::{Notice, notice};
use crate::ui::widgets::popup::large_popup;
use crate::ui::widgets::rows::{RowAt, rows, sign};

const WIDEST: u16 = 76;
const ROWS: u16 = 14;
const TITLE: u16 = 18;

pub fn draw_palette(paint: &mut Paint<'_>, palette: &Palette) {
    let labels = Labels { title: "Palette".into(), ..Labels::default() };
    let inner = large_popup(paint, &labels, WIDEST, ROWS);
    let first = Span::line(inner, 0).skip(1).shorter(1);
    let used = paint.put(first, ":", paint.styles.key);
    let input = &palette.input;
    field(paint, first.skip(used), Typed::of(input, true));
    let skip = inner.height.min(1);
    let list = Rect { y: inner.y + skip, height: inner.height - skip, ..inner };
    let shown = palette.shown();
    if shown.is_empty() {
        let said = Notice {
            headline: "nothing has that name".into(),
            sentences: vec!["type s3://bucket/prefix/ to go there".into()],
            ..Notice::default()
        };
        notice(paint, list, &said);
    }
    let place = centred(palette.cursor, shown.len(), list.height);
    rows(paint, list, place, |paint, span, at| {
        sign(paint, span, at, false);
        match shown.get(at.number) {
            Some(PaletteRow::Action(number)) => {
                draw_action(paint, span, at, palette.action_row(*number));
            }
            Some(PaletteRow::Go(location)) => {
                let styles = paint.styles;
                let used = paint.put(span.skip(2), "go to ", styles.text);
                paint.path(span.skip(2 + used).shorter(1), &location.to_string(), styles.accent);
            }
            Some(PaletteRow::Follow(address)) => {
                let styles = paint.styles;
                let used = paint.put(span.skip(2), "go to ", styles.text);
                paint.name(span.skip(2 + used).shorter(1), address, styles.accent);
            }
            Some(PaletteRow::NoLocation(why)) => {
                let bad = paint.styles.bad;
                paint.sentence(span.skip(2).shorter(1), why, bad);
            }
            None => {}
        }
    });
}

fn draw_action(paint: &mut Paint<'_>, span: Span, at: RowAt, row: &ActionRow) {
    let styles = paint.styles;
    let span = span.skip(2).shorter(1);
    let (text, dim) = match row.disabled {
        Some(_) => (styles.disabled, styles.disabled),
        None => (styles.text, styles.dim),
    };
    let keys = row.keys.first().map_or("", String::as_str);
    let used = paint.print_right(span, styles.key, format_args!("{keys}"));
    let span = span.shorter(used + 2);
    paint.sentence(span.take(TITLE), row.title, text);
    let beside = span.skip(TITLE + 1);
    match &row.disabled {
        Some(reason) if at.cursor => paint.sentence(beside, reason, styles.warning),
        Some(reason) => paint.sentence(beside, reason, styles.disabled),
        None => paint.sentence(beside, row.doc, dim),
    };
}
