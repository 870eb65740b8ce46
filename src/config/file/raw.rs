//! Reads the sections of `config.toml` as they are written, and makes connections of them.

use std::collections::HashMap;
use std::ops::Range;

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use toml::Spanned;

use crate::config::cloudflare::{self, ApiToken, Cloudflare};
use crate::config::connection::{
    Addressing, Bodies, Connection, CredentialsSource, Keeper, UploadChecksum,
};
use crate::config::file::jurisdictions::RawJurisdictions;
use crate::config::file::raw_bucket::RawBucket;
use crate::config::file::section_file::SectionFile;
use crate::config::network::{CaBundle, Network, Proxy};
use crate::config::proxy::unfit_proxy;
use crate::config::r2::{self, Jurisdiction};
use crate::config::settings::{TransferSettings, UiSettings};
use crate::config::tilde;
use crate::config::upload_rules::UploadRuleText;
use crate::domain::address::ConnectionName;
use crate::domain::endpoint::Endpoint;
use crate::domain::presign::{DEFAULT_EXPIRY, parse_expiry};
use crate::domain::provider::Provider;
use crate::domain::provider::facts::detect;
use crate::domain::region::parse_region;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawFile {
    pub default: Option<Spanned<String>>,
    #[serde(default)]
    pub ui: UiSettings,
    #[serde(default)]
    pub transfers: TransferSettings,
    #[serde(default)]
    pub upload_rules: Vec<UploadRuleText>,
    #[serde(default)]
    pub connections: HashMap<Spanned<String>, RawConnection>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RawConnection {
    provider: Option<Spanned<Provider>>,
    account_id: Option<Spanned<String>>,
    jurisdiction: Option<Spanned<Jurisdiction>>,
    jurisdictions: Option<Spanned<RawJurisdictions>>,
    endpoint: Option<Spanned<String>>,
    region: Option<Spanned<String>>,
    access_key_id: Option<Spanned<String>>,
    secret_access_key: Option<Spanned<Secret>>,
    session_token: Option<Spanned<Secret>>,
    keys: Option<Spanned<Keeper>>,
    access_key_id_env: Option<Spanned<String>>,
    secret_access_key_env: Option<Spanned<String>>,
    credential_process: Option<Spanned<String>>,
    profile: Option<Spanned<String>>,
    anonymous: Option<Spanned<bool>>,
    path_style: Option<PathStyle>,
    read_only: bool,
    checksum: Option<Checksum>,
    unsigned_payload: bool,
    by_sdk: bool,
    link_expiry: Option<Spanned<String>>,
    ca_bundle: Option<Spanned<String>>,
    proxy: Option<Spanned<String>>,
    insecure: Option<Spanned<bool>>,
    cloudflare_token: Option<Spanned<Secret>>,
    cloudflare_token_env: Option<Spanned<String>>,
    cloudflare_api: Option<Spanned<String>>,
    buckets: Vec<RawBucket>,
}

/// What a section says that cannot be, and where.
pub struct Wrong {
    pub span: Range<usize>,
    pub expected: String,
}

/// Goes into its box as soon as it is read.
#[derive(Deserialize)]
#[serde(from = "String")]
struct Secret(SecretString);

impl From<String> for Secret {
    fn from(text: String) -> Secret {
        Secret(SecretString::from(text))
    }
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum PathStyle {
    Auto,
    Always,
    Never,
}

/// Where a provider that has one address, or one for each region, is reached.
fn usual_endpoint(
    provider: Provider,
    region: Option<&str>,
    span: &Range<usize>,
) -> Result<Option<String>, Wrong> {
    let facts = provider.facts();
    let by_region = facts.endpoint.as_ref().is_some_and(|pattern| pattern.contains("{region}"));
    match region {
        None if by_region => {
            let known = facts.regions.join(", ");
            wrong(span, &format!("expected region for {} ({known}), or endpoint", facts.name))
        }
        region => Ok(facts.endpoint_in(region.unwrap_or_default())),
    }
}

/// Whether a connection without an endpoint says where it leads: AWS has servers of its own, and
/// what is read of the AWS chain may name one.
fn names_server(provider: Provider, keys: &CredentialsSource, keeper: Option<Keeper>) -> bool {
    let chained = matches!(keys, CredentialsSource::Chain { .. } | CredentialsSource::Anonymous);
    provider == Provider::Aws || (chained && keeper.is_none())
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Checksum {
    Crc64Nvme,
    Md5,
}

impl RawConnection {
    pub fn into_connection(
        mut self,
        name: ConnectionName,
        source: SectionFile<'_>,
        span: Range<usize>,
    ) -> Result<Connection, Wrong> {
        let folder = source.folder();
        let jurisdictions = self.jurisdictions()?;
        let endpoint = match jurisdictions.first() {
            Some((_, first)) => Some(first.clone()),
            None => self.endpoint()?,
        };
        let provider = self.provider(endpoint.as_deref());
        if provider == Provider::R2 && endpoint.is_none() {
            return wrong(&span, "expected account_id or endpoint for an R2 connection");
        }
        let region = self.region()?;
        let endpoint = match endpoint {
            None => usual_endpoint(provider, region.as_deref(), &span)?,
            given => given,
        };
        let region = region.or_else(|| (provider == Provider::R2).then(|| "auto".to_owned()));
        let keeper = self.keys.as_ref().map(Spanned::get_ref).copied();
        let given = self.credentials(&span)?;
        if endpoint.is_none() && !names_server(provider, &given, keeper) {
            return wrong(&span, &provider.wants_endpoint());
        }
        let cloudflare = self.cloudflare(endpoint.as_deref())?;
        let credentials = match keeper {
            Some(keeper) => {
                CredentialsSource::Kept { keeper, folder: folder.to_owned(), name: name.clone() }
            }
            None => given,
        };
        Ok(Connection {
            name,
            provider,
            endpoint,
            jurisdictions: if jurisdictions.len() > 1 { jurisdictions } else { Vec::new() },
            region,
            credentials,
            addressing: match self.path_style.unwrap_or(PathStyle::Auto) {
                PathStyle::Auto => Addressing::Auto,
                PathStyle::Always => Addressing::Path,
                PathStyle::Never => Addressing::VirtualHosted,
            },
            link_expiry: self.expiry()?,
            network: self.network(source)?,
            cloudflare,
            exposed: false,
            read_only: self.read_only,
            bodies: Bodies {
                checksum: self.checksum.map(|checksum| match checksum {
                    Checksum::Crc64Nvme => UploadChecksum::Crc64Nvme,
                    Checksum::Md5 => UploadChecksum::Md5,
                }),
                unsigned: self.unsigned_payload,
                by_sdk: self.by_sdk,
            },
            known_buckets: self.buckets.into_iter().map(|raw| raw.known(source)).collect(),
        })
    }

    /// The provider that is named; without one, what account id and endpoint say.
    fn provider(&self, endpoint: Option<&str>) -> Provider {
        match (&self.provider, &self.account_id) {
            (Some(provider), _) => *provider.get_ref(),
            (None, Some(_)) => Provider::R2,
            (None, None) => detect(endpoint),
        }
    }

    fn endpoint(&self) -> Result<Option<String>, Wrong> {
        let not_r2 =
            self.provider.as_ref().is_some_and(|provider| *provider.get_ref() != Provider::R2);
        match (&self.account_id, &self.endpoint) {
            (Some(account), _) if not_r2 => {
                wrong(&account.span(), "account_id is only for provider = \"r2\"")
            }
            (Some(account), Some(_)) => {
                wrong(&account.span(), "expected account_id or endpoint, not both")
            }
            (Some(account), None) => {
                let jurisdiction = self.jurisdiction.as_ref().map(|given| *given.get_ref());
                match r2::endpoint(account.get_ref(), jurisdiction) {
                    Ok(endpoint) => Ok(Some(endpoint)),
                    Err(expected) => Err(Wrong { span: account.span(), expected }),
                }
            }
            (None, endpoint) => {
                if let Some(jurisdiction) = &self.jurisdiction {
                    return wrong(&jurisdiction.span(), "jurisdiction goes with account_id");
                }
                endpoint.as_ref().map(whole_url).transpose()
            }
        }
    }

    fn jurisdictions(&self) -> Result<Vec<(Jurisdiction, String)>, Wrong> {
        let Some(several) = &self.jurisdictions else { return Ok(Vec::new()) };
        if self.jurisdiction.is_some() {
            return wrong(&several.span(), "expected jurisdiction or jurisdictions, not both");
        }
        let endpoint = self.endpoint()?;
        let account = self.account_id.as_ref().map(|account| account.get_ref().as_str());
        let not_r2 = self.provider(endpoint.as_deref()) != Provider::R2;
        if not_r2 {
            return wrong(&several.span(), "jurisdictions are only for provider = \"r2\"");
        }
        let places = several.get_ref().places(account, endpoint.as_deref());
        places.map_err(|expected| Wrong { span: several.span(), expected })
    }

    fn credentials(&mut self, span: &Range<usize>) -> Result<CredentialsSource, Wrong> {
        self.only_one_source()?;
        if let Some(token) = self.session_token.as_ref().filter(|_| self.access_key_id.is_none()) {
            return wrong(&token.span(), "session_token goes with access_key_id");
        }
        if self.anonymous.take().is_some_and(Spanned::into_inner) {
            return Ok(CredentialsSource::Anonymous);
        }
        if let Some(command) = self.credential_process.take() {
            return Ok(CredentialsSource::Process { command: command.into_inner() });
        }
        match (self.access_key_id.take(), self.secret_access_key.take()) {
            (Some(id), Some(_)) if id.get_ref().is_empty() => {
                return wrong(&id.span(), "expected an access key id, this one is empty");
            }
            (Some(_), Some(secret)) if secret.get_ref().0.expose_secret().is_empty() => {
                return wrong(&secret.span(), "expected a secret, this one is empty");
            }
            (Some(id), Some(secret)) => {
                return Ok(CredentialsSource::Static {
                    access_key_id: id.into_inner(),
                    secret_access_key: secret.into_inner().0,
                    session_token: self.session_token.take().map(|token| token.into_inner().0),
                });
            }
            (Some(id), None) => return wrong(&id.span(), "expected secret_access_key as well"),
            (None, Some(secret)) => return wrong(&secret.span(), "expected access_key_id as well"),
            (None, None) => {}
        }
        match (self.access_key_id_env.take(), self.secret_access_key_env.take()) {
            (Some(id), Some(secret)) => Ok(CredentialsSource::Environment {
                access_key_id: id.into_inner(),
                secret_access_key: secret.into_inner(),
            }),
            (None, None) => Ok(CredentialsSource::Chain {
                profile: self.profile.take().map(Spanned::into_inner),
            }),
            (id, secret) => {
                let span = id.or(secret).map_or(span.clone(), |given| given.span());
                wrong(&span, "expected access_key_id_env and secret_access_key_env together")
            }
        }
    }

    fn only_one_source(&self) -> Result<(), Wrong> {
        let anonymous = self.anonymous.as_ref().filter(|given| *given.get_ref());
        let keys = self.access_key_id.as_ref().map(Spanned::span);
        let keys = keys.or_else(|| self.secret_access_key.as_ref().map(Spanned::span));
        let names = self.access_key_id_env.as_ref().map(Spanned::span);
        let names = names.or_else(|| self.secret_access_key_env.as_ref().map(Spanned::span));
        let mut given: Vec<_> = [
            keys,
            names,
            self.keys.as_ref().map(Spanned::span),
            self.credential_process.as_ref().map(Spanned::span),
            self.profile.as_ref().map(Spanned::span),
            anonymous.map(Spanned::span),
        ]
        .into_iter()
        .flatten()
        .collect();
        given.sort_by_key(|span| span.start);
        match given.get(1) {
            None => Ok(()),
            Some(second) => wrong(
                second,
                "expected one source of credentials: keys, access_key_id, access_key_id_env, \
                 credential_process, profile or anonymous",
            ),
        }
    }

    fn region(&self) -> Result<Option<String>, Wrong> {
        let Some(text) = &self.region else { return Ok(None) };
        let region = parse_region(text.get_ref());
        region.map(Some).map_err(|expected| Wrong { span: text.span(), expected })
    }

    fn network(&self, source: SectionFile<'_>) -> Result<Network, Wrong> {
        let ca_bundle = match &self.ca_bundle {
            Some(path) if path.get_ref().is_empty() => {
                return wrong(&path.span(), "expected the path of a PEM file");
            }
            path => path.as_ref().map(|path| CaBundle {
                path: source.path(tilde::expanded(path.get_ref())),
                named_by: format!("ca_bundle ({})", source.place(&path.span())),
            }),
        };
        let proxy = match self.proxy.as_ref().map(|proxy| (proxy.get_ref().as_str(), proxy.span()))
        {
            None => Proxy::Environment,
            Some(("none", _)) => Proxy::None,
            Some((url, span)) => match unfit_proxy(url) {
                None => Proxy::Url(url.to_owned()),
                Some(why) => return wrong(&span, &format!("{why}, or \"none\"")),
            },
        };
        Ok(Network { ca_bundle, proxy, insecure: self.insecure()? })
    }

    /// Only for a server of one's own: AWS and the other providers have certificates that can be
    /// checked.
    fn insecure(&self) -> Result<bool, Wrong> {
        match &self.insecure {
            Some(given) if *given.get_ref() && self.endpoint.is_none() => wrong(
                &given.span(),
                "insecure goes with endpoint = \"https://…\", a server of your own",
            ),
            given => Ok(given.as_ref().is_some_and(|given| *given.get_ref())),
        }
    }

    fn cloudflare(&mut self, endpoint: Option<&str>) -> Result<Option<Cloudflare>, Wrong> {
        let api = self.cloudflare_api.as_ref().map(whole_url).transpose()?;
        let (token, span) = match (self.cloudflare_token.take(), self.cloudflare_token_env.take()) {
            (None, None) => return Ok(None),
            (Some(_), Some(name)) => {
                return wrong(&name.span(), "expected cloudflare_token or cloudflare_token_env");
            }
            (Some(token), None) => {
                let span = token.span();
                (ApiToken::Given(token.into_inner().0), span)
            }
            (None, Some(name)) => {
                let span = name.span();
                (ApiToken::Variable(name.into_inner()), span)
            }
        };
        let Some((account_id, jurisdiction)) = endpoint.and_then(r2::account_of) else {
            return wrong(&span, "cloudflare_token goes with an R2 connection and its account_id");
        };
        let api = api.unwrap_or_else(|| cloudflare::API.to_owned());
        Ok(Some(Cloudflare { account_id, jurisdiction, token, api }))
    }

    fn expiry(&self) -> Result<std::time::Duration, Wrong> {
        let Some(text) = &self.link_expiry else { return Ok(DEFAULT_EXPIRY) };
        parse_expiry(text.get_ref()).map_err(|expected| Wrong { span: text.span(), expected })
    }
}

fn whole_url(endpoint: &Spanned<String>) -> Result<String, Wrong> {
    match Endpoint::parse(endpoint.get_ref()) {
        Ok(_) => Ok(endpoint.get_ref().trim().to_owned()),
        Err(why) => wrong(&endpoint.span(), &format!("expected an endpoint: {why}")),
    }
}

fn wrong<T>(span: &Range<usize>, expected: &str) -> Result<T, Wrong> {
    Err(Wrong { span: span.clone(), expected: expected.to_owned() })
}
