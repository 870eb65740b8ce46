//! Lists the connections that can be switched to.

use crate::app::action::{Action, KeyHint};
use crate::app::chord::Chord;
use crate::app::context::{Context, Intent};
use crate::app::dialogs::choice::{Choice, ChoiceRow};
use crate::app::dialogs::outcome::Outcome;
use crate::app::overlay_subject::OverlaySubject;
use crate::app::part::Part;
use crate::app::scope::Scope;
use crate::app::spot::Spot;
use crate::config::connection::{Connection, CredentialsSource};
use crate::config::profiles::AwsProfile;
use crate::domain::address::ConnectionName;
use crate::domain::provider::Provider;

#[derive(Clone, Debug)]
pub struct Connections {
    pub choice: Choice,
    names: Vec<ConnectionName>,
}

impl Part for Connections {
    fn scopes(&self) -> &'static [Scope] {
        Scope::Connections.outwards()
    }

    fn hints(&self) -> Vec<KeyHint> {
        vec![
            (Action::Accept, "choose"),
            (Action::AddConnection, "new"),
            (Action::EditConnection, "change"),
            (Action::RemoveConnection, "remove"),
            (Action::Doctor, "examine"),
            (Action::Dismiss, "cancel"),
        ]
    }

    fn has_letter(&self, chord: Chord) -> bool {
        self.choice.lettered(chord).is_some()
    }

    /// What is done with a connection is done with the one under the cursor.
    fn on_action(&mut self, action: Action, cx: &mut Context<'_>) -> bool {
        let here = self.names.get(self.choice.cursor).cloned();
        match (action, here) {
            (Action::AddConnection, _) => cx.close_overlay(Some(Intent::Run(action))),
            (Action::EditConnection, Some(name)) => {
                cx.close_overlay(Some(Intent::EditConnection(name)));
            }
            (Action::RemoveConnection, Some(name)) => {
                cx.close_overlay(Some(Intent::RemoveConnection(name)));
            }
            (Action::Doctor, Some(name)) => {
                cx.close_overlay(Some(Intent::ShowOverlay(OverlaySubject::Connection(name))));
            }
            _ => {
                let chosen = self.choice.on_action(action);
                self.on_chosen(&chosen, cx);
            }
        }
        true
    }

    fn on_text(&mut self, chord: Chord, cx: &mut Context<'_>) {
        let chosen = self.choice.on_text(chord);
        self.on_chosen(&chosen, cx);
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
        let choice = Choice::new("Connections", rows.collect()).starting_at(at.unwrap_or(0));
        Connections { choice, names: connections.iter().map(|each| each.name.clone()).collect() }
    }

    fn on_chosen(&self, chosen: &Outcome<usize>, cx: &mut Context<'_>) {
        match chosen {
            Outcome::Open => {}
            Outcome::Cancelled => cx.close_overlay(None),
            Outcome::Accepted(at) => {
                cx.close_overlay(self.names.get(*at).cloned().map(Intent::Connect));
            }
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
        let endpoint = match (&connection.endpoint, connection.provider) {
            (Some(endpoint), _) => endpoint,
            (None, Provider::Aws) => "AWS",
            (None, _) => "the endpoint of the environment",
        };
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
    fn an_endpoint_of_the_environment_is_not_called_aws() {
        let aws = Connection::chain("default".into(), None);
        let other = Connection { provider: Provider::Other, ..aws.clone() };
        let notes = |connection| Connections::new(&[connection], &[], &"x".into()).choice.rows;
        assert!(notes(aws)[0].note.ends_with("· AWS"));
        assert!(notes(other)[0].note.ends_with("· the endpoint of the environment"));
    }

    #[test]
    fn the_cursor_starts_on_the_one_in_use_and_the_first_nine_have_a_digit() {
        let names: Vec<String> = (1..=10).map(|number| format!("c{number}")).collect();
        let connections: Vec<Connection> =
            names.iter().map(|name| Connection::chain(name.as_str().into(), None)).collect();
        let overlay = Connections::new(&connections, &[], &"c2".into());
        assert_eq!(overlay.choice.cursor, 1);
        let keys: Vec<Option<char>> = overlay.choice.rows.iter().map(|row| row.key).collect();
        assert_eq!((keys[0], keys[8], keys[9]), (Some('1'), Some('9'), None));
        assert!(overlay.has_letter(Chord::char('3')) && !overlay.has_letter(Chord::char('n')));
    }
}
