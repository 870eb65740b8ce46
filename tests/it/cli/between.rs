//! `cp` and `mv` within and between connections, as the compiled program does them.

use windlass::demo::server::{Mode, Server};
use windlass::demo::store::content::Content;
use windlass::demo::store::object::Stored;
use windlass::domain::address::Key;
use windlass::domain::transfer::{FileRules, JobOptions, JobSpec, OnConflict, Target, Work};

use crate::cli::queue::enqueue;
use crate::cli::shop::{Ran, Shop, bare, ran};
use crate::support::server::r2_server;

/// Two servers and the file that names them `s3` and `r2:mine`; the first is the default.
struct Pair {
    shop: Shop,
    other: Server,
    _runtime: tokio::runtime::Runtime,
}

impl Pair {
    fn open() -> Pair {
        let shop = Shop::open();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let other = runtime.block_on(r2_server());
        let connection = |name: &str, server: &Server, more: &str| {
            let provider = if server.mode() == Mode::R2 { "provider = \"r2\"\n" } else { "" };
            format!(
                "[connections.\"{name}\"]\n{provider}endpoint = \"{}\"\nregion = \
                 \"{}\"\naccess_key_id = \"{}\"\nsecret_access_key = \"{}\"\n{more}",
                server.endpoint(),
                server.region(),
                server.access_key_id(),
                server.secret_access_key(),
            )
        };
        let text = [
            "default = \"s3\"\n".to_owned(),
            connection("s3", shop.server(), ""),
            connection("r2:mine", &other, ""),
            connection("looking", &other, "read_only = true\n"),
        ];
        shop.write("config/config.toml", text.concat());
        other.store().create_bucket("vault");
        Pair { shop, other, _runtime: runtime }
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        ran(bare(&self.shop.path(""), arguments), b"")
    }
}

#[test]
fn a_move_that_would_lose_something_keeps_its_source_until_that_is_accepted() {
    let pair = Pair::open();
    let store = pair.shop.store();
    let (from, to) = ("s3://media/k", "r2:mine:vault/k");
    store.put("media", "k", "tagged");
    store.set_tags("media", "k", &[("team", "a")]);
    let kept = pair.run(&["mv", from, to]).ended(1);
    assert!(kept.err.contains("copied but not moved"), "{}", kept.err);
    assert!(kept.err.contains("tags (1)") && kept.err.contains("--accept-loss"), "{}", kept.err);
    assert_eq!(store.bytes("media", "k").unwrap(), "tagged");
    assert_eq!(pair.other.store().bytes("vault", "k").unwrap(), "tagged");
    let moved = pair.run(&["mv", "--accept-loss", "--force", from, to, "--json"]).ended(0);
    assert_eq!(store.bytes("media", "k"), None);
    assert!(moved.out.contains("moved without tags"), "{}", moved.out);
    // What loses nothing is moved beside what does.
    store.put("media", "p/plain", "x");
    store.put("media", "p/tagged", "x");
    store.set_tags("media", "p/tagged", &[("team", "a")]);
    let partly = pair.run(&["mv", "s3://media/p/", "r2:mine:vault/q/", "--json"]).ended(3);
    assert_eq!(partly.json()[0]["failed"], 1, "{}", partly.out);
    assert_eq!(store.keys("media"), ["p/tagged"]);
    assert_eq!(pair.other.store().keys("vault"), ["k", "q/plain", "q/tagged"]);
}

#[test]
fn a_queued_move_that_kept_its_source_is_finished_once_the_loss_is_accepted() {
    let pair = Pair::open();
    let store = pair.shop.store();
    store.put("media", "k", "tagged");
    store.set_tags("media", "k", &[("team", "a")]);
    let work = Work::Copy {
        bucket: "media".into(),
        source: Target::Object(Key::new("k")),
        to_connection: Some("r2:mine".into()),
        to_bucket: "vault".into(),
        target: Target::Object(Key::new("k")),
        moving: true,
    };
    let (connection, on_conflict) = ("s3".into(), OnConflict::Overwrite);
    let spec = JobSpec {
        connection,
        work,
        on_conflict,
        files: FileRules::default(),
        options: JobOptions::default(),
    };
    enqueue(pair.shop.path("state/journal.sqlite"), vec![spec]);
    let kept = pair.run(&["queue", "run"]).ended(1);
    assert!(kept.err.contains("queue retry --accept-loss"), "{}", kept.err);
    pair.run(&["queue", "retry", "1"]).ended(1);
    assert_eq!(store.keys("media"), ["k"]);
    pair.run(&["queue", "retry", "--accept-loss", "1"]).ended(0);
    assert_eq!(store.keys("media"), [""; 0]);
    assert_eq!(pair.other.store().keys("vault"), ["k"]);
}

#[test]
fn a_name_before_the_bucket_means_another_connection() {
    let pair = Pair::open();
    let bytes: Vec<u8> = (0..40_000_000_u32).map(|at| (at / 251) as u8).collect();
    pair.shop.store().put("media", "a/small.txt", "small");
    pair.shop.store().put("media", "a/large.bin", bytes.clone());
    let line = pair.run(&["cp", "s3://media/a/", "r2:mine:vault/kept/", "--json"]).ended(0);
    let report = &line.json()[0];
    assert_eq!(report["from"], "s3:media/a/");
    assert_eq!(report["to"], "r2:mine:vault/kept/");
    assert_eq!((report["objects"].as_u64(), report["verified"].as_str()), (Some(2), Some("md5")));
    let store = pair.other.store();
    assert!(store.bytes("vault", "kept/large.bin").unwrap() == bytes);
    assert_eq!(store.bytes("vault", "kept/small.txt").unwrap(), "small");
    pair.run(&["cp", "r2:mine:vault/kept/small.txt", "s3:media/back.txt"]).ended(0);
    assert_eq!(pair.shop.store().bytes("media", "back.txt").unwrap(), "small");
    pair.run(&["mv", "r2:mine:vault/kept/", "s3://media/home/"]).ended(0);
    assert_eq!(store.keys("vault"), [""; 0]);
    assert!(pair.shop.store().bytes("media", "home/large.bin").unwrap() == bytes);
    assert!(!pair.shop.path("kept").exists(), "nothing goes over the disk");
}

#[test]
fn mv_within_a_connection_leaves_nothing_behind() {
    let pair = Pair::open();
    let store = pair.shop.store();
    for key in ["d/", "d/x", "d/e/y", "dx"] {
        store.put("media", key, key.to_owned());
    }
    pair.run(&["mv", "s3://media/d/", "s3://media/new"]).ended(0);
    assert_eq!(store.keys("media"), ["dx", "new/", "new/e/y", "new/x"]);
    pair.run(&["mv", "s3://media/dx", "s3://media/new/"]).ended(0);
    assert_eq!(store.bytes("media", "new/dx").unwrap(), "dx");
    store.put("media", "x", "mine");
    pair.run(&["mv", "s3://media/x", "s3://media/new/"]).ended(1);
    assert_eq!(
        (store.bytes("media", "x").unwrap(), store.bytes("media", "new/x").unwrap()),
        ("mine".into(), "d/x".into())
    );
}

#[test]
fn what_cannot_go_there_is_refused_before_anything_is_sent() {
    let pair = Pair::open();
    pair.shop.store().put("media", "a", "x");
    pair.shop.server().faults().clear_log();
    for (arguments, code, word) in [
        (["mv", "s3://media/a", "s3://media/a"], 1, "same object"),
        (["mv", "s3://media/a", "s3://media/./a"], 1, "same object"),
        (["mv", "s3://media/d/", "s3://media/d/e/"], 1, "inside it"),
        (["cp", "s3://media/a", "s3:media/"], 1, "same object"),
        (["cp", "s3://media/a", "gone:media/"], 2, "there are: s3, r2:mine, looking"),
        (["cp", "s3://media/a", "media/b"], 2, "connection:bucket"),
        (["cp", "s3://media/a", "looking:vault/"], 1, "looking"),
        (["mv", "looking:vault/a", "s3://media/"], 1, "looking"),
    ] {
        let refused = pair.run(&arguments).ended(code);
        assert!(refused.err.contains(word), "{arguments:?}: {}", refused.err);
    }
    assert!(pair.shop.server().faults().log().is_empty());
    assert_eq!(pair.shop.store().keys("media"), ["a"]);
}

#[test]
fn a_class_that_is_named_leaves_nothing_to_say_of_the_sources_class() {
    let pair = Pair::open();
    let object =
        Stored { storage_class: Some("GLACIER_IR".into()), ..Stored::whole(Content::held("x")) };
    pair.shop.store().put_object("media", "k", object);
    let to = "r2:mine:vault/k";
    let said = pair.run(&["cp", "s3://media/k", to]).ended(0).err;
    assert!(said.contains("the storage class GLACIER_IR is not offered there"), "{said}");
    let given = ["cp", "s3://media/k", to, "--force", "--class", "STANDARD_IA"];
    let said = pair.run(&given).ended(0).err;
    assert!(!said.contains("class"), "{said}");
}

#[test]
fn an_archived_source_is_told_once_and_not_tried_in_other_ways() {
    let pair = Pair::open();
    let store = pair.shop.store();
    let object =
        Stored { storage_class: Some("GLACIER".into()), ..Stored::whole(Content::held("cold")) };
    store.put_object("media", "cold", object);
    for verb in ["cp", "mv"] {
        let ran = pair.run(&[verb, "s3://media/cold", "s3://media/copy"]).ended(1);
        assert!(ran.err.contains("the object is archived (s3://media/cold)"), "{}", ran.err);
        for untrue in ["the usual one is used", "through this machine", "those of a new object"] {
            assert!(!ran.err.contains(untrue), "{}", ran.err);
        }
    }
    let asked = |operation| pair.shop.server().faults().count(operation);
    assert_eq!((asked("CopyObject"), asked("GetObject"), asked("PutObject")), (2, 0, 0));
    assert_eq!(store.keys("media"), ["cold"]);
}
