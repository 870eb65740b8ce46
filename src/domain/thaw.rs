//! Says how soon archived objects are made readable, and for how long.

use serde::Deserialize;

use crate::domain::listed::listed;

listed! {
    /// How soon an archived object is wanted.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    pub enum RestoreTier {
        #[default]
        Standard,
        Bulk,
        Expedited,
    }
}

/// What archived objects are asked for with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThawWish {
    /// The readable copy is kept so long.
    pub days: u32,
    pub tier: RestoreTier,
}

impl RestoreTier {
    pub fn name(self) -> &'static str {
        match self {
            RestoreTier::Standard => "standard",
            RestoreTier::Bulk => "bulk",
            RestoreTier::Expedited => "expedited",
        }
    }

    /// How long it usually takes, by AWS's documentation of archive retrieval options.
    pub fn usual_time(self) -> &'static str {
        match self {
            RestoreTier::Standard => "3 to 5 hours; 12 from DEEP_ARCHIVE",
            RestoreTier::Bulk => "5 to 12 hours; 48 from DEEP_ARCHIVE",
            RestoreTier::Expedited => "1 to 5 minutes; not from DEEP_ARCHIVE",
        }
    }
}

/// The most days that S3 takes.
const MOST_DAYS: u32 = 36_500;

impl ThawWish {
    /// A number of days and perhaps a tier: `7`, `7 bulk`, `7 days expedited`.
    pub fn parse(text: &str) -> Option<ThawWish> {
        let (mut days, mut tier) = (None, None);
        for word in text.split_whitespace() {
            let word = word.to_ascii_lowercase();
            if let Ok(number) = word.parse::<u32>() {
                if days.replace(number).is_some() {
                    return None;
                }
            } else if !matches!(word.as_str(), "day" | "days") {
                let known = RestoreTier::ALL.into_iter().find(|each| each.name() == word)?;
                if tier.replace(known).is_some() {
                    return None;
                }
            }
        }
        let days = days.filter(|days| (1..=MOST_DAYS).contains(days))?;
        Some(ThawWish { days, tier: tier.unwrap_or_default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_is_days_and_perhaps_a_tier() {
        let wish = |text| ThawWish::parse(text).map(|wish| (wish.days, wish.tier));
        assert_eq!(wish(" 7 "), Some((7, RestoreTier::Standard)));
        assert_eq!(wish("3 Bulk"), Some((3, RestoreTier::Bulk)));
        assert_eq!(wish("expedited 1 day"), Some((1, RestoreTier::Expedited)));
        for broken in ["", "bulk", "0", "36501", "7 7", "7 bulk standard", "7 fast", "-1", "7bulk"]
        {
            assert_eq!(wish(broken), None, "{broken}");
        }
    }
}
