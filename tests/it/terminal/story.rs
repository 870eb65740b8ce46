//! The daily work from the keyboard, with every byte compared.

use std::fs;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::support::http;
use crate::terminal::demo::Well;
use crate::terminal::session::Session;

/// Sorts before the demo's buckets, so that the cursor is on it.
const BUCKET: &str = "0-story";

fn noise(length: usize, seed: u32) -> Vec<u8> {
    let mut state = seed;
    let step = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..length).map(step).collect()
}

#[test]
fn browse_filter_mark_download_upload_link_delete_and_leave() {
    let well = Well::dig();
    let store = well.server.store();
    let (one, two) = (noise(300_000, 1), noise(20_000_000, 2));
    store.put(BUCKET, "photos/a b+%.jpg", one.clone());
    store.put(BUCKET, "photos/big.jpg", two.clone());
    store.put(BUCKET, "photos/notes.txt", "not a picture");
    let local = well.home.path().join("tree");
    fs::create_dir_all(local.join("inner")).unwrap();
    fs::write(local.join("top.txt"), "top").unwrap();
    fs::write(local.join("inner/deep.txt"), "deep").unwrap();

    let mut session = Session::start(well.browser(&[]), 120, 40);
    session.see(BUCKET).press("l").see("photos/");
    session.press("l").see("notes.txt").see("big.jpg");

    session.press("/jpg\r").miss("notes.txt").see("a b+%.jpg");
    session.press("  ").see("2 marked");
    session.press("d").see("Download 2 rows to");
    session.press("\u{15}got\r");
    let got = well.home.path().join("got");
    wait_for_file(&mut session, &got.join("big.jpg"), two.len());
    wait_for_file(&mut session, &got.join("a b+%.jpg"), one.len());
    assert!(fs::read(got.join("a b+%.jpg")).unwrap() == one);
    assert!(fs::read(got.join("big.jpg")).unwrap() == two);

    session.press("\u{1b}").see("notes.txt");
    session.press("u").see("Upload to s3://0-story/photos/");
    session.press("\t").press("\u{15}tree\r").see("1 marked").press("\r");
    wait_for_key(&mut session, &well, "photos/tree/inner/deep.txt");
    wait_for_key(&mut session, &well, "photos/tree/top.txt");
    assert_eq!(store.bytes(BUCKET, "photos/tree/inner/deep.txt").unwrap(), "deep");

    session.press("/notes\r").see("1 of 1 found");
    session.press("y");
    let sent = session.raw_after("\u{1b}]52;c;", "\u{7}");
    let link = String::from_utf8(STANDARD.decode(sent).unwrap()).unwrap();
    let (status, body) = http::get(&link);
    assert_eq!((status, body.as_slice()), (200, b"not a picture".as_slice()), "{link}");

    session.see("esc closes").press("\u{1b}").miss("esc closes");
    session.press("D").see("Delete").see("Keep");
    session.press("y");
    session
        .wait_until("the object is deleted", || store.object(BUCKET, "photos/notes.txt").is_none());
    assert!(store.object(BUCKET, "photos/big.jpg").is_some());

    session.see("3 done").press("q");
    assert_eq!(session.ended(), 0);
    session.is_restored();
}

fn wait_for_file(session: &mut Session, path: &std::path::Path, bytes: usize) {
    session.wait_until(&format!("{} is there", path.display()), || {
        fs::metadata(path).is_ok_and(|found| found.len() == bytes as u64)
    });
}

fn wait_for_key(session: &mut Session, well: &Well, key: &str) {
    let store = well.server.store();
    session.wait_until(&format!("{key} is there"), || store.object(BUCKET, key).is_some());
}

/// More than any reader takes at once: what a flick of the wheel or a slow line brings in one go.
#[test]
fn everything_that_comes_at_once_is_read() {
    let well = Well::dig();
    for number in 0..400 {
        well.server.store().put(BUCKET, &format!("k{number:03}"), "x");
    }
    let mut session = Session::start(well.browser(&[&format!("s3://{BUCKET}/")]), 100, 30);
    session.see("k000").see("400");
    session.press(&"\u{1b}[<65;50;10M".repeat(360));
    session.press(&"j".repeat(1_500)).see("400 of 400");
    session.press("gp").press("\u{15}").press(&"abcdefghij".repeat(300)).press("END");
    session.see("fghijEND").press("\u{1b}").miss("Go to");
    session.press("q");
    assert_eq!(session.ended(), 0);
    session.is_restored();
}
