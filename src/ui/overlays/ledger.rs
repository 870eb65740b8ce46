//! Paints the ledger of links.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::layout::Rect;

use crate::app::overlays::ledger::{GivenLink, LinkLedger};
use crate::domain::object::ObjectAddress;
use crate::domain::units::{Counted, Moment};
use crate::ui::overlays::help::centred;
use crate::ui::paint::{Paint, Span};
use crate::ui::widgets::frame::Labels;
use crate::ui::widgets::notice::{Notice, notice};
use crate::ui::widgets::popup::large_popup;
use crate::ui::widgets::rows::{RowAt, position, rows, sign};

const WIDEST: u16 = 110;
/// Cells of `until 2026-11-29 15:30`.
const UNTIL: u16 = 22;
const METHOD: u16 = 7;
/// Cells of a row from which there is room for the method beside the object.
const WITH_METHOD: u16 = 50;

pub fn draw_ledger(paint: &mut Paint<'_>, ledger: &LinkLedger, zone: &TimeZone, now: Timestamp) {
    let links = ledger.links().unwrap_or_default();
    let labels = Labels {
        title: "Links handed out, newest first".into(),
        bottom_right: position(ledger.cursor, links.len()),
        ..Labels::default()
    };
    let height = u16::try_from(links.len()).unwrap_or(u16::MAX).saturating_add(2).max(8);
    let inner = large_popup(paint, &labels, WIDEST, height);
    if links.is_empty() {
        let headline = match ledger.links() {
            None => {
                return notice(paint, inner, &Notice::waiting(paint, "reading the list of links"));
            }
            Some(_) => "no link was handed out from here yet",
        };
        return notice(paint, inner, &Notice { headline: headline.into(), ..Notice::default() });
    }
    let list = Rect { height: inner.height.saturating_sub(2), ..inner };
    let place = centred(ledger.cursor, links.len(), list.height);
    rows(paint, list, place, |paint, span, at| {
        if let Some(link) = links.get(at.number) {
            draw_link(paint, span, at, link, zone, now);
        }
    });
    if let (Some((key, live)), true) = (ledger.of_same_key(now), inner.height > 2) {
        let last = Span::line(inner, inner.height - 1).skip(2).shorter(1);
        let links = Counted(live as u64, "link");
        let verb = links.verb("holds and ends", "hold and end");
        let words = format_args!("{links} of the key {key} {verb} with it");
        paint.print(last, paint.styles.dim, words);
    }
}

fn draw_link(
    paint: &mut Paint<'_>,
    span: Span,
    at: RowAt,
    link: &GivenLink,
    zone: &TimeZone,
    now: Timestamp,
) {
    let styles = paint.styles;
    let live = link.is_live(now);
    sign(paint, span, at, false);
    let style = if live { styles.good } else { styles.dim };
    let mut rest = span.skip(2).shorter(1);
    let moment = Moment(link.expires_at, zone);
    rest = match (span.width >= WITH_METHOD, live) {
        (true, live) => {
            let word = if live { "until" } else { "ended" };
            paint.print(rest.take(UNTIL), style, format_args!("{word} {moment}"));
            let rest = rest.skip(UNTIL + 1);
            paint.put(rest.take(METHOD), link.method.as_str(), styles.dim);
            rest.skip(METHOD)
        }
        // Which object it is tells more than how.
        (false, true) => rest.skip(paint.print(rest, style, format_args!("{moment}")) + 1),
        (false, false) => rest.skip(paint.put(rest, "ended", style) + 1),
    };
    let object = ObjectAddress::new(link.bucket.clone(), link.key.clone());
    let place = object.at_version(link.version.clone()).to_string();
    let text = if live { styles.text } else { styles.dim };
    let used = paint.name(rest, &place, text);
    paint.name(rest.skip(used + 2), link.connection.as_str(), styles.dim);
}
