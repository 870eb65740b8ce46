//! Paints the bookmarks and the places that were open lately.

use crate::app::action::Action;
use crate::app::overlays::bookmarks::Bookmarks;
use crate::app::scope::Scope;
use crate::app::session::Session;
use crate::ui::overlays::help::centred;
use crate::ui::paint::Paint;
use crate::ui::widgets::frame::Labels;
use crate::ui::widgets::notice::{Notice, notice};
use crate::ui::widgets::popup::large_popup;
use crate::ui::widgets::rows::{position, rows, sign};

const WIDEST: u16 = 100;
/// Cells of `bookmark`.
const KIND: u16 = 8;

pub fn draw_bookmarks(paint: &mut Paint<'_>, bookmarks: &Bookmarks, session: &Session) {
    let all = bookmarks.rows(session);
    let labels = Labels {
        title: "Bookmarks and recent places".into(),
        bottom_right: position(bookmarks.cursor, all.len()),
        ..Labels::default()
    };
    let height = u16::try_from(all.len()).unwrap_or(u16::MAX).max(8);
    let inner = large_popup(paint, &labels, WIDEST, height);
    if all.is_empty() {
        let key = session.keymap.key_for(&[Scope::Bookmarks], Action::AddBookmark);
        let said = key.map(|key| format!("{key} adds the place that is open"));
        let headline = "no bookmark yet".to_owned();
        let sentences = said.into_iter().collect();
        return notice(paint, inner, &Notice { headline, sentences, ..Notice::default() });
    }
    let place = centred(bookmarks.cursor, all.len(), inner.height);
    rows(paint, inner, place, |paint, span, at| {
        let Some((bookmark, kept)) = all.get(at.number) else { return };
        let styles = paint.styles;
        sign(paint, span, at, false);
        let rest = span.skip(2).shorter(1);
        let (kind, style) = if *kept { ("bookmark", styles.text) } else { ("recent", styles.dim) };
        paint.put(rest.take(KIND), kind, styles.dim);
        paint.name(rest.skip(KIND + 2), &bookmark.to_string(), style);
    });
}
