//! Paints a dialog or overlay as lines, wrapped and scrolled, with its answers pinned below.

use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::app::spot::Spot;
use crate::domain::units::Counted;
use crate::domain::visible::visible;
use crate::ui::paint::{Paint, Span};
use crate::ui::text::{width, wrap};
use crate::ui::widgets::field::{Typed, field};
use crate::ui::widgets::frame::Labels;
use crate::ui::widgets::popup::{most_lines, popup};

/// What a dialog shows.
#[derive(Clone, Debug, Default)]
pub struct Sheet<'a> {
    pub labels: Labels,
    pub body: Vec<Line<'a>>,
    /// The line of the body that must be seen.
    pub focus: Option<usize>,
    /// Always seen, below the body.
    pub pinned: Vec<Line<'a>>,
    /// Cells the content may be wide at least, where the window allows.
    pub min_width: u16,
    /// What the first row of the body is counted as by a click.
    pub first_row: usize,
}

#[derive(Clone, Debug)]
pub enum Line<'a> {
    Blank,
    /// A sentence, wrapped; what is remote in it is made visible.
    Words(String, Style),
    /// A name on a line of its own, indented, shortened in the middle.
    Name(String, Style),
    /// A label in a column and a text beside it, wrapped.
    Fact {
        label: String,
        text: String,
    },
    Row(MenuRow),
    Field(Typed<'a>),
    /// A label in the column of labels, and what is entered beside it.
    Entry {
        label: String,
        entered: Entered<'a>,
    },
    Buttons(Vec<Button>),
}

#[derive(Clone, Debug)]
pub enum Entered<'a> {
    Typed(Typed<'a>),
    /// One of a few answers.
    Chosen {
        text: &'a str,
        focused: bool,
    },
}

#[derive(Clone, Debug, Default)]
pub struct MenuRow {
    pub key: Option<char>,
    pub title: String,
    pub note: String,
    /// Where notes begin, in cells from the title.
    pub column: u16,
    pub disabled: bool,
    pub cursor: bool,
}

#[derive(Clone, Debug)]
pub struct Button {
    pub title: String,
    pub focused: bool,
    pub enabled: bool,
    /// What it does cannot be taken back.
    pub danger: bool,
}

const MARGIN: u16 = 1;
const INDENT: u16 = 2;

pub fn sheet(paint: &mut Paint<'_>, sheet: &Sheet<'_>) {
    let window = paint.buffer.area;
    let mut labels = waiting(paint, &sheet.labels);
    let most = window.width.saturating_sub(2 + 2 * MARGIN).max(1);
    let all = sheet.body.iter().chain(&sheet.pinned);
    let natural = all.map(natural_width).max().unwrap_or(0);
    let title = width(&labels.title).max(width(&labels.bottom_left)) + 4;
    let title = u16::try_from(title).unwrap_or(most);
    let content = natural.max(sheet.min_width).max(title).min(most);
    let label_cells = label_width(&sheet.body, content);
    let flow = LineLayout { width: content, labels: label_cells };
    let body: u16 = sheet.body.iter().map(|line| flow.height(line)).sum();
    let pinned: u16 = sheet.pinned.iter().map(|line| flow.height(line)).sum();
    let wanted = body.saturating_add(pinned);
    let hidden = wanted.saturating_sub(most_lines(window)).min(body);
    if hidden > 0 && sheet.focus.is_none() && labels.bottom_right.is_empty() {
        // A sentence that ends in the middle is not taken for a whole one.
        labels.bottom_right = format!("{} not shown", Counted(hidden.into(), "line"));
    }
    let inner = popup(paint, &labels, content + 2 * MARGIN, wanted);
    let margin = MARGIN.min(inner.width / 4);
    let inner = Rect { x: inner.x + margin, width: inner.width - 2 * margin, ..inner };
    let pinned = pinned.min(inner.height);
    let above = Rect { height: inner.height - pinned, ..inner };
    let below = Rect { y: inner.y + above.height, height: pinned, ..inner };
    let flow = LineLayout { width: inner.width, labels: label_cells };
    flow.paint(paint, above, &sheet.body, sheet.focus, sheet.first_row);
    flow.paint(paint, below, &sheet.pinned, None, 0);
}

/// With what is waited for in the frame.
fn waiting(paint: &Paint<'_>, labels: &Labels) -> Labels {
    let mut labels = labels.clone();
    if labels.bottom_left.is_empty() {
        labels.bottom_left = paint.waiting_label().unwrap_or_default();
    }
    labels
}

/// Lays lines out in a width.
#[derive(Clone, Copy)]
struct LineLayout {
    width: u16,
    labels: u16,
}

impl LineLayout {
    fn height(self, line: &Line<'_>) -> u16 {
        let lines = match line {
            Line::Words(text, _) => wrap(&visible(text), self.width.into()).len(),
            Line::Fact { text, .. } => wrap(&visible(text), self.text_width().into()).len(),
            _ => 1,
        };
        u16::try_from(lines).unwrap_or(u16::MAX)
    }

    fn text_width(self) -> u16 {
        self.width.saturating_sub(self.labels + 2).max(1)
    }

    fn paint(
        self,
        paint: &mut Paint<'_>,
        area: Rect,
        lines: &[Line<'_>],
        focus: Option<usize>,
        first_row: usize,
    ) {
        let mut row = first_row;
        let height_of = |lines: &[Line<'_>]| lines.iter().map(|line| self.height(line)).sum();
        let mut skip = focus.map_or(0, |at| {
            let (focus_end, all): (u16, u16) = (height_of(&lines[..=at]), height_of(lines));
            // What can be moved to is seen before one moves there.
            all.min(focus_end.saturating_add(area.height / 2)).saturating_sub(area.height)
        });
        let mut top = 0;
        for line in lines {
            if top >= area.height {
                return;
            }
            let height = self.height(line);
            let hidden = skip.min(height);
            skip -= hidden;
            let shown = (height - hidden).min(area.height - top);
            let place = Rect { y: area.y + top, height: shown, ..area };
            if shown > 0 {
                self.line(paint, place, line, hidden);
            }
            if matches!(line, Line::Row(_) | Line::Entry { .. }) {
                paint.spot(Span::line(place, 0), Spot::Row(row));
                row += 1;
            }
            top += shown;
        }
    }

    /// Paints one line without its first `hidden` rows.
    fn line(self, paint: &mut Paint<'_>, area: Rect, line: &Line<'_>, hidden: u16) {
        let first = Span::line(area, 0);
        let styles = paint.styles;
        match line {
            Line::Blank => {}
            Line::Words(text, style) => {
                let wrapped = wrap(&visible(text), self.width.into());
                put_lines(paint, area, &wrapped[usize::from(hidden)..], *style);
            }
            Line::Name(name, style) => {
                paint.name(first.skip(INDENT), name, *style);
            }
            Line::Fact { label, text } => {
                if hidden == 0 {
                    paint.sentence(first.take(self.labels), label, styles.dim);
                }
                let skip = (self.labels + 2).min(area.width);
                let beside = Rect { x: area.x + skip, width: area.width - skip, ..area };
                let wrapped = wrap(&visible(text), self.text_width().into());
                put_lines(paint, beside, &wrapped[usize::from(hidden)..], styles.text);
            }
            Line::Row(row) => menu_row(paint, first, row),
            Line::Field(typed) => field(paint, first, *typed),
            Line::Entry { label, entered } => {
                paint.sentence(first.take(self.labels), label, styles.dim);
                put_entered(paint, first.skip(self.labels + 2), entered);
            }
            Line::Buttons(buttons) => put_buttons(paint, first, buttons),
        }
    }
}

fn put_lines(paint: &mut Paint<'_>, area: Rect, lines: &[String], style: Style) {
    for (text, line) in lines.iter().zip(0..area.height) {
        paint.put(Span::line(area, line), text, style);
    }
}

fn menu_row(paint: &mut Paint<'_>, span: Span, row: &MenuRow) {
    let styles = paint.styles;
    let (key_style, text) =
        if row.disabled { (styles.disabled, styles.disabled) } else { (styles.key, styles.text) };
    if row.cursor {
        paint.put(span, paint.glyphs.cursor, styles.accent);
    }
    let mut rest = span.skip(2);
    if let Some(key) = row.key {
        paint.print(rest.take(1), key_style, format_args!("{key}"));
        rest = rest.skip(3);
    }
    let used = paint.sentence(rest, &row.title, text);
    let dim = if row.disabled { styles.disabled } else { styles.dim };
    paint.sentence(rest.skip(used.max(row.column) + 2), &row.note, dim);
    if row.cursor {
        paint.restyle_line(span, styles.cursor);
    }
}

fn put_entered(paint: &mut Paint<'_>, span: Span, entered: &Entered<'_>) {
    let styles = paint.styles;
    match entered {
        Entered::Typed(typed) => field(paint, span, *typed),
        Entered::Chosen { text, focused } => {
            let (left, right) = if *focused { ("< ", " >") } else { ("", "") };
            let style = if *focused { styles.accent } else { styles.text };
            paint.print(span, style, format_args!("{left}{text}{right}"));
        }
    }
}

fn put_buttons(paint: &mut Paint<'_>, span: Span, buttons: &[Button]) {
    let cells: u16 = buttons.iter().map(|button| button_width(button) + 2).sum();
    let mut rest = span.skip(span.width.saturating_sub(cells.saturating_sub(2)));
    let styles = paint.styles;
    for (number, button) in buttons.iter().enumerate() {
        let style = match (button.enabled, button.focused, button.danger) {
            (false, ..) => styles.disabled,
            (true, true, true) => styles.danger_focused,
            (true, true, false) => styles.button_focused,
            (true, false, true) => styles.danger,
            (true, false, false) => styles.button,
        };
        let left = if button.focused { paint.glyphs.cursor } else { " " };
        let used = paint.print(rest, style, format_args!("{left}[ {} ]", button.title));
        paint.spot(rest.take(used), Spot::Button(number));
        rest = rest.skip(used + 1);
    }
}

fn button_width(button: &Button) -> u16 {
    u16::try_from(width(&button.title) + 5).unwrap_or(u16::MAX)
}

fn natural_width(line: &Line<'_>) -> u16 {
    let cells = match line {
        Line::Blank => 0,
        Line::Words(text, _) => text.split('\n').map(width).max().unwrap_or(0),
        Line::Name(name, _) => width(&visible(name)) + usize::from(INDENT),
        Line::Fact { label, text } => width(label).min(20) + 2 + width(&visible(text)),
        Line::Row(row) => 7 + width(&row.title).max(row.column.into()) + width(&row.note),
        Line::Field(_) => 40,
        Line::Entry { label, .. } => width(label).min(20) + 2 + 48,
        Line::Buttons(buttons) => buttons.iter().map(|b| usize::from(button_width(b)) + 2).sum(),
    };
    u16::try_from(cells).unwrap_or(u16::MAX)
}

/// The width of the column of labels.
fn label_width(lines: &[Line<'_>], content: u16) -> u16 {
    let widest = lines.iter().filter_map(|line| match line {
        Line::Fact { label, .. } | Line::Entry { label, .. } => Some(width(label)),
        _ => None,
    });
    u16::try_from(widest.max().unwrap_or(0)).unwrap_or(u16::MAX).min(20).min(content / 2)
}
