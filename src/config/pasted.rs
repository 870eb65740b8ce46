//! Reads the keys of a connection from a pasted block: shell variables, JSON, an AWS file, a
//! token's page.

use serde_json::Value;

use crate::config::pasted_address::{PastedAddress, is_account, is_address, point};
use crate::config::secret::Secret;

/// What was found; the first of each kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pasted {
    /// An address, or the digits of an account; still to be read by [`point`].
    pub address: Option<String>,
    pub access_key_id: Option<String>,
    pub secret_access_key: Option<Secret>,
    pub session_token: Option<Secret>,
    pub region: Option<String>,
    pub bucket: Option<String>,
    pub profile: Option<String>,
    /// A token for Cloudflare's own API was among it, which is no S3 key.
    pub api_token: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Address,
    KeyId,
    Secret,
    SessionToken,
    Region,
    Bucket,
    Profile,
    ApiToken,
}

/// The longest text that is looked through: what is longer is no block of settings.
const LONGEST: usize = 64 * 1024;

/// The digits of an R2 key pair.
const R2_KEY_ID: usize = 32;
const R2_SECRET: usize = 64;

impl Pasted {
    /// Reads a block; `None` where nothing in it has a label, so that it is a value for one field.
    pub fn read(text: &str) -> Option<Pasted> {
        if text.len() > LONGEST {
            return None;
        }
        let mut found = Pasted::default();
        match serde_json::from_str::<Value>(text.trim()) {
            Ok(value @ (Value::Object(_) | Value::Array(_))) => found.take_json(&value),
            _ => found.take_lines(text),
        }
        (found != Pasted::default()).then_some(found)
    }

    /// The address that was pasted, parsed.
    pub fn pasted_address(&self) -> Option<Result<PastedAddress, String>> {
        point(self.address.as_ref()?).transpose()
    }

    fn take(&mut self, kind: Kind, value: &str) {
        let value = value.trim();
        if value.is_empty() || is_placeholder(value) {
            return;
        }
        let keep = |place: &mut Option<String>| {
            place.get_or_insert_with(|| value.to_owned());
        };
        let hide = |place: &mut Option<Secret>| {
            place.get_or_insert_with(|| Secret::new(value));
        };
        match kind {
            Kind::Address => keep(&mut self.address),
            Kind::KeyId => keep(&mut self.access_key_id),
            Kind::Secret => hide(&mut self.secret_access_key),
            Kind::SessionToken => hide(&mut self.session_token),
            Kind::Region => keep(&mut self.region),
            Kind::Bucket => keep(&mut self.bucket),
            Kind::Profile => keep(&mut self.profile),
            Kind::ApiToken => self.api_token = true,
        }
    }

    fn take_json(&mut self, value: &Value) {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    match (kind_of(name), value) {
                        (Some(kind), Value::String(text)) => self.take(kind, text),
                        (_, inner) => self.take_json(inner),
                    }
                }
            }
            Value::Array(values) => values.iter().for_each(|value| self.take_json(value)),
            _ => {}
        }
    }

    /// `LABEL=value`, `label: value`, or a label with its value on the next line.
    fn take_lines(&mut self, text: &str) {
        let mut label = None;
        let mut bare = Vec::new();
        // Terminals paste a line's end as a carriage return.
        for line in text.split(['\n', '\r']).map(str::trim).filter(|line| !line.is_empty()) {
            if let Some((kind, value)) = assignment(line) {
                label = value.is_empty().then_some(kind);
                self.take(kind, value);
            } else if let Some(kind) = kind_of(line) {
                label = Some(kind);
            } else if let Some(kind) = label.take() {
                self.take(kind, unquoted(line));
            } else {
                bare.push(unquoted(line));
            }
        }
        let labelled = *self != Pasted::default();
        self.take_bare(&bare, labelled);
    }

    /// Values without labels tell by their shape what they are, where there is more than one thing.
    fn take_bare(&mut self, lines: &[&str], labelled: bool) {
        let words: Vec<&str> = lines.iter().flat_map(|line| line.split_whitespace()).collect();
        if !labelled && words.len() < 2 {
            return;
        }
        // An account looks as a key id does: the one beside a lone secret is a key id.
        let has_secret = |word: &&&str| word.len() == R2_SECRET && is_hex(word);
        let secret = words.iter().find(has_secret);
        for word in &words {
            if word.contains("://") || (word.contains(".r2.") && is_address(word)) {
                self.take(Kind::Address, word);
            } else if Some(word) == secret {
                self.take(Kind::Secret, word);
            } else if is_key_id(word, secret.is_some()) {
                self.take(Kind::KeyId, word);
            }
        }
    }
}

/// R2's beside a secret, AWS's anywhere.
fn is_key_id(word: &str, beside_secret: bool) -> bool {
    (beside_secret && word.len() == R2_KEY_ID && is_hex(word))
        || (word.len() == 20 && word.starts_with("AKIA"))
}

fn is_hex(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// `<ACCESS_KEY>`, `YOUR_SECRET`, `****`: an example that was pasted as it stands.
fn is_placeholder(value: &str) -> bool {
    let bracketed = value.starts_with('<') && value.ends_with('>');
    let dotted = value.chars().all(|each| matches!(each, '*' | '•' | '.' | 'x' | 'X' | '…'));
    let upper = value.to_ascii_uppercase();
    bracketed
        || dotted
        || upper.starts_with("YOUR_")
        || upper.starts_with("YOUR-")
        || value.starts_with("${")
}

/// The label of a line and what stands behind it; a value may be missing.
fn assignment(line: &str) -> Option<(Kind, &str)> {
    let line = line.trim_start_matches(['-', '*', '•']).trim_start();
    let line = ["export ", "set ", "setx ", "$env:", "declare -x "]
        .iter()
        .find_map(|word| strip_word(line, word))
        .unwrap_or(line);
    for separator in ['=', ':', '\t'] {
        let Some((name, value)) = line.split_once(separator) else { continue };
        if let Some(kind) = kind_of(name) {
            return Some((kind, unquoted(value)));
        }
    }
    let (name, value) = line.split_once(char::is_whitespace)?;
    let named = name.contains('_') || name.contains("Key");
    kind_of(name).filter(|_| named).map(|kind| (kind, unquoted(value)))
}

fn strip_word<'a>(line: &'a str, word: &str) -> Option<&'a str> {
    let start = line.get(..word.len())?;
    start.eq_ignore_ascii_case(word).then(|| line[word.len()..].trim_start())
}

fn unquoted(value: &str) -> &str {
    let value = value.trim().trim_end_matches([';', ',']).trim_end();
    let quoted = |quote| value.strip_prefix(quote).and_then(|inner| inner.strip_suffix(quote));
    quoted('"').or_else(|| quoted('\'')).or_else(|| quoted('`')).unwrap_or(value).trim()
}

/// What a label names, however it is written.
fn kind_of(label: &str) -> Option<Kind> {
    if label.len() > 60 {
        return None;
    }
    let plain: String = label
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|each| each.to_ascii_lowercase())
        .collect();
    let is = |names: &[&str]| names.contains(&plain.as_str());
    let ends = |names: &[&str]| names.iter().any(|name| plain.ends_with(name));
    if ends(&["secretaccesskey", "secretkey"])
        || is(&["secret", "applicationkey", "r2secret", "s3secret"])
    {
        Some(Kind::Secret)
    } else if ends(&["accesskeyid", "accesskey"]) || is(&["keyid", "applicationkeyid", "r2keyid"]) {
        Some(Kind::KeyId)
    } else if ends(&["sessiontoken", "securitytoken"]) {
        Some(Kind::SessionToken)
    } else if ends(&["endpointurl", "endpointurls3", "endpoint", "hostbase", "accountid", "s3api"])
        || is(&["url", "host", "jurisdictionspecificendpointsfors3clients"])
        || ends(&["endpointsfors3clients"])
    {
        Some(Kind::Address)
    } else if is(&["region", "awsregion", "awsdefaultregion", "bucketlocation"]) {
        Some(Kind::Region)
    } else if is(&["bucket", "bucketname", "r2bucket", "s3bucket", "r2bucketname", "s3bucketname"])
    {
        Some(Kind::Bucket)
    } else if is(&["awsprofile", "profile"]) {
        Some(Kind::Profile)
    } else if is(&["tokenvalue", "apitoken", "cloudflareapitoken"]) {
        Some(Kind::ApiToken)
    } else {
        None
    }
}

/// Why a key id and secret cannot be what R2 gave out; `None` where they can.
pub fn doubt_r2_keys(access_key_id: &str, secret: &str) -> Option<String> {
    let fits = access_key_id.len() == R2_KEY_ID && is_hex(access_key_id);
    if !fits && !access_key_id.is_empty() {
        if access_key_id.len() == R2_SECRET && is_hex(access_key_id) {
            return Some("64 digits are R2's secret: the access key id has 32".to_owned());
        }
        return Some("R2's access key ids have 32 hexadecimal digits".to_owned());
    }
    if secret.is_empty() || (secret.len() == R2_SECRET && is_hex(secret)) {
        return None;
    }
    if is_account(secret) {
        return Some("32 digits are an id: R2's secret has 64".to_owned());
    }
    if secret.len() == 40 || secret.starts_with("cf") {
        return Some(
            "this looks like the token for Cloudflare's own API: the secret access key stands \
             below it on the same page, with 64 digits"
                .to_owned(),
        );
    }
    Some(format!("R2's secrets have 64 hexadecimal digits; these are {}", secret.chars().count()))
}

#[cfg(test)]
mod tests;
