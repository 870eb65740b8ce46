//! Reads the connections in files of rclone, s3cmd, mc and the AWS CLI.

pub mod given;

use serde_json::Value;

use crate::config::connection::KnownBucket;
use crate::config::connection_options::ConnectionOptions;
use crate::config::draft::{Draft, DraftKeys, DraftServer, Keep};
use crate::config::ini::{IniSection, sections};
use crate::config::pasted_address::{PastedServer, point};
use crate::config::r2::Jurisdictions;
use crate::config::secret::Secret;
use crate::config::secrets_file::SigningKeys;
use crate::domain::address::ConnectionName;
use crate::domain::provider::Provider;

/// One of them, or why it cannot be taken over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    pub name: String,
    pub draft: Result<Draft, String>,
}

/// What a file of another program says of a server.
#[derive(Default)]
struct Told<'a> {
    endpoint: Option<String>,
    region: Option<&'a str>,
    id: Option<&'a str>,
    secret: Option<&'a str>,
    token: Option<&'a str>,
    profile: Option<&'a str>,
    provider: Option<Provider>,
    /// Keys come from the environment or a machine's role.
    chain: bool,
}

/// `rclone.conf`: the remotes of type s3.
///
/// # Errors
/// Why nothing in it can be read.
pub fn rclone(text: &str) -> Result<Vec<Import>, String> {
    if text.contains("RCLONE_ENCRYPT_V") {
        let sentence = "rclone.conf is encrypted: run rclone config show, copy what it prints, and \
                        paste it into the form";
        return Err(sentence.to_owned());
    }
    let of_s3 = |section: &&IniSection| section.get("type") == Some("s3");
    Ok(sections(text).iter().filter(of_s3).map(rclone_remote).collect())
}

fn rclone_remote(section: &IniSection) -> Import {
    let told = Told {
        endpoint: section.get("endpoint").map(str::to_owned),
        region: section.get("region").filter(|region| *region != "other-v2-signature"),
        id: section.get("access_key_id"),
        secret: section.get("secret_access_key"),
        token: section.get("session_token"),
        profile: section.get("profile"),
        provider: section.get("provider").and_then(rclone_provider),
        chain: section.get("env_auth") == Some("true"),
    };
    Import { name: section.name.clone(), draft: told.draft(&section.name) }
}

fn rclone_provider(name: &str) -> Option<Provider> {
    match name.to_ascii_lowercase().as_str() {
        "cloudflare" => Some(Provider::R2),
        "google" | "gcs" => Some(Provider::Gcs),
        "ovhcloud" => Some(Provider::Ovh),
        name => Provider::ALL.into_iter().find(|provider| provider.id() == name),
    }
}

/// `.s3cfg`: one server.
pub fn s3cmd(text: &str) -> Vec<Import> {
    let all = sections(text);
    let Some(section) = all.iter().find(|each| each.name == "default").or_else(|| all.first())
    else {
        return Vec::new();
    };
    let scheme = if section.get("use_https").is_some_and(is_no) { "http" } else { "https" };
    let host = section.get("host_base").filter(|host| *host != "s3.amazonaws.com");
    let told = Told {
        endpoint: host.map(|host| format!("{scheme}://{host}")),
        region: section.get("bucket_location").filter(|region| *region != "US"),
        id: section.get("access_key"),
        secret: section.get("secret_key"),
        token: section.get("access_token"),
        ..Told::default()
    };
    if told.id.is_none() && told.endpoint.is_none() {
        return Vec::new();
    }
    vec![Import { name: "s3cmd".to_owned(), draft: told.draft("s3cmd") }]
}

fn is_no(value: &str) -> bool {
    matches!(value.to_ascii_lowercase().as_str(), "false" | "no" | "off" | "0")
}

/// mc's `config.json`: its aliases. Those that come with it and have no keys are left out.
///
/// # Errors
/// Why nothing in it can be read.
pub fn mc(text: &str) -> Result<Vec<Import>, String> {
    let read: Value = serde_json::from_str(text)
        .map_err(|error| format!("mc's config.json is not JSON at line {}", error.line()))?;
    let aliases = read.get("aliases").or_else(|| read.get("hosts")).and_then(Value::as_object);
    let Some(aliases) = aliases else { return Ok(Vec::new()) };
    let mut imports = Vec::new();
    for (name, alias) in aliases {
        let text =
            |key: &str| alias.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
        let example = |id: &str| id.starts_with("YOUR-ACCESS-KEY");
        let (Some(url), Some(id)) = (text("url"), text("accessKey")) else { continue };
        if example(id) {
            continue;
        }
        let told = Told {
            endpoint: Some(url.to_owned()),
            id: Some(id),
            secret: text("secretKey"),
            token: text("sessionToken"),
            ..Told::default()
        };
        imports.push(Import { name: name.clone(), draft: told.draft(name) });
    }
    Ok(imports)
}

impl Told<'_> {
    fn draft(self, name: &str) -> Result<Draft, String> {
        let mut buckets = Vec::new();
        let server = match self.endpoint.as_deref() {
            Some(endpoint) => {
                let pasted_address = point(endpoint)?;
                let pasted_address = pasted_address
                    .ok_or_else(|| format!("its endpoint {endpoint:?} is not an address"))?;
                if let Some(bucket) = pasted_address.bucket {
                    buckets.push(KnownBucket::from(bucket.as_str()));
                }
                self.server(pasted_address.server)?
            }
            None => self.without_endpoint()?,
        };
        let keys = match (self.id, self.secret, self.profile) {
            (Some(id), Some(secret), _) => DraftKeys::Given {
                keys: SigningKeys {
                    access_key_id: id.to_owned(),
                    secret_access_key: Secret::new(secret),
                    session_token: self.token.map(Secret::new),
                },
                keep: Keep::File,
            },
            (Some(_), None, _) => return Err("it has an access key and no secret".to_owned()),
            (None, _, Some(profile)) => DraftKeys::Profile(Some(profile.to_owned())),
            (None, _, None) if self.chain => DraftKeys::Profile(None),
            (None, _, None) => DraftKeys::Anonymous,
        };
        let options = ConnectionOptions { buckets, ..ConnectionOptions::default() };
        Ok(Draft { name: ConnectionName::new(name), server, keys, options })
    }

    fn server(&self, server: PastedServer) -> Result<DraftServer, String> {
        Ok(match server {
            PastedServer::R2 { account, jurisdiction } => DraftServer::R2 {
                account,
                jurisdictions: jurisdiction.map_or_else(Jurisdictions::all, Jurisdictions::from),
            },
            PastedServer::Aws { region } => {
                DraftServer::Aws { region: self.region.map(str::to_owned).or(region) }
            }
            PastedServer::Other { provider, endpoint, region } => {
                let named = self.provider.filter(|named| {
                    provider == Provider::Other && !matches!(named, Provider::Aws | Provider::R2)
                });
                let region = self.region.map(str::to_owned).or(region);
                DraftServer::Other { provider: named.unwrap_or(provider), endpoint, region }
            }
            PastedServer::Unsaid => {
                return Err("its endpoint names a bucket and no server".to_owned());
            }
        })
    }

    fn without_endpoint(&self) -> Result<DraftServer, String> {
        let region = self.region.map(str::to_owned);
        match self.provider {
            None | Some(Provider::Aws) => Ok(DraftServer::Aws { region }),
            Some(provider) => {
                let by_region =
                    region.as_deref().and_then(|region| provider.facts().endpoint_in(region));
                let endpoint = by_region.ok_or_else(|| "it names no endpoint".to_owned())?;
                Ok(DraftServer::Other { provider, endpoint, region })
            }
        }
    }
}

#[cfg(test)]
mod tests;
