//! Leads from the question of an upload or a copy to the form of what is given, and back.

use jiff::tz::TimeZone;

use crate::app::context::{Context, Intent};
use crate::app::dialogs::confirm::Confirm;
use crate::app::dialogs::input::Input;
use crate::app::dialogs::question::Question;
use crate::app::dialogs::{Dialog, DialogAnswer};
use crate::app::effect::ConnectionRequest;
use crate::app::event::Reply;
use crate::app::screens::objects::acting::{About, Acting};
use crate::app::screens::objects::describing_fields::Field;
use crate::app::screens::objects::giving::{
    Giving, GivingForm, GivingRow, GivingStep, RememberedSoon, told,
};
use crate::app::session::Session;
use crate::app::toasts::Level;
use crate::config::upload_rules::lasting;
use crate::domain::address::Bucket;
use crate::domain::attributes::Attributes;

impl Acting {
    /// Opens the form over a question about objects that are written; `false` over others.
    pub(super) fn ask_given(&mut self, cx: &mut Context<'_>) -> bool {
        let form = match self.question.get().map(|question| &question.about) {
            Some(About::Upload { bucket, given, .. }) => {
                GivingForm::new(Some(bucket.clone()), given.clone())
            }
            Some(About::Copy(copying)) => GivingForm::new(None, copying.given.clone()),
            _ => return false,
        };
        let Some(mut behind) = self.question.take() else { return false };
        cx.abandon(&mut behind.ticket);
        if let Dialog::Picker(picker) = &mut behind.dialog {
            picker.want_again();
        }
        self.show_form(Giving { behind, form, step: GivingStep::Form }, cx);
        true
    }

    /// The form, where it is open.
    pub(super) fn giving(&self) -> Option<Giving<About>> {
        match &self.question.get()?.about {
            About::Giving(giving) => Some((**giving).clone()),
            _ => None,
        }
    }

    /// A field that is given up leads back to the form, and the form to its question.
    pub(super) fn go_on(&mut self, giving: Option<Giving<About>>, cx: &mut Context<'_>) {
        match giving.filter(|_| !self.question.is_open()) {
            Some(giving) if giving.step == GivingStep::Form && is_changed(&giving) => {
                let about = About::Giving(Box::new(Giving { step: GivingStep::Discard, ..giving }));
                self.question.ask(Dialog::Confirm(Confirm::discard()), about);
            }
            Some(giving) if matches!(giving.step, GivingStep::Field(_) | GivingStep::Discard) => {
                self.show_form(giving, cx);
            }
            Some(giving) => self.question.put(giving.behind),
            None => {}
        }
        self.read_wanted(cx);
    }

    fn show_form(&mut self, giving: Giving<About>, cx: &mut Context<'_>) {
        let dialog = Dialog::Choice(giving.form.menu(cx.session));
        let about = About::Giving(Box::new(Giving { step: GivingStep::Form, ..giving }));
        self.question.ask(dialog, about);
    }

    pub(super) fn on_giving(
        &mut self,
        mut giving: Giving<About>,
        answer: DialogAnswer,
        cx: &mut Context<'_>,
    ) {
        match (giving.step.clone(), answer) {
            (GivingStep::Field(field), DialogAnswer::Text(text)) => {
                let now = cx.now.to_zoned(TimeZone::clone(&cx.session.zone));
                match giving.form.take(field, &text, &now) {
                    Ok(()) => self.show_form(giving, cx),
                    Err(problem) => self.ask_field(giving, field, Some((text, problem))),
                }
            }
            (GivingStep::Form, DialogAnswer::Row(row)) => match giving.form.choose(row) {
                GivingRow::Field(field) => self.ask_field(giving, field, None),
                GivingRow::Done => {
                    let remembered = remembered(&giving.form, cx.session).cloned();
                    self.take_given(giving, remembered.as_ref(), cx);
                }
                GivingRow::Remember => {
                    let attributes = lasting(&giving.form.given);
                    self.remember(giving, Some(attributes), cx);
                }
                GivingRow::Forget => self.remember(giving, None, cx),
            },
            (GivingStep::Discard, DialogAnswer::Yes) => {
                self.question.put(giving.behind);
                self.read_wanted(cx);
            }
            _ => self.show_form(giving, cx),
        }
    }

    fn ask_field(
        &mut self,
        mut giving: Giving<About>,
        field: Field,
        refused: Option<(String, String)>,
    ) {
        let mut prompt = giving.form.prompt(field);
        if let Some((text, problem)) = refused {
            prompt.input = Input::prefilled(&text);
            prompt.refuse(problem);
        }
        giving.step = GivingStep::Field(field);
        self.question.ask(Dialog::Prompt(prompt), About::Giving(Box::new(giving)));
    }

    /// The form stays until it is written.
    fn remember(
        &mut self,
        mut giving: Giving<About>,
        attributes: Option<Attributes>,
        cx: &mut Context<'_>,
    ) {
        let Some(bucket) = giving.form.bucket.clone() else { return };
        let request = ConnectionRequest::RememberUploads {
            bucket: bucket.clone(),
            attributes: attributes.clone().map(Box::new),
        };
        let said = said(&bucket, attributes.as_ref(), &giving.form.given);
        let (connection, ticket) = (cx.session.name().clone(), cx.request(request));
        self.remembering.push(RememberedSoon { ticket, connection, bucket, attributes, said });
        let dialog = Dialog::Choice(giving.form.menu(cx.session));
        giving.step = GivingStep::Remembering(ticket);
        self.question.ask(dialog, About::Giving(Box::new(giving)));
    }

    /// What is remembered holds at once, for an upload that is still asked about too.
    pub(super) fn on_remembered(
        &mut self,
        written: RememberedSoon,
        reply: Reply,
        cx: &mut Context<'_>,
    ) {
        let RememberedSoon { ticket, connection, bucket, attributes, said } = written;
        let waits = self.giving().filter(|giving| giving.step == GivingStep::Remembering(ticket));
        if let Err(error) = reply {
            cx.ask(Intent::Log(error));
            return waits.into_iter().for_each(|giving| self.show_form(giving, cx));
        }
        cx.toast(Level::Done, said);
        let before = cx.session.settings.remembered_of(&connection, &bucket).cloned();
        let forgotten = before.filter(|_| attributes.is_none()).unwrap_or_default();
        let kept = attributes.clone();
        cx.ask(Intent::KnowUploads { connection, bucket: bucket.clone(), attributes });
        if let Some(mut giving) = waits {
            giving.form.given = giving.form.given.without(&forgotten);
            return self.take_given(giving, kept.as_ref(), cx);
        }
        if let Some(Question { dialog: Dialog::Picker(picker), about, .. }) =
            self.question.get_mut()
            && let About::Upload { bucket: to, given, .. } = about
            && *to == bucket
        {
            *given = std::mem::take(given).without(&forgotten);
            picker.note = told(given, kept.as_ref());
        }
    }

    /// Back to the question, which says what is given.
    fn take_given(
        &mut self,
        giving: Giving<About>,
        remembered: Option<&Attributes>,
        cx: &mut Context<'_>,
    ) {
        let Giving { mut behind, form, .. } = giving;
        let note = told(&form.given, remembered);
        match &mut behind.dialog {
            Dialog::Picker(picker) => picker.note = note,
            Dialog::Prompt(prompt) => prompt.note = Some(note),
            _ => {}
        }
        match &mut behind.about {
            About::Upload { given, .. } => *given = form.given,
            About::Copy(copying) => copying.given = form.given,
            _ => {}
        }
        self.question.put(behind);
        self.read_wanted(cx);
    }
}

/// Whether something was entered since the form was opened.
fn is_changed(giving: &Giving<About>) -> bool {
    match &giving.behind.about {
        About::Upload { given, .. } => giving.form.given != *given,
        About::Copy(copying) => giving.form.given != copying.given,
        _ => false,
    }
}

fn remembered<'a>(form: &GivingForm, session: &'a Session) -> Option<&'a Attributes> {
    let bucket = form.bucket.as_ref()?;
    session.settings.remembered_of(session.name(), bucket)
}

fn said(bucket: &Bucket, kept: Option<&Attributes>, given: &Attributes) -> String {
    match kept {
        None => format!("nothing is remembered for uploads to {bucket}"),
        Some(kept) if kept != given => {
            format!("remembered for uploads to {bucket}, without the retention: it ends at a time")
        }
        Some(_) => format!("remembered for uploads to {bucket}"),
    }
}
