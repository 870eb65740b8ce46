//! Reads where in an object one wants to go: a line, a byte, or a part of the whole.

/// Where to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaceAsked {
    /// A line or a row, counted from 1.
    Line(u64),
    /// Counted from 0.
    Byte(u64),
    /// In hundredths of the whole.
    Part(u8),
}

impl PlaceAsked {
    /// Reads `1200`, `@4096`, `@0x1000` and `50%`.
    ///
    /// # Errors
    /// A sentence; an empty one where nothing is typed.
    pub fn parse(text: &str) -> Result<PlaceAsked, String> {
        let text = text.trim();
        let wrong = || match text.is_empty() {
            true => String::new(),
            false => "type a line like 1200, a byte like @4096, or a part like 50%".to_owned(),
        };
        let plain = text.replace([',', '_'], "");
        if let Some(part) = plain.strip_suffix('%') {
            let part = part.trim().parse().ok().filter(|part| *part <= 100);
            return part.map(PlaceAsked::Part).ok_or_else(wrong);
        }
        if let Some(byte) = plain.strip_prefix('@') {
            let at = match byte.strip_prefix("0x") {
                Some(digits) => u64::from_str_radix(digits, 16).ok(),
                None => byte.parse().ok(),
            };
            return at.map(PlaceAsked::Byte).ok_or_else(wrong);
        }
        plain.parse().ok().filter(|line| *line > 0).map(PlaceAsked::Line).ok_or_else(wrong)
    }

    /// The row of so many that it stands for, counted from 0.
    pub fn row(self, len: usize) -> usize {
        match self {
            PlaceAsked::Line(at) => usize::try_from(at - 1).unwrap_or(usize::MAX),
            PlaceAsked::Byte(at) => usize::try_from(at).unwrap_or(usize::MAX),
            PlaceAsked::Part(part) => len * usize::from(part) / 100,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read() {
        for (text, place) in [
            ("1200", PlaceAsked::Line(1200)),
            (" 1,200 ", PlaceAsked::Line(1200)),
            ("@4096", PlaceAsked::Byte(4096)),
            ("@0x1000", PlaceAsked::Byte(4096)),
            ("50%", PlaceAsked::Part(50)),
        ] {
            assert_eq!(PlaceAsked::parse(text), Ok(place), "{text}");
        }
        assert_eq!(PlaceAsked::parse(""), Err(String::new()));
        for text in ["0", "-1", "101%", "@", "x", "@0xzz"] {
            assert!(PlaceAsked::parse(text).is_err_and(|why| !why.is_empty()), "{text}");
        }
    }
}
