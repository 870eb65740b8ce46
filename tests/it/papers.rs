//! Keeps the papers true: every command, flag, key, file and example in them is one the program
//! has.

mod named;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use clap::{CommandFactory, Parser};
use windlass::app::action::{ACTIONS, ActionSpec};
use windlass::app::keymap::Keymap;
use windlass::app::scope::Scope;
use windlass::cli::args::Arguments;
use windlass::config::guide::TOPICS;
use windlass::config::{file, keys};
use windlass::domain::price::PriceList;

use named::{blocks, commands, spans};

const BEGIN: &str = "<!-- keys: generated from the action table; WINDLASS_REGENERATE=1 cargo test \
                     --test it papers -->\n";
const END: &str = "<!-- /keys -->";
const KEYS_PAGE: &str = "assets/guide/keys.md";
/// How the paragraph on the places of the keymap begins.
const PLACES: &str = "A table names a place";
const CONTRIBUTING: &str = ".github/CONTRIBUTING.md";

/// Flags of cargo and of the benches, which the papers name too.
const FLAGS_OF_OTHERS: &[&str] = &["--release", "--bench", "--rounds", "--all"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every paper with its path.
fn papers() -> Vec<(String, String)> {
    let topics = TOPICS.iter().map(|topic| format!("assets/guide/{}.md", topic.name));
    let paths = ["README.md".to_owned(), CONTRIBUTING.to_owned()].into_iter().chain(topics);
    paths.map(|path| (path.clone(), fs::read_to_string(root().join(path)).unwrap())).collect()
}

fn assert_none(broken: &[String], what: &str) {
    assert!(broken.is_empty(), "{what}:\n{}", broken.join("\n"));
}

#[test]
fn the_readme_can_be_read_at_one_sitting() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    assert!(readme.lines().count() <= 150, "{} lines", readme.lines().count());
}

#[test]
fn every_page_is_named_in_the_readme() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    for topic in TOPICS {
        let link = format!("](assets/guide/{}.md)", topic.name);
        assert!(readme.contains(&link), "{}", topic.name);
    }
    let pages = fs::read_dir(root().join("assets/guide")).unwrap().count();
    assert_eq!(pages, TOPICS.len(), "a page that the program does not show");
}

#[test]
fn every_command_in_the_papers_is_understood() {
    let mut broken = Vec::new();
    for (path, text) in papers() {
        for command in commands(&text) {
            if let Err(error) = Arguments::try_parse_from(&command) {
                use clap::error::ErrorKind::{DisplayHelp, DisplayVersion};
                if !matches!(error.kind(), DisplayHelp | DisplayVersion) {
                    broken.push(format!("{path}: {}\n{error}", command.join(" ")));
                }
            }
        }
    }
    assert_none(&broken, "commands that do not work");
}

#[test]
fn every_flag_in_the_papers_is_one() {
    let mut known = named::flags();
    known.extend(FLAGS_OF_OTHERS.iter().map(|flag| (*flag).to_owned()));
    let mut broken = Vec::new();
    for (path, text) in papers() {
        for span in spans(&text) {
            let flag = span.split([' ', '=']).next().unwrap_or_default();
            if flag.len() > 2 && flag.starts_with("--") && !known.contains(flag) {
                broken.push(format!("{path}: {flag}"));
            }
        }
    }
    assert_none(&broken, "flags that do not exist");
}

#[test]
fn every_key_in_the_papers_is_bound() {
    let bound = named::bound_keys();
    let mut broken = Vec::new();
    for (path, text) in papers() {
        for span in spans(&text).filter(|span| named::is_key(span)) {
            if !bound.contains(span.as_str()) {
                broken.push(format!("{path}: {span}"));
            }
        }
    }
    assert_none(&broken, "keys that do nothing");
}

#[test]
fn every_file_in_the_papers_is_there() {
    let mut broken = Vec::new();
    for (path, text) in papers() {
        let folder = Path::new(&path).parent().unwrap().to_owned();
        let links = named::links(&text).map(|link| folder.join(link));
        let named = spans(&text).filter(|span| named::is_path(span)).map(PathBuf::from);
        for file in links.chain(named) {
            if !root().join(&file).exists() {
                broken.push(format!("{path}: {}", file.display()));
            }
        }
    }
    assert_none(&broken, "files that do not exist");
}

#[test]
fn the_guide_names_every_place_of_the_keymap() {
    let page = fs::read_to_string(root().join(KEYS_PAGE)).unwrap();
    let begin = page.find(PLACES).unwrap();
    let length = page[begin..].find("\n\n").unwrap();
    regenerate(KEYS_PAGE, &page[begin..begin + length], &keymap_places());
}

/// The paragraph with the name of every place.
fn keymap_places() -> String {
    let others: Vec<String> =
        Scope::ALL[2..].iter().map(|scope| format!("`{}`", scope.name())).collect();
    let (last, others) = others.split_last().unwrap();
    let said = format!(
        "{PLACES}, as `transfers` above: `global` is everywhere, `list` is every pane with rows, \
         and there are {} and {last}.",
        others.join(", ")
    );
    let mut lines = vec![String::new()];
    for word in said.split(' ') {
        let line = lines.last_mut().unwrap();
        if !line.is_empty() && line.len() + 1 + word.len() > 72 {
            lines.push(word.to_owned());
        } else {
            let gap = if line.is_empty() { "" } else { " " };
            line.push_str(gap);
            line.push_str(word);
        }
    }
    lines.join("\n")
}

/// The demo opens the browser and has a chapter of its own.
#[test]
fn the_readme_names_every_verb_that_needs_no_screen() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let list = blocks(&readme, "sh").into_iter().find(|block| block.contains("ls|")).unwrap();
    regenerate("README.md", &list, &verbs());
}

/// `windlass ls|cat|…`, broken into lines as a shell takes it.
fn verbs() -> String {
    let verbs = Arguments::command();
    let names = verbs.get_subcommands().map(clap::Command::get_name).filter(|name| *name != "demo");
    let (mut text, mut column) = ("windlass ".to_owned(), 9);
    for name in names {
        if column + name.len() > 97 {
            text.push_str("\\\n");
            column = 0;
        }
        let _ = write!(text, "{name}|");
        column += name.len() + 1;
    }
    format!("{}\n", text.trim_end_matches('|'))
}

/// Wants what stands in a paper to be as it is generated, or writes it.
fn regenerate(path: &str, stands: &str, generated: &str) {
    if std::env::var_os("WINDLASS_REGENERATE").is_some() {
        let whole = fs::read_to_string(root().join(path)).unwrap();
        return fs::write(root().join(path), whole.replacen(stands, generated, 1)).unwrap();
    }
    assert_eq!(stands, generated, "run the tests with WINDLASS_REGENERATE=1 and commit {path}");
}

#[test]
fn every_setting_in_the_papers_is_read() {
    let mut broken = Vec::new();
    for (path, text) in papers() {
        for block in blocks(&text, "toml") {
            let read = if path == KEYS_PAGE {
                let file = keys::parse(&block, Path::new("keymap.toml"));
                let mistakes = file.map(|file| Keymap::with(&file).1.mistakes);
                mistakes.map(|all| all.into_iter().map(|mistake| mistake.sentence).collect())
            } else if block.contains("[[price]]") {
                if let Err(error) = toml::from_str::<PriceList>(&block) {
                    broken.push(format!("{path}: {error}"));
                }
                continue;
            } else if block.contains("fg =") {
                continue;
            } else {
                file::parse(&block, Path::new("config.toml")).map(|_| String::new())
            };
            match read {
                Ok(mistakes) if mistakes.is_empty() => {}
                Ok(mistakes) => broken.push(format!("{path}: {mistakes}")),
                Err(error) => broken.push(format!("{path}: {error:?}")),
            }
        }
    }
    assert_none(&broken, "settings that are not read");
}

#[test]
fn the_guide_shows_the_keys_of_the_action_table() {
    let page = fs::read_to_string(root().join(KEYS_PAGE)).unwrap();
    let start = page.find(BEGIN).expect("the table's first mark") + BEGIN.len();
    let end = page.find(END).expect("the table's last mark");
    regenerate(KEYS_PAGE, &page[start..end], &table());
}

fn table() -> String {
    let mut table =
        String::from("| key | action | where | name in `keymap.toml` |\n|---|---|---|---|\n");
    for spec in ACTIONS {
        let _ = writeln!(
            table,
            "| {} | {} | {} | `{}` |",
            keys(spec.keys),
            cell(spec.doc),
            places(spec),
            spec.name
        );
    }
    table
}

fn keys(keys: &[&str]) -> String {
    keys.iter().map(|key| format!("`{}`", cell(key))).collect::<Vec<_>>().join(" ")
}

fn places(spec: &ActionSpec) -> String {
    let mut places = match spec.scopes.contains(&Scope::Global) {
        true => vec!["everywhere".to_owned()],
        false => spec.scopes.iter().map(|scope| scope.name().to_owned()).collect(),
    };
    places.extend(spec.elsewhere.iter().map(|(scope, here)| match *here == spec.keys {
        true => scope.name().to_owned(),
        false => format!("{} ({})", scope.name(), keys(here)),
    }));
    places.join(", ")
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
