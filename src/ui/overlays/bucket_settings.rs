//! Paints the settings of a bucket: a row each, a document in whole, a change before it is sent.

use ratatui::layout::Rect;

use crate::app::overlays::bucket_settings::reading::{SettingPage, SettingReading};
use crate::app::overlays::bucket_settings::{BucketSettings, SettingRow};
use crate::app::session::Session;
use crate::domain::settings::SettingState;
use crate::domain::visible::visible;
use crate::ui::dialogs::details::draw_details;
use crate::ui::dialogs::draw_dialog;
use crate::ui::overlays::help::centred;
use crate::ui::paint::{Paint, Span};
use crate::ui::text::wrap;
use crate::ui::widgets::difference::draw_difference;
use crate::ui::widgets::frame::Labels;
use crate::ui::widgets::popup::{large_popup, popup};
use crate::ui::widgets::rows::{RowAt, position, rows, sign};

const WIDEST: u16 = 110;
/// Cells of the column of names.
const NAMES: u16 = 16;
/// Lines below the rows: what the cursor's row says in whole.
const TOLD: u16 = 3;
const TALLEST: u16 = 40;
/// Lines that a refusal takes at most times.
const REFUSED: usize = 8;

pub fn draw_bucket_settings(paint: &mut Paint<'_>, settings: &BucketSettings, session: &Session) {
    draw_table(paint, settings);
    match &settings.reading {
        Some(SettingReading::Document(page)) => draw_page(paint, page, None, session),
        Some(SettingReading::Change(page)) => {
            draw_page(paint, page, Some(settings.is_sending()), session);
        }
        Some(SettingReading::Error(details)) => draw_details(paint, details, session),
        None => {}
    }
    if let Some(dialog) = settings.dialog_shown() {
        draw_dialog(paint, dialog, session);
    }
}

fn draw_table(paint: &mut Paint<'_>, settings: &BucketSettings) {
    let window = paint.buffer.area;
    let labels = Labels {
        title: format!("Settings of {}", visible(settings.bucket.as_str())),
        bottom_right: position(settings.cursor, settings.rows.len()),
        ..Labels::default()
    };
    let wanted = u16::try_from(settings.rows.len()).unwrap_or(u16::MAX).saturating_add(TOLD + 1);
    let height = wanted.min(window.height.saturating_sub(2).max(3));
    let inner = popup(paint, &labels, WIDEST.min(window.width.saturating_sub(4)), height);
    let told = if inner.height > 2 * TOLD { TOLD + 1 } else { 0 };
    let list = Rect { height: inner.height - told, ..inner };
    let place = centred(settings.cursor, settings.rows.len(), list.height);
    rows(paint, list, place, |paint, span, at| {
        if let Some(row) = settings.rows.get(at.number) {
            let sent = settings.sent() == Some(row.setting);
            draw_row(paint, span, at, row, sent);
        }
    });
    if let Some(row) = settings.current().filter(|_| told > 0) {
        let place = Rect { y: list.bottom() + 1, height: told - 1, ..inner };
        draw_told(paint, place, settings, row);
    }
}

/// `sent`: a change of it is under way.
fn draw_row(paint: &mut Paint<'_>, span: Span, at: RowAt, row: &SettingRow, sent: bool) {
    let (styles, glyphs) = (paint.styles, paint.glyphs);
    sign(paint, span, at, false);
    let names = span.skip(2);
    let rest = span.skip(2 + NAMES + 2).shorter(1);
    let Some(state) = &row.state else {
        paint.put(names.take(NAMES), row.setting.name(), styles.dim);
        paint.put(rest, paint.turning(), styles.accent);
        return;
    };
    let (name, text) = match state {
        SettingState::Set(_) => (styles.text, styles.text),
        SettingState::Unset => (styles.text, styles.dim),
        SettingState::Refused(_) => (styles.text, styles.bad),
        SettingState::Lacking(_) => (styles.dim, styles.dim),
    };
    paint.put(names.take(NAMES), row.setting.name(), name);
    let mark = match state {
        SettingState::Set(_) => glyphs.good,
        SettingState::Refused(_) => glyphs.bad,
        SettingState::Unset | SettingState::Lacking(_) => glyphs.note,
    };
    let (mark, style) = if sent { (paint.turning(), styles.accent) } else { (mark, text) };
    paint.put(span.skip(2 + NAMES).take(1), mark, style);
    paint.sentence(rest, &state.summary(row.setting), text);
}

/// The whole sentence of the row, which its column may have cut.
fn draw_told(paint: &mut Paint<'_>, place: Rect, settings: &BucketSettings, row: &SettingRow) {
    let styles = paint.styles;
    let summary = row.state.as_ref().map(|state| state.summary(row.setting));
    let mut text = summary.unwrap_or_default();
    if let Some(SettingState::Set(_) | SettingState::Unset) = row.state
        && let Some(why) = settings.unchangeable(row)
    {
        text = format!("{text}. It cannot be changed: {why}");
    }
    let lines = wrap(&visible(&text), usize::from(place.width.saturating_sub(2)));
    for (line, text) in (0..place.height).zip(lines) {
        paint.put(Span::line(place, line).skip(1), &text, styles.dim);
    }
}

/// `asks` is set where it is asked whether it is sent: whether it is on its way.
fn draw_page(paint: &mut Paint<'_>, page: &SettingPage, asks: Option<bool>, session: &Session) {
    let labels = Labels {
        title: visible(&page.title).into_owned(),
        bottom_right: position(page.scroll, page.lines.len()),
        ..Labels::default()
    };
    let beside = usize::from(asks == Some(true)) + 3 * page.notes.len();
    let beside = beside + if page.refusal.is_some() { REFUSED } else { 0 };
    let tallest = u16::try_from(page.lines.len() + beside).unwrap_or(TALLEST).min(TALLEST);
    let inner = large_popup(paint, &labels, WIDEST, tallest);
    let styles = paint.styles;
    let width = usize::from(inner.width.saturating_sub(2)).max(1);
    let mut above: Vec<(String, ratatui::style::Style)> = Vec::new();
    if asks == Some(true) {
        above.push((format!("{} sending", paint.turning()), styles.accent));
    }
    if let Some((error, place)) = &page.refusal {
        let what = format!("{} {}", paint.glyphs.bad, error.explain().what);
        let said =
            [Some(what), Some(error.detail.clone()), place.clone(), Some(session.next(error))];
        let said = said.into_iter().flatten().filter(|text| !text.is_empty());
        above.extend(said.flat_map(|text| {
            let lines = wrap(&visible(&text), width);
            lines.into_iter().map(|line| (line.clone(), styles.bad)).collect::<Vec<_>>()
        }));
    }
    for note in &page.notes {
        let lines = wrap(&visible(note), width);
        above.extend(lines.into_iter().map(|line| (line.clone(), styles.warning)));
    }
    let most = usize::from(inner.height / 2);
    let mut line = 0;
    for (text, style) in above.iter().take(most) {
        paint.put(Span::line(inner, line).skip(1), text, *style);
        line += 1;
    }
    for each in page.lines.iter().skip(page.scroll) {
        if line >= inner.height {
            break;
        }
        draw_difference(paint, Span::line(inner, line).skip(1).shorter(1), each, asks.is_some());
        line += 1;
    }
}
