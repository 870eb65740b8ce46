//! The connections to change to.

use crate::app::action::{Action, Scope};
use crate::app::chord::{Chord, KeyCode};
use crate::app::context::{Context, Intent};
use crate::app::dialogs::choice::{Choice, ChoiceRow};
use crate::app::dialogs::dialog::key_of;
use crate::app::dialogs::outcome::Outcome;
use crate::app::part::Part;
use crate::app::spot::Spot;
use crate::config::connection::{Connection, CredentialsSource};
use crate::config::profiles::AwsProfile;
use crate::domain::address::ConnectionName;

#[derive(Clone, Debug)]
pub struct Connections {
    pub choice: Choice,
    names: Vec<ConnectionName>,
}

impl Part for Connections {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Dialog, Scope::List]
    }

    fn covers(&self) -> bool {
        true
    }

    fn takes_paste(&self) -> bool {
        false
    }

    fn on_action(&mut self, action: Action, cx: &mut Context<'_>) -> bool {
        if let Some(chord) = key_of(action) {
            self.on_text(chord, cx);
        }
        true
    }

    fn on_text(&mut self, chord: Chord, cx: &mut Context<'_>) {
        match self.on_key(chord) {
            Outcome::Open => {}
            Outcome::Cancelled => cx.close_overlay(None),
            Outcome::Accepted(intent) => cx.close_overlay(Some(intent)),
        }
    }

    fn point(&mut self, spot: Spot) -> Option<Action> {
        let Spot::Row(row) = spot else { return None };
        self.choice.point(row)
    }
}

impl Connections {
    /// The cursor starts on the one in use.
    /// Those of profiles come last, and say region and kind.
    pub fn new(
        connections: &[Connection],
        profiles: &[AwsProfile],
        current: &ConnectionName,
    ) -> Connections {
        let of = |connection: &Connection| profile_of(connection, profiles);
        let rows = connections.iter().zip('1'..);
        let rows = rows.map(|(connection, key)| row(connection, of(connection), key));
        let at = connections.iter().position(|each| each.name == *current);
        let choice = Choice::new("Connections", rows.collect())
            .starting_at(at.unwrap_or(0))
            .keys(&[("n", "new"), ("e", "change"), ("D", "remove"), ("X", "examine")]);
        Connections { choice, names: connections.iter().map(|each| each.name.clone()).collect() }
    }

    fn on_key(&mut self, chord: Chord) -> Outcome<Intent> {
        let names = &self.names;
        let plain = !chord.ctrl && !chord.alt;
        let here = names.get(self.choice.cursor).cloned();
        match (chord.key, here) {
            (KeyCode::Char('n'), _) if plain => {
                Outcome::Accepted(Intent::Run(Action::AddConnection))
            }
            (KeyCode::Char('e'), Some(name)) if plain => {
                Outcome::Accepted(Intent::EditConnection(name))
            }
            (KeyCode::Char('X'), Some(name)) => Outcome::Accepted(Intent::Examine(name)),
            (KeyCode::Char('D') | KeyCode::Delete, Some(name)) if plain => {
                Outcome::Accepted(Intent::RemoveConnection(name))
            }
            _ => self.choice.on_key(chord).map(|at| Intent::Connect(names[at].clone())),
        }
    }
}

/// The profile that a connection is, where nothing else is said of it.
fn profile_of<'a>(connection: &Connection, profiles: &'a [AwsProfile]) -> Option<&'a AwsProfile> {
    let CredentialsSource::Chain { profile: Some(name) } = &connection.credentials else {
        return None;
    };
    profiles.iter().find(|profile| profile.name == *name).filter(|_| connection.is_unsaid())
}

/// The first nine have a digit.
fn row(connection: &Connection, profile: Option<&AwsProfile>, key: char) -> ChoiceRow {
    let read_only = if connection.read_only { " · read-only" } else { "" };
    let note = if let Some(AwsProfile { region, kind, endpoint, .. }) = profile {
        let words = [region.as_deref(), Some(kind.words()), endpoint.as_deref()];
        let words: Vec<_> = words.into_iter().flatten().collect();
        format!("AWS profile · {}{read_only}", words.join(" · "))
    } else {
        let endpoint = connection.endpoint.as_deref().unwrap_or("AWS");
        format!("{} · {endpoint}{read_only}", connection.provider)
    };
    ChoiceRow {
        key: ('1'..='9').contains(&key).then_some(key),
        title: connection.name.to_string(),
        note,
        disabled: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_is_taken_by_digit_or_enter() {
        let connections: Vec<Connection> =
            ["a", "b"].map(|name| Connection::chain(name.into(), None)).into();
        let mut overlay = Connections::new(&connections, &[], &"b".into());
        assert_eq!(overlay.choice.cursor, 1);
        let key = |text| Chord::parse(text).unwrap();
        let connect = |name: &str| Outcome::Accepted(Intent::Connect(name.into()));
        assert_eq!(overlay.on_key(key("enter")), connect("b"));
        assert_eq!(overlay.on_key(key("1")), connect("a"));
        let edit = Outcome::Accepted(Intent::EditConnection("a".into()));
        assert_eq!(overlay.on_key(key("e")), edit);
        let remove = Outcome::Accepted(Intent::RemoveConnection("a".into()));
        assert_eq!(overlay.on_key(key("D")), remove);
        assert_eq!(overlay.on_key(key("n")), Outcome::Accepted(Intent::Run(Action::AddConnection)));
        let examine = Outcome::Accepted(Intent::Examine("a".into()));
        assert_eq!(overlay.on_key(key("X")), examine);
        assert_eq!(overlay.on_key(key("esc")), Outcome::Cancelled);
    }
}
