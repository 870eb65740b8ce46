//! Walks through the elements of a document whose outline is known.

use std::borrow::Cow;

use memchr::{memchr3, memmem};

use crate::s3::ops::list::scan::outside::{self, Prolog};
use crate::s3::ops::list::scan::references;
use crate::s3::sdk::guard::fault::ResponseFault;

const CDATA: &str = "<![CDATA[";

/// A document, and how far it is read.
pub struct Markup<'a> {
    text: &'a str,
    at: usize,
    root: &'a str,
}

/// The start of an element.
pub struct Tag<'a> {
    /// With the prefix of its namespace, as it ends.
    name: &'a [u8],
    pub local: &'a [u8],
    empty: bool,
}

/// Bytes of a name, where what is no ASCII is not told apart. A colon is looked at by itself.
const OF_A_NAME: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0_u8;
    loop {
        let other = matches!(byte, b'_' | b'-' | b'.' | 0x80..);
        table[byte as usize] = other || byte.is_ascii_alphanumeric();
        if byte == u8::MAX {
            break table;
        }
        byte += 1;
    }
};

impl Tag<'_> {
    pub fn told(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(self.local)
    }
}

impl<'a> Markup<'a> {
    /// The first element of a document, where it is one of `roots`.
    pub fn open(
        body: &'a [u8],
        roots: &[&str],
    ) -> Result<Option<(Markup<'a>, Tag<'a>)>, ResponseFault> {
        let known = |prolog: &Prolog<'_>| roots.iter().any(|root| root.as_bytes() == prolog.root);
        let Some(prolog) = outside::prolog(body).filter(known) else { return Ok(None) };
        let mut markup = Markup::behind(body, prolog)?;
        let root = markup.start()?;
        Ok(Some((markup, root)))
    }

    fn behind(body: &'a [u8], prolog: Prolog<'a>) -> Result<Markup<'a>, ResponseFault> {
        let root = std::str::from_utf8(prolog.root).unwrap_or_default();
        let text = std::str::from_utf8(body).map_err(|error| match error.error_len() {
            None => ResponseFault::Cut(format!("<{root}> is not closed")),
            Some(_) => ResponseFault::strange("it is not UTF-8"),
        })?;
        if prolog.has_document_type {
            return Err(ResponseFault::strange("it has a document type"));
        }
        if !prolog.is_unicode && !text.is_ascii() {
            return Err(ResponseFault::strange("it is of another encoding than UTF-8"));
        }
        if holds_forbidden(text) {
            return Err(ResponseFault::strange("it has a character that no document may have"));
        }
        Ok(Markup { text, at: prolog.end, root })
    }

    /// How far it is read.
    #[inline]
    pub fn place(&self) -> usize {
        self.at
    }

    pub fn go_back(&mut self, place: usize) {
        self.at = place;
    }

    /// What was read from a place on.
    pub fn since(&self, place: usize) -> &'a [u8] {
        &self.bytes()[place..self.at]
    }

    /// Passes these bytes, if they are here.
    #[inline]
    pub fn passes(&mut self, bytes: &[u8]) -> bool {
        let passes = self.bytes()[self.at..].starts_with(bytes);
        if passes {
            self.at += bytes.len();
        }
        passes
    }

    /// The next element in `parent`, whose end is passed where there is none.
    pub fn child(&mut self, parent: &Tag<'a>) -> Result<Option<Tag<'a>>, ResponseFault> {
        if parent.empty {
            return Ok(None);
        }
        loop {
            self.at = outside::past_blanks(self.bytes(), self.at);
            match self.bytes().get(self.at..) {
                Some([b'<', b'/', ..]) => {
                    self.end(parent.name)?;
                    return Ok(None);
                }
                Some([b'<', b'!' | b'?', ..]) => {
                    if self.aside()?.is_some() {
                        return Err(beside());
                    }
                }
                Some([b'<', ..]) => return self.start().map(Some),
                Some([_, ..]) => return Err(beside()),
                _ => return Err(self.cut()),
            }
        }
    }

    /// The text of an element that has nothing else, whose end is passed.
    pub fn text(&mut self, tag: &Tag<'a>) -> Result<Cow<'a, str>, ResponseFault> {
        if tag.empty {
            return Ok(Cow::Borrowed(""));
        }
        let text = self.run()?;
        if self.is_end(tag.name) {
            return Ok(text);
        }
        self.rest_of_text(tag, text.into_owned())
    }

    #[cold]
    fn rest_of_text(
        &mut self,
        tag: &Tag<'a>,
        mut text: String,
    ) -> Result<Cow<'a, str>, ResponseFault> {
        loop {
            match self.bytes().get(self.at..) {
                Some([b'<', b'/', ..]) => {
                    self.end(tag.name)?;
                    return Ok(Cow::Owned(text));
                }
                Some([b'<', b'!' | b'?', ..]) => text.push_str(self.aside()?.unwrap_or_default()),
                Some([b'<', _, ..]) => {
                    return Err(ResponseFault::strange(format!("<{}> has an element", tag.told())));
                }
                _ => return Err(self.cut()),
            }
            text.push_str(&self.run()?);
        }
    }

    /// Passes an element whatever is in it.
    pub fn skip(&mut self, tag: &Tag<'a>) -> Result<(), ResponseFault> {
        if tag.empty {
            return Ok(());
        }
        let mut name = tag.name;
        let mut outer: Vec<&'a [u8]> = Vec::new();
        loop {
            self.pass_run()?;
            match self.bytes().get(self.at + 1) {
                Some(b'/') => {
                    self.end(name)?;
                    match outer.pop() {
                        Some(outer) => name = outer,
                        None => return Ok(()),
                    }
                }
                Some(b'!' | b'?') => drop(self.aside()?),
                Some(_) => {
                    let inner = self.start()?;
                    if !inner.empty {
                        outer.push(name);
                        name = inner.name;
                    }
                }
                None => return Err(self.cut()),
            }
        }
    }

    /// Nothing is behind the first element that has a meaning.
    pub fn finish(mut self) -> Result<(), ResponseFault> {
        loop {
            self.at = outside::past_blanks(self.bytes(), self.at);
            match self.bytes().get(self.at..) {
                None | Some([]) => return Ok(()),
                Some([b'<', b'!' | b'?', ..]) => {
                    if self.aside()?.is_some() {
                        return Err(beside());
                    }
                }
                Some([b'<', ..]) => {
                    return Err(ResponseFault::strange("it has two first elements"));
                }
                Some(_) => return Err(beside()),
            }
        }
    }

    /// Reads the start of the element that begins here.
    #[inline]
    fn start(&mut self) -> Result<Tag<'a>, ResponseFault> {
        self.at += 1;
        let (name, local) = self.name()?;
        let empty = match self.bytes().get(self.at) {
            Some(b'>') => {
                self.at += 1;
                false
            }
            _ => self.attributes()?,
        };
        Ok(Tag { name, local, empty })
    }

    /// A name that begins here, and what of it is behind the prefix of its namespace.
    #[inline]
    fn name(&mut self) -> Result<(&'a [u8], &'a [u8]), ResponseFault> {
        let rest = &self.bytes()[self.at..];
        let length = length_of_name(rest);
        self.at += length;
        match rest.get(length) {
            Some(b':') => self.prefixed_name(rest, length),
            Some(_) if is_name(&rest[..length]) => Ok((&rest[..length], &rest[..length])),
            Some(_) => Err(nameless()),
            None => Err(self.cut()),
        }
    }

    #[cold]
    fn prefixed_name(
        &mut self,
        rest: &'a [u8],
        prefix: usize,
    ) -> Result<(&'a [u8], &'a [u8]), ResponseFault> {
        let behind = &rest[prefix + 1..];
        let length = length_of_name(behind);
        self.at += 1 + length;
        match behind.get(length) {
            None => Err(self.cut()),
            Some(end) if *end != b':' && is_name(&rest[..prefix]) && is_name(&behind[..length]) => {
                Ok((&rest[..prefix + 1 + length], &behind[..length]))
            }
            Some(_) => Err(nameless()),
        }
    }

    /// The rest of a start, and whether the element ends with it. What attributes say is not
    /// wanted.
    #[cold]
    fn attributes(&mut self) -> Result<bool, ResponseFault> {
        loop {
            let blanks = outside::past_blanks(self.bytes(), self.at);
            let apart = blanks > self.at;
            self.at = blanks;
            match self.bytes().get(self.at..) {
                Some([b'>', ..]) => {
                    self.at += 1;
                    return Ok(false);
                }
                Some([b'/', b'>', ..]) => {
                    self.at += 2;
                    return Ok(true);
                }
                None | Some([] | [b'/']) => return Err(self.cut()),
                Some(_) if !apart => return Err(ResponseFault::strange("an element does not end")),
                Some(_) => self.attribute()?,
            }
        }
    }

    fn attribute(&mut self) -> Result<(), ResponseFault> {
        self.name()?;
        self.at = outside::past_blanks(self.bytes(), self.at);
        match self.bytes().get(self.at) {
            Some(b'=') => self.at = outside::past_blanks(self.bytes(), self.at + 1),
            Some(_) => return Err(ResponseFault::strange("an attribute has no value")),
            None => return Err(self.cut()),
        }
        let quote = match self.bytes().get(self.at) {
            Some(quote @ (b'"' | b'\'')) => *quote,
            Some(_) => return Err(ResponseFault::strange("an attribute has no quotes")),
            None => return Err(self.cut()),
        };
        self.at += 1;
        loop {
            let rest = &self.bytes()[self.at..];
            let Some(found) = memchr3(quote, b'<', b'&', rest) else { return Err(self.cut()) };
            self.at += found;
            match rest[found] {
                b'<' => return Err(ResponseFault::strange("an attribute does not end")),
                b'&' => self.at += self.reference()?,
                _ => {
                    self.at += 1;
                    return Ok(());
                }
            }
        }
    }

    /// The text before the next `<`.
    #[inline]
    pub fn run(&mut self) -> Result<Cow<'a, str>, ResponseFault> {
        let from = self.at;
        let referring = self.pass_run()?;
        let text = &self.text[from..self.at];
        if referring { references::decoded(text).map(Cow::Owned) } else { Ok(Cow::Borrowed(text)) }
    }

    /// Passes the text before the next `<`, and says whether there are references in it.
    pub fn pass_run(&mut self) -> Result<bool, ResponseFault> {
        let bytes = self.bytes();
        let mut referring = false;
        loop {
            let Some(found) = memchr3(b'<', b'&', b'>', &bytes[self.at..]) else {
                return Err(self.cut());
            };
            self.at += found;
            match bytes[self.at] {
                b'<' => return Ok(referring),
                b'&' => {
                    self.at += self.reference()?;
                    referring = true;
                }
                _ if bytes[..self.at].ends_with(b"]]") => {
                    return Err(ResponseFault::strange("a text has the end of a CDATA section"));
                }
                _ => self.at += 1,
            }
        }
    }

    /// The length of the reference that begins here.
    fn reference(&self) -> Result<usize, ResponseFault> {
        match references::first(&self.text[self.at..])? {
            Some((_, length)) => Ok(length),
            None => Err(self.cut()),
        }
    }

    /// Passes a comment, an instruction or a CDATA section, and gives the text of the last.
    #[cold]
    fn aside(&mut self) -> Result<Option<&'a str>, ResponseFault> {
        let rest = &self.text[self.at..];
        let Some(inside) = rest.strip_prefix(CDATA) else {
            let cut = || self.cut();
            let length = outside::aside(rest.as_bytes()).map_err(|end| end.fault(cut))?;
            self.at += length;
            return Ok(None);
        };
        let end = memmem::find(inside.as_bytes(), b"]]>").ok_or_else(|| self.cut())?;
        self.at += CDATA.len() + end + "]]>".len();
        Ok(Some(&inside[..end]))
    }

    /// Passes the end of an element of this name, if it is here and written as S3 writes it.
    #[inline]
    fn is_end(&mut self, name: &[u8]) -> bool {
        let [b'<', b'/', rest @ ..] = &self.bytes()[self.at..] else { return false };
        let is_end = rest.get(name.len()) == Some(&b'>') && rest[..name.len()] == *name;
        if is_end {
            self.at += name.len() + "</>".len();
        }
        is_end
    }

    fn end(&mut self, name: &[u8]) -> Result<(), ResponseFault> {
        if self.is_end(name) {
            return Ok(());
        }
        self.at += "</".len();
        let (ended, _) = self.name()?;
        self.at = outside::past_blanks(self.bytes(), self.at);
        match self.bytes().get(self.at) {
            Some(b'>') if ended == name => {
                self.at += 1;
                Ok(())
            }
            Some(_) => {
                let name = String::from_utf8_lossy(name);
                Err(ResponseFault::strange(format!("<{name}> ends as another element")))
            }
            None => Err(self.cut()),
        }
    }

    #[inline]
    fn bytes(&self) -> &'a [u8] {
        self.text.as_bytes()
    }

    #[cold]
    fn cut(&self) -> ResponseFault {
        ResponseFault::Cut(format!("<{}> is not closed", self.root))
    }
}

#[cold]
fn beside() -> ResponseFault {
    ResponseFault::strange("it has text beside elements")
}

#[cold]
fn nameless() -> ResponseFault {
    ResponseFault::strange("it has an element or an attribute without a name")
}

#[inline]
fn length_of_name(rest: &[u8]) -> usize {
    rest.iter().position(|byte| !OF_A_NAME[usize::from(*byte)]).unwrap_or(rest.len())
}

/// Whether bytes of names are one (XML 1.0, Name).
#[inline]
fn is_name(name: &[u8]) -> bool {
    let begins = |byte: &u8| byte.is_ascii_alphabetic() || *byte == b'_' || *byte >= 0x80;
    name.first().is_some_and(begins) && (name.is_ascii() || is_name_beyond_ascii(name))
}

#[cold]
fn is_name_beyond_ascii(name: &[u8]) -> bool {
    let within = |character: char| {
        let combining = matches!(character, '\u{300}'..='\u{36f}');
        combining || matches!(character, '\u{b7}' | '\u{203f}'..='\u{2040}')
    };
    let begins = |character: char| {
        character.is_ascii()
            || matches!(
                character,
                '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}'
                    | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}' | '\u{200c}'..='\u{200d}'
                    | '\u{2070}'..='\u{218f}' | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}'
                    | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}'
                    | '\u{10000}'..='\u{effff}'
            )
    };
    let Ok(name) = std::str::from_utf8(name) else { return false };
    name.starts_with(begins) && name.chars().all(|one| begins(one) || within(one))
}

/// Whether there is a character that XML 1.0 has in no document (Char).
fn holds_forbidden(text: &str) -> bool {
    let control = |byte: u8| byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r');
    let bytes = text.as_bytes();
    // Without a way out of the loop, so that it is done for many bytes at once.
    bytes.iter().fold(0, |bad, byte| bad | u8::from(control(*byte))) != 0
        || !text.is_ascii()
            && ["\u{fffe}", "\u{ffff}"]
                .iter()
                .any(|not| memmem::find(bytes, not.as_bytes()).is_some())
}
