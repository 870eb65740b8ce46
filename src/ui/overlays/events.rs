//! Paints what happened in this session, newest first.

use jiff::tz::TimeZone;

use crate::app::log::LogEntry;
use crate::app::overlays::events::Events;
use crate::app::toasts::Level;
use crate::domain::units::TimeOfDay;
use crate::ui::overlays::help::centred;
use crate::ui::paint::{Paint, Span};
use crate::ui::widgets::frame::Labels;
use crate::ui::widgets::notice::{Notice, notice};
use crate::ui::widgets::popup::popup;
use crate::ui::widgets::rows::{RowAt, position, rows, sign};

pub fn draw_events(paint: &mut Paint<'_>, events: &Events, zone: &TimeZone) {
    let window = paint.buffer.area;
    let entries = events.entries();
    let labels = Labels {
        title: "Events, newest first".into(),
        bottom_right: position(events.cursor, entries.len()),
        ..Labels::default()
    };
    let height = u16::try_from(entries.len()).unwrap_or(u16::MAX).max(8);
    let height = height.min(window.height.saturating_sub(4).max(2));
    let inner = popup(paint, &labels, window.width.saturating_sub(6), height);
    let list = inner;
    if entries.is_empty() {
        let said = Notice { headline: "nothing has happened yet".into(), ..Notice::default() };
        notice(paint, list, &said);
    }
    let place = centred(events.cursor, entries.len(), list.height);
    rows(paint, list, place, |paint, span, at| {
        if let Some(entry) = entries.get(at.number) {
            draw_entry(paint, span, at, entry, zone);
        }
    });
}

fn draw_entry(paint: &mut Paint<'_>, span: Span, at: RowAt, entry: &LogEntry, zone: &TimeZone) {
    let styles = paint.styles;
    sign(paint, span, at, false);
    let mut rest = span.skip(2);
    let time = TimeOfDay(entry.at, zone);
    rest = rest.skip(paint.print(rest, styles.dim, format_args!("{time}")) + 1);
    let (glyph, style) = match entry.level {
        Level::Done => (paint.glyphs.good, styles.good),
        Level::Note | Level::Ended => (paint.glyphs.note, styles.dim),
        Level::Problem => (paint.glyphs.bad, styles.bad),
    };
    rest = rest.skip(paint.put(rest, glyph, style) + 1);
    paint.sentence(rest.shorter(1), &entry.text, styles.text);
}
