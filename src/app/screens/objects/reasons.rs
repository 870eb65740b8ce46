//! Says why an action cannot be done to the rows here now.

use crate::app::action::Action;
use crate::app::linking::MOST_LINKS;
use crate::app::screens::objects::browse::Browse;
use crate::app::screens::objects::naming;
use crate::app::session::Session;
use crate::domain::provider::Capability;

pub fn disabled(action: Action, browse: &Browse, session: &Session) -> Option<String> {
    read_only(action, session).or_else(|| rows_disabled(action, browse, session))
}

/// Why something cannot be done to one object that is there.
pub fn disabled_of_one(action: Action, session: &Session) -> Option<String> {
    read_only(action, session).or_else(|| match action {
        Action::CopyLink | Action::OpenLink => naming::no_signature(session),
        _ => None,
    })
}

fn read_only(action: Action, session: &Session) -> Option<String> {
    let writes = matches!(
        action,
        Action::Upload
            | Action::Copy
            | Action::Move
            | Action::Rename
            | Action::Delete
            | Action::New
            | Action::Metadata
            | Action::EditObject
            | Action::NewObject
            | Action::Thaw
    );
    (writes && session.connection().read_only).then(|| "the connection is read-only".to_owned())
}

fn rows_disabled(action: Action, browse: &Browse, session: &Session) -> Option<String> {
    let marks = &browse.marking.marks;
    match action {
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
            if marks.is_empty() && browse.current().is_none() =>
        {
            Some("there is no row here".to_owned())
        }
        Action::EditObject if browse.current_object().is_none() => {
            Some("the cursor is on a prefix, not on an object".to_owned())
        }
        Action::Thaw => session.lacks(Capability::Restore),
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
        Action::CopyLink | Action::OpenLink => naming::no_signature(session),
        _ => None,
    }
}
