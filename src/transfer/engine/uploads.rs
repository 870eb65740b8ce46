//! Tells which multipart uploads a running engine has open.

use std::collections::HashSet;

use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::oneshot;

use crate::domain::address::Bucket;
use crate::domain::object::UploadId;
use crate::transfer::engine::input::Input;

/// Asks an engine that others own.
#[derive(Clone, Debug)]
pub struct RunningUploads {
    pub(super) inputs: UnboundedSender<Input>,
}

impl RunningUploads {
    /// Uploads that its jobs will go on with or abort; none once it has ended.
    pub async fn open(&self) -> HashSet<(Bucket, UploadId)> {
        let (answer, wait) = oneshot::channel();
        drop(self.inputs.send(Input::Uploads(answer)));
        wait.await.unwrap_or_default()
    }
}
