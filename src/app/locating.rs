//! Finds where a pasted address leads: the connection in use, another one, or none that is known.

use percent_encoding::percent_decode_str;

use crate::app::session::Session;
use crate::config::connection::Connection;
use crate::config::pasted_address::{PastedServer, point};
use crate::domain::address::{Bucket, ConnectionName, Key, Location, Prefix};
use crate::domain::place::Place;
use crate::domain::provider::Provider;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Located {
    /// In the connection in use.
    Here(Location),
    /// In others, the likeliest first.
    Elsewhere(Vec<(ConnectionName, Location)>),
    /// An address of storage that no connection leads to.
    Unknown,
    /// What it is instead, in a sentence.
    Wrong(String),
}

/// Schemes that other programs write for `s3://`.
const ALIASES: [&str; 3] = ["r2://", "s3a://", "s3n://"];

/// Whether a text is an address of the web.
pub fn is_web(text: &str) -> bool {
    let text = text.trim();
    let has = |scheme: &str| {
        text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    (has("https://") || has("http://")) && !text.contains(char::is_whitespace)
}

/// Reads `s3://…`, a place of a connection, an ARN, or an address of a server, a bucket, an object
/// or a dashboard; `None` where the text is none of these.
pub fn locate(text: &str, session: &Session) -> Option<Located> {
    let text = text.trim().trim_matches(['"', '\'', '<', '>', '`']);
    if text.is_empty() || text.contains(['\n', '\r']) {
        return None;
    }
    let alias = ALIASES.iter().find_map(|scheme| text.strip_prefix(scheme));
    if let Some(rest) = alias.or_else(|| text.strip_prefix("s3://")) {
        let location = Location::parse(&format!("s3://{rest}"));
        return Some(location.map_or_else(Located::Wrong, Located::Here));
    }
    if is_web(text) {
        return Some(of_web(text, session));
    }
    if text.starts_with("arn:") {
        return Some(of_pointed(text, session));
    }
    let names = session.connections.iter().map(|each| &each.name);
    let place = Place::parse(text, names).ok()?;
    let name = place.connection.filter(|name| name != session.name());
    Some(match name {
        None => Located::Here(place.location),
        Some(name) => Located::Elsewhere(vec![(name, place.location)]),
    })
}

/// Locates by the addresses that are configured, then by what the address says of itself.
fn of_web(text: &str, session: &Session) -> Located {
    let Some(url) = Web::split(text) else { return of_pointed(text, session) };
    let found: Vec<_> = by_use(session)
        .filter_map(|connection| Some((connection.name.clone(), url.within(connection, session)?)))
        .collect();
    if found.is_empty() { of_pointed(text, session) } else { sorted(found, session) }
}

fn of_pointed(text: &str, session: &Session) -> Located {
    let pasted_address = match point(text) {
        Ok(Some(pasted_address)) => pasted_address,
        Ok(None) => return Located::Unknown,
        Err(why) => return Located::Wrong(why),
    };
    let fits = |connection: &&Connection| match &pasted_address.server {
        PastedServer::Aws { .. } => {
            connection.provider == Provider::Aws && connection.endpoint.is_none()
        }
        PastedServer::R2 { account, .. } => {
            endpoints(connection).any(|endpoint| endpoint.contains(&format!("//{account}.")))
        }
        PastedServer::Other { endpoint, .. } => endpoints(connection)
            .any(|own| own.trim_end_matches('/') == endpoint.trim_end_matches('/')),
        PastedServer::Unsaid => false,
    };
    let located = |connection: &Connection| {
        let bucket = pasted_address.bucket.clone().map(|bucket| match &pasted_address.server {
            PastedServer::R2 { jurisdiction: Some(home), .. }
                if connection.jurisdictions.len() > 1 =>
            {
                home.named(&bucket)
            }
            _ => bucket,
        });
        (connection.name.clone(), location(bucket, &pasted_address.path))
    };
    let found: Vec<_> = by_use(session).filter(fits).map(located).collect();
    if found.is_empty() { Located::Unknown } else { sorted(found, session) }
}

/// The one in use first.
fn by_use(session: &Session) -> impl Iterator<Item = &Connection> {
    let others = session.connections.iter().filter(|each| each.name != *session.name());
    std::iter::once(session.connection()).chain(others)
}

fn sorted(found: Vec<(ConnectionName, Location)>, session: &Session) -> Located {
    match found.first() {
        Some((name, location)) if name == session.name() => Located::Here(location.clone()),
        _ => Located::Elsewhere(found),
    }
}

fn endpoints(connection: &Connection) -> impl Iterator<Item = &str> {
    let first = connection.endpoint.as_deref();
    first.into_iter().chain(connection.jurisdictions.iter().map(|(_, each)| each.as_str()))
}

fn location(bucket: Option<Bucket>, path: &str) -> Location {
    match bucket {
        None => Location::Root,
        Some(bucket) if path.is_empty() || path.ends_with('/') => {
            Location::Prefix { bucket, prefix: Prefix::new(path) }
        }
        Some(bucket) => Location::Object { bucket, key: Key::new(path) },
    }
}

/// The parts of an address, without its query.
struct Web<'a> {
    /// With its port, in lower case.
    host: String,
    /// As it is written, without the first `/`.
    path: &'a str,
}

impl<'a> Web<'a> {
    fn split(text: &'a str) -> Option<Web<'a>> {
        let (_, rest) = text.split_once("://")?;
        let rest = rest.split(['?', '#']).next()?;
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let host = host.rsplit('@').next()?.to_ascii_lowercase();
        (!host.is_empty()).then_some(Web { host, path })
    }

    /// The place in a connection whose endpoint, or a public domain of whose buckets, this is.
    fn within(&self, connection: &Connection, session: &Session) -> Option<Location> {
        endpoints(connection)
            .find_map(|endpoint| self.below(endpoint))
            .or_else(|| self.below(&unconfigured(connection)?))
            .or_else(|| self.public(connection, session))
    }

    /// `host/bucket/key`, or `bucket.host/key`.
    fn below(&self, endpoint: &str) -> Option<Location> {
        let server = Web::split(endpoint)?;
        let base = server.path.trim_end_matches('/');
        let path = match self.path.strip_prefix(base) {
            Some(rest) if base.is_empty() || rest.is_empty() => rest,
            Some(rest) => rest.strip_prefix('/')?,
            None => return None,
        };
        if self.host == server.host {
            let (bucket, path) = path.split_once('/').unwrap_or((path, ""));
            let bucket = (!bucket.is_empty()).then(|| Bucket::new(decoded(bucket)));
            return Some(location(bucket, &decoded(path)));
        }
        let bucket = self.host.strip_suffix(&server.host)?.strip_suffix('.')?;
        Some(location(Some(Bucket::new(bucket)), &decoded(path)))
    }

    fn public(&self, connection: &Connection, session: &Session) -> Option<Location> {
        let known = match connection.name == *session.name() {
            true => session.known_buckets(),
            false => connection.known_buckets.clone(),
        };
        let is_its = |domain: &str| Web::split(domain).is_some_and(|own| own.host == self.host);
        let of =
            known.into_iter().find(|each| each.public_domain.as_deref().is_some_and(is_its))?;
        Some(location(Some(of.bucket), &decoded(self.path)))
    }
}

/// Where a connection leads whose endpoint is that of the environment: its name says the host.
fn unconfigured(connection: &Connection) -> Option<String> {
    let (_, host) = connection.name.as_str().rsplit_once('@')?;
    connection.endpoint.is_none().then(|| format!("https://{host}"))
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::session::Startup;
    use crate::config::connection::KnownBucket;

    const ACCOUNT: &str = "0123456789abcdef0123456789abcdef";

    fn session() -> Session {
        let own = |name: &str, provider, endpoint: &str| {
            Connection::with_keys(name, provider, endpoint, "auto", "id", "secret")
        };
        let mut lab = own("lab", Provider::Other, "http://127.0.0.1:9000");
        lab.known_buckets = vec![KnownBucket {
            public_domain: Some("https://cdn.example.com".into()),
            ..KnownBucket::from("site")
        }];
        let r2 = format!("https://{ACCOUNT}.r2.cloudflarestorage.com");
        let connections = vec![
            lab.clone(),
            own("r2", Provider::R2, &r2),
            Connection::chain("aws".into(), None),
            own("nested", Provider::Other, "https://gateway.example/s3/v1"),
            Connection::chain("work@minio.test:9000".into(), None),
        ];
        Session::new(Startup { connections, ..Startup::of(lab) })
    }

    fn at(text: &str) -> String {
        match locate(text, &session()) {
            None => "nothing".to_owned(),
            Some(Located::Here(location)) => location.to_string(),
            Some(Located::Elsewhere(places)) => {
                let (name, location) = &places[0];
                format!("{name} {location}")
            }
            Some(Located::Unknown) => "unknown".to_owned(),
            Some(Located::Wrong(why)) => format!("wrong: {why}"),
        }
    }

    #[test]
    fn an_address_finds_its_connection_bucket_and_key() {
        let r2 = format!("https://{ACCOUNT}.r2.cloudflarestorage.com");
        let dash = format!("https://dash.cloudflare.com/{ACCOUNT}/r2/default/buckets/media");
        for (text, place) in [
            (" s3://media/a b/ ", "s3://media/a b/"),
            ("<s3://media/k>", "s3://media/k"),
            ("r2://media/k", "s3://media/k"),
            ("http://127.0.0.1:9000/media/a%20b/c.txt?X-Amz-Signature=1", "s3://media/a b/c.txt"),
            ("http://127.0.0.1:9000/media", "s3://media/"),
            ("http://127.0.0.1:9000/", "s3://"),
            ("http://media.127.0.0.1:9000/x/", "s3://media/x/"),
            ("https://cdn.example.com/a/b.png", "s3://site/a/b.png"),
            ("https://gateway.example/s3/v1/b/k", "nested s3://b/k"),
            ("http://minio.test:9000/b/k", "work@minio.test:9000 s3://b/k"),
            ("r2:media/x", "r2 s3://media/x"),
            ("lab:media/x", "s3://media/x"),
            (&format!("{r2}/media/x"), "r2 s3://media/x"),
            (&format!("https://media.{ACCOUNT}.r2.cloudflarestorage.com/x?a=b"), "r2 s3://media/x"),
            (&format!("{dash}/objects/a%2Fb.txt/details"), "r2 s3://media/a/b.txt"),
            (&format!("{dash}?prefix=a%2F"), "r2 s3://media/a/"),
            (&dash, "r2 s3://media/"),
            (
                "https://media.s3.eu-west-1.amazonaws.com/a/b?X-Amz-Signature=1",
                "aws s3://media/a/b",
            ),
            ("https://s3.amazonaws.com/media/a/", "aws s3://media/a/"),
            (
                "https://eu-west-1.console.aws.amazon.com/s3/buckets/media?region=eu-west-1&\
                 prefix=a%2F",
                "aws s3://media/a/",
            ),
            (
                "https://us-east-1.console.aws.amazon.com/s3/object/media?region=us-east-1&\
                 prefix=a/b.txt",
                "aws s3://media/a/b.txt",
            ),
            ("arn:aws:s3:::media/a/b", "aws s3://media/a/b"),
            ("https://elsewhere.example/b/k", "unknown"),
            ("/home/me/x.txt", "nothing"),
            ("photos/2026", "nothing"),
            ("nobody:b/k", "nothing"),
        ] {
            assert_eq!(at(text), place, "{text}");
        }
        assert!(at("s3:///x").starts_with("wrong: "));
        assert!(at("https://dash.cloudflare.com/login").starts_with("wrong: "));
    }
}
