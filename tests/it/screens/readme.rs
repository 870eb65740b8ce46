//! The picture in the README is what the program paints.

use std::path::Path;
use std::time::Duration;

use windlass::app::event::Event;
use windlass::app::toasts::Level;
use windlass::domain::transfer::{JobId, TransferEvent};
use windlass::ui::theme::Theme;

use crate::screens::queue::{jobs, moved};
use crate::screens::situation::{Situation, account};
use crate::support::svg::svg;

const MIB: u64 = 1 << 20;

fn screen() -> Situation {
    let mut situation = Situation::browsing((120, 32));
    situation.press("j j space space");
    situation.happen(Event::Transfer(TransferEvent::Restored(jobs()[..4].to_vec())));
    for step in 0..3_u64 {
        situation.now = situation.now.checked_add(Duration::from_secs(1)).unwrap();
        let one = moved((300 + step * 18) * MIB, 700 * MIB);
        let news = TransferEvent::Advanced(vec![(JobId(1), one)]);
        situation.happen(Event::Transfer(news));
    }
    situation.press("j j j j p");
    situation.answer(account);
    let link = "link copied (1 h, until 15:24)".to_owned();
    situation.state.toasts.add(situation.now, Level::Done, link);
    situation
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
        "assets/screen.svg is old: look at what changed, then WINDLASS_PICTURE=write cargo test picture"
    );
}
