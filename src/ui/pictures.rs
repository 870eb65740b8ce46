//! Leaves cells to the terminal where it shows a picture, and takes back those painted over.

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

use crate::domain::picture::PictureProtocol;
use crate::ui::paint::Paint;
use crate::ui::picture_screen::{FramePicture, SizedPicture};
use crate::ui::placeholders::{is_placeholder, placeholder};
use crate::ui::widgets::half_blocks::half_block;

/// Leaves the cells of an area to the terminal; gives the number of the picture, or `None` where
/// it is not ready and is to be painted by half blocks.
pub fn place_picture(paint: &mut Paint<'_>, area: Rect, picture: SizedPicture) -> Option<u32> {
    let shown = paint.pictures.id(&picture);
    if let Some(id) = shown {
        let style = paint.styles.text;
        let protocol = paint.pictures.protocol;
        each_cell(paint.buffer, area, |cell, at| keep(cell, protocol, style, (id, at)));
    }
    paint.picture = Some(FramePicture { picture, area, shown });
    shown
}

/// Ends a frame: what was painted over the picture wins. Where a terminal cannot show a part of it
/// only, half blocks show what is left.
pub fn settled(paint: &mut Paint<'_>) -> Option<FramePicture> {
    let mut placed = paint.picture.take()?;
    let Some(id) = placed.shown else { return Some(placed) };
    let (protocol, style, area) = (paint.pictures.protocol, paint.styles.text, placed.area);
    let mut whole = area == area.intersection(paint.buffer.area);
    each_cell(paint.buffer, area, |cell, _| {
        let kept = is_kept(cell, id);
        whole &= kept;
        if !kept && cell.fg == colour(id) {
            // Text of no colour of its own.
            cell.fg = style.fg.unwrap_or_default();
        }
    });
    if whole || protocol == Some(PictureProtocol::Kitty) {
        each_cell(paint.buffer, area, |cell, _| {
            if is_kept(cell, id) {
                // Not dimmed, which would be a change that writes over the picture.
                cell.modifier = Modifier::empty();
            }
        });
        return Some(placed);
    }
    let picture = &placed.picture;
    each_cell(paint.buffer, area, |cell, at| {
        if is_kept(cell, id) {
            half_block(cell, &picture.picture, at, (picture.columns, picture.lines));
        }
    });
    placed.shown = None;
    Some(placed)
}

fn each_cell(buffer: &mut Buffer, area: Rect, mut work: impl FnMut(&mut Cell, (u16, u16))) {
    for line in 0..area.height {
        for column in 0..area.width {
            if let Some(cell) = buffer.cell_mut((area.x + column, area.y + line)) {
                work(cell, (column, line));
            }
        }
    }
}

/// A cell whose text lets a picture be seen. Its colour is the number of the picture: so kitty
/// wants it, and so the cell differs from any other.
fn keep(
    cell: &mut Cell,
    protocol: Option<PictureProtocol>,
    style: Style,
    (id, (column, line)): (u32, (u16, u16)),
) {
    cell.reset();
    cell.set_style(style);
    cell.modifier = Modifier::empty();
    cell.fg = colour(id);
    if protocol == Some(PictureProtocol::Kitty)
        && let Some(text) = placeholder(line, column)
    {
        cell.set_symbol(&text);
    }
}

fn is_kept(cell: &Cell, id: u32) -> bool {
    let text = cell.symbol();
    cell.fg == colour(id) && (text == " " || is_placeholder(text))
}

fn colour(id: u32) -> Color {
    let [_, red, green, blue] = id.to_be_bytes();
    Color::Rgb(red, green, blue)
}
