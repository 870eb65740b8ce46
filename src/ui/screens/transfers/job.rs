//! Paints the line of a job: what it is, how far, how fast, or why not.

use std::fmt;

use crate::app::action::Action;
use crate::app::scope::Scope;
use crate::app::screens::transfers::place::destination;
use crate::app::transfers::Transfers;
use crate::app::transfers::job::QueuedJob;
use crate::app::transfers::job_status::{JobStatus, verified};
use crate::domain::error::{Error, ErrorKind};
use crate::domain::transfer::{
    ALREADY_GONE, Direction, JobState, Priority, Progress, Verification,
};
use crate::domain::units::{Count, Counted, Size};
use crate::ui::glyphs::Glyphs;
use crate::ui::paint::{Paint, Span};
use crate::ui::screens::transfers::below::relative;
use crate::ui::screens::transfers::columns::{GAP, PERCENT, SIGN, TransferColumns};
use crate::ui::screens::transfers::pace::{rate_of, time_left};
use crate::ui::screens::view::View;
use crate::ui::text::width;
use crate::ui::widgets::gauge::{gauge, percent};

pub fn draw_job(
    paint: &mut Paint<'_>,
    span: Span,
    columns: TransferColumns,
    job: &QueuedJob,
    queue: &Transfers,
    view: View<'_>,
) {
    let styles = paint.styles;
    draw_signs(paint, span, job, queue);
    draw_name(paint, span.skip(SIGN).take(columns.name), job);
    let rest = span.skip(SIGN + columns.name + GAP);
    match (&job.view.state, JobStatus::of(job, queue, &view.session.zone)) {
        (JobState::Done, _) => draw_done(paint, rest, job, view),
        (JobState::Failed(error), _) => draw_failed(paint, rest, job, error, view),
        (JobState::Cancelled, _) => {
            paint.put(rest, "cancelled", styles.dim);
        }
        (_, Some(JobStatus::Paused)) => draw_paused(paint, rest, columns, job),
        (_, Some(standing)) => draw_standing(paint, rest, columns, job, &standing, view),
        (_, None) => draw_running(paint, rest, columns, job),
    }
}

/// The name, and beside it the largest object under way of a job of many, where there is room for
/// enough of it.
fn draw_name(paint: &mut Paint<'_>, span: Span, job: &QueuedJob) {
    let styles = paint.styles;
    let used = paint.name(span, &job.name(), styles.text) + 1;
    let largest = job.under_way.iter().max_by_key(|object| object.total);
    if let Some(object) = largest.filter(|_| used + LEAST_OBJECT <= span.width) {
        paint.name(span.skip(used), relative(job, &object.place), styles.dim);
    }
}

/// Cells of an object's name that are worth to be shown.
const LEAST_OBJECT: u16 = 8;

fn draw_signs(paint: &mut Paint<'_>, span: Span, job: &QueuedJob, queue: &Transfers) {
    let (glyphs, styles) = (paint.glyphs, paint.styles);
    paint.put(span.skip(1).take(1), arrow(glyphs, job.direction()), styles.accent);
    if job.unfolds() {
        let unfolded = queue.is_unfolded(job.view.id);
        let sign = if unfolded { glyphs.unfolded } else { glyphs.folded };
        paint.put(span.skip(2).take(1), sign, styles.dim);
    }
    let priority = match job.view.priority {
        Priority::High => glyphs.higher,
        Priority::Low => glyphs.lower,
        Priority::Normal => return,
    };
    if !job.view.state.finished() {
        paint.put(span.skip(3).take(1), priority, styles.warning);
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

fn draw_running(paint: &mut Paint<'_>, span: Span, columns: TransferColumns, job: &QueuedJob) {
    let rest = draw_bar(paint, span, columns, job);
    draw_pace(paint, rest, columns, job);
}

fn draw_paused(paint: &mut Paint<'_>, span: Span, columns: TransferColumns, job: &QueuedJob) {
    let rest = draw_bar(paint, span, columns, job);
    paint.put(rest, "paused", paint.styles.warning);
}

/// Rate and time left, in their columns.
fn draw_pace(paint: &mut Paint<'_>, span: Span, columns: TransferColumns, job: &QueuedJob) {
    let styles = paint.styles;
    let mut rest = span;
    if columns.rate > 0 && job.rate() >= 1.0 {
        let rate = rate_of(job.rate());
        paint.print_right(rest.take(columns.rate), styles.text, format_args!("{rate}"));
    }
    rest = rest.skip(if columns.rate > 0 { columns.rate + GAP } else { 0 });
    if let Some(left) = job.left().filter(|_| columns.left > 0) {
        let left = time_left(left);
        paint.print_right(rest.take(columns.left), styles.dim, format_args!("{left}"));
    }
}

/// Why it does not simply move. Where bytes still do, their pace stays.
fn draw_standing(
    paint: &mut Paint<'_>,
    span: Span,
    columns: TransferColumns,
    job: &QueuedJob,
    standing: &JobStatus<'_>,
    view: View<'_>,
) {
    let styles = paint.styles;
    let (glyphs, style) =
        (paint.glyphs, if standing.warns() { styles.warning } else { styles.dim });
    let sign = if standing.warns() { glyphs.warning } else { glyphs.queued };
    let expected = Expected(&job.view.progress);
    if let JobStatus::Queued { .. } = standing {
        paint.print(span, style, format_args!("{sign} {standing}{expected}"));
        return;
    }
    let mut room = if standing.moves() { span.take(columns.middle()) } else { span };
    if let Some(percent) = percent_of(job) {
        paint.print(room.take(PERCENT), styles.text, format_args!("{percent}%"));
        room = room.skip(PERCENT + 1);
    }
    let key = view.key(Scope::Transfers, Action::RetryJob);
    match standing {
        JobStatus::Credentials => {
            let renewal = view.session.renewal(&job.view.spec.connection);
            let dash = glyphs.dash;
            let told = format_args!("{sign} {standing}: {renewal} {dash} {key} once renewed");
            paint.print(room, style, told)
        }
        _ => paint.print(room, style, format_args!("{sign} {standing}")),
    };
    if standing.moves() {
        draw_pace(paint, span.skip(columns.middle() + GAP), columns, job);
    }
}

/// What a waiting job will move, where that is known.
struct Expected<'a>(&'a Progress);

impl fmt::Display for Expected<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0.bytes_total, self.0.objects_total) {
            (0, _) => Ok(()),
            (bytes, 0 | 1) => write!(f, ", {}", Size(bytes)),
            (bytes, objects) => write!(f, ", {} in {}", Size(bytes), Counted(objects, "object")),
        }
    }
}

/// How far it is: by bytes where they move, else by objects.
fn measured(job: &QueuedJob) -> (u64, u64) {
    let progress = &job.view.progress;
    if progress.bytes_total == 0 || job.direction() == Direction::Delete {
        (progress.objects + progress.failed, progress.objects_total)
    } else {
        (progress.bytes, progress.bytes_total)
    }
}

/// Nothing can be a hundredth of what is still being found.
fn percent_of(job: &QueuedJob) -> Option<u8> {
    let (done, total) = measured(job);
    (total > 0 && job.view.progress.expanded).then(|| percent(done, total))
}

/// The bar, the percentage and the amount; gives what is left of the line.
fn draw_bar(paint: &mut Paint<'_>, span: Span, columns: TransferColumns, job: &QueuedJob) -> Span {
    let styles = paint.styles;
    let (done, total) = measured(job);
    let style = match job.view.state {
        JobState::Running if job.view.progress.failed > 0 => styles.bar_failed,
        JobState::Running => styles.bar,
        JobState::Paused => styles.bar_paused,
        JobState::Failed(_) => styles.bar_failed,
        JobState::Done => styles.bar_done,
        _ => styles.dim,
    };
    gauge(paint, span.take(columns.bar), done, total, style);
    let mut rest = span.skip(columns.bar + 1);
    if let Some(percent) = percent_of(job) {
        paint.print_right(rest.take(PERCENT), styles.text, format_args!("{percent}%"));
    }
    rest = rest.skip(PERCENT + GAP);
    if columns.amount == 0 {
        return rest;
    }
    let style = if job.view.progress.failed > 0 { styles.warning } else { styles.dim };
    let amount = amount(paint.glyphs, job, usize::from(columns.amount));
    paint.print_right(rest.take(columns.amount), style, format_args!("{amount}"));
    rest.skip(columns.amount + GAP)
}

/// The fullest words that fit: `12,034 of 1,000,000+ · 3 failed`, `300 MiB / 700 MiB`.
fn amount(glyphs: &Glyphs, job: &QueuedJob, room: usize) -> String {
    let progress = &job.view.progress;
    let more = if progress.expanded { "" } else { "+" };
    let all = if job.is_of_many() {
        let (done, total) = (Count(progress.objects), Count(progress.objects_total));
        let (long, short) = match progress.failed {
            0 => (String::new(), String::new()),
            failed => {
                let failed = Count(failed);
                (format!(" {} {failed} failed", glyphs.dot), format!(" {}{failed}", glyphs.bad))
            }
        };
        [
            format!("{done} of {total}{more}{long}"),
            format!("{done} of {total}{more}{short}"),
            format!("{done}/{total}{more}{short}"),
            format!("{done}{short}"),
        ]
    } else {
        let (done, total) = (Size(progress.bytes), Size(progress.bytes_total));
        let whole = format!("{done} / {total}{more}");
        [whole.clone(), whole.clone(), whole, done.to_string()]
    };
    let [.., least] = &all;
    all.iter().find(|text| width(text) <= room).unwrap_or(least).clone()
}

/// `✓ 8.8 GiB in 4,120 objects, verified (md5) → ~/Downloads/raw`
fn draw_done(paint: &mut Paint<'_>, span: Span, job: &QueuedJob, view: View<'_>) {
    let styles = paint.styles;
    let progress = &job.view.progress;
    let moved = progress.moved();
    if moved == 0 && progress.skipped > 0 {
        let deletes = job.direction() == Direction::Delete;
        let skipped = match progress.skipped {
            1 if deletes => ALREADY_GONE.to_owned(),
            all if deletes => format!("all {} were already gone", Count(all)),
            1 => "skipped: it already exists".to_owned(),
            all => format!("all {} skipped: they already exist", Count(all)),
        };
        let rest = span.skip(paint.put(span, paint.glyphs.dash, styles.dim) + 1);
        paint.put(rest, &skipped, styles.dim);
        return;
    }
    let mut rest = span.skip(paint.put(span, paint.glyphs.good, styles.good) + 1);
    let done = if job.direction() == Direction::Delete {
        format!("{} deleted", Count(moved))
    } else if progress.objects_total > 1 {
        format!("{} in {}", Size(progress.bytes), Counted(moved, "object"))
    } else {
        Size(progress.bytes).to_string()
    };
    rest = rest.skip(paint.put(rest, &done, styles.dim));
    if progress.skipped > 0 {
        let skipped = Count(progress.skipped);
        let what = match job.direction() {
            Direction::Delete => "already gone",
            _ => "skipped",
        };
        let skipped = format_args!(", {skipped} {what}");
        rest = rest.skip(paint.print(rest, styles.warning, skipped));
    }
    if let Some(verification) = &job.view.verification {
        let style = match verification {
            Verification::Digest(_) => styles.good,
            Verification::SizeOnly(_) => styles.warning,
        };
        let verified = verified(verification);
        rest = rest.skip(paint.print(rest, style, format_args!(", {verified}")));
    }
    let Some(place) = destination(&job.view.landed(), view.home) else { return };
    if rest.width > 10 {
        rest = rest.skip(paint.print(rest, styles.dim, format_args!(" {} ", paint.glyphs.copy)));
        paint.path(rest, &place, styles.dim);
    }
}

fn draw_failed(paint: &mut Paint<'_>, span: Span, job: &QueuedJob, error: &Error, view: View<'_>) {
    let styles = paint.styles;
    let said = error.explain().what;
    let sign = paint.glyphs.bad;
    let dash = paint.glyphs.dash;
    let key = view.key(Scope::Transfers, Action::JobDetails);
    let renews = error.is(&ErrorKind::ExpiredCredentials);
    let renewed_by = renews.then(|| view.session.renewal(&job.view.spec.connection));
    let renewed_by =
        renewed_by.or_else(|| error.renewed_by().map(|remedy| view.session.say(&remedy)));
    let hint = renewed_by.unwrap_or_else(|| format!("{key}: what to do"));
    let hint = format!(" {dash} {hint}");
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
