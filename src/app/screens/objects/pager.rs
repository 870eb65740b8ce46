//! Requests the pages of a listing one after another.

use jiff::Timestamp;

use crate::app::context::Context;
use crate::app::effect::StorageRequest;
use crate::app::event::Ticket;
use crate::app::screens::objects::history::PrefixPlace;
use crate::app::screens::objects::searched::Searched;
use crate::domain::error::Error;
use crate::domain::indexed::IndexState;
use crate::domain::listing::{ContinuationToken, FoundRows, ListedPage};
use crate::domain::page_cursor::PageCursor;

/// One listing or search that is being pulled.
#[derive(Clone, Debug, Default)]
pub struct Pager {
    ticket: Option<Ticket>,
    cursor: PageCursor<ContinuationToken>,
    /// As it was at this moment; as it is now without one.
    at: Option<Timestamp>,
    searched: Searched,
    /// The request that is out answers with page after page.
    streams: bool,
}

impl Pager {
    /// Starts at the first page, or with the name `from`, whatever was asked before.
    pub fn start(
        &mut self,
        place: &PrefixPlace,
        at: Option<Timestamp>,
        from: Option<&str>,
        cx: &mut Context<'_>,
    ) {
        self.stop(cx);
        *self = Pager { at, ..Pager::default() };
        let first = from.map(|name| place.prefix.key(name));
        let token = first.and_then(|key| ContinuationToken::with(key.as_str()));
        self.ask(place, token, cx);
    }

    /// Asks for the page after the last one; `false` where there is none or one is on its way.
    pub fn pull(&mut self, place: &PrefixPlace, cx: &mut Context<'_>) -> bool {
        if self.ticket.is_some() {
            return false;
        }
        let Some(token) = self.token().cloned() else { return false };
        self.ask(place, Some(token), cx);
        true
    }

    /// Asks for all pages after the last one together; `last`: the name behind which they are.
    pub fn pull_rest(&mut self, place: &PrefixPlace, last: &str, cx: &mut Context<'_>) -> bool {
        if self.ticket.is_some() {
            return false;
        }
        let Some(token) = self.cursor.token() else { return false };
        let server = token.parts().0.unwrap_or_default();
        let last = place.prefix.key(last);
        let token = ContinuationToken::behind(server, last.as_str());
        let (bucket, prefix) = (place.bucket.clone(), place.prefix.clone());
        self.ticket = Some(cx.request(StorageRequest::ListRest { bucket, prefix, token }));
        self.streams = true;
        true
    }

    fn token(&self) -> Option<&ContinuationToken> {
        self.searched.behind.as_ref().or(self.cursor.token())
    }

    /// Gives up the page that is on its way; pulling can go on from there.
    pub fn stop(&mut self, cx: &mut Context<'_>) {
        self.streams = false;
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
    pub fn arrived(&mut self, listed: &ListedPage, place: &PrefixPlace) -> Result<(), Error> {
        if !self.streams || listed.next.is_none() {
            (self.ticket, self.streams) = (None, false);
        }
        self.cursor.follow(listed, &place.bucket, &place.prefix)
    }

    /// Notes what a search tells; more comes unless it is done.
    pub fn told(&mut self, found: &FoundRows) {
        self.searched.now = found.looked_at;
        self.searched.behind.clone_from(&found.behind);
        self.searched.index = found.index;
        if found.done {
            self.ticket = None;
        }
    }

    /// The index that answered the search.
    pub fn index(&self) -> Option<IndexState> {
        self.searched.index
    }

    /// How far a search has come, for when its finds are shown again.
    pub fn searched(&self) -> &Searched {
        &self.searched
    }

    /// Goes on where a search was left.
    pub fn resume(&mut self, searched: Searched) {
        *self = Pager { at: self.at, searched, ..Pager::default() };
    }

    /// How many objects the search has looked at.
    pub fn looked_at(&self) -> u64 {
        self.searched.before + self.searched.now
    }

    /// Notes that the page asked for will not come.
    pub fn failed(&mut self) {
        *self = Pager { at: self.at, ..Pager::default() };
    }

    /// Whether there is a further page.
    pub fn has_more(&self) -> bool {
        self.token().is_some() || self.ticket.is_some()
    }

    fn ask(&mut self, place: &PrefixPlace, token: Option<ContinuationToken>, cx: &mut Context<'_>) {
        let PrefixPlace { bucket, prefix, search } = place.clone();
        let at = self.at;
        self.searched.before += std::mem::take(&mut self.searched.now);
        self.ticket = Some(cx.request(match search {
            Some(wanted) => StorageRequest::Find { bucket, prefix, wanted, at, token },
            None => StorageRequest::ListPage { bucket, prefix, at, token },
        }));
    }
}
