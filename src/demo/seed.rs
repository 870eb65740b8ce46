//! Fills a store with sample buckets: files from `assets/demo`, and trees, odd names and crowds
//! made here.

mod history;
mod made;
mod odd;
mod protected;
mod samples;
mod settings;

use std::time::SystemTime;

use s3s::dto::Tag;

use crate::demo::mode::Mode;
use crate::demo::seed::made::{hours_before, text};
use crate::demo::seed::odd::ODD_KEYS;
use crate::demo::seed::protected::protected;
use crate::demo::seed::samples::{SAMPLES, Sample};
use crate::demo::store::content::Content;
use crate::demo::store::lazy::Lazy;
use crate::demo::store::object::Stored;
use crate::demo::store::{Store, now};

/// The bucket of `--keys`.
pub const MANY_KEYS: &str = "many-keys";

/// How many objects the crowded prefix of the bucket `prefix-tree` has.
const CROWD: u64 = 5_000;

/// Sample buckets; with `keys` above 0 also [`MANY_KEYS`], whose listing is computed while it is
/// read.
pub fn seed(store: &Store, keys: u64) {
    let now = now();
    samples(store, now);
    media(store, now);
    website(store, now);
    logs(store, now);
    odd_keys(store, now);
    store.put_lazy("prefix-tree", lazy("five-thousand/", CROWD, now));
    tree(store, now);
    if store.mode() == Mode::S3 {
        history::seed(store, now);
        protected(store, now);
    }
    store.create_bucket("empty-bucket");
    settings::website(store);
    if keys > 0 {
        store.put_lazy(MANY_KEYS, lazy("events/", keys, now));
    }
}

fn lazy(prefix: &str, count: u64, newest: SystemTime) -> Lazy {
    Lazy { prefix: prefix.to_owned(), count, newest }
}

fn of(sample: &Sample) -> Stored {
    Stored::whole(Content::held(sample.bytes)).of_type(sample.content_type)
}

fn find(name: &str) -> Option<&'static Sample> {
    SAMPLES.iter().find(|sample| sample.name == name)
}

fn samples(store: &Store, now: SystemTime) {
    for (hours, sample) in (1..).zip(SAMPLES) {
        let key = format!("{}{}", sample.folder, sample.name);
        let mut object = of(sample);
        if sample.name == "harbour.csv" {
            object.metadata.insert("source".to_owned(), "port authorities".to_owned());
            object.metadata.insert("reviewed-by".to_owned(), "demo".to_owned());
            object.headers.cache_control = Some("max-age=3600".to_owned());
        }
        if sample.name == "welcome.md" && store.mode() == Mode::S3 {
            let (key, value) = (Some("kind".to_owned()), Some("introduction".to_owned()));
            object.tags.push(Tag { key, value });
        }
        store.put_object_at("samples", &key, object, hours_before(now, hours * 7));
    }
    store.put_object_at("samples", "documents/empty.txt", text(String::new(), "text/plain"), now);
}

fn media(store: &Store, now: SystemTime) {
    let pictures = [find("sunset.png"), find("hills.png")];
    for month in 1..=12_u64 {
        for number in 1..=8_u64 {
            let Some(picture) = pictures[usize::from(number % 2 == 0)] else { continue };
            let key = format!("photos/2026/{month:02}/IMG_{:04}.png", month * 100 + number);
            let taken = hours_before(now, (13 - month) * 730 + number);
            store.put_object_at("media", &key, of(picture), taken);
        }
    }
    store.put_object_at("media", "videos/launch.bin", launch(), hours_before(now, 30));
}

/// What the parts of [`launch`] digest to; computed once, because reading 64 MiB delays the start.
const LAUNCH_ETAG: &str = "9bb852e31e0f83db7d9b43864b55b422-8";

/// 64 MiB that were uploaded in eight parts and are held nowhere.
fn launch() -> Stored {
    const PART: u64 = 8 << 20;
    let mut object = Stored {
        content: Content::generated(2026, 8 * PART),
        etag: LAUNCH_ETAG.to_owned(),
        parts: vec![PART; 8],
        ..Stored::default()
    };
    object.headers.content_type = Some("application/octet-stream".to_owned());
    object
}

fn website(store: &Store, now: SystemTime) {
    for (key, name) in [
        ("index.html", "index.html"),
        ("style.css", "style.css"),
        ("scripts/app.js", "app.js"),
        ("images/sunset.png", "sunset.png"),
        ("images/hills.png", "hills.png"),
        ("images/logo.svg", "logo.svg"),
    ] {
        let Some(sample) = find(name) else { continue };
        let mut object = of(sample);
        object.headers.cache_control = Some("public, max-age=86400".to_owned());
        store.put_object_at("website", key, object, hours_before(now, 50));
    }
}

/// A year of days with a file for each quarter of a day; the oldest in colder classes.
fn logs(store: &Store, now: SystemTime) {
    for month in 1..=12_u64 {
        for day in (1..=28_u64).step_by(3) {
            for quarter in 0..4_u64 {
                let hour = quarter * 6;
                let key = format!("app/2026/{month:02}/{day:02}/{hour:02}00.log");
                let age = (12 - month) * 730 + (28 - day) * 24 + (18 - hour);
                let lines = hour_of_log(month, day, hour);
                let mut object = text(lines, "text/plain; charset=utf-8");
                object.storage_class = class(store.mode(), month).map(str::to_owned);
                store.put_object_at("logs", &key, object, hours_before(now, age));
            }
        }
    }
}

/// A line every five minutes of an hour.
fn hour_of_log(month: u64, day: u64, hour: u64) -> String {
    let mut lines = String::new();
    for line in 0..12 {
        let took = (month * 7 + day * 3 + line * 11) % 90;
        let time = format!("2026-{month:02}-{day:02}T{hour:02}:{:02}:00Z", line * 5);
        lines.push_str(&time);
        lines.push_str(" INFO request took ");
        lines.push_str(&took.to_string());
        lines.push_str(" ms\n");
    }
    lines
}

fn class(mode: Mode, month: u64) -> Option<&'static str> {
    match (month, mode) {
        (1..=2, Mode::S3) => Some("GLACIER"),
        (1..=6, _) => Some("STANDARD_IA"),
        _ => None,
    }
}

fn odd_keys(store: &Store, now: SystemTime) {
    for (hours, (key, what)) in (0..).zip(ODD_KEYS) {
        let object = text(format!("{what}\n"), "text/plain; charset=utf-8");
        store.put_object_at("odd-keys", key, object, hours_before(now, hours));
    }
    let longest = format!("long/{}", "k".repeat(1019));
    let object = text("a key of 1,024 bytes\n".to_owned(), "text/plain");
    store.put_object_at("odd-keys", &longest, object, now);
}

/// Some depth, and a prefix that is an object too.
fn tree(store: &Store, now: SystemTime) {
    for key in [
        "a/b/c/d/e/f/g/deep.txt",
        "folder",
        "folder/inside.txt",
        "marker/",
        "marker/with-a-marker.txt",
        "teams/blue/plan.json",
        "teams/red/plan.json",
        "teams/red/archive/2025.json",
    ] {
        let body =
            if key.ends_with('/') { String::new() } else { format!("{{\"key\": {key:?}}}\n") };
        store.put_object_at("prefix-tree", key, text(body, "application/json"), now);
    }
}

#[cfg(test)]
mod tests {
    use super::{MANY_KEYS, launch, seed};
    use crate::demo::store::Store;
    use crate::demo::store::content::Content;
    use crate::demo::store::object::{Stored, md5};

    #[test]
    fn the_samples_are_there_and_a_million_keys_cost_nothing() {
        let store = Store::default();
        seed(&store, 1_000_000_000);
        for bucket in ["samples", "media", "logs", "website", "versions", "empty-bucket"] {
            assert!(store.buckets().iter().any(|name| name == bucket), "{bucket}");
        }
        assert!(store.bytes("samples", "welcome.md").is_some_and(|bytes| !bytes.is_empty()));
        assert!(store.object(MANY_KEYS, "events/event-000000007.json").is_some());
        assert!(store.keys("odd-keys").iter().any(|key| key.len() == 1024));
        let crowd = store.keys("prefix-tree");
        assert_eq!(crowd.iter().filter(|key| key.starts_with("five-thousand/")).count(), 5000);
    }

    #[test]
    fn the_large_object_has_the_etag_of_its_parts() {
        let object = launch();
        let mut digests = Vec::new();
        for number in 1..=object.parts.len() {
            let part = object.content.slice(object.part(number).expect("a part"));
            digests.extend(md5(&part));
        }
        let whole = Stored::whole(Content::held(digests));
        assert_eq!(object.etag, format!("{}-8", whole.etag));
    }
}
