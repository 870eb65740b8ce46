//! Paints the transfers pane: a job a line, the totals in the frame.

use ratatui::layout::Rect;

use crate::app::action::{Action, Scope};
use crate::app::list::List;
use crate::app::transfers::{QueuedJob, Totals, Transfers};
use crate::domain::error::Error;
use crate::domain::transfer::{Direction, JobState, Progress, Verification};
use crate::domain::units::{Count, Elapsed, Rate, Size};
use crate::ui::glyphs::Glyphs;
use crate::ui::paint::{Paint, Span};
use crate::ui::screens::buckets::border_scrollbar;
use crate::ui::screens::reason::reason;
use crate::ui::screens::view::View;
use crate::ui::text::width;
use crate::ui::widgets::frame::{Labels, pane_frame};
use crate::ui::widgets::gauge::{gauge, percent};
use crate::ui::widgets::notice::{Notice, notice};
use crate::ui::widgets::rows::{RowAt, Window, rows};

pub fn draw_transfers(
    paint: &mut Paint<'_>,
    area: Rect,
    transfers: &Transfers,
    list: List,
    focused: bool,
    view: View<'_>,
) {
    let jobs = transfers.jobs();
    let totals = transfers.totals();
    let speed = speed(paint.glyphs, &totals);
    let room = usize::from(area.width).saturating_sub(width(&speed) + 10);
    let title = title(paint.glyphs, &totals, room);
    let labels = Labels { title, top_right: speed, ..Labels::default() };
    let inner = pane_frame(paint, area, &labels, focused);
    if let Some(error) = &transfers.halted {
        let said = reason(paint, error, String::new());
        return notice(paint, inner, &said);
    }
    if jobs.is_empty() {
        return notice(paint, inner, &empty(view));
    }
    let window = Window { len: jobs.len(), offset: list.offset, cursor: list.cursor, focused };
    rows(paint, inner, window, |paint, span, at| draw_job(paint, span, at, &jobs[at.number], view));
    border_scrollbar(paint, area, window, focused);
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

/// `3 Transfers  2 active · 5 queued · 1 failed`; in a narrow frame without what is done or paused.
fn title(glyphs: &Glyphs, totals: &Totals, room: usize) -> String {
    let counts = [
        (totals.running, "active"),
        (totals.queued, "queued"),
        (totals.failed, "failed"),
        (totals.paused, "paused"),
        (totals.done, "done"),
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

/// `↓ 18.2 MiB/s ── ETA 01:12`
fn speed(glyphs: &Glyphs, totals: &Totals) -> String {
    let mut said = Vec::new();
    for (arrow, rate) in [(glyphs.down, totals.down), (glyphs.up, totals.up)] {
        if rate >= 1.0 {
            said.push(format!("{arrow} {}", rate_of(rate)));
        }
    }
    if let Some(left) = totals.left {
        said.push(format!("ETA {}", Elapsed(left)));
    }
    said.join(&format!(" {0}{0} ", glyphs.rule))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "saturates; a rate is never negative"
)]
fn rate_of(per_second: f64) -> Rate {
    Rate(per_second as u64)
}

/// Columns of a job, in cells; 0 where there is no room.
#[derive(Clone, Copy)]
struct Columns {
    name: u16,
    bar: u16,
    bytes: u16,
    rate: u16,
    left: u16,
}

const SIGN: u16 = 3;
const PERCENT: u16 = 4;
const GAP: u16 = 2;

impl Columns {
    fn of(width: u16) -> Columns {
        let mut left = width.saturating_sub(SIGN);
        let mut take = |wanted: u16, least: u16| {
            let fits = left >= wanted + GAP + least;
            if fits {
                left -= wanted + GAP;
            }
            if fits { wanted } else { 0 }
        };
        // In the order in which they are worth their room, each beside a name and a bar of these cells.
        let rate = take(11, 34);
        let eta = take(7, 34);
        let bytes = take(if width > 110 { 19 } else { 8 }, 34);
        let name = (left / 2).clamp(left.min(10), 40);
        let bar = left.saturating_sub(name + GAP + GAP + PERCENT).min(50);
        Columns { name, bar, bytes, rate, left: eta }
    }
}

fn draw_job(paint: &mut Paint<'_>, span: Span, at: RowAt, job: &QueuedJob, view: View<'_>) {
    let styles = paint.styles;
    let columns = Columns::of(span.width);
    if at.cursor && at.focused {
        paint.put(span.take(1), paint.glyphs.cursor, styles.accent);
    }
    let direction = job.view.spec.work.direction();
    paint.put(span.skip(1).take(1), arrow(paint.glyphs, direction), styles.accent);
    paint.name(span.skip(SIGN).take(columns.name), &job.name(), styles.text);
    let rest = span.skip(SIGN + columns.name + GAP);
    let progress = &job.view.progress;
    match &job.view.state {
        JobState::Running => draw_running(paint, rest, columns, job),
        JobState::Paused => {
            draw_bar(paint, rest, columns, job, "paused");
        }
        JobState::Queued => {
            let sign = paint.glyphs.queued;
            paint.print(rest, styles.dim, format_args!("{sign} queued{}", Expected(progress)));
        }
        JobState::Done => draw_done(paint, rest, job),
        JobState::Failed(error) => draw_failed(paint, rest, error, view),
        JobState::Cancelled => {
            paint.put(rest, "cancelled", styles.dim);
        }
    }
}

fn arrow(glyphs: &Glyphs, direction: Direction) -> &'static str {
    match direction {
        Direction::Up => glyphs.up,
        Direction::Down => glyphs.down,
        Direction::Copy => glyphs.copy,
        Direction::Delete => glyphs.delete,
    }
}

/// What a waiting job will move, where that is known.
struct Expected<'a>(&'a Progress);

impl std::fmt::Display for Expected<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.0.bytes_total, self.0.objects_total) {
            (0, _) => Ok(()),
            (bytes, 0 | 1) => write!(f, "  {}", Size(bytes)),
            (bytes, objects) => write!(f, "  {} in {} objects", Size(bytes), Count(objects)),
        }
    }
}

fn draw_running(paint: &mut Paint<'_>, span: Span, columns: Columns, job: &QueuedJob) {
    let styles = paint.styles;
    let mut rest = draw_bar(paint, span, columns, job, "");
    if columns.rate > 0 && job.rate() >= 1.0 {
        let rate = rate_of(job.rate());
        paint.print_right(rest.take(columns.rate), styles.text, format_args!("{rate}"));
    }
    rest = rest.skip(if columns.rate > 0 { columns.rate + GAP } else { 0 });
    if let Some(left) = job.left().filter(|_| columns.left > 0) {
        paint.print_right(rest.take(columns.left), styles.dim, format_args!("{}", Elapsed(left)));
    }
}

/// The bar, the percentage and the bytes; gives what is left of the line.
fn draw_bar(
    paint: &mut Paint<'_>,
    span: Span,
    columns: Columns,
    job: &QueuedJob,
    word: &str,
) -> Span {
    let styles = paint.styles;
    let progress = &job.view.progress;
    let deletes = job.view.spec.work.direction() == Direction::Delete;
    let (done, total) = if progress.bytes_total == 0 || deletes {
        (progress.objects, progress.objects_total)
    } else {
        (progress.bytes, progress.bytes_total)
    };
    let style = if word.is_empty() { styles.bar } else { styles.dim };
    gauge(paint, span.take(columns.bar), done, total, style);
    let mut rest = span.skip(columns.bar + 1);
    let more = if progress.expanded || total == 0 { "" } else { "+" };
    if total > 0 {
        let percent = percent(done, total);
        paint.print_right(rest.take(PERCENT), styles.text, format_args!("{percent}%"));
    }
    rest = rest.skip(PERCENT + GAP);
    let amount = rest.take(columns.bytes);
    if deletes || progress.bytes_total == 0 {
        let (done, total) = (Count(done), Count(total));
        paint.print_right(amount, styles.dim, format_args!("{done}/{total}{more}"));
    } else if columns.bytes > 8 {
        let (done, total) = (Size(done), Size(total));
        paint.print_right(amount, styles.dim, format_args!("{done} / {total}{more}"));
    } else {
        paint.print_right(amount, styles.dim, format_args!("{}", Size(done)));
    }
    rest = rest.skip(if columns.bytes > 0 { columns.bytes + GAP } else { 0 });
    paint.put(rest, word, styles.warning);
    rest
}

fn draw_done(paint: &mut Paint<'_>, span: Span, job: &QueuedJob) {
    let styles = paint.styles;
    let progress = &job.view.progress;
    let mut rest = span.skip(paint.put(span, paint.glyphs.good, styles.good) + 1);
    let deletes = job.view.spec.work.direction() == Direction::Delete;
    let used = if deletes {
        paint.print(rest, styles.dim, format_args!("{} deleted", Count(progress.objects)))
    } else if progress.objects_total > 1 {
        let (bytes, objects) = (Size(progress.bytes), Count(progress.objects));
        paint.print(rest, styles.dim, format_args!("{bytes} in {objects} objects"))
    } else {
        paint.print(rest, styles.dim, format_args!("{}", Size(progress.bytes)))
    };
    rest = rest.skip(used);
    if progress.skipped > 0 {
        let skipped = Count(progress.skipped);
        rest = rest.skip(paint.print(rest, styles.warning, format_args!(", {skipped} skipped")));
    }
    match &job.view.verification {
        Some(Verification::Digest(name)) => {
            paint.print(rest, styles.dim, format_args!(", {name} agrees"));
        }
        Some(Verification::SizeOnly(why)) => {
            paint.print(rest, styles.warning, format_args!(", only the size compared: {why}"));
        }
        None => {}
    }
}

fn draw_failed(paint: &mut Paint<'_>, span: Span, error: &Error, view: View<'_>) {
    let styles = paint.styles;
    let said = error.explain().what;
    let sign = paint.glyphs.bad;
    let dash = paint.glyphs.dash;
    let key = view.key(Scope::Transfers, Action::JobDetails);
    let hint = format!(" {dash} {key}: what to do");
    let hint_cells = u16::try_from(width(&hint)).unwrap_or(u16::MAX);
    let room = if span.width > hint_cells + 20 { span.shorter(hint_cells) } else { span };
    let used = match &error.code {
        Some(code) => paint.print(room, styles.bad, format_args!("{sign} {code}: {said}")),
        None => paint.print(room, styles.bad, format_args!("{sign} {said}")),
    };
    if room.width < span.width {
        paint.put(span.skip(used), &hint, styles.dim);
    }
}
