//! The buckets pane shows the buckets of a connection, and adds those that it may not list.

pub mod acting;
pub mod bucket_list;
pub mod making;
pub mod names;
pub mod unfinished;

use crate::app::action::Action;
use crate::app::chord::Chord;
use crate::app::context::{Context, Intent};
use crate::app::dialogs::completion::Asks;
use crate::app::dialogs::prompt::Prompt;
use crate::app::dialogs::question::QuestionSlot;
use crate::app::dialogs::{Dialog, DialogAnswer};
use crate::app::effect::StorageRequest;
use crate::app::event::{Answer, Reply, Ticket};
use crate::app::list::List;
use crate::app::overlay_subject::OverlaySubject;
use crate::app::part::Part;
use crate::app::preference::Preference;
use crate::app::scope::{Pane, Scope};
use crate::app::screens::buckets::acting::BucketActing;
use crate::app::screens::buckets::bucket_list::{BucketList, BucketRow};
use crate::app::screens::buckets::unfinished::Unfinished;
use crate::app::session::Session;
use crate::app::toasts::Level;
use crate::config::connection::KnownBucket;
use crate::domain::address::{Bucket, Location};
use crate::domain::arn;
use crate::domain::error::{Error, ErrorKind};
use crate::domain::jurisdiction::Jurisdiction;
use crate::domain::object::BucketListing;

#[derive(Clone, Debug, Default)]
pub struct Buckets {
    pub bucket_list: BucketList,
    pub list: List,
    pub loading: BucketsLoading,
    /// The bucket that is open in the objects pane.
    pub opened: Option<Bucket>,
    pub acting: BucketActing,
    pub unfinished: Unfinished,
    /// The question for a bucket's name.
    adding: QuestionSlot<()>,
    ticket: Option<Ticket>,
    /// The jurisdictions that list nothing, at the last answer.
    pub unlisted: Vec<(Jurisdiction, Error)>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum BucketsLoading {
    #[default]
    Idle,
    Loading,
    Ready,
    /// The user does not wait for the answer; what was known is shown.
    Stopped,
    /// Known buckets are shown below the reason.
    Failed(Error),
}

impl Part for Buckets {
    fn pane(&self) -> Option<Pane> {
        Some(Pane::Buckets)
    }

    fn focused_by(&self) -> Option<Action> {
        Some(Action::FocusBuckets)
    }

    fn wanted(&self) -> &'static [Action] {
        &[
            Action::Open,
            Action::AddBucket,
            Action::New,
            Action::Delete,
            Action::SwitchConnection,
            Action::Refresh,
            Action::Palette,
        ]
    }

    fn scopes(&self) -> &'static [Scope] {
        self.dialog().map_or(Scope::Buckets.outwards(), Dialog::scopes)
    }

    fn dialog(&self) -> Option<&Dialog> {
        let acting = self.acting.question.dialog().or_else(|| self.unfinished.dialog());
        self.adding.dialog().or(acting)
    }

    fn dialog_mut(&mut self) -> Option<&mut Dialog> {
        let acting = self.acting.question.dialog_mut().or_else(|| self.unfinished.dialog_mut());
        self.adding.dialog_mut().or(acting)
    }

    fn on_action(&mut self, action: Action, cx: &mut Context<'_>) -> bool {
        if self.adding.is_open() {
            if let Some((_, DialogAnswer::Text(text))) = self.adding.on_action(action, cx) {
                self.on_named(&text, cx);
            }
            return true;
        }
        if self.acting.question.is_open() {
            self.acting.on_dialog_action(action, cx);
            return true;
        }
        if self.unfinished.dialog().is_some() {
            self.unfinished.on_action(action, cx);
            return true;
        }
        match action {
            Action::UnfinishedUploads => {
                if let Some(bucket) = self.current().map(|row| row.bucket.clone()) {
                    self.unfinished.open(&bucket, cx);
                }
            }
            Action::BucketSettings => {
                if let Some(bucket) = self.current().map(|row| row.bucket.clone()) {
                    cx.ask(Intent::ShowOverlay(OverlaySubject::Settings(bucket)));
                }
            }
            Action::Open => self.open_current(cx),
            Action::AddBucket => self.ask_name(),
            Action::Delete if self.forgets_current(cx.session) => self.forget_current(cx),
            _ => {
                let rows = cx.areas.rows(Pane::Buckets);
                if !self.list.on_action(action, self.len(), rows) {
                    let current = self.current().map(|row| row.bucket.clone());
                    return self.acting.on_action(action, current.as_ref(), cx);
                }
            }
        }
        true
    }

    fn on_text(&mut self, chord: Chord, cx: &mut Context<'_>) {
        if self.adding.is_open() {
            self.adding.on_text(chord, cx);
        } else {
            self.acting.on_dialog_text(chord, cx);
        }
    }

    fn on_paste(&mut self, text: &str, _: &mut Context<'_>) {
        if let Some(dialog) = self.dialog_mut() {
            dialog.on_paste(text);
        }
    }

    fn owns(&self, ticket: Ticket) -> bool {
        let acting = self.acting.question.owns(ticket);
        self.ticket == Some(ticket) || acting || self.unfinished.owns(ticket)
    }

    fn on_reply(&mut self, ticket: Ticket, reply: Reply, cx: &mut Context<'_>) {
        if self.unfinished.owns(ticket) {
            return self.unfinished.on_reply(ticket, reply, cx);
        }
        if self.ticket != Some(ticket) {
            return self.acting.on_reply(reply, cx);
        }
        self.ticket = None;
        match reply {
            Ok(Answer::Buckets(listed)) => self.on_listed(listed, cx),
            Err(error) => {
                if !error.is(&ErrorKind::AccessDenied) {
                    cx.ask(Intent::Log(error.clone()));
                }
                self.loading = BucketsLoading::Failed(error);
            }
            Ok(_) => {}
        }
        self.fit(cx);
    }

    fn is_waiting(&self) -> bool {
        self.is_loading() || self.acting.question.is_waiting()
    }

    fn waits_for(&self) -> Option<Ticket> {
        self.acting.question.waits_for()
    }

    fn under_way(&self) -> Option<String> {
        self.unfinished.under_way()
    }

    fn leave_work(&mut self, cx: &mut Context<'_>) -> bool {
        self.unfinished.leave_work(cx)
    }

    fn scroll(&mut self, by: isize, cx: &mut Context<'_>) {
        self.list.scroll(by, self.len(), cx.areas.rows(Pane::Buckets));
    }

    /// Opens the bucket that was clicked.
    fn click(&mut self, line: u16, _: bool, cx: &mut Context<'_>) {
        if let Some(position) = self.list.at_line(line, self.len()) {
            self.list.cursor = position;
            self.open_current(cx);
        }
    }

    fn fit(&mut self, cx: &Context<'_>) {
        self.list.fit(self.len(), cx.areas.rows(Pane::Buckets));
    }

    fn refresh(&mut self, cx: &mut Context<'_>) -> bool {
        self.load(cx);
        true
    }

    /// A bucket that was added by name is taken off the list alone.
    fn is_local(&self, action: Action, session: &Session) -> bool {
        action == Action::Delete && self.forgets_current(session)
    }

    fn disabled(&self, action: Action, _: &Session) -> Option<String> {
        let needs_row =
            matches!(action, Action::UnfinishedUploads | Action::BucketSettings | Action::Delete);
        (needs_row && self.current().is_none()).then(|| "there is no bucket here".to_owned())
    }

    fn stop(&mut self, cx: &mut Context<'_>) {
        if self.ticket.is_some() {
            cx.abandon(&mut self.ticket);
            self.loading = BucketsLoading::Stopped;
        }
    }

    /// The list is not waited for any more.
    fn step_back(&mut self, _: Pane, cx: &mut Context<'_>) -> bool {
        let waited = self.ticket.is_some();
        self.stop(cx);
        waited
    }
}

impl Buckets {
    /// Rows of the list: the buckets and, last, the one that adds by name.
    pub fn len(&self) -> usize {
        self.bucket_list.len() + 1
    }

    pub fn is_empty(&self) -> bool {
        false
    }

    /// The bucket under the cursor; `None` on the row that adds by name.
    pub fn current(&self) -> Option<&BucketRow> {
        self.bucket_list.rows().get(self.list.cursor)
    }

    /// Shows the buckets of the connection in use from the beginning.
    pub fn start(&mut self, cx: &mut Context<'_>) {
        cx.abandon(&mut self.ticket);
        *self = Buckets::default();
        self.bucket_list.take_known(&cx.session.known_buckets());
        if let Some(told) = cx.session.connection().unchecked_aloud() {
            cx.toast(Level::Problem, told);
        }
        self.load(cx);
    }

    /// Asks for the list.
    pub fn load(&mut self, cx: &mut Context<'_>) {
        cx.abandon(&mut self.ticket);
        self.ticket = Some(cx.request(StorageRequest::ListBuckets));
        self.loading = BucketsLoading::Loading;
    }

    /// Whether buckets or uploads are being listed.
    pub fn is_loading(&self) -> bool {
        self.ticket.is_some() || self.unfinished.is_waiting()
    }

    /// A bucket is open in the objects pane: the cursor goes to it.
    pub fn show_opened(&mut self, bucket: &Bucket) {
        self.bucket_list.ensure(bucket.clone()).gone = None;
        self.list.cursor = self.bucket_list.position(bucket).unwrap_or(self.list.cursor);
        self.opened = Some(bucket.clone());
    }

    /// Whether the bucket of the objects pane is known not to be there.
    pub fn opened_is_gone(&self) -> bool {
        let opened = self.opened.as_ref().and_then(|bucket| self.bucket_list.position(bucket));
        opened.is_some_and(|at| self.bucket_list.rows()[at].gone.is_some())
    }

    /// A request found that the bucket is not there; it stays with the reason until it is listed
    /// again.
    pub fn mark_gone(&mut self, bucket: &Bucket, error: Error) {
        self.bucket_list.ensure(bucket.clone()).gone = Some(error);
    }

    /// The bucket was made from here: the cursor goes to it.
    pub fn on_made(&mut self, bucket: &Bucket, cx: &mut Context<'_>) {
        self.list.cursor = self.bucket_list.put_made(bucket);
        self.load(cx);
    }

    /// The bucket was deleted from here: it goes from the list, and from what was added by name.
    pub fn on_deleted(&mut self, bucket: &Bucket, cx: &mut Context<'_>) {
        let before = self.bucket_list.position(bucket).is_some_and(|at| at < self.list.cursor);
        self.list.cursor -= usize::from(before);
        self.bucket_list.remove(bucket);
        if self.opened.as_ref() == Some(bucket) {
            self.opened = None;
        }
        if cx.session.remembers(bucket) {
            let connection = cx.session.name().clone();
            let bucket = KnownBucket::from(bucket.as_str());
            cx.ask(Intent::RememberBucket { bucket: bucket.clone(), known: false });
            cx.save(Preference::KnownBucket { connection, bucket, known: false });
        }
        self.load(cx);
    }

    fn on_listed(&mut self, listing: BucketListing, cx: &mut Context<'_>) {
        let current = self.current().map(|row| row.bucket.clone());
        let adding = self.current().is_none() && !self.bucket_list.is_empty();
        self.tell_unlisted(listing.unlisted, cx);
        self.bucket_list.take_listed(
            listing.entries,
            &cx.session.known_buckets(),
            self.opened.as_ref(),
        );
        self.loading = BucketsLoading::Ready;
        let position = current.and_then(|bucket| self.bucket_list.position(&bucket));
        self.list.cursor = match position {
            Some(position) => position,
            None if adding => self.bucket_list.len(),
            None => self.list.cursor,
        };
    }

    /// Says each jurisdiction that was not listed once, in the events: a token is often for one
    /// jurisdiction alone.
    fn tell_unlisted(&mut self, unlisted: Vec<(Jurisdiction, Error)>, cx: &mut Context<'_>) {
        for (jurisdiction, error) in &unlisted {
            if !self
                .unlisted
                .iter()
                .any(|(each, same)| each == jurisdiction && same.kind == error.kind)
            {
                cx.ask(Intent::LogQuietly(error.clone()));
            }
        }
        self.unlisted = unlisted;
    }

    fn open_current(&mut self, cx: &mut Context<'_>) {
        match self.current() {
            Some(row) => {
                let (bucket, prefix) = (row.bucket.clone(), row.prefix.clone());
                cx.ask(Intent::Open(Location::Prefix { bucket, prefix }));
            }
            None => self.ask_name(),
        }
    }

    fn ask_name(&mut self) {
        let asks = Asks::Place { connections: Vec::new(), here: None, objects: false };
        let hint = "A token for single buckets can use them but cannot list them";
        let prompt = Prompt::new("Add a bucket by name", hint, "", bucket_name).asking(asks);
        self.adding.ask(Dialog::Prompt(prompt), ());
    }

    fn on_named(&mut self, text: &str, cx: &mut Context<'_>) {
        let location = match Location::parse(text) {
            Ok(location) => location,
            Err(_) => Location::Prefix { bucket: Bucket::new(text.trim()), prefix: "".into() },
        };
        let Some(bucket) = location.bucket().cloned() else { return };
        let connection = cx.session.name().clone();
        let prefix = location.prefix();
        let known = self.bucket_list.ensure(bucket.clone());
        known.known = true;
        known.prefix = prefix.clone();
        let bucket = KnownBucket::starting_at(bucket, prefix);
        cx.ask(Intent::RememberBucket { bucket: bucket.clone(), known: true });
        cx.save(Preference::KnownBucket { connection, bucket, known: true });
        cx.ask(Intent::Open(location));
    }

    /// Whether the row is here only because it was added by name, or is gone.
    fn forgets_current(&self, session: &Session) -> bool {
        self.current().is_some_and(|row| {
            !row.listed && (session.remembers(&row.bucket) || row.gone.is_some())
        })
    }

    /// Takes a bucket that was added by name off the list; nothing is sent.
    fn forget_current(&mut self, cx: &mut Context<'_>) {
        let Some(bucket) = self.current().map(|row| row.bucket.clone()) else { return };
        let connection = cx.session.name().clone();
        self.bucket_list.remove(&bucket);
        cx.toast(Level::Done, format!("{bucket} was removed from the list; nothing was deleted"));
        let bucket = KnownBucket::from(bucket.as_str());
        cx.ask(Intent::RememberBucket { bucket: bucket.clone(), known: false });
        cx.save(Preference::KnownBucket { connection, bucket, known: false });
        self.fit(cx);
    }
}

/// What can be a bucket's name on any server, or an `s3://` location.
fn bucket_name(text: &str) -> Result<(), String> {
    match text.trim() {
        "" => Err(String::new()),
        "s3://" => Err("write s3://bucket/prefix/".to_owned()),
        name if name.starts_with("s3://") => Location::parse(name).map(|_| ()),
        name if arn::is_arn(name) => arn::split(name).map_or(Ok(()), |split| split.map(|_| ())),
        name if name.contains(|c: char| c == '/' || c.is_whitespace() || c.is_control()) => {
            Err("a bucket's name has no slash and no space".to_owned())
        }
        _ => Ok(()),
    }
}
