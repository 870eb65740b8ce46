//! Reads what is searched for from one line: `*.jpg size>10M age<7d`.

use crate::domain::criteria::Criteria;

/// What a word of the line may begin with, and what it asks for.
const CONDITIONS: [&str; 6] = ["size", "age", "class", "ext", "type", "from"];

impl Criteria {
    /// Words between spaces, of which all must hold: conditions (`size>10M`, `age<7d`,
    /// `class=GLACIER`, `ext=jpg`, `type=image`), globs (a word with `*`, `?` or `[`), an
    /// expression between two `/`; what is left is a fuzzy pattern. A word in `"` may have spaces.
    /// `from=server` is no condition: it says who is asked.
    ///
    /// # Errors
    /// A sentence that says what is wrong; an empty one where nothing is asked for.
    pub fn parse_line(line: &str) -> Result<Criteria, String> {
        let mut criteria = Criteria::default();
        let mut letters: Vec<&str> = Vec::new();
        let mut rest = line.trim();
        if rest.is_empty() {
            return Err(String::new());
        }
        while !rest.is_empty() {
            let (word, after) = Word::first(rest);
            rest = after.trim_start();
            match word {
                Word::Expression(text) => criteria = criteria.regex(text)?,
                Word::Plain(text) => match condition(text) {
                    Some((name, bound)) => criteria = criteria.with(name, bound)?,
                    None if text.contains(['*', '?', '[']) => criteria = criteria.glob(text)?,
                    None => letters.push(text),
                },
            }
        }
        if !letters.is_empty() {
            criteria = criteria.fuzzy(&letters.join(" "));
        }
        Ok(criteria)
    }

    fn with(self, name: &str, bound: &str) -> Result<Criteria, String> {
        let value = bound.strip_prefix('=').unwrap_or(bound).trim();
        if value.trim_start_matches(['<', '>', '=']).is_empty() {
            return Err(format!("what {name} is compared with is missing"));
        }
        match name {
            "size" => self.size(bound),
            "age" => self.age(bound),
            _ if !bound.starts_with('=') => {
                Err(format!("write {name}={}", value.trim_start_matches(['<', '>', '='])))
            }
            "class" => Ok(self.class(value)),
            "ext" => Ok(self.ending(value)),
            "from" if value == "server" => Ok(Criteria { live: true, ..self }),
            "from" => Err("write from=server".to_owned()),
            _ => self.kind(value),
        }
    }
}

enum Word<'a> {
    /// What stood between two `/`.
    Expression(&'a str),
    Plain(&'a str),
}

impl<'a> Word<'a> {
    /// The first word of a line that does not begin with a space, and what follows it.
    fn first(line: &'a str) -> (Word<'a>, &'a str) {
        if let Some((text, after)) = between(line, '/') {
            return (Word::Expression(text), after);
        }
        if let Some((text, after)) = between(line, '"') {
            return (Word::Plain(text), after);
        }
        let (word, after) = line.split_at(line.find(char::is_whitespace).unwrap_or(line.len()));
        (Word::Plain(word), after)
    }
}

/// The text between a mark at the beginning and the next one that a space or the end follows, and
/// what follows that.
fn between(line: &str, mark: char) -> Option<(&str, &str)> {
    let text = line.strip_prefix(mark)?;
    let ends = |at: &usize| text[at + 1..].chars().next().is_none_or(char::is_whitespace);
    let end = text.match_indices(mark).map(|(at, _)| at).find(|at| *at > 0 && ends(at))?;
    Some((&text[..end], &text[end + 1..]))
}

/// `size` and `>10M` of `size>10M`; `None` where the word is no condition.
fn condition(word: &str) -> Option<(&'static str, &str)> {
    CONDITIONS.iter().find_map(|name| {
        let bound = word.strip_prefix(name)?;
        bound.starts_with(['<', '>', '=']).then_some((*name, bound))
    })
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::*;
    use crate::domain::criteria::{Candidate, Search};

    fn finds(line: &str, name: &str, size: u64) -> bool {
        let now = Timestamp::from_second(1_790_000_000).unwrap();
        let modified = Some(now - SignedDuration::from_hours(48));
        let found = Candidate { name, size, modified, class: "STANDARD" };
        let criteria = Criteria::parse_line(line).unwrap();
        criteria.hold_of(found, now, &mut Search::default())
    }

    #[test]
    fn a_word_is_fuzzy_a_glob_or_an_expression() {
        assert!(finds("imgjpg", "x/IMG_0412.jpg", 1) && !finds("imgjpg", "x/notes.txt", 1));
        assert!(finds("*.jpg", "a/b.jpg", 1) && !finds("*.jpg", "a/b.png", 1));
        assert!(finds("/b[0-9]+$/", "a/b12", 1) && !finds("/b[0-9]+$/", "a/b12.x", 1));
        assert!(finds("/a b/ *.txt", "x/a b.txt", 1) && !finds("/a b/ *.txt", "x/a_b.txt", 1));
        assert!(finds("\"a b*\"", "x/a bc", 1) && !finds("\"a b*\"", "x/a_bc", 1));
        assert!(finds("/a/b/", "x/a/b/c", 1), "a slash within belongs to the expression");
        assert!(finds("2026 err", "logs/2026/errors.log", 1), "all words");
        assert!(!finds("2026 err", "logs/2025/errors.log", 1));
    }

    #[test]
    fn conditions_stand_anywhere_in_the_line() {
        assert!(finds("*.jpg size>10M age<7d", "a.jpg", 10_000_001));
        assert!(!finds("size>10M *.jpg", "a.jpg", 10_000_000));
        assert!(finds("size>=1k size<1M", "a", 1000) && !finds("size>=1k size<1M", "a", 2_000_000));
        assert!(finds("class=standard", "a", 1) && !finds("class=GLACIER", "a", 1));
        assert!(finds("ext=jpg", "a.JPG", 1) && finds("type=image", "a.png", 1));
        assert!(!finds("type=archive", "a.png", 1));
        assert!(finds("sizes", "all/sizes.txt", 1), "no condition without a sign");
        assert!(finds("*.jpg from=server", "a.jpg", 1));
    }

    #[test]
    fn who_is_asked_stands_anywhere_in_the_line() {
        let live = |line: &str| Criteria::parse_line(line).unwrap().asks_server();
        assert!(live("from=server a") && live("a from=server") && !live("a from server"));
    }

    #[test]
    fn what_is_wrong_is_said() {
        let wrong = |line: &str| Criteria::parse_line(line).unwrap_err();
        assert_eq!(wrong("  "), "");
        assert_eq!(wrong("size>"), "what size is compared with is missing");
        assert_eq!(wrong("class>=X"), "write class=X");
        assert_eq!(wrong("from=index"), "write from=server");
        assert!(wrong("size>big").contains("is not a size"));
        assert!(wrong("type=cat").contains("image, media"));
        assert!(!wrong("/(/").is_empty() && !wrong("a[").is_empty());
        for text in ["/", "//", "\"", "\"\"", "/a", "a/ /b", "ext=", "\u{202e}=>< \u{0}"] {
            // Whatever is typed is a pattern or a sentence.
            let _ = Criteria::parse_line(text);
        }
    }
}
