//! Tests faults over a real socket, on a public bucket.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::demo::faults::{Act, Fault, NetworkConditions};
use crate::demo::server::{Server, ServerOptions};

async fn server() -> Server {
    let options =
        ServerOptions { public_buckets: ["open".to_owned()].into(), ..ServerOptions::default() };
    let server = Server::start(options).await.expect("loopback has a free port");
    server.store().put("open", "digits", "0123456789");
    server.store().put("closed", "secret", "not for all");
    server
}

/// Sends a request without credentials and reads until the server closes.
async fn ask(server: &Server, head: &str) -> String {
    let address = server.endpoint().replace("http://", "");
    let mut stream = TcpStream::connect(&address).await.expect("the server listens");
    let request = format!("{head}\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = Vec::new();
    // A connection that ends in the middle is part of what is tested.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

const GET: &str = "GET /open/digits HTTP/1.1";

#[tokio::test]
async fn anybody_reads_what_is_public_and_nothing_else() {
    let server = server().await;
    assert!(ask(&server, GET).await.ends_with("\r\n\r\n0123456789"));
    let listed = ask(&server, "GET /open?list-type=2 HTTP/1.1").await;
    assert!(listed.contains("<Key>digits</Key>"));
    for head in ["GET /closed/secret HTTP/1.1", "DELETE /open/digits HTTP/1.1", "GET / HTTP/1.1"] {
        let answer = ask(&server, head).await;
        assert!(answer.starts_with("HTTP/1.1 403") && answer.contains("<Code>AccessDenied</Code>"));
    }
    assert_eq!(server.faults().log().last().expect("logged").status, Some(403));
}

#[tokio::test]
async fn scripted_answers_carry_status_code_and_headers() {
    let server = server().await;
    server.faults().add(Fault::slow_down().header("retry-after", "7").on("GetObject"));
    let answer = ask(&server, GET).await;
    assert!(answer.starts_with("HTTP/1.1 503"));
    assert!(answer.contains("retry-after: 7\r\n") && answer.contains("<Code>SlowDown</Code>"));
    assert!(ask(&server, GET).await.starts_with("HTTP/1.1 200"));
    assert_eq!(server.faults().count("GetObject"), 2);
}

#[tokio::test]
async fn bodies_are_cut_falsified_and_sent_whole_against_a_range() {
    let server = server().await;
    let faults = server.faults();
    faults.add(Fault::new(Act::Cut(4)));
    let cut = ask(&server, GET).await;
    assert!(cut.contains("content-length: 10\r\n") && cut.ends_with("\r\n\r\n0123"));
    faults.add(Fault::new(Act::Flip(3)));
    assert!(ask(&server, GET).await.ends_with("\r\n\r\n0122456789"));
    faults.add(Fault::new(Act::IgnoreRange));
    let ranged = "GET /open/digits HTTP/1.1\r\nrange: bytes=2-4";
    let whole = ask(&server, ranged).await;
    assert!(whole.starts_with("HTTP/1.1 200") && whole.ends_with("0123456789"));
    let part = ask(&server, ranged).await;
    assert!(part.starts_with("HTTP/1.1 206") && part.ends_with("\r\n\r\n234"));
}

#[tokio::test]
async fn connections_close_and_bodies_stall() {
    let server = server().await;
    server.faults().add(Fault::new(Act::Reset));
    assert_eq!(ask(&server, GET).await, "");
    server.faults().add(Fault::new(Act::LoseAnswer));
    assert_eq!(ask(&server, GET).await, "");
    server.faults().add(Fault::new(Act::Stall(4)));
    let stalled = timeout(Duration::from_millis(300), ask(&server, GET)).await;
    assert!(stalled.is_err());
}

#[tokio::test]
async fn weather_slows_everything_until_it_is_calm_again() {
    let server = server().await;
    let latency = Duration::from_millis(60);
    server.faults().set_conditions(NetworkConditions { latency, ..NetworkConditions::default() });
    let began = Instant::now();
    ask(&server, GET).await;
    assert!(began.elapsed() >= latency);
    server.store().put("open", "large", vec![b'x'; 40_000]);
    server.faults().set_conditions(NetworkConditions {
        bandwidth: Some(200_000),
        ..NetworkConditions::default()
    });
    let began = Instant::now();
    assert!(ask(&server, "GET /open/large HTTP/1.1").await.len() > 40_000);
    assert!(began.elapsed() >= Duration::from_millis(100));
    server.faults().clear();
    assert_eq!(server.faults().conditions(), NetworkConditions::default());
}

#[tokio::test]
async fn the_clock_of_the_server_can_be_wrong() {
    let server = server().await;
    server.faults().set_conditions(NetworkConditions {
        clock_offset: -86_400 * 400,
        ..NetworkConditions::default()
    });
    let signed = format!(
        "{GET}\r\nx-amz-date: {}\r\nauthorization: AWS4-HMAC-SHA256 \
         Credential=K/1/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0",
        jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ")
    );
    assert!(ask(&server, &signed).await.contains("<Code>RequestTimeTooSkewed</Code>"));
}

#[tokio::test]
async fn a_server_that_was_shut_down_frees_its_port() {
    let server = server().await;
    let address = server.endpoint().replace("http://", "");
    server.shut_down().await;
    assert!(TcpStream::connect(&address).await.is_err());
}
