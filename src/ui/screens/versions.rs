//! Paints the versions of an object, or what was deleted below a prefix.

use crate::app::screens::versions::Versions;
use crate::app::screens::versions::shown::{ListedOf, ShownVersions, VersionRow, VersionsLoading};
use crate::app::session::Session;
use crate::domain::units::{Count, Moment, Size};
use crate::ui::overlays::help::centred;
use crate::ui::paint::{Paint, Span};
use crate::ui::widgets::frame::Labels;
use crate::ui::widgets::notice::{Notice, notice};
use crate::ui::widgets::popup::large_popup;
use crate::ui::widgets::rows::{RowAt, rows, sign};

/// Cells of a moment and of a size.
const MOMENT: u16 = 16;
const SIZE: u16 = 9;

/// Cells for what a version is.
const STATE: u16 = 14;

pub fn draw_versions(paint: &mut Paint<'_>, versions: &Versions, session: &Session) {
    let Some(shown) = versions.shown() else { return };
    let inner = large_popup(paint, &labels(paint, shown), 120, 40);
    if shown.is_empty() {
        return notice(paint, inner, &nothing(paint, shown, session));
    }
    let place = centred(shown.cursor, shown.len(), inner.height);
    rows(paint, inner, place, |paint, span, at| {
        if let Some(row) = shown.rows().get(at.number) {
            draw_row(paint, span, at, row, shown, session);
        }
    });
}

fn labels(paint: &Paint<'_>, shown: &ShownVersions) -> Labels {
    let title = match &shown.of {
        ListedOf::Object(object) => format!("Versions of {}", object.key.name()),
        ListedOf::Deleted { bucket, prefix } => format!("Deleted below s3://{bucket}/{prefix}"),
    };
    let more = match shown.loading {
        VersionsLoading::Loading => format!("+ {}", paint.turning()),
        VersionsLoading::Cut => "+".to_owned(),
        VersionsLoading::Ready | VersionsLoading::Failed(_) => String::new(),
    };
    let marked = match shown.marked() {
        0 => String::new(),
        marked => format!("{} marked", Count(marked as u64)),
    };
    Labels {
        title,
        top_right: format!("{}{more}", Count(shown.len() as u64)),
        bottom_left: paint.waiting_label().unwrap_or(marked),
        ..Labels::default()
    }
}

fn nothing(paint: &Paint<'_>, shown: &ShownVersions, session: &Session) -> Notice {
    let (headline, sentences) = match (&shown.loading, &shown.of) {
        (VersionsLoading::Loading, _) => return Notice::waiting(paint, "listing versions"),
        (VersionsLoading::Failed(error), _) => {
            let said = error.explain();
            return Notice {
                sign: paint.glyphs.bad,
                sign_style: paint.styles.bad,
                headline: said.what,
                sentences: vec![said.why, session.next(error)],
            };
        }
        (_, ListedOf::Object(_)) => ("there are no versions of this object", Vec::new()),
        (_, ListedOf::Deleted { .. }) => (
            "nothing that was deleted here can be restored",
            vec!["Without versions, or after their deletion, a delete is final.".to_owned()],
        ),
    };
    Notice { headline: headline.to_owned(), sentences, ..Notice::default() }
}

fn draw_row(
    paint: &mut Paint<'_>,
    span: Span,
    at: RowAt,
    row: &VersionRow,
    shown: &ShownVersions,
    session: &Session,
) {
    let (styles, entry) = (paint.styles, &row.entry);
    let span = span.shorter(1);
    sign(paint, span, at, row.marked);
    let mut rest = span.skip(3);
    if let Some(modified) = entry.modified {
        let moment = Moment(modified, &session.zone);
        paint.print(rest.take(MOMENT), styles.date, format_args!("{moment}"));
    }
    rest = rest.skip(MOMENT + 2);
    if let Some(size) = entry.size() {
        paint.print_right(rest.take(SIZE), styles.size, format_args!("{}", Size(size)));
    }
    rest = rest.skip(SIZE + 2);
    if let ListedOf::Deleted { prefix, .. } = &shown.of {
        let name = entry.key.as_str().strip_prefix(prefix.as_str()).unwrap_or_default();
        paint.name(rest, name, styles.text);
        return;
    }
    let (state, style) = match (entry.is_marker(), entry.latest) {
        (true, _) => ("delete marker", styles.warning),
        (false, true) => ("latest", styles.good),
        (false, false) => ("", styles.dim),
    };
    paint.sentence(rest.take(STATE), state, style);
    rest = rest.skip(STATE + 1);
    let class = entry.class().unwrap_or_default();
    if rest.width > 50 && !class.is_empty() {
        paint.print_right(rest, styles.dim, format_args!("{class}"));
        rest = rest.shorter(u16::try_from(class.len()).unwrap_or(u16::MAX).saturating_add(2));
    }
    paint.name(rest, entry.version.as_str(), styles.dim);
}
