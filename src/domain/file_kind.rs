//! Tells the kind of an object from its name: a picture, an archive, code, a document, media, data.

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
    /// Those that have a name.
    pub const NAMED: [(&str, FileKind); 6] = [
        ("image", FileKind::Image),
        ("media", FileKind::Media),
        ("archive", FileKind::Archive),
        ("code", FileKind::Code),
        ("document", FileKind::Document),
        ("data", FileKind::Data),
    ];

    pub fn of(name: &str) -> FileKind {
        extension(name.as_bytes()).map_or(FileKind::Plain, FileKind::of_extension_bytes)
    }

    /// As [`FileKind::of`], of what [`extension`] gives.
    pub fn of_extension_bytes(extension: &[u8]) -> FileKind {
        let mut lower = [0; LONGEST];
        let Some(lower) = lower.get_mut(..extension.len()) else { return FileKind::Plain };
        lower.copy_from_slice(extension);
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

    /// The kind of this name: `image`.
    pub fn named(text: &str) -> Option<FileKind> {
        FileKind::NAMED.iter().find(|(name, _)| *name == text).map(|(_, kind)| *kind)
    }
}

/// What follows the last dot of a name; `None` where there is none, or where it is longer than any
/// that is known.
pub fn extension(name: &[u8]) -> Option<&[u8]> {
    let end = &name[name.len().saturating_sub(LONGEST + 1)..];
    let dot = end.iter().rposition(|byte| *byte == b'.')?;
    end.get(dot + 1..)
}

#[cfg(test)]
mod tests {
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
    fn a_kind_is_found_by_its_name() {
        assert_eq!(FileKind::named("image"), Some(FileKind::Image));
        assert_eq!(FileKind::named("plain"), None);
    }
}
