//! Says to which server a connection leads, without asking anybody.

use crate::domain::error::Error;
use crate::s3::client::Client;
use crate::s3::sdk::configured_endpoint;

impl Client {
    /// The URL of the server, from the connection, the AWS files and the environment; `None` for
    /// AWS's own.
    pub fn server(&self) -> Result<Option<String>, Error> {
        configured_endpoint(self.connection())
    }
}
