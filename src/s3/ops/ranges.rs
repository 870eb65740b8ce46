//! Reads ranges of one object for callers that wait on a thread of their own.

use futures_util::StreamExt as _;
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

use crate::domain::error::{Error, ErrorKind, LOOK_INSIDE};
use crate::domain::object::{ByteRange, GetOptions, ObjectAddress, ObjectHead};
use crate::domain::ranges::Ranges;
use crate::s3::call::Call;
use crate::s3::client::Client;
use crate::s3::ops::opening::archived;

/// Times that a range is asked for, where its body breaks off.
const TRIES: u32 = 3;

/// The bytes of one object as it was when it was opened: another one in its place is
/// `SourceChanged`.
pub struct ObjectRanges {
    client: Client,
    object: ObjectAddress,
    head: ObjectHead,
    size: u64,
    runtime: Handle,
    stop: CancellationToken,
}

impl Client {
    /// Opens an object by a HEAD. `stop` ends whatever read is under way.
    ///
    /// # Errors
    /// What a GET of an archived object would say, without sending one.
    pub async fn ranges(
        &self,
        object: &ObjectAddress,
        stop: CancellationToken,
    ) -> Result<ObjectRanges, Error> {
        let head = self.head(object).await?;
        if head.is_archived() {
            return Err(archived(&Call::on_object("GetObject", object), "it is archived"));
        }
        // Where the length is left out of HEAD, the answer to a range tells it.
        let head = match head.size {
            Some(_) => head,
            None => ObjectHead { size: self.start_of(object, 1).await?.size, ..head },
        };
        self.ranges_of(object, head, stop)
    }

    /// Opens an object by a GET of its first bytes, at most so many, which come with it.
    pub async fn ranges_from(
        &self,
        object: &ObjectAddress,
        bytes: u64,
        stop: CancellationToken,
    ) -> Result<(ObjectRanges, Vec<u8>), Error> {
        let (head, start) = self.head_and_start(object, bytes).await?;
        Ok((self.ranges_of(object, head, stop)?, start))
    }

    /// The bytes of an object as it was when it was described so.
    pub fn ranges_of(
        &self,
        object: &ObjectAddress,
        head: ObjectHead,
        stop: CancellationToken,
    ) -> Result<ObjectRanges, Error> {
        let size = head.size.ok_or_else(|| {
            let detail =
                "the server does not give the length, so no range of the object can be named";
            Call::on_object("GetObject", object).fails(ErrorKind::Unsupported, detail)
        })?;
        let (client, object, runtime) = (self.clone(), object.clone(), Handle::current());
        Ok(ObjectRanges { client, object, head, size, runtime, stop })
    }
}

impl ObjectRanges {
    pub fn head(&self) -> &ObjectHead {
        &self.head
    }

    async fn fetch(&self, range: ByteRange) -> Result<Vec<u8>, Error> {
        let mut tries = 1;
        loop {
            match self.fetch_once(range).await {
                Err(error) if error.retryable() && tries < TRIES => tries += 1,
                Err(error) if error.is(&ErrorKind::SourceChanged) => {
                    return Err(Error { operation: LOOK_INSIDE.to_owned(), ..error });
                }
                other => return other,
            }
        }
    }

    async fn fetch_once(&self, range: ByteRange) -> Result<Vec<u8>, Error> {
        let options = GetOptions { range: Some(range), if_match: self.head.etag.clone() };
        let mut download = self.client.get(&self.object, &options).await?;
        let mut bytes = Vec::with_capacity(usize::try_from(range.len()).unwrap_or_default());
        while let Some(piece) = download.body.next().await {
            bytes.extend_from_slice(&piece?);
        }
        Ok(bytes)
    }

    fn stopped(&self) -> Error {
        Error::new(ErrorKind::Cancelled, "GetObject", self.object.to_string())
    }
}

impl Ranges for ObjectRanges {
    fn size(&self) -> u64 {
        self.size
    }

    fn read(&self, range: ByteRange) -> Result<Vec<u8>, Error> {
        self.runtime.block_on(async {
            tokio::select! {
                biased;
                () = self.stop.cancelled() => Err(self.stopped()),
                read = self.fetch(range) => read,
            }
        })
    }

    fn check(&self) -> Result<(), Error> {
        if self.stop.is_cancelled() { Err(self.stopped()) } else { Ok(()) }
    }
}
