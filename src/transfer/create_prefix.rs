//! Makes a prefix that is there without objects below it: an empty object of its name.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use crate::domain::address::{Bucket, Prefix};
use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::{ObjectAddress, ObjectHeaders, PutOptions};
use crate::domain::parts::Growing;
use crate::transfer::limits::Patience;
use crate::transfer::limits::rate::RateLimiter;
use crate::transfer::remote::Remote;
use crate::transfer::stream::pipe::Pipe;
use crate::transfer::stream::upload::upload_stream;

/// Overwrites nothing; a server that cannot be reached is not waited for.
pub async fn create_prefix(
    remote: Arc<dyn Remote>,
    bucket: Bucket,
    prefix: &Prefix,
) -> Result<(), Error> {
    let object = ObjectAddress::new(bucket, prefix.key(""));
    let headers = ObjectHeaders {
        content_type: Some("application/x-directory".to_owned()),
        ..ObjectHeaders::default()
    };
    let options = PutOptions { headers, only_if_absent: true, ..PutOptions::default() };
    let patience = Patience { outage: Some(Duration::ZERO), ..Patience::default() };
    let sizes = Growing::new(remote.provider().facts().parts);
    let pipe = Pipe::new(remote, object, patience, RateLimiter::default());
    let stored = upload_stream(&pipe, tokio::io::empty(), &options, sizes, pending()).await;
    match stored {
        // It is there already: what was asked for.
        Err(error) if error.is(&ErrorKind::PreconditionFailed) => Ok(()),
        other => other.map(drop),
    }
}
