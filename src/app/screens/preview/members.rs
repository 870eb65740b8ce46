//! Walks the members of an archive like prefixes.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::app::action::Action;
use crate::app::list::List;
use crate::domain::contents::Member;

#[derive(Clone, Debug, PartialEq)]
pub struct MembersPane {
    members: Arc<[Member]>,
    /// The folder whose members are shown; empty at the top.
    pub folder: String,
    entries: Vec<MemberRow>,
    pub list: List,
}

/// A row: a member, or a folder that has some.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberRow {
    /// The whole name; a folder's ends in `/`.
    pub name: String,
    /// In bytes, unpacked; of a folder all that is in it, as far as it is known.
    pub size: Option<u64>,
    pub folder: bool,
}

impl MembersPane {
    pub fn new(members: Vec<Member>) -> MembersPane {
        let members: Arc<[Member]> = members.into();
        let entries = entries(&members, "");
        MembersPane { members, folder: String::new(), entries, list: List::default() }
    }

    /// All of the archive, in whatever folder.
    pub fn count(&self) -> usize {
        self.members.len()
    }

    pub fn entries(&self) -> &[MemberRow] {
        &self.entries
    }

    /// The name of an entry in its folder.
    pub fn shown<'a>(&self, entry: &'a MemberRow) -> &'a str {
        entry.name.get(self.folder.len()..).unwrap_or(&entry.name)
    }

    pub fn current(&self) -> Option<&MemberRow> {
        self.entries.get(self.list.cursor)
    }

    pub fn on_action(&mut self, action: Action, rows: u16) -> bool {
        self.list.on_action(action, self.entries.len(), rows)
    }

    pub fn fit(&mut self, rows: u16) {
        self.list.fit(self.entries.len(), rows);
    }

    /// Goes into the folder under the cursor, or gives the name of the member.
    pub fn enter(&mut self, rows: u16) -> Option<String> {
        let entry = self.current()?.clone();
        if !entry.folder {
            return Some(entry.name);
        }
        self.go(entry.name, None, rows);
        None
    }

    /// Goes up one level; `false` at the top.
    pub fn leave(&mut self, rows: u16) -> bool {
        if self.folder.is_empty() {
            return false;
        }
        let inner = self.folder.clone();
        let above = inner.trim_end_matches('/').rsplit_once('/');
        let above = above.map_or_else(String::new, |(above, _)| format!("{above}/"));
        self.go(above, Some(&inner), rows);
        true
    }

    fn go(&mut self, folder: String, to: Option<&str>, rows: u16) {
        self.entries = entries(&self.members, &folder);
        self.folder = folder;
        let cursor = to.and_then(|to| self.entries.iter().position(|entry| entry.name == to));
        self.list = List { cursor: cursor.unwrap_or(0), offset: 0 };
        self.fit(rows);
    }
}

/// Folders first, then members; each in the order of their names, members of one name in that of
/// the archive.
fn entries(members: &[Member], folder: &str) -> Vec<MemberRow> {
    let mut folders: BTreeMap<&str, Option<u64>> = BTreeMap::new();
    let mut files = Vec::new();
    for member in members {
        let Some(rest) = member.name.strip_prefix(folder) else { continue };
        // A leading slash begins no folder without a name.
        let inner = rest.trim_start_matches('/');
        let lead = rest.len() - inner.len();
        match inner.find('/') {
            Some(end) => {
                let name = &member.name[..=folder.len() + lead + end];
                let sum = folders.entry(name).or_insert(Some(0));
                let size = member.size.or((rest.len() == lead + end + 1).then_some(0));
                *sum = sum.zip(size).map(|(sum, size)| sum.saturating_add(size));
            }
            None if rest.is_empty() => {}
            None => files.push(MemberRow {
                name: member.name.clone(),
                size: member.size,
                folder: false,
            }),
        }
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    let folders = folders.into_iter().map(|(name, size)| MemberRow {
        name: name.to_owned(),
        size,
        folder: true,
    });
    folders.chain(files).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pane(names: &[&str]) -> MembersPane {
        let member = |name: &&str| Member {
            name: (*name).to_owned(),
            size: (!name.ends_with('/')).then_some(10),
        };
        MembersPane::new(names.iter().map(member).collect())
    }

    fn shown(pane: &MembersPane) -> Vec<&str> {
        pane.entries().iter().map(|entry| pane.shown(entry)).collect()
    }

    #[test]
    fn an_archive_is_walked_like_prefixes() {
        let mut pane = pane(&["z.txt", "a/", "a/b/c.txt", "a/d.txt", "e/f.txt"]);
        assert_eq!(shown(&pane), ["a/", "e/", "z.txt"]);
        assert_eq!(pane.entries()[0].size, Some(20));
        assert_eq!(pane.enter(10), None);
        assert_eq!(shown(&pane), ["b/", "d.txt"]);
        pane.on_action(Action::Down, 10);
        assert_eq!(pane.enter(10).as_deref(), Some("a/d.txt"));
        pane.on_action(Action::Up, 10);
        pane.enter(10);
        assert_eq!(shown(&pane), ["c.txt"]);
        assert!(pane.leave(10) && pane.leave(10));
        assert_eq!(pane.current().unwrap().name, "a/");
        assert!(!pane.leave(10));
    }

    #[test]
    fn odd_names_are_all_reachable() {
        let mut pane = pane(&["/abs/x", "a//b", "same", "same", "../up"]);
        assert_eq!(shown(&pane), ["../", "/abs/", "a/", "same", "same"]);
        pane.list.cursor = 2;
        pane.enter(10);
        assert_eq!(shown(&pane), ["/b"]);
        pane.leave(10);
        pane.list.cursor = 1;
        pane.enter(10);
        assert_eq!(shown(&pane), ["x"]);
    }
}
