//! What is entered into the form of a connection, while it is not whole.

use windlass::app::event::Event;
use windlass::app::part::Part as _;
use windlass::app::screens::connecting::Stage;

use crate::support::app::App;

#[test]
fn an_address_that_is_pasted_among_the_ways_to_connect_opens_their_form() {
    let mut app = App::with_rows(&["a"]);
    app.keys("g n");
    app.event(Event::Paste("http://localhost:9000".to_owned()));
    assert!(matches!(app.state.parts.connecting.stage, Stage::Form(_)), "{}", app.picture());
    assert!(app.state.parts.places.dialog().is_none(), "nothing is asked behind it");
}

#[test]
fn a_test_of_what_is_not_whole_says_what_is_lacking() {
    let mut app = App::with_rows(&["a"]);
    app.keys("g n s").typed("http://127.0.0.1:9").keys("tab tab tab").typed("id");
    let tested = app.last_ticket();
    app.keys("ctrl-t");
    assert!(app.picture().contains("is empty"), "{}", app.picture());
    assert_eq!(app.last_ticket(), tested, "what was found before stays, and nothing is asked");
}
