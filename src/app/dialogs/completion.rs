//! Completes typed text: offers texts that continue it, and names what has to be looked up for
//! more.

use std::path::PathBuf;

use crate::app::dialogs::input::Input;
use crate::app::dialogs::typed_path::resolve;
use crate::domain::address::{Bucket, ConnectionName, DELIMITER};
use crate::domain::place::SEPARATOR;

/// A text field with what completes it.
pub type CompletedField<'a> = (&'a mut Input, &'a mut Completion);

/// A text that Tab puts into the field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    pub text: String,
    /// Stands beside the text and says what it is, as the server or the disk wrote it.
    pub note: String,
    /// Offered whatever is typed, if nothing goes on from that.
    pub begins: bool,
    /// Why it cannot be taken.
    pub disabled: Option<String>,
}

/// What the text of a field is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Asks {
    /// Nothing that could be looked up.
    #[default]
    Words,
    LocalPath {
        /// What a relative path is seen from.
        folder: PathBuf,
        home: Option<PathBuf>,
        files: bool,
    },
    /// A path as above, files too, or `s3://bucket/key`.
    PathOrPlace { folder: PathBuf, home: Option<PathBuf> },
    /// `s3://bucket/prefix/`, or `connection:bucket/prefix/` of one of these connections.
    Place {
        connections: Vec<ConnectionName>,
        /// What a text without a scheme lies in.
        here: Option<Bucket>,
        objects: bool,
    },
}

/// What has to be looked at to complete a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    Folder(PathBuf),
    /// `None` is the connection in use.
    Buckets(Option<ConnectionName>),
    /// Rows whose keys begin so.
    Rows {
        connection: Option<ConnectionName>,
        bucket: Bucket,
        begins: String,
    },
}

/// A name that was found, a folder's and a prefix's with a last `/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub name: String,
    pub folder: bool,
}

#[derive(Clone, Debug, Default)]
pub struct Completion {
    asks: Asks,
    offers: Vec<Offer>,
    /// What was typed before the first Tab, and the number of the offer that stands there instead.
    turn: Option<(String, usize)>,
    /// What was looked at already, and whether all of it was seen.
    known: Vec<(Source, bool)>,
    wanted: Option<Source>,
    /// The text that Tab was pressed on, until its source has been looked at.
    pending: Option<String>,
}

impl Completion {
    pub fn of(asks: Asks) -> Completion {
        Completion { asks, ..Completion::default() }
    }

    pub fn asks(&self) -> &Asks {
        &self.asks
    }

    /// Adds offers; those that are there already stay as they are.
    pub fn offer(&mut self, offers: impl IntoIterator<Item = Offer>) {
        for offer in offers {
            if self.offers.iter().all(|known| known.text != offer.text) {
                self.offers.push(offer);
            }
        }
    }

    /// Offers that go on from what is typed; where none does, those that begin a text.
    pub fn offered(&self, text: &str) -> Vec<&Offer> {
        let typed = self.turn.as_ref().map_or(text, |(typed, _)| typed.as_str());
        let fitting = self.fitting(typed);
        if !fitting.is_empty() {
            return fitting;
        }
        self.offers.iter().filter(|offer| offer.begins).collect()
    }

    fn fitting(&self, typed: &str) -> Vec<&Offer> {
        let hidden = |offer: &Offer| {
            let path = matches!(self.asks, Asks::LocalPath { .. } | Asks::PathOrPlace { .. });
            let begins = typed.is_empty() || typed.ends_with('/');
            path && begins && offer.text[typed.len()..].starts_with('.')
        };
        let goes_on = |offer: &&Offer| offer.text.starts_with(typed) && offer.text != typed;
        self.offers.iter().filter(goes_on).filter(|offer| !hidden(offer)).collect()
    }

    /// The number, among those offered, of the one that stands in the field.
    pub fn turn(&self) -> Option<usize> {
        self.turn.as_ref().map(|(_, at)| *at)
    }

    pub fn taken(&self, text: &str) -> Option<&Offer> {
        self.turn().and_then(|at| self.offered(text).get(at).copied())
    }

    /// To be told when the text was edited.
    pub fn on_edit(&mut self, text: &str) {
        self.turn = None;
        self.pending = None;
        self.look_ahead(text);
    }

    /// A whole name of a connection is as good as a Tab.
    fn look_ahead(&mut self, text: &str) {
        if let Some(source @ Source::Buckets(Some(_))) = self.source(text)
            && text.ends_with(SEPARATOR)
            && !self.is_known(&source)
        {
            self.wanted = Some(source);
        }
    }

    /// Completes as far as it is certain, then goes through what is offered. From a selected text
    /// it goes to other beginnings.
    pub fn on_tab(&mut self, input: &mut Input, back: bool) {
        let begins = input.is_selected() && self.offers.iter().any(|offer| offer.begins);
        let source = self.source(input.text()).filter(|_| self.turn.is_none() && !begins);
        if let Some(source) = source.filter(|source| !self.is_known(source)) {
            self.pending = Some(input.text().to_owned());
            self.wanted = Some(source);
            return;
        }
        self.complete(input, back);
    }

    /// What is to be looked at, once.
    pub fn take_wanted(&mut self) -> Option<Source> {
        self.wanted.take()
    }

    /// Brings what a source has, `whole` where that is all; a Tab that waited for it is done now,
    /// if the text is the same.
    pub fn on_found(&mut self, source: &Source, found: Vec<Found>, whole: bool, input: &mut Input) {
        let pending = self.pending.take();
        let typed = input.text().to_owned();
        if self.source(&typed).as_ref() != Some(source) {
            return;
        }
        self.known.push((source.clone(), whole));
        let base = base(source, &typed);
        let wanted = found.into_iter().filter(|each| each.folder || self.wants_objects());
        let offers: Vec<Offer> = wanted.map(|each| offer(&base, &each)).collect();
        self.offer(offers);
        if pending == Some(typed) {
            self.complete(input, false);
        }
    }

    /// What cannot be looked at is not asked for again by the next Tab on the same text.
    pub fn on_failure(&mut self, source: &Source) {
        self.known.push((source.clone(), false));
        self.pending = None;
    }

    /// Puts an offer into the field, by its number among those offered.
    pub fn take_offer(&mut self, at: usize, input: &mut Input) {
        if at < self.offered(input.text()).len() {
            self.stand_on(at, input);
        }
    }

    fn complete(&mut self, input: &mut Input, back: bool) {
        let certain = self.turn.is_none().then(|| self.certain(input.text())).flatten();
        if let Some(certain) = certain {
            return input.set(&certain);
        }
        let count = self.offered(input.text()).len();
        if count == 0 {
            return;
        }
        let at = match (self.turn(), back) {
            (None, false) => 0,
            (None, true) => count - 1,
            (Some(at), false) => (at + 1) % count,
            (Some(at), true) => (at + count - 1) % count,
        };
        self.stand_on(at, input);
        let text = input.text().to_owned();
        self.look_ahead(&text);
        // The only one is taken for good: the next Tab goes on from it.
        if count == 1 && self.taken(input.text()).is_some_and(|offer| offer.disabled.is_none()) {
            self.turn = None;
        }
    }

    /// What several offers have in common beyond what is typed.
    fn certain(&self, typed: &str) -> Option<String> {
        let fitting = self.fitting(typed);
        let (first, rest) = fitting.split_first().filter(|(_, rest)| !rest.is_empty())?;
        let mut end = first.text.len();
        for offer in rest {
            let same = first.text.char_indices().zip(offer.text.chars());
            let differs = same.into_iter().find(|((_, one), other)| one != other);
            end = differs.map_or(end.min(offer.text.len()), |((at, _), _)| end.min(at));
        }
        (end > typed.len()).then(|| first.text[..end].to_owned())
    }

    fn stand_on(&mut self, at: usize, input: &mut Input) {
        let typed = self.turn.take().map_or_else(|| input.text().to_owned(), |turn| turn.0);
        self.turn = Some((typed, at));
        let text = self.taken(input.text()).map(|offer| offer.text.clone()).unwrap_or_default();
        input.set(&text);
    }

    fn wants_objects(&self) -> bool {
        match self.asks {
            Asks::Words => false,
            Asks::LocalPath { files, .. } => files,
            Asks::PathOrPlace { .. } => true,
            Asks::Place { objects, .. } => objects,
        }
    }

    fn is_known(&self, source: &Source) -> bool {
        self.known.iter().any(|(known, whole)| known == source || (*whole && covers(known, source)))
    }

    fn source(&self, text: &str) -> Option<Source> {
        match &self.asks {
            Asks::Words => None,
            Asks::PathOrPlace { .. } if text.starts_with("s3://") => place(text, &[], None),
            Asks::LocalPath { folder, home, .. } | Asks::PathOrPlace { folder, home } => {
                let below = if text == "~" { "~" } else { folder_of(text) };
                resolve(below, folder, home.as_deref()).ok().map(Source::Folder)
            }
            Asks::Place { connections, here, .. } => place(text, connections, here.as_ref()),
        }
    }
}

/// What the names of a source come behind.
fn base(source: &Source, typed: &str) -> String {
    match source {
        Source::Folder(_) if typed == "~" => "~/".to_owned(),
        Source::Folder(_) => folder_of(typed).to_owned(),
        Source::Buckets(None) => "s3://".to_owned(),
        Source::Buckets(Some(name)) => format!("{name}{SEPARATOR}"),
        Source::Rows { .. } => typed.to_owned(),
    }
}

/// Whether the rows of one are all among those of the other.
fn covers(known: &Source, wanted: &Source) -> bool {
    match (known, wanted) {
        (
            Source::Rows { connection, bucket, begins },
            Source::Rows { connection: to_connection, bucket: to_bucket, begins: to_begins },
        ) => {
            let rest = to_begins.strip_prefix(begins.as_str());
            connection == to_connection
                && bucket == to_bucket
                && rest.is_some_and(|rest| !rest.contains(DELIMITER))
        }
        _ => false,
    }
}

fn offer(base: &str, found: &Found) -> Offer {
    let text = format!("{base}{}", found.name);
    Offer { text, note: String::new(), begins: false, disabled: None }
}

/// Up to and including the last `/`.
fn folder_of(text: &str) -> &str {
    text.rfind('/').map_or("", |at| &text[..=at])
}

fn place(text: &str, connections: &[ConnectionName], here: Option<&Bucket>) -> Option<Source> {
    let named = |name: &&ConnectionName| {
        text.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with(SEPARATOR))
    };
    let (connection, rest) = if let Some(rest) = text.strip_prefix("s3://") {
        (None, rest)
    } else if let Some(name) = connections.iter().filter(named).max_by_key(|n| n.as_str().len()) {
        (Some(name.clone()), &text[name.as_str().len() + 1..])
    } else {
        let bucket = here?.clone();
        return Some(Source::Rows { connection: None, bucket, begins: text.to_owned() });
    };
    Some(match rest.split_once(DELIMITER) {
        None => Source::Buckets(connection),
        Some((bucket, begins)) => {
            Source::Rows { connection, bucket: Bucket::new(bucket), begins: begins.to_owned() }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(names: &[&str]) -> Vec<Found> {
        let found = |name: &&str| Found { name: (*name).to_owned(), folder: name.ends_with('/') };
        names.iter().map(found).collect()
    }

    fn tab(completion: &mut Completion, input: &mut Input, has: &[&str]) -> Option<Source> {
        completion.on_tab(input, false);
        let source = completion.take_wanted();
        if let Some(source) = &source {
            completion.on_found(source, found(has), true, input);
        }
        source
    }

    fn local(files: bool) -> Completion {
        let (folder, home) = ("/desk".into(), Some("/home/me".into()));
        Completion::of(Asks::LocalPath { folder, home, files })
    }

    #[test]
    fn a_local_path_is_completed_folder_by_folder() {
        let (mut completion, mut input) = (local(false), Input::new("~/Do"));
        let has = ["Documents/", "Downloads/", "Done.txt", ".config/"];
        assert_eq!(tab(&mut completion, &mut input, &has), Some(Source::Folder("/home/me".into())));
        assert_eq!(input.text(), "~/Documents/", "the first of two");
        input.set("~/Dow");
        completion.on_edit(input.text());
        assert_eq!(tab(&mut completion, &mut input, &[]), None, "the folder is known");
        assert_eq!(input.text(), "~/Downloads/");
        let source = tab(&mut completion, &mut input, &["a/"]);
        assert_eq!(source, Some(Source::Folder("/home/me/Downloads/".into())));
        assert_eq!(input.text(), "~/Downloads/a/");
    }

    #[test]
    fn what_several_have_in_common_is_certain_and_the_rest_is_gone_through() {
        let (mut completion, mut input) = (local(true), Input::new("/d/r"));
        tab(&mut completion, &mut input, &["report-1.txt", "report-2.txt", "x"]);
        assert_eq!(input.text(), "/d/report-");
        let mut texts = Vec::new();
        for _ in 0..3 {
            completion.on_tab(&mut input, false);
            texts.push(input.text().to_owned());
        }
        assert_eq!(texts, ["/d/report-1.txt", "/d/report-2.txt", "/d/report-1.txt"]);
    }

    #[test]
    fn a_place_is_completed_bucket_by_bucket_and_prefix_by_prefix() {
        let connections = vec!["aws".into()];
        let mut completion =
            Completion::of(Asks::Place { connections, here: Some("b".into()), objects: false });
        let mut input = Input::new("s3://m");
        assert_eq!(tab(&mut completion, &mut input, &["media/"]), Some(Source::Buckets(None)));
        assert_eq!(input.text(), "s3://media/");
        let rows = |bucket: &str, connection: Option<&str>, begins: &str| Source::Rows {
            connection: connection.map(ConnectionName::from),
            bucket: bucket.into(),
            begins: begins.to_owned(),
        };
        let source = tab(&mut completion, &mut input, &["photos/", "a.txt"]);
        assert_eq!(source, Some(rows("media", None, "")));
        assert_eq!(input.text(), "s3://media/photos/", "no objects are wanted");
        input.set("aws:x/ph");
        assert_eq!(
            tab(&mut completion, &mut input, &["otos/"]),
            Some(rows("x", Some("aws"), "ph"))
        );
        assert_eq!(input.text(), "aws:x/photos/");
        input.set("2026/");
        assert_eq!(tab(&mut completion, &mut input, &["raw/"]), Some(rows("b", None, "2026/")));
        assert_eq!(input.text(), "2026/raw/");
        completion.on_edit("aws:");
        assert_eq!(completion.take_wanted(), Some(Source::Buckets(Some("aws".into()))));
    }
}
