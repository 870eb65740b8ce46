//! Makes the rows of help and palette from the action table, with keys and reasons.

use crate::app::action::{ACTIONS, Action, ActionSpec, KeyHint};
use crate::app::keymap::Keymap;
use crate::app::scope::Scope;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionRow {
    pub action: Action,
    /// The scope whose keys are shown: where it works from what is focused, otherwise its first
    /// one.
    pub scope: Scope,
    pub title: &'static str,
    pub doc: &'static str,
    pub keys: Vec<String>,
    /// Why it cannot be done here.
    pub disabled: Option<String>,
}

/// Rows of every action that works in one of `scopes`, innermost scope first, in the order of the
/// table.
pub fn rows_here(
    keymap: &Keymap,
    scopes: &[Scope],
    disabled: impl Fn(Action) -> Option<String>,
) -> Vec<ActionRow> {
    let mut rows: Vec<ActionRow> = Vec::new();
    for scope in scopes {
        for spec in ACTIONS.iter().filter(|spec| spec.works_in(*scope)) {
            if rows.iter().all(|row| row.action != spec.action) {
                rows.push(row(keymap, spec, *scope, disabled(spec.action)));
            }
        }
    }
    rows
}

/// What mean something only where it is offered, of what works in all that lies over the panes.
const WHERE_OFFERED: [Action; 4] = [Action::Yes, Action::No, Action::Toggle, Action::Open];

/// Rows of what lies over the panes: first what it offers, in its own words, then what else works
/// in `scopes`.
pub fn rows_over(
    keymap: &Keymap,
    scopes: &[Scope],
    offered: &[KeyHint],
    disabled: impl Fn(Action) -> Option<String>,
) -> Vec<ActionRow> {
    let mut rows: Vec<ActionRow> = Vec::new();
    for (action, title) in offered {
        let spec = action.spec();
        let Some(scope) = scopes.iter().copied().find(|scope| spec.works_in(*scope)) else {
            continue;
        };
        let doc = if *title == spec.title { spec.doc } else { "" };
        rows.push(ActionRow { title, doc, ..row(keymap, spec, scope, disabled(*action)) });
    }
    let others = rows_here(keymap, scopes, disabled).into_iter().filter(|other| {
        let is_common = [Scope::Dialog, Scope::List].contains(&other.scope);
        !(is_common && WHERE_OFFERED.contains(&other.action))
    });
    for other in others {
        if rows.iter().all(|row| row.action != other.action) {
            rows.push(other);
        }
    }
    rows
}

/// Rows of every action outside dialogs; one that works only elsewhere says where.
pub fn rows_everywhere(
    keymap: &Keymap,
    scopes: &[Scope],
    disabled: impl Fn(Action) -> Option<String>,
) -> Vec<ActionRow> {
    let mut rows = rows_here(keymap, scopes, disabled);
    for spec in ACTIONS {
        let asked_only = !spec.scopes.iter().any(|scope| scope.is_of_panes());
        if asked_only || rows.iter().any(|row| row.action == spec.action) {
            continue;
        }
        let scope = spec.scopes[0];
        let elsewhere = format!("works in the {} pane", scope.name());
        rows.push(row(keymap, spec, scope, Some(elsewhere)));
    }
    rows
}

fn row(
    keymap: &Keymap,
    spec: &'static ActionSpec,
    scope: Scope,
    disabled: Option<String>,
) -> ActionRow {
    ActionRow {
        action: spec.action,
        scope,
        title: spec.title,
        doc: spec.doc,
        keys: keymap.keys_for(&[scope], spec.action).collect(),
        disabled,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OBJECTS: &[Scope] = &[Scope::Objects, Scope::List, Scope::Global];

    #[test]
    fn what_is_offered_over_the_panes_comes_first_and_in_its_own_words() {
        let scopes = Scope::Picker.outwards();
        let offered = [(Action::Accept, "choose"), (Action::Filter, "filter")];
        let rows = rows_over(&Keymap::default(), scopes, &offered, |_| None);
        let told: Vec<_> = rows.iter().map(|row| (row.action, row.title, row.doc)).collect();
        assert_eq!(told[0], (Action::Accept, "choose", ""));
        assert_eq!(told[1], (Action::Filter, "filter", Action::Filter.spec().doc));
        let has = |action| rows.iter().any(|row| row.action == action);
        assert!(has(Action::InvertMarks) && has(Action::Down) && has(Action::Help));
        assert!(!has(Action::Yes) && !has(Action::Toggle), "a picker has no answer yes");
        let rows = rows_over(&Keymap::default(), Scope::Confirm.outwards(), &[], |_| None);
        assert!(rows.iter().any(|row| row.action == Action::Yes));
    }

    #[test]
    fn the_palette_has_every_action_once_and_says_where_others_work() {
        let rows = rows_everywhere(&Keymap::default(), OBJECTS, |_| None);
        let mut actions: Vec<Action> = rows.iter().map(|row| row.action).collect();
        actions.sort_unstable();
        actions.dedup();
        assert_eq!(actions.len(), rows.len());
        let find = |action| rows.iter().find(|row| row.action == action).unwrap();
        assert_eq!(find(Action::Download).disabled, None);
        assert_eq!(find(Action::Download).keys, ["d"]);
        assert_eq!(
            find(Action::CancelJob).disabled.as_deref(),
            Some("works in the transfers pane")
        );
        assert!(rows.iter().all(|row| row.action != Action::Accept));
    }
}
