//! Defines what the machine hands out.

use crate::domain::error::Error;
use crate::domain::transfer::JobId;
use crate::transfer::fact::Partial;
use crate::transfer::item::Item;

/// Work to be started now. The machine counts it as running as soon as it is handed out.
#[derive(Debug, PartialEq)]
pub enum Due {
    /// Find the objects of a job. `again`: some of them may be settled already.
    Expand { job: JobId, again: bool },
    /// Move one object; `partial` is what an earlier run left of it, `looks` how often it was
    /// looked at while it was being restored.
    Move { job: JobId, item: Item, partial: Option<Partial>, again: bool, looks: u32 },
    /// Abort or remove what a cancelled job left.
    CleanUp { job: JobId, place: String, partial: Partial },
    /// Record that the job came to its end.
    Finish { job: JobId, error: Option<Error> },
    /// Record that nothing is left of a job that was cleared.
    Remove { job: JobId },
}
