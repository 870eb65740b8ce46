//! The link menu offers what can be made of an object's address: links for all purposes, its names,
//! commands.

use std::time::Duration;

use jiff::{Timestamp, Zoned, tz::TimeZone};

use crate::app::action::{Action, KeyHint};
use crate::app::chord::Chord;
use crate::app::dialogs::choice::{Choice, ChoiceRow};
use crate::app::dialogs::outcome::Outcome;
use crate::app::dialogs::prompt::Prompt;
use crate::app::scope::Scope;
use crate::domain::link_text::LinkForm;
use crate::domain::presign::{LinkMethod, parse_life};
use crate::domain::units::Expiry;
use crate::domain::when::{TimeDirection, parse_when};

/// What was chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkChoice {
    Make(LinkWish),
    Uri,
    Key,
    PublicUrl,
    /// The domain where the bucket is public is typed.
    Domain,
    /// Keys that may read the object, or all below the prefix, for so long.
    Keys(Option<LinkLife>),
}

/// A link that is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkWish {
    pub method: LinkMethod,
    /// The connection's usual one where none is chosen.
    pub life: Option<LinkLife>,
    pub purpose: Purpose,
}

/// How long a link shall hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkLife {
    For(Duration),
    /// A moment as it was typed; it is counted when the link is made.
    Until(String),
}

/// What a link is made for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Copied in this form.
    Copy(LinkForm),
    /// Copied; the browser saves what it leads to under this name.
    SaveAs(String),
    /// Copied; the browser shows what it leads to.
    Inline,
    /// Copied; it takes an upload of this type alone, of any type where none is named, to this name
    /// below the prefix.
    Upload {
        name: Option<String>,
        content_type: Option<String>,
    },
    QrCode,
    Test,
    Browse,
}

#[derive(Clone, Debug)]
pub struct LinkMenu {
    pub choice: Choice,
    /// Open while something is typed.
    pub typing: Option<(TypedLink, Prompt)>,
    life: Option<LinkLife>,
    reasons: LinkReasons,
    subject: LinkSubject,
}

/// What is typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypedLink {
    Life,
    SaveAs,
    /// The name to upload to, below a prefix.
    UploadName,
    /// The type that may be uploaded.
    UploadType {
        name: Option<String>,
    },
}

/// What links are made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinkSubject {
    /// Raw.
    pub name: String,
    pub prefix: bool,
    pub many: bool,
    /// How long links of the connection hold, in words.
    pub usual_life: String,
}

/// Why rows cannot be taken; `None` where they can.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinkReasons {
    /// Links and what is made of them.
    pub link: Option<String>,
    /// What has the URL alone, where that is of no use.
    pub alone: Option<String>,
    /// Links that change something.
    pub change: Option<String>,
    /// Upload links, which a prefix has too.
    pub upload: Option<String>,
    pub public_url: Option<String>,
    /// Keys that end by themselves.
    pub keys: Option<String>,
    /// Where the bucket is public, as far as that is known.
    pub public_note: String,
}

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// The letter of the row that sets the public domain.
pub const DOMAIN_LETTER: char = 'd';

/// What a row does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Offer {
    Link(Duration),
    Life,
    SaveAs,
    Upload,
    Of(LinkMethod),
    As(LinkForm),
    Inline,
    QrCode,
    Test,
    Browse,
    PublicUrl,
    Uri,
    Key,
    Domain,
    Keys,
}

const ROWS: [(char, &str, Offer); 24] = [
    ('y', "Link", Offer::As(LinkForm::Url)),
    ('1', "Link for 15 minutes", Offer::Link(Duration::from_secs(15 * MINUTE))),
    ('2', "Link for 1 hour", Offer::Link(Duration::from_secs(HOUR))),
    ('3', "Link for 1 day", Offer::Link(Duration::from_secs(DAY))),
    ('4', "Link for 7 days", Offer::Link(Duration::from_secs(7 * DAY))),
    ('t', "How long links from this menu hold…", Offer::Life),
    ('p', "Public URL", Offer::PublicUrl),
    ('s', "s3:// URI", Offer::Uri),
    ('n', "Key", Offer::Key),
    ('r', "QR code of a link", Offer::QrCode),
    ('o', "Open a link in the web browser", Offer::Browse),
    ('e', "Test a link as a stranger would use it", Offer::Test),
    ('a', "Link that downloads under a name…", Offer::SaveAs),
    ('i', "Link that opens in the browser's window", Offer::Inline),
    ('u', "Link to upload with (PUT)…", Offer::Upload),
    ('h', "Link that asks only whether it is there (HEAD)", Offer::Of(LinkMethod::Head)),
    ('x', "Link that deletes it (DELETE)", Offer::Of(LinkMethod::Delete)),
    ('c', "curl command", Offer::As(LinkForm::Curl)),
    ('w', "wget command", Offer::As(LinkForm::Wget)),
    ('m', "Markdown", Offer::As(LinkForm::Markdown)),
    ('l', "HTML", Offer::As(LinkForm::Html)),
    ('v', "CSV table", Offer::As(LinkForm::Csv)),
    ('k', "Keys that may only read this, for a while (R2)", Offer::Keys),
    (DOMAIN_LETTER, "Public domain of the bucket…", Offer::Domain),
];

impl LinkMenu {
    pub fn new(subject: LinkSubject, reasons: LinkReasons) -> LinkMenu {
        let mut choice = Choice::new("Copy", Vec::new());
        choice.subjects = vec![subject.name.clone()];
        let mut menu = LinkMenu { choice, typing: None, life: None, reasons, subject };
        menu.choice.rows = menu.rows();
        menu
    }

    /// Takes reasons that were learned while the menu is open.
    pub fn take_reasons(&mut self, reasons: LinkReasons) {
        self.reasons = reasons;
        self.choice.rows = self.rows();
    }

    /// What keys mean in it, innermost first.
    pub fn scopes(&self) -> &'static [Scope] {
        if self.typing.is_some() { Prompt::SCOPES } else { Choice::SCOPES }
    }

    pub fn hints(&self) -> Vec<KeyHint> {
        self.typing.as_ref().map_or_else(|| self.choice.hints(), |(_, prompt)| prompt.hints())
    }

    pub fn on_action(&mut self, action: Action) -> Outcome<LinkChoice> {
        let Some((what, prompt)) = &mut self.typing else {
            let chosen = self.choice.on_action(action);
            return self.on_chosen(&chosen);
        };
        match prompt.on_action(action) {
            Outcome::Open => Outcome::Open,
            Outcome::Cancelled => {
                self.typing = None;
                Outcome::Open
            }
            Outcome::Accepted(text) => {
                let what = what.clone();
                self.typing = None;
                self.on_typed(what, text.trim())
            }
        }
    }

    /// A character of what is typed, or the letter of a row.
    pub fn on_text(&mut self, chord: Chord) -> Outcome<LinkChoice> {
        if let Some((_, prompt)) = &mut self.typing {
            prompt.on_text(chord);
            return Outcome::Open;
        }
        let chosen = self.choice.on_text(chord);
        self.on_chosen(&chosen)
    }

    pub fn on_paste(&mut self, text: &str) {
        if let Some((_, prompt)) = &mut self.typing {
            prompt.on_paste(text);
        }
    }

    fn on_chosen(&mut self, chosen: &Outcome<usize>) -> Outcome<LinkChoice> {
        match chosen {
            Outcome::Open => Outcome::Open,
            Outcome::Cancelled => Outcome::Cancelled,
            Outcome::Accepted(at) => self.take(ROWS[*at].2),
        }
    }

    fn take(&mut self, offer: Offer) -> Outcome<LinkChoice> {
        let get = |purpose| (LinkMethod::Get, purpose);
        let (method, purpose) = match offer {
            Offer::Life => return self.ask(TypedLink::Life),
            Offer::SaveAs => return self.ask(TypedLink::SaveAs),
            Offer::Upload if self.subject.prefix => return self.ask(TypedLink::UploadName),
            Offer::Upload => return self.ask(TypedLink::UploadType { name: None }),
            Offer::PublicUrl => return Outcome::Accepted(LinkChoice::PublicUrl),
            Offer::Uri => return Outcome::Accepted(LinkChoice::Uri),
            Offer::Key => return Outcome::Accepted(LinkChoice::Key),
            Offer::Domain => return Outcome::Accepted(LinkChoice::Domain),
            Offer::Keys => return Outcome::Accepted(LinkChoice::Keys(self.life.clone())),
            Offer::Link(life) => {
                self.life = Some(LinkLife::For(life));
                get(Purpose::Copy(LinkForm::Url))
            }
            Offer::Of(method) => (method, Purpose::Copy(LinkForm::Url)),
            Offer::As(form) => get(Purpose::Copy(form)),
            Offer::Inline => get(Purpose::Inline),
            Offer::QrCode => get(Purpose::QrCode),
            Offer::Test => get(Purpose::Test),
            Offer::Browse => get(Purpose::Browse),
        };
        self.wish(method, purpose)
    }

    fn wish(&self, method: LinkMethod, purpose: Purpose) -> Outcome<LinkChoice> {
        let life = self.life.clone();
        Outcome::Accepted(LinkChoice::Make(LinkWish { method, life, purpose }))
    }

    fn ask(&mut self, what: TypedLink) -> Outcome<LinkChoice> {
        let name = self.subject.name.as_str();
        let prompt = match &what {
            TypedLink::Life => Prompt::new(
                "How long the links hold",
                "90m, 3d, until 18:00, tomorrow: at most 7 days",
                "",
                |text| read_life(text).map(drop),
            ),
            TypedLink::SaveAs => {
                Prompt::new("The browser saves it as", "a file name", name, is_name)
            }
            TypedLink::UploadName => {
                Prompt::new("Upload to which name", "below the prefix", "", is_name)
            }
            TypedLink::UploadType { .. } => Prompt::new(
                "Only uploads of this Content-Type",
                "image/png; leave empty to take any",
                "",
                |_| Ok(()),
            ),
        };
        self.typing = Some((what, prompt));
        Outcome::Open
    }

    fn on_typed(&mut self, what: TypedLink, text: &str) -> Outcome<LinkChoice> {
        let some = || (!text.is_empty()).then(|| text.to_owned());
        match what {
            TypedLink::Life => {
                self.life = read_life(text).ok();
                self.choice.rows = self.rows();
                self.choice.cursor = 0;
                Outcome::Open
            }
            TypedLink::SaveAs => self.wish(LinkMethod::Get, Purpose::SaveAs(text.to_owned())),
            TypedLink::UploadName => self.ask(TypedLink::UploadType { name: some() }),
            TypedLink::UploadType { name } => {
                self.wish(LinkMethod::Put, Purpose::Upload { name, content_type: some() })
            }
        }
    }

    fn rows(&self) -> Vec<ChoiceRow> {
        let row = |(key, title, offer): &(char, &str, Offer)| {
            let note = match offer {
                Offer::PublicUrl => self.reasons.public_note.clone(),
                Offer::As(LinkForm::Url) => self.life.as_ref().map_or_else(
                    || self.subject.usual_life.clone(),
                    |life| match life {
                        LinkLife::For(life) => Expiry(*life).to_string(),
                        LinkLife::Until(text) => format!("until {text}"),
                    },
                ),
                _ => String::new(),
            };
            ChoiceRow::new(*key, *title).note(note).disabled(self.reason(*offer))
        };
        ROWS.iter().map(row).collect()
    }

    fn reason(&self, offer: Offer) -> Option<String> {
        let alone = || self.reasons.link.clone().or_else(|| self.reasons.alone.clone());
        let one = |what: &str| self.subject.many.then(|| format!("{what} is of one object"));
        match offer {
            Offer::Uri | Offer::Key | Offer::Domain | Offer::Life => None,
            Offer::PublicUrl => self.reasons.public_url.clone(),
            Offer::Keys => self.reasons.keys.clone().or_else(|| one("a set of keys")),
            Offer::Upload => self.reasons.upload.clone().or_else(|| one("an upload link")),
            Offer::Of(LinkMethod::Delete) => {
                self.reasons.link.clone().or_else(|| self.reasons.change.clone())
            }
            Offer::SaveAs => self.reasons.link.clone().or_else(|| one("a name")),
            Offer::QrCode => alone().or_else(|| one("a QR code")),
            Offer::Browse => alone().or_else(|| one("a page")),
            Offer::As(form) if !form.has_headers() => alone(),
            Offer::Inline => alone(),
            _ => self.reasons.link.clone(),
        }
    }
}

fn is_name(text: &str) -> Result<(), String> {
    match text.trim() {
        "" => Err(String::new()),
        _ => Ok(()),
    }
}

/// Reads `90m`, `2h 30m`, `1 week`, `until 18:00`, `tomorrow`.
///
/// # Errors
/// A sentence that says what was expected; an empty one where nothing is typed.
pub fn read_life(text: &str) -> Result<LinkLife, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err(String::new());
    }
    let packed: String = text.split_whitespace().collect();
    if packed.parse::<u64>().is_ok() {
        return Err(format!("write a unit with it: {packed}m, {packed}h or {packed}d"));
    }
    if let Ok(life) = parse_life(&packed) {
        return Ok(LinkLife::For(life));
    }
    let moment = text.strip_prefix("until ").unwrap_or(text).trim();
    // Only whether it is a moment at all: which one depends on when the link is made.
    let some_day = Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC);
    match parse_when(moment, &some_day, TimeDirection::Future) {
        Ok(at) if at > some_day.timestamp() => Ok(LinkLife::Until(moment.to_owned())),
        _ => Err("write 90m, 2h 30m, 3d, until 18:00 or tomorrow".to_owned()),
    }
}

impl LinkLife {
    /// The time from now to the expiry.
    ///
    /// # Errors
    /// A sentence, where the moment has passed.
    pub fn counted(&self, now: &Zoned) -> Result<Duration, String> {
        match self {
            LinkLife::For(life) => Ok(*life),
            LinkLife::Until(text) => {
                let until = parse_when(text, now, TimeDirection::Future)?;
                Duration::try_from(until.duration_since(now.timestamp()))
                    .ok()
                    .filter(|left| !left.is_zero())
                    .ok_or_else(|| format!("{text} has passed"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::keymap::Keymap;
    use crate::domain::presign::MAX_EXPIRY;

    fn menu(name: &str) -> LinkMenu {
        let subject = LinkSubject { name: name.to_owned(), ..LinkSubject::default() };
        LinkMenu::new(subject, LinkReasons::default())
    }

    fn press(menu: &mut LinkMenu, keys: &[&str]) -> Outcome<LinkChoice> {
        let mut outcome = Outcome::Open;
        for key in keys {
            let chord = Chord::parse(key).unwrap();
            let letter = menu.typing.is_none() && menu.choice.lettered(chord).is_some();
            outcome = match Keymap::meant(menu.scopes(), key) {
                Ok(action) if !letter => menu.on_action(action),
                _ => menu.on_text(chord),
            };
        }
        outcome
    }

    fn wish(method: LinkMethod, life: Option<LinkLife>, purpose: Purpose) -> Outcome<LinkChoice> {
        Outcome::Accepted(LinkChoice::Make(LinkWish { method, life, purpose }))
    }

    #[test]
    fn every_row_has_a_letter_of_its_own() {
        let letters: std::collections::BTreeSet<char> = ROWS.iter().map(|row| row.0).collect();
        assert_eq!(letters.len(), ROWS.len());
    }

    #[test]
    fn lives_are_read_as_people_write_them() {
        let seconds = |text| match read_life(text) {
            Ok(LinkLife::For(life)) => life.as_secs(),
            other => panic!("{other:?}"),
        };
        assert_eq!(seconds("90m"), 5400);
        assert_eq!(seconds(" 2d "), 2 * DAY);
        assert_eq!(seconds("1w"), MAX_EXPIRY.as_secs());
        assert_eq!(seconds("2h 30m"), 9000);
        assert_eq!(seconds("8d"), 8 * DAY);
        for text in ["0s", "soon", "-1h", "until"] {
            assert!(read_life(text).unwrap_err().contains("until 18:00"), "{text}");
        }
        assert!(read_life("30").unwrap_err().contains("unit with it: 30m"));
        let now: Zoned = "2026-11-29T15:00:00[UTC]".parse().unwrap();
        let left = |text| read_life(text).unwrap().counted(&now);
        assert_eq!(left("until 18:00"), Ok(Duration::from_hours(3)));
        assert_eq!(left("tomorrow"), Ok(Duration::from_hours(9)));
        assert!(left("2026-11-28").unwrap_err().contains("has passed"));
    }

    #[test]
    fn a_life_of_ones_own_holds_for_the_other_rows() {
        let mut menu = menu("k");
        assert_eq!(press(&mut menu, &["t", "9", "0", "x", "enter"]), Outcome::Open);
        assert_eq!(press(&mut menu, &["esc"]), Outcome::Open);
        assert!(menu.typing.is_none());
        assert_eq!(press(&mut menu, &["t", "9", "0", "m", "enter"]), Outcome::Open);
        let life = Some(LinkLife::For(Duration::from_secs(5400)));
        let curl = Purpose::Copy(LinkForm::Curl);
        assert_eq!(press(&mut menu, &["c"]), wish(LinkMethod::Get, life, curl));
        assert_eq!(press(&mut menu, &["esc"]), Outcome::Cancelled);
    }

    #[test]
    fn an_upload_link_may_be_for_one_type_alone() {
        let mut menu = menu("k");
        let any = Purpose::Upload { name: None, content_type: None };
        assert_eq!(press(&mut menu, &["u", "enter"]), wish(LinkMethod::Put, None, any));
        let typed = Purpose::Upload { name: None, content_type: Some("a/b".to_owned()) };
        let keys = ["u", "a", "/", "b", "enter"];
        assert_eq!(press(&mut menu, &keys), wish(LinkMethod::Put, None, typed));
        menu.subject.prefix = true;
        let named = Purpose::Upload { name: Some("n".to_owned()), content_type: None };
        let keys = ["u", "enter", "n", "enter", "enter"];
        assert_eq!(press(&mut menu, &keys), wish(LinkMethod::Put, None, named));
    }

    #[test]
    fn a_prefix_still_gives_its_uri() {
        let why = Some("this is a prefix".to_owned());
        let reasons = LinkReasons { link: why.clone(), public_url: why, ..LinkReasons::default() };
        let mut menu = menu("raw/");
        menu.take_reasons(reasons);
        assert_eq!(press(&mut menu, &["2", "c", "p"]), Outcome::Open);
        assert_eq!(press(&mut menu, &["s"]), Outcome::Accepted(LinkChoice::Uri));
        assert_eq!(press(&mut menu, &["n"]), Outcome::Accepted(LinkChoice::Key));
    }
}
