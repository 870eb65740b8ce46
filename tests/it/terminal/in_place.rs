//! Rows that come and go in a sorted listing of several pages, seen over the wire.

use crate::terminal::demo::Well;
use crate::terminal::session::Session;

/// Sorts before the demo's buckets, so that the cursor is on it.
const BUCKET: &str = "0-place";

#[test]
fn a_delete_in_sorted_rows_asks_for_no_page_and_a_word_answers_nothing() {
    let well = Well::dig();
    let store = well.server.store();
    for number in 0..2_500 {
        store.put(BUCKET, &format!("all/{number:04}"), vec![0; number % 50]);
    }
    let mut session = Session::start(well.browser(&[]), 100, 30);
    session.see(BUCKET).press("l").see("all/").press("l").see("1 of 2,500");
    session.press("sS").see("0049").press("j").see("2 of 2,500");
    let lists = || well.server.faults().count("ListObjectsV2");
    let before = lists();

    session.press("D").see("Keep").press("elay\r").see("Keep").press("\u{1b}").miss("Keep");
    assert!(store.object(BUCKET, "all/0099").is_some());
    session.press("D").see("Keep").press("\u{1b}[C\r").miss("Keep");
    assert!(store.object(BUCKET, "all/0099").is_some(), "the answers do not wrap");

    session.press("D").see("Keep").press("y").see("2 of 2,499").see("▸ 0149");
    assert!(store.object(BUCKET, "all/0099").is_none());
    session.press("D").see("Keep").see("0149").press("n").miss("Keep");
    assert_eq!(lists(), before);

    session.press("\u{1}").see("2,499 marked").press("D").see("Type all/ to continue");
    session.press("y\r").see("Type all/ to continue");
    assert_eq!(store.object(BUCKET, "all/0001").map(|_| ()), Some(()));
    session.press("\u{15}all/\r").miss("marked").miss("0199");
    assert!(store.object(BUCKET, "all/0001").is_none());
    assert_eq!(lists(), before);
}
