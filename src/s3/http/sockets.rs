//! Gives the SDK sockets of our own where its pool cannot check certificates as the connection
//! says.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_sdk_s3::config::{HttpClient, RuntimeComponents, SharedHttpClient};
use aws_sdk_s3::error::ConnectorError;
use aws_sdk_s3::primitives::SdkBody;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use rustls::ClientConfig;
use tokio::time::timeout;

use crate::config::network::Network;
use crate::s3::http::direct::fault::Fault;
use crate::s3::http::direct::tls;
use crate::s3::http::tunnel::Tunnel;
use crate::s3::sdk::transport::FIRST_BYTE;

/// A socket for each request.
#[derive(Clone, Debug)]
struct Sockets {
    network: Network,
    tls: Arc<OnceLock<Arc<ClientConfig>>>,
    first_byte: Duration,
}

pub fn by_sockets(network: &Network) -> SharedHttpClient {
    let network = network.clone();
    SharedHttpClient::new(Sockets { network, tls: Arc::default(), first_byte: FIRST_BYTE })
}

impl HttpClient for Sockets {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let first_byte = settings.read_timeout().unwrap_or(self.first_byte);
        SharedHttpConnector::new(Sockets { first_byte, ..self.clone() })
    }
}

impl HttpConnector for Sockets {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let this = self.clone();
        HttpConnectorFuture::new(async move { this.send(request).await })
    }
}

impl Sockets {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let request =
            request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
        let url = request.uri().clone();
        let tls = self.tls()?;
        let tunnel = Tunnel::open(&url, &self.network, Some(tls)).await.map_err(told)?;
        let answer = timeout(self.first_byte, tunnel.send(request)).await;
        let late = |_| Fault::TimedOut("the server gave no answer in time".to_owned());
        let answer = answer.map_err(late).and_then(|answer| answer).map_err(told)?;
        let answer = answer.map(SdkBody::from_body_1_x);
        HttpResponse::try_from(answer).map_err(|error| ConnectorError::other(error.into(), None))
    }

    fn tls(&self) -> Result<Arc<ClientConfig>, ConnectorError> {
        if let Some(made) = self.tls.get() {
            return Ok(Arc::clone(made));
        }
        let made =
            tls::config(&self.network).map_err(|error| ConnectorError::user(error.into()))?;
        Ok(Arc::clone(self.tls.get_or_init(|| made)))
    }
}

fn told(fault: Fault) -> ConnectorError {
    match fault {
        Fault::TimedOut(why) => ConnectorError::timeout(why.into()),
        Fault::Cut(why) => ConnectorError::io(why.into()),
        Fault::Source(error) => ConnectorError::user(error.into()),
        Fault::Unreachable(why) | Fault::Untrusted(why) | Fault::NoHttp(why) => {
            ConnectorError::other(why.into(), None)
        }
    }
}
