//! Runs `find`, and says of which place the verbs are that walk everything below one.

use jiff::Timestamp;

use crate::cli::args::finding::FindArguments;
use crate::cli::connect::Choice;
use crate::cli::print::{Printer, Status, Trouble};
use crate::cli::row_lines::RowLines;
use crate::domain::address::{Bucket, Location, Prefix};
use crate::domain::criteria::{Candidate, Criteria, Search};
use crate::domain::error::{Error, ErrorKind};
use crate::s3::client::{Client, ListQuery};
use crate::s3::ops::pages::Pages;

pub async fn find(arguments: &FindArguments, choice: &Choice) -> Result<Status, Trouble> {
    let criteria = criteria(arguments).map_err(Trouble::Usage)?;
    let place = Place::of(&arguments.location, "find")?;
    let client = choice.client()?;
    let mut lines = RowLines::new(Printer::new(choice.json), &place.bucket, &place.prefix);
    let (now, mut search) = (Timestamp::now(), Search::default());
    let mut pages = place.pages(&client, choice.json);
    let broken = loop {
        let page = match pages.next().await {
            Ok(Some(page)) => page,
            Ok(None) => break None,
            Err(error) => break Some(error),
        };
        for row in page.rows() {
            if Candidate::of(&row).is_some_and(|found| criteria.hold_of(found, now, &mut search)) {
                lines.row(row)?;
            }
        }
        lines.flush()?;
    };
    lines.end(broken.is_none())?;
    broken.map_or(Ok(Status::Done), |error| Err(error.into()))
}

fn criteria(arguments: &FindArguments) -> Result<Criteria, String> {
    let mut criteria = Criteria::default();
    if let Some(text) = &arguments.pattern {
        criteria = criteria.fuzzy(text);
    }
    if let Some(text) = &arguments.glob {
        criteria = criteria.glob(text)?;
    }
    if let Some(text) = &arguments.regex {
        criteria = criteria.regex(text)?;
    }
    for text in &arguments.size {
        criteria = criteria.size(text)?;
    }
    for text in &arguments.age {
        criteria = criteria.age(text)?;
    }
    if let Some(text) = &arguments.class {
        criteria = criteria.class(text);
    }
    if let Some(text) = &arguments.ext {
        criteria = criteria.ending(text);
    }
    Ok(criteria)
}

/// A bucket, or what is below a prefix of it.
pub struct Place {
    pub bucket: Bucket,
    pub prefix: Prefix,
}

impl Place {
    /// A key is taken for the beginning of names, as `ls` does.
    pub fn of(location: &Location, verb: &str) -> Result<Place, Trouble> {
        match location {
            Location::Root => {
                Err(Trouble::Usage(format!("{verb} needs a bucket: s3://bucket/prefix/")))
            }
            Location::Prefix { bucket, prefix } => {
                Ok(Place { bucket: bucket.clone(), prefix: prefix.clone() })
            }
            Location::Object { bucket, key } => {
                Ok(Place { bucket: bucket.clone(), prefix: Prefix::new(key.as_str()) })
            }
        }
    }

    pub fn pages<'a>(&self, client: &'a Client, etags: bool) -> Pages<'a> {
        Pages::new(client, ListQuery { etags, ..ListQuery::below(&self.bucket, &self.prefix) })
    }

    /// There is nothing.
    pub fn is_empty(&self) -> Error {
        let place = format!("s3://{}/{}", self.bucket, self.prefix);
        Error::new(ErrorKind::NoSuchKey, "ListObjectsV2", place)
    }
}
