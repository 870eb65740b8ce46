//! Reads the two sides of a comparison beside each other, as far as it takes.

use tokio::io::{AsyncRead, AsyncReadExt, DuplexStream, duplex};
use tokio_util::task::AbortOnDropHandle;

use crate::domain::compared::same_start;
use crate::domain::diff_end::DiffItem;
use crate::domain::error::{Error, READ_FILE};
use crate::transfer::comparing::comparer::Comparer;
use crate::transfer::stream::download::{Broken, download_stream};

/// Bytes of an object that wait to be compared.
const WAITING: usize = 1024 * 1024;

/// Bytes that are compared at once.
const PIECE: usize = 64 * 1024;

/// The bytes of one side, in order.
pub enum ComparedSource {
    Stored(DuplexStream, AbortOnDropHandle<Result<(), Error>>),
    Local(tokio::fs::File, String),
}

impl Comparer {
    pub async fn bytes(&self, item: &DiffItem) -> Result<ComparedSource, Error> {
        match item {
            DiffItem::Local(path) => {
                let place = path.display().to_string();
                let opened = tokio::fs::File::open(path).await;
                let file = opened.map_err(|e| Error::from_io(&e, READ_FILE, &place))?;
                Ok(ComparedSource::Local(file, place))
            }
            DiffItem::Stored(object) => {
                let pipe = self.pipe(object);
                let (there, here) = duplex(WAITING);
                let arriving = async move {
                    match download_stream(&pipe, there).await {
                        Err(Broken::Source(error)) => Err(error),
                        // Nobody reads on: enough is known.
                        Ok(_) | Err(Broken::Target(_)) => Ok(()),
                    }
                };
                Ok(ComparedSource::Stored(here, AbortOnDropHandle::new(tokio::spawn(arriving))))
            }
        }
    }
}

impl ComparedSource {
    /// The next bytes, fewer than a piece only at the end.
    async fn piece(&mut self) -> Result<Vec<u8>, Error> {
        let mut piece = Vec::new();
        match self {
            ComparedSource::Local(file, place) => {
                let read = fill(file, &mut piece).await;
                read.map_err(|e| Error::from_io(&e, READ_FILE, place.as_str()))?;
            }
            ComparedSource::Stored(stream, arriving) => {
                let read = fill(stream, &mut piece).await;
                read.map_err(|e| Error::from_io(&e, "GetObject", ""))?;
                if piece.len() < PIECE {
                    // What ended it is told by the other end.
                    arriving.await??;
                }
            }
        }
        Ok(piece)
    }

    /// All of it; `None` where it is more than `most` bytes.
    pub async fn whole(mut self, most: usize) -> Result<Option<Vec<u8>>, Error> {
        let mut all = Vec::new();
        loop {
            let piece = self.piece().await?;
            all.extend_from_slice(&piece);
            if all.len() > most {
                return Ok(None);
            }
            if piece.len() < PIECE {
                return Ok(Some(all));
            }
        }
    }
}

async fn fill(from: &mut (impl AsyncRead + Unpin), piece: &mut Vec<u8>) -> std::io::Result<usize> {
    from.take(PIECE as u64).read_to_end(piece).await
}

/// Where two sides begin to differ, in bytes from the start; `None` where they are the same.
///
/// `tell`: how many bytes are the same so far.
pub async fn first_difference(
    mut one: ComparedSource,
    mut other: ComparedSource,
    mut tell: impl FnMut(u64),
) -> Result<Option<u64>, Error> {
    let mut at = 0;
    loop {
        tell(at);
        let (here, there) = tokio::try_join!(one.piece(), other.piece())?;
        let same = same_start(&here, &there);
        if same < here.len() || same < there.len() {
            return Ok(Some(at + same as u64));
        }
        if same < PIECE {
            return Ok(None);
        }
        at += same as u64;
    }
}
