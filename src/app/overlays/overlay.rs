//! The one overlay that may be open, whichever it is.

use crate::app::action::{Action, Scope};
use crate::app::chord::{Chord, KeyCode};
use crate::app::dialogs::completion::Completion;
use crate::app::dialogs::details::Details;
use crate::app::dialogs::dialog::key_of;
use crate::app::dialogs::input::Input;
use crate::app::dialogs::outcome::Outcome;
use crate::app::overlays::connections::{ConnectionAnswer, Connections};
use crate::app::overlays::doctor::Doctor;
use crate::app::overlays::events::Events;
use crate::app::overlays::help::Help;
use crate::app::overlays::palette::{Palette, PaletteAnswer};
use crate::app::spot::Spot;
use crate::domain::address::Location;

#[derive(Clone, Debug)]
pub enum Overlay {
    Help(Help),
    Palette(Palette),
    Events(Events),
    Connections(Connections),
    /// Read before anything else is done.
    Notice(Details),
    /// Takes its keys by itself: it asks for things while it stays open.
    Doctor(Box<Doctor>),
}

/// What the router does once the overlay is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OverlayAnswer {
    Run(Action),
    Go(Location),
    /// An address of the web.
    Follow(String),
    Connections(ConnectionAnswer),
}

impl Overlay {
    /// What keys mean while it is open, innermost first.
    pub fn scopes(&self) -> &'static [Scope] {
        match self {
            Overlay::Palette(_) => &[Scope::Text],
            Overlay::Help(help) if help.takes_text() => &[Scope::Text],
            _ => &[Scope::Dialog, Scope::List],
        }
    }

    /// Performs an action of [`Overlay::scopes`]; what the overlay does not know does nothing.
    pub fn on_action(&mut self, action: Action) -> Outcome<OverlayAnswer> {
        key_of(action).map_or(Outcome::Open, |chord| self.on_text(chord))
    }

    /// Takes a key that is bound to nothing.
    pub fn on_text(&mut self, chord: Chord) -> Outcome<OverlayAnswer> {
        match self {
            Overlay::Help(help) => help.on_key(chord).map(|row| OverlayAnswer::Run(row.action)),
            Overlay::Palette(palette) => palette.on_key(chord).map(|answer| match answer {
                PaletteAnswer::Run(action) => OverlayAnswer::Run(action),
                PaletteAnswer::Go(location) => OverlayAnswer::Go(location),
                PaletteAnswer::Follow(address) => OverlayAnswer::Follow(address),
            }),
            Overlay::Events(events) => {
                events.on_key(chord).map(|()| OverlayAnswer::Run(Action::Events))
            }
            Overlay::Connections(connections) => {
                connections.on_key(chord).map(OverlayAnswer::Connections)
            }
            Overlay::Notice(details) => read(details, chord),
            Overlay::Doctor(_) => Outcome::Open,
        }
    }

    /// The text field that can be completed.
    pub fn field(&mut self) -> Option<(&mut Input, &mut Completion)> {
        match self {
            Overlay::Palette(palette) => Some(palette.completing()),
            _ => None,
        }
    }

    /// Brings the cursor to what was clicked; gives the action that follows.
    pub fn point(&mut self, spot: Spot) -> Option<Action> {
        let Spot::Row(row) = spot else { return None };
        match self {
            Overlay::Help(help) => take_again(&mut help.cursor, row),
            Overlay::Palette(palette) => {
                palette.cursor = row;
                Some(Action::Accept)
            }
            Overlay::Events(events) => {
                if events.opened.is_none() {
                    take_again(&mut events.cursor, row)
                } else {
                    None
                }
            }
            Overlay::Connections(connections) => connections.choice.point(row),
            Overlay::Doctor(doctor) => {
                if doctor.opened.is_none() {
                    take_again(&mut doctor.cursor, row)
                } else {
                    None
                }
            }
            Overlay::Notice(_) => None,
        }
    }

    pub fn on_paste(&mut self, text: &str) {
        match self {
            Overlay::Help(help) => help.on_paste(text),
            Overlay::Palette(palette) => palette.on_paste(text),
            Overlay::Events(_)
            | Overlay::Connections(_)
            | Overlay::Notice(_)
            | Overlay::Doctor(_) => {}
        }
    }
}

/// A row that is clicked is stood on; clicked again, it is taken.
fn take_again(cursor: &mut usize, row: usize) -> Option<Action> {
    (std::mem::replace(cursor, row) == row).then_some(Action::Accept)
}

/// A sheet that has nothing behind Enter is closed by it.
fn read(details: &mut Details, chord: Chord) -> Outcome<OverlayAnswer> {
    if chord.key == KeyCode::Enter {
        return Outcome::Cancelled;
    }
    details.on_key(chord).map(|()| OverlayAnswer::Run(Action::Events))
}
