//! Buckets whose objects are asked for with a key of one's own or at one's own cost, against the
//! embedded server.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use windlass::config::connection::{Connection, KnownBucket};
use windlass::demo::faults::Fault;
use windlass::demo::server::Server;
use windlass::domain::error::ErrorKind;
use windlass::domain::object::{ByteRange, ObjectAddress, PutOptions, UploadId};
use windlass::domain::presign::{KEY_VARIABLE, LinkMethod, LinkSpec, PresignedLink};
use windlass::domain::protection::AccessSpec;
use windlass::domain::provider::Provider;
use windlass::s3::client::Client;
use windlass::s3::meter::Meter;

use super::scripted::{answer, scripted};
use crate::support::server::{connection, server};

const PAYER: &str = "x-amz-request-payer";

fn object(bucket: &str) -> ObjectAddress {
    ObjectAddress::new(bucket.into(), "k".into())
}

/// A client whose connection says this of the bucket `special`.
fn client(server: &Server, access: AccessSpec) -> Client {
    let known = KnownBucket { access, ..KnownBucket::from("special") };
    let connection = Connection { known_buckets: vec![known], ..connection(server) };
    Client::connect(&connection, Arc::new(Meter::default())).unwrap()
}

async fn put(client: &Client, bucket: &str) {
    client.create_bucket(&bucket.into()).await.unwrap();
    client.put(&object(bucket), "hello".into(), &PutOptions::default()).await.unwrap();
}

async fn link(client: &Client, bucket: &str, method: LinkMethod) -> PresignedLink {
    let link = LinkSpec::new(object(bucket), method, Duration::from_secs(60));
    client.presign(&link, jiff::Timestamp::now()).await.unwrap()
}

#[tokio::test]
async fn requests_are_paid_for_in_the_bucket_that_says_so_and_in_no_other() {
    let server = server().await;
    let client = client(&server, AccessSpec { requester_pays: true, ..AccessSpec::default() });
    for bucket in ["special", "usual"] {
        put(&client, bucket).await;
        server.faults().clear_log();
        client.head(&object(bucket)).await.unwrap();
        client.start_of(&object(bucket), 10).await.unwrap();
        client.keys_below(&bucket.into(), &"".into(), false).next().await.unwrap();
        let signed = link(&client, bucket, LinkMethod::Get).await;
        client.test_link(&object(bucket), LinkMethod::Get, &signed.url).await.unwrap();
        assert_eq!(!signed.headers.is_empty(), bucket == "special", "{signed:?}");
        client.delete(&bucket.into(), &["k".into()]).await.unwrap();
        let log = server.faults().log();
        assert!(log.len() >= 4, "{log:?}");
        for asked in log {
            let paid = asked.header(PAYER) == Some("requester");
            assert_eq!(paid, bucket == "special", "{asked:?}");
        }
    }
}

fn key(folder: &Path, bytes: &[u8]) -> AccessSpec {
    let file = folder.join("key");
    std::fs::write(&file, bytes).unwrap();
    AccessSpec { key_file: Some(file), ..AccessSpec::default() }
}

#[tokio::test]
async fn a_key_opens_the_objects_of_its_bucket_and_what_lacks_it_says_how_to_give_it() {
    let server = server().await;
    let folder = tempfile::tempdir().unwrap();
    let keyed = client(&server, key(folder.path(), &[7; 32]));
    put(&keyed, "special").await;
    put(&keyed, "usual").await;
    assert!(keyed.head(&object("special")).await.unwrap().has_customer_key());
    assert!(!keyed.head(&object("usual")).await.unwrap().has_customer_key());
    assert_eq!(keyed.start_of(&object("special"), 10).await.unwrap().bytes, b"hello");
    let copy = ObjectAddress::new("usual".into(), "copy".into());
    keyed.copy(&object("special"), &copy, None, false, None).await.unwrap();
    let plain = client(&server, AccessSpec::default());
    for method in [LinkMethod::Get, LinkMethod::Head] {
        let signed = link(&keyed, "special", method).await;
        keyed.test_link(&object("special"), method, &signed.url).await.unwrap();
        plain.test_link(&object("special"), method, &signed.url).await.unwrap_err();
        assert!(signed.headers.iter().any(|(_, value)| value == KEY_VARIABLE), "{signed:?}");
        let secret = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc";
        assert!(!format!("{:?} {}", signed.headers, signed.url).contains(secret));
    }
    let refused = plain.head(&object("special")).await.unwrap_err();
    let told = refused.explain();
    assert!(told.what.contains("key of yours (SSE-C)"), "{refused:?}");
    assert!(told.next_anywhere().contains("give the key"), "{}", told.next_anywhere());
    assert_eq!(plain.start_of(&copy, 10).await.unwrap().bytes, b"hello");
}

#[tokio::test]
async fn a_key_that_cannot_be_read_is_said_of_its_bucket_alone_and_read_again() {
    let server = server().await;
    let folder = tempfile::tempdir().unwrap();
    let keyed = client(&server, key(folder.path(), b"short"));
    put(&keyed, "usual").await;
    let refused = keyed.head(&object("special")).await.unwrap_err();
    assert_eq!((&refused.kind, &*refused.operation), (&ErrorKind::Config, "read the key"));
    assert!(refused.detail.contains("32 bytes"), "{refused:?}");
    key(folder.path(), &[7; 32]);
    put(&keyed, "special").await;
    let pipe = AccessSpec { key_file: Some("/dev/zero".into()), ..AccessSpec::default() };
    let refused = client(&server, pipe).head(&object("special")).await.unwrap_err();
    assert!(refused.detail.contains("from a file"), "{refused:?}");
}

#[tokio::test]
async fn a_command_prints_the_key_of_a_bucket_once_and_says_why_it_cannot() {
    let server = server().await;
    let folder = tempfile::tempdir().unwrap();
    let (file, count) = (folder.path().join("key"), folder.path().join("count"));
    std::fs::write(&file, [7; 32]).unwrap();
    let command = format!("echo x >> {}; cat {}", count.display(), file.display());
    let by = |command: String| AccessSpec { key_command: Some(command), ..AccessSpec::default() };
    let keyed = client(&server, by(command.clone()));
    put(&keyed, "special").await;
    let head = || async { keyed.head(&object("special")).await.unwrap().has_customer_key() };
    assert_eq!(tokio::join!(head(), head(), head()), (true, true, true));
    assert_eq!(std::fs::read_to_string(&count).unwrap(), "x\n", "it is run once");
    let again = client(&server, by(command));
    assert!(again.head(&object("special")).await.unwrap().has_customer_key());
    assert_eq!(std::fs::read_to_string(&count).unwrap(), "x\n", "also for a client made anew");
    let failing = client(&server, by("sh -c 'echo locked >&2; exit 2'".to_owned()));
    let refused = failing.start_of(&object("special"), 10).await.unwrap_err();
    assert_eq!((&*refused.operation, &refused.kind), ("read the key", &ErrorKind::Config));
    assert!(refused.detail.contains("exit status: 2: locked"), "{refused:?}");
}

#[tokio::test]
async fn a_link_to_an_object_that_is_not_encrypted_with_the_key_needs_no_key() {
    let server = server().await;
    let folder = tempfile::tempdir().unwrap();
    let plain = client(&server, AccessSpec::default());
    put(&plain, "special").await;
    let keyed = client(&server, key(folder.path(), &[7; 32]));
    for method in [LinkMethod::Get, LinkMethod::Head] {
        let signed = link(&keyed, "special", method).await;
        assert!(signed.headers.is_empty(), "{signed:?}");
        for client in [&keyed, &plain] {
            client.test_link(&object("special"), method, &signed.url).await.unwrap();
        }
    }
    // What is put there is encrypted with the key, and of what cannot be seen nothing is known.
    assert!(!link(&keyed, "special", LinkMethod::Put).await.headers.is_empty());
    plain.delete(&"special".into(), &["k".into()]).await.unwrap();
    assert!(!link(&keyed, "special", LinkMethod::Get).await.headers.is_empty());
}

#[tokio::test]
async fn a_connection_that_may_not_write_runs_no_command_for_it() {
    let server = server().await;
    let folder = tempfile::tempdir().unwrap();
    let ran = folder.path().join("ran");
    let command = format!("touch {}; printf {}", ran.display(), "x".repeat(32));
    let access = AccessSpec { key_command: Some(command), ..AccessSpec::default() };
    let known = KnownBucket { access, ..KnownBucket::from("special") };
    let connection =
        Connection { known_buckets: vec![known], read_only: true, ..connection(&server) };
    let client = Client::connect(&connection, Arc::new(Meter::default())).unwrap();
    let from = object("usual");
    let copied = client.copy(&from, &object("special"), None, false, None).await;
    assert_eq!(copied.unwrap_err().kind, ErrorKind::ReadOnly);
    let (range, upload) = (ByteRange { start: 0, end: 1 }, UploadId("u".to_owned()));
    let part = client.copy_part(&from, range, None, &object("special"), &upload, 1).await;
    assert_eq!(part.unwrap_err().kind, ErrorKind::ReadOnly);
    let deleted = client.delete(&"special".into(), &["k".into()]).await;
    assert_eq!(deleted.unwrap()[0].1.kind, ErrorKind::ReadOnly);
    assert!(!ran.exists());
}

/// How servers say that they encrypt with a key of one's own.
const NAMED: &str = "x-amz-server-side-encryption-customer-algorithm";

/// MinIO.
#[tokio::test]
async fn a_server_that_encrypts_with_a_key_need_not_say_so() {
    let folder = tempfile::tempdir().unwrap();
    let server = server().await;
    let client = client(&server, key(folder.path(), &[7; 32]));
    for operation in ["PutObject", "CreateMultipartUpload", "CopyObject"] {
        server.faults().add(Fault::without(NAMED).on(operation).forever());
    }
    server.store().create_bucket("special");
    let (to, plain) = (object("special"), PutOptions::default());
    client.put(&to, "hello".into(), &plain).await.unwrap();
    let copy = ObjectAddress::new("special".into(), "copy".into());
    client.copy(&to, &copy, None, false, None).await.unwrap();
    client.create_multipart(&to, &plain).await.unwrap();
    let asked = server.faults().count("HeadObject");
    client.put(&to, "again".into(), &plain).await.unwrap();
    assert_eq!(server.faults().count("HeadObject"), asked, "it is looked at once");
}

/// rclone names the key, OpenStack Swift does not, and neither encrypts with it.
#[tokio::test]
async fn a_server_that_does_not_use_the_key_is_found_out() {
    for named in [format!("\r\n{NAMED}: AES256"), String::new()] {
        let stored = answer(200, &format!("ETag: \"e\"{named}"), "");
        let (folder, server) = (tempfile::tempdir().unwrap(), scripted(&[&stored]).await);
        let access = key(folder.path(), &[7; 32]);
        let known = KnownBucket { access, ..KnownBucket::from("special") };
        let connection =
            Connection { known_buckets: vec![known], ..server.connection(Provider::Other) };
        let client = Client::connect(&connection, Arc::new(Meter::default())).unwrap();
        let plain = PutOptions::default();
        let told = client.put(&object("special"), "hello".into(), &plain).await.unwrap_err();
        assert_eq!(told.kind, ErrorKind::Loss);
        assert!(told.explain().what.contains("key of yours (SSE-C)"), "{told:?}");
        let asked = server.asked();
        assert!(asked[1].line.starts_with("HEAD") && asked[1].header(NAMED).is_none(), "{asked:?}");
        let refused = client.put(&object("special"), "more".into(), &plain).await.unwrap_err();
        assert_eq!(refused.kind, ErrorKind::Unsupported, "nothing more is sent in the clear");
        assert_eq!(server.asked().len(), asked.len());
        client.put(&object("usual"), "plain".into(), &plain).await.unwrap();
    }
}
