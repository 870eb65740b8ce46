//! Brings the interface into a situation: keys pressed, requests answered from a small made-up
//! account.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use windlass::app::chord::Chord;
use windlass::app::effect::{Effect, Request, StorageRequest};
use windlass::app::event::{Answer, Event, Reply, Ticket};
use windlass::app::layout::WindowSize;
use windlass::app::session::Startup;

use windlass::app::state::State;
use windlass::app::update::update;
use windlass::config::connection::Connection;
use windlass::domain::address::Location;
use windlass::domain::listing::{Class, ContinuationToken, ListedPage, Page};
use windlass::domain::object::{BucketEntry, ETag, ObjectHead};
use windlass::domain::provider::Provider;
use windlass::domain::usage::Usage;
use windlass::ui::draw_into;
use windlass::ui::picture_screen::PictureScreen;
use windlass::ui::theme::Theme;

use crate::support::inside::opened_start;
use crate::support::screen::has_no_signs;

pub struct Situation {
    pub state: State,
    pub now: Timestamp,
    waiting: Vec<(Ticket, Request)>,
}

/// 2026-09-20 14:24 UTC.
pub fn noon() -> Timestamp {
    "2026-09-20T14:24:00Z".parse().unwrap()
}

impl Situation {
    /// Nothing is answered yet.
    pub fn at(location: &str, size: (u16, u16)) -> Situation {
        let connection = Connection::with_keys(
            "r2:personal",
            Provider::R2,
            "https://0123.r2.cloudflarestorage.com",
            "auto",
            "AKIDEXAMPLE",
            "not-a-secret",
        );
        let open = Location::parse(location).unwrap();
        let startup = Startup { now: noon(), open, ..Startup::of(connection) };
        Situation::of(startup, size)
    }

    /// As [`Situation::browsing`], at a provider that keeps versions.
    pub fn browsing_aws(size: (u16, u16)) -> Situation {
        let connection = Connection::with_keys(
            "aws:team",
            Provider::Aws,
            "https://s3.eu-central-1.amazonaws.com",
            "eu-central-1",
            "AKIDEXAMPLE",
            "not-a-secret",
        );
        let open = Location::parse("s3://media/photos/2026/").unwrap();
        let startup = Startup { now: noon(), open, ..Startup::of(connection) };
        let mut situation = Situation::of(startup, size);
        situation.answer(account);
        situation.press("2");
        situation.metered();
        situation
    }

    /// Nothing is configured, and no keys are in sight.
    pub fn first(size: (u16, u16)) -> Situation {
        let chain = Connection::chain("default".into(), None);
        Situation::of(Startup { now: noon(), first: true, ..Startup::of(chain) }, size)
    }

    fn of(startup: Startup, size: (u16, u16)) -> Situation {
        let (state, effects) = State::new(startup, WindowSize { width: size.0, height: size.1 });
        let mut situation = Situation { state, now: noon(), waiting: Vec::new() };
        situation.take(effects);
        situation
    }

    /// The ticket of the newest request of a kind that waits.
    pub fn waiting_for(&self, kind: impl Fn(&Request) -> bool) -> Ticket {
        let found = self.waiting.iter().rev().find(|(_, request)| kind(request));
        found.expect("such a request waits").0
    }

    /// In `media/photos/2026/` with everything answered and the focus on the objects.
    pub fn browsing(size: (u16, u16)) -> Situation {
        let mut situation = Situation::at("s3://media/photos/2026/", size);
        situation.answer(account);
        situation.press("2");
        situation.metered();
        situation
    }

    pub fn metered(&mut self) {
        let usage = Usage { class_a: 14, class_b: 3, ..Usage::default() };
        let connection = self.state.session.name().clone();
        self.happen(Event::Metered { connection, usage });
    }

    /// Presses keys separated by spaces.
    pub fn press(&mut self, keys: &str) {
        for key in keys.split(' ') {
            self.happen(Event::Key(Chord::parse(key).unwrap()));
        }
    }

    pub fn happen(&mut self, event: Event) {
        self.now = self.now.checked_add(Duration::from_millis(1)).unwrap();
        let effects = update(&mut self.state, self.now, event);
        self.take(effects);
    }

    /// Answers what is asked, and what is asked because of that, as long as there is an answer.
    pub fn answer(&mut self, answer: impl Fn(&Request) -> Option<Reply>) {
        loop {
            let found = self.waiting.iter().position(|(_, request)| answer(request).is_some());
            let Some(at) = found else { return };
            let (ticket, request) = self.waiting.remove(at);
            let reply = answer(&request).unwrap();
            self.reply(ticket, reply);
        }
    }

    /// Answers the newest request that there is an answer for, and goes on waiting for it.
    pub fn answer_once(&mut self, answer: impl Fn(&Request) -> Option<Reply>) {
        let found = self.waiting.iter().rev();
        let mut found = found.filter_map(|(ticket, request)| Some((*ticket, answer(request)?)));
        let (ticket, reply) = found.next().expect("a request that can be answered");
        self.reply(ticket, reply);
    }

    pub fn reply(&mut self, ticket: Ticket, reply: Reply) {
        let connection = self.state.session.name().clone();
        self.happen(Event::Reply { ticket, connection, reply });
    }

    pub fn painted(&self, theme: &Theme) -> Buffer {
        let size = self.state.size;
        let paint = |theme: &Theme| {
            let mut buffer = Buffer::empty(Rect::new(0, 0, size.width, size.height));
            draw_into(&self.state, theme, &PictureScreen::default(), &mut buffer);
            buffer
        };
        has_no_signs(&paint(&theme.clone().ascii()));
        paint(theme)
    }

    fn take(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Request { ticket, request, .. } => self.waiting.push((ticket, request)),
                Effect::Abandon(ticket) => self.waiting.retain(|(each, _)| *each != ticket),
                _ => {}
            }
        }
    }
}

/// The answers of the made-up account.
pub fn account(request: &Request) -> Option<Reply> {
    let answer = match request {
        Request::Storage(StorageRequest::ListBuckets) => Answer::Buckets(buckets().into()),
        Request::Storage(StorageRequest::ListPage { prefix, token: None, .. })
            if prefix.as_str() == "photos/2026/" =>
        {
            Answer::Page(photos(None))
        }
        Request::Storage(StorageRequest::ListPage { .. }) => {
            Answer::Page(ListedPage { page: Arc::default(), next: None })
        }
        Request::Storage(StorageRequest::Head(_)) => Answer::Head(head()),
        Request::Look(_) => return Some(opened_start("notes.txt", TEXT.as_bytes(), 1 << 20)),
        _ => return None,
    };
    Some(Ok(answer))
}

const TEXT: &str = "# Holiday\n\nTwo weeks, four trains:\n\t- Basel\n\t- \
                    Chur\n\u{1b}[31mred?\u{1b}[0m\nالعربية and 日本語 lines\nA line that is much \
                    longer than the pane is wide, so that its end cannot be seen without opening \
                    it.\n";

pub fn buckets() -> Vec<BucketEntry> {
    ["media", "backups", "site-assets"].map(BucketEntry::named).to_vec()
}

/// The first page of a prefix; `next` names a further one.
pub fn photos(next: Option<&str>) -> ListedPage {
    let mut page = Page::default();
    let time = |minute: i8| {
        let text = format!("2026-09-20T14:{minute:02}:00Z");
        Some(text.parse::<Timestamp>().unwrap())
    };
    page.push_prefix("edited/");
    page.push_prefix("raw/");
    page.push_object("IMG_0412.jpg", 4_299_161, time(2), Class::Standard);
    page.push_object("IMG_0413.jpg", 4_089_446, time(2), Class::Standard);
    page.push_object("IMG_0414.jpg", 4_194_304, time(3), Class::Standard);
    page.push_object("clip.mp4", 734_003_200, time(9), Class::StandardIa);
    page.push_object(
        "a very long name that nobody will type, of the last day.jpeg",
        12,
        time(9),
        Class::Standard,
    );
    page.push_object("invoice\u{202e}gpj.exe", 6_144, time(11), Class::Standard);
    page.push_object("notes.md", 1_049, time(12), Class::Standard);
    page.push_object("日本の写真 2026.heic", 2_202_009, time(12), Class::GlacierIr);
    page.push_object("tab\there\u{1b}[2J.txt", 0, None, Class::Unknown);
    let next = next.map(|token| ContinuationToken(token.to_owned()));
    ListedPage { page: Arc::new(page), next }
}

fn head() -> ObjectHead {
    let mut head = ObjectHead {
        size: Some(4_299_161),
        etag: Some(ETag::new("9e107d9d372bb6826bd81d3542a419d6")),
        modified: "2026-09-20T14:02:11Z".parse().ok(),
        storage_class: Some("STANDARD".into()),
        checksums: vec![("CRC64NVME".into(), "Zr1LZ8Xy0nU=".into())],
        missing_metadata: 1,
        ..ObjectHead::default()
    };
    head.headers.content_type = Some("image/jpeg".into());
    head.headers.cache_control = Some("public, max-age=31536000, immutable".into());
    head.user_metadata.insert("camera".into(), "X100V\u{200b}".into());
    head
}
