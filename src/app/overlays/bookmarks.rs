//! Lists the bookmarks and the places that were open lately, and goes there.

use crate::app::action::{Action, KeyHint};
use crate::app::context::{Context, Intent};
use crate::app::list::{step, take_again};
use crate::app::part::Part;
use crate::app::scope::Scope;
use crate::app::session::Session;
use crate::app::spot::Spot;
use crate::app::toasts::Level;
use crate::config::bookmarks::Bookmark;

#[derive(Clone, Debug, Default)]
pub struct Bookmarks {
    /// What is open.
    here: Option<Bookmark>,
    pub cursor: usize,
}

/// One row: a place, and whether it is a bookmark.
pub type BookmarkRow<'a> = (&'a Bookmark, bool);

impl Bookmarks {
    pub fn new(here: Option<Bookmark>) -> Bookmarks {
        Bookmarks { here, cursor: 0 }
    }

    /// The bookmarks, then other places of this session and the one before, the latest first.
    pub fn rows<'a>(&self, session: &'a Session) -> Vec<BookmarkRow<'a>> {
        let kept = session.bookmarks.iter().map(|bookmark| (bookmark, true));
        let recent = session.recent.iter().filter(|place| {
            !session.bookmarks.contains(place) && Some(*place) != self.here.as_ref()
        });
        kept.chain(recent.map(|place| (place, false))).collect()
    }

    fn add(&self, cx: &mut Context<'_>) {
        match &self.here {
            Some(here) if cx.session.bookmarks.contains(here) => {
                cx.toast(Level::Note, "this place is a bookmark already");
            }
            Some(here) => {
                cx.ask(Intent::KeepBookmark { bookmark: here.clone(), kept: true });
                cx.toast(Level::Done, format!("bookmark: {here}"));
            }
            None => cx.toast(Level::Note, "bookmark: open a bucket first"),
        }
    }
}

impl Part for Bookmarks {
    fn scopes(&self) -> &'static [Scope] {
        Scope::Bookmarks.outwards()
    }

    fn hints(&self) -> Vec<KeyHint> {
        vec![
            (Action::Accept, "go there"),
            (Action::AddBookmark, "add this place"),
            (Action::RemoveBookmark, "remove"),
            (Action::Dismiss, "close"),
        ]
    }

    fn on_action(&mut self, action: Action, cx: &mut Context<'_>) -> bool {
        let rows = self.rows(cx.session);
        let (len, current) = (rows.len(), rows.get(self.cursor).copied());
        match (action, current) {
            (Action::Dismiss | Action::Close | Action::Bookmarks, _) => cx.close_overlay(None),
            (Action::AddBookmark, _) => self.add(cx),
            (Action::Accept | Action::Open, Some((place, _))) => {
                let place = place.clone();
                cx.close_overlay(Some(Intent::GoToBookmark(place)));
            }
            (Action::RemoveBookmark, Some((bookmark, true))) => {
                let bookmark = bookmark.clone();
                cx.ask(Intent::KeepBookmark { bookmark, kept: false });
            }
            (Action::RemoveBookmark, _) => cx.toast(Level::Note, "this is not a bookmark"),
            (other, _) => {
                step(&mut self.cursor, other, len);
            }
        }
        true
    }

    fn point(&mut self, spot: Spot) -> Option<Action> {
        take_again(&mut self.cursor, spot)
    }

    fn fit(&mut self, cx: &Context<'_>) {
        self.cursor = self.cursor.min(self.rows(cx.session).len().saturating_sub(1));
    }
}
