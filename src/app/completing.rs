//! Asks for the folders, buckets and rows that complete the text field with the keys.

use crate::app::action::Action;
use crate::app::context::{Context, Intent};
use crate::app::dialogs::completion::{CompletedField, Completion, Found, Source};
use crate::app::dialogs::input::Input;
use crate::app::effect::{MachineRequest, StorageRequest};
use crate::app::event::{Answer, FolderEntry, Reply, Ticket};
use crate::app::part::Part;
use crate::app::scope::Scope;
use crate::domain::address::{ConnectionName, Prefix};
use crate::domain::listing::ListedPage;
use crate::domain::object::BucketListing;

#[derive(Clone, Debug, Default)]
pub struct Completing {
    asked: Option<(Ticket, Source)>,
    /// What was asked for last came, and is not shown yet.
    answer: Option<(Source, Reply)>,
}

impl Part for Completing {
    fn scopes(&self) -> &'static [Scope] {
        &[]
    }

    fn on_action(&mut self, _: Action, _: &mut Context<'_>) -> bool {
        false
    }

    fn owns(&self, ticket: Ticket) -> bool {
        self.asked.as_ref().is_some_and(|(asked, _)| *asked == ticket)
    }

    fn on_reply(&mut self, _: Ticket, reply: Reply, _: &mut Context<'_>) {
        self.answer = self.asked.take().map(|(_, source)| (source, reply));
    }

    fn is_waiting(&self) -> bool {
        self.asked.is_some()
    }
}

impl Completing {
    /// To be told after every event: brings what came to the open field, asks for what that wants,
    /// and gives up what none wants any more. Whether something was brought.
    pub fn follow(&mut self, field: Option<CompletedField<'_>>, cx: &mut Context<'_>) -> bool {
        let answer = self.answer.take();
        let Some((input, completion)) = field else {
            self.give_up(cx);
            return false;
        };
        let brought = answer.is_some();
        if let Some(answer) = answer {
            bring(answer, input, completion, cx);
        }
        if let Some(source) = completion.take_wanted() {
            self.give_up(cx);
            self.asked = Some((ask(source.clone(), cx), source));
        }
        brought
    }

    fn give_up(&mut self, cx: &mut Context<'_>) {
        cx.abandon(&mut self.asked.take().map(|(ticket, _)| ticket));
    }
}

fn ask(source: Source, cx: &mut Context<'_>) -> Ticket {
    let other = |connection: Option<ConnectionName>, cx: &Context<'_>| {
        connection.unwrap_or_else(|| cx.session.name().clone())
    };
    match source {
        Source::Folder(folder) => cx.request(MachineRequest::ReadFolder(folder)),
        Source::Buckets(connection) => {
            cx.request_of(other(connection, cx), StorageRequest::ListBuckets)
        }
        Source::Rows { connection, bucket, begins } => {
            let (prefix, token) = (Prefix::new(begins), None);
            let request = StorageRequest::ListPage { bucket, prefix, at: None, token };
            cx.request_of(other(connection, cx), request)
        }
    }
}

fn bring(
    (source, reply): (Source, Reply),
    input: &mut Input,
    completion: &mut Completion,
    cx: &mut Context<'_>,
) {
    match reply {
        Ok(answer) => {
            let (found, whole) = found(answer);
            completion.on_found(&source, found, whole, input);
        }
        Err(error) => {
            completion.on_failure(&source);
            cx.ask(Intent::Log(error));
        }
    }
}

/// What an answer names, and whether that is all.
fn found(answer: Answer) -> (Vec<Found>, bool) {
    match answer {
        Answer::Folder(entries) => (in_folder(entries), true),
        Answer::Buckets(listing) => (buckets(listing), true),
        Answer::Page(page) => (rows(&page), page.next.is_none()),
        _ => (Vec::new(), true),
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
