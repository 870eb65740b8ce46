//! Edits an object in the user's editor or in the one here, and makes a new one there; loses
//! nothing of two writers.

use jiff::Timestamp;

use crate::app::action::Action;
use crate::app::chord::Chord;
use crate::app::context::{Context, Intent};
use crate::app::dialogs::choice::{Choice, ChoiceRow};
use crate::app::dialogs::prompt::Prompt;
use crate::app::dialogs::question::{Question, QuestionSlot};
use crate::app::dialogs::text_editor::TextEditor;
use crate::app::dialogs::{Dialog, DialogAnswer};
use crate::app::effect::{Effect, MachineRequest, StorageRequest};
use crate::app::event::{Answer, Reply, Ticket};
use crate::app::session::Session;
use crate::app::toasts::Level;
use crate::config::editor::{EditFile, Edited};
use crate::domain::address::{Bucket, Prefix};
use crate::domain::change::KeyChange;
use crate::domain::description::OpenedText;
use crate::domain::error::{Error, ErrorKind, SAVE_TEXT};
use crate::domain::line_difference::difference;
use crate::domain::listing::Class;
use crate::domain::object::{ETag, ObjectAddress};
use crate::domain::units::Counted;

/// Lines of a difference that are shown.
const MOST_LINES: usize = 12;

#[derive(Clone, Debug, Default)]
pub struct Editing {
    under_way: Option<(Ticket, EditStep)>,
    question: QuestionSlot<About>,
}

/// Which editor a text goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EditorChoice {
    /// The user's.
    Yours,
    /// The one here, or none.
    Here,
    /// The one here; the user's for a text that does not fit there.
    HereWhereItFits,
}

impl EditorChoice {
    /// Where the user says nothing else.
    pub fn usual(session: &Session) -> EditorChoice {
        if session.editor { EditorChoice::Yours } else { EditorChoice::HereWhereItFits }
    }
}

/// What is asked.
#[derive(Clone, Debug)]
enum About {
    /// The name of a new object.
    Name(Bucket, Prefix),
    Conflict(Conflict),
    /// The text that is edited here.
    Text(Opened),
}

/// What is waited for.
#[derive(Clone, Debug)]
enum EditStep {
    /// The object's text, to be edited there.
    Opening(ObjectAddress, EditorChoice),
    /// The editor.
    Editing(Opened),
    /// The file of a text that was edited here.
    Keeping(Opened, Box<TextEditor>),
    /// The store, with what is sent.
    Saving(Written),
    /// What somebody else wrote.
    Comparing(Written),
}

/// A text and the object it is of; a new one has no ETag.
#[derive(Clone, Debug)]
struct Opened {
    object: ObjectAddress,
    etag: Option<ETag>,
    editor: EditorChoice,
    /// The text itself, where it was written before and could not be stored.
    kept: Option<EditFile>,
}

#[derive(Clone, Debug)]
struct Written {
    object: ObjectAddress,
    etag: Option<ETag>,
    editor: EditorChoice,
    file: EditFile,
    /// The file of what was written before it.
    before: Option<EditFile>,
    bytes: Vec<u8>,
}

/// A text of ours, and what is in its place by now: nothing where it was deleted.
#[derive(Clone, Debug)]
struct Conflict {
    written: Written,
    theirs: Option<OpenedText>,
}

impl Editing {
    pub fn open(&mut self, object: ObjectAddress, editor: EditorChoice, cx: &mut Context<'_>) {
        if self.is_waiting() {
            return cx.toast(Level::Note, "another object is being edited");
        }
        let ticket = cx.request(StorageRequest::OpenText(object.clone()));
        self.under_way = Some((ticket, EditStep::Opening(object, editor)));
    }

    /// Asks what a new object is to be called.
    pub fn name(&mut self, bucket: Bucket, prefix: Prefix) {
        let title = format!("New object in s3://{bucket}/{prefix}");
        let hint = "then you write its text; an empty text makes no object";
        let prompt = Prompt::new(title, hint, "", |name| match name {
            "" => Err(String::new()),
            _ => Ok(()),
        });
        self.question.ask(Dialog::Prompt(prompt), About::Name(bucket, prefix));
    }

    pub fn dialog(&self) -> Option<&Dialog> {
        self.question.dialog()
    }

    pub fn dialog_mut(&mut self) -> Option<&mut Dialog> {
        self.question.dialog_mut()
    }

    pub fn on_action(&mut self, action: Action, cx: &mut Context<'_>) {
        let (about, answer) = (self.about(), self.question.on_action(action, cx));
        self.on_outcome(about, answer, cx);
    }

    pub fn on_text(&mut self, chord: Chord, cx: &mut Context<'_>) {
        let (about, answer) = (self.about(), self.question.on_text(chord, cx));
        self.on_outcome(about, answer, cx);
    }

    fn about(&self) -> Option<About> {
        self.question.get().map(|question| question.about.clone())
    }

    /// A conflict that is closed without an answer keeps theirs.
    fn on_outcome(
        &mut self,
        before: Option<About>,
        answer: Option<(Question<About>, DialogAnswer)>,
        cx: &mut Context<'_>,
    ) {
        match (answer, before) {
            (
                Some((
                    Question { about: About::Name(bucket, prefix), .. },
                    DialogAnswer::Text(name),
                )),
                _,
            ) => {
                let object = ObjectAddress::new(bucket, prefix.key(&name));
                let editor = EditorChoice::usual(cx.session);
                self.edit(Opened { object, etag: None, editor, kept: None }, Vec::new(), cx);
            }
            (Some((Question { about: About::Text(opened), dialog, .. }, _)), _) => {
                self.on_written(opened, &dialog, cx);
            }
            (None, Some(About::Text(opened))) if !self.question.is_open() => {
                cx.toast(Level::Ended, opened.left("nothing was sent"));
            }
            (Some((Question { about: About::Conflict(conflict), .. }, answer)), _) => {
                self.on_answer(conflict, &answer, cx);
            }
            (None, Some(About::Conflict(conflict))) if !self.question.is_open() => {
                cx.toast(Level::Ended, kept(&conflict.written.file));
            }
            _ => {}
        }
    }

    fn edit(&mut self, opened: Opened, bytes: Vec<u8>, cx: &mut Context<'_>) {
        let name = opened.object.key.name().to_owned();
        if opened.editor != EditorChoice::Yours {
            match TextEditor::new(opened.object.to_string(), bytes.clone()) {
                Ok(mut editor) => {
                    editor.fit_window(cx.areas.window.height);
                    let dialog = Dialog::Editor(Box::new(editor));
                    return self.question.ask(dialog, About::Text(opened));
                }
                Err(why) if opened.editor == EditorChoice::Here => {
                    let key = cx.session.key(Action::EditObject);
                    let next = opened.left(&format!("press {key} for your editor"));
                    return cx.toast(Level::Problem, format!("{name}: {why}; {next}"));
                }
                Err(_) => {}
            }
        }
        let ticket = cx.request(MachineRequest::Edit { name, bytes });
        self.under_way = Some((ticket, EditStep::Editing(opened)));
    }

    /// A text that was edited here is kept in a file until it is stored, as one of an editor is.
    fn on_written(&mut self, opened: Opened, dialog: &Dialog, cx: &mut Context<'_>) {
        let Dialog::Editor(editor) = dialog else { return };
        let editor = editor.clone();
        if !editor.is_changed() && opened.kept.is_none() {
            return cx.toast(Level::Note, "nothing was changed, so nothing was sent");
        }
        let (name, bytes) = (opened.object.key.name().to_owned(), editor.bytes());
        let ticket = cx.request(MachineRequest::KeepText { name, bytes });
        self.under_way = Some((ticket, EditStep::Keeping(opened, editor)));
    }

    fn save(&mut self, written: Written, cx: &mut Context<'_>) {
        let request = StorageRequest::SaveText {
            object: written.object.clone(),
            etag: written.etag.clone(),
            bytes: written.bytes.clone(),
        };
        let ticket = cx.request(request);
        self.under_way = Some((ticket, EditStep::Saving(written)));
    }

    /// What is edited here goes where its cursor is.
    pub fn fit(&mut self, cx: &Context<'_>) {
        if let Some(Dialog::Editor(editor)) = self.question.dialog_mut() {
            editor.fit_window(cx.areas.window.height);
        }
    }

    pub fn owns(&self, ticket: Ticket) -> bool {
        self.under_way.as_ref().is_some_and(|(own, _)| *own == ticket)
    }

    pub fn is_waiting(&self) -> bool {
        self.under_way.is_some()
    }

    /// What is waited for of the store; the user's editor has the screen to itself.
    pub fn under_way(&self) -> Option<String> {
        let (_, step) = self.under_way.as_ref()?;
        let (doing, object) = match step {
            EditStep::Opening(object, _) => ("opening", object),
            EditStep::Editing(_) | EditStep::Keeping(..) => return None,
            EditStep::Saving(written) => ("saving", &written.object),
            EditStep::Comparing(written) => ("looking who changed", &written.object),
        };
        Some(format!("{doing} {}", object.key.name()))
    }

    /// Where a text is that is on its way to the store.
    pub fn kept(&self) -> Option<String> {
        match self.under_way.as_ref()? {
            (_, EditStep::Saving(written) | EditStep::Comparing(written)) => {
                Some(kept(&written.file))
            }
            (_, EditStep::Opening(..) | EditStep::Editing(_) | EditStep::Keeping(..)) => None,
        }
    }

    /// Leaves what is waited for; what was written is kept.
    pub fn leave_work(&mut self, cx: &mut Context<'_>) -> bool {
        let text = match self.under_way.as_ref() {
            Some((_, EditStep::Opening(object, _))) => {
                format!("{} was not opened", object.key.name())
            }
            Some((_, EditStep::Saving(Written { object, file, .. }))) => {
                let name = object.key.name();
                format!("{}; {name} may be saved or not", kept(file))
            }
            Some((_, EditStep::Comparing(Written { object, file, .. }))) => {
                format!("{}; {} was not saved", kept(file), object.key.name())
            }
            None | Some((_, EditStep::Editing(_) | EditStep::Keeping(..))) => return false,
        };
        cx.leave(&mut self.under_way.take().map(|(ticket, _)| ticket), text);
        true
    }

    /// What was written and not stored stays in its file.
    pub fn drop_all(&mut self, cx: &mut Context<'_>) {
        if let Some(About::Text(Opened { kept: Some(file), .. })) = self.about() {
            cx.toast(Level::Ended, kept(&file));
        }
        self.question.close(cx);
        if let Some((ticket, step)) = self.under_way.take() {
            cx.abandon(&mut Some(ticket));
            if let EditStep::Saving(written) | EditStep::Comparing(written) = step {
                cx.toast(Level::Ended, kept(&written.file));
            }
        }
    }

    pub fn on_reply(&mut self, reply: Reply, cx: &mut Context<'_>) {
        let Some((_, step)) = self.under_way.take() else { return };
        match (step, reply) {
            (
                EditStep::Opening(object, editor),
                Ok(Answer::TextOpened(OpenedText { bytes, etag })),
            ) => {
                self.edit(Opened { object, etag, editor, kept: None }, bytes, cx);
            }
            (EditStep::Editing(opened), Ok(Answer::Edited { edited: Edited::Unchanged, .. })) => {
                let text = opened.left("nothing was changed, so nothing was sent");
                cx.toast(Level::Ended, text);
            }
            (
                EditStep::Editing(Opened { object, etag, editor, kept: before })
                | EditStep::Keeping(Opened { object, etag, editor, kept: before }, _),
                Ok(Answer::Edited { file, edited: Edited::Changed(bytes) }),
            ) => self.save(Written { object, etag, editor, file, before, bytes }, cx),
            (EditStep::Editing(Opened { kept: Some(file), .. }), Err(error)) => {
                cx.ask(Intent::Log(error));
                cx.toast(Level::Problem, kept(&file));
            }
            // What is written stays in the editor.
            (EditStep::Keeping(opened, editor), Err(error)) => {
                cx.ask(Intent::Log(error));
                self.question.ask(Dialog::Editor(editor), About::Text(opened));
            }
            (EditStep::Saving(written), Ok(Answer::TextSaved(_))) => saved(&written, cx),
            (EditStep::Saving(written), Err(error)) if is_conflict(&error) => {
                let ticket = cx.request(StorageRequest::OpenText(written.object.clone()));
                self.under_way = Some((ticket, EditStep::Comparing(written)));
                cx.ask(Intent::LogQuietly(error));
            }
            (EditStep::Comparing(written), Ok(Answer::TextOpened(theirs))) => {
                tell(&written.object, Some(theirs.bytes.len() as u64), cx);
                self.ask(Conflict { written, theirs: Some(theirs) });
            }
            (EditStep::Comparing(written), Err(error)) if error.is(&ErrorKind::NoSuchKey) => {
                tell(&written.object, None, cx);
                self.ask(Conflict { written, theirs: None });
            }
            (EditStep::Saving(written) | EditStep::Comparing(written), Err(error)) => {
                cx.ask(Intent::Log(error));
                cx.toast(Level::Problem, kept(&written.file));
            }
            (_, Err(error)) => cx.ask(Intent::Log(error)),
            _ => {}
        }
    }

    fn ask(&mut self, conflict: Conflict) {
        self.question.ask(question(&conflict), About::Conflict(conflict));
    }

    /// Resolves a conflict: overwrite theirs, edit again, or keep theirs.
    fn on_answer(&mut self, conflict: Conflict, answer: &DialogAnswer, cx: &mut Context<'_>) {
        let Conflict { written, theirs } = conflict;
        let etag = theirs.and_then(|theirs| theirs.etag);
        match answer {
            DialogAnswer::Row(0) => self.save(Written { etag, ..written }, cx),
            DialogAnswer::Row(1) => {
                // The file of before stays until a text is stored: this one may be left.
                let Written { object, bytes, editor, file, .. } = written;
                self.edit(Opened { object, etag, editor, kept: Some(file) }, bytes, cx);
            }
            _ => cx.toast(Level::Ended, kept(&written.file)),
        }
    }
}

impl Opened {
    /// What is said where it is left: the file of the text, where there is one.
    fn left(&self, otherwise: &str) -> String {
        self.kept.as_ref().map_or_else(|| otherwise.to_owned(), kept)
    }
}

fn is_conflict(error: &Error) -> bool {
    error.is(&ErrorKind::PreconditionFailed) && error.operation == SAVE_TEXT
}

fn saved(written: &Written, cx: &mut Context<'_>) {
    for file in [Some(&written.file), written.before.as_ref()].into_iter().flatten() {
        cx.effect(Effect::RemoveEdited(file.clone()));
    }
    cx.toast(Level::Done, format!("saved {}", written.object.key.name()));
    let change = stored(&written.object, written.bytes.len() as u64, Some(cx.now));
    cx.ask(Intent::Made { bucket: written.object.bucket.clone(), change });
}

fn stored(object: &ObjectAddress, size: u64, modified: Option<Timestamp>) -> KeyChange {
    KeyChange::Stored { key: object.key.clone(), size, modified, class: Class::Unknown }
}

/// What has just been learned of an object is shown in the listing: its size, or that it is gone.
fn tell(object: &ObjectAddress, size: Option<u64>, cx: &mut Context<'_>) {
    let change = match size {
        Some(size) => stored(object, size, None),
        None => KeyChange::Deleted(object.key.clone()),
    };
    cx.ask(Intent::Learned { bucket: object.bucket.clone(), change });
}

fn kept(file: &EditFile) -> String {
    format!("what you wrote is kept in {}", file.path.display())
}

fn question(conflict: &Conflict) -> Dialog {
    let Conflict { written, theirs } = conflict;
    let path = written.file.path.display();
    let rows = vec![
        ChoiceRow::new('o', "Save yours over it"),
        ChoiceRow::new('e', "Edit yours once more"),
        ChoiceRow::new('t', "Leave theirs").note(format!("yours stays in {path}")),
    ];
    let name = written.object.key.name();
    // Of a new object there was nothing to be changed.
    let title = match written.etag {
        None => format!("{name} exists already"),
        Some(_) => format!("Somebody else changed {name}"),
    };
    let mut choice = Choice::new(title, rows).starting_at(2);
    let Some(theirs) = theirs else {
        return Dialog::Choice(choice.line("It was deleted since you opened it."));
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let lines = difference(&text(&theirs.bytes), &text(&written.bytes));
    choice = choice.line("Lines with - are theirs, lines with + are yours:");
    let more = lines.len().saturating_sub(MOST_LINES);
    for line in lines.iter().take(MOST_LINES) {
        choice = choice.line(line.words());
    }
    if more > 0 {
        choice = choice.line(format!("… and {} more", Counted(more as u64, "line")));
    }
    Dialog::Choice(choice)
}
