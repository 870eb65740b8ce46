//! What an object has besides its bytes: its versions, its metadata, a type that does not fit.

use windlass::app::effect::{MachineRequest, Request, StorageRequest, VersionsRequest};
use windlass::app::event::{Answer, Reply};
use windlass::domain::address::Key;
use windlass::domain::description::{Descriptions, ObjectDescription, OpenedText};
use windlass::domain::object::{ETag, ObjectAddress, ObjectHead, ObjectHeaders, VersionId};
use windlass::domain::versions::{VersionEntry, VersionState, VersionsPage};
use windlass::domain::wrong_type::{TypeFinding, WrongType, WrongTypes};

use crate::screens::panes::assert_pictures;
use crate::screens::situation::Situation;

/// The current version, a delete marker, an archived version and one that is small.
fn history(request: &Request) -> Option<Reply> {
    let Request::Storage(StorageRequest::Versions(VersionsRequest::ListVersions {
        prefix, ..
    })) = request
    else {
        return None;
    };
    let object = |size, class: Option<&str>| VersionState::Object {
        size,
        etag: Some(ETag::new("9e107d9d372bb6826bd81d3542a419d6")),
        class: class.map(str::to_owned),
    };
    let states = [
        ("2026-09-20T14:12:00Z", "Xq3.8Kd0VhUzR9pLmE", object(1_049, None)),
        ("2026-09-19T08:00:00Z", "b1_Kq7d.oN2wPzU4tA", VersionState::DeleteMarker),
        ("2026-08-02T17:31:00Z", "7GhT5vR0cMxYw3JsQe", object(734_003_200, Some("GLACIER"))),
        ("2025-12-31T23:59:00Z", "null", object(0, None)),
    ];
    let row = |(at, (modified, id, state)): (usize, (&str, &str, VersionState))| VersionEntry {
        key: prefix.as_str().into(),
        version: VersionId(id.to_owned()),
        latest: at == 0,
        modified: modified.parse().ok(),
        state,
    };
    let rows = states.into_iter().enumerate().map(row).collect();
    Some(Ok(Answer::Versions(VersionsPage { rows, prefixes: Vec::new(), next: None })))
}

#[test]
fn the_versions_of_an_object() {
    assert_pictures("versions", |size| {
        let mut situation = Situation::browsing_aws(size);
        situation.press("j j V");
        situation.answer(history);
        situation
    });
    assert_pictures("version_deleted", |size| {
        let mut situation = Situation::browsing_aws(size);
        situation.press("j j V");
        situation.answer(history);
        situation.press("j j D");
        situation
    });
}

/// Two objects that have one header in common.
fn descriptions(request: &Request) -> Option<Reply> {
    let Request::Storage(StorageRequest::Describe { .. }) = request else { return None };
    let described = |key: &str, kind: &str| ObjectDescription {
        object: ObjectAddress::new("media".into(), Key::new(format!("photos/2026/{key}"))),
        head: ObjectHead {
            headers: ObjectHeaders {
                content_type: Some(kind.into()),
                cache_control: Some("public, max-age=31536000, immutable".into()),
                ..ObjectHeaders::default()
            },
            etag: Some(ETag::new(key)),
            user_metadata: [("camera".to_owned(), "X100V\u{200b}".to_owned())].into(),
            ..ObjectHead::default()
        },
        tags: Some(vec![("project".to_owned(), "holiday".to_owned())]),
        acl_unknown: false,
    };
    let objects =
        vec![described("IMG_0412.jpg", "image/jpeg"), described("clip.mp4", "binary/octet-stream")];
    Some(Ok(Answer::Described(Descriptions { objects, ..Descriptions::default() })))
}

#[test]
fn the_metadata_of_two_objects_and_a_change_before_it_is_saved() {
    for (name, keys) in [
        ("metadata", ""),
        ("metadata_pending", "c ctrl-u x enter"),
        ("metadata_change", "c ctrl-u x enter v"),
    ] {
        assert_pictures(name, |size| {
            let mut situation = Situation::browsing_aws(size);
            situation.press("j j space space M");
            situation.answer(descriptions);
            if !keys.is_empty() {
                situation.press(keys);
            }
            situation
        });
    }
}

fn wrong(key: &str, is: Option<&str>, should: &str, by_name: bool) -> WrongType {
    let finding = TypeFinding { is: is.map(str::to_owned), should: should.into(), by_name };
    let object = ObjectAddress::new("media".into(), Key::new(format!("photos/2026/{key}")));
    WrongType { object, etag: Some(ETag::new("one")), finding }
}

#[test]
fn wrong_content_types_that_are_found_and_none() {
    let found = |done| WrongTypes {
        looked: 1_204,
        found: vec![
            wrong("notes.md", Some("binary/octet-stream"), "text/markdown", true),
            wrong("日本の写真 2026.heic", None, "image/heic", true),
            wrong("raw/no ending\u{1b}[2J", Some("text/plain"), "image/png", false),
        ],
        failed: Vec::new(),
        done,
    };
    let none = WrongTypes { found: Vec::new(), ..found(true) };
    for (name, answer) in
        [("types_under_way", found(false)), ("types_found", found(true)), ("types_none", none)]
    {
        assert_pictures(name, |size| {
            let mut situation = Situation::browsing_aws(size);
            situation.press("g c");
            situation.answer_once(|request| match request {
                Request::Storage(StorageRequest::FindTypes { .. }) => {
                    Some(Ok(Answer::WrongTypes(answer.clone())))
                }
                _ => None,
            });
            situation
        });
    }
}

#[test]
fn what_uploads_and_copies_give() {
    let folder = |request: &Request| match request {
        Request::Machine(MachineRequest::ReadFolder(_)) => Some(Ok(Answer::Folder(Vec::new()))),
        _ => None,
    };
    for (name, keys) in [
        ("upload_settings", "ctrl-g c n o enter j j j"),
        ("upload_settings_given", "ctrl-g c n o enter v"),
    ] {
        assert_pictures(name, |size| {
            let mut situation = Situation::browsing(size);
            situation.press("u");
            situation.answer(folder);
            situation.press(keys);
            situation
        });
    }
    assert_pictures("copy_settings_given", |size| {
        let mut situation = Situation::browsing_aws(size);
        situation.press("j j c ctrl-g c n o enter v");
        situation
    });
}

#[test]
fn the_editor_for_small_texts() {
    let text = |request: &Request| match request {
        Request::Storage(StorageRequest::OpenText(_)) => {
            let bytes =
                b"User-agent: *\r\nDisallow: /a\x1b[2J\r\n\r\n# \xc3\xbcber\ttab\r\n".to_vec();
            Some(Ok(Answer::TextOpened(OpenedText { bytes, etag: Some(ETag::new("one")) })))
        }
        _ => None,
    };
    for (name, keys) in [("text_editor", "down end"), ("text_editor_leaving", "x esc")] {
        assert_pictures(name, |size| {
            let mut situation = Situation::browsing(size);
            situation.press("j j g E");
            situation.answer(text);
            situation.press(keys);
            situation
        });
    }
}
