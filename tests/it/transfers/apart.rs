//! Copies within one connection whose buckets are on servers that do not copy from one another.

use std::sync::Arc;

use windlass::domain::address::Key;
use windlass::domain::object::{ObjectAddress, PutOptions};
use windlass::domain::transfer::{JobState, OnConflict, Target, Work};
use windlass::s3::client::Client;
use windlass::transfer::engine::Connect;
use windlass::transfer::headless::run_to_end;
use windlass::transfer::remote::Remote;

use crate::support::account::Account;
use crate::support::server::connection;
use crate::transfers::harness::{bytes, job, options, run_well, with};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_one_jurisdiction_to_another_a_copy_passes_through_this_machine() {
    let account = Account::with_buckets().await;
    let remote = Arc::new(account.client.sending_once());
    for (key, size) in [("small", 1000), ("large", 3 << 20)] {
        let body = bytes(size);
        let from = ObjectAddress::new("there@eu".into(), key.into());
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_move_of_an_object_onto_itself_by_another_connection_is_refused() {
    let account = Account::with_buckets().await;
    let object = ObjectAddress::new("there@eu".into(), "k".into());
    account.client.put(&object, "the only copy".into(), &PutOptions::default()).await.unwrap();
    let mut of_eu = connection(&account.servers[1]);
    of_eu.name = "eu".into();
    let of_eu = Arc::new(Client::connect(&of_eu, Arc::default()).unwrap());
    let all = Arc::new(account.client.clone());
    let connect: Connect = Arc::new(move |name| {
        let chosen = if name.as_str() == "eu" { &of_eu } else { &all };
        Ok(Arc::clone(chosen) as Arc<dyn Remote>)
    });
    for on_conflict in [OnConflict::Fail, OnConflict::Overwrite] {
        let spec = job(Work::Copy {
            bucket: object.bucket.clone(),
            source: Target::Object(object.key.clone()),
            to_connection: Some("eu".into()),
            to_bucket: "there".into(),
            target: Target::Object(object.key.clone()),
            moving: true,
        });
        let jobs = vec![with(spec, on_conflict)];
        let view = run_to_end(options(None), Arc::clone(&connect), jobs, |_| ()).await.remove(0);
        assert!(matches!(view.state, JobState::Failed(_)), "{:?}", view.state);
        assert_eq!(account.servers[1].store().bytes("there", "k").unwrap(), "the only copy");
    }
}
