//! Lists the objects that a question is about: those that are named, and all below prefixes.

use std::borrow::Cow;
use std::iter::Peekable;
use std::sync::Arc;

use crate::domain::address::{Bucket, Prefix};
use crate::domain::error::Error;
use crate::domain::listing::{Class, Page};
use crate::domain::object::ObjectAddress;
use crate::domain::transfer::Target;
use crate::s3::client::{Client, ListQuery};
use crate::s3::ops::keys::KeyPages;
use crate::s3::ops::pages::Pages;

/// What a listing tells of an object; of one that was named, only where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundAt {
    pub object: ObjectAddress,
    pub class: Option<Class>,
    pub size: Option<u64>,
}

impl FoundAt {
    pub fn named(object: ObjectAddress) -> FoundAt {
        FoundAt { object, class: None, size: None }
    }

    /// The objects of a page of what is below a prefix.
    pub fn on_page(bucket: &Bucket, prefix: &Prefix, page: &Page) -> Vec<FoundAt> {
        let found = page.rows().filter_map(|row| {
            let (class, size) = (row.class()?, row.size());
            let object = ObjectAddress::new(bucket.clone(), prefix.key(row.name));
            Some(FoundAt { object, class: Some(class), size })
        });
        found.collect()
    }
}

type Targets<'a> = Box<dyn Iterator<Item = Cow<'a, Target>> + Send + 'a>;

/// The objects of targets, page by page. The past is only read: versions have none here.
pub struct ObjectsOf<'a> {
    client: &'a Client,
    bucket: &'a Bucket,
    targets: Peekable<Targets<'a>>,
    below: Option<(Prefix, Below<'a>)>,
    /// How many more of what is below prefixes are given; `None`: all of them.
    left: Option<usize>,
    /// There are more below prefixes than are given.
    pub more: bool,
}

/// What is below a prefix.
enum Below<'a> {
    /// All of it is wanted: it is listed ahead.
    All(Box<KeyPages<'a>>),
    /// No page is asked for before the one before it was read.
    InTurn(Pages<'a>),
}

impl Below<'_> {
    async fn next(&mut self) -> Result<Option<Arc<Page>>, Error> {
        match self {
            Below::All(pages) => pages.next().await,
            Below::InTurn(pages) => pages.next().await,
        }
    }
}

impl<'a> ObjectsOf<'a> {
    pub fn new(client: &'a Client, bucket: &'a Bucket, targets: &'a [Target]) -> ObjectsOf<'a> {
        let targets: Targets<'a> = Box::new(Target::each(targets));
        let targets = targets.peekable();
        ObjectsOf { client, bucket, targets, below: None, left: None, more: false }
    }

    /// Gives no more than so many of what is below prefixes, and lists no more than that needs.
    /// All that are named are given.
    #[must_use]
    pub fn at_most_below(self, objects: usize) -> ObjectsOf<'a> {
        ObjectsOf { left: Some(objects), ..self }
    }

    /// The next of them; `None` after the last.
    pub async fn next(&mut self) -> Result<Option<Vec<FoundAt>>, Error> {
        loop {
            if let Some((prefix, pages)) = &mut self.below {
                if let Some(page) = pages.next().await? {
                    let found = FoundAt::on_page(self.bucket, prefix, &page);
                    return Ok(Some(self.within_limit(found)));
                }
                self.below = None;
            }
            let named = self.named();
            if !named.is_empty() {
                return Ok(Some(named));
            }
            let Some(target) = self.targets.next() else { return Ok(None) };
            if let Target::Prefix(prefix) = &*target
                && !self.more
            {
                let query = ListQuery::below(self.bucket, prefix);
                let pages = match self.left {
                    None => Below::All(Box::new(KeyPages::new(self.client, query))),
                    Some(_) => Below::InTurn(Pages::new(self.client, query)),
                };
                self.below = Some((prefix.clone(), pages));
            }
        }
    }

    fn within_limit(&mut self, mut found: Vec<FoundAt>) -> Vec<FoundAt> {
        if let Some(left) = &mut self.left {
            if found.len() > *left {
                found.truncate(*left);
                (self.more, self.below) = (true, None);
            }
            *left -= found.len();
        }
        found
    }

    /// Those that are named one after the other, a page of them at most.
    fn named(&mut self) -> Vec<FoundAt> {
        let mut named = Vec::new();
        while named.len() < PAGE
            && let Some(target) =
                self.targets.next_if(|target| matches!(&**target, Target::Object(_)))
        {
            let object = target.object(self.bucket);
            named.extend(object.map(FoundAt::named));
        }
        named
    }
}

/// As many as a page of a listing has.
const PAGE: usize = 1000;
