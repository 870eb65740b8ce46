//! Matches names with patterns of a shell: `*`, `?`, `[a-z]`, `{one,other}`.

use serde::{Deserialize, Serialize};

/// Which of the objects below a place are meant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct KeyFilter {
    /// Those that one of these matches; all where there is none.
    pub include: Vec<String>,
    /// Except those that one of these matches.
    pub exclude: Vec<String>,
}

impl KeyFilter {
    pub fn is_empty(&self) -> bool {
        self.include.is_empty() && self.exclude.is_empty()
    }

    /// `relative` is the key below the place, or the path below the folder.
    pub fn takes(&self, relative: &str) -> bool {
        let any = |patterns: &[String]| patterns.iter().any(|pattern| matches(pattern, relative));
        (self.include.is_empty() || any(&self.include)) && !any(&self.exclude)
    }
}

/// Whether a pattern matches a whole name; `*` crosses `/`. One without `/` may match the last part
/// of the name alone.
pub fn matches(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let whole: Vec<char> = name.chars().collect();
    if fits(&pattern, &whole) {
        return true;
    }
    let last = name.trim_end_matches('/').rsplit('/').next().unwrap_or(name);
    !pattern.contains(&'/') && fits(&pattern, &last.chars().collect::<Vec<_>>())
}

fn fits(pattern: &[char], name: &[char]) -> bool {
    spelled_out(pattern).iter().any(|one| fits_tokens(&tokens(one), name))
}

/// One pattern for each of the alternatives between braces.
fn spelled_out(pattern: &[char]) -> Vec<Vec<char>> {
    let braces = pattern.iter().position(|c| *c == '{').and_then(|open| {
        let close = pattern[open..].iter().position(|c| *c == '}')?;
        Some((open, open + close))
    });
    let Some((open, close)) = braces else { return vec![pattern.to_vec()] };
    let rest = spelled_out(&pattern[close + 1..]);
    let alternatives = pattern[open + 1..close].split(|c| *c == ',');
    alternatives
        .flat_map(|one| rest.iter().map(|rest| [&pattern[..open], one, rest].concat()))
        .collect()
}

enum Token {
    Star,
    Any,
    One(char),
    Of(Set),
}

impl Token {
    fn takes(&self, c: char) -> bool {
        match self {
            Token::Star | Token::Any => true,
            Token::One(own) => *own == c,
            Token::Of(set) => set.has(c),
        }
    }
}

fn tokens(mut pattern: &[char]) -> Vec<Token> {
    let mut all = Vec::new();
    while let Some((first, rest)) = pattern.split_first() {
        pattern = rest;
        all.push(match first {
            '*' => Token::Star,
            '?' => Token::Any,
            '[' => match class(rest) {
                Some((set, after)) => {
                    pattern = after;
                    Token::Of(set)
                }
                None => Token::One('['),
            },
            '\\' if !rest.is_empty() => {
                pattern = &rest[1..];
                Token::One(rest[0])
            }
            c => Token::One(*c),
        });
    }
    all
}

/// All but a star take one character, so the last star that was met is the only one to go back to.
fn fits_tokens(tokens: &[Token], name: &[char]) -> bool {
    let (mut at, mut read, mut star) = (0, 0, None);
    while read < name.len() {
        match tokens.get(at) {
            Some(Token::Star) => {
                star = Some((at, read));
                at += 1;
            }
            Some(token) if token.takes(name[read]) => (at, read) = (at + 1, read + 1),
            _ => {
                let Some((place, from)) = star else { return false };
                star = Some((place, from + 1));
                (at, read) = (place + 1, from + 1);
            }
        }
    }
    tokens[at..].iter().all(|token| matches!(token, Token::Star))
}

struct Set {
    ranges: Vec<(char, char)>,
    negated: bool,
}

impl Set {
    fn has(&self, c: char) -> bool {
        self.ranges.iter().any(|(from, to)| (*from..=*to).contains(&c)) != self.negated
    }
}

/// What stands between brackets, and what follows.
fn class(pattern: &[char]) -> Option<(Set, &[char])> {
    let negated = matches!(pattern.first(), Some('!' | '^'));
    let inner = if negated { &pattern[1..] } else { pattern };
    let end = inner.iter().skip(1).position(|c| *c == ']')? + 1;
    let (mut ranges, mut at) = (Vec::new(), 0);
    while at < end {
        if at + 2 < end && inner[at + 1] == '-' {
            ranges.push((inner[at], inner[at + 2]));
            at += 3;
        } else {
            ranges.push((inner[at], inner[at]));
            at += 1;
        }
    }
    Some((Set { ranges, negated }, &inner[end + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_a_shells() {
        for (pattern, name) in [
            ("*.html", "index.html"),
            ("*.html", "a/b/index.html"),
            ("a/*", "a/b/c"),
            ("?.txt", "x/a.txt"),
            ("[a-c]*.log", "b1.log"),
            ("[!a-c]x", "dx"),
            ("*.{jpg,png}", "x.png"),
            ("b.txt", "a/b.txt"),
            ("*a*b*c", "xxaxxbxxc"),
            ("\\*", "*"),
            ("*", ""),
            ("[", "["),
        ] {
            assert!(matches(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [
            ("*.html", "index.htm"),
            ("a/*", "b/a/c"),
            ("?", "ab"),
            ("[a-c]", "d"),
            ("*.{jpg,png}", "x.gif"),
            ("b", "ab"),
            ("\\*", "x"),
        ] {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
    }

    #[test]
    fn many_stars_are_quick() {
        assert!(!matches(&"*a".repeat(40), &"a".repeat(39)));
        assert!(!matches(&("*a?".repeat(12) + "b"), &"a".repeat(400)));
    }

    #[test]
    fn what_is_excluded_is_not_included() {
        let filter = KeyFilter { include: vec!["*.txt".into()], exclude: vec!["b*".into()] };
        assert!(filter.takes("a.txt") && !filter.takes("b.txt") && !filter.takes("a.log"));
        assert!(KeyFilter::default().takes("anything"));
    }
}
