//! A server that answers what a test wrote down, and remembers what it was asked.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use windlass::config::connection::Connection;
use windlass::domain::provider::Provider;
use windlass::s3::client::Client;
use windlass::s3::meter::Meter;

/// A request as it came: `GET /b?x HTTP/1.1` and its headers in lower case.
#[derive(Clone, Debug)]
pub struct Asked {
    pub line: String,
    pub headers: String,
}

impl Asked {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

impl Asked {
    /// What the request's query gives for a name, decoded.
    pub fn query(&self, name: &str) -> Option<String> {
        let target = self.line.split(' ').nth(1)?;
        let (_, query) = target.split_once('?')?;
        let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        let (_, value) = pairs.into_iter().find(|(own, _)| *own == name)?;
        Some(percent_encoding::percent_decode_str(value).decode_utf8().unwrap().into_owned())
    }
}

type Script = Arc<dyn Fn(usize, &Asked) -> String + Send + Sync>;

pub struct Scripted {
    port: u16,
    asked: Arc<Mutex<Vec<Asked>>>,
    pub meter: Arc<Meter>,
}

/// Answers the first request with the first text, and every one after the last with the last.
pub async fn scripted(answers: &[&str]) -> Scripted {
    let answers: Vec<String> = answers.iter().map(|answer| (*answer).to_owned()).collect();
    serving(Arc::new(move |number, _| answers.get(number).or(answers.last()).unwrap().clone()))
        .await
}

/// Answers each request with what `answer` makes of it.
pub async fn scripted_by(answer: impl Fn(&Asked) -> String + Send + Sync + 'static) -> Scripted {
    serving(Arc::new(move |_, asked| answer(asked))).await
}

async fn serving(script: Script) -> Scripted {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
    let seen = asked.clone();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            tokio::spawn(serve(socket, script.clone(), seen.clone()));
        }
    });
    Scripted { port, asked, meter: Arc::default() }
}

/// An answer with the head's remaining lines, and a body whose length is told truly.
pub fn answer(status: u16, headers: &str, body: &str) -> String {
    let separator = if headers.is_empty() { "" } else { "\r\n" };
    format!(
        "HTTP/1.1 {status} X\r\nContent-Length: {}{separator}{headers}\r\n\r\n{body}",
        body.len()
    )
}

pub fn xml(status: u16, body: &str) -> String {
    answer(status, "Content-Type: application/xml", body)
}

pub fn refusal(status: u16, code: &str) -> String {
    xml(status, &format!("<Error><Code>{code}</Code><Message>m</Message></Error>"))
}

async fn serve(mut socket: TcpStream, script: Script, seen: Arc<Mutex<Vec<Asked>>>) {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    let end = loop {
        match socket.read(&mut buffer).await {
            Ok(0) | Err(_) => return,
            Ok(read) => request.extend_from_slice(&buffer[..read]),
        }
        if let Some(end) = request.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
    };
    let head = String::from_utf8_lossy(&request[..end]).into_owned();
    let (line, headers) = head.split_once("\r\n").unwrap_or((&head, ""));
    let asked = Asked { line: line.to_owned(), headers: headers.to_ascii_lowercase() };
    let length: usize =
        asked.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    while request.len() < end + 4 + length {
        match socket.read(&mut buffer).await {
            Ok(0) | Err(_) => return,
            Ok(read) => request.extend_from_slice(&buffer[..read]),
        }
    }
    let number = {
        let mut seen = seen.lock().unwrap();
        seen.push(asked.clone());
        seen.len() - 1
    };
    let answer = script(number, &asked);
    let _ = socket.write_all(answer.as_bytes()).await;
    let _ = socket.shutdown().await;
}

impl Scripted {
    pub fn connection(&self, provider: Provider) -> Connection {
        let endpoint = format!("http://127.0.0.1:{}", self.port);
        Connection::with_keys("scripted", provider, &endpoint, "us-east-1", "id", "secret")
    }

    pub fn client(&self) -> Client {
        self.client_as(Provider::Other)
    }

    pub fn client_as(&self, provider: Provider) -> Client {
        Client::connect(&self.connection(provider), self.meter.clone()).unwrap()
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}
