//! Lists the versions of an object, or what was deleted below a prefix, over the panes; restores
//! and deletes them.

pub mod shown;

use jiff::tz::TimeZone;

use crate::app::action::{Action, KeyHint};
use crate::app::chord::Chord;
use crate::app::context::{Context, Intent, SideTab};
use crate::app::dialogs::Dialog;
use crate::app::dialogs::confirm::Confirm;
use crate::app::dialogs::question::QuestionSlot;
use crate::app::effect::{StorageRequest, VersionsRequest};
use crate::app::event::{Answer, Reply, Ticket};
use crate::app::list::{step, take_again};
use crate::app::overlay_subject::OverlaySubject;
use crate::app::part::Part;
use crate::app::restored::{large_copies, say_restored};
use crate::app::scope::Scope;
use crate::app::screens::versions::shown::{ListedOf, ShownVersions};
use crate::app::spot::Spot;
use crate::app::toasts::Level;
use crate::domain::address::{Bucket, ConnectionName};
use crate::domain::diff_end::DiffEnd;
use crate::domain::error::Error;
use crate::domain::restoring::Restored;
use crate::domain::transfer::TransferCommand;
use crate::domain::units::{Counted, Moment, Size};
use crate::domain::versions::{KeyVersion, VersionEntry};

#[derive(Clone, Debug, Default)]
pub struct Versions {
    shown: Option<ShownVersions>,
    /// The next page is on its way.
    page: Option<Ticket>,
    /// A restoration or deletion is under way in a bucket.
    acting: Option<(Ticket, ConnectionName, Bucket)>,
    /// Which versions are deleted once it is said yes to.
    question: QuestionSlot<Vec<KeyVersion>>,
}

impl Part for Versions {
    fn scopes(&self) -> &'static [Scope] {
        match self.dialog() {
            Some(dialog) => dialog.scopes(),
            None => Scope::Versions.outwards(),
        }
    }

    fn dialog(&self) -> Option<&Dialog> {
        self.question.dialog()
    }

    fn dialog_mut(&mut self) -> Option<&mut Dialog> {
        self.question.dialog_mut()
    }

    fn covers(&self) -> bool {
        self.shown.is_some()
    }

    fn hints(&self) -> Vec<KeyHint> {
        if let Some(dialog) = self.dialog() {
            return dialog.hints();
        }
        match self.shown.as_ref().map(|shown| &shown.of) {
            _ if self.shown.as_ref().is_none_or(ShownVersions::is_empty) => {
                vec![(Action::Dismiss, "close")]
            }
            Some(ListedOf::Deleted { .. }) => vec![
                (Action::RestoreVersion, "restore"),
                (Action::Toggle, "mark"),
                (Action::MarkEvery, "all"),
                (Action::Dismiss, "close"),
            ],
            _ => vec![
                (Action::Accept, "preview"),
                (Action::RestoreVersion, "restore"),
                (Action::SaveVersion, "download"),
                (Action::LinkVersion, "link"),
                (Action::CompareVersion, "compare"),
                (Action::DeleteVersion, "delete for good"),
                (Action::Dismiss, "close"),
            ],
        }
    }

    fn on_action(&mut self, action: Action, cx: &mut Context<'_>) -> bool {
        if self.question.is_open() {
            if let Some((question, _)) = self.question.on_action(action, cx) {
                self.delete(question.about, cx);
            }
            return true;
        }
        let Some(shown) = &mut self.shown else { return false };
        if shown.is_empty() && action.spec().works_in(Scope::Versions) && action != Action::Versions
        {
            cx.toast(Level::Note, format!("{}: there is no row here", action.spec().title));
            return true;
        }
        match action {
            Action::Dismiss | Action::Close | Action::Versions => self.close(cx),
            Action::Toggle => shown.toggle(),
            Action::MarkEvery => shown.mark_every(),
            Action::RestoreVersion => self.restore(cx),
            Action::DeleteVersion => self.ask_deletion(cx),
            Action::Accept | Action::Open => self.pass_on(SideTab::Preview, cx),
            Action::VersionDetails => self.pass_on(SideTab::Details, cx),
            Action::SaveVersion => self.act_on(Action::Download, cx),
            Action::LinkVersion => self.act_on(Action::CopyLink, cx),
            Action::CompareVersion => self.compare(cx),
            _ => {
                let movement = match action {
                    Action::NextField => Action::Down,
                    Action::PreviousField => Action::Up,
                    other => other,
                };
                let len = shown.len();
                step(&mut shown.cursor, movement, len);
            }
        }
        true
    }

    fn on_text(&mut self, chord: Chord, cx: &mut Context<'_>) {
        if let Some((question, _)) = self.question.on_text(chord, cx) {
            self.delete(question.about, cx);
        }
    }

    fn point(&mut self, spot: Spot) -> Option<Action> {
        if let Some(dialog) = self.question.dialog_mut() {
            return dialog.point(spot);
        }
        take_again(&mut self.shown.as_mut()?.cursor, spot)
    }

    fn owns(&self, ticket: Ticket) -> bool {
        let acting = self.acting.as_ref().map(|(ticket, ..)| *ticket);
        [self.page, acting].contains(&Some(ticket))
    }

    fn on_reply(&mut self, ticket: Ticket, reply: Reply, cx: &mut Context<'_>) {
        if self.page == Some(ticket) {
            self.page = None;
            return self.on_page(reply, cx);
        }
        match reply {
            Ok(Answer::Restored { restored, done: true }) => self.on_restored(restored, cx),
            Ok(Answer::VersionsDeleted(failed)) => self.on_deleted(failed, cx),
            Ok(_) => {}
            Err(error) => {
                self.acting = None;
                cx.ask(Intent::Log(error));
            }
        }
    }

    fn waits_for(&self) -> Option<Ticket> {
        self.acting.as_ref().map(|(ticket, ..)| *ticket)
    }

    fn is_waiting(&self) -> bool {
        self.page.is_some() || self.acting.is_some()
    }

    fn stop(&mut self, cx: &mut Context<'_>) {
        self.close(cx);
    }
}

impl Versions {
    pub fn shown(&self) -> Option<&ShownVersions> {
        self.shown.as_ref()
    }

    /// Whether something is being restored or deleted.
    fn is_acting(&self) -> bool {
        self.acting.is_some()
    }

    pub fn open(&mut self, of: ListedOf, cx: &mut Context<'_>) {
        self.close(cx);
        self.shown = Some(ShownVersions::new(of));
        self.ask_page(cx);
    }

    /// The list goes; what is under way goes on unseen.
    fn close(&mut self, cx: &mut Context<'_>) {
        cx.abandon(&mut self.page);
        self.question.close(cx);
        self.shown = None;
    }

    fn ask_page(&mut self, cx: &mut Context<'_>) {
        let Some(shown) = &self.shown else { return };
        let (bucket, prefix) = (shown.of.bucket().clone(), shown.of.prefix());
        let after = shown.next();
        self.page = Some(cx.request(StorageRequest::Versions(VersionsRequest::ListVersions {
            bucket,
            prefix,
            after,
        })));
    }

    fn on_page(&mut self, reply: Reply, cx: &mut Context<'_>) {
        let Some(shown) = &mut self.shown else { return };
        match reply {
            Ok(Answer::Versions(page)) => match shown.take(page) {
                Ok(true) => self.ask_page(cx),
                Ok(false) => {}
                Err(error) => cx.ask(Intent::Log(error)),
            },
            Ok(_) => {}
            Err(error) => {
                shown.failed(error.clone());
                cx.ask(Intent::LogQuietly(error));
            }
        }
    }

    /// Lists anew what is shown.
    fn reload(&mut self, cx: &mut Context<'_>) {
        if let Some(shown) = &self.shown {
            let (of, cursor) = (shown.of.clone(), shown.cursor);
            self.open(of, cx);
            if let Some(shown) = &mut self.shown {
                shown.cursor = cursor;
            }
        }
    }

    /// Shows a version in the side pane, and steps out of its way.
    fn pass_on(&mut self, tab: SideTab, cx: &mut Context<'_>) {
        match self.shown.as_ref().and_then(ShownVersions::subject) {
            Some(subject) => {
                self.close(cx);
                cx.ask(Intent::Show { tab, subject });
            }
            None => cx.toast(Level::Note, "a delete marker has nothing to show"),
        }
    }

    fn act_on(&mut self, action: Action, cx: &mut Context<'_>) {
        match self.shown.as_ref().and_then(ShownVersions::subject) {
            Some(subject) => {
                self.close(cx);
                cx.ask(Intent::ActOn { action, subject });
            }
            None => cx.toast(Level::Note, "a delete marker has no bytes"),
        }
    }

    fn compare(&mut self, cx: &mut Context<'_>) {
        let Some(shown) = &self.shown else { return };
        match shown.change() {
            Some((before, after)) => {
                let (before, after) = (DiffEnd::Object(before), DiffEnd::Object(after));
                cx.ask(Intent::ShowOverlay(OverlaySubject::Difference(before, after)));
            }
            None => cx.toast(Level::Note, "there is no version before it to compare with"),
        }
    }

    fn restore(&mut self, cx: &mut Context<'_>) {
        let Some(shown) = &self.shown else { return };
        let steps = shown.steps();
        if steps.is_empty() {
            return cx.toast(Level::Note, "it is what is there now");
        }
        let bucket = shown.of.bucket().clone();
        self.ask(bucket.clone(), VersionsRequest::Restore { bucket, steps }, cx);
    }

    /// One after the other: each is told of by its own answer.
    fn ask(&mut self, bucket: Bucket, request: VersionsRequest, cx: &mut Context<'_>) {
        if self.is_acting() {
            return cx.toast(Level::Note, WAIT);
        }
        let ticket = cx.request(StorageRequest::Versions(request));
        self.acting = Some((ticket, cx.session.name().clone(), bucket));
    }

    fn on_restored(&mut self, restored: Restored, cx: &mut Context<'_>) {
        let acting = self.acting.take();
        say_restored(&restored, cx);
        if let Some((_, connection, bucket)) = acting {
            let copies = large_copies(&connection, &bucket, restored.large);
            if !copies.is_empty() {
                cx.transfer(TransferCommand::Enqueue(copies));
            }
        }
        cx.ask(Intent::RefreshObjects);
        self.reload(cx);
    }

    /// Asks before a version goes for good.
    fn ask_deletion(&mut self, cx: &mut Context<'_>) {
        let Some(shown) = &self.shown else { return };
        let ListedOf::Object(object) = &shown.of else { return };
        let chosen = shown.chosen();
        if chosen.is_empty() {
            return;
        }
        if self.is_acting() {
            return cx.toast(Level::Note, WAIT);
        }
        let versions = Counted(chosen.len() as u64, "version");
        let told: Vec<String> =
            shown.chosen_entries().map(|entry| told(entry, &cx.session.zone)).collect();
        let confirm = Confirm::new("Delete versions", "Delete", "Keep")
            .line(format!("Delete {versions} of {} for good?", object.key.name()))
            .about(told.into_iter())
            .warning("This is final: what is deleted by its version cannot be restored.");
        self.question.ask(Dialog::Confirm(confirm), chosen);
    }

    fn delete(&mut self, named: Vec<KeyVersion>, cx: &mut Context<'_>) {
        let Some(shown) = &self.shown else { return };
        let bucket = shown.of.bucket().clone();
        self.ask(bucket.clone(), VersionsRequest::DeleteVersions { bucket, named }, cx);
    }

    fn on_deleted(&mut self, failed: Vec<(KeyVersion, Error)>, cx: &mut Context<'_>) {
        self.acting = None;
        if failed.is_empty() {
            cx.toast(Level::Done, "deleted for good");
        }
        for (_, error) in failed {
            cx.ask(Intent::Log(error));
        }
        cx.ask(Intent::RefreshObjects);
        self.reload(cx);
    }
}

const WAIT: &str = "versions are being changed: wait for the end of that";

/// `2026-09-20 14:02  4.1 MiB  3sL4kqtJ…`, as its row has it.
fn told(entry: &VersionEntry, zone: &TimeZone) -> String {
    let modified = entry.modified.map(|modified| Moment(modified, zone).to_string());
    let what = match entry.size() {
        Some(size) => Size(size).to_string(),
        None => "delete marker".to_owned(),
    };
    let parts = [modified, Some(what), Some(entry.version.as_str().to_owned())];
    parts.into_iter().flatten().collect::<Vec<_>>().join("  ")
}
