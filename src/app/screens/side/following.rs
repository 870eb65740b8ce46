//! Lets the side pane follow the cursor, without a request while the cursor moves.

use std::time::Duration;

use crate::app::context::{Context, SideTab};
use crate::app::screens::objects::history::PrefixPlace;
use crate::app::screens::preview::Preview;
use crate::app::screens::side::SidePane;
use crate::app::screens::side::fetched::Fetched;
use crate::app::screens::side::looking::Looking;
use crate::app::screens::subject::Subject;
use crate::app::toasts::Level;
use crate::domain::address::Bucket;
use crate::domain::transfer::{JobSpec, Target, Work};
use crate::domain::visible::visible;

/// How long the cursor rests on an object before it is asked for.
pub const REST: Duration = Duration::from_millis(80);

/// An object of at most so many bytes is asked for at once where the cursor had rested before.
pub const SMALL: u64 = 64 * 1024;

/// What the side pane can see of the rest of the window.
#[derive(Clone, Debug)]
pub struct FollowedState<'a> {
    /// The object under the cursor.
    pub under: Option<Subject>,
    pub place: Option<&'a PrefixPlace>,
    /// The pane is on screen.
    pub shown: bool,
    /// The objects or the pane itself have the keys.
    pub attended: bool,
}

impl SidePane {
    /// To be told after every event: goes to the object under the cursor, and asks for it when the
    /// cursor has rested.
    pub fn follow(&mut self, followed: FollowedState<'_>, cx: &mut Context<'_>) {
        self.wakes = None;
        if !self.is_open() {
            return self.clear(cx);
        }
        let seen = followed.shown && followed.attended;
        if self.stays {
            if !self.subject.as_ref().is_some_and(|subject| lies_in(subject, followed.place)) {
                self.turn_subject(followed.under, cx);
            }
        } else if self.subject != followed.under {
            self.turn_subject(followed.under, cx);
        }
        if let Some(object) = self.object().cloned().filter(|_| seen && self.shows_inside()) {
            self.looking.read_on(&object, cx);
        }
        let Some(due) = self.due.filter(|_| seen) else { return };
        if due <= cx.now {
            self.due = None;
            self.fetch_unless_known(cx);
        } else {
            self.wakes = Some(due);
        }
    }

    fn shows_inside(&self) -> bool {
        self.tab() == Some(SideTab::Preview)
    }

    /// Lets the pane follow the cursor, or stay.
    pub fn toggle_following(&mut self, cx: &mut Context<'_>) {
        self.stays = !self.stays;
        let said = match (self.stays, self.object()) {
            (false, _) => "the preview follows the cursor".to_owned(),
            (true, None) => "the preview does not follow the cursor".to_owned(),
            (true, Some(object)) => {
                format!("the preview stays on {}", visible(object.key.name()))
            }
        };
        cx.toast(Level::Note, said);
    }

    /// A job ended: what it took away or wrote is not what was fetched.
    pub fn on_settled(&mut self, spec: &JobSpec, cx: &mut Context<'_>) {
        self.kept.clear();
        let Some(subject) = self.subject.clone().filter(|_| spec.connection == *cx.session.name())
        else {
            return;
        };
        if takes_away(spec, &subject) {
            self.forget(cx);
        }
    }

    /// Shows nothing, and waits for nothing.
    pub fn clear(&mut self, cx: &mut Context<'_>) {
        cx.abandon(&mut self.head_ticket);
        cx.abandon(&mut self.whole_ticket);
        self.looking.stop(cx);
        let (head, looking) = (std::mem::take(&mut self.head), std::mem::take(&mut self.looking));
        if let Some(subject) = self.subject.take() {
            self.kept.keep(subject, head, looking.into_outermost());
        }
        (self.details, self.whole) = (None, Fetched::Nothing);
        self.due = None;
        self.asked = false;
    }

    /// As [`SidePane::clear`], and forgets what was fetched: it may be another server's now, or an
    /// old state.
    pub fn forget(&mut self, cx: &mut Context<'_>) {
        self.clear(cx);
        self.kept.clear();
        self.changed = None;
    }

    fn turn_subject(&mut self, to: Option<Subject>, cx: &mut Context<'_>) {
        let beside = match (&self.subject, &to) {
            (Some(before), Some(after)) => {
                before.object.bucket == after.object.bucket
                    && before.object.key.parent() == after.object.key.parent()
            }
            _ => false,
        };
        self.clear(cx);
        let Some(subject) = to else { return };
        let rest = cx.now.checked_add(REST).unwrap_or(cx.now);
        let ready = self.changed.and_then(|changed| changed.checked_add(REST).ok());
        let rested = ready.is_some_and(|ready| ready <= cx.now);
        let at_once = beside && rested && subject.size <= SMALL;
        self.due = Some(if at_once { cx.now } else { rest });
        self.changed = Some(cx.now);
        if let Some((head, preview)) = self.kept.take(&subject) {
            (self.head, self.looking) = (head, Looking::ready(preview));
        }
        self.subject = Some(subject);
    }

    /// An empty object is known to be, and an archived one cannot be read.
    fn fetch_unless_known(&mut self, cx: &mut Context<'_>) {
        let Some(subject) = &self.subject else { return };
        let unknown = self.looking.preview == Fetched::Nothing;
        if self.tab == SideTab::Preview && unknown && subject.size == 0 {
            self.looking.preview = Fetched::Ready(Preview::empty());
        } else if self.tab == SideTab::Details || !subject.is_archived() {
            self.fetch(cx);
        }
    }
}

fn lies_in(subject: &Subject, place: Option<&PrefixPlace>) -> bool {
    place.is_some_and(|place| {
        subject.object.bucket == place.bucket && subject.object.key.parent() == place.prefix
    })
}

/// Whether the object is no more, or another one, after the job.
fn takes_away(spec: &JobSpec, subject: &Subject) -> bool {
    let object = &subject.object;
    let covers = |bucket: &Bucket, target: &Target| {
        *bucket == object.bucket && covers(target, object.key.as_str())
    };
    match &spec.work {
        Work::Delete { bucket, targets } => targets.iter().any(|target| covers(bucket, target)),
        Work::Copy { bucket, source, to_connection, to_bucket, target, moving } => {
            (*moving && covers(bucket, source))
                || (to_connection.is_none() && covers(to_bucket, target))
        }
        Work::Upload { bucket, target, .. } => covers(bucket, target),
        Work::Download { .. } => false,
    }
}

fn covers(target: &Target, key: &str) -> bool {
    match target {
        Target::Object(one) | Target::Version(one, _) => one.as_str() == key,
        Target::Prefix(prefix) | Target::PrefixAt(prefix, _) => key.starts_with(prefix.as_str()),
        Target::Rows(rows) => rows.cover(key),
    }
}
