//! Paints a picture: in the pixels of a terminal that can, by half blocks in any other.

use ratatui::layout::Rect;

use crate::domain::picture::Picture;
use crate::ui::paint::{Paint, Span};
use crate::ui::pictures::place_picture;
use crate::ui::widgets::half_blocks::{half_block, halves};

/// Signs from dark to light, where there are no colours to paint with.
const SHADES: &[u8] = b" .:-=+*#%@";

pub fn draw_picture(paint: &mut Paint<'_>, area: Rect, picture: &Picture) {
    let area = area.intersection(paint.buffer.area);
    let colours = paint.styles.text != paint.styles.accent && !paint.glyphs.are_ascii();
    if !colours {
        return draw_shades(paint, area, picture);
    }
    if let Some(sized) = paint.pictures.sized(picture, area) {
        let area = centred(area, (sized.columns, sized.lines));
        if place_picture(paint, area, sized).is_none() {
            draw_blocks(paint, area, picture);
        }
    } else if let Some(cells) = fitted(picture, area) {
        draw_blocks(paint, centred(area, cells), picture);
    }
}

fn centred(area: Rect, (width, height): (u16, u16)) -> Rect {
    Rect { x: area.x + (area.width - width) / 2, width, height, ..area }
}

/// Fills an area with the picture in half blocks.
fn draw_blocks(paint: &mut Paint<'_>, area: Rect, picture: &Picture) {
    for line in 0..area.height {
        for column in 0..area.width {
            let cell = &mut paint.buffer[(area.x + column, area.y + line)];
            half_block(cell, picture, (column, line), (area.width, area.height));
        }
    }
}

fn draw_shades(paint: &mut Paint<'_>, area: Rect, picture: &Picture) {
    let Some((columns, lines)) = fitted(picture, area) else { return };
    let area = centred(area, (columns, lines));
    for line in 0..lines {
        let span = Span::line(area, line);
        for column in 0..columns {
            let [upper, lower] = halves(picture, (column, line), (columns, lines));
            let light = u16::midpoint(brightness(upper), brightness(lower));
            let shade = SHADES[usize::from(light) * (SHADES.len() - 1) / 255];
            let place = span.skip(column).take(1);
            paint.put(place, char::from(shade).encode_utf8(&mut [0; 4]), paint.styles.text);
        }
    }
}

/// Cells that a picture takes, with its sides in their proportion: a cell is twice as high as wide.
fn fitted(picture: &Picture, area: Rect) -> Option<(u16, u16)> {
    let (width, height) = (u64::from(picture.width), u64::from(picture.height));
    let (most_wide, most_high) = (u64::from(area.width), u64::from(area.height) * 2);
    if width == 0 || height == 0 || most_wide == 0 || most_high == 0 {
        return None;
    }
    let (wide, high) = if most_wide * height <= most_high * width {
        (most_wide, most_wide * height / width)
    } else {
        (most_high * width / height, most_high)
    };
    // A small picture is shown as large as it is.
    let (wide, high) = if wide > width { (width, height) } else { (wide, high) };
    let lines = high.div_ceil(2).max(1);
    Some((u16::try_from(wide.max(1)).ok()?, u16::try_from(lines).ok()?))
}

fn brightness([red, green, blue]: [u8; 3]) -> u16 {
    (u16::from(red) * 3 + u16::from(green) * 6 + u16::from(blue)) / 10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_keeps_its_proportion() {
        let picture = |width, height| Picture::new(width, height, Vec::new());
        let fits = |width, height| fitted(&picture(width, height), Rect::new(0, 0, 40, 20));
        assert_eq!(fits(400, 400), Some((40, 20)));
        assert_eq!(fits(400, 100), Some((40, 5)));
        assert_eq!(fits(100, 400), Some((10, 20)));
        assert_eq!(fits(4, 4), Some((4, 2)));
        assert_eq!(fits(100_000, 1), Some((40, 1)));
        assert_eq!(fits(0, 4), None);
    }
}
