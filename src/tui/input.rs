//! Turns events of the terminal into events of the interface.

use std::thread;
use std::time::{Duration, Instant};

use crossterm::event::{
    self, Event as Raw, KeyCode as RawKey, KeyEvent, KeyEventKind, KeyModifiers, MouseButton,
    MouseEvent, MouseEventKind,
};
use tokio::sync::mpsc::UnboundedSender;

use crate::app::chord::{Chord, KeyCode};
use crate::app::event::{Event, Mouse, MouseKind};
use crate::config::crash::rehearse;
use crate::tui::input_gate::InputGate;

/// Events that are looked at together; a paste is no longer than this where it counts.
const LONGEST: usize = 64 * 1024;

/// How long it is looked whether more has come: a look that may take no time looks at nothing.
const GLANCE: Duration = Duration::from_micros(200);

/// How an address begins, and how a block of keys does.
const ADDRESSES: [&str; 5] = ["s3://", "https://", "http://", "file://", "r2://"];
const KEYS: [&str; 5] =
    ["export AWS_", "AWS_ACCESS", "aws_access_key", "access_key_id", "[default]"];

/// Reads the terminal on a thread of its own until the receiver or the terminal is gone. Dropping
/// the sender tells the loop that the terminal is gone.
pub fn read_on_thread(keys: UnboundedSender<Event>, gate: InputGate) {
    let reader = move || {
        while let Ok(first) = event::read() {
            rehearse("input");
            if !gate.pass() {
                continue;
            }
            for event in translated(&burst(first)) {
                if keys.send(event).is_err() {
                    return;
                }
            }
        }
    };
    // Without a thread there is no input: the dropped sender ends the loop.
    let _ = thread::Builder::new().name("input".to_owned()).spawn(reader);
}

/// What came together with an event, itself first.
fn burst(first: Raw) -> Vec<Raw> {
    let mut all = vec![first];
    while all.len() < LONGEST && more_has_come() {
        match event::read() {
            Ok(next) => all.push(next),
            Err(_) => break,
        }
    }
    all
}

fn more_has_come() -> bool {
    loop {
        let begun = Instant::now();
        if event::poll(GLANCE).unwrap_or(false) {
            return true;
        }
        // One that was interrupted before it looked says nothing.
        if begun.elapsed() < 10 * GLANCE {
            return false;
        }
    }
}

/// A terminal that marks no paste types it: an address or a block of keys that comes at once is
/// one.
fn translated(raws: &[Raw]) -> Vec<Event> {
    let events: Vec<Event> = raws.iter().filter_map(translate).collect();
    let typed = |event: &Event| match event {
        Event::Key(Chord { key: KeyCode::Char(letter), ctrl: false, alt: false, .. }) => {
            Some(*letter)
        }
        Event::Key(Chord { key: KeyCode::Enter, ctrl: false, alt: false, .. }) => Some('\n'),
        _ => None,
    };
    let text: String = events.iter().map_while(typed).collect();
    let line = text.lines().next().unwrap_or_default();
    let (pasted, count) = if ADDRESSES.iter().any(|begin| begins(line, begin)) {
        (line.to_owned(), line.chars().count())
    } else if KEYS.iter().any(|begin| begins(line, begin)) {
        (text.clone(), text.chars().count())
    } else {
        return events;
    };
    std::iter::once(Event::Paste(pasted)).chain(events.into_iter().skip(count)).collect()
}

fn begins(line: &str, begin: &str) -> bool {
    line.len() > begin.len()
        && line.get(..begin.len()).is_some_and(|start| start.eq_ignore_ascii_case(begin))
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

    fn typed(text: &str) -> Vec<Event> {
        let raw = |letter| {
            let code = if letter == '\n' { RawKey::Enter } else { RawKey::Char(letter) };
            Raw::Key(KeyEvent::new(code, KeyModifiers::NONE))
        };
        translated(&text.chars().map(raw).collect::<Vec<_>>())
    }

    #[test]
    fn an_address_that_comes_at_once_was_pasted() {
        let enter = Event::Key(Chord::plain(KeyCode::Enter));
        assert_eq!(typed("s3://b/k\n"), [Event::Paste("s3://b/k".into()), enter]);
        let block = "export AWS_ACCESS_KEY_ID=a\nexport AWS_SECRET_ACCESS_KEY=b\n";
        assert_eq!(typed(block), [Event::Paste(block.into())]);
        for keys in ["s", "jjjj", "dG", "D\ny", "s3:/", "hhhhhh"] {
            let events = typed(keys);
            assert!(events.iter().all(|event| matches!(event, Event::Key(_))), "{keys}");
            assert_eq!(events.len(), keys.chars().count());
        }
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
