//! Says where a listing goes on.

/// Names the place in a listing where the next page starts; opaque.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ContinuationToken(pub String);

/// Between a server's token and the last name before it: no token has a control character.
const BEHIND: char = '\u{1}';

impl ContinuationToken {
    /// A server's token and the last name of the page that gave it. Without a token of the server
    /// the listing goes on behind that name.
    pub fn behind(server: &str, last: &str) -> ContinuationToken {
        ContinuationToken(format!("{server}{BEHIND}{last}"))
    }

    /// The two parts of [`ContinuationToken::behind`].
    pub fn parts(&self) -> (Option<&str>, Option<&str>) {
        match self.0.split_once(BEHIND) {
            Some((server, last)) => (Some(server).filter(|server| !server.is_empty()), Some(last)),
            None => (Some(&self.0), None),
        }
    }

    /// Begins with a name: behind the last that comes before it. `None` where none does.
    pub fn with(name: &str) -> Option<ContinuationToken> {
        let last = name.chars().next_back()?;
        let before = (0..u32::from(last)).rev().find_map(char::from_u32)?;
        let begin = &name[..name.len() - last.len_utf8()];
        Some(ContinuationToken::behind("", &format!("{begin}{before}{}", char::MAX)))
    }
}
