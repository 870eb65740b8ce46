//! Writes metadata that is not ASCII as RFC 2047 has it, and reads it back.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Headers carry visible ASCII; the rest travels as an encoded word, which S3 and R2 read.
pub fn encode(text: &str) -> String {
    let plain = text.chars().all(|c| c == ' ' || c.is_ascii_graphic());
    if plain { text.to_owned() } else { format!("=?UTF-8?B?{}?=", STANDARD.encode(text)) }
}

/// The text that encoded words stand for; any other text as it is.
pub fn decode(text: &str) -> String {
    if !text.starts_with("=?") {
        return text.to_owned();
    }
    let words = text.split_ascii_whitespace().map(word).collect::<Option<Vec<Vec<u8>>>>();
    let bytes = words.map(|words| words.concat());
    bytes.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_else(|| text.to_owned())
}

fn word(text: &str) -> Option<Vec<u8>> {
    let inner = text.strip_prefix("=?")?.strip_suffix("?=")?;
    let (charset, rest) = inner.split_once('?')?;
    let (form, payload) = rest.split_once('?')?;
    if !charset.eq_ignore_ascii_case("utf-8") {
        return None;
    }
    match form {
        "B" | "b" => STANDARD.decode(payload).ok(),
        "Q" | "q" => quoted(payload),
        _ => None,
    }
}

fn quoted(payload: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut rest = payload.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        match first {
            b'_' => bytes.push(b' '),
            b'=' => {
                let digits = std::str::from_utf8(rest.get(..2)?).ok()?;
                bytes.push(u8::from_str_radix(digits, 16).ok()?);
                rest = &rest[2..];
            }
            other => bytes.push(*other),
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_ascii_comes_back() {
        for text in ["grün", "naïve ☕", "a\tb", "plain text", ""] {
            let encoded = encode(text);
            assert!(encoded.is_ascii() && !encoded.contains('\t'), "{encoded}");
            assert_eq!(decode(&encoded), text);
        }
        assert_eq!(encode("plain text"), "plain text");
    }

    #[test]
    fn servers_encode_in_their_own_ways() {
        assert_eq!(decode("=?UTF-8?Q?gr=C3=BCn_x?="), "grün x");
        assert_eq!(decode("=?utf-8?b?Z3LDvG4=?= =?utf-8?b?IHg=?="), "grün x");
        for text in ["=?latin1?Q?x?=", "=?UTF-8?Q?=ZZ?=", "=?", "=?UTF-8?B?//8=?="] {
            assert_eq!(decode(text), text);
        }
    }
}
