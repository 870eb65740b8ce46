//! Paints an error in whole, or the facts of one thing.

use crate::app::dialogs::details::Details;
use crate::app::session::Session;
use crate::domain::error::Error;
use crate::domain::transfer::Failure;
use crate::ui::paint::Paint;
use crate::ui::widgets::frame::Labels;
use crate::ui::widgets::sheet::{Line, Sheet, sheet};

/// Lines below the first one shown that can fit any window; the rest is not formatted.
const ENOUGH: usize = 120;

pub fn draw_details(paint: &mut Paint<'_>, details: &Details, session: &Session) {
    let mut body: Vec<Line<'static>> = Vec::new();
    let facts = details.facts.iter().skip(details.scroll);
    body.extend(facts.map(|(label, text)| fact(label, text)));
    let skip = details.scroll.saturating_sub(details.facts.len());
    if let Some(error) = &details.error {
        body.extend(error_lines(paint, error, session, details).into_iter().skip(skip));
    }
    let before = details.len() - details.failures.len();
    let skip = details.scroll.saturating_sub(before);
    let failures = details.failures.iter().skip(skip).take(ENOUGH);
    body.extend(failures.flat_map(|failure| failure_lines(paint, failure, details.raw)));
    let labels = Labels {
        title: details.title.clone(),
        bottom_right: position(details),
        ..Labels::default()
    };
    sheet(
        paint,
        &Sheet { labels, body, focus: None, pinned: Vec::new(), min_width: 48, first_row: 0 },
    );
}

fn position(details: &Details) -> String {
    match (details.scroll, details.len()) {
        (0, _) => String::new(),
        (scroll, len) => format!("from {} of {len}", scroll + 1),
    }
}

fn fact(label: &str, text: &str) -> Line<'static> {
    Line::Fact { label: label.to_owned(), text: text.to_owned() }
}

/// What, why and next, then what the server said; as many as [`Details::len`] counts.
fn error_lines(
    paint: &Paint<'_>,
    error: &Error,
    session: &Session,
    details: &Details,
) -> Vec<Line<'static>> {
    let (said, next) = (error.explain(), session.next_by(error, details.again));
    let what = format!("{} {}", paint.glyphs.bad, said.what);
    let mut lines =
        vec![Line::Words(what, paint.styles.bad), fact("why", &said.why), fact("next", &next)];
    if details.raw {
        let facts = Details::raw_facts(error);
        lines.extend(facts.into_iter().map(|(label, text)| fact(label, &text)));
    }
    lines
}

fn failure_lines(paint: &Paint<'_>, failure: &Failure, raw: bool) -> [Line<'static>; 2] {
    let why = if raw {
        let facts = Details::raw_facts(&failure.error);
        let texts: Vec<String> = facts.into_iter().map(|(_, text)| text).collect();
        texts.join(&format!(" {} ", paint.glyphs.dot))
    } else {
        failure.error.explain().what
    };
    [
        Line::Words(format!("{} {}", paint.glyphs.bad, failure.place), paint.styles.bad),
        Line::Words(why, paint.styles.dim),
    ]
}
