//! Names that a server encodes in one place and not in another, and listings that end too early.

use windlass::domain::address::Prefix;
use windlass::domain::error::ErrorKind;
use windlass::domain::object::UploadId;
use windlass::domain::provider::Provider;

use super::answers::{bucket, names, object, page, query, rows};
use super::scripted::{Scripted, refusal, scripted, scripted_by, xml};

/// A listing server with its own idea of what is encoded: objects by their true keys, written into
/// the answer by `write`.
async fn lister(keys: &'static [&'static str], write: fn(&str) -> String) -> Scripted {
    scripted_by(move |asked| {
        let wanted = asked.query("prefix").unwrap_or_default();
        let most = asked.query("max-keys").and_then(|most| most.parse().ok()).unwrap_or(1000);
        let cut = asked.query("delimiter").is_some();
        let encoded = asked.query("encoding-type").is_some();
        let mut inner = String::new();
        let mut seen: Vec<String> = Vec::new();
        for key in keys.iter().filter(|key| key.starts_with(&wanted)).take(most) {
            let rest = &key[wanted.len()..];
            let at = rest.find('/').filter(|_| cut);
            let name = at.map_or((*key).to_owned(), |at| key[..=wanted.len() + at].to_owned());
            if seen.contains(&name) {
                continue;
            }
            let text = if encoded { write(&name) } else { name.clone() };
            inner += &match at {
                Some(_) => format!("<CommonPrefixes><Prefix>{text}</Prefix></CommonPrefixes>"),
                None => format!("<Contents><Key>{text}</Key></Contents>"),
            };
            seen.push(name);
        }
        page(&inner)
    })
    .await
}

fn form(name: &str) -> String {
    let encoded = percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC);
    encoded.to_string().replace("%2F", "/").replace("%20", "+")
}

fn percent(name: &str) -> String {
    form(name).replace('+', "%20")
}

fn plain(name: &str) -> String {
    name.to_owned()
}

const ODD: &[&str] = &["%41", "100%25", "a b", "a%2Fb", "a+b", "plain", "ü"];
const DEEP: &[&str] = &["50%25/x", "C++/x", "a%2Fb/y", "pfx/C++/x+y", "pfx/C++/z%41", "pfx/d e/x"];

#[tokio::test]
async fn names_are_what_the_server_has_however_it_writes_them() {
    for write in [form, percent, plain] {
        let server = lister(ODD, write).await;
        let client = server.client();
        assert_eq!(names(&client, &query("", false)).await.unwrap(), ODD);
        // What was learned is not asked again.
        let asked = server.asked().len();
        assert!(asked <= 8, "{asked} requests");
        assert_eq!(names(&client, &query("", false)).await.unwrap(), ODD);
        assert_eq!(server.asked().len(), asked + 1);
    }
}

#[tokio::test]
async fn prefixes_are_read_by_themselves_whatever_keys_are() {
    fn keys_alone(name: &str) -> String {
        if name.ends_with('/') { plain(name) } else { form(name) }
    }
    for write in [form, percent, plain, keys_alone] {
        let client = lister(DEEP, write).await.client();
        let level = names(&client, &query("", true)).await.unwrap();
        assert_eq!(level, ["50%25/", "C++/", "a%2Fb/", "pfx/"]);
        assert_eq!(names(&client, &query("50%25/", true)).await.unwrap(), ["x"]);
        assert_eq!(names(&client, &query("pfx/C++/", true)).await.unwrap(), ["x+y", "z%41"]);
        assert_eq!(names(&client, &query("pfx/", true)).await.unwrap(), ["C++/", "d e/"]);
    }
}

#[tokio::test]
async fn keys_that_read_the_same_both_ways_cost_nothing() {
    let server = lister(&["a b", "plain/x", "ü"], plain).await;
    assert_eq!(names(&server.client(), &query("", false)).await.unwrap().len(), 3);
    assert_eq!(server.asked().len(), 1);
    // What AWS says of its answers is believed.
    let server = lister(ODD, form).await;
    let client = server.client_as(Provider::Aws);
    assert_eq!(names(&client, &query("", false)).await.unwrap(), ODD);
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn two_keys_that_look_like_one_encoded_are_told_apart() {
    const BOTH: &[&str] = &["a b", "a%20b", "a+b", "x%2520y", "x%20y", "x y"];
    for write in [form, percent, plain] {
        let client = lister(BOTH, write).await.client();
        let mut expected = BOTH.to_vec();
        expected.sort_unstable();
        assert_eq!(names(&client, &query("", false)).await.unwrap(), expected);
    }
}

/// As [`lister`], of unfinished uploads.
async fn uploads(keys: &'static [&'static str], write: fn(&str) -> String) -> Scripted {
    scripted_by(move |asked| {
        if asked.line.starts_with("DELETE") {
            return refusal(404, "NoSuchUpload");
        }
        let wanted = asked.query("prefix").unwrap_or_default();
        let after = asked.query("key-marker").unwrap_or_default();
        let found = |key: &&&str| key.starts_with(&wanted) && ***key > *after;
        let rest: Vec<&&str> = keys.iter().filter(found).collect();
        let most = asked.query("max-uploads").and_then(|most| most.parse().ok()).unwrap_or(2);
        let mut inner = String::new();
        for key in rest.iter().take(most) {
            let text = if asked.query("encoding-type").is_some() { write(key) } else { plain(key) };
            inner += &format!("<Upload><Key>{text}</Key><UploadId>{key}</UploadId></Upload>");
        }
        if rest.len() > most {
            // Swift leaves the marker as it is.
            let last = rest[most - 1];
            inner += &format!(
                "<IsTruncated>true</IsTruncated><NextKeyMarker>{last}</NextKeyMarker>\
                 <NextUploadIdMarker>{last}</NextUploadIdMarker>"
            );
        }
        xml(200, &format!("<ListMultipartUploadsResult>{inner}</ListMultipartUploadsResult>"))
    })
    .await
}

#[tokio::test]
async fn uploads_have_the_keys_they_were_begun_with() {
    for write in [form, percent, plain] {
        let server = uploads(ODD, write).await;
        let client = server.client();
        let (mut found, mut next) = (Vec::new(), None);
        loop {
            let page =
                client.uploads_page(&bucket(), &Prefix::new(""), next.as_ref()).await.unwrap();
            found.extend(page.uploads.into_iter().map(|upload| upload.object.key.to_string()));
            next = page.next;
            if next.is_none() {
                break;
            }
        }
        assert_eq!(found, ODD);
    }
}

#[tokio::test]
async fn an_abort_that_does_not_find_the_upload_is_believed_where_it_is_gone() {
    let server = uploads(&["listed"], plain).await;
    let client = server.client();
    let error =
        client.abort_for_good(&object("listed"), &UploadId("listed".into())).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NoSuchUpload);
    assert!(error.detail.contains("still lists it"), "{error:?}");
    client.abort_for_good(&object("gone"), &UploadId("gone".into())).await.unwrap();
}

#[tokio::test]
async fn no_upload_at_all_may_be_answered_with_404_where_the_bucket_is_there() {
    let there = [&*refusal(404, "NoSuchUpload"), &page("")];
    let server = scripted(&there).await;
    let page = server.client().uploads_page(&bucket(), &Prefix::new(""), None).await.unwrap();
    assert_eq!(page.uploads, []);
    let gone = [&*refusal(404, "NoSuchUpload"), &*refusal(404, "NoSuchBucket")];
    let server = scripted(&gone).await;
    let error = server.client().uploads_page(&bucket(), &Prefix::new(""), None).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NoSuchUpload);
}

// ─── the end of a listing ───

#[tokio::test]
async fn rows_that_a_servers_token_leaves_out_are_asked_for_by_name() {
    // LocalStack compares the name in its token with names in their encoded form.
    let server = scripted_by(|asked| {
        let keys = ["a/1", "a/2", "a/3", "\u{fc}/1", "\u{fc}/2", "\u{fc}/3"];
        let token = asked.query("continuation-token");
        let start = asked.query("start-after");
        let write = if asked.query("encoding-type").is_some() { form } else { plain };
        let held = |key: &&&str| match (&token, &start) {
            (Some(token), _) => write(key) >= *token,
            (_, Some(start)) => write(key) > *start,
            _ => true,
        };
        let rest: Vec<&str> = keys.iter().filter(held).copied().collect();
        let inner: String = rest.iter().take(2).map(|key| rows(&[&write(key)])).collect();
        let more = rest.get(2).map_or("<IsTruncated>false</IsTruncated>".to_owned(), |next| {
            format!(
                "<IsTruncated>true</IsTruncated>\
                 <NextContinuationToken>{next}</NextContinuationToken>"
            )
        });
        xml(200, &format!("<ListBucketResult>{inner}{more}</ListBucketResult>"))
    })
    .await;
    let client = server.client();
    let mut pages = windlass::s3::ops::pages::Pages::new(&client, query("", false));
    let mut found = Vec::new();
    while let Some(page) = pages.next().await.unwrap() {
        found.extend(page.rows().map(|row| row.name.to_owned()));
    }
    assert_eq!(found, ["a/1", "a/2", "a/3", "\u{fc}/1", "\u{fc}/2", "\u{fc}/3"]);
}
