//! Makes the endpoints of Cloudflare R2 from an account id and a jurisdiction.

use std::fmt;

use crate::domain::endpoint::Endpoint;
pub use crate::domain::jurisdiction::Jurisdiction;

/// The jurisdictions of an account that a connection shows as one; at least one, each once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jurisdictions(Vec<Jurisdiction>);

impl Jurisdictions {
    pub fn all() -> Jurisdictions {
        Jurisdictions(Jurisdiction::ALL.to_vec())
    }

    /// `None` where there is none.
    pub fn of(listed: impl IntoIterator<Item = Jurisdiction>) -> Option<Jurisdictions> {
        let mut each = Vec::new();
        for jurisdiction in listed {
            if !each.contains(&jurisdiction) {
                each.push(jurisdiction);
            }
        }
        (!each.is_empty()).then_some(Jurisdictions(each))
    }

    pub fn is_all(&self) -> bool {
        self.0.len() == Jurisdiction::ALL.len()
    }

    /// The one there is, where there is one alone.
    pub fn only(&self) -> Option<Jurisdiction> {
        match *self.0 {
            [one] => Some(one),
            _ => None,
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = Jurisdiction> {
        self.0.iter().copied()
    }

    /// The endpoints of an account, as [`endpoint`] reads it.
    pub fn endpoints(&self, account: &str) -> Result<Vec<(Jurisdiction, String)>, String> {
        self.iter().map(|each| Ok((each, endpoint(account, Some(each))?))).collect()
    }
}

impl From<Jurisdiction> for Jurisdictions {
    fn from(one: Jurisdiction) -> Jurisdictions {
        Jurisdictions(vec![one])
    }
}

impl fmt::Display for Jurisdictions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_all() {
            return f.write_str("all");
        }
        let names: Vec<_> = self.iter().map(Jurisdiction::name).collect();
        f.write_str(&names.join(", "))
    }
}

/// The jurisdictions that a host names, with the label that names them.
pub const LABELS: [(Jurisdiction, &str); 3] =
    [(Jurisdiction::Eu, "eu"), (Jurisdiction::Fedramp, "fedramp"), (Jurisdiction::Us, "us")];

/// The label between account id and domain.
fn label(jurisdiction: Jurisdiction) -> &'static str {
    match jurisdiction {
        Jurisdiction::Default => "",
        Jurisdiction::Eu => ".eu",
        Jurisdiction::Fedramp => ".fedramp",
        Jurisdiction::Us => ".us",
    }
}

fn of_host(host: &str) -> Option<Jurisdiction> {
    let named = |(_, label): &(_, &str)| host.ends_with(&format!(".{label}{DOMAIN}"));
    LABELS.into_iter().find(named).map(|(jurisdiction, _)| jurisdiction)
}

const DOMAIN: &str = ".r2.cloudflarestorage.com";
const ACCOUNT_DIGITS: usize = 32;

/// The endpoint of an account. `account` is the id, an R2 endpoint, or a URL of the dashboard; a
/// jurisdiction in a pasted endpoint holds where none is asked for.
///
/// # Errors
/// A sentence that says what was expected.
pub fn endpoint(account: &str, jurisdiction: Option<Jurisdiction>) -> Result<String, String> {
    let account = account.trim();
    // The digits in it are a bucket's, not the account's.
    if account.contains(".r2.dev") {
        return Err("expected the account id: that is the public address of one bucket".to_owned());
    }
    let id = account
        .split(|character: char| !character.is_ascii_alphanumeric())
        .find(|word| word.len() == ACCOUNT_DIGITS && word.bytes().all(|b| b.is_ascii_hexdigit()))
        .ok_or_else(|| {
            "expected the account id of 32 hexadecimal digits, or a URL of R2 or the dashboard \
             with it"
                .to_owned()
        })?
        .to_ascii_lowercase();
    let host = account.split("://").last().unwrap_or(account);
    let host = host.split(['/', ':']).next().unwrap_or(host).to_ascii_lowercase();
    let jurisdiction = jurisdiction.or_else(|| of_host(&host)).unwrap_or_default();
    Ok(format!("https://{id}{}{DOMAIN}", label(jurisdiction)))
}

/// The account and the jurisdiction that an endpoint of R2 names.
pub fn account_of(endpoint: &str) -> Option<(String, Jurisdiction)> {
    let read = Endpoint::complete(endpoint).ok()?;
    let host = read.host();
    let id = host.strip_suffix(DOMAIN)?.split('.').next()?;
    let whole = id.len() == ACCOUNT_DIGITS && id.bytes().all(|b| b.is_ascii_hexdigit());
    let jurisdiction = of_host(host).unwrap_or_default();
    whole.then(|| (id.to_owned(), jurisdiction))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0123456789abcdef0123456789ABCDEF";

    #[test]
    fn an_account_is_found_in_whatever_was_pasted() {
        let plain = "https://0123456789abcdef0123456789abcdef.r2.cloudflarestorage.com";
        for text in [
            ID.to_owned(),
            format!("https://{ID}.r2.cloudflarestorage.com/bucket"),
            format!("{ID}.r2.cloudflarestorage.com"),
            format!("https://dash.cloudflare.com/{ID}/r2/default/buckets/media"),
        ] {
            assert_eq!(endpoint(&text, None).unwrap(), plain, "{text}");
        }
        assert!(
            endpoint(&format!("https://pub-{ID}.r2.dev/a"), None).unwrap_err().contains("public")
        );
        assert!(endpoint("my-account", None).unwrap_err().contains("32 hexadecimal digits"));
    }

    #[test]
    fn an_endpoint_tells_its_account() {
        let eu = endpoint(ID, Some(Jurisdiction::Eu)).unwrap();
        assert_eq!(account_of(&eu), Some((ID.to_ascii_lowercase(), Jurisdiction::Eu)));
        for other in ["https://x.r2.cloudflarestorage.com", "http://127.0.0.1:9000", ""] {
            assert_eq!(account_of(other), None);
        }
    }

    #[test]
    fn a_jurisdiction_is_part_of_the_host() {
        let eu = "https://0123456789abcdef0123456789abcdef.eu.r2.cloudflarestorage.com";
        assert_eq!(endpoint(ID, Some(Jurisdiction::Eu)).unwrap(), eu);
        assert_eq!(endpoint(eu, None).unwrap(), eu);
        assert!(endpoint(eu, Some(Jurisdiction::Us)).unwrap().contains(".us.r2."));
        assert!(endpoint(ID, Some(Jurisdiction::Fedramp)).unwrap().contains(".fedramp.r2."));
    }
}
