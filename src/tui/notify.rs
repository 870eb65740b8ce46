//! Sends desktop notifications through the terminal.

use std::env;

/// OSC 9, or OSC 777 for terminals that know only that; in tmux wrapped for the terminal around it.
/// `text` is of our own words, and loses what a terminal would obey all the same.
pub fn notification(text: &str) -> String {
    let set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    let term = env::var("TERM").unwrap_or_default();
    let by_777 = set("VTE_VERSION") || ["rxvt", "foot"].iter().any(|known| term.starts_with(known));
    sequence(text, by_777, set("TMUX"))
}

fn sequence(text: &str, by_777: bool, tmux: bool) -> String {
    let text: String =
        text.chars().filter(|letter| !letter.is_control() && *letter != ';').collect();
    let plain = match by_777 {
        true => format!("\x1b]777;notify;Windlass;{text}\x07"),
        false => format!("\x1b]9;Windlass: {text}\x07"),
    };
    if !tmux {
        return plain;
    }
    format!("\x1bPtmux;{}\x1b\\", plain.replace('\x1b', "\x1b\x1b"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notification_is_one_sequence_whatever_the_text() {
        assert_eq!(sequence("2 done", false, false), "\x1b]9;Windlass: 2 done\x07");
        assert_eq!(sequence("2 done", true, false), "\x1b]777;notify;Windlass;2 done\x07");
        assert_eq!(
            sequence("2 done", false, true),
            "\x1bPtmux;\x1b\x1b]9;Windlass: 2 done\x07\x1b\\"
        );
        assert_eq!(sequence("a\x07\x1b]0;b\u{9c}c", false, false), "\x1b]9;Windlass: a]0bc\x07");
    }
}
