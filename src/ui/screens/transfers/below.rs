//! Paints the lines below a job that is unfolded: objects under way, failures, notes.

use crate::app::transfers::job::QueuedJob;
use crate::app::transfers::rows::Below;
use crate::domain::transfer::{Failure, JobState, MAX_NOTES, ObjectProgress, Work};
use crate::domain::units::{Count, Size};
use crate::ui::paint::{Paint, Span};
use crate::ui::screens::transfers::columns::{GAP, PERCENT, SIGN, TransferColumns};
use crate::ui::widgets::gauge::{gauge, percent};

/// Cells that a line below a job is moved in.
const INDENT: u16 = 2;

pub fn draw_below(
    paint: &mut Paint<'_>,
    span: Span,
    columns: TransferColumns,
    job: &QueuedJob,
    below: Below,
) {
    let styles = paint.styles;
    let line = span.skip(SIGN + INDENT);
    let view = &job.view;
    match below {
        Below::UnderWay(number) => {
            if let Some(object) = job.under_way.get(number) {
                draw_object(paint, line, columns, job, object);
            }
        }
        Below::Failure(number) => {
            if let Some(failure) = view.failures.get(number) {
                draw_failure(paint, line, columns, job, failure);
            }
        }
        Below::MoreFailures(more) => {
            let (ellipsis, more) = (paint.glyphs.ellipsis, Count(more));
            paint.print(line, styles.bad, format_args!("{ellipsis} and {more} more failed"));
        }
        Below::Note(number) => {
            if let Some(note) = view.notes.get(number) {
                let used = paint.put(line, paint.glyphs.note, styles.dim) + 1;
                let name = columns.name.saturating_sub(INDENT + used);
                paint.name(line.skip(used).take(name), relative(job, &note.place), styles.dim);
                paint.sentence(line.skip(used + name + GAP), &note.text, styles.warning);
            }
        }
        Below::MoreNotes => {
            let ellipsis = paint.glyphs.ellipsis;
            let text = format_args!("{ellipsis} only the first {MAX_NOTES} notes are kept");
            paint.print(line, styles.dim, text);
        }
        Below::Nothing => {
            let text = match view.state {
                JobState::Running => "nothing is active right now, nothing failed",
                JobState::Done => "nothing failed",
                _ => "nothing is active",
            };
            paint.put(line, text, styles.dim);
        }
    }
}

/// The name, then bar, percentage and bytes in the columns of the job.
fn draw_object(
    paint: &mut Paint<'_>,
    span: Span,
    columns: TransferColumns,
    job: &QueuedJob,
    object: &ObjectProgress,
) {
    let styles = paint.styles;
    let name = columns.name.saturating_sub(INDENT);
    paint.name(span.take(name), relative(job, &object.place), styles.dim);
    let rest = span.skip(name + GAP);
    let ObjectProgress { bytes, total, .. } = *object;
    gauge(paint, rest.take(columns.bar), bytes, total, styles.dim);
    let mut rest = rest.skip(columns.bar + 1);
    if total > 0 {
        let percent = percent(bytes, total);
        paint.print_right(rest.take(PERCENT), styles.dim, format_args!("{percent}%"));
    }
    rest = rest.skip(PERCENT + GAP).take(columns.amount);
    let (done, total) = (Size(bytes), Size(total));
    let whole = paint.print_right(rest, styles.dim, format_args!("{done} / {total}"));
    if whole == 0 {
        paint.print_right(rest, styles.dim, format_args!("{total}"));
    }
}

/// The name and the reason, which is read in full with the details.
fn draw_failure(
    paint: &mut Paint<'_>,
    span: Span,
    columns: TransferColumns,
    job: &QueuedJob,
    failure: &Failure,
) {
    let styles = paint.styles;
    let used = paint.put(span, paint.glyphs.bad, styles.bad) + 1;
    let name = columns.name.saturating_sub(INDENT + used);
    paint.name(span.skip(used).take(name), relative(job, &failure.place), styles.bad);
    let rest = span.skip(used + name + GAP);
    let what = failure.error.explain().what;
    match &failure.error.code {
        Some(code) => paint.print(rest, styles.bad, format_args!("{code}: {what}")),
        None => paint.print(rest, styles.bad, format_args!("{what}")),
    };
}

/// What a key has beyond the prefix that is moved; paths are below their folder as they are.
pub fn relative<'a>(job: &QueuedJob, place: &'a str) -> &'a str {
    let prefix = match &job.view.spec.work {
        Work::Download { source, .. } | Work::Copy { source, .. } if source.is_many() => {
            source.as_str()
        }
        _ => return place,
    };
    place.strip_prefix(prefix).filter(|rest| !rest.is_empty()).unwrap_or(place)
}
