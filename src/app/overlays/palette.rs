//! The palette finds any action by a few letters, an `s3://` location, or a place below the open
//! one.

use std::cmp::Reverse;

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use crate::app::action::{Action, KeyHint};
use crate::app::chord::Chord;
use crate::app::context::{Context, Intent};
use crate::app::dialogs::completion::{Asks, CompletedField, Completion};
use crate::app::dialogs::input::Input;
use crate::app::list::step;
use crate::app::locating::is_web;
use crate::app::overlays::rows::ActionRow;
use crate::app::part::Part;
use crate::app::scope::Scope;
use crate::app::spot::Spot;
use crate::domain::address::{Bucket, ConnectionName, Location, Prefix};

#[derive(Clone, Debug)]
pub struct Palette {
    rows: Vec<ActionRow>,
    /// What a typed place is below.
    here: Location,
    pub input: Input,
    completion: Completion,
    /// Counts the rows shown.
    pub cursor: usize,
    shown: Vec<PaletteRow>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PaletteRow {
    /// The number of the action's row.
    Action(usize),
    Go(Location),
    /// An address of the web: which connection leads there is looked at when it is taken.
    Follow(String),
    /// The text begins like a location and is none.
    NoLocation(String),
}

const SCHEME: &str = "s3://";

impl Part for Palette {
    fn scopes(&self) -> &'static [Scope] {
        Scope::Palette.outwards()
    }

    fn hints(&self) -> Vec<KeyHint> {
        vec![(Action::Accept, "run"), (Action::Dismiss, "cancel")]
    }

    fn on_action(&mut self, action: Action, cx: &mut Context<'_>) -> bool {
        let movement = match action {
            Action::Dismiss => {
                cx.close_overlay(None);
                return true;
            }
            Action::Accept => {
                if let Some(intent) = self.taken() {
                    cx.close_overlay(Some(intent));
                }
                return true;
            }
            Action::NextField | Action::PreviousField if self.input.text().starts_with(SCHEME) => {
                self.completion.on_tab(&mut self.input, action == Action::PreviousField);
                self.arrange();
                return true;
            }
            Action::NextField => Action::Down,
            Action::PreviousField => Action::Up,
            other => other,
        };
        step(&mut self.cursor, movement, self.shown.len());
        true
    }

    fn on_text(&mut self, chord: Chord, _: &mut Context<'_>) {
        self.typed(chord);
    }

    fn on_paste(&mut self, text: &str, _: &mut Context<'_>) {
        self.input.on_paste(text);
        self.completion.on_edit(self.input.text());
        self.arrange();
    }

    fn field(&mut self) -> Option<CompletedField<'_>> {
        Some((&mut self.input, &mut self.completion))
    }

    fn point(&mut self, spot: Spot) -> Option<Action> {
        let Spot::Row(row) = spot else { return None };
        self.cursor = row;
        Some(Action::Accept)
    }
}

impl Palette {
    pub fn new(rows: Vec<ActionRow>, here: Location, connections: Vec<ConnectionName>) -> Palette {
        let completion = Completion::of(Asks::Place { connections, here: None, objects: true });
        let (input, shown) = (Input::default(), Vec::new());
        let mut palette = Palette { rows, here, input, completion, cursor: 0, shown };
        palette.arrange();
        palette
    }

    pub fn shown(&self) -> &[PaletteRow] {
        &self.shown
    }

    /// The row that a [`PaletteRow::Action`] counts.
    pub fn action_row(&self, number: usize) -> &ActionRow {
        &self.rows[number]
    }

    fn typed(&mut self, chord: Chord) {
        if self.input.on_text(chord) {
            self.completion.on_edit(self.input.text());
            self.arrange();
        }
    }

    /// What the row under the cursor leads to; nothing where it cannot be done.
    fn taken(&self) -> Option<Intent> {
        match self.shown.get(self.cursor)? {
            PaletteRow::Go(location) => Some(Intent::Open(location.clone())),
            PaletteRow::Follow(address) => Some(Intent::GoTo(address.clone())),
            PaletteRow::Action(number) => {
                let row = self.rows.get(*number).filter(|row| row.disabled.is_none())?;
                Some(Intent::Run(row.action))
            }
            PaletteRow::NoLocation(_) => None,
        }
    }

    /// To be called when the text was changed from outside, too.
    pub fn arrange(&mut self) {
        self.cursor = 0;
        let text = self.input.text();
        if text.starts_with(SCHEME) {
            let row = Location::parse(text).map_or_else(PaletteRow::NoLocation, PaletteRow::Go);
            let offered = self.completion.offered(text).into_iter();
            let further = offered.filter_map(|offer| Location::parse(&offer.text).ok());
            self.shown = std::iter::once(row).chain(further.map(PaletteRow::Go)).collect();
            return;
        }
        if is_web(text) {
            self.shown = vec![PaletteRow::Follow(text.trim().to_owned())];
            return;
        }
        let mut shown: Vec<PaletteRow> =
            self.matching(text).into_iter().map(PaletteRow::Action).collect();
        shown.extend(below(&self.here, text).map(PaletteRow::Go));
        self.shown = shown;
    }

    /// Best first; every action, in the order of the table, where nothing is typed. What was typed
    /// in full is the first, whatever else has its letters; of all others, what can be done is.
    fn matching(&self, text: &str) -> Vec<usize> {
        let mut numbers: Vec<usize> = if text.trim().is_empty() {
            (0..self.rows.len()).collect()
        } else {
            let titles =
                self.rows.iter().map(|row| format!("{} {}", row.title, row.action.spec().name));
            best_first(text.trim(), titles)
        };
        numbers.sort_by_key(|number| {
            let row = &self.rows[*number];
            let likeness = likeness(row, text.trim());
            (likeness != Likeness::Whole, row.disabled.is_some(), likeness)
        });
        numbers
    }
}

/// How much of a name was typed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Likeness {
    Whole,
    Beginning,
    Letters,
}

fn likeness(row: &ActionRow, text: &str) -> Likeness {
    let text = text.to_lowercase();
    let names = [row.title, row.action.spec().name];
    match names {
        _ if text.is_empty() => Likeness::Letters,
        names if names.iter().any(|name| *name == text) => Likeness::Whole,
        names if names.iter().any(|name| name.starts_with(&text)) => Likeness::Beginning,
        _ => Likeness::Letters,
    }
}

/// The numbers of the titles that have the letters of `text` in this order.
fn best_first(text: &str, titles: impl Iterator<Item = String>) -> Vec<usize> {
    let pattern = Pattern::parse(text, CaseMatching::Ignore, Normalization::Smart);
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut letters = Vec::new();
    let mut found: Vec<(u32, usize)> = titles
        .enumerate()
        .filter_map(|(number, title)| {
            let score = pattern.score(Utf32Str::new(&title, &mut letters), &mut matcher)?;
            Some((score, number))
        })
        .collect();
    found.sort_by_key(|(score, number)| (Reverse(*score), *number));
    found.into_iter().map(|(_, number)| number).collect()
}

/// The place that `text` names below `here`; a bucket where no bucket is open.
pub fn below(here: &Location, text: &str) -> Option<Location> {
    if text.is_empty() {
        return None;
    }
    match here {
        Location::Root => Location::parse(&format!("{SCHEME}{text}")).ok(),
        Location::Prefix { bucket, prefix } => Some(place(bucket.clone(), prefix, text)),
        Location::Object { bucket, key } => Some(place(bucket.clone(), &key.parent(), text)),
    }
}

fn place(bucket: Bucket, prefix: &Prefix, text: &str) -> Location {
    if text.ends_with('/') {
        return Location::Prefix { bucket, prefix: prefix.child(text) };
    }
    Location::Object { bucket, key: prefix.key(text) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::action::ACTIONS;
    use crate::app::keymap::Keymap;
    use crate::app::overlays::rows::rows_everywhere;
    use crate::app::scope::Scope;

    fn palette() -> Palette {
        let scopes = [Scope::Objects, Scope::List, Scope::Global];
        let rows = rows_everywhere(&Keymap::default(), &scopes, |_| None);
        Palette::new(rows, Location::parse("s3://media/photos/").unwrap(), Vec::new())
    }

    fn paste(palette: &mut Palette, text: &str) {
        palette.input.on_paste(text);
        palette.arrange();
    }

    #[test]
    fn a_few_letters_find_an_action() {
        let mut palette = palette();
        paste(&mut palette, "dwnl");
        assert_eq!(palette.taken(), Some(Intent::Run(Action::Download)));
    }

    #[test]
    fn what_is_typed_in_full_is_the_first_and_what_begins_so_comes_before_the_rest() {
        for spec in ACTIONS {
            for name in [spec.title, spec.name] {
                let mut palette = palette();
                paste(&mut palette, name);
                let Some(PaletteRow::Action(first)) = palette.shown().first() else { continue };
                let row = palette.action_row(*first);
                let own = [row.title, row.action.spec().name];
                let listed = palette.rows.iter().any(|row| row.action == spec.action);
                assert!(!listed || own.contains(&name), "{name} is {}", row.title);
            }
        }
        let mut palette = palette();
        paste(&mut palette, "vers");
        assert_eq!(palette.taken(), Some(Intent::Run(Action::Versions)));
    }

    #[test]
    fn what_works_elsewhere_is_shown_last_and_not_run() {
        let mut palette = palette();
        paste(&mut palette, "clear finished");
        assert!(matches!(palette.shown()[0], PaletteRow::Action(_)));
        assert_eq!(palette.taken(), None);
    }

    #[test]
    fn a_location_is_gone_to_and_a_broken_one_explained() {
        let mut palette = palette();
        paste(&mut palette, "s3://other/x/");
        let other = Location::parse("s3://other/x/").unwrap();
        assert_eq!(palette.taken(), Some(Intent::Open(other)));
        palette.typed(Chord::parse("ctrl-u").unwrap());
        paste(&mut palette, "s3:///x");
        assert!(matches!(palette.shown(), [PaletteRow::NoLocation(_)]));
        assert_eq!(palette.taken(), None);
    }

    #[test]
    fn any_text_is_also_a_place_below_the_open_one() {
        let mut palette = palette();
        paste(&mut palette, "2026/zz.jpg");
        let last = palette.shown().last().unwrap();
        let expected = Location::parse("s3://media/photos/2026/zz.jpg").unwrap();
        assert_eq!(*last, PaletteRow::Go(expected));
        assert_eq!(below(&Location::Root, "b/x/").unwrap().to_string(), "s3://b/x/");
    }
}
