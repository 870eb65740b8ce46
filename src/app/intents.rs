//! Carries out what parts ask of one another.

use jiff::Timestamp;

use crate::app::context::{Context, Ending, Intent, SideTab};
use crate::app::dispatch::dispatch;
use crate::app::effect::Effect;
use crate::app::overlaid::show_overlay;
use crate::app::preference::Preference;
use crate::app::scope::Pane;
use crate::app::screens::Parts;
use crate::app::screens::side::following::FollowedState;
use crate::app::screens::subject::Subject;
use crate::app::state::{Asked, State};
use crate::app::tabbing::{mark_stale, tab, turn};
use crate::app::toasts::Level;
use crate::app::transfers::reach::{Shown, changes};
use crate::config::bookmarks::Bookmark;
use crate::config::connection::Connection;
use crate::domain::address::{Bucket, ConnectionName, Location};
use crate::domain::change::{BucketChange, KeyChange};
use crate::domain::error::Error;
use crate::domain::transfer::{JobId, TransferCommand};
use crate::domain::units::Count;

/// Performs every move, those that come of it included, and brings lists into their places.
pub fn perform(state: &mut State, now: Timestamp, asked: &mut Asked) {
    while !asked.intents.is_empty() {
        for each in std::mem::take(&mut asked.intents) {
            perform_one(state, now, each, asked);
        }
    }
    state.place();
    state.with(now, asked, |parts, cx| {
        for part in parts.all_mut() {
            part.fit(cx);
        }
    });
    follow(state, now, asked);
    if let Some(here) = state.here() {
        state.session.visit(here);
    }
}

/// The side pane goes where the cursor is.
fn follow(state: &mut State, now: Timestamp, asked: &mut Asked) {
    let attended = matches!(state.focus, Pane::Objects | Pane::Side);
    state.with(now, asked, |parts, cx| {
        parts.objects.browse.watch_on(cx);
        let browse = &parts.objects.browse;
        let (under, place) = (browse.current_subject(), browse.place());
        let shown = !cx.areas.pane(Pane::Side).is_empty();
        parts.side.follow(FollowedState { under, place, shown, attended }, cx);
    });
    state.with(now, asked, Parts::complete);
}

/// Lets `act` happen in the tab at `at` as if it were on screen; what it asks for is done there.
pub fn behind(
    state: &mut State,
    now: Timestamp,
    at: usize,
    asked: &mut Asked,
    act: impl FnOnce(&mut State, &mut Asked),
) {
    let here = state.tabs.current();
    turn(state, at);
    act(state, asked);
    perform(state, now, asked);
    turn(state, here);
}

fn perform_one(state: &mut State, now: Timestamp, each: Intent, asked: &mut Asked) {
    match each {
        Intent::Open(location) => open(state, now, location, asked),
        Intent::GoBack(last) => {
            state.session.last = None;
            connect(state, now, &last.connection, asked);
            open(state, now, last.location(), asked);
        }
        Intent::GoToBookmark(bookmark) => go_to_bookmark(state, now, &bookmark, asked),
        Intent::KeepBookmark { bookmark, kept } => {
            state.session.keep_bookmark(&bookmark, kept);
            asked.effects.push(Effect::Save(Preference::Bookmark { bookmark, kept }));
        }
        Intent::Focus(pane) => state.focus = pane,
        Intent::GoTo(address) => {
            state.with(now, asked, |parts, cx| parts.places.go(&address, cx));
        }
        Intent::EnterConnection(text) => {
            state.with(now, asked, |parts, cx| parts.connecting.enter(&text, cx));
        }
        Intent::Show { tab, subject } if is_shown(state, tab, &subject) => {
            asked.intents.push(Intent::CloseSide);
        }
        Intent::Show { tab, subject } => {
            state.with(now, asked, |parts, cx| parts.side.show(tab, subject, cx));
            state.place();
            if state.areas.pane(Pane::Side).is_empty() {
                state.focus = Pane::Side;
            }
        }
        Intent::ActOn { action, subject } => {
            state.with(now, asked, |parts, cx| parts.objects.on_action_of(action, &subject, cx));
        }
        Intent::ActOnRows { action, rows } => {
            state.with(now, asked, |parts, cx| parts.objects.on_action_of_rows(action, rows, cx));
        }
        Intent::ShowSizes { bucket, prefix, marked } => {
            let place = (bucket, prefix);
            state.with(now, asked, |parts, cx| parts.sizes.open(place, marked, cx));
        }
        Intent::LookInto(subject) => look_into(state, now, subject, asked),
        Intent::Index { bucket, prefix } => {
            state.with(now, asked, |parts, cx| parts.indexing.make(bucket, prefix, cx));
        }
        Intent::CloseSide => {
            state.with(now, asked, |parts, cx| parts.side.close(cx));
            if state.focus == Pane::Side {
                state.focus = Pane::Objects;
            }
        }
        Intent::CloseOverlay => state.parts.overlay = None,
        Intent::CloseHelp => state.parts.help = None,
        Intent::ShowOverlay(subject) => show_overlay(state, now, subject, asked),
        Intent::Tab(which) => tab(state, now, which, asked),
        Intent::Connect(name) => connect(state, now, &name, asked),
        Intent::EditConnection(name) => {
            state.with(now, asked, |parts, cx| parts.connecting.change(&name, cx));
        }
        Intent::RemoveConnection(name) => {
            state.with(now, asked, |parts, cx| {
                let needing = parts.transfers.queue.needing(&name).count();
                parts.connecting.ask_remove(&name, needing, cx);
            });
        }
        Intent::PutConnection { connection, replaced } => {
            put_connection(state, now, *connection, replaced.as_ref(), asked);
        }
        Intent::DropConnection(name) => drop_connection(state, now, &name, asked),
        Intent::Toast { level, text } => {
            if level != Level::Note {
                state.log.note(now, level, text.clone());
            }
            state.toasts.add(now, level, text);
        }
        Intent::Copy { text, what, note } => {
            state.clipboard.sends(what, note);
            asked.effects.push(Effect::Copy(text));
        }
        Intent::ShowText(shown) => state.shown = Some(shown),
        Intent::Log(error) => log(state, now, error),
        Intent::LogQuietly(error) => state.log.error(now, error),
        Intent::RememberBucket { bucket, known } => state.session.remember_bucket(bucket, known),
        Intent::KnowDomain { bucket, domain } => state.session.know_domain(&bucket, domain),
        Intent::KnowAccess { bucket, access, kept } => {
            state.session.know_access(bucket, access, kept);
            // Transfers go on with it.
            let (from, to) = (state.session.name().clone(), state.session.name().clone());
            asked.effects.push(Effect::Transfer(TransferCommand::Reconnect { from, to }));
        }
        Intent::KnowUploads { connection, bucket, attributes } => {
            state.session.settings.remember(&connection, &bucket, attributes);
        }
        Intent::KnowStored { bucket, prefix, stored } => {
            state.session.know_stored(bucket, prefix, now, stored);
        }
        Intent::KnowPublicity { bucket, publicity } => {
            state.session.know_publicity(bucket, publicity);
            state.with(now, asked, |parts, cx| parts.objects.acting.refresh_links(cx.session));
        }
        Intent::KnowVersioning { bucket, versioning } => {
            state.session.know_versioning(bucket, versioning);
            state.with(now, asked, |parts, cx| parts.objects.acting.know_versioning(cx));
        }
        Intent::RememberDownloadFolder(folder) => {
            state.session.download_folder = Some(folder.clone());
            asked.effects.push(Effect::Save(Preference::DownloadFolder(folder)));
        }
        Intent::Run(action) => dispatch(state, now, action, asked),
        Intent::Leave(way) => {
            state.with(now, asked, |parts, cx| {
                parts.places.leave(way, &parts.transfers.queue, cx);
            });
        }
        Intent::Quit => asked.effects.push(Effect::Quit),
        Intent::Made { bucket, change } => made(state, now, &bucket, change, asked),
        Intent::Learned { bucket, change } => learned(state, now, bucket, change, asked),
        Intent::EmptyBucket(bucket) => {
            state.with(now, asked, |parts, cx| parts.transfers.empty(bucket, cx));
        }
        Intent::RefreshObjects => {
            state.with(now, asked, |parts, cx| parts.objects.browse.refresh(cx));
        }
        Intent::ShowUploads(bucket) => {
            state.with(now, asked, |parts, cx| parts.buckets.unfinished.open(&bucket, cx));
        }
        Intent::ShowVersions(of) => {
            state.with(now, asked, |parts, cx| parts.versions.open(of, cx));
        }
        Intent::Settled(ending) => settled(state, now, &ending, asked),
        Intent::RefreshBuckets
        | Intent::BucketGone { .. }
        | Intent::BucketDeleted(_)
        | Intent::BucketMade(_) => {
            mark_stale(state);
            state.with(now, asked, |parts, cx| tell(parts, cx, each));
        }
    }
}

/// Whether the side pane shows just this on screen: asking for it again closes it.
fn is_shown(state: &State, tab: SideTab, subject: &Subject) -> bool {
    !state.areas.pane(Pane::Side).is_empty() && state.parts.side.shows(tab, subject)
}

/// The keys go to the object under the cursor: into the column that shows it, or to a preview in
/// place of the list.
fn look_into(state: &mut State, now: Timestamp, subject: Subject, asked: &mut Asked) {
    let tab = state.parts.side.tab().unwrap_or_default();
    if is_shown(state, tab, &subject) {
        state.focus = Pane::Side;
    } else {
        let tab = SideTab::Preview;
        perform_one(state, now, Intent::Show { tab, subject }, asked);
    }
}

/// News about storage for the parts that show it.
fn tell(parts: &mut Parts, cx: &mut Context<'_>, news: Intent) {
    match news {
        Intent::RefreshBuckets => parts.buckets.load(cx),
        Intent::BucketMade(bucket) => parts.buckets.on_made(&bucket, cx),
        Intent::BucketGone { bucket, error } => parts.buckets.mark_gone(&bucket, error),
        Intent::BucketDeleted(bucket) => {
            let here = parts.objects.browse.place();
            if here.is_some_and(|place| place.bucket == bucket) {
                parts.objects.browse.close(cx);
            }
            parts.buckets.on_deleted(&bucket, cx);
        }
        _ => {}
    }
}

/// Brings what jobs have stored and deleted into every listing of it, on screen or not.
pub fn on_changes(state: &mut State, now: Timestamp, changes: &[BucketChange], asked: &mut Asked) {
    for change in changes {
        in_every_tab(state, now, &change.connection, asked, |parts, cx| {
            parts.objects.browse.on_changed(change, cx);
        });
    }
}

/// As [`on_changes`]; on screen the cursor goes to it.
fn made(state: &mut State, now: Timestamp, bucket: &Bucket, change: KeyChange, asked: &mut Asked) {
    state.with(now, asked, |parts, cx| parts.objects.browse.on_made(bucket, &change, cx));
    learned(state, now, bucket.clone(), change, asked);
}

/// As [`on_changes`], of one key.
fn learned(
    state: &mut State,
    now: Timestamp,
    bucket: Bucket,
    change: KeyChange,
    asked: &mut Asked,
) {
    let connection = state.session.name().clone();
    on_changes(state, now, &[BucketChange { connection, bucket, keys: vec![change] }], asked);
}

/// What a job leaves open is found out by those who show it.
fn settled(state: &mut State, now: Timestamp, ending: &Ending, asked: &mut Asked) {
    let other = ending.spec.other_connection();
    for connection in std::iter::once(&ending.spec.connection).chain(other) {
        in_every_tab(state, now, connection, asked, |parts, cx| {
            parts.side.on_settled(&ending.spec, cx);
            if ending.done {
                parts.sizes.on_settled(&ending.spec);
            }
            let Some(place) = parts.objects.browse.place() else { return };
            let shown = Shown { connection, bucket: &place.bucket, prefix: &place.prefix };
            if changes(&ending.spec, shown) && !parts.transfers.queue.will_change(shown) {
                parts.objects.browse.on_settled(ending, cx);
            }
        });
    }
}

/// Lets `act` happen in each tab of a connection.
fn in_every_tab(
    state: &mut State,
    now: Timestamp,
    connection: &ConnectionName,
    asked: &mut Asked,
    act: impl Fn(&mut Parts, &mut Context<'_>),
) {
    if state.session.name() == connection {
        state.with(now, asked, |parts, cx| act(parts, cx));
    }
    let tabs = state.tabs.others().filter(|(_, tab)| tab.connection == *connection);
    let places: Vec<usize> = tabs.map(|(at, _)| at).collect();
    for at in places {
        behind(state, now, at, asked, |state, asked| {
            state.with(now, asked, |parts, cx| act(parts, cx));
        });
    }
}

fn open(state: &mut State, now: Timestamp, location: Location, asked: &mut Asked) {
    state.focus = if location == Location::Root { Pane::Buckets } else { Pane::Objects };
    state.with(now, asked, |parts, cx| {
        if let Some(bucket) = location.bucket() {
            parts.buckets.show_opened(bucket);
        }
        match location {
            Location::Root => {}
            Location::Prefix { bucket, prefix } => parts.objects.browse.open(bucket, prefix, cx),
            Location::Object { bucket, key } => parts.objects.browse.open_at(bucket, &key, cx),
        }
    });
}

fn go_to_bookmark(state: &mut State, now: Timestamp, to: &Bookmark, asked: &mut Asked) {
    if !state.session.connections.iter().any(|each| each.name == to.connection) {
        let text = format!("there is no connection {} any more", to.connection);
        return asked.intents.push(Intent::Toast { level: Level::Note, text });
    }
    connect(state, now, &to.connection, asked);
    open(state, now, to.location(), asked);
    if let Some(search) = to.search.clone() {
        state.with(now, asked, |parts, cx| parts.objects.browse.search(search, cx));
    }
}

/// Starts over with another connection; transfers go on.
fn connect(state: &mut State, now: Timestamp, name: &ConnectionName, asked: &mut Asked) {
    if state.session.name() != name {
        connect_anew(state, now, name, asked);
    }
}

fn connect_anew(state: &mut State, now: Timestamp, name: &ConnectionName, asked: &mut Asked) {
    state.drop_requests(now, asked);
    if state.session.change_to(name) {
        state.with(now, asked, |parts, cx| parts.buckets.start(cx));
        state.focus = Pane::Buckets;
    }
}

/// A saved connection is opened; what is kept under its name goes with it to its new name.
fn put_connection(
    state: &mut State,
    now: Timestamp,
    connection: Connection,
    replaced: Option<&ConnectionName>,
    asked: &mut Asked,
) {
    let name = connection.name.clone();
    if let Some(old) = replaced.filter(|old| **old != name) {
        let (from, to) = (old.clone(), name.clone());
        asked.effects.push(Effect::Save(Preference::ConnectionRenamed { from, to }));
    }
    let from = replaced.unwrap_or(&name).clone();
    state.tabs.rename(&from, &name);
    let reconnect = TransferCommand::Reconnect { from: from.clone(), to: name.clone() };
    asked.effects.push(Effect::Transfer(reconnect));
    let before = state.session.connections.iter().find(|known| known.name == from);
    let leads = |connection| state.session.with_server(connection);
    if before.is_some_and(|before| !leads(before).leads_where(&leads(&connection))) {
        pause_all_of(state, now, &from, asked);
    }
    state.session.put(connection, replaced);
    connect_anew(state, now, &name, asked);
}

/// What was agreed to for one server is not done on another without being asked again.
fn pause_all_of(state: &mut State, now: Timestamp, name: &ConnectionName, asked: &mut Asked) {
    let needing: Vec<_> =
        state.parts.transfers.queue.needing(name).map(|job| job.view.id).collect();
    if needing.is_empty() {
        return;
    }
    let pause = |id: &JobId| Effect::Transfer(TransferCommand::Pause(*id));
    asked.effects.extend(needing.iter().map(pause));
    let count = Count(needing.len() as u64);
    let text = format!("{count} of its transfers paused: it leads to another server now");
    state.toasts.add(now, Level::Note, text);
}

/// Jobs that need it wait for one of its name. Where the one in use is gone, the first of the
/// others is opened; where none is left that could be, the question what to connect to.
fn drop_connection(state: &mut State, now: Timestamp, name: &ConnectionName, asked: &mut Asked) {
    let in_use = state.session.name() == name;
    let needing = state.parts.transfers.queue.needing(name).map(|job| job.view.id);
    let pause = needing.map(|id| Effect::Transfer(TransferCommand::Pause(id)));
    // The engine forgets the keys, too.
    let (from, to) = (name.clone(), name.clone());
    asked.effects.push(Effect::Transfer(TransferCommand::Reconnect { from, to }));
    asked.effects.extend(pause);
    for bucket in state.session.remembered(name) {
        let connection = name.clone();
        let forgotten = Preference::KnownBucket { connection, bucket, known: false };
        asked.effects.push(Effect::Save(forgotten));
    }
    state.tabs.close_of(name);
    state.session.remove(name);
    if state.session.keyless && state.session.connections.iter().all(Connection::is_unsaid) {
        state.drop_requests(now, asked);
        return state.with(now, asked, |parts, cx| parts.connecting.welcome(cx));
    }
    if in_use {
        let next = state.session.name().clone();
        connect_anew(state, now, &next, asked);
    }
}

fn log(state: &mut State, now: Timestamp, error: Error) {
    let renewed_by = error.renewed_by().map(|remedy| state.session.say(&remedy));
    let renewed_by = renewed_by.map_or_else(String::new, |said| format!(": {said}"));
    state.toasts.add_error(now, format!("{error}{renewed_by}"));
    state.log.error(now, error);
}
