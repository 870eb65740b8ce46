//! Says in which size a terminal shows a picture in its own pixels.

use ratatui::layout::Rect;

use crate::domain::picture::{Picture, PictureProtocol};
use crate::ui::placeholders::COUNTED;

/// What the terminal shows pictures by, and the one that it can show at once.
#[derive(Clone, Debug, Default)]
pub struct PictureScreen {
    /// `None` where pictures are painted by half blocks.
    pub protocol: Option<PictureProtocol>,
    /// Pixels of a cell: how wide and how high.
    pub cell: (u16, u16),
    pub ready: Option<ReadyPicture>,
}

/// A picture with the number by which the terminal knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadyPicture {
    pub picture: SizedPicture,
    pub id: u32,
}

/// A picture and the size in which it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SizedPicture {
    pub picture: Picture,
    /// Its sides in pixels of the screen.
    pub pixels: (u32, u32),
    pub columns: u16,
    pub lines: u16,
}

/// The picture of a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FramePicture {
    pub picture: SizedPicture,
    pub area: Rect,
    /// The number of the picture that the terminal has to show there; `None` where half blocks are
    /// painted.
    pub shown: Option<u32>,
}

/// A side in pixels up to which a small picture is shown larger than it is.
const ICON: u32 = 320;

impl PictureScreen {
    /// The size in which a picture is shown in an area, in its own size where that has room;
    /// `None` where half blocks are to be painted.
    pub fn sized(&self, picture: &Picture, area: Rect) -> Option<SizedPicture> {
        self.protocol?;
        let (cell_width, cell_height) = (u64::from(self.cell.0), u64::from(self.cell.1));
        let most_wide = u64::from(area.width.min(COUNTED)) * cell_width;
        let most_high = u64::from(area.height.min(COUNTED)) * cell_height;
        let larger = u64::from((ICON / picture.whole.0.max(picture.whole.1).max(1)).max(1));
        let width = u64::from(picture.whole.0) * larger;
        let height = u64::from(picture.whole.1) * larger;
        if [most_wide, most_high, width, height].contains(&0) {
            return None;
        }
        let (wide, high) = if width <= most_wide && height <= most_high {
            (width, height)
        } else if most_wide * height <= most_high * width {
            (most_wide, (most_wide * height / width).max(1))
        } else {
            ((most_high * width / height).max(1), most_high)
        };
        Some(SizedPicture {
            picture: picture.clone(),
            pixels: (u32::try_from(wide).ok()?, u32::try_from(high).ok()?),
            columns: u16::try_from(wide.div_ceil(cell_width)).ok()?,
            lines: u16::try_from(high.div_ceil(cell_height)).ok()?,
        })
    }

    /// The number of a picture that the terminal can show at once.
    pub fn id(&self, picture: &SizedPicture) -> Option<u32> {
        self.ready.as_ref().filter(|ready| ready.picture == *picture).map(|ready| ready.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_as_large_as_it_is_or_as_its_area_with_its_sides_in_proportion() {
        let screen = |protocol| PictureScreen { protocol, cell: (10, 20), ready: None };
        let sixel = screen(Some(PictureProtocol::Sixel));
        let area = Rect::new(3, 3, 40, 20);
        let sized = |whole| {
            let picture = Picture { whole, ..Picture::new(1, 1, vec![0; 3]) };
            let sized = sixel.sized(&picture, area)?;
            Some((sized.pixels, sized.columns, sized.lines))
        };
        assert_eq!(sized((400, 400)), Some(((400, 400), 40, 20)));
        assert_eq!(sized((395, 101)), Some(((395, 101), 40, 6)), "what begins a cell has it");
        assert_eq!(sized((4000, 1000)), Some(((400, 100), 40, 5)));
        assert_eq!(sized((1000, 4000)), Some(((100, 400), 10, 20)));
        assert_eq!(sized((32, 16)), Some(((320, 160), 32, 8)), "an icon is enlarged");
        assert_eq!(sized((1_000_000, 1)), Some(((400, 1), 40, 1)));
        assert_eq!(sized((0, 4)), None);
        let picture = Picture::new(1, 1, vec![0; 3]);
        assert_eq!(sixel.sized(&picture, Rect::default()), None);
        assert_eq!(screen(None).sized(&picture, area), None);
    }
}
