//! Takes fields out of messages of Protocol Buffers.

/// The value of a field as it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

/// The fields of a message; `None` once where it breaks off, and nothing after it.
pub struct Message<'a> {
    rest: &'a [u8],
    broken: bool,
}

impl<'a> Message<'a> {
    pub fn new(bytes: &'a [u8]) -> Message<'a> {
        Message { rest: bytes, broken: false }
    }

    fn field(&mut self) -> Option<(u64, Wire<'a>)> {
        let tag = number(&mut self.rest)?;
        let wire = match tag & 7 {
            0 => Wire::Number(number(&mut self.rest)?),
            1 => Wire::Bytes(self.take(8)?),
            2 => {
                let length = usize::try_from(number(&mut self.rest)?).ok()?;
                Wire::Bytes(self.take(length)?)
            }
            5 => Wire::Bytes(self.take(4)?),
            _ => return None,
        };
        Some((tag >> 3, wire))
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }
}

impl<'a> Iterator for Message<'a> {
    type Item = Option<(u64, Wire<'a>)>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() || self.broken {
            return None;
        }
        let field = self.field();
        self.broken = field.is_none();
        Some(field)
    }
}

/// Numbers that stand one behind the other.
pub fn packed(mut bytes: &[u8]) -> Option<Vec<usize>> {
    let mut numbers = Vec::new();
    while !bytes.is_empty() {
        numbers.push(usize::try_from(number(&mut bytes)?).ok()?);
    }
    Some(numbers)
}

/// A number of variable length.
pub fn number(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}
