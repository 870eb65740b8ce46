//! Every verb against the embedded server: what it does, prints and exits with.

use std::fs;

use windlass::demo::faults::{Act, Fault};

use crate::cli::shop::Shop;

const ODD: &str = "odd/a b+%2F\u{1b}[31m\u{fc}";

#[test]
fn ls_shows_buckets_levels_and_everything_below() {
    let shop = Shop::open();
    shop.store().put("media", "top.txt", "1234");
    shop.store().put("media", "photos/2026/a.jpg", "12");
    shop.store().put("media", ODD, "");
    let buckets = shop.run(&["ls"]).ended(0);
    assert!(buckets.out.trim_end().ends_with("\tmedia"), "{}", buckets.out);
    let names = |out: &str| {
        out.lines().map(|line| line.rsplit('\t').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let level = shop.run(&["ls", "s3://media/"]).ended(0);
    assert_eq!(names(&level.out), ["odd/", "photos/", "top.txt"]);
    let below = shop.run(&["ls", "-r", "s3://media"]).ended(0);
    assert_eq!(names(&below.out), [ODD, "photos/2026/a.jpg", "top.txt"]);
    let inner = shop.run(&["ls", "s3://media/photos/20"]).ended(0);
    assert_eq!(names(&inner.out), ["2026/"]);
}

#[test]
fn ls_gives_one_json_object_per_row() {
    let shop = Shop::open();
    shop.store().put("media", "top.txt", "1234");
    shop.store().put("media", "p/x\ny", "");
    let buckets = shop.run(&["ls", "--json"]).ended(0).json();
    assert_eq!(buckets[0]["bucket"], "media");
    let rows = shop.run(&["ls", "s3://media", "--json"]).ended(0).json();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0]["prefix"], "p/");
    assert_eq!((&rows[1]["key"], &rows[1]["size"]), (&"top.txt".into(), &4.into()));
    assert!(rows[1]["modified"].as_str().unwrap().ends_with('Z'));
    let deep = shop.run(&["ls", "-r", "s3://media/p/", "--json"]).ended(0).json();
    assert_eq!(deep[0]["key"], "p/x\ny");
}

#[test]
fn get_brings_an_object_under_its_name_or_another() {
    let shop = Shop::open();
    let bytes: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    shop.store().put("media", "a/clip.bin", bytes.clone());
    shop.run(&["get", "s3://media/a/clip.bin"]).ended(0);
    assert_eq!(fs::read(shop.path("clip.bin")).unwrap(), bytes);
    shop.run(&["get", "s3://media/a/clip.bin", "other.bin"]).ended(0);
    assert_eq!(fs::read(shop.path("other.bin")).unwrap(), bytes);
    fs::create_dir(shop.path("folder")).unwrap();
    let job = shop.run(&["get", "s3://media/a/clip.bin", "folder", "--json"]).ended(0).json();
    assert_eq!(fs::read(shop.path("folder/clip.bin")).unwrap(), bytes);
    assert_eq!((&job[0]["state"], &job[0]["bytes"]), (&"done".into(), &100_000.into()));
}

#[test]
fn get_overwrites_nothing_unasked() {
    let shop = Shop::open();
    shop.store().put("media", "a.txt", "remote");
    let file = shop.write("a.txt", "mine");
    let refused = shop.run(&["get", "s3://media/a.txt"]).ended(1);
    assert!(refused.err.contains("--force"), "{}", refused.err);
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    shop.run(&["get", "s3://media/a.txt", "--skip-existing"]).ended(0);
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    shop.run(&["get", "s3://media/a.txt", "--keep-both"]).ended(0);
    assert_eq!(fs::read_to_string(shop.path("a (1).txt")).unwrap(), "remote");
    shop.run(&["get", "s3://media/a.txt", "--force"]).ended(0);
    assert_eq!(fs::read_to_string(&file).unwrap(), "remote");
}

#[test]
fn put_and_get_carry_whole_trees() {
    let shop = Shop::open();
    shop.store().create_bucket("media");
    shop.write("tree/one.txt", "1");
    shop.write("tree/deep/two.json", "{}");
    shop.run(&["put", "tree", "s3://media/up/"]).ended(0);
    let keys = shop.store().keys("media");
    assert_eq!(keys.len(), 2, "{keys:?}");
    assert!(keys.iter().all(|key| key.starts_with("up/")), "{keys:?}");
    let from = format!("s3://media/{}", &keys[0][..keys[0].find("deep/").unwrap()]);
    shop.run(&["get", &from, "back"]).ended(0);
    let found = shop.run(&["ls", "-r", "s3://media", "--json"]).ended(0).json();
    assert_eq!(found.len(), 2);
    let mut files = Vec::new();
    collect(&shop.path("back"), &mut files);
    files.sort();
    assert_eq!(files, ["one.txt=1", "two.json={}"]);
}

/// Every file below a folder as `name=content`.
fn collect(folder: &std::path::Path, files: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            files.push(format!("{name}={}", fs::read_to_string(&path).unwrap()));
        }
    }
}

#[test]
fn put_takes_the_files_name_below_a_prefix_and_overwrites_nothing_unasked() {
    let shop = Shop::open();
    shop.store().create_bucket("media");
    shop.write("note.txt", "first");
    shop.run(&["put", "note.txt", "s3://media/notes/"]).ended(0);
    assert_eq!(shop.store().bytes("media", "notes/note.txt").unwrap(), "first");
    shop.write("note.txt", "second");
    shop.run(&["put", "note.txt", "s3://media/notes/note.txt"]).ended(1);
    assert_eq!(shop.store().bytes("media", "notes/note.txt").unwrap(), "first");
    shop.run(&["put", "note.txt", "s3://media/notes/", "--force"]).ended(0);
    assert_eq!(shop.store().bytes("media", "notes/note.txt").unwrap(), "second");
}

#[test]
fn cp_copies_objects_and_prefixes_on_the_server() {
    let shop = Shop::open();
    shop.store().put("media", "a/x.txt", "x");
    shop.store().put("media", "a/deep/y.txt", "y");
    shop.store().create_bucket("vault");
    shop.run(&["cp", "s3://media/a/x.txt", "s3://vault/kept/"]).ended(0);
    assert_eq!(shop.store().bytes("vault", "kept/x.txt").unwrap(), "x");
    shop.run(&["cp", "s3://media/a/x.txt", "s3://vault/kept/"]).ended(1);
    shop.run(&["cp", "s3://media/a/", "s3://vault/all/"]).ended(0);
    assert_eq!(shop.store().keys("vault"), ["all/deep/y.txt", "all/x.txt", "kept/x.txt"]);
}

#[test]
fn rm_takes_what_is_named_and_no_more() {
    let shop = Shop::open();
    for key in ["a", "dir/", "dir/x", "dir/y", "dirt"] {
        shop.store().put("media", key, "");
    }
    let refused = shop.run(&["rm", "s3://media/a", "s3://media/dir/"]).ended(2);
    assert!(refused.err.contains("rm -r s3://media/dir/"), "{}", refused.err);
    assert_eq!(shop.store().keys("media").len(), 5, "nothing is deleted by half a command");
    let jobs = shop.run(&["rm", "s3://media/a", "--json"]).ended(0).json();
    assert_eq!(jobs[0]["objects"], 1);
    shop.store().remove("media", "dir/");
    let refused = shop.run(&["rm", "-r", "s3://media/dir"]).ended(2);
    assert!(refused.err.contains("--yes"), "{}", refused.err);
    assert_eq!(shop.store().keys("media").len(), 3);
    let jobs = shop.run(&["rm", "-r", "s3://media/dir", "--yes", "--json"]).ended(0).json();
    assert_eq!((&jobs[0]["job"], &jobs[0]["objects"]), (&"rm".into(), &2.into()));
    assert_eq!(shop.store().keys("media"), ["dirt"]);
    shop.run(&["rm", "s3://media"]).ended(2);
}

#[test]
fn rm_says_what_was_never_there() {
    let shop = Shop::open();
    let store = shop.store();
    store.create_bucket("media");
    let missing = shop.run(&["rm", "s3://media/never"]).ended(1);
    assert!(missing.err.contains("s3://media/never"), "{}", missing.err);
    let missing = shop.run(&["rm", "s3://media/never", "--json"]).ended(1);
    let (told, error) = (&missing.json()[0], &missing.err);
    assert_eq!((&told["objects"], &told["failed"]), (&0.into(), &1.into()), "{told}");
    assert!(error.contains("NoSuchKey"), "{error}");
    for quiet in ["-f", "--force"] {
        let ran = shop.run(&["rm", quiet, "s3://media/never"]).ended(0);
        assert_eq!((ran.out.as_str(), ran.err.as_str()), ("", ""));
    }
    for key in ["a", "b"] {
        store.put("media", key, "");
    }
    let partly =
        shop.run(&["rm", "s3://media/a", "s3://media/never", "s3://media/b", "--json"]).ended(3);
    let told = &partly.json()[0];
    assert_eq!((&told["objects"], &told["failed"]), (&2.into(), &1.into()), "{told}");
    assert_eq!(store.keys("media"), [""; 0]);
    store.put("media", "a", "");
    let told = shop.run(&["rm", "-f", "s3://media/a", "s3://media/never", "--json"]).ended(0);
    let told = &told.json()[0];
    assert_eq!((&told["objects"], &told["skipped"]), (&1.into(), &1.into()), "{told}");
    // Keys that may not look have the server's word.
    store.put("media", "a", "");
    let faults = shop.server().faults();
    faults.add(Fault::answer(403, "AccessDenied").on("HeadObject").forever());
    shop.run(&["rm", "s3://media/a"]).ended(0);
    assert_eq!(store.keys("media"), [""; 0]);
    faults.clear();
    // A server that says so and does not do it is not believed.
    store.put("media", "a", "");
    faults.add(Fault::new(Act::Pretend).on("DeleteObject").forever());
    let lied = shop.run(&["rm", "s3://media/a"]).ended(1);
    assert!(lied.err.contains("still there"), "{}", lied.err);
}

#[test]
fn mb_and_rb_make_and_remove_empty_buckets() {
    let shop = Shop::open();
    shop.run(&["mb", "fresh"]).ended(0);
    assert_eq!(shop.run(&["mb", "s3://other", "--json"]).ended(0).json()[0]["made"], "other");
    assert_eq!(shop.store().buckets(), ["fresh", "other"]);
    shop.store().put("other", "k", "");
    let full = shop.run(&["rb", "other"]).ended(1);
    assert!(full.err.contains("BucketNotEmpty"), "{}", full.err);
    shop.run(&["rb", "fresh"]).ended(0);
    assert_eq!(shop.store().buckets(), ["other"]);
}

#[test]
fn a_presigned_link_gives_the_bytes_to_anyone() {
    let shop = Shop::open();
    shop.store().put("media", "a b/ü+.txt", "linked");
    let link = shop.run(&["presign", "s3://media/a b/ü+.txt", "--expires", "15m"]).ended(0).out;
    assert!(link.contains("X-Amz-Expires=900"), "{link}");
    let (status, body) = crate::support::http::get(link.trim());
    assert_eq!((status, body.as_slice()), (200, b"linked".as_slice()));
    let json = shop.run(&["presign", "s3://media/k", "--json"]).ended(0).json();
    assert!(json[0]["url"].as_str().unwrap().contains("X-Amz-Expires=3600"));
    assert!(json[0]["expires_at"].is_string());
    shop.run(&["presign", "s3://media/"]).ended(2);
}

#[test]
fn errors_say_what_and_next_with_the_code() {
    let shop = Shop::open();
    let missing = shop.run(&["ls", "s3://nowhere"]).ended(1);
    assert!(missing.err.starts_with("windlass: "), "{}", missing.err);
    assert!(missing.err.contains("\n  next   "), "{}", missing.err);
    assert!(missing.err.contains("NoSuchBucket"), "{}", missing.err);
    assert_eq!(missing.out, "");
    let json = shop.run(&["ls", "s3://nowhere", "--json"]).ended(1);
    let error: serde_json::Value = serde_json::from_str(json.err.trim()).unwrap();
    assert_eq!(error["error"]["kind"], "NoSuchBucket");
    assert_eq!(error["error"]["status"], 404);
    let mut wrong = shop.command(&["ls"]);
    wrong.env("AWS_SECRET_ACCESS_KEY", "hush-hush");
    let wrong = crate::cli::shop::ran(wrong, b"").ended(1);
    assert!(wrong.err.contains("SignatureDoesNotMatch"), "{}", wrong.err);
    assert!(!wrong.err.contains("hush-hush"));
}

#[test]
fn some_of_many_failing_is_exit_code_3() {
    let shop = Shop::open();
    shop.store().put("media", "p/a.txt", "remote");
    shop.store().put("media", "p/b.txt", "remote");
    shop.write("out/a.txt", "mine");
    shop.write("out/p/a.txt", "mine");
    let partly = shop.run(&["get", "s3://media/p/", "out", "--json"]).ended(3);
    assert_eq!(partly.json()[0]["failed"], 1, "{}", partly.out);
    assert_eq!(fs::read_to_string(shop.path("out/a.txt")).unwrap(), "mine");
    assert_eq!(fs::read_to_string(shop.path("out/p/a.txt")).unwrap(), "mine");
}

#[test]
fn completions_know_every_verb() {
    let shop = Shop::open();
    for shell in ["bash", "zsh", "fish"] {
        let script = shop.run(&["completions", shell]).ended(0).out;
        for verb in ["presign", "demo", "ls"] {
            assert!(script.contains(verb), "{shell} lacks {verb}");
        }
    }
    shop.run(&["completions", "tcl"]).ended(2);
}

#[test]
fn the_browser_refuses_a_stdout_that_is_no_terminal() {
    let shop = Shop::open();
    for arguments in [&[][..], &["s3://media/"], &["demo"]] {
        let refused = shop.run(arguments).ended(2);
        assert!(refused.err.contains("needs a terminal"), "{}", refused.err);
        assert_eq!(refused.out, "");
    }
}

#[test]
fn a_destination_that_is_a_file_is_called_so_and_left_alone() {
    let shop = Shop::open();
    shop.store().put("media", "p/a.txt", "remote");
    let file = shop.write("out", "mine");
    for arguments in
        [&["get", "s3://media/p/", "out/"][..], &["get", "s3://media/p/", "out/x/", "--force"]]
    {
        let refused = shop.run(arguments).ended(1);
        assert!(refused.err.contains("a file, not a folder"), "{}", refused.err);
        assert!(!refused.err.contains("--force"), "{}", refused.err);
        assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    }
}

#[test]
fn an_object_of_many_that_fails_is_named_by_its_whole_place() {
    let shop = Shop::open();
    shop.store().put("media", "a", "a");
    shop.write("tree/a.txt", "a");
    std::os::unix::fs::symlink("a.txt", shop.path("tree/link")).unwrap();
    let ran = shop.run(&["rm", "s3://media/a", "s3://media/nope", "--json"]).ended(3);
    assert!(ran.err.contains("\"place\":\"s3://media/nope\""), "{}", ran.err);
    let ran = shop.run(&["put", "tree", "s3://media/up/", "--json"]).ended(3);
    let link = format!("\"place\":\"{}\"", shop.path("tree/link").display());
    assert!(ran.err.contains(&link), "{}", ran.err);
}
