//! Links, fetched by a program that knows nothing of S3.

use std::time::Duration;

use jiff::Timestamp;
use windlass::domain::presign::{LinkMethod, LinkSpec};

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
        assert_eq!((link.expires_at, link.shortened), (now + Duration::from_hours(1), None));
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
