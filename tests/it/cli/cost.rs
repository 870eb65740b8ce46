//! `cost`: what a place costs by the prices of its provider, and what they are.

use crate::cli::shop::Shop;

fn connection(shop: &Shop, provider: &str) {
    let text = format!(
        "default = \"r\"\n[connections.r]\nprovider = \"{provider}\"\nendpoint = \"{}\"\n",
        shop.server().endpoint()
    );
    shop.write("config/config.toml", text);
}

#[test]
fn a_bucket_costs_what_its_bytes_cost() {
    let shop = Shop::open();
    connection(&shop, "r2");
    shop.store().put("media", "a", vec![0; 1_000_000]);
    shop.store().put("media", "p/b", vec![0; 1_000_000]);
    let told = &shop.run(&["cost", "s3://media", "--json"]).ended(0).json()[0];
    assert_eq!((&told["provider"], &told["plan"]), (&"r2".into(), &"R2 Standard".into()));
    assert_eq!((&told["storage_bytes"], &told["objects"]), (&2_000_000.into(), &2.into()));
    assert!((told["per_month"].as_f64().unwrap() - 0.00003).abs() < 1e-9, "{told}");
    assert!(told["requests"]["a"].as_u64() >= Some(1), "{told}");
    let elsewhere = told["elsewhere"].as_array().unwrap();
    assert!(elsewhere.iter().any(|each| each["provider"] == "aws"), "{told}");
    let below = &shop.run(&["cost", "s3://media/p/", "--json"]).ended(0).json()[0];
    assert_eq!(below["storage_bytes"], 1_000_000);
    let text = shop.run(&["cost", "s3://media"]).ended(0).out;
    assert!(text.contains("A month: <$0.0001"), "{text}");
    shop.run(&["cost", "s3://media/nothing/"]).ended(1);
    shop.run(&["cost", "s3://"]).ended(2);
}

#[test]
fn without_a_place_the_prices_alone_are_told() {
    let shop = Shop::open();
    connection(&shop, "r2");
    let told = &shop.run(&["cost", "--json"]).ended(0).json()[0];
    assert!(told["storage_bytes"].is_null() && told["per_month"].is_null());
    assert_eq!(told["prices"]["egress_per_gb"], 0.0);
    assert_eq!(told["requests"]["a"], 0);
}

#[test]
fn prices_of_the_user_take_the_place_of_the_built_in_ones() {
    let shop = Shop::open();
    connection(&shop, "other");
    shop.store().put("media", "a", vec![0; 1_000_000]);
    let told = &shop.run(&["cost", "s3://media", "--json"]).ended(0).json()[0];
    assert!(told["plan"].is_null() && told["per_month"].is_null(), "{told}");
    let own = "[[price]]\nprovider = \"other\"\nclass = \"STANDARD\"\nplan = \"ours\"\n\
               as_of = \"2026-01-01\"\nsource = \"https://h\"\nstorage_per_gb_month = 1000.0\n\
               class_a_per_million = 1.0\nclass_b_per_million = 0.1\negress_per_gb = 0.0\n";
    shop.write("config/prices.toml", own);
    let told = &shop.run(&["cost", "s3://media", "--json"]).ended(0).json()[0];
    assert_eq!((&told["plan"], told["per_month"].as_f64()), (&"ours".into(), Some(1.0)));
    shop.write("config/prices.toml", "[[price]]\nprovider = 3");
    let broken = shop.run(&["cost"]).ended(1);
    assert!(broken.err.contains("prices.toml"), "{}", broken.err);
}

#[test]
fn what_is_archived_says_what_each_tier_costs() {
    let shop = Shop::open();
    connection(&shop, "aws");
    shop.store().put("media", "now", "x");
    let told = &shop.run(&["cost", "s3://media", "--json"]).ended(0).json()[0];
    assert!(told.get("retrieval").is_none(), "{told}");
    let put = ["put", "old", "s3://media/old", "--class", "DEEP_ARCHIVE"];
    shop.write("old", vec![0; 1 << 20]);
    shop.run(&put).ended(0);
    let told = &shop.run(&["cost", "s3://media", "--json"]).ended(0).json()[0];
    let tiers = &told["retrieval"]["DEEP_ARCHIVE"];
    assert!(tiers["standard"].as_f64() > tiers["bulk"].as_f64(), "{told}");
    assert!(tiers["bulk"].as_f64() > Some(0.0) && tiers["expedited"].is_null(), "{told}");
    let text = shop.run(&["cost", "s3://media"]).ended(0).out;
    assert!(text.contains("Making all of DEEP_ARCHIVE readable once: standard "), "{text}");
}
