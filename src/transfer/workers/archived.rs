//! Waits for objects that are being restored from an archive: one HEAD each, further and further
//! apart.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::error::{BEING_RESTORED, Error};
use crate::domain::object::ObjectAddress;
use crate::domain::transfer::OnArchived;
use crate::transfer::fact::Fact;
use crate::transfer::task::Task;

/// No pause is longer than so many first ones.
const LONGEST: u32 = 90;

/// Looks whether the object is readable by now, where it was not before; a server that does not
/// answer is asked again as one whose object is not readable.
pub async fn look(task: &Task, object: &ObjectAddress) -> Result<(), Error> {
    if task.looks == 0 {
        return Ok(());
    }
    let restoring = match task.policy.send(|| task.remote.head(object)).await {
        Err(error) if error.retryable() => true,
        Ok(head) if head.is_archived() => head.is_being_restored(),
        readable => return readable.map(drop),
    };
    Err(Error::of_archived(object.to_string(), restoring))
}

/// Says of an archived object, too, that it is being restored.
pub async fn explained(task: &Task, object: &ObjectAddress, error: Error) -> Error {
    if !error.is_archived() {
        return error;
    }
    let head = task.policy.send(|| task.remote.head(object)).await;
    match head.is_ok_and(|head| head.is_being_restored()) {
        true => error.detail(BEING_RESTORED),
        false => error,
    }
}

/// When the object is looked at again, where the job waits for what is being restored.
pub fn postponed(task: &Task, error: &Error) -> Option<Fact> {
    let waits = task.spec.files.archived == OnArchived::Wait && error.is_being_restored();
    let pause = pause(task.tuning.restore_look, task.looks);
    let next = Timestamp::now().checked_add(pause).ok()?;
    let (job, place, looks) = (task.job, task.place.clone(), task.looks.saturating_add(1));
    waits.then_some(Fact::Postponed { job, place, looks, next })
}

fn pause(first: Duration, looks: u32) -> Duration {
    first * 2_u32.saturating_pow(looks).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_are_further_and_further_apart_and_never_too_far() {
        let seconds = |looks| pause(Duration::from_secs(10), looks).as_secs();
        assert_eq!([0, 1, 2, 6, 7, 8, 400].map(seconds), [10, 20, 40, 640, 900, 900, 900]);
    }
}
