//! An endpoint is the URL of a server, parsed and checked in one place.

use std::fmt;

use url::{Host, Url};

/// A URL that requests can be sent to. `Display` is the text to build requests on, with a `/` at
/// its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// As it was written, with a scheme before and a `/` behind it: the SDK glues buckets to what
    /// ends without.
    text: String,
    url: Url,
}

/// The end of the host of every R2 endpoint.
const R2_HOST: &str = ".r2.cloudflarestorage.com";

const SCHEME: &str = "an endpoint starts with https:// or http://";
const SECRET: &str = "an endpoint holds no user and no password: give the keys by themselves";
const BRACKETS: &str = "an IPv6 address stands in brackets: http://[::1]:9000";

impl Endpoint {
    /// Reads a whole URL: `https://s3.example.com`, `http://[::1]:9000/path`.
    ///
    /// # Errors
    /// A sentence that says what was expected. It quotes nothing of the text, which may hold a
    /// password.
    pub fn parse(text: &str) -> Result<Endpoint, String> {
        let text = text.trim();
        if text.is_empty() {
            return Err(format!("the endpoint is empty: {SCHEME}"));
        }
        match text.split_once("://") {
            Some((scheme, rest)) if is_http(scheme) => {
                Endpoint::read(format!("{}://{rest}", scheme.to_ascii_lowercase()))
            }
            _ => Err(SCHEME.to_owned()),
        }
    }

    /// Reads a URL that may lack its scheme: `http` is meant on this machine, `https` elsewhere.
    ///
    /// # Errors
    /// As [`Endpoint::parse`].
    pub fn complete(text: &str) -> Result<Endpoint, String> {
        let text = text.trim();
        if text.contains("://") {
            return Endpoint::parse(text);
        }
        let authority = text.split(['/', '?', '#']).next().unwrap_or_default();
        let scheme = if is_loopback_name(host_of(authority)) { "http" } else { "https" };
        Endpoint::parse(&format!("{scheme}://{text}"))
    }

    fn read(mut text: String) -> Result<Endpoint, String> {
        let rest = text.split_once("://").map_or("", |(_, rest)| rest);
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default().to_owned();
        // The URL crate takes some of these for what a browser would make of them.
        if authority.contains('@') {
            return Err(SECRET.to_owned());
        }
        if text.contains(|each: char| each.is_whitespace() || each.is_control() || each == '\\') {
            return Err("an endpoint has no spaces and no backslashes".to_owned());
        }
        if host_of(&authority).is_empty() {
            return Err("the endpoint names no host".to_owned());
        }
        // The dashboard shows a bucket's URL; the endpoint of R2 itself has no path.
        if authority.to_ascii_lowercase().ends_with(R2_HOST) {
            text.truncate(text.find("://").unwrap_or(0) + "://".len() + authority.len());
        }
        if text.contains(['?', '#']) {
            return Err("an endpoint has no ? or # part".to_owned());
        }
        check_port(&authority)?;
        if !text.ends_with('/') {
            text.push('/');
        }
        let url = Url::parse(&text).map_err(|error| match error {
            url::ParseError::InvalidIpv6Address => BRACKETS.to_owned(),
            error => format!("the endpoint names no host that can be asked: {error}"),
        })?;
        Ok(Endpoint { text, url })
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it is `https`.
    pub fn is_secure(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// In lower case; an IPv6 address in brackets.
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    pub fn port(&self) -> u16 {
        self.url.port_or_known_default().unwrap_or_default()
    }

    /// Host and port as they were written.
    pub fn authority(&self) -> &str {
        let rest = self.text.split_once("://").map_or("", |(_, rest)| rest);
        rest.split('/').next().unwrap_or_default()
    }

    /// Whether the server is on this machine.
    pub fn is_loopback(&self) -> bool {
        self.url.host().is_some_and(|host| is_loopback(&host))
    }

    /// Whether what is sent can be read and changed by whoever is on the way.
    pub fn is_in_the_clear(&self) -> bool {
        !self.is_secure() && !self.is_loopback()
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// One text for one server, however it was written: its host in lower case, without the usual port.
pub fn canonical(text: &str) -> String {
    Endpoint::parse(text).map_or_else(
        |_| text.to_owned(),
        |endpoint| endpoint.url.as_str().trim_end_matches('/').to_owned(),
    )
}

/// Whether a host is this machine: `localhost` and names below it, 127.0.0.0/8, `[::1]`.
pub fn is_loopback_name(host: &str) -> bool {
    Host::parse(host).is_ok_and(|host| is_loopback(&host))
}

fn is_loopback<S: AsRef<str>>(host: &Host<S>) -> bool {
    match host {
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => {
            address.is_loopback()
                || address.to_ipv4_mapped().is_some_and(|address| address.is_loopback())
        }
        Host::Domain(name) => {
            let name = name.as_ref().trim_end_matches('.').to_ascii_lowercase();
            name == "localhost" || name.ends_with(".localhost")
        }
    }
}

fn is_http(scheme: &str) -> bool {
    scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http")
}

/// The host of `host`, `host:port`, `[v6]` and `[v6]:port`.
pub fn host_of(authority: &str) -> &str {
    if authority.starts_with('[') {
        return authority.split_inclusive(']').next().unwrap_or_default();
    }
    authority.split(':').next().unwrap_or_default()
}

fn check_port(authority: &str) -> Result<(), String> {
    let rest = &authority[host_of(authority).len()..];
    let Some(port) = rest.strip_prefix(':') else {
        return if rest.is_empty() { Ok(()) } else { Err(BRACKETS.to_owned()) };
    };
    if port.contains(':') {
        return Err(BRACKETS.to_owned());
    }
    match port.parse::<u16>() {
        Ok(1..) if !port.starts_with('+') => Ok(()),
        _ => Err("the port of an endpoint is a number from 1 to 65535".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_endpoint_is_refused_with_what_was_expected() {
        for (text, expected) in [
            ("", "is empty"),
            ("s3.example.com", "starts with https://"),
            ("localhost:9000", "starts with https://"),
            ("ftp://h", "starts with https://"),
            ("s3://bucket", "starts with https://"),
            ("://h", "starts with https://"),
            (":::", "starts with https://"),
            ("https:h", "starts with https://"),
            ("http://", "no host"),
            ("http:///x", "no host"),
            ("http://:9000", "no host"),
            ("http://:::", "no host"),
            ("http://h:70000", "1 to 65535"),
            ("http://h:65536/x", "1 to 65535"),
            ("http://h:0", "1 to 65535"),
            ("http://h:", "1 to 65535"),
            ("http://h:+80", "1 to 65535"),
            ("http://h:http", "1 to 65535"),
            ("http://a b", "no spaces"),
            ("http://h/a\tb", "no spaces"),
            ("http:\\\\h", "starts with https://"),
            ("http://h\\x", "no spaces and no backslashes"),
            ("http://me:hush@h", "no password"),
            ("https://AKIA@h/x", "no password"),
            ("https://h?x=1", "no ? or #"),
            ("https://h/x#y", "no ? or #"),
            ("http://::1", "no host"),
            ("http://fe80::1:9000", "in brackets"),
            ("http://[::1", "in brackets"),
            ("http://[::1]9000", "in brackets"),
            ("http://[::1%25eth0]:9000", "in brackets"),
            ("http://256.1.1.1", "no host that can be asked"),
        ] {
            let why = Endpoint::parse(text).unwrap_err();
            assert!(why.contains(expected), "{text:?}: {why}");
            assert!(!why.contains("hush"), "{why}");
        }
    }

    #[test]
    fn an_endpoint_is_kept_as_it_was_written_with_a_slash_at_its_end() {
        let parts = |text: &str| {
            let endpoint = Endpoint::parse(text).unwrap();
            let authority = endpoint.authority().to_owned();
            (endpoint.to_string(), authority, endpoint.port(), endpoint.is_secure())
        };
        let expect = |text: &str, authority: &str, port, secure| {
            (text.to_owned(), authority.to_owned(), port, secure)
        };
        assert_eq!(parts("http://h:1/s3"), expect("http://h:1/s3/", "h:1", 1, false));
        assert_eq!(parts(" https://H "), expect("https://H/", "H", 443, true));
        assert_eq!(parts("https://h:443/"), expect("https://h:443/", "h:443", 443, true));
        assert_eq!(parts("http://[::1]:9/"), expect("http://[::1]:9/", "[::1]:9", 9, false));
        assert_eq!(parts("HTTP://h/a%20b"), expect("http://h/a%20b/", "h", 80, false));
        assert_eq!(parts("http://my_nas/"), expect("http://my_nas/", "my_nas", 80, false));
    }

    #[test]
    fn a_scheme_is_put_where_none_was_written() {
        let complete = |text: &str| Endpoint::complete(text).unwrap().to_string();
        assert_eq!(complete(" s3.example.com "), "https://s3.example.com/");
        assert_eq!(complete("localhost:9000"), "http://localhost:9000/");
        assert_eq!(complete("127.0.0.1:9000/x/"), "http://127.0.0.1:9000/x/");
        assert_eq!(complete("127.8.9.1"), "http://127.8.9.1/");
        assert_eq!(complete("minio.localhost"), "http://minio.localhost/");
        assert_eq!(complete("[::1]:9000"), "http://[::1]:9000/");
        assert!(Endpoint::complete(":::").is_err());
        assert!(Endpoint::complete("ftp://h").is_err());
    }

    #[test]
    fn the_url_of_a_bucket_of_r2_is_taken_for_its_endpoint() {
        let complete = |text: &str| Endpoint::complete(text).unwrap().to_string();
        let account = "https://abc.eu.r2.cloudflarestorage.com/";
        assert_eq!(complete("https://abc.eu.r2.cloudflarestorage.com/media"), account);
        assert_eq!(complete("abc.eu.r2.cloudflarestorage.com/media/a?x"), account);
        let other = "https://h/.r2.cloudflarestorage.com/x/";
        assert_eq!(complete(other), other);
    }

    #[test]
    fn this_machine_has_many_names() {
        for own in ["localhost", "LOCALHOST.", "a.localhost", "127.0.0.1", "127.1.2.3", "[::1]"] {
            assert!(is_loopback_name(own), "{own}");
            assert!(!Endpoint::parse(&format!("http://{own}:1")).unwrap().is_in_the_clear());
        }
        for other in ["nas.local", "localhost.example", "10.0.0.1", "[2001:db8::1]", "1127.0.0.1"] {
            assert!(!is_loopback_name(other), "{other}");
        }
        assert!(Endpoint::parse("http://nas.local:9000").unwrap().is_in_the_clear());
        assert!(!Endpoint::parse("https://nas.local").unwrap().is_in_the_clear());
    }
}
