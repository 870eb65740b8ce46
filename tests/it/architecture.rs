//! The rules of the house: who may name whom, how long a file may be, what every action has.

mod house;
mod imports;

use std::collections::{BTreeMap, BTreeSet};

use house::{SourceFile, sources};

/// Which rooms a room may name, besides itself.
const ARROWS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("config", &["domain"]),
    ("s3", &["domain", "config"]),
    ("transfer", &["domain", "s3"]),
    ("app", &["domain", "config"]),
    ("ui", &["app", "domain"]),
    ("demo", &["domain"]),
    ("tui", &["ui", "app", "transfer", "s3", "config", "domain"]),
    ("cli", &["config", "domain", "s3", "transfer", "demo"]),
    ("program", &["tui", "cli", "config", "domain"]),
    ("main", &["program"]),
    ("lib", &["domain", "config", "s3", "transfer", "app", "ui", "tui", "cli", "demo", "program"]),
];

/// Which places may name an outside crate; a crate that is not here is free.
const OWNERS: &[(&str, &[&str])] = &[
    ("aws_", &["s3/"]),
    ("ratatui", &["ui/", "tui/"]),
    ("crossterm", &["tui/"]),
    ("tokio", &["s3/", "transfer/", "tui/", "cli/", "cli.rs", "demo/"]),
    ("clap", &["cli/"]),
    ("s3s", &["demo/"]),
    ("directories", &["config/paths.rs"]),
    ("tui_textarea", &["app/dialogs/", "ui/widgets/input"]),
];

/// Nothing here reads a clock, the disk, the environment or randomness.
const PURE: &[&str] = &["domain/", "app/", "ui/", "transfer/machine"];
const IMPURE: &[&str] = &[
    "std::fs",
    "std::env",
    "std::net",
    "std::process",
    "std::time::Instant",
    "std::time::SystemTime",
];

const MAX_LINES: usize = 500;

#[test]
fn rooms_name_only_the_rooms_below_them() {
    let mut broken = Vec::new();
    for file in sources() {
        let room = file.room();
        let Some((_, may)) = ARROWS.iter().find(|(from, _)| *from == room) else {
            broken.push(format!("{}: no arrow leaves {room}", file.path));
            continue;
        };
        for path in file.own_paths() {
            let to = path[0].as_str();
            let known = ARROWS.iter().any(|(room, _)| *room == to);
            if known && to != room && !may.contains(&to) {
                broken.push(format!("{} names crate::{}", file.path, path.join("::")));
            }
        }
    }
    assert!(broken.is_empty(), "arrows that the design does not have:\n{}", broken.join("\n"));
}

#[test]
fn outside_crates_are_named_only_by_their_owners() {
    let mut broken = Vec::new();
    for file in sources() {
        for path in file.foreign_paths() {
            for (name, places) in OWNERS {
                let head = path[0].as_str();
                let named =
                    if name.ends_with('_') { head.starts_with(name) } else { head == *name };
                if named && !places.iter().any(|place| file.path.starts_with(place)) {
                    broken.push(format!("{} names {}", file.path, path.join("::")));
                }
            }
        }
    }
    assert!(broken.is_empty(), "crates named outside their room:\n{}", broken.join("\n"));
}

#[test]
fn the_pure_rooms_read_neither_clock_nor_disk_nor_environment() {
    let mut broken = Vec::new();
    for file in sources().into_iter().filter(|f| PURE.iter().any(|p| f.path.starts_with(p))) {
        for path in file.foreign_paths() {
            let path = path.join("::");
            if IMPURE.iter().any(|bad| path == *bad || path.starts_with(&format!("{bad}::"))) {
                broken.push(format!("{} names {path}", file.path));
            }
            if path.ends_with("Timestamp::now") || path.ends_with("Zoned::now") {
                broken.push(format!("{} reads the clock by {path}", file.path));
            }
        }
    }
    assert!(broken.is_empty(), "impure:\n{}", broken.join("\n"));
}

#[test]
fn files_do_not_import_in_circles() {
    let files = sources();
    let modules: BTreeSet<Vec<String>> = files.iter().map(SourceFile::module).collect();
    let mut arrows: BTreeMap<Vec<String>, BTreeSet<Vec<String>>> = BTreeMap::new();
    for file in &files {
        let from = file.module();
        let below = file.foreign_paths().into_iter().map(|path| [from.clone(), path].concat());
        for path in file.own_paths().into_iter().chain(below) {
            let to =
                (1..=path.len()).rev().map(|n| path[..n].to_vec()).find(|p| modules.contains(p));
            if let Some(to) = to.filter(|to| *to != from) {
                arrows.entry(from.clone()).or_default().insert(to);
            }
        }
    }
    let circles = imports::circles(&arrows);
    assert!(circles.is_empty(), "circular imports:\n{}", circles.join("\n"));
}

#[test]
fn no_file_outgrows_its_sentence() {
    let mut broken = Vec::new();
    for file in house::everything() {
        let lines = file.text.lines().count();
        if lines > MAX_LINES {
            broken.push(format!("{}: {lines} lines", file.path));
        }
    }
    assert!(broken.is_empty(), "longer than {MAX_LINES} lines:\n{}", broken.join("\n"));
}

#[test]
fn every_file_opens_with_what_it_is_responsible_for() {
    for file in house::everything() {
        let first = file.text.lines().next().unwrap_or_default();
        assert!(
            first.starts_with("//! ") && first.len() > 15,
            "{} opens with {first:?}",
            file.path
        );
    }
}

#[test]
fn nobody_climbs_two_rooms_at_once() {
    for file in sources() {
        assert!(!file.code.contains("super::super"), "{} climbs with super::super", file.path);
    }
}

#[test]
fn the_parser_sees_nested_and_renamed_imports() {
    let paths = imports::paths(
        "use crate::a::{self, b::{C, D as E}, f::*};\npub(crate) use super::g;\nfn h() { \
         std::env::var(\"X\"); }",
        &["m".into(), "n".into()],
    );
    let paths: BTreeSet<String> = paths.iter().map(|p| p.join("::")).collect();
    for expected in [
        "crate::a",
        "crate::a::b::C",
        "crate::a::b::D",
        "crate::a::f",
        "crate::m::g",
        "std::env::var",
    ] {
        assert!(paths.contains(expected), "{expected} is missing in {paths:?}");
    }
}
