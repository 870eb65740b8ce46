//! Turns keys into local names and back, losing nothing.
//!
//! A key is split on `/`. A segment that cannot be a local name is written with `%XX` for the bytes
//! in question; an empty segment is `%`; one longer than 255 bytes goes on in a folder whose name
//! ends in `%+`. A `%` of the key itself becomes `%25` only where it could be read as one of these.

use std::fmt::Write;
use std::hash::{BuildHasher, Hasher, RandomState};

/// The longest name file systems take, in bytes.
const MAX_NAME: usize = 255;

/// Where a longer segment is cut, so that its end mark and its part file's name fit.
const CUT: usize = 220;

/// The end of a folder's name whose segment goes on with the next name.
pub const GOES_ON: &str = "%+";

/// Local names of the folders and the file of a key's relative part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalName {
    pub folders: Vec<String>,
    pub name: String,
    /// Some name differs from the key's segment.
    pub encoded: bool,
    /// One does because another object of the download has that name to the disk.
    pub gave_way: bool,
}

impl LocalName {
    pub fn of(relative: &str) -> LocalName {
        let mut folders = Vec::new();
        let mut encoded = false;
        for segment in relative.split('/') {
            let name = encode(segment);
            encoded |= name != segment;
            let mut rest = name.as_str();
            while rest.len() > MAX_NAME {
                let cut = cut_at(rest);
                folders.push(format!("{}{GOES_ON}", &rest[..cut]));
                rest = &rest[cut..];
                encoded = true;
            }
            folders.push(rest.to_owned());
        }
        let name = folders.pop().unwrap_or_default();
        LocalName { folders, name, encoded, gave_way: false }
    }

    /// The key's relative part that these names stand for.
    pub fn relative(&self) -> String {
        let mut relative = String::new();
        for name in &self.folders {
            if let Some(piece) = name.strip_suffix(GOES_ON) {
                relative.push_str(piece);
            } else {
                relative.push_str(name);
                relative.push('/');
            }
        }
        relative.push_str(&self.name);
        relative.split('/').map(decode).collect::<Vec<_>>().join("/")
    }

    /// The path below the folder, for people.
    pub fn shown(&self) -> String {
        self.folders.iter().chain([&self.name]).map(String::as_str).collect::<Vec<_>>().join("/")
    }
}

/// The end of the name of a file that is not whole yet.
const PART: &str = ".windlass-part";

/// `.name.3f9c01aa.windlass-part`. Never the same twice, so that a name in a journal is of one file
/// or of none, and whoever removes it removes no other process's.
pub fn part_name(name: &str) -> String {
    let most = 255 - PART.len() - 10;
    let cut = (0..=most.min(name.len())).rev().find(|at| name.is_char_boundary(*at)).unwrap_or(0);
    let random = RandomState::new().build_hasher().finish() & 0xffff_ffff;
    format!(".{}.{random:08x}{PART}", &name[..cut])
}

/// A place to cut that splits neither a character nor a `%XX`, and does not start the rest with a
/// mark.
fn cut_at(text: &str) -> usize {
    let fits = |at: &usize| {
        text.is_char_boundary(*at) && !text.as_bytes()[at.saturating_sub(3)..*at].contains(&b'%')
    };
    (1..=CUT)
        .rev()
        .find(fits)
        .or_else(|| (1..=CUT).rev().find(|at| text.is_char_boundary(*at)))
        .unwrap_or(CUT)
}

fn encode(segment: &str) -> String {
    match segment {
        "" => return "%".to_owned(),
        "." => return "%2E".to_owned(),
        ".." => return "%2E%2E".to_owned(),
        _ => {}
    }
    let mut name = String::with_capacity(segment.len());
    for (at, character) in segment.char_indices() {
        if character.is_control() || reserved(character) {
            let mut bytes = [0; 4];
            for byte in character.encode_utf8(&mut bytes).bytes() {
                let _ = write!(name, "%{byte:02X}");
            }
        } else if character == '%' && ambiguous(segment, at) {
            name.push_str("%25");
        } else {
            name.push(character);
        }
    }
    name
}

/// On Windows these part or address paths; elsewhere they are ordinary.
fn reserved(character: char) -> bool {
    cfg!(windows) && matches!(character, '\\' | ':' | '<' | '>' | '"' | '|' | '?' | '*')
}

fn ambiguous(segment: &str, at: usize) -> bool {
    let rest = &segment.as_bytes()[at + 1..];
    let escape = rest.len() >= 2 && rest[..2].iter().all(|byte| upper_hex(*byte));
    let lone = segment == "%";
    escape || lone || rest == b"+"
}

fn upper_hex(byte: u8) -> bool {
    byte.is_ascii_digit() || (b'A'..=b'F').contains(&byte)
}

/// The segment of a key that a name stands for.
pub fn decode(name: &str) -> String {
    if name == "%" {
        return String::new();
    }
    let bytes = name.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escape = bytes[at] == b'%'
            && bytes.len() >= at + 3
            && bytes[at + 1..at + 3].iter().all(|byte| upper_hex(*byte));
        if escape {
            decoded.push(u8::from_str_radix(&name[at + 1..at + 3], 16).unwrap_or(b'%'));
            at += 3;
        } else {
            decoded.push(bytes[at]);
            at += 1;
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ordinary_names_stay_as_they_are() {
        for key in ["a.txt", "a/b c/ü+%.txt", "100%", "50% off", "a%1b", ".hidden", "..."] {
            let local = LocalName::of(key);
            assert!(!local.encoded, "{key}");
            assert_eq!(local.relative(), key);
        }
    }

    #[test]
    fn names_that_cannot_be_local_are_written_so_that_they_can_be_read_back() {
        let shown = |key: &str| LocalName::of(key).shown();
        assert_eq!(shown("../../x"), "%2E%2E/%2E%2E/x");
        assert_eq!(shown("/etc/x"), "%/etc/x");
        assert_eq!(shown("a//b"), "a/%/b");
        assert_eq!(shown("a\u{1b}[2Jb"), "a%1B[2Jb");
        assert_eq!(shown("a\0b"), "a%00b");
        assert_eq!(shown("%"), "%25");
        assert_eq!(shown("%1B"), "%251B");
        assert_eq!(shown("./."), "%2E/%2E");
    }

    proptest! {
        #[test]
        fn every_key_comes_back_from_its_local_name(
            key in r"([%/.+0-9A-F\x00-\x1f]|[a-z]|é|𝄞|(a{200})|(%41)|(é{130})){0,14}"
        ) {
            let local = LocalName::of(&key);
            prop_assert_eq!(local.relative(), key);
            for name in local.folders.iter().chain([&local.name]) {
                prop_assert!(!name.is_empty() && name.len() <= MAX_NAME);
                prop_assert!(name != "." && name != ".." && !name.contains(['/', '\0']));
            }
        }

        #[test]
        fn two_keys_never_share_a_local_name(a in "[%/.A2E+a]{0,6}", b in "[%/.A2E+a]{0,6}") {
            prop_assert_eq!(a == b, LocalName::of(&a).shown() == LocalName::of(&b).shown());
        }
    }
}
