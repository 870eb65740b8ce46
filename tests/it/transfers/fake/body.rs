//! Bodies on their way out of the storage in memory, cut or falsified as the script says.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, stream};
use windlass::domain::error::{Error, ErrorKind};

use super::{Fault, failure};

/// `served` counts the bytes that are taken.
pub fn body_of(
    bytes: Bytes,
    fault: Option<Fault>,
    served: &Arc<AtomicU64>,
) -> BoxStream<'static, Result<Bytes, Error>> {
    let mut pieces: Vec<Result<Bytes, Error>> = Vec::new();
    let mut hangs = false;
    let (bytes, silently) = match fault {
        Some(Fault::HangAfter(after)) if after < bytes.len() => {
            hangs = true;
            (bytes.slice(..after), true)
        }
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
    let served = Arc::clone(served);
    let count = move |piece: &Result<Bytes, Error>| {
        let bytes = piece.as_ref().map_or(0, Bytes::len);
        served.fetch_add(bytes as u64, Ordering::Relaxed);
    };
    let pieces = stream::iter(pieces).inspect(count);
    if hangs { pieces.chain(stream::pending()).boxed() } else { pieces.boxed() }
}
