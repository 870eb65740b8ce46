//! Tells the kind of an object from its name: a picture, an archive, code, a document, media, data.

use ratatui::style::Style;

use crate::ui::theme::Styles;

/// What an object holds by its extension; most names say nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    Image,
    Media,
    Archive,
    Code,
    Document,
    Data,
    Plain,
}

/// The longest extension that is known, in bytes.
const LONGEST: usize = 8;

impl FileKind {
    pub fn of(name: &str) -> FileKind {
        let Some((_, extension)) = name.rsplit_once('.') else { return FileKind::Plain };
        let mut lower = [0; LONGEST];
        let Some(lower) = lower.get_mut(..extension.len()) else { return FileKind::Plain };
        lower.copy_from_slice(extension.as_bytes());
        lower.make_ascii_lowercase();
        FileKind::of_extension(std::str::from_utf8(lower).unwrap_or_default())
    }

    fn of_extension(lower: &str) -> FileKind {
        match lower {
            "jpg" | "jpeg" | "png" | "gif" | "webp" | "avif" | "heic" | "heif" | "bmp" | "tif"
            | "tiff" | "svg" | "ico" | "raw" | "cr2" | "cr3" | "nef" | "arw" | "dng" | "psd"
            | "jxl" => FileKind::Image,
            "mp4" | "mkv" | "mov" | "avi" | "webm" | "m4v" | "mpg" | "mpeg" | "m3u8" | "mp3"
            | "flac" | "wav" | "ogg" | "opus" | "m4a" | "aac" | "aiff" | "wma" => FileKind::Media,
            "zip" | "tar" | "gz" | "tgz" | "bz2" | "xz" | "zst" | "7z" | "rar" | "lz4" | "br"
            | "jar" | "war" | "deb" | "rpm" | "apk" | "iso" | "dmg" | "img" | "cab" | "whl" => {
                FileKind::Archive
            }
            "rs" | "go" | "py" | "js" | "mjs" | "jsx" | "ts" | "tsx" | "c" | "h" | "cc" | "cpp"
            | "hpp" | "cs" | "java" | "kt" | "scala" | "swift" | "rb" | "php" | "pl" | "lua"
            | "sh" | "bash" | "zsh" | "fish" | "ps1" | "bat" | "sql" | "html" | "htm" | "css"
            | "scss" | "wasm" | "vue" | "ipynb" | "tf" | "nix" | "patch" | "diff" => FileKind::Code,
            "pdf" | "doc" | "docx" | "odt" | "rtf" | "txt" | "md" | "rst" | "tex" | "epub"
            | "mobi" | "ppt" | "pptx" | "odp" | "pages" | "key" | "eml" | "log" => {
                FileKind::Document
            }
            "csv" | "tsv" | "json" | "jsonl" | "ndjson" | "yaml" | "yml" | "toml" | "xml"
            | "ini" | "parquet" | "orc" | "avro" | "arrow" | "feather" | "db" | "sqlite"
            | "sqlite3" | "xls" | "xlsx" | "ods" | "h5" | "hdf5" | "npy" | "npz" | "pickle"
            | "pkl" | "pb" | "dump" | "bak" | "bin" | "dat" => FileKind::Data,
            _ => FileKind::Plain,
        }
    }

    pub fn style(self, styles: &Styles) -> Style {
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

    /// Of the fonts that have icons (Nerd Fonts); one cell.
    pub fn icon(self) -> &'static str {
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

/// Before a prefix, and before a bucket.
pub const FOLDER_ICON: &str = "\u{f07b}";
pub const BUCKET_ICON: &str = "\u{f0a0}";

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::*;

    #[test]
    fn the_extension_tells_the_kind_whatever_its_case() {
        for (name, kind) in [
            ("IMG_0412.JPG", FileKind::Image),
            ("site.tar.zst", FileKind::Archive),
            ("main.rs", FileKind::Code),
            ("notes.md", FileKind::Document),
            ("clip.mp4", FileKind::Media),
            ("events.ndjson", FileKind::Data),
            ("README", FileKind::Plain),
            ("a.b/c", FileKind::Plain),
            ("x.", FileKind::Plain),
            ("x.verylongextension", FileKind::Plain),
            ("日本.写真", FileKind::Plain),
        ] {
            assert_eq!(FileKind::of(name), kind, "{name}");
        }
    }

    #[test]
    fn every_icon_fills_one_cell() {
        let kinds = ["a.png", "a.mp3", "a.zip", "a.c", "a.pdf", "a.csv", "a"].map(FileKind::of);
        let icons = kinds.map(FileKind::icon);
        for icon in icons.into_iter().chain([FOLDER_ICON, BUCKET_ICON]) {
            assert_eq!(icon.width(), 1, "{icon:?}");
        }
    }
}
