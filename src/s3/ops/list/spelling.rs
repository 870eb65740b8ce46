//! Lists the ways a server may encode a name in a listing, and decodes each.

use std::borrow::Cow;

use memchr::memchr2;
use percent_encoding::percent_decode_str;

/// A set of ways to write a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spellings(u8);

impl Spellings {
    /// As the name is.
    pub const PLAIN: Spellings = Spellings(1);
    /// Encoded as in the path of a URL: a `+` is a plus.
    pub const PERCENT: Spellings = Spellings(2);
    /// Encoded as in a form: a `+` is a space.
    pub const FORM: Spellings = Spellings(4);
    pub const ALL: Spellings = Spellings(7);

    const EACH: [Spellings; 3] = [Spellings::PLAIN, Spellings::PERCENT, Spellings::FORM];

    /// What both allow, where they allow anything in common.
    pub fn and(self, other: Spellings) -> Option<Spellings> {
        let both = Spellings(self.0 & other.0);
        (both.0 != 0).then_some(both)
    }

    fn or(self, other: Spellings) -> Spellings {
        Spellings(self.0 | other.0)
    }

    /// The name that `text` stands for in a single spelling; `None` where nobody would write it so.
    fn read(self, text: &str) -> Option<Cow<'_, str>> {
        match self {
            Spellings::PLAIN => Some(Cow::Borrowed(text)),
            _ if !may_be_encoded(text) => None,
            Spellings::FORM if text.contains('+') => {
                let spaced = text.replace('+', " ");
                let decoded = percent_decode_str(&spaced).decode_utf8().ok()?;
                Some(Cow::Owned(decoded.into_owned()))
            }
            _ => percent_decode_str(text).decode_utf8().ok(),
        }
    }
}

/// One name that a text may stand for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    pub name: String,
    /// The spellings in which the text is this name.
    pub by: Spellings,
}

/// Every name that `text` stands for in one of `allowed` and that `fits`. One alone is certain,
/// none is no name here.
pub fn readings(text: &str, allowed: Spellings, fits: impl Fn(&str) -> bool) -> Vec<Reading> {
    let mut found: Vec<Reading> = Vec::with_capacity(1);
    if is_itself(text) {
        if fits(text) {
            found.push(Reading { name: text.to_owned(), by: allowed });
        }
        return found;
    }
    for spelling in Spellings::EACH.into_iter().filter(|one| allowed.and(*one).is_some()) {
        let Some(name) = spelling.read(text).filter(|name| fits(name)) else { continue };
        match found.iter_mut().find(|known| known.name == name) {
            Some(known) => known.by = known.by.or(spelling),
            None => found.push(Reading { name: name.into_owned(), by: spelling }),
        }
    }
    found
}

/// Whether a text is the same name in every spelling.
pub fn is_itself(text: &str) -> bool {
    memchr2(b'%', b'+', text.as_bytes()).is_none()
}

/// Whether an encoder can have written this: each leaves no space, no control character and no lone
/// `%`.
fn may_be_encoded(text: &str) -> bool {
    let bytes = text.as_bytes();
    let escape = |at: usize| {
        bytes.get(at + 1..at + 3).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit))
    };
    bytes.iter().enumerate().all(|(at, byte)| match byte {
        b'%' => escape(at),
        byte => *byte > b' ' && *byte != 0x7f,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str, prefix: &str) -> Vec<String> {
        let found = readings(text, Spellings::ALL, |name| name.starts_with(prefix));
        found.into_iter().map(|reading| reading.name).collect()
    }

    #[test]
    fn a_name_without_signs_of_encoding_is_itself_in_every_spelling() {
        assert_eq!(names("p/a b/é", "p/"), ["p/a b/é"]);
        assert!(names("q/x", "p/").is_empty());
    }

    #[test]
    fn each_spelling_has_its_own_name() {
        assert_eq!(names("a+b", ""), ["a+b", "a b"]);
        assert_eq!(names("a%2Fb", ""), ["a%2Fb", "a/b"]);
        assert_eq!(names("a+%2B", ""), ["a+%2B", "a++", "a +"]);
    }

    #[test]
    fn what_no_encoder_leaves_is_plain() {
        for plain in ["100%", "50%/", "a b+c", "%zz", "a\n+", "%"] {
            assert_eq!(names(plain, ""), [plain]);
        }
        // Bytes that are no text are nobody's encoding of a key.
        assert_eq!(names("%ff", ""), ["%ff"]);
    }

    #[test]
    fn the_prefix_tells_where_it_is_written_otherwise() {
        assert_eq!(names("pfx/C%2B%2B/x", "pfx/C++/"), ["pfx/C++/x"]);
        assert_eq!(names("pfx/C++/x", "pfx/C++/"), ["pfx/C++/x"]);
        assert_eq!(names("50%2525/x", "50%25/"), ["50%25/x"]);
        assert_eq!(names("p+q/a%20b", "p q/"), ["p q/a b"]);
    }

    #[test]
    fn what_was_learned_of_a_server_holds_for_the_next_name() {
        let by = readings("a%2Fb", Spellings::ALL, |_| true)[1].by;
        let found = readings("50%25+", by, |_| true);
        assert_eq!(
            found.iter().map(|reading| &*reading.name).collect::<Vec<_>>(),
            ["50%+", "50% "]
        );
        assert_eq!(Spellings::PLAIN.and(by), None);
    }
}
