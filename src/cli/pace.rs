//! Defines the flags that say how fast transfers go and how long they wait.

use std::time::Duration;

use clap::Args;

use crate::cli::args::values::patience;
use crate::domain::units::parse_rate_limit;
use crate::transfer::limits::Patience;
use crate::transfer::tuning::Tuning;

#[derive(Clone, Copy, Debug, Args)]
pub struct PaceArguments {
    /// Bytes a second of all transfers together: 10MiB, 500KiB, off; the limit of config.toml
    /// otherwise
    #[arg(long, value_name = "RATE", value_parser = rate)]
    pub limit_rate: Option<RateLimit>,
    /// Give up when a server that answered before cannot be reached, or the keys are no longer
    /// taken, for so long
    #[arg(long, value_name = "DURATION", value_parser = patience, default_value = "10m")]
    pub give_up_after: Duration,
}

/// Bytes a second; `None` is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit(Option<u64>);

/// The default of `--give-up-after`.
const USUAL_OUTAGE: Duration = Duration::from_mins(10);

impl PaceArguments {
    /// What holds without flags.
    pub fn usual() -> PaceArguments {
        PaceArguments { limit_rate: None, give_up_after: USUAL_OUTAGE }
    }

    /// `configured` holds where no flag says otherwise.
    pub fn tuning(self, configured: Option<u64>) -> Tuning {
        let (patience, rate) = (self.patience(), self.rate(configured));
        let rate_given = self.limit_rate.is_some();
        Tuning { patience, rate, rate_given, ..Tuning::default() }
    }

    pub fn patience(self) -> Patience {
        Patience { outage: Some(self.give_up_after), ..Patience::default() }
    }

    /// Bytes a second; `None` is no limit.
    pub fn rate(self, configured: Option<u64>) -> Option<u64> {
        self.limit_rate.map_or(configured, |RateLimit(limit)| limit)
    }
}

fn rate(text: &str) -> Result<RateLimit, String> {
    parse_rate_limit(text).map(RateLimit)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        pace: PaceArguments,
    }

    fn rate_of(flags: &[&str]) -> Option<u64> {
        let line = Line::try_parse_from(std::iter::once("x").chain(flags.iter().copied()));
        line.unwrap().pace.tuning(Some(7 << 10)).rate
    }

    #[test]
    fn a_flag_outweighs_the_configured_limit() {
        assert_eq!(rate_of(&[]), Some(7 << 10));
        assert_eq!(rate_of(&["--limit-rate", "2MiB"]), Some(2 << 20));
        assert_eq!(rate_of(&["--limit-rate", "off"]), None);
        assert!(Line::try_parse_from(["x", "--limit-rate", "fast"]).is_err());
    }

    #[test]
    fn what_is_said_without_flags_is_what_the_help_says() {
        let line = Line::try_parse_from(["x"]).unwrap();
        assert_eq!(line.pace.give_up_after, PaceArguments::usual().give_up_after);
    }
}
