//! Chooses 256 colours for a picture and gives each pixel one of them.

use crate::domain::picture::Picture;

/// Colours that a sixel terminal has at least.
pub const MOST: usize = 256;

/// Colours are counted by the upper five bits of their parts.
const BINS: usize = 1 << 15;

/// Colours, and for each pixel the number of its colour.
pub struct Paletted {
    pub colours: Vec<[u8; 3]>,
    pub pixels: Vec<u8>,
}

#[derive(Clone, Default)]
struct Bin {
    count: u64,
    sums: [u64; 3],
}

/// Few colours stay as they are; of many the nearest are mixed so that their mean is right.
pub fn paletted(picture: &Picture) -> Paletted {
    let mut bins = vec![Bin::default(); BINS];
    for pixel in picture.rgb.chunks_exact(3) {
        let bin = &mut bins[bin_of([pixel[0], pixel[1], pixel[2]])];
        bin.count += 1;
        for (sum, part) in bin.sums.iter_mut().zip(pixel) {
            *sum += u64::from(*part);
        }
    }
    let used: Vec<usize> = (0..BINS).filter(|at| bins[*at].count > 0).collect();
    let few = used.len() <= MOST;
    let boxes = cut(used, &bins);
    let colours: Vec<[u8; 3]> = boxes.iter().map(|each| mean(each, &bins)).collect();
    let pixels = if few { nearest(picture, &colours) } else { mixed(picture, &colours) };
    Paletted { colours, pixels }
}

fn bin_of([red, green, blue]: [u8; 3]) -> usize {
    usize::from(red >> 3) << 10 | usize::from(green >> 3) << 5 | usize::from(blue >> 3)
}

fn part(bin: usize, channel: usize) -> usize {
    bin >> (10 - 5 * channel) & 31
}

/// Cuts the colours into boxes: always the one where most pixels differ most, in its middle.
fn cut(used: Vec<usize>, bins: &[Bin]) -> Vec<Vec<usize>> {
    let mut boxes = vec![used];
    while boxes.len() < MOST {
        let weighed = boxes.iter().enumerate().map(|(at, each)| (weight(each, bins), at));
        let Some((1.., at)) = weighed.max() else { break };
        let mut lower = boxes.swap_remove(at);
        let (channel, _) = widest(&lower);
        lower.sort_by_key(|bin| part(*bin, channel));
        let half = lower.iter().map(|bin| bins[*bin].count).sum::<u64>() / 2;
        let mut passed = 0;
        let middle = lower.iter().position(|bin| {
            passed += bins[*bin].count;
            passed > half
        });
        let upper = lower.split_off(middle.unwrap_or(0).clamp(1, lower.len() - 1));
        boxes.extend([lower, upper]);
    }
    boxes
}

/// Nothing for a box that cannot be cut.
fn weight(colours: &[usize], bins: &[Bin]) -> u64 {
    let count: u64 = colours.iter().map(|bin| bins[*bin].count).sum();
    match colours.len() {
        0 | 1 => 0,
        _ => count.saturating_mul(widest(colours).1 as u64),
    }
}

/// The part in which colours differ most, and how much.
fn widest(colours: &[usize]) -> (usize, usize) {
    let range = |channel: usize| {
        let parts = colours.iter().map(|bin| part(*bin, channel));
        let (least, most) = parts.fold((31, 0), |(l, m), each| (each.min(l), each.max(m)));
        most.saturating_sub(least)
    };
    [(0, range(0)), (1, range(1)), (2, range(2))]
        .into_iter()
        .max_by_key(|(_, range)| *range)
        .unwrap_or((0, 0))
}

fn mean(colours: &[usize], bins: &[Bin]) -> [u8; 3] {
    let count: u64 = colours.iter().map(|bin| bins[*bin].count).sum();
    [0, 1, 2].map(|channel| {
        let sum: u64 = colours.iter().map(|bin| bins[*bin].sums[channel]).sum();
        u8::try_from((sum + count / 2) / count.max(1)).unwrap_or(u8::MAX)
    })
}

/// Finds the nearest colour, once for all that are counted as one.
struct Finder<'a> {
    colours: &'a [[u8; 3]],
    known: Vec<Option<u8>>,
}

impl Finder<'_> {
    fn of(colours: &[[u8; 3]]) -> Finder<'_> {
        Finder { colours, known: vec![None; BINS] }
    }

    fn find(&mut self, colour: [u8; 3]) -> u8 {
        let bin = bin_of(colour);
        *self.known[bin].get_or_insert_with(|| {
            let distance = |other: &[u8; 3]| {
                let parts = colour.iter().zip(other);
                parts.map(|(a, b)| u32::from(a.abs_diff(*b)).pow(2)).sum::<u32>()
            };
            let nearest = self.colours.iter().enumerate().min_by_key(|(_, each)| distance(each));
            nearest.and_then(|(at, _)| u8::try_from(at).ok()).unwrap_or(0)
        })
    }
}

fn nearest(picture: &Picture, colours: &[[u8; 3]]) -> Vec<u8> {
    let mut finder = Finder::of(colours);
    let pixels = picture.rgb.chunks_exact(3);
    pixels.map(|pixel| finder.find([pixel[0], pixel[1], pixel[2]])).collect()
}

/// Mixes by Floyd and Steinberg: what a pixel lacks is added to its neighbours.
fn mixed(picture: &Picture, colours: &[[u8; 3]]) -> Vec<u8> {
    let width = picture.width as usize;
    let mut finder = Finder::of(colours);
    let mut pixels = Vec::with_capacity(picture.rgb.len() / 3);
    let mut here = vec![[0_i32; 3]; width + 2];
    let mut below = here.clone();
    for row in picture.rgb.chunks_exact(width.max(1) * 3) {
        for (x, pixel) in row.chunks_exact(3).enumerate() {
            let wanted = [0, 1, 2]
                .map(|part| (i32::from(pixel[part]) + here[x + 1][part] / 16).clamp(0, 255));
            let found = finder.find(wanted.map(|part| u8::try_from(part).unwrap_or(u8::MAX)));
            pixels.push(found);
            let chosen = colours[usize::from(found)];
            for (part, wanted) in wanted.into_iter().enumerate() {
                let lack = wanted - i32::from(chosen[part]);
                here[x + 2][part] += lack * 7;
                below[x][part] += lack * 3;
                below[x + 1][part] += lack * 5;
                below[x + 2][part] += lack;
            }
        }
        std::mem::swap(&mut here, &mut below);
        below.fill([0; 3]);
    }
    pixels
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_colours_stay_as_they_are() {
        let colours = [[255, 0, 0], [0, 255, 0], [3, 3, 3], [250, 250, 250]];
        let rgb: Vec<u8> = (0..64).flat_map(|at| colours[at % 4]).collect();
        let made = paletted(&Picture::new(8, 8, rgb));
        assert_eq!(made.colours.len(), 4);
        for (at, pixel) in made.pixels.iter().enumerate() {
            assert_eq!(made.colours[usize::from(*pixel)], colours[at % 4]);
        }
    }

    #[test]
    fn many_colours_are_right_in_the_mean() {
        let (width, height) = (128_u32, 96_u32);
        let pixel = |at: u32| {
            let (x, y) = (at % width, at / width);
            [x * 2, y * 2, (x * 5 + y * 3) % 256].map(|part| u8::try_from(part).unwrap())
        };
        let rgb: Vec<u8> = (0..width * height).flat_map(pixel).collect();
        let picture = Picture::new(width, height, rgb);
        let made = paletted(&picture);
        assert_eq!(made.colours.len(), MOST);
        assert_eq!(made.pixels.len(), (width * height) as usize);
        let sum = |pixels: &mut dyn Iterator<Item = u8>| pixels.map(u64::from).sum::<u64>();
        for part in 0..3 {
            let wanted = sum(&mut picture.rgb.iter().skip(part).step_by(3).copied());
            let shown = sum(&mut made.pixels.iter().map(|at| made.colours[usize::from(*at)][part]));
            let apart = wanted.abs_diff(shown) / u64::from(width * height);
            assert!(apart <= 2, "part {part}: {wanted} and {shown}");
        }
    }

    #[test]
    fn a_picture_without_pixels_has_none() {
        assert!(paletted(&Picture::new(0, 0, Vec::new())).pixels.is_empty());
    }
}
