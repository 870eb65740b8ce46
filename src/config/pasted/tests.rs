//! Blocks as dashboards, shells and files give them.

use proptest::prelude::*;

use super::*;

const ID: &str = "0123456789abcdef0123456789abcdef";
const KEY: &str = "fedcba9876543210fedcba9876543210";
const SECRET: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

fn read(text: &str) -> Pasted {
    let text = text.replace("ID32", ID).replace("KEY32", KEY).replace("SECRET64", SECRET);
    Pasted::read(&text).unwrap_or_default()
}

fn keys(pasted: &Pasted) -> (&str, &str) {
    let secret = pasted.secret_access_key.as_ref().map_or("", Secret::expose);
    (pasted.access_key_id.as_deref().unwrap_or_default(), secret)
}

#[test]
fn variables_of_a_shell_fill_the_fields() {
    for text in [
        "export AWS_ACCESS_KEY_ID=AKIA1\nexport AWS_SECRET_ACCESS_KEY='hush/+'\n\
         export AWS_DEFAULT_REGION=\"eu-west-1\"",
        "export AWS_ACCESS_KEY_ID=AKIA1\rexport AWS_SECRET_ACCESS_KEY=hush/+\r\
         export AWS_REGION=eu-west-1\r",
        "AWS_ACCESS_KEY_ID=AKIA1 \r\nAWS_SECRET_ACCESS_KEY=hush/+\r\nAWS_REGION=eu-west-1\r\n",
        "set AWS_ACCESS_KEY_ID=AKIA1\nset AWS_SECRET_ACCESS_KEY=hush/+\nset AWS_REGION=eu-west-1",
        "$Env:AWS_ACCESS_KEY_ID=\"AKIA1\"\n$Env:AWS_SECRET_ACCESS_KEY=\"hush/+\"\n\
         $Env:AWS_REGION=\"eu-west-1\"",
        "[default]\naws_access_key_id = AKIA1\naws_secret_access_key = hush/+\nregion = eu-west-1",
        "{\"Credentials\": {\"AccessKeyId\": \"AKIA1\", \"SecretAccessKey\": \"hush/+\"}, \
         \"region\": \"eu-west-1\"}",
        "access_key: AKIA1\nsecret_key: hush/+\nregion: eu-west-1",
        "setx AWS_ACCESS_KEY_ID AKIA1\nsetx AWS_SECRET_ACCESS_KEY hush/+\n\
         setx AWS_REGION eu-west-1",
    ] {
        let pasted = read(text);
        assert_eq!(keys(&pasted), ("AKIA1", "hush/+"), "{text}");
        assert_eq!(pasted.region.as_deref(), Some("eu-west-1"), "{text}");
    }
}

#[test]
fn the_page_of_an_r2_token_fills_the_fields() {
    let page = "R2 Account Token was successfully created\n\nToken value\nUse this token value for \
                authenticating against the Cloudflare API.\nabc-def_123\n\nUse the following \
                credentials for S3 clients:\nAccess Key ID\nKEY32\nSecret Access Key\nSECRET64\n\n\
                Use jurisdiction-specific endpoints for S3 clients:\n\
                https://ID32.r2.cloudflarestorage.com\n";
    let pasted = read(page);
    assert_eq!(keys(&pasted), (KEY, SECRET));
    assert!(pasted.api_token);
    let pasted_address = pasted.pasted_address().unwrap().unwrap();
    assert!(format!("{pasted_address:?}").contains(ID));
}

#[test]
fn values_without_labels_are_known_by_their_shape() {
    let pasted = read("KEY32\nSECRET64\nhttps://ID32.r2.cloudflarestorage.com");
    assert_eq!(keys(&pasted), (KEY, SECRET));
    assert!(pasted.address.is_some());
}

#[test]
fn one_value_alone_is_for_the_field_it_was_pasted_into() {
    for text in [
        "",
        "AKIA1",
        "ID32",
        "SECRET64",
        "https://ID32.r2.cloudflarestorage.com",
        "a b",
        "my bucket name",
    ] {
        let text = text.replace("ID32", ID).replace("SECRET64", SECRET);
        assert_eq!(Pasted::read(&text), None, "{text}");
    }
}

#[test]
fn an_example_that_was_not_filled_in_fills_nothing() {
    let text = "AWS_ACCESS_KEY_ID=<ACCESS_KEY_ID>\nAWS_SECRET_ACCESS_KEY=YOUR_SECRET\nregion=****";
    assert_eq!(Pasted::read(text), None);
}

#[test]
fn a_session_token_and_a_bucket_are_taken_too() {
    let pasted = read(
        "export AWS_SESSION_TOKEN=tok==\nS3_BUCKET=media\n\
         AWS_ENDPOINT_URL_S3=http://localhost:9000\nAWS_PROFILE=p",
    );
    assert_eq!(pasted.session_token, Some(Secret::new("tok==")));
    assert_eq!(pasted.bucket.as_deref(), Some("media"));
    assert_eq!(pasted.address.as_deref(), Some("http://localhost:9000"));
    assert_eq!(pasted.profile.as_deref(), Some("p"));
}

#[test]
fn what_a_token_of_r2_cannot_be_is_said() {
    assert_eq!(doubt_r2_keys(KEY, SECRET), None);
    assert_eq!(doubt_r2_keys("", ""), None);
    assert!(doubt_r2_keys("AKIA1", "").unwrap().contains("32 hexadecimal"));
    assert!(doubt_r2_keys(SECRET, "").unwrap().contains("R2's secret"));
    assert!(doubt_r2_keys(KEY, ID).unwrap().contains("an id"));
    assert!(doubt_r2_keys(KEY, &"a_".repeat(20)).unwrap().contains("Cloudflare's own API"));
    assert!(doubt_r2_keys(KEY, "short").unwrap().contains("these are 5"));
}

#[test]
fn a_secret_is_never_printed() {
    let pasted = read("aws_secret_access_key=hush\naws_access_key_id=a");
    assert!(!format!("{pasted:?}").contains("hush"));
}

proptest! {
    #[test]
    fn no_text_breaks_it(text in "(\\PC|\\n|=|:|\\{|\")*") {
        let _ = Pasted::read(&text);
    }
}
