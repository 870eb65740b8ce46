//! Tests of what becomes of the keys that a user wrote.

use super::*;
use crate::app::keymap::Resolved;

const OBJECTS: &[Scope] = &[Scope::Objects, Scope::List, Scope::Global];
const BUCKETS: &[Scope] = &[Scope::Buckets, Scope::List, Scope::Global];

/// Lines as `keymap.toml` has them: `download = w`, `[objects]`; an empty line counts.
fn file(text: &str) -> KeyFile {
    let mut file = KeyFile::default();
    let mut scope: Option<String> = None;
    for (text, line) in text.lines().zip(1..) {
        if let Some(name) = text.strip_prefix('[') {
            scope = Some(name.trim_end_matches(']').to_owned());
            file.tables.push((scope.clone().unwrap(), line));
        } else if let Some((action, keys)) = text.split_once(" = ") {
            let keys = keys.split(", ").filter(|key| !key.is_empty()).map(str::to_owned).collect();
            let (scope, action) = (scope.clone(), action.to_owned());
            file.overrides.push(KeyOverride { scope, action, keys, line });
        }
    }
    file
}

fn said(remarks: &[KeyMistake]) -> Vec<String> {
    remarks.iter().map(|each| format!("{}: {}", each.line, each.sentence)).collect()
}

fn does(keymap: &Keymap, scopes: &[Scope], keys: &str) -> Option<Action> {
    let chords = parse_sequence(keys).unwrap();
    let (last, pending) = chords.split_last().unwrap();
    match keymap.resolve(scopes, pending, *last) {
        Resolved::Action(action) => Some(action),
        Resolved::Pending | Resolved::Unbound => None,
    }
}

#[test]
fn the_users_keys_replace_the_default_ones() {
    let (keymap, remarks) = Keymap::with(&file("download = ctrl-g, z d\nhistory-back = "));
    assert_eq!(remarks, KeyRemarks::default());
    assert_eq!(does(&keymap, OBJECTS, "d"), None);
    let keys: Vec<String> = keymap.keys_for(OBJECTS, Action::Download).collect();
    assert_eq!(keys, ["ctrl-g", "z d"]);
    assert_eq!(does(&keymap, OBJECTS, "["), None);
}

#[test]
fn two_keys_that_are_exchanged_are_no_conflict() {
    let (keymap, remarks) = Keymap::with(&file("[objects]\ndownload = D\ndelete = d, del"));
    assert_eq!(remarks, KeyRemarks::default());
    assert_eq!(does(&keymap, OBJECTS, "d"), Some(Action::Delete));
    assert_eq!(does(&keymap, BUCKETS, "D"), Some(Action::Delete), "elsewhere as before");
}

#[test]
fn every_mistake_is_told_with_its_line() {
    let text = "downlod = x\ncopy = ctrl-nope\nupload = ctrl-m\n[objcts]\nmove = \
                M\n[objects]\nquit = x\n[text]\naccept = a";
    let (keymap, remarks) = Keymap::with(&file(text));
    let told = said(&remarks.mistakes);
    let expected = [
        "1: \"downlod\" is not an action; its keys do nothing; did you mean \"download\"?",
        "2: copy: \"nope\" in \"ctrl-nope\" is not a key",
        "3: upload: ctrl-m cannot be bound: terminals use it themselves",
        "4: [objcts] is not a table; did you mean [objects]?",
        "7: \"quit\" does nothing in [objects]; it works in [global]",
        "9: accept: \"a\" is text in a text field and no key",
    ];
    assert_eq!(told, expected);
    assert_eq!(
        does(&keymap, OBJECTS, "c"),
        Some(Action::Copy),
        "a line without a key changes none"
    );
    let (_, remarks) = Keymap::with(&file("frobnicate = x\n[elsewhere]\n"));
    let told = said(&remarks.mistakes);
    assert_eq!(told[0], "1: \"frobnicate\" is not an action; its keys do nothing");
    assert!(told[1].contains("there are global, list, buckets"), "{}", told[1]);
}

#[test]
fn one_key_for_two_actions_is_neither() {
    let (keymap, remarks) = Keymap::with(&file("[objects]\ndownload = x\n\ndelete = x, del"));
    assert_eq!(
        said(&remarks.mistakes),
        ["4: \"x\" is download on line 2 and delete here: it does nothing in objects"]
    );
    assert_eq!(does(&keymap, OBJECTS, "x"), None);
    assert_eq!(does(&keymap, OBJECTS, "del"), Some(Action::Delete));
    assert_eq!(does(&keymap, OBJECTS, "d"), None, "what the user gave away does not come back");
    let (keymap, remarks) = Keymap::with(&file("download = x\ndelete = x y"));
    assert_eq!(remarks.mistakes.len(), 1, "{remarks:?}");
    assert_eq!(does(&keymap, OBJECTS, "x"), None);
    assert_eq!(does(&keymap, OBJECTS, "x y"), None);
}

#[test]
fn a_key_that_can_never_be_typed_is_told_and_not_bound() {
    let (keymap, remarks) = Keymap::with(&file("[objects]\ndelete = d d"));
    assert_eq!(
        said(&remarks.mistakes),
        ["2: delete: \"d d\" cannot be typed in objects: \"d\" is download"]
    );
    assert_eq!(does(&keymap, OBJECTS, "d"), Some(Action::Download));
}

#[test]
fn a_key_that_is_taken_from_a_default_is_noted() {
    let (keymap, remarks) = Keymap::with(&file("[objects]\ndownload = u"));
    assert_eq!(remarks.mistakes, []);
    assert_eq!(
        said(&remarks.notes),
        ["2: \"u\" is download in objects: \"u\" is no longer upload", "2: upload has no key now"]
    );
    assert_eq!(does(&keymap, OBJECTS, "u"), Some(Action::Download));
    let (keymap, remarks) = Keymap::with(&file("[list]\nup = g"));
    assert_eq!(remarks.notes[0].sentence, "\"g\" is up in list: \"g g\" is no longer first");
    assert_eq!(does(&keymap, OBJECTS, "g"), None, "g r of the objects still begins with it");
    assert!(said(&remarks.notes).iter().any(|note| note.contains("in objects it is go-to-root")));
}

#[test]
fn a_key_that_means_another_thing_in_a_pane_is_noted() {
    let (_, remarks) = Keymap::with(&file("quit = d"));
    assert_eq!(
        said(&remarks.notes),
        [
            "1: \"d\" is quit, but in objects it is download",
            "1: \"d\" is quit, but in side it is download",
        ]
    );
    let (_, remarks) = Keymap::with(&file("[objects]\nrename = q"));
    assert_eq!(said(&remarks.notes), ["2: \"q\" is rename in objects, and no longer quit there"]);
}

#[test]
fn a_key_of_a_line_that_is_not_understood_does_nothing() {
    let (keymap, _) = Keymap::with(&file("downlod = D"));
    assert_eq!(does(&keymap, OBJECTS, "D"), None, "and does not delete");
    assert_eq!(does(&keymap, OBJECTS, "del"), Some(Action::Delete));
    let (keymap, _) = Keymap::with(&file("[objcts]\nmove = D\n[objects]\ndownload = D"));
    assert_eq!(does(&keymap, OBJECTS, "D"), Some(Action::Download));
    assert_eq!(does(&keymap, BUCKETS, "D"), None);
}
