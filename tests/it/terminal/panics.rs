//! A panic on any thread ends the screen in order: terminal restored, the report named, exit code
//! 70.

use std::fs;

use crate::terminal::demo::Well;
use crate::terminal::session::Session;

#[test]
fn a_panic_on_any_thread_ends_the_screen_in_order() {
    // A request runs on a thread of the runtime, a key is read on one of its own, and the loop is
    // the main thread.
    for place in ["request", "input", "loop"] {
        let well = Well::dig();
        let mut browser = well.browser(&[]);
        browser.env("WINDLASS_PANIC", place);
        let mut session = Session::start(browser, 80, 24);
        if place != "request" {
            session.see("samples").press("j");
        }
        assert_eq!(session.ended(), 70, "{place}:\n{}", session.contents());
        session.is_restored();
        let shown = session.contents();
        assert!(shown.contains("a bug in Windlass ended it"), "{place}:\n{shown}");
        assert!(!shown.contains("Buckets"), "{place}: text among the panes:\n{shown}");
        let state = fs::read_dir(well.home.path().join("state")).unwrap();
        let names = state.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let reports: Vec<_> = names.filter(|name| name.starts_with("crash-")).collect();
        assert_eq!(reports.len(), 1, "{place}");
        let shown: String = shown.split_whitespace().collect();
        assert!(shown.contains(&reports[0]), "{place}:\n{shown}");
    }
}
