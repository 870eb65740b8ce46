//! Configures the way to a server besides its endpoint.

use std::path::PathBuf;

/// Where nothing is said, the variables hold that other programs read too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Network {
    /// A PEM file with further roots to trust, instead of the one that `AWS_CA_BUNDLE` names.
    pub ca_bundle: Option<PathBuf>,
    pub proxy: Proxy,
    /// Whoever answers is taken for the server: its certificate is not checked.
    pub insecure: bool,
}

/// How requests travel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Proxy {
    /// As `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` say.
    #[default]
    Environment,
    /// Straight to the server, whatever the environment says.
    None,
    /// Requests go by way of this URL.
    Url(String),
}
