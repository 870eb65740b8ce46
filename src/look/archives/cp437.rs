//! Reads names in code page 437, which zip archives use where nothing says otherwise.

/// What the bytes from 0x80 on stand for.
const UPPER: &str = concat!(
    "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒ",
    "áíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐",
    "└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀",
    "αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}",
);

pub fn decode(bytes: &[u8]) -> String {
    let upper: Vec<char> = UPPER.chars().collect();
    let letter = |byte: &u8| match byte.checked_sub(0x80) {
        Some(at) => upper.get(usize::from(at)).copied().unwrap_or(char::REPLACEMENT_CHARACTER),
        None => char::from(*byte),
    };
    bytes.iter().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_a_letter_of_its_own() {
        let all: Vec<u8> = (0..=255).collect();
        let decoded = decode(&all);
        let letters: std::collections::BTreeSet<char> = decoded.chars().collect();
        assert_eq!(letters.len(), 256);
        assert_eq!(decode(b"M\x81ller \xe1.txt"), "Müller ß.txt");
        assert_eq!(decode(b"\x80\xff"), "Ç\u{a0}");
    }
}
