//! Paints lines of a text with their colours, their numbers, and what was found in them.

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use crate::app::screens::preview::text::{TAB_WIDTH, TextPane};
use crate::domain::coloured_text::{ColouredLine, TextColour};
use crate::domain::text_pattern::TextPattern;
use crate::domain::visible::visible;
use crate::ui::paint::{Paint, Span};
use crate::ui::text::width;
use crate::ui::theme::Styles;

pub fn draw_text(
    paint: &mut Paint<'_>,
    area: Rect,
    pane: &TextPane,
    pattern: Option<&TextPattern>,
) {
    let styles = paint.styles;
    let gutter = pane.gutter(area.width);
    for line in 0..area.height {
        let number = pane.offset + usize::from(line);
        let Some((row, text)) = pane.row(number) else { return };
        let span = Span::line(area, line);
        if gutter > 0
            && row.begins_line()
            && let Some(number) = pane.number_of(number)
        {
            let place = span.take(gutter - 1);
            paint.print_right(place, styles.dim, format_args!("{number}"));
        }
        let mut writing = Writing {
            span: span.skip(gutter),
            column: 0,
            skipped: pane.column,
            buffer: String::new(),
        };
        for (part, style) in parts(text, row.range(), pattern, &styles) {
            writing.put(paint, part, style);
        }
        if pane.is_found(row) && pattern.is_none_or(|pattern| pattern.places(&text.text).is_empty())
        {
            paint.restyle_line(span, styles.found);
        }
    }
}

/// The parts of a row with their styles.
fn parts<'a>(
    line: &'a ColouredLine,
    range: std::ops::Range<usize>,
    pattern: Option<&TextPattern>,
    styles: &Styles,
) -> Vec<(&'a str, Style)> {
    let mut edges = vec![range.start, range.end];
    let found = pattern.map(|pattern| pattern.places(&line.text)).unwrap_or_default();
    edges.extend(found.iter().flat_map(|place| [place.start, place.end]));
    edges.extend(line.spans.iter().map(|span| span.end));
    edges.retain(|edge| (range.start..=range.end).contains(edge));
    edges.sort_unstable();
    edges.dedup();
    let part = |ends: &[usize]| {
        let (start, end) = (ends[0], ends[1]);
        let span = line.spans.iter().find(|span| start < span.end);
        let mut style = of_colour(span.map(|span| span.colour).unwrap_or_default(), styles);
        if found.iter().any(|place| place.start <= start && end <= place.end) {
            style = style.patch(styles.found);
        }
        Some((line.text.get(start..end)?, style))
    };
    edges.windows(2).filter_map(part).collect()
}

/// Writes parts of a row one behind the other, with tabs as spaces.
struct Writing {
    span: Span,
    /// Cells that were written, those that are scrolled away with them.
    column: usize,
    /// Cells that are scrolled away.
    skipped: usize,
    buffer: String,
}

impl Writing {
    fn put(&mut self, paint: &mut Paint<'_>, part: &str, style: Style) {
        let end = self.skipped + usize::from(self.span.width);
        if self.column > end {
            return;
        }
        let from = self.column;
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.clear();
        let mut begin = None;
        for character in part.chars() {
            if self.column > end {
                break;
            }
            let (shown, cells) = self.shown(character);
            if self.column >= self.skipped {
                begin.get_or_insert(self.column);
                buffer.push_str(&shown);
            }
            self.column += cells;
        }
        let at = begin.unwrap_or(from).saturating_sub(self.skipped);
        let place = self.span.skip(u16::try_from(at).unwrap_or(u16::MAX));
        paint.put(place, &buffer, style);
        self.buffer = buffer;
    }

    fn shown(&self, character: char) -> (String, usize) {
        if character == '\t' {
            let cells = TAB_WIDTH - self.column % TAB_WIDTH;
            return (" ".repeat(cells), cells);
        }
        let text = visible(character.encode_utf8(&mut [0; 4])).into_owned();
        let cells = width(&text);
        (text, cells)
    }
}

fn of_colour(colour: TextColour, styles: &Styles) -> Style {
    match colour {
        TextColour::Plain => styles.text,
        TextColour::Comment => styles.dim,
        TextColour::Keyword => styles.media,
        TextColour::Literal | TextColour::Added => styles.good,
        TextColour::Number | TextColour::Constant => styles.warning,
        TextColour::Function | TextColour::Tag => styles.prefix,
        TextColour::Type => styles.data,
        TextColour::Name => styles.code,
        TextColour::Heading => styles.accent.add_modifier(Modifier::BOLD),
        TextColour::Emphasis => styles.text.add_modifier(Modifier::BOLD),
        TextColour::Link => styles.accent.add_modifier(Modifier::UNDERLINED),
        TextColour::Removed | TextColour::Invalid => styles.bad,
    }
}

#[cfg(test)]
mod tests {
    use ratatui::buffer::Buffer;

    use super::*;
    use crate::domain::text_window::{TextWindow, WindowLine};
    use crate::ui::theme::Theme;

    fn shown(text: &str, column: usize, cells: u16) -> String {
        let theme = Theme::default();
        let area = Rect::new(0, 0, cells, 1);
        let mut buffer = Buffer::empty(area);
        let line = ColouredLine { text: text.to_owned(), spans: Vec::new() };
        let lines = vec![WindowLine { at: 0, line }];
        let size = text.len() as u64;
        let window = TextWindow { lines, start: 0, end: size, size, number: None, language: None };
        let mut pane = TextPane::new(window);
        pane.toggle_wrapping();
        pane.column = column;
        draw_text(&mut Paint::new(&mut buffer, &theme), area, &pane, None);
        let text: String = (0..cells).map(|x| buffer[(x, 0)].symbol().to_owned()).collect();
        text.trim_end().to_owned()
    }

    #[test]
    fn tabs_end_at_every_fourth_column() {
        assert_eq!(shown("a\tbc\t\td", 0, 20), "a   bc      d");
        assert_eq!(shown("a\tbc\t\td", 4, 20), "bc      d");
    }

    #[test]
    fn what_is_remote_never_reaches_the_terminal_raw() {
        assert_eq!(shown("a\u{1b}[31mb", 0, 20), "a␛[31mb");
    }
}
