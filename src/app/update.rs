//! The router: decides whose event it is, and nothing else.

use jiff::{SignedDuration, Timestamp};

use crate::app::chord::{Chord, KeyCode};
use crate::app::context::Intent;
use crate::app::dispatch::dispatch;
use crate::app::effect::{Effect, Preference};
use crate::app::event::{ClipboardOutcome, Event, Reply, Ticket};
use crate::app::intents::{behind, on_changes, perform};
use crate::app::keymap::Resolved;
use crate::app::layout::{Pane, Size};
use crate::app::mouse::on_mouse;
use crate::app::overlaid::{follow_log, on_overlay_text};
use crate::app::overlays::overlay::Overlay;
use crate::app::pasting::{is_read, on_pasted};
use crate::app::screens::transfers::place::on_revealed;
use crate::app::state::{Asked, Keyboard, State};
use crate::domain::address::ConnectionName;
use crate::domain::error::Error;
use crate::domain::transfer::TransferEvent;

/// What an event makes of the state, and what the shell shall do.
pub fn update(state: &mut State, now: Timestamp, event: Event) -> Vec<Effect> {
    let mut asked = Asked::default();
    state.now = now;
    state.toasts.expire(now);
    match event {
        Event::Key(chord) => on_key(state, now, chord, &mut asked),
        Event::Mouse(mouse) => on_mouse(state, now, mouse, &mut asked),
        Event::Paste(text) => on_paste(state, now, &text, &mut asked),
        Event::Resized { width, height } => state.size = Size { width, height },
        Event::Reply { ticket, reply } => on_reply(state, now, ticket, reply, &mut asked),
        Event::Transfer(TransferEvent::Warned(error)) => asked.moves.push(Intent::Log(error)),
        Event::Transfer(TransferEvent::Refused { connection, error }) => {
            learn(state, now, &connection, &error, &mut asked);
        }
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
        Event::Identified { connection, identity } => state.session.identify(connection, identity),
        Event::Clipboard(outcome) => on_clipboard(state, now, outcome),
        Event::Revealed(revealed) => {
            state.with(now, &mut asked, |_, cx| on_revealed(&revealed, cx));
        }
        Event::Resumed => asked.effects.push(Effect::Redraw),
        Event::Tick => state.transfers.on_tick(now),
    }
    perform(state, now, &mut asked);
    follow_log(state);
    asked.effects
}

fn on_key(state: &mut State, now: Timestamp, chord: Chord, asked: &mut Asked) {
    if state.leaves_at_once(chord) {
        return asked.effects.push(Effect::Quit);
    }
    if types_on(state, now, chord) {
        return;
    }
    let pending = std::mem::take(&mut state.pending);
    if state.overlay.is_none() && state.dialog().is_some_and(|dialog| dialog.has_letter(chord)) {
        return on_text(state, now, chord, asked);
    }
    match state.keymap.resolve(state.scopes(), &pending, chord) {
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
    let bound = state.keymap.resolve(state.scopes(), &[], chord) != Resolved::Unbound;
    let question = state.dialog().filter(|dialog| state.overlay.is_none() && dialog.is_question());
    let Some(question) = question else {
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
    let keyboard = state.keyboard();
    if keyboard == Keyboard::Overlay {
        return on_overlay_text(state, now, chord, asked);
    }
    state.with(now, asked, |parts, cx| match keyboard {
        Keyboard::Connecting => parts.connecting.on_text(chord, cx),
        Keyboard::Places => parts.places.on_text(chord, &parts.transfers.queue, cx),
        Keyboard::Buckets => parts.buckets.on_text(chord, cx),
        Keyboard::Objects => parts.objects.on_text(chord, cx),
        Keyboard::Transfers => parts.transfers.on_text(chord, cx),
        Keyboard::Side | Keyboard::Overlay => {}
    });
}

fn on_paste(state: &mut State, now: Timestamp, text: &str, asked: &mut Asked) {
    match &mut state.overlay {
        Some(overlay) if is_read(overlay) => return on_pasted(state, now, text, asked),
        Some(overlay) => return overlay.on_paste(text),
        None => {}
    }
    let typing = state.objects.browse.typing.is_some() || state.connecting.is_open();
    if state.dialog().is_none() && !typing {
        return on_pasted(state, now, text, asked);
    }
    let keyboard = state.keyboard();
    state.with(now, asked, |parts, cx| match keyboard {
        Keyboard::Connecting => parts.connecting.on_paste(text, cx),
        Keyboard::Places => parts.places.on_paste(text),
        Keyboard::Buckets => parts.buckets.on_paste(text, cx),
        Keyboard::Transfers => parts.transfers.on_paste(text),
        Keyboard::Objects | Keyboard::Side | Keyboard::Overlay => parts.objects.on_paste(text, cx),
    });
}

/// A reply whose ticket nobody waits for is late and is dropped.
fn on_reply(state: &mut State, now: Timestamp, ticket: Ticket, reply: Reply, asked: &mut Asked) {
    if let Some(Overlay::Doctor(doctor)) = &mut state.overlay
        && doctor.owns(ticket)
    {
        return doctor.on_reply(reply);
    }
    match state.tabs.owner(ticket) {
        None => give(state, now, ticket, reply, asked),
        Some(at) => behind(state, now, at, asked, |state, asked| {
            give(state, now, ticket, reply, asked);
        }),
    }
}

/// What a server refused in the name of a connection; kept beyond this session where it is worth
/// that.
fn learn(
    state: &mut State,
    now: Timestamp,
    name: &ConnectionName,
    error: &Error,
    asked: &mut Asked,
) {
    let learned = state.session.learn(name, error, now);
    let save = |refused| Effect::Save(Preference::Refused(refused));
    asked.effects.extend(learned.map(save));
}

fn give(state: &mut State, now: Timestamp, ticket: Ticket, reply: Reply, asked: &mut Asked) {
    if let Some(error) = reply.refusal() {
        let name = state.session.name().clone();
        learn(state, now, &name, error, asked);
    }
    let device = reply.wanted_code().map(str::to_owned);
    state.with(now, asked, |mut parts, cx| {
        if parts.completing.owns(ticket) {
            parts.on_completed(reply, cx);
        } else if parts.connecting.owns(ticket) {
            parts.connecting.on_reply(ticket, reply, cx);
        } else if parts.buckets.owns(ticket) {
            parts.buckets.on_reply(ticket, reply, cx);
        } else if parts.objects.owns(ticket) {
            parts.objects.on_reply(ticket, reply, cx);
        } else if parts.transfers.owns(ticket) {
            parts.transfers.on_reply(ticket, reply, cx);
        } else if parts.side.owns(ticket) {
            parts.side.on_reply(reply, cx);
        }
        if let Some(device) = device {
            parts.connecting.want_code(device, cx);
        }
    });
}

fn on_clipboard(state: &mut State, now: Timestamp, outcome: ClipboardOutcome) {
    let (level, text) = state.clipboard.on_outcome(outcome);
    state.toasts.add(now, level, text);
}
