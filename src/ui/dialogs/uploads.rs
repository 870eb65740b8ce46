//! Paints the unfinished uploads of a bucket.

use jiff::tz::TimeZone;
use ratatui::layout::Rect;

use crate::app::dialogs::uploads::{Extent, UploadRow, Uploads, UploadsLoading};
use crate::app::session::Session;
use crate::domain::unfinished::{UploadOwner, age_text};
use crate::domain::units::{Count, Counted, Moment, Size};
use crate::domain::visible::visible;
use crate::ui::paint::{Paint, Span};
use crate::ui::text::wrap;
use crate::ui::widgets::frame::Labels;
use crate::ui::widgets::notice::{Notice, notice};
use crate::ui::widgets::popup::large_popup;
use crate::ui::widgets::rows::{RowAt, Window, rows, sign};

const WIDEST: u16 = 100;
const TALLEST: u16 = 24;
const BEGUN: u16 = 16;
const PARTS: u16 = 22;
const KNOWN: u16 = 9;

pub fn draw_uploads(paint: &mut Paint<'_>, uploads: &Uploads, session: &Session) {
    let inner = large_popup(paint, &labels(paint, uploads, session), WIDEST, TALLEST);
    let width = usize::from(inner.width.saturating_sub(2)).max(1);
    let said = wrap(&visible(&said(uploads)), width);
    let told = u16::try_from(said.len()).unwrap_or(u16::MAX).min(inner.height / 3);
    let above = inner.height - told;
    let list = Rect { height: above.saturating_sub(u16::from(told > 0)), ..inner };
    draw_rows(paint, list, uploads, session);
    for (text, line) in said.iter().zip(above..inner.height) {
        paint.put(Span::line(inner, line).skip(1).shorter(1), text, paint.styles.dim);
    }
}

fn labels(paint: &Paint<'_>, uploads: &Uploads, session: &Session) -> Labels {
    let more = match uploads.loading {
        UploadsLoading::Loading => format!("+ {}", paint.turning()),
        UploadsLoading::Cut => "+".to_owned(),
        UploadsLoading::Ready | UploadsLoading::Failed(_) => String::new(),
    };
    let marked = match uploads.marked() {
        0 => String::new(),
        marked => format!("{} marked", Count(marked as u64)),
    };
    Labels {
        does: None,
        title: format!("Unfinished uploads of {}", uploads.bucket),
        top_right: format!("{}{more}", Count(uploads.rows.len() as u64)),
        bottom_left: marked,
        bottom_right: stored(uploads, session),
        ..Labels::default()
    }
}

/// What the parts that are counted take, and what they cost while nobody aborts them.
fn stored(uploads: &Uploads, session: &Session) -> String {
    match (uploads.bytes(), session.price()) {
        (0, _) => String::new(),
        (bytes, None) => format!("{} in parts", Size(bytes)),
        (bytes, Some(price)) => format!("{}, {} a month", Size(bytes), price.storage(bytes)),
    }
}

/// About the row under the cursor, else about what such uploads are.
fn said(uploads: &Uploads) -> String {
    let Some(row) = uploads.rows.get(uploads.cursor) else {
        return format!("unfinished uploads: {}", uploads.provider.end_of_uploads());
    };
    if let UploadsLoading::Failed(error) = &uploads.loading {
        return format!("not all are listed: {}", error.explain().what);
    }
    let age = row
        .upload
        .age(uploads.now)
        .map_or_else(String::new, |age| format!("started {} ago", age_text(age)));
    let by =
        if row.upload.by.is_empty() { String::new() } else { format!(" by {}", row.upload.by) };
    match (row.owner, row.is_young(uploads.now)) {
        (UploadOwner::Queued, _) => {
            "a queued transfer uses it: cancel that transfer instead".to_owned()
        }
        (UploadOwner::Left, _) => format!("{age}: left by a cancelled Windlass transfer"),
        (UploadOwner::Unknown, true) => {
            format!("{age}{by}; less than a day old: another program may still be writing it")
        }
        (UploadOwner::Unknown, false) => {
            format!("{age}{by}; {}", uploads.provider.end_of_uploads())
        }
    }
}

fn draw_rows(paint: &mut Paint<'_>, area: Rect, uploads: &Uploads, session: &Session) {
    if uploads.rows.is_empty() {
        let (dot, bad) = (paint.glyphs.bad, paint.styles.bad);
        let told = match &uploads.loading {
            UploadsLoading::Loading => Notice::waiting(paint, "listing unfinished uploads"),
            UploadsLoading::Failed(error) => {
                let said = error.explain();
                Notice {
                    sign: dot,
                    sign_style: bad,
                    headline: said.what,
                    sentences: vec![said.why, session.next(error)],
                }
            }
            UploadsLoading::Ready | UploadsLoading::Cut => Notice {
                headline: "there are no unfinished uploads".into(),
                sentences: vec!["Nothing is stored besides what the listing shows.".into()],
                ..Notice::default()
            },
        };
        return notice(paint, area, &told);
    }
    let (len, height) = (uploads.rows.len(), usize::from(area.height));
    let offset = (uploads.cursor + 1).saturating_sub(height.max(1) * 2 / 3 + 1);
    let offset = offset.min(len.saturating_sub(height));
    let window = Window { len, offset, cursor: uploads.cursor, focused: true };
    rows(paint, area, window, |paint, span, at| {
        if let Some(row) = uploads.rows.get(at.number) {
            draw_row(paint, span, at, row, uploads, &session.zone);
        }
    });
}

fn draw_row(
    paint: &mut Paint<'_>,
    span: Span,
    at: RowAt,
    row: &UploadRow,
    uploads: &Uploads,
    zone: &TimeZone,
) {
    let styles = paint.styles;
    let span = span.shorter(1);
    sign(paint, span, at, row.marked);
    let mut name = span.skip(2);
    if span.width > 70 {
        if let Some(since) = row.upload.since {
            paint.print_right(name, styles.dim, format_args!("{}", Moment(since, zone)));
        }
        name = name.shorter(BEGUN + 2);
    }
    if span.width > 50 {
        match uploads.extents.get(&row.upload.upload) {
            Some(Extent::Known(extent)) => {
                let (parts, bytes) = (Counted(extent.parts, "part"), Size(extent.bytes));
                paint.print_right(name, styles.dim, format_args!("{parts} {bytes:>9}"));
            }
            Some(Extent::Asked) => {
                paint.print_right(name, styles.dim, format_args!("…"));
            }
            Some(Extent::Untold) | None => {}
        }
        name = name.shorter(PARTS + 1);
    }
    let (known, style) = match row.owner {
        UploadOwner::Queued => ("in use", styles.accent),
        UploadOwner::Left => ("ours", styles.warning),
        UploadOwner::Unknown if row.is_young(uploads.now) => ("recent", styles.dim),
        UploadOwner::Unknown => ("", styles.dim),
    };
    if span.width > 30 {
        paint.print_right(name, style, format_args!("{known}"));
        name = name.shorter(KNOWN);
    }
    let style = if row.kept().is_some() { styles.dim } else { styles.text };
    paint.name(name, row.upload.object.key.as_str(), style);
}
