//! The picture in the README is what the program paints.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use windlass::app::effect::{Request, StorageRequest};
use windlass::app::event::{Answer, Event, Reply};
use windlass::app::toasts::Level;
use windlass::domain::listing::{Class, ListedPage, Page};
use windlass::domain::transfer::JobId;
use windlass::domain::transfer_event::{JobChange, TransferEvent};
use windlass::ui::theme::Theme;

use crate::screens::queue::{jobs, moved};
use crate::screens::situation::{Situation, account};
use crate::support::inside::opened;
use crate::support::svg::svg;

const MIB: u64 = 1 << 20;

/// A morning's work: two pictures marked and coming down, a site going up, a note being read, a
/// link just copied.
fn screen() -> Situation {
    let mut situation = Situation::at("s3://media/photos/2026/", (120, 32));
    situation.answer(holiday);
    situation.press("2");
    situation.metered();
    situation.press("j j space space");
    situation.happen(Event::Transfer(TransferEvent::Restored(jobs()[..3].to_vec())));
    for step in 0..3_u64 {
        situation.now = situation.now.checked_add(Duration::from_secs(1)).unwrap();
        let one = moved((300 + step * 18) * MIB, 700 * MIB);
        let news = TransferEvent::job(JobId(1), JobChange::Progress(one));
        situation.happen(Event::Transfer(news));
    }
    situation.press("G");
    situation.answer(holiday);
    let link = "link copied (1 h, until 15:24)".to_owned();
    situation.state.toasts.add(situation.now, Level::Done, link);
    situation
}

fn holiday(request: &Request) -> Option<Reply> {
    match request {
        Request::Storage(StorageRequest::ListPage { token: None, .. }) => {
            Some(Ok(Answer::Page(ListedPage { page: Arc::new(folder()), next: None })))
        }
        Request::Look(_) => Some(opened("notes.md", NOTES.as_bytes())),
        other => account(other),
    }
}

const NOTES: &str = "# Two weeks, four trains\n\n- Basel to Chur, along the lake\n- over the \
                     Bernina to Tirano\n- down to Milan in the rain\n- home through the \
                     Gotthard\n\nThe best light was at six in the\nmorning, above \
                     Poschiavo:\nIMG_0414.jpg, and the whole of raw/.\n";

fn folder() -> Page {
    let mut page = Page::default();
    page.push_prefix("edited/");
    page.push_prefix("raw/");
    for (number, kib) in
        [4198, 3994, 4096, 3711, 4402, 2967, 4420, 3850, 4275, 4001].iter().enumerate()
    {
        let time = format!("2026-09-20T14:{:02}:00Z", 2 + number * 3).parse::<Timestamp>().ok();
        page.push_object(&format!("IMG_{:04}.jpg", 412 + number), kib << 10, time, Class::Standard);
    }
    let evening = "2026-09-20T19:40:00Z".parse::<Timestamp>().ok();
    page.push_object("clip.mp4", 734_003_200, evening, Class::StandardIa);
    page.push_object("map.pdf", 912_384, evening, Class::Standard);
    page.push_object("notes.md", NOTES.len() as u64, evening, Class::Standard);
    page
}

/// `WINDLASS_PICTURE=write cargo test` writes it anew.
#[test]
fn the_picture_in_the_readme_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/screen.svg");
    let theme = Theme::built_in("dark").unwrap();
    let picture = svg(&screen().painted(&theme));
    if std::env::var_os("WINDLASS_PICTURE").is_some() {
        std::fs::write(&path, &picture).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == picture,
        "assets/screen.svg is old: look at what changed, then WINDLASS_PICTURE=write cargo test \
         picture"
    );
}
