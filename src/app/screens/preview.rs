//! Holds what is shown of the inside of an object, in the form it is shown in, and where one is in
//! it.

pub mod bytes;
pub mod facts;
pub mod members;
pub mod scrolling;
pub mod table;
pub mod text;
pub mod tree;

use crate::app::action::Action;
use crate::app::list::List;
use crate::app::screens::preview::bytes::BytesPane;
use crate::app::screens::preview::facts::FactsPane;
use crate::app::screens::preview::members::MembersPane;
use crate::app::screens::preview::scrolling::Aim;
use crate::app::screens::preview::table::TablePane;
use crate::app::screens::preview::text::TextPane;
use crate::app::screens::preview::tree::TreePane;
use crate::domain::contents::{ContentKind, Contents, Traffic};
use crate::domain::object_view::{LookStep, ObjectView, ViewBody, ViewForm};
use crate::domain::picture::Picture;
use crate::domain::text_pattern::TextPattern;
use crate::domain::text_window::RENDERED;
use crate::domain::units::Counted;

#[derive(Clone, Debug, PartialEq)]
pub struct Preview {
    /// The members of an archive are in its body.
    pub contents: Contents,
    /// Bytes of what is shown: of the object, or of what was taken out of it.
    pub size: u64,
    pub unpacked: bool,
    /// All that was fetched.
    pub traffic: Traffic,
    pub form: ViewForm,
    /// The member of an archive that it is.
    pub member: Option<String>,
    pub body: PreviewBody,
}

#[derive(Clone, Debug, PartialEq)]
pub enum PreviewBody {
    Empty,
    Text(TextPane),
    Bytes(BytesPane),
    Table(TablePane),
    Tree(TreePane),
    Members(MembersPane),
    Picture(Picture),
    Facts(FactsPane),
}

/// How far one has come: rows from the first to the last, the first on screen, and the cursor's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RowExtent {
    pub len: usize,
    pub offset: usize,
    pub cursor: usize,
}

impl Preview {
    pub fn of(
        view: ObjectView,
        traffic: Traffic,
        form: ViewForm,
        member: Option<String>,
    ) -> Preview {
        let ObjectView { mut contents, body, size, unpacked } = view;
        let body = match body {
            _ if size == 0 => PreviewBody::Empty,
            ViewBody::Text(window) => PreviewBody::Text(TextPane::new(window)),
            ViewBody::Bytes(window) => PreviewBody::Bytes(BytesPane::new(window)),
            ViewBody::Table(table) => PreviewBody::Table(TablePane::new(table)),
            ViewBody::Tree(tree) => PreviewBody::Tree(TreePane::new(tree)),
            ViewBody::Picture(picture) => PreviewBody::Picture(picture),
            ViewBody::Facts if form == ViewForm::Best && !contents.members.is_empty() => {
                PreviewBody::Members(MembersPane::new(std::mem::take(&mut contents.members)))
            }
            ViewBody::Facts => PreviewBody::Facts(FactsPane::new(contents.told(size))),
        };
        Preview { contents, size, unpacked, traffic, form, member, body }
    }

    /// An object that is known to have no bytes.
    pub fn empty() -> Preview {
        let contents = Contents::of(ContentKind::Empty);
        let view = ObjectView { contents, body: ViewBody::Facts, size: 0, unpacked: false };
        Preview::of(view, Traffic::default(), ViewForm::Best, None)
    }

    /// Performs a movement; `false` where the action is none.
    pub fn on_action(&mut self, action: Action, rows: u16) -> bool {
        let rows = self.body_rows(rows);
        match &mut self.body {
            PreviewBody::Text(text) => text.on_action(action, rows),
            PreviewBody::Bytes(bytes) => bytes.on_action(action, rows),
            PreviewBody::Table(table) => table.on_action(action, rows),
            PreviewBody::Tree(tree) => tree.on_action(action, rows),
            PreviewBody::Members(members) => members.on_action(action, rows),
            PreviewBody::Facts(facts) => facts.on_action(action, rows),
            PreviewBody::Empty | PreviewBody::Picture(_) => false,
        }
    }

    pub fn scroll(&mut self, by: isize, rows: u16) {
        let action = if by < 0 { Action::Up } else { Action::Down };
        for _ in 0..by.unsigned_abs() {
            self.on_action(action, rows);
        }
    }

    /// What has to be fetched where one goes on in a direction.
    pub fn wants(&self, forward: bool, rows: u16) -> Option<LookStep> {
        let rows = self.body_rows(rows);
        match &self.body {
            PreviewBody::Text(text) => text.wants(forward, rows),
            PreviewBody::Bytes(bytes) => bytes.wants(forward, rows),
            PreviewBody::Table(table) if forward => table.wants(rows),
            _ => None,
        }
    }

    /// Takes what was fetched; `at` is the byte that was asked for or found.
    pub fn take(&mut self, body: ViewBody, at: u64, aim: Aim) {
        match (&mut self.body, body) {
            (PreviewBody::Text(text), ViewBody::Text(window)) => {
                self.size = window.size;
                text.take(window, at, aim);
            }
            (PreviewBody::Bytes(bytes), ViewBody::Bytes(window)) => {
                self.size = window.size;
                bytes.take(window, at, aim);
            }
            (PreviewBody::Table(table), ViewBody::Table(more)) => table.take(more),
            _ => {}
        }
    }

    /// Brings everything into a pane of this size.
    pub fn fit(&mut self, width: u16, rows: u16) {
        let rows = self.body_rows(rows);
        match &mut self.body {
            PreviewBody::Text(text) => text.fit(width, rows),
            PreviewBody::Bytes(bytes) => bytes.fit(width, rows),
            PreviewBody::Table(table) => table.fit(width, rows),
            PreviewBody::Facts(facts) => facts.fit(width, rows),
            PreviewBody::Tree(_) | PreviewBody::Members(_) => self.fit_rows(rows),
            PreviewBody::Empty | PreviewBody::Picture(_) => {}
        }
    }

    /// Unfolds, folds or goes into what the cursor is on; gives the member to be opened.
    pub fn enter(&mut self, rows: u16) -> Option<String> {
        let body_rows = self.body_rows(rows);
        match &mut self.body {
            PreviewBody::Tree(tree) => {
                tree.toggle(body_rows);
                None
            }
            PreviewBody::Members(members) => members.enter(rows),
            PreviewBody::Table(_) | PreviewBody::Text(_) => {
                self.on_action(Action::ScrollRight, rows);
                None
            }
            _ => None,
        }
    }

    /// Leaves what was gone into; `false` where nothing was.
    pub fn leave(&mut self, rows: u16) -> bool {
        let rows = self.body_rows(rows);
        match &mut self.body {
            PreviewBody::Tree(tree) => tree.leave(rows),
            PreviewBody::Members(members) => members.leave(rows),
            PreviewBody::Table(table) => table.sideways(false),
            PreviewBody::Text(text) => text.sideways(false),
            _ => false,
        }
    }

    /// What the cursor is on, or the first line on screen, with what it is: `value`, `line`.
    pub fn value(&self) -> Option<(String, &'static str)> {
        match &self.body {
            PreviewBody::Text(text) => Some((text.line(text.offset)?.to_owned(), "line")),
            PreviewBody::Table(table) => Some((table.row_text()?, "row")),
            PreviewBody::Tree(tree) => Some((tree.value()?, "value")),
            PreviewBody::Members(members) => Some((members.current()?.name.clone(), "name")),
            PreviewBody::Facts(facts) => Some((facts.value()?, "value")),
            PreviewBody::Empty | PreviewBody::Bytes(_) | PreviewBody::Picture(_) => None,
        }
    }

    /// Whether a text is shown in another way than it is written.
    pub fn is_rendered(&self) -> bool {
        match &self.body {
            PreviewBody::Text(text) => text.window.language.as_deref() == Some(RENDERED),
            _ => false,
        }
    }

    /// Goes to the next row that has a pattern, of those that are here; `false` where none has.
    pub fn search_rows(&mut self, pattern: &TextPattern, backward: bool, rows: u16) -> bool {
        let RowExtent { len, cursor, .. } = self.extent();
        let has = |row: &usize| self.row_has(*row, pattern);
        let found = match backward {
            true => (0..cursor).rev().find(has),
            false => (cursor + 1..len).find(has),
        };
        found.is_some_and(|row| {
            self.go_to_row(row, rows);
            true
        })
    }

    fn row_has(&self, row: usize, pattern: &TextPattern) -> bool {
        let has = |text: &str| !pattern.places(text).is_empty();
        match &self.body {
            PreviewBody::Text(text) => text.line(row).is_some_and(has),
            PreviewBody::Table(table) => table
                .row(row)
                .is_some_and(|(_, cells)| cells.iter().flatten().any(|cell| has(cell))),
            PreviewBody::Tree(tree) => tree.row_has(row, has),
            PreviewBody::Members(members) => {
                members.entries().get(row).is_some_and(|entry| has(members.shown(entry)))
            }
            PreviewBody::Facts(facts) => {
                facts.line(row).is_some_and(|(label, text)| has(label) || has(text))
            }
            _ => false,
        }
    }

    pub fn go_to_row(&mut self, row: usize, rows: u16) {
        let rows = self.body_rows(rows);
        match &mut self.body {
            PreviewBody::Text(text) => {
                text.offset = row.min(text.len().saturating_sub(usize::from(rows).max(1)));
            }
            PreviewBody::Table(table) => table.list.cursor = row,
            PreviewBody::Tree(tree) => tree.list.cursor = row,
            PreviewBody::Members(members) => members.list.cursor = row,
            PreviewBody::Facts(facts) => facts.list.cursor = row,
            _ => return,
        }
        self.fit_rows(rows);
    }

    /// Lines above the rows that do not scroll: the names of columns.
    pub fn heading_lines(&self) -> u16 {
        u16::from(matches!(self.body, PreviewBody::Table(_)))
    }

    /// What of it is in no row, and where that is known why.
    pub fn left_out(&self) -> Option<(String, &str)> {
        match &self.body {
            PreviewBody::Table(table) => {
                let left_out = table.table.left_out.as_ref()?;
                Some((format!("{} left out", Counted(left_out.lines, "line")), &left_out.first))
            }
            PreviewBody::Tree(tree) if tree.tree.cut => {
                Some(("not all of the text is in the tree".to_owned(), ""))
            }
            _ => None,
        }
    }

    /// Lines below the rows: what is in none of them.
    pub fn note_lines(&self, rows: u16) -> u16 {
        u16::from(rows > 3 && self.left_out().is_some())
    }

    /// The rows that there is room for in so many lines.
    fn body_rows(&self, lines: u16) -> u16 {
        lines.saturating_sub(self.heading_lines() + self.note_lines(lines))
    }

    fn fit_rows(&mut self, rows: u16) {
        match &mut self.body {
            PreviewBody::Table(table) => {
                let len = table.len();
                table.list.fit(len, rows);
            }
            PreviewBody::Tree(tree) => tree.list.fit(tree.tree.len(), rows),
            PreviewBody::Members(members) => members.fit(rows),
            PreviewBody::Facts(facts) => {
                let len = facts.len();
                facts.list.fit(len, rows);
            }
            _ => {}
        }
    }

    pub fn extent(&self) -> RowExtent {
        let of = |list: &List, len| RowExtent { len, offset: list.offset, cursor: list.cursor };
        let rows = |len, offset| RowExtent { len, offset, cursor: offset };
        match &self.body {
            PreviewBody::Empty | PreviewBody::Picture(_) => RowExtent::default(),
            PreviewBody::Text(text) => rows(text.len(), text.offset),
            PreviewBody::Bytes(bytes) => rows(bytes.len(), bytes.offset),
            PreviewBody::Facts(facts) => of(&facts.list, facts.len()),
            PreviewBody::Table(table) => of(&table.list, table.len()),
            PreviewBody::Tree(tree) => of(&tree.list, tree.tree.len()),
            PreviewBody::Members(members) => of(&members.list, members.entries().len()),
        }
    }

    /// The first byte of the part that is here, of a text or of bytes.
    pub fn start(&self) -> u64 {
        match &self.body {
            PreviewBody::Text(text) => text.window.start,
            PreviewBody::Bytes(bytes) => bytes.window.start,
            _ => 0,
        }
    }

    /// Whether there is more than was read.
    pub fn is_cut(&self) -> bool {
        self.traffic.bytes > 0 && !self.unpacked && self.traffic.bytes < self.size
    }
}
