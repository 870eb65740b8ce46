//! Tests what is read of the files of other programs, and what is said of those that cannot be
//! read.

use proptest::prelude::*;

use super::given::{environment, file};
use super::*;

const ID: &str = "0123456789abcdef0123456789abcdef";

fn lines(imports: &[Import]) -> Vec<String> {
    let line = |import: &Import| match &import.draft {
        Ok(draft) => {
            let connection = draft.connection(None).unwrap();
            let endpoint = connection.endpoint.unwrap_or_default();
            let region = connection.region.unwrap_or_default();
            let keys = match &draft.keys {
                DraftKeys::Given { keys, .. } => keys.access_key_id.clone(),
                other => format!("{other:?}"),
            };
            format!("{} {} {endpoint} {region} {keys}", import.name, connection.provider)
        }
        Err(why) => format!("{}: {why}", import.name),
    };
    imports.iter().map(line).collect()
}

#[test]
fn remotes_of_rclone_are_offered() {
    let text = format!(
        "[r2]\ntype = s3\nprovider = Cloudflare\naccess_key_id = K\nsecret_access_key = \
         hush\nregion = auto\n\
         endpoint = https://{ID}.eu.r2.cloudflarestorage.com\n[drive]\ntype = drive\n\
         [lab]\ntype = s3\nprovider = Minio\nendpoint = minio:9000\naccess_key_id = \
         K\nsecret_access_key = h\n\
         [aws]\ntype = s3\nprovider = AWS\nenv_auth = true\nregion = eu-west-1\n\
         [w]\ntype = s3\nprovider = Wasabi\nregion = eu-central-1\naccess_key_id = \
         K\nsecret_access_key = h\n\
         [half]\ntype = s3\naccess_key_id = K\n[web]\ntype = s3\nendpoint = \
         https://pub-{ID}.r2.dev\n"
    );
    let imports = rclone(&text).unwrap();
    let lines = lines(&imports);
    assert_eq!(lines[0], format!("r2 r2 https://{ID}.eu.r2.cloudflarestorage.com auto K"));
    assert!(lines[1].starts_with("lab: its endpoint"), "{}", lines[1]);
    assert_eq!(lines[2], "aws aws  eu-west-1 Profile(None)");
    assert_eq!(lines[3], "w wasabi https://s3.eu-central-1.wasabisys.com eu-central-1 K");
    assert_eq!(lines[4], "half: it has an access key and no secret");
    assert!(lines[5].contains("public address of one bucket"));
    assert_eq!(lines.len(), 6);
    assert!(!format!("{imports:?}").contains("hush"));
}

#[test]
fn an_encrypted_file_of_rclone_is_said() {
    let text = "# Encrypted rclone configuration File\n\nRCLONE_ENCRYPT_V0:\nabcd==\n";
    assert!(rclone(text).unwrap_err().contains("rclone config show"));
}

#[test]
fn the_server_of_s3cmd_is_offered() {
    let text = "[default]\naccess_key = K\nsecret_key = h\nhost_base = localhost:9000\nuse_https = \
                False\n\
                bucket_location = US\n";
    assert_eq!(lines(&s3cmd(text)), ["s3cmd s3 http://localhost:9000 us-east-1 K"]);
    let aws = "[default]\naccess_key = K\nsecret_key = h\nhost_base = s3.amazonaws.com\n";
    assert_eq!(lines(&s3cmd(aws)), ["s3cmd aws   K"]);
    assert_eq!(s3cmd("nothing"), []);
}

#[test]
fn the_aliases_of_mc_are_offered_without_its_examples() {
    let text = r#"{"version":"10","aliases":{
        "gcs":{"url":"https://storage.googleapis.com",
            "accessKey":"YOUR-ACCESS-KEY-HERE","secretKey":"x"},
        "local":{"url":"http://localhost:9000","accessKey":"","secretKey":""},
        "lab":{"url":"https://minio.example.com","accessKey":"K","secretKey":"h","api":"S3v4",
            "path":"auto"}}}"#;
    assert_eq!(lines(&mc(text).unwrap()), ["lab s3 https://minio.example.com us-east-1 K"]);
    assert!(mc("{\n\"a\":").unwrap_err().contains("line 2"));
    assert_eq!(mc("{}").unwrap(), []);
}

proptest! {
    #[test]
    fn no_text_breaks_them(text in "(\\PC|\\n|\\[|\\]|=|type = s3\n|endpoint)*") {
        let _ = rclone(&text);
        let _ = s3cmd(&text);
        let _ = mc(&text);
        let _ = file(&text);
    }
}

#[test]
fn the_server_of_the_environment_is_offered_and_its_keys_stay_there() {
    let of = |set: &[(&str, &str)]| {
        let set: Vec<(String, String)> =
            set.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        environment(move |wanted| {
            set.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone())
        })
    };
    let keys = [("AWS_ACCESS_KEY_ID", "AKIA"), ("AWS_SECRET_ACCESS_KEY", "hush")];
    assert_eq!(of(&keys), None);
    let server = ("S3_ENDPOINT_URL", "http://localhost:9000");
    let found = of(&[server, keys[0], keys[1]]).unwrap();
    let draft = found.draft.as_ref().unwrap();
    let variables = DraftKeys::Variables {
        access_key_id: "AWS_ACCESS_KEY_ID".to_owned(),
        secret_access_key: "AWS_SECRET_ACCESS_KEY".to_owned(),
    };
    assert_eq!((found.name.as_str(), &draft.keys), ("S3_ENDPOINT_URL", &variables));
    let DraftServer::Other { endpoint, .. } = &draft.server else { panic!("{draft:?}") };
    assert_eq!(endpoint, "http://localhost:9000");
    let passing = of(&[server, keys[0], keys[1], ("AWS_SESSION_TOKEN", "t")]).unwrap();
    assert_eq!(passing.draft.unwrap().keys, DraftKeys::Profile(None));
    assert!(of(&[("S3_ENDPOINT_URL", "no address")]).unwrap().draft.is_err());
}

#[test]
fn a_file_that_is_named_is_read_as_what_it_is() {
    let aws = "[default]\naws_access_key_id = K\naws_secret_access_key = hush\n\
               [profile lab]\naws_access_key_id = L\naws_secret_access_key = h\n\
               endpoint_url = http://localhost:9000\n[empty]\nregion = x\n";
    let imports = file(aws).unwrap();
    assert_eq!(lines(&imports), ["default aws   K", "lab s3 http://localhost:9000 us-east-1 L"]);
    assert!(!format!("{imports:?}").contains("hush"));
    let rclone = "[r]\ntype = s3\nprovider = AWS\naccess_key_id = K\nsecret_access_key = h\n";
    assert_eq!(lines(&file(rclone).unwrap()), ["r aws   K"]);
    let s3cmd = "[default]\naccess_key = K\nsecret_key = h\nhost_base = localhost:9000\n";
    assert_eq!(file(s3cmd).unwrap()[0].name, "s3cmd");
    assert!(file("{\"aliases\":{}}").unwrap_err().contains("aws_access_key_id"));
    assert!(file("just words").is_err());
    let half = file("[a]\naws_access_key_id = K\n").unwrap();
    assert!(half[0].draft.as_ref().unwrap_err().contains("no secret"));
}
