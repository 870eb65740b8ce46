//! What else can be copied of a row: its `s3://` text, its key, its public URL; and why something cannot.

use crate::app::dialogs::link_menu::LinkReasons;
use crate::app::screens::objects::downloading::name_of;
use crate::app::session::Session;
use crate::config::connection::CredentialsSource;
use crate::domain::address::Bucket;
use crate::domain::curl::public_url;
use crate::domain::transfer::Target;

pub fn uri(bucket: &Bucket, target: &Target) -> String {
    format!("s3://{bucket}/{}", target.as_str())
}

/// What a list of rows is called in a title; raw.
pub fn subject(targets: &[Target]) -> String {
    match targets {
        [one] => name_of(one).to_owned(),
        many => format!("{} rows", many.len()),
    }
}

/// Why rows of the menu cannot be taken for these rows.
pub fn reasons(bucket: &Bucket, targets: &[Target], session: &Session) -> LinkReasons {
    let prefixes = targets.iter().any(|target| matches!(target, Target::Prefix(_)));
    let no_object = prefixes.then(|| "a prefix is no object: only objects have links".to_owned());
    let no_domain = public_domain(bucket, session)
        .is_none()
        .then(|| format!("no public_domain is configured for {bucket}"));
    LinkReasons {
        link: no_object.clone().or_else(|| no_signature(session)),
        key: None,
        public_url: no_object.or(no_domain),
    }
}

pub fn public_url_of(bucket: &Bucket, target: &Target, session: &Session) -> Option<String> {
    let Target::Object(key) = target else { return None };
    Some(public_url(public_domain(bucket, session)?, key))
}

/// Why the connection can sign nothing.
pub fn no_signature(session: &Session) -> Option<String> {
    matches!(session.connection().credentials, CredentialsSource::Anonymous)
        .then(|| "an anonymous connection cannot sign links".to_owned())
}

fn public_domain<'a>(bucket: &Bucket, session: &'a Session) -> Option<&'a str> {
    session.known_bucket(bucket)?.public_domain.as_deref()
}
