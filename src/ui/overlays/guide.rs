//! Paints the guide: the list of its pages, or one page as text.

use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::app::overlays::guide::{Guide, GuidePage, PAGES};
use crate::ui::overlays::help::{centred, position};
use crate::ui::paint::{Paint, Span};
use crate::ui::text::wrap;
use crate::ui::widgets::frame::Labels;
use crate::ui::widgets::popup::large_popup;
use crate::ui::widgets::rows::{rows, sign};

const WIDEST: u16 = 92;
const NAME: u16 = 11;
const FENCE: &str = "```";
const COMMENT: &str = "<!--";

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
    let GuidePage { topic, scroll } = page;
    let len = topic.text.lines().count();
    let labels = Labels {
        title: format!("Guide: {}", topic.name),
        bottom_right: format!("line {} of {len}", scroll + 1),
        ..Labels::default()
    };
    let inner = large_popup(paint, &labels, WIDEST, u16::MAX);
    let area = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    let mut line = 0;
    for (text, kind) in lines(topic.text).skip(*scroll) {
        let mut code = false;
        for piece in wrap(text, usize::from(area.width).max(1)) {
            if line >= area.height {
                return;
            }
            let span = Span::line(area, line);
            match kind {
                LineKind::Heading => {
                    paint.put(span, piece.trim_start_matches(['#', ' ']), paint.styles.heading);
                }
                LineKind::Example => {
                    paint.put(span, &piece, paint.styles.key);
                }
                LineKind::Text => code = draw_text(paint, span, &piece, code),
            }
            line += 1;
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LineKind {
    Heading,
    Example,
    Text,
}

/// The lines of a page as they are shown; fences and comments are empty lines.
fn lines(text: &str) -> impl Iterator<Item = (&str, LineKind)> {
    let mut example = false;
    text.lines().map(move |line| {
        if line.starts_with(FENCE) {
            example = !example;
            return ("", LineKind::Text);
        }
        match (example, line) {
            (true, _) => (line, LineKind::Example),
            (false, _) if line.starts_with(COMMENT) => ("", LineKind::Text),
            (false, _) if line.starts_with('#') => (line, LineKind::Heading),
            (false, _) => (line, LineKind::Text),
        }
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fences_and_comments_are_not_shown_and_examples_are_kept_as_they_are() {
        let page = "# Title\n\n```sh\n# no heading\n```\n<!-- made -->\nsay `this`\n";
        let shown: Vec<_> = lines(page).filter(|(text, _)| !text.is_empty()).collect();
        let expected = [
            ("# Title", LineKind::Heading),
            ("# no heading", LineKind::Example),
            ("say `this`", LineKind::Text),
        ];
        assert_eq!(shown, expected);
    }
}
