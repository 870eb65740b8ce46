//! Keeps the README's key table equal to the action table.

use std::fmt::Write as _;
use std::path::PathBuf;

use windlass::app::action::{ACTIONS, ActionSpec, Scope};

const BEGIN: &str =
    "<!-- keys: generated from the action table; WINDLASS_REGENERATE=1 cargo test readme -->\n";
const END: &str = "<!-- /keys -->";

#[test]
fn readme_shows_the_keys_of_the_action_table() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(&path).expect("README.md");
    let start = readme.find(BEGIN).expect("the table's first mark") + BEGIN.len();
    let end = readme.find(END).expect("the table's last mark");
    let table = table();
    if std::env::var_os("WINDLASS_REGENERATE").is_some() {
        let fresh = format!("{}{table}{}", &readme[..start], &readme[end..]);
        std::fs::write(&path, fresh).expect("README.md is written");
        return;
    }
    assert_eq!(
        &readme[start..end],
        table,
        "run the tests with WINDLASS_REGENERATE=1 and commit README.md"
    );
}

fn table() -> String {
    let mut table =
        String::from("| key | action | where | name in `keymap.toml` |\n|---|---|---|---|\n");
    for spec in ACTIONS {
        let _ = writeln!(
            table,
            "| {} | {} | {} | `{}` |",
            keys(spec),
            cell(spec.doc),
            places(spec),
            spec.name
        );
    }
    table
}

fn keys(spec: &ActionSpec) -> String {
    spec.keys.iter().map(|key| format!("`{}`", cell(key))).collect::<Vec<_>>().join(" ")
}

fn places(spec: &ActionSpec) -> String {
    if spec.scopes.contains(&Scope::Global) {
        return "everywhere".to_owned();
    }
    spec.scopes.iter().map(|scope| scope.name()).collect::<Vec<_>>().join(", ")
}

/// A bar would end the table's cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

#[test]
fn every_action_has_a_title_a_doc_line_and_a_key() {
    for spec in ACTIONS {
        assert!(!spec.title.is_empty(), "{:?} has no title", spec.action);
        assert!(
            spec.doc.len() > spec.title.len() / 2 && !spec.doc.contains('\n'),
            "{:?}: {:?}",
            spec.action,
            spec.doc
        );
        assert!(
            !spec.keys.is_empty() && !spec.scopes.is_empty(),
            "{:?} cannot be reached",
            spec.action
        );
    }
}
