//! Paints objects whose content type does not fit.

use ratatui::layout::Rect;

use crate::app::overlays::types::{TypeRow, TypeState, TypesSheet};
use crate::app::state::State;
use crate::domain::units::{Count, Counted};
use crate::domain::visible::visible;
use crate::ui::dialogs::draw_dialog;
use crate::ui::overlays::help::centred;
use crate::ui::paint::{Paint, Span};
use crate::ui::widgets::frame::Labels;
use crate::ui::widgets::notice::{Notice, notice};
use crate::ui::widgets::popup::large_popup;
use crate::ui::widgets::rows::{RowAt, position, rows, sign};
use crate::ui::widgets::spinner::spinner;

const WIDEST: u16 = 120;
/// Cells of `by content`, and of what became of a row.
const BY: u16 = 10;
/// Lines below the rows: the cursor's row in whole, and how far the search is.
const TOLD: u16 = 3;

pub fn draw_types(paint: &mut Paint<'_>, types: &TypesSheet, state: &State) {
    draw_sheet(paint, types, state);
    if let Some(dialog) = types.dialog_shown() {
        draw_dialog(paint, dialog, &state.session);
    }
}

fn draw_sheet(paint: &mut Paint<'_>, types: &TypesSheet, state: &State) {
    let marked = match types.marked() {
        0 => String::new(),
        marked => format!("{} marked", Count(marked)),
    };
    let labels = Labels {
        title: format!("Wrong content types below s3://{}/{}", types.bucket, types.prefix),
        bottom_left: marked,
        bottom_right: position(types.cursor, types.rows.len()),
        ..Labels::default()
    };
    let height = u16::try_from(types.rows.len()).unwrap_or(u16::MAX).saturating_add(TOLD).max(8);
    let inner = large_popup(paint, &labels, WIDEST, height);
    let told = told(paint, types, state);
    if types.rows.is_empty() {
        return notice(paint, inner, &empty(types, told));
    }
    let below = if inner.height > 2 * TOLD { TOLD } else { 0 };
    let list = Rect { height: inner.height.saturating_sub(below), ..inner };
    let place = centred(types.cursor, types.rows.len(), list.height);
    rows(paint, list, place, |paint, span, at| {
        if let Some(row) = types.rows.get(at.number) {
            draw_row(paint, span, at, row, types);
        }
    });
    if below > 0 {
        let line = |up| Span::line(inner, inner.height - up).skip(2).shorter(1);
        if let Some(row) = types.rows.get(types.cursor) {
            paint.sentence(line(2), &in_whole(row), paint.styles.text);
        }
        paint.sentence(line(1), &told, paint.styles.dim);
    }
}

fn empty(types: &TypesSheet, told: String) -> Notice {
    if types.is_finding() {
        return Notice { headline: told, ..Notice::default() };
    }
    let headline = match types.failed {
        0 => "every Content-Type fits",
        _ => "every Content-Type that could be looked at fits",
    };
    Notice { headline: headline.into(), sentences: vec![told], ..Notice::default() }
}

/// How far it is, and what came of it.
fn told(paint: &Paint<'_>, types: &TypesSheet, state: &State) -> String {
    let mut said = Vec::new();
    if types.is_mending() {
        let mended = Count(types.count(TypeState::Mended));
        said.push(format!("{} mending: {mended} so far", spinner(paint.glyphs, state.now)));
    }
    let looked = Count(types.looked);
    said.push(match (types.is_finding(), types.cut) {
        (true, _) => format!("{} {looked} looked at", spinner(paint.glyphs, state.now)),
        (false, true) => format!("{looked} looked at; not all were, so mend these first"),
        (false, false) => format!("{} looked at", Counted(types.looked, "object")),
    });
    if types.failed > 0 {
        said.push(format!("{} could not be", Count(types.failed)));
    }
    said.join(", ")
}

fn in_whole(row: &TypeRow) -> String {
    let finding = &row.wrong.finding;
    let is = finding.is.as_deref().unwrap_or("none");
    let by = if finding.by_name { "name" } else { "first bytes" };
    let (is, should) = (visible(is), visible(&finding.should));
    match row.state {
        TypeState::Wrong => format!("is {is}, should be {should} by its {by}"),
        TypeState::Mended => format!("was {is}, is {should} now"),
        TypeState::Failed => format!("is {is}: it was not mended"),
    }
}

fn draw_row(paint: &mut Paint<'_>, span: Span, at: RowAt, row: &TypeRow, types: &TypesSheet) {
    let styles = paint.styles;
    let finding = &row.wrong.finding;
    sign(paint, span, at, row.marked);
    let mut name = span.skip(2).shorter(1);
    if span.width > 40 {
        let (word, style) = match row.state {
            TypeState::Wrong if finding.by_name => ("by name", styles.dim),
            TypeState::Wrong => ("by content", styles.dim),
            TypeState::Mended => ("mended", styles.good),
            TypeState::Failed => ("failed", styles.bad),
        };
        paint.print_right(name, style, format_args!("{word}"));
        name = name.shorter(BY + 2);
    }
    let width = name.width * 3 / 5;
    let is = finding.is.as_deref().unwrap_or("(none)");
    let kinds = format!("{is} {} {}", paint.glyphs.copy, finding.should);
    let key = row.wrong.object.key.as_str();
    let shown = key.strip_prefix(types.prefix.as_str()).unwrap_or(key);
    let style = if row.state == TypeState::Mended { styles.dim } else { styles.text };
    let types_at = name.skip(name.width - width);
    paint.name(name.shorter(width + 1), shown, style);
    paint.name(types_at, &kinds, styles.warning);
}
