//! Finds the action of a key press: chords, sequences and scopes, with what the user changed.

pub mod changes;

use crate::app::action::{ACTIONS, Action};
use crate::app::chord::{Chord, KeyCode};
use crate::app::scope::Scope;

/// Which keys mean which action where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keymap {
    bindings: Vec<Binding>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    pub scope: Scope,
    pub chords: Vec<Chord>,
    pub action: Action,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolved {
    Action(Action),
    /// The beginning of a sequence.
    Pending,
    Unbound,
}

const ESC: Chord = Chord::plain(KeyCode::Esc);

/// Terminals send these for Backspace, Tab, Enter and flow control.
const NEVER_BOUND: [char; 5] = ['h', 'i', 'm', 's', 'q'];

impl Default for Keymap {
    fn default() -> Keymap {
        let mut keymap = Keymap { bindings: Vec::new() };
        for spec in ACTIONS {
            for (scope, keys) in spec.places() {
                for keys in keys {
                    if let Ok(chords) = parse_sequence(keys) {
                        keymap.bind(scope, chords, spec.action);
                    }
                }
            }
        }
        keymap
    }
}

impl Keymap {
    /// What `chord` means after the `pending` ones; the innermost scope comes first in `scopes`.
    pub fn resolve(&self, scopes: &[Scope], pending: &[Chord], chord: Chord) -> Resolved {
        for scope in scopes {
            if takes_text(*scope) && is_text(chord) {
                return Resolved::Unbound;
            }
            // It lies over everything: there is a way out of it whatever the user binds.
            if *scope == Scope::Editor && pending.is_empty() && chord == ESC {
                return Resolved::Action(Action::Dismiss);
            }
            let mut begins = false;
            for binding in self.bindings.iter().filter(|binding| binding.scope == *scope) {
                match continues(&binding.chords, pending, chord) {
                    Some(true) => return Resolved::Action(binding.action),
                    Some(false) => begins = true,
                    None => {}
                }
            }
            if begins {
                return Resolved::Pending;
            }
        }
        Resolved::Unbound
    }

    /// The first key that does `action` in one of `scopes`, as text: `g g`.
    pub fn key_for(&self, scopes: &[Scope], action: Action) -> Option<String> {
        self.keys_for(scopes, action).next()
    }

    /// The key that does `action`, one of `scopes` before all others; for an action without a key
    /// its name in the palette: `:refresh`.
    pub fn name_of(&self, scopes: &[Scope], action: Action) -> String {
        self.key_for(scopes, action)
            .or_else(|| self.key_for(&Scope::ALL, action))
            .unwrap_or_else(|| format!(":{}", action.spec().name))
    }

    /// Every key that does `action` in one of `scopes`.
    pub fn keys_for(&self, scopes: &[Scope], action: Action) -> impl Iterator<Item = String> {
        self.bindings
            .iter()
            .filter(move |binding| {
                binding.action == action
                    && scopes.contains(&binding.scope)
                    && !(takes_text(binding.scope) && is_text(binding.chords[0]))
            })
            .map(|binding| sequence_text(&binding.chords))
    }

    pub fn bindings(&self) -> &[Binding] {
        &self.bindings
    }

    /// What a default key does where `scopes` are asked; where it is bound to nothing, its chord.
    #[cfg(test)]
    pub fn meant(scopes: &[Scope], key: &str) -> Result<Action, Chord> {
        let chord = Chord::parse(key).unwrap();
        match Keymap::default().resolve(scopes, &[], chord) {
            Resolved::Action(action) => Ok(action),
            Resolved::Pending | Resolved::Unbound => Err(chord),
        }
    }

    fn bind(&mut self, scope: Scope, chords: Vec<Chord>, action: Action) {
        self.bindings.retain(|old| old.scope != scope || old.chords != chords);
        self.bindings.push(Binding { scope, chords, action });
    }
}

/// `Some(true)`: the sequence is complete with `chord`; `Some(false)`: it goes on.
fn continues(sequence: &[Chord], pending: &[Chord], chord: Chord) -> Option<bool> {
    let (begun, rest) = sequence.split_at_checked(pending.len())?;
    (begun == pending && rest.first() == Some(&chord)).then_some(rest.len() == 1)
}

/// Whether characters are text there.
fn takes_text(scope: Scope) -> bool {
    matches!(scope, Scope::Text | Scope::Editor)
}

/// Whether a text field takes the chord as a character.
fn is_text(chord: Chord) -> bool {
    matches!(chord.key, KeyCode::Char(_)) && !chord.ctrl && !chord.alt
}

/// Reads `ctrl-d` or `g g`.
///
/// # Errors
/// A sentence that names what is not a key or must stay unbound.
pub fn parse_sequence(text: &str) -> Result<Vec<Chord>, String> {
    let chords = text.split(' ').map(Chord::parse).collect::<Result<Vec<_>, _>>()?;
    match chords.iter().find(|chord| never_bound(**chord)) {
        Some(chord) => Err(format!("{chord} cannot be bound: terminals use it themselves")),
        None => Ok(chords),
    }
}

fn never_bound(chord: Chord) -> bool {
    matches!(chord.key, KeyCode::Char(letter) if chord.ctrl && NEVER_BOUND.contains(&letter))
}

fn sequence_text(chords: &[Chord]) -> String {
    let texts: Vec<String> = chords.iter().map(ToString::to_string).collect();
    texts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const OBJECTS: &[Scope] = &[Scope::Objects, Scope::List, Scope::Global];

    fn chord(text: &str) -> Chord {
        Chord::parse(text).unwrap()
    }

    #[test]
    fn every_action_is_reached_by_its_default_keys() {
        let keymap = Keymap::default();
        for spec in ACTIONS {
            for (scope, keys) in spec.places().filter(|(scope, _)| *scope != Scope::Text) {
                for keys in keys {
                    let chords = parse_sequence(keys).unwrap();
                    let (last, pending) = chords.split_last().unwrap();
                    assert_eq!(
                        keymap.resolve(&[scope], pending, *last),
                        Resolved::Action(spec.action),
                        "{keys} in {}",
                        scope.name()
                    );
                }
            }
        }
    }

    #[test]
    fn the_innermost_scope_wins() {
        let keymap = Keymap::default();
        let transfers = [Scope::Transfers, Scope::List, Scope::Global];
        let space = chord("space");
        assert_eq!(keymap.resolve(OBJECTS, &[], space), Resolved::Action(Action::Mark));
        assert_eq!(keymap.resolve(&transfers, &[], space), Resolved::Action(Action::PauseJob));
    }

    #[test]
    fn a_sequence_waits_for_its_end() {
        let keymap = Keymap::default();
        let g = chord("g");
        assert_eq!(keymap.resolve(OBJECTS, &[], g), Resolved::Pending);
        assert_eq!(keymap.resolve(OBJECTS, &[g], g), Resolved::Action(Action::First));
        assert_eq!(keymap.resolve(OBJECTS, &[g], chord("p")), Resolved::Action(Action::GoToPath));
        assert_eq!(keymap.resolve(OBJECTS, &[g], chord("z")), Resolved::Unbound);
    }

    #[test]
    fn a_character_is_text_in_a_text_field() {
        let keymap = Keymap::default();
        for text in ["q", "j", "space", "?"] {
            assert_eq!(keymap.resolve(&[Scope::Text], &[], chord(text)), Resolved::Unbound);
        }
        let down = keymap.resolve(&[Scope::Text], &[], chord("down"));
        assert_eq!(down, Resolved::Action(Action::Down));
        assert_eq!(keymap.key_for(&[Scope::Text], Action::Down).as_deref(), Some("down"));
    }

    #[test]
    fn the_editor_takes_letters_for_text_and_is_always_left() {
        let mut keymap = Keymap::default();
        keymap.bind(Scope::Editor, vec![chord("x")], Action::SaveText);
        let keys: Vec<String> = keymap.keys_for(&[Scope::Editor], Action::SaveText).collect();
        assert_eq!(keys, ["ctrl-o"], "a letter is text there");
        keymap.bind(Scope::Editor, vec![chord("esc")], Action::SaveText);
        let left = keymap.resolve(&[Scope::Editor], &[], chord("esc"));
        assert_eq!(left, Resolved::Action(Action::Dismiss));
        keymap.bindings.retain(|binding| binding.action != Action::Dismiss);
        let left = keymap.resolve(&[Scope::Editor], &[], chord("esc"));
        assert_eq!(left, Resolved::Action(Action::Dismiss));
    }
}
