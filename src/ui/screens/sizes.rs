//! Paints where the bytes below a prefix are: a level by size, a summary, the largest objects.

use ratatui::layout::Rect;

use crate::app::action::Action;
use crate::app::scope::Scope;
use crate::app::screens::sizes::Sizes;
use crate::app::screens::sizes::measured::{Counting, MeasuredPlace};
use crate::app::screens::sizes::view::SizesView;
use crate::app::session::Session;
use crate::domain::size_tree::{SizeTree, SizedRow};
use crate::domain::tally::{Amount, UnlistedTotals, Untold};
use crate::domain::units::{Count, Counted, Size};
use crate::ui::overlays::help::centred;
use crate::ui::paint::{Paint, Span};
use crate::ui::widgets::frame::Labels;
use crate::ui::widgets::gauge::{gauge, percent};
use crate::ui::widgets::notice::{Notice, notice};
use crate::ui::widgets::popup::large_popup;
use crate::ui::widgets::rows::{rows, sign};

/// Cells of a size, of a share, of a count, and the most of a bar.
const SIZE: u16 = 9;
const SHARE: u16 = 4;
const COUNT: u16 = 11;
const BAR: u16 = 20;

pub fn draw_sizes(paint: &mut Paint<'_>, sizes: &Sizes, session: &Session) {
    let Some(shown) = sizes.shown() else { return };
    let inner = large_popup(paint, &labels(paint, shown), 120, 40);
    match shown.view {
        SizesView::Tree if shown.rows().is_empty() => {
            notice(paint, inner, &nothing(paint, shown, session));
        }
        SizesView::Tree => {
            let all = shown.level_amount();
            let most = shown.rows().first().map_or(0, |row| row.amount().bytes);
            let place = centred(shown.cursor, shown.row_count(), inner.height);
            rows(paint, inner, place, |paint, span, at| {
                let Some(row) = shown.rows().get(at.number) else { return };
                sign(paint, span, at, false);
                draw_row(paint, span.skip(2).shorter(1), row, (most, all.bytes));
            });
        }
        SizesView::Largest => {
            let all = shown.tree.all(SizeTree::TOP).bytes;
            let most = shown.tree.largest().first().map_or(0, |object| object.bytes);
            let place = centred(shown.cursor, shown.row_count(), inner.height);
            rows(paint, inner, place, |paint, span, at| {
                let Some(object) = shown.tree.largest().get(at.number) else { return };
                sign(paint, span, at, false);
                let row = SizedRow::Object(object.clone());
                draw_row(paint, span.skip(2).shorter(1), &row, (most, all));
            });
        }
        SizesView::Summary => draw_summary(paint, inner, sizes, shown, session),
    }
}

fn labels(paint: &Paint<'_>, shown: &MeasuredPlace) -> Labels {
    let (all, level) = match shown.view {
        SizesView::Tree => (shown.level_amount(), shown.level_name()),
        SizesView::Summary | SizesView::Largest => (shown.tree.all(SizeTree::TOP), String::new()),
    };
    let more = if shown.counting == Counting::Whole { "" } else { "+" };
    let (objects, bytes) = (Count(all.objects), Size(all.bytes));
    let turns = match shown.counting {
        Counting::Running => format!(" {}", paint.turning()),
        _ => String::new(),
    };
    let state = match &shown.counting {
        Counting::Whole if shown.tree.is_cut() => "too many prefixes: some are one".to_owned(),
        Counting::Running | Counting::Whole if shown.is_all => String::new(),
        Counting::Running | Counting::Whole => "only what was marked".to_owned(),
        Counting::Stopped => "stopped: not all of it".to_owned(),
        Counting::Failed(error) => format!("not all of it: {}", error.explain().what),
    };
    Labels {
        title: format!("s3://{}/{}{}", shown.bucket, shown.prefix, level),
        top_right: format!("{bytes}{more} in {objects}{more}{turns}"),
        bottom_left: state,
        bottom_right: shown.view.title().to_owned(),
        ..Labels::default()
    }
}

fn nothing(paint: &Paint<'_>, shown: &MeasuredPlace, session: &Session) -> Notice {
    match &shown.counting {
        Counting::Failed(error) => {
            let said = error.explain();
            Notice {
                sign: paint.glyphs.bad,
                sign_style: paint.styles.bad,
                headline: said.what,
                sentences: vec![said.why, session.next(error)],
            }
        }
        Counting::Running => Notice::waiting(paint, "counting"),
        Counting::Stopped => {
            let again = session.keymap.name_of(&[Scope::Sizes], Action::Refresh);
            Notice {
                headline: "stopped before anything was counted".to_owned(),
                sentences: vec![format!("{again} counts again")],
                ..Notice::default()
            }
        }
        Counting::Whole => {
            Notice { headline: "there is nothing here".to_owned(), ..Notice::default() }
        }
    }
}

/// `4.1 MiB  37% ━━━━───  1,204  name`, as far as there is room.
fn draw_row(paint: &mut Paint<'_>, span: Span, row: &SizedRow, (most, all): (u64, u64)) {
    let styles = paint.styles;
    let amount = row.amount();
    let mut rest = span;
    paint.print_right(rest.take(SIZE), styles.size, format_args!("{}", Size(amount.bytes)));
    rest = rest.skip(SIZE + 1);
    if span.width > 40 {
        let share = percent(amount.bytes, all);
        paint.print_right(rest.take(SHARE), styles.dim, format_args!("{share}%"));
        rest = rest.skip(SHARE + 1);
    }
    if span.width > 60 {
        let bar = BAR.min(span.width / 5);
        gauge(paint, rest.take(bar), amount.bytes, most, styles.accent);
        rest = rest.skip(bar + 1);
        if !matches!(row, SizedRow::Object(_)) {
            let count = Count(amount.objects);
            paint.print_right(rest.take(COUNT), styles.dim, format_args!("{count}"));
        }
        rest = rest.skip(COUNT + 2);
    }
    match row {
        SizedRow::Prefix(_, name, _) => paint.name(rest, name, styles.prefix),
        SizedRow::Object(object) => paint.name(rest, &object.name, styles.text),
        SizedRow::Others(others) => {
            let text = format!("{} that are smaller", Counted(others.objects, "object"));
            paint.put(rest, &text, styles.dim)
        }
    };
}

const UNTOLD: &str = "this server does not tell";

/// One line of the summary.
enum SummaryLine {
    Heading(String),
    Amount(String, Amount),
    Text(String, String),
    /// The headings of two histograms side by side.
    Headings(&'static str, &'static str),
    /// A line of both histograms.
    Bars(Option<HistogramBar>, Option<HistogramBar>),
    /// A bar of the only histogram that fits.
    Bar(HistogramBar),
}

/// A group of objects, and what it is the length of.
struct HistogramBar {
    name: &'static str,
    told: String,
    length: u64,
    longest: u64,
}

/// The name of a group, and the narrowest line that has room for two histograms.
const GROUP: u16 = 14;
const BESIDE: u16 = 64;

/// What is stored by age, in bytes.
fn by_age(shown: &MeasuredPlace) -> Vec<HistogramBar> {
    let ages = shown.tree.ages();
    let longest = ages.iter().map(|(_, amount)| amount.bytes).max().unwrap_or_default();
    let bar = |(name, Amount { bytes, .. })| HistogramBar {
        name,
        told: Size(bytes).to_string(),
        length: bytes,
        longest,
    };
    ages.map(bar).into()
}

/// How many there are of each size: of bytes, the largest would be all that is seen.
fn by_size(shown: &MeasuredPlace) -> Vec<HistogramBar> {
    let sizes = shown.tree.sizes();
    let longest = sizes.iter().map(|(_, amount)| amount.objects).max().unwrap_or_default();
    let bar = |(name, Amount { objects, .. })| HistogramBar {
        name,
        told: Count(objects).to_string(),
        length: objects,
        longest,
    };
    sizes.map(bar).into()
}

fn histograms(shown: &MeasuredPlace, beside: bool) -> Vec<SummaryLine> {
    let (ages, sizes) = (by_age(shown), by_size(shown));
    let mut lines = Vec::new();
    if beside {
        lines.push(SummaryLine::Headings(AGES, SIZES));
        let most = ages.len().max(sizes.len());
        let (mut ages, mut sizes) = (ages.into_iter(), sizes.into_iter());
        lines.extend((0..most).map(|_| SummaryLine::Bars(ages.next(), sizes.next())));
        return lines;
    }
    for (heading, bars) in [(AGES, ages), (SIZES, sizes)] {
        lines.push(SummaryLine::Heading(heading.to_owned()));
        lines.extend(bars.into_iter().filter(|bar| bar.length > 0).map(SummaryLine::Bar));
    }
    lines
}

const AGES: &str = "Bytes by age";
const SIZES: &str = "Objects by size";

fn draw_bar(paint: &mut Paint<'_>, span: Span, bar: &HistogramBar) {
    let styles = paint.styles;
    let style = if bar.length > 0 { styles.text } else { styles.dim };
    paint.put(span.take(GROUP), bar.name, style);
    let rest = span.skip(GROUP + 1);
    let style = if bar.length > 0 { styles.size } else { styles.dim };
    paint.print_right(rest.take(COUNT), style, format_args!("{}", bar.told));
    let rest = rest.skip(COUNT + 1);
    gauge(paint, rest.take(BAR.min(rest.width)), bar.length, bar.longest, styles.accent);
}

fn draw_summary(
    paint: &mut Paint<'_>,
    area: Rect,
    sizes: &Sizes,
    shown: &MeasuredPlace,
    session: &Session,
) {
    let beside = area.width >= BESIDE;
    let lines = summary(sizes, shown, session, beside);
    let styles = paint.styles;
    let all = shown.tree.stored().bytes();
    let first = shown.cursor.min(lines.len().saturating_sub(area.height.into()));
    for (line, said) in (0..area.height).zip(lines.iter().skip(first)) {
        let span = Span::line(area, line).skip(1).shorter(1);
        match said {
            SummaryLine::Heading(text) => {
                paint.put(span, text, styles.title);
            }
            SummaryLine::Headings(one, other) => {
                paint.put(span, one, styles.title);
                paint.put(span.skip(span.width / 2), other, styles.title);
            }
            SummaryLine::Bar(bar) => draw_bar(paint, span.skip(2), bar),
            SummaryLine::Bars(one, other) => {
                let half = span.width / 2;
                let halves = [span.take(half).skip(2), span.skip(half).skip(1)];
                for (half, bar) in halves.into_iter().zip([one, other]) {
                    if let Some(bar) = bar {
                        draw_bar(paint, half, bar);
                    }
                }
            }
            SummaryLine::Text(name, value) => {
                paint.put(span.skip(2).take(18), name, styles.text);
                paint.sentence(span.skip(21), value, styles.text);
            }
            SummaryLine::Amount(name, amount) => {
                paint.put(span.skip(2).take(18), name, styles.text);
                let rest = span.skip(21);
                let size = Size(amount.bytes);
                paint.print_right(rest.take(SIZE), styles.size, format_args!("{size}"));
                let count = Count(amount.objects);
                let rest = rest.skip(SIZE + 1);
                paint.print_right(rest.take(COUNT), styles.dim, format_args!("{count}"));
                let rest = rest.skip(COUNT + 2);
                let bar = BAR.min(rest.width);
                gauge(paint, rest.take(bar), amount.bytes, all, styles.accent);
            }
        }
    }
}

fn besides(beside: &UnlistedTotals, untold: Untold, counting: bool) -> [SummaryLine; 3] {
    let line = |name: &str, amount, untold: bool| match untold {
        true => SummaryLine::Text(name.to_owned(), UNTOLD.to_owned()),
        false => SummaryLine::Amount(name.to_owned(), amount),
    };
    let more = if counting { ", counting" } else { "" };
    let markers = match untold.versions {
        true => UNTOLD.to_owned(),
        false => format!("{}{more}", Count(beside.markers)),
    };
    [
        line("old versions", beside.versions, untold.versions),
        SummaryLine::Text("delete markers".to_owned(), markers),
        line("unfinished uploads", beside.uploads, untold.uploads),
    ]
}

fn summary(
    sizes: &Sizes,
    shown: &MeasuredPlace,
    session: &Session,
    beside: bool,
) -> Vec<SummaryLine> {
    let stored = shown.tree.stored();
    let mut lines = vec![SummaryLine::Heading("By storage class".to_owned())];
    lines.extend(stored.classes().map(|(class, totals)| {
        let amount = Amount { objects: totals.objects, bytes: totals.bytes };
        SummaryLine::Amount(class.to_owned(), amount)
    }));
    let connection = session.connection();
    let region = connection.region.as_deref();
    if let Some(monthly) = stored.monthly(&session.prices, connection.provider, region) {
        lines.push(SummaryLine::Text("a month".to_owned(), monthly.cost.to_string()));
    }
    lines.extend(histograms(shown, beside));
    lines.push(SummaryLine::Heading("Beside the objects".to_owned()));
    match (&shown.beside, sizes.is_counting_beside()) {
        (Some((beside, untold)), counting) => lines.extend(besides(beside, *untold, counting)),
        (None, true) => lines.push(SummaryLine::Text("counting".to_owned(), String::new())),
        (None, false) => {
            let text = "old versions and unfinished uploads are not counted";
            lines.push(SummaryLine::Text("not asked for".to_owned(), text.to_owned()));
        }
    }
    lines
}
