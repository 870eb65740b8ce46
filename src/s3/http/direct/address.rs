//! Finds the address of a bucket's requests by the SDK's own endpoint rules.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use aws_sdk_s3::config::endpoint::{DefaultResolver, Endpoint, Params, ResolveEndpoint as _};
use aws_smithy_types::Document;

use crate::domain::address::Bucket;
use crate::s3::http::direct::socket::Origin;
use crate::s3::sdk::errors::chain;

/// What all buckets of a connection have in common.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    pub endpoint: Option<String>,
    pub path_style: bool,
    pub fips: Option<bool>,
    pub dual_stack: Option<bool>,
}

/// A bucket's place on the network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The URL that a key is put behind.
    pub url: String,
    pub origin: Origin,
    pub signing_region: String,
}

/// The addresses found so far; an error is the reason why a bucket has none that needs no more than
/// this.
#[derive(Debug, Default)]
pub struct Addresses {
    rules: Rules,
    resolver: DefaultResolver,
    known: Mutex<HashMap<(Bucket, String), Result<Address, String>>>,
}

impl Addresses {
    pub fn new(rules: Rules) -> Addresses {
        Addresses { rules, ..Addresses::default() }
    }

    pub async fn of(&self, bucket: &Bucket, region: &str) -> Result<Address, String> {
        let place = (bucket.clone(), region.to_owned());
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known().get(&place) {
            return found.clone();
        }
        let found = self.resolve(bucket, region).await;
        known().insert(place, found.clone());
        found
    }

    async fn resolve(&self, bucket: &Bucket, region: &str) -> Result<Address, String> {
        let params = Params::builder()
            .bucket(bucket.as_str())
            .region(region)
            .force_path_style(self.rules.path_style)
            .set_endpoint(self.rules.endpoint.clone())
            .set_use_fips(self.rules.fips)
            .set_use_dual_stack(self.rules.dual_stack)
            .build()
            .map_err(|error| chain(&error))?;
        let endpoint = self.resolver.resolve_endpoint(&params).await;
        address(&endpoint.map_err(|error| chain(&*error))?, region)
    }
}

/// The address of an endpoint that asks for nothing but a plain signature.
fn address(endpoint: &Endpoint, region: &str) -> Result<Address, String> {
    if endpoint.headers().next().is_some() {
        return Err("its endpoint asks for headers of its own".into());
    }
    let scheme = endpoint.auth_schemes().first();
    let told = |name: &str| match scheme.and_then(|scheme| scheme.get(name)) {
        Some(Document::String(text)) => Some(text.clone()),
        _ => None,
    };
    if scheme.is_some_and(|scheme| scheme.name() != "sigv4")
        || told("signingName").is_some_and(|name| name != "s3")
    {
        return Err("its endpoint asks for another signature".into());
    }
    let uri: http::Uri = endpoint.url().parse().map_err(|_| "its URL cannot be read")?;
    let secure = uri.scheme_str() == Some("https");
    let origin = Origin {
        host: uri.host().ok_or("its URL names no host")?.to_owned(),
        port: uri.port_u16().unwrap_or(if secure { 443 } else { 80 }),
        secure,
    };
    let signing_region = told("signingRegion").unwrap_or_else(|| region.to_owned());
    Ok(Address { url: endpoint.url().to_owned(), origin, signing_region })
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn of(rules: Rules, bucket: &str) -> Result<Address, String> {
        Addresses::new(rules).of(&Bucket::new(bucket), "eu-west-1").await
    }

    #[tokio::test]
    async fn a_bucket_is_where_the_sdk_would_look_for_it() {
        let aws = of(Rules::default(), "media").await.unwrap();
        assert_eq!(aws.url, "https://media.s3.eu-west-1.amazonaws.com");
        assert_eq!((aws.origin.port, aws.origin.secure), (443, true));
        assert_eq!(aws.signing_region, "eu-west-1");
        let dotted = of(Rules::default(), "a.b").await.unwrap();
        assert_eq!(dotted.url, "https://s3.eu-west-1.amazonaws.com/a.b");
        let endpoint = Some("http://127.0.0.1:9000/s3/".to_owned());
        let own = of(Rules { endpoint, path_style: true, ..Rules::default() }, "media").await;
        let own = own.unwrap();
        assert_eq!(own.url, "http://127.0.0.1:9000/s3/media");
        assert_eq!((&*own.origin.host, own.origin.port), ("127.0.0.1", 9000));
    }

    #[tokio::test]
    async fn a_bucket_that_needs_more_than_a_plain_signature_has_no_address() {
        let express = of(Rules::default(), "media--euw1-az1--x-s3").await;
        assert!(express.is_err(), "{express:?}");
        let many = "arn:aws:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap";
        assert!(of(Rules::default(), many).await.is_err());
    }
}
