//! Paints in what two objects differ.

use jiff::Timestamp;
use ratatui::layout::Rect;

use crate::app::overlays::comparison::{ComparisonLine, ComparisonSheet, TreesSum};
use crate::domain::cells::wrap;
use crate::domain::compared::TreeDifference;
use crate::domain::diff_end::DiffKind;
use crate::domain::line_difference::DifferenceLine;
use crate::domain::units::{Count, Counted, Size};
use crate::domain::value_difference::ValueDifference;
use crate::domain::visible::visible;
use crate::ui::overlays::help::centred;
use crate::ui::paint::{Paint, Span};
use crate::ui::widgets::difference::draw_difference;
use crate::ui::widgets::frame::Labels;
use crate::ui::widgets::notice::{Notice, notice};
use crate::ui::widgets::popup::large_popup;
use crate::ui::widgets::rows::{position, rows, sign};
use crate::ui::widgets::spinner::spinner;

const WIDEST: u16 = 160;

/// From this width on lines stand beside each other.
const BESIDE: u16 = 96;

/// Cells of the names of facts at least.
const NAMES: u16 = 18;

/// Cells of what became of a name.
const WORD: u16 = 8;

/// Lines below the names of trees.
const TOLD: u16 = 3;

/// Lines above: both objects, and one that stays empty.
const SIDES: u16 = 3;

pub fn draw_comparison(paint: &mut Paint<'_>, comparison: &ComparisonSheet, now: Timestamp) {
    let lines = comparison.lines().unwrap_or_default();
    let labels = Labels {
        title: "Compare".into(),
        bottom_right: position(comparison.scroll, lines.len()),
        ..Labels::default()
    };
    let tallest = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let inner = large_popup(paint, &labels, WIDEST, tallest.saturating_add(SIDES + 2).max(8));
    let styles = paint.styles;
    let sides = [("- ", &comparison.one, styles.bad), ("+ ", &comparison.other, styles.good)];
    for (line, (sign, end, style)) in (0..inner.height).zip(sides) {
        let span = Span::line(inner, line).skip(1).shorter(1);
        paint.put(span.take(2), sign, style);
        paint.name(span.skip(2), &end.to_string(), style);
    }
    let told = Span::line(inner, 2).skip(1).shorter(1);
    let sign = comparison.is_comparing().then(|| spinner(paint.glyphs, now));
    if let Some(sum) = comparison.trees() {
        paint.put(told, &sum_of(paint, sum, sign), styles.dim);
    } else if let (Some(sign), true) = (sign, comparison.lines().is_some()) {
        paint.put(told, &format!("{sign} reading on"), styles.dim);
    } else if comparison.lines().is_none() {
        let place = inner.inner(ratatui::layout::Margin { horizontal: 0, vertical: 1 });
        let headline = format!("{} comparing", spinner(paint.glyphs, now));
        return notice(paint, place, &Notice { headline, ..Notice::default() });
    }
    if comparison.trees().is_some() {
        return draw_names(paint, inner, comparison);
    }
    let mut line = SIDES;
    for each in lines.iter().skip(comparison.scroll) {
        if line >= inner.height {
            break;
        }
        line = draw_line(paint, inner, line, each);
    }
}

/// The names of trees that differ as rows, and below them the cursor's row in whole.
fn draw_names(paint: &mut Paint<'_>, inner: Rect, comparison: &ComparisonSheet) {
    let lines = comparison.lines().unwrap_or_default();
    let below = if inner.height > 2 * SIDES + TOLD { TOLD } else { 0 };
    let height = inner.height.saturating_sub(SIDES + below);
    let list = Rect { y: inner.y + SIDES.min(inner.height), height, ..inner };
    rows(paint, list, centred(comparison.scroll, lines.len(), height), |paint, span, at| {
        sign(paint, span, at, false);
        let span = span.skip(2).shorter(1);
        match lines.get(at.number) {
            Some(ComparisonLine::Name(found)) => draw_name(paint, span, found),
            Some(ComparisonLine::Sentence(text)) => {
                paint.put(span, text, paint.styles.text);
            }
            _ => {}
        }
    });
    let whole = match comparison.current().filter(|_| below > 0) {
        Some(ComparisonLine::Name(found)) => visible(&found.name).into_owned(),
        Some(ComparisonLine::Sentence(text)) => text.clone(),
        _ => return,
    };
    let texts = wrap(&whole, usize::from(inner.width.saturating_sub(3)).max(1));
    for (up, text) in (1..below).rev().zip(&texts) {
        let span = Span::line(inner, inner.height - up).skip(2).shorter(1);
        paint.put(span, text, paint.styles.dim);
    }
}

/// `⠋ 12 of 340 compared · 3 new · 1 gone`
fn sum_of(paint: &Paint<'_>, sum: &TreesSum, sign: Option<&str>) -> String {
    let mut said = if sum.compared == sum.names && sign.is_none() {
        format!("{} compared", Counted(sum.names, "name"))
    } else {
        let sign = sign.unwrap_or("stopped:");
        format!("{sign} {} of {} compared", Count(sum.compared), Count(sum.names))
    };
    let kinds = [DiffKind::New, DiffKind::Gone, DiffKind::Changed];
    let counted = kinds.map(|kind| (sum.count(kind), kind.name()));
    for (count, word) in counted.into_iter().chain([(sum.failed, "failed")]) {
        if count > 0 {
            said = format!("{said} {} {} {word}", paint.glyphs.dot, Count(count));
        }
    }
    said
}

/// Gives the number of the line after it.
fn draw_line(paint: &mut Paint<'_>, inner: Rect, line: u16, each: &ComparisonLine) -> u16 {
    let styles = paint.styles;
    let span = Span::line(inner, line).skip(1).shorter(1);
    match each {
        ComparisonLine::Heading(text) => {
            paint.put(span, text, styles.accent);
        }
        ComparisonLine::Text(text) => draw_difference(paint, span, text, true),
        ComparisonLine::Lines(old, new) => return draw_lines(paint, inner, line, (old, new)),
        ComparisonLine::Value(ValueDifference { path, one, other }) => {
            draw_sides(paint, span, path, (one, other));
        }
        // Trees have rows instead.
        ComparisonLine::Name(_) => {}
        ComparisonLine::Sentence(text) => {
            let lines = wrap(text, usize::from(span.width).max(1));
            for (at, text) in (line..inner.height).zip(&lines) {
                paint.put(Span::line(inner, at).skip(1).shorter(1), text, styles.text);
            }
            return line + u16::try_from(lines.len()).unwrap_or(1);
        }
        ComparisonLine::Fact { name, one, other } => draw_sides(paint, span, name, (one, other)),
    }
    line + 1
}

type Sides<'a> = (&'a Option<String>, &'a Option<String>);

/// A name, and what either side says of it.
fn draw_sides(paint: &mut Paint<'_>, span: Span, name: &str, (one, other): Sides<'_>) {
    let styles = paint.styles;
    let width = NAMES.max(span.width / 4);
    paint.name(span.take(width), name, styles.dim);
    let rest = span.skip(width + 1);
    let half = rest.width / 2;
    let said = |text: &Option<String>| text.clone().unwrap_or_else(|| "–".to_owned());
    paint.name(rest.take(half.saturating_sub(1)), &said(one), styles.bad);
    paint.name(rest.skip(half), &said(other), styles.good);
}

/// The old and the new line: beside each other where there is room, below each other elsewhere.
fn draw_lines(paint: &mut Paint<'_>, inner: Rect, line: u16, (old, new): Sides<'_>) -> u16 {
    let old = old.clone().map(DifferenceLine::Old);
    let new = new.clone().map(DifferenceLine::New);
    let span = Span::line(inner, line).skip(1).shorter(1);
    if inner.width >= BESIDE {
        let half = span.width / 2;
        if let Some(old) = &old {
            draw_difference(paint, span.take(half.saturating_sub(1)), old, true);
        }
        if let Some(new) = &new {
            draw_difference(paint, span.skip(half), new, true);
        }
        return line + 1;
    }
    let mut next = line;
    for text in old.iter().chain(&new) {
        if next < inner.height {
            draw_difference(paint, Span::line(inner, next).skip(1).shorter(1), text, true);
            next += 1;
        }
    }
    next
}

fn draw_name(paint: &mut Paint<'_>, span: Span, found: &TreeDifference) {
    let styles = paint.styles;
    let style = match found.difference {
        DiffKind::New => styles.good,
        DiffKind::Gone => styles.bad,
        DiffKind::Changed => styles.warning,
    };
    paint.put(span.take(WORD), found.difference.name(), style);
    let size = |size: Option<u64>| size.map(|size| Size(size).to_string());
    let [one, other] = found.sizes.map(size);
    let said = match (one, other) {
        (Some(one), Some(other)) if one != other => format!("{one} to {other}"),
        (one, other) => one.or(other).unwrap_or_default(),
    };
    let width = u16::try_from(said.chars().count()).unwrap_or(u16::MAX);
    let name = span.skip(WORD + 1);
    paint.name(name.shorter(width + 2), &found.name, styles.text);
    paint.print_right(name, styles.dim, format_args!("{said}"));
}
