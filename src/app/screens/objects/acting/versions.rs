//! Travels in time, brings the past back, and deletes versions for good.

use crate::app::context::{Context, Intent};
use crate::app::dialogs::Dialog;
use crate::app::dialogs::confirm::{Confirm, Tally};
use crate::app::dialogs::details::Details;
use crate::app::dialogs::question::Question;
use crate::app::effect::{StorageRequest, VersionsRequest};
use crate::app::event::{Answer, Reply};
use crate::app::restored::{large_copies, say_restored};
use crate::app::screens::objects::acting::{About, Acting};
use crate::app::screens::objects::browse::Browse;
use crate::app::screens::objects::deleting::Deletion;
use crate::app::screens::objects::travelling;
use crate::app::screens::versions::shown::ListedOf;
use crate::app::toasts::Level;
use crate::domain::address::{Bucket, Prefix};
use crate::domain::emptied::Emptied;
use crate::domain::restoring::{RestorePlan, RestorePoint, Restored};
use crate::domain::transfer::{SourceRow, SourceRows, Target, TransferCommand};
use crate::domain::units::{Count, Counted, Moment, Size};

impl Acting {
    /// Asks for a moment; in the past it comes back to now.
    pub(super) fn travel(&mut self, browse: &mut Browse, cx: &mut Context<'_>) {
        if browse.at().is_some() {
            return browse.travel(None, cx);
        }
        let Some(place) = browse.place() else { return };
        let bucket = place.bucket.clone();
        self.ask_versioning(&bucket, cx);
        self.question.ask(travelling::question(&bucket, cx), About::Moment);
    }

    pub(super) fn on_moment(
        &mut self,
        question: Question<About>,
        text: &str,
        browse: &mut Browse,
        cx: &mut Context<'_>,
    ) {
        match travelling::moment(text, cx) {
            Ok(at) => {
                browse.travel(Some(at), cx);
                let bucket = browse.place().map(|place| &place.bucket);
                let versioning = bucket.and_then(|bucket| cx.session.versioning(bucket));
                if let Some(gaps) = travelling::gaps(versioning) {
                    cx.toast(Level::Note, gaps);
                }
            }
            Err(problem) => self.refuse(question, problem),
        }
    }

    /// Whether the bucket keeps versions, asked once.
    pub(super) fn ask_versioning(&mut self, bucket: &Bucket, cx: &mut Context<'_>) {
        let asked = self.versioning.as_ref().is_some_and(|(_, asked)| asked == bucket);
        if cx.session.versioning(bucket).is_none() && !asked {
            cx.abandon(&mut self.versioning.take().map(|(ticket, _)| ticket));
            let ticket =
                cx.request(StorageRequest::Versions(VersionsRequest::Versioning(bucket.clone())));
            self.versioning = Some((ticket, bucket.clone()));
        }
    }

    /// Keys that may not ask are no reason to say anything: the question stays careful.
    pub(super) fn on_versioning(bucket: Bucket, reply: Reply, cx: &mut Context<'_>) {
        match reply {
            Ok(Answer::Versioning(versioning)) => {
                cx.ask(Intent::KnowVersioning { bucket, versioning });
            }
            Ok(_) => {}
            Err(error) => cx.ask(Intent::LogQuietly(error)),
        }
    }

    /// What is known now of the bucket, in the question that is open.
    pub fn know_versioning(&mut self, cx: &Context<'_>) {
        if let Some(Question { dialog: Dialog::Confirm(confirm), about, .. }) =
            self.question.get_mut()
            && let About::Delete(deletion) = about
        {
            confirm.warning = Some(deletion.finality(cx.session));
        }
    }

    /// Shows the versions of one object, or what was deleted below one prefix.
    pub(super) fn show_versions(bucket: &Bucket, rows: &SourceRows, cx: &mut Context<'_>) {
        let Some(SourceRow { target, .. }) = rows.first() else { return };
        let bucket = bucket.clone();
        cx.ask(Intent::ShowVersions(if let Some(object) = target.object(&bucket) {
            ListedOf::Object(object.at_version(None))
        } else {
            let prefix = target.prefix().cloned().unwrap_or_else(Prefix::root);
            ListedOf::Deleted { bucket, prefix }
        }));
    }

    // ─── bring back ───

    /// Plans and counts first: the marked rows, or the whole place.
    pub(super) fn ask_to_bring_back(
        &mut self,
        bucket: Bucket,
        prefix: Prefix,
        browse: &Browse,
        cx: &mut Context<'_>,
    ) {
        let Some(at) = browse.at() else { return };
        let marked = !browse.marking.marks.is_empty();
        let whole = || vec![SourceRow { target: Target::Prefix(prefix), size: None }].into();
        let rows = if marked { browse.meant() } else { whole() };
        let moment = Moment(at, &cx.session.zone);
        let confirm = Confirm::new("Bring back to now", "Bring back", "Leave")
            .line(format!("Bring back what was in {bucket} at {moment}?"))
            .line("Delete markers are removed and old versions copied on top; none is lost.")
            .about_rows(&rows, |target| match target.as_str() {
                "" => bucket.to_string(),
                path => path.to_owned(),
            });
        let targets = rows.into_targets();
        let confirm = confirm.tally(Tally::default());
        let wanted = RestorePoint::At(at);
        let request = StorageRequest::Versions(VersionsRequest::PlanRestore {
            bucket: bucket.clone(),
            targets,
            wanted,
        });
        let ticket = Some(cx.request(request));
        let about = About::BringBack { bucket, plan: None };
        self.question.put(Question { dialog: Dialog::Confirm(confirm), about, ticket });
    }

    pub(super) fn on_planned(&mut self, planned: RestorePlan, cx: &mut Context<'_>) {
        let Some(Question { dialog: Dialog::Confirm(confirm), about, ticket }) =
            self.question.get_mut()
        else {
            return;
        };
        let About::BringBack { plan, .. } = about else { return };
        *ticket = None;
        let (objects, bytes) = (planned.steps.len() as u64, planned.bytes);
        confirm.tally = Some(Tally { objects, bytes, complete: true });
        if planned.unchanged > 0 {
            confirm.lines.push(match planned.unchanged {
                1 => "1 object stays as it is.".to_owned(),
                many => format!("{} stay as they are.", Counted(many, "object")),
            });
        }
        if !planned.left.is_empty() {
            confirm.lines.push(match planned.left.len() as u64 {
                1 => "1 object made later stays.".to_owned(),
                many => format!("{} made later stay.", Counted(many, "object")),
            });
        }
        let nothing = planned.steps.is_empty();
        *plan = Some(planned);
        if nothing {
            self.question.close(cx);
            cx.toast(Level::Note, "nothing to bring back: it is as it was");
        }
    }

    pub(super) fn bring_back(&mut self, bucket: Bucket, plan: RestorePlan, cx: &mut Context<'_>) {
        let request = StorageRequest::Versions(VersionsRequest::Restore {
            bucket: bucket.clone(),
            steps: plan.steps,
        });
        let ticket = Some(cx.request(request));
        let dialog = Dialog::Details(waiting("Bringing back", "0 objects".to_owned()));
        self.question.put(Question {
            dialog,
            about: About::Restoring { bucket, stopped: false },
            ticket,
        });
    }

    pub(super) fn on_restored(
        &mut self,
        restored: Restored,
        done: bool,
        browse: &mut Browse,
        cx: &mut Context<'_>,
    ) {
        let Some(question) = self.question.get_mut() else { return };
        let About::Restoring { bucket, stopped } = question.about.clone() else { return };
        if !done {
            let objects = Counted(restored.restored, "object").to_string();
            question.dialog = Dialog::Details(going_on("Bringing back", objects, stopped));
            return;
        }
        question.ticket = None;
        self.question.close(cx);
        // What is copied in parts is not begun.
        if stopped && (restored.left || !restored.large.is_empty()) {
            let objects = Counted(restored.restored, "object");
            let (level, failed) = refused(restored.failed);
            let text = format!("stopped: {objects} restored{failed}, the rest stays as it is");
            cx.toast(level, text);
            restored.errors.into_iter().for_each(|error| cx.ask(Intent::Log(error)));
            return browse.refresh(cx);
        }
        say_restored(&restored, cx);
        let copies = large_copies(cx.session.name(), &bucket, restored.large);
        if !copies.is_empty() {
            cx.transfer(TransferCommand::Enqueue(copies));
        }
        browse.travel(None, cx);
    }

    /// Ends what changes versions in order, so that its count is true; `false` where nothing is
    /// under way, or where that was asked before.
    pub(super) fn stop_work(&mut self, cx: &mut Context<'_>) -> bool {
        let Some(Question { dialog, about, ticket: Some(ticket) }) = self.question.get_mut() else {
            return false;
        };
        let title = match about {
            About::Erasing { stopped } if !*stopped => {
                *stopped = true;
                "Deleting all versions"
            }
            About::Restoring { stopped, .. } if !*stopped => {
                *stopped = true;
                "Bringing back"
            }
            _ => return false,
        };
        cx.stop(*ticket);
        *dialog = Dialog::Details(going_on(title, "what is done is counted".to_owned(), true));
        true
    }

    // ─── deleting ───

    pub(super) fn ask_deletion(&mut self, deletion: Deletion, cx: &mut Context<'_>) {
        self.ask_versioning(&deletion.bucket, cx);
        let confirm = deletion.question(cx.session);
        let (bucket, prefixes) = (deletion.bucket.clone(), deletion.rows.prefixes().into_targets());
        let counts = !prefixes.is_empty();
        let ticket =
            counts.then(|| cx.request(StorageRequest::Measure { bucket, targets: prefixes }));
        let dialog = Dialog::Confirm(confirm);
        self.question.put(Question { dialog, about: About::Delete(deletion), ticket });
    }

    pub(super) fn erase(&mut self, deletion: Deletion, cx: &mut Context<'_>) {
        let Deletion { bucket, rows, .. } = deletion;
        let targets = rows.into_targets();
        let ticket =
            Some(cx.request(StorageRequest::Versions(VersionsRequest::EraseVersions {
                bucket,
                targets,
            })));
        let dialog = Dialog::Details(waiting("Deleting all versions", "0 versions".to_owned()));
        self.question.put(Question { dialog, about: About::Erasing { stopped: false }, ticket });
    }

    pub(super) fn on_erased(
        &mut self,
        emptied: Emptied,
        done: bool,
        browse: &mut Browse,
        cx: &mut Context<'_>,
    ) {
        let Some(question) = self.question.get_mut() else { return };
        let About::Erasing { stopped } = question.about else { return };
        let versions = Counted(emptied.sum(), "version");
        if !done {
            question.dialog =
                Dialog::Details(going_on("Deleting all versions", versions.to_string(), stopped));
            return;
        }
        question.ticket = None;
        self.question.close(cx);
        let size = Size(emptied.bytes);
        match emptied.failed {
            failed if stopped && emptied.left => {
                let (level, failed) = refused(failed);
                let text = format!("stopped: {versions} deleted, {size}{failed}; the rest stays");
                cx.toast(level, text);
            }
            0 => cx.toast(Level::Done, format!("{versions} deleted, {size}")),
            failed => {
                let failed = Count(failed);
                cx.toast(Level::Problem, format!("{versions} deleted, {failed} could not be"));
            }
        }
        emptied.errors.into_iter().for_each(|error| cx.ask(Intent::Log(error)));
        browse.marking.clear();
        browse.refresh(cx);
    }
}

/// What is said of failures where it was stopped.
fn refused(failed: u64) -> (Level, String) {
    match failed {
        0 => (Level::Ended, String::new()),
        failed => (Level::Problem, format!(", {} could not be", Count(failed))),
    }
}

/// How far it is; what was stopped waits for the answers that are on their way.
fn going_on(title: &str, far: String, stopped: bool) -> Details {
    if stopped {
        let rest = "for the server's answers; if you leave now, Windlass does not count them";
        return Details::waiting(format!("{title}: stopping"), "So far", far).fact("Waiting", rest);
    }
    waiting(title, far)
}

fn waiting(title: &str, far: String) -> Details {
    Details::waiting(title, "So far", far).fact("If stopped", "what is done stays done")
}
