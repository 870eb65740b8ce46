//! Defines where keys mean something, panes among them, and which of two such places is asked
//! first.

use crate::domain::listed::listed;

/// Declares the scopes: what each is, its name in `keymap.toml`, and the scopes that are asked
/// after it.
macro_rules! scopes {
    ($($(#[$doc:meta])* $scope:ident $name:literal [$($outer:ident),*],)*) => {
        listed! {
            /// Where a key means an action. The innermost scope of what is focused is asked first.
            #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
            pub enum Scope {
                $($(#[$doc])* $scope),*
            }
        }

        impl Scope {
            /// The scopes whose keys mean something while this is the innermost, from itself
            /// outwards.
            pub const fn outwards(self) -> &'static [Scope] {
                match self {
                    $(Scope::$scope => &[Scope::$scope $(, Scope::$outer)*]),*
                }
            }

            /// The name in `keymap.toml`.
            pub fn name(self) -> &'static str {
                match self {
                    $(Scope::$scope => $name),*
                }
            }
        }
    };
}

/// Declares the panes in the order of their numbers, each with its position. The keys of a pane
/// are those of the scope that is called like it.
macro_rules! panes {
    ($($(#[$doc:meta])* $pane:ident $position:ident,)*) => {
        listed! {
            /// In the order of their numbers.
            #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
            pub enum Pane {
                $($(#[$doc])* $pane),*
            }
        }

        impl Pane {
            /// What keys mean in it alone.
            pub fn scope(self) -> Scope {
                match self {
                    $(Pane::$pane => Scope::$pane),*
                }
            }

            pub fn position(self) -> Position {
                match self {
                    $(Pane::$pane => Position::$position),*
                }
            }
        }
    };
}

scopes! {
    /// Everywhere but in dialogs, overlays and text fields.
    Global "global" [],
    /// Wherever there are rows.
    List "list" [Global],
    Buckets "buckets" [List, Global],
    Objects "objects" [List, Global],
    Transfers "transfers" [List, Global],
    Side "side" [List, Global],
    /// A question that is not a text field.
    Dialog "dialog" [],
    /// A text field: characters are text there, whatever they are bound to.
    Text "text" [],
    /// A text of many lines: every key is text that means nothing here.
    Editor "editor" [],
    /// What lies over the panes to be chosen from or read.
    Menu "menu" [Dialog, List],
    /// A question with two answers.
    Confirm "confirm" [Dialog],
    /// An error or one thing in whole.
    Details "details" [Menu, Dialog, List],
    /// Local files and folders.
    Picker "picker" [Menu, Dialog, List],
    /// Unfinished uploads.
    Uploads "uploads" [Menu, Dialog, List],
    /// Versions of an object, or what was deleted.
    Versions "versions" [Menu, Dialog, List],
    /// Where the bytes below a prefix are.
    Sizes "sizes" [Menu, Dialog, List],
    Bookmarks "bookmarks" [Menu, Dialog, List],
    Connections "connections" [Menu, Dialog, List],
    Doctor "doctor" [Menu, Dialog, List],
    /// The settings of a bucket.
    Settings "settings" [Menu, Dialog, List],
    Events "events" [Menu, Dialog, List],
    Help "help" [Menu, Dialog, List],
    Palette "palette" [Text],
}

panes! {
    #[default]
    Buckets Left,
    Objects Middle,
    Transfers Below,
    Side Right,
}

/// Where a pane is shown. Of several at one position the focused one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    Left,
    Middle,
    /// Beside the middle in a wide window, in its place otherwise.
    Right,
    Below,
}

impl Scope {
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
}
