//! Bodies on their way out of the storage in memory, cut or falsified as the script says.

use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, stream};
use windlass::domain::error::{Error, ErrorKind};

use super::{Fault, failure};

pub fn body_of(bytes: Bytes, fault: Option<Fault>) -> BoxStream<'static, Result<Bytes, Error>> {
    let mut pieces: Vec<Result<Bytes, Error>> = Vec::new();
    let (bytes, silently) = match fault {
        Some(Fault::Cut { after, silently }) if after < bytes.len() => {
            (bytes.slice(..after), silently)
        }
        Some(Fault::FlipBit) if !bytes.is_empty() => {
            let mut flipped = bytes.to_vec();
            flipped[0] ^= 1;
            (Bytes::from(flipped), true)
        }
        _ => (bytes, true),
    };
    pieces.extend(
        (0..bytes.len())
            .step_by(300_000)
            .map(|at| Ok(bytes.slice(at..(at + 300_000).min(bytes.len())))),
    );
    if !silently {
        pieces.push(Err(failure(ErrorKind::Interrupted)));
    }
    stream::iter(pieces).boxed()
}
