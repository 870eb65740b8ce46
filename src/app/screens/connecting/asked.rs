//! What the form of each kind of connection asks.

use crate::app::screens::connecting::field::{Field, FieldId};
use crate::config::draft::Keep;

/// What is connected to decides what is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormKind {
    R2,
    /// By a profile of the AWS files, or by the whole chain.
    Profile,
    /// By keys that are typed.
    AwsKeys,
    Other,
}

/// All, then each by itself.
const JURISDICTIONS: &[&str] = &["all", "default", "eu", "fedramp", "us"];
/// Last, what only `config.toml` can say.
pub const AND_LISTED: &[&str] =
    &["all", "default", "eu", "fedramp", "us", "as config.toml lists them"];
const YES_NO: &[&str] = &["no", "yes: nothing that writes is sent"];
pub const KEEPS: &[(&str, Keep)] = &[
    ("secrets.toml, which only you can read", Keep::File),
    ("config.toml itself", Keep::Config),
    ("nowhere: until Windlass ends", Keep::Nowhere),
];
const KEEP_WORDS: &[&str] = &[KEEPS[0].0, KEEPS[1].0, KEEPS[2].0];

pub fn fields(kind: FormKind) -> Vec<Field> {
    let key_id =
        Field::text(FieldId::KeyId, "Access key id", "paste it, or the whole block with both keys");
    let secret = Field::secret(FieldId::Secret, "Secret access key", "ctrl-r shows it");
    let region = |hint| Field::text(FieldId::Region, "Region", hint);
    let mut fields = match kind {
        FormKind::R2 => vec![
            Field::text(
                FieldId::Address,
                "Account id",
                "or paste any address of it: S3 API, bucket, dashboard",
            ),
            Field::choice(
                FieldId::Jurisdiction,
                "Jurisdiction",
                "← → changes it: where the buckets were made",
                JURISDICTIONS,
            ),
            key_id,
            secret,
        ],
        FormKind::Profile => vec![
            Field::text(
                FieldId::Profile,
                "Profile",
                "of ~/.aws; empty for what the AWS CLI would use",
            ),
            region("empty for the profile's own"),
        ],
        FormKind::AwsKeys => vec![key_id, secret, region("such as eu-west-1; empty for us-east-1")],
        FormKind::Other => vec![
            Field::text(
                FieldId::Address,
                "Endpoint",
                "the server's S3 address, with or without a bucket",
            ),
            region("empty where the server does not care"),
            Field { hint: "empty, with the secret, for public buckets", ..key_id },
            secret,
        ],
    };
    fields.push(Field::text(
        FieldId::Buckets,
        "Buckets",
        "for keys that may not list them: media, site/public/",
    ));
    fields.push(Field::text(FieldId::Name, "Name", "what you call this connection"));
    fields.push(Field::choice(FieldId::ReadOnly, "Read-only", "← → changes it", YES_NO));
    if kind != FormKind::Profile {
        fields.push(Field::choice(FieldId::Keep, "Keep the keys in", "← → changes it", KEEP_WORDS));
    }
    fields
}
