//! Puts the user's keys in place of the default ones, and reports every line that cannot be
//! followed.

use crate::app::action::{ACTIONS, Action};
use crate::app::chord::Chord;
use crate::app::keymap::{Binding, Keymap, is_text, parse_sequence, sequence_text};
use crate::app::scope::Scope;
use crate::config::keys::{KeyFile, KeyMistake, KeyOverride};
use crate::domain::nearest::nearest;

/// What there is to say about the user's keys, in the order of the lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyRemarks {
    /// Lines that are not followed, or not whole.
    pub mistakes: Vec<KeyMistake>,
    /// What lines that are followed take from other actions.
    pub notes: Vec<KeyMistake>,
}

/// A sequence that the user wants for an action in a scope.
#[derive(Clone, Debug)]
struct Wish {
    binding: Binding,
    line: usize,
    /// It contradicts another one.
    dropped: bool,
}

#[derive(Default)]
struct Changes {
    wishes: Vec<Wish>,
    /// The default keys of these are not wanted.
    replaced: Vec<(Scope, Action)>,
    /// Keys of lines that are not understood: they do nothing rather than what they did.
    muted: Vec<(Option<Scope>, Vec<Chord>)>,
    /// What right lines ask for.
    bound: Vec<Binding>,
    said: KeyRemarks,
}

impl Keymap {
    /// The default keys with the user's changes.
    pub fn with(file: &KeyFile) -> (Keymap, KeyRemarks) {
        let mut changes = Changes::default();
        changes.said.mistakes.clone_from(&file.mistakes);
        for (name, line) in &file.tables {
            if scope_named(name).is_none() {
                let known: Vec<&str> = Scope::ALL.iter().map(|scope| scope.name()).collect();
                let instead = match nearest(name, &known) {
                    Some(near) => format!("did you mean [{near}]?"),
                    None => format!("there are {}", known.join(", ")),
                };
                let sentence = format!("[{name}] is not a table; {instead}");
                changes.mistake(*line, sentence);
            }
        }
        file.overrides.iter().for_each(|each| changes.read(each));
        changes.drop_contradictions();
        changes.finish()
    }
}

impl Changes {
    fn mistake(&mut self, line: usize, sentence: String) {
        self.said.mistakes.push(KeyMistake { line, sentence });
    }

    fn note(&mut self, line: usize, sentence: String) {
        self.said.notes.push(KeyMistake { line, sentence });
    }

    fn read(&mut self, change: &KeyOverride) {
        let scope = change.scope.as_deref().map(scope_named);
        let action = Action::from_name(&change.action);
        let sequences =
            self.sequences(change, matches!(scope, Some(Some(Scope::Text | Scope::Editor))));
        let places = action.into_iter().flat_map(|action| action.spec().places());
        let allowed: Vec<Scope> = places.map(|(scope, _)| scope).collect();
        match (action, scope) {
            (None, _) => {
                let known: Vec<&str> = ACTIONS.iter().map(|action| action.name).collect();
                let meant = nearest(&change.action, &known);
                let meant = meant.map(|near| format!("; did you mean {near:?}?"));
                let sentence = format!(
                    "{:?} is not an action; its keys do nothing{}",
                    change.action,
                    meant.unwrap_or_default()
                );
                self.mistake(change.line, sentence);
            }
            (Some(action), None) => return self.wish(action, &allowed, sequences, change),
            (Some(action), Some(Some(scope))) if allowed.contains(&scope) => {
                return self.wish(action, &[scope], sequences, change);
            }
            (Some(_), Some(Some(scope))) => {
                let works: Vec<String> =
                    allowed.iter().map(|scope| format!("[{}]", scope.name())).collect();
                let (name, scope, works) = (&change.action, scope.name(), works.join(", "));
                let sentence = format!("{name:?} does nothing in [{scope}]; it works in {works}");
                self.mistake(change.line, sentence);
            }
            // The table itself was told.
            (Some(_), Some(None)) => {}
        }
        let within = scope.flatten();
        self.muted.extend(sequences.into_iter().map(|chords| (within, chords)));
    }

    /// The keys of a line that are keys; the others are told.
    fn sequences(&mut self, change: &KeyOverride, in_text: bool) -> Vec<Vec<Chord>> {
        let mut good = Vec::new();
        for keys in &change.keys {
            match parse_sequence(keys) {
                Ok(chords) if in_text && is_text(chords[0]) => {
                    let sentence = format!("{keys:?} is text in a text field and no key");
                    self.mistake(change.line, format!("{}: {sentence}", change.action));
                }
                Ok(chords) => good.push(chords),
                Err(why) => self.mistake(change.line, format!("{}: {why}", change.action)),
            }
        }
        good
    }

    fn wish(
        &mut self,
        action: Action,
        scopes: &[Scope],
        sequences: Vec<Vec<Chord>>,
        change: &KeyOverride,
    ) {
        // A line without one right key changes nothing.
        if sequences.is_empty() && !change.keys.is_empty() {
            return;
        }
        for scope in scopes {
            self.replaced.push((*scope, action));
            self.wishes
                .retain(|wish| wish.binding.scope != *scope || wish.binding.action != action);
            let bindings = sequences.iter().map(|chords| Wish {
                binding: Binding { scope: *scope, chords: chords.clone(), action },
                line: change.line,
                dropped: false,
            });
            self.wishes.extend(bindings);
        }
    }

    /// One key for two actions, or one that begins another: which is meant is not known, so that it
    /// is neither.
    fn drop_contradictions(&mut self) {
        let mut told: Vec<(usize, String, Vec<&str>)> = Vec::new();
        for later in 0..self.wishes.len() {
            for earlier in 0..later {
                let (a, b) = (&self.wishes[earlier], &self.wishes[later]);
                if !contradict(&a.binding, &b.binding) {
                    continue;
                }
                let sentence = contradiction(a, b);
                let (line, scope) = (a.line.max(b.line), b.binding.scope.name());
                match told.iter_mut().find(|(at, same, _)| *at == line && *same == sentence) {
                    Some((.., scopes)) => scopes.push(scope),
                    None => told.push((line, sentence, vec![scope])),
                }
                self.wishes[earlier].dropped = true;
                self.wishes[later].dropped = true;
            }
        }
        for (line, sentence, scopes) in told {
            self.mistake(line, format!("{sentence} in {}", scopes.join(", ")));
        }
        let dropped = self.wishes.iter().filter(|wish| wish.dropped);
        self.muted
            .extend(dropped.map(|wish| (Some(wish.binding.scope), wish.binding.chords.clone())));
        self.wishes.retain(|wish| !wish.dropped);
    }

    fn finish(mut self) -> (Keymap, KeyRemarks) {
        let mut keymap = Keymap::default();
        keymap.bindings.retain(|old| !self.replaced.contains(&(old.scope, old.action)));
        let mut taken = Vec::new();
        for wish in std::mem::take(&mut self.wishes) {
            taken.extend(self.fulfil(&wish, &mut keymap));
        }
        self.mute(&mut keymap);
        self.tell_keyless(&taken, &keymap);
        self.said.mistakes.sort_by_key(|each| each.line);
        self.said.notes.sort_by_key(|each| each.line);
        (keymap, self.said)
    }

    /// Binds one; gives the actions that lost a key by it.
    fn fulfil(&mut self, wish: &Wish, keymap: &mut Keymap) -> Vec<(usize, Action)> {
        let Wish { binding, line, .. } = wish;
        let (keys, title) = (sequence_text(&binding.chords), binding.action.spec().name);
        let scope = binding.scope.name();
        let shorter =
            |old: &&Binding| contradict(old, binding) && old.chords.len() < binding.chords.len();
        if let Some(old) = keymap.bindings.iter().find(shorter) {
            let (begun, other) = (sequence_text(&old.chords), old.action.spec().name);
            let sentence =
                format!("{title}: {keys:?} cannot be typed in {scope}: {begun:?} is {other}");
            self.mistake(*line, sentence);
            return Vec::new();
        }
        let mut taken = Vec::new();
        keymap.bindings.retain(|old| {
            let goes = contradict(old, binding);
            if goes {
                taken.push(old.clone());
            }
            !goes
        });
        for old in &taken {
            let (before, other) = (sequence_text(&old.chords), old.action.spec().name);
            self.note(
                *line,
                format!("{keys:?} is {title} in {scope}: {before:?} is no longer {other}"),
            );
        }
        self.tell_shadows(wish, keymap);
        keymap.bindings.push(binding.clone());
        self.bound.push(binding.clone());
        taken.into_iter().map(|old| (*line, old.action)).collect()
    }

    /// The same key in a scope within or around: the inner one wins there.
    fn tell_shadows(&mut self, wish: &Wish, keymap: &Keymap) {
        let Wish { binding, line, .. } = wish;
        let keys = sequence_text(&binding.chords);
        for other in &keymap.bindings {
            if other.action == binding.action || !clash(&other.chords, &binding.chords) {
                continue;
            }
            let (mine, theirs) = (binding.action.spec().name, other.action.spec().name);
            let sentence = if other.scope.is_within(binding.scope) {
                format!("{keys:?} is {mine}, but in {} it is {theirs}", other.scope.name())
            } else if binding.scope.is_within(other.scope) {
                format!(
                    "{keys:?} is {mine} in {}, and no longer {theirs} there",
                    binding.scope.name()
                )
            } else {
                continue;
            };
            self.note(*line, sentence);
        }
    }

    /// A key of a line that is not understood does nothing; questions and text fields keep theirs.
    fn mute(&self, keymap: &mut Keymap) {
        for (scope, chords) in &self.muted {
            keymap.bindings.retain(|old| {
                let here = old.scope.is_of_panes() && scope.is_none_or(|scope| scope == old.scope);
                !here || old.chords != *chords || self.bound.contains(old)
            });
        }
    }

    /// An action without any key is still in the palette.
    fn tell_keyless(&mut self, taken: &[(usize, Action)], keymap: &Keymap) {
        for (line, action) in taken {
            if keymap.bindings.iter().all(|binding| binding.action != *action) {
                self.note(*line, format!("{} has no key now", action.spec().name));
            }
        }
    }
}

fn scope_named(name: &str) -> Option<Scope> {
    Scope::ALL.into_iter().find(|scope| scope.name() == name)
}

/// Whether one is the beginning of the other, or the same.
fn clash(one: &[Chord], other: &[Chord]) -> bool {
    one.starts_with(other) || other.starts_with(one)
}

/// Whether two bindings of a scope cannot both be meant.
fn contradict(one: &Binding, other: &Binding) -> bool {
    one.scope == other.scope && one.action != other.action && clash(&one.chords, &other.chords)
}

fn contradiction(one: &Wish, other: &Wish) -> String {
    let named = |wish: &Wish| wish.binding.action.spec().name;
    let keys = |wish: &Wish| sequence_text(&wish.binding.chords);
    if one.binding.chords == other.binding.chords {
        let (keys, first, second) = (keys(one), named(one), named(other));
        return format!(
            "{keys:?} is {first} on line {} and {second} here: it does nothing",
            one.line
        );
    }
    let (short, long) = match one.binding.chords.len() < other.binding.chords.len() {
        true => (one, other),
        false => (other, one),
    };
    format!(
        "{:?} is {} on line {} and begins {:?}, which is {} on line {}: neither does anything",
        keys(short),
        named(short),
        short.line,
        keys(long),
        named(long),
        long.line,
    )
}

#[cfg(test)]
mod tests;
