//! Finds the content type of a file by its extension, else by its first bytes.

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
    if let Some(known) = mime_guess::from_path(name).first_raw() {
        return known.to_owned();
    }
    let signature = SIGNATURES.iter().find(|(magic, _)| start.starts_with(magic));
    if let Some((_, known)) = signature {
        return (*known).to_owned();
    }
    if start.len() > 11 && &start[..4] == b"RIFF" && &start[8..12] == b"WEBP" {
        return "image/webp".to_owned();
    }
    if start.len() > 11 && &start[4..8] == b"ftyp" {
        return "video/mp4".to_owned();
    }
    let text = if looks_like_text(start) {
        "text/plain; charset=utf-8"
    } else {
        "application/octet-stream"
    };
    text.to_owned()
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
    fn the_extension_decides_before_the_content() {
        assert_eq!(content_type("a.json", b"\x89PNG\r\n\x1a\n"), "application/json");
        assert_eq!(content_type("picture", b"\x89PNG\r\n\x1a\n...."), "image/png");
        assert_eq!(content_type("clip", b"\0\0\0 ftypisom"), "video/mp4");
        assert_eq!(content_type("README", "grüße\n".as_bytes()), "text/plain; charset=utf-8");
        assert_eq!(content_type("blob", b"\x00\x01\x02"), "application/octet-stream");
        assert_eq!(content_type("empty", b""), "application/octet-stream");
    }
}
