//! Decides by which protocol a terminal is sent pictures, by its name and without asking it.

use crate::config::settings::PictureSetting;
use crate::domain::picture::PictureProtocol;

/// Set by programs that stand between the terminal and what it is sent, and pass no pictures on.
const BETWEEN: [&str; 6] = ["TMUX", "STY", "ZELLIJ", "NVIM", "VIM_TERMINAL", "INSIDE_EMACS"];

/// The protocol, where one is set or the terminal is known to have one.
pub fn picture_protocol(
    setting: PictureSetting,
    given: impl Fn(&str) -> Option<String>,
) -> Option<PictureProtocol> {
    match setting {
        PictureSetting::Auto => known(&|name| given(name).unwrap_or_default()),
        PictureSetting::Kitty => Some(PictureProtocol::Kitty),
        PictureSetting::Iterm2 => Some(PictureProtocol::Iterm2),
        PictureSetting::Sixel => Some(PictureProtocol::Sixel),
        PictureSetting::Blocks => None,
    }
}

fn known(given: &dyn Fn(&str) -> String) -> Option<PictureProtocol> {
    let term = given("TERM");
    let passed_on = BETWEEN.iter().all(|name| given(name).is_empty());
    if !passed_on || term.starts_with("screen") || term.starts_with("tmux") {
        return None;
    }
    // A terminal that was started from another one has that one's variables too.
    let is_general = term.starts_with("xterm");
    by_term(&term).or_else(|| by_program(given).filter(|_| is_general))
}

/// Decides by `TERM`.
fn by_term(term: &str) -> Option<PictureProtocol> {
    let is = |name: &str| {
        term.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    if is("xterm-kitty") || is("xterm-ghostty") || is("ghostty") {
        Some(PictureProtocol::Kitty)
    } else if is("wezterm") {
        Some(PictureProtocol::Iterm2)
    } else if ["foot", "mlterm", "contour", "yaft"].into_iter().any(is) || term.ends_with("-sixel")
    {
        Some(PictureProtocol::Sixel)
    } else {
        None
    }
}

/// Decides by `TERM_PROGRAM`, else by other variables.
fn by_program(given: &dyn Fn(&str) -> String) -> Option<PictureProtocol> {
    match given("TERM_PROGRAM").as_str() {
        "" => by_variables(given),
        "iTerm.app" | "WezTerm" | "mintty" => Some(PictureProtocol::Iterm2),
        "ghostty" => Some(PictureProtocol::Kitty),
        _ => None,
    }
}

fn by_variables(given: &dyn Fn(&str) -> String) -> Option<PictureProtocol> {
    let any = |names: &[&str]| names.iter().any(|name| !given(name).is_empty());
    if any(&["KITTY_WINDOW_ID", "GHOSTTY_RESOURCES_DIR", "GHOSTTY_BIN_DIR"]) {
        Some(PictureProtocol::Kitty)
    } else if given("LC_TERMINAL") == "iTerm2" || any(&["WEZTERM_PANE", "WEZTERM_EXECUTABLE"]) {
        Some(PictureProtocol::Iterm2)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(variables: &str) -> Option<PictureProtocol> {
        picture_protocol(PictureSetting::Auto, |name| {
            let mut all = variables.split(' ').filter_map(|each| each.split_once('='));
            all.find(|(known, _)| *known == name).map(|(_, value)| value.to_owned())
        })
    }

    #[test]
    fn a_terminal_is_known_by_its_name() {
        for variables in [
            "TERM=xterm-kitty",
            "TERM=xterm-ghostty",
            "TERM=xterm-256color KITTY_WINDOW_ID=1",
            "TERM=xterm-256color TERM_PROGRAM=ghostty",
            "TERM=xterm-256color GHOSTTY_RESOURCES_DIR=/usr/share/ghostty",
            "TERM=xterm-kitty SSH_TTY=/dev/pts/1",
        ] {
            assert_eq!(found(variables), Some(PictureProtocol::Kitty), "{variables}");
        }
        for variables in [
            "TERM=xterm-256color TERM_PROGRAM=iTerm.app",
            "TERM=xterm-256color LC_TERMINAL=iTerm2",
            "TERM=xterm-256color TERM_PROGRAM=WezTerm",
            "TERM=xterm-256color WEZTERM_PANE=0",
            "TERM=wezterm",
            "TERM=xterm-256color TERM_PROGRAM=mintty",
        ] {
            assert_eq!(found(variables), Some(PictureProtocol::Iterm2), "{variables}");
        }
        for term in ["foot", "foot-extra", "mlterm", "contour", "yaft-256color", "xterm-sixel"] {
            let variables = format!("TERM={term}");
            assert_eq!(found(&variables), Some(PictureProtocol::Sixel), "{term}");
        }
    }

    #[test]
    fn where_it_is_not_known_or_something_stands_between_half_blocks_are_painted() {
        for variables in [
            "",
            "TERM=xterm-256color",
            "TERM=linux",
            "TERM=footer",
            "TERM=xterm-256color TERM_PROGRAM=vscode",
            "TERM=xterm-256color TERM_PROGRAM=vscode KITTY_WINDOW_ID=1",
            "TERM=xterm-256color TERM_PROGRAM=Apple_Terminal LC_TERMINAL=iTerm2",
            "TERM=alacritty KITTY_WINDOW_ID=1",
            "TERM=xterm-kitty TMUX=/tmp/tmux-0/default,1,0",
            "TERM=screen-256color KITTY_WINDOW_ID=1",
            "TERM=tmux-256color LC_TERMINAL=iTerm2",
            "TERM=foot STY=1.pts",
            "TERM=xterm-kitty ZELLIJ=0",
            "TERM=xterm-256color KITTY_WINDOW_ID=1 NVIM=/run/nvim",
        ] {
            assert_eq!(found(variables), None, "{variables}");
        }
    }

    #[test]
    fn what_is_set_wins() {
        for (setting, expected) in [
            (PictureSetting::Kitty, Some(PictureProtocol::Kitty)),
            (PictureSetting::Iterm2, Some(PictureProtocol::Iterm2)),
            (PictureSetting::Sixel, Some(PictureProtocol::Sixel)),
            (PictureSetting::Blocks, None),
        ] {
            let given = |name: &str| (name == "TERM").then(|| "xterm-kitty".to_owned());
            assert_eq!(picture_protocol(setting, given), expected);
            let between = |name: &str| (name == "TMUX").then(|| "1".to_owned());
            assert_eq!(picture_protocol(setting, between), expected);
        }
    }
}
