//! The objects pane browses a prefix and acts on what is in it.

pub mod acting;
pub mod browse;
pub mod changes;
pub mod changing;
mod comparing;
pub mod copy_confirmation;
pub mod copying;
pub mod creating;
pub mod deleting;
pub mod describing;
pub mod describing_fields;
pub mod downloading;
pub mod editing;
pub mod existing;
pub mod fresh;
pub mod giving;
pub mod history;
pub mod jumping;
pub mod loading;
pub mod marking;
pub mod naming;
pub mod ordering;
pub mod pager;
pub mod patch;
mod publicity;
mod reaching;
pub mod reasons;
pub mod renaming;
pub mod rows;
pub mod searched;
pub mod searching;
pub mod sorting;
pub mod steering;
mod targets;
mod thawing;
pub mod travelling;
mod uploading;
pub mod watch;
mod watching;

use crate::app::action::{Action, KeyHint};
use crate::app::chord::Chord;
use crate::app::context::{Context, Intent, SideTab};
use crate::app::dialogs::question::QuestionSlot;
use crate::app::dialogs::{Dialog, DialogAnswer};
use crate::app::event::{Reply, Ticket};
use crate::app::part::Part;
use crate::app::scope::{Pane, Scope};
use crate::app::screens::objects::acting::Acting;
use crate::app::screens::objects::browse::Browse;
use crate::app::screens::objects::comparing::Comparing;
use crate::app::screens::objects::describing::Describing;
use crate::app::screens::objects::editing::{Editing, EditorChoice};
use crate::app::screens::objects::publicity::Asking;
use crate::app::screens::objects::reaching::Reaching;
use crate::app::screens::objects::reasons::disabled;
use crate::app::screens::objects::searching::Searching;
use crate::app::screens::objects::sorting::{menu, order_at};
use crate::app::screens::objects::thawing::{Thawing, retrieval, retrieval_of_one};
use crate::app::screens::subject::Subject;
use crate::app::session::Session;
use crate::domain::diff_end::DiffEnd;
use crate::domain::transfer::{SourceRow, SourceRows, Target};

#[derive(Clone, Debug, Default)]
pub struct Objects {
    pub browse: Browse,
    pub acting: Acting,
    /// The sort menu while it is open.
    pub sorting: QuestionSlot<()>,
    pub searching: Searching,
    publicity: Asking,
    describing: Describing,
    editing: Editing,
    thawing: Thawing,
    reaching: Reaching,
    comparing: Comparing,
}

impl Part for Objects {
    fn pane(&self) -> Option<Pane> {
        Some(Pane::Objects)
    }

    fn focused_by(&self) -> Option<Action> {
        Some(Action::FocusObjects)
    }

    fn wanted(&self) -> &'static [Action] {
        &[
            Action::Download,
            Action::Upload,
            Action::CopyLink,
            Action::LinkMenu,
            Action::Delete,
            Action::Filter,
            Action::Find,
            Action::Mark,
            Action::Copy,
            Action::Sort,
            Action::New,
            Action::Details,
            Action::Preview,
            Action::Palette,
        ]
    }

    fn scopes(&self) -> &'static [Scope] {
        match self.dialog() {
            Some(dialog) => dialog.scopes(),
            None if self.browse.is_typed() => Scope::Text.outwards(),
            None => Scope::Objects.outwards(),
        }
    }

    fn dialog(&self) -> Option<&Dialog> {
        self.sorting
            .dialog()
            .or_else(|| self.searching.question.dialog())
            .or_else(|| self.describing.question.dialog())
            .or_else(|| self.editing.dialog())
            .or_else(|| self.thawing.question.dialog())
            .or_else(|| self.reaching.dialog())
            .or_else(|| self.comparing.question.dialog())
            .or_else(|| self.acting.question.dialog())
    }

    fn dialog_mut(&mut self) -> Option<&mut Dialog> {
        self.sorting
            .dialog_mut()
            .or_else(|| self.searching.question.dialog_mut())
            .or_else(|| self.describing.question.dialog_mut())
            .or_else(|| self.editing.dialog_mut())
            .or_else(|| self.thawing.question.dialog_mut())
            .or_else(|| self.reaching.dialog_mut())
            .or_else(|| self.comparing.question.dialog_mut())
            .or_else(|| self.acting.question.dialog_mut())
    }

    fn hints(&self) -> Vec<KeyHint> {
        match self.dialog() {
            Some(dialog) => dialog.hints(),
            None if self.browse.jumping.is_some() => {
                vec![(Action::Accept, "stay here"), (Action::Dismiss, "end")]
            }
            None if self.browse.typing.is_some() => {
                vec![(Action::Accept, "keep the filter"), (Action::Dismiss, "cancel")]
            }
            None => self.wanted().iter().map(|action| (*action, action.spec().title)).collect(),
        }
    }

    fn takes_keys(&self) -> bool {
        self.covers() || self.browse.is_typed()
    }

    fn on_action(&mut self, action: Action, cx: &mut Context<'_>) -> bool {
        if self.sorting.is_open() {
            let answer = self.sorting.on_action(action, cx);
            self.on_sorted(answer.map(|(_, answer)| answer), cx);
        } else if self.searching.question.is_open() {
            self.searching.on_action(action, &mut self.browse, cx);
        } else if self.describing.question.is_open() {
            self.describing.on_dialog(|slot, cx| slot.on_action(action, cx), cx);
        } else if self.editing.dialog().is_some() {
            self.editing.on_action(action, cx);
        } else if self.thawing.question.is_open() {
            self.thawing.on_action(action, cx);
        } else if self.reaching.dialog().is_some() {
            self.reaching.on_action(action, cx);
        } else if self.comparing.question.is_open() {
            self.comparing.on_action(action, cx);
        } else if self.acting.question.is_open() {
            self.acting.on_dialog_action(action, &mut self.browse, cx);
        } else if self.browse.jumping.is_some() {
            self.browse.on_jump_action(action, cx);
        } else if self.browse.typing.is_some() {
            self.on_filter_action(action, cx);
        } else if action == Action::Sort {
            self.sorting.ask(menu(self.browse.rows.arrangement()), ());
        } else if action == Action::Find && self.browse.place().is_some() {
            self.searching.ask(&self.browse);
        } else if action == Action::Compare {
            self.comparing.start(&self.browse, cx);
        } else if action == Action::Sizes {
            self.browse.ask_sizes(cx);
        } else if action == Action::Index {
            self.browse.ask_index(cx);
        } else if let Action::Details | Action::Preview = action {
            if let Some(subject) = self.browse.current_subject() {
                cx.ask(Intent::Show { tab: SideTab::of(action), subject });
            }
        } else if self.describes(action, None, cx) {
            return true;
        } else {
            if action == Action::LinkMenu
                && let Some(place) = self.browse.place()
            {
                self.publicity.ask(&place.bucket, cx);
            }
            return self.browse.on_action(action, cx)
                || self.acting.on_action(action, None, &mut self.browse, cx);
        }
        true
    }

    fn on_text(&mut self, chord: Chord, cx: &mut Context<'_>) {
        if self.sorting.is_open() {
            let answer = self.sorting.on_text(chord, cx);
            self.on_sorted(answer.map(|(_, answer)| answer), cx);
        } else if self.searching.question.is_open() {
            self.searching.on_text(chord, &mut self.browse, cx);
        } else if self.describing.question.is_open() {
            self.describing.on_dialog(|slot, cx| slot.on_text(chord, cx), cx);
        } else if self.editing.dialog().is_some() {
            self.editing.on_text(chord, cx);
        } else if self.thawing.question.is_open() {
            self.thawing.on_text(chord, cx);
        } else if self.reaching.dialog().is_some() {
            self.reaching.on_text(chord, cx);
        } else if self.comparing.question.is_open() {
            self.comparing.on_text(chord, cx);
        } else if self.acting.question.is_open() {
            self.acting.on_dialog_text(chord, &mut self.browse, cx);
        } else if let Some(jumping) = &mut self.browse.jumping {
            if jumping.on_text(chord) {
                self.browse.jump(cx);
            }
        } else if let Some(typing) = &mut self.browse.typing
            && typing.on_text(chord)
        {
            self.filter_as_typed(cx);
        }
    }

    /// Without a question, what is pasted is paths to upload.
    fn on_paste(&mut self, text: &str, cx: &mut Context<'_>) {
        if let Some(jumping) = &mut self.browse.jumping {
            jumping.on_paste(text);
            self.browse.jump(cx);
        } else if let Some(typing) = &mut self.browse.typing {
            typing.on_paste(text);
            self.filter_as_typed(cx);
        } else if self.thawing.question.is_open() {
            self.thawing.on_paste(text);
        } else if !self.acting.question.is_open()
            && let Some(dialog) = self.dialog_mut()
        {
            dialog.on_paste(text);
        } else {
            self.acting.on_paste(text, &mut self.browse, cx);
        }
    }

    fn owns(&self, ticket: Ticket) -> bool {
        self.browse.owns(ticket)
            || self.acting.owns(ticket)
            || self.publicity.owns(ticket)
            || self.describing.owns(ticket)
            || self.editing.owns(ticket)
            || self.thawing.owns(ticket)
            || self.reaching.owns(ticket)
    }

    fn on_reply(&mut self, ticket: Ticket, reply: Reply, cx: &mut Context<'_>) {
        if self.browse.owns(ticket) {
            self.browse.on_reply(ticket, reply, cx);
        } else if self.publicity.owns(ticket) {
            self.publicity.on_reply(reply, cx);
        } else if self.describing.owns(ticket) {
            self.describing.on_reply(reply, cx);
        } else if self.editing.owns(ticket) {
            self.editing.on_reply(reply, cx);
        } else if self.thawing.owns(ticket) {
            self.thawing.on_reply(reply, cx);
        } else if self.reaching.owns(ticket) {
            self.reaching.on_reply(reply, cx);
        } else {
            self.acting.on_reply(ticket, reply, &mut self.browse, cx);
        }
    }

    fn is_waiting(&self) -> bool {
        self.browse.is_moving()
            || self.acting.is_waiting()
            || self.describing.question.is_waiting()
            || self.editing.is_waiting()
            || self.thawing.is_waiting()
            || self.reaching.is_waiting()
            || self.browse.watch().is_some()
    }

    fn waits_for(&self) -> Option<Ticket> {
        let described = self.describing.question.waits_for();
        described.or_else(|| self.acting.question.waits_for())
    }

    fn under_way(&self) -> Option<String> {
        let others = || self.thawing.under_way().or_else(|| self.acting.under_way());
        self.editing.under_way().or_else(others)
    }

    fn kept(&self) -> Option<String> {
        self.editing.kept()
    }

    fn leave_work(&mut self, cx: &mut Context<'_>) -> bool {
        self.editing.leave_work(cx) || self.thawing.leave_work(cx) || self.acting.leave_work(cx)
    }

    fn stop(&mut self, cx: &mut Context<'_>) {
        self.acting.drop_all(cx);
        self.searching.question.close(cx);
        self.describing.question.close(cx);
        self.comparing.question.close(cx);
        self.editing.drop_all(cx);
        self.thawing.drop_all(cx);
        self.reaching.drop_all(cx);
        self.browse.forget(cx);
    }

    fn fit(&mut self, cx: &Context<'_>) {
        self.browse.fit(cx);
        self.editing.fit(cx);
    }

    /// What was marked and filtered stays while the preview is read.
    fn step_back(&mut self, focus: Pane, cx: &mut Context<'_>) -> bool {
        focus != Pane::Side && self.browse.step_back(cx)
    }

    fn click(&mut self, line: u16, was_focused: bool, cx: &mut Context<'_>) {
        if self.browse.click(line, cx) && was_focused {
            cx.ask(Intent::Run(Action::Open));
        }
    }

    fn scroll(&mut self, by: isize, cx: &mut Context<'_>) {
        self.browse.scroll(by, cx);
    }

    fn disabled(&self, action: Action, session: &Session) -> Option<String> {
        let browse = &self.browse;
        let reason = match action {
            _ if browse.place().is_none() => "open a bucket first",
            Action::Open | Action::Mark | Action::MarkRange if browse.current().is_none() => {
                "there is no row here"
            }
            Action::HistoryBack if !browse.memory().can_go_back() => "there is no earlier place",
            Action::HistoryForward if !browse.memory().can_go_forward() => {
                "there is no later place"
            }
            _ => return disabled(action, browse, session),
        };
        Some(reason.to_owned())
    }
}

impl Objects {
    /// Performs an action on one object, whatever is marked and wherever the cursor is.
    pub fn on_action_of(&mut self, action: Action, one: &Subject, cx: &mut Context<'_>) {
        if self.dialog().is_some() {
            return;
        }
        if action == Action::LinkMenu {
            self.publicity.ask(&one.object.bucket, cx);
        }
        if self.describes(action, Some(one), cx) {
            return;
        }
        let key = one.object.key.clone();
        let target = match one.object.version.clone() {
            Some(version) => Target::Version(key, version),
            None => Target::Object(key),
        };
        let rows = vec![SourceRow { target, size: Some(one.size) }].into();
        let rows = (rows, u64::from(one.is_archived()));
        self.acting.on_action(action, Some(rows), &mut self.browse, cx);
    }

    /// Performs an action on rows, whatever is marked and wherever the cursor is.
    pub fn on_action_of_rows(&mut self, action: Action, rows: SourceRows, cx: &mut Context<'_>) {
        if self.dialog().is_none() {
            self.acting.on_action(action, Some((rows, 0)), &mut self.browse, cx);
        }
    }

    /// What describes, edits or thaws objects: one, or the marked ones, or the one under the
    /// cursor. `false` where the action is none of these.
    fn describes(&mut self, action: Action, one: Option<&Subject>, cx: &mut Context<'_>) -> bool {
        let Some(place) = self.browse.place().cloned() else { return false };
        let bucket = one.map_or(&place.bucket, |one| &one.object.bucket).clone();
        let object = one.map(|one| one.object.clone()).or_else(|| self.browse.current_object());
        let rows = || match one {
            Some(one) => {
                let target = Target::Object(one.object.key.clone());
                vec![SourceRow { target, size: Some(one.size) }].into()
            }
            None => self.browse.meant(),
        };
        match (action, object) {
            (Action::Compare, Some(object)) if one.is_some() => {
                self.comparing.ask(DiffEnd::Object(object), cx.session);
            }
            (Action::Metadata, _) => self.describing.open(&bucket, rows(), cx),
            (Action::Thaw, _) => {
                let costs = match one {
                    Some(one) => retrieval_of_one(one, cx.session),
                    None => retrieval(&self.browse, cx.session),
                };
                self.thawing.ask(bucket, rows().into_targets(), costs);
            }
            (Action::BucketAccess, _) => self.reaching.ask(bucket, cx.session),
            (Action::EditObject, Some(object)) => {
                self.editing.open(object, EditorChoice::usual(cx.session), cx);
            }
            (Action::EditHere, Some(object)) => {
                self.editing.open(object, EditorChoice::Here, cx);
            }
            (Action::NewObject, _) => self.editing.name(bucket, place.prefix),
            _ => return false,
        }
        true
    }

    fn on_sorted(&mut self, answer: Option<DialogAnswer>, cx: &mut Context<'_>) {
        if let Some(DialogAnswer::Row(row)) = answer {
            let (sort, descending) = order_at(row);
            self.browse.sort(sort, descending, cx);
        }
    }

    fn on_filter_action(&mut self, action: Action, cx: &mut Context<'_>) {
        match action {
            Action::Accept => self.browse.typing = None,
            Action::Dismiss => {
                self.browse.typing = None;
                self.browse.set_filter("", cx);
            }
            _ => {
                self.browse.on_action(action, cx);
            }
        }
    }

    fn filter_as_typed(&mut self, cx: &mut Context<'_>) {
        if let Some(typing) = &self.browse.typing {
            let text = typing.text().to_owned();
            self.browse.set_filter(&text, cx);
        }
    }
}
