//! Draws a text as a QR code in half blocks.

use qrcodegen::{QrCode, QrCodeEcc};

/// Modules of white around a code; the standard asks for four, readers take two.
const QUIET: i32 = 2;

/// The lines of the code, dark on light: print them black on white. `None` where the text is
/// longer than a code can be, 2,953 bytes.
pub fn qr_lines(text: &str) -> Option<Vec<String>> {
    let code = QrCode::encode_text(text, QrCodeEcc::Low).ok()?;
    let (from, to) = (-QUIET, code.size() + QUIET);
    let rows = (from..to).step_by(2).map(|y| {
        let cell = |x| match (code.get_module(x, y), code.get_module(x, y + 1)) {
            (true, true) => '█',
            (true, false) => '▀',
            (false, true) => '▄',
            (false, false) => ' ',
        };
        (from..to).map(cell).collect()
    });
    Some(rows.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_square_with_its_three_corners() {
        let lines = qr_lines("https://h/k").unwrap();
        let width = lines[0].chars().count();
        assert!(lines.iter().all(|line| line.chars().count() == width));
        assert_eq!(lines.len(), width.div_ceil(2));
        let corner: String = lines[1].chars().skip(2).take(7).collect();
        assert_eq!(corner, "█▀▀▀▀▀█");
        let other: String = lines[1].chars().skip(width - 9).take(7).collect();
        assert_eq!(other, corner);
    }

    #[test]
    fn a_text_that_is_too_long_has_no_code() {
        assert_eq!(qr_lines(&"x".repeat(3000)), None);
        assert!(qr_lines(&"x".repeat(2953)).is_some());
    }
}
