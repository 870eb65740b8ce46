//! A body to send is in memory, or is read where it is, once for each try.

use std::fmt;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};

use crate::domain::error::Error;

/// Bytes of a body that are handled at once.
pub const PIECE: usize = 256 << 10;

/// Bytes that stay where they are until they are sent. Called on threads that may block.
pub trait Content: fmt::Debug + Send + Sync {
    /// Bytes of all of it.
    fn size(&self) -> u64;

    /// Fills `into` with the bytes from `offset` on.
    fn read(&self, offset: u64, into: &mut [u8]) -> Result<(), Error>;
}

/// What a PUT or a part sends.
#[derive(Clone, Debug)]
pub enum Body {
    /// In memory, in the order of the bytes.
    Held(Arc<[Bytes]>),
    /// Read when it is sent, twice: its digest goes ahead of it.
    Elsewhere(Arc<dyn Content>),
}

impl Body {
    pub fn size(&self) -> u64 {
        match self {
            Body::Held(pieces) => pieces.iter().map(|piece| piece.len() as u64).sum(),
            Body::Elsewhere(content) => content.size(),
        }
    }

    /// Shows all bytes in order; blocks where they are elsewhere.
    pub fn walk(&self, mut see: impl FnMut(&[u8])) -> Result<(), Error> {
        match self {
            Body::Held(pieces) => pieces.iter().for_each(|piece| see(piece)),
            Body::Elsewhere(content) => {
                let mut buffer = BytesMut::new();
                for at in (0..content.size()).step_by(PIECE) {
                    read_piece(&**content, at, &mut buffer)?;
                    see(&buffer);
                }
            }
        }
        Ok(())
    }

    /// All of it in one piece of memory; blocks where it is elsewhere.
    pub fn whole(&self) -> Result<Bytes, Error> {
        if let Body::Held(pieces) = self
            && let [one] = &pieces[..]
        {
            return Ok(one.clone());
        }
        let mut all = BytesMut::with_capacity(usize::try_from(self.size()).unwrap_or(0));
        self.walk(|piece| all.extend_from_slice(piece))?;
        Ok(all.freeze())
    }
}

impl<T: Into<Bytes>> From<T> for Body {
    fn from(bytes: T) -> Body {
        Body::Held([bytes.into()].into())
    }
}

/// Reads the piece that starts at `at` into `buffer`, which it replaces.
pub fn read_piece(content: &dyn Content, at: u64, buffer: &mut BytesMut) -> Result<(), Error> {
    let length = content.size().saturating_sub(at).min(PIECE as u64);
    buffer.resize(usize::try_from(length).unwrap_or(PIECE), 0);
    content.read(at, buffer)
}
