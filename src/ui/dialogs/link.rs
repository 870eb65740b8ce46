//! Paints the menu of links, and a link that was copied so that the mouse can select it.

use jiff::tz::TimeZone;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};
use ratatui::widgets::{Clear, Widget};

use crate::app::action::Action;
use crate::app::dialogs::link_menu::LinkMenu;
use crate::app::layout::Rect as Area;
use crate::app::link_shown::LinkShown;
use crate::app::session::Session;
use crate::domain::qr::qr_lines;
use crate::domain::units::Moment;
use crate::domain::visible::visible;
use crate::ui::dialogs::question::{choice_sheet, draw_prompt};
use crate::ui::paint::{Paint, Span};
use crate::ui::text::prefix_of_width;
use crate::ui::widgets::sheet::sheet;

pub fn draw_link_menu(paint: &mut Paint<'_>, menu: &LinkMenu) {
    if let Some((_, prompt)) = &menu.typing {
        return draw_prompt(paint, prompt);
    }
    let filled = choice_sheet(paint, &menu.choice);
    sheet(paint, &filled);
}

/// A band over the whole width without side borders: what the mouse selects there is the text and
/// nothing else. It ends at the line `end` and begins at `top` or below; a text that needs more has
/// the window.
pub fn draw_link_shown(
    paint: &mut Paint<'_>,
    shown: &LinkShown,
    session: &Session,
    (top, end): (u16, u16),
) {
    let window = paint.buffer.area;
    if shown.code && draw_code(paint, shown) {
        return;
    }
    let text = written(shown);
    let lines: Vec<&str> =
        text.lines().flat_map(|line| cut_lines(line, window.width.into())).collect();
    let wanted = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(2);
    let end = end.min(window.height);
    let fits = wanted <= end.saturating_sub(top);
    let end = if fits { end } else { window.height };
    let height = wanted.min(end);
    let area = Rect { y: end - height, height, ..window };
    if area.is_empty() {
        return;
    }
    Clear.render(area, paint.buffer);
    paint.spots.cover(Area { x: area.x, y: area.y, width: area.width, height: area.height });
    rule(paint, Span::line(area, 0));
    title(paint, Span::line(area, 0).skip(1).shorter(1), shown, &session.zone);
    let room = Rect { y: area.y + 1, height: area.height - 1, ..area };
    for (line, number) in lines.iter().zip(0..room.height) {
        paint.put(Span::line(room, number), line, paint.styles.accent);
    }
    if wanted <= area.height {
        let last = Span::line(area, area.height - 1);
        rule(paint, last);
        let dot = paint.glyphs.dot;
        let key = session.key(Action::StepBack);
        let words = format_args!(" shift and the mouse select it {dot} {key} closes ");
        paint.print(last.skip(1).shorter(1), paint.styles.dim, words);
    }
}

/// What is shown of it, a line for each of its own.
fn written(shown: &LinkShown) -> String {
    let mut lines: Vec<String> =
        shown.text.lines().map(|line| visible(line).into_owned()).collect();
    lines.extend(shown.beside.iter().map(|line| visible(line).into_owned()));
    if shown.code {
        let larger = "the QR code needs a larger window; this is the link:".to_owned();
        lines.insert(0, larger);
    }
    lines.join("\n")
}

/// Draws the code in the middle of the window; `false` where there is no room for it.
fn draw_code(paint: &mut Paint<'_>, shown: &LinkShown) -> bool {
    let window = paint.buffer.area;
    let lines = qr_lines(&shown.text).unwrap_or_default();
    let width = lines.first().map_or(0, |line| u16::try_from(line.chars().count()).unwrap_or(0));
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    if width == 0 || width > window.width || height > window.height {
        return false;
    }
    let (x, y) = ((window.width - width) / 2, (window.height - height) / 2);
    let area = Rect { x, y, width, height };
    Clear.render(area, paint.buffer);
    paint.spots.cover(Area { x, y, width, height });
    for (line, number) in lines.iter().zip(0..height) {
        paint.put(Span::line(area, number), line, CODE);
    }
    true
}

/// Readers want dark on light, whatever the theme.
const CODE: Style = Style::new().fg(Color::Black).bg(Color::White);

fn title(paint: &mut Paint<'_>, span: Span, shown: &LinkShown, zone: &TimeZone) {
    let styles = paint.styles;
    let mut rest = span.skip(paint.put(span, " ", styles.text));
    rest = rest.skip(paint.name(rest.take(span.width / 2), &shown.subject, styles.title_focused));
    rest = rest.skip(paint.put(rest, " ", styles.text));
    if let Some(until) = shown.until {
        let until = Moment(until, zone);
        rest = rest.skip(paint.print(rest, styles.text, format_args!("until {until} ")));
    }
    if let Some(why) = shown.shortened_because() {
        paint.print(rest, styles.warning, format_args!("({why}) "));
    }
}

fn rule(paint: &mut Paint<'_>, span: Span) {
    for cell in 0..span.width {
        paint.put(span.skip(cell).take(1), paint.glyphs.rule, paint.styles.border_focused);
    }
}

/// Hard lines of the whole width: a break anywhere, for nobody breaks a link at a space.
fn cut_lines(text: &str, width: usize) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let fits = prefix_of_width(rest, width.max(2));
        let cut = if fits == 0 { rest.len() } else { fits };
        lines.push(&rest[..cut]);
        rest = &rest[cut..];
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_cut_into_whole_lines_and_nothing_is_lost() {
        assert_eq!(cut_lines("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(cut_lines("", 3), [""; 0]);
        assert_eq!(cut_lines("世界", 1), ["世", "界"]);
    }
}
