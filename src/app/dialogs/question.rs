//! Keeps the question that a screen asks, with what it is about and what it waits for.

use crate::app::action::Action;
use crate::app::chord::Chord;
use crate::app::context::Context;
use crate::app::dialogs::outcome::Outcome;
use crate::app::dialogs::{Dialog, DialogAnswer};
use crate::app::event::Ticket;

#[derive(Clone, Debug)]
pub struct Question<A> {
    pub dialog: Dialog,
    pub about: A,
    /// The request that it waits for, if it does.
    pub ticket: Option<Ticket>,
}

/// Room for one question.
#[derive(Clone, Debug)]
pub struct QuestionSlot<A>(Option<Question<A>>);

impl<A> Default for QuestionSlot<A> {
    fn default() -> QuestionSlot<A> {
        QuestionSlot(None)
    }
}

impl<A> Question<A> {
    /// Says what is wrong with the text that was accepted last; it can be changed now.
    pub fn refuse(&mut self, problem: impl Into<String>) {
        self.ticket = None;
        if let Dialog::Prompt(prompt) = &mut self.dialog {
            prompt.refuse(problem);
        }
    }
}

impl<A> QuestionSlot<A> {
    pub fn ask(&mut self, dialog: Dialog, about: A) {
        self.put(Question { dialog, about, ticket: None });
    }

    pub fn put(&mut self, question: Question<A>) {
        self.0 = Some(question);
    }

    pub fn get(&self) -> Option<&Question<A>> {
        self.0.as_ref()
    }

    pub fn get_mut(&mut self) -> Option<&mut Question<A>> {
        self.0.as_mut()
    }

    pub fn take(&mut self) -> Option<Question<A>> {
        self.0.take()
    }

    pub fn dialog(&self) -> Option<&Dialog> {
        self.get().map(|question| &question.dialog)
    }

    pub fn dialog_mut(&mut self) -> Option<&mut Dialog> {
        self.get_mut().map(|question| &mut question.dialog)
    }

    pub fn is_open(&self) -> bool {
        self.0.is_some()
    }

    pub fn owns(&self, ticket: Ticket) -> bool {
        self.get().is_some_and(|question| question.ticket == Some(ticket))
    }

    pub fn waits_for(&self) -> Option<Ticket> {
        self.get()?.ticket
    }

    pub fn is_waiting(&self) -> bool {
        self.waits_for().is_some()
    }

    /// Drops the question and what it waits for.
    pub fn close(&mut self, cx: &mut Context<'_>) {
        if let Some(mut question) = self.take() {
            cx.abandon(&mut question.ticket);
        }
    }

    /// Gives the question with its answer, where the action is one; what is cancelled is closed.
    pub fn on_action(
        &mut self,
        action: Action,
        cx: &mut Context<'_>,
    ) -> Option<(Question<A>, DialogAnswer)> {
        let outcome = self.dialog_mut()?.on_action(action);
        self.on_outcome(outcome, cx)
    }

    /// As [`QuestionSlot::on_action`] with a key that is bound to nothing.
    pub fn on_text(
        &mut self,
        chord: Chord,
        cx: &mut Context<'_>,
    ) -> Option<(Question<A>, DialogAnswer)> {
        let outcome = self.dialog_mut()?.on_text(chord);
        self.on_outcome(outcome, cx)
    }

    fn on_outcome(
        &mut self,
        outcome: Outcome<DialogAnswer>,
        cx: &mut Context<'_>,
    ) -> Option<(Question<A>, DialogAnswer)> {
        match outcome {
            Outcome::Open => None,
            Outcome::Cancelled => {
                self.close(cx);
                None
            }
            Outcome::Accepted(answer) => Some((self.take()?, answer)),
        }
    }
}
