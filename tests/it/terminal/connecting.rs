//! The first start of somebody who has only an address and two keys.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::terminal::demo::{Well, windlass};
use crate::terminal::session::Session;

const SAVE: &str = "\u{f}";

fn pasted(text: &str) -> String {
    // As terminals do, with carriage returns for the ends of lines.
    format!("\u{1b}[200~{}\u{1b}[201~", text.replace('\n', "\r"))
}

#[test]
fn from_nothing_to_the_buckets_and_there_again_at_the_next_start() {
    let well = Well::dig();
    let (server, home) = (&well.server, well.home.path());
    let secret = server.secret_access_key();
    let block = format!(
        "endpoint={}\nregion={}\naccess_key_id={}\nsecret_access_key={secret}\n",
        server.endpoint(),
        server.region(),
        server.access_key_id(),
    );
    let mut session = Session::start(windlass(home, &[]), 100, 30);
    session.see("Welcome to Windlass").press(&pasted(&block));
    session.see("Connect to an S3 server").see("list objects").miss("testing in the background");
    let asked = server.store().bytes("samples", "no such key");
    assert!(asked.is_none());
    session.press(SAVE).see("s3 was saved").see("samples").miss("Connect to an S3 server");
    session.press("q");
    assert_eq!(session.ended(), 0);
    session.is_restored();
    assert!(
        !String::from_utf8_lossy(&session.raw()).contains(secret),
        "the secret was never shown"
    );

    let config = fs::read_to_string(home.join("config/config.toml")).unwrap();
    assert!(config.contains("keys = \"file\"") && !config.contains(secret), "{config}");
    let secrets = home.join("config/secrets.toml");
    assert!(fs::read_to_string(&secrets).unwrap().contains(secret));
    assert_eq!(fs::metadata(&secrets).unwrap().permissions().mode() & 0o777, 0o600);

    let mut session = Session::start(windlass(home, &[]), 100, 30);
    session.see("samples").press("Pe").see("Change s3").press("\u{1b}").miss("Change s3");
    session.press("gx").see("Remove a connection").press("y").see("s3 was removed");
    session.press("q");
    assert_eq!(session.ended(), 0);
    assert!(!secrets.exists());
}

#[test]
fn keys_that_others_may_read_are_refused_with_what_to_do() {
    let well = Well::dig();
    let folder = well.home.path().join("config");
    fs::create_dir_all(&folder).unwrap();
    let config =
        format!("[connections.lab]\nendpoint = \"{}\"\nkeys = \"file\"\n", well.server.endpoint());
    fs::write(folder.join("config.toml"), config).unwrap();
    fs::write(
        folder.join("secrets.toml"),
        "[lab]\naccess_key_id = \"a\"\nsecret_access_key = \"b\"\n",
    )
    .unwrap();
    fs::set_permissions(folder.join("secrets.toml"), fs::Permissions::from_mode(0o644)).unwrap();
    let mut session = Session::start(windlass(well.home.path(), &[]), 100, 30);
    session.see("Buckets");
    session.wait("the whole sentence", |screen| {
        let words: String = screen.contents().split([' ', '\n', '│']).collect();
        words.contains("chmod600")
    });
}

#[test]
fn flags_for_the_objects_of_one_bucket_hold_on_the_screen() {
    let well = Well::dig();
    well.server.store().put("0-keyed", "plain.txt", "plain");
    fs::write(well.home.path().join("vault.key"), [7; 32]).unwrap();
    let flags = ["--requester-pays", "--sse-c-key", "vault.key", "s3://0-keyed/"];
    let mut session = Session::start(well.browser(&flags), 100, 30);
    session.see("plain.txt").press("gk").see("Now you pay for requests here.");
    session.see("Now the key of vault.key is given.");
    session.press("\u{1b}").miss("Now you pay").press("q");
    assert_eq!(session.ended(), 0);
    for (flags, said) in [
        (&["--requester-pays"][..], "name it, as in"),
        (&["--sse-c-key", "missing.key", "s3://0-keyed/"], "missing.key"),
    ] {
        let mut session = Session::start(well.browser(flags), 100, 30);
        session.see(said);
        assert_ne!(session.ended(), 0, "{flags:?}");
    }
}
