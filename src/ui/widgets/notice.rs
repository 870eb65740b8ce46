//! Paints what a pane shows instead of rows: that it is empty, waits, or failed.

use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::domain::visible::visible;
use crate::ui::paint::{Paint, Span};
use crate::ui::text::wrap;

/// A headline and sentences below it, raw, in the middle of the pane where there is room.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notice {
    pub sign: &'static str,
    pub sign_style: Style,
    pub headline: String,
    pub sentences: Vec<String>,
}

impl Notice {
    /// That something is on its way.
    pub fn waiting(paint: &Paint<'_>, headline: &str) -> Notice {
        Notice {
            sign: paint.turning(),
            sign_style: paint.styles.accent,
            headline: headline.to_owned(),
            sentences: Vec::new(),
        }
    }
}

pub fn notice(paint: &mut Paint<'_>, area: Rect, notice: &Notice) {
    let margin = if area.width > 30 { 2 } else { u16::from(area.width > 12) };
    let width = area.width.saturating_sub(2 * margin).min(72);
    let headline = format!("{} {}", notice.sign, notice.headline);
    let mut lines: Vec<(String, bool)> = wrap(&visible(headline.trim_start()), width.into())
        .into_iter()
        .map(|line| (line, true))
        .collect();
    for sentence in notice.sentences.iter().filter(|sentence| !sentence.is_empty()) {
        lines.extend(wrap(&visible(sentence), width.into()).into_iter().map(|line| (line, false)));
    }
    let needed = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let top =
        if area.width > 30 && area.height > needed + 2 { (area.height - needed) / 3 } else { 0 };
    let styles = paint.styles;
    for ((text, head), line) in lines.iter().zip(top..area.height) {
        let span = Span::line(area, line).skip(margin);
        paint.put(span, text, if *head { styles.text } else { styles.dim });
    }
    if !notice.sign.is_empty() {
        paint.restyle_line(Span::line(area, top).skip(margin).take(1), notice.sign_style);
    }
}
