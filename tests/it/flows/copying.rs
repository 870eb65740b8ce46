//! Server-side copies within and across buckets.

use windlass::app::dialogs::dialog::Dialog;
use windlass::app::effect::{Effect, Request};
use windlass::app::event::{Conflicts, Reply};
use windlass::domain::transfer::{Target, TransferCommand, Work};

use crate::support::app::App;

fn copies(app: &mut App) -> Vec<String> {
    let mut found = Vec::new();
    for effect in app.effects() {
        if let Effect::Transfer(TransferCommand::Enqueue(specs)) = effect {
            for spec in specs {
                if let Work::Copy { to_bucket, target, .. } = spec.work {
                    found.push(format!("{to_bucket}/{}", target.as_str()));
                }
            }
        }
    }
    found
}

#[test]
fn a_row_is_copied_to_another_bucket_after_a_look_at_what_is_there() {
    let mut app = App::with_rows(&["a.txt"]);
    app.keys("c ctrl-u").typed("s3://backups/2026/").keys("enter");
    let requests = app.requests();
    let [Request::Check(specs)] = requests.as_slice() else { panic!("{requests:?}") };
    assert!(matches!(&specs[0].work, Work::Copy { source: Target::Object(_), .. }));
    app.reply(Reply::Checked(Conflicts::default()));
    assert_eq!(copies(&mut app), ["backups/2026/a.txt"]);
}

#[test]
fn a_copy_onto_itself_is_refused_and_the_name_can_be_changed() {
    let mut app = App::with_rows(&["a.txt"]);
    app.keys("c enter");
    let Some(Dialog::Prompt(prompt)) = app.state.dialog() else { panic!("no prompt") };
    assert_eq!(prompt.input.text(), "s3://media/");
    assert!(prompt.problem().unwrap().contains("itself"));
    assert!(app.requests().is_empty());
    app.typed("b.txt").keys("enter").reply(Reply::Checked(Conflicts::default()));
    assert_eq!(copies(&mut app), ["media/b.txt"]);
}

#[test]
fn a_text_that_is_no_place_is_explained() {
    let mut app = App::with_rows(&["a.txt"]);
    for bad in ["backups/x", "s3://", "s3:///x"] {
        app.keys("c ctrl-u").typed(bad).keys("enter");
        let Some(Dialog::Prompt(prompt)) = app.state.dialog() else { panic!("no prompt") };
        assert!(prompt.problem().is_some(), "{bad}");
        app.keys("esc");
    }
    assert!(app.requests().is_empty());
}

#[test]
fn several_rows_keep_their_names() {
    let mut app = App::with_rows(&["a.txt", "raw/"]);
    app.keys("ctrl-a c ctrl-u").typed("s3://o/d").keys("enter");
    assert!(app.requests().is_empty());
    app.typed("/").keys("enter").reply(Reply::Checked(Conflicts::default()));
    let mut copies = copies(&mut app);
    copies.sort();
    assert_eq!(copies, ["o/d/a.txt", "o/d/raw/"]);
}
