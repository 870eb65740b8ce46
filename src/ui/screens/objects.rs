//! Paints the objects pane.

use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::app::action::Action;
use crate::app::layout::{GAP, ObjectColumns};
use crate::app::scope::Scope;
use crate::app::screens::buckets::{Buckets, BucketsLoading};
use crate::app::screens::objects::browse::Browse;
use crate::app::screens::objects::loading::Loading;
use crate::app::screens::objects::watch::Sighting;
use crate::app::spot::Spot;
use crate::domain::arrange::{Filter, SortBy};
use crate::domain::error::ErrorKind;
use crate::domain::file_kind::FileKind;
use crate::domain::listing::{Row, RowKind};
use crate::domain::units::{Count, Counted, Moment, Size};
use crate::ui::kinds::{FOLDER_ICON, Painted};
use crate::ui::paint::{Paint, Span};
use crate::ui::screens::buckets::border_scrollbar;
use crate::ui::screens::reason::reason;
use crate::ui::screens::view::View;
use crate::ui::widgets::frame::{Labels, pane_frame};
use crate::ui::widgets::notice::{Notice, notice};
use crate::ui::widgets::rows::{Window, rows, sign};
use crate::ui::widgets::spinner::spinner;

/// Where the pane is and how its columns are laid out.
#[derive(Clone, Copy, Debug)]
pub struct ObjectsPlace {
    pub area: Rect,
    /// The line of the names of the columns; empty where there is none.
    pub headings: Rect,
    /// Where the rows go.
    pub content: Rect,
    pub columns: ObjectColumns,
    pub focused: bool,
}

pub fn draw_objects(
    paint: &mut Paint<'_>,
    place: ObjectsPlace,
    browse: &Browse,
    buckets: &Buckets,
    view: View<'_>,
) {
    let arranged = browse.place().map(|_| arrangement(paint, browse, view)).unwrap_or_default();
    let headed = place.headings.height > 0;
    let labels = labels(paint, browse, if headed { "" } else { &arranged }, view);
    pane_frame(paint, place.area, &labels, place.focused);
    if headed && browse.place().is_some() {
        draw_headings(paint, Span::line(place.headings, 0), place.columns, browse, view);
    }
    let inner = place.content;
    let window = Window {
        len: browse.rows.len(),
        offset: browse.list.offset,
        cursor: browse.list.cursor,
        focused: place.focused,
    };
    rows(paint, inner, window, |paint, span, at| {
        if let Some(row) = browse.rows.row(at.number) {
            sign(paint, span, at, browse.is_marked(at.number));
            let columns = place.columns;
            let name = span.skip(columns.mark).take(columns.name);
            let sighting = browse.sighting(row.name);
            let name = sighting.map_or(name, |seen| draw_sighting(paint, name, seen));
            let shown = Shown { span, name, columns, gone: sighting == Some(Sighting::Gone) };
            draw_row(paint, shown, row, browse.rows.filter(), view);
        }
    });
    border_scrollbar(paint, place.area, inner, window, place.focused);
    if let Some(said) = objects_notice(paint, browse, buckets, view) {
        let shown = u16::try_from(window.len).unwrap_or(u16::MAX).min(inner.height);
        let below = Rect { y: inner.y + shown, height: inner.height - shown, ..inner };
        notice(paint, below, &said);
    }
}

/// Where a row is painted.
struct Shown {
    span: Span,
    name: Span,
    columns: ObjectColumns,
    /// It is not there any more.
    gone: bool,
}

/// Paints what a watch saw of a row at the end of its name; gives what is left for the name.
fn draw_sighting(paint: &mut Paint<'_>, name: Span, sighting: Sighting) -> Span {
    let styles = paint.styles;
    let (word, style) = match sighting {
        Sighting::New => ("new", styles.good),
        Sighting::Changed => ("changed", styles.warning),
        Sighting::Gone => ("gone", styles.bad),
    };
    let width = u16::try_from(word.len()).unwrap_or(u16::MAX);
    let Some(left) = name.width.checked_sub(width + 1) else { return name };
    paint.put(name.skip(left + 1), word, style);
    name.take(left)
}

fn draw_row(
    paint: &mut Paint<'_>,
    Shown { span, mut name, columns, gone }: Shown,
    row: Row<'_>,
    filter: &Filter,
    view: View<'_>,
) {
    let styles = paint.styles;
    let mut rest = span.skip(columns.mark + columns.name);
    let RowKind::Object { size, modified, class } = row.kind else {
        let style = if gone { styles.dim } else { styles.prefix };
        name = name.skip(icon(paint, name, FOLDER_ICON, style));
        paint.name_found(name, row.name, style, filter, styles.found);
        return;
    };
    let kind = FileKind::of(row.name);
    let style = if gone { styles.dim } else { kind.style(&styles) };
    name = name.skip(icon(paint, name, kind.icon(), style));
    paint.name_found(name, row.name, style, filter, styles.found);
    if columns.size > 0 {
        rest = rest.skip(GAP);
        paint.print_right(rest.take(columns.size), styles.size, format_args!("{}", Size(size)));
        rest = rest.skip(columns.size);
    }
    if columns.modified > 0 {
        rest = rest.skip(GAP);
        if let Some(modified) = modified {
            let moment = Moment(modified, view.zone);
            paint.print(rest.take(columns.modified), styles.date, format_args!("{moment}"));
        }
        rest = rest.skip(columns.modified);
    }
    if columns.class > 0 {
        paint.put(rest.skip(GAP).take(columns.class), class.label(), styles.dim);
    }
}

/// An icon and a cell of air, where the user wants icons. Gives the cells used.
pub fn icon(paint: &mut Paint<'_>, span: Span, icon: &str, style: Style) -> u16 {
    if paint.icons { paint.put(span, icon, style) + 1 } else { 0 }
}

/// The names of the columns, with the order of the rows and the filter.
fn draw_headings(
    paint: &mut Paint<'_>,
    span: Span,
    columns: ObjectColumns,
    browse: &Browse,
    view: View<'_>,
) {
    let styles = paint.styles;
    paint.spot(span, Spot::Action(Action::Sort));
    let wanted = browse.rows.arrangement();
    let glyphs = paint.glyphs;
    let arrow = if wanted.descending { glyphs.descending } else { glyphs.ascending };
    let sorted = |by, title: &str| match wanted.sort == by {
        true => format!("{title} {arrow}"),
        false => title.to_owned(),
    };
    let mut name = span.skip(columns.mark).take(columns.name);
    let style = |by| if wanted.sort == by { styles.title } else { styles.heading };
    name = name.skip(paint.put(name, &sorted(SortBy::Name, "Name"), style(SortBy::Name)) + 2);
    if !wanted.filter.is_empty() {
        name = name.skip(paint.print(name, styles.found, format_args!("/{}", wanted.filter)) + 1);
    }
    if browse.rows.is_arranging() {
        paint.put(name, spinner(glyphs, view.now), styles.accent);
    }
    let mut rest = span.skip(columns.mark + columns.name);
    if columns.size > 0 {
        rest = rest.skip(GAP);
        let title = sorted(SortBy::Size, "Size");
        paint.print_right(rest.take(columns.size), style(SortBy::Size), format_args!("{title}"));
        rest = rest.skip(columns.size);
    }
    if columns.modified > 0 {
        rest = rest.skip(GAP);
        let title = sorted(SortBy::Modified, "Modified");
        paint.put(rest.take(columns.modified), &title, style(SortBy::Modified));
        rest = rest.skip(columns.modified);
    }
    if columns.class > 0 {
        paint.put(rest.skip(GAP).take(columns.class), "Class", styles.heading);
    }
}

fn labels(paint: &Paint<'_>, browse: &Browse, arranged: &str, view: View<'_>) -> Labels {
    if browse.place().is_none() {
        return Labels { title: "2 Objects".into(), ..Labels::default() };
    }
    Labels {
        title: title(browse, view),
        beside: beside(paint, browse),
        top_right: position(browse),
        does: Some(Action::Sort),
        bottom_left: begun_at(browse, view).unwrap_or_else(|| rest_of_search(browse, view)),
        bottom_right: arranged.to_owned(),
        ..Labels::default()
    }
}

/// What the rows are; of keys of an index, how old it is.
fn title(browse: &Browse, view: View<'_>) -> String {
    match (browse.searched(), browse.found_by()) {
        (None, _) => "2 Objects".to_owned(),
        (Some(wanted), None) => format!("2 Found: {wanted}"),
        (Some(wanted), Some(index)) => {
            format!("2 Found in an index {} old: {wanted}", index.short_age(view.now))
        }
    }
}

/// `name ↑ ─ /jpg`, with a spinner while the order is still computed.
fn arrangement(paint: &Paint<'_>, browse: &Browse, view: View<'_>) -> String {
    let wanted = browse.rows.arrangement();
    let glyphs = paint.glyphs;
    let arrow = if wanted.descending { glyphs.descending } else { glyphs.ascending };
    let mut text = format!("{} {arrow}", sort_name(wanted.sort));
    if !wanted.filter.is_empty() {
        text = format!("{text} {} /{}", glyphs.rule, wanted.filter);
    }
    if browse.rows.is_arranging() {
        text = format!("{text} {}", spinner(glyphs, view.now));
    }
    text
}

fn sort_name(sort: SortBy) -> &'static str {
    match sort {
        SortBy::Name => "name",
        SortBy::Size => "size",
        SortBy::Modified => "modified",
    }
}

/// What is marked and what a watch has seen.
fn beside(paint: &Paint<'_>, browse: &Browse) -> String {
    let parts = [marks(paint, browse), watched(paint, browse)];
    let said: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    said.join(&format!(" {} ", paint.glyphs.dot))
}

/// `watched · 3 new · 1 gone`
fn watched(paint: &Paint<'_>, browse: &Browse) -> String {
    let Some(watch) = browse.watch() else { return String::new() };
    let counted =
        [(Sighting::New, "new"), (Sighting::Changed, "changed"), (Sighting::Gone, "gone")];
    let mut said = if watch.has_failed() { "watched, no answer" } else { "watched" }.to_owned();
    for (count, word) in counted.map(|(sighting, word)| (watch.count(sighting), word)) {
        if count > 0 {
            said = format!("{said} {} {} {word}", paint.glyphs.dot, Count(count));
        }
    }
    said
}

/// `2 marked · 8.0 MiB`; what lies below marked folders is not counted and therefore named.
fn marks(paint: &Paint<'_>, browse: &Browse) -> String {
    let marks = browse.marks_there();
    let dot = paint.glyphs.dot;
    let range = if browse.marking.is_drawing_range() { "range: " } else { "" };
    let (all, folders) = (marks.len(), marks.prefixes());
    let named = Counted(folders as u64, "folder");
    if all == 0 {
        return String::new();
    }
    if all == folders {
        return format!("{range}{named} marked");
    }
    let more = if folders == 0 { String::new() } else { format!(" + {named}") };
    format!("{range}{} marked {dot} {}{more}", Count(all as u64), Size(marks.bytes()))
}

/// `412 of 12,340+`; under a filter `3 of 412 found in 12,340+`.
fn position(browse: &Browse) -> String {
    let rows = &browse.rows;
    let more = if browse.is_incomplete() { "+" } else { "" };
    let all = rows.listing().len();
    let at = if rows.is_empty() { 0 } else { browse.list.cursor + 1 };
    let (at, shown, all) = (Count(at as u64), Count(rows.len() as u64), Count(all as u64));
    if browse.searched().is_some() {
        let looked_at = Count(browse.looked_at());
        return match rows.is_empty() {
            true => format!("{looked_at}{more} searched"),
            false => format!("{at} of {shown} in {looked_at}{more}"),
        };
    }
    if rows.arrangement().filter.is_empty() {
        return if shown.0 == 0 { String::new() } else { format!("{at} of {all}{more}") };
    }
    format!("{at} of {shown} found in {all}{more}")
}

/// Where the listing begins, and how to see what is before.
fn begun_at(browse: &Browse, view: View<'_>) -> Option<String> {
    let from = browse.from()?;
    let key = view.key(Scope::Objects, Action::First);
    Some(format!("from {from} on: {key} for the beginning"))
}

/// How a search that rests goes on.
fn rest_of_search(browse: &Browse, view: View<'_>) -> String {
    let key = view.key(Scope::Objects, Action::Last);
    let found = Count(browse.rows.listing().len() as u64);
    match (browse.searched(), &browse.loading) {
        (Some(_), Loading::Resting) => format!("the first {found}: {key} finds all"),
        (Some(_), Loading::Stopped) => format!("stopped: {key} goes on"),
        _ if browse.found_by().is_some_and(|index| !index.whole) => {
            "not all keys are indexed".to_owned()
        }
        _ => String::new(),
    }
}

/// What stands where rows are missing, or below the ones that came before a failure.
fn objects_notice(
    paint: &Paint<'_>,
    browse: &Browse,
    buckets: &Buckets,
    view: View<'_>,
) -> Option<Notice> {
    let key = |action| view.key(Scope::Objects, action);
    let empty = browse.rows.is_empty();
    match &browse.loading {
        Loading::Idle => {
            let mut notice = idle_notice(paint, buckets, view);
            notice.sentences.extend(last_place(view));
            Some(notice)
        }
        Loading::Failed(error) => {
            let press = format!("{} lists again", key(Action::Refresh));
            Some(reason(paint, error, view.session, press))
        }
        Loading::First | Loading::Refreshing | Loading::Streaming if empty => Some(Notice {
            sign: spinner(paint.glyphs, view.now),
            sign_style: paint.styles.accent,
            headline: if browse.searched().is_some() { "searching" } else { "listing" }.into(),
            sentences: vec![format!("{} stops", key(Action::StepBack))],
        }),
        _ if !empty => None,
        _ if !browse.rows.listing().is_empty() => Some(Notice {
            headline: "no name matches the filter".into(),
            sentences: vec![format!(
                "{} ends the filter, {} changes it",
                key(Action::StepBack),
                key(Action::Filter)
            )],
            ..Notice::default()
        }),
        _ if browse.searched().is_some() => Some(nothing_found(browse, &key)),
        Loading::Stopped => Some(Notice {
            headline: "stopped before anything arrived".into(),
            sentences: vec![format!("{} lists again", key(Action::Refresh))],
            ..Notice::default()
        }),
        _ => Some(empty_notice(&key)),
    }
}

/// The way back to what was open when the last session ended.
fn last_place(view: View<'_>) -> Option<String> {
    let last = view.session.last.as_ref()?;
    Some(format!("{} goes back to {last}", view.key(Scope::Global, Action::LastPlace)))
}

fn nothing_found(browse: &Browse, key: &dyn Fn(Action) -> String) -> Notice {
    let stopped = browse.loading == Loading::Stopped;
    let looked_at = Counted(browse.looked_at(), "object");
    let goes_on = match stopped {
        true => format!("{} goes on, ", key(Action::Last)),
        false => String::new(),
    };
    Notice {
        headline: if stopped { "stopped; nothing found so far" } else { "nothing found" }.into(),
        sentences: vec![
            format!("{looked_at} searched below this prefix"),
            format!(
                "{goes_on}{} changes what is searched, {} goes back to the listing",
                key(Action::Find),
                key(Action::StepBack)
            ),
        ],
        ..Notice::default()
    }
}

fn empty_notice(key: &dyn Fn(Action) -> String) -> Notice {
    Notice {
        headline: "nothing here yet".into(),
        sentences: vec![format!(
            "{} uploads files or folders, {} creates a prefix, {} goes up",
            key(Action::Upload),
            key(Action::New),
            key(Action::Parent)
        )],
        ..Notice::default()
    }
}

/// Says, without an open bucket, what to do, or why the buckets did not come, in the wide pane.
fn idle_notice(paint: &Paint<'_>, buckets: &Buckets, view: View<'_>) -> Notice {
    let key = |action| view.key(Scope::Buckets, action);
    match &buckets.loading {
        BucketsLoading::Failed(error) if error.is(&ErrorKind::AccessDenied) => {
            reason(paint, error, view.session, String::new())
        }
        BucketsLoading::Failed(error) => {
            let press = format!(
                "{} tries again, {} changes the connection, {} examines it",
                key(Action::Refresh),
                key(Action::SwitchConnection),
                key(Action::Doctor)
            );
            reason(paint, error, view.session, press)
        }
        BucketsLoading::Loading if buckets.bucket_list.is_empty() => Notice {
            sign: spinner(paint.glyphs, view.now),
            sign_style: paint.styles.accent,
            headline: "loading the buckets".into(),
            sentences: vec![format!(
                "{} adds one by name meanwhile, {} stops",
                key(Action::AddBucket),
                key(Action::StepBack)
            )],
        },
        BucketsLoading::Stopped if buckets.bucket_list.is_empty() => Notice {
            headline: "the list of buckets was stopped".into(),
            sentences: vec![format!(
                "{} asks again, {} adds a bucket by name, {} changes the connection",
                key(Action::Refresh),
                key(Action::AddBucket),
                key(Action::SwitchConnection)
            )],
            ..Notice::default()
        },
        _ => Notice {
            headline: "no bucket is open".into(),
            sentences: vec![format!(
                "{} opens the bucket under the cursor, {} adds one by name",
                key(Action::Open),
                key(Action::AddBucket)
            )],
            ..Notice::default()
        },
    }
}
