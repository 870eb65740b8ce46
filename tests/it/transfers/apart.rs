//! Copies within one connection whose buckets are on servers that do not copy from one another.

use std::sync::Arc;

use windlass::domain::address::Key;
use windlass::domain::object::{ObjectAddress, PutOptions};
use windlass::domain::transfer::{Target, Work};

use crate::support::account::Account;
use crate::transfers::harness::{bytes, job, run_well};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_one_jurisdiction_to_another_a_copy_passes_through_this_machine() {
    let account = Account::with_buckets().await;
    let remote = Arc::new(account.client.sending_once());
    for (key, size) in [("small", 1000), ("large", 3 << 20)] {
        let body = bytes(size);
        let from = ObjectAddress { bucket: "there".into(), key: key.into() };
        let options = PutOptions::default();
        account.client.put(&from, body.clone().into(), &options).await.unwrap();
        let object = Target::Object(Key::new(key));
        let spec = job(Work::Copy {
            bucket: from.bucket,
            source: object.clone(),
            to_connection: None,
            to_bucket: "here".into(),
            target: object,
            moving: true,
        });
        run_well(&remote, spec).await;
        assert!(account.servers[0].store().bytes("here", key).unwrap() == body);
        assert!(account.servers[1].store().bytes("there", key).is_none(), "it was moved");
    }
}
