//! Reads where a pasted address points: a server, a bucket on it, or a page that is no server.

use percent_encoding::percent_decode_str;

use crate::config::r2::{Jurisdiction, LABELS};
use crate::config::secret::Secret;
use crate::domain::address::{Bucket, Prefix};
use crate::domain::arn;
use crate::domain::endpoint::{Endpoint, host_of, is_loopback_name};
use crate::domain::provider::Provider;
use crate::domain::provider::facts::detect;

/// What could be read from an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastedAddress {
    pub server: PastedServer,
    pub bucket: Option<Bucket>,
    /// Up to the last `/` of the path.
    pub prefix: Prefix,
    /// What follows the bucket: a key, or a prefix with its last `/`.
    pub path: String,
    /// `https://ID:SECRET@host`
    pub keys: Option<(String, Secret)>,
    /// What was left out of it, in a sentence.
    pub remark: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PastedServer {
    /// A jurisdiction that the address does not say is `None`.
    R2 {
        account: String,
        jurisdiction: Option<Jurisdiction>,
    },
    Aws {
        region: Option<String>,
    },
    Other {
        provider: Provider,
        endpoint: String,
        region: Option<String>,
    },
    /// A bucket by its name alone.
    Unsaid,
}

const R2: &str = ".r2.cloudflarestorage.com";
const ACCOUNT_DIGITS: usize = 32;

/// Hosts of the AWS website, which are no endpoints.
const AWS_CONSOLE: [&str; 2] = ["console.aws.amazon.com", "s3.console.aws.amazon.com"];

/// Whether a text looks like an address at all, so that it is worth an explanation.
pub fn is_address(text: &str) -> bool {
    let text = text.trim();
    let host = text.split(['/', '?']).next().unwrap_or_default();
    !text.contains(char::is_whitespace)
        && (text.contains("://") || (host.contains('.') && host.len() > 3))
}

/// Reads an address; `Ok(None)` where the text is none.
///
/// # Errors
/// What the address is instead of an endpoint, and what to paste.
pub fn point(text: &str) -> Result<Option<PastedAddress>, String> {
    let text = text.trim().trim_matches(['"', '\'', '<', '>', '`']).trim_end_matches([',', ';']);
    if is_account(text) {
        return Ok(Some(pasted_address(r2(text, None))));
    }
    if let Some(split) = arn::split(text) {
        let (bucket, path) = split?;
        let found =
            pasted_address(PastedServer::Aws { region: arn::region(bucket).map(str::to_owned) });
        return Ok(Some(at(found, bucket, path)));
    }
    if let Some(rest) = text.strip_prefix("s3://").or_else(|| text.strip_prefix("r2://")) {
        return Ok(Some(with_path(pasted_address(PastedServer::Unsaid), rest)));
    }
    if !is_address(text) && !text.starts_with("localhost") {
        return Ok(None);
    }
    let url = Url::split(text)?;
    let mut pasted_address = by_host(&url)?;
    if let PastedServer::Other { endpoint, .. } = &pasted_address.server {
        Endpoint::parse(endpoint)?;
    }
    pasted_address.keys = url.keys.map(|(id, secret)| (id, Secret::new(secret)));
    if url.query.is_some_and(|query| query.to_ascii_lowercase().contains("signature=")) {
        let was = "that was a presigned link to one object: only its server and bucket were taken";
        pasted_address.remark = Some(was.to_owned());
    }
    Ok(Some(pasted_address))
}

/// The 32 hexadecimal digits of a Cloudflare account.
pub fn is_account(text: &str) -> bool {
    text.len() == ACCOUNT_DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

struct Url<'a> {
    scheme: &'a str,
    keys: Option<(String, String)>,
    /// Lower case, without port.
    host: String,
    /// As it was written, with its port.
    authority: String,
    /// The path without the first `/`.
    path: &'a str,
    query: Option<&'a str>,
}

impl<'a> Url<'a> {
    fn split(text: &'a str) -> Result<Url<'a>, String> {
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) => (scheme.trim_end_matches(':'), rest),
            None => ("", text),
        };
        // https://https://… is pasted into a field that had one already.
        let rest = rest.trim_start_matches("https://").trim_start_matches("http://");
        let rest = rest.split('#').next().unwrap_or(rest);
        let (rest, query) = match rest.split_once('?') {
            Some((rest, query)) => (rest, Some(query)),
            None => (rest, None),
        };
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (keys, authority) = match authority.rsplit_once('@') {
            Some((keys, authority)) => (keys.split_once(':'), authority),
            None => (None, authority),
        };
        let host = host_of(authority);
        if host.is_empty() {
            return Err("there is no host in this address".to_owned());
        }
        let scheme = match scheme {
            "https" | "http" => scheme,
            "" if is_loopback_name(host) => "http",
            "" => "https",
            other => {
                return Err(format!(
                    "{other}:// is not a way to an S3 server: paste an https:// address"
                ));
            }
        };
        let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        Ok(Url {
            scheme,
            keys: keys.map(|(id, secret)| (decode(id), decode(secret))),
            host: host.to_ascii_lowercase(),
            authority: authority.to_ascii_lowercase(),
            path,
            query,
        })
    }

    /// The parts of the path that are not empty.
    fn segments(&self) -> impl Iterator<Item = &'a str> {
        self.path.split('/').filter(|segment| !segment.is_empty())
    }
}

fn by_host(url: &Url<'_>) -> Result<PastedAddress, String> {
    let host = url.host.as_str();
    if let Some(before) = host.strip_suffix(R2) {
        return r2_endpoint(before, url);
    }
    if host == "r2.cloudflarestorage.com" {
        return Err("the account id is missing: an R2 endpoint is \
                    https://ACCOUNT.r2.cloudflarestorage.com, and the account id stands in your \
                    dashboard's address"
            .to_owned());
    }
    if host == "r2.dev" || host.ends_with(".r2.dev") {
        return Err(
            "that is the public address of one bucket: it hands out files and takes no keys. \
                    Paste the account id, or the S3 API address from the bucket's settings"
                .to_owned(),
        );
    }
    if host == "dash.cloudflare.com" {
        return dashboard(url);
    }
    if host == "api.cloudflare.com" {
        return cloudflare_api(url);
    }
    if host == "cloudflare.com"
        || host.ends_with(".cloudflare.com")
        || host.ends_with(".workers.dev")
    {
        return Err(
            "that is a page of Cloudflare, not an S3 endpoint: paste the account id of 32 \
                    hexadecimal digits, or an address with it"
                .to_owned(),
        );
    }
    if AWS_CONSOLE.contains(&host) || host.ends_with(".console.aws.amazon.com") {
        return Ok(aws_console(url));
    }
    if host == "aws.amazon.com" || host.ends_with(".awsapps.com") {
        return Err(
            "that is a sign-in page of AWS, not an S3 endpoint: choose AWS and a profile, which \
                    signs in for you"
                .to_owned(),
        );
    }
    if let Some(before) = host.strip_suffix(".amazonaws.com") {
        return Ok(aws(before, url));
    }
    if url.segments().next().is_some_and(|first| matches!(first, "browser" | "login" | "buckets")) {
        let console = "that is a web console: paste the address of its S3 API";
        let port = if url.authority.ends_with(":9001") { " (MinIO's is on port 9000)" } else { "" };
        return Err(format!("{console}{port}"));
    }
    Ok(other(url))
}

/// `<bucket>.<account>[.<jurisdiction>]` before R2's domain.
fn r2_endpoint(before: &str, url: &Url<'_>) -> Result<PastedAddress, String> {
    let (before, jurisdiction) = split_jurisdiction(before);
    let (bucket, account) = match before.rsplit_once('.') {
        Some((bucket, account)) => (Some(bucket), account),
        None => (None, before),
    };
    if !is_account(account) {
        return Err(format!(
            "{account:?} is not an account id: it has 32 hexadecimal digits and stands in your \
             dashboard's address"
        ));
    }
    let found = pasted_address(r2(account, Some(jurisdiction)));
    Ok(match bucket {
        Some(bucket) => at(found, bucket, url.path),
        None => with_path(found, url.path),
    })
}

fn split_jurisdiction(before: &str) -> (&str, Jurisdiction) {
    for (jurisdiction, label) in LABELS {
        let rest = before.strip_suffix(label).and_then(|rest| rest.strip_suffix('.'));
        if let Some(rest) = rest {
            return (rest, jurisdiction);
        }
    }
    (before, Jurisdiction::Default)
}

/// `dash.cloudflare.com/<account>/r2/<jurisdiction>/buckets/<bucket>`
fn dashboard(url: &Url<'_>) -> Result<PastedAddress, String> {
    let mut segments = url.segments().skip_while(|segment| !is_account(segment));
    let Some(account) = segments.next() else {
        return Err("this page of the dashboard has no account id in its address: open R2 there, \
                    and paste that address"
            .to_owned());
    };
    let rest: Vec<&str> = segments.collect();
    let (jurisdiction, bucket, rest) = match rest.as_slice() {
        ["r2", jurisdiction, "buckets", bucket, rest @ ..] => {
            (Jurisdiction::from_name(jurisdiction), Some(*bucket), rest)
        }
        _ => (None, None, &[][..]),
    };
    let found = pasted_address(r2(account, jurisdiction));
    let Some(bucket) = bucket.filter(|bucket| *bucket != "new") else { return Ok(found) };
    let path = match rest {
        ["objects", key, ..] => *key,
        _ => asked(url, "prefix").unwrap_or_default(),
    };
    Ok(at(found, bucket, path))
}

/// `api.cloudflare.com/client/v4/accounts/<account>/r2/buckets/<bucket>`
fn cloudflare_api(url: &Url<'_>) -> Result<PastedAddress, String> {
    let segments: Vec<&str> = url.segments().collect();
    match segments.as_slice() {
        ["client", "v4", "accounts", account, rest @ ..] if is_account(account) => {
            let bucket = match rest {
                ["r2", "buckets", bucket, ..] => Some(Bucket::new(*bucket)),
                _ => None,
            };
            let remark = Some(
                "that was Cloudflare's own API: Windlass talks to the account by S3".to_owned(),
            );
            Ok(PastedAddress { bucket, remark, ..pasted_address(r2(account, None)) })
        }
        _ => Err("that is an address of Cloudflare's API without an account id in it".to_owned()),
    }
}

/// A parameter of the query, as it is written.
fn asked<'a>(url: &Url<'a>, name: &str) -> Option<&'a str> {
    let pairs = url.query.unwrap_or_default().split('&');
    pairs.filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name).map(|pair| pair.1)
}

fn aws_console(url: &Url<'_>) -> PastedAddress {
    let region = asked(url, "region").map(str::to_owned);
    let found = pasted_address(PastedServer::Aws { region });
    let path = asked(url, "prefix").unwrap_or_default();
    let segments: Vec<&str> = url.segments().collect();
    match segments.as_slice() {
        ["s3", "buckets" | "object", bucket, ..] => at(found, bucket, path),
        _ => found,
    }
}

/// `s3`, `s3.<region>`, `<bucket>.s3.<region>`, `s3-<region>` and the dual-stack forms before AWS's
/// domain.
fn aws(before: &str, url: &Url<'_>) -> PastedAddress {
    let labels: Vec<&str> = before.split('.').collect();
    let at = labels.iter().rposition(|label| *label == "s3" || label.starts_with("s3-"));
    let Some(at) = at else { return pasted_address(PastedServer::Aws { region: None }) };
    let old_form = labels[at].strip_prefix("s3-").filter(|region| region.contains('-'));
    let region = labels[at + 1..].iter().find(|label| label.contains('-')).copied().or(old_form);
    let found = pasted_address(PastedServer::Aws { region: region.map(str::to_owned) });
    if at == 0 {
        return with_path(found, url.path);
    }
    self::at(found, &labels[..at].join("."), url.path)
}

fn other(url: &Url<'_>) -> PastedAddress {
    let root = format!("{}://{}", url.scheme, url.authority);
    let provider = detect(Some(&format!("{root}/{}", url.path)));
    let facts = provider.facts();
    // The endpoint of some providers goes on after the host.
    let own_path =
        facts.endpoint.as_deref().and_then(|url| url.split("://").nth(1)?.split_once('/'));
    if let Some((_, own)) = own_path {
        let rest = url.path.strip_prefix(own).unwrap_or_default();
        return with_path(
            server(provider, format!("{root}/{own}"), None),
            rest.trim_start_matches('/'),
        );
    }
    if let Some(rest) = url.path.strip_prefix("cdn-cgi/local/r2/s3") {
        let endpoint = format!("{root}/cdn-cgi/local/r2/s3");
        return with_path(server(Provider::R2, endpoint, None), rest.trim_start_matches('/'));
    }
    if facts.endpoint.is_some() {
        return of_known_provider(provider, url, root);
    }
    let segments: Vec<&str> = url.segments().collect();
    if segments.len() > 1 {
        let endpoint = format!("{root}/{}", url.path.trim_end_matches('/'));
        let remark =
            Some("everything after the host was taken for a part of the endpoint".to_owned());
        return PastedAddress { remark, ..server(provider, endpoint, None) };
    }
    with_path(server(provider, root, None), url.path)
}

/// The host may begin with the name of a bucket.
fn of_known_provider(provider: Provider, url: &Url<'_>, root: String) -> PastedAddress {
    let facts = provider.facts();
    let labels: Vec<&str> = url.host.split('.').collect();
    for at in 0..labels.len().saturating_sub(1) {
        let endpoint = format!("https://{}", labels[at..].join("."));
        let region = facts.region_in(&endpoint);
        if region.is_none() && facts.endpoint.as_deref() != Some(endpoint.as_str()) {
            continue;
        }
        let found = server(provider, endpoint, region);
        if at == 0 {
            return with_path(found, url.path);
        }
        return self::at(found, &labels[..at].join("."), url.path);
    }
    with_path(server(provider, root, None), url.path)
}

fn server(provider: Provider, endpoint: String, region: Option<String>) -> PastedAddress {
    pasted_address(PastedServer::Other { provider, endpoint, region })
}

fn r2(account: &str, jurisdiction: Option<Jurisdiction>) -> PastedServer {
    PastedServer::R2 { account: account.to_ascii_lowercase(), jurisdiction }
}

fn pasted_address(server: PastedServer) -> PastedAddress {
    let (prefix, path) = (Prefix::root(), String::new());
    PastedAddress { server, bucket: None, prefix, path, keys: None, remark: None }
}

/// The first part of a path is the bucket, the rest a key or prefix.
fn with_path(found: PastedAddress, path: &str) -> PastedAddress {
    let path = path.trim_start_matches('/');
    let (bucket, rest) = path.split_once('/').unwrap_or((path, ""));
    if bucket.is_empty() { found } else { at(found, bucket, rest) }
}

/// A bucket, and what follows it in an address.
fn at(found: PastedAddress, bucket: &str, path: &str) -> PastedAddress {
    let path = percent_decode_str(path).decode_utf8_lossy().into_owned();
    let prefix = Prefix::new(path.rfind('/').map_or("", |end| &path[..=end]));
    PastedAddress { bucket: Some(Bucket::new(bucket)), prefix, path, ..found }
}

#[cfg(test)]
mod tests;
