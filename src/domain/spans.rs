//! Plans a listing of all keys below a prefix by several cursors at once, and gives its pages in
//! one order.
//!
//! A span is begun by asking for what is behind a name nobody has seen. It counts only once the
//! span before it has been read up to its first row: whatever a server makes of a name, the rows
//! are those that it lists one after the other.

mod middle;

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use crate::domain::address::DELIMITER;
use crate::domain::error::Error;
use crate::domain::listing::{ContinuationToken, ListedPage, Page};
use crate::domain::page_cursor::{PageCursor, PageStart};
use crate::domain::spans::middle::{LAST, behind, common, middle};

/// Pages that are read one after the other before anything is divided.
const ALONE: u64 = 3;

/// How many of ten pages that were read may begin a new span.
const SPLITS_OF_TEN: u64 = 3;

/// Cursors at once.
const CURSORS: usize = 32;

/// Bytes of pages that wait for those before them.
const WAITING: usize = 64 << 20;

/// Names of a page whose characters are learned.
const LEARNED: usize = 24;

/// Names in the middle behind which there was nothing, before the beginnings are asked about.
const STRANGE: u32 = 3;

/// Seams that did not fit, before it is given up to divide: keys may come and go meanwhile.
const MISFITS: u32 = 3;

/// What is to be asked next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpanAsk {
    span: u64,
    pub how: SpanStep,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SpanStep {
    /// The next page of a cursor; the first one of the listing without a token.
    Go(Option<ContinuationToken>),
    /// What is behind a name, which is below the listed prefix.
    Begin(String),
}

#[derive(Debug)]
enum State {
    Idle,
    Asked,
    Done,
    Failed(Error),
}

#[derive(Debug)]
struct Span {
    id: u64,
    state: State,
    /// Pages, and the token behind each as the server tells it.
    ready: VecDeque<(Arc<Page>, Option<ContinuationToken>)>,
    waiting: usize,
    /// The first row, of a span that was begun behind a name.
    first: String,
    /// The last row that was read.
    last: String,
    /// Rows behind this belong to the next span.
    seam: Option<String>,
    /// Nothing is behind this and up to the seam.
    bound: Option<String>,
    cursor: PageCursor<ContinuationToken>,
    /// Since it was last divided.
    pages: u64,
    /// It is asked whether it can be divided.
    probed: bool,
    /// Times that it could not be, one after the other, and nothing was learned.
    failures: u32,
    /// Times that nothing was found behind a name, one after the other.
    empty: u32,
    /// Names are known to differ from where those of the span begin to.
    branches: bool,
    /// How much of the rows of a page is the same, in characters.
    same: usize,
}

/// The state of one listing. Who drives it asks what it wants, and tells the answers.
#[derive(Debug)]
pub struct Spans {
    queue: VecDeque<Span>,
    next_id: u64,
    alphabet: BTreeSet<char>,
    limit: usize,
    running: usize,
    pages: u64,
    splits: u64,
    misfits: u32,
    /// Bytes of pages that may wait.
    room: usize,
    /// Nothing is divided any more.
    alone: bool,
    /// What is below a delimiter is one row.
    level: bool,
    /// Behind the page that was taken last.
    behind: Option<ContinuationToken>,
}

impl Default for Spans {
    fn default() -> Spans {
        Spans {
            queue: VecDeque::from([Span::new(0, String::new())]),
            next_id: 1,
            alphabet: BTreeSet::new(),
            limit: CURSORS,
            running: 0,
            pages: 0,
            splits: 0,
            misfits: 0,
            room: WAITING,
            alone: false,
            level: false,
            behind: None,
        }
    }
}

impl Span {
    fn new(id: u64, first: String) -> Span {
        Span {
            id,
            state: State::Idle,
            ready: VecDeque::new(),
            waiting: 0,
            last: first.clone(),
            first,
            seam: None,
            bound: None,
            cursor: PageCursor::default(),
            pages: 0,
            probed: false,
            failures: 0,
            empty: 0,
            branches: false,
            same: 0,
        }
    }

    fn is_open(&self) -> bool {
        matches!(self.state, State::Idle | State::Asked)
    }

    /// Whether it has gone on long enough since it could not be divided.
    fn is_ripe(&self) -> bool {
        self.is_open() && !self.probed && self.pages >= (1 << self.failures.min(16)) - 1
    }

    fn keep(&mut self, page: Arc<Page>, behind: Option<ContinuationToken>) {
        if !page.is_empty() {
            self.waiting += page.heap_bytes();
            self.ready.push_back((page, behind));
        }
    }
}

/// Whether a span that is not the first may have another page: half of the room is kept for those
/// that are wanted soon, or what is far ahead would fill it and leave one cursor to the rest.
fn has_room(room: usize, total: usize, ahead: usize) -> bool {
    total < room / 2 || (total < room && ahead < room / 2)
}

impl Spans {
    /// A plan with one cursor.
    pub fn alone() -> Spans {
        Spans { alone: true, ..Spans::default() }
    }

    /// Lists one level: what is below a delimiter is one row, and nothing begins within it.
    #[must_use]
    pub fn of_level(self) -> Spans {
        Spans { level: true, ..self }
    }

    /// No more bytes of pages than these wait for those before them.
    #[must_use]
    pub fn within(self, room: usize) -> Spans {
        Spans { room, ..self }
    }

    /// Goes on where an earlier listing was left: behind the name `last`.
    pub fn going_on(token: ContinuationToken, last: &str) -> Spans {
        let first =
            Span { cursor: PageCursor::starting_at(Some(token)), ..Span::new(0, last.into()) };
        Spans { queue: VecDeque::from([first]), ..Spans::default() }
    }

    /// Takes what is next in the order of the listing: a page, or the error that ends it, which
    /// is asked again where the listing is asked for more. `None`: an answer has to come first, or
    /// all is told.
    pub fn take(&mut self) -> Option<Result<Arc<Page>, Error>> {
        loop {
            let front = self.queue.front_mut()?;
            if let Some((page, behind)) = front.ready.pop_front() {
                front.waiting = front.waiting.saturating_sub(page.heap_bytes());
                self.behind = behind;
                return Some(Ok(page));
            }
            match std::mem::replace(&mut front.state, State::Idle) {
                State::Done => {
                    self.queue.pop_front();
                }
                State::Failed(error) => return Some(Err(error)),
                state => {
                    front.state = state;
                    return None;
                }
            }
        }
    }

    /// Where the listing goes on behind what was taken, as the server tells it; `None` where the
    /// last of that came from a cursor that went no further.
    pub fn behind(&self) -> Option<&ContinuationToken> {
        self.behind.as_ref()
    }

    /// Whether every page has been given.
    pub fn is_over(&self) -> bool {
        self.queue.iter().all(|span| matches!(span.state, State::Done) && span.ready.is_empty())
    }

    /// Fewer at once: the server has enough of them.
    pub fn slow_down(&mut self) {
        self.limit = (self.limit / 2).max(1);
    }

    /// What to ask now; `None` until an answer comes.
    pub fn ask(&mut self) -> Option<SpanAsk> {
        let ask = self.go_on().or_else(|| self.divide());
        self.running += usize::from(ask.is_some());
        ask
    }

    /// Bytes of all pages that wait.
    fn waiting(&self) -> usize {
        self.queue.iter().map(|span| span.waiting).sum()
    }

    fn go_on(&mut self) -> Option<SpanAsk> {
        let free = self.running < self.limit;
        let (total, mut ahead) = (self.waiting(), 0);
        for (place, span) in self.queue.iter_mut().enumerate() {
            ahead += span.waiting;
            let may = place == 0 || (free && has_room(self.room, total, ahead));
            if may && matches!(span.state, State::Idle) {
                span.state = State::Asked;
                let how = SpanStep::Go(span.cursor.token().cloned());
                return Some(SpanAsk { span: span.id, how });
            }
        }
        None
    }

    fn divide(&mut self) -> Option<SpanAsk> {
        let early = self.pages < ALONE || self.alone || self.running >= self.limit;
        if early || self.splits * 10 >= self.pages.saturating_sub(ALONE) * SPLITS_OF_TEN {
            return None;
        }
        let (room, total, mut ahead) = (self.room, self.waiting(), 0);
        let ripe = self.queue.iter_mut().enumerate().filter(|(place, span)| {
            ahead += span.waiting;
            // Where there is no room, only what is wanted first is worth dividing.
            span.is_ripe() && (*place == 0 || has_room(room, total, ahead))
        });
        // The one that has gone on for the longest has the most before it.
        let (_, span) = ripe.max_by_key(|(place, span)| (span.pages, usize::MAX - place))?;
        let to = span.bound.as_deref();
        let name = match span.branches {
            true => middle(&span.last, to, &self.alphabet),
            false => {
                behind(&span.last, to, span.same).or_else(|| middle(&span.last, to, &self.alphabet))
            }
        };
        let level = self.level;
        let name =
            name.and_then(|name| if level { on_level(name, &span.last) } else { Some(name) });
        let Some(name) = name else {
            span.failures += 1;
            return None;
        };
        span.probed = true;
        self.splits += 1;
        Some(SpanAsk { span: span.id, how: SpanStep::Begin(name) })
    }

    /// Takes the answer to what was asked.
    pub fn answer(&mut self, ask: SpanAsk, answer: Result<ListedPage, Error>) {
        self.running = self.running.saturating_sub(1);
        let Some(place) = self.queue.iter().position(|span| span.id == ask.span) else { return };
        match (ask.how, answer) {
            (SpanStep::Go(_), Ok(listed)) => self.went_on(place, &listed),
            (SpanStep::Go(_), Err(error)) => self.queue[place].state = State::Failed(error),
            (SpanStep::Begin(name), Ok(listed)) => self.begun(place, name, &listed),
            // It was only to be faster.
            (SpanStep::Begin(_), Err(_)) => {
                self.queue[place].probed = false;
                self.queue[place].failures += 1;
            }
        }
    }

    /// Whether a page goes on behind a name, in order.
    fn fits(page: &Page, behind: &str) -> bool {
        let mut last = behind;
        page.rows().all(|row| std::mem::replace(&mut last, row.name) < row.name)
    }

    fn learn(&mut self, page: &Page) {
        let step = (page.len() / LEARNED).max(1);
        self.pages += 1;
        self.alphabet.extend(page.rows().step_by(step).flat_map(|row| row.name.chars()));
    }

    fn went_on(&mut self, place: usize, listed: &ListedPage) {
        self.learn(&listed.page);
        let first = self.queue[place].cursor.token().is_none() && place == 0;
        let (span, page) = (&mut self.queue[place], &listed.page);
        let begins = first && span.last.is_empty();
        if let Err(why) = span.cursor.advance(listed.next.clone(), PageStart::of_page(page)) {
            let kind = crate::domain::error::ErrorKind::BrokenListing;
            span.state = State::Failed(Error::new(kind, "ListObjectsV2", "").detail(why));
            return;
        }
        // A name may be empty: that of the prefix itself.
        let fits = begins || Spans::fits(&listed.page, &span.last);
        if !fits {
            // What comes without an order has no behind.
            self.stay_alone(place);
        }
        self.read(place, listed);
    }

    /// Reads rows into a span, up to its seam.
    fn read(&mut self, place: usize, listed: &ListedPage) {
        let page = &listed.page;
        loop {
            let next = self.queue.get(place + 1).map(|next| next.first.clone());
            let span = &mut self.queue[place];
            let seam = span.seam.clone();
            let end = match &seam {
                Some(seam) => page.rows().position(|row| row.name > seam.as_str()),
                None => None,
            };
            let over = end.map(|end| page.row(end).name.to_owned());
            if over.is_some() && over == next {
                // The next span begins with what follows here.
                span.keep(Arc::new(page.first_rows(end.unwrap_or_default())), None);
                span.state = State::Done;
                return;
            }
            if over.is_some() || (seam.is_some() && listed.next.is_none()) {
                self.misfits += 1;
                self.alone |= self.misfits >= MISFITS;
                self.join(place);
                continue;
            }
            if let Some(last) = page.rows().last() {
                let of_page = page.row(0).name;
                span.same = common(of_page, last.name);
                last.name.clone_into(&mut span.last);
            }
            span.pages += 1;
            span.keep(Arc::clone(page), listed.next.clone());
            span.state = if listed.next.is_none() { State::Done } else { State::Idle };
            return;
        }
    }

    /// Takes the span after one into it: what was read there is not certain.
    fn join(&mut self, place: usize) {
        let after = self.queue.remove(place + 1);
        let span = &mut self.queue[place];
        span.seam = after.as_ref().and_then(|after| after.seam.clone());
        span.bound = after.and_then(|after| after.bound);
    }

    /// Lets one cursor read all that is left.
    fn stay_alone(&mut self, place: usize) {
        self.alone = true;
        while place + 1 < self.queue.len() {
            self.join(place);
        }
    }

    /// What is behind a name came: a new span, or nothing.
    fn begun(&mut self, place: usize, name: String, listed: &ListedPage) {
        let span = &mut self.queue[place];
        span.probed = false;
        let page = &listed.page;
        let first = page.rows().next().map(|row| row.name.to_owned());
        if first.as_ref().is_some_and(|first| *first <= name) {
            // The server does not know how to begin behind a name, or has another order.
            self.alone = true;
            return;
        }
        if !span.is_open() || span.last >= name || span.seam.as_ref().is_some_and(|s| *s <= name) {
            span.failures += 1;
            return;
        }
        let within = |first: &String| span.seam.as_ref().is_none_or(|seam| first <= seam);
        let Some(first) = first.filter(within) else {
            span.bound = Some(name);
            span.empty += 1;
            // What was known of the names may be of another level.
            span.branches &= span.empty < STRANGE;
            return;
        };
        if !Spans::fits(page, &name) {
            self.alone = true;
            return;
        }
        let mut new = Span::new(self.next_id, first);
        self.next_id += 1;
        new.seam = span.seam.replace(name.clone());
        new.bound = span.bound.replace(name.clone());
        new.branches = span.branches || name.ends_with(LAST);
        span.branches &= !name.ends_with(LAST);
        (span.pages, span.failures, span.empty) = (0, 0, 0);
        if new.cursor.advance(listed.next.clone(), PageStart::of_page(page)).is_err() {
            return;
        }
        self.queue.insert(place + 1, new);
        self.learn(page);
        self.read(place + 1, listed);
    }
}

/// A name without what is below a delimiter, where that is still behind `last`.
fn on_level(mut name: String, last: &str) -> Option<String> {
    if let Some(at) = name.find(DELIMITER) {
        name.truncate(at);
    }
    (name.as_str() > last).then_some(name)
}

#[cfg(test)]
mod tests;
