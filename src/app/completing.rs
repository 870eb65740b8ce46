//! Looks at folders, buckets and rows for the text field that is open, whoever asked for the text.

use crate::app::context::{Context, Intent};
use crate::app::dialogs::completion::{Completion, Found, Source};
use crate::app::dialogs::input::Input;
use crate::app::effect::Request;
use crate::app::event::{FolderEntry, Reply, Ticket};
use crate::domain::address::Prefix;
use crate::domain::error::Error;
use crate::domain::listing::ListedPage;
use crate::domain::object::BucketListing;

/// A text field with what completes it.
pub type CompletedField<'a> = (&'a mut Input, &'a mut Completion);

#[derive(Clone, Debug, Default)]
pub struct Completing {
    asked: Option<(Ticket, Source)>,
}

impl Completing {
    /// To be told after every event: asks for what the open field wants, and gives up what none
    /// wants any more.
    pub fn follow(&mut self, field: Option<CompletedField<'_>>, cx: &mut Context<'_>) {
        let Some((_, completion)) = field else { return self.give_up(cx) };
        let Some(source) = completion.take_wanted() else { return };
        self.give_up(cx);
        let ticket = match source.clone() {
            Source::Folder(folder) => cx.request(Request::ReadFolder(folder)),
            Source::Buckets(connection) => {
                let connection = connection.unwrap_or_else(|| cx.session.name().clone());
                cx.request_of(connection, Request::ListBuckets)
            }
            Source::Rows { connection, bucket, begins } => {
                let connection = connection.unwrap_or_else(|| cx.session.name().clone());
                let (prefix, token) = (Prefix::new(begins), None);
                cx.request_of(connection, Request::ListPage { bucket, prefix, token })
            }
        };
        self.asked = Some((ticket, source));
    }

    pub fn is_waiting(&self) -> bool {
        self.asked.is_some()
    }

    pub fn owns(&self, ticket: Ticket) -> bool {
        self.asked.as_ref().is_some_and(|(asked, _)| *asked == ticket)
    }

    pub fn on_reply(
        &mut self,
        reply: Reply,
        field: Option<CompletedField<'_>>,
        cx: &mut Context<'_>,
    ) {
        let (Some((_, source)), Some((input, completion))) = (self.asked.take(), field) else {
            return;
        };
        match found(reply) {
            Some(Ok((found, whole))) => completion.on_found(&source, found, whole, input),
            Some(Err(error)) => {
                completion.on_failure(&source);
                cx.ask(Intent::Log(error));
            }
            None => {}
        }
    }

    fn give_up(&mut self, cx: &mut Context<'_>) {
        cx.abandon(&mut self.asked.take().map(|(ticket, _)| ticket));
    }
}

/// What an answer names, and whether that is all.
fn found(reply: Reply) -> Option<Result<(Vec<Found>, bool), Error>> {
    match reply {
        Reply::Folder(entries) => Some(entries.map(|entries| (in_folder(entries), true))),
        Reply::Buckets(listing) => Some(listing.map(|listing| (buckets(listing), true))),
        Reply::Page(page) => Some(page.map(|page| (rows(&page), page.next.is_none()))),
        _ => None,
    }
}

fn in_folder(entries: Vec<FolderEntry>) -> Vec<Found> {
    let found = |entry: FolderEntry| {
        let end = if entry.folder { "/" } else { "" };
        Found { name: format!("{}{end}", entry.name), folder: entry.folder }
    };
    entries.into_iter().map(found).collect()
}

fn buckets(listing: BucketListing) -> Vec<Found> {
    let entries = listing.entries.into_iter();
    entries.map(|entry| Found { name: format!("{}/", entry.bucket), folder: true }).collect()
}

/// A marker that is named as the prefix itself goes on from nothing.
fn rows(page: &ListedPage) -> Vec<Found> {
    let rows = page.page.rows().filter(|row| !row.name.is_empty());
    rows.map(|row| Found { name: row.name.to_owned(), folder: row.is_prefix() }).collect()
}
