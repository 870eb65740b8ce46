//! Paints the guide: the list of its pages, or one page as text.

use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::app::overlays::guide::{Guide, GuidePage, LineKind, PAGES, lines};
use crate::ui::overlays::help::centred;
use crate::ui::paint::{Paint, Span};
use crate::ui::text::wrap;
use crate::ui::widgets::frame::Labels;
use crate::ui::widgets::popup::large_popup;
use crate::ui::widgets::rows::{position, rows, sign};

const WIDEST: u16 = 92;
const NAME: u16 = 11;

pub fn draw_guide(paint: &mut Paint<'_>, guide: &Guide) {
    match &guide.page {
        Some(page) => draw_page(paint, page),
        None => draw_pages(paint, guide.cursor),
    }
}

fn draw_pages(paint: &mut Paint<'_>, cursor: usize) {
    let labels = Labels {
        title: "Guide".into(),
        bottom_right: position(cursor, PAGES.len()),
        ..Labels::default()
    };
    let height = u16::try_from(PAGES.len()).unwrap_or(u16::MAX);
    let list = large_popup(paint, &labels, WIDEST, height);
    let place = centred(cursor, PAGES.len(), list.height);
    rows(paint, list, place, |paint, span, at| {
        let Some(page) = PAGES.get(at.number) else { return };
        sign(paint, span, at, false);
        paint.put(span.skip(2).take(NAME), page.name, paint.styles.accent);
        paint.sentence(span.skip(2 + NAME + 1).shorter(1), page.about, paint.styles.text);
    });
}

fn draw_page(paint: &mut Paint<'_>, page: &GuidePage) {
    let labels = Labels {
        title: format!("Guide: {}", page.topic.name),
        bottom_right: format!("line {} of {}", page.scroll + 1, page.len()),
        ..Labels::default()
    };
    let inner = large_popup(paint, &labels, WIDEST, u16::MAX);
    let area = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    let mut line = 0;
    for (text, kind) in lines(page.topic.text).skip(page.scroll) {
        let pieces = match kind {
            LineKind::Text => wrap(text, usize::from(area.width).max(1)),
            LineKind::Heading | LineKind::Example => vec![text.to_owned()],
        };
        let mut code = false;
        for piece in pieces.into_iter().take(usize::from(area.height - line)) {
            let span = Span::line(area, line);
            match kind {
                LineKind::Heading => _ = paint.put(span, &piece, paint.styles.heading),
                LineKind::Example => _ = paint.put(span, &piece, paint.styles.key),
                LineKind::Text => code = draw_text(paint, span, &piece, code),
            }
            line += 1;
        }
    }
}

/// Paints words, and what stands between backticks as keys are painted. Gives whether a backtick is
/// still open at the end of the line.
fn draw_text(paint: &mut Paint<'_>, span: Span, text: &str, mut code: bool) -> bool {
    let mut rest = span;
    for (number, piece) in text.split('`').enumerate() {
        code ^= number > 0;
        let style: Style = if code { paint.styles.key } else { paint.styles.text };
        rest = rest.skip(paint.put(rest, piece, style));
    }
    code
}
