//! Keeps what happened in this session, newest last, for the events list.

use std::collections::VecDeque;

use jiff::Timestamp;

use crate::app::toasts::Level;
use crate::domain::error::Error;

/// Older entries than these are dropped.
const KEPT: usize = 1000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    pub at: Timestamp,
    pub level: Level,
    pub text: String,
    /// The whole error with code, status and request id.
    pub error: Option<Error>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Log {
    entries: VecDeque<LogEntry>,
}

impl Log {
    pub fn note(&mut self, at: Timestamp, level: Level, text: impl Into<String>) {
        self.add(LogEntry { at, level, text: text.into(), error: None });
    }

    pub fn error(&mut self, at: Timestamp, error: Error) {
        let text = error.to_string();
        self.add(LogEntry { at, level: Level::Problem, text, error: Some(error) });
    }

    /// The entries, oldest first.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &LogEntry> + ExactSizeIterator {
        self.entries.iter()
    }

    fn add(&mut self, entry: LogEntry) {
        if self.entries.len() == KEPT {
            self.entries.pop_front();
        }
        self.entries.push_back(entry);
    }
}
