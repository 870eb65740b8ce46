//! Reads the names of a listing as the server means them, and asks it where a name could be two.

use std::borrow::Cow;
use std::sync::{Mutex, PoisonError};

use futures_util::future::BoxFuture;

use crate::domain::address::DELIMITER;
use crate::domain::error::{Error, ErrorKind};
use crate::domain::provider::Provider;
use crate::s3::call::Call;
use crate::s3::ops::list::spelling::{Reading, Spellings, is_itself, readings};

/// Names that are asked about for one page, before it is given up: one is enough where a server is
/// like itself.
const DOUBTS: usize = 64;

/// Where in a listing a name stands: a server may encode it in one place and not in another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    Key,
    CommonPrefix,
    UploadKey,
    VersionKey,
    VersionPrefix,
}

/// What proven names showed of a server's ways, by [`Field`].
#[derive(Debug)]
pub struct Learned(Mutex<[Spellings; 5]>);

impl Default for Learned {
    fn default() -> Learned {
        Learned(Mutex::new([Spellings::ALL; 5]))
    }
}

impl Learned {
    fn of(&self, field: Field) -> Spellings {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)[field as usize]
    }

    fn learn(&self, field: Field, spellings: Spellings) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)[field as usize] = spellings;
    }
}

/// The spelling that needs no proof: AWS and R2 encode everything that they say they encode.
pub fn told(provider: Provider, field: Field, echoed: bool) -> Option<Spellings> {
    let certain = match provider {
        Provider::Aws => true,
        Provider::R2 => field != Field::UploadKey,
        _ => false,
    };
    certain.then_some(if echoed { Spellings::FORM } else { Spellings::PLAIN })
}

/// What the names of one page have in common.
#[derive(Clone, Copy, Debug)]
pub struct NameContext<'a> {
    pub field: Field,
    pub prefix: &'a str,
    /// Names end with the first delimiter after the prefix.
    pub delimited: bool,
}

impl NameContext<'_> {
    fn holds(&self, name: &str) -> bool {
        name.starts_with(self.prefix)
    }

    /// Whether a name is also cut as the listing was asked to cut names.
    fn is_cut(&self, name: &str) -> bool {
        let Some(below) = name.strip_prefix(self.prefix) else { return false };
        match self.field {
            _ if !self.delimited => true,
            Field::CommonPrefix | Field::VersionPrefix => {
                below.find(DELIMITER).is_some_and(|at| at + 1 == below.len())
            }
            Field::Key | Field::UploadKey | Field::VersionKey => !below.contains(DELIMITER),
        }
    }

    fn readings(&self, text: &str, allowed: Spellings) -> Vec<Reading> {
        let cut = readings(text, allowed, |name| self.is_cut(name));
        if cut.is_empty() { readings(text, allowed, |name| self.holds(name)) } else { cut }
    }
}

/// Asks a server what names mean.
pub trait Ask: Sync {
    /// Whether anything has a name that begins so.
    fn has(&self, name: String) -> BoxFuture<'_, Result<bool, Error>>;

    /// The same names, asked for without an encoding; `None` where they cannot be had.
    fn again(&self) -> BoxFuture<'_, Option<Vec<String>>>;
}

pub struct PageNames<'a, A> {
    pub place: NameContext<'a>,
    pub told: Option<Spellings>,
    pub learned: &'a Learned,
    pub ask: &'a A,
    pub call: &'a Call,
}

impl<A: Ask> PageNames<'_, A> {
    /// The name of each text, in order. Nothing is asked where every text can be one name only.
    ///
    /// # Errors
    /// `BrokenListing` where a text is no name below the prefix, or the server does not show which
    /// it is.
    pub async fn read<'t>(&self, texts: &[&'t str]) -> Result<Vec<Cow<'t, str>>, Error> {
        let mut names: Vec<Cow<'t, str>> = Vec::with_capacity(texts.len());
        let mut doubtful = Vec::new();
        for text in texts {
            if is_itself(text) && self.place.holds(text) {
                names.push(Cow::Borrowed(text));
                continue;
            }
            let mut found = self.possible(text);
            match (found.pop(), found.is_empty()) {
                (None, _) => {
                    return Err(self.broken(format!("{text:?} is not below the prefix")));
                }
                (Some(only), true) => names.push(Cow::Owned(only.name)),
                (Some(_), false) => {
                    doubtful.push(names.len());
                    names.push(Cow::Borrowed(text));
                }
            }
        }
        for (asked, at) in doubtful.into_iter().enumerate() {
            names[at] = Cow::Owned(self.decide(texts, at, asked).await?);
        }
        Ok(names)
    }

    /// What a text may be by what is known of the server, or by itself where it does not go with
    /// that.
    fn possible(&self, text: &str) -> Vec<Reading> {
        let allowed = self.told.unwrap_or_else(|| self.learned.of(self.place.field));
        let found = self.place.readings(text, allowed);
        if found.is_empty() { self.place.readings(text, Spellings::ALL) } else { found }
    }

    async fn decide(&self, texts: &[&str], at: usize, asked: usize) -> Result<String, Error> {
        let text = texts[at];
        let found = self.possible(text);
        if let [one] = &found[..] {
            return Ok(one.name.clone());
        }
        if asked > DOUBTS {
            return Err(self.broken("too many names may be read in two ways".to_owned()));
        }
        let mut there = Vec::new();
        for reading in &found {
            match self.ask.has(reading.name.clone()).await {
                Ok(true) => there.push(reading),
                Ok(false) => {}
                // What a server takes for no prefix, it has no names below.
                Err(error) if error.is(&ErrorKind::InvalidRequest) => {}
                Err(error) if error.is(&ErrorKind::InvalidName) => {}
                Err(error) => return Err(error),
            }
        }
        if there.len() > 1 {
            there = explaining(texts, there);
        }
        if there.len() != 1 {
            // A text that stays as it is may be encoded both times: it is plain where nothing else
            // said otherwise.
            let may_be_plain = there.iter().any(|one| one.name == text);
            let again = self.ask.again().await.filter(|again| again.len() >= texts.len());
            let told = again.and_then(|mut again| again.drain(..).nth(at));
            there = found.iter().filter(|one| told.as_ref() == Some(&one.name)).collect();
            there.retain(|one| {
                let as_it_is = one.by.and(Spellings::PLAIN).is_some();
                one.name != text || (as_it_is && may_be_plain)
            });
        }
        let [one] = &there[..] else {
            let why = format!("{text:?} may be a name as it is or an encoded one");
            return Err(self.broken(why));
        };
        self.learn(one.by);
        Ok(one.name.clone())
    }

    /// A server that is not like itself is asked about every name.
    fn learn(&self, by: Spellings) {
        let field = self.place.field;
        let both = self.learned.of(field).and(by).unwrap_or(Spellings::ALL);
        self.learned.learn(field, both);
    }

    fn broken(&self, why: String) -> Error {
        self.call.fails(ErrorKind::BrokenListing, why)
    }
}

/// Of the names that exist, the one whose encoding explains every text of the page; all of them
/// where that is not exactly one.
fn explaining<'r>(texts: &[&str], there: Vec<&'r Reading>) -> Vec<&'r Reading> {
    let lists = |by: Spellings, name: &str| {
        texts.iter().any(|text| {
            readings(text, by, |found| found == name).iter().any(|found| found.name == name)
        })
    };
    let explains = |one: &&&Reading| there.iter().all(|other| lists(one.by, &other.name));
    let explaining: Vec<&Reading> = there.iter().filter(explains).copied().collect();
    if explaining.len() == 1 { explaining } else { there }
}
