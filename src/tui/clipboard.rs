//! Copies text to the clipboard: natively where this machine has a display, else by OSC 52.

use std::env;
use std::sync::mpsc::{self, Sender};
use std::thread;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The longest text for OSC 52: with its base64 the sequence stays below the 100,000 bytes that
/// terminals take.
pub const MAX_OSC52: usize = 74_994;

/// Where a text went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CopyEnd {
    /// The native clipboard has it.
    Native,
    /// To be written to the terminal.
    Sequence(String),
    Refused(String),
}

/// One native clipboard for the life of the program, because what it holds may vanish with it.
pub struct SystemClipboard {
    remote: bool,
    tmux: bool,
    native: Option<Sender<String>>,
    answer: std::sync::Arc<dyn Fn(CopyEnd) + Send + Sync>,
}

impl SystemClipboard {
    /// Reads the environment; opens nothing. `answer` is called once per copy, perhaps from another
    /// thread.
    pub fn new(answer: impl Fn(CopyEnd) + Send + Sync + 'static) -> SystemClipboard {
        let set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
        let display = set("DISPLAY") || set("WAYLAND_DISPLAY") || cfg!(target_os = "macos");
        SystemClipboard {
            remote: set("SSH_TTY") || set("SSH_CONNECTION") || !display,
            tmux: set("TMUX"),
            native: None,
            answer: std::sync::Arc::new(answer),
        }
    }

    pub fn copy(&mut self, text: String) {
        if let Err(reason) = copyable(&text) {
            return (self.answer)(CopyEnd::Refused(reason));
        }
        if self.remote || !cfg!(feature = "clipboard") {
            return (self.answer)(sequence(&text, self.tmux));
        }
        let native = self.native.get_or_insert_with(|| {
            let (sender, texts) = mpsc::channel::<String>();
            let (answer, tmux) = (std::sync::Arc::clone(&self.answer), self.tmux);
            // Without a thread the channel is closed, and the copy below goes to the terminal.
            let _ = thread::Builder::new().name("clipboard".to_owned()).spawn(move || {
                native::serve(&texts, |copied, text| match copied {
                    true => answer(CopyEnd::Native),
                    false => answer(sequence(text, tmux)),
                });
            });
            sender
        });
        if let Err(mpsc::SendError(text)) = native.send(text) {
            (self.answer)(sequence(&text, self.tmux));
        }
    }
}

fn copyable(text: &str) -> Result<(), String> {
    if text.is_empty() {
        return Err("there is nothing to copy".to_owned());
    }
    let is_plain = |character: char| !character.is_control() || matches!(character, '\n' | '\t');
    match text.chars().all(is_plain) {
        true => Ok(()),
        false => Err("it contains control characters: open or download the object".to_owned()),
    }
}

/// OSC 52; in tmux once more in its passthrough, because either of the two may be switched off.
fn sequence(text: &str, tmux: bool) -> CopyEnd {
    if text.len() > MAX_OSC52 {
        let reason = format!("{} bytes are too long for the terminal's clipboard", text.len());
        return CopyEnd::Refused(reason);
    }
    let plain = format!("\x1b]52;c;{}\x07", STANDARD.encode(text));
    if !tmux {
        return CopyEnd::Sequence(plain);
    }
    let doubled = plain.replace('\x1b', "\x1b\x1b");
    CopyEnd::Sequence(format!("{plain}\x1bPtmux;{doubled}\x1b\\"))
}

#[cfg(feature = "clipboard")]
mod native {
    use std::sync::mpsc::Receiver;

    /// Holds one clipboard and says of each text whether it took it.
    pub fn serve(texts: &Receiver<String>, told: impl Fn(bool, &str)) {
        let mut clipboard = None;
        while let Ok(text) = texts.recv() {
            if clipboard.is_none() {
                clipboard = arboard::Clipboard::new().ok();
            }
            let copied = clipboard.as_mut().is_some_and(|board| board.set_text(&text).is_ok());
            if !copied {
                clipboard = None;
            }
            told(copied, &text);
        }
    }
}

#[cfg(not(feature = "clipboard"))]
mod native {
    use std::sync::mpsc::Receiver;

    pub fn serve(texts: &Receiver<String>, told: impl Fn(bool, &str)) {
        while let Ok(text) = texts.recv() {
            told(false, &text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_holds_the_text_in_base64() {
        let CopyEnd::Sequence(plain) = sequence("https://h/ü", false) else { panic!() };
        let inner = plain.strip_prefix("\x1b]52;c;").unwrap().strip_suffix('\x07').unwrap();
        assert_eq!(STANDARD.decode(inner).unwrap(), "https://h/ü".as_bytes());
    }

    #[test]
    fn tmux_passes_on_what_is_wrapped_for_it() {
        let CopyEnd::Sequence(both) = sequence("a", true) else { panic!() };
        assert_eq!(both, "\x1b]52;c;YQ==\x07\x1bPtmux;\x1b\x1b]52;c;YQ==\x07\x1b\\");
    }

    #[test]
    fn what_a_terminal_would_drop_or_obey_is_refused() {
        assert!(copyable("").is_err());
        assert!(copyable("a\x1b[2Jb").is_err());
        assert!(copyable("two\nlines").is_ok());
        assert!(copyable("a row\tof two columns").is_ok());
        assert!(matches!(sequence(&"a".repeat(MAX_OSC52), false), CopyEnd::Sequence(_)));
        assert!(matches!(sequence(&"a".repeat(MAX_OSC52 + 1), false), CopyEnd::Refused(_)));
    }
}
