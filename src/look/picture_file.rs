//! Makes a picture of another size from one, and the bytes of a PNG.

use std::io::Cursor;

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder, RgbImage, imageops};

use crate::domain::picture::Picture;
use crate::look::error::{LookError, Looked, guarded};

/// The picture with other sides; itself where it has them.
pub fn resized(picture: &Picture, (width, height): (u32, u32)) -> Looked<Picture> {
    if (picture.width, picture.height) == (width, height) {
        return Ok(picture.clone());
    }
    guarded(|| {
        let from = RgbImage::from_raw(picture.width, picture.height, picture.rgb.to_vec())
            .ok_or_else(|| LookError::malformed("a picture without all of its pixels"))?;
        let (width, height) = (width.max(1), height.max(1));
        let made = if width < picture.width {
            imageops::thumbnail(&from, width, height)
        } else {
            imageops::resize(&from, width, height, imageops::FilterType::Nearest)
        };
        Ok(Picture { whole: picture.whole, ..Picture::new(width, height, made.into_raw()) })
    })
}

/// The picture as a PNG, made fast rather than small.
pub fn png(picture: &Picture) -> Looked<Vec<u8>> {
    guarded(|| {
        let mut bytes = Cursor::new(Vec::new());
        let (compression, filter) = (CompressionType::Fast, FilterType::Sub);
        PngEncoder::new_with_quality(&mut bytes, compression, filter)
            .write_image(&picture.rgb, picture.width, picture.height, ExtendedColorType::Rgb8)
            .map_err(LookError::malformed)?;
        Ok(bytes.into_inner())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_png_has_the_pixels_of_the_picture() {
        let rgb: Vec<u8> = (0..7 * 5 * 3).map(|each| each * 2).collect();
        let picture = Picture::new(7, 5, rgb.clone());
        let read = image::load_from_memory(&png(&picture).unwrap()).unwrap().to_rgb8();
        assert_eq!((read.width(), read.height()), (7, 5));
        assert_eq!(read.into_raw(), rgb);
    }

    #[test]
    fn a_picture_gets_other_sides() {
        let picture = Picture::new(2, 1, vec![0, 0, 0, 255, 255, 255]);
        let large = resized(&picture, (4, 2)).unwrap();
        assert_eq!((large.width, large.height, large.rgb.len()), (4, 2, 24));
        assert_eq!((large.pixel(1, 1), large.pixel(2, 0)), (Some([0; 3]), Some([255; 3])));
        let small = resized(&large, (2, 1)).unwrap();
        assert_eq!(small.rgb, picture.rgb);
        assert_eq!(small.whole, (2, 1), "what it was made from is still known");
        assert!(resized(&Picture::new(9, 9, Vec::new()), (2, 2)).is_err());
    }
}
