//! The engine on the real client against the embedded server.

use std::fs;
use std::sync::Arc;

use windlass::domain::address::{Bucket, Prefix};
use windlass::domain::transfer::{Target, Work};
use windlass::s3::client::Client;
use windlass::s3::meter::Meter;

use crate::support::server::{connection, r2_server, server};
use crate::transfers::harness::{
    MIB, bytes, copy, download, download_prefix, job, names_in, run_well, upload,
};

async fn client(server: &windlass::demo::server::Server) -> Arc<Client> {
    let client = Client::connect(&connection(server), Arc::new(Meter::default())).unwrap();
    client.create_bucket(&Bucket::new("bucket")).await.unwrap();
    Arc::new(client)
}

#[tokio::test]
async fn bytes_come_back_over_the_wire_as_they_went() {
    for server in [server().await, r2_server().await] {
        let client = client(&server).await;
        let (folder, back) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        for size in [0, 1, 65_537, 8 * MIB, 17 * MIB + 3] {
            let path = folder.path().join("file.bin");
            fs::write(&path, bytes(size)).unwrap();
            let key = format!("x/{size}.bin");
            run_well(&client, upload(&path, &key)).await;
            run_well(&client, download(&key, back.path())).await;
            let saved = fs::read(back.path().join(format!("{size}.bin"))).unwrap();
            assert!(saved == bytes(size), "{size} bytes");
        }
        assert_eq!(names_in(back.path()).len(), 5);
    }
}

#[tokio::test]
async fn a_prefix_is_downloaded_copied_and_deleted_over_the_wire() {
    let server = server().await;
    let client = client(&server).await;
    let (folder, back) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for number in 0..25 {
        fs::write(folder.path().join(format!("{number} +%.txt")), bytes(number)).unwrap();
    }
    run_well(&client, upload(folder.path(), "p/")).await;
    let (from, to) = (Target::Prefix(Prefix::new("p/")), Target::Prefix(Prefix::new("q/")));
    run_well(&client, copy(from.clone(), "bucket", to)).await;
    run_well(&client, download_prefix("q/", back.path())).await;
    assert_eq!(names_in(back.path()), names_in(folder.path()));
    let all = vec![from, Target::Prefix(Prefix::new("q/"))];
    let view =
        run_well(&client, job(Work::Delete { bucket: Bucket::new("bucket"), targets: all })).await;
    assert_eq!(view.progress.objects, 50);
    client.delete_bucket(&Bucket::new("bucket")).await.expect("nothing is left in it");
}
