//! Defines what the router asks of every pane, overlay and question.

use crate::app::action::{Action, KeyHint};
use crate::app::chord::Chord;
use crate::app::context::Context;
use crate::app::dialogs::Dialog;
use crate::app::dialogs::completion::CompletedField;
use crate::app::dialogs::details::Details;
use crate::app::event::{Reply, Ticket};
use crate::app::layout::Areas;
use crate::app::scope::{Pane, Scope};
use crate::app::session::Session;
use crate::app::spot::Spot;

/// A part of the window. What it does not say is nothing.
pub trait Part {
    /// What keys mean while it has them, innermost first.
    fn scopes(&self) -> &'static [Scope];

    /// Performs an action; `false` where it knows none of this name.
    fn on_action(&mut self, action: Action, cx: &mut Context<'_>) -> bool;

    /// Takes a key that is bound to nothing.
    fn on_text(&mut self, _chord: Chord, _cx: &mut Context<'_>) {}

    fn on_paste(&mut self, _text: &str, _cx: &mut Context<'_>) {}

    /// Whether a key is the letter of a row, whatever else it is bound to.
    fn has_letter(&self, chord: Chord) -> bool {
        self.dialog().is_some_and(|dialog| dialog.has_letter(chord))
    }

    /// The keys worth a place in the footer, the most wanted first; over the panes the way out is
    /// the last.
    fn hints(&self) -> Vec<KeyHint> {
        let wanted = || self.wanted().iter().map(|action| (*action, action.spec().title));
        self.dialog().map_or_else(|| wanted().collect(), Dialog::hints)
    }

    /// The actions of a pane worth a place in the footer.
    fn wanted(&self) -> &'static [Action] {
        &[]
    }

    // ─── who has the keys ───

    /// Where it is painted, if it is a pane.
    fn pane(&self) -> Option<Pane> {
        None
    }

    /// The action that goes to it, if it is a pane.
    fn focused_by(&self) -> Option<Action> {
        None
    }

    /// Whether the pane is shown while another is focused.
    fn stays_shown(&self) -> bool {
        true
    }

    /// Whether the focus goes to it on the way from pane to pane.
    fn takes_focus(&self, _areas: &Areas) -> bool {
        true
    }

    /// The question that it asks.
    fn dialog(&self) -> Option<&Dialog> {
        None
    }

    fn dialog_mut(&mut self) -> Option<&mut Dialog> {
        None
    }

    /// Whether it lies over the panes, as a question does and whatever has keys and is no pane.
    fn covers(&self) -> bool {
        self.dialog().is_some() || (self.pane().is_none() && !self.scopes().is_empty())
    }

    /// Whether it has the keys, whatever pane is focused.
    fn takes_keys(&self) -> bool {
        self.covers()
    }

    /// Whether what is pasted is for it: it asks, or a text is typed.
    fn takes_paste(&self) -> bool {
        let typed = |scope| matches!(scope, &Scope::Text | &Scope::Editor);
        self.dialog().is_some() || self.scopes().iter().any(typed)
    }

    /// The sheet that is read in it.
    fn details(&self) -> Option<&Details> {
        match self.dialog()? {
            Dialog::Details(details) => Some(details),
            _ => None,
        }
    }

    /// The text field that can be completed.
    fn field(&mut self) -> Option<CompletedField<'_>> {
        self.dialog_mut()?.field()
    }

    // ─── the mouse ───

    /// Brings the cursor to what was clicked of what lies over the panes; gives the action that
    /// follows.
    fn point(&mut self, spot: Spot) -> Option<Action> {
        self.dialog_mut()?.point(spot)
    }

    /// Takes a click `line` rows below the top of the pane.
    fn click(&mut self, _line: u16, _was_focused: bool, _cx: &mut Context<'_>) {}

    fn scroll(&mut self, _by: isize, _cx: &mut Context<'_>) {}

    // ─── requests ───

    /// Asks for what it shows, once it is open.
    fn start(&mut self, _cx: &mut Context<'_>) {}

    /// Whether it waits for the answer to a request.
    fn owns(&self, _ticket: Ticket) -> bool {
        false
    }

    /// Takes the answer to a request that it owns.
    fn on_reply(&mut self, _ticket: Ticket, _reply: Reply, _cx: &mut Context<'_>) {}

    /// The request whose answer closes what it lays over the panes; who leaves that leaves the
    /// request.
    fn waits_for(&self) -> Option<Ticket> {
        None
    }

    /// Whether something in it is under way, or will change by itself.
    fn is_waiting(&self) -> bool {
        false
    }

    /// What the footer says of work under way that is seen nowhere else.
    fn under_way(&self) -> Option<String> {
        None
    }

    /// Where something is kept on this machine that is not stored yet.
    fn kept(&self) -> Option<String> {
        None
    }

    /// Leaves the work that [`Part::under_way`] tells of; `false` where there is none.
    fn leave_work(&mut self, _cx: &mut Context<'_>) -> bool {
        false
    }

    /// Gives up all it waits for: the connection is another one, or the tab is closed.
    fn stop(&mut self, _cx: &mut Context<'_>) {}

    // ─── what is done everywhere ───

    /// Brings what it shows into its place; called after every event.
    fn fit(&mut self, _cx: &Context<'_>) {}

    /// Undoes one thing; `false` where there is nothing to undo.
    fn step_back(&mut self, _focus: Pane, _cx: &mut Context<'_>) -> bool {
        false
    }

    /// Lists or fetches anew what it shows; `false` where that is the objects' to do.
    fn refresh(&mut self, _cx: &mut Context<'_>) -> bool {
        false
    }

    /// Why nothing is written from it.
    fn read_only(&self, session: &Session) -> Option<String> {
        session.read_only()
    }

    /// Whether an action is done here without asking a server, whatever its row of the table says.
    fn is_local(&self, _action: Action, _session: &Session) -> bool {
        false
    }

    /// Why an action of the pane's own scope cannot be done now, besides what its row of the table
    /// says.
    fn disabled(&self, _action: Action, _session: &Session) -> Option<String> {
        None
    }
}
