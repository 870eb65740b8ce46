//! Defines where keys mean something, and which of two such places is asked first.

use crate::domain::listed::listed;

listed! {
    /// Where a key means an action. The innermost scope of what is focused is asked first.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum Scope {
        /// Everywhere but in dialogs, overlays and text fields.
        Global,
        /// Wherever there are rows.
        List,
        Buckets,
        Objects,
        Transfers,
        Side,
        /// A question that is not a text field.
        Dialog,
        /// A text field: characters are text there, whatever they are bound to.
        Text,
        /// A text of many lines: every key is text that means nothing here.
        Editor,
        /// What lies over the panes to be chosen from or read.
        Menu,
        /// A question with two answers.
        Confirm,
        /// An error or one thing in whole.
        Details,
        /// Local files and folders.
        Picker,
        /// Unfinished uploads.
        Uploads,
        /// Versions of an object, or what was deleted.
        Versions,
        /// Where the bytes below a prefix are.
        Sizes,
        Bookmarks,
        Connections,
        Doctor,
        /// The settings of a bucket.
        Settings,
        Events,
        Help,
        Palette,
    }
}

impl Scope {
    /// The scopes whose keys mean something while this is the innermost, from itself outwards.
    pub const fn outwards(self) -> &'static [Scope] {
        match self {
            Scope::Global => &[Scope::Global],
            Scope::List => &[Scope::List, Scope::Global],
            Scope::Buckets => &[Scope::Buckets, Scope::List, Scope::Global],
            Scope::Objects => &[Scope::Objects, Scope::List, Scope::Global],
            Scope::Transfers => &[Scope::Transfers, Scope::List, Scope::Global],
            Scope::Side => &[Scope::Side, Scope::List, Scope::Global],
            Scope::Dialog => &[Scope::Dialog],
            Scope::Text => &[Scope::Text],
            Scope::Editor => &[Scope::Editor],
            Scope::Menu => &[Scope::Menu, Scope::Dialog, Scope::List],
            Scope::Confirm => &[Scope::Confirm, Scope::Dialog],
            Scope::Details => &[Scope::Details, Scope::Menu, Scope::Dialog, Scope::List],
            Scope::Picker => &[Scope::Picker, Scope::Menu, Scope::Dialog, Scope::List],
            Scope::Uploads => &[Scope::Uploads, Scope::Menu, Scope::Dialog, Scope::List],
            Scope::Versions => &[Scope::Versions, Scope::Menu, Scope::Dialog, Scope::List],
            Scope::Sizes => &[Scope::Sizes, Scope::Menu, Scope::Dialog, Scope::List],
            Scope::Bookmarks => &[Scope::Bookmarks, Scope::Menu, Scope::Dialog, Scope::List],
            Scope::Connections => &[Scope::Connections, Scope::Menu, Scope::Dialog, Scope::List],
            Scope::Doctor => &[Scope::Doctor, Scope::Menu, Scope::Dialog, Scope::List],
            Scope::Settings => &[Scope::Settings, Scope::Menu, Scope::Dialog, Scope::List],
            Scope::Events => &[Scope::Events, Scope::Menu, Scope::Dialog, Scope::List],
            Scope::Help => &[Scope::Help, Scope::Menu, Scope::Dialog, Scope::List],
            Scope::Palette => &[Scope::Palette, Scope::Text],
        }
    }

    /// Whether its keys are asked before those of `outer` somewhere.
    pub fn is_within(self, outer: Scope) -> bool {
        let place = |scopes: &[Scope], scope| scopes.iter().position(|each| *each == scope);
        Scope::ALL.iter().any(|innermost| {
            let scopes = innermost.outwards();
            matches!((place(scopes, self), place(scopes, outer)), (Some(a), Some(b)) if a < b)
        })
    }

    /// Whether it is part of the panes, rather than of what lies over them.
    pub fn is_of_panes(self) -> bool {
        self.outwards().contains(&Scope::Global)
    }

    /// The name in `keymap.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Scope::Global => "global",
            Scope::List => "list",
            Scope::Buckets => "buckets",
            Scope::Objects => "objects",
            Scope::Transfers => "transfers",
            Scope::Side => "side",
            Scope::Dialog => "dialog",
            Scope::Text => "text",
            Scope::Editor => "editor",
            Scope::Menu => "menu",
            Scope::Confirm => "confirm",
            Scope::Details => "details",
            Scope::Picker => "picker",
            Scope::Uploads => "uploads",
            Scope::Versions => "versions",
            Scope::Sizes => "sizes",
            Scope::Bookmarks => "bookmarks",
            Scope::Connections => "connections",
            Scope::Doctor => "doctor",
            Scope::Settings => "settings",
            Scope::Events => "events",
            Scope::Help => "help",
            Scope::Palette => "palette",
        }
    }
}
