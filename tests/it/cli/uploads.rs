//! `uploads`: what nobody finished is listed and aborted, and what is young or in use is left
//! alone.

use std::fs::File;
use std::sync::Arc;

use tokio::runtime::Runtime;
use windlass::demo::faults::Fault;
use windlass::domain::address::{Bucket, Key};
use windlass::domain::object::{ObjectAddress, PutOptions, UploadId};
use windlass::s3::client::Client;
use windlass::s3::meter::Meter;

use crate::cli::shop::Shop;
use crate::support::server::connection;

pub fn begun(shop: &Shop, keys: &[&str]) -> Vec<UploadId> {
    let client = Client::connect(&connection(shop.server()), Arc::new(Meter::default())).unwrap();
    Runtime::new().unwrap().block_on(async {
        let mut ids = Vec::new();
        for key in keys {
            let object = ObjectAddress::new(Bucket::new("media"), Key::new(*key));
            let id = client.create_multipart(&object, &PutOptions::default()).await.unwrap();
            client.upload_part(&object, &id, 1, vec![1; 1000].into()).await.unwrap();
            ids.push(id);
        }
        ids
    })
}

#[test]
fn unfinished_uploads_are_listed_with_their_parts_and_aborted() {
    let shop = Shop::open();
    shop.store().create_bucket("media");
    let ids = begun(&shop, &["photos/a b.jpg", "photos/ü&+.jpg", "site/x"]);
    let listed = shop.run(&["uploads", "list", "--json", "--sizes", "s3://media/photos/"]);
    let listed = listed.ended(0).json();
    let keys: Vec<_> = listed.iter().map(|each| each["key"].as_str().unwrap()).collect();
    assert_eq!(keys, ["photos/a b.jpg", "photos/ü&+.jpg"]);
    assert_eq!((listed[0]["parts"].as_u64(), listed[0]["bytes"].as_u64()), (Some(1), Some(1000)));
    assert_eq!(listed[0]["upload_id"].as_str(), Some(ids[0].0.as_str()));
    assert_eq!(listed[0]["known"], "unknown");
    // Young ones may be at work somewhere.
    let spared = shop.run(&["uploads", "abort", "--yes", "s3://media"]).ended(0);
    assert!(spared.err.contains("nothing to abort"), "{}", spared.err);
    let told = "3 unfinished uploads left alone, younger than 1 day";
    assert!(spared.err.contains(told) && spared.err.contains("--older-than 0"), "{}", spared.err);
    // Without a terminal nothing is aborted unasked.
    shop.run(&["uploads", "abort", "--older-than", "0", "s3://media"]).ended(2);
    assert_eq!(shop.run(&["uploads", "list", "s3://media"]).ended(0).out.lines().count(), 3);
    let piped = shop.run(&["uploads", "list", "--sizes", "s3://media/site/"]).ended(0).out;
    let cells: Vec<&str> = piped.trim_end().split('\t').collect();
    assert!(cells[0].parse::<jiff::Timestamp>().is_ok(), "{piped}");
    assert_eq!(cells[1..], ["1", "1000", "", "s3://media/site/x"]);
    let gone = ["uploads", "abort", "--yes", "--older-than", "0", "--json", "s3://media/photos/"];
    assert_eq!(shop.run(&gone).ended(0).json().len(), 2);
    // The list that would show that it is gone is refused by then.
    let refused =
        Fault::answer(501, "NotImplemented").on("ListMultipartUploads").after(1).forever();
    begun(&shop, &["blind/x"]);
    shop.server().faults().add(refused);
    let blind = ["uploads", "abort", "--yes", "--older-than", "0", "--json", "s3://media/blind/"];
    let told = shop.run(&blind).ended(0);
    assert!(told.err.contains("1 abort not verified"), "{}", told.err);
    assert_eq!(told.json()[0]["verified"], false);
    shop.server().faults().clear();
    let left = shop.run(&["uploads", "list", "s3://media"]).ended(0).out;
    assert!(left.lines().count() == 1 && left.contains("s3://media/site/x"), "{left}");
}

#[test]
fn aborts_that_fail_are_told_although_stdout_takes_nothing() {
    let shop = Shop::open();
    shop.store().create_bucket("media");
    begun(&shop, &["kept", "gone"]);
    let denied = Fault::answer(403, "AccessDenied").on("AbortMultipartUpload").key("kept");
    shop.server().faults().add(denied.forever());
    let abort = ["uploads", "abort", "--yes", "--older-than", "0", "--json", "s3://media"];
    let mut command = shop.command(&abort);
    command.stdout(File::create("/dev/full").unwrap());
    let ended = command.output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(1), "{said}");
    assert!(said.contains("AccessDenied") && said.contains("stdout cannot be written"), "{said}");
    assert_eq!(shop.store().uploads_under_way("media"), 1);
}
