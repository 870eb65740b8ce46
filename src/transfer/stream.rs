//! Objects from and to a pipe: a body of unknown length in, a body in order out, memory bounded.

use tokio::io::{AsyncRead, AsyncWrite};

use crate::domain::error::Error;
use crate::domain::object::{ObjectAddress, ObjectHead, PutOptions, Stored};
use crate::transfer::limits::Patience;
use crate::transfer::remote::Remote;

/// Stores what `source` gives until its end: one PUT when it is short, else a multipart upload that is aborted on
/// failure. Gives the number of bytes too.
pub async fn upload_stream(
    remote: &dyn Remote,
    object: &ObjectAddress,
    source: impl AsyncRead + Unpin + Send,
    options: &PutOptions,
    patience: Patience,
) -> Result<(Stored, u64), Error> {
    let _ = (remote, object, source, options, patience);
    todo!()
}

/// Writes the object's bytes in order; a cut body goes on where it was cut as long as the object is the same.
pub async fn download_stream(
    remote: &dyn Remote,
    object: &ObjectAddress,
    target: impl AsyncWrite + Unpin + Send,
    patience: Patience,
) -> Result<ObjectHead, Error> {
    let _ = (remote, object, target, patience);
    todo!()
}
