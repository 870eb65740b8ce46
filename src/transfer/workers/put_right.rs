//! Ends what was stored: what a server dropped of it without a word is put, or told.

use crate::domain::error::{Error, ErrorKind};
use crate::transfer::task::Task;

const UNSEEN: &str = "these keys may not look at what was stored, so it is not known whether the \
                      server kept all that was asked for";

/// What the object lacks of what was asked for, in words for people; none where it has all of it.
pub async fn put_right(task: &Task) -> Result<Option<Error>, Error> {
    let asked = task.asked();
    let Some(object) = task.destination().filter(|_| !asked.is_empty()) else { return Ok(None) };
    match task.policy.send(|| task.remote.put_right(&object, &asked)).await {
        Ok(true) => Ok(None),
        Ok(false) if task.spec.work.moves() => {
            let lacking = format!("{}, as far as these keys may see", asked.words());
            let place = object.to_string();
            Ok(Some(Error::new(ErrorKind::Loss, "move", place).detail(lacking)))
        }
        Ok(false) => {
            task.note_once(UNSEEN);
            Ok(None)
        }
        Err(error) if error.is(&ErrorKind::Loss) => Ok(Some(error)),
        Err(error) => Err(error),
    }
}

/// As [`put_right`]; what is lacking fails the object, unless that was accepted.
pub async fn expect_right(task: &Task) -> Result<(), Error> {
    match put_right(task).await? {
        None => Ok(()),
        Some(lost) if task.spec.files.accept_loss => {
            task.note(format!("stored without {}", lost.detail));
            Ok(())
        }
        Some(lost) => Err(lost),
    }
}
