//! Lists the parts of the window in the order in which they get the keys.

pub mod archived;
pub mod buckets;
pub mod connecting;
pub mod details;
pub mod indexing;
pub mod job_details;
pub mod leaving;
pub mod objects;
pub mod places;
pub mod preview;
pub mod side;
pub mod sizes;
pub mod subject;
pub mod transfers;
pub mod versions;

use crate::app::completing::Completing;
use crate::app::context::Context;
use crate::app::event::Ticket;
use crate::app::overlays::Overlay;
use crate::app::overlays::help::Help;
use crate::app::part::Part;
use crate::app::scope::Pane;
use crate::app::screens::buckets::Buckets;
use crate::app::screens::connecting::Connecting;
use crate::app::screens::indexing::Indexing;
use crate::app::screens::objects::Objects;
use crate::app::screens::places::Places;
use crate::app::screens::side::SidePane;
use crate::app::screens::sizes::Sizes;
use crate::app::screens::transfers::TransfersPane;
use crate::app::screens::versions::Versions;

/// Of a part called `tab` each tab has its own; one of the `window` is there once.
macro_rules! parts {
    ($($(#[$doc:meta])* $of:ident $name:ident: $part:ty,)*) => {
        #[derive(Clone, Debug, Default)]
        pub struct Parts {
            /// The keys that mean something now, over all else.
            pub help: Option<Box<Help>>,
            /// Over everything else, whatever is focused.
            pub overlay: Option<Overlay>,
            $($(#[$doc])* pub $name: $part,)*
        }

        impl Parts {
            pub fn all(&self) -> impl Iterator<Item = &dyn Part> {
                let others: [&dyn Part; _] = [$(&self.$name),*];
                let help = self.help.iter().map(|help| &**help as &dyn Part);
                help.chain(self.overlay.as_ref().map(Overlay::part)).chain(others)
            }

            pub fn all_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut dyn Part> {
                let others: [&mut dyn Part; _] = [$(&mut self.$name),*];
                let help = self.help.iter_mut().map(|help| &mut **help as &mut dyn Part);
                help.chain(self.overlay.as_mut().map(Overlay::part_mut)).chain(others)
            }

            /// Gives what the tabs have for themselves to each other.
            pub fn exchange_tab(&mut self, other: &mut Parts) {
                $(exchange!($of, &mut self.$name, &mut other.$name);)*
            }
        }
    };
}

macro_rules! exchange {
    (tab, $here:expr, $there:expr) => {
        std::mem::swap($here, $there)
    };
    (window, $here:expr, $there:expr) => {};
}

parts! {
    window connecting: Connecting,
    window places: Places,
    tab buckets: Buckets,
    tab objects: Objects,
    /// Below the questions of the panes, which it leads to.
    tab versions: Versions,
    /// Below the questions of the panes too.
    tab sizes: Sizes,
    window transfers: TransfersPane,
    tab side: SidePane,
    window indexing: Indexing,
    window completing: Completing,
}

impl Parts {
    /// Who has the keys while `focus` is the focused pane.
    pub fn keyboard(&self, focus: Pane) -> Option<&dyn Part> {
        let over = self.all().find(|part| part.takes_keys());
        over.or_else(|| self.all().find(|part| part.pane() == Some(focus)))
    }

    pub fn keyboard_mut(&mut self, focus: Pane) -> Option<&mut dyn Part> {
        if self.all().any(Part::takes_keys) {
            self.all_mut().find(|part| part.takes_keys())
        } else {
            self.pane_mut(focus)
        }
    }

    pub fn pane(&self, pane: Pane) -> Option<&dyn Part> {
        self.all().find(|part| part.pane() == Some(pane))
    }

    pub fn pane_mut(&mut self, pane: Pane) -> Option<&mut dyn Part> {
        self.all_mut().find(|part| part.pane() == Some(pane))
    }

    /// Who waits for the answer to a request.
    pub fn owner_mut(&mut self, ticket: Ticket) -> Option<&mut dyn Part> {
        self.all_mut().find(|part| part.owns(ticket))
    }

    /// Lets the text field that has the keys be completed.
    pub fn complete(&mut self, cx: &mut Context<'_>) {
        let mut completing = std::mem::take(&mut self.completing);
        let field = self.all_mut().find(|part| part.takes_keys()).and_then(Part::field);
        let brought = completing.follow(field, cx);
        self.completing = completing;
        if let (true, Some(Overlay::Palette(palette))) = (brought, &mut self.overlay) {
            palette.arrange();
        }
    }
}
