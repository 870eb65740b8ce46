//! A server whose certificate is not trusted gets nothing, and nobody waits for it.

use std::sync::Arc;

use windlass::config::connection::Connection;
use windlass::domain::address::{Bucket, Key};
use windlass::domain::error::{Error, ErrorKind};
use windlass::domain::object::{ObjectAddress, PutOptions};
use windlass::domain::transfer::JobState;
use windlass::s3::client::Client;
use windlass::s3::meter::Meter;
use windlass::transfer::headless::run_to_end;

use crate::support::server::{connection, server};
use crate::support::tls::front;
use crate::transfers::harness::{connect, options, upload};

#[tokio::test]
async fn neither_way_to_a_server_sends_anything_past_a_wrong_certificate() {
    let server = server().await;
    let behind = server.endpoint();
    let behind = behind.trim_start_matches("http://").trim_end_matches('/').to_owned();
    let (port, _) = front(behind).await;
    let endpoint = Some(format!("https://localhost:{port}"));
    for by_sdk in [false, true] {
        let mut to = Connection { endpoint: endpoint.clone(), ..connection(&server) };
        to.bodies.by_sdk = by_sdk;
        let client = Client::connect(&to, Arc::new(Meter::default())).unwrap().sending_once();
        let object = ObjectAddress::new(Bucket::new("bucket"), Key::new("k"));
        let error = client.put(&object, "body".into(), &PutOptions::default()).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Untrusted, "{error:?}");
        assert_eq!(client.head(&object).await.unwrap_err().kind, ErrorKind::Untrusted);
        // Even by a queue that waits for servers without end.
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("file"), "x").unwrap();
        let spec = upload(&folder.path().join("file"), "k");
        let patient = options(None);
        assert_eq!(patient.patience.outage, None);
        let remote = Arc::new(client);
        let view = run_to_end(patient, connect(&remote), vec![spec], |_| ()).await.remove(0);
        let JobState::Failed(Error { kind, .. }) = view.state else { panic!("{:?}", view.state) };
        assert_eq!(kind, ErrorKind::Untrusted);
    }
    assert!(server.faults().log().is_empty());
}
