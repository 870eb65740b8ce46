//! The picker picks local files and folders: it shows one folder, marks, filters, and takes a typed
//! path.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};

use crate::app::action::{Action, KeyHint};
use crate::app::chord::Chord;
use crate::app::dialogs::completion::{Asks, Completion};
use crate::app::dialogs::input::Input;
use crate::app::dialogs::outcome::Outcome;
use crate::app::dialogs::typed_path::{pasted_paths, resolve};
use crate::app::event::FolderEntry;
use crate::app::list::step;
use crate::app::scope::Scope;
use crate::domain::error::Error;

/// Reads nothing itself: [`Picker::take_wanted`] names the folder it waits for,
/// [`Picker::on_folder`] brings it.
#[derive(Clone, Debug)]
pub struct Picker {
    pub title: String,
    pub folder: PathBuf,
    pub rows: FolderRows,
    pub mode: PickerMode,
    /// Rows whose name contains this, ASCII case ignored, are shown.
    pub filter: Input,
    pub path: Input,
    completion: Completion,
    /// What is wrong with the path that was typed.
    pub problem: Option<String>,
    pub show_hidden: bool,
    /// Marked rows of every folder that was visited.
    pub marks: BTreeMap<PathBuf, FolderEntry>,
    /// Counts the rows shown, not the entries.
    pub cursor: usize,
    shown: Vec<usize>,
    home: Option<PathBuf>,
    wanted: Option<PathBuf>,
    seek: Option<Seek>,
    /// Pasted paths that are still to be looked up and marked.
    pasted: VecDeque<String>,
    /// What is given to the objects that are written.
    pub note: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FolderRows {
    Waiting,
    Read(Vec<FolderEntry>),
    Failed(Error),
}

/// Where keys go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PickerMode {
    Rows,
    Filter,
    Path,
}

/// The row to stand on when the folder has been read.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Seek {
    path: PathBuf,
    /// It was typed: mark it, and say so where it is missing.
    typed: bool,
}

impl Picker {
    pub fn new(title: impl Into<String>, folder: PathBuf, home: Option<PathBuf>) -> Picker {
        Picker {
            title: title.into(),
            wanted: Some(folder.clone()),
            folder,
            rows: FolderRows::Waiting,
            mode: PickerMode::Rows,
            filter: Input::default(),
            path: Input::default(),
            completion: Completion::default(),
            problem: None,
            show_hidden: false,
            marks: BTreeMap::new(),
            cursor: 0,
            shown: Vec::new(),
            home,
            seek: None,
            pasted: VecDeque::new(),
            note: String::new(),
        }
    }

    /// The folder to read next, once.
    pub fn take_wanted(&mut self) -> Option<PathBuf> {
        self.wanted.take()
    }

    /// Reads the folder anew where its rows have not come.
    pub fn want_again(&mut self) {
        if self.rows == FolderRows::Waiting {
            self.wanted = Some(self.folder.clone());
        }
    }

    /// The rows to paint, in order.
    pub fn shown(&self) -> impl ExactSizeIterator<Item = &FolderEntry> {
        let entries = self.entries();
        self.shown.iter().map(move |at| &entries[*at])
    }

    pub fn current(&self) -> Option<&FolderEntry> {
        self.shown.get(self.cursor).map(|at| &self.entries()[*at])
    }

    pub fn is_marked(&self, entry: &FolderEntry) -> bool {
        self.marks.contains_key(&entry.path)
    }

    /// Rows that are there and not shown, because of the filter or of a leading dot.
    pub fn left_out(&self) -> usize {
        self.entries().len() - self.shown.len()
    }

    pub fn takes_text(&self) -> bool {
        self.mode != PickerMode::Rows
    }

    fn entries(&self) -> &[FolderEntry] {
        match &self.rows {
            FolderRows::Read(entries) => entries,
            FolderRows::Waiting | FolderRows::Failed(_) => &[],
        }
    }

    /// Brings the rows of the folder that was asked for last.
    pub fn on_folder(&mut self, rows: Result<Vec<FolderEntry>, Error>) {
        self.rows = rows.map_or_else(FolderRows::Failed, FolderRows::Read);
        self.cursor = 0;
        self.arrange();
        let Some(seek) = self.seek.take() else { return };
        match &self.rows {
            FolderRows::Failed(error) if seek.typed => {
                let said = error.explain();
                self.problem = Some(format!("{}: {}", said.what, said.next_anywhere()));
            }
            FolderRows::Failed(_) => {}
            _ => self.stand_on(&seek),
        }
        self.look_up_next();
    }

    /// Goes to the next pasted path, if there is one, and marks it.
    fn look_up_next(&mut self) {
        let Some(text) = self.pasted.pop_front() else { return };
        match resolve(text.trim_end_matches('/'), &self.folder, self.home.as_deref()) {
            Ok(path) => {
                let parent = path.parent().unwrap_or(&path).to_path_buf();
                self.read(parent, Some(Seek { path, typed: true }));
            }
            Err(problem) => {
                self.problem = Some(problem);
                self.look_up_next();
            }
        }
    }

    fn stand_on(&mut self, seek: &Seek) {
        let found =
            self.entries().iter().find(|entry| entry.path.file_name() == seek.path.file_name());
        let Some(entry) = found.cloned() else {
            if seek.typed {
                self.problem = Some(format!("there is no {}", seek.path.display()));
            }
            return;
        };
        self.show_hidden |= is_hidden(&entry);
        self.arrange();
        self.cursor = self.place_of(Some(&entry.path));
        if seek.typed {
            self.mode = PickerMode::Rows;
            self.path = Input::default();
            self.marks.insert(entry.path.clone(), entry);
        }
    }

    /// What keys mean in it, innermost first.
    pub fn scopes(&self) -> &'static [Scope] {
        if self.takes_text() { Scope::Text.outwards() } else { Scope::Picker.outwards() }
    }

    pub fn hints(&self) -> Vec<KeyHint> {
        match self.mode {
            PickerMode::Filter => {
                vec![(Action::Accept, "keep the filter"), (Action::Dismiss, "cancel")]
            }
            PickerMode::Path => vec![
                (Action::Accept, "go there"),
                (Action::NextField, "complete"),
                (Action::Dismiss, "cancel"),
            ],
            PickerMode::Rows => vec![
                (Action::Accept, "choose"),
                (Action::Toggle, "mark"),
                (Action::Open, "open"),
                (Action::Parent, "up"),
                (Action::WriteSettings, "settings"),
                (Action::Filter, "filter"),
                (Action::NextField, "type a path"),
                (Action::HiddenFiles, "hidden files"),
                (Action::Dismiss, self.left_by_dismiss()),
            ],
        }
    }

    fn left_by_dismiss(&self) -> &'static str {
        if self.filter.is_empty() { "cancel" } else { "end the filter" }
    }

    /// Accepted with what was picked: the marked entries, or the file under the cursor.
    pub fn on_action(&mut self, action: Action) -> Outcome<Vec<FolderEntry>> {
        match self.mode {
            PickerMode::Rows => return self.on_rows_action(action),
            PickerMode::Filter => self.on_filter_action(action),
            PickerMode::Path => self.on_path_action(action),
        }
        Outcome::Open
    }

    /// A character of the filter or of the path.
    pub fn on_text(&mut self, chord: Chord) {
        match self.mode {
            PickerMode::Rows => self.problem = None,
            PickerMode::Filter => {
                if self.filter.on_text(chord) {
                    self.refilter();
                }
            }
            PickerMode::Path => {
                if self.path.on_text(chord) {
                    self.problem = None;
                }
                self.completion.on_edit(self.path.text());
            }
        }
    }

    /// A pasted text is a path, wherever the keys go; several paths are looked up and marked at
    /// once.
    pub fn on_paste(&mut self, text: &str) {
        if self.mode == PickerMode::Filter {
            self.filter.on_paste(text);
            self.refilter();
            return;
        }
        let paths = pasted_paths(text);
        if paths.len() > 1 {
            self.mode = PickerMode::Rows;
            self.path = Input::default();
            self.problem = None;
            self.pasted.extend(paths);
            return self.look_up_next();
        }
        let text = paths.concat();
        if self.mode == PickerMode::Path {
            self.path.on_paste(&text);
        } else {
            self.open_path(&text);
        }
        self.problem = None;
    }

    /// The path while it is typed.
    pub fn completing(&mut self) -> Option<(&mut Input, &mut Completion)> {
        (self.mode == PickerMode::Path).then_some((&mut self.path, &mut self.completion))
    }

    /// A row that is clicked is stood on; clicked again, a folder is opened and a file picked.
    pub fn point(&mut self, row: usize) -> Option<Action> {
        if self.mode != PickerMode::Rows || row >= self.shown.len() {
            return None;
        }
        let again = std::mem::replace(&mut self.cursor, row) == row;
        let folder = self.current().is_some_and(|entry| entry.folder);
        again.then_some(if folder { Action::Open } else { Action::Accept })
    }

    fn on_rows_action(&mut self, action: Action) -> Outcome<Vec<FolderEntry>> {
        self.problem = None;
        match action {
            Action::Dismiss if !self.filter.is_empty() => {
                self.filter = Input::default();
                self.refilter();
            }
            Action::Dismiss | Action::Close => return Outcome::Cancelled,
            Action::Accept => return self.on_enter(),
            Action::Open => self.enter_current(),
            Action::Parent => self.go_up(),
            Action::NextField | Action::PreviousField => self.open_path(""),
            Action::HomePath => self.open_path("~"),
            Action::Filter => self.mode = PickerMode::Filter,
            Action::Toggle => self.toggle_mark(),
            Action::MarkAll => self.mark_all(),
            Action::InvertMarks => self.invert_marks(),
            Action::HiddenFiles => self.toggle_hidden(),
            _ => self.step(action),
        }
        Outcome::Open
    }

    fn on_filter_action(&mut self, action: Action) {
        match action {
            Action::Dismiss => {
                self.filter = Input::default();
                self.mode = PickerMode::Rows;
                self.refilter();
            }
            Action::Accept => self.mode = PickerMode::Rows,
            _ => self.step(action),
        }
    }

    fn on_path_action(&mut self, action: Action) {
        match action {
            Action::Dismiss => {
                self.mode = PickerMode::Rows;
                self.problem = None;
            }
            Action::NextField | Action::PreviousField => {
                self.completion.on_tab(&mut self.path, action == Action::PreviousField);
            }
            Action::Accept => self.accept_path(),
            _ => {}
        }
    }

    /// A path that ends in a delimiter, `.` or `..` is walked into; another one is looked up in its
    /// parent and marked.
    fn accept_path(&mut self) {
        let text = self.path.text().to_owned();
        if text.trim().is_empty() {
            return;
        }
        let path = match resolve(&text, &self.folder, self.home.as_deref()) {
            Ok(path) => path,
            Err(problem) => {
                self.problem = Some(problem);
                return;
            }
        };
        self.problem = None;
        let walk = text == "~" || text.ends_with(['/', std::path::MAIN_SEPARATOR]);
        let parent = path.parent().filter(|_| !walk && path.file_name().is_some());
        if let Some(parent) = parent.map(Path::to_path_buf) {
            return self.read(parent, Some(Seek { path, typed: true }));
        }
        self.mode = PickerMode::Rows;
        self.path = Input::default();
        self.read(path, None);
    }

    fn open_path(&mut self, text: &str) {
        self.mode = PickerMode::Path;
        self.path = Input::new(text);
        let (folder, home) = (self.folder.clone(), self.home.clone());
        self.completion = Completion::of(Asks::LocalPath { folder, home, files: true });
        self.problem = None;
    }

    fn on_enter(&mut self) -> Outcome<Vec<FolderEntry>> {
        if !self.marks.is_empty() {
            return Outcome::Accepted(self.marks.values().cloned().collect());
        }
        match self.current() {
            Some(entry) if !entry.folder => Outcome::Accepted(vec![entry.clone()]),
            _ => {
                self.enter_current();
                Outcome::Open
            }
        }
    }

    fn enter_current(&mut self) {
        let Some(entry) = self.current().filter(|entry| entry.folder) else { return };
        let path = entry.path.clone();
        self.read(path, None);
    }

    fn go_up(&mut self) {
        let Some(parent) = self.folder.parent().map(Path::to_path_buf) else { return };
        let left = self.folder.clone();
        self.read(parent, Some(Seek { path: left, typed: false }));
    }

    fn read(&mut self, folder: PathBuf, seek: Option<Seek>) {
        self.wanted = Some(folder.clone());
        self.folder = folder;
        self.seek = seek;
        self.rows = FolderRows::Waiting;
        self.filter = Input::default();
        self.cursor = 0;
        self.shown.clear();
    }

    fn toggle_mark(&mut self) {
        let Some(entry) = self.current().cloned() else { return };
        if self.marks.remove(&entry.path).is_none() {
            self.marks.insert(entry.path.clone(), entry);
        }
        self.step(Action::Down);
    }

    fn mark_all(&mut self) {
        let all: Vec<_> = self.shown().map(|entry| (entry.path.clone(), entry.clone())).collect();
        self.marks.extend(all);
    }

    fn invert_marks(&mut self) {
        let all: Vec<_> = self.shown().cloned().collect();
        for entry in all {
            if self.marks.remove(&entry.path).is_none() {
                self.marks.insert(entry.path.clone(), entry);
            }
        }
    }

    fn toggle_hidden(&mut self) {
        self.show_hidden = !self.show_hidden;
        self.refilter();
    }

    /// Keeps the cursor on its entry where that is still shown.
    fn refilter(&mut self) {
        let stood_on = self.current().map(|entry| entry.path.clone());
        self.arrange();
        self.cursor = self.place_of(stood_on.as_deref());
    }

    fn place_of(&self, path: Option<&Path>) -> usize {
        self.shown().position(|row| Some(row.path.as_path()) == path).unwrap_or(0)
    }

    fn arrange(&mut self) {
        let wanted = self.filter.text().to_ascii_lowercase();
        let show_hidden = self.show_hidden;
        self.shown = self
            .entries()
            .iter()
            .enumerate()
            .filter(|(_, entry)| show_hidden || !is_hidden(entry))
            .filter(|(_, entry)| entry.name.to_ascii_lowercase().contains(&wanted))
            .map(|(at, _)| at)
            .collect();
    }

    fn step(&mut self, action: Action) {
        step(&mut self.cursor, action, self.shown.len());
    }
}

fn is_hidden(entry: &FolderEntry) -> bool {
    entry.name.starts_with('.')
}

#[cfg(test)]
mod tests;
