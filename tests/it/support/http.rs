//! One plain GET, as any client without credentials would send it.

use std::io::{Read, Write};
use std::net::TcpStream;

/// Status and body of an `http://` URL.
pub fn get(url: &str) -> (u16, Vec<u8>) {
    let rest = url.strip_prefix("http://").expect("loopback speaks plain HTTP");
    let (host, path) = rest.split_once('/').expect("a link has a path");
    let mut stream = TcpStream::connect(host).unwrap();
    // HTTP/1.0, so that the body ends with the connection and comes in one piece.
    write!(stream, "GET /{path} HTTP/1.0\r\nHost: {host}\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let head_end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let head = String::from_utf8_lossy(&answer[..head_end]).into_owned();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, answer[head_end + 4..].to_vec())
}
