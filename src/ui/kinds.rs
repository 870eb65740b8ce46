//! Paints the kinds of objects: their colours and icons.

use ratatui::style::Style;

use crate::domain::file_kind::FileKind;
use crate::ui::theme::Styles;

/// How a kind of object looks.
pub trait Painted {
    fn style(self, styles: &Styles) -> Style;

    /// The icon in fonts that have icons (Nerd Fonts); one cell.
    fn icon(self) -> &'static str;
}

impl Painted for FileKind {
    fn style(self, styles: &Styles) -> Style {
        match self {
            FileKind::Image => styles.image,
            FileKind::Media => styles.media,
            FileKind::Archive => styles.archive,
            FileKind::Code => styles.code,
            FileKind::Document => styles.document,
            FileKind::Data => styles.data,
            FileKind::Plain => styles.text,
        }
    }

    fn icon(self) -> &'static str {
        match self {
            FileKind::Image => "\u{f1c5}",
            FileKind::Media => "\u{f1c8}",
            FileKind::Archive => "\u{f1c6}",
            FileKind::Code => "\u{f1c9}",
            FileKind::Document => "\u{f15c}",
            FileKind::Data => "\u{f1c0}",
            FileKind::Plain => "\u{f15b}",
        }
    }
}

/// The icon before a prefix, and before a bucket.
pub const FOLDER_ICON: &str = "\u{f07b}";
pub const BUCKET_ICON: &str = "\u{f0a0}";

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::*;

    #[test]
    fn every_icon_fills_one_cell() {
        let kinds = ["a.png", "a.mp3", "a.zip", "a.c", "a.pdf", "a.csv", "a"].map(FileKind::of);
        let icons = kinds.map(Painted::icon);
        for icon in icons.into_iter().chain([FOLDER_ICON, BUCKET_ICON]) {
            assert_eq!(icon.width(), 1, "{icon:?}");
        }
    }
}
