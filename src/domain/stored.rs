//! Sums what is stored by class, and says what it costs a month here and elsewhere.

use std::collections::BTreeMap;

use crate::domain::price::{Cost, Price, PriceList, STANDARD, TierCosts};
use crate::domain::protection::is_archive;
use crate::domain::provider::Provider;
use crate::domain::tally::Amount;

/// What is below a place, by storage class.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stored {
    by_class: BTreeMap<&'static str, ClassTotals>,
    /// Nothing more is counted.
    pub done: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClassTotals {
    pub objects: u64,
    pub bytes: u64,
    /// As they are paid where less than 128 KiB is paid as so much.
    padded: u64,
}

/// The smallest object that AWS counts in its infrequent classes.
const SMALLEST: u64 = 128 * 1024;

/// What keeping something costs for a month.
#[derive(Clone, Debug, PartialEq)]
pub struct MonthlyCost<'a> {
    /// Of the usual class.
    pub price: &'a Price,
    pub cost: Cost,
    /// Classes that have no price of their own and are counted as the usual one.
    pub unpriced: Vec<&'static str>,
}

impl Stored {
    /// An empty class is the usual one.
    pub fn add(&mut self, class: &'static str, size: u64) {
        let class = if class.is_empty() { STANDARD } else { class };
        let totals = self.by_class.entry(class).or_default();
        totals.objects += 1;
        totals.bytes += size;
        totals.padded += size.max(SMALLEST);
    }

    /// Objects of one class that are all smaller than 128 KiB, or all not.
    pub fn add_all(&mut self, class: &'static str, amount: Amount, small: bool) {
        let class = if class.is_empty() { STANDARD } else { class };
        let totals = self.by_class.entry(class).or_default();
        totals.objects += amount.objects;
        totals.bytes += amount.bytes;
        totals.padded += if small { amount.objects * SMALLEST } else { amount.bytes };
    }

    /// Nothing more is counted.
    #[must_use]
    pub fn finished(self) -> Stored {
        Stored { done: true, ..self }
    }

    pub fn classes(&self) -> impl Iterator<Item = (&'static str, ClassTotals)> {
        self.by_class.iter().map(|(class, totals)| (*class, *totals))
    }

    pub fn objects(&self) -> u64 {
        self.by_class.values().map(|totals| totals.objects).sum()
    }

    pub fn bytes(&self) -> u64 {
        self.by_class.values().map(|totals| totals.bytes).sum()
    }

    /// Each object in its own class; `None` where the provider has no price.
    pub fn monthly<'a>(
        &self,
        list: &'a PriceList,
        provider: Provider,
        region: Option<&str>,
    ) -> Option<MonthlyCost<'a>> {
        let price = list.standard(provider, region)?;
        let mut unpriced = Vec::new();
        let costs = self.classes().map(|(class, totals)| {
            let own = list.find(provider, region, class);
            if own.is_none() {
                unpriced.push(class);
            }
            let own = own.unwrap_or(price);
            let padded = own.minimum_bytes >= SMALLEST;
            own.storage(if padded { totals.padded } else { totals.bytes })
        });
        let cost = costs.sum();
        Some(MonthlyCost { price, cost, unpriced })
    }

    /// What it costs to have all of an archived class made readable once, in each tier.
    pub fn retrievals(
        &self,
        list: &PriceList,
        provider: Provider,
        region: Option<&str>,
    ) -> Vec<(&'static str, TierCosts)> {
        let archived = self.classes().filter(|(class, _)| is_archive(class));
        let priced = archived.filter_map(|(class, totals)| {
            let price = list.find(provider, region, class)?;
            Some((class, price.retrievals(totals.objects, totals.bytes)))
        });
        priced.collect()
    }

    /// The same bytes in the usual class of another provider.
    pub fn elsewhere<'a>(&self, list: &'a PriceList) -> Vec<(&'a Price, Cost)> {
        let priced = COMPARED.iter().filter_map(|provider| list.standard(*provider, None));
        priced.map(|price| (price, price.storage(self.bytes()))).collect()
    }
}

/// The providers that are put side by side.
const COMPARED: [Provider; 4] = [Provider::Aws, Provider::R2, Provider::B2, Provider::Wasabi];

#[cfg(test)]
mod tests {
    use super::*;

    fn stored() -> Stored {
        let mut stored = Stored::default();
        stored.add("", 1_000_000_000);
        stored.add("STANDARD_IA", 1);
        stored
    }

    #[test]
    fn a_small_object_is_paid_as_a_large_one_where_that_is_the_rule() {
        let stored = stored();
        let of = |provider| stored.monthly(PriceList::built_in(), provider, None).unwrap().cost.0;
        let small = 131_072.0 * 0.0125 / 1e9;
        assert!((of(Provider::Aws) - 0.023 - small).abs() < 1e-9);
        assert!((of(Provider::R2) - 0.015).abs() < 1e-9);
        assert_eq!((stored.objects(), stored.bytes()), (2, 1_000_000_001));
    }

    #[test]
    fn what_is_archived_costs_something_to_be_read_again() {
        let mut stored = stored();
        let list = PriceList::built_in();
        assert_eq!(stored.retrievals(list, Provider::Aws, None), []);
        stored.add("DEEP_ARCHIVE", 1_000_000_000);
        let told = stored.retrievals(list, Provider::Aws, None);
        let [(class, [Some(standard), Some(bulk), None])] = told[..] else { panic!("{told:?}") };
        assert!(class == "DEEP_ARCHIVE" && standard > bulk, "{told:?}");
        assert_eq!(stored.retrievals(list, Provider::R2, None), [], "R2 has no archives");
    }

    #[test]
    fn many_of_a_kind_are_as_many_single_ones() {
        let (mut single, mut all) = (Stored::default(), Stored::default());
        for (sizes, small) in [([1, SMALLEST - 1], true), ([SMALLEST, 5 * SMALLEST], false)] {
            for size in sizes {
                single.add("", size);
            }
            let amount = Amount { objects: 2, bytes: sizes.iter().sum() };
            all.add_all(STANDARD, amount, small);
        }
        assert_eq!(all, single);
    }

    #[test]
    fn a_class_without_a_price_is_counted_as_the_usual_one_and_named() {
        let stored = stored();
        let monthly = stored.monthly(PriceList::built_in(), Provider::B2, None).unwrap();
        assert_eq!(monthly.unpriced, ["STANDARD_IA"]);
        assert_eq!(stored.monthly(PriceList::built_in(), Provider::Other, None), None);
    }

    #[test]
    fn the_same_costs_something_elsewhere() {
        let costs = stored().elsewhere(PriceList::built_in());
        let providers: Vec<Provider> = costs.iter().map(|(price, _)| price.provider).collect();
        assert_eq!(providers, COMPARED);
        assert!(costs.iter().all(|(_, cost)| cost.0 > 0.0));
    }
}
