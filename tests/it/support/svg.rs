//! A buffer of cells as a picture in SVG.

use std::fmt::Write;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

const CELL_WIDTH: f64 = 8.4;
const CELL_HEIGHT: f64 = 18.0;
const MARGIN: f64 = 14.0;
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
<style>text {{ font: 14px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; white-space: pre }}</style>
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
    if run.text.trim().is_empty() {
        return;
    }
    let mut more = String::new();
    for (wanted, attribute) in [
        (run.look.bold, r#" font-weight="bold""#),
        (run.look.underlined, r#" text-decoration="underline""#),
        (run.look.dim, r#" opacity="0.55""#),
    ] {
        if wanted {
            more.push_str(attribute);
        }
    }
    let base = top + CELL_HEIGHT * 0.74;
    let (color, text) = (&run.look.color, escaped(&run.text));
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
