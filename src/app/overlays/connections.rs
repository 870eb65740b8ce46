//! The connections to change to.

use crate::app::chord::{Chord, KeyCode};
use crate::app::dialogs::choice::{Choice, ChoiceRow};
use crate::app::dialogs::outcome::Outcome;
use crate::config::connection::Connection;
use crate::domain::address::ConnectionName;

#[derive(Clone, Debug)]
pub struct Connections {
    pub choice: Choice,
    names: Vec<ConnectionName>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConnectionAnswer {
    Connect(ConnectionName),
    /// Try it step by step.
    Examine(ConnectionName),
}

impl Connections {
    /// The cursor starts on the one in use.
    pub fn new(connections: &[Connection], current: &ConnectionName) -> Connections {
        let rows = connections.iter().zip('1'..).map(|(connection, key)| row(connection, key));
        let at = connections.iter().position(|each| each.name == *current);
        let choice = Choice::new("Connections", rows.collect())
            .starting_at(at.unwrap_or(0))
            .keys("X examine it");
        Connections { choice, names: connections.iter().map(|each| each.name.clone()).collect() }
    }

    pub fn on_key(&mut self, chord: Chord) -> Outcome<ConnectionAnswer> {
        let names = &self.names;
        if chord.key == KeyCode::Char('X')
            && let Some(name) = names.get(self.choice.cursor)
        {
            return Outcome::Accepted(ConnectionAnswer::Examine(name.clone()));
        }
        self.choice.on_key(chord).map(|at| ConnectionAnswer::Connect(names[at].clone()))
    }
}

/// The first nine have a digit.
fn row(connection: &Connection, key: char) -> ChoiceRow {
    let endpoint = connection.endpoint.as_deref().unwrap_or("AWS");
    let read_only = if connection.read_only { " · read-only" } else { "" };
    ChoiceRow {
        key: key.is_ascii_digit().then_some(key),
        title: connection.name.to_string(),
        note: format!("{} · {endpoint}{read_only}", connection.provider),
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
        let mut overlay = Connections::new(&connections, &"b".into());
        assert_eq!(overlay.choice.cursor, 1);
        let key = |text| Chord::parse(text).unwrap();
        assert_eq!(
            overlay.on_key(key("enter")),
            Outcome::Accepted(ConnectionAnswer::Connect("b".into()))
        );
        assert_eq!(
            overlay.on_key(key("X")),
            Outcome::Accepted(ConnectionAnswer::Examine("b".into()))
        );
        assert_eq!(
            overlay.on_key(key("1")),
            Outcome::Accepted(ConnectionAnswer::Connect("a".into()))
        );
        assert_eq!(overlay.on_key(key("esc")), Outcome::Cancelled);
    }
}
