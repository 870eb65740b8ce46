//! Names how an exchange fails before there is an answer to read.

use crate::domain::error::{Error, ErrorKind};
use crate::s3::call::Call;
use crate::s3::sdk::errors::speaks_no_tls;

#[derive(Debug)]
pub enum Fault {
    /// No connection could be made: name, route, TLS.
    Unreachable(String),
    /// The server's certificate is not one to send anything to.
    Untrusted(String),
    TimedOut(String),
    /// The connection ended in the middle.
    Cut(String),
    /// What came back is no HTTP.
    NoHttp(String),
    /// The bytes to send could not be read.
    Source(Error),
}

impl Fault {
    pub fn into_error(self, call: &Call) -> Error {
        let (kind, detail) = match self {
            Fault::Unreachable(detail) => (ErrorKind::Unreachable, detail),
            Fault::Untrusted(detail) => (ErrorKind::Untrusted, detail),
            Fault::TimedOut(detail) => (ErrorKind::TimedOut, detail),
            Fault::Cut(detail) => (ErrorKind::Interrupted, detail),
            Fault::NoHttp(detail) if speaks_no_tls(&detail) => {
                (ErrorKind::WrongScheme { speaks_tls: false }, detail)
            }
            Fault::NoHttp(detail) => (ErrorKind::NotS3, detail),
            Fault::Source(error) => return error,
        };
        call.fails(kind, detail)
    }
}

impl From<std::io::Error> for Fault {
    fn from(error: std::io::Error) -> Fault {
        Fault::Cut(format!("the connection ended: {error}"))
    }
}
