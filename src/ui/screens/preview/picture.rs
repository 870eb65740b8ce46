//! Paints a picture by half blocks: two pixels in each cell.

use ratatui::layout::Rect;
use ratatui::style::{Color, Style};

use crate::domain::picture::Picture;
use crate::ui::paint::{Paint, Span};

/// Signs from dark to light, where there are no colours to paint with.
const SHADES: &[u8] = b" .:-=+*#%@";

pub fn draw_picture(paint: &mut Paint<'_>, area: Rect, picture: &Picture) {
    let Some((columns, lines)) = fitted(picture, area) else { return };
    let left = (area.width - columns) / 2;
    let colours = paint.styles.text != paint.styles.accent && !paint.glyphs.are_ascii();
    let pixel_rows = u32::from(lines) * 2;
    for line in 0..lines {
        let span = Span::line(area, line).skip(left);
        for column in 0..columns {
            let pixel = |half: u32| {
                let row = u32::from(line) * 2 + half;
                average(picture, (u32::from(column), u32::from(columns)), (row, pixel_rows))
            };
            let (upper, lower) = (pixel(0), pixel(1));
            let place = span.skip(column).take(1);
            if colours {
                paint.put(place, "▀", Style::new().fg(colour(upper)).bg(colour(lower)));
            } else {
                let light = u16::midpoint(brightness(upper), brightness(lower));
                let shade = SHADES[usize::from(light) * (SHADES.len() - 1) / 255];
                paint.put(place, char::from(shade).encode_utf8(&mut [0; 4]), paint.styles.text);
            }
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

/// The mean of the pixels that fall into one place of so many.
fn average(picture: &Picture, (column, columns): (u32, u32), (row, rows): (u32, u32)) -> [u8; 3] {
    let part = |at: u32, all: u32, side: u32| {
        let start = u64::from(at) * u64::from(side) / u64::from(all);
        let end = u64::from(at + 1) * u64::from(side) / u64::from(all);
        (start, end.max(start + 1).min(u64::from(side).max(start + 1)))
    };
    let (left, right) = part(column, columns, picture.width);
    let (top, bottom) = part(row, rows, picture.height);
    let mut sums = [0_u64; 3];
    let mut count = 0;
    for y in top..bottom {
        for x in left..right {
            let at = usize::try_from((y * u64::from(picture.width) + x) * 3).unwrap_or(usize::MAX);
            let Some(pixel) = picture.rgb.get(at..at.saturating_add(3)) else { continue };
            for (sum, part) in sums.iter_mut().zip(pixel) {
                *sum += u64::from(*part);
            }
            count += 1;
        }
    }
    sums.map(|sum| u8::try_from(sum / count.max(1)).unwrap_or(u8::MAX))
}

fn colour([red, green, blue]: [u8; 3]) -> Color {
    Color::Rgb(red, green, blue)
}

fn brightness([red, green, blue]: [u8; 3]) -> u16 {
    (u16::from(red) * 3 + u16::from(green) * 6 + u16::from(blue)) / 10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_keeps_its_proportion() {
        let picture = |width, height| Picture { width, height, rgb: Vec::new() };
        let fits = |width, height| fitted(&picture(width, height), Rect::new(0, 0, 40, 20));
        assert_eq!(fits(400, 400), Some((40, 20)));
        assert_eq!(fits(400, 100), Some((40, 5)));
        assert_eq!(fits(100, 400), Some((10, 20)));
        assert_eq!(fits(4, 4), Some((4, 2)));
        assert_eq!(fits(100_000, 1), Some((40, 1)));
        assert_eq!(fits(0, 4), None);
    }

    #[test]
    fn a_cell_has_the_mean_of_its_pixels() {
        let rgb = vec![0, 0, 0, 200, 100, 50, 0, 0, 0, 200, 100, 50];
        let picture = Picture { width: 2, height: 2, rgb };
        assert_eq!(average(&picture, (0, 1), (0, 1)), [100, 50, 25]);
        assert_eq!(average(&picture, (1, 2), (0, 2)), [200, 100, 50]);
    }
}
