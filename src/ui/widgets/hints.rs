//! Paints keys and what they do, as many as fit, the last one always.

use crate::app::action::Action;
use crate::app::spot::Spot;
use crate::ui::paint::{Paint, Span};
use crate::ui::text::width;

/// A key as it is shown and its two or three words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    pub key: String,
    pub title: &'static str,
    /// What a click on it does.
    pub action: Action,
}

impl Hint {
    fn cells(&self) -> u16 {
        u16::try_from(width(&self.key) + 1 + width(self.title)).unwrap_or(u16::MAX)
    }
}

const BETWEEN: u16 = 2;

/// Paints the hints in order; `last` is kept where others have to go, and `more`, which is named
/// only there, is the way to them.
pub fn hints(paint: &mut Paint<'_>, span: Span, hints: &[Hint], last: &Hint, more: Option<&Hint>) {
    let mut rest = span;
    let all: u16 = hints.iter().map(|hint| hint.cells() + BETWEEN).sum();
    let more = more.filter(|_| span.width < all + last.cells());
    let reserve = last.cells() + BETWEEN + more.map_or(0, |more| more.cells() + BETWEEN);
    for hint in hints {
        if rest.width < hint.cells() + reserve {
            break;
        }
        rest = rest.skip(hint_at(paint, rest, hint) + BETWEEN);
    }
    if let Some(more) = more.filter(|_| rest.width >= reserve - BETWEEN) {
        rest = rest.skip(hint_at(paint, rest, more) + BETWEEN);
    }
    hint_at(paint, rest, last);
}

fn hint_at(paint: &mut Paint<'_>, span: Span, hint: &Hint) -> u16 {
    let styles = paint.styles;
    let key = paint.put(span, &hint.key, styles.key);
    let used = key + 1 + paint.put(span.skip(key + 1), hint.title, styles.key_label);
    paint.spot(span.take(used), Spot::Action(hint.action));
    used
}
