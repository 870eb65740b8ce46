//! Moves the cursor over the rows of a prefix by keys, clicks and the wheel.

use crate::app::action::Action;
use crate::app::context::{Context, Intent};
use crate::app::dialogs::input::Input;
use crate::app::list::Hold;
use crate::app::scope::Pane;
use crate::app::screens::objects::browse::Browse;
use crate::domain::address::Prefix;

impl Browse {
    /// Performs what is about rows; `false` where the action is not.
    pub fn on_action(&mut self, action: Action, cx: &mut Context<'_>) -> bool {
        match action {
            Action::Open => self.open_current(cx),
            Action::Parent => self.go_up(cx),
            Action::GoToRoot => self.go_to_root(cx),
            Action::Jump => self.ask_jump(),
            Action::First if self.from().is_some() => self.list_from_beginning(cx),
            Action::Filter => self.typing = Some(Input::prefilled(&self.rows.arrangement().filter)),
            Action::Mark => self.mark(cx),
            Action::MarkRange => self.marking.toggle_range(&self.rows, self.list.cursor),
            Action::MarkAll => {
                self.marking.toggle_all(&self.rows);
                self.load_everything(cx);
            }
            Action::Watch => self.toggle_watch(cx),
            Action::InvertMarks => self.marking.invert(&self.rows),
            _ => return self.on_move(action, cx),
        }
        true
    }

    fn on_move(&mut self, action: Action, cx: &mut Context<'_>) -> bool {
        let before = self.list.cursor;
        let rows = cx.areas.rows(Pane::Objects);
        if !self.list.on_action(action, self.rows.len(), rows) {
            return false;
        }
        let hold = match action {
            Action::First => Hold::Top,
            Action::Last => Hold::End,
            _ => Hold::Row,
        };
        // Before the next page alone is asked for.
        self.load_all |= action == Action::Last;
        self.moved(before, hold, cx);
        if action == Action::Last {
            self.load_everything(cx);
        }
        true
    }

    /// Scrolls by the wheel.
    pub fn scroll(&mut self, by: isize, cx: &mut Context<'_>) {
        let before = self.list.cursor;
        self.list.scroll(by, self.rows.len(), cx.areas.rows(Pane::Objects));
        self.moved(before, Hold::Row, cx);
    }

    /// Puts the cursor on the row that is `line` rows below the top; whether it was there already.
    pub fn click(&mut self, line: u16, cx: &mut Context<'_>) -> bool {
        let Some(position) = self.list.at_line(line, self.rows.len()) else { return false };
        let before = self.list.cursor;
        self.list.cursor = position;
        self.moved(before, Hold::Row, cx);
        before == position
    }

    fn open_current(&mut self, cx: &mut Context<'_>) {
        let (Some(place), Some(row)) = (self.place(), self.current()) else { return };
        if row.is_prefix() {
            let (bucket, prefix) = (place.bucket.clone(), place.prefix.child(row.name));
            self.open(bucket, prefix, cx);
        } else if let Some(subject) = self.current_subject() {
            cx.ask(Intent::LookInto(subject));
        }
    }

    /// Asks for the sizes of what is marked, or of all below the open prefix.
    pub(super) fn ask_sizes(&self, cx: &mut Context<'_>) {
        let Some(place) = self.place() else { return };
        let (bucket, prefix) = (place.bucket.clone(), place.prefix.clone());
        let marked = (!self.marking.marks.is_empty()).then(|| self.meant());
        let marked = marked.filter(|rows| !rows.is_empty());
        cx.ask(Intent::ShowSizes { bucket, prefix, marked });
    }

    fn go_to_root(&mut self, cx: &mut Context<'_>) {
        if let Some(place) = self.place()
            && (!place.prefix.is_root() || place.search.is_some())
        {
            let bucket = place.bucket.clone();
            self.open(bucket, Prefix::root(), cx);
        }
    }

    fn mark(&mut self, cx: &mut Context<'_>) {
        self.marking.toggle(&self.rows, self.list.cursor);
        self.on_move(Action::Down, cx);
    }

    /// Undoes one thing of this pane; `false` where there is nothing to undo.
    pub fn step_back(&mut self, cx: &mut Context<'_>) -> bool {
        if self.marking.is_drawing_range() {
            self.marking.settle();
        } else if self.is_pulling() {
            self.stop(cx);
        } else if !self.rows.arrangement().filter.is_empty() {
            self.set_filter("", cx);
        } else if !self.marking.marks.is_empty() {
            self.marking.clear();
        } else if self.watch.is_some() {
            self.toggle_watch(cx);
        } else if self.from().is_some() {
            self.list_from_beginning(cx);
        } else if let Some(place) = self.place().filter(|place| place.search.is_some()).cloned() {
            self.open(place.bucket, place.prefix, cx);
        } else if self.at().is_some() {
            self.travel(None, cx);
        } else {
            return false;
        }
        true
    }
}
