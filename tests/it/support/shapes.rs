//! Frames and bars as shapes, which meet from cell to cell whatever the font does.

use std::fmt::Write;

/// A cell of the picture, and the room around all of them, in pixels.
pub const CELL_WIDTH: f64 = 8.4;
pub const CELL_HEIGHT: f64 = 18.0;
pub const MARGIN: f64 = 14.0;

/// Draws a symbol of frames or bars in its cell; false for every other symbol.
pub fn draw(out: &mut String, symbol: char, (x, y): (u16, u16), color: &str) -> bool {
    let left = MARGIN + f64::from(x) * CELL_WIDTH;
    let top = MARGIN + f64::from(y) * CELL_HEIGHT;
    if let Some(part) = thick(symbol) {
        let width = CELL_WIDTH * part;
        let _ = writeln!(
            out,
            r#"<rect x="{left:.1}" y="{:.1}" width="{width:.1}" height="3.2" fill="{color}"/>"#,
            top + CELL_HEIGHT / 2.0 - 1.6,
        );
        return true;
    }
    if let Some(eighths) = column(symbol) {
        let height = CELL_HEIGHT * 0.7 * f64::from(eighths) / 8.0;
        let _ = writeln!(
            out,
            r#"<rect x="{left:.1}" y="{:.1}" width="{:.1}" height="{height:.1}" fill="{color}"/>"#,
            top + CELL_HEIGHT * 0.85 - height,
            CELL_WIDTH * 0.8,
        );
        return true;
    }
    let Some(arms) = arms(symbol) else { return false };
    let (middle, centre) = (left + CELL_WIDTH / 2.0, top + CELL_HEIGHT / 2.0);
    let ends =
        [(left, centre), (middle, top), (left + CELL_WIDTH, centre), (middle, top + CELL_HEIGHT)];
    let mut path = String::new();
    for (_, (to_x, to_y)) in arms.into_iter().zip(ends).filter(|(arm, _)| *arm) {
        let _ = write!(path, "M{middle:.1} {centre:.1}L{to_x:.1} {to_y:.1}");
    }
    let _ = writeln!(out, r#"<path d="{path}" stroke="{color}"/>"#);
    true
}

/// How much of the cell a thick line takes from the left.
fn thick(symbol: char) -> Option<f64> {
    match symbol {
        '━' => Some(1.0),
        '╸' => Some(0.5),
        _ => None,
    }
}

/// How many eighths of the cell are filled from below.
fn column(symbol: char) -> Option<u32> {
    match symbol {
        '\u{2581}'..='\u{2588}' => Some(u32::from(symbol) - 0x2580),
        _ => None,
    }
}

/// Whether a line goes from the middle to the left, up, right and down.
fn arms(symbol: char) -> Option<[bool; 4]> {
    Some(match symbol {
        '─' => [true, false, true, false],
        '│' => [false, true, false, true],
        '┌' | '╭' => [false, false, true, true],
        '┐' | '╮' => [true, false, false, true],
        '└' | '╰' => [false, true, true, false],
        '┘' | '╯' => [true, true, false, false],
        '├' => [false, true, true, true],
        '┤' => [true, true, false, true],
        '┬' => [true, false, true, true],
        '┴' => [true, true, true, false],
        '┼' => [true; 4],
        _ => return None,
    })
}
