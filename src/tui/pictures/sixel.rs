//! Writes a picture as sixels: six lines at a time, colour by colour.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::domain::picture::Picture;
use crate::tui::pictures::palette::paletted;

/// Lines of a band.
const BAND: usize = 6;

/// Equal sixels in a row that are written with their count.
const REPEATED: usize = 4;

pub fn sixels(picture: &Picture) -> String {
    let made = paletted(picture);
    let width = picture.width as usize;
    // Pixels that are not painted stay as they are; a pixel is as wide as high.
    let mut out = format!("\x1bP0;1;0q\"1;1;{};{}", picture.width, picture.height);
    for (number, colour) in made.colours.iter().enumerate() {
        let [red, green, blue] = colour.map(percent);
        // Writing into a String cannot fail.
        let _ = write!(out, "#{number};2;{red};{green};{blue}");
    }
    for band in made.pixels.chunks(width.max(1) * BAND) {
        write_band(&mut out, band, width);
        out.push('-');
    }
    out.push_str("\x1b\\");
    out
}

fn percent(part: u8) -> u16 {
    (u16::from(part) * 100 + 127) / 255
}

fn write_band(out: &mut String, band: &[u8], width: usize) {
    let mut colours: BTreeMap<u8, Vec<u8>> = BTreeMap::new();
    for (line, row) in band.chunks(width).enumerate() {
        for (x, colour) in row.iter().enumerate() {
            let columns = colours.entry(*colour).or_insert_with(|| vec![0; width]);
            columns[x] |= 1 << line;
        }
    }
    for (at, (colour, columns)) in colours.into_iter().enumerate() {
        if at > 0 {
            out.push('$');
        }
        let _ = write!(out, "#{colour}");
        write_columns(out, &columns);
    }
}

/// Runs of equal columns; the empty ones at the end are left out.
fn write_columns(out: &mut String, columns: &[u8]) {
    let runs: Vec<&[u8]> = columns.chunk_by(|a, b| a == b).collect();
    let empty_end = usize::from(runs.last().is_some_and(|run| run[0] == 0));
    for run in &runs[..runs.len() - empty_end] {
        let sixel = char::from(b'?' + run[0]);
        if run.len() < REPEATED {
            out.extend(std::iter::repeat_n(sixel, run.len()));
        } else {
            let _ = write!(out, "!{}{sixel}", run.len());
        }
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// The sides and the pixels that a terminal paints; a pixel that is painted twice or never
    /// fails.
    pub fn painted(sequence: &str) -> (usize, usize, Vec<[u8; 3]>) {
        let inside = sequence.strip_prefix("\x1bP0;1;0q").unwrap().strip_suffix("\x1b\\").unwrap();
        let mut rest = inside.strip_prefix('"').unwrap();
        let sides = numbers(&mut rest);
        let (width, height) = (sides[2], sides[3]);
        let mut pixels = vec![None; width * height];
        let mut colours = BTreeMap::new();
        let (mut x, mut top, mut colour) = (0, 0, 0);
        while let Some(sign) = rest.chars().next() {
            rest = &rest[1..];
            let mut repeated = 1;
            let sixel = match sign {
                '#' => {
                    let given = numbers(&mut rest);
                    colour = given[0];
                    if let [_, 2, red, green, blue] = given[..] {
                        let part = |percent: usize| u8::try_from(percent * 255 / 100).unwrap();
                        colours.insert(colour, [part(red), part(green), part(blue)]);
                    }
                    continue;
                }
                '$' => {
                    x = 0;
                    continue;
                }
                '-' => {
                    (x, top) = (0, top + BAND);
                    continue;
                }
                '!' => {
                    repeated = numbers(&mut rest)[0];
                    let sixel = rest.chars().next().unwrap();
                    rest = &rest[1..];
                    sixel
                }
                sixel => sixel,
            };
            let bits = u32::from(sixel) - 63;
            for _ in 0..repeated {
                for line in (0..BAND).filter(|line| bits >> line & 1 == 1) {
                    let place = &mut pixels[(top + line) * width + x];
                    assert_eq!(*place, None, "painted twice");
                    *place = Some(colours[&colour]);
                }
                x += 1;
            }
        }
        (width, height, pixels.into_iter().map(|pixel| pixel.expect("painted")).collect())
    }

    fn numbers(rest: &mut &str) -> Vec<usize> {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != ';').unwrap_or(rest.len());
        let (given, after) = rest.split_at(end);
        *rest = after;
        given.split(';').map(|number| number.parse().unwrap()).collect()
    }

    #[test]
    fn sixels_paint_the_pixels_of_the_picture() {
        for (width, height) in [(1_u32, 1_u32), (7, 6), (30, 13), (200, 5)] {
            let pixel = |at: u32| match at * 7 / 3 % 3 {
                0 => [255, 255, 255],
                1 => [51, 102, 204],
                _ => [0, 0, 0],
            };
            let rgb: Vec<u8> = (0..width * height).flat_map(pixel).collect();
            let (wide, high, pixels) = painted(&sixels(&Picture::new(width, height, rgb)));
            assert_eq!((wide, high), (width as usize, height as usize));
            let expected: Vec<[u8; 3]> = (0..width * height).map(pixel).collect();
            assert_eq!(pixels, expected);
        }
    }

    #[test]
    fn what_repeats_itself_is_short() {
        let plain = sixels(&Picture::new(600, 60, vec![128; 600 * 60 * 3]));
        assert!(plain.len() < 200, "{plain}");
    }

    #[test]
    fn a_photograph_is_near_to_itself() {
        let part = |at: u32| u8::try_from(at % 256).unwrap();
        let rgb: Vec<u8> =
            (0..60 * 60).flat_map(|at| [part(at % 60 * 4), part(at / 60 * 4), part(at)]).collect();
        let (_, _, pixels) = painted(&sixels(&Picture::new(60, 60, rgb.clone())));
        let apart: u64 = rgb
            .iter()
            .zip(pixels.iter().flatten())
            .map(|(wanted, shown)| u64::from(wanted.abs_diff(*shown)))
            .sum();
        assert!(apart / (60 * 60 * 3) < 16, "{apart}");
    }
}
