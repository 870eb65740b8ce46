//! Finds the proxy on the way to a server, by the connection or the variables, `NO_PROXY` included.

use std::env;
use std::net::IpAddr;

use percent_encoding::percent_decode_str;

use crate::config::network::{Network, Proxy};
use crate::config::secret::Secret;
use crate::domain::endpoint::{Endpoint, host_of};
use crate::domain::error::{Error, ErrorKind, OWN_PROXY};

/// The step at which a proxy turns out to be none.
const READ: &str = "read the proxy";

/// A proxy, and what names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProxyRoute {
    /// The variable, or the connection's setting.
    pub named_by: &'static str,
    /// An IPv6 address in brackets.
    pub host: String,
    pub port: u16,
    pub user: Option<(String, Secret)>,
    /// As it was written, with a scheme. It may hold a password.
    pub url: Secret,
}

/// Where a request goes.
#[derive(Clone, Copy, Debug)]
pub struct RequestTarget<'a> {
    pub secure: bool,
    /// An IPv6 address may be in brackets.
    pub host: &'a str,
    pub port: u16,
}

impl<'a> RequestTarget<'a> {
    pub fn of(endpoint: &'a Endpoint) -> RequestTarget<'a> {
        RequestTarget { secure: endpoint.is_secure(), host: endpoint.host(), port: endpoint.port() }
    }
}

/// What the variables say. As other programs read them: names in capitals first, empty ones are
/// unset, and none counts in a CGI script, where a client's header could set `HTTP_PROXY`.
#[derive(Clone, Debug, Default)]
pub struct Variables {
    https: Option<(&'static str, String)>,
    http: Option<(&'static str, String)>,
    none_for: String,
}

/// The proxy on the way, where there is one.
///
/// # Errors
/// What names a proxy that cannot be used, and what was expected.
pub fn route(network: &Network, target: RequestTarget<'_>) -> Result<Option<ProxyRoute>, Error> {
    match &network.proxy {
        Proxy::None => Ok(None),
        Proxy::Url(url) => ProxyRoute::read(OWN_PROXY, url).map(Some),
        Proxy::Environment => Variables::read()?.route(target),
    }
}

impl Variables {
    /// # Errors
    /// The variable that is no text.
    pub fn read() -> Result<Variables, Error> {
        if env::var_os("REQUEST_METHOD").is_some() {
            return Ok(Variables::default());
        }
        let first = |names: [&'static str; 4]| -> Result<_, Error> {
            let given = |name: &'static str| {
                let value = env::var_os(name).filter(|value| !value.is_empty())?;
                Some((name, value))
            };
            let Some((name, value)) = names.into_iter().find_map(given) else { return Ok(None) };
            let value = value.into_string().map_err(|_| unfit(name, "it is not UTF-8"))?;
            Ok(Some((name, value)))
        };
        let none_for = first(["NO_PROXY", "no_proxy", "NO_PROXY", "no_proxy"])?;
        Ok(Variables {
            https: first(["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])?,
            http: first(["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])?,
            none_for: none_for.map_or_else(String::new, |(_, value)| value),
        })
    }

    /// # Errors
    /// The variable that names a proxy which cannot be used.
    pub fn route(&self, target: RequestTarget<'_>) -> Result<Option<ProxyRoute>, Error> {
        let named = if target.secure { &self.https } else { &self.http };
        match named {
            Some((name, url)) if !self.leaves_out(target) => ProxyRoute::read(name, url).map(Some),
            _ => Ok(None),
        }
    }

    /// Whether `NO_PROXY` has the target: `*`, a host or a domain with all below it (`example.com`,
    /// `.example.com`, `*.example.com`), an address, a network (`10.0.0.0/8`), each with a port or
    /// for all.
    fn leaves_out(&self, target: RequestTarget<'_>) -> bool {
        let host = bare(target.host);
        let entries = self.none_for.split([',', ' ']).map(str::trim);
        entries.filter(|entry| !entry.is_empty()).any(|entry| {
            let (name, port) = split_port(entry);
            port.is_none_or(|port| port == target.port) && covers(name, &host)
        })
    }

    /// The entries of `NO_PROXY` in the form that the SDK's client understands, for requests to
    /// `target`: it knows neither ports nor brackets nor `*.`.
    pub fn plain_exceptions(&self, target: RequestTarget<'_>) -> String {
        let entries = self.none_for.split([',', ' ']).map(str::trim);
        let plain = entries.filter(|entry| !entry.is_empty()).filter_map(|entry| {
            let (name, port) = split_port(entry);
            let counts =
                port.is_none_or(|port| port == target.port && covers(name, &bare(target.host)));
            let name = name.strip_prefix('*').filter(|rest| rest.starts_with('.')).unwrap_or(name);
            counts.then(|| bare(name))
        });
        plain.collect::<Vec<_>>().join(",")
    }

    /// Whether `NO_PROXY` has nothing but what the SDK's client understands by itself.
    pub fn are_plain(&self) -> bool {
        let entries = self.none_for.split([',', ' ']).map(str::trim);
        // `*` counts for names alone there.
        let own = |entry: &str| entry.starts_with(['[', '*']) || split_port(entry).1.is_some();
        !self.none_for.trim().contains(' ') && !entries.into_iter().any(own)
    }

    /// Whether `NO_PROXY` has everything.
    pub fn leave_out_all(&self) -> bool {
        self.none_for.split([',', ' ']).any(|entry| entry.trim() == "*")
    }

    /// The proxy of what goes by https, `NO_PROXY` aside.
    ///
    /// # Errors
    /// The variable that names a proxy which cannot be used.
    pub fn of_https(&self) -> Result<Option<ProxyRoute>, Error> {
        self.https.as_ref().map(|(name, url)| ProxyRoute::read(name, url)).transpose()
    }

    /// Whether http and https take the same way.
    pub fn are_the_same(&self) -> bool {
        self.https.as_ref().map(|(_, url)| url) == self.http.as_ref().map(|(_, url)| url)
    }
}

impl ProxyRoute {
    fn read(named_by: &'static str, text: &str) -> Result<ProxyRoute, Error> {
        let text = text.trim();
        let (scheme, rest) = text.split_once("://").unwrap_or(("http", text));
        let scheme = scheme.to_ascii_lowercase();
        if let Some(why) = unfit_scheme(&scheme) {
            return Err(unfit(named_by, &why));
        }
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let (user, authority) = match authority.rsplit_once('@') {
            Some((user, authority)) => (Some(user), authority),
            None => (None, authority),
        };
        let read = Endpoint::parse(&format!("{scheme}://{authority}")).map_err(|why| {
            unfit(
                named_by,
                &format!("it is not the URL of a proxy, expected http://host:port: {why}"),
            )
        })?;
        let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let user = user.map(|user| {
            let (name, password) = user.split_once(':').unwrap_or((user, ""));
            (decode(name), Secret::new(decode(password)))
        });
        Ok(ProxyRoute {
            named_by,
            host: read.host().to_owned(),
            port: read.port(),
            user,
            url: Secret::new(format!("{scheme}://{rest}")),
        })
    }
}

/// Why a scheme is none of a proxy that can be used. One that is itself reached by TLS is not
/// spoken to.
fn unfit_scheme(scheme: &str) -> Option<String> {
    let known = scheme.starts_with("socks") || scheme == "https";
    match scheme {
        "http" => None,
        _ if known => Some(format!(
            "{scheme}:// proxies are not supported: expected http://host:port of a proxy"
        )),
        _ => Some("it is not the URL of a proxy: expected http://host:port".to_owned()),
    }
}

/// What is wrong with a proxy as `config.toml` writes it, which wants a scheme.
pub fn unfit_proxy(url: &str) -> Option<String> {
    match url.split_once("://") {
        Some((scheme, _)) => unfit_scheme(&scheme.to_ascii_lowercase()),
        None => Some("expected http://host:port of a proxy".to_owned()),
    }
}

/// The value may hold a password and is not told.
fn unfit(named_by: &str, why: &str) -> Error {
    Error::new(ErrorKind::Config, READ, named_by)
        .detail(format!("{named_by} names no proxy that can be used: {why}"))
}

fn bare(host: &str) -> String {
    host.trim_start_matches('[').trim_end_matches([']', '.']).to_ascii_lowercase()
}

/// `host:9000` and `[::1]:9000`; an IPv6 address without brackets has no port.
fn split_port(entry: &str) -> (&str, Option<u16>) {
    let host = host_of(entry);
    match entry[host.len()..].strip_prefix(':').map(str::parse) {
        Some(Ok(port)) => (host, Some(port)),
        _ => (entry, None),
    }
}

fn covers(entry: &str, host: &str) -> bool {
    let entry = bare(entry);
    if entry == "*" {
        return true;
    }
    if let Ok(address) = host.parse::<IpAddr>() {
        return match entry.split_once('/') {
            Some((network, bits)) => in_network(address, network, bits),
            None => entry.parse() == Ok(address),
        };
    }
    let domain = entry.trim_start_matches('*').trim_start_matches('.');
    let below = host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'));
    !domain.is_empty() && (host == domain || below)
}

fn in_network(address: IpAddr, network: &str, bits: &str) -> bool {
    let (Ok(network), Ok(bits)) = (network.parse::<IpAddr>(), bits.parse::<u32>()) else {
        return false;
    };
    let (address, network, all) = match (address, network) {
        (IpAddr::V4(address), IpAddr::V4(network)) => {
            (u128::from(address.to_bits()) << 96, u128::from(network.to_bits()) << 96, 32)
        }
        (IpAddr::V6(address), IpAddr::V6(network)) => (address.to_bits(), network.to_bits(), 128),
        _ => return false,
    };
    let mask = u128::MAX.checked_shl(128 - bits.min(128)).unwrap_or(0);
    bits <= all && address & mask == network & mask
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(https: &str, none_for: &str) -> Variables {
        let https = Some(("HTTPS_PROXY", https.to_owned()));
        Variables { https, http: None, none_for: none_for.to_owned() }
    }

    #[test]
    fn exceptions_are_read_as_curl_and_go_read_them() {
        for (none_for, url, left_out) in [
            ("*", "https://h", true),
            ("", "https://h", false),
            (" , ", "https://h", false),
            ("h", "https://h", true),
            ("H.", "https://h", true),
            ("a, h", "https://h:9000", true),
            ("a h", "https://h", true),
            ("h:9000", "https://h:9000", true),
            ("h:9001", "https://h:9000", false),
            ("h:443", "https://h", true),
            ("example.com", "https://s3.example.com", true),
            (".example.com", "https://s3.example.com", true),
            ("*.example.com", "https://s3.example.com", true),
            (".example.com", "https://example.com", true),
            ("example.com", "https://notexample.com", false),
            ("example.com:1", "https://s3.example.com", false),
            ("::1", "https://[::1]:9000", true),
            ("[::1]", "https://[::1]:9000", true),
            ("[::1]:9000", "https://[::1]:9000", true),
            ("[::1]:9001", "https://[::1]:9000", false),
            ("127.0.0.1", "https://127.0.0.1", true),
            ("10.0.0.0/8", "https://10.1.2.3", true),
            ("10.0.0.0/8", "https://11.1.2.3", false),
            ("10.1.2.3/32", "https://10.1.2.3", true),
            ("0.0.0.0/0", "https://10.1.2.3", true),
            ("10.0.0.0/33", "https://10.1.2.3", false),
            ("fd00::/8", "https://[fd00::1]", true),
            ("10.0.0.0/8", "https://[fd00::1]", false),
            (".", "https://h", false),
        ] {
            let endpoint = Endpoint::parse(url).unwrap();
            let route =
                variables("http://p:3128", none_for).route(RequestTarget::of(&endpoint)).unwrap();
            assert_eq!(route.is_none(), left_out, "NO_PROXY={none_for} {url}");
        }
    }

    #[test]
    fn the_sdk_gets_the_exceptions_in_its_own_form() {
        let endpoint = Endpoint::parse("https://[::1]:9000").unwrap();
        let plain =
            |text| variables("http://p", text).plain_exceptions(RequestTarget::of(&endpoint));
        assert_eq!(
            plain("[::1]:9000, h:9000,*.x.com ,[fd00::1], 10.0.0.0/8,*"),
            "::1,.x.com,fd00::1,10.0.0.0/8,*"
        );
        assert_eq!(plain("[::1]:9001"), "");
    }

    #[test]
    fn a_proxy_that_cannot_be_used_is_named_by_what_names_it() {
        let endpoint = Endpoint::parse("https://h").unwrap();
        let route = |url| variables(url, "").route(RequestTarget::of(&endpoint));
        for (url, expected) in [
            ("socks5://p:1080", "socks5:// proxies are not supported"),
            ("SOCKS5H://me:hush@p", "socks5h:// proxies"),
            ("https://me:hush@p:3128", "https:// proxies are not supported"),
            (":::", "not the URL of a proxy"),
            ("ftp://p", "not the URL of a proxy"),
            ("http://", "not the URL of a proxy"),
            ("http://me:hush@p:70000", "1 to 65535"),
            ("not a url", "not the URL of a proxy"),
        ] {
            let error = route(url).unwrap_err();
            assert_eq!(error.kind, ErrorKind::Config);
            assert!(error.detail.contains("HTTPS_PROXY"), "{}", error.detail);
            assert!(error.detail.contains(expected), "{url}: {}", error.detail);
            assert!(!error.detail.contains("hush"), "{}", error.detail);
        }
    }

    #[test]
    fn a_proxy_may_lack_its_scheme_and_have_a_password() {
        let endpoint = Endpoint::parse("https://h").unwrap();
        let route = |url| variables(url, "").route(RequestTarget::of(&endpoint)).unwrap().unwrap();
        let found = route("p:3128");
        assert_eq!((found.host.as_str(), found.port), ("p", 3128));
        let found = route("http://me:a%40b@p/");
        let (user, password) = found.user.clone().unwrap();
        assert_eq!((found.port, user.as_str(), password.expose()), (80, "me", "a@b"));
        assert!(!format!("{found:?}").contains("a@b"));
    }
}
