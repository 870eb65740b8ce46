//! What is entered into the form of a connection, while it is not whole.

use crate::support::app::App;

#[test]
fn a_test_of_what_is_not_whole_says_what_is_lacking() {
    let mut app = App::with_rows(&["a"]);
    app.keys("g n s").typed("http://127.0.0.1:9").keys("tab tab tab").typed("id");
    let tested = app.last_ticket();
    app.keys("ctrl-t");
    assert!(app.picture().contains("is empty"), "{}", app.picture());
    assert_eq!(app.last_ticket(), tested, "what was found before stays, and nothing is asked");
}
