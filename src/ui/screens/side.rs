//! Paints the side pane: its tabs and what the chosen one shows.

use ratatui::layout::Rect;

use crate::app::action::Action;
use crate::app::context::SideTab;
use crate::app::scope::Scope;
use crate::app::screens::details::lines;
use crate::app::screens::preview::{Preview, PreviewBody};
use crate::app::screens::side::SidePane;
use crate::app::screens::side::fetched::Fetched;
use crate::app::spot::Spot;
use crate::domain::error::Error;
use crate::domain::units::{Count, Size};
use crate::domain::visible::visible;
use crate::ui::paint::{Paint, Span};
use crate::ui::screens::buckets::border_scrollbar;
use crate::ui::screens::details::draw_details;
use crate::ui::screens::preview::draw_preview;
use crate::ui::screens::reason::reason;
use crate::ui::screens::view::View;
use crate::ui::text::width;
use crate::ui::widgets::frame::{Labels, brackets, pane_frame};
use crate::ui::widgets::notice::{Notice, notice};
use crate::ui::widgets::rows::Window;
use crate::ui::widgets::spinner::spinner;

/// Where the pane is.
#[derive(Clone, Copy, Debug)]
pub struct SidePlace {
    pub area: Rect,
    /// The line for the name of what is shown; empty where there is none.
    pub subject: Rect,
    pub content: Rect,
    pub focused: bool,
}

pub fn draw_side(paint: &mut Paint<'_>, place: SidePlace, side: &SidePane, view: View<'_>) {
    let SidePlace { area, subject, content: inner, focused } = place;
    if subject.height > 0 {
        draw_subject(paint, Span::line(subject, 0), side);
    } else {
        pane_frame(paint, area, &labels(side), false);
    }
    draw_tabs(paint, Span::line(area, 0).skip(1), side.tab(), focused);
    match side.tab() {
        None => {}
        Some(SideTab::Details) => match &side.head {
            Fetched::Ready(head) => {
                let facts = side.object().map(|of| lines(of, head, view.zone, inner.width));
                let facts = facts.unwrap_or_default();
                draw_details(paint, inner, &facts, side.offset);
                scrollbar(paint, place, facts.len(), side.offset);
            }
            Fetched::Failed(error) => draw_failed(paint, inner, error, view),
            Fetched::Waiting => draw_waiting(paint, inner, view),
            Fetched::Nothing => draw_unasked(paint, inner, side),
        },
        Some(SideTab::Preview) => match &side.preview {
            Fetched::Ready(preview) => {
                draw_preview(paint, inner, preview, side.offset);
                scrollbar(paint, place, preview.lines(), side.offset);
            }
            Fetched::Failed(error) => draw_failed(paint, inner, error, view),
            Fetched::Waiting => draw_waiting(paint, inner, view),
            Fetched::Nothing => draw_unasked(paint, inner, side),
        },
    }
}

/// Where the cursor is on no object, or has not rested on one.
fn draw_unasked(paint: &mut Paint<'_>, area: Rect, side: &SidePane) {
    let headline = match side.subject() {
        None => "no object is selected",
        Some(subject) if subject.is_archived() => "archived: restore it to read it",
        Some(_) => return,
    };
    let said = Notice { headline: headline.into(), ..Notice::default() };
    notice(paint, area, &said);
}

fn scrollbar(paint: &mut Paint<'_>, place: SidePlace, len: usize, offset: usize) {
    let SidePlace { area, content, focused, .. } = place;
    let window = Window { len, offset, cursor: offset, focused };
    border_scrollbar(paint, area, content, window, focused);
}

/// The name of the object and how much of it is here, as far as both have room; that it is not all
/// stays longest.
fn draw_subject(paint: &mut Paint<'_>, span: Span, side: &SidePane) {
    let styles = paint.styles;
    let Labels { bottom_left: name, bottom_right: whole, .. } = labels(side);
    let cut = match (side.tab(), &side.preview) {
        (Some(SideTab::Preview), Fetched::Ready(preview)) => first_bytes(preview),
        _ => None,
    };
    let cut = cut.unwrap_or_default();
    let room = usize::from(span.width).saturating_sub(width(&visible(&name)) + 2);
    let extent = if width(&whole) <= room { whole } else { cut };
    let used = paint.print_right(span, styles.heading, format_args!("{extent}"));
    let beside = span.shorter(if used > 0 { used + 2 } else { 0 });
    paint.name(beside, &name, styles.title);
}

fn labels(side: &SidePane) -> Labels {
    let name = side.object().map_or("", |object| object.key.name());
    let bottom_right = match (side.tab(), &side.preview) {
        (Some(SideTab::Preview), Fetched::Ready(preview)) => extent(preview, side.offset),
        _ => String::new(),
    };
    Labels { bottom_left: name.to_owned(), bottom_right, ..Labels::default() }
}

/// How much of the object is here: never taken for the whole.
fn extent(preview: &Preview, offset: usize) -> String {
    let lines = match &preview.body {
        PreviewBody::Empty => return String::new(),
        PreviewBody::Text { .. } => {
            let (line, all) = preview.line_at(offset);
            let (line, all) = (Count(line as u64), Count(all as u64));
            format!("line {line} of {all}")
        }
        PreviewBody::Binary { .. } => "binary".to_owned(),
    };
    match first_bytes(preview) {
        Some(first) => format!("{lines}, {first}"),
        None => lines,
    }
}

/// `first 256 KiB of 1.0 MiB` where more is there than was fetched.
fn first_bytes(preview: &Preview) -> Option<String> {
    let size = preview.size.filter(|_| preview.is_cut())?;
    Some(format!("first {} of {}", Size(preview.fetched as u64), Size(size)))
}

fn draw_tabs(paint: &mut Paint<'_>, span: Span, tab: Option<SideTab>, focused: bool) {
    let styles = paint.styles;
    let chosen = if focused { styles.title_focused } else { styles.title };
    let mut rest = span.shorter(2);
    rest = rest.skip(paint.put(rest, " 4 ", chosen));
    for (number, (name, each)) in
        [("Preview", SideTab::Preview), ("Details", SideTab::Details)].into_iter().enumerate()
    {
        if number > 0 {
            rest = rest.skip(paint.put(rest, " │ ", styles.border));
        }
        let is_chosen = tab == Some(each);
        let style = if is_chosen { chosen } else { styles.dim };
        let start = rest;
        rest = rest.skip(paint.put(rest, name, style));
        let action = if each == SideTab::Preview { Action::Preview } else { Action::Details };
        if !is_chosen {
            paint.spot(start.take(start.width - rest.width), Spot::Action(action));
        }
        if is_chosen {
            let underline = ratatui::style::Style::new().underlined();
            paint.restyle_line(start.take(start.width - rest.width), underline);
        }
    }
    rest = rest.skip(paint.put(rest, " ", styles.text));
    if focused {
        brackets(
            paint,
            Span { x: span.x.saturating_sub(1), ..span },
            1 + span.width - 2 - rest.width,
        );
    }
}

fn draw_failed(paint: &mut Paint<'_>, area: Rect, error: &Error, view: View<'_>) {
    let press = format!("{} fetches it again", view.key(Scope::Side, Action::Refresh));
    let said = reason(paint, error, view.session, press);
    notice(paint, area, &said);
}

fn draw_waiting(paint: &mut Paint<'_>, area: Rect, view: View<'_>) {
    let said = Notice {
        sign: spinner(paint.glyphs, view.now),
        sign_style: paint.styles.accent,
        headline: "fetching".into(),
        sentences: Vec::new(),
    };
    notice(paint, area, &said);
}
