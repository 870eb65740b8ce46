//! What a paper names: commands, flags, keys, files, and blocks of one language.

use std::collections::BTreeSet;

use clap::{Command, CommandFactory};
use windlass::app::action::{ACTIONS, ActionSpec};
use windlass::app::keymap::parse_sequence;
use windlass::cli::args::Arguments;

const FENCE: &str = "```";

/// The contents of the fenced blocks of a language.
pub fn blocks(text: &str, language: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Option<(bool, String)> = None;
    for line in text.lines() {
        match (line.strip_prefix(FENCE), &mut open) {
            (Some(_), Some(_)) => {
                if let Some((true, block)) = open.take() {
                    found.push(block);
                }
            }
            (Some(named), None) => open = Some((named == language, String::new())),
            (None, Some((_, block))) => {
                block.push_str(line);
                block.push('\n');
            }
            (None, None) => {}
        }
    }
    found
}

/// The text without its fenced blocks.
fn prose(text: &str) -> String {
    let parts = text.split(FENCE).step_by(2);
    parts.collect::<Vec<_>>().join("\n")
}

/// What stands between two backticks outside of blocks, on one line or broken over two.
pub fn spans(text: &str) -> impl Iterator<Item = String> {
    let prose = prose(text);
    let spans = prose.split('`').skip(1).step_by(2);
    let joined = spans.map(|span| span.split_whitespace().collect::<Vec<_>>().join(" "));
    joined.collect::<Vec<_>>().into_iter()
}

/// Every `windlass …` of blocks and spans, as the words of a command line.
pub fn commands(text: &str) -> Vec<Vec<String>> {
    let lines: Vec<String> =
        blocks(text, "sh").iter().flat_map(|block| block.lines()).map(str::to_owned).collect();
    let mut found = Vec::new();
    for line in lines.into_iter().chain(spans(text)) {
        let line = line.split(" #").next().unwrap_or_default().replace(['"', '(', ')'], " ");
        for part in line.split(['|', '$', '>']) {
            let words = part.split_whitespace().map(str::to_owned);
            let words: Vec<String> = words.skip_while(|word| word.contains('=')).collect();
            // A list of verbs (`windlass ls|get`) names the first one here.
            if words.first().is_some_and(|word| word == "windlass") {
                found.push(words);
            }
        }
    }
    found
}

/// Every long flag of the program.
pub fn flags() -> BTreeSet<String> {
    fn add(command: &Command, found: &mut BTreeSet<String>) {
        let longs = command.get_arguments().filter_map(clap::Arg::get_long);
        found.extend(longs.map(|long| format!("--{long}")));
        command.get_subcommands().for_each(|below| add(below, found));
    }
    let mut found = BTreeSet::from(["--help".to_owned(), "--version".to_owned()]);
    add(&Arguments::command(), &mut found);
    found
}

/// Every sequence of keys that does something, as the papers write it.
pub fn bound_keys() -> BTreeSet<&'static str> {
    ACTIONS.iter().flat_map(ActionSpec::places).flat_map(|(_, keys)| keys).copied().collect()
}

/// Whether a span is meant as a key: one character, or names of keys.
pub fn is_key(span: &str) -> bool {
    let words: Vec<&str> = span.split(' ').collect();
    let short = words.iter().all(|word| word.chars().count() == 1);
    let named = words.iter().all(|word| parse_sequence(word).is_ok());
    span.is_ascii() && words.len() <= 2 && (short || (named && words.len() == 1))
}

/// The targets of links to files of the repository.
pub fn links(text: &str) -> impl Iterator<Item = &str> {
    let ends = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    ends.filter(|link| !link.contains("://") && !link.starts_with('#'))
}

/// Whether a span is a path of the repository.
pub fn is_path(span: &str) -> bool {
    ["src/", "assets/", "tests/", ".ci/", ".github/"].iter().any(|top| span.starts_with(top))
        && !span.contains(['*', '…', ' ', '<'])
}
