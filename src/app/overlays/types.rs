//! Lists objects whose content type does not fit, as they are found, and mends them.

use crate::app::action::{Action, KeyHint};
use crate::app::chord::Chord;
use crate::app::context::{Context, Intent};
use crate::app::dialogs::confirm::Confirm;
use crate::app::dialogs::question::{Question, QuestionSlot};
use crate::app::dialogs::{Dialog, DialogAnswer};
use crate::app::effect::StorageRequest;
use crate::app::event::{Answer, Reply, Ticket};
use crate::app::list::step;
use crate::app::part::Part;
use crate::app::scope::Scope;
use crate::app::spot::Spot;
use crate::app::toasts::Level;
use crate::domain::address::{Bucket, Prefix};
use crate::domain::object::ObjectAddress;
use crate::domain::transfer::Target;
use crate::domain::units::Counted;
use crate::domain::wrong_type::{MendedTypes, WrongType, WrongTypes};

/// Rows that are found at most; what is beyond is said.
pub const MOST_FOUND: usize = 10_000;

#[derive(Clone, Debug)]
pub struct TypesSheet {
    pub bucket: Bucket,
    /// What rows are named from.
    pub prefix: Prefix,
    targets: Vec<Target>,
    finding: Option<Ticket>,
    mending: Option<Ticket>,
    question: QuestionSlot<Vec<WrongType>>,
    /// In the order of the listing.
    pub rows: Vec<TypeRow>,
    pub cursor: usize,
    pub looked: u64,
    /// Objects that could not be looked at.
    pub failed: u64,
    /// There may be more than are shown.
    pub cut: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeRow {
    pub wrong: WrongType,
    pub marked: bool,
    pub state: TypeState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypeState {
    Wrong,
    Mended,
    Failed,
}

impl TypesSheet {
    /// Looks at the marked rows, or at everything below the prefix if none is marked.
    pub fn new(bucket: Bucket, prefix: Prefix, marked: Vec<Target>) -> TypesSheet {
        let targets = if marked.is_empty() { vec![Target::Prefix(prefix.clone())] } else { marked };
        TypesSheet {
            bucket,
            prefix,
            targets,
            finding: None,
            mending: None,
            question: QuestionSlot::default(),
            rows: Vec::new(),
            cursor: 0,
            looked: 0,
            failed: 0,
            cut: false,
        }
    }

    pub fn is_finding(&self) -> bool {
        self.finding.is_some()
    }

    pub fn is_mending(&self) -> bool {
        self.mending.is_some()
    }

    pub fn count(&self, state: TypeState) -> u64 {
        self.rows.iter().filter(|row| row.state == state).count() as u64
    }

    pub fn marked(&self) -> u64 {
        self.rows.iter().filter(|row| row.marked).count() as u64
    }

    /// What is asked on top of the rows.
    pub fn dialog_shown(&self) -> Option<&Dialog> {
        self.question.dialog()
    }

    /// The marked rows, or all; none that is mended.
    fn chosen(&self) -> impl Iterator<Item = &WrongType> {
        let all = self.marked() == 0;
        let open = self.rows.iter().filter(|row| row.state != TypeState::Mended);
        open.filter(move |row| all || row.marked).map(|row| &row.wrong)
    }

    fn ask(&mut self) {
        let chosen: Vec<WrongType> = self.chosen().cloned().collect();
        if chosen.is_empty() || self.is_mending() {
            return;
        }
        let count = Counted(chosen.len() as u64, "object");
        let names = chosen.iter().map(|wrong| wrong.object.key.as_str().to_owned());
        let names: Vec<String> = names.collect();
        let confirm = Confirm::new(format!("Mend the Content-Type of {count}"), "Mend", "Leave")
            .line("Each is copied onto itself with the type that it should have.")
            .line("Everything else that it has is kept; with versions, the copy is a new one.")
            .about(names.into_iter());
        self.question.ask(Dialog::Confirm(confirm), chosen);
    }

    fn on_answer(
        &mut self,
        answer: Option<(Question<Vec<WrongType>>, DialogAnswer)>,
        cx: &mut Context<'_>,
    ) {
        if let Some((Question { about, .. }, DialogAnswer::Yes)) = answer {
            self.mending = Some(cx.request(StorageRequest::MendTypes(about)));
        }
    }

    fn toggle(&mut self) {
        let Some(row) = self.rows.get_mut(self.cursor) else { return };
        if row.state != TypeState::Mended {
            row.marked = !row.marked;
        }
        step(&mut self.cursor, Action::Down, self.rows.len());
    }

    fn close(&mut self, cx: &mut Context<'_>) {
        if self.is_mending() {
            let mended = Counted(self.count(TypeState::Mended), "object");
            let said = format!("stopped: {mended} mended, the others may be too");
            cx.leave(&mut self.mending, said);
            cx.ask(Intent::RefreshObjects);
        }
        self.stop(cx);
        cx.close_overlay(None);
    }

    fn on_found(&mut self, news: WrongTypes, cx: &mut Context<'_>) {
        self.looked = news.looked;
        self.failed += news.failed.len() as u64;
        for error in news.failed {
            cx.ask(Intent::LogQuietly(error));
        }
        let row = |wrong| TypeRow { wrong, marked: false, state: TypeState::Wrong };
        self.rows.extend(news.found.into_iter().map(row));
        if news.done {
            self.finding = None;
        } else if self.rows.len() >= MOST_FOUND {
            self.cut = true;
            cx.abandon(&mut self.finding);
        }
    }

    fn on_mended(&mut self, news: MendedTypes, cx: &mut Context<'_>) {
        for (object, ended) in news.ended {
            let state = match ended {
                Ok(()) => TypeState::Mended,
                Err(error) => {
                    cx.ask(Intent::LogQuietly(error));
                    TypeState::Failed
                }
            };
            self.end(&object, state);
        }
        if news.done {
            self.mending = None;
            self.tell(cx);
        }
    }

    fn end(&mut self, object: &ObjectAddress, state: TypeState) {
        if let Some(row) = self.rows.iter_mut().find(|row| row.wrong.object == *object) {
            (row.state, row.marked) = (state, false);
        }
    }

    fn tell(&self, cx: &mut Context<'_>) {
        let mended = Counted(self.count(TypeState::Mended), "object");
        let (level, text) = match self.count(TypeState::Failed) {
            0 => (Level::Done, format!("{mended} mended")),
            failed => {
                let (failed, key) = (Counted(failed, "object"), cx.session.key(Action::Events));
                (Level::Problem, format!("{mended} mended, {failed} failed: {key} says why"))
            }
        };
        cx.toast(level, text);
        cx.ask(Intent::RefreshObjects);
    }
}

impl Part for TypesSheet {
    fn scopes(&self) -> &'static [Scope] {
        self.question.dialog().map_or(Scope::Menu.outwards(), Dialog::scopes)
    }

    fn start(&mut self, cx: &mut Context<'_>) {
        let (bucket, targets) = (self.bucket.clone(), self.targets.clone());
        self.finding = Some(cx.request(StorageRequest::FindTypes { bucket, targets }));
    }

    fn dialog(&self) -> Option<&Dialog> {
        self.question.dialog()
    }

    fn dialog_mut(&mut self) -> Option<&mut Dialog> {
        self.question.dialog_mut()
    }

    fn hints(&self) -> Vec<KeyHint> {
        if let Some(dialog) = self.question.dialog() {
            return dialog.hints();
        }
        let leave = if self.is_waiting() { "stop" } else { "close" };
        if self.is_mending() || self.chosen().next().is_none() {
            return vec![(Action::Dismiss, leave)];
        }
        let mend = if self.marked() == 0 { "mend all" } else { "mend the marked" };
        vec![(Action::Toggle, "mark"), (Action::Accept, mend), (Action::Dismiss, leave)]
    }

    fn on_action(&mut self, action: Action, cx: &mut Context<'_>) -> bool {
        if self.question.is_open() {
            let answer = self.question.on_action(action, cx);
            self.on_answer(answer, cx);
            return true;
        }
        match action {
            Action::Dismiss | Action::Close => self.close(cx),
            Action::Toggle => self.toggle(),
            Action::Accept => self.ask(),
            other => _ = step(&mut self.cursor, other, self.rows.len()),
        }
        true
    }

    fn on_text(&mut self, chord: Chord, cx: &mut Context<'_>) {
        let answer = self.question.on_text(chord, cx);
        self.on_answer(answer, cx);
    }

    fn point(&mut self, spot: Spot) -> Option<Action> {
        if let Some(dialog) = self.question.dialog_mut() {
            return dialog.point(spot);
        }
        let Spot::Row(row) = spot else { return None };
        (std::mem::replace(&mut self.cursor, row) == row).then_some(Action::Toggle)
    }

    fn owns(&self, ticket: Ticket) -> bool {
        self.finding == Some(ticket) || self.mending == Some(ticket)
    }

    fn on_reply(&mut self, ticket: Ticket, reply: Reply, cx: &mut Context<'_>) {
        match reply {
            Ok(Answer::WrongTypes(news)) => self.on_found(news, cx),
            Ok(Answer::TypesMended(news)) => self.on_mended(news, cx),
            Ok(_) => {}
            Err(error) if self.mending == Some(ticket) => {
                self.mending = None;
                cx.ask(Intent::Log(error));
            }
            // What was found stays to be mended.
            Err(error) => {
                self.finding = None;
                if self.rows.is_empty() {
                    return cx.close_overlay(Some(Intent::Log(error)));
                }
                self.cut = true;
                cx.ask(Intent::Log(error));
            }
        }
    }

    fn is_waiting(&self) -> bool {
        self.is_finding() || self.is_mending()
    }

    fn stop(&mut self, cx: &mut Context<'_>) {
        self.question.close(cx);
        cx.abandon(&mut self.finding);
        cx.abandon(&mut self.mending);
    }
}
