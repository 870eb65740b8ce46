//! Tests every kind of address that people paste, and what is said of those that are not endpoints.

use proptest::prelude::*;

use super::*;

const ID: &str = "0123456789abcdef0123456789abcdef";

/// Server, bucket and prefix in one line.
fn read(text: &str) -> String {
    let found = match point(&text.replace("ID", ID)) {
        Ok(Some(found)) => found,
        Ok(None) => return "nothing".to_owned(),
        Err(why) => return why,
    };
    let server = match found.server {
        PastedServer::R2 { account, jurisdiction } => {
            assert_eq!(account, ID);
            format!("r2 {}", jurisdiction.map_or("?", Jurisdiction::name))
        }
        PastedServer::Aws { region } => format!("aws {}", region.unwrap_or_default()),
        PastedServer::Other { provider, endpoint, region } => {
            format!("{provider} {endpoint} {}", region.unwrap_or_default())
        }
        PastedServer::Unsaid => "unsaid".to_owned(),
    };
    let bucket = found.bucket.map_or_else(String::new, Bucket::into_string);
    format!("{} | {bucket} | {}", server.trim_end(), found.prefix).trim_end().to_owned()
}

#[test]
fn an_r2_account_is_found_in_every_address_of_it() {
    for (text, expected) in [
        ("ID", "r2 ? |  |"),
        ("  ID\n", "r2 ? |  |"),
        ("https://ID.r2.cloudflarestorage.com", "r2 default |  |"),
        ("ID.r2.cloudflarestorage.com", "r2 default |  |"),
        ("https://https://ID.r2.cloudflarestorage.com", "r2 default |  |"),
        ("https:://ID.r2.cloudflarestorage.com", "r2 default |  |"),
        ("https://ID.r2.cloudflarestorage.com/media", "r2 default | media |"),
        ("https://ID.r2.cloudflarestorage.com/media/a/b.jpg", "r2 default | media | a/"),
        ("https://ID.eu.r2.cloudflarestorage.com/media/", "r2 eu | media |"),
        ("https://ID.fedramp.r2.cloudflarestorage.com", "r2 fedramp |  |"),
        ("https://ID.us.r2.cloudflarestorage.com:443/", "r2 us |  |"),
        ("https://media.ID.r2.cloudflarestorage.com/x/y", "r2 default | media | x/"),
        ("https://media.ID.eu.r2.cloudflarestorage.com", "r2 eu | media |"),
        ("https://dash.cloudflare.com/ID/r2/overview", "r2 ? |  |"),
        ("https://dash.cloudflare.com/ID", "r2 ? |  |"),
        ("https://dash.cloudflare.com/ID/r2/default/buckets/media", "r2 default | media |"),
        ("https://dash.cloudflare.com/ID/r2/eu/buckets/media/settings", "r2 eu | media |"),
        ("https://dash.cloudflare.com/ID/r2/default/buckets/new", "r2 default |  |"),
        ("https://api.cloudflare.com/client/v4/accounts/ID/r2/buckets/media", "r2 ? | media |"),
    ] {
        assert_eq!(read(text), expected, "{text}");
    }
}

#[test]
fn an_account_in_capitals_is_the_same_account() {
    let shouted = format!("https://{}.R2.cloudflarestorage.com/Media", ID.to_uppercase());
    assert_eq!(read(&shouted), "r2 default | Media |");
}

#[test]
fn an_address_that_is_no_endpoint_is_explained() {
    for (text, expected) in [
        ("https://pub-ID.r2.dev/a.jpg", "public address of one bucket"),
        ("pub-ID.r2.dev", "public address of one bucket"),
        ("https://r2.cloudflarestorage.com/media", "account id is missing"),
        ("https://ACCOUNT.r2.cloudflarestorage.com", "\"account\" is not an account id"),
        ("https://dash.cloudflare.com/profile/api-tokens", "open R2 there"),
        ("https://developers.cloudflare.com/r2/", "a page of Cloudflare"),
        ("https://d-1.awsapps.com/start", "sign-in page of AWS"),
        ("http://localhost:9001/login", "MinIO's is on port 9000"),
        ("ftp://files.example.com/", "ftp:// is not a way"),
        ("https://", "no host"),
        ("https:///bucket", "no host"),
    ] {
        let said = read(text);
        assert!(said.contains(expected), "{text}: {said}");
    }
}

#[test]
fn other_servers_are_known_by_their_hosts() {
    for (text, expected) in [
        ("https://s3.eu-west-1.amazonaws.com/media/a/", "aws eu-west-1 | media | a/"),
        ("media.s3.eu-west-1.amazonaws.com", "aws eu-west-1 | media |"),
        ("https://my.site.s3-eu-west-1.amazonaws.com/x", "aws eu-west-1 | my.site |"),
        ("https://s3.dualstack.us-east-2.amazonaws.com", "aws us-east-2 |  |"),
        ("https://s3.amazonaws.com/media", "aws | media |"),
        (
            "https://eu-north-1.console.aws.amazon.com/s3/buckets/media?region=eu-north-1&\
             prefix=a%2Fb/",
            "aws eu-north-1 | media | a/b/",
        ),
        ("arn:aws:s3:::media/x/*", "aws | media | x/"),
        ("s3://media/photos/", "unsaid | media | photos/"),
        (
            "https://s3.us-west-004.backblazeb2.com/media",
            "b2 https://s3.us-west-004.backblazeb2.com us-west-004 | media |",
        ),
        (
            "https://media.s3.us-west-004.backblazeb2.com",
            "b2 https://s3.us-west-004.backblazeb2.com us-west-004 | media |",
        ),
        (
            "https://media.fra1.digitaloceanspaces.com/a/b",
            "digitalocean https://fra1.digitaloceanspaces.com fra1 | media | a/",
        ),
        ("https://storage.googleapis.com/media", "gcs https://storage.googleapis.com | media |"),
        ("localhost:9000", "s3 http://localhost:9000 |  |"),
        ("http://127.0.0.1:9000/media", "s3 http://127.0.0.1:9000 | media |"),
        ("https://s3.example.com/deep/path", "s3 https://s3.example.com/deep/path |  |"),
        (
            "http://127.0.0.1:8787/cdn-cgi/local/r2/s3/media",
            "r2 http://127.0.0.1:8787/cdn-cgi/local/r2/s3 | media |",
        ),
        (
            "https://ref.storage.supabase.co/storage/v1/s3",
            "supabase https://ref.storage.supabase.co/storage/v1/s3 |  |",
        ),
    ] {
        assert_eq!(read(text), expected, "{text}");
    }
}

#[test]
fn words_and_keys_are_no_addresses() {
    for text in ["", "media", "AKIAIOSFODNN7EXAMPLE", "my account", "a/b", "0123"] {
        assert_eq!(read(text), "nothing", "{text}");
    }
}

#[test]
fn keys_in_an_address_are_taken_out_of_it() {
    let found = point("https://AKIA:a%2Fb@minio.example.com:9000").unwrap().unwrap();
    assert_eq!(found.keys, Some(("AKIA".to_owned(), Secret::new("a/b"))));
    let PastedServer::Other { endpoint, .. } = found.server else { panic!() };
    assert_eq!(endpoint, "https://minio.example.com:9000");
}

#[test]
fn a_presigned_link_gives_its_server_and_bucket() {
    let text = format!("https://{ID}.r2.cloudflarestorage.com/media/a.jpg?X-Amz-Signature=ff&x=1");
    let found = point(&text).unwrap().unwrap();
    assert_eq!(found.bucket, Some("media".into()));
    assert!(found.remark.unwrap().contains("presigned"));
}

proptest! {
    #[test]
    fn nothing_that_is_pasted_breaks_it(text in "\\PC*") {
        let _ = point(&text);
        let _ = point(&format!("https://{text}"));
        let _ = point(&format!("{text}.r2.cloudflarestorage.com/{text}"));
    }
}
