//! Acts on objects and prefixes: download, upload, links, copy, delete, new.

mod links;
mod picking;
mod queueing;
mod settings;
mod versions;

use std::path::PathBuf;

use crate::app::action::Action;
use crate::app::chord::Chord;
use crate::app::context::{Context, Intent};
use crate::app::dialogs::confirm::Tally;
use crate::app::dialogs::question::{Question, QuestionSlot};
use crate::app::dialogs::typed_path::resolve;
use crate::app::dialogs::{Dialog, DialogAnswer};
use crate::app::event::{Answer, Reply, Ticket};
use crate::app::linking::{Delivery, Linking};
use crate::app::overlay_subject::OverlaySubject;
use crate::app::screens::archived;
use crate::app::screens::objects::browse::Browse;
use crate::app::screens::objects::copy_confirmation::CopyConfirmation;
use crate::app::screens::objects::copying::Copying;
use crate::app::screens::objects::deleting::Deletion;
use crate::app::screens::objects::giving::{Giving, GivingStep, RememberedSoon};
use crate::app::screens::objects::reasons::disabled;
use crate::app::screens::objects::{creating, downloading, existing, giving, renaming, uploading};
use crate::app::toasts::Level;
use crate::domain::address::{Bucket, Prefix};
use crate::domain::attributes::Attributes;
use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::Measure;
use crate::domain::restoring::RestorePlan;
use crate::domain::transfer::{FileRules, JobSpec, SourceRows, Target};
use crate::domain::units::Counted;

#[derive(Clone, Debug, Default)]
pub struct Acting {
    pub(super) question: QuestionSlot<About>,
    linking: Linking,
    /// Links that are tried, with what each leads to.
    testing: Vec<(Ticket, String)>,
    /// Temporary keys are being made.
    keys: Option<Ticket>,
    /// Whether the bucket keeps versions is being asked.
    versioning: Option<(Ticket, Bucket)>,
    /// What uploads give is being written into `config.toml`.
    remembering: Vec<RememberedSoon>,
    /// Where the picker was left.
    upload_folder: Option<PathBuf>,
}

/// What an answer is for. Places and rows are those of the moment of asking.
#[derive(Clone, Debug)]
pub(super) enum About {
    Download {
        bucket: Bucket,
        sources: SourceRows,
        archived: u64,
    },
    Archived {
        specs: Vec<JobSpec>,
    },
    Upload {
        bucket: Bucket,
        prefix: Prefix,
        given: Attributes,
    },
    /// What is given is being chosen, before a question that is answered after it.
    Giving(Box<Giving<About>>),
    Copy(Copying),
    Rename {
        bucket: Bucket,
        source: SourceRows,
    },
    CopyConfirmation(CopyConfirmation),
    Checking {
        specs: Vec<JobSpec>,
    },
    Existing {
        specs: Vec<JobSpec>,
    },
    Delete(Deletion),
    /// Versions are being deleted for good.
    Erasing {
        stopped: bool,
    },
    /// The moment that is travelled to.
    Moment,
    /// What it takes is planned first.
    BringBack {
        bucket: Bucket,
        plan: Option<RestorePlan>,
    },
    Restoring {
        bucket: Bucket,
        stopped: bool,
    },
    /// `made` is the one asked for, once it is.
    NewPrefix {
        bucket: Bucket,
        prefix: Prefix,
        made: Prefix,
    },
    Links {
        bucket: Bucket,
        targets: Vec<Target>,
    },
    Domain {
        bucket: Bucket,
        targets: Vec<Target>,
    },
}

impl Acting {
    /// Performs an action; `false` where it is none of these.
    /// It is about `these` rows, so many of them archived, or about the marked ones or the one
    /// under the cursor.
    pub fn on_action(
        &mut self,
        action: Action,
        these: Option<(SourceRows, u64)>,
        browse: &mut Browse,
        cx: &mut Context<'_>,
    ) -> bool {
        let Some(place) = browse.place().cloned() else { return false };
        let (bucket, prefix) = (place.bucket, place.prefix);
        let rows = || these.clone().map_or_else(|| browse.meant(), |(rows, _)| rows);
        // Of no more than can have links.
        let targets = || rows().in_order().map(|row| row.target).collect::<Vec<_>>();
        match action {
            Action::Upload => self.ask_files(bucket, prefix, None, cx),
            Action::BucketSettings => cx.ask(Intent::ShowOverlay(OverlaySubject::Settings(bucket))),
            Action::UnfinishedUploads => cx.ask(Intent::ShowUploads(bucket)),
            Action::New => {
                let dialog = creating::prefix_question(&bucket, &prefix);
                let made = prefix.clone();
                self.question.ask(dialog, About::NewPrefix { bucket, prefix, made });
            }
            Action::CopyLink => {
                self.start_links(&bucket, &targets(), Delivery::default(), cx);
            }
            Action::OpenLink => self.start_links(&bucket, &targets(), Delivery::Browse, cx),
            Action::LinkMenu => self.ask_link(bucket, targets(), cx),
            Action::Download => {
                let folder = cx.session.download_folder.as_ref();
                let folder = folder.unwrap_or(&cx.session.working_folder);
                let sources = rows();
                let archived = these.as_ref().map_or_else(|| sources.archived(), |(_, many)| *many);
                let dialog = downloading::question(&sources, folder, cx.session);
                self.question.ask(dialog, About::Download { bucket, sources, archived });
            }
            Action::Copy | Action::Move => {
                let copying = Copying::new(bucket, rows(), action == Action::Move);
                let dialog = copying.question(&browse.location(), cx.session);
                self.question.ask(dialog, About::Copy(copying));
            }
            Action::Rename => {
                let source = rows();
                let Some(row) = source.single() else { return true };
                self.question
                    .ask(renaming::question(&row.target), About::Rename { bucket, source });
            }
            Action::Versions => Acting::show_versions(&bucket, &rows(), cx),
            Action::TimeTravel => self.travel(browse, cx),
            Action::BringBack => self.ask_to_bring_back(bucket, prefix, browse, cx),
            Action::Delete | Action::DeleteVersions => {
                let all_versions = action == Action::DeleteVersions;
                let whole = these.is_none() && browse.is_whole_bucket();
                let deletion = Deletion { bucket, rows: rows(), prefix, whole, all_versions };
                self.ask_deletion(deletion, cx);
            }
            _ => return false,
        }
        true
    }

    pub fn on_dialog_action(&mut self, action: Action, browse: &mut Browse, cx: &mut Context<'_>) {
        let taken = match action {
            Action::WriteSettings => self.ask_given(cx),
            Action::Dismiss | Action::Close => self.stop_work(cx),
            _ => false,
        };
        if taken {
            return;
        }
        let giving = self.giving();
        match self.question.on_action(action, cx) {
            Some((question, answer)) => self.on_answer(question, answer, browse, cx),
            None => self.go_on(giving, cx),
        }
    }

    pub fn on_dialog_text(&mut self, chord: Chord, browse: &mut Browse, cx: &mut Context<'_>) {
        match self.question.on_text(chord, cx) {
            Some((question, answer)) => self.on_answer(question, answer, browse, cx),
            None => self.read_wanted(cx),
        }
    }

    /// Without a question, what is pasted is a path to upload.
    pub fn on_paste(&mut self, text: &str, browse: &mut Browse, cx: &mut Context<'_>) {
        if let Some(dialog) = self.question.dialog_mut() {
            dialog.on_paste(text);
            return self.read_wanted(cx);
        }
        let Some(place) = browse.place().cloned() else {
            return cx.toast(Level::Note, "upload: open a bucket first");
        };
        let reason = cx.session.read_only();
        match reason.or_else(|| disabled(Action::Upload, browse, cx.session)) {
            Some(reason) => cx.toast(Level::Note, format!("upload: {reason}")),
            None => self.ask_files(place.bucket, place.prefix, Some(text), cx),
        }
    }

    pub fn owns(&self, ticket: Ticket) -> bool {
        self.linking.owns(ticket)
            || self.question.owns(ticket)
            || self.versioning.as_ref().is_some_and(|(asked, _)| *asked == ticket)
            || self.testing.iter().any(|(asked, _)| *asked == ticket)
            || self.keys == Some(ticket)
            || self.remembering.iter().any(|written| written.ticket == ticket)
    }

    /// Whether something is waited for.
    pub fn is_waiting(&self) -> bool {
        self.linking.is_waiting()
            || self.question.is_waiting()
            || !self.testing.is_empty()
            || self.keys.is_some()
            || !self.remembering.is_empty()
    }

    /// The links and keys that are being made or tried.
    pub fn under_way(&self) -> Option<String> {
        let links = self.testing.len() as u64;
        let tested = || (links > 0).then(|| format!("testing {}", Counted(links, "link")));
        let keys = || self.keys.map(|_| "asking for temporary keys".to_owned());
        self.linking.under_way().or_else(tested).or_else(keys)
    }

    /// Leaves what [`Acting::under_way`] tells of, and that alone.
    pub fn leave_work(&mut self, cx: &mut Context<'_>) -> bool {
        if self.linking.leave_work(cx) {
            return true;
        }
        let Some(doing) = self.under_way() else { return false };
        if self.testing.is_empty() {
            cx.abandon(&mut self.keys);
        }
        self.drop_tests(cx);
        cx.toast(Level::Note, format!("stopped {doing}"));
        true
    }

    fn drop_tests(&mut self, cx: &mut Context<'_>) {
        for (ticket, _) in self.testing.drain(..) {
            cx.abandon(&mut Some(ticket));
        }
    }

    /// Drops the question and everything that is waited for, save what is written all the same.
    pub fn drop_all(&mut self, cx: &mut Context<'_>) {
        self.question.close(cx);
        cx.abandon(&mut self.versioning.take().map(|(ticket, _)| ticket));
        self.linking.give_up(cx);
        cx.abandon(&mut self.keys);
        self.drop_tests(cx);
    }

    pub fn on_reply(
        &mut self,
        ticket: Ticket,
        reply: Reply,
        browse: &mut Browse,
        cx: &mut Context<'_>,
    ) {
        if self.linking.owns(ticket) {
            let shown = self.linking.on_reply(ticket, reply, cx);
            return shown.into_iter().for_each(|shown| cx.ask(Intent::ShowText(shown)));
        }
        if self.testing.iter().any(|(asked, _)| *asked == ticket) {
            return self.on_link_tested(ticket, reply.map(drop), cx);
        }
        if self.keys == Some(ticket) {
            let keys = reply.and_then(|answer| match answer {
                Answer::TemporaryKeys(keys) => Ok(keys),
                _ => Err(Error::new(ErrorKind::Other, "make temporary keys", "")),
            });
            return self.on_keys(keys, cx);
        }
        if let Some((_, bucket)) = self.versioning.take_if(|(asked, _)| *asked == ticket) {
            return Acting::on_versioning(bucket, reply, cx);
        }
        if let Some(at) = self.remembering.iter().position(|written| written.ticket == ticket) {
            let written = self.remembering.remove(at);
            return self.on_remembered(written, reply, cx);
        }
        match reply {
            Ok(Answer::Measured(below)) => self.on_measured(below),
            Ok(Answer::RestorePlanned(plan)) => self.on_planned(plan, cx),
            Ok(Answer::Restored { restored, done }) => {
                self.on_restored(restored, done, browse, cx);
            }
            Ok(Answer::Emptied { emptied, done }) => self.on_erased(emptied, done, browse, cx),
            Ok(Answer::Folder(rows)) => self.on_folder(Ok(rows), cx),
            Ok(Answer::Checked(conflicts)) => self.on_checked(&conflicts, browse, cx),
            Ok(Answer::PublicDomainSaved(domain)) => self.on_domain_saved(domain, cx),
            Ok(Answer::PrefixCreated) => self.on_prefix_created(cx),
            Ok(_) => {}
            Err(error) => self.on_failure(error, cx),
        }
    }

    /// What the question that is open waited for could not be had.
    fn on_failure(&mut self, error: Error, cx: &mut Context<'_>) {
        let Some(question) = self.question.get_mut() else { return };
        question.ticket = None;
        match (&mut question.dialog, &question.about) {
            (Dialog::Picker(_), _) => return self.on_folder(Err(error), cx),
            (Dialog::Confirm(confirm), _) => {
                let what = error.explain().what;
                return confirm.lines.push(format!("It could not be counted: {what}."));
            }
            (Dialog::Prompt(prompt), _) => prompt.refuse(cx.session.in_a_line(&error)),
            _ => self.question.close(cx),
        }
        cx.ask(Intent::Log(error));
    }

    // ─── answers ───

    fn on_answer(
        &mut self,
        mut question: Question<About>,
        answer: DialogAnswer,
        browse: &mut Browse,
        cx: &mut Context<'_>,
    ) {
        match (question.about.clone(), answer) {
            (About::Download { bucket, sources, archived }, DialogAnswer::Text(text)) => {
                match resolve(text.trim(), &cx.session.working_folder, cx.session.home.as_deref()) {
                    Ok(folder) => {
                        let name = cx.session.name();
                        let specs = downloading::specs(name, &bucket, sources, &folder);
                        let specs = under(specs, cx.session.settings.transfers.files());
                        cx.ask(Intent::RememberDownloadFolder(folder));
                        if archived == 0 {
                            return self.check(specs, cx);
                        }
                        let dialog = archived::before(archived, cx.session);
                        self.question.ask(dialog, About::Archived { specs });
                    }
                    Err(problem) => self.refuse(question, problem),
                }
            }
            (About::Copy(copying), DialogAnswer::Text(text)) => {
                cx.abandon(&mut question.ticket);
                match copying.specs(cx.session, &text) {
                    Ok(specs) => self.go(specs, copying.sources, cx),
                    Err(problem) => self.refuse(question, problem),
                }
            }
            (About::Rename { bucket, source }, DialogAnswer::Text(name)) => {
                let Some(row) = source.single() else { return };
                match renaming::spec(cx.session.name(), &bucket, &row.target, &name) {
                    // Of one object the two names are enough of a question.
                    Ok(spec) if !row.target.is_many() => self.check(vec![spec], cx),
                    Ok(spec) => self.go(vec![spec], source, cx),
                    Err(problem) => self.refuse(question, problem),
                }
            }
            (About::CopyConfirmation(confirmation), DialogAnswer::Yes) => {
                cx.abandon(&mut question.ticket);
                self.check(confirmation.specs, cx);
            }
            (About::Upload { bucket, prefix, given }, DialogAnswer::Picked(entries)) => {
                cx.abandon(&mut question.ticket);
                self.upload_folder = match &question.dialog {
                    Dialog::Picker(picker) => Some(picker.folder.clone()),
                    _ => None,
                };
                let name = cx.session.name();
                let options = giving::upload_options(&given, (name, &bucket), &cx.session.settings);
                match uploading::specs(name, &bucket, &prefix, entries, &options) {
                    Ok(specs) => {
                        self.check(under(specs, cx.session.settings.transfers.files()), cx);
                    }
                    Err(problem) => cx.toast(Level::Problem, problem),
                }
            }
            (About::Giving(giving), _) if matches!(giving.step, GivingStep::Remembering(_)) => {
                self.question.put(question);
            }
            (About::Giving(giving), answer) => self.on_giving(*giving, answer, cx),
            (About::Archived { specs }, DialogAnswer::Row(row)) => {
                self.check(archived::answered(specs, row), cx);
            }
            (About::Existing { specs }, DialogAnswer::Row(row)) => {
                Acting::enqueue(existing::answered(specs, row), browse, cx);
            }
            (About::Delete(deletion), DialogAnswer::Yes) if deletion.all_versions => {
                cx.abandon(&mut question.ticket);
                self.erase(deletion, cx);
            }
            (About::Moment, DialogAnswer::Text(text)) => {
                self.on_moment(question, &text, browse, cx);
            }
            (About::BringBack { bucket, plan: Some(plan) }, DialogAnswer::Yes) => {
                self.bring_back(bucket, plan, cx);
            }
            (About::Delete(deletion), DialogAnswer::Yes) => {
                cx.abandon(&mut question.ticket);
                Acting::enqueue(vec![deletion.spec(cx.session.name())], browse, cx);
            }
            (About::NewPrefix { bucket, prefix, .. }, DialogAnswer::Text(text)) => {
                if question.ticket.is_none() {
                    let made = creating::prefix_below(&prefix, &text);
                    let request = creating::request(&bucket, &made);
                    question.about = About::NewPrefix { bucket, prefix, made };
                    question.ticket = Some(cx.request(request));
                }
                self.question.put(question);
            }
            (About::Links { bucket, targets }, DialogAnswer::Link(choice)) => {
                self.on_link_chosen(&bucket, targets, choice, cx);
            }
            (About::Domain { bucket, .. }, DialogAnswer::Text(text)) => {
                self.save_domain(question, bucket, &text, cx);
            }
            // Read, or waited for.
            (About::Checking { .. } | About::Erasing { .. } | About::Restoring { .. }, _) => {
                self.question.put(question);
            }
            // Answered in another form than they are asked in.
            (
                About::Download { .. }
                | About::Archived { .. }
                | About::Upload { .. }
                | About::Copy(_)
                | About::Rename { .. }
                | About::CopyConfirmation(_)
                | About::Existing { .. }
                | About::Delete(_)
                | About::Moment
                | About::BringBack { .. }
                | About::NewPrefix { .. }
                | About::Links { .. }
                | About::Domain { .. },
                _,
            ) => self.question.put(question),
        }
    }

    fn refuse(&mut self, mut question: Question<About>, problem: impl Into<String>) {
        question.refuse(problem);
        self.question.put(question);
    }

    // ─── replies ───

    fn on_measured(&mut self, below: Measure) {
        let Some(Question { dialog: Dialog::Confirm(confirm), about, ticket }) =
            self.question.get_mut()
        else {
            return;
        };
        match about {
            About::Delete(deletion) => deletion.measured(below, confirm),
            About::CopyConfirmation(confirmation) => confirmation.measured(below, confirm),
            About::BringBack { .. } => {
                let Measure { objects, bytes, .. } = below;
                confirm.tally = Some(Tally { objects, bytes, complete: false });
                return;
            }
            _ => {}
        }
        if below.done {
            *ticket = None;
        }
    }

    fn on_prefix_created(&mut self, cx: &mut Context<'_>) {
        let question = self.question.take();
        if let Some(Question { about: About::NewPrefix { bucket, made, .. }, .. }) = question {
            cx.toast(Level::Done, "prefix created");
            cx.ask(Intent::Made { bucket, change: creating::made(&made) });
        }
    }
}

/// The jobs with the rules for files that are configured.
fn under(specs: Vec<JobSpec>, files: FileRules) -> Vec<JobSpec> {
    specs.into_iter().map(|spec| JobSpec { files, ..spec }).collect()
}
