//! Defines the flags that say what happens to what exists already.

use clap::Args;

use crate::domain::glob::{Glob, KeyFilter};
use crate::domain::transfer::OnConflict;

/// What happens where the destination exists. Without a flag it fails and nothing is overwritten.
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[derive(Clone, Copy, Debug, Args)]
#[group(multiple = false)]
pub struct Conflict {
    /// Overwrite what exists
    #[arg(long)]
    pub force: bool,
    /// Leave what exists as it is
    #[arg(long)]
    pub skip_existing: bool,
    /// Keep what exists and add a number to the new name
    #[arg(long)]
    pub keep_both: bool,
    /// Overwrite what is older
    #[arg(long)]
    pub if_newer: bool,
    /// Overwrite what has another size, time or content
    #[arg(long)]
    pub if_different: bool,
}

/// Which of the objects below a place are meant.
#[derive(Clone, Debug, Default, Args)]
pub struct FilterFlags {
    /// Only what this pattern matches: *.html; may be given many times
    #[arg(long, value_name = "GLOB", value_parser = str::parse::<Glob>)]
    pub include: Vec<Glob>,
    /// Not what this pattern matches, whatever --include says; may be given many times
    #[arg(long, value_name = "GLOB", value_parser = str::parse::<Glob>)]
    pub exclude: Vec<Glob>,
}

impl From<&FilterFlags> for KeyFilter {
    fn from(flags: &FilterFlags) -> KeyFilter {
        KeyFilter { include: flags.include.clone(), exclude: flags.exclude.clone() }
    }
}

impl From<Conflict> for OnConflict {
    fn from(flags: Conflict) -> OnConflict {
        let asked = [
            (flags.force, OnConflict::Overwrite),
            (flags.skip_existing, OnConflict::Skip),
            (flags.keep_both, OnConflict::KeepBoth),
            (flags.if_newer, OnConflict::IfNewer),
            (flags.if_different, OnConflict::IfDifferent),
        ];
        asked.iter().find(|(given, _)| *given).map_or(OnConflict::Fail, |(_, answer)| *answer)
    }
}
