//! Drives the interface as a user and a server do: keys and replies in, effects and state out.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use windlass::app::chord::Chord;
use windlass::app::effect::{
    ComparisonRequest, ConnectionRequest, Effect, MachineRequest, Request, StorageRequest,
    VersionsRequest,
};
use windlass::app::event::{Answer, Event, Mouse, MouseKind, Reply, Ticket};
use windlass::app::layout::WindowSize;
use windlass::app::session::Startup;
use windlass::app::spot::Spots;
use windlass::app::state::State;
use windlass::app::update::update;
use windlass::config::connection::Connection;
use windlass::domain::address::Location;
use windlass::domain::arrange::arrange;
use windlass::domain::error::Error;
use windlass::domain::listing::{Class, ContinuationToken, ListedPage, Page};
use windlass::domain::object::BucketEntry;
use windlass::domain::provider::Provider;
use windlass::domain::size_tree::SizeTree;
use windlass::domain::transfer::Target;
use windlass::ui::draw_into;
use windlass::ui::picture_screen::PictureScreen;
use windlass::ui::theme::Theme;

use crate::support::screen::{picture, place_of};

/// A running interface at 80×24 whose effects are collected.
pub struct App {
    pub state: State,
    pub now: Timestamp,
    effects: Vec<Effect>,
    /// Requests that were neither answered nor abandoned, oldest first.
    waiting: Vec<(Ticket, Request)>,
}

pub fn connection(name: &str) -> Connection {
    Connection::with_keys(name, Provider::Other, "http://127.0.0.1:9", "us-east-1", "id", "secret")
}

pub fn startup() -> Startup {
    Startup {
        now: Timestamp::from_second(1_790_000_000).unwrap(),
        working_folder: PathBuf::from("/desk"),
        ..Startup::of(connection("test"))
    }
}

impl App {
    pub fn start(startup: Startup) -> App {
        let now = startup.now;
        let (state, effects) = State::new(startup, WindowSize { width: 80, height: 24 });
        let mut app = App { state, now, effects: Vec::new(), waiting: Vec::new() };
        app.collect(effects);
        app
    }

    /// Opened at a location, with nothing answered yet.
    pub fn at(location: &str) -> App {
        App::start(Startup { open: Location::parse(location).unwrap(), ..startup() })
    }

    /// Opened at `s3://media/` with these rows, a name with a last `/` being a prefix; the buckets
    /// are `media` and `backups`.
    pub fn with_rows(names: &[&str]) -> App {
        let mut app = App::at("s3://media/");
        app.reply(buckets(&["backups", "media"]));
        app.reply(page(names, None));
        app.effects();
        app
    }

    /// Presses keys, separated by spaces: `j j l`, `g g`, `space`, `ctrl-a`.
    pub fn keys(&mut self, keys: &str) -> &mut App {
        for key in keys.split_whitespace() {
            self.event(Event::Key(Chord::parse(key).unwrap()));
        }
        self
    }

    /// Types a text, character by character.
    pub fn typed(&mut self, text: &str) -> &mut App {
        for character in text.chars() {
            self.event(Event::Key(Chord::char(character)));
        }
        self
    }

    pub fn click(&mut self, column: u16, row: u16) -> &mut App {
        self.mouse(MouseKind::Click, column, row)
    }

    pub fn mouse(&mut self, kind: MouseKind, column: u16, row: u16) -> &mut App {
        let on = self.spots().at(column, row);
        self.event(Event::Mouse(Mouse { kind, column, row, on }))
    }

    /// Clicks where a text begins on screen.
    pub fn click_on(&mut self, text: &str) -> &mut App {
        let (column, row) = place_of(&self.painted().0, text);
        self.click(column, row)
    }

    /// What is on screen.
    pub fn picture(&self) -> String {
        picture(&self.painted().0)
    }

    fn painted(&self) -> (Buffer, Spots) {
        let size = self.state.size;
        let mut buffer = Buffer::empty(Rect::new(0, 0, size.width, size.height));
        let pictures = PictureScreen::default();
        let drawn = draw_into(&self.state, &Theme::default(), &pictures, &mut buffer);
        (buffer, drawn.spots)
    }

    fn spots(&self) -> Spots {
        self.painted().1
    }

    pub fn event(&mut self, event: Event) -> &mut App {
        let effects = update(&mut self.state, self.now, event);
        self.collect(effects);
        self
    }

    /// Lets time pass.
    pub fn wait(&mut self, seconds: u64) -> &mut App {
        self.now += Duration::from_secs(seconds);
        self.event(Event::Tick)
    }

    /// Answers the oldest waiting request that this reply is known to be an answer to, else the
    /// only one that waits.
    pub fn reply(&mut self, reply: Reply) -> &mut App {
        let known = self.waiting.iter().position(|(_, request)| fits(request, &reply));
        let at = known.or_else(|| (self.waiting.len() == 1).then_some(0));
        let at = at.unwrap_or_else(|| panic!("nothing waits for {reply:?}: {:?}", self.waiting));
        let goes_on = matches!(&reply, Ok(Answer::Page(ListedPage { next: Some(_), .. })));
        let streams =
            matches!(&self.waiting[at].1, Request::Storage(StorageRequest::ListRest { .. }));
        let (ticket, request) = self.waiting.remove(at);
        if streams && goes_on {
            self.waiting.insert(at, (ticket, request));
        }
        self.answer(ticket, reply)
    }

    /// Refuses the oldest waiting request of this name, `ListPage`.
    pub fn fail(&mut self, request: &str, error: Error) -> &mut App {
        let begins = |text: &str| {
            let mut words = text.split(|letter: char| !letter.is_alphanumeric());
            words.by_ref().take(3).any(|word| word == request)
        };
        let at = self.waiting.iter().position(|(_, waiting)| begins(&format!("{waiting:?}")));
        let at = at.unwrap_or_else(|| panic!("no {request} waits: {:?}", self.waiting));
        let (ticket, _) = self.waiting.remove(at);
        self.answer(ticket, Err(error))
    }

    /// An answer after which others may come.
    pub fn answer(&mut self, ticket: Ticket, reply: Reply) -> &mut App {
        let connection = self.state.session.name().clone();
        self.event(Event::Reply { ticket, connection, reply })
    }

    /// An answer for a ticket of one's own choice.
    pub fn reply_to(&mut self, ticket: Ticket, reply: Reply) -> &mut App {
        self.waiting.retain(|(waiting, _)| *waiting != ticket);
        self.answer(ticket, reply)
    }

    /// Computes the arrangement that is waited for, as the shell does off the loop.
    pub fn arrange(&mut self) -> &mut App {
        let order = self.waiting.iter().find_map(|(_, request)| match request {
            Request::Machine(MachineRequest::Arrange { listing, arrangement }) => {
                Some(arrange(listing, arrangement))
            }
            _ => None,
        });
        self.reply(Ok(Answer::Arranged(order.expect("an arrangement is waited for"))))
    }

    /// Counts the marked objects that are waited for, as the shell does off the loop.
    pub fn count_marked(&mut self) -> &mut App {
        let tree = self.waiting.iter().find_map(|(_, request)| match request {
            Request::Machine(MachineRequest::CountListed { rows, now }) => {
                let mut tree = SizeTree::default();
                tree.add_rows(rows.listed(), "", *now);
                Some(tree)
            }
            _ => None,
        });
        self.reply(Ok(Answer::Counted(Box::new(tree.expect("a count is waited for")))))
    }

    /// What the shell was asked to do since this was called last.
    pub fn effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// The requests among [`App::effects`].
    pub fn requests(&mut self) -> Vec<Request> {
        let request = |effect| match effect {
            Effect::Request { request, .. } => Some(request),
            _ => None,
        };
        self.effects().into_iter().filter_map(request).collect()
    }

    /// Requests that are neither answered nor abandoned.
    pub fn waiting(&self) -> &[(Ticket, Request)] {
        &self.waiting
    }

    /// The ticket of the newest waiting request.
    pub fn last_ticket(&self) -> Ticket {
        self.waiting.last().expect("a request waits").0
    }

    /// The names shown in the objects pane.
    pub fn names(&self) -> Vec<&str> {
        let rows = &self.state.parts.objects.browse.rows;
        (0..rows.len()).filter_map(|at| rows.row(at)).map(|row| row.name).collect()
    }

    /// The name under the cursor of the objects pane.
    pub fn cursor(&self) -> &str {
        self.state.parts.objects.browse.current().map_or("", |row| row.name)
    }

    /// Names of the marked rows.
    pub fn marked(&self) -> Vec<&str> {
        let browse = &self.state.parts.objects.browse;
        let marked = browse.marking.marks.iter();
        marked.map(|number| browse.rows.listing().row(number).name).collect()
    }

    /// Where the objects pane is.
    pub fn location(&self) -> String {
        self.state.parts.objects.browse.location().to_string()
    }

    /// The names in the buckets pane.
    pub fn bucket_names(&self) -> Vec<&str> {
        self.state.parts.buckets.bucket_list.rows().iter().map(|row| row.bucket.as_str()).collect()
    }

    /// The note in the status line.
    pub fn toast(&self) -> &str {
        self.state.toasts.current().map_or("", |toast| toast.text.as_str())
    }

    fn collect(&mut self, effects: Vec<Effect>) {
        for effect in &effects {
            match effect {
                Effect::Request { ticket, request, .. } => {
                    self.waiting.push((*ticket, request.clone()));
                }
                Effect::Abandon(ticket) => self.waiting.retain(|(waiting, _)| waiting != ticket),
                _ => {}
            }
        }
        self.effects.extend(effects);
    }
}

/// Rows that go together, one by one.
pub fn apart(targets: &[Target]) -> Vec<Target> {
    Target::each(targets).map(std::borrow::Cow::into_owned).collect()
}

fn fits(request: &Request, reply: &Reply) -> bool {
    matches!(
        (request, reply),
        (Request::Storage(StorageRequest::ListBuckets), Ok(Answer::Buckets(_)))
            | (
                Request::Storage(StorageRequest::ListPage { .. } | StorageRequest::ListRest { .. }),
                Ok(Answer::Page(_))
            )
            | (Request::Storage(StorageRequest::Find { .. }), Ok(Answer::Found(_)))
            | (Request::Storage(StorageRequest::Walk { .. }), Ok(Answer::Walked { .. }))
            | (Request::Storage(StorageRequest::CountBeside { .. }), Ok(Answer::Beside { .. }))
            | (
                Request::Storage(StorageRequest::Versions(VersionsRequest::Versioning(_))),
                Ok(Answer::Versioning(_))
            )
            | (
                Request::Storage(StorageRequest::Versions(VersionsRequest::ListVersions { .. })),
                Ok(Answer::Versions(_))
            )
            | (
                Request::Storage(StorageRequest::Versions(VersionsRequest::PlanRestore { .. })),
                Ok(Answer::RestorePlanned(_))
            )
            | (
                Request::Storage(StorageRequest::Versions(VersionsRequest::Restore { .. })),
                Ok(Answer::Restored { .. })
            )
            | (
                Request::Storage(StorageRequest::Versions(VersionsRequest::DeleteVersions { .. })),
                Ok(Answer::VersionsDeleted(_))
            )
            | (
                Request::Storage(StorageRequest::Versions(
                    VersionsRequest::EraseVersions { .. } | VersionsRequest::EmptyBucket(_)
                )),
                Ok(Answer::Emptied { .. })
            )
            | (Request::Storage(StorageRequest::Head(_)), Ok(Answer::Head(_)))
            | (Request::Storage(StorageRequest::Whole(_)), Ok(Answer::Whole { .. }))
            | (Request::Look(_), Ok(Answer::Seen(_)))
            | (Request::Storage(StorageRequest::Presign(_)), Ok(Answer::Presigned(_)))
            | (Request::Storage(StorageRequest::CreateBucket(_)), Ok(Answer::BucketCreated))
            | (Request::Storage(StorageRequest::Settings(_)), Ok(Answer::SettingsRead))
            | (
                Request::Storage(
                    StorageRequest::SetSetting { .. } | StorageRequest::ClearSetting { .. }
                ),
                Ok(Answer::Setting(..))
            )
            | (Request::Storage(StorageRequest::DeleteBucket(_)), Ok(Answer::BucketDeleted))
            | (Request::Storage(StorageRequest::CreatePrefix { .. }), Ok(Answer::PrefixCreated))
            | (Request::Storage(StorageRequest::FindEmpty { .. }), Ok(Answer::FoundEmpty(_)))
            | (Request::Storage(StorageRequest::Measure { .. }), Ok(Answer::Measured(_)))
            | (Request::Storage(StorageRequest::TemporaryKeys(_)), Ok(Answer::TemporaryKeys(_)))
            | (Request::Storage(StorageRequest::TestLink(_)), Ok(Answer::LinkTested))
            | (Request::Storage(StorageRequest::Describe { .. }), Ok(Answer::Described(_)))
            | (
                Request::Storage(StorageRequest::ChangeMetadata { .. }),
                Ok(Answer::MetadataChanged(_))
            )
            | (Request::Storage(StorageRequest::Thaw { .. }), Ok(Answer::Thawed(_)))
            | (Request::Storage(StorageRequest::FindTypes { .. }), Ok(Answer::WrongTypes(_)))
            | (Request::Storage(StorageRequest::MendTypes(_)), Ok(Answer::TypesMended(_)))
            | (
                Request::Storage(StorageRequest::Comparison(ComparisonRequest::Compare { .. })),
                Ok(Answer::Compared(_))
            )
            | (Request::Storage(StorageRequest::OpenText(_)), Ok(Answer::TextOpened(_)))
            | (Request::Storage(StorageRequest::SaveText { .. }), Ok(Answer::TextSaved(_)))
            | (Request::Storage(StorageRequest::SumStored { .. }), Ok(Answer::Stored(_)))
            | (Request::Machine(MachineRequest::ReadLedger), Ok(Answer::Ledger(_)))
            | (Request::Machine(MachineRequest::Arrange { .. }), Ok(Answer::Arranged(_)))
            | (Request::Machine(MachineRequest::ReadFolder(_)), Ok(Answer::Folder(_)))
            | (Request::Machine(MachineRequest::CountListed { .. }), Ok(Answer::Counted(_)))
            | (Request::Machine(MachineRequest::Check(_)), Ok(Answer::Checked(_)))
            | (Request::Storage(StorageRequest::ListUploads { .. }), Ok(Answer::Uploads(_)))
            | (Request::Storage(StorageRequest::CountParts { .. }), Ok(Answer::UploadExtent(_)))
            | (Request::Storage(StorageRequest::AbortUploads(_)), Ok(Answer::UploadsAborted(_)))
            | (Request::Connections(ConnectionRequest::FindOrigins), Ok(Answer::Origins(_)))
            | (Request::Connections(ConnectionRequest::StoredKeyId), Ok(Answer::StoredKeyId(_)))
            | (
                Request::Connections(ConnectionRequest::SaveConnection { .. }),
                Ok(Answer::ConnectionSaved(_))
            )
            | (
                Request::Connections(ConnectionRequest::RemoveConnection(_)),
                Ok(Answer::ConnectionRemoved(_))
            )
            | (Request::Storage(StorageRequest::PublicAccess(_)), Ok(Answer::PublicAccess(_)))
            | (
                Request::Connections(ConnectionRequest::SavePublicDomain { .. }),
                Ok(Answer::PublicDomainSaved(_))
            )
            | (Request::Machine(MachineRequest::KeepText { .. }), Ok(Answer::Edited { .. }))
            | (
                Request::Connections(ConnectionRequest::RememberUploads { .. }),
                Ok(Answer::UploadsRemembered)
            )
            | (
                Request::Connections(ConnectionRequest::SetBucketAccess { .. }),
                Ok(Answer::BucketAccessSet)
            )
            | (Request::Connections(ConnectionRequest::SignIn { .. }), Ok(Answer::SignedIn))
            | (Request::Connections(ConnectionRequest::GiveCode(_)), Ok(Answer::CodeGiven))
            | (Request::Connections(ConnectionRequest::ReadImports(_)), Ok(Answer::Imports(_)))
    )
}

pub fn buckets(names: &[&str]) -> Reply {
    let entry = |name: &&str| BucketEntry::named(*name);
    Ok(Answer::Buckets(names.iter().map(entry).collect::<Vec<_>>().into()))
}

/// A page of rows; an object's size is its number in the page, counted from 1.
pub fn page(names: &[&str], next: Option<&str>) -> Reply {
    let mut rows = Page::default();
    for (name, size) in names.iter().zip(1u64..) {
        if name.ends_with('/') {
            rows.push_prefix(name);
        } else {
            let modified = Timestamp::from_second(1_790_000_000 - size.cast_signed()).ok();
            rows.push_object(name, size, modified, Class::Standard);
        }
    }
    let next = next.map(|token| ContinuationToken(token.to_owned()));
    Ok(Answer::Page(ListedPage { page: Arc::new(rows), next }))
}

/// A page of objects of one size, a name with a last `/` being a prefix.
pub fn sized_page(names: &[&str], size: u64) -> Reply {
    let mut rows = Page::default();
    for name in names {
        if name.ends_with('/') {
            rows.push_prefix(name);
        } else {
            rows.push_object(name, size, None, Class::Standard);
        }
    }
    Ok(Answer::Page(ListedPage { page: Arc::new(rows), next: None }))
}

/// A page of `count` objects named by the numbers from `first` on.
pub fn numbered_page(first: usize, count: usize, next: Option<&str>) -> Reply {
    let names: Vec<String> = (first..first + count).map(|number| format!("{number:07}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    page(&names, next)
}
