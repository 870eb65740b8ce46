//! Defines the signs that say what a colour also says, in Unicode and in ASCII.

use std::borrow::Cow;

use ratatui::symbols::border;

#[derive(Debug, PartialEq)]
pub struct Glyphs {
    pub mark: &'static str,
    pub cursor: &'static str,
    /// Before the bucket that is open in another pane.
    pub open: &'static str,
    /// Between the parts of a path.
    pub separator: &'static str,
    pub up: &'static str,
    pub down: &'static str,
    pub copy: &'static str,
    pub delete: &'static str,
    pub good: &'static str,
    pub bad: &'static str,
    pub warning: &'static str,
    pub note: &'static str,
    /// Before a row that has others below it, which are hidden or shown.
    pub folded: &'static str,
    pub unfolded: &'static str,
    /// Of a priority that is not the usual one.
    pub higher: &'static str,
    pub lower: &'static str,
    pub paused: &'static str,
    pub queued: &'static str,
    pub ascending: &'static str,
    pub descending: &'static str,
    pub dot: &'static str,
    pub dash: &'static str,
    pub ellipsis: &'static str,
    pub spinner: &'static [&'static str],
    /// A bar: a cell that is full, one that is half full, and the track.
    pub bar: &'static str,
    pub bar_half: &'static str,
    pub bar_rest: &'static str,
    /// From a little to as much as there was.
    pub levels: [&'static str; 8],
    pub no_level: &'static str,
    pub rule: &'static str,
    pub scrollbar: &'static str,
    pub border: border::Set<'static>,
}

pub const UNICODE: Glyphs = Glyphs {
    mark: "✔",
    cursor: "▸",
    open: "•",
    separator: "▸",
    up: "↑",
    down: "↓",
    copy: "→",
    delete: "−",
    good: "✓",
    bad: "✗",
    warning: "!",
    note: "·",
    folded: "›",
    unfolded: "▾",
    higher: "»",
    lower: "«",
    paused: "‖",
    queued: "·",
    ascending: "↑",
    descending: "↓",
    dot: "·",
    dash: "—",
    ellipsis: "…",
    spinner: &["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"],
    bar: "━",
    bar_half: "╸",
    bar_rest: "─",
    levels: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
    no_level: "·",
    rule: "─",
    scrollbar: "┃",
    border: border::PLAIN,
};

pub const ASCII: Glyphs = Glyphs {
    mark: "*",
    cursor: ">",
    open: "o",
    separator: ">",
    up: "^",
    down: "v",
    copy: ">",
    delete: "-",
    good: "+",
    bad: "x",
    warning: "!",
    note: "-",
    folded: "+",
    unfolded: "-",
    higher: "!",
    lower: ",",
    paused: "=",
    queued: ".",
    ascending: "^",
    descending: "v",
    dot: "-",
    dash: "-",
    ellipsis: "~",
    spinner: &["|", "/", "-", "\\"],
    bar: "=",
    bar_half: "-",
    bar_rest: ".",
    levels: ["_", ".", "-", "~", "=", "+", "*", "#"],
    no_level: ".",
    rule: "-",
    scrollbar: "#",
    border: border::Set {
        top_left: "+",
        top_right: "+",
        bottom_left: "+",
        bottom_right: "+",
        vertical_left: "|",
        vertical_right: "|",
        horizontal_top: "-",
        horizontal_bottom: "-",
    },
};

impl Glyphs {
    /// Whether they are for terminals that show nothing but ASCII.
    pub fn are_ascii(&self) -> bool {
        self.ellipsis.is_ascii()
    }
}

/// Replaces the signs that our own texts use by ASCII ones of the same width. Letters of any script
/// stay: they are part of a name or come from a server.
pub fn in_ascii(text: &str) -> Cow<'_, str> {
    if text.chars().all(|each| sign_in_ascii(each).is_none()) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(|each| sign_in_ascii(each).unwrap_or(each)).collect())
}

/// The ASCII sign for one of ours; `None` where the character is no sign of ours.
pub fn sign_in_ascii(character: char) -> Option<char> {
    Some(match character {
        '…' => '~',
        '·' | '•' | '—' | '–' | '−' | '‑' | '─' | '━' => '-',
        '→' | '▸' | '›' | '»' | '≥' => '>',
        '←' | '‹' | '«' | '≤' => '<',
        '↑' => '^',
        '↓' | '▾' => 'v',
        '×' | '✗' => 'x',
        '“' | '”' => '"',
        '‘' | '’' => '\'',
        '‖' => '=',
        '│' | '┃' => '|',
        // The ticks and the corners of frames, the bars, and the spinner's dots.
        '✓' | '✔' | '\u{2500}'..='\u{257f}' => '+',
        '\u{2580}'..='\u{259f}' => '#',
        '\u{2800}'..='\u{28ff}' => '*',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::*;

    fn all(glyphs: &Glyphs) -> Vec<&'static str> {
        let g = glyphs;
        let mut all = vec![
            g.mark,
            g.cursor,
            g.open,
            g.separator,
            g.up,
            g.down,
            g.copy,
            g.delete,
            g.good,
            g.bad,
            g.warning,
            g.note,
            g.folded,
            g.unfolded,
            g.higher,
            g.lower,
            g.paused,
            g.queued,
            g.ascending,
            g.descending,
            g.dot,
            g.dash,
            g.ellipsis,
            g.bar,
            g.bar_half,
            g.bar_rest,
            g.no_level,
            g.rule,
            g.scrollbar,
        ];
        all.extend(g.spinner);
        all.extend(g.levels);
        all.extend([g.border.top_left, g.border.vertical_left, g.border.horizontal_top]);
        all
    }

    #[test]
    fn every_glyph_fills_one_cell() {
        for glyph in all(&UNICODE).into_iter().chain(all(&ASCII)) {
            assert_eq!(glyph.width(), 1, "{glyph:?}");
        }
    }

    #[test]
    fn every_sign_has_one_in_ascii_and_letters_stay() {
        for glyph in all(&UNICODE) {
            let folded = in_ascii(glyph);
            assert!(folded.is_ascii() && folded.width() == 1, "{glyph:?} becomes {folded:?}");
        }
        assert_eq!(in_ascii("2 × IPv4 · Größe → “世”…"), "2 x IPv4 - Größe > \"世\"~");
        assert!(matches!(in_ascii("Größe"), Cow::Borrowed(_)));
        assert!(ASCII.are_ascii() && !UNICODE.are_ascii());
    }

    #[test]
    fn the_fallback_is_ascii() {
        assert!(all(&ASCII).iter().all(|glyph| glyph.is_ascii()));
    }
}
