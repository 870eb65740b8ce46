//! Fills a bucket that keeps versions with some weeks of edits and deletions to travel in.

use std::time::SystemTime;

use crate::demo::seed::made::{hours_before, text};
use crate::demo::store::Store;
use crate::demo::store::bucket::Versioning;

/// What happened, oldest first: days ago, key, and the text that was stored; `None` deleted it.
const EVENTS: &[(u64, &str, Option<&str>)] = &[
    (30, "letter.txt", Some("Dear harbour master,\n\nwe arrive on Monday.\n")),
    (30, "crew/anna.txt", Some("Anna, captain\n")),
    (30, "crew/boris.txt", Some("Boris, cook\n")),
    (28, "log/2026-week-1.md", Some("# Week 1\n\nWind from the west. Two herring.\n")),
    (27, "letter.txt", Some("Dear harbour master,\n\nwe arrive on Tuesday.\n")),
    (25, "cargo.csv", Some("item,tons\ntimber,40\nsalt,12\n")),
    (22, "crew/chen.txt", Some("Chen, engineer\n")),
    (21, "log/2026-week-2.md", Some("# Week 2\n\nFog. The engine coughs.\n")),
    (19, "cargo.csv", Some("item,tons\ntimber,40\nsalt,12\ncopper,3\n")),
    (16, "crew/boris.txt", None),
    (16, "letter.txt", Some("Dear harbour master,\n\nwe arrive on Tuesday, without a cook.\n")),
    (14, "log/2026-week-3.md", Some("# Week 3\n\nBread and salt. Nobody can cook.\n")),
    (12, "plans/storm.md", Some("# If a storm comes\n\nReef early.\n")),
    (11, "plans/refit.md", Some("# Refit\n\nA new propeller, in spring.\n")),
    (9, "plans/storm.md", None),
    (9, "plans/refit.md", None),
    (8, "cargo.csv", Some("item,tons\ntimber,0\nsalt,0\ncopper,0\n")),
    (7, "log/2026-week-4.md", Some("# Week 4\n\nA wave took the deck cargo.\n")),
    (5, "crew/dana.txt", Some("Dana, cook\n")),
    (3, "deleted.txt", Some("Somebody deleted this.\n")),
    (2, "letter.txt", Some("Dear harbour master,\n\nwe arrive today, with less cargo.\n")),
    (1, "deleted.txt", None),
    (1, "deleted.txt", None),
];

/// The bucket `versions`.
pub fn seed(store: &Store, now: SystemTime) {
    store.create_bucket("versions");
    store.set_versioning("versions", Versioning::Enabled);
    for (days, key, body) in EVENTS {
        let at = hours_before(now, days * 24);
        match body {
            Some(body) => {
                let object = text((*body).to_owned(), content_type(key));
                store.put_object_at("versions", key, object, at);
            }
            None => store.remove_at("versions", key, at),
        }
    }
}

fn content_type(key: &str) -> &'static str {
    match key.rsplit('.').next() {
        Some("csv") => "text/csv; charset=utf-8",
        Some("md") => "text/markdown; charset=utf-8",
        _ => "text/plain; charset=utf-8",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_past_is_told_in_order_and_holds_edits_and_deletions() {
        assert!(EVENTS.is_sorted_by(|earlier, later| earlier.0 >= later.0));
        let deleted = EVENTS.iter().filter(|(_, _, body)| body.is_none()).count();
        assert!(deleted > 3 && EVENTS.len() > 20);
        let store = Store::default();
        seed(&store, SystemTime::now());
        assert!(store.object("versions", "deleted.txt").is_none());
        assert!(store.bytes("versions", "letter.txt").unwrap().ends_with(b"less cargo.\n"));
    }
}
