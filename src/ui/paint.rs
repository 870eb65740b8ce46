//! Puts text into cells: clipped to the window, with one text buffer that every row reuses.

use std::fmt::{self, Write};

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::app::layout::Rect as Area;
use crate::app::spot::{Spot, Spots};
use crate::domain::arrange::Filter;
use crate::domain::visible::is_clean;
use crate::ui::glyphs::{Glyphs, in_ascii};
use crate::ui::picture_screen::{FramePicture, PictureScreen};
use crate::ui::text::{fit_end, fit_name, fit_start, width};
use crate::ui::theme::{Styles, Theme};
use crate::ui::widgets::spinner::spinner;

/// The cells of one frame with what every painter needs.
pub struct Paint<'a> {
    pub buffer: &'a mut Buffer,
    pub styles: Styles,
    pub glyphs: &'static Glyphs,
    /// What can be clicked.
    pub spots: Spots,
    pub icons: bool,
    /// The moment that is painted, for what turns.
    pub now: Timestamp,
    /// What whoever has the keys waits for.
    pub waited_for: Option<String>,
    pub pictures: PictureScreen,
    /// The picture that was painted.
    pub picture: Option<FramePicture>,
    text: String,
}

/// Cells of one line: from where, and how many at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub x: u16,
    pub y: u16,
    pub width: u16,
}

impl Span {
    /// Line `line` of an area; without width where the area has no such line.
    pub fn line(area: Rect, line: u16) -> Span {
        let width = if line < area.height { area.width } else { 0 };
        Span { x: area.x, y: area.y.saturating_add(line), width }
    }

    #[must_use]
    pub fn skip(self, cells: u16) -> Span {
        let cells = cells.min(self.width);
        Span { x: self.x + cells, width: self.width - cells, ..self }
    }

    #[must_use]
    pub fn take(self, cells: u16) -> Span {
        Span { width: self.width.min(cells), ..self }
    }

    /// The span without this many cells at its end.
    #[must_use]
    pub fn shorter(self, cells: u16) -> Span {
        Span { width: self.width.saturating_sub(cells), ..self }
    }
}

impl<'a> Paint<'a> {
    pub fn new(buffer: &'a mut Buffer, theme: &Theme) -> Paint<'a> {
        let (styles, glyphs, icons) = (theme.styles, theme.glyphs, theme.icons);
        Paint {
            buffer,
            styles,
            glyphs,
            icons,
            now: Timestamp::UNIX_EPOCH,
            waited_for: None,
            spots: Spots::default(),
            pictures: PictureScreen::default(),
            picture: None,
            text: String::new(),
        }
    }

    /// The sign that something moves.
    pub fn turning(&self) -> &'static str {
        spinner(self.glyphs, self.now)
    }

    /// What whoever has the keys waits for, for a frame.
    pub fn waiting_label(&self) -> Option<String> {
        self.waited_for.as_ref().map(|doing| format!("{} {doing}", self.turning()))
    }

    /// Makes cells of a line do something when they are clicked.
    pub fn spot(&mut self, span: Span, spot: Spot) {
        let place = Area { x: span.x, y: span.y, width: span.width, height: 1 };
        self.spots.add(place, spot);
    }

    /// Text of our own, cut hard at the end of the span. Gives the cells used.
    pub fn put(&mut self, span: Span, text: &str, style: Style) -> u16 {
        if self.glyphs.are_ascii() && !text.is_ascii() {
            return self.put_as_it_is(span, &in_ascii(text), style);
        }
        self.put_as_it_is(span, text, style)
    }

    fn put_as_it_is(&mut self, span: Span, text: &str, style: Style) -> u16 {
        let area = self.buffer.area;
        let inside = (area.left()..area.right()).contains(&span.x)
            && (area.top()..area.bottom()).contains(&span.y);
        if !inside || span.width == 0 {
            return 0;
        }
        if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
            return self.put_plain(span.take(area.right() - span.x), text, style);
        }
        let (end, _) = self.buffer.set_stringn(span.x, span.y, text, span.width.into(), style);
        end - span.x
    }

    /// Printable ASCII, a cell for each byte: looking for graphemes in it is most of what a frame
    /// costs otherwise.
    fn put_plain(&mut self, span: Span, text: &str, style: Style) -> u16 {
        let used = text.len().min(span.width.into());
        let start = self.buffer.index_of(span.x, span.y);
        let cells = &mut self.buffer.content[start..start + used];
        for (cell, at) in cells.iter_mut().zip(0..) {
            cell.set_symbol(&text[at..=at]).set_style(style);
        }
        u16::try_from(used).unwrap_or(span.width)
    }

    /// Quantities and sentences, shortened at the end; what is remote in them is made visible.
    pub fn print(&mut self, span: Span, style: Style, text: fmt::Arguments<'_>) -> u16 {
        let mut out = std::mem::take(&mut self.text);
        out.clear();
        // Writing into a String cannot fail.
        let _ = out.write_fmt(text);
        let used = if is_clean(&out) && width(&out) <= usize::from(span.width) {
            self.put(span, &out, style)
        } else {
            let whole = std::mem::take(&mut out);
            let used = self.sentence(span, &whole, style);
            out = whole;
            used
        };
        self.text = out;
        used
    }

    /// Like [`Paint::print`], at the right end of the span; nothing where it does not fit.
    pub fn print_right(&mut self, span: Span, style: Style, text: fmt::Arguments<'_>) -> u16 {
        let mut out = std::mem::take(&mut self.text);
        out.clear();
        let _ = out.write_fmt(text);
        let used = u16::try_from(width(&out)).unwrap_or(u16::MAX);
        let used = if used <= span.width {
            self.put(span.skip(span.width - used), &out, style)
        } else {
            0
        };
        self.text = out;
        used
    }

    /// Remote text made visible and shortened in the middle, so that its extension stays.
    pub fn name(&mut self, span: Span, name: &str, style: Style) -> u16 {
        self.fitted(span, name, style, fit_name, Paint::put_as_it_is)
    }

    /// As [`Paint::name`], with `found` laid over what the filter found in the part that is shown.
    pub fn name_found(
        &mut self,
        span: Span,
        name: &str,
        style: Style,
        filter: &Filter,
        found: Style,
    ) -> u16 {
        let used = self.name(span, name, style);
        let shown = std::mem::take(&mut self.text);
        for place in filter.places(&shown) {
            let before = cells(&shown[..place.start]);
            self.restyle_line(span.take(used).skip(before).take(cells(&shown[place])), found);
        }
        self.text = shown;
        used
    }

    /// Remote text made visible and shortened at its end.
    pub fn sentence(&mut self, span: Span, text: &str, style: Style) -> u16 {
        self.fitted(span, text, style, fit_end, Paint::put)
    }

    /// Remote text made visible and shortened at its start.
    pub fn path(&mut self, span: Span, path: &str, style: Style) -> u16 {
        self.fitted(span, path, style, fit_start, Paint::put_as_it_is)
    }

    fn fitted(
        &mut self,
        span: Span,
        text: &str,
        style: Style,
        fit: fn(&mut String, &str, usize, &str),
        put: fn(&mut Paint<'a>, Span, &str, Style) -> u16,
    ) -> u16 {
        let mut out = std::mem::take(&mut self.text);
        fit(&mut out, text, span.width.into(), self.glyphs.ellipsis);
        let used = put(self, span, &out, style);
        self.text = out;
        used
    }

    /// Lays a style over cells, their text kept.
    pub fn restyle(&mut self, area: Rect, style: Style) {
        self.buffer.set_style(area, style);
    }

    pub fn restyle_line(&mut self, span: Span, style: Style) {
        self.restyle(Rect { x: span.x, y: span.y, width: span.width, height: 1 }, style);
    }
}

fn cells(text: &str) -> u16 {
    u16::try_from(width(text)).unwrap_or(u16::MAX)
}

/// A place of the layout, cut to the window.
pub fn place(window: Rect, area: Area) -> Rect {
    Rect::new(area.x, area.y, area.width, area.height).intersection(window)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_ascii_our_own_texts_have_no_other_signs_and_names_stay_as_they_are() {
        let theme = Theme::default().ascii();
        let mut buffer = Buffer::empty(Rect::new(0, 0, 20, 4));
        let mut paint = Paint::new(&mut buffer, &theme);
        let line = |y| Span { x: 0, y, width: 20 };
        let style = theme.styles.text;
        paint.put(line(0), "a · b … c", style);
        paint.print(line(1), style, format_args!("{} → {}", 1, 2));
        paint.sentence(line(2), "it says — no", style);
        paint.name(line(3), "a·b—ü.txt", style);
        let shown = |y| (0..20).map(|x| buffer[(x, y)].symbol()).collect::<String>();
        let shown: Vec<String> = (0..4).map(|y| shown(y).trim_end().to_owned()).collect();
        assert_eq!(shown, ["a - b ~ c", "1 > 2", "it says - no", "a·b—ü.txt"]);
    }

    #[test]
    fn plain_text_fills_the_cells_that_ratatui_fills() {
        let theme = Theme::default();
        let area = Rect::new(2, 1, 8, 3);
        let mut graphemes = Buffer::empty(area);
        let mut plain = Buffer::empty(area);
        let mut paint = Paint::new(&mut plain, &theme);
        let style = theme.styles.bad;
        for (x, y, width, text) in
            [(2, 1, 8, "a name.txt"), (5, 2, 3, "wide"), (9, 3, 40, "~ x"), (3, 3, 4, "")]
        {
            let used = paint.put(Span { x, y, width }, text, style);
            let (end, _) = graphemes.set_stringn(x, y, text, width.into(), style);
            assert_eq!(used, end - x, "{text}");
        }
        assert_eq!(plain, graphemes);
    }
}
