//! Writes what shows a picture by the inline images of iTerm2.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Shows a PNG in so many cells, from the cursor on.
pub fn inline_image(png: &[u8], (columns, lines): (u16, u16)) -> String {
    let (size, text) = (png.len(), STANDARD.encode(png));
    format!(
        "\x1b]1337;File=inline=1;size={size};width={columns};height={lines};\
         preserveAspectRatio=1;doNotMoveCursor=1:{text}\x07"
    )
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// The keys and the bytes.
    pub fn received(sequence: &str) -> (String, Vec<u8>) {
        let inside =
            sequence.strip_prefix("\x1b]1337;File=").unwrap().strip_suffix('\x07').unwrap();
        let (keys, text) = inside.split_once(':').unwrap();
        (keys.to_owned(), STANDARD.decode(text).unwrap())
    }

    #[test]
    fn an_image_says_its_size_and_its_cells() {
        let (keys, bytes) = received(&inline_image(b"a picture", (30, 10)));
        assert_eq!(bytes, b"a picture");
        for key in ["inline=1", "size=9", "width=30", "height=10", "doNotMoveCursor=1"] {
            assert!(keys.split(';').any(|each| each == key), "{key} in {keys}");
        }
    }
}
