//! Configures the way to a server besides its endpoint.

use std::path::PathBuf;

/// Where nothing is said, the variables hold that other programs read too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Network {
    /// Further roots to trust, instead of those that `AWS_CA_BUNDLE` names.
    pub ca_bundle: Option<CaBundle>,
    pub proxy: Proxy,
    /// Whoever answers is taken for the server: its certificate is not checked.
    pub insecure: bool,
}

/// A PEM file with roots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaBundle {
    pub path: PathBuf,
    /// The setting that names it, with its file and line, or the variable.
    pub named_by: String,
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
