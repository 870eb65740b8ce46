//! Asks what a new bucket is to have besides its name, as far as the provider can do it.

use crate::app::dialogs::choice::{Choice, ChoiceRow};
use crate::app::dialogs::prompt::{Prompt, Rule};
use crate::app::session::Session;
use crate::domain::object::{LOCATION_HINTS, NewBucket};
use crate::domain::provider::{Capability, Provider};

/// What a row of the menu leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MakingStep {
    Create,
    /// The menu with what was turned.
    Turned(NewBucket),
    AskRegion,
    AskHint,
}

/// Whose the objects are, in the order in which they are turned; none is the server's own.
const OWNERSHIPS: [(&str, &str); 3] = [
    ("BucketOwnerEnforced", "the bucket's owner owns everything"),
    ("BucketOwnerPreferred", "the bucket's owner, where the upload says so"),
    ("ObjectWriter", "whoever uploads owns the object"),
];

const PLACE: usize = 1;

/// Enter creates; the other rows change what is created.
pub fn menu(new: &NewBucket, at: usize, session: &Session) -> Choice {
    let r2 = session.provider() == Provider::R2;
    let place = match (r2, &new.hint, &new.region) {
        (true, Some(hint), _) => hint.clone(),
        (true, None, _) => "wherever R2 chooses".to_owned(),
        (false, _, Some(region)) => region.clone(),
        (false, _, None) => "the connection's".to_owned(),
    };
    let title = if r2 { "Location hint" } else { "Region" };
    let on = |on: bool| if on { "on" } else { "off" };
    let ownership = OWNERSHIPS.iter().find(|(name, _)| new.ownership.as_deref() == Some(*name));
    let ownership = ownership.map_or("the server's default", |(_, words)| *words);
    let versioning = new.versioning || new.object_lock;
    let rows = vec![
        ChoiceRow::new('c', "Create"),
        ChoiceRow::new(if r2 { 'h' } else { 'r' }, title).note(place),
        ChoiceRow::new('v', "Versioning")
            .note(on(versioning))
            .disabled(session.lacks(Capability::Versioning)),
        ChoiceRow::new('l', "Object lock")
            .note(on(new.object_lock))
            .disabled(session.lacks(Capability::ObjectLock)),
        ChoiceRow::new('o', "Ownership")
            .note(ownership)
            .disabled(session.lacks(Capability::Ownership)),
    ];
    let choice = Choice::new(format!("New bucket {}", new.bucket), rows).starting_at(at);
    match new.object_lock {
        true => choice.line("Object lock keeps versions too, and cannot be turned off again."),
        false => choice,
    }
}

/// What taking a row does.
pub fn take(row: usize, new: &NewBucket, session: &Session) -> MakingStep {
    let mut turned = new.clone();
    match row {
        PLACE if session.provider() == Provider::R2 => return MakingStep::AskHint,
        PLACE => return MakingStep::AskRegion,
        2 => turned.versioning = !turned.versioning,
        3 => turned.object_lock = !turned.object_lock,
        4 => {
            let names = OWNERSHIPS.iter().map(|(name, _)| *name);
            let at = names.clone().position(|name| new.ownership.as_deref() == Some(name));
            let next = at.map_or(0, |at| at + 1);
            turned.ownership = names.clone().nth(next).map(str::to_owned);
        }
        _ => return MakingStep::Create,
    }
    MakingStep::Turned(turned)
}

pub fn region_prompt(new: &NewBucket) -> Prompt {
    let rule: Rule = |text| {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        match text.chars().all(fits) {
            true => Ok(()),
            false => Err("a region is written as eu-central-1".to_owned()),
        }
    };
    let hint = "Where the bucket is made: eu-central-1. Empty for the connection's region.";
    Prompt::new("Region", hint, new.region.as_deref().unwrap_or_default(), rule)
}

pub fn hint_menu() -> Choice {
    let row = |(key, (name, words)): (char, (&str, &str))| ChoiceRow::new(key, words).note(name);
    let mut rows = vec![ChoiceRow::new('0', "Wherever R2 chooses")];
    rows.extend(('1'..='9').zip(LOCATION_HINTS).map(row));
    Choice::new("Location hint", rows).line("R2 keeps the bucket there if it can.")
}

/// The hint of a row of that menu.
pub fn hint_at(row: usize) -> Option<String> {
    let (name, _) = LOCATION_HINTS.get(row.checked_sub(1)?)?;
    Some((*name).to_owned())
}
