//! Uploads in parts against real servers.

use windlass::domain::error::ErrorKind;
use windlass::domain::object::{ByteRange, ETag, PutOptions, UploadId, UploadedPart};
use windlass::domain::provider::Capability;

use super::target::{Target, noise};

const PART: usize = 5 << 20;

async fn begin(target: &Target, name: &str) -> UploadId {
    let object = target.object(name);
    target.client.create_multipart(&object, &PutOptions::default()).await.unwrap()
}

pub async fn parts_become_the_object_they_were_cut_from(target: Target) {
    let body = noise(PART + 1234);
    let object = target.object("big.bin");
    let upload = begin(&target, "big.bin").await;
    let mut parts = Vec::new();
    for (number, part) in (1..).zip(body.chunks(PART)) {
        let part = part.to_vec().into();
        parts.push(target.client.upload_part(&object, &upload, number, part).await.unwrap());
    }
    assert_eq!(parts.iter().map(|part| part.size).sum::<u64>(), body.len() as u64);
    let stored = target.client.complete_multipart(&object, &upload, &parts, false).await.unwrap();
    assert!(stored.etag.unwrap().as_str().ends_with("-2"));
    let head = target.client.head(&object).await.unwrap();
    assert_eq!(head.size, Some(body.len() as u64));
    assert!(target.bytes(&object).await == body);
}

pub async fn the_parts_a_server_holds_are_listed_or_it_says_that_it_cannot(target: Target) {
    let object = target.object("parts.bin");
    let upload = begin(&target, "parts.bin").await;
    let sent = target.client.upload_part(&object, &upload, 1, "part".into()).await.unwrap();
    let listed = target.client.list_parts(&object, &upload).await;
    if target.lacks(Capability::ListParts) {
        assert_eq!(listed.unwrap_err().kind, ErrorKind::Unsupported);
        assert!(target.client.lacks(Capability::ListParts).unwrap().contains("ListParts"));
        let again = target.client.list_parts(&object, &upload).await.unwrap_err();
        assert_eq!((again.kind, again.status), (ErrorKind::Unsupported, None), "not sent again");
    } else {
        assert_eq!(listed.unwrap(), [sent]);
    }
    target.client.abort_multipart(&object, &upload).await.unwrap();
}

pub async fn an_upload_given_up_is_gone(target: Target) {
    let object = target.object("gone.bin");
    let upload = begin(&target, "gone.bin").await;
    target.client.abort_multipart(&object, &upload).await.unwrap();
    let late = target.client.upload_part(&object, &upload, 1, "late".into()).await.unwrap_err();
    if !target.has_quirk("faults-on-unknown-uploads") {
        assert_eq!(late.kind, ErrorKind::NoSuchUpload, "{late:?}");
    }
    // Where uploads can be listed, the list says that it is gone.
    let again = target.client.abort_for_good(&object, &upload).await;
    assert!(again.is_ok() || again.unwrap_err().kind == ErrorKind::NoSuchUpload);
    assert_eq!(target.client.head(&object).await.unwrap_err().kind, ErrorKind::NoSuchKey);
}

pub async fn a_part_can_be_copied_from_an_object(target: Target) {
    let source = noise(2000);
    let from = target.put("source.bin", &source).await;
    let etag = target.client.head(&from).await.unwrap().etag;
    let to = target.object("made-of-it.bin");
    let upload = begin(&target, "made-of-it.bin").await;
    let range = ByteRange { start: 500, end: 1500 };
    let part = target.client.copy_part(&from, range, etag.as_ref(), &to, &upload, 1).await;
    if target.lacks(Capability::CopyPart) {
        assert_eq!(part.unwrap_err().kind, ErrorKind::Unsupported);
        assert!(target.client.lacks(Capability::CopyPart).is_some());
        target.client.abort_for_good(&to, &upload).await.unwrap();
        return;
    }
    let part = part.unwrap();
    assert_eq!(part.size, 1000);
    target.client.complete_multipart(&to, &upload, &[part], false).await.unwrap();
    assert_eq!(target.bytes(&to).await, source[500..1500]);

    let upload = begin(&target, "made-of-it.bin").await;
    let never = ETag::new("00000000000000000000000000000000");
    let changed = target.client.copy_part(&from, range, Some(&never), &to, &upload, 1).await;
    assert_eq!(changed.unwrap_err().kind, ErrorKind::SourceChanged);
    let wrong = UploadedPart { number: 1, etag: never, size: 1000, crc64nvme: None };
    let refused = target.client.complete_multipart(&to, &upload, &[wrong], false).await;
    assert_eq!(refused.unwrap_err().kind, ErrorKind::InvalidRequest);
    target.client.abort_multipart(&to, &upload).await.unwrap();
}
