//! Keeps connections that are not AWS's from asking this machine's cloud for keys or a region.

use aws_sdk_s3::config::{HttpClient, RuntimeComponents, SharedHttpClient};
use aws_sdk_s3::error::ConnectorError;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;

/// Where instance metadata is, by both families of addresses.
const USUAL: [&str; 2] = ["169.254.169.254", "[fd00:ec2::254]"];
const MOVED: &str = "AWS_EC2_METADATA_SERVICE_ENDPOINT";

/// What is said in its place.
pub const NOT_ASKED: &str = "instance metadata is for AWS alone and was not asked";

#[derive(Debug)]
struct Without {
    http: SharedHttpClient,
}

#[derive(Debug)]
struct Refusing {
    http: SharedHttpConnector,
    metadata: Vec<String>,
}

/// The same client, which sends nothing to the metadata service.
pub fn without_metadata(http: SharedHttpClient) -> SharedHttpClient {
    SharedHttpClient::new(Without { http })
}

impl HttpClient for Without {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let http = self.http.http_connector(settings, components);
        let moved = std::env::var(MOVED).ok();
        let metadata = USUAL.into_iter().chain(moved.as_deref()).map(authority).collect();
        SharedHttpConnector::new(Refusing { http, metadata })
    }
}

impl HttpConnector for Refusing {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        if self.metadata.contains(&authority(request.uri())) {
            return HttpConnectorFuture::ready(Err(ConnectorError::user(NOT_ASKED.into())));
        }
        self.http.call(request)
    }
}

fn authority(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?']).next().unwrap_or(rest);
    authority.strip_suffix(":80").unwrap_or(authority).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_metadata_service_is_known_by_its_authority() {
        assert_eq!(authority("http://169.254.169.254/latest/api/token"), USUAL[0]);
        assert_eq!(authority("http://[fd00:ec2::254]:80/latest"), USUAL[1]);
        assert_eq!(authority("http://localhost:1338"), "localhost:1338");
        assert_ne!(authority("http://169.254.169.254.example.com/"), USUAL[0]);
    }
}
