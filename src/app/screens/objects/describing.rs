//! Shows the metadata of objects in a form, takes changes, and shows the difference before it
//! saves.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use crate::app::action::Action;
use crate::app::context::{Context, Intent};
use crate::app::dialogs::choice::{Choice, ChoiceRow};
use crate::app::dialogs::confirm::Confirm;
use crate::app::dialogs::details::Details;
use crate::app::dialogs::prompt::Prompt;
use crate::app::dialogs::question::{Question, QuestionSlot};
use crate::app::dialogs::{Dialog, DialogAnswer};
use crate::app::effect::StorageRequest;
use crate::app::event::{Answer, Reply, Ticket};
use crate::app::screens::objects::describing_fields::{Field, merged, set, settle};
use crate::app::session::Session;
use crate::app::toasts::Level;
use crate::domain::address::Bucket;
use crate::domain::description::{Descriptions, MetadataOutcome, ObjectDescription};
use crate::domain::metadata_change::{Loss, MetadataChange};
use crate::domain::transfer::SourceRows;
use crate::domain::units::{Count, Counted};

/// Differences that are shown one by one.
const MOST_DIFFERENCES: usize = 14;

type Slot = QuestionSlot<MetadataStep>;
type Answered = Option<(Question<MetadataStep>, DialogAnswer)>;

#[derive(Clone, Debug, Default)]
pub struct Describing {
    pub question: Slot,
}

/// What the question is.
#[derive(Clone, Debug)]
pub enum MetadataStep {
    Loading(Bucket),
    Form(MetadataForm),
    Field(MetadataForm, Field),
    Sure(MetadataForm),
    /// Whether what was entered is lost.
    Discard(MetadataForm),
    Saving,
}

/// Objects and what is to become of them.
#[derive(Clone, Debug)]
pub struct MetadataForm {
    bucket: Bucket,
    pub found: Descriptions,
    pub change: MetadataChange,
    cursor: usize,
}

impl Describing {
    pub fn open(&mut self, bucket: &Bucket, rows: SourceRows, cx: &mut Context<'_>) {
        let what = Counted(rows.len() as u64, "row").to_string();
        let targets = rows.into_targets();
        let request = StorageRequest::Describe { bucket: bucket.clone(), targets };
        let ticket = Some(cx.request(request));
        let dialog = Dialog::Details(Details::waiting("Reading the metadata", "Of", what));
        self.question.put(Question {
            dialog,
            about: MetadataStep::Loading(bucket.clone()),
            ticket,
        });
    }

    pub fn owns(&self, ticket: Ticket) -> bool {
        self.question.owns(ticket)
    }

    pub fn on_reply(&mut self, reply: Reply, cx: &mut Context<'_>) {
        let Some(question) = self.question.take() else { return };
        match (question.about, reply) {
            (MetadataStep::Loading(bucket), Ok(Answer::Described(found))) => {
                for error in &found.failed {
                    cx.ask(Intent::LogQuietly(error.clone()));
                }
                let form =
                    MetadataForm { bucket, found, change: MetadataChange::default(), cursor: 0 };
                self.show(form, cx.session);
            }
            (_, Ok(Answer::MetadataChanged(outcome))) => ended(outcome, cx),
            (_, Err(error)) => cx.ask(Intent::Log(error)),
            _ => {}
        }
    }

    /// Gives a key to the question; a field that is given up leads back to the form.
    pub fn on_dialog(
        &mut self,
        act: impl FnOnce(&mut Slot, &mut Context<'_>) -> Answered,
        cx: &mut Context<'_>,
    ) {
        let step = self.question.get().map(|question| question.about.clone());
        match (act(&mut self.question, cx), step) {
            (Some((question, answer)), _) => self.on_answer(question.about, answer, cx),
            (
                None,
                Some(
                    MetadataStep::Field(form, _)
                    | MetadataStep::Sure(form)
                    | MetadataStep::Discard(form),
                ),
            ) if !self.question.is_open() => self.show(form, cx.session),
            (None, Some(MetadataStep::Form(form)))
                if !self.question.is_open() && !form.change.is_empty() =>
            {
                let dialog = Dialog::Confirm(Confirm::discard());
                self.question.ask(dialog, MetadataStep::Discard(form));
            }
            _ => {}
        }
    }

    fn on_answer(&mut self, step: MetadataStep, answer: DialogAnswer, cx: &mut Context<'_>) {
        match (step, answer) {
            (MetadataStep::Form(form), DialogAnswer::Row(row)) => self.chosen(form, row),
            (MetadataStep::Field(mut form, field), DialogAnswer::Text(text)) => {
                let now = cx.now.to_zoned(TimeZone::clone(&cx.session.zone));
                let before = form.change.clone();
                match set(&mut form.change, field, &text, &now) {
                    Ok(()) => {
                        settle(&mut form.change, &form.found.objects);
                        if form.change == before {
                            cx.toast(Level::Note, "nothing is changed by that");
                        }
                        self.show(form, cx.session);
                    }
                    Err(problem) => {
                        let mut prompt = prompt(&form, field);
                        prompt.input = crate::app::dialogs::input::Input::prefilled(&text);
                        prompt.refuse(problem);
                        self.question.ask(Dialog::Prompt(prompt), MetadataStep::Field(form, field));
                    }
                }
            }
            (MetadataStep::Sure(form), DialogAnswer::Yes) => save(&mut self.question, form, cx),
            _ => {}
        }
    }

    fn chosen(&mut self, mut form: MetadataForm, row: usize) {
        form.cursor = row;
        if let Some(field) = Field::ALL.get(row) {
            let dialog = Dialog::Prompt(prompt(&form, *field));
            self.question.ask(dialog, MetadataStep::Field(form, *field));
        } else {
            let dialog = Dialog::Confirm(sure(&form));
            self.question.ask(dialog, MetadataStep::Sure(form));
        }
    }

    fn show(&mut self, form: MetadataForm, session: &Session) {
        self.question.ask(Dialog::Choice(menu(&form, session)), MetadataStep::Form(form));
    }
}

fn menu(form: &MetadataForm, session: &Session) -> Choice {
    let objects = &form.found.objects;
    let mut rows: Vec<ChoiceRow> = Field::ALL
        .iter()
        .map(|field| {
            let pending = field.pending(&form.change);
            let is = field.value(objects, &session.zone).text();
            let note = pending.map_or(is.clone(), |new| format!("{is} → {new}"));
            let lacking = field.capability().and_then(|what| session.lacks(what));
            let lacking = lacking.or_else(|| unread(objects, *field));
            ChoiceRow::new(field.key(), field.title()).note(note).disabled(lacking)
        })
        .collect();
    let nothing = form.change.is_empty().then(|| "nothing is changed yet".to_owned());
    rows.push(ChoiceRow::new('v', "Save").disabled(nothing));
    let title = match objects.as_slice() {
        [one] => format!("Metadata of {}", one.object.key.name()),
        many => format!("Metadata of {}", Counted(many.len() as u64, "object")),
    };
    let mut choice = Choice::new(title, rows).starting_at(form.cursor);
    if form.found.more {
        choice = choice.line("There are more objects than are described at once.");
    }
    if !form.found.failed.is_empty() {
        let failed = Counted(form.found.failed.len() as u64, "object");
        choice = choice.line(format!("{failed} could not be read, and are left as they are."));
    }
    choice
}

/// Why a field cannot be changed although the server has it.
fn unread(objects: &[ObjectDescription], field: Field) -> Option<String> {
    let none = field == Field::Tags && objects.iter().all(|one| one.tags.is_none());
    none.then(|| "the tags cannot be read, so they are kept".to_owned())
}

fn prompt(form: &MetadataForm, field: Field) -> Prompt {
    let text = field.pending(&form.change).or_else(|| merged(&form.found.objects, field));
    let text = if field.is_pairs() { String::new() } else { text.unwrap_or_default() };
    Prompt::new(field.title(), field.hint(), &text, |_| Ok(()))
}

fn sure(form: &MetadataForm) -> Confirm {
    let objects = &form.found.objects;
    let mut counted: BTreeMap<(String, String), u64> = BTreeMap::new();
    let mut touched = 0;
    for one in objects {
        let tags = one.tags.clone().unwrap_or_default();
        let differences = form.change.differences(&one.head, &tags);
        touched += u64::from(!differences.is_empty());
        for found in differences {
            let text = |value: Option<String>| value.unwrap_or_else(|| "(none)".to_owned());
            let line = format!("{} → {}", text(found.old), text(found.new));
            *counted.entry((found.name, line)).or_default() += 1;
        }
    }
    let names = objects.iter().map(|one| one.object.key.as_str());
    let mut confirm = Confirm::new("Save the metadata", "Save", "Cancel").about(names);
    let more = counted.len().saturating_sub(MOST_DIFFERENCES);
    for ((name, line), count) in counted.into_iter().take(MOST_DIFFERENCES) {
        let of = if objects.len() > 1 { format!("  ({count})") } else { String::new() };
        confirm = confirm.line(format!("{}: {line}{of}", Field::title_of(&name)));
    }
    if more > 0 {
        confirm = confirm.line(format!("… and {more} more"));
    }
    if objects.len() > 1 {
        let (these, all) = (Counted(touched, "object"), objects.len());
        confirm = confirm.line(format!("{these} of {all} are changed."));
    }
    match losses(form) {
        Some(lost) => confirm.warning(lost),
        None => confirm,
    }
}

/// What a copy onto itself does not take over, of how many objects.
fn losses(form: &MetadataForm) -> Option<String> {
    let (mut lost, mut kept) = (0, 0);
    for one in &form.found.objects {
        let tags = one.tags.as_deref().unwrap_or_default();
        let losses = form.change.losses(&one.head, tags, one.acl_unknown);
        let locked = |loss: &Loss| matches!(loss, Loss::Retention(_) | Loss::LegalHold);
        lost += u64::from(!losses.iter().all(locked));
        kept += u64::from(losses.iter().any(locked));
    }
    let lost = (lost > 0).then(|| {
        let objects = Counted(lost, "object");
        format!("{objects} may lose access rules or metadata that cannot be read")
    });
    let kept = (kept > 0).then(|| {
        let objects = Counted(kept, "object");
        format!("{objects} under retention or legal hold, so the version before this change stays")
    });
    let said: Vec<String> = lost.into_iter().chain(kept).collect();
    (!said.is_empty()).then(|| said.join("; "))
}

fn save(slot: &mut QuestionSlot<MetadataStep>, form: MetadataForm, cx: &mut Context<'_>) {
    let objects = form.found.objects.into_iter().map(|one| (one.object, one.head.etag)).collect();
    let request = StorageRequest::ChangeMetadata { objects, change: form.change };
    let ticket = Some(cx.request(request));
    let title = format!("Saving the metadata in {}", form.bucket);
    let dialog = Dialog::Details(Details::waiting(title, "If stopped", "what is done stays done"));
    slot.put(Question { dialog, about: MetadataStep::Saving, ticket });
}

fn ended(mut outcome: MetadataOutcome, cx: &mut Context<'_>) {
    let changed = Counted(outcome.changed, "object");
    match outcome.failed.len() {
        0 => cx.toast(Level::Done, format!("metadata of {changed} changed")),
        // One error says it all.
        1 if outcome.changed == 0 => cx.ask(Intent::Log(outcome.failed.remove(0))),
        failed => {
            let (failed, key) = (Count(failed as u64), cx.session.key(Action::Events));
            let text = format!("metadata of {changed} changed, {failed} failed: {key} says why");
            cx.toast(Level::Problem, text);
        }
    }
    for error in outcome.failed {
        cx.ask(Intent::LogQuietly(error));
    }
    cx.ask(Intent::Run(Action::Refresh));
}
