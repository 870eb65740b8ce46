//! Examines the way to a server: its name, its port, its certificate.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use crate::config::network::Network;
use crate::config::proxy::{self, RequestTarget};
use crate::domain::diagnosis::Step;
use crate::domain::endpoint::Endpoint;
use crate::domain::error::{Error, ErrorKind};
use crate::s3::call::Call;
use crate::s3::client::Client;
use crate::s3::doctor::report::{Report, Stop};
use crate::s3::http::direct::socket::{Origin, Socket};
use crate::s3::http::direct::tls;

/// How long a name or a port is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

const UNREACHABLE: Stop = Stop("the server cannot be reached");

pub async fn reach(client: &Client, report: &mut Report<'_>) -> Result<(), Stop> {
    let sdk = match client.sdk().await {
        Ok(sdk) => sdk,
        Err(error) => {
            report.fails(Step::Resolve, error);
            report.skip(Step::Connect..=Step::Tls, "the connection cannot be prepared");
            return Err(Stop("the connection cannot be prepared"));
        }
    };
    let aws = || format!("https://s3.{}.amazonaws.com/", sdk.region);
    let endpoint = sdk.endpoint.clone().unwrap_or_else(aws);
    let network = &sdk.network;
    let call = Call::on_account("connect", &endpoint);
    let found = Endpoint::parse(&endpoint).map_err(|why| call.fails(ErrorKind::Config, why));
    let route = |endpoint| {
        Ok((proxy::route(network, RequestTarget::of(&endpoint))?, Origin::of(&endpoint)))
    };
    let origin = match found.and_then(route) {
        Ok((None, origin)) => origin,
        Ok((Some(route), _)) => {
            let told = format!("{} is set: the proxy looks up the address", route.named_by);
            report.skip(Step::Resolve..=Step::Tls, &told);
            return Ok(());
        }
        Err(error) => {
            report.fails(Step::Resolve, error);
            report.skip(Step::Connect..=Step::Tls, "there is no address");
            return Err(UNREACHABLE);
        }
    };
    walk(&origin, network, &call, report).await
}

async fn walk(
    origin: &Origin,
    network: &Network,
    call: &Call,
    report: &mut Report<'_>,
) -> Result<(), Stop> {
    let addresses = match addresses(origin, call).await {
        Ok(addresses) => addresses,
        Err(error) => {
            report.fails(Step::Resolve, error);
            report.skip(Step::Connect..=Step::Tls, "there is no address");
            return Err(UNREACHABLE);
        }
    };
    report.works(Step::Resolve, families(&addresses));
    if let Err(error) = open(&addresses, call).await {
        report.fails(Step::Connect, error);
        report.skip(Step::Tls..=Step::Tls, "there is no connection");
        return Err(UNREACHABLE);
    }
    report.works(Step::Connect, format!("port {}", origin.port));
    if !origin.secure {
        report.skip(
            Step::Tls..=Step::Tls,
            "the endpoint is http: anyone on the way can read everything",
        );
        return Ok(());
    }
    match shake_hands(origin, network, call).await {
        Ok(version) if network.insecure => {
            let told =
                "the certificate is not checked (insecure): any server that answers is trusted";
            report.beware(Step::Tls, format!("{version}; {told}"));
            Ok(())
        }
        Ok(version) => {
            report.works(Step::Tls, version);
            Ok(())
        }
        Err(error) => {
            report.fails(Step::Tls, error);
            Err(Stop("there is no trusted connection"))
        }
    }
}

async fn addresses(origin: &Origin, call: &Call) -> Result<Vec<SocketAddr>, Error> {
    let host = origin.host.trim_start_matches('[').trim_end_matches(']');
    match timeout(PATIENCE, lookup_host((host, origin.port))).await {
        Ok(Ok(found)) => Ok(found.collect()),
        Ok(Err(error)) => Err(call.fails(ErrorKind::Unreachable, format!("dns error: {error}"))),
        Err(_) => Err(call.fails(ErrorKind::TimedOut, "dns gave no answer in 5 s")),
    }
}

fn families(addresses: &[SocketAddr]) -> String {
    let v6 = addresses.iter().filter(|address| address.is_ipv6()).count();
    match (addresses.len() - v6, v6) {
        (v4, 0) => format!("{v4} × IPv4"),
        (0, v6) => format!("{v6} × IPv6"),
        (v4, v6) => format!("{v4} × IPv4, {v6} × IPv6"),
    }
}

/// The first address that answers; of several failures the last.
async fn open(addresses: &[SocketAddr], call: &Call) -> Result<(), Error> {
    let mut failure = call.fails(ErrorKind::Unreachable, "dns error: the name has no address");
    for address in addresses {
        match timeout(PATIENCE, TcpStream::connect(address)).await {
            Ok(Ok(_)) => return Ok(()),
            Ok(Err(error)) => failure.detail = format!("connect error: {error}"),
            Err(_) => failure = call.fails(ErrorKind::TimedOut, "no answer in 5 s"),
        }
    }
    Err(failure)
}

async fn shake_hands(
    origin: &Origin,
    network: &Network,
    call: &Call,
) -> Result<&'static str, Error> {
    let socket = Socket::open(origin, Some(tls::config(network)?)).await;
    Ok(socket.map_err(|fault| fault.into_error(call))?.tls_version().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_by_family() {
        let of = |texts: &[&str]| {
            families(&texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<_>>())
        };
        assert_eq!(of(&["127.0.0.1:80"]), "1 × IPv4");
        assert_eq!(of(&["127.0.0.1:80", "[::1]:80", "[::2]:80"]), "1 × IPv4, 2 × IPv6");
    }
}
