//! Finds the content type of a file by its extension, else by its first bytes.

use crate::domain::wrong_type::TypeFinding;

/// How files begin whose type can be told so, beside text.
const SIGNATURES: &[(&[u8], &str)] = &[
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"\x28\xb5\x2f\xfd", "application/zstd"),
    (b"\xfd7zXZ\0", "application/x-xz"),
    (b"BZh", "application/x-bzip2"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"OggS", "application/ogg"),
    (b"fLaC", "audio/flac"),
    (b"ID3", "audio/mpeg"),
    (b"\x1aE\xdf\xa3", "video/x-matroska"),
    (b"SQLite format 3\0", "application/vnd.sqlite3"),
    (b"\0asm", "application/wasm"),
    (b"\x7fELF", "application/x-executable"),
];

/// Bytes of the beginning that [`content_type`] looks at.
pub const SNIFFED: usize = 512;

/// Never empty: `application/octet-stream` where nothing tells more.
pub fn content_type(name: &str, start: &[u8]) -> String {
    by_name(name).or_else(|| by_signature(start)).map_or_else(
        || if looks_like_text(start) { TEXT.to_owned() } else { UNKNOWN.to_owned() },
        str::to_owned,
    )
}

const TEXT: &str = "text/plain; charset=utf-8";
const UNKNOWN: &str = "application/octet-stream";

fn by_name(name: &str) -> Option<&'static str> {
    mime_guess::from_path(name).first_raw()
}

fn by_signature(start: &[u8]) -> Option<&'static str> {
    let signature = SIGNATURES.iter().find(|(magic, _)| start.starts_with(magic));
    if let Some((_, known)) = signature {
        return Some(known);
    }
    if start.len() > 11 && &start[..4] == b"RIFF" && &start[8..12] == b"WEBP" {
        return Some("image/webp");
    }
    (start.len() > 11 && &start[4..8] == b"ftyp").then_some("video/mp4")
}

/// What is wrong with the type of an object; nothing where nobody can tell.
pub fn wrong_type(name: &str, start: &[u8], is: Option<&str>) -> Option<TypeFinding> {
    let (should, named) = match by_name(name) {
        Some(known) => (known, true),
        None => match by_signature(start) {
            Some(known) => (known, false),
            None if looks_like_text(start) => (TEXT, false),
            None => return None,
        },
    };
    // What is packed for the way is of the type that it unpacks to.
    let packed = [".gz", ".br", ".zst"].iter().find_map(|ending| name.strip_suffix(ending));
    let unpacked = packed.and_then(by_name);
    let fits = is.is_some_and(|is| {
        fit(is, should, named) || unpacked.is_some_and(|unpacked| fit(is, unpacked, named))
    });
    let is = is.map(str::to_owned);
    (!fits).then(|| TypeFinding { is, should: should.to_owned(), by_name: named })
}

/// Whether a type will do where another is expected.
fn fit(is: &str, should: &str, named: bool) -> bool {
    let plain = |text: &str| {
        let media = text.split(';').next().unwrap_or_default();
        media.trim().to_ascii_lowercase()
    };
    let (is, should) = (plain(is), plain(should));
    if is == should || are_one_kind(&is, &should) {
        return true;
    }
    // The first bytes of text are those of every kind of text.
    !named && should == "text/plain" && is != UNKNOWN && is != "binary/octet-stream"
}

/// Names of one kind of content.
fn are_one_kind(one: &str, other: &str) -> bool {
    const SAME: [&[&str]; 8] = [
        &["text/javascript", "application/javascript", "application/x-javascript"],
        &["text/xml", "application/xml"],
        &["application/gzip", "application/x-gzip"],
        &["application/zip", "application/x-zip-compressed"],
        &["audio/mpeg", "audio/mp3"],
        &["image/x-icon", "image/vnd.microsoft.icon"],
        &["application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml"],
        &["text/markdown", "text/x-markdown"],
    ];
    SAME.iter().any(|same| same.contains(&one) && same.contains(&other))
}

fn looks_like_text(start: &[u8]) -> bool {
    let valid = match std::str::from_utf8(start) {
        Ok(_) => start.len(),
        // A character may be cut at the end of what was read.
        Err(e) if e.error_len().is_none() => e.valid_up_to(),
        Err(_) => return false,
    };
    let control = |byte: &u8| *byte < 32 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b);
    valid > 0 && !start.iter().any(control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_wrong_where_name_or_first_bytes_tell_another() {
        let wrong = |name, start: &[u8], is| wrong_type(name, start, is);
        let html = wrong("a.html", b"", Some("binary/octet-stream")).unwrap();
        assert_eq!((html.should.as_str(), html.by_name), ("text/html", true));
        let picture = wrong("picture", b"\x89PNG\r\n\x1a\n", Some("text/plain")).unwrap();
        assert_eq!((picture.should.as_str(), picture.by_name), ("image/png", false));
        assert!(wrong("README", b"text", Some("application/octet-stream")).is_some());
        assert!(wrong("README", b"text", None).is_some());
        for (name, start, is) in [
            ("a.html", &b""[..], "Text/HTML; charset=utf-8"),
            ("a.js", b"", "application/javascript"),
            ("a.css.gz", b"", "text/css"),
            ("blob", b"\x00\x01", "image/png"),
            ("README", b"# text", "text/markdown"),
        ] {
            assert_eq!(wrong(name, start, Some(is)), None, "{name}");
        }
    }

    #[test]
    fn the_extension_decides_before_the_content() {
        assert_eq!(content_type("a.json", b"\x89PNG\r\n\x1a\n"), "application/json");
        assert_eq!(content_type("picture", b"\x89PNG\r\n\x1a\n...."), "image/png");
        assert_eq!(content_type("clip", b"\0\0\0 ftypisom"), "video/mp4");
        assert_eq!(content_type("README", "grüße\n".as_bytes()), "text/plain; charset=utf-8");
        assert_eq!(content_type("blob", b"\x00\x01\x02"), "application/octet-stream");
        assert_eq!(content_type("empty", b""), "application/octet-stream");
    }
}
