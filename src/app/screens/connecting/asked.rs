//! Decides what the form of each kind of connection asks.

use crate::app::screens::connecting::field::{FieldId, FormField};
use crate::config::connection_options::{BUCKETS, OPTIONS};
use crate::config::draft::Keep;
use crate::domain::jurisdiction::Jurisdiction;
use crate::domain::listed::listed;

/// What is connected to decides what is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormKind {
    R2,
    Aws,
    Other,
}

listed! {
    /// Where the keys come from decides what is asked of them.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum KeySource {
        Typed,
        /// A profile of the AWS files, or the whole chain.
        Profile,
        Variables,
        Command,
        /// Last: R2's forms leave it out.
        Anonymous,
    }
}

impl KeySource {
    const fn words(self) -> &'static str {
        match self {
            KeySource::Typed => "typed or pasted here",
            KeySource::Profile => "an AWS profile",
            KeySource::Variables => "environment variables",
            KeySource::Command => "a command (credential_process)",
            KeySource::Anonymous => "no keys: requests are not signed",
        }
    }

    pub fn at(number: usize) -> KeySource {
        KeySource::ALL.get(number).copied().unwrap_or(KeySource::Typed)
    }

    pub fn number(self) -> usize {
        KeySource::ALL.iter().position(|each| *each == self).unwrap_or(0)
    }
}

/// All jurisdictions, then each by itself; last, what only `config.toml` can say.
static AND_LISTED_WORDS: [&str; Jurisdiction::ALL.len() + 2] = {
    let mut words = ["all"; _];
    let mut at = 0;
    while at < Jurisdiction::ALL.len() {
        words[at + 1] = Jurisdiction::ALL[at].name();
        at += 1;
    }
    words[at + 1] = "as config.toml lists them";
    words
};
pub static AND_LISTED: &[&str] = &AND_LISTED_WORDS;
static JURISDICTIONS: &[&str] = AND_LISTED.split_at(AND_LISTED.len() - 1).0;

static SOURCES: [&str; KeySource::ALL.len()] = {
    let mut words = [""; _];
    let mut at = 0;
    while at < KeySource::ALL.len() {
        words[at] = KeySource::ALL[at].words();
        at += 1;
    }
    words
};
/// R2 signs every request.
static SIGNING_SOURCES: &[&str] = SOURCES.split_at(KeySource::Anonymous as usize).0;

static KEEPS: [(&str, Keep); 4] = [
    ("the system's keyring", Keep::Keyring),
    ("secrets.toml, which only you can read", Keep::File),
    ("config.toml itself", Keep::Config),
    ("memory only, until Windlass quits", Keep::Nowhere),
];
static KEEP_WORDS: [&str; 4] = [KEEPS[0].0, KEEPS[1].0, KEEPS[2].0, KEEPS[3].0];

/// Where keys that are typed can be kept, the first choice first.
pub fn keeps(keyring: bool) -> &'static [(&'static str, Keep)] {
    if keyring { &KEEPS } else { &KEEPS[1..] }
}

pub fn fields(kind: FormKind, source: KeySource, keyring: bool) -> Vec<FormField> {
    let region = |hint| FormField::text(FieldId::Region, "Region", hint);
    let mut fields = Vec::new();
    match kind {
        FormKind::R2 => fields.extend([
            FormField::text(
                FieldId::Address,
                "Account id",
                "or paste any of its addresses: S3 API, bucket, dashboard",
            ),
            FormField::choice(
                FieldId::Jurisdiction,
                "Jurisdiction",
                "where the buckets were created",
                JURISDICTIONS,
            ),
        ]),
        FormKind::Aws => {}
        FormKind::Other => fields.extend([
            FormField::text(
                FieldId::Address,
                "Endpoint",
                "the server's S3 address, with or without a bucket",
            ),
            region("leave empty if the server does not need it"),
        ]),
    }
    let sources: &'static [&'static str] =
        if kind == FormKind::R2 { SIGNING_SOURCES } else { &SOURCES };
    let mut from = FormField::choice(
        FieldId::Source,
        "Keys from",
        "typed, a profile, variables, a command",
        sources,
    );
    from.choose(source.number());
    fields.push(from);
    fields.extend(keys(kind, source));
    if kind == FormKind::Aws {
        fields.push(region(match source {
            KeySource::Profile => "leave empty for the profile's",
            _ => "such as eu-west-1; empty for us-east-1",
        }));
    }
    for option in &OPTIONS {
        fields.push(FormField::option(option));
        if option.name == BUCKETS {
            fields.push(FormField::text(FieldId::Name, "Name", "a name for this connection"));
        }
    }
    if source == KeySource::Typed {
        let words: &'static [&'static str] = if keyring { &KEEP_WORDS } else { &KEEP_WORDS[1..] };
        fields.push(FormField::choice(FieldId::Keep, "Keep the keys in", "", words));
    }
    fields
}

fn keys(kind: FormKind, source: KeySource) -> Vec<FormField> {
    match source {
        KeySource::Typed => {
            let hint = match kind {
                FormKind::Other => "leave this and the secret empty for public buckets",
                _ => "paste it, or the whole block with both keys",
            };
            vec![
                FormField::text(FieldId::KeyId, "Access key id", hint),
                FormField::secret(FieldId::Secret, "Secret access key", ""),
            ]
        }
        KeySource::Profile => vec![FormField::text(
            FieldId::Profile,
            "Profile",
            "from ~/.aws; leave empty for what the AWS CLI would use",
        )],
        KeySource::Variables => vec![
            FormField::text(
                FieldId::IdVariable,
                "Variable of the id",
                "its name, such as R2_KEY_ID; read when keys are needed",
            ),
            FormField::text(
                FieldId::SecretVariable,
                "Variable of the secret",
                "its name, such as R2_SECRET; the secret itself is not kept",
            ),
        ],
        KeySource::Command => vec![FormField::text(
            FieldId::Command,
            "Command",
            "a command that prints credential_process JSON (1Password, pass, a vault)",
        )],
        KeySource::Anonymous => Vec::new(),
    }
}
