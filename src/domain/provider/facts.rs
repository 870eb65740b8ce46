//! Reads what is known of each provider from `assets/providers.toml`: endpoints, limits, what it
//! lacks.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::domain::endpoint::Endpoint;
use crate::domain::parts::PartLimits;
use crate::domain::provider::{Capability, Provider};
use crate::domain::units::Counted;

/// What is known of one provider.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    #[serde(rename = "id")]
    pub provider: Provider,
    /// As its maker writes it.
    pub name: String,
    /// The page the facts were read on.
    pub source: String,
    #[serde(default)]
    hosts: Vec<String>,
    /// With `{region}` or `{account}` to be filled in; `None` where every server has an address of
    /// its own.
    pub endpoint: Option<String>,
    pub style: Style,
    /// What is signed for where nobody says; `None` where it must be chosen.
    pub region: Option<String>,
    #[serde(default)]
    pub regions: Vec<String>,
    pub check: BodyCheck,
    /// Two keys that differ in their Unicode form alone are one object, stored in the composed form
    /// (NFC).
    #[serde(default)]
    pub one_unicode_form: bool,
    /// A write whose condition fails is refused, an object has the tags and locks that its write
    /// asked for, and a listing ends where the server says so.
    #[serde(default)]
    pub relied_upon: bool,
    /// The storage classes that are known; empty where none is.
    #[serde(default)]
    pub classes: Vec<String>,
    /// There are no classes but [`Facts::classes`].
    #[serde(default)]
    only_classes: bool,
    /// Unfinished uploads are aborted after so many days where no rule says otherwise.
    pub uploads_end_after_days: Option<u64>,
    #[serde(default)]
    pub parts: PartLimits,
    #[serde(default)]
    pub lacks: BTreeMap<Capability, String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Style {
    Path,
    VirtualHosted,
}

/// The digest of a body that the server is known to compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BodyCheck {
    #[serde(rename = "crc64nvme")]
    Crc64Nvme,
    ContentMd5,
}

impl Facts {
    /// Whether a host name, in lower case, ends in one of the provider's.
    pub fn owns(&self, host: &str) -> bool {
        self.hosts.iter().any(|known| {
            host.strip_suffix(known.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        })
    }

    /// The region that an endpoint of this provider names.
    pub fn region_in(&self, endpoint: &str) -> Option<String> {
        let (before, after) = self.endpoint.as_ref()?.split_once("{region}")?;
        let rest = endpoint.trim_end_matches('/').strip_prefix(before)?.strip_suffix(after)?;
        (!rest.is_empty() && !rest.contains(['.', '/'])).then(|| rest.to_owned())
    }

    /// The endpoint for a region; `None` where it takes an account or has no pattern.
    pub fn endpoint_in(&self, region: &str) -> Option<String> {
        let pattern = self.endpoint.as_ref()?;
        (!pattern.contains("{account}")).then(|| pattern.replace("{region}", region))
    }
}

impl Provider {
    /// Whether objects can be stored under this class, as far as is known of the provider.
    pub fn offers_class(self, class: &str) -> bool {
        class == "STANDARD" || self.facts().classes.iter().any(|known| known == class)
    }

    /// Why objects cannot be stored under this class; `None` of providers that may have others than
    /// those that are known.
    pub fn lacks_class(self, class: &str) -> Option<String> {
        let Facts { name, classes, only_classes, .. } = self.facts();
        (*only_classes && !self.offers_class(class))
            .then(|| format!("{name} has no storage class {class}: it has {}", classes.join(", ")))
    }

    /// What becomes of unfinished uploads that nobody aborts, as the end of a sentence.
    pub fn end_of_uploads(self) -> String {
        let Facts { name, uploads_end_after_days, .. } = self.facts();
        match uploads_end_after_days {
            Some(days) => format!("{name} aborts them after {}", Counted(*days, "day")),
            None => "their parts are stored and paid for until they are aborted".to_owned(),
        }
    }

    /// What is known of it.
    pub fn facts(self) -> &'static Facts {
        facts(self)
    }

    /// What is said of a connection to it that names no server.
    pub fn wants_endpoint(self) -> String {
        match self {
            Provider::Other => "expected endpoint for a server of your own".to_owned(),
            known => format!("expected endpoint for {}", known.facts().name),
        }
    }

    /// Why this provider cannot do it; `None` where it can, as far as its documentation says.
    pub fn lacks(self, capability: Capability) -> Option<&'static str> {
        self.facts().lacks.get(&capability).map(String::as_str)
    }

    /// The largest body of one PUT or one part, in bytes.
    pub fn max_single_put(self) -> u64 {
        self.facts().parts.largest()
    }

    /// Whether the SDK's default trailing checksums are safe: on AWS alone (ten servers measured,
    /// four corrupt data).
    pub fn takes_trailing_checksums(self) -> bool {
        self.facts().check == BodyCheck::Crc64Nvme
    }

    /// Whether the bucket's name goes into the path where the user does not say.
    pub fn path_style(self) -> bool {
        self.facts().style == Style::Path
    }
}

/// The provider an endpoint's host belongs to.
pub fn detect(endpoint: Option<&str>) -> Provider {
    let Some(endpoint) = endpoint else { return Provider::Aws };
    if endpoint.contains("/cdn-cgi/local/r2/") {
        return Provider::R2;
    }
    let Ok(read) = Endpoint::complete(endpoint) else { return Provider::default() };
    let host = read.host();
    let owner = Provider::ALL.into_iter().find(|provider| provider.facts().owns(host));
    owner.unwrap_or_default()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    provider: Vec<Facts>,
}

fn facts(provider: Provider) -> &'static Facts {
    static TABLE: OnceLock<Vec<Facts>> = OnceLock::new();
    static NOTHING: OnceLock<Facts> = OnceLock::new();
    let table = TABLE
        .get_or_init(|| read(include_str!("../../../assets/providers.toml")).unwrap_or_default());
    table
        .iter()
        .find(|facts| facts.provider == provider)
        .unwrap_or_else(|| NOTHING.get_or_init(|| nothing_of(provider)))
}

fn read(text: &str) -> Result<Vec<Facts>, toml::de::Error> {
    toml::from_str::<Table>(text).map(|table| table.provider)
}

/// Stands in where the table cannot be read, which a test rules out.
fn nothing_of(provider: Provider) -> Facts {
    Facts {
        provider,
        name: provider.id().to_owned(),
        source: String::new(),
        hosts: Vec::new(),
        endpoint: None,
        style: Style::Path,
        region: None,
        regions: Vec::new(),
        check: BodyCheck::ContentMd5,
        one_unicode_form: false,
        relied_upon: false,
        classes: Vec::new(),
        only_classes: false,
        uploads_end_after_days: None,
        parts: PartLimits::default(),
        lacks: BTreeMap::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::parts::MIB;

    fn table() -> Vec<Facts> {
        read(include_str!("../../../assets/providers.toml")).unwrap()
    }

    #[test]
    fn every_provider_has_its_facts_once() {
        let named: Vec<Provider> = table().iter().map(|facts| facts.provider).collect();
        assert_eq!(named, Provider::ALL);
    }

    #[test]
    fn every_fact_has_a_source_and_every_reason_reads_as_a_sentence() {
        for facts in table() {
            assert!(facts.source.starts_with("https://"), "{}", facts.name);
            for why in facts.lacks.values() {
                assert!(why.contains(' ') && !why.ends_with('.'), "{why}");
            }
        }
    }

    #[test]
    fn an_endpoint_leads_back_to_its_provider() {
        for facts in table() {
            let Some(pattern) = &facts.endpoint else { continue };
            let url = pattern.replace("{region}", "r-1").replace("{account}", "abc");
            assert_eq!(detect(Some(&url)), facts.provider, "{url}");
        }
    }

    #[test]
    fn a_region_makes_an_endpoint_where_no_account_is_needed() {
        let of = |provider: Provider| facts(provider).endpoint_in("fra1");
        assert_eq!(of(Provider::DigitalOcean).unwrap(), "https://fra1.digitaloceanspaces.com");
        assert_eq!(of(Provider::R2), None);
        assert_eq!(of(Provider::Minio), None);
    }

    #[test]
    fn a_provider_is_known_by_its_host() {
        assert_eq!(detect(None), Provider::Aws);
        assert_eq!(detect(Some("https://abc.r2.cloudflarestorage.com")), Provider::R2);
        assert_eq!(detect(Some("https://ABC.eu.r2.cloudflarestorage.com/b")), Provider::R2);
        assert_eq!(detect(Some("http://127.0.0.1:8787/cdn-cgi/local/r2/s3/")), Provider::R2);
        assert_eq!(detect(Some("https://s3.eu-west-1.amazonaws.com")), Provider::Aws);
        assert_eq!(detect(Some("https://s3.us-west-004.backblazeb2.com")), Provider::B2);
        assert_eq!(detect(Some("https://fra1.digitaloceanspaces.com")), Provider::DigitalOcean);
        assert_eq!(
            detect(Some("https://ref.storage.supabase.co/storage/v1/s3")),
            Provider::Supabase
        );
        assert_eq!(detect(Some("https://t3.storage.dev")), Provider::Tigris);
        assert_eq!(detect(Some("https://r2.cloudflarestorage.com.evil.test")), Provider::Other);
        assert_eq!(detect(Some("https://notamazonaws.com")), Provider::Other);
        assert_eq!(detect(Some("http://localhost:9000")), Provider::Other);
    }

    #[test]
    fn what_a_provider_lacks_is_said_in_words() {
        assert_eq!(Provider::R2.lacks(Capability::ObjectTags), Some("R2 has no object tags"));
        assert_eq!(Provider::R2.lacks(Capability::Cors), None);
        assert!(Provider::Gcs.lacks(Capability::CopyPart).is_some());
        assert_eq!(Provider::Other.lacks(Capability::ObjectTags), None);
    }

    #[test]
    fn part_limits_are_s3s_where_nothing_else_is_known() {
        let r2 = facts(Provider::R2).parts;
        assert_eq!((r2.most(), r2.smallest(), r2.largest()), (10_000, 5 * MIB, 5114 * MIB));
        assert_eq!(facts(Provider::Scaleway).parts.most(), 1000);
        assert_eq!(facts(Provider::Storj).parts.smallest(), 64 * MIB);
        assert_eq!(facts(Provider::Aws).parts.largest(), 5120 * MIB);
    }

    #[test]
    fn the_stand_in_is_never_used() {
        assert!(Provider::ALL.into_iter().all(|provider| !facts(provider).source.is_empty()));
    }
}
