//! Tests a server that takes TLS its own way: in one piece, cut anywhere, ended well and badly.

use rcgen::{CertificateParams, KeyPair};
use rustls::RootCertStore;
use rustls::pki_types::PrivateKeyDer;
use rustls::version::{TLS12, TLS13};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::{ServerConfig, SupportedProtocolVersion};
use tokio_rustls::server::TlsStream;

use super::*;

type Peer = TlsStream<TcpStream>;

struct Place {
    acceptor: TlsAcceptor,
    config: Arc<ClientConfig>,
}

fn place(version: &'static SupportedProtocolVersion) -> Place {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let server = ServerConfig::builder_with_protocol_versions(&[version])
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(certificate.der().clone()).unwrap();
    let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    Place { acceptor: TlsAcceptor::from(Arc::new(server)), config: Arc::new(config) }
}

async fn connected(place: &Place, name: &'static str) -> (io::Result<Secure>, io::Result<Peer>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let tcp = TcpStream::connect(listener.local_addr().unwrap());
    let (tcp, accepted) = tokio::join!(tcp, listener.accept());
    let name = ServerName::try_from(name).unwrap();
    let ours = Secure::connect(tcp.unwrap(), Arc::clone(&place.config), name);
    tokio::join!(ours, place.acceptor.accept(accepted.unwrap().0))
}

async fn pair(place: &Place) -> (Secure, Peer) {
    let (ours, theirs) = connected(place, "localhost").await;
    (ours.unwrap(), theirs.unwrap())
}

fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|at| u8::try_from(at * at % 251).unwrap()).collect()
}

#[tokio::test]
async fn bytes_come_and_go_as_they_are_whatever_is_read_at_once() {
    for version in [&TLS12, &TLS13] {
        let place = place(version);
        for (sent, room) in [(0, 1), (1, 1), (100, 7), (16_385, 4096), (3 << 20, 300_000)] {
            let (mut ours, mut theirs) = pair(&place).await;
            let body = bytes(sent);
            let (mut back, mut got) = (Vec::new(), Vec::new());
            let answering = async {
                theirs.read_to_end(&mut back).await.unwrap_err();
            };
            let asking = async {
                ours.write_all(&body).await.unwrap();
                ours.flush().await.unwrap();
                ours.tcp.shutdown().await.unwrap();
            };
            tokio::join!(answering, asking);
            assert!(back == body, "{sent} bytes up");
            let (mut ours, mut theirs) = pair(&place).await;
            let sending = async {
                theirs.write_all(&body).await.unwrap();
                theirs.shutdown().await.unwrap();
            };
            let taking = async {
                let mut piece = vec![0; room];
                loop {
                    match ours.read(&mut piece).await.unwrap() {
                        0 => break,
                        read => got.extend_from_slice(&piece[..read]),
                    }
                }
            };
            tokio::join!(sending, taking);
            assert!(got == body, "{sent} bytes down, {room} at once");
            assert_eq!(ours.read(&mut [0]).await.unwrap(), 0, "the end stays the end");
            assert!(!ours.is_quiet());
        }
    }
}

#[tokio::test]
async fn many_exchanges_follow_each_other_on_one_connection() {
    let (mut ours, mut theirs) = pair(&place(&TLS13)).await;
    for length in [1, 70_000, 5, 200_000] {
        let body = bytes(length);
        let mut heard = vec![0; length];
        let (sent, taken) = tokio::join!(ours.write_all(&body), theirs.read_exact(&mut heard));
        sent.unwrap();
        taken.unwrap();
        let (sent, taken) = tokio::join!(theirs.write_all(&body), ours.read_exact(&mut heard));
        sent.unwrap();
        taken.unwrap();
        assert!(heard == body);
        assert!(ours.is_quiet(), "after {length} bytes");
    }
}

#[tokio::test]
async fn an_end_that_nobody_announced_is_an_error() {
    let (mut ours, mut theirs) = pair(&place(&TLS13)).await;
    theirs.write_all(b"half").await.unwrap();
    theirs.flush().await.unwrap();
    drop(theirs);
    let mut got = Vec::new();
    let error = ours.read_to_end(&mut got).await.unwrap_err();
    assert_eq!((got.as_slice(), error.kind()), (&b"half"[..], io::ErrorKind::UnexpectedEof));
}

#[tokio::test]
async fn a_server_of_another_name_is_refused_and_told() {
    let (ours, theirs) = connected(&place(&TLS13), "elsewhere").await;
    let error = ours.unwrap_err();
    assert!(error.to_string().contains("certificate"), "{error}");
    assert!(theirs.unwrap_err().to_string().contains("alert"));
}

#[tokio::test]
async fn bytes_that_were_changed_on_the_way_are_refused() {
    let (mut ours, theirs) = pair(&place(&TLS13)).await;
    let (mut tcp, mut tls) = theirs.into_inner();
    std::io::Write::write_all(&mut tls.writer(), b"secret").unwrap();
    let mut record = Vec::new();
    tls.write_tls(&mut record).unwrap();
    let last = record.len() - 1;
    record[last] ^= 1;
    tcp.write_all(&record).await.unwrap();
    let error = ours.read(&mut [0; 16]).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::InvalidData);
}

#[tokio::test]
async fn keys_may_change_in_the_middle() {
    let (mut ours, mut theirs) = pair(&place(&TLS13)).await;
    for _ in 0..3 {
        theirs.get_mut().1.refresh_traffic_keys().unwrap();
        let mut heard = [0; 5];
        let (sent, taken) = tokio::join!(theirs.write_all(b"after"), ours.read_exact(&mut heard));
        sent.unwrap();
        taken.unwrap();
        assert_eq!(&heard, b"after");
        let (sent, taken) = tokio::join!(ours.write_all(b"reply"), theirs.read_exact(&mut heard));
        sent.unwrap();
        taken.unwrap();
        assert_eq!(&heard, b"reply");
    }
}
