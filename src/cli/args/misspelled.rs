//! Tells a misspelled command from what stands behind it, which is in order.

use std::ffi::OsString;

use clap::error::{Error, ErrorKind};
use clap::{ArgAction, Command};

use crate::domain::nearest::nearest;

/// The error of a line whose first word is neither a command nor a place, in place of `error`,
/// which blames the words after it. `words`: of the line, without the name of the program.
pub fn command_meant(
    mut command: Command,
    error: Error,
    words: impl Iterator<Item = OsString>,
) -> Error {
    if !error.use_stderr() {
        return error;
    }
    let Some(word) = first_word(&command, words).filter(|word| !word.starts_with("s3://")) else {
        return error;
    };
    let known: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
    if word == "help" || known.contains(&word.as_str()) {
        return error;
    }
    let meant = nearest(&word, &known).map(|name| format!("; {name} may be meant"));
    let meant = meant.unwrap_or_default();
    let sentence =
        format!("{word:?} is neither a command nor a place (s3://bucket/prefix/){meant}");
    command.error(ErrorKind::InvalidSubcommand, sentence)
}

/// The verb of a line, where it has one.
pub fn verb_of(command: &Command, words: impl Iterator<Item = OsString>) -> Option<String> {
    let word = first_word(command, words)?;
    command.get_subcommands().any(|known| known.get_name() == word).then_some(word)
}

/// The first word that is no flag and belongs to none.
fn first_word(command: &Command, mut words: impl Iterator<Item = OsString>) -> Option<String> {
    while let Some(word) = words.next() {
        let word = word.into_string().ok()?;
        match word.strip_prefix("--") {
            Some("") => return words.next()?.into_string().ok(),
            Some(flag) => {
                if !flag.contains('=') && takes_value(command, flag) {
                    words.next()?;
                }
            }
            None if word.starts_with('-') && word.len() > 1 => {}
            None => return Some(word),
        }
    }
    None
}

fn takes_value(command: &Command, flag: &str) -> bool {
    command
        .get_arguments()
        .find(|known| known.get_long() == Some(flag))
        .is_some_and(|known| matches!(known.get_action(), ArgAction::Set | ArgAction::Append))
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::*;
    use crate::cli::args::Arguments;

    fn told(line: &str) -> String {
        let error = Arguments::try_parse_from(line.split(' ')).unwrap_err();
        let words = line.split(' ').skip(1).map(OsString::from);
        command_meant(Arguments::command(), error, words).to_string()
    }

    #[test]
    fn a_misspelled_command_is_blamed_and_not_what_follows_it() {
        for line in [
            "windlass lss",
            "windlass lss s3://b",
            "windlass lss --recursive s3://b",
            "windlass --connection find lss s3://b",
            "windlass --json --region=auto lss s3://b",
        ] {
            let said = told(line);
            assert!(said.contains("\"lss\" is neither a command"), "{line}: {said}");
            assert!(said.contains("; ls may be meant"), "{line}: {said}");
        }
        let said = told("windlass sync a b");
        assert!(said.contains("\"sync\" is neither") && !said.contains("be meant"), "{said}");
    }

    #[test]
    fn the_verb_of_a_line_is_found_behind_flags_and_their_values() {
        let verb = |line: &str| {
            let words = line.split(' ').skip(1).map(OsString::from);
            verb_of(&Arguments::command(), words)
        };
        assert_eq!(verb("windlass --connection ls cp a b").as_deref(), Some("cp"));
        assert_eq!(verb("windlass --json rm").as_deref(), Some("rm"));
        assert_eq!(
            (verb("windlass s3://ls"), verb("windlass"), verb("windlass lss")),
            Default::default()
        );
    }

    #[test]
    fn other_mistakes_are_told_as_they_are() {
        for (line, said) in [
            ("windlass ls --recursiv s3://b", "'--recursiv'"),
            ("windlass s3://a s3://b", "'s3://b'"),
            ("windlass --path-style sometimes ls", "'sometimes'"),
            ("windlass rm", "required"),
        ] {
            assert!(told(line).contains(said), "{line}: {}", told(line));
        }
    }
}
