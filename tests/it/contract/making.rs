//! Buckets that are made: whether they were there before, and whether they are as was asked for.

use windlass::domain::error::{Error, ErrorKind};
use windlass::domain::object::NewBucket;
use windlass::domain::provider::Provider;

use super::scripted::{Scripted, answer, refusal, scripted_by, xml};

/// A server that takes every request to make a bucket, as AWS does in `us-east-1`.
async fn taking_all(there: bool, lock: bool, versioning: &'static str) -> Scripted {
    let made = std::sync::Mutex::new(there);
    scripted_by(move |asked| match &asked.line {
        line if line.starts_with("HEAD") && !*made.lock().unwrap() => answer(404, "", ""),
        line if line.starts_with("PUT") => {
            *made.lock().unwrap() = true;
            answer(200, "", "")
        }
        line if line.contains("object-lock") && !lock => {
            refusal(404, "ObjectLockConfigurationNotFoundError")
        }
        line if line.contains("object-lock") => xml(
            200,
            "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled>\
             </ObjectLockConfiguration>",
        ),
        line if line.contains("versioning") => {
            xml(200, &format!("<VersioningConfiguration>{versioning}</VersioningConfiguration>"))
        }
        _ => answer(200, "", ""),
    })
    .await
}

const ON: &str = "<Status>Enabled</Status>";

fn new(versioning: bool, object_lock: bool) -> NewBucket {
    NewBucket { versioning, object_lock, ..NewBucket::named("b".into()) }
}

fn partial(error: Error, what: &str) {
    assert!(error.is(&ErrorKind::Partial), "{error:?}");
    assert!(error.detail.starts_with("the bucket is made, and its"), "{error:?}");
    assert!(error.detail.contains(what), "{error:?}");
}

fn puts(server: &Scripted) -> usize {
    server.asked().iter().filter(|asked| asked.line.starts_with("PUT")).count()
}

#[tokio::test]
async fn a_bucket_that_is_there_is_not_called_made() {
    for provider in [Provider::Aws, Provider::Other] {
        let server = taking_all(true, true, ON).await;
        let made = server.client_as(provider).make_bucket(&new(true, false)).await;
        assert!(made.unwrap_err().is(&ErrorKind::BucketExists));
        assert_eq!(puts(&server), 0, "nothing of it is changed");
    }
    // R2 says so itself.
    let server = taking_all(true, true, ON).await;
    server.client_as(Provider::R2).make_bucket(&new(false, false)).await.unwrap();
    assert!(server.asked()[0].line.starts_with("PUT"), "{:?}", server.asked());
}

#[tokio::test]
async fn a_bucket_has_the_lock_and_the_versions_that_were_asked_for_or_lacks_them_aloud() {
    let server = taking_all(false, true, ON).await;
    server.client().make_bucket(&new(true, true)).await.unwrap();
    assert_eq!(puts(&server), 1, "object lock means versions");
    let server = taking_all(false, false, ON).await;
    let made = server.client().make_bucket(&new(true, true)).await;
    partial(made.unwrap_err(), "object lock is not on");
    assert_eq!(puts(&server), 2, "versions are turned on by themselves");
    let server = taking_all(false, true, "").await;
    let made = server.client().make_bucket(&new(true, false)).await;
    partial(made.unwrap_err(), "versioning is not on");
    let server = taking_all(false, false, "").await;
    let error = server.client().make_bucket(&new(true, true)).await.unwrap_err();
    partial(error.clone(), "object lock is not on");
    partial(error, "versioning is not on");
    let server = taking_all(false, false, "").await;
    server.client().make_bucket(&new(false, false)).await.unwrap();
}
