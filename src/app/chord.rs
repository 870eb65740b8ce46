//! Reads key presses from the text of a keymap, and writes them in the same form.

use std::fmt;

/// A key with its modifiers. An upper-case letter is itself, without `shift`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Chord {
    pub key: KeyCode,
    pub ctrl: bool,
    pub alt: bool,
    /// Only with keys that have no shifted character of their own (`shift-tab`, `shift-up`).
    pub shift: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KeyCode {
    Char(char),
    Enter,
    Esc,
    Tab,
    Backspace,
    Delete,
    Insert,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
    Function(u8),
}

const NAMED: &[(&str, KeyCode)] = &[
    ("space", KeyCode::Char(' ')),
    ("enter", KeyCode::Enter),
    ("esc", KeyCode::Esc),
    ("tab", KeyCode::Tab),
    ("backspace", KeyCode::Backspace),
    ("del", KeyCode::Delete),
    ("ins", KeyCode::Insert),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("pgup", KeyCode::PageUp),
    ("pgdn", KeyCode::PageDown),
];

impl Chord {
    pub const fn plain(key: KeyCode) -> Chord {
        Chord { key, ctrl: false, alt: false, shift: false }
    }

    pub const fn char(character: char) -> Chord {
        Chord::plain(KeyCode::Char(character))
    }

    /// Reads `j`, `G`, `ctrl-d`, `alt-x`, `shift-tab`, `space`, `pgdn`, `f5`, `-`.
    ///
    /// # Errors
    /// A sentence that names the part that is not a key.
    pub fn parse(text: &str) -> Result<Chord, String> {
        let mut chord = Chord::char(' ');
        let mut rest = text;
        loop {
            if let Some(after) = rest.strip_prefix("ctrl-").filter(|after| !after.is_empty()) {
                chord.ctrl = true;
                rest = after;
            } else if let Some(after) = rest.strip_prefix("alt-").filter(|after| !after.is_empty())
            {
                chord.alt = true;
                rest = after;
            } else if let Some(after) =
                rest.strip_prefix("shift-").filter(|after| !after.is_empty())
            {
                chord.shift = true;
                rest = after;
            } else {
                break;
            }
        }
        chord.key = parse_key(rest).ok_or_else(|| format!("{rest:?} in {text:?} is not a key"))?;
        Ok(chord)
    }
}

fn parse_key(text: &str) -> Option<KeyCode> {
    let mut characters = text.chars();
    if let (Some(character), None) = (characters.next(), characters.next()) {
        return Some(KeyCode::Char(character));
    }
    if let Some(number) = text.strip_prefix('f').and_then(|digits| digits.parse::<u8>().ok()) {
        return (1..=24).contains(&number).then_some(KeyCode::Function(number));
    }
    NAMED.iter().find(|(name, _)| *name == text).map(|(_, key)| *key)
}

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (held, name) in [(self.ctrl, "ctrl-"), (self.alt, "alt-"), (self.shift, "shift-")] {
            if held {
                f.write_str(name)?;
            }
        }
        match self.key {
            KeyCode::Function(number) => write!(f, "f{number}"),
            key => match (NAMED.iter().find(|(_, named)| *named == key), key) {
                (Some((name, _)), _) => f.write_str(name),
                (None, KeyCode::Char(character)) => write!(f, "{character}"),
                (None, _) => Ok(()),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_comes_back_as_it_was_written() {
        for text in [
            "j",
            "G",
            "ctrl-d",
            "alt-x",
            "shift-tab",
            "space",
            "pgdn",
            "f5",
            "-",
            "ctrl--",
            "?",
            "ü",
        ] {
            assert_eq!(Chord::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_not_a_key_is_named() {
        assert!(Chord::parse("ctrl-nope").unwrap_err().contains("nope"));
        assert!(Chord::parse("").is_err());
        assert!(Chord::parse("f99").is_err());
    }
}
