//! What holds of an object that a pipe has stored: its bytes compared with what the server says of them.

use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::{ETag, ObjectHead, Stored};
use crate::domain::transfer::Verification;
use crate::transfer::stream::pipe::Pipe;

/// What the server's ETag of the bytes would be, and how many there are.
pub struct Expected {
    pub etag: Option<ETag>,
    pub bytes: u64,
}

impl Expected {
    /// Whether the object that is there is the one that was sent: by a try whose answer was lost.
    pub fn is(&self, found: &ObjectHead) -> bool {
        self.etag.is_some() && found.etag == self.etag && found.size == Some(self.bytes)
    }

    /// `Corrupt` where the stored object has another length.
    pub async fn verify(&self, pipe: &Pipe, stored: &Stored) -> Result<Verification, Error> {
        if let Some(digest) = stored.confirmed {
            return Ok(Verification::Digest(digest.to_owned()));
        }
        if self.etag.is_some() && self.etag == stored.etag {
            return Ok(md5());
        }
        match pipe.find().await?.and_then(|head| head.size) {
            Some(size) if size != self.bytes => {
                let detail = format!("it has {size} bytes, {} were sent", self.bytes);
                Err(pipe.fails(ErrorKind::Corrupt, "check the stored object").detail(detail))
            }
            _ => Ok(Verification::SizeOnly("the server gave no digest of what it stored".into())),
        }
    }

    /// Something is there that was to be new: what was sent, or an error.
    pub async fn taken(&self, pipe: &Pipe) -> Result<Verification, Error> {
        match pipe.find().await {
            Ok(Some(found)) if self.is(&found) => Ok(md5()),
            Err(error) if !error.is(&ErrorKind::AccessDenied) => Err(error),
            _ => Err(exists(pipe)),
        }
    }
}

pub fn md5() -> Verification {
    Verification::Digest("md5".to_owned())
}

pub fn exists(pipe: &Pipe) -> Error {
    pipe.fails(ErrorKind::PreconditionFailed, "store the object")
        .detail("an object of this name exists")
}
