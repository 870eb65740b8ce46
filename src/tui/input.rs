//! Events of the terminal to events of the interface.

use std::thread;

use crossterm::event::{
    self, Event as Raw, KeyCode as RawKey, KeyEvent, KeyEventKind, KeyModifiers, MouseButton,
    MouseEvent, MouseEventKind,
};
use tokio::sync::mpsc::UnboundedSender;

use crate::app::chord::{Chord, KeyCode};
use crate::app::event::{Event, Mouse, MouseKind};
use crate::config::crash::rehearse;

/// Reads the terminal on a thread of its own until the receiver or the terminal is gone. Dropping the sender tells the
/// loop that the terminal is gone.
pub fn read_on_thread(keys: UnboundedSender<Event>) {
    let reader = move || {
        while let Ok(raw) = event::read() {
            rehearse("input");
            if let Some(event) = translate(&raw)
                && keys.send(event).is_err()
            {
                return;
            }
        }
    };
    // Without a thread there is no input: the dropped sender ends the loop.
    let _ = thread::Builder::new().name("input".to_owned()).spawn(reader);
}

fn translate(raw: &Raw) -> Option<Event> {
    match raw {
        Raw::Key(key) => chord(*key).map(Event::Key),
        Raw::Mouse(mouse) => translate_mouse(*mouse).map(Event::Mouse),
        Raw::Paste(text) => Some(Event::Paste(text.clone())),
        // The size is told by its signal, which is listened to from the first frame on.
        Raw::Resize(..) | Raw::FocusGained | Raw::FocusLost => None,
    }
}

fn chord(event: KeyEvent) -> Option<Chord> {
    if event.kind == KeyEventKind::Release {
        return None;
    }
    let held = |modifier| event.modifiers.contains(modifier);
    let mut chord = Chord {
        key: KeyCode::Enter,
        ctrl: held(KeyModifiers::CONTROL),
        alt: held(KeyModifiers::ALT),
        shift: held(KeyModifiers::SHIFT),
    };
    chord.key = match event.code {
        RawKey::Char(character) => {
            let shifted = chord.shift && character.is_ascii_lowercase() && !chord.ctrl;
            chord.shift = false;
            KeyCode::Char(if shifted { character.to_ascii_uppercase() } else { character })
        }
        RawKey::BackTab => {
            chord.shift = true;
            KeyCode::Tab
        }
        code => named(code)?,
    };
    Some(chord)
}

fn named(code: RawKey) -> Option<KeyCode> {
    Some(match code {
        RawKey::Enter => KeyCode::Enter,
        RawKey::Esc => KeyCode::Esc,
        RawKey::Tab => KeyCode::Tab,
        RawKey::Backspace => KeyCode::Backspace,
        RawKey::Delete => KeyCode::Delete,
        RawKey::Insert => KeyCode::Insert,
        RawKey::Up => KeyCode::Up,
        RawKey::Down => KeyCode::Down,
        RawKey::Left => KeyCode::Left,
        RawKey::Right => KeyCode::Right,
        RawKey::Home => KeyCode::Home,
        RawKey::End => KeyCode::End,
        RawKey::PageUp => KeyCode::PageUp,
        RawKey::PageDown => KeyCode::PageDown,
        RawKey::F(number) => KeyCode::Function(number),
        _ => return None,
    })
}

fn translate_mouse(event: MouseEvent) -> Option<Mouse> {
    let kind = match event.kind {
        MouseEventKind::Down(MouseButton::Left) => MouseKind::Click,
        MouseEventKind::ScrollUp => MouseKind::ScrollUp,
        MouseEventKind::ScrollDown => MouseKind::ScrollDown,
        _ => return None,
    };
    // What is there is known to whoever painted it.
    Some(Mouse { kind, column: event.column, row: event.row, on: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(code: RawKey, modifiers: KeyModifiers) -> Option<String> {
        chord(KeyEvent::new(code, modifiers)).map(|chord| chord.to_string())
    }

    #[test]
    fn keys_have_the_names_of_the_keymap() {
        let plain = KeyModifiers::NONE;
        for (code, modifiers, name) in [
            (RawKey::Char('j'), plain, "j"),
            (RawKey::Char('G'), KeyModifiers::SHIFT, "G"),
            (RawKey::Char('g'), KeyModifiers::SHIFT, "G"),
            (RawKey::Char('?'), KeyModifiers::SHIFT, "?"),
            (RawKey::Char('d'), KeyModifiers::CONTROL, "ctrl-d"),
            (RawKey::Char('x'), KeyModifiers::ALT, "alt-x"),
            (RawKey::Char(' '), plain, "space"),
            (RawKey::BackTab, KeyModifiers::SHIFT, "shift-tab"),
            (RawKey::BackTab, plain, "shift-tab"),
            (RawKey::Up, KeyModifiers::SHIFT, "shift-up"),
            (RawKey::F(5), plain, "f5"),
            (RawKey::PageDown, plain, "pgdn"),
        ] {
            assert_eq!(read(code, modifiers).as_deref(), Some(name));
        }
        assert_eq!(read(RawKey::CapsLock, plain), None);
    }

    #[test]
    fn letting_a_key_go_is_nothing() {
        let mut key = KeyEvent::new(RawKey::Char('q'), KeyModifiers::NONE);
        key.kind = KeyEventKind::Release;
        assert_eq!(chord(key), None);
    }

    #[test]
    fn only_left_clicks_and_the_wheel_count() {
        let mouse = |kind| {
            translate_mouse(MouseEvent { kind, column: 3, row: 4, modifiers: KeyModifiers::NONE })
        };
        let click = Mouse { kind: MouseKind::Click, column: 3, row: 4, on: None };
        assert_eq!(mouse(MouseEventKind::Down(MouseButton::Left)), Some(click));
        assert_eq!(mouse(MouseEventKind::Up(MouseButton::Left)), None);
        assert_eq!(mouse(MouseEventKind::Down(MouseButton::Right)), None);
    }
}
