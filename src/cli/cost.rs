//! Runs `cost`: what a place costs a month, and the same elsewhere.

use serde_json::{Value, json};

use crate::cli::args::cost::CostArguments;
use crate::cli::below::WalkedPlace;
use crate::cli::connect::Choice;
use crate::cli::print::{Printer, Status, VerbError};
use crate::cli::verb::{RunVerb, VerbCall};
use crate::config::paths::Folders;
use crate::config::prices;
use crate::domain::address::Location;
use crate::domain::price::{Cost, Price, PriceList, TierCosts};
use crate::domain::stored::{MonthlyCost, Stored};
use crate::domain::thaw::RestoreTier;
use crate::domain::units::{Count, Counted, Size};
use crate::domain::usage::Usage;
use crate::s3::client::Client;

impl RunVerb for CostArguments {
    fn run(&self, call: VerbCall<'_>) -> Result<Status, VerbError> {
        call.on_connection(async |choice| cost(self, choice).await)
    }
}

async fn cost(arguments: &CostArguments, choice: &Choice) -> Result<Status, VerbError> {
    let list = prices::read(&Folders::find()?.prices_file())?;
    let connection = choice.current()?;
    let (provider, region) = (connection.provider, connection.region.as_deref());
    let price = list.standard(provider, region);
    let mut stored = None;
    let mut usage = Usage::default();
    if let Some(location) = &arguments.location {
        let client = choice.client()?;
        stored = Some(sum(&client, location).await?);
        usage = client.meter().usage();
    }
    let monthly = stored.as_ref().and_then(|stored| stored.monthly(&list, provider, region));
    let archived = stored.as_ref().map(|stored| stored.retrievals(&list, provider, region));
    let archived = archived.unwrap_or_default();
    let mut printer = Printer::new(choice.json);
    if printer.json {
        let line = object(provider.id(), price, stored.as_ref(), monthly.as_ref(), &usage, &list);
        printer.object(&with_retrievals(line, &archived))?;
    } else {
        for line in lines(price, stored.as_ref(), monthly.as_ref(), &usage, &list) {
            printer.line(&line)?;
        }
        for (class, costs) in &archived {
            printer.line(&retrieved(class, costs))?;
        }
    }
    printer.flush()?;
    Ok(Status::Done)
}

async fn sum(client: &Client, location: &Location) -> Result<Stored, VerbError> {
    let place = WalkedPlace::of(location, "cost")?;
    let stored = client.stored(&place.bucket, &place.prefix, |_| ()).await?;
    place.judge(None, stored.objects() == 0)?;
    Ok(stored)
}

fn object(
    provider: &str,
    price: Option<&Price>,
    stored: Option<&Stored>,
    monthly: Option<&MonthlyCost<'_>>,
    usage: &Usage,
    list: &PriceList,
) -> Value {
    let elsewhere = stored.map(|stored| {
        let line = |(price, cost): (&Price, Cost)| {
            json!({
                "provider": price.provider.id(), "plan": price.plan, "as_of": price.as_of,
                "per_month": cost.0, "reading_once": price.reading(stored.bytes()).0,
            })
        };
        stored.elsewhere(list).into_iter().map(line).collect::<Vec<_>>()
    });
    let by_class = stored.map(|stored| {
        let class = |(name, totals): (&str, _)| (name.to_owned(), class_object(totals));
        stored.classes().map(class).collect::<serde_json::Map<_, _>>()
    });
    json!({
        "provider": provider,
        "plan": price.map(|price| &price.plan),
        "as_of": price.map(|price| &price.as_of),
        "objects": stored.map(Stored::objects),
        "storage_bytes": stored.map(Stored::bytes),
        "by_class": by_class,
        "per_month": monthly.map(|monthly| monthly.cost.0),
        "requests": { "a": usage.class_a, "b": usage.class_b },
        "requests_cost": price.map(|price| price.estimate(usage).0),
        "prices": price.map(|price| json!({
            "storage_per_gb_month": price.storage_per_gb_month,
            "class_a_per_million": price.class_a_per_million,
            "class_b_per_million": price.class_b_per_million,
            "egress_per_gb": price.egress_per_gb,
        })),
        "elsewhere": elsewhere,
    })
}

/// What each tier costs that makes what is archived readable; null where it has no known price.
fn with_retrievals(mut line: Value, archived: &[(&str, TierCosts)]) -> Value {
    if !archived.is_empty() {
        let class = |(class, costs): &(&str, TierCosts)| {
            let tiers = RestoreTier::ALL.into_iter().zip(costs);
            let tiers =
                tiers.map(|(tier, cost)| (tier.name().to_owned(), json!(cost.map(|c| c.0))));
            ((*class).to_owned(), Value::Object(tiers.collect()))
        };
        line["retrieval"] = Value::Object(archived.iter().map(class).collect());
    }
    line
}

fn retrieved(class: &str, costs: &TierCosts) -> String {
    let tiers = RestoreTier::ALL.into_iter().zip(costs);
    let told = tiers.filter_map(|(tier, cost)| Some(format!("{} {}", tier.name(), (*cost)?)));
    format!("Making all of {class} readable once: {}", told.collect::<Vec<_>>().join(", "))
}

fn class_object(totals: crate::domain::stored::ClassTotals) -> Value {
    json!({ "objects": totals.objects, "bytes": totals.bytes })
}

fn lines(
    price: Option<&Price>,
    stored: Option<&Stored>,
    monthly: Option<&MonthlyCost<'_>>,
    usage: &Usage,
    list: &PriceList,
) -> Vec<String> {
    let mut lines = match price {
        Some(price) => priced(price),
        None => {
            vec!["The prices of this server are not known; prices.toml can have them.".to_owned()]
        }
    };
    let Some(stored) = stored else { return lines };
    lines.push(format!("{}, {}", Counted(stored.objects(), "object"), Size(stored.bytes())));
    for (class, totals) in stored.classes() {
        lines.push(format!("  {class}: {}, {}", Count(totals.objects), Size(totals.bytes)));
    }
    if let Some(monthly) = monthly {
        let cost = monthly.cost;
        lines.push(format!("A month: {cost} (current objects only; an estimate)"));
        if !monthly.unpriced.is_empty() {
            let classes = monthly.unpriced.join(", ");
            lines.push(format!("  {classes} has no known price and is counted as the usual class"));
        }
    }
    lines.push("The same bytes elsewhere, a month and reading all once:".to_owned());
    for (price, cost) in stored.elsewhere(list) {
        let reading = price.reading(stored.bytes());
        lines.push(format!("  {}: {cost}, {reading} ({})", price.plan, price.as_of));
    }
    let sent = usage.class_a + usage.class_b + usage.free;
    lines.push(format!("Counting took {}.", Counted(sent, "request")));
    lines
}

fn priced(price: &Price) -> Vec<String> {
    let mut lines = vec![format!(
        "{}, read {}: ${}/GB a month, ${} a million class A, ${} class B, ${}/GB to the internet",
        price.plan,
        price.as_of,
        price.storage_per_gb_month,
        price.class_a_per_million,
        price.class_b_per_million,
        price.egress_per_gb
    )];
    if !price.free.is_empty() {
        lines.push(format!("Free: {}", price.free));
    }
    lines
}
