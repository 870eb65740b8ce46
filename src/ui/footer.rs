//! Paints the last line: the keys that do something now, in panes, questions and overlays alike.

use ratatui::layout::Rect;

use crate::app::action::{Action, Scope};
use crate::app::dialogs::choice::Choice;
use crate::app::dialogs::confirm::Confirm;
use crate::app::dialogs::details::Details;
use crate::app::dialogs::dialog::Dialog;
use crate::app::dialogs::picker::{Picker, PickerMode};
use crate::app::dialogs::prompt::Prompt;
use crate::app::layout::Pane;
use crate::app::overlays::Overlay;
use crate::app::overlays::doctor::Doctor;
use crate::app::overlays::help::Help;
use crate::app::screens::connecting::{Connecting, Stage};
use crate::app::state::State;
use crate::ui::paint::{Paint, Span};
use crate::ui::widgets::hints::{Hint, hints};

/// Actions worth a place in the footer, the most wanted first.
const WANTED: &[(Pane, &[Action])] = &[
    (
        Pane::Buckets,
        &[
            Action::Open,
            Action::AddBucket,
            Action::New,
            Action::Delete,
            Action::SwitchConnection,
            Action::Refresh,
            Action::Palette,
        ],
    ),
    (
        Pane::Objects,
        &[
            Action::Download,
            Action::Upload,
            Action::CopyLink,
            Action::LinkMenu,
            Action::Delete,
            Action::Filter,
            Action::Mark,
            Action::Copy,
            Action::Sort,
            Action::New,
            Action::Details,
            Action::Preview,
            Action::Palette,
        ],
    ),
    (
        Pane::Transfers,
        &[
            Action::JobDetails,
            Action::CancelJob,
            Action::PauseJob,
            Action::RetryJob,
            Action::Unfold,
            Action::Fold,
            Action::LimitRate,
            Action::ClearFinished,
            Action::RetryFailed,
            Action::JobEarlier,
            Action::JobLater,
            Action::FocusObjects,
        ],
    ),
    (
        Pane::Side,
        &[
            Action::Download,
            Action::CopyLink,
            Action::LinkMenu,
            Action::Delete,
            Action::Copy,
            Action::Move,
            Action::Rename,
            Action::Preview,
            Action::Details,
            Action::Parent,
            Action::FollowCursor,
            Action::Zoom,
        ],
    ),
];

/// A key of a question or an overlay: what it is pressed for, and two or three words.
enum Pressed {
    /// The key that the action has now.
    Does(Action, &'static str),
    /// A letter of the question's own.
    Letter(&'static str, &'static str),
}

use Pressed::{Does, Letter};

/// The keys that do something now, the way out last.
pub fn draw_footer(paint: &mut Paint<'_>, area: Rect, state: &State) {
    let line = Span::line(area, 0).skip(1).shorter(1);
    if let Some(asked) = asked(state) {
        let found: Vec<Hint> = asked.iter().filter_map(|pressed| told(state, pressed)).collect();
        if let Some((end, before)) = found.split_last() {
            hints(paint, line, before, end);
        }
        return;
    }
    let found: Vec<Hint> =
        wanted(state).into_iter().filter_map(|action| hint(state, action)).collect();
    let key = state.keymap.key_for(&[Scope::Global], Action::Help);
    let key = key.unwrap_or_else(|| ":help".into());
    let help = Hint { key, title: "help", action: Some(Action::Help) };
    hints(paint, line, &found, &help);
}

fn told(state: &State, pressed: &Pressed) -> Option<Hint> {
    match pressed {
        Does(action, title) => {
            let key = state.keymap.key_for(state.scopes(), *action)?;
            Some(Hint { key, title, action: Some(*action) })
        }
        Letter(key, title) => Some(Hint { key: (*key).to_owned(), title, action: None }),
    }
}

/// What a question, an overlay or the filter takes; `None` where nothing is asked.
fn asked(state: &State) -> Option<Vec<Pressed>> {
    match (&state.parts.overlay, state.dialog()) {
        (Some(overlay), _) => Some(of_overlay(overlay)),
        (None, _) if state.parts.connecting.is_open() => {
            Some(of_connecting(&state.parts.connecting))
        }
        (None, Some(dialog)) => Some(of_dialog(dialog)),
        (None, None) if state.parts.objects.browse.typing.is_some() => {
            Some(typing("keep the filter"))
        }
        (None, None) => None,
    }
}

fn typing(accept: &'static str) -> Vec<Pressed> {
    vec![Does(Action::Accept, accept), Does(Action::Dismiss, "cancel")]
}

fn of_dialog(dialog: &Dialog) -> Vec<Pressed> {
    match dialog {
        Dialog::Prompt(prompt) => of_prompt(prompt),
        Dialog::Confirm(confirm) => of_confirm(confirm),
        Dialog::Choice(choice) => of_choice(choice),
        Dialog::Picker(picker) => of_picker(picker),
        Dialog::LinkMenu(menu) => match &menu.custom {
            Some(prompt) => of_prompt(prompt),
            None => of_choice(&menu.choice),
        },
        Dialog::Details(details) => of_details(details),
        Dialog::Uploads(_) => vec![
            Does(Action::Toggle, "mark"),
            Letter("a", "mark all that look abandoned"),
            Does(Action::Accept, "abort"),
            Does(Action::Dismiss, "close"),
        ],
    }
}

fn of_prompt(prompt: &Prompt) -> Vec<Pressed> {
    let mut keys = vec![Does(Action::Accept, "accept")];
    if prompt.completes() || !prompt.offered().is_empty() {
        keys.push(Does(Action::NextField, "complete"));
    }
    keys.push(Does(Action::Dismiss, "cancel"));
    keys
}

fn of_confirm(confirm: &Confirm) -> Vec<Pressed> {
    if confirm.takes_text() {
        return typing("accept");
    }
    vec![
        Does(Action::Yes, "yes"),
        Does(Action::No, "no"),
        Does(Action::NextField, "next"),
        Does(Action::Accept, "accept"),
        Does(Action::Dismiss, "cancel"),
    ]
}

fn of_choice(choice: &Choice) -> Vec<Pressed> {
    let mut keys = vec![Does(Action::Accept, "choose")];
    keys.extend(choice.keys.iter().map(|(key, title)| Letter(key, title)));
    keys.push(Does(Action::Dismiss, "cancel"));
    keys
}

fn of_picker(picker: &Picker) -> Vec<Pressed> {
    match picker.mode {
        PickerMode::Filter => typing("keep the filter"),
        PickerMode::Path => vec![
            Does(Action::Accept, "go there"),
            Does(Action::NextField, "complete"),
            Does(Action::Dismiss, "cancel"),
        ],
        PickerMode::Rows => vec![
            Does(Action::Accept, "choose"),
            Does(Action::Toggle, "mark"),
            Does(Action::Open, "open"),
            Letter("h", "up"),
            Letter("/", "filter"),
            Does(Action::NextField, "type a path"),
            Letter(".", "hidden files"),
            Does(Action::Dismiss, "cancel"),
        ],
    }
}

fn of_details(details: &Details) -> Vec<Pressed> {
    let raw = if details.raw { "plain words" } else { "raw words" };
    let mut keys = Vec::new();
    if details.errors().next().is_some() {
        keys.extend([Does(Action::Accept, raw), Does(Action::Yes, "copy")]);
    }
    keys.extend([
        Does(Action::Down, "down"),
        Does(Action::Up, "up"),
        Does(Action::Dismiss, "close"),
    ]);
    keys
}

fn of_overlay(overlay: &Overlay) -> Vec<Pressed> {
    match overlay {
        Overlay::Help(help) => of_help(help),
        Overlay::Palette(_) => typing("run"),
        Overlay::Connections(connections) => of_choice(&connections.choice),
        Overlay::Doctor(doctor) => of_doctor(doctor),
        Overlay::Notice(notice) => of_details(&notice.0),
        Overlay::Events(events) => match &events.opened {
            Some(details) => of_details(details),
            None => vec![Does(Action::Accept, "whole error"), Does(Action::Dismiss, "close")],
        },
    }
}

fn of_help(help: &Help) -> Vec<Pressed> {
    if help.searching {
        return vec![Does(Action::Accept, "run"), Does(Action::Dismiss, "end search")];
    }
    vec![Letter("/", "search"), Does(Action::Accept, "run"), Does(Action::Dismiss, "close")]
}

fn of_doctor(doctor: &Doctor) -> Vec<Pressed> {
    if let Some(details) = &doctor.opened {
        return of_details(details);
    }
    if doctor.consenting {
        return vec![Does(Action::Yes, "write"), Does(Action::No, "do not write")];
    }
    let mut keys = vec![Does(Action::Accept, "whole step"), Does(Action::Yes, "copy report")];
    if doctor.is_running() {
        keys.push(Does(Action::Dismiss, "stop"));
        return keys;
    }
    if doctor.can_write() {
        keys.push(Letter("w", "test writing"));
    }
    keys.extend([Letter("r", "again"), Does(Action::Dismiss, "close")]);
    keys
}

fn of_connecting(connecting: &Connecting) -> Vec<Pressed> {
    match &connecting.stage {
        Stage::Closed => Vec::new(),
        Stage::Ways(choice) | Stage::Aws(choice) | Stage::Imports(choice) => of_choice(choice),
        Stage::File(prompt) => of_prompt(prompt),
        Stage::Code(_) => {
            vec![Does(Action::Accept, "sign in"), Does(Action::Dismiss, "continue without")]
        }
        Stage::SignIn(shown) => {
            let way_out = if shown.failed.is_some() { "close" } else { "stop waiting" };
            vec![Does(Action::Dismiss, way_out)]
        }
        Stage::Discard(_, question) | Stage::Remove(question, _) => of_confirm(question),
        Stage::Form(_) => vec![
            Does(Action::SaveConnection, "save"),
            Does(Action::TestConnection, "test"),
            Does(Action::ShowSecret, "show the secret"),
            Does(Action::NextField, "next"),
            Does(Action::Dismiss, "cancel"),
        ],
    }
}

fn wanted(state: &State) -> Vec<Action> {
    let here = WANTED.iter().find(|(pane, _)| *pane == state.focus);
    let actions = here.map_or(&[][..], |(_, actions)| actions);
    actions.iter().copied().filter(|action| state.disabled(*action).is_none()).collect()
}

fn hint(state: &State, action: Action) -> Option<Hint> {
    let key = state.keymap.key_for(state.scopes(), action)?;
    Some(Hint { key, title: action.spec().title, action: Some(action) })
}
