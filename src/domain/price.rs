//! Computes what a usage costs by the providers' dated price lists.

use std::fmt;
use std::sync::OnceLock;

use jiff::civil::Date;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _};

use crate::domain::provider::Provider;
use crate::domain::thaw::RestoreTier;
use crate::domain::usage::Usage;

/// List prices of one storage class of a provider in US dollars, without free tiers.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    pub provider: Provider,
    /// As S3 spells it.
    pub class: String,
    /// Where it holds; elsewhere too where nothing else does.
    #[serde(default)]
    pub regions: Vec<String>,
    /// What the figures are of, in words.
    pub plan: String,
    /// The day on which they were read, `2026-10-01`.
    #[serde(deserialize_with = "day")]
    pub as_of: String,
    pub source: String,
    #[serde(deserialize_with = "amount")]
    pub class_a_per_million: f64,
    #[serde(deserialize_with = "amount")]
    pub class_b_per_million: f64,
    /// Per 10⁹ bytes that leave the provider.
    #[serde(deserialize_with = "amount")]
    pub egress_per_gb: f64,
    #[serde(deserialize_with = "amount")]
    pub storage_per_gb_month: f64,
    /// Per 10⁹ bytes that are read or copied, beside the requests.
    #[serde(default, deserialize_with = "amount")]
    pub retrieval_per_gb: f64,
    /// How archived objects are brought out, for each tier that has a price.
    #[serde(default)]
    pub archive: Vec<RetrievalPrice>,
    /// What is deleted or moved sooner is paid so long.
    #[serde(default)]
    pub minimum_days: u32,
    /// What is smaller is paid as so large.
    #[serde(default)]
    pub minimum_bytes: u64,
    /// What each month has for nothing; told, never deducted, for one session does not know the
    /// month.
    #[serde(default)]
    pub free: String,
}

/// What it costs to have archived objects made readable in one tier.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetrievalPrice {
    pub tier: RestoreTier,
    /// Per 10⁹ bytes.
    #[serde(deserialize_with = "amount")]
    pub per_gb: f64,
    /// One request is an object.
    #[serde(deserialize_with = "amount")]
    pub requests_per_million: f64,
    #[serde(deserialize_with = "day")]
    pub as_of: String,
    pub source: String,
}

fn amount<'de, D: Deserializer<'de>>(number: D) -> Result<f64, D::Error> {
    let dollars = f64::deserialize(number)?;
    match dollars.is_finite() && dollars >= 0.0 {
        true => Ok(dollars),
        false => Err(D::Error::custom(format!("{dollars} is not a price: write 0 or more"))),
    }
}

fn day<'de, D: Deserializer<'de>>(text: D) -> Result<String, D::Error> {
    let text = String::deserialize(text)?;
    match text.parse::<Date>() {
        Ok(_) => Ok(text),
        Err(_) => Err(D::Error::custom(format!("{text:?} is not a day: write it as 2026-10-01"))),
    }
}

/// What each tier costs, in the order of [`RestoreTier::ALL`], where that is known.
pub type TierCosts = [Option<Cost>; 3];

/// An estimate in US dollars. `Display` marks it as one: `~$0.0001`.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Cost(pub f64);

/// Prices, those that count first before the others.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceList {
    #[serde(default, rename = "price")]
    prices: Vec<Price>,
}

/// The class that objects have where nobody says otherwise.
pub const STANDARD: &str = "STANDARD";

impl PriceList {
    /// What the program knows by itself.
    pub fn built_in() -> &'static PriceList {
        static LIST: OnceLock<PriceList> = OnceLock::new();
        // A test reads the file: it can be read.
        LIST.get_or_init(|| {
            toml::from_str(include_str!("../../assets/prices.toml")).unwrap_or_default()
        })
    }

    /// These before the built-in ones.
    #[must_use]
    pub fn before_built_in(mut self) -> PriceList {
        self.prices.extend(PriceList::built_in().prices.iter().cloned());
        self
    }

    /// The price of a class in a region, else the first of that class.
    pub fn find(&self, provider: Provider, region: Option<&str>, class: &str) -> Option<&Price> {
        let of_class =
            || self.prices.iter().filter(move |p| p.provider == provider && p.class == class);
        let here = |price: &&Price| region.is_some_and(|at| price.regions.iter().any(|r| r == at));
        of_class().find(here).or_else(|| of_class().next())
    }

    /// The usual class of a provider.
    pub fn standard(&self, provider: Provider, region: Option<&str>) -> Option<&Price> {
        self.find(provider, region, STANDARD)
    }
}

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

    /// What it costs to keep so many bytes for a month.
    #[expect(clippy::cast_precision_loss, reason = "an estimate; exact up to 2^53 bytes")]
    pub fn storage(&self, bytes: u64) -> Cost {
        Cost(bytes as f64 * self.storage_per_gb_month / 1e9)
    }

    /// What it costs to have so many bytes brought out of an archive, in each tier. The usual one
    /// has the price of reading where it has none of its own.
    #[expect(clippy::cast_precision_loss, reason = "an estimate; exact up to 2^53 bytes")]
    pub fn retrievals(&self, objects: u64, bytes: u64) -> TierCosts {
        let usual = || Cost(bytes as f64 * self.retrieval_per_gb / 1e9);
        RestoreTier::ALL.map(|tier| {
            let own = self.archive.iter().find(|price| price.tier == tier);
            let own = own.map(|price| {
                let requests = objects as f64 * price.requests_per_million / 1e6;
                Cost(bytes as f64 * price.per_gb / 1e9 + requests)
            });
            own.or_else(|| (tier == RestoreTier::Standard).then(usual))
        })
    }

    /// What it costs to read so many bytes once, beside the requests.
    #[expect(clippy::cast_precision_loss, reason = "an estimate; exact up to 2^53 bytes")]
    pub fn reading(&self, bytes: u64) -> Cost {
        Cost(bytes as f64 * (self.egress_per_gb + self.retrieval_per_gb) / 1e9)
    }
}

impl std::iter::Sum for Cost {
    fn sum<I: Iterator<Item = Cost>>(costs: I) -> Cost {
        Cost(costs.map(|cost| cost.0).sum())
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

    fn standard(provider: Provider) -> &'static Price {
        PriceList::built_in().standard(provider, None).unwrap()
    }

    #[test]
    fn every_price_is_dated_and_sourced() {
        let prices = &PriceList::built_in().prices;
        assert!(prices.len() > 30);
        for price in prices {
            assert!(price.as_of.parse::<jiff::civil::Date>().is_ok(), "{}", price.as_of);
            assert!(price.source.starts_with("https://"), "{}", price.source);
            assert!(price.class_a_per_million >= price.class_b_per_million);
            assert!(price.storage_per_gb_month > 0.0);
            for tier in &price.archive {
                assert!(tier.as_of.parse::<jiff::civil::Date>().is_ok(), "{}", tier.as_of);
                assert!(tier.source.starts_with("https://"), "{}", tier.source);
            }
        }
    }

    #[test]
    fn a_price_is_not_negative_and_its_day_is_one() {
        let price = |more: &str| {
            let text = format!(
                "[[price]]\nprovider = \"r2\"\nclass = \"STANDARD\"\nplan = \"p\"\nsource = \"s\"\n\
                 class_a_per_million = 1\nclass_b_per_million = 1\negress_per_gb = 0\n{more}"
            );
            toml::from_str::<PriceList>(&text).map_err(|error| error.message().to_owned())
        };
        let day = "as_of = \"2026-10-01\"\n";
        assert!(price(&format!("{day}storage_per_gb_month = 0.015")).is_ok());
        for wrong in ["-1", "-0.5", "inf", "nan"] {
            let told = price(&format!("{day}storage_per_gb_month = {wrong}")).unwrap_err();
            assert!(told.contains("is not a price"), "{told}");
        }
        let told = price("as_of = \"yesterday\"\nstorage_per_gb_month = 1").unwrap_err();
        assert!(told.contains("\"yesterday\" is not a day: write it as 2026-10-01"), "{told}");
    }

    #[test]
    fn r2_charges_requests_and_no_traffic() {
        let usage =
            Usage { class_a: 1_000_000, class_b: 1_000_000, received: 1 << 40, ..Usage::default() };
        let cost = standard(Provider::R2).estimate(&usage);
        assert!((cost.0 - 4.86).abs() < 1e-9, "{cost:?}");
    }

    #[test]
    fn aws_charges_traffic_too_and_by_region() {
        let usage = Usage { received: 10_000_000_000, ..Usage::default() };
        assert_eq!(standard(Provider::Aws).estimate(&usage).to_string(), "~$0.9000");
        let list = PriceList::built_in();
        let of = |region| list.find(Provider::Aws, Some(region), STANDARD).unwrap();
        assert!(of("eu-central-1").storage_per_gb_month > of("us-west-2").storage_per_gb_month);
        assert_eq!(of("mars-north-1"), standard(Provider::Aws), "the first where none is known");
    }

    #[test]
    fn prices_of_the_user_come_first() {
        let own = "[[price]]\nprovider = \"r2\"\nclass = \"STANDARD\"\nplan = \"ours\"\n\
                   as_of = \"2026-01-01\"\nsource = \"https://h\"\nstorage_per_gb_month = 0.01\n\
                   class_a_per_million = 1.0\nclass_b_per_million = 0.1\negress_per_gb = 0.0\n";
        let list = toml::from_str::<PriceList>(own).unwrap().before_built_in();
        assert_eq!(list.standard(Provider::R2, Some("auto")).unwrap().plan, "ours");
        assert_eq!(list.standard(Provider::Aws, None), Some(standard(Provider::Aws)));
    }

    #[test]
    fn sooner_costs_more_and_no_price_is_made_up() {
        let list = PriceList::built_in();
        let of = |region, class, objects, bytes| {
            let price = list.find(Provider::Aws, Some(region), class).unwrap();
            price.retrievals(objects, bytes).map(|cost| cost.map(|cost| cost.0))
        };
        let near = |cost: Option<f64>, wanted: f64| (cost.unwrap() - wanted).abs() < 1e-9;
        // 1,000 objects of 10 GB together.
        let [standard, bulk, expedited] = of("us-east-1", "GLACIER", 1000, 10_000_000_000);
        assert!(near(standard, 0.15) && near(bulk, 0.0) && near(expedited, 10.3));
        let [standard, bulk, expedited] = of("us-east-1", "DEEP_ARCHIVE", 1000, 10_000_000_000);
        assert!(near(standard, 0.3) && near(bulk, 0.05) && expedited.is_none());
        let [standard, bulk, expedited] = of("eu-central-1", "GLACIER", 1000, 10_000_000_000);
        assert!(near(standard, 0.12) && near(bulk, 0.0) && expedited.is_none());
        let [standard, bulk, _] = of("eu-central-1", "DEEP_ARCHIVE", 1, 1_000_000_000);
        assert!(near(standard, 0.024) && bulk.is_none());
    }

    #[test]
    fn a_server_of_nobody_we_know_has_no_price() {
        assert_eq!(PriceList::built_in().standard(Provider::Other, None), None);
    }

    #[test]
    fn an_estimate_is_marked_as_one_and_never_looks_free() {
        assert_eq!(Cost(0.0).to_string(), "~$0.00");
        assert_eq!(Cost(0.000_004_5).to_string(), "<$0.0001");
        assert_eq!(Cost(0.000_144).to_string(), "~$0.0001");
        assert_eq!(Cost(12.344).to_string(), "~$12.34");
    }
}
