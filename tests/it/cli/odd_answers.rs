//! What servers answer rarely, and how it is told: whose fault it is and what to do.

use std::fs::{self, File, OpenOptions};
use std::process::Stdio;

use windlass::demo::faults::Fault;
use windlass::demo::store::bucket::Versioning;

use crate::cli::shop::{Shop, ran};

/// Runs a verb while an operation is answered so, and gives what it says.
fn told(shop: &Shop, fault: Fault, line: &[&str]) -> String {
    shop.server().faults().add(fault.forever());
    let run = shop.run(line).ended(1);
    shop.server().faults().clear();
    run.err
}

#[test]
fn a_condition_that_nobody_sent_is_not_told_of_a_destination() {
    let shop = Shop::open();
    shop.store().put("media", "k", "text");
    let said = told(
        &shop,
        Fault::answer(412, "PreconditionFailed").on("GetObject"),
        &["cat", "s3://media/k"],
    );
    assert!(!said.contains("destination") && !said.contains("--force"), "{said}");
    let said = told(&shop, Fault::answer(304, "").on("GetObject"), &["cat", "s3://media/k"]);
    assert!(said.contains("cache or proxy") && !said.contains("hotel"), "{said}");
}

#[test]
fn parts_that_are_refused_are_told_as_parts() {
    let shop = Shop::open();
    shop.store().create_bucket("media");
    let file = shop.write("large.bin", vec![7; 20 << 20]);
    let put = ["put", file.to_str().unwrap(), "s3://media/large.bin"];
    for (code, part, next) in [
        ("InvalidPartOrder", "a part of the upload is gone", "start the upload again"),
        ("EntityTooSmall", "smaller than the server allows", "larger parts"),
    ] {
        let fault = Fault::answer(400, code).on("CompleteMultipartUpload");
        let said = told(&shop, fault, &put);
        assert!(said.contains(part) && said.contains(next), "{said}");
    }
}

#[test]
fn a_change_under_way_elsewhere_is_tried_again_and_told_as_such() {
    let shop = Shop::open();
    shop.store().put("media", "k", "text");
    let busy = || Fault::answer(409, "OperationAborted").on("PutObjectTagging");
    shop.server().faults().add(busy());
    let tagged = ["meta", "s3://media/k", "--tag", "a=b"];
    shop.run(&tagged).ended(0);
    assert!(shop.server().faults().count("PutObjectTagging") > 1);
}

#[test]
fn a_version_that_is_not_there_is_not_told_as_an_object_that_is_not() {
    let shop = Shop::open();
    shop.store().create_bucket("media");
    shop.store().set_versioning("media", Versioning::Enabled);
    shop.store().put("media", "k", "text");
    for verb in ["cat", "stat"] {
        let said = shop.run(&[verb, "s3://media/k", "--version", "nowhere"]).ended(1).err;
        assert!(said.contains("no version of this id"), "{said}");
        assert!(said.contains("windlass versions"), "{said}");
    }
}

#[test]
fn a_key_is_not_moved_onto_itself_in_another_unicode_form() {
    let shop = Shop::like_r2();
    let (composed, apart) = ("caf\u{e9}", "cafe\u{301}");
    shop.store().put("media", composed, "text");
    for force in [&["--force"][..], &[]] {
        let (from, to) = (format!("s3://media/{composed}"), format!("s3://media/{apart}"));
        let line = [&["mv", &from, &to][..], force].concat();
        let said = shop.run(&line).ended(1).err;
        assert!(shop.store().bytes("media", composed).is_some(), "{said}");
        assert!(said.contains("same object"), "{said}");
    }
}

#[test]
fn a_stdin_that_nobody_can_have_written_to_is_no_empty_object() {
    let shop = Shop::open();
    shop.store().put("media", "k", "precious");
    let put = ["put", "--force", "-", "s3://media/k"];
    let closed = OpenOptions::new().read(true).write(true).open("/dev/null").unwrap();
    let folder = File::open(shop.path("")).unwrap();
    for (stdin, what) in [(closed, "stdin is closed"), (folder, "stdin is a folder")] {
        let mut command = shop.command(&put);
        command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped());
        let ended = command.spawn().unwrap().wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(1), "{said}");
        assert!(said.contains(what) && said.contains("< /dev/null"), "{said}");
        assert_eq!(shop.store().bytes("media", "k").unwrap(), "precious");
    }
    let mut command = shop.command(&put);
    command.stdin(File::open("/dev/null").unwrap());
    assert_eq!(command.status().unwrap().code(), Some(0));
    assert_eq!(shop.store().bytes("media", "k").unwrap(), "");
}

#[test]
fn a_folder_for_temporary_files_that_is_not_there_is_named() {
    let shop = Shop::open();
    shop.store().put("media", "k", "text");
    let mut command = shop.command(&["edit", "s3://media/k"]);
    command.env("EDITOR", "true").env("TMPDIR", shop.path("nowhere"));
    let said = ran(command, b"").ended(1).err;
    assert!(said.contains("set TMPDIR"), "{said}");
}

#[test]
fn an_upload_that_cannot_be_aborted_is_said_with_what_to_do() {
    let shop = Shop::open();
    shop.store().create_bucket("media");
    let file = shop.write("large.bin", vec![7; 20 << 20]);
    let faults = shop.server().faults();
    faults.add(Fault::answer(403, "AccessDenied").on("CompleteMultipartUpload").forever());
    faults.add(Fault::answer(403, "AccessDenied").on("AbortMultipartUpload").forever());
    let run = shop.run(&["put", file.to_str().unwrap(), "s3://media/large.bin"]).ended(1);
    let noted = run.err.lines().find(|line| line.contains("cleaned up")).unwrap_or_default();
    assert!(noted.contains("until the upload of s3://media/large.bin is aborted"), "{}", run.err);
    assert!(!run.err.lines().any(|line| line.trim_end().ends_with(':')), "{}", run.err);
    fs::remove_file(file).unwrap();
}
