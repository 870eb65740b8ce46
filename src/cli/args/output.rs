//! The flag that chooses what stdout holds.

use clap::Args;

#[derive(Clone, Copy, Debug, Args)]
pub struct Output {
    /// One JSON object per line on stdout
    #[arg(long)]
    pub json: bool,
}
