//! Reads the headers of tar archives: the fields of a block, and the records of an extended header.

/// Headers and bodies fill up blocks of so many bytes.
pub const BLOCK: usize = 512;

pub type Block = [u8; BLOCK];

/// Whether a block is a header that adds up (POSIX.1-1988, 10.1.1; some writers add signed bytes).
pub fn is_header(block: &[u8]) -> bool {
    if block.len() < BLOCK {
        return false;
    }
    let Some(stated) = number(&block[148..156]) else { return false };
    let blank = |at: usize, byte: u8| if (148..156).contains(&at) { b' ' } else { byte };
    let bytes = || block[..BLOCK].iter().enumerate().map(|(at, byte)| blank(at, *byte));
    let unsigned: u64 = bytes().map(u64::from).sum();
    let signed: i64 = bytes().map(|byte| i64::from(byte.cast_signed())).sum();
    stated == unsigned || i64::try_from(stated).is_ok_and(|stated| stated == signed)
}

/// Octal digits, or a number of base 256 where the first bit is set (GNU). An empty field is 0.
pub fn number(field: &[u8]) -> Option<u64> {
    match field {
        [0x80, rest @ ..] => rest.iter().try_fold(0_u64, |number, byte| {
            number.checked_mul(256).and_then(|number| number.checked_add(u64::from(*byte)))
        }),
        [first, ..] if *first > 0x80 => None,
        _ => {
            let text = until_nul(field).trim_ascii();
            let digit = |byte: &u8| matches!(byte, b'0'..=b'7').then(|| u64::from(byte - b'0'));
            text.iter().try_fold(0_u64, |number, byte| {
                number.checked_mul(8).and_then(|number| number.checked_add(digit(byte)?))
            })
        }
    }
}

pub fn until_nul(field: &[u8]) -> &[u8] {
    let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
    &field[..end]
}

/// The name in a header, its prefix before it where the header is POSIX's.
pub fn name(block: &Block) -> Vec<u8> {
    let name = until_nul(&block[..100]);
    let prefix = until_nul(&block[345..500]);
    if &block[257..263] == b"ustar\0" && !prefix.is_empty() {
        return [prefix, b"/", name].concat();
    }
    name.to_owned()
}

/// The records of an extended header (pax): `17 path=a/b\n`. `None` where they are none.
pub fn records(mut body: &[u8]) -> Option<Vec<(&[u8], &[u8])>> {
    let mut records = Vec::new();
    while !until_nul(body).is_empty() {
        let space = body.iter().take(21).position(|byte| *byte == b' ')?;
        let length: usize = std::str::from_utf8(&body[..space]).ok()?.parse().ok()?;
        let record = body.get(space + 1..length)?.strip_suffix(b"\n")?;
        let equals = record.iter().position(|byte| *byte == b'=')?;
        records.push((&record[..equals], &record[equals + 1..]));
        body = &body[length..];
    }
    Some(records)
}

/// A decimal number.
pub fn decimal(text: &[u8]) -> Option<u64> {
    std::str::from_utf8(text).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_octal_or_of_base_256() {
        assert_eq!(number(b"0000644\0"), Some(0o644));
        assert_eq!(number(b"   644 \0"), Some(0o644));
        assert_eq!(number(b"\0\0\0"), Some(0));
        assert_eq!(number(b"\x80\0\0\0\0\0\0\x02\0\0\0\0"), Some(0x0002_0000_0000));
        assert_eq!(number(b"\x80\x01\0\0\0\0\0\0\0\0\0\0"), None, "too large");
        assert_eq!(number(b"\xff\xff\xff\xff"), None, "negative");
        assert_eq!(number(b"7778"), None);
        assert_eq!(number(b"77777777777777777777777"), None);
    }

    #[test]
    fn records_are_as_long_as_they_say_or_none() {
        assert_eq!(records(b"9 path=a\n"), Some(vec![(&b"path"[..], &b"a"[..])]));
        assert_eq!(records(b"").as_deref(), Some(&[][..]));
        let two = records(b"9 path=a\n11 size=12\n\0\0").unwrap();
        assert_eq!(two[1], (&b"size"[..], &b"12"[..]));
        for bad in ["9 path=a", "8 path=a\n", "0 a=b\n", "x", "7 nope\n", "99999999999 a=b\n"] {
            assert_eq!(records(bad.as_bytes()), None, "{bad}");
        }
    }
}
