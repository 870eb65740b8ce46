//! Paints the buckets pane.

use ratatui::layout::Rect;

use crate::app::action::Action;
use crate::app::scope::Scope;
use crate::app::screens::buckets::bucket_list::BucketRow;
use crate::app::screens::buckets::{Buckets, BucketsLoading};
use crate::domain::error::ErrorKind;
use crate::domain::jurisdiction::Jurisdiction;
use crate::ui::paint::{Paint, Span};
use crate::ui::screens::reason::reason;
use crate::ui::screens::view::View;
use crate::ui::widgets::frame::{Labels, pane_frame};
use crate::ui::widgets::notice::{Notice, notice};
use crate::ui::widgets::rows::{RowAt, Window, rows, scrollbar, sign};
use crate::ui::widgets::spinner::spinner;

const ADD: &str = "+ add by name";
/// The sign before a bucket that was added by name and that the server does not list.
const ADDED: &str = "+";

/// Where the pane is, and the cells that the days of creation have.
#[derive(Clone, Copy, Debug)]
pub struct BucketsPlace {
    pub area: Rect,
    pub created: u16,
    pub focused: bool,
    /// Another pane begins with the line that ends this one.
    pub stacked: bool,
}

pub fn draw_buckets(paint: &mut Paint<'_>, place: BucketsPlace, buckets: &Buckets, view: View<'_>) {
    let BucketsPlace { area, created, focused, stacked } = place;
    let waiting = buckets.is_loading();
    let top_right = if waiting { spinner(paint.glyphs, view.now) } else { "" };
    let labels = Labels {
        title: "1 Buckets".into(),
        top_right: top_right.into(),
        bottom_right: if stacked { String::new() } else { position(buckets, area) },
        ..Labels::default()
    };
    let inner = pane_frame(paint, area, &labels, focused);
    let List { window, shown } = List::of(buckets, inner, focused);
    rows(paint, inner, window, |paint, span, at| match buckets.bucket_list.rows().get(at.number) {
        Some(row) => {
            let day = row.created.filter(|_| created > 0);
            let name = span.shorter(if created > 0 { created + 3 } else { 1 });
            draw_row(paint, name, at, row, buckets);
            if let Some(day) = day {
                let day = day.to_zoned(view.zone.clone()).date();
                let date = paint.styles.date;
                paint.print_right(span.shorter(1), date, format_args!("{day}"));
            }
        }
        None => draw_add(paint, span, at),
    });
    border_scrollbar(paint, area, inner, window, focused);
    let below = Rect { y: inner.y + shown, height: inner.height - shown, ..inner };
    if let Some(said) = bucket_notice(paint, buckets, view) {
        let gap = u16::from(below.height > 3);
        notice(paint, Rect { y: below.y + gap, height: below.height - gap, ..below }, &said);
    }
}

struct List {
    window: Window,
    /// Lines that rows take.
    shown: u16,
}

impl List {
    fn of(buckets: &Buckets, inner: Rect, focused: bool) -> List {
        let (cursor, offset) = (buckets.list.cursor, buckets.list.offset);
        let window = Window { len: buckets.len(), offset, cursor, focused };
        let left = u16::try_from(window.len.saturating_sub(offset)).unwrap_or(u16::MAX);
        List { window, shown: left.min(inner.height) }
    }
}

fn position(buckets: &Buckets, area: Rect) -> String {
    if buckets.len() <= usize::from(area.height.saturating_sub(2)) {
        return String::new();
    }
    let count = buckets.bucket_list.len();
    match buckets.list.cursor {
        // The row that adds one by name is no bucket.
        cursor if cursor >= count => format!("{count} buckets"),
        cursor => format!("{} of {count}", cursor + 1),
    }
}

fn draw_row(paint: &mut Paint<'_>, span: Span, at: RowAt, row: &BucketRow, buckets: &Buckets) {
    let styles = paint.styles;
    sign(paint, span, at, false);
    let is_open = buckets.opened.as_ref() == Some(&row.bucket);
    if is_open && !(at.cursor && at.focused) {
        paint.put(span.take(1), paint.glyphs.open, styles.accent);
    }
    if row.known && !row.listed {
        paint.put(span.skip(1).take(1), ADDED, styles.dim);
    }
    let mut place = span.skip(2);
    let style = if row.gone.is_some() {
        place = place.skip(paint.put(place, paint.glyphs.bad, styles.bad) + 1);
        styles.disabled
    } else if is_open {
        styles.accent
    } else {
        styles.text
    };
    if row.jurisdiction == Jurisdiction::Default {
        paint.name(place, row.bucket.as_str(), style);
        return;
    }
    let name = Jurisdiction::said(&row.bucket).map_or(row.bucket.as_str(), |(name, _)| name);
    let label = row.jurisdiction.name();
    let beside = u16::try_from(label.len()).unwrap_or(0) + 1;
    let used = paint.name(place.shorter(beside), name, style);
    paint.put(place.skip(used + 1), label, styles.dim);
}

fn draw_add(paint: &mut Paint<'_>, span: Span, at: RowAt) {
    let dim = paint.styles.dim;
    sign(paint, span, at, false);
    paint.sentence(span.skip(2), ADD, dim);
}

/// What stands below the rows of a list that is not what it should be.
fn bucket_notice(paint: &Paint<'_>, buckets: &Buckets, view: View<'_>) -> Option<Notice> {
    let key = |action| view.key(Scope::Buckets, action);
    match &buckets.loading {
        BucketsLoading::Failed(error) if error.is(&ErrorKind::AccessDenied) => Some(Notice {
            sign: paint.glyphs.warning,
            sign_style: paint.styles.warning,
            headline: "these keys may not list buckets".into(),
            sentences: vec![format!("{} adds one by name", key(Action::AddBucket))],
        }),
        BucketsLoading::Failed(error) if error.renewed_by().is_some() => {
            let press = view.session.renewal(view.session.name());
            Some(Notice {
                sentences: vec![press],
                ..reason(paint, error, view.session, String::new())
            })
        }
        BucketsLoading::Failed(error) => {
            let press = format!("{} tries again", key(Action::Refresh));
            Some(Notice {
                sentences: vec![press],
                ..reason(paint, error, view.session, String::new())
            })
        }
        BucketsLoading::Ready if buckets.bucket_list.is_empty() => Some(Notice {
            headline: "no buckets yet".into(),
            sentences: vec![format!("{} creates one", key(Action::New))],
            ..Notice::default()
        }),
        BucketsLoading::Loading if buckets.bucket_list.is_empty() => Some(Notice {
            headline: "loading the buckets".into(),
            sentences: vec![format!("{} stops", key(Action::StepBack))],
            ..Notice::default()
        }),
        BucketsLoading::Stopped => Some(Notice {
            headline: "the list was stopped".into(),
            sentences: vec![format!("{} asks again", key(Action::Refresh))],
            ..Notice::default()
        }),
        _ => None,
    }
}

/// Paints the scroll bar over the right side of a frame, beside the rows.
pub fn border_scrollbar(
    paint: &mut Paint<'_>,
    area: Rect,
    content: Rect,
    window: Window,
    focused: bool,
) {
    if area.width < 3 || content.height < 2 {
        return;
    }
    let side = Rect { x: area.right() - 1, width: 1, ..content };
    let styles = paint.styles;
    let style = if focused { styles.border_focused } else { styles.border };
    scrollbar(paint, side, window, style);
}
