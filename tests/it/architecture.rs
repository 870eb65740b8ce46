//! Tests the rules of the modules: who may name whom, how long a file may be.

mod house;
mod imports;

use std::collections::{BTreeMap, BTreeSet};

use clap::CommandFactory as _;
use house::{SourceFile, sources};
use windlass::cli::args::Arguments;

/// Which modules a module may name, besides itself.
const ARROWS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("config", &["domain"]),
    ("s3", &["domain", "config"]),
    ("look", &["domain"]),
    ("index", &["domain"]),
    ("transfer", &["domain", "s3"]),
    ("app", &["domain", "config"]),
    ("ui", &["app", "domain"]),
    ("demo", &["domain"]),
    ("tui", &["ui", "app", "transfer", "s3", "look", "index", "config", "domain"]),
    ("cli", &["config", "domain", "s3", "transfer", "look", "index", "demo"]),
    ("program", &["tui", "cli", "config", "domain"]),
    ("main", &["program"]),
    (
        "lib",
        &[
            "domain", "config", "s3", "transfer", "look", "index", "app", "ui", "tui", "cli",
            "demo", "program",
        ],
    ),
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
    ("syntect", &["look/"]),
    ("two_face", &["look/"]),
    ("image", &["look/"]),
    ("resvg", &["look/"]),
    ("parquet", &["look/"]),
    ("csv", &["look/"]),
    ("sevenz_rust2", &["look/"]),
    ("lofty", &["look/"]),
    ("saphyr_parser", &["look/"]),
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

/// Within each of these a name of a type is used once.
const TOWERS: &[&[&str]] = &[
    &["domain", "config", "s3", "transfer", "look", "index", "cli"],
    &["domain", "config", "s3", "transfer", "look", "index", "tui"],
    &["domain", "config", "app", "ui", "tui"],
];

#[test]
fn a_name_of_a_public_type_is_used_once_in_a_tower() {
    let files = sources();
    for tower in TOWERS {
        let mut found: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for file in files.iter().filter(|file| tower.contains(&file.room())) {
            for name in imports::public_types(&file.code) {
                found.entry(name).or_default().push(&file.path);
            }
        }
        found.retain(|_, places| places.len() > 1);
        assert!(found.is_empty(), "one name for two types in {tower:?}: {found:#?}");
    }
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

const MAX_COLUMNS: usize = 100;

/// A word that cannot be broken may be longer, and data in a raw string is as it is.
#[test]
fn no_line_is_too_long_to_be_read() {
    let mut broken = Vec::new();
    for file in house::everything() {
        let data = imports::lines_of_raw_strings(&file.text);
        for (at, line) in file.text.lines().enumerate() {
            let one_word = line.split_whitespace().filter(|word| word.len() > 4).count() < 2;
            if line.chars().count() > MAX_COLUMNS && !one_word && !data.contains(&at) {
                broken.push(format!("{}:{}", file.path, at + 1));
            }
        }
    }
    assert!(broken.is_empty(), "wider than {MAX_COLUMNS} columns:\n{}", broken.join("\n"));
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

/// What to do next is data there: the screens name the key that holds, the verbs their flag.
#[test]
fn no_sentence_below_the_shells_names_a_key_a_flag_or_a_verb() {
    let below = ["domain", "config", "s3", "transfer", "look", "index"];
    let command = Arguments::command();
    let verbs: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
    let mut broken = Vec::new();
    for file in sources().into_iter().filter(|file| below.contains(&file.room())) {
        for text in imports::literals(&file.text) {
            let words = text.split(|letter: char| !letter.is_alphanumeric() && letter != '-');
            let named = words.filter(|word| {
                let flag = word
                    .strip_prefix("--")
                    .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase()));
                flag || ["press", "Press"].contains(word)
            });
            let flags = named.filter(|word| !FLAGS_OF_OTHERS.contains(word));
            let after = |part: &'_ str| part.split(' ').next().map(str::to_owned);
            let verb = text.split("windlass ").skip(1).filter_map(after);
            let verb = verb.filter(|word| verbs.contains(&word.as_str()) && !text.contains(BODY));
            let arrows = text.contains("← →").then(|| "← →".to_owned());
            let named: Vec<String> = flags.map(str::to_owned).chain(verb).chain(arrows).collect();
            if !named.is_empty() {
                broken.push(format!("{}: {named:?} in {text:?}", file.path));
            }
        }
    }
    assert!(broken.is_empty(), "keys and flags below the shells:\n{}", broken.join("\n"));
}

/// What the doctor's objects say of whoever wrote them.
const BODY: &str = "written by windlass doctor";

/// Flags of the AWS CLI.
const FLAGS_OF_OTHERS: &[&str] = &["--mfa", "--profile", "--request-payer", "--sse-c"];

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
