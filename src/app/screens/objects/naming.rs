//! Names a row for the clipboard: its `s3://` text, its key, its public URL; or says why it cannot.

use crate::app::dialogs::link_menu::{DOMAIN_LETTER, LinkChoice, LinkReasons};
use crate::app::screens::objects::downloading::name_of;
use crate::app::session::{Publicity, Session};
use crate::config::connection::CredentialsSource;
use crate::domain::address::Bucket;
use crate::domain::curl::public_url;
use crate::domain::provider::Provider;
use crate::domain::transfer::Target;
use crate::domain::units::Counted;

pub fn uri(bucket: &Bucket, target: &Target) -> String {
    format!("s3://{bucket}/{}", target.as_str())
}

/// What a list of rows is called in a title; raw.
pub fn subject(targets: &[Target]) -> String {
    match targets {
        [one] => name_of(one).to_owned(),
        many => Counted(many.len() as u64, "row").to_string(),
    }
}

/// Why rows of the menu cannot be taken for these rows.
pub fn reasons(bucket: &Bucket, targets: &[Target], session: &Session) -> LinkReasons {
    let prefixes = targets.iter().any(|target| matches!(target, Target::Prefix(_)));
    let no_object = prefixes.then(|| "this is a prefix: only objects have links".to_owned());
    LinkReasons {
        link: no_object.clone().or_else(|| no_signature(session)),
        alone: session.access(bucket).beside_link().map(str::to_owned),
        change: session.read_only(),
        upload: session.read_only().or_else(|| no_signature(session)),
        public_url: no_object.or_else(|| no_public_url(bucket, session)),
        keys: no_keys(session),
        public_note: publicity(bucket, session),
    }
}

/// What is copied without asking the server, a line for each row, and what it is called.
pub fn copied(
    choice: &LinkChoice,
    bucket: &Bucket,
    targets: &[Target],
    session: &Session,
) -> Option<(String, &'static str)> {
    let what = match choice {
        LinkChoice::Uri => "s3:// URI",
        LinkChoice::Key => "key",
        LinkChoice::PublicUrl => "public URL",
        LinkChoice::Make(_) | LinkChoice::Domain | LinkChoice::Keys(_) => return None,
    };
    let line = |target: &Target| match choice {
        LinkChoice::Uri => uri(bucket, target),
        LinkChoice::PublicUrl => public_url_of(bucket, target, session).unwrap_or_default(),
        _ => target.as_str().to_owned(),
    };
    Some((targets.iter().map(line).collect::<Vec<_>>().join("\n"), what))
}

/// A line for each object; `None` where one is a prefix.
pub fn public_urls(domain: &str, targets: &[Target]) -> Option<String> {
    let url = |target: &Target| match target {
        Target::Object(key) => Some(public_url(domain, key)),
        _ => None,
    };
    targets.iter().map(url).collect::<Option<Vec<_>>>().map(|lines| lines.join("\n"))
}

fn public_url_of(bucket: &Bucket, target: &Target, session: &Session) -> Option<String> {
    let Target::Object(key) = target else { return None };
    Some(public_url(&public_domain(bucket, session)?, key))
}

/// Why no keys can be made that end by themselves.
fn no_keys(session: &Session) -> Option<String> {
    let connection = session.connection();
    let reason = match (connection.provider, &connection.cloudflare) {
        (Provider::R2, Some(_)) => return session.read_only(),
        (Provider::R2, None) => "the connection has no cloudflare_token: the guide says how",
        _ => "only R2 makes keys for a prefix that end by themselves",
    };
    Some(reason.to_owned())
}

/// Why no link alone leads to what a bucket holds.
pub fn no_link_alone(bucket: &Bucket, session: &Session) -> Option<String> {
    let beside = || session.access(bucket).beside_link().map(str::to_owned);
    no_signature(session).or_else(beside)
}

/// Why the connection can sign nothing.
pub fn no_signature(session: &Session) -> Option<String> {
    matches!(session.connection().credentials, CredentialsSource::Anonymous)
        .then(|| "an anonymous connection cannot sign links".to_owned())
}

/// The one that is configured before what the provider's API tells.
fn public_domain(bucket: &Bucket, session: &Session) -> Option<String> {
    let configured = session.known_bucket(bucket).and_then(|known| known.public_domain.clone());
    configured.or_else(|| match session.publicity(bucket)? {
        Publicity::Known(access) => access.address(),
        Publicity::Asked | Publicity::Refused(_) => None,
    })
}

fn no_public_url(bucket: &Bucket, session: &Session) -> Option<String> {
    if public_domain(bucket, session).is_some() {
        return None;
    }
    Some(match session.publicity(bucket) {
        Some(Publicity::Asked) => "asking Cloudflare whether the bucket is public".to_owned(),
        Some(Publicity::Known(access)) => access.words(),
        Some(Publicity::Refused(why)) => format!("it is not known whether it is public: {why}"),
        None => format!("no public domain of {bucket} is known: {DOMAIN_LETTER} sets one"),
    })
}

/// Where it is public, in a few words.
fn publicity(bucket: &Bucket, session: &Session) -> String {
    match session.publicity(bucket) {
        Some(Publicity::Known(access)) if access.address().is_some() => access.words(),
        _ => public_domain(bucket, session).unwrap_or_default(),
    }
}
