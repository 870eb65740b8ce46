//! Paints cells of a picture by half blocks: two pixels in each.

use ratatui::buffer::Cell;
use ratatui::style::Color;

use crate::domain::picture::Picture;

/// Pixels that are looked at for half a cell, in each direction.
const LOOKED_AT: u32 = 8;

/// The colours of a cell of so many, above and below.
pub fn halves(
    picture: &Picture,
    (column, line): (u16, u16),
    (columns, lines): (u16, u16),
) -> [[u8; 3]; 2] {
    let across = (u32::from(column), u32::from(columns));
    let rows = u32::from(lines) * 2;
    [0, 1].map(|half| average(picture, across, (u32::from(line) * 2 + half, rows)))
}

/// Puts the block into a cell, whose modifiers stay.
pub fn half_block(cell: &mut Cell, picture: &Picture, at: (u16, u16), of: (u16, u16)) {
    let [upper, lower] = halves(picture, at, of);
    cell.set_symbol("▀");
    (cell.fg, cell.bg) = (colour(upper), colour(lower));
}

/// The mean of the pixels that fall into one place of so many, or of some of them.
fn average(picture: &Picture, (column, columns): (u32, u32), (row, rows): (u32, u32)) -> [u8; 3] {
    let part = |at: u32, all: u32, side: u32| {
        let place = |at: u32| u64::from(at) * u64::from(side) / u64::from(all.max(1));
        let start = u32::try_from(place(at)).unwrap_or(u32::MAX);
        let end = u32::try_from(place(at + 1)).unwrap_or(u32::MAX).max(start.saturating_add(1));
        (start..end).step_by(((end - start) / LOOKED_AT).max(1) as usize)
    };
    let mut sums = [0_u64; 3];
    let mut count = 0;
    for y in part(row, rows, picture.height) {
        for x in part(column, columns, picture.width) {
            let Some(pixel) = picture.pixel(x, y) else { continue };
            for (sum, part) in sums.iter_mut().zip(pixel) {
                *sum += u64::from(part);
            }
            count += 1;
        }
    }
    sums.map(|sum| u8::try_from(sum / count.max(1)).unwrap_or(u8::MAX))
}

fn colour([red, green, blue]: [u8; 3]) -> Color {
    Color::Rgb(red, green, blue)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_has_the_mean_of_its_pixels() {
        let rgb = vec![0, 0, 0, 200, 100, 50, 0, 0, 0, 200, 100, 50];
        let picture = Picture::new(2, 2, rgb);
        assert_eq!(average(&picture, (0, 1), (0, 1)), [100, 50, 25]);
        assert_eq!(average(&picture, (1, 2), (0, 2)), [200, 100, 50]);
    }

    #[test]
    fn of_many_pixels_some_are_enough() {
        let grey = Picture::new(300, 200, vec![90; 300 * 200 * 3]);
        assert_eq!(halves(&grey, (1, 0), (2, 1)), [[90; 3]; 2]);
    }
}
