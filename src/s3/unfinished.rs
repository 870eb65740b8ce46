//! Multipart uploads that were begun and neither completed nor aborted.

use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::{ObjectAddress, UploadId};
use crate::domain::provider::Capability;
use crate::s3::call::Call;
use crate::s3::client::Client;

impl Client {
    /// The unfinished uploads of exactly this key, whoever began them.
    pub async fn uploads_of(&self, object: &ObjectAddress) -> Result<Vec<UploadId>, Error> {
        let call = Call::on_object("ListMultipartUploads", object)
            .needing(Capability::ListMultipartUploads);
        let (mut found, mut marker) = (Vec::new(), (None, None));
        loop {
            let output = self
                .run(&call, |sdk| {
                    let request = sdk
                        .list_multipart_uploads()
                        .bucket(object.bucket.as_str())
                        .prefix(object.key.as_str())
                        .set_key_marker(marker.0.clone())
                        .set_upload_id_marker(marker.1.clone());
                    let call = &call;
                    async move { request.send().await.map_err(|error| call.failed(error)) }
                })
                .await?;
            let same = output.uploads().iter().filter(|u| u.key() == Some(object.key.as_str()));
            found.extend(same.filter_map(|u| u.upload_id()).map(|id| UploadId(id.to_owned())));
            let next = (
                output.next_key_marker().map(str::to_owned),
                output.next_upload_id_marker().map(str::to_owned),
            );
            // Keys come in order: what follows another key is not this one's.
            let beyond = next.0.as_deref() != Some(object.key.as_str());
            if output.is_truncated() != Some(true) || beyond {
                return Ok(found);
            }
            if next == marker {
                let why = "the uploads go on without a marker";
                return Err(call.fails(ErrorKind::BrokenListing, why));
            }
            marker = next;
        }
    }
}
