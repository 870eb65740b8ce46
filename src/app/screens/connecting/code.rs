//! Asks for the code of an MFA device.

use crate::app::chord::{Chord, KeyCode};
use crate::app::dialogs::input::Input;
use crate::config::secret::Secret;
use crate::domain::address::ConnectionName;

/// Every device shows so many digits.
const DIGITS: usize = 6;

#[derive(Clone, Debug)]
pub struct CodePrompt {
    pub connection: ConnectionName,
    /// Raw.
    pub device: String,
    pub input: Input,
    /// Why it is asked again.
    pub problem: Option<String>,
    /// The code is on its way.
    pub asked: bool,
}

impl CodePrompt {
    pub fn new(connection: ConnectionName, device: String) -> CodePrompt {
        CodePrompt { connection, device, input: Input::default(), problem: None, asked: false }
    }

    /// Digits alone get in; apps show them with a gap.
    pub fn on_paste(&mut self, text: &str) {
        for digit in text.chars().filter(char::is_ascii_digit) {
            self.on_text(Chord::char(digit));
        }
    }

    pub fn on_text(&mut self, chord: Chord) {
        let full = self.input.text().len() >= DIGITS;
        match chord.key {
            KeyCode::Char(typed) if !chord.ctrl && (full || !typed.is_ascii_digit()) => {}
            _ => {
                self.problem = None;
                self.input.on_text(chord);
            }
        }
    }

    /// The whole code; what is missing is said.
    pub fn take(&mut self) -> Option<Secret> {
        let text = self.input.text();
        if self.asked || text.len() != DIGITS {
            self.problem = (!self.asked).then(|| format!("a code has {DIGITS} digits"));
            return None;
        }
        self.asked = true;
        Some(Secret::new(text))
    }

    /// It was refused: another is asked for.
    pub fn refuse(&mut self, why: String) {
        self.asked = false;
        self.problem = Some(why);
        self.input.set("");
    }
}
