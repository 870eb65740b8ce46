//! Computes what a usage costs by the providers' dated price lists.

use std::fmt;

use serde::Deserialize;

use crate::domain::usage::Usage;

/// One provider's list prices in US dollars, without free tiers.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// The storage class and region the figures hold for.
    pub plan: String,
    /// The day on which they were read, `2026-10-01`.
    pub as_of: String,
    pub source: String,
    pub class_a_per_million: f64,
    pub class_b_per_million: f64,
    /// Per 10⁹ bytes that leave the provider.
    pub egress_per_gb: f64,
    pub storage_per_gb_month: f64,
    /// What each month has for nothing; told, never deducted, for one session does not know the
    /// month.
    pub free: String,
}

/// An estimate in US dollars. `Display` marks it as one: `~$0.0001`.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Cost(pub f64);

impl Price {
    /// What the requests and the received bytes cost. Traffic within the provider's network may be
    /// cheaper.
    #[expect(
        clippy::cast_precision_loss,
        reason = "an estimate; exact up to 2^53 requests or bytes"
    )]
    pub fn estimate(&self, usage: &Usage) -> Cost {
        let requests = usage.class_a as f64 * self.class_a_per_million
            + usage.class_b as f64 * self.class_b_per_million;
        Cost(requests / 1e6 + usage.received as f64 * self.egress_per_gb / 1e9)
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            nothing if nothing <= 0.0 => f.write_str("~$0.00"),
            tiny if tiny < 0.0001 => f.write_str("<$0.0001"),
            small if small < 1.0 => write!(f, "~${small:.4}"),
            dollars => write!(f, "~${dollars:.2}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::provider::Provider;

    #[test]
    fn every_price_is_dated_and_sourced() {
        let prices: Vec<&Price> = Provider::ALL.into_iter().filter_map(Provider::price).collect();
        assert!(prices.len() > 2);
        for price in prices {
            assert!(price.as_of.parse::<jiff::civil::Date>().is_ok(), "{}", price.as_of);
            assert!(price.source.starts_with("https://"), "{}", price.source);
            assert!(price.class_a_per_million > price.class_b_per_million);
        }
    }

    #[test]
    fn r2_charges_requests_and_no_traffic() {
        let usage =
            Usage { class_a: 1_000_000, class_b: 1_000_000, received: 1 << 40, ..Usage::default() };
        let cost = Provider::R2.price().unwrap().estimate(&usage);
        assert!((cost.0 - 4.86).abs() < 1e-9, "{cost:?}");
    }

    #[test]
    fn aws_charges_traffic_too() {
        let usage = Usage { received: 10_000_000_000, ..Usage::default() };
        assert_eq!(Provider::Aws.price().unwrap().estimate(&usage).to_string(), "~$0.9000");
    }

    #[test]
    fn a_server_of_nobody_we_know_has_no_price() {
        assert_eq!(Provider::Other.price(), None);
    }

    #[test]
    fn an_estimate_is_marked_as_one_and_never_looks_free() {
        assert_eq!(Cost(0.0).to_string(), "~$0.00");
        assert_eq!(Cost(0.000_004_5).to_string(), "<$0.0001");
        assert_eq!(Cost(0.000_144).to_string(), "~$0.0001");
        assert_eq!(Cost(12.344).to_string(), "~$12.34");
    }
}
