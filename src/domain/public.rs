//! Describes where anybody can read a bucket's objects without keys.

/// What the provider says of a bucket.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PublicAccess {
    pub domains: Vec<PublicDomain>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicDomain {
    pub host: String,
    /// The provider's own, slowed down on purpose; the others are the user's.
    pub managed: bool,
    pub state: DomainState,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DomainState {
    Active,
    Off,
    /// It is to be active and is not yet: what of it is how.
    Waiting(String),
}

/// What is stored in an account, and how much of it is billed as stored rarely read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AccountUsage {
    pub standard: StoredAmount,
    pub infrequent: StoredAmount,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StoredAmount {
    pub objects: u64,
    /// Bytes of objects and of their metadata.
    pub bytes: u64,
    /// Bytes of parts of uploads that nobody finished.
    pub unfinished: u64,
}

/// The beginning of public URLs, of a host or an `https://` address without a path:
/// `https://cdn.example.com`.
///
/// # Errors
/// A sentence that says what was expected; an empty one where nothing is typed.
pub fn public_origin(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err(String::new());
    }
    let host = match text.split_once("://") {
        Some(("https", rest)) => rest,
        Some(_) => return Err("a public domain must start with https://".to_owned()),
        None => text,
    };
    let host = host.strip_suffix('/').unwrap_or(host).to_ascii_lowercase();
    if host.contains(['/', '?', '#']) {
        return Err("write only the host: the key is added to it".to_owned());
    }
    let (name, port) =
        host.split_once(':').map_or((&*host, None), |(name, port)| (name, Some(port)));
    let label = |label: &str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        !label.is_empty() && label.bytes().all(plain)
    };
    if !name.contains('.') || !name.split('.').all(label) {
        return Err("expected a host such as cdn.example.com".to_owned());
    }
    if port.is_some_and(|port| port.parse::<u16>().is_err()) {
        return Err("the part after the colon is not a port".to_owned());
    }
    if name.ends_with(".r2.cloudflarestorage.com") {
        return Err("that is the address of the S3 API, where nothing is public".to_owned());
    }
    Ok(format!("https://{host}"))
}

impl PublicAccess {
    /// The beginning of public URLs: a domain of the user's own before the managed one.
    pub fn address(&self) -> Option<String> {
        self.serving().map(|domain| format!("https://{}", domain.host))
    }

    fn serving(&self) -> Option<&PublicDomain> {
        let active = || self.domains.iter().filter(|domain| domain.state == DomainState::Active);
        active().find(|domain| !domain.managed).or_else(|| active().next())
    }

    /// Whether the bucket is public, in one sentence.
    pub fn words(&self) -> String {
        if let Some(domain) = self.serving() {
            let slow = if domain.managed { ", which is slowed down: meant for trials" } else { "" };
            return format!("public at {}{slow}", domain.host);
        }
        let waiting = self.domains.iter().find_map(|domain| match &domain.state {
            DomainState::Waiting(why) => Some(format!("not public yet: {}: {why}", domain.host)),
            DomainState::Active | DomainState::Off => None,
        });
        waiting.unwrap_or_else(|| "not public: no domain of it is switched on".to_owned())
    }
}

impl PublicDomain {
    pub fn words(&self) -> &str {
        match &self.state {
            DomainState::Active => "active",
            DomainState::Off => "off",
            DomainState::Waiting(why) => why,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_domain_is_a_host() {
        let plain = Ok("https://cdn.example.com".to_owned());
        for text in ["cdn.example.com", " https://CDN.example.com/ "] {
            assert_eq!(public_origin(text), plain, "{text}");
        }
        assert_eq!(public_origin("a.b:8443").as_deref(), Ok("https://a.b:8443"));
        for (text, why) in [
            ("", ""),
            ("http://a.b", "https://"),
            ("https://a.b/x", "only the host"),
            ("a.b?x", "only the host"),
            ("cdn", "such as"),
            ("a..b", "such as"),
            ("a b.c", "such as"),
            ("a.b:x", "not a port"),
            ("https://0123.r2.cloudflarestorage.com", "S3 API"),
        ] {
            assert!(public_origin(text).unwrap_err().contains(why), "{text}");
        }
    }

    fn domain(host: &str, managed: bool, state: DomainState) -> PublicDomain {
        PublicDomain { host: host.into(), managed, state }
    }

    #[test]
    fn a_domain_of_ones_own_comes_before_the_managed_one() {
        let managed = || domain("pub-1.r2.dev", true, DomainState::Active);
        let own = |state| domain("cdn.example.com", false, state);
        let both = PublicAccess { domains: vec![managed(), own(DomainState::Active)] };
        assert_eq!(both.address().as_deref(), Some("https://cdn.example.com"));
        assert_eq!(both.words(), "public at cdn.example.com");
        let waiting = || own(DomainState::Waiting("its certificate is pending".into()));
        let one = PublicAccess { domains: vec![managed(), waiting()] };
        assert_eq!(one.address().as_deref(), Some("https://pub-1.r2.dev"));
        assert!(one.words().contains("meant for trials"));
        let none = PublicAccess { domains: vec![waiting()] };
        assert_eq!(none.address(), None);
        assert_eq!(none.words(), "not public yet: cdn.example.com: its certificate is pending");
        assert!(PublicAccess::default().words().starts_with("not public:"));
    }
}
