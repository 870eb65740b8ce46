//! Makes the jobs of a copy or move from the destination that was typed or chosen.

use crate::app::action::Action;
use crate::app::dialogs::Dialog;
use crate::app::dialogs::completion::{Asks, Offer};
use crate::app::dialogs::prompt::Prompt;
use crate::app::locating::{Located, is_web, locate};
use crate::app::screens::objects::downloading::{name_of, rows_named};
use crate::app::session::Session;
use crate::config::connection::Connection;
use crate::domain::address::{Bucket, ConnectionName, DELIMITER, Key, Location, Prefix};
use crate::domain::attributes::Attributes;
use crate::domain::overlap::{meeting, overlap};
use crate::domain::place::{Place, SEPARATOR};
use crate::domain::transfer::{
    FileRules, JobOptions, JobSpec, OnConflict, SourceRows, Target, Work,
};

/// Rows that go to a place that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copying {
    pub bucket: Bucket,
    pub sources: SourceRows,
    /// They are gone here when they are there.
    pub moving: bool,
    pub given: Attributes,
}

impl Copying {
    pub fn new(bucket: Bucket, sources: SourceRows, moving: bool) -> Copying {
        Copying { bucket, sources, moving, given: Attributes::default() }
    }

    /// Asks for the destination; the open place stands there already, other connections are
    /// offered.
    pub fn question(&self, here: &Location, session: &Session) -> Dialog {
        let verb = if self.moving { "Move" } else { "Copy" };
        let title = format!("{verb} {} to", rows_named(&self.sources));
        let others = session.connections.iter().filter(|each| each.name != *session.name());
        let mut offers = beside(here, session);
        offers.extend(others.flat_map(offers_of));
        let mut hint =
            "s3://bucket/prefix/ keeps the name; without the final slash it is the new name"
                .to_owned();
        if !offers.is_empty() {
            let key = session.key(Action::NextField);
            hint.push_str(&format!("; {key} offers other tabs and connections"));
        }
        let connections = session.connections.iter().map(|each| each.name.clone()).collect();
        let asks = Asks::Place { connections, here: None, objects: false };
        let mut prompt = Prompt::new(title, hint, &here.to_string(), destination_rule).asking(asks);
        prompt.note = Some(String::new());
        prompt.offer(offers);
        Dialog::Prompt(prompt)
    }

    /// One job of all rows.
    ///
    /// # Errors
    /// A sentence where the destination is no place, cannot be written, is the source itself, or
    /// lies inside it.
    pub fn specs(&self, session: &Session, destination: &str) -> Result<Vec<JobSpec>, String> {
        let names = session.connections.iter().map(|each| &each.name);
        let place = match address(destination, session)? {
            Some(place) => place,
            None => Place::parse(destination.trim(), names)?,
        };
        let to_connection = place.connection.filter(|name| name != session.name());
        let mut one_server = true;
        if to_connection.is_none()
            && let Some(reason) = read_only(session.connection())
        {
            return Err(reason);
        }
        if let Some(name) = &to_connection {
            let found = session.connections.iter().find(|each| each.name == *name);
            if let Some(reason) = found.and_then(read_only) {
                return Err(reason);
            }
            one_server = found.is_some_and(|to| to.endpoint == session.connection().endpoint);
        }
        let mut specs = Vec::new();
        if let Some(why) = meeting(&self.sources) {
            let verb = if self.moving { "move" } else { "copy" };
            return Err(format!("{why}: {verb} them one by one, or the prefix they are below"));
        }
        for source in self.sources.clone().into_targets() {
            let (to_bucket, target) = target_of(&source, &place.location)?;
            if one_server && to_bucket == self.bucket {
                refuse_itself(&source, &target, self.moving)?;
            }
            let work = Work::Copy {
                bucket: self.bucket.clone(),
                source,
                to_connection: to_connection.clone(),
                to_bucket,
                target,
                moving: self.moving,
            };
            let connection = session.name().clone();
            specs.push(JobSpec {
                connection,
                work,
                on_conflict: OnConflict::default(),
                files: FileRules::default(),
                options: JobOptions { attributes: self.given.clone(), ..JobOptions::default() },
            });
        }
        Ok(specs)
    }
}

/// The place that a pasted address of the web is, where one connection leads there.
fn address(text: &str, session: &Session) -> Result<Option<Place>, String> {
    if !is_web(text) {
        return Ok(None);
    }
    match locate(text, session) {
        Some(Located::Here(location)) => Ok(Some(Place { connection: None, location })),
        Some(Located::Elsewhere(places)) => {
            let first = places.into_iter().next();
            Ok(first.map(|(name, location)| Place { connection: Some(name), location }))
        }
        Some(Located::Wrong(why)) => Err(why),
        Some(Located::Unknown) | None => {
            Err("no connection leads to this address: write s3://bucket/prefix/".to_owned())
        }
    }
}

/// How places of another connection begin.
fn beginning(connection: &Connection) -> String {
    format!("{}{SEPARATOR}", connection.name)
}

/// What is open in other tabs.
fn beside(here: &Location, session: &Session) -> Vec<Offer> {
    let offer = |(name, location): &(ConnectionName, Location)| {
        let connection = session.connections.iter().find(|each| each.name == *name)?;
        let own = name == session.name();
        let place = Place { connection: (!own).then(|| name.clone()), location: location.clone() };
        let disabled = read_only(connection);
        let elsewhere = !own || location != here;
        elsewhere.then(|| Offer {
            text: place.to_string(),
            note: "in a tab".to_owned(),
            begins: true,
            disabled,
        })
    };
    session.beside.iter().filter_map(offer).collect()
}

/// A connection and its buckets as far as they are known.
fn offers_of(connection: &Connection) -> Vec<Offer> {
    let start = beginning(connection);
    let whole = Offer {
        text: start.clone(),
        note: connection.provider.to_string(),
        begins: true,
        disabled: read_only(connection),
    };
    let known = connection.known_buckets.iter();
    let buckets = known.map(|known| bucket_offer(connection, &start, &known.bucket));
    std::iter::once(whole).chain(buckets).collect()
}

fn bucket_offer(connection: &Connection, start: &str, bucket: &Bucket) -> Offer {
    let text = format!("{start}{bucket}{DELIMITER}");
    Offer { text, note: String::new(), begins: false, disabled: read_only(connection) }
}

fn read_only(connection: &Connection) -> Option<String> {
    connection.read_only.then(|| format!("the connection {} is read-only", connection.name))
}

fn target_of(source: &Target, destination: &Location) -> Result<(Bucket, Target), String> {
    match (destination, source) {
        (Location::Root, _) => Err("name a bucket: s3://bucket/prefix/".to_owned()),
        (Location::Prefix { bucket, prefix }, Target::Object(key) | Target::Version(key, _)) => {
            Ok((bucket.clone(), Target::Object(prefix.key(key.name()))))
        }
        (Location::Prefix { bucket, prefix }, Target::Prefix(from) | Target::PrefixAt(from, _)) => {
            Ok((bucket.clone(), Target::Prefix(prefix.child(from.name()))))
        }
        (Location::Prefix { bucket, prefix }, Target::Rows(_)) => {
            Ok((bucket.clone(), Target::Prefix(prefix.clone())))
        }
        (Location::Object { .. }, Target::Rows(_)) => {
            Err("several rows need a destination that ends with a slash".to_owned())
        }
        (Location::Object { bucket, key }, Target::Object(_) | Target::Version(..)) => {
            Ok((bucket.clone(), Target::Object(key.clone())))
        }
        (Location::Object { bucket, key }, Target::Prefix(_) | Target::PrefixAt(..)) => {
            Ok((bucket.clone(), Target::Prefix(as_prefix(key))))
        }
    }
}

fn as_prefix(key: &Key) -> Prefix {
    Prefix::new(format!("{key}{DELIMITER}"))
}

fn refuse_itself(source: &Target, target: &Target, moving: bool) -> Result<(), String> {
    let verb = if moving { "moved" } else { "copied" };
    overlap(source, target, moving)
        .map_or(Ok(()), |why| Err(format!("{} cannot be {verb}: {why}", named(source))))
}

fn named(source: &Target) -> String {
    match source {
        Target::Rows(rows) => rows_named(rows),
        one => name_of(one).to_owned(),
    }
}

fn destination_rule(text: &str) -> Result<(), String> {
    let text = text.trim();
    if is_web(text) {
        return Ok(());
    }
    if !text.starts_with("s3://") {
        // Whether there is such a connection is looked at when it is accepted.
        return match text.contains(SEPARATOR) {
            true => Ok(()),
            false => Err("write s3://bucket/prefix/ or connection:bucket/prefix/".to_owned()),
        };
    }
    match Location::parse(text)? {
        Location::Root => Err("name a bucket: s3://bucket/prefix/".to_owned()),
        Location::Prefix { .. } | Location::Object { .. } => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::screens::objects::downloading::name_among;
    use crate::app::session::Startup;
    use crate::domain::transfer::SourceRow;

    fn session() -> Session {
        let names = ["c", "aws", "old"].map(ConnectionName::from);
        let mut connections: Vec<Connection> =
            names.into_iter().map(|name| Connection::chain(name, None)).collect();
        connections[1].endpoint = Some("https://other.example".into());
        connections[2].read_only = true;
        let current = connections[0].clone();
        Session::new(Startup { connections, ..Startup::of(current) })
    }

    fn copy(sources: &[&str], to: &str) -> Result<Vec<String>, String> {
        let sources: Vec<Target> = sources
            .iter()
            .map(|text| match text.ends_with('/') {
                true => Target::Prefix((*text).into()),
                false => Target::Object((*text).into()),
            })
            .collect();
        let row = |target| SourceRow { target, size: None };
        let sources = sources.into_iter().map(row).collect::<Vec<_>>().into();
        let copying = Copying::new("b".into(), sources, false);
        let specs = copying.specs(&session(), to)?;
        assert_eq!(specs.len(), 1, "all rows are one job");
        let Work::Copy { source, to_connection, to_bucket, target, .. } = &specs[0].work else {
            panic!("{specs:?}")
        };
        let name = to_connection.as_ref().map(|name| format!("{name}:")).unwrap_or_default();
        let each = |to: &Target| format!("{name}{to_bucket}/{}", to.as_str());
        Ok(match (source, target) {
            (Target::Rows(rows), Target::Prefix(to)) => {
                rows.in_order().map(|row| each(&row.target.below(to))).collect()
            }
            (_, target) => vec![each(target)],
        })
    }

    #[test]
    fn a_place_with_a_last_slash_keeps_the_names() {
        assert_eq!(copy(&["a/x", "a/raw/"], "s3://o/d/").unwrap(), ["o/d/raw/", "o/d/x"]);
        assert_eq!(copy(&["a/x"], "s3://o").unwrap(), ["o/x"]);
    }

    #[test]
    fn one_row_may_be_given_a_new_name() {
        assert_eq!(copy(&["a/x"], "s3://b/a/y").unwrap(), ["b/a/y"]);
        assert_eq!(copy(&["a/raw/"], "s3://b/a/raw2").unwrap(), ["b/a/raw2/"]);
        assert!(copy(&["a/x", "a/z"], "s3://b/a/y").unwrap_err().contains("slash"));
    }

    #[test]
    fn found_rows_of_one_name_are_refused_and_named() {
        let refused = copy(&["a/x", "b/c/x"], "s3://o/d/").unwrap_err();
        assert!(refused.starts_with("a/x and b/c/x would have one name there"), "{refused}");
    }

    #[test]
    fn nothing_is_copied_onto_or_into_itself() {
        assert!(copy(&["a/x"], "s3://b/a/").unwrap_err().contains("same object"));
        assert!(copy(&["a/"], "s3://b/").unwrap_err().contains("inside it"));
        assert!(copy(&["a/"], "s3://b/a/z").unwrap_err().contains("inside it"));
        assert_eq!(copy(&["a/"], "s3://b/az").unwrap(), ["b/az/"]);
        assert_eq!(copy(&["a/x"], "s3://other/a/").unwrap(), ["other/a/x"]);
        assert!(copy(&["a/x"], "s3://").is_err());
    }

    #[test]
    fn a_read_only_connection_is_copied_from_and_not_to() {
        let copying = Copying::new("b".into(), vec![one("a/x")].into(), false);
        let mut session = session();
        assert!(session.change_to(&"old".into()));
        let refused = copying.specs(&session, "s3://b/c/").unwrap_err();
        assert!(refused.contains("old is read-only"), "{refused}");
        assert_eq!(copying.specs(&session, "aws:b/c/").unwrap().len(), 1);
    }

    #[test]
    fn a_question_names_found_rows_as_they_are_shown() {
        let rows: SourceRows = vec![one("p/a/x"), one("p/b/y")].into();
        let names: Vec<_> =
            rows.in_order().map(|row| name_among(&rows, &row.target).to_owned()).collect();
        assert_eq!(names, ["a/x", "b/y"]);
        assert_eq!(rows_named(&vec![one("p/a/x")].into()), "x");
    }

    fn one(key: &str) -> SourceRow {
        SourceRow { target: Target::Object(key.into()), size: None }
    }

    #[test]
    fn another_connection_is_named_before_its_bucket() {
        assert_eq!(copy(&["a/x"], "aws:b/a/").unwrap(), ["aws:b/a/x"]);
        assert_eq!(copy(&["a/x"], "c:b/z").unwrap(), ["b/z"], "its own name is no other");
        assert!(copy(&["a/x"], "old:b/").unwrap_err().contains("read-only"));
        assert!(copy(&["a/x"], "gone:b/").unwrap_err().contains("there are: c, aws, old"));
        assert!(copy(&["a/x"], "aws:").is_err());
    }
}
