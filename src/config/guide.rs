//! Holds the pages of the guide, as the repository and the program show them.

/// One page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Topic {
    /// The word that names it, and its file in `assets/guide`.
    pub name: &'static str,
    /// What it tells, in a line.
    pub about: &'static str,
    /// Markdown.
    pub text: &'static str,
}

macro_rules! topics {
    ($($name:literal: $about:literal),* $(,)?) => {
        &[$(Topic {
            name: $name,
            about: $about,
            text: include_str!(concat!("../../assets/guide/", $name, ".md")),
        }),*]
    };
}

/// In the order in which people need them.
pub const TOPICS: &[Topic] = topics! {
    "connecting": "servers, connections, where keys are kept",
    "r2": "Cloudflare R2: tokens, jurisdictions, public domains",
    "aws": "AWS: profiles, SSO, roles, access points",
    "browsing": "walking, filtering, marking, tabs, bookmarks",
    "transfers": "what done means, the queue, names, what is already there",
    "metadata": "headers, tags, editing, archives, keys of your own",
    "versions": "old versions, restoring, a bucket as it was",
    "finding": "finding objects, indexes on this machine, reports of S3 Inventory",
    "looking": "what is inside an object: text, tables, archives, pictures",
    "links": "presigned links, how long they hold, the clipboard",
    "buckets": "making buckets; versioning, lifecycle, CORS, policy and other settings",
    "cost": "what requests and storage cost, here and elsewhere",
    "keys": "every key, and how to change it",
    "verbs": "everything without a screen; exit codes",
    "colours": "themes, icons, ASCII",
    "files": "where settings are, which variables are read",
    "speed": "how it is measured, and how to limit it",
    "trouble": "what to do when something does not work",
};

/// The page of this name.
pub fn topic(name: &str) -> Option<&'static Topic> {
    TOPICS.iter().find(|topic| topic.name == name)
}

/// The list of pages, as it is printed where none is named.
pub fn contents() -> String {
    let width = TOPICS.iter().map(|topic| topic.name.len()).max().unwrap_or_default();
    let lines = TOPICS.iter().map(|topic| format!("  {:width$}  {}\n", topic.name, topic.about));
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_opens_with_its_title_and_an_example() {
        for topic in TOPICS {
            let mut parts = topic.text.split("\n\n");
            assert!(parts.next().unwrap().starts_with("# "), "{}", topic.name);
            let second = parts.next().unwrap();
            assert!(second.starts_with("```") || second.starts_with("| "), "{}", topic.name);
        }
    }
}
