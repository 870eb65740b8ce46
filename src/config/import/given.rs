//! Reads connections from the variables of s5cmd and the AWS SDKs, and from a credentials file.

use crate::config::draft::DraftKeys;
use crate::config::import::{Import, Told, mc, rclone, s3cmd};
use crate::config::ini::{IniSection, sections};

/// Variables that name a server, that of s5cmd first.
const ENDPOINTS: [&str; 3] = ["S3_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"];
const ID: &str = "AWS_ACCESS_KEY_ID";
const SECRET: &str = "AWS_SECRET_ACCESS_KEY";

/// The server and the keys that the environment names; the keys stay there. `None` where it names
/// no server.
pub fn environment(variable: impl Fn(&str) -> Option<String>) -> Option<Import> {
    let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
    let (named, endpoint) = ENDPOINTS.iter().find_map(|name| Some((*name, variable(name)?)))?;
    let region = variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION"));
    let told = Told {
        endpoint: Some(endpoint),
        region: region.as_deref(),
        chain: true,
        ..Told::default()
    };
    let draft = told.draft("environment").map(|mut draft| {
        let lasting = variable("AWS_SESSION_TOKEN").is_none();
        if lasting && variable(ID).is_some() && variable(SECRET).is_some() {
            draft.keys = DraftKeys::Variables {
                access_key_id: ID.to_owned(),
                secret_access_key: SECRET.to_owned(),
            };
        }
        draft
    });
    Some(Import { name: named.to_owned(), draft })
}

/// A file that somebody names: by what is in it, of one program or another.
///
/// # Errors
/// Why nothing in it can be read.
pub fn file(text: &str) -> Result<Vec<Import>, String> {
    if text.trim_start().starts_with('{') {
        return named(mc(text)?);
    }
    if text.contains("RCLONE_ENCRYPT_V") {
        return rclone(text);
    }
    let all = sections(text);
    let has = |key: &str| all.iter().any(|section| section.get(key).is_some());
    if has("type") && !has("aws_access_key_id") {
        return named(rclone(text)?);
    }
    if has("host_base") || has("access_key") {
        return named(s3cmd(text));
    }
    let keyed = all.iter().filter(|section| section.get("aws_access_key_id").is_some());
    named(keyed.map(profile).collect())
}

fn named(imports: Vec<Import>) -> Result<Vec<Import>, String> {
    if imports.is_empty() {
        let why = "no keys were found in it: expected [sections] with aws_access_key_id, or a file \
                   of rclone, s3cmd or mc";
        return Err(why.to_owned());
    }
    Ok(imports)
}

/// As `--credentials-file` of s5cmd takes it.
fn profile(section: &IniSection) -> Import {
    let name = section.name.strip_prefix("profile ").unwrap_or(&section.name).trim();
    let told = Told {
        endpoint: section.get("endpoint_url").map(str::to_owned),
        region: section.get("region"),
        id: section.get("aws_access_key_id"),
        secret: section.get("aws_secret_access_key"),
        token: section.get("aws_session_token"),
        ..Told::default()
    };
    Import { name: name.to_owned(), draft: told.draft(name) }
}
