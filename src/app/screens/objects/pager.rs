//! Pulls the pages of a listing one after another, and tells an end from a circle.

use std::collections::HashSet;

use crate::app::context::Context;
use crate::app::effect::StorageRequest;
use crate::app::event::Ticket;
use crate::domain::address::{Bucket, Location, Prefix};
use crate::domain::error::{Error, ErrorKind};
use crate::domain::listing::ContinuationToken;

/// One listing that is being pulled.
#[derive(Clone, Debug, Default)]
pub struct Pager {
    ticket: Option<Ticket>,
    next: Option<ContinuationToken>,
    seen: HashSet<ContinuationToken>,
}

impl Pager {
    /// Starts at the first page, whatever was asked before.
    pub fn start(&mut self, bucket: &Bucket, prefix: &Prefix, cx: &mut Context<'_>) {
        self.stop(cx);
        *self = Pager::default();
        self.ask(bucket, prefix, None, cx);
    }

    /// Asks for the page after the last one; `false` where there is none or one is on its way.
    pub fn pull(&mut self, bucket: &Bucket, prefix: &Prefix, cx: &mut Context<'_>) -> bool {
        if self.ticket.is_some() {
            return false;
        }
        let Some(token) = self.next.take() else { return false };
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

    /// Notes that the page asked for is here, and with it the way to the next one. Gives a
    /// `BrokenListing` where the token is one that was followed before.
    pub fn arrived(
        &mut self,
        next: Option<ContinuationToken>,
        bucket: &Bucket,
        prefix: &Prefix,
    ) -> Option<Error> {
        self.ticket = None;
        if let Some(token) = &next
            && !self.seen.insert(token.clone())
        {
            let place = Location::Prefix { bucket: bucket.clone(), prefix: prefix.clone() };
            let error = Error::new(ErrorKind::BrokenListing, "ListObjectsV2", place.to_string());
            return Some(
                error.detail("the server sent the continuation token of an earlier page again"),
            );
        }
        self.next = next;
        None
    }

    /// Notes that the page asked for will not come.
    pub fn failed(&mut self) {
        self.ticket = None;
        self.next = None;
    }

    /// Whether there is a further page.
    pub fn has_more(&self) -> bool {
        self.next.is_some() || self.ticket.is_some()
    }

    fn ask(
        &mut self,
        bucket: &Bucket,
        prefix: &Prefix,
        token: Option<ContinuationToken>,
        cx: &mut Context<'_>,
    ) {
        let (bucket, prefix) = (bucket.clone(), prefix.clone());
        self.next.clone_from(&token);
        self.ticket = Some(cx.request(StorageRequest::ListPage { bucket, prefix, token }));
    }
}
