//! Requests the pages of a listing one after another.

use jiff::Timestamp;

use crate::app::context::Context;
use crate::app::effect::StorageRequest;
use crate::app::event::Ticket;
use crate::domain::address::{Bucket, Prefix};
use crate::domain::error::Error;
use crate::domain::listing::{ContinuationToken, ListedPage};
use crate::domain::page_cursor::PageCursor;

/// One listing that is being pulled.
#[derive(Clone, Debug, Default)]
pub struct Pager {
    ticket: Option<Ticket>,
    cursor: PageCursor<ContinuationToken>,
    /// As it was at this moment; as it is now without one.
    at: Option<Timestamp>,
}

impl Pager {
    /// Starts at the first page, whatever was asked before.
    pub fn start(
        &mut self,
        bucket: &Bucket,
        prefix: &Prefix,
        at: Option<Timestamp>,
        cx: &mut Context<'_>,
    ) {
        self.stop(cx);
        *self = Pager { at, ..Pager::default() };
        self.ask(bucket, prefix, None, cx);
    }

    /// Asks for the page after the last one; `false` where there is none or one is on its way.
    pub fn pull(&mut self, bucket: &Bucket, prefix: &Prefix, cx: &mut Context<'_>) -> bool {
        if self.ticket.is_some() {
            return false;
        }
        let Some(token) = self.cursor.token().cloned() else { return false };
        self.ask(bucket, prefix, Some(token), cx);
        true
    }

    /// Gives up the page that is on its way; pulling can go on from there.
    pub fn stop(&mut self, cx: &mut Context<'_>) {
        cx.abandon(&mut self.ticket);
    }

    pub fn owns(&self, ticket: Ticket) -> bool {
        self.ticket == Some(ticket)
    }

    pub fn is_waiting(&self) -> bool {
        self.ticket.is_some()
    }

    /// Notes that the page asked for is here, and with it the way to the next one. Fails with
    /// `BrokenListing` where that way leads nowhere.
    pub fn arrived(
        &mut self,
        listed: &ListedPage,
        bucket: &Bucket,
        prefix: &Prefix,
    ) -> Result<(), Error> {
        self.ticket = None;
        self.cursor.follow(listed, bucket, prefix)
    }

    /// Notes that the page asked for will not come.
    pub fn failed(&mut self) {
        *self = Pager { at: self.at, ..Pager::default() };
    }

    /// Whether there is a further page.
    pub fn has_more(&self) -> bool {
        self.cursor.token().is_some() || self.ticket.is_some()
    }

    fn ask(
        &mut self,
        bucket: &Bucket,
        prefix: &Prefix,
        token: Option<ContinuationToken>,
        cx: &mut Context<'_>,
    ) {
        let (bucket, prefix) = (bucket.clone(), prefix.clone());
        let at = self.at;
        self.ticket = Some(cx.request(StorageRequest::ListPage { bucket, prefix, at, token }));
    }
}
