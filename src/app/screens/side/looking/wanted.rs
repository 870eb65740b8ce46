//! Says what can be done with what is shown of the inside of an object, and why not.

use crate::app::action::Action;
use crate::app::screens::preview::{Preview, PreviewBody};
use crate::app::screens::side::fetched::Fetched;
use crate::app::screens::side::looking::Looking;

const TEXT_WANTED: &[Action] = &[
    Action::SearchPreview,
    Action::GoToLine,
    Action::TailEnd,
    Action::CopyLink,
    Action::Download,
    Action::OtherForm,
    Action::CopyValue,
    Action::EditObject,
    Action::Delete,
    Action::Details,
    Action::Zoom,
];

const BYTES_WANTED: &[Action] = &[
    Action::SearchPreview,
    Action::GoToLine,
    Action::OtherForm,
    Action::CopyLink,
    Action::Download,
    Action::Delete,
    Action::Details,
    Action::Zoom,
];

const TABLE_WANTED: &[Action] = &[
    Action::SearchPreview,
    Action::ScrollRight,
    Action::SortRows,
    Action::HideColumn,
    Action::CopyValue,
    Action::OtherForm,
    Action::CopyLink,
    Action::Download,
    Action::Details,
    Action::Zoom,
];

const TREE_WANTED: &[Action] = &[
    Action::Open,
    Action::CopyValue,
    Action::FoldAll,
    Action::UnfoldAll,
    Action::SearchPreview,
    Action::OtherForm,
    Action::CopyLink,
    Action::Download,
    Action::Details,
    Action::Zoom,
];

const MEMBERS_WANTED: &[Action] = &[
    Action::Open,
    Action::UnpackMember,
    Action::Parent,
    Action::SearchPreview,
    Action::CopyValue,
    Action::OtherForm,
    Action::CopyLink,
    Action::Download,
    Action::Details,
    Action::Zoom,
];

/// Of what an archive holds: not what is done with the whole archive.
const MEMBER_WANTED: &[Action] = &[
    Action::UnpackMember,
    Action::Parent,
    Action::SearchPreview,
    Action::GoToLine,
    Action::OtherForm,
    Action::CopyValue,
    Action::Zoom,
];

const OTHER_WANTED: &[Action] = &[
    Action::Download,
    Action::CopyLink,
    Action::LinkMenu,
    Action::Delete,
    Action::Copy,
    Action::Move,
    Action::Rename,
    Action::OtherForm,
    Action::Details,
    Action::Parent,
    Action::FollowCursor,
    Action::Zoom,
];

impl Looking {
    /// The actions worth a place in the footer.
    pub fn wanted(&self) -> &'static [Action] {
        match &self.preview {
            Fetched::Ready(Preview { member: Some(_), .. }) => MEMBER_WANTED,
            Fetched::Ready(Preview { body: PreviewBody::Text(_), .. }) => TEXT_WANTED,
            Fetched::Ready(Preview { body: PreviewBody::Bytes(_), .. }) => BYTES_WANTED,
            Fetched::Ready(Preview { body: PreviewBody::Table(_), .. }) => TABLE_WANTED,
            Fetched::Ready(Preview { body: PreviewBody::Tree(_), .. }) => TREE_WANTED,
            Fetched::Ready(Preview { body: PreviewBody::Members(_), .. }) => MEMBERS_WANTED,
            _ => OTHER_WANTED,
        }
    }

    /// Why an action of the preview cannot be done now.
    pub fn disabled(&self, action: Action) -> Option<String> {
        let Fetched::Ready(Preview { body, .. }) = &self.preview else {
            return Some("nothing is shown of the object yet".to_owned());
        };
        if action == Action::UnpackMember {
            let none = self.member().is_none();
            return none.then(|| "this works on a member of an archive".to_owned());
        }
        let works = match action {
            Action::TailEnd | Action::WrapLines => matches!(body, PreviewBody::Text(_)),
            Action::SortRows | Action::HideColumn => matches!(body, PreviewBody::Table(_)),
            Action::FoldAll | Action::UnfoldAll => matches!(body, PreviewBody::Tree(_)),
            Action::SearchPreview
            | Action::NextMatch
            | Action::PreviousMatch
            | Action::GoToLine => !matches!(body, PreviewBody::Picture(_) | PreviewBody::Empty),
            Action::OtherForm => !matches!(body, PreviewBody::Empty),
            _ => true,
        };
        let what = match action {
            Action::TailEnd | Action::WrapLines => "a text",
            Action::SortRows | Action::HideColumn => "a table",
            Action::FoldAll | Action::UnfoldAll => "a tree",
            _ => "a text, a table, a tree or bytes",
        };
        (!works).then(|| format!("this works in {what}"))
    }
}
