//! Walks over folders that hold what folders can hold.

use std::fs;
use std::os::unix::fs::symlink;

use rustix::fs::{CWD, FileType, Mode, mknodat};

use super::*;

fn rules(links: Links) -> WalkRules {
    WalkRules { links, ..WalkRules::default() }
}

/// Relative paths of the files, and of what was refused with the reason.
fn walk(root: &Path, rules: WalkRules) -> (Vec<String>, Vec<(String, String)>, WalkTally) {
    let (mut files, mut refused) = (Vec::new(), Vec::new());
    let mut walk = Walk::new(root, rules).unwrap();
    for walked in walk.by_ref() {
        match walked {
            Walked::File { relative, .. } => files.push(relative),
            Walked::Refused { relative, error } => refused.push((relative, error.detail)),
        }
    }
    let tally = walk.tally().clone();
    (files, refused, tally)
}

fn fifo(path: &Path) {
    mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
}

#[test]
fn files_come_in_order_and_what_is_none_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    for name in ["b/2", "b/1", "a", "c/d/e"] {
        fs::create_dir_all(root.join(name).parent().unwrap()).unwrap();
        fs::write(root.join(name), name).unwrap();
    }
    fs::create_dir(root.join("hollow")).unwrap();
    fifo(&root.join("b/pipe"));
    let _socket = std::os::unix::net::UnixListener::bind(root.join("socket")).unwrap();
    let (files, refused, tally) = walk(root, rules(Links::Report));
    assert_eq!(files, ["a", "b/1", "b/2", "c/d/e"]);
    let places: Vec<&str> = refused.iter().map(|(place, _)| place.as_str()).collect();
    assert_eq!(places, ["b/pipe", "socket"]);
    assert_eq!((tally.files, tally.empty_folders), (4, 1));
}

#[test]
fn links_are_reported_or_left_out_or_followed() {
    let (folder, aside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let root = folder.path();
    fs::create_dir_all(root.join("in/deep")).unwrap();
    fs::write(root.join("in/file"), "x").unwrap();
    fs::write(aside.path().join("out"), "x").unwrap();
    symlink("in/file", root.join("to-file")).unwrap();
    symlink("../..", root.join("in/deep/up")).unwrap();
    symlink(".", root.join("in/self")).unwrap();
    symlink("nowhere", root.join("broken")).unwrap();
    symlink("ring", root.join("ring")).unwrap();
    symlink(aside.path(), root.join("outside")).unwrap();
    let (files, refused, _) = walk(root, rules(Links::Report));
    assert_eq!((files, refused.len()), (vec!["in/file".to_owned()], 6));
    let (files, refused, tally) = walk(root, rules(Links::Skip));
    assert_eq!((files, refused.len(), tally.links_left_out), (vec!["in/file".to_owned()], 0, 6));
    let (files, refused, tally) = walk(root, rules(Links::Follow));
    assert_eq!(files, ["in/file", "outside/out", "to-file"]);
    let places: Vec<&str> = refused.iter().map(|(place, _)| place.as_str()).collect();
    assert_eq!(places, ["broken", "in/deep/up", "in/self", "ring"]);
    assert!(refused[1].1.contains("leads back"), "{}", refused[1].1);
    assert_eq!(tally.links_to_outside, 1);
}

#[test]
fn two_links_to_one_folder_are_no_loop() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::create_dir(root.join("real")).unwrap();
    fs::write(root.join("real/f"), "x").unwrap();
    symlink("real", root.join("one")).unwrap();
    symlink("real", root.join("two")).unwrap();
    let (files, refused, tally) = walk(root, rules(Links::Follow));
    assert_eq!((files, refused.len()), (["one/f", "real/f", "two/f"].map(String::from).into(), 0));
    assert_eq!(tally.links_to_outside, 0);
}

#[test]
fn links_that_multiply_end_where_keys_do() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    // Each folder holds two links to the next: more paths than anybody can wait for, were they not
    // too long.
    let name = "n".repeat(200);
    for level in 0..20 {
        fs::create_dir(root.join(level.to_string())).unwrap();
        for link in ["a", "b"] {
            let to = root.join((level + 1).to_string());
            symlink(to, root.join(level.to_string()).join(format!("{link}{name}"))).unwrap();
        }
    }
    let (files, refused, _) = walk(&root.join("0"), rules(Links::Follow));
    assert!(files.is_empty());
    assert_eq!(refused.len(), 64, "two to the sixth paths of 1,211 bytes");
    assert!(refused.iter().all(|(_, why)| why.contains("1024")), "{}", refused[0].1);
}

#[test]
fn a_path_too_long_for_the_system_or_for_a_key_is_refused_once() {
    use rustix::fs::{OFlags, mkdirat, openat};
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("z"), "x").unwrap();
    let name = "d".repeat(250);
    let flags = OFlags::RDONLY | OFlags::DIRECTORY;
    let mut at = openat(CWD, folder.path(), flags, Mode::empty()).unwrap();
    for _ in 0..20 {
        mkdirat(&at, &*name, Mode::RWXU).unwrap();
        at = openat(&at, &*name, flags, Mode::empty()).unwrap();
    }
    let (files, refused, _) = walk(folder.path(), rules(Links::Report));
    assert_eq!(files, ["z"]);
    assert_eq!(refused.len(), 1);
    assert!(refused[0].1.contains("1254 bytes"), "{}", refused[0].1);
}

#[test]
fn names_of_one_key_are_told_apart_only_where_the_server_cannot() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    // Composed, decomposed; two forms neither of which is the composed one; and one alone.
    for name in ["h\u{e9}", "he\u{301}", "a\u{323}\u{302}", "\u{1ea1}\u{302}", "o\u{308}"] {
        fs::write(root.join(name), name).unwrap();
    }
    let (files, refused, _) = walk(root, rules(Links::Report));
    assert_eq!((files.len(), refused.len()), (5, 0));
    let one_form = WalkRules { one_form: true, ..rules(Links::Report) };
    let (files, refused, _) = walk(root, one_form);
    assert_eq!(files, ["a\u{323}\u{302}", "h\u{e9}", "o\u{308}"]);
    let places: Vec<&str> = refused.iter().map(|(place, _)| place.as_str()).collect();
    assert_eq!(places, ["he\u{301}", "\u{1ea1}\u{302}"]);
    assert!(refused[0].1.contains("one key on this server"), "{}", refused[0].1);
}

#[test]
fn names_that_are_no_text_are_refused() {
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(std::ffi::OsStr::from_bytes(b"a\xff")), "x").unwrap();
    let (files, refused, _) = walk(folder.path(), rules(Links::Report));
    assert_eq!((files.len(), refused.len()), (0, 1));
}
