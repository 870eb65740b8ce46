//! Paints what is new, gone or changed since an index.

use ratatui::layout::Rect;

use crate::app::overlays::index_changes::ChangesSheet;
use crate::app::part::Part as _;
use crate::app::state::State;
use crate::domain::diff_end::DiffKind;
use crate::domain::indexed::ChangedKey;
use crate::domain::units::{Count, Counted, Moment, Size};
use crate::ui::overlays::help::centred;
use crate::ui::paint::{Paint, Span};
use crate::ui::widgets::frame::Labels;
use crate::ui::widgets::notice::{Notice, notice};
use crate::ui::widgets::popup::large_popup;
use crate::ui::widgets::rows::{RowAt, position, rows, sign};
use crate::ui::widgets::spinner::spinner;

const WIDEST: u16 = 110;
/// Cells of `changed`.
const CHANGE: u16 = 8;
const SIZE: u16 = 10;

pub fn draw_index_changes(paint: &mut Paint<'_>, changes: &ChangesSheet, state: &State) {
    let since = changes.since.map(|at| Moment(at, &state.session.zone).to_string());
    let labels = Labels {
        title: match since {
            Some(since) => format!("Changes since the index of {since}"),
            None => "Changes since the index".to_owned(),
        },
        bottom_right: position(changes.cursor, changes.rows.len()),
        ..Labels::default()
    };
    let height = u16::try_from(changes.rows.len()).unwrap_or(u16::MAX).saturating_add(2).max(8);
    let inner = large_popup(paint, &labels, WIDEST, height);
    let told = told(paint, changes, state);
    if changes.rows.is_empty() {
        return notice(paint, inner, &Notice { headline: told, ..Notice::default() });
    }
    let list = Rect { height: inner.height.saturating_sub(2), ..inner };
    let place = centred(changes.cursor, changes.rows.len(), list.height);
    rows(paint, list, place, |paint, span, at| {
        if let Some(row) = changes.rows.get(at.number) {
            draw_change(paint, span, at, row);
        }
    });
    if inner.height > 2 {
        let last = Span::line(inner, inner.height - 1).skip(2).shorter(1);
        paint.sentence(last, &told, paint.styles.dim);
    }
}

/// How far it is, and what became of the index.
fn told(paint: &Paint<'_>, changes: &ChangesSheet, state: &State) -> String {
    let listed = Counted(changes.listed, "key");
    if changes.is_waiting() {
        return format!("{} {listed} listed", spinner(paint.glyphs, state.now));
    }
    let all = match changes.changes {
        0 => "nothing changed".to_owned(),
        all => Counted(all, "change").to_string(),
    };
    let shown = changes.rows.len() as u64;
    let first = if shown < changes.changes {
        format!(" (the first {})", Count(shown))
    } else {
        String::new()
    };
    format!("{all}{first} in {listed}; the index is fresh")
}

fn draw_change(paint: &mut Paint<'_>, span: Span, at: RowAt, row: &ChangedKey) {
    let styles = paint.styles;
    sign(paint, span, at, false);
    let style = match row.change {
        DiffKind::New => styles.good,
        DiffKind::Gone => styles.bad,
        DiffKind::Changed => styles.warning,
    };
    let mut rest = span.skip(2).shorter(1);
    paint.put(rest.take(CHANGE), row.change.name(), style);
    rest = rest.skip(CHANGE);
    paint.print_right(rest.take(SIZE), styles.size, format_args!("{}", Size(row.size)));
    paint.name(rest.skip(SIZE + 2), &row.name, styles.text);
}
