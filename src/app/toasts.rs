//! Keeps short notes for the status line, each for a few seconds.

use std::time::Duration;

use jiff::Timestamp;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Something the user asked for is done.
    Done,
    /// Why nothing is done, or how something is now: not worth to be kept.
    Note,
    /// How something ended that is neither done nor wrong: what may have come of it, where it is
    /// kept. It is in the events list too.
    Ended,
    /// Something went wrong; the events list has the details.
    Problem,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toast {
    pub level: Level,
    pub text: String,
    since: Timestamp,
    pub until: Timestamp,
    /// The events list says why, and what to do.
    pub explained: bool,
}

/// The newest toast is shown; an older one that still holds comes back after it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Toasts {
    toasts: Vec<Toast>,
}

impl Toasts {
    /// One of an error, whose whole is in the events list.
    pub fn add_error(&mut self, now: Timestamp, text: String) {
        self.add(now, Level::Problem, text);
        self.toasts.last_mut().into_iter().for_each(|toast| toast.explained = true);
    }

    pub fn add(&mut self, now: Timestamp, level: Level, text: String) {
        let seconds = if matches!(level, Level::Problem | Level::Ended) { 10 } else { 6 };
        let until = now.checked_add(Duration::from_secs(seconds)).unwrap_or(Timestamp::MAX);
        self.toasts.retain(|toast| toast.text != text);
        self.toasts.push(Toast { level, text, since: now, until, explained: false });
    }

    pub fn expire(&mut self, now: Timestamp) {
        self.toasts.retain(|toast| toast.until > now);
    }

    /// Drops those from before `now`: something began that is worth the line more.
    pub fn end_before(&mut self, now: Timestamp) {
        self.toasts.retain(|toast| toast.since >= now);
    }

    /// Drops what was said of a key before another one was pressed.
    pub fn end_notes(&mut self) {
        self.toasts.retain(|toast| toast.level != Level::Note);
    }

    pub fn current(&self) -> Option<&Toast> {
        self.toasts.last()
    }

    /// Takes the shown toast away; `false` where there is none.
    pub fn dismiss(&mut self) -> bool {
        self.toasts.pop().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_toast_ends_by_the_time_given() {
        let now = Timestamp::UNIX_EPOCH;
        let mut toasts = Toasts::default();
        toasts.add(now, Level::Problem, "first".into());
        toasts.add(now, Level::Note, "second".into());
        assert_eq!(toasts.current().unwrap().text, "second");
        toasts.expire(now + Duration::from_secs(6));
        assert_eq!(toasts.current().unwrap().text, "first");
        toasts.expire(now + Duration::from_secs(10));
        assert_eq!(toasts.current(), None);
    }
}
