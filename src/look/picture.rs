//! Decodes pictures within bounds and makes them as small as they are shown.

use std::io::Cursor;
use std::sync::Arc;

use image::metadata::Orientation;
use image::{DynamicImage, ImageError, ImageReader, Limits, Rgba, imageops};

use crate::domain::contents::{ContentKind, Contents};
use crate::domain::picture::Picture;
use crate::domain::units::{Count, Size};
use crate::look::error::{LookError, Looked, guarded};
use crate::look::images::image;
use crate::look::object_bytes::ObjectBytes;
use crate::look::opening::FIRST;

/// Pixels that are decoded, and bytes that this may take.
const PIXELS: u64 = 100_000_000;
const MEMORY: u64 = 512 * 1024 * 1024;

/// Bytes of an object that are fetched to be decoded.
const FETCHED: u64 = 64 * 1024 * 1024;

/// The first frame of a picture, with at most so many pixels, on white where it is transparent.
///
/// # Errors
/// `TooMuch` for a picture that its header says is too large: nothing more of it is fetched.
pub fn picture(source: &Arc<ObjectBytes>, most: u64) -> Looked<Picture> {
    guarded(|| {
        let first = source.read(0, FIRST)?;
        let mut contents = Contents::of(ContentKind::Image);
        image(source, &first, &mut contents)?;
        let (width, height) = (contents.width.unwrap_or(0), contents.height.unwrap_or(0));
        if u64::from(width) * u64::from(height) > PIXELS {
            let most = Count(PIXELS);
            return Err(LookError::TooMuch(format!(
                "a picture of {width} × {height} pixels, and {most} are decoded at most"
            )));
        }
        if source.size() > FETCHED {
            let most = Size(FETCHED);
            return Err(LookError::TooMuch(format!("a picture of more than {most}")));
        }
        let bytes = source.read(0, usize::try_from(source.size()).unwrap_or(usize::MAX))?;
        let decoded = turned(decoded(bytes)?, contents.orientation);
        Ok(shown(decoded, most.max(1)))
    })
}

fn decoded(bytes: Vec<u8>) -> Looked<DynamicImage> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format()?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits);
    reader.decode().map_err(|error| match error {
        ImageError::Limits(error) => LookError::TooMuch(error.to_string()),
        ImageError::Unsupported(_) => LookError::Unsupported("pictures of this format".to_owned()),
        error => LookError::malformed(format!("the picture: {error}")),
    })
}

fn turned(mut picture: DynamicImage, orientation: Option<u16>) -> DynamicImage {
    let orientation = orientation.and_then(|number| u8::try_from(number).ok());
    if let Some(orientation) = orientation.and_then(Orientation::from_exif) {
        picture.apply_orientation(orientation);
    }
    picture
}

fn shown(picture: DynamicImage, most: u64) -> Picture {
    let whole = (picture.width(), picture.height());
    let pixels = u64::from(picture.width()) * u64::from(picture.height());
    let picture = if pixels > most {
        #[expect(clippy::cast_precision_loss, reason = "pixels are far below 2^53")]
        let scale = (most as f64 / pixels as f64).sqrt();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "smaller")]
        let side = |side: u32| ((f64::from(side) * scale) as u32).max(1);
        let (width, height) = (side(picture.width()), side(picture.height()));
        picture.thumbnail_exact(width, height)
    } else {
        picture
    };
    let rgb = if picture.color().has_alpha() {
        let front = picture.to_rgba8();
        let white = Rgba([0xff; 4]);
        let mut all = image::RgbaImage::from_pixel(front.width(), front.height(), white);
        imageops::overlay(&mut all, &front, 0, 0);
        DynamicImage::from(all).to_rgb8()
    } else {
        picture.to_rgb8()
    };
    Picture { whole, ..Picture::new(rgb.width(), rgb.height(), rgb.into_raw()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::look::object_bytes::tests::source;

    fn png(picture: DynamicImage) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, ::image::ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn a_picture_is_made_as_small_as_it_is_shown() {
        let red = ::image::RgbImage::from_pixel(300, 200, ::image::Rgb([200, 10, 20]));
        let shown = picture(&source(png(red.clone().into())), 600).unwrap();
        assert_eq!((shown.width, shown.height), (30, 20));
        assert_eq!(shown.rgb.len(), 30 * 20 * 3);
        assert_eq!(shown.rgb[..3], [200, 10, 20]);
        assert_eq!(shown.whole, (300, 200));
        let whole = picture(&source(png(red.into())), 60_000).unwrap();
        assert_eq!((whole.width, whole.height), (300, 200));
    }

    #[test]
    fn what_is_transparent_is_white() {
        let clear = ::image::RgbaImage::from_pixel(2, 2, Rgba([9, 9, 9, 0]));
        assert_eq!(picture(&source(png(clear.into())), 100).unwrap().rgb[..], [0xff; 12]);
    }

    #[test]
    fn a_picture_is_the_right_way_up() {
        let jpeg = include_bytes!("../../tests/samples/exif.jpg");
        let shown = picture(&source(&jpeg[..]), 10_000).unwrap();
        assert_eq!((shown.width, shown.height), (30, 40), "turned by a quarter");
    }

    #[test]
    fn a_bomb_is_refused_by_its_header() {
        let mut bomb = png(::image::RgbImage::new(1, 1).into());
        bomb[16..24].copy_from_slice(&[50_000_u32, 50_000].map(u32::to_be_bytes).concat());
        bomb.extend_from_slice(&vec![0; 2_000_000]);
        let source = source(bomb);
        assert!(matches!(picture(&source, 100), Err(LookError::TooMuch(_))));
        assert!(source.fetched().bytes < 100_000);
    }

    #[test]
    fn what_is_cut_anywhere_is_an_error_or_a_part() {
        for bytes in [
            include_bytes!("../../tests/samples/exif.jpg").as_slice(),
            include_bytes!("../../tests/samples/three.gif"),
            include_bytes!("../../tests/samples/exif.webp"),
            include_bytes!("../../tests/samples/exif.png"),
        ] {
            assert!(picture(&source(bytes), 50).is_ok());
            for end in 0..bytes.len() {
                let _ = picture(&source(&bytes[..end]), 50);
            }
        }
        assert!(picture(&source(*b"not a picture"), 50).is_err());
    }
}
