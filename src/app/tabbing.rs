//! Opens and closes tabs, and turns to them.

use jiff::Timestamp;

use crate::app::context::{Intent, TabMove};
use crate::app::screens::Parts;
use crate::app::state::{Asked, State};
use crate::app::tabs::Tab;
use crate::app::toasts::Level;
use crate::domain::address::Location;

pub fn tab(state: &mut State, now: Timestamp, which: TabMove, asked: &mut Asked) {
    let (here, count) = (state.tabs.current(), state.tabs.count());
    match which {
        TabMove::Open => open(state, now, asked),
        TabMove::Next => show(state, now, (here + 1) % count, asked),
        TabMove::Previous => show(state, now, (here + count - 1) % count, asked),
        TabMove::To(at) => {
            if at < count && at != here {
                show(state, now, at, asked);
            }
        }
        TabMove::Close => close(state, now, asked),
    }
}

/// What other tabs show may not be so any more after this.
pub fn mark_stale(state: &mut State) {
    let connection = state.session.name();
    let stale = |tab: &&mut Tab| tab.connection == *connection;
    state.tabs.others_mut().filter(stale).for_each(|tab| tab.stale = true);
}

/// The same place in a tab of its own.
fn open(state: &mut State, now: Timestamp, asked: &mut Asked) {
    let location = state.parts.objects.browse.location();
    let side = state.parts.side.like();
    state.parts.objects.browse.on_watch_read();
    let shown = put_away(state);
    state.parts.side = side;
    state.tabs.put_before(shown);
    note_places(state);
    state.with(now, asked, |parts, cx| parts.buckets.start(cx));
    asked.intents.push(Intent::Open(location));
    let text = format!("tab {} of {}", state.tabs.current() + 1, state.tabs.count());
    asked.intents.push(Intent::Toast { level: Level::Note, text });
}

fn show(state: &mut State, now: Timestamp, at: usize, asked: &mut Asked) {
    state.parts.objects.browse.on_watch_read();
    let stale = turn(state, at);
    shown(state, now, stale, asked);
}

fn shown(state: &mut State, now: Timestamp, stale: bool, asked: &mut Asked) {
    note_places(state);
    if stale {
        state.with(now, asked, |parts, cx| {
            parts.buckets.load(cx);
            parts.objects.browse.refresh(cx);
        });
    }
}

fn close(state: &mut State, now: Timestamp, asked: &mut Asked) {
    let Some(next) = state.tabs.take_next() else { return };
    state.drop_requests(now, asked);
    let stale = next.stale;
    bring_out(state, next);
    shown(state, now, stale, asked);
}

/// Exchanges what is on screen. Whether what is there now was changed meanwhile.
pub fn turn(state: &mut State, at: usize) -> bool {
    let shown = put_away(state);
    let tab = state.tabs.exchange(shown, at);
    let stale = tab.stale;
    bring_out(state, tab);
    stale
}

fn put_away(state: &mut State) -> Tab {
    let mut parts = Parts::default();
    state.parts.exchange_tab(&mut parts);
    let connection = state.session.name().clone();
    Tab { connection, parts, focus: state.focus, zoomed: state.zoomed, stale: false }
}

fn bring_out(state: &mut State, mut tab: Tab) {
    state.session.change_to(&tab.connection);
    state.parts.exchange_tab(&mut tab.parts);
    (state.focus, state.zoomed) = (tab.focus, tab.zoomed);
}

/// Tells the parts what is open in other tabs: copies are offered to go there.
fn note_places(state: &mut State) {
    let place = |(_, tab): (usize, &Tab)| {
        let location = tab.parts.objects.browse.location();
        (location != Location::Root).then(|| (tab.connection.clone(), location))
    };
    state.session.beside = state.tabs.others().filter_map(place).collect();
}
