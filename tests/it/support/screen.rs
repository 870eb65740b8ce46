//! Paints into a buffer and reads it back as text and colours.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;
use windlass::ui::glyphs::sign_in_ascii;
use windlass::ui::paint::Paint;
use windlass::ui::theme::Theme;

/// What a painter leaves in a window of this size.
pub fn painted(size: (u16, u16), theme: &Theme, draw: impl Fn(&mut Paint<'_>)) -> Buffer {
    let paint = |theme: &Theme| {
        let mut buffer = Buffer::empty(Rect::new(0, 0, size.0, size.1));
        draw(&mut Paint::new(&mut buffer, theme));
        buffer
    };
    has_no_signs(&paint(&theme.clone().ascii()));
    paint(theme)
}

/// Asserts that a picture in ASCII holds no sign of ours that is none: letters of names may be of
/// any script.
#[track_caller]
pub fn has_no_signs(buffer: &Buffer) {
    let signs = buffer.content.iter().flat_map(|cell| cell.symbol().chars());
    let leaked: Vec<char> = signs.filter(|each| sign_in_ascii(*each).is_some()).collect();
    assert!(leaked.is_empty(), "{leaked:?} in ASCII:\n{}", picture(buffer));
}

/// The cells as lines, between bars so that spaces at the ends are seen.
pub fn picture(buffer: &Buffer) -> String {
    let mut out = String::new();
    for y in 0..buffer.area.height {
        out.push('|');
        let mut x = 0;
        while x < buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            out.push_str(symbol);
            x += u16::try_from(symbol.width().max(1)).unwrap();
        }
        out.push_str("|\n");
    }
    out
}

/// The style of the first cell of a text that is on the screen once.
pub fn style_of(buffer: &Buffer, text: &str) -> Style {
    let (x, y) = place_of(buffer, text);
    buffer[(x, y)].style()
}

/// Where a text begins.
pub fn place_of(buffer: &Buffer, text: &str) -> (u16, u16) {
    for y in 0..buffer.area.height {
        let cells: Vec<&str> = (0..buffer.area.width).map(|x| buffer[(x, y)].symbol()).collect();
        for x in 0..cells.len() {
            if cells[x..].concat().starts_with(text) {
                return (u16::try_from(x).unwrap(), y);
            }
        }
    }
    panic!("{text:?} is not in\n{}", picture(buffer));
}
