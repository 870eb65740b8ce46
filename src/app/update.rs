//! Routes each event to the part that it is for.

use jiff::{SignedDuration, Timestamp};

use crate::app::chord::{Chord, KeyCode};
use crate::app::context::Intent;
use crate::app::dispatch::dispatch;
use crate::app::effect::Effect;
use crate::app::event::{ClipboardOutcome, Event, Reply, Ticket};
use crate::app::intents::{behind, on_changes, perform};
use crate::app::keymap::Resolved;
use crate::app::layout::WindowSize;
use crate::app::mouse::on_mouse;
use crate::app::overlaid::follow_log;
use crate::app::part::Part;
use crate::app::pasting::on_pasted;
use crate::app::scope::Pane;
use crate::app::screens::transfers::place::on_revealed;
use crate::app::state::{Asked, State};
use crate::app::toasts::Level;
use crate::app::unsaved::on_not_saved;
use crate::domain::address::ConnectionName;
use crate::domain::error::ErrorKind;
use crate::domain::transfer_event::TransferEvent;

/// What an event makes of the state, and what the shell shall do.
pub fn update(state: &mut State, now: Timestamp, event: Event) -> Vec<Effect> {
    let mut asked = Asked::default();
    let answered = match &event {
        Event::Reply { ticket, .. } => Some(*ticket),
        _ => None,
    };
    state.now = now;
    state.toasts.expire(now);
    let rested = state.under_way().is_none();
    match event {
        Event::Key(chord) => on_key(state, now, chord, &mut asked),
        Event::Mouse(mouse) => on_mouse(state, now, mouse, &mut asked),
        Event::Paste(text) => on_paste(state, now, &text, &mut asked),
        Event::Resized { width, height } => state.size = WindowSize { width, height },
        Event::Reply { ticket, connection, reply } => {
            on_reply(state, now, ticket, (connection, reply), &mut asked);
        }
        Event::Transfer(TransferEvent::Warned(error)) => asked.intents.push(Intent::Log(error)),
        Event::Transfer(TransferEvent::StorageChanged(changes)) => {
            on_changes(state, now, &changes, &mut asked);
        }
        Event::Transfer(event) => {
            let focused = state.focus == Pane::Transfers;
            state.with(now, &mut asked, |parts, cx| {
                parts.transfers.on_news(event, focused, cx);
                parts.places.follow(&parts.transfers.queue, cx);
            });
        }
        Event::Metered { connection, usage } => state.usage.on_metered(connection, usage),
        Event::Refusal { server, news } => {
            let preference = state.session.on_refusal(server, news, now);
            asked.effects.extend(preference.map(Effect::Save));
        }
        Event::Identified { connection, identity } => state.session.identify(connection, identity),
        Event::Clipboard(outcome) => on_clipboard(state, now, outcome),
        Event::Revealed(revealed) => {
            state.with(now, &mut asked, |_, cx| on_revealed(&revealed, cx));
        }
        Event::NoBrowser(url) => state.with(now, &mut asked, |_, cx| {
            let text = "no web browser can be opened from here: the link is copied instead";
            cx.toast(Level::Note, text);
            cx.ask(Intent::Copy { text: url, what: "link".to_owned(), note: String::new() });
        }),
        Event::NotSaved { preference, error } => on_not_saved(state, now, preference, error),
        Event::Resumed => asked.effects.push(Effect::Redraw),
        Event::Tick => state.parts.transfers.on_tick(now),
    }
    perform(state, now, &mut asked);
    watch_behind(state, now, &mut asked);
    tell_left(state, now, answered);
    if rested && state.under_way().is_some() {
        // What just began is seen, whatever was said before it.
        state.toasts.end_before(now);
    }
    follow_log(state);
    asked.effects
}

/// Says what may have been changed by requests that nobody waits for any more, save the one that
/// was `answered`.
fn tell_left(state: &mut State, now: Timestamp, answered: Option<Ticket>) {
    for change in state.take_left_changes(answered) {
        let text = change.left(&state.session);
        state.log.note(now, Level::Ended, text.clone());
        state.toasts.add(now, Level::Ended, text);
    }
}

/// Watches in tabs that are not on screen go on.
fn watch_behind(state: &mut State, now: Timestamp, asked: &mut Asked) {
    let others = state.tabs.others();
    let due = others.filter(|(_, tab)| tab.parts.objects.browse.is_watch_due(now));
    let due: Vec<usize> = due.map(|(at, _)| at).collect();
    for at in due {
        behind(state, now, at, asked, |_, _| ());
    }
}

fn on_key(state: &mut State, now: Timestamp, chord: Chord, asked: &mut Asked) {
    if state.leaves_at_once(chord) {
        return asked.effects.push(Effect::Quit);
    }
    if types_on(state, now, chord) {
        return;
    }
    let pending = std::mem::take(&mut state.pending);
    if state.keyboard().is_some_and(|part| part.has_letter(chord)) {
        return on_text(state, now, chord, asked);
    }
    match state.session.keymap.resolve(state.scopes(), &pending, chord) {
        Resolved::Action(action) => dispatch(state, now, action, asked),
        Resolved::Pending => {
            state.pending = pending;
            state.pending.push(chord);
        }
        Resolved::Unbound if pending.is_empty() => on_text(state, now, chord, asked),
        Resolved::Unbound => {}
    }
}

/// In the middle of a word each letter comes so soon after the one before.
const TYPING: SignedDuration = SignedDuration::from_millis(400);

/// Whether a key is part of a text that somebody types at a question without seeing it. A letter
/// that is no answer shows that; those that follow it at once, and Enter, are no answers either.
fn types_on(state: &mut State, now: Timestamp, chord: Chord) -> bool {
    let bound = state.session.keymap.resolve(state.scopes(), &[], chord) != Resolved::Unbound;
    let dialog = state.keyboard().and_then(Part::dialog);
    let Some(question) = dialog.filter(|dialog| dialog.is_question()) else {
        state.stray = None;
        return false;
    };
    let known = question.knows_letter(chord, bound);
    let follows = state.stray.is_some_and(|at| now.duration_since(at) < TYPING);
    let typed = known == Some(false) || (follows && (known.is_some() || is_enter(chord)));
    state.stray = typed.then_some(now);
    typed
}

fn is_enter(chord: Chord) -> bool {
    chord.key == KeyCode::Enter
}

fn on_text(state: &mut State, now: Timestamp, chord: Chord, asked: &mut Asked) {
    let focus = state.focus;
    state.with(now, asked, |parts, cx| {
        if let Some(part) = parts.keyboard_mut(focus) {
            part.on_text(chord, cx);
        }
    });
}

fn on_paste(state: &mut State, now: Timestamp, text: &str, asked: &mut Asked) {
    let focus = state.focus;
    if !state.keyboard().is_some_and(Part::takes_paste) {
        return on_pasted(state, now, text, asked);
    }
    state.with(now, asked, |parts, cx| {
        if let Some(part) = parts.keyboard_mut(focus) {
            part.on_paste(text, cx);
        }
    });
}

/// A reply whose ticket nobody waits for is late and is dropped.
fn on_reply(
    state: &mut State,
    now: Timestamp,
    ticket: Ticket,
    reply: (ConnectionName, Reply),
    asked: &mut Asked,
) {
    match state.tabs.owner(ticket) {
        None => give(state, now, ticket, reply, asked),
        Some(at) => behind(state, now, at, asked, |state, asked| {
            give(state, now, ticket, reply, asked);
        }),
    }
}

/// A code that was wanted is asked for here, whatever was asked.
fn give(
    state: &mut State,
    now: Timestamp,
    ticket: Ticket,
    (connection, reply): (ConnectionName, Reply),
    asked: &mut Asked,
) {
    let wanted = reply.as_ref().err().filter(|error| error.is(&ErrorKind::CodeWanted));
    let device = wanted.map(|error| error.detail.clone());
    state.with(now, asked, |parts, cx| {
        let Some(part) = parts.owner_mut(ticket) else { return };
        part.on_reply(ticket, reply, cx);
        parts.complete(cx);
        if let Some(device) = device {
            parts.connecting.want_code(connection, device);
        }
    });
}

fn on_clipboard(state: &mut State, now: Timestamp, outcome: ClipboardOutcome) {
    let (level, text) = state.clipboard.on_outcome(outcome);
    state.toasts.add(now, level, text);
}
