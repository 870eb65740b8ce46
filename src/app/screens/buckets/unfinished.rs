//! Lists the unfinished uploads of a bucket, counts their parts near the cursor, and aborts those
//! chosen.

use std::time::Duration;

use crate::app::action::Action;
use crate::app::context::{Context, Intent};
use crate::app::dialogs::Dialog;
use crate::app::dialogs::confirm::Confirm;
use crate::app::dialogs::question::{Question, QuestionSlot};
use crate::app::dialogs::uploads::{Extent, UploadRow, Uploads, UploadsLoading};
use crate::app::effect::StorageRequest;
use crate::app::event::{Answer, Reply, Ticket};
use crate::app::toasts::Level;
use crate::domain::address::Bucket;
use crate::domain::object::{ObjectAddress, UploadId};
use crate::domain::unfinished::{AbortedUploads, UploadMarker, UploadOwner, age_text};
use crate::domain::units::{Count, Counted};

#[derive(Clone, Debug, Default)]
pub struct Unfinished {
    /// Waits for its next page.
    list: QuestionSlot<Bucket>,
    /// Asked over the list.
    question: QuestionSlot<Vec<(ObjectAddress, UploadId)>>,
    extent: Option<(Ticket, UploadId)>,
    /// The uploads that are being aborted, counted.
    abort: Option<(Ticket, u64)>,
}

impl Unfinished {
    pub fn dialog(&self) -> Option<&Dialog> {
        self.question.dialog().or(self.list.dialog())
    }

    pub fn dialog_mut(&mut self) -> Option<&mut Dialog> {
        self.question.dialog_mut().or(self.list.dialog_mut())
    }

    pub fn open(&mut self, bucket: &Bucket, cx: &mut Context<'_>) {
        let list = Uploads::new(bucket.clone(), cx.session.provider(), cx.now);
        self.list.ask(Dialog::Uploads(Box::new(list)), bucket.clone());
        self.ask_page(None, cx);
    }

    pub fn owns(&self, ticket: Ticket) -> bool {
        let extent = self.extent.as_ref().map(|(ticket, _)| *ticket);
        let abort = self.abort.map(|(ticket, _)| ticket);
        self.list.owns(ticket) || [extent, abort].contains(&Some(ticket))
    }

    pub fn is_waiting(&self) -> bool {
        self.list.is_waiting() || self.abort.is_some()
    }

    pub fn under_way(&self) -> Option<String> {
        let (_, uploads) = self.abort?;
        Some(format!("aborting {}", Counted(uploads, "unfinished upload")))
    }

    pub fn leave_work(&mut self, cx: &mut Context<'_>) -> bool {
        let Some((ticket, _)) = self.abort.take() else { return false };
        cx.leave(&mut Some(ticket), "stopped: the uploads that were aborted by then are gone");
        true
    }

    pub fn on_action(&mut self, action: Action, cx: &mut Context<'_>) {
        if self.question.is_open() {
            if let Some((question, _)) = self.question.on_action(action, cx) {
                self.abort(question.about, cx);
            }
        } else if action == Action::MarkAbandoned {
            self.mark_abandoned(cx);
        } else if let Some((list, _)) = self.list.on_action(action, cx) {
            if let Some(why) = cx.session.read_only() {
                let title = Action::AbortUploads.spec().title;
                cx.toast(Level::Note, format!("{title}: {why}"));
            } else if let Dialog::Uploads(uploads) = &list.dialog {
                let (dialog, chosen) = question(uploads);
                self.question.ask(dialog, chosen);
            }
            self.list.put(list);
        } else if !self.list.is_open() {
            cx.abandon(&mut self.extent.take().map(|(ticket, _)| ticket));
        }
        self.ask_extent(cx);
    }

    pub fn on_reply(&mut self, ticket: Ticket, reply: Reply, cx: &mut Context<'_>) {
        if self.list.owns(ticket) {
            self.on_page(reply, cx);
        } else if self.abort.take_if(|(abort, _)| *abort == ticket).is_some() {
            match reply {
                Ok(Answer::UploadsAborted(aborted)) => self.on_aborted(aborted, cx),
                Ok(_) => {}
                Err(error) => cx.ask(Intent::Log(error)),
            }
        } else if let Some((_, upload)) = self.extent.take() {
            let known = match reply {
                Ok(Answer::UploadExtent(extent)) => Extent::Known(extent),
                _ => Extent::Untold,
            };
            if let Some(list) = self.list_mut() {
                list.extents.insert(upload, known);
            }
        }
        self.ask_extent(cx);
    }

    fn abort(&mut self, uploads: Vec<(ObjectAddress, UploadId)>, cx: &mut Context<'_>) {
        if let Some(doing) = self.under_way() {
            return cx.toast(Level::Note, format!("{doing}: wait for its end"));
        }
        let count = uploads.len() as u64;
        self.abort = Some((cx.request(StorageRequest::AbortUploads(uploads)), count));
    }

    fn mark_abandoned(&mut self, cx: &mut Context<'_>) {
        let marked = |unfinished: &mut Unfinished| unfinished.list_mut().map(|list| list.marked());
        let before = marked(self);
        self.list.on_action(Action::MarkAbandoned, cx);
        if (before, marked(self)) == (Some(0), Some(0)) {
            cx.toast(Level::Note, "none of them looks abandoned");
        }
    }

    fn list_mut(&mut self) -> Option<&mut Uploads> {
        match self.list.dialog_mut() {
            Some(Dialog::Uploads(list)) => Some(list),
            _ => None,
        }
    }

    fn ask_page(&mut self, after: Option<UploadMarker>, cx: &mut Context<'_>) {
        if let Some(list) = self.list.get_mut() {
            let bucket = list.about.clone();
            list.ticket = Some(cx.request(StorageRequest::ListUploads { bucket, after }));
        }
    }

    /// One count at a time: each is a request that is paid for.
    fn ask_extent(&mut self, cx: &mut Context<'_>) {
        if self.extent.is_some() || self.abort.is_some() {
            return;
        }
        let Some(wanted) = self.list_mut().and_then(|list| list.wanted().cloned()) else { return };
        let (object, upload) = (wanted.object, wanted.upload);
        if let Some(list) = self.list_mut() {
            list.extents.insert(upload.clone(), Extent::Asked);
        }
        let ticket = cx.request(StorageRequest::CountParts { object, upload: upload.clone() });
        self.extent = Some((ticket, upload));
    }

    fn on_page(&mut self, page: Reply, cx: &mut Context<'_>) {
        let Some(Question { dialog: Dialog::Uploads(list), ticket, .. }) = self.list.get_mut()
        else {
            return;
        };
        *ticket = None;
        let taken = match page {
            Ok(Answer::Uploads(page)) => list.take(page.uploads, page.next),
            other => other.map(|_| None),
        };
        match taken {
            Ok(None) => {}
            Ok(next) => self.ask_page(next, cx),
            Err(error) => {
                list.loading = UploadsLoading::Failed(error.clone());
                cx.ask(Intent::Log(error));
            }
        }
    }

    /// What is gone goes from the list; what is not stays with the reason in the events.
    fn on_aborted(&mut self, aborted: AbortedUploads, cx: &mut Context<'_>) {
        let AbortedUploads { gone, unseen, failed, queued } = aborted;
        if let Some(list) = self.list_mut() {
            list.rows.retain(|row| !gone.contains(&row.upload.upload));
            list.cursor = list.cursor.min(list.rows.len().saturating_sub(1));
        }
        let uploads = |noun| Counted(gone.len() as u64, noun);
        let mut notes = String::new();
        if unseen > 0 {
            let aborts = Counted(unseen, "abort");
            notes +=
                &format!("; {aborts} not verified: this server does not list uploads any more");
        }
        if queued > 0 {
            let count = Count(queued);
            notes += &format!("; {count} left alone: queued transfers will continue them");
        }
        if failed.is_empty() {
            cx.toast(Level::Done, format!("{} aborted{notes}", uploads("unfinished upload")));
        } else {
            let left = Count(failed.len() as u64);
            let done = uploads("upload");
            cx.toast(Level::Problem, format!("{done} aborted, {left} could not be{notes}"));
        }
        for error in failed {
            cx.ask(Intent::Log(error));
        }
    }
}

/// Names how many and how old.
fn question(list: &Uploads) -> (Dialog, Vec<(ObjectAddress, UploadId)>) {
    let chosen = list.chosen();
    let named = chosen.iter().map(|row| row.upload.object.key.as_str());
    let title = "Abort unfinished uploads";
    let mut confirm = Confirm::new(title, "Abort", "Keep")
        .line(sentence(&chosen, list))
        .about(named)
        .warning("Their parts are deleted; existing objects are not touched.");
    let young = chosen.iter().filter(|row| row.is_young(list.now)).count();
    if young > 0 {
        let them =
            if young == chosen.len() { "They are".to_owned() } else { format!("{young} are") };
        let line =
            format!("{them} less than a day old: another program may still be writing them.");
        confirm = confirm.line(line);
    }
    let uploads = chosen
        .into_iter()
        .map(|row| (row.upload.object.clone(), row.upload.upload.clone()))
        .collect();
    (Dialog::Confirm(confirm), uploads)
}

fn sentence(chosen: &[&UploadRow], list: &Uploads) -> String {
    let ages: Vec<Duration> = chosen.iter().filter_map(|row| row.upload.age(list.now)).collect();
    let age = match (ages.iter().min(), ages.iter().max()) {
        (Some(least), Some(most)) if age_text(*least) != age_text(*most) => {
            format!("started {} to {} ago", age_text(*least), age_text(*most))
        }
        (Some(age), _) => format!("started {} ago", age_text(*age)),
        _ => "of unknown age".to_owned(),
    };
    let left = chosen.iter().filter(|row| row.owner == UploadOwner::Left).count();
    let ours = match left {
        0 => String::new(),
        left if left == chosen.len() => ", left by Windlass".to_owned(),
        left => format!(", {} of them left by Windlass", Count(left as u64)),
    };
    match chosen.len() {
        1 => format!("Abort this upload, {age}{ours}?"),
        many => format!("Abort these {} uploads, {age}{ours}?", Count(many as u64)),
    }
}
