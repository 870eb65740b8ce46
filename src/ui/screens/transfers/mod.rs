//! Paints the transfers pane: a job a line with what is below it, the totals in the frame.

mod below;
mod columns;
mod job;
mod pace;

use ratatui::layout::Rect;

use crate::app::action::Action;
use crate::app::scope::Scope;
use crate::app::screens::leaving::Leaving;
use crate::app::screens::transfers::TransfersPane;
use crate::app::transfers::{Totals, Transfers};
use crate::domain::units::{Count, Rate};
use crate::ui::glyphs::Glyphs;
use crate::ui::paint::{Paint, Span};
use crate::ui::screens::buckets::border_scrollbar;
use crate::ui::screens::reason::reason;
use crate::ui::screens::transfers::below::draw_below;
use crate::ui::screens::transfers::columns::TransferColumns;
use crate::ui::screens::transfers::job::draw_job;
use crate::ui::screens::transfers::pace::{rate_of, time_left};
use crate::ui::screens::view::View;
use crate::ui::text::width;
use crate::ui::widgets::frame::{Labels, pane_frame};
use crate::ui::widgets::notice::{Notice, notice};
use crate::ui::widgets::rows::{RowAt, Window, rows};
use crate::ui::widgets::sparkline::sparkline;

/// From this width on the pace is drawn too, in so many seconds.
const SPARKLINE_FROM: u16 = 100;
const SPARKLINE: usize = 20;

/// Cells of the title with its first count, and of the frame around it.
const TITLE: usize = 33;

pub fn draw_transfers(
    paint: &mut Paint<'_>,
    area: Rect,
    pane: &TransfersPane,
    leaving: Leaving,
    focused: bool,
    view: View<'_>,
) {
    let queue = &pane.queue;
    let labels = labels(paint.glyphs, area.width, queue, leaving);
    let inner = pane_frame(paint, area, &labels, focused);
    if let Some(error) = &queue.halted {
        let said = reason(paint, error, view.session, String::new());
        return notice(paint, inner, &said);
    }
    let lines = queue.rows();
    if lines.is_empty() {
        return notice(paint, inner, &empty(view));
    }
    let columns = TransferColumns::of(inner.width);
    let (offset, cursor) = (pane.list.offset, pane.list.cursor);
    let window = Window { len: lines.len(), offset, cursor, focused };
    rows(paint, inner, window, |paint, span, at| {
        let Some(row) = lines.row(at.number) else { return };
        draw_cursor(paint, span, at);
        match row.below {
            None => draw_job(paint, span, columns, row.job, queue, view),
            Some(below) => draw_below(paint, span, columns, row.job, below),
        }
    });
    border_scrollbar(paint, area, inner, window, focused);
}

fn draw_cursor(paint: &mut Paint<'_>, span: Span, at: RowAt) {
    if at.cursor && at.focused {
        paint.put(span.take(1), paint.glyphs.cursor, paint.styles.accent);
    }
}

fn empty(view: View<'_>) -> Notice {
    let key = |action| view.key(Scope::Objects, action);
    Notice {
        headline: "no transfers".into(),
        sentences: vec![format!(
            "{} downloads what is marked, {} uploads",
            key(Action::Download),
            key(Action::Upload)
        )],
        ..Notice::default()
    }
}

fn labels(glyphs: &Glyphs, cells: u16, queue: &Transfers, leaving: Leaving) -> Labels {
    let totals = queue.totals();
    let mut top_right = speed(glyphs, &totals, usize::from(cells));
    let pace = queue.history().last(SPARKLINE);
    if cells >= SPARKLINE_FROM && pace.len() > 1 {
        let drawn = sparkline(glyphs, pace);
        let between = if top_right.is_empty() { "" } else { " " };
        top_right = format!("{drawn}{between}{top_right}");
    }
    let room = usize::from(cells).saturating_sub(width(&top_right) + 10);
    let limit = queue.limit.map(|limit| format!("limit {}", Rate(limit)));
    Labels {
        does: None,
        title: title(glyphs, &totals, room),
        top_right,
        bottom_left: below(queue, leaving),
        bottom_right: limit.unwrap_or_default(),
        ..Labels::default()
    }
}

/// What happens at the end, else whose queue is shown below the own one.
fn below(queue: &Transfers, leaving: Leaving) -> String {
    let held =
        || queue.holder.as_ref().map(|holder| format!("another window has a queue: {holder}"));
    leaving.sentence().map(str::to_owned).or_else(held).unwrap_or_default()
}

/// `3 Transfers  2 active · 5 queued · 1 failed`; in a narrow frame without what is done or paused.
fn title(glyphs: &Glyphs, totals: &Totals, room: usize) -> String {
    let counts = totals.counts;
    let counts = [
        (counts.running, "active"),
        (counts.queued, "queued"),
        (counts.failed, "failed"),
        (counts.paused, "paused"),
        (counts.done, "done"),
    ];
    let mut title = "3 Transfers".to_owned();
    let mut between = "  ".to_owned();
    for (count, word) in counts.into_iter().filter(|(count, _)| *count > 0) {
        let part = format!("{between}{} {word}", Count(count as u64));
        if width(&title) + width(&part) > room {
            break;
        }
        title.push_str(&part);
        between = format!(" {} ", glyphs.dot);
    }
    title
}

/// `↓ 18.2 MiB/s ── ETA 01:12`, with a plus while not everything is found; less where it would
/// leave no room for what is active.
fn speed(glyphs: &Glyphs, totals: &Totals, cells: usize) -> String {
    let mut said = Vec::new();
    for (arrow, rate) in [(glyphs.down, totals.down), (glyphs.up, totals.up)] {
        if rate >= 1.0 {
            said.push(format!("{arrow} {}", rate_of(rate)));
        }
    }
    if let Some(left) = totals.left {
        said.push(format!("ETA {}", time_left(left)));
    }
    let between = format!(" {0}{0} ", glyphs.rule);
    while width(&said.join(&between)) + TITLE > cells {
        if said.pop().is_none() {
            break;
        }
    }
    said.join(&between)
}
