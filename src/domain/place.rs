//! A place is a location of any connection: `s3://bucket/key`, or `name:bucket/key`.

use std::fmt;

use crate::domain::address::{ConnectionName, Location};

/// Between the name of a connection and the bucket. No bucket has it in its name, and `s3://` is
/// never a connection.
pub const SEPARATOR: char = ':';

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// `None` is the connection in use.
    pub connection: Option<ConnectionName>,
    pub location: Location,
}

impl Place {
    /// Reads a place of one of these connections; of two that fit, the longer name is meant.
    ///
    /// # Errors
    /// A sentence that says what was expected.
    pub fn parse<'a>(
        text: &str,
        names: impl Iterator<Item = &'a ConnectionName>,
    ) -> Result<Place, String> {
        if text.starts_with("s3://") {
            return Ok(Place { connection: None, location: Location::parse(text)? });
        }
        let names: Vec<&ConnectionName> = names.collect();
        let named = |name: &&&ConnectionName| after(text, name).is_some();
        let Some(name) = names.iter().filter(named).max_by_key(|name| name.as_str().len()) else {
            return Err(no_place(text, &names));
        };
        let rest = after(text, name).unwrap_or_default();
        let rest = rest.strip_prefix("s3://").unwrap_or(rest);
        let location = Location::parse(&format!("s3://{rest}"))?;
        Ok(Place { connection: Some((*name).clone()), location })
    }
}

/// What follows the name of a connection and its separator.
fn after<'a>(text: &'a str, name: &ConnectionName) -> Option<&'a str> {
    text.strip_prefix(name.as_str())?.strip_prefix(SEPARATOR)
}

fn no_place(text: &str, names: &[&ConnectionName]) -> String {
    let Some((name, _)) = text.split_once(SEPARATOR) else {
        return format!(
            "{text:?} is not a place: write s3://bucket/prefix/ or connection:bucket/prefix/"
        );
    };
    let known: Vec<&str> = names.iter().map(|name| name.as_str()).collect();
    format!("no connection is called {name:?}; there are: {}", known.join(", "))
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.location.to_string();
        match &self.connection {
            None => f.write_str(&text),
            Some(name) => {
                write!(f, "{name}{SEPARATOR}{}", text.strip_prefix("s3://").unwrap_or(&text))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Place, String> {
        let names: Vec<ConnectionName> =
            ["aws", "p@127.0.0.1:9", "p", "s3"].map(ConnectionName::from).into();
        Place::parse(text, names.iter())
    }

    #[test]
    fn a_place_names_its_connection_or_none() {
        for (text, connection, location) in [
            ("s3://b/k", None, "s3://b/k"),
            ("aws:b/k", Some("aws"), "s3://b/k"),
            ("aws:s3://b/p/", Some("aws"), "s3://b/p/"),
            ("p@127.0.0.1:9:b/a:b", Some("p@127.0.0.1:9"), "s3://b/a:b"),
            ("s3:b/k", Some("s3"), "s3://b/k"),
            ("aws:", Some("aws"), "s3://"),
        ] {
            let place = parsed(text).unwrap();
            assert_eq!(place.connection.as_ref().map(ConnectionName::as_str), connection);
            assert_eq!(place.location.to_string(), location);
        }
        assert_eq!(parsed("aws:s3://b/p/").unwrap().to_string(), "aws:b/p/");
        assert_eq!(parsed("s3://b/p/").unwrap().to_string(), "s3://b/p/");
    }

    #[test]
    fn what_is_no_place_is_explained() {
        assert!(parsed("b/k").unwrap_err().contains("connection:bucket"));
        assert!(parsed("gcs:b/k").unwrap_err().contains("there are: aws"));
        assert!(parsed("aws:/k").is_err());
        assert!(parsed("s3:///k").is_err());
    }
}
