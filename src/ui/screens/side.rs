//! Paints the side pane: its tabs and what the chosen one shows.

use ratatui::layout::Rect;

use crate::app::action::Action;
use crate::app::context::SideTab;
use crate::app::scope::Scope;
use crate::app::screens::preview::text::TextPane;
use crate::app::screens::preview::{Preview, PreviewBody};
use crate::app::screens::side::SidePane;
use crate::app::screens::side::fetched::Fetched;
use crate::app::spot::Spot;
use crate::domain::error::Error;
use crate::domain::units::{Count, CountedSoFar, Size};
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
        Some(SideTab::Details) => match (&side.head, &side.details) {
            (Fetched::Ready(_), Some(facts)) => {
                draw_details(paint, inner, facts, focused);
                scrollbar(paint, place, facts.len(), facts.list.offset);
            }
            (Fetched::Ready(_), None) => {}
            (Fetched::Failed(error), _) => draw_failed(paint, inner, error, view),
            (Fetched::Waiting, _) => draw_waiting(paint, inner, view),
            (Fetched::Nothing, _) => draw_unasked(paint, inner, side),
        },
        Some(SideTab::Preview) => match &side.looking.preview {
            Fetched::Ready(preview) => {
                let pattern = side.looking.pattern.as_ref();
                draw_preview(paint, inner, preview, pattern, focused, view);
                let extent = preview.extent();
                scrollbar(paint, place, extent.len, extent.offset);
                draw_progress(paint, inner, side, preview, view);
            }
            Fetched::Failed(error) => draw_failed(paint, inner, error, view),
            Fetched::Waiting => draw_waiting(paint, inner, view),
            Fetched::Nothing => draw_unasked(paint, inner, side),
        },
    }
}

/// What goes on, over the last line: a search, the watch over the end, another form on its way.
fn draw_progress(
    paint: &mut Paint<'_>,
    area: Rect,
    side: &SidePane,
    preview: &Preview,
    view: View<'_>,
) {
    let looking = &side.looking;
    let turns = spinner(paint.glyphs, view.now);
    let said = match looking.passed {
        Some(passed) if preview.unpacked && passed < preview.start() => {
            format!(" {turns} unpacked again from the start: {} ", Size(passed))
        }
        Some(passed) if preview.unpacked => format!(" {turns} {} unpacked ", Size(passed)),
        Some(passed) => {
            let (passed, size) = (Size(passed), Size(preview.size));
            format!(" {turns} {passed} of {size} passed ")
        }
        None if looking.is_opening() => format!(" {turns} opening "),
        None if looking.is_tailing() => format!(" {turns} the end is watched "),
        None => return,
    };
    let line = area.height.saturating_sub(1);
    let style = paint.styles.accent;
    paint.print_right(Span::line(area, line), style, format_args!("{said}"));
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
    let cut = match (side.tab(), &side.looking.preview) {
        (Some(SideTab::Preview), Fetched::Ready(preview)) => fetched(preview),
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
    let (inner, bottom_right) = match (side.tab(), &side.looking.preview) {
        (Some(SideTab::Preview), Fetched::Ready(preview)) => (within(preview), extent(preview)),
        _ => (None, String::new()),
    };
    let bottom_left = match inner {
        Some(inner) => format!("{name} ▸ {inner}"),
        None => name.to_owned(),
    };
    Labels { bottom_left, bottom_right, ..Labels::default() }
}

/// What of an archive is shown.
fn within(preview: &Preview) -> Option<&str> {
    if let Some(member) = &preview.member {
        return Some(member);
    }
    match &preview.body {
        PreviewBody::Members(members) if !members.folder.is_empty() => Some(&members.folder),
        _ => None,
    }
}

/// Where one is, and how much was fetched: never taken for the whole.
fn extent(preview: &Preview) -> String {
    let place = match &preview.body {
        PreviewBody::Empty => return String::new(),
        PreviewBody::Text(text) => text_place(text, preview),
        PreviewBody::Bytes(bytes) => part(bytes.place(), preview),
        PreviewBody::Table(table) => {
            let number = table.row(table.list.cursor).map_or(0, |(number, _)| number + 1);
            let more = if table.table.ends { "" } else { "+" };
            let hidden = match table.hidden() {
                0 => String::new(),
                hidden => format!(", {hidden} hidden"),
            };
            format!("row {} of {}{more}{hidden}", Count(number), Count(table.len() as u64))
        }
        PreviewBody::Tree(tree) => {
            let cut = if tree.tree.cut { ", cut" } else { "" };
            format!("{}{cut}", tree.path())
        }
        PreviewBody::Members(members) => {
            let whole = preview.contents.cut.is_none();
            CountedSoFar(members.count() as u64, "member", whole).to_string()
        }
        PreviewBody::Picture(picture) => {
            let sides = preview.contents.width.zip(preview.contents.height);
            let sides = sides.map(|(width, height)| format!("{width} × {height}"));
            let without = picture.without.map(str::to_owned);
            sides.into_iter().chain(without).collect::<Vec<_>>().join(" · ")
        }
        PreviewBody::Facts(_) => preview.contents.kind.name().to_owned(),
    };
    match fetched(preview) {
        Some(fetched) if !place.is_empty() => format!("{place} · {fetched}"),
        Some(fetched) => fetched,
        None => place,
    }
}

fn text_place(text: &TextPane, preview: &Preview) -> String {
    let Some(line) = text.number_of(text.offset) else { return part(text.place(), preview) };
    match text.line_count() {
        Some(all) => format!("line {} of {}", Count(line), Count(all)),
        None => format!("line {}, {}", Count(line), part(text.place(), preview)),
    }
}

/// `45%`; `at 9.1 MiB` of what is packed, whose length shows only at its end.
fn part(at: u64, preview: &Preview) -> String {
    match preview.unpacked {
        true => format!("at {}", Size(at)),
        false => format!("{}%", at.min(preview.size) * 100 / preview.size.max(1)),
    }
}

/// `64 KiB of 10 GiB fetched` where more is there than was fetched.
fn fetched(preview: &Preview) -> Option<String> {
    let bytes = preview.traffic.bytes;
    preview.is_cut().then(|| format!("{} of {} fetched", Size(bytes), Size(preview.size)))
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
