//! Says why an action cannot be done to the rows here now.

use crate::app::action::{Action, Writes};
use crate::app::linking::MOST_LINKS;
use crate::app::screens::objects::browse::Browse;
use crate::app::screens::objects::comparing::unpaired;
use crate::app::screens::objects::naming;
use crate::app::screens::objects::watch::GONE;
use crate::app::session::Session;
use crate::domain::address::Bucket;

pub fn disabled(action: Action, browse: &Browse, session: &Session) -> Option<String> {
    of_the_past(action, browse, session)
        .or_else(|| no_destination(action, session))
        .or_else(|| rows_disabled(action, browse, session))
}

/// A copy from a read-only connection goes to another one.
fn no_destination(action: Action, session: &Session) -> Option<String> {
    let mut others = session.connections.iter().filter(|each| each.name != *session.name());
    let none = action == Action::Copy && others.all(|other| other.read_only);
    session.read_only().filter(|_| none)
}

/// The past is only read.
fn of_the_past(action: Action, browse: &Browse, session: &Session) -> Option<String> {
    let writes = action.spec().writes == Some(Writes::Now);
    let now = session.key(Action::TimeTravel);
    match (writes, browse.at()) {
        (true, Some(_)) => Some(format!("the past is only read: {now} comes back to now")),
        (_, Some(_)) if matches!(action, Action::Index | Action::IndexChanges) => {
            Some(format!("an index is of what is there now: {now} comes back to now"))
        }
        (_, None) if action == Action::BringBack => {
            Some(format!("this is now already: {now} shows the past"))
        }
        _ => None,
    }
}

/// Why something cannot be done to one object that is there.
pub fn disabled_of_one(action: Action, bucket: &Bucket, session: &Session) -> Option<String> {
    match action {
        Action::CopyLink => naming::no_signature(session),
        Action::OpenLink => naming::no_link_alone(bucket, session),
        action => no_destination(action, session),
    }
}

fn no_object(browse: &Browse) -> &'static str {
    match browse.current() {
        None => "there is no row here",
        Some(row) if row.is_prefix() => "the cursor is on a prefix, not on an object",
        Some(_) => GONE,
    }
}

fn rows_disabled(action: Action, browse: &Browse, session: &Session) -> Option<String> {
    let marks = &browse.marking.marks;
    match action {
        Action::Download
        | Action::Copy
        | Action::Move
        | Action::Rename
        | Action::Delete
        | Action::DeleteVersions
        | Action::Versions
        | Action::CopyLink
        | Action::OpenLink
        | Action::LinkMenu
        | Action::Metadata
        | Action::Thaw
            if marks.is_empty() && browse.current().is_none() =>
        {
            Some("there is no row here".to_owned())
        }
        Action::Download
        | Action::Copy
        | Action::Move
        | Action::Rename
        | Action::Delete
        | Action::CopyLink
        | Action::OpenLink
        | Action::LinkMenu
        | Action::Metadata
        | Action::Thaw
            if marks.is_empty() && browse.is_current_gone() =>
        {
            Some(GONE.to_owned())
        }
        Action::Compare => unpaired(browse).map(str::to_owned),
        Action::Details | Action::Preview | Action::EditObject | Action::EditHere
            if browse.current_object().is_none() =>
        {
            Some(no_object(browse).to_owned())
        }
        Action::Watch => browse.unwatchable().map(str::to_owned),
        Action::Rename if marks.len() > 1 => {
            Some("only one row can be renamed at a time".to_owned())
        }
        Action::CopyLink | Action::LinkMenu if marks.len() > MOST_LINKS => {
            Some(format!("at most {MOST_LINKS} links at once"))
        }
        Action::OpenLink if marks.len() > 1 => {
            Some("only one link can be opened at a time".to_owned())
        }
        Action::CopyLink | Action::OpenLink if marks.prefixes() > 0 => {
            Some("a marked row is a prefix: only objects have links".to_owned())
        }
        Action::CopyLink | Action::OpenLink
            if marks.is_empty() && browse.current_object().is_none() =>
        {
            let key = session.key(Action::LinkMenu);
            Some(format!("this is a prefix, not an object: {key} copies its s3:// address"))
        }
        Action::CopyLink => naming::no_signature(session),
        Action::OpenLink => naming::no_link_alone(&browse.place()?.bucket, session),
        _ => None,
    }
}
