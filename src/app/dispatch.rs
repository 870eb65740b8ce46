//! Gives an action to the part that it is about.

use jiff::Timestamp;

use crate::app::action::Action;
use crate::app::context::{Context, Intent, TabMove};
use crate::app::effect::Effect;
use crate::app::overlaid::{open_help, open_overlay};
use crate::app::overlay_subject::OverlaySubject;
use crate::app::part::Part;
use crate::app::scope::{Pane, Scope};
use crate::app::screens::Parts;
use crate::app::state::{Asked, State};
use crate::app::toasts::Level;
use crate::domain::error::Error;
use crate::domain::error::report::report;

/// The errors of one sheet that are copied.
const MOST_ERRORS: usize = 20;

/// Performs an action, or says why it cannot be done.
pub fn dispatch(state: &mut State, now: Timestamp, action: Action, asked: &mut Asked) {
    match action {
        Action::Suspend => return asked.effects.push(Effect::Suspend),
        Action::Redraw => return asked.effects.push(Effect::Redraw),
        Action::Help if state.parts.help.is_none() => return open_help(state),
        Action::Yes if copy_errors(state, asked) => return,
        _ => {}
    }
    if !action.spec().works_in(Scope::List) {
        state.toasts.end_notes();
    }
    if state.shown.take().is_some() && action == Action::StepBack {
        return;
    }
    let asks = state.keyboard().is_some_and(Part::takes_keys);
    if let Some(reason) = state.refused(action) {
        let text = format!("{}: {reason}", action.spec().title);
        return asked.intents.push(Intent::Toast { level: Level::Note, text });
    }
    let focus = state.focus;
    let known = state.with(now, asked, |parts, cx| {
        parts.keyboard_mut(focus).is_some_and(|part| part.on_action(action, cx))
    });
    if !known && !asks {
        to_window(state, now, action, asked);
    }
}

/// Puts the errors that are read on the clipboard; `false` where none are.
fn copy_errors(state: &State, asked: &mut Asked) -> bool {
    let Some(details) = state.keyboard().and_then(Part::details) else { return false };
    let errors: Vec<&Error> = details.errors().collect();
    if !errors.is_empty() {
        asked.intents.push(Intent::Copy {
            text: report(&errors, MOST_ERRORS),
            what: "the error".to_owned(),
            note: "without accounts and names".to_owned(),
        });
    }
    true
}

/// Performs what belongs to no pane.
fn to_window(state: &mut State, now: Timestamp, action: Action, asked: &mut Asked) {
    let pane = state.parts.all().find(|part| part.focused_by() == Some(action));
    if let Some(pane) = pane.and_then(Part::pane) {
        state.focus = pane;
        return;
    }
    match action {
        Action::FocusNext => step_focus(state, 1),
        Action::FocusPrevious => step_focus(state, Pane::ALL.len() - 1),
        Action::Zoom => state.zoomed = true,
        Action::Unzoom => state.zoomed = false,
        Action::StepBack => step_back(state, now, asked),
        Action::Refresh => refresh(state, now, asked),
        Action::Doctor => asked
            .intents
            .push(Intent::ShowOverlay(OverlaySubject::Connection(state.session.name().clone()))),
        _ if open_overlay(state, now, action, asked) => {}
        _ => state.with(now, asked, |parts, cx| anywhere(parts, action, cx)),
    }
}

fn anywhere(parts: &mut Parts, action: Action, cx: &mut Context<'_>) {
    let browse = &mut parts.objects.browse;
    match action {
        Action::HistoryBack => browse.go_back(cx),
        Action::HistoryForward => browse.go_forward(cx),
        Action::GoToPath => parts.places.ask_path(&browse.location(), cx.session),
        Action::FollowCursor => parts.side.toggle_following(cx),
        Action::NewTab => cx.ask(Intent::Tab(TabMove::Open)),
        Action::NextTab => cx.ask(Intent::Tab(TabMove::Next)),
        Action::PreviousTab => cx.ask(Intent::Tab(TabMove::Previous)),
        Action::CloseTab => cx.ask(Intent::Tab(TabMove::Close)),
        Action::AddConnection => parts.connecting.add(cx),
        Action::EditConnection => cx.ask(Intent::EditConnection(cx.session.name().clone())),
        Action::RemoveConnection => cx.ask(Intent::RemoveConnection(cx.session.name().clone())),
        Action::SignIn => parts.connecting.sign_in(cx),
        Action::LastPlace => {
            if let Some(last) = cx.session.last.clone() {
                cx.ask(Intent::GoBack(last));
            }
        }
        Action::Quit => {
            let kept = parts.all().find_map(Part::kept);
            parts.places.quit(&parts.transfers.queue, kept, cx);
        }
        _ => {}
    }
}

/// Lists or fetches again what is focused; where the open bucket is gone, the buckets too.
fn refresh(state: &mut State, now: Timestamp, asked: &mut Asked) {
    let pane = state.focus;
    state.with(now, asked, |parts, cx| {
        if parts.pane_mut(pane).is_some_and(|part| part.refresh(cx)) {
            return;
        }
        parts.objects.browse.refresh(cx);
        if parts.buckets.opened_is_gone() || parts.objects.browse.place().is_none() {
            parts.buckets.load(cx);
        }
    });
}

/// The next pane that can be shown, in the order of their numbers.
fn step_focus(state: &mut State, by: usize) {
    let here = Pane::ALL.iter().position(|pane| *pane == state.focus).unwrap_or(0);
    let shown =
        |pane: Pane| state.parts.pane(pane).is_some_and(|part| part.takes_focus(&state.areas));
    let count = Pane::ALL.len();
    let next = (1..count).map(|step| Pane::ALL[(here + step * by) % count]);
    state.focus = next.into_iter().find(|pane| shown(*pane)).unwrap_or(state.focus);
}

/// Undoes one thing: the wait to leave, the work under way, then in the focused pane, in the
/// others, then the side pane, then the zoom.
fn step_back(state: &mut State, now: Timestamp, asked: &mut Asked) {
    let focus = state.focus;
    let undone = state.with(now, asked, |parts, cx| {
        parts.places.step_back(focus, cx)
            || parts.all_mut().any(|part| part.leave_work(cx))
            || parts.pane_mut(focus).is_some_and(|part| part.step_back(focus, cx))
            || parts.all_mut().rev().any(|part| part.step_back(focus, cx))
    });
    if undone {
        return;
    }
    if state.areas.pane(Pane::Side).is_empty() {
        state.zoomed = false;
    } else {
        asked.intents.push(Intent::CloseSide);
    }
}

#[cfg(test)]
mod tests;
