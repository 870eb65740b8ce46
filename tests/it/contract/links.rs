//! Links, fetched by a program that knows nothing of S3.

use std::time::Duration;

use jiff::Timestamp;
use windlass::domain::error::ErrorKind;
use windlass::domain::presign::{LinkMethod, LinkSpec};
use windlass::domain::when::whole_second;

use super::plain_http;
use super::target::{Target, noise};

fn hour(target: &Target, name: &str, method: LinkMethod) -> LinkSpec {
    LinkSpec::new(target.object(name), method, Duration::from_hours(1))
}

pub async fn a_link_fetches_the_bytes_of_any_key(target: Target) {
    let body = noise(10_000);
    let odd = if target.has_quirk("keys-are-files") { "a/b?c#d&e.bin" } else { "a//b?c#d&e.bin" };
    for name in ["plain.bin", "with space+plus%25 ü.bin", odd] {
        target.put(name, &body).await;
        let now = Timestamp::now();
        let spec = hour(&target, name, LinkMethod::Get);
        let link = target.client.presign(&spec, now).await.unwrap();
        let hour = whole_second(now) + Duration::from_hours(1);
        assert_eq!((link.expires_at, link.shortened), (hour, None));
        assert!(link.url.contains("X-Amz-SignedHeaders=host&"), "{link:?}");
        assert!(!link.url.contains("checksum"), "{link:?}");
        let answer = plain_http::send("GET", &link.url, b"").await;
        assert_eq!(answer.status, 200, "{name}");
        assert!(answer.body == body, "{name}");
    }
}

pub async fn a_put_link_takes_an_upload(target: Target) {
    let spec = hour(&target, "dropped here.bin", LinkMethod::Put);
    let link = target.client.presign(&spec, Timestamp::now()).await.unwrap();
    assert!(!link.url.contains("checksum"), "{link:?}");
    let body = noise(1000);
    let answer = plain_http::send("PUT", &link.url, &body).await;
    assert_eq!(answer.status, 200);
    assert!(target.bytes(&spec.object).await == body);
}

pub async fn a_head_link_tells_and_a_delete_link_deletes(target: Target) {
    let object = target.put("gone soon.bin", &noise(10)).await;
    let head = hour(&target, "gone soon.bin", LinkMethod::Head);
    let link = target.client.presign(&head, Timestamp::now()).await.unwrap();
    assert_eq!(plain_http::send("HEAD", &link.url, b"").await.status, 200);
    assert!(target.client.test_link(&object, LinkMethod::Head, &link.url).await.is_ok());
    let delete = hour(&target, "gone soon.bin", LinkMethod::Delete);
    let link = target.client.presign(&delete, Timestamp::now()).await.unwrap();
    let refused = target.client.test_link(&object, LinkMethod::Delete, &link.url).await;
    assert!(refused.is_err_and(|error| error.kind == ErrorKind::Unsupported), "nothing is deleted");
    assert!(target.client.head(&object).await.is_ok());
    let status = plain_http::send("DELETE", &link.url, b"").await.status;
    assert!(matches!(status, 200 | 204), "{status}");
    assert!(target.client.head(&object).await.is_err());
}

pub async fn a_link_that_works_is_told_from_a_dead_one(target: Target) {
    let object = target.put("tested.bin", &noise(10)).await;
    let empty = target.put("empty", b"").await;
    for there in [&object, &empty] {
        let spec = LinkSpec::new(there.clone(), LinkMethod::Get, Duration::from_hours(1));
        let link = target.client.presign(&spec, Timestamp::now()).await.unwrap();
        target.client.test_link(there, LinkMethod::Get, &link.url).await.unwrap();
    }
    let spec = hour(&target, "never there.bin", LinkMethod::Get);
    let link = target.client.presign(&spec, Timestamp::now()).await.unwrap();
    let dead = target.client.test_link(&spec.object, LinkMethod::Get, &link.url).await;
    assert!(dead.is_err_and(|error| error.kind == ErrorKind::NoSuchKey));
    if !target.has_quirk("ignores-signatures") {
        let spec = LinkSpec::new(object.clone(), LinkMethod::Get, Duration::from_hours(1));
        let link = target.client.presign(&spec, Timestamp::now()).await.unwrap();
        let forged = link.url.replace("X-Amz-Signature=", "X-Amz-Signature=0");
        let dead = target.client.test_link(&object, LinkMethod::Get, &forged).await;
        assert!(dead.is_err());
    }
}
