//! Cuts ordered keys into pages with rolled-up prefixes, exactly as the listings of S3 do.

use std::ops::Bound;

/// What a listing asks for.
#[derive(Clone, Debug, Default)]
pub struct Ask<'a> {
    pub prefix: &'a str,
    /// Empty for none.
    pub delimiter: &'a str,
    /// Only keys and prefixes greater than this; empty for none.
    pub after: &'a str,
    /// Whether rows of the key `after` itself are wanted too.
    pub again: bool,
    pub most: usize,
}

/// One page: rows and prefixes together are at most as many as asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<R> {
    pub rows: Vec<(String, R)>,
    pub prefixes: Vec<String>,
    /// The last key or prefix of the page where more follow.
    pub next: Option<String>,
}

/// `rows` gives everything from a bound on, in the order of the keys' bytes.
pub fn page<'a, R, I>(ask: &Ask<'_>, rows: impl Fn(Bound<String>) -> I) -> Page<R>
where
    I: Iterator<Item = (String, R)> + 'a,
{
    let mut page = Page { rows: Vec::new(), prefixes: Vec::new(), next: None };
    if ask.most == 0 {
        return page;
    }
    let mut last = String::new();
    let mut start = Some(first_bound(ask));
    while let Some(bound) = start.take() {
        for (key, row) in rows(bound) {
            if !key.starts_with(ask.prefix) {
                break;
            }
            let rolled = rolled(ask, &key);
            if rolled.is_some_and(|prefix| !ask.after.is_empty() && prefix <= ask.after) {
                start = rolled.and_then(successor).map(Bound::Included);
                break;
            }
            if page.rows.len() + page.prefixes.len() == ask.most {
                page.next = Some(last);
                return page;
            }
            if let Some(prefix) = rolled {
                prefix.clone_into(&mut last);
                page.prefixes.push(prefix.to_owned());
                start = successor(prefix).map(Bound::Included);
                break;
            }
            last.clone_from(&key);
            page.rows.push((key, row));
        }
    }
    page
}

fn first_bound(ask: &Ask<'_>) -> Bound<String> {
    if ask.after < ask.prefix || ask.after.is_empty() {
        Bound::Included(ask.prefix.to_owned())
    } else if ask.again {
        Bound::Included(ask.after.to_owned())
    } else {
        Bound::Excluded(ask.after.to_owned())
    }
}

/// The key up to and with the first delimiter after the prefix.
fn rolled<'k>(ask: &Ask<'_>, key: &'k str) -> Option<&'k str> {
    if ask.delimiter.is_empty() {
        return None;
    }
    let rest = key.get(ask.prefix.len()..)?;
    let end = ask.prefix.len() + rest.find(ask.delimiter)? + ask.delimiter.len();
    key.get(..end)
}

/// The least string greater than all that begin with this one.
fn successor(prefix: &str) -> Option<String> {
    let mut chars: Vec<char> = prefix.chars().collect();
    while let Some(last) = chars.pop() {
        let next = match last {
            '\u{d7ff}' => Some('\u{e000}'),
            other => char::from_u32(u32::from(other) + 1),
        };
        if let Some(next) = next {
            chars.push(next);
            return Some(chars.into_iter().collect());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::ops::Bound;

    use super::{Ask, Page, page};

    fn list(keys: &[&str], ask: &Ask<'_>) -> Page<()> {
        let keys: BTreeSet<String> = keys.iter().map(|key| (*key).to_owned()).collect();
        page(ask, |from| {
            let keys: Vec<_> = keys.range((from, Bound::Unbounded)).cloned().collect();
            keys.into_iter().map(|key| (key, ()))
        })
    }

    fn all_pages(keys: &[&str], ask: &Ask<'_>) -> Vec<Vec<String>> {
        let mut pages = Vec::new();
        let mut after = String::new();
        loop {
            let page = list(keys, &Ask { after: &after, ..ask.clone() });
            let mut names: Vec<String> = page.rows.into_iter().map(|(key, ())| key).collect();
            names.extend(page.prefixes);
            names.sort();
            pages.push(names);
            match page.next {
                Some(next) => after = next,
                None => return pages,
            }
        }
    }

    const KEYS: &[&str] = &["/x", "a", "a//b", "a/b", "a/c/d", "b/1", "b/2", "c", "é/1", "é/2"];

    #[test]
    fn prefixes_are_rolled_up_in_the_order_of_keys() {
        let ask = Ask { delimiter: "/", most: 1000, ..Ask::default() };
        let page = list(KEYS, &ask);
        assert_eq!(page.prefixes, ["/", "a/", "b/", "é/"]);
        let names: Vec<_> = page.rows.iter().map(|(key, ())| key.as_str()).collect();
        assert_eq!(names, ["a", "c"]);
        assert_eq!(page.next, None);
    }

    #[test]
    fn empty_segments_are_prefixes_of_their_own() {
        let ask = Ask { prefix: "a/", delimiter: "/", most: 1000, ..Ask::default() };
        assert_eq!(list(KEYS, &ask).prefixes, ["a//", "a/c/"]);
    }

    #[test]
    fn every_page_size_gives_everything_once() {
        for most in 1..=8 {
            let ask = Ask { delimiter: "/", most, ..Ask::default() };
            let pages = all_pages(KEYS, &ask);
            assert!(pages.iter().all(|page| page.len() <= most && !page.is_empty()));
            assert_eq!(pages.concat(), ["/", "a", "a/", "b/", "c", "é/"]);
            let flat = Ask { most, ..Ask::default() };
            assert_eq!(all_pages(KEYS, &flat).concat(), KEYS);
        }
    }

    #[test]
    fn a_start_within_a_prefix_does_not_show_the_prefix_again() {
        let ask = Ask { delimiter: "/", after: "b/1", most: 10, ..Ask::default() };
        assert_eq!(list(KEYS, &ask).prefixes, ["é/"]);
    }

    #[test]
    fn asking_for_nothing_is_not_truncated() {
        assert_eq!(list(KEYS, &Ask::default()).next, None);
    }
}
