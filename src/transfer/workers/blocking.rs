//! Lets work on files wait elsewhere than on the threads that serve requests.

use crate::domain::error::{Error, ErrorKind};

/// Runs work on files off the tasks' threads.
pub async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => {
            Err(Error::new(ErrorKind::Other, "work on a file", "").detail(error.to_string()))
        }
    }
}
