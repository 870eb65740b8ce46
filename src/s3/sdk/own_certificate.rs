//! Reaches servers whose own certificate is in the CA bundle.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_sdk_s3::config::{HttpClient, RuntimeComponents, SharedHttpClient};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;

use crate::config::network::Network;
use crate::s3::http::sockets::by_sockets;
use crate::s3::sdk::errors::{chain, distrusts};

/// Asks by the pool, and by sockets of our own once the pool has distrusted a certificate that they
/// trust.
#[derive(Clone, Debug)]
struct OwnCertificate {
    pool: SharedHttpClient,
    sockets: SharedHttpClient,
    by_sockets: Arc<AtomicBool>,
}

#[derive(Clone, Debug)]
struct Connector {
    pool: SharedHttpConnector,
    sockets: SharedHttpConnector,
    by_sockets: Arc<AtomicBool>,
}

/// The same client, which trusts what is in the file of roots itself.
pub fn with_own_certificate(pool: SharedHttpClient, network: &Network) -> SharedHttpClient {
    let sockets = by_sockets(network);
    SharedHttpClient::new(OwnCertificate { pool, sockets, by_sockets: Arc::default() })
}

impl HttpClient for OwnCertificate {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Connector {
            pool: self.pool.http_connector(settings, components),
            sockets: self.sockets.http_connector(settings, components),
            by_sockets: Arc::clone(&self.by_sockets),
        })
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        if self.by_sockets.load(Ordering::Relaxed) {
            return self.sockets.call(request);
        }
        let this = self.clone();
        HttpConnectorFuture::new(async move {
            let same = request.try_clone();
            match (this.pool.call(request).await, same) {
                (Err(error), Some(same)) if distrusts(&chain(&error)) => {
                    let answer = this.sockets.call(same).await;
                    this.by_sockets.store(answer.is_ok(), Ordering::Relaxed);
                    answer
                }
                (answer, _) => answer,
            }
        })
    }
}
