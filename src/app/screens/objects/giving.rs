//! Shows the form of what uploads and copies give to the objects that they write.

use jiff::Zoned;

use crate::app::dialogs::choice::{Choice, ChoiceRow};
use crate::app::dialogs::prompt::Prompt;
use crate::app::dialogs::question::Question;
use crate::app::event::Ticket;
use crate::app::screens::objects::describing_fields::{Field, set};
use crate::app::session::Session;
use crate::config::settings::Settings;
use crate::config::upload_rules::lasting;
use crate::domain::address::{Bucket, ConnectionName};
use crate::domain::attributes::Attributes;
use crate::domain::metadata_change::MetadataChange;
use crate::domain::transfer::JobOptions;

/// The fields of the metadata form that a rule can set, in the order of the rows.
fn fields() -> impl Iterator<Item = Field> {
    let given = |field: &Field| !matches!(field, Field::Expires | Field::Redirect);
    Field::ALL.into_iter().filter(given)
}

/// What is given, while it is chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivingForm {
    /// Where uploads go; copies may go anywhere, and nothing is remembered for them.
    pub bucket: Option<Bucket>,
    pub given: Attributes,
    cursor: usize,
}

/// The form over the question that it is opened from.
#[derive(Clone, Debug)]
pub struct Giving<A> {
    pub behind: Question<A>,
    pub form: GivingForm,
    pub step: GivingStep,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GivingStep {
    Form,
    Field(Field),
    /// Whether what was entered is lost.
    Discard,
    /// It is being written what is remembered from now on.
    Remembering(Ticket),
}

/// What is being written into `config.toml`: it is waited for even where the form is left.
#[derive(Clone, Debug)]
pub struct RememberedSoon {
    pub ticket: Ticket,
    pub connection: ConnectionName,
    pub bucket: Bucket,
    pub attributes: Option<Attributes>,
    /// Said when it is written.
    pub said: String,
}

/// What a row of the form is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GivingRow {
    Field(Field),
    Remember,
    Forget,
    Done,
}

impl GivingForm {
    pub fn new(bucket: Option<Bucket>, given: Attributes) -> GivingForm {
        GivingForm { bucket, given, cursor: 0 }
    }

    /// The cursor stays on what was chosen.
    pub fn choose(&mut self, row: usize) -> GivingRow {
        self.cursor = row;
        let rest = [GivingRow::Remember, GivingRow::Forget, GivingRow::Done];
        fields().map(GivingRow::Field).chain(rest).nth(row).unwrap_or(GivingRow::Done)
    }

    pub fn menu(&self, session: &Session) -> Choice {
        let usual = if self.bucket.is_some() { "as usual" } else { "as the source has it" };
        let mut rows: Vec<ChoiceRow> = fields()
            .map(|field| {
                let note = pending(field, &self.given).unwrap_or_else(|| usual.to_owned());
                // What is copied may go to another server, which is asked when it is named.
                let here = self.bucket.is_some();
                let lacking = field.capability().filter(|_| here);
                let lacking = lacking.and_then(|what| session.lacks(what));
                ChoiceRow::new(field.key(), field.title()).note(note).disabled(lacking)
            })
            .collect();
        let of = |to| session.settings.remembered_of(session.name(), to);
        let remembered = self.bucket.as_ref().and_then(of);
        let cannot = || match (&self.bucket, remembered) {
            (None, _) => Some("settings are remembered for uploads only".to_owned()),
            (_, Some(same)) if *same == lasting(&self.given) => {
                Some("these settings are remembered".to_owned())
            }
            _ if lasting(&self.given).is_empty() => Some("choose a setting first".to_owned()),
            _ => None,
        };
        let none = remembered.is_none().then(|| "nothing is remembered".to_owned());
        rows.push(
            ChoiceRow::new('k', "Remember").note("for uploads to this bucket").disabled(cannot()),
        );
        rows.push(ChoiceRow::new('f', "Forget").note("what is remembered").disabled(none));
        rows.push(ChoiceRow::new('v', "Done"));
        let title = match &self.bucket {
            Some(bucket) => format!("Settings of the upload to {bucket}"),
            None => "Settings of the copy".to_owned(),
        };
        Choice::new(title, rows).starting_at(self.cursor)
    }

    pub fn prompt(&self, field: Field) -> Prompt {
        let text = pending(field, &self.given).filter(|_| !field.is_pairs());
        Prompt::new(field.title(), field.hint(), &text.unwrap_or_default(), |_| Ok(()))
    }

    /// # Errors
    /// A sentence that says what was expected.
    pub fn take(&mut self, field: Field, text: &str, now: &Zoned) -> Result<(), String> {
        let mut change = MetadataChange { set: self.given.clone(), ..MetadataChange::default() };
        set(&mut change, field, text, now)?;
        let removed = [&change.remove_metadata, &change.remove_tags];
        if change.set == self.given
            && let Some(name) = removed.into_iter().flatten().next()
        {
            return Err(match &self.bucket {
                Some(_) => format!("{name} is not given: write name=value"),
                None => format!("a copy gets all that its source has: take {name} away afterwards"),
            });
        }
        self.given = change.set;
        if self.bucket.is_some() {
            without_empty(&mut self.given);
        }
        Ok(())
    }
}

/// An upload has nothing that could be taken away.
fn without_empty(given: &mut Attributes) {
    let headers = &mut given.headers;
    for header in [
        &mut headers.content_type,
        &mut headers.cache_control,
        &mut headers.content_disposition,
        &mut headers.content_encoding,
        &mut headers.content_language,
    ] {
        header.take_if(|text| text.is_empty());
    }
}

fn pending(field: Field, given: &Attributes) -> Option<String> {
    field.pending(&MetadataChange { set: given.clone(), ..MetadataChange::default() })
}

/// `text/html · no-cache · remembered`; empty where nothing is given.
pub fn told(given: &Attributes, remembered: Option<&Attributes>) -> String {
    let mut parts: Vec<String> = fields().filter_map(|field| pending(field, given)).collect();
    if remembered.is_some_and(|kept| *kept == lasting(given) && !kept.is_empty()) {
        parts.push("remembered".to_owned());
    }
    parts.join(" · ")
}

/// What jobs are told. What is given as it is remembered stays a rule among the others, as it is
/// for the commands.
pub fn upload_options(
    given: &Attributes,
    (connection, bucket): (&ConnectionName, &Bucket),
    settings: &Settings,
) -> JobOptions {
    let remembered = settings.remembered_of(connection, bucket).cloned().unwrap_or_default();
    if remembered == *given {
        let rules = settings.upload_rules_of(connection, bucket);
        return JobOptions { rules, ..JobOptions::default() };
    }
    let others = settings.upload_rules.iter().filter(|rule| {
        rule.holds_in(connection, bucket) && !rule.is_remembered_of(connection, bucket)
    });
    let rules = others.map(|rule| rule.rule.clone()).collect();
    JobOptions { attributes: given.clone(), rules, ..JobOptions::default() }
}
