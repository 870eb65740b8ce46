//! Paints the lines above and below the panes.

use ratatui::layout::Rect;

use crate::app::action::Action;
use crate::app::scope::Scope;
use crate::app::screens::leaving::Leaving;
use crate::app::screens::objects::loading::Loading;
use crate::app::spot::Spot;
use crate::app::state::State;
use crate::app::tabs::Tab;
use crate::app::toasts::{Level, Toast};
use crate::domain::units::{Count, Moment};
use crate::domain::visible::visible;
use crate::ui::glyphs::in_ascii;
use crate::ui::paint::{Paint, Span};
use crate::ui::text::width;
use crate::ui::widgets::breadcrumb::breadcrumb;
use crate::ui::widgets::field::{Typed, field};
use crate::ui::widgets::spinner::spinner;

/// Cells from which tabs are called by the names of their connections.
const NAMED_TABS: u16 = 90;

/// Cells from which it is said whose keys sign.
const WITH_IDENTITY: u16 = 56;

/// Cells that the usage takes about.
const USAGE: usize = 28;

/// Cells that the way to what can be done about an error takes about.
const HINT: usize = 18;

/// `connection ▸ bucket ▸ prefix` and, at the right, how much is loaded and whether one may write.
pub fn draw_header(paint: &mut Paint<'_>, area: Rect, state: &State) {
    let line = Span::line(area, 0).skip(1).shorter(1);
    let styles = paint.styles;
    let read_only = state.session.connection().read_only;
    let (word, style) = if read_only { ("ro", styles.warning) } else { ("rw", styles.dim) };
    let mut used = paint.print_right(line, style, format_args!("{word}")) + 2;
    if state.session.connection().is_in_the_clear() {
        let loud = format_args!("http: not encrypted");
        used += paint.print_right(line.shorter(used), styles.warning, loud) + 2;
    }
    if state.session.connection().is_unchecked() {
        let loud = format_args!("INSECURE");
        used += paint.print_right(line.shorter(used), styles.bad, loud) + 2;
    }
    if let Some(at) = state.parts.objects.browse.at() {
        let moment = Moment(at, &state.session.zone);
        let loud = format_args!("AS IT WAS {moment}");
        used += paint.print_right(line.shorter(used), styles.warning, loud) + 2;
    }
    if let Some(count) = count_text(paint, state) {
        used += paint.print_right(line.shorter(used), styles.dim, format_args!("{count}")) + 2;
    }
    let left = line.shorter(used);
    let left = left.skip(draw_tabs(paint, left, state));
    let title = state.session.title();
    let title = if paint.glyphs.are_ascii() { in_ascii(&title) } else { title };
    let name = if left.width < WITH_IDENTITY { state.session.name().as_str() } else { &title };
    match state.parts.objects.browse.place() {
        Some(at) => {
            let parts = [name, at.bucket.as_str(), at.prefix.as_str()];
            breadcrumb(paint, left, &parts);
        }
        None => {
            breadcrumb(paint, left, &[name]);
        }
    }
}

/// What tells a tab from the one on screen: its connection, or its bucket where that is the same.
fn tab_name<'a>(tab: &'a Tab, state: &State) -> &'a str {
    let bucket = || tab.parts.objects.browse.place().map_or("", |place| place.bucket.as_str());
    let own = tab.connection == *state.session.name();
    if own { bucket() } else { tab.connection.as_str() }
}

/// `1 r2 [2] 3 aws *4` where there are several; names where there is room, and how many changes a
/// watch saw there. Gives the cells used.
fn draw_tabs(paint: &mut Paint<'_>, span: Span, state: &State) -> u16 {
    if state.tabs.count() == 1 {
        return 0;
    }
    let named = span.width >= NAMED_TABS;
    let here = state.tabs.current();
    let mut labels: Vec<(usize, String)> = state
        .tabs
        .others()
        .map(|(at, tab)| {
            let name = if named { tab_name(tab, state) } else { "" };
            (at, format!("{} {}", at + 1, visible(name)).trim_end().to_owned())
        })
        .collect();
    labels.push((here, format!("[{}]", here + 1)));
    labels.sort_unstable();
    let mut used = 0;
    for (at, label) in labels {
        let style = if at == here { paint.styles.title_focused } else { paint.styles.dim };
        let place = span.skip(used);
        let mut cells = paint.put(place, &label, style);
        if let Some(news) = news_of(state, at) {
            cells += paint.put(place.skip(cells), &format!(" *{news}"), paint.styles.warning);
        }
        paint.spot(place.take(cells), Spot::Tab(at));
        used += cells + 1;
    }
    used + 1
}

/// How many changes the watch of a tab saw that were not on screen yet.
fn news_of(state: &State, at: usize) -> Option<Count> {
    let (_, tab) = state.tabs.others().find(|(place, _)| *place == at)?;
    let news = tab.parts.objects.browse.watch()?.news();
    (news > 0).then_some(Count(news))
}

/// `12,340+ ⠋`: a plus while the server has more, a sign that turns while it is coming.
fn count_text(paint: &Paint<'_>, state: &State) -> Option<String> {
    let browse = &state.parts.objects.browse;
    browse.place()?;
    let count = Count(browse.rows.listing().len() as u64);
    let more = if browse.is_incomplete() { "+" } else { "" };
    if browse.is_moving() {
        return Some(format!("{count}{more} {}", spinner(paint.glyphs, state.now)));
    }
    let stopped = if browse.loading == Loading::Stopped { " stopped" } else { "" };
    Some(format!("{count}{more}{stopped}"))
}

/// The newest note, or the filter while it is typed; at the right what the session has used.
pub fn draw_status(paint: &mut Paint<'_>, area: Rect, state: &State) {
    let line = Span::line(area, 0).skip(1).shorter(1);
    let used = if needs_the_line(state, line.width) { 0 } else { draw_usage(paint, line, state) };
    let left = line.shorter(if used > 0 { used + 2 } else { 0 });
    let browse = &state.parts.objects.browse;
    if let Some(typing) = browse.typing.as_ref().or(browse.jumping.as_ref()) {
        let sign = if browse.typing.is_some() { "/" } else { "'" };
        let slash = paint.put(left, sign, paint.styles.key);
        let typed = Typed::of(typing, true);
        field(paint, left.skip(slash).take(48), typed);
    } else if !state.pending.is_empty() {
        let keys: Vec<String> = state.pending.iter().map(ToString::to_string).collect();
        let (keys, ellipsis) = (keys.join(" "), paint.glyphs.ellipsis);
        let style = paint.styles.key;
        paint.print(left, style, format_args!("{keys} {ellipsis}"));
    } else {
        draw_toast(paint, left, state);
    }
}

/// What stays said while nothing else is: that the program will leave by itself.
fn standing_note(state: &State) -> Option<String> {
    let sentence = state.parts.places.leaving.sentence()?;
    let stay = state.session.keymap.key_for(&[Scope::Global], Action::StepBack);
    Some(match (state.parts.places.leaving, stay) {
        (Leaving::WhenFinished { .. }, Some(key)) => {
            format!("{sentence}; {key} to change your mind")
        }
        _ => sentence.to_owned(),
    })
}

/// Whether a note is so long that the usage gives way to it while it is shown.
fn needs_the_line(state: &State, cells: u16) -> bool {
    let is_typing = state.parts.objects.browse.is_typed() || !state.pending.is_empty();
    let toast = state.toasts.current().filter(|_| !is_typing);
    let hint = |toast: &Toast| if toast.explained { HINT } else { 0 };
    toast.is_some_and(|toast| width(&toast.text) + hint(toast) + 2 + USAGE > usize::from(cells))
}

/// What stays said, with the sign that turns while something is under way.
fn draw_standing(paint: &mut Paint<'_>, span: Span, state: &State) {
    let styles = paint.styles;
    if let Some(note) = standing_note(state) {
        let sign = paint.glyphs.warning;
        paint.print(span, styles.warning, format_args!("{sign} {note}"));
    } else if let Some(sentence) = state.under_way() {
        let used = paint.put(span, paint.turning(), styles.accent) + 1;
        paint.sentence(span.skip(used), &sentence, styles.dim);
    }
}

fn draw_toast(paint: &mut Paint<'_>, span: Span, state: &State) {
    let styles = paint.styles;
    let Some(toast) = state.toasts.current() else { return draw_standing(paint, span, state) };
    let (sign, style) = match toast.level {
        Level::Done => (paint.glyphs.good, styles.good),
        Level::Note | Level::Ended => (paint.glyphs.note, styles.dim),
        Level::Problem => (paint.glyphs.bad, styles.bad),
    };
    let used = paint.put(span, sign, style) + 1;
    let text = if toast.level == Level::Problem { styles.bad } else { styles.text };
    let mut room = span.skip(used);
    let why =
        state.session.keymap.key_for(&[Scope::Global], Action::Events).filter(|_| toast.explained);
    let hint = why.map(|key| format!(" {} {key}: what to do", paint.glyphs.dash));
    let cells = hint.as_deref().map_or(0, |hint| u16::try_from(width(hint)).unwrap_or(u16::MAX));
    let shown = hint.filter(|_| room.width > cells + 20);
    if shown.is_some() {
        room = room.shorter(cells);
    }
    let end = paint.sentence(room, &toast.text, text);
    if let Some(hint) = shown {
        paint.put(span.skip(used + end), &hint, styles.dim);
    }
}

/// `req A 14 · B 3  ~$0.0001`; gives the cells used.
fn draw_usage(paint: &mut Paint<'_>, span: Span, state: &State) -> u16 {
    let usage = state.usage.of(state.session.name());
    let styles = paint.styles;
    let mut used = 0;
    if let Some(price) = state.session.price() {
        let cost = price.estimate(&usage);
        used = paint.print_right(span, styles.dim, format_args!("{cost}"));
        used += 2;
    }
    if span.width < 60 {
        return used;
    }
    let (a, b, dot) = (Count(usage.class_a), Count(usage.class_b), paint.glyphs.dot);
    used + paint.print_right(span.shorter(used), styles.dim, format_args!("req A {a} {dot} B {b}"))
}
