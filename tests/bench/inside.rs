//! What the interface does for a key, without a terminal and without a server: the same state at
//! three sizes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use ratatui::backend::TestBackend;
use ratatui::style::Style;
use ratatui::{Frame, Terminal};
use windlass::app::chord::Chord;
use windlass::app::effect::{Effect, MachineRequest, Request, StorageRequest};
use windlass::app::event::{Answer, Event, Reply, Ticket};
use windlass::app::layout::WindowSize;
use windlass::app::session::Startup;
use windlass::app::state::State;
use windlass::app::update::update;
use windlass::config::connection::Connection;
use windlass::domain::address::Location;
use windlass::domain::arrange::{Arrangement, SortBy, arrange};
use windlass::domain::listing::{Class, ContinuationToken, ListedPage, Listing, Page};
use windlass::domain::provider::Provider;
use windlass::ui::draw;
use windlass::ui::picture_screen::PictureScreen;
use windlass::ui::theme::Theme;

use crate::figures::{Times, ratio, say};

const FRAMES: usize = 300;
const COLUMNS: u16 = 200;
const ROWS: u16 = 60;
const NOW: i64 = 1_790_000_000;

pub fn measure() {
    println!("in the process, {COLUMNS}x{ROWS}");
    let floor = bare_frames();
    say("a frame of bare ratatui, every cell written", &format!("p50 {:.1?}", floor.median()));
    let mut medians = Vec::new();
    for rows in [1_000, 100_000, 1_000_000] {
        let mut inside = Inside::with_rows(rows);
        let (updates, frames) = inside.walk();
        say(
            &format!("a key at {rows} rows"),
            &format!(
                "update p50 {:.1?} p99 {:.1?}   frame p50 {:.1?} p99 {:.1?}",
                updates.median(),
                updates.percentile(99),
                frames.median(),
                frames.percentile(99)
            ),
        );
        medians.push(frames.median());
        if rows == 1_000_000 {
            inside.heavy_keys();
            inside.refresh();
            arrangements(&inside.listing());
        }
    }
    say("frame to one of bare ratatui", &format!("{:.2}x", ratio(medians[2], floor.median())));
    say("frame, a million rows to a thousand", &format!("{:.2}x", ratio(medians[2], medians[0])));
    row_memory();
}

/// The floor: as many frames that put one line of text into every line and do nothing else.
fn bare_frames() -> Times {
    let mut terminal = Terminal::new(TestBackend::new(COLUMNS, ROWS)).unwrap();
    let times = (0..FRAMES).map(|number| {
        let line = format!("{number:0>width$}", width = usize::from(COLUMNS));
        let begun = Instant::now();
        let paint = |frame: &mut Frame<'_>| {
            for y in 0..ROWS {
                frame.buffer_mut().set_string(0, y, &line, Style::new());
            }
        };
        terminal.draw(paint).unwrap();
        begun.elapsed()
    });
    Times::new(times.collect())
}

struct Inside {
    state: State,
    terminal: Terminal<TestBackend>,
    theme: Theme,
    /// Pages that are still to be given.
    given: usize,
    rows: usize,
}

impl Inside {
    fn with_rows(rows: usize) -> Inside {
        let server = "http://127.0.0.1:9";
        let connection =
            Connection::with_keys("bench", Provider::Other, server, "us-east-1", "id", "secret");
        let open = Location::parse("s3://bench/").unwrap();
        let startup = Startup { open, ..Startup::of(connection) };
        let (state, effects) = State::new(startup, WindowSize { width: COLUMNS, height: ROWS });
        let terminal = Terminal::new(TestBackend::new(COLUMNS, ROWS)).unwrap();
        let mut inside = Inside { state, terminal, theme: Theme::default(), given: 0, rows };
        inside.perform(effects);
        inside.press("G");
        for key in ["g", "g"] {
            inside.press(key);
        }
        assert_eq!(inside.listing().len(), rows);
        inside
    }

    fn listing(&self) -> Listing {
        self.state.parts.objects.browse.rows.listing().clone()
    }

    fn event(&mut self, event: Event) {
        let effects = update(&mut self.state, Timestamp::from_second(NOW).unwrap(), event);
        self.perform(effects);
    }

    fn press(&mut self, key: &str) {
        self.event(Event::Key(Chord::parse(key).unwrap()));
    }

    /// Answers requests for pages and orders; lets everything else wait.
    fn perform(&mut self, effects: Vec<Effect>) {
        let mut waiting = effects;
        while let Some(effect) = waiting.pop() {
            let Effect::Request { ticket, request, .. } = effect else { continue };
            let now = Timestamp::from_second(NOW).unwrap();
            let reply = match request {
                Request::Storage(StorageRequest::ListPage { .. }) => {
                    Ok(Answer::Page(self.next_page()))
                }
                Request::Storage(StorageRequest::ListRest { .. }) => {
                    while self.given * 1000 < self.rows {
                        let page = Ok(Answer::Page(self.next_page()));
                        waiting.extend(update(&mut self.state, now, answered(ticket, page)));
                    }
                    Ok(Answer::Page(ListedPage::default()))
                }
                Request::Machine(MachineRequest::Arrange { listing, arrangement }) => {
                    Ok(Answer::Arranged(arrange(&listing, &arrangement)))
                }
                _ => continue,
            };
            waiting.extend(update(&mut self.state, now, answered(ticket, reply)));
        }
    }

    fn next_page(&mut self) -> ListedPage {
        let page = page(self.given);
        self.given += 1;
        let more = self.given * 1000 < self.rows;
        let next = more.then(|| ContinuationToken(format!("token {}", self.given)));
        ListedPage { page: Arc::new(page), next }
    }

    fn frame(&mut self) -> Duration {
        let begun = Instant::now();
        let (state, theme) = (&self.state, &self.theme);
        let pictures = PictureScreen::default();
        self.terminal.draw(|frame| drop(draw(state, theme, &pictures, frame))).unwrap();
        begun.elapsed()
    }

    /// Down and down again, so that the list scrolls under the cursor.
    fn walk(&mut self) -> (Times, Times) {
        let (mut updates, mut frames) = (Vec::new(), Vec::new());
        for _ in 0..FRAMES {
            updates.push(self.timed("j"));
            frames.push(self.frame());
        }
        (Times::new(updates), Times::new(frames))
    }

    fn timed(&mut self, key: &str) -> Duration {
        let begun = Instant::now();
        let event = Event::Key(Chord::parse(key).unwrap());
        let effects = update(&mut self.state, Timestamp::from_second(NOW).unwrap(), event);
        let taken = begun.elapsed();
        self.perform(effects);
        taken
    }

    /// Keys that are about every row.
    fn heavy_keys(&mut self) {
        for (what, before, key, after) in [
            ("ctrl-a marks a million rows", "", "ctrl-a", "esc"),
            ("* inverts a million marks", "ctrl-a", "*", "esc"),
            ("G draws a range over a million rows", "g g v", "G", "esc esc g g"),
            ("/ and a letter", "/", "7", "esc"),
            ("s S sorts by size", "s", "S", "s n"),
            ("j draws a range in a sorted listing", "s S g g j v", "j", "esc esc s n"),
            ("D asks about a million marks", "ctrl-a", "D", "esc esc"),
            ("d asks about a million marks", "ctrl-a", "d", "esc esc"),
            ("enter looks where they would go", "ctrl-a d", "enter", "esc esc"),
            ("c asks about a million marks", "ctrl-a", "c", "esc esc"),
            ("enter copies a million marks below", "ctrl-a c x /", "enter", "esc esc"),
            ("m asks about a million marks", "ctrl-a", "m", "esc esc"),
            ("M asks about a million marks", "ctrl-a", "M", "esc esc"),
            ("Y asks about a million marks", "ctrl-a", "Y", "esc esc"),
            ("w measures a million marks", "ctrl-a", "w", "esc esc esc"),
            ("= compares a million marks", "ctrl-a", "=", "esc esc"),
            ("j moves with a million marks", "ctrl-a", "j", "esc g g"),
        ] {
            let times = (0..5).map(|_| {
                before.split_whitespace().for_each(|key| self.press(key));
                let taken = self.timed(key);
                after.split_whitespace().for_each(|key| self.press(key));
                taken
            });
            let times = Times::new(times.collect());
            say(what, &format!("p50 {:.2?} max {:.2?}", times.median(), times.most()));
        }
    }

    /// Lists again with the cursor at the end: how long the page takes that brings the new listing
    /// on screen, and how long the others take.
    fn refresh(&mut self) {
        for (what, marks) in [("no", ""), ("a million", "ctrl-a")] {
            marks.split_whitespace().chain(["G"]).for_each(|key| self.press(key));
            self.given = 0;
            let event = Event::Key(Chord::parse("R").unwrap());
            let now = Timestamp::from_second(NOW).unwrap();
            let mut effects = update(&mut self.state, now, event);
            let mut times = Vec::new();
            while let Some(Effect::Request { ticket, .. }) = effects.pop() {
                let reply = Ok(Answer::Page(self.next_page()));
                let begun = Instant::now();
                effects = update(&mut self.state, now, answered(ticket, reply));
                times.push(begun.elapsed());
            }
            let times = Times::new(times);
            say(
                &format!("R at the end, {what} marks: a page"),
                &format!("p50 {:.1?}, the one that swaps {:.1?}", times.median(), times.most()),
            );
            ["esc", "g", "g"].iter().for_each(|key| self.press(key));
        }
    }
}

fn page(number: usize) -> Page {
    let mut rows = Page::with_capacity(1000, 48_000);
    for row in 0..1000 {
        let name = format!("2026/09/{number:04}/object-{row:06}-abcdef0123.json");
        let size = (row as u64).wrapping_mul(2_654_435_761) % 9_000_000;
        let modified = Timestamp::from_second(NOW - (size % 100_000).cast_signed()).ok();
        rows.push_object(&name, size, modified, Class::Standard);
    }
    rows.shrink_to_fit();
    rows
}

/// Off the loop; beside each other.
fn arrangements(listing: &Listing) {
    for (what, filter, sort) in [
        ("filter of a million names, few found", "0999-ab", SortBy::Name),
        ("filter of a million names, all found", "object", SortBy::Name),
        ("sort of a million rows by size", "", SortBy::Size),
        ("sort of a million rows by time", "", SortBy::Modified),
    ] {
        let arrangement = Arrangement { filter: filter.to_owned(), sort, descending: true };
        let times = (0..7).map(|_| {
            let begun = Instant::now();
            std::hint::black_box(arrange(listing, &arrangement));
            begun.elapsed()
        });
        let times = Times::new(times.collect());
        say(what, &format!("off the loop: p50 {:.1?} max {:.1?}", times.median(), times.most()));
    }
}

/// What the listing, the order shown and the marks of a million rows take.
fn row_memory() {
    let mut listing = Listing::default();
    let mut text = 0;
    for number in 0..1000 {
        let rows = page(number);
        text += rows.text().len();
        listing.push(Arc::new(rows));
    }
    let rows = listing.len();
    let bytes = listing.heap_bytes();
    let beside = bytes as f64 / rows as f64 - text as f64 / rows as f64;
    say(
        "memory of a row",
        &format!(
            "{:.1} bytes: its name {:.1}, columns {beside:.1}; order 4.0 (sorted or filtered 8.0), \
             mark 0.1",
            bytes as f64 / rows as f64,
            text as f64 / rows as f64,
        ),
    );
}

fn answered(ticket: Ticket, reply: Reply) -> Event {
    Event::Reply { ticket, connection: "bench".into(), reply }
}
