//! Bytes up and down over TLS, trusted through `AWS_CA_BUNDLE`.

use std::net::SocketAddr;
use std::sync::Arc;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use super::shop::{Shop, ran};

/// A TLS front of a plain server: its port, and the certificate to trust.
async fn front(behind: String) -> (u16, String) {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(vec!["localhost".into()]).unwrap();
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

#[test]
fn bytes_go_up_and_come_down_over_tls() {
    let shop = Shop::open();
    let behind = shop.server().endpoint();
    let behind = behind.trim_start_matches("http://").trim_end_matches('/').to_owned();
    let (port, pem) = shop.block_on(front(behind));
    let trusted = shop.write("ca.pem", pem);
    let body: Vec<u8> =
        (0..20_000_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    shop.write("up.bin", &body);
    shop.write("small.bin", "small");
    let endpoint = format!("https://localhost:{port}");
    let run = |arguments: &[&str]| {
        let mut command = shop.command(arguments);
        command.env("AWS_ENDPOINT_URL", &endpoint).env("AWS_CA_BUNDLE", &trusted);
        ran(command, b"")
    };
    assert_eq!(run(&["mb", "s3://secure"]).code, 0);
    for name in ["up.bin", "small.bin"] {
        let sent = run(&["put", name, &format!("s3://secure/{name}")]);
        assert_eq!(sent.code, 0, "{}", sent.err);
        let back = format!("back-{name}");
        let got = run(&["get", &format!("s3://secure/{name}"), &back]);
        assert_eq!(got.code, 0, "{}", got.err);
        let (sent, got) = (shop.path(name), shop.path(&back));
        assert!(std::fs::read(sent).unwrap() == std::fs::read(got).unwrap(), "{name}");
    }
}
