//! Paints everything HeadObject says of an object.

use ratatui::layout::Rect;

use crate::app::screens::side::Side;
use crate::domain::object::ObjectHead;
use crate::domain::units::{Count, Moment, Size};
use crate::domain::visible::visible;
use crate::ui::paint::{Paint, Span};
use crate::ui::screens::view::View;
use crate::ui::text::wrap;

/// A label and its text, or a heading where the text is empty.
type Fact = (String, String);

const LABELS: u16 = 16;

pub fn draw_details(
    paint: &mut Paint<'_>,
    area: Rect,
    side: &Side,
    head: &ObjectHead,
    view: View<'_>,
) {
    let mut facts = Vec::new();
    if let Some(object) = side.object() {
        facts.push(("key".to_owned(), object.key.as_str().to_owned()));
        facts.push(("bucket".to_owned(), object.bucket.as_str().to_owned()));
    }
    facts.extend(object_facts(head, view));
    facts.extend(header_facts(head));
    facts.extend(other_facts(head));
    let labels = LABELS.min(area.width / 3);
    let text_width = area.width.saturating_sub(labels + 1).max(1);
    let lines = facts.iter().flat_map(|(label, text)| {
        let texts = wrap(&visible(text), text_width.into());
        texts
            .into_iter()
            .enumerate()
            .map(move |(at, text)| (if at == 0 { label } else { "" }, text))
    });
    let styles = paint.styles;
    for ((label, text), line) in lines.skip(side.offset).zip(0..area.height) {
        let span = Span::line(area, line);
        paint.sentence(span.take(labels), label, styles.dim);
        paint.put(span.skip(labels + 1), &text, styles.text);
    }
}

fn object_facts(head: &ObjectHead, view: View<'_>) -> Vec<Fact> {
    let size = head.size.map_or_else(
        || "not told: the body is compressed on its way".to_owned(),
        |size| format!("{} ({} bytes)", Size(size), Count(size)),
    );
    let modified = head.modified.map(|time| Moment(time, view.zone).to_string());
    let etag = head.etag.as_ref().map(|etag| etag.as_str().to_owned());
    let class = head.storage_class.clone().or_else(|| Some("STANDARD (not named)".into()));
    let parts = head.parts.map(|parts| Count(parts.into()).to_string());
    let mut facts = vec![("size".to_owned(), size)];
    facts.extend(told([
        ("modified", modified),
        ("ETag", etag),
        ("class", class),
        ("version", head.version_id.clone()),
        ("parts", parts),
    ]));
    facts
}

fn header_facts(head: &ObjectHead) -> Vec<Fact> {
    let headers = head.headers.clone();
    let unknown = Some("not set".to_owned());
    told([
        ("content type", headers.content_type.or_else(|| unknown.clone())),
        ("cache control", headers.cache_control.or(unknown)),
        ("encoding", headers.content_encoding),
        ("disposition", headers.content_disposition),
        ("language", headers.content_language),
        ("expires", headers.expires),
    ])
}

fn other_facts(head: &ObjectHead) -> Vec<Fact> {
    let mut facts = head.checksums.clone();
    facts.extend(
        head.user_metadata.iter().map(|(name, text)| (format!("meta {name}"), text.clone())),
    );
    if head.missing_metadata > 0 {
        let count = head.missing_metadata;
        let entries = if count == 1 { "entry" } else { "entries" };
        let text = format!("{count} more {entries} that headers cannot express");
        facts.push(("meta".to_owned(), text));
    }
    facts.extend(head.more.clone());
    facts
}

fn told<const N: usize>(facts: [(&str, Option<String>); N]) -> Vec<Fact> {
    facts.into_iter().filter_map(|(label, text)| Some((label.to_owned(), text?))).collect()
}
