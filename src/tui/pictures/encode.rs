//! Makes the sequences that show a picture; heavy, and therefore done beside the loop.

use crate::domain::picture::PictureProtocol;
#[cfg(feature = "images")]
use crate::look::error::Looked;
#[cfg(feature = "images")]
use crate::look::picture_file::{png, resized};
#[cfg(feature = "images")]
use crate::tui::pictures::iterm2::inline_image;
#[cfg(feature = "images")]
use crate::tui::pictures::kitty::transmission;
#[cfg(feature = "images")]
use crate::tui::pictures::sixel::sixels;
use crate::ui::picture_screen::SizedPicture;

/// A picture that is to be encoded.
#[derive(Clone, Debug)]
pub struct EncodeJob {
    pub picture: SizedPicture,
    pub protocol: PictureProtocol,
    /// The number by which the terminal is to know it.
    pub id: u32,
    /// Pixels that are sent, where the terminal can enlarge them.
    pub most: u64,
}

#[derive(Debug)]
pub struct EncodedPicture {
    pub picture: SizedPicture,
    pub id: u32,
    /// `None` where it could not be encoded.
    pub sequence: Option<String>,
}

impl EncodeJob {
    pub fn run(self) -> EncodedPicture {
        let sequence = self.sequence();
        EncodedPicture { picture: self.picture, id: self.id, sequence }
    }

    #[cfg(feature = "images")]
    fn sequence(&self) -> Option<String> {
        let made = self.encoded();
        made.inspect_err(|error| tracing::warn!(%error, "a picture could not be encoded")).ok()
    }

    #[cfg(not(feature = "images"))]
    fn sequence(&self) -> Option<String> {
        None
    }

    #[cfg(feature = "images")]
    fn encoded(&self) -> Looked<String> {
        let SizedPicture { picture, columns, lines, .. } = &self.picture;
        let picture = resized(picture, self.sides())?;
        let cells = (*columns, *lines);
        Ok(match self.protocol {
            PictureProtocol::Kitty => transmission(&png(&picture)?, self.id, cells),
            PictureProtocol::Iterm2 => inline_image(&png(&picture)?, cells),
            PictureProtocol::Sixel => sixels(&picture),
        })
    }

    /// The sides of what is sent.
    fn sides(&self) -> (u32, u32) {
        let (width, height) = self.picture.pixels;
        if self.protocol == PictureProtocol::Sixel {
            // Whole bands: the rest of one would reach into the line below.
            return (width, if height > 6 { height - height % 6 } else { height });
        }
        let made = &self.picture.picture;
        let (width, height) =
            if width > made.width { (made.width, made.height) } else { (width, height) };
        let pixels = u64::from(width) * u64::from(height);
        if pixels <= self.most {
            return (width, height);
        }
        #[expect(clippy::cast_precision_loss, reason = "pixels are far below 2^53")]
        let scale = (self.most as f64 / pixels as f64).sqrt();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "smaller")]
        let side = |side: u32| ((f64::from(side) * scale) as u32).max(1);
        (side(width), side(height))
    }
}

#[cfg(feature = "images")]
#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::picture::Picture;
    use crate::look::object_bytes::tests::source;
    use crate::look::picture::picture as decoded;
    use crate::tui::pictures::iterm2::tests::received as inline;
    use crate::tui::pictures::kitty::tests::received as transmitted;
    use crate::tui::pictures::sixel::tests::painted;

    fn job(protocol: PictureProtocol, pixels: (u32, u32), most: u64) -> EncodeJob {
        let rgb: Vec<u8> =
            (0..40 * 30).flat_map(|at: u32| [u8::try_from(at % 40 * 6).unwrap(), 9, 200]).collect();
        let picture = Picture::new(40, 30, rgb);
        let picture = SizedPicture { picture, pixels, columns: 5, lines: 2 };
        EncodeJob { picture, protocol, id: 7, most }
    }

    fn png_of(bytes: Vec<u8>) -> Picture {
        decoded(&source(bytes), u64::MAX).unwrap()
    }

    #[test]
    fn what_is_sent_decodes_to_the_pixels() {
        let kitty = job(PictureProtocol::Kitty, (40, 30), 10_000);
        let sequence = kitty.clone().run().sequence.unwrap();
        let (keys, bytes) = transmitted(&sequence);
        assert!(keys.contains("i=7,c=5,r=2"), "{keys}");
        assert_eq!(png_of(bytes), kitty.picture.picture);

        let iterm2 = job(PictureProtocol::Iterm2, (40, 30), 10_000);
        let (keys, bytes) = inline(&iterm2.clone().run().sequence.unwrap());
        assert!(keys.contains("width=5;height=2"), "{keys}");
        assert_eq!(png_of(bytes), iterm2.picture.picture);

        let sixel = job(PictureProtocol::Sixel, (40, 30), 10_000);
        let (width, height, pixels) = painted(&sixel.run().sequence.unwrap());
        assert_eq!((width, height, pixels.len()), (40, 30, 1200));
    }

    #[test]
    fn no_more_is_sent_than_is_seen_or_there() {
        let sides = |protocol, pixels, most| job(protocol, pixels, most).sides();
        let kitty = PictureProtocol::Kitty;
        assert_eq!(sides(kitty, (20, 15), 10_000), (20, 15));
        assert_eq!(sides(kitty, (80, 60), 10_000), (40, 30), "the terminal enlarges it");
        assert_eq!(sides(kitty, (40, 30), 300), (20, 15));
        assert_eq!(
            sides(PictureProtocol::Sixel, (80, 63), 300),
            (80, 60),
            "sixels are as they are"
        );
    }

    #[test]
    fn what_cannot_be_encoded_is_said() {
        let mut job = job(PictureProtocol::Sixel, (4, 4), 100);
        job.picture.picture = Picture::new(40, 30, vec![1, 2, 3]);
        assert_eq!(job.run().sequence, None);
    }
}
