//! Runs blocking work on threads of its own, and turns a crashed task into an error.

use tokio::task::{JoinError, spawn_blocking};

use crate::domain::error::{Error, ErrorKind};

impl From<JoinError> for Error {
    fn from(error: JoinError) -> Error {
        Error::new(ErrorKind::Other, "a task of Windlass", "").detail(error.to_string())
    }
}

/// Runs what blocks off the threads that serve requests.
pub async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    spawn_blocking(work).await?
}
