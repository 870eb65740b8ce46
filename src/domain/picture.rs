//! Describes a picture as it is painted on a screen, and how terminals take one.

use std::sync::Arc;

/// Pixels of a picture, the right way up. A clone shares them.
#[derive(Clone)]
pub struct Picture {
    pub width: u32,
    pub height: u32,
    /// Red, green and blue of each pixel, row by row.
    pub rgb: Arc<[u8]>,
    /// The sides of what it was made from, which may be larger.
    pub whole: (u32, u32),
    /// What of it is not shown: `without its text`.
    pub without: Option<&'static str>,
}

/// By which sequences a terminal shows a picture in its own pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureProtocol {
    /// The graphics protocol of kitty, with Unicode placeholders.
    Kitty,
    /// Inline images of iTerm2.
    Iterm2,
    Sixel,
}

/// Each frame asks whether its picture is the one before: shared pixels are not compared.
impl PartialEq for Picture {
    fn eq(&self, other: &Picture) -> bool {
        let sides = |picture: &Picture| (picture.width, picture.height, picture.whole);
        sides(self) == sides(other) && (Arc::ptr_eq(&self.rgb, &other.rgb) || self.rgb == other.rgb)
    }
}

impl Eq for Picture {}

impl Picture {
    pub fn new(width: u32, height: u32, rgb: Vec<u8>) -> Picture {
        Picture { width, height, rgb: rgb.into(), whole: (width, height), without: None }
    }

    /// Red, green and blue of a pixel; `None` outside.
    pub fn pixel(&self, x: u32, y: u32) -> Option<[u8; 3]> {
        let at = usize::try_from((u64::from(y) * u64::from(self.width) + u64::from(x)) * 3).ok()?;
        self.rgb.get(at..at + 3)?.try_into().ok()
    }
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({} × {})", self.width, self.height)
    }
}
