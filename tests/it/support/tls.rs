//! A server's face of TLS, with a certificate made for the test.

use std::net::SocketAddr;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair, date_time_ymd};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// A TLS front of a plain server: its port, and the certificate to trust.
pub async fn front(behind: String) -> (u16, String) {
    front_of(behind, "localhost", 2099).await
}

/// Whose certificate is for this name until the end of this year.
pub async fn front_of(behind: String, name: &str, until: i32) -> (u16, String) {
    let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    front_with(behind, params, until).await
}

/// Whose certificate is marked as that of an authority, as `openssl req -x509` makes it.
pub async fn front_of_authority(behind: String, name: &str, until: i32) -> (u16, String) {
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    front_with(behind, params, until).await
}

async fn front_with(behind: String, mut params: CertificateParams, until: i32) -> (u16, String) {
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(until, 12, 31);
    let signing_key = KeyPair::generate().unwrap();
    let cert = params.self_signed(&signing_key).unwrap();
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let (acceptor, behind) = (acceptor.clone(), behind.clone());
            tokio::spawn(async move {
                let Ok(mut outside) = acceptor.accept(socket).await else { return };
                let mut inside = TcpStream::connect(behind).await.unwrap();
                let _ = tokio::io::copy_bidirectional(&mut outside, &mut inside).await;
            });
        }
    });
    (port, cert.pem())
}
