//! The link menu offers what can be copied of an object: links of several lifetimes, its names, a
//! command.

use std::time::Duration;

use jiff::{SignedDuration, Span, SpanRelativeTo};

use crate::app::action::{Action, KeyHint};
use crate::app::chord::Chord;
use crate::app::dialogs::choice::{Choice, ChoiceRow};
use crate::app::dialogs::outcome::Outcome;
use crate::app::dialogs::prompt::Prompt;
use crate::app::scope::Scope;
use crate::domain::presign::MAX_EXPIRY;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkChoice {
    /// A presigned GET that holds this long.
    Link(Duration),
    /// A duration is typed first; never an answer.
    Custom,
    Uri,
    Key,
    PublicUrl,
    /// The domain where the bucket is public is typed.
    Domain,
    /// `curl` with a presigned GET.
    Curl,
}

#[derive(Clone, Debug)]
pub struct LinkMenu {
    pub choice: Choice,
    /// Open while a duration is typed.
    pub custom: Option<Prompt>,
}

/// Why rows cannot be taken; `None` where they can.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinkReasons {
    /// Links and what is made of them.
    pub link: Option<String>,
    pub key: Option<String>,
    pub public_url: Option<String>,
    /// Where the bucket is public, as far as that is known.
    pub public_note: String,
}

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

const ROWS: [(char, &str, LinkChoice); 10] = [
    ('1', "Link for 15 minutes", LinkChoice::Link(Duration::from_secs(15 * MINUTE))),
    ('2', "Link for 1 hour", LinkChoice::Link(Duration::from_secs(HOUR))),
    ('3', "Link for 1 day", LinkChoice::Link(Duration::from_secs(DAY))),
    ('4', "Link for 7 days", LinkChoice::Link(Duration::from_secs(7 * DAY))),
    ('t', "Link with a custom expiry…", LinkChoice::Custom),
    ('s', "s3:// URI", LinkChoice::Uri),
    ('n', "Key", LinkChoice::Key),
    ('p', "Public URL", LinkChoice::PublicUrl),
    ('c', "curl command with a link", LinkChoice::Curl),
    ('D', "Public domain of the bucket…", LinkChoice::Domain),
];

impl LinkMenu {
    /// `name` is the object's, raw.
    pub fn new(name: &str, reasons: &LinkReasons) -> LinkMenu {
        let mut choice = Choice::new("Copy", rows(reasons));
        choice.subjects = vec![name.to_owned()];
        LinkMenu { choice, custom: None }
    }

    /// Something was learned meanwhile.
    pub fn take_reasons(&mut self, reasons: &LinkReasons) {
        self.choice.rows = rows(reasons);
    }

    /// What keys mean in it, innermost first.
    pub fn scopes(&self) -> &'static [Scope] {
        if self.custom.is_some() { Prompt::SCOPES } else { Choice::SCOPES }
    }

    pub fn hints(&self) -> Vec<KeyHint> {
        self.custom.as_ref().map_or_else(|| self.choice.hints(), Prompt::hints)
    }

    pub fn on_action(&mut self, action: Action) -> Outcome<LinkChoice> {
        let Some(prompt) = &mut self.custom else {
            let chosen = self.choice.on_action(action);
            return self.on_chosen(&chosen);
        };
        match prompt.on_action(action) {
            Outcome::Open => Outcome::Open,
            Outcome::Cancelled => {
                self.custom = None;
                Outcome::Open
            }
            Outcome::Accepted(text) => read_expiry(&text)
                .map_or(Outcome::Open, |life| Outcome::Accepted(LinkChoice::Link(life))),
        }
    }

    /// A character of the duration, or the letter of a row.
    pub fn on_text(&mut self, chord: Chord) -> Outcome<LinkChoice> {
        if let Some(prompt) = &mut self.custom {
            prompt.on_text(chord);
            return Outcome::Open;
        }
        let chosen = self.choice.on_text(chord);
        self.on_chosen(&chosen)
    }

    fn on_chosen(&mut self, chosen: &Outcome<usize>) -> Outcome<LinkChoice> {
        match chosen {
            Outcome::Open => Outcome::Open,
            Outcome::Cancelled => Outcome::Cancelled,
            Outcome::Accepted(at) => self.take(ROWS[*at].2),
        }
    }

    pub fn on_paste(&mut self, text: &str) {
        if let Some(prompt) = &mut self.custom {
            prompt.on_paste(text);
        }
    }

    fn take(&mut self, what: LinkChoice) -> Outcome<LinkChoice> {
        if what != LinkChoice::Custom {
            return Outcome::Accepted(what);
        }
        let rule = |text: &str| read_expiry(text).map(|_| ());
        self.custom = Some(Prompt::new(
            "Link with a custom expiry",
            "90m, 2h 30m, 3d: at most 7 days",
            "",
            rule,
        ));
        Outcome::Open
    }
}

fn rows(reasons: &LinkReasons) -> Vec<ChoiceRow> {
    let row = |(key, title, what): &(char, &str, LinkChoice)| {
        let note = if *what == LinkChoice::PublicUrl { reasons.public_note.as_str() } else { "" };
        ChoiceRow::new(*key, *title).note(note).disabled(reasons.of(*what))
    };
    ROWS.iter().map(row).collect()
}

impl LinkReasons {
    fn of(&self, what: LinkChoice) -> Option<String> {
        match what {
            LinkChoice::Link(_) | LinkChoice::Custom | LinkChoice::Curl => self.link.clone(),
            LinkChoice::Key => self.key.clone(),
            LinkChoice::PublicUrl => self.public_url.clone(),
            LinkChoice::Uri | LinkChoice::Domain => None,
        }
    }
}

/// Reads `90m`, `2h 30m`, `3d`, `1 week`: a second to seven days.
///
/// # Errors
/// A sentence that says what was expected; an empty one where nothing is typed.
pub fn read_expiry(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err(String::new());
    }
    let life = text
        .parse::<Span>()
        .and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours()))
        .map_err(|_| "not a duration: write 90m, 2h 30m or 3d".to_owned())?;
    if life < SignedDuration::from_secs(1) {
        return Err("a link must be valid for at least a second".into());
    }
    let life = Duration::try_from(life).map_err(|error| error.to_string())?;
    if life > MAX_EXPIRY {
        return Err("a link is valid for at most 7 days".into());
    }
    Ok(Duration::from_secs(life.as_secs()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::keymap::Keymap;

    fn press(menu: &mut LinkMenu, keys: &[&str]) -> Outcome<LinkChoice> {
        let mut outcome = Outcome::Open;
        for key in keys {
            let chord = Chord::parse(key).unwrap();
            let letter = menu.custom.is_none() && menu.choice.lettered(chord).is_some();
            outcome = match Keymap::meant(menu.scopes(), key) {
                Ok(action) if !letter => menu.on_action(action),
                _ => menu.on_text(chord),
            };
        }
        outcome
    }

    #[test]
    fn expiries_are_read_as_people_write_them() {
        assert_eq!(read_expiry("90m"), Ok(Duration::from_secs(5400)));
        assert_eq!(read_expiry(" 2d "), Ok(Duration::from_secs(2 * DAY)));
        assert_eq!(read_expiry("1w"), Ok(MAX_EXPIRY));
        assert_eq!(read_expiry("2h 30m"), Ok(Duration::from_secs(9000)));
        for (text, why) in
            [("8d", "7 days"), ("0s", "a second"), ("soon", "90m"), ("-1h", "a second")]
        {
            assert!(read_expiry(text).unwrap_err().contains(why), "{text}");
        }
    }

    #[test]
    fn a_time_of_ones_own_is_typed_and_esc_goes_back_to_the_menu() {
        let mut menu = LinkMenu::new("k", &LinkReasons::default());
        assert_eq!(press(&mut menu, &["t", "8", "d", "enter"]), Outcome::Open);
        assert_eq!(press(&mut menu, &["esc"]), Outcome::Open);
        assert!(menu.custom.is_none());
        let life = LinkChoice::Link(Duration::from_secs(5400));
        assert_eq!(press(&mut menu, &["t", "9", "0", "m", "enter"]), Outcome::Accepted(life));
        menu.custom = None;
        assert_eq!(press(&mut menu, &["esc"]), Outcome::Cancelled);
    }

    #[test]
    fn a_prefix_still_gives_its_uri() {
        let why = Some("this is a prefix".to_owned());
        let reasons = LinkReasons { link: why.clone(), public_url: why, ..LinkReasons::default() };
        let mut menu = LinkMenu::new("raw/", &reasons);
        assert_eq!(press(&mut menu, &["2", "c", "p"]), Outcome::Open);
        assert_eq!(press(&mut menu, &["s"]), Outcome::Accepted(LinkChoice::Uri));
        assert_eq!(press(&mut menu, &["n"]), Outcome::Accepted(LinkChoice::Key));
    }
}
