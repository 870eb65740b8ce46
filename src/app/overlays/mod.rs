//! Keeps the overlay that lies over every pane; one may be open, and the help over it.

pub mod bookmarks;
pub mod bucket_settings;
pub mod comparison;
pub mod connections;
pub mod cost;
pub mod doctor;
pub mod events;
pub mod guide;
pub mod help;
pub mod index_changes;
pub mod ledger;
pub mod notice;
pub mod palette;
pub mod rows;
pub mod types;

use crate::app::action::Action;
use crate::app::keymap::Keymap;
use crate::app::log::Log;
use crate::app::overlay_subject::OverlaySubject;
use crate::app::overlays::bookmarks::Bookmarks;
use crate::app::overlays::bucket_settings::BucketSettings;
use crate::app::overlays::comparison::ComparisonSheet;
use crate::app::overlays::connections::Connections;
use crate::app::overlays::cost::CostSheet;
use crate::app::overlays::doctor::Doctor;
use crate::app::overlays::events::Events;
use crate::app::overlays::guide::Guide;
use crate::app::overlays::index_changes::ChangesSheet;
use crate::app::overlays::ledger::LinkLedger;
use crate::app::overlays::notice::NoticeSheet;
use crate::app::overlays::palette::Palette;
use crate::app::overlays::rows::rows_everywhere;
use crate::app::overlays::types::TypesSheet;
use crate::app::part::Part;
use crate::app::scope::Scope;
use crate::app::session::Session;
use crate::config::bookmarks::Bookmark;
use crate::domain::address::Location;
use crate::domain::transfer::Target;

/// Makes the enum of one list, and lets each be asked as a part.
macro_rules! overlays {
    ($($name:ident: $part:ty,)*) => {
        #[derive(Clone, Debug)]
        pub enum Overlay {
            $($name(Box<$part>)),*
        }

        impl Overlay {
            pub fn part(&self) -> &dyn Part {
                match self {
                    $(Overlay::$name(part) => &**part),*
                }
            }

            pub fn part_mut(&mut self) -> &mut dyn Part {
                match self {
                    $(Overlay::$name(part) => &mut **part),*
                }
            }
        }

        $(impl From<$part> for Overlay {
            fn from(part: $part) -> Overlay {
                Overlay::$name(Box::new(part))
            }
        })*
    };
}

overlays! {
    Palette: Palette,
    Events: Events,
    Guide: Guide,
    Bookmarks: Bookmarks,
    Connections: Connections,
    Cost: CostSheet,
    Ledger: LinkLedger,
    IndexChanges: ChangesSheet,
    Notice: NoticeSheet,
    Types: TypesSheet,
    Comparison: ComparisonSheet,
    Doctor: Doctor,
    BucketSettings: BucketSettings,
}

/// What overlays are views of when they are opened.
#[derive(Clone, Copy)]
pub struct OverlayInput<'a> {
    pub keymap: &'a Keymap,
    /// What keys mean in what is focused.
    pub scopes: &'static [Scope],
    /// Why an action cannot be done now.
    pub disabled: &'a dyn Fn(Action) -> Option<String>,
    pub session: &'a Session,
    pub log: &'a Log,
    pub here: &'a Location,
    /// The marked rows.
    pub marked: &'a dyn Fn() -> Vec<Target>,
    /// The same with its connection and the search that is shown.
    pub place: &'a Option<Bookmark>,
}

impl Overlay {
    /// The one that an action opens, if it opens one.
    pub fn of(action: Action, input: OverlayInput<'_>) -> Option<Overlay> {
        let OverlayInput { keymap, scopes, disabled, session, log, here, marked, place } = input;
        Some(match action {
            Action::Palette => {
                let rows = rows_everywhere(keymap, scopes, disabled);
                let names = session.connections.iter().map(|each| each.name.clone()).collect();
                Palette::new(rows, here.clone(), names).into()
            }
            Action::Events => Events::new(log).into(),
            Action::Guide => Guide::default().into(),
            Action::Bookmarks => Bookmarks::new(place.clone()).into(),
            Action::Cost => CostSheet::new(here).into(),
            Action::Links => LinkLedger::default().into(),
            Action::IndexChanges => {
                let bucket = here.bucket()?.clone();
                ChangesSheet::new(bucket, here.prefix()).into()
            }
            Action::Types => {
                let bucket = here.bucket()?.clone();
                TypesSheet::new(bucket, here.prefix(), marked()).into()
            }
            Action::SwitchConnection => {
                let (known, profiles) = (&session.connections, &session.profiles);
                Connections::new(known, profiles, session.name()).into()
            }
            _ => return None,
        })
    }

    /// The one that shows something; `None` where that is not there any more.
    pub fn about(subject: OverlaySubject, session: &Session, here: &Location) -> Option<Overlay> {
        Some(match subject {
            OverlaySubject::Connection(name) => Doctor::of(&name, session, here)?.into(),
            OverlaySubject::Difference(one, other) => ComparisonSheet::new(one, other).into(),
            OverlaySubject::Settings(bucket) => BucketSettings::new(bucket, session).into(),
        })
    }
}
