//! A buffer of cells as a picture in SVG.

use std::fmt::Write;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::support::shapes::{self, CELL_HEIGHT, CELL_WIDTH, MARGIN};

const BACKGROUND: &str = "#16181d";
const FOREGROUND: &str = "#d4d4d8";

/// The whole picture on a dark window.
pub fn svg(buffer: &Buffer) -> String {
    let width = f64::from(buffer.area.width) * CELL_WIDTH + 2.0 * MARGIN;
    let height = f64::from(buffer.area.height) * CELL_HEIGHT + 2.0 * MARGIN;
    let mut out = String::new();
    let _ = writeln!(
        out,
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0} {height:.0}" width="{width:.0}" height="{height:.0}">
<style>text {{ font: 14px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace }} path {{ fill: none; stroke-width: 1.2 }}</style>
<rect width="100%" height="100%" rx="8" fill="{BACKGROUND}"/>"#
    );
    for y in 0..buffer.area.height {
        for run in runs(buffer, y) {
            put(&mut out, &run, y);
        }
    }
    out.push_str("</svg>\n");
    out
}

/// Neighbouring cells of one look.
struct Run {
    x: u16,
    cells: u16,
    text: String,
    look: Look,
}

#[derive(Clone, PartialEq)]
struct Look {
    color: String,
    background: Option<String>,
    bold: bool,
    underlined: bool,
    dim: bool,
}

fn runs(buffer: &Buffer, y: u16) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut x = 0;
    while x < buffer.area.width {
        let cell = &buffer[(x, y)];
        let cells = u16::try_from(cell.symbol().width().max(1)).unwrap_or(1);
        let look = look(cell);
        match runs.last_mut().filter(|run| run.look == look) {
            Some(run) => {
                run.text.push_str(cell.symbol());
                run.cells += cells;
            }
            None => runs.push(Run { x, cells, text: cell.symbol().to_owned(), look }),
        }
        x += cells;
    }
    runs
}

fn put(out: &mut String, run: &Run, y: u16) {
    let left = MARGIN + f64::from(run.x) * CELL_WIDTH;
    let top = MARGIN + f64::from(y) * CELL_HEIGHT;
    let width = f64::from(run.cells) * CELL_WIDTH;
    if let Some(background) = &run.look.background {
        let _ = writeln!(
            out,
            r#"<rect x="{left:.1}" y="{top:.1}" width="{width:.1}" height="{CELL_HEIGHT}" fill="{background}"/>"#
        );
    }
    let (mut word, mut from, mut x) = (String::new(), run.x, run.x);
    for symbol in run.text.chars() {
        let drawn = shapes::draw(out, symbol, (x, y), &run.look.color);
        if drawn || symbol == ' ' {
            write_word(out, &std::mem::take(&mut word), (from, y), &run.look);
        } else {
            from = if word.is_empty() { x } else { from };
            word.push(symbol);
        }
        x += u16::try_from(symbol.width().unwrap_or(0)).unwrap_or(0);
    }
    write_word(out, &word, (from, y), &run.look);
}

/// Each word has its own place, so that no viewer can run spaces together.
fn write_word(out: &mut String, word: &str, (x, y): (u16, u16), look: &Look) {
    if word.is_empty() {
        return;
    }
    let mut more = String::new();
    for (wanted, attribute) in [
        (look.bold, r#" font-weight="bold""#),
        (look.underlined, r#" text-decoration="underline""#),
        (look.dim, r#" opacity="0.55""#),
    ] {
        if wanted {
            more.push_str(attribute);
        }
    }
    let left = MARGIN + f64::from(x) * CELL_WIDTH;
    let base = MARGIN + (f64::from(y) + 0.74) * CELL_HEIGHT;
    let width = f64::from(u16::try_from(word.width()).unwrap_or(0)) * CELL_WIDTH;
    let (color, text) = (&look.color, escaped(word));
    let _ = writeln!(
        out,
        r#"<text x="{left:.1}" y="{base:.1}" textLength="{width:.1}" lengthAdjust="spacingAndGlyphs" fill="{color}"{more}>{text}</text>"#
    );
}

fn look(cell: &Cell) -> Look {
    let has = |modifier| cell.modifier.contains(modifier);
    let (mut color, mut background) =
        (hex(cell.fg), Some(cell.bg).filter(|c| *c != Color::Reset).map(hex));
    if has(Modifier::REVERSED) {
        let behind = background.unwrap_or_else(|| BACKGROUND.to_owned());
        background = Some(std::mem::replace(&mut color, behind));
    }
    Look {
        color,
        background,
        bold: has(Modifier::BOLD),
        underlined: has(Modifier::UNDERLINED),
        dim: has(Modifier::DIM),
    }
}

fn hex(color: Color) -> String {
    match color {
        Color::Rgb(red, green, blue) => format!("#{red:02x}{green:02x}{blue:02x}"),
        Color::Cyan => "#5cc8d7".into(),
        Color::Blue => "#7aa2f7".into(),
        Color::Yellow => "#e5c07b".into(),
        Color::Green => "#87c38a".into(),
        Color::Red => "#ec7279".into(),
        Color::Gray => "#a6a8b1".into(),
        Color::DarkGray => "#7c7f8a".into(),
        _ => FOREGROUND.into(),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
