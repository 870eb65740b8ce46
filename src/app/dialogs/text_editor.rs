//! Edits small texts; what is not changed in them stays byte for byte.

use std::fmt;

use tui_textarea::{CursorMove, Input as Stroke, Key as StrokeKey, TextArea};

use crate::app::action::{Action, KeyHint};
use crate::app::chord::{Chord, KeyCode};
use crate::app::dialogs::outcome::Outcome;
use crate::app::scope::Scope;
use crate::domain::units::Size;

/// The largest text, in bytes.
pub const LARGEST: usize = 1 << 20;

/// Covers the whole window until the text is saved or left.
#[derive(Clone)]
pub struct TextEditor {
    pub title: String,
    area: TextArea<'static>,
    /// Every line ends with `\r\n`; a carriage return elsewhere is part of its line.
    crlf: bool,
    before: Vec<u8>,
    /// The text is another than before.
    changed: bool,
    /// The first line on screen.
    top: usize,
    /// Lines on screen.
    rows: usize,
    /// It was changed and is to be left: the same key once more leaves it.
    pub leaving: bool,
}

impl fmt::Debug for TextEditor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TextEditor").field("title", &self.title).finish_non_exhaustive()
    }
}

impl TextEditor {
    /// # Errors
    /// Why a text cannot be edited here.
    pub fn new(title: impl Into<String>, bytes: Vec<u8>) -> Result<TextEditor, String> {
        if bytes.len() > LARGEST {
            let (size, most) = (Size(bytes.len() as u64), Size(LARGEST as u64));
            return Err(format!("it has {size}, and the editor here takes {most} at most"));
        }
        let text = std::str::from_utf8(&bytes)
            .map_err(|_| "it is not UTF-8 text, which this editor needs".to_owned())?;
        let ends = text.matches('\n').count();
        let crlf = ends > 0 && text.matches("\r\n").count() == ends;
        let lines = match crlf {
            true => text.split("\r\n").map(str::to_owned).collect(),
            false => text.split('\n').map(str::to_owned).collect(),
        };
        let mut area = TextArea::new(lines);
        area.set_hard_tab_indent(true);
        Ok(TextEditor {
            title: title.into(),
            area,
            crlf,
            before: bytes,
            changed: false,
            top: 0,
            rows: 1,
            leaving: false,
        })
    }

    /// Takes the lines that its window has; one of them asks while it is left.
    pub fn fit(&mut self, rows: u16) {
        self.rows = usize::from(rows.saturating_sub(u16::from(self.leaving))).max(1);
        self.top = self.first(self.rows);
    }

    /// As [`TextEditor::fit`], in a window of so many lines: its frame and the footer take some.
    pub fn fit_window(&mut self, lines: u16) {
        self.fit(lines.saturating_sub(3));
    }

    /// The first of so many lines on screen: the window moves only where the cursor leaves it.
    pub fn first(&self, rows: usize) -> usize {
        let (row, _) = self.cursor();
        self.top.min(row).max((row + 1).saturating_sub(rows))
    }

    pub fn bytes(&self) -> Vec<u8> {
        let end = if self.crlf { "\r\n" } else { "\n" };
        self.area.lines().join(end).into_bytes()
    }

    pub fn is_changed(&self) -> bool {
        self.changed
    }

    pub fn lines(&self) -> &[String] {
        self.area.lines()
    }

    /// Line and character, counted from 0.
    pub fn cursor(&self) -> (usize, usize) {
        let cursor = self.area.cursor();
        (cursor.0, cursor.1)
    }

    /// What keys mean in it: all others are text.
    pub const SCOPES: &[Scope] = Scope::Editor.outwards();

    pub fn hints(&self) -> Vec<KeyHint> {
        let leave = if self.leaving { "leave it unsaved" } else { "leave" };
        vec![(Action::SaveText, "save"), (Action::Dismiss, leave)]
    }

    /// Accepted where the text is to be saved.
    pub fn on_action(&mut self, action: Action) -> Outcome<()> {
        match action {
            Action::SaveText => return Outcome::Accepted(()),
            Action::Dismiss if self.leaving || !self.is_changed() => return Outcome::Cancelled,
            Action::Dismiss => self.leaving = true,
            // The wheel: all keys are text.
            Action::Up => self.scroll(false),
            Action::Down => self.scroll(true),
            _ => {}
        }
        Outcome::Open
    }

    /// Takes a key. ctrl-s saves too, where the terminal passes it on.
    pub fn on_text(&mut self, chord: Chord) -> Outcome<()> {
        self.leaving = false;
        if chord.ctrl && !chord.alt && chord.key == KeyCode::Char('s') {
            return Outcome::Accepted(());
        }
        let modified = match chord.key {
            KeyCode::PageUp | KeyCode::PageDown => {
                let down = chord.key == KeyCode::PageDown;
                (0..self.rows).for_each(|_| self.step(down));
                false
            }
            _ => self.area.input(stroke(chord)),
        };
        if modified {
            self.compare();
        }
        Outcome::Open
    }

    /// Moves the window by a line; the cursor stays in it.
    fn scroll(&mut self, down: bool) {
        self.top = match down {
            true => (self.top + 1).min(self.lines().len().saturating_sub(self.rows)),
            false => self.top.saturating_sub(1),
        };
        let (row, _) = self.cursor();
        if row < self.top || row >= self.top + self.rows {
            self.step(down);
        }
    }

    fn step(&mut self, down: bool) {
        self.area.move_cursor(if down { CursorMove::Down } else { CursorMove::Up });
    }

    fn compare(&mut self) {
        self.changed = self.bytes() != self.before;
    }

    pub fn on_paste(&mut self, text: &str) {
        self.leaving = false;
        self.area.insert_str(text.replace("\r\n", "\n").replace('\r', "\n"));
        self.compare();
    }
}

fn stroke(chord: Chord) -> Stroke {
    let key = match chord.key {
        KeyCode::Char(letter) => StrokeKey::Char(letter),
        KeyCode::Enter => StrokeKey::Enter,
        KeyCode::Esc => StrokeKey::Esc,
        KeyCode::Tab => StrokeKey::Tab,
        KeyCode::Backspace => StrokeKey::Backspace,
        KeyCode::Delete => StrokeKey::Delete,
        KeyCode::Up => StrokeKey::Up,
        KeyCode::Down => StrokeKey::Down,
        KeyCode::Left => StrokeKey::Left,
        KeyCode::Right => StrokeKey::Right,
        KeyCode::Home => StrokeKey::Home,
        KeyCode::End => StrokeKey::End,
        KeyCode::PageUp => StrokeKey::PageUp,
        KeyCode::PageDown => StrokeKey::PageDown,
        KeyCode::Function(number) => StrokeKey::F(number),
        KeyCode::Insert => StrokeKey::Null,
    };
    Stroke { key, ctrl: chord.ctrl, alt: chord.alt, shift: chord.shift }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn editor(text: &str) -> TextEditor {
        TextEditor::new("t", text.as_bytes().to_vec()).unwrap()
    }

    fn typed(editor: &mut TextEditor, keys: &[&str]) -> String {
        for key in keys {
            assert_eq!(editor.on_text(Chord::parse(key).unwrap()), Outcome::Open);
        }
        String::from_utf8(editor.bytes()).unwrap()
    }

    #[test]
    fn what_is_not_changed_stays_byte_for_byte() {
        for text in ["", "a", "a\n", "\n\n", "a\r\nb\r\n", "a\r\nb\nc\r", "ü\t\u{0}\u{1b}[2J\n"] {
            let editor = editor(text);
            assert_eq!(editor.bytes(), text.as_bytes(), "{text:?}");
            assert!(!editor.is_changed());
        }
    }

    #[test]
    fn new_lines_end_as_the_others_do() {
        assert_eq!(typed(&mut editor("a\r\nb\r\n"), &["end", "enter", "x"]), "a\r\nx\r\nb\r\n");
        assert_eq!(typed(&mut editor("a\nb"), &["end", "enter", "tab"]), "a\n\t\nb");
        let mut pasted = editor("a\r\n");
        pasted.on_paste("1\n2\n");
        assert_eq!(pasted.bytes(), b"1\r\n2\r\na\r\n");
    }

    #[test]
    fn what_is_changed_is_left_only_when_that_is_said_twice() {
        let mut changed = editor("a");
        assert_eq!(changed.on_action(Action::Dismiss), Outcome::Cancelled);
        typed(&mut changed, &["x"]);
        assert_eq!(changed.on_action(Action::Dismiss), Outcome::Open);
        assert!(changed.leaving);
        typed(&mut changed, &["y"]);
        assert!(!changed.leaving, "it goes on");
        changed.on_action(Action::Dismiss);
        assert_eq!(changed.on_action(Action::Dismiss), Outcome::Cancelled);
        assert_eq!(changed.on_action(Action::SaveText), Outcome::Accepted(()));
        assert_eq!(changed.on_text(Chord::parse("x").unwrap()), Outcome::Open);
    }

    #[test]
    fn what_is_put_back_is_not_changed() {
        let mut put_back = editor("a\nb");
        typed(&mut put_back, &["x", "down"]);
        assert!(put_back.is_changed());
        typed(&mut put_back, &["up", "end", "left", "backspace"]);
        assert!(!put_back.is_changed());
        put_back.on_paste("y");
        assert!(put_back.is_changed());
    }

    #[test]
    fn the_window_moves_only_where_the_cursor_leaves_it() {
        let lines: Vec<String> = (0..100).map(|number| number.to_string()).collect();
        let mut editor = editor(&lines.join("\n"));
        let mut at = |keys: &[&str], wheel: &[Action]| {
            for key in keys {
                editor.on_text(Chord::parse(key).unwrap());
            }
            for action in wheel {
                assert_eq!(editor.on_action(*action), Outcome::Open);
            }
            editor.fit(10);
            (editor.first(10), editor.cursor().0)
        };
        assert_eq!(at(&[], &[]), (0, 0));
        assert_eq!(at(&["down"; 12], &[]), (3, 12));
        assert_eq!(at(&["up"; 5], &[]), (3, 7), "the cursor is anywhere in it");
        assert_eq!(at(&["up"; 5], &[]), (2, 2));
        assert_eq!(at(&["pgdn"], &[]), (3, 12));
        assert_eq!(at(&[], &[Action::Down; 3]), (6, 12), "the wheel scrolls");
        assert_eq!(at(&[], &[Action::Down; 10]), (16, 16), "and takes the cursor along");
        assert_eq!(at(&[], &[Action::Up; 20]), (0, 9));
        assert_eq!(at(&["pgup"], &[Action::Down; 200]), (90, 90));
    }

    #[test]
    fn what_is_too_large_or_no_text_says_so() {
        let large = TextEditor::new("t", vec![b'a'; LARGEST + 1]).unwrap_err();
        assert!(large.contains("1.0 MiB at most"), "{large}");
        assert!(TextEditor::new("t", vec![0xff]).unwrap_err().contains("UTF-8"));
        assert!(TextEditor::new("t", vec![b'a'; LARGEST]).is_ok());
    }
}
