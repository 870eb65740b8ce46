//! An input is a single-line text field with the readline keys.

use std::fmt;

use tui_textarea::{CursorMove, Input as Stroke, Key as StrokeKey, TextArea};

use crate::app::chord::{Chord, KeyCode};

/// What is typed is kept byte for byte; a line break never gets in.
#[derive(Clone)]
pub struct Input {
    area: TextArea<'static>,
    masked: bool,
    /// The whole text is selected: what is typed or pasted comes in its place.
    selected: bool,
}

impl Default for Input {
    fn default() -> Input {
        Input::new("")
    }
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = if self.masked { "…" } else { self.text() };
        f.debug_tuple("Input").field(&text).finish()
    }
}

impl PartialEq for Input {
    fn eq(&self, other: &Input) -> bool {
        self.text() == other.text() && self.cursor() == other.cursor()
    }
}

impl Input {
    /// A field that holds `text` with the cursor behind it.
    pub fn new(text: &str) -> Input {
        let mut area = TextArea::new(vec![without_line_breaks(text)]);
        area.set_max_histories(200);
        area.move_cursor(CursorMove::End);
        Input { area, masked: false, selected: false }
    }

    /// A field whose text is replaced by what is typed; keys that move the cursor keep it.
    pub fn prefilled(text: &str) -> Input {
        let mut input = Input::new(text);
        input.select();
        input
    }

    pub fn select(&mut self) {
        self.selected = !self.is_empty();
    }

    /// What is typed next goes on from the text.
    pub fn deselect(&mut self) {
        self.selected = false;
    }

    pub fn is_selected(&self) -> bool {
        self.selected
    }

    /// A field whose text is painted as dots.
    pub fn masked() -> Input {
        Input { masked: true, ..Input::default() }
    }

    pub fn set_masked(&mut self, masked: bool) {
        self.masked = masked;
    }

    pub fn is_masked(&self) -> bool {
        self.masked
    }

    pub fn text(&self) -> &str {
        self.area.lines().first().map_or("", String::as_str)
    }

    pub fn is_empty(&self) -> bool {
        self.text().is_empty()
    }

    /// Characters before the cursor.
    pub fn cursor(&self) -> usize {
        self.area.cursor().1
    }

    pub fn set(&mut self, text: &str) {
        *self = Input { masked: self.masked, ..Input::new(text) };
    }

    /// Takes a key; whether the text is another one now.
    pub fn on_text(&mut self, chord: Chord) -> bool {
        if std::mem::take(&mut self.selected) && !chord.ctrl && !chord.alt {
            match chord.key {
                KeyCode::Backspace | KeyCode::Delete => {
                    self.set("");
                    return true;
                }
                KeyCode::Char(letter) if !letter.is_control() => self.set(""),
                _ => {}
            }
        }
        match (chord.ctrl, chord.alt) {
            (true, false) => self.on_ctrl(chord.key),
            (false, true) => self.on_alt(chord.key),
            (false, false) => self.on_plain(chord.key),
            (true, true) => false,
        }
    }

    /// Inserts what was pasted; a line break at either end goes, one in the middle becomes a space.
    pub fn on_paste(&mut self, text: &str) -> bool {
        if std::mem::take(&mut self.selected) {
            self.set("");
        }
        self.area.insert_str(without_line_breaks(text))
    }

    fn on_ctrl(&mut self, key: KeyCode) -> bool {
        match key {
            KeyCode::Char('a') => self.go(CursorMove::Head),
            KeyCode::Char('e') => self.go(CursorMove::End),
            KeyCode::Char('b') => self.go(CursorMove::Back),
            KeyCode::Char('f') => self.go(CursorMove::Forward),
            KeyCode::Left => self.go(CursorMove::WordBack),
            KeyCode::Right => self.go(CursorMove::WordForward),
            KeyCode::Char('w') | KeyCode::Backspace => self.area.delete_word(),
            KeyCode::Char('u') => self.cursor() > 0 && self.area.delete_line_by_head(),
            KeyCode::Char('k') => self.before_the_end() && self.area.delete_line_by_end(),
            KeyCode::Char('d') | KeyCode::Delete => self.delete_next(),
            KeyCode::Char('h') => self.delete_before(),
            _ => false,
        }
    }

    fn on_alt(&mut self, key: KeyCode) -> bool {
        match key {
            KeyCode::Char('b') | KeyCode::Left => self.go(CursorMove::WordBack),
            KeyCode::Char('f') | KeyCode::Right => self.go(CursorMove::WordForward),
            KeyCode::Char('d') => self.before_the_end() && self.area.delete_next_word(),
            KeyCode::Backspace => self.area.delete_word(),
            _ => false,
        }
    }

    fn on_plain(&mut self, key: KeyCode) -> bool {
        match key {
            KeyCode::Left => self.go(CursorMove::Back),
            KeyCode::Right => self.go(CursorMove::Forward),
            KeyCode::Home => self.go(CursorMove::Head),
            KeyCode::End => self.go(CursorMove::End),
            KeyCode::Backspace => self.delete_before(),
            KeyCode::Delete => self.delete_next(),
            KeyCode::Char('\n' | '\r') => false,
            KeyCode::Char(character) => self.area.input_without_shortcuts(Stroke {
                key: StrokeKey::Char(character),
                ctrl: false,
                alt: false,
                shift: false,
            }),
            _ => false,
        }
    }

    fn go(&mut self, to: CursorMove) -> bool {
        let before = self.area.cursor();
        self.area.move_cursor(to);
        if self.area.cursor().0 != 0 {
            self.area.move_cursor(CursorMove::Jump(0, u16::try_from(before.1).unwrap_or(u16::MAX)));
        }
        false
    }

    fn before_the_end(&self) -> bool {
        self.cursor() < self.text().chars().count()
    }

    fn delete_next(&mut self) -> bool {
        self.before_the_end() && self.area.delete_next_char()
    }

    fn delete_before(&mut self) -> bool {
        self.cursor() > 0 && self.area.delete_char()
    }
}

fn without_line_breaks(text: &str) -> String {
    text.trim_matches(['\r', '\n']).replace("\r\n", " ").replace(['\r', '\n'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(input: &mut Input, keys: &[&str]) {
        for key in keys {
            input.on_text(Chord::parse(key).unwrap());
        }
    }

    #[test]
    fn readline_keys_edit_the_line() {
        let mut input = Input::new("one two three");
        press(&mut input, &["ctrl-w"]);
        assert_eq!(input.text(), "one two ");
        press(&mut input, &["alt-b", "ctrl-k"]);
        assert_eq!(input.text(), "one ");
        press(&mut input, &["ctrl-a", "X", "ctrl-e", "Y"]);
        assert_eq!(input.text(), "Xone Y");
        press(&mut input, &["ctrl-u", "ü", "backspace"]);
        assert_eq!(input.text(), "");
    }

    #[test]
    fn a_prefilled_text_is_replaced_or_kept() {
        for (keys, text) in [
            (&["x"][..], "x"),
            (&["x", "y"], "xy"),
            (&["backspace"], ""),
            (&["del"], ""),
            (&["right", "x"], "abcx"),
            (&["left", "x"], "abxc"),
            (&["home", "x"], "xabc"),
            (&["ctrl-a", "x"], "xabc"),
            (&["end", "backspace"], "ab"),
            (&["ctrl-u", "x"], "x"),
        ] {
            let mut input = Input::prefilled("abc");
            press(&mut input, keys);
            assert_eq!(input.text(), text, "{keys:?}");
        }
        let mut input = Input::prefilled("abc");
        input.on_paste("new");
        assert_eq!(input.text(), "new");
        assert!(!Input::prefilled("").is_selected());
    }

    #[test]
    fn no_key_and_no_paste_breaks_the_line() {
        let mut input = Input::new("a\nb");
        press(&mut input, &["enter", "ctrl-m", "ctrl-j", "tab", "del"]);
        assert_eq!(input.text(), "a b");
        input.on_paste("\r\nc\r\nd\n");
        assert_eq!(input.text(), "a bc d");
        press(&mut input, &["ctrl-a", "alt-b", "backspace", "ctrl-w", "left"]);
        assert_eq!(input.text(), "a bc d");
    }

    #[test]
    fn nothing_is_deleted_beyond_the_ends() {
        let mut input = Input::new("ab");
        assert!(!input.on_text(Chord::parse("ctrl-k").unwrap()));
        assert!(!input.on_text(Chord::parse("del").unwrap()));
        press(&mut input, &["home"]);
        assert!(!input.on_text(Chord::parse("ctrl-u").unwrap()));
        assert!(!input.on_text(Chord::parse("backspace").unwrap()));
        assert_eq!(input.text(), "ab");
    }
}
