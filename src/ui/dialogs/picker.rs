//! Paints the file picker: one folder, its marks, its filter or a path being typed.

use jiff::tz::TimeZone;
use ratatui::layout::Rect;

use crate::app::action::Action;
use crate::app::dialogs::picker::{FolderRows, Picker, PickerMode};
use crate::app::event::FolderEntry;
use crate::app::scope::Scope;
use crate::app::session::Session;
use crate::domain::units::{Count, Counted, Moment, Size};
use crate::ui::dialogs::question::typed;
use crate::ui::paint::{Paint, Span};
use crate::ui::widgets::field::field;
use crate::ui::widgets::frame::Labels;
use crate::ui::widgets::notice::{Notice, notice};
use crate::ui::widgets::popup::large_popup;
use crate::ui::widgets::rows::{RowAt, Window, rows, sign};

const WIDEST: u16 = 90;
const TALLEST: u16 = 24;
const MODIFIED: u16 = 16;
const SIZE: u16 = 9;

pub fn draw_picker(paint: &mut Paint<'_>, picker: &Picker, session: &Session) {
    let inner = large_popup(paint, &labels(picker), WIDEST, TALLEST);
    let said = picker.mode != PickerMode::Rows || picker.problem.is_some();
    let bottom = u16::from(inner.height > 1 && said);
    let top = u16::from(inner.height > 2);
    let list =
        Rect { y: inner.y + top, height: inner.height.saturating_sub(top + bottom), ..inner };
    if top > 0 {
        let folder = picker.folder.to_string_lossy();
        paint.path(Span::line(inner, 0).skip(1), &folder, paint.styles.accent);
    }
    draw_rows(paint, list, picker, session);
    if bottom > 0 {
        draw_bottom(paint, Span::line(inner, inner.height - 1).skip(1).shorter(1), picker);
    }
}

fn labels(picker: &Picker) -> Labels {
    let left_out = match picker.left_out() {
        0 => String::new(),
        hidden => format!("{} not shown", Count(hidden as u64)),
    };
    let filter = match (picker.mode, picker.filter.text()) {
        (PickerMode::Filter, _) | (_, "") => String::new(),
        (_, kept) => format!("/{kept}"),
    };
    Labels {
        does: None,
        title: picker.title.clone(),
        beside: filter,
        top_right: left_out,
        bottom_left: marked(picker),
        bottom_right: picker.note.clone(),
        ..Labels::default()
    }
}

/// What is marked; how much is in a folder is not known yet.
fn marked(picker: &Picker) -> String {
    let files = picker.marks.values().filter(|entry| !entry.folder);
    let (count, bytes) = files.fold((0, 0), |(count, sum), entry| (count + 1, sum + entry.size));
    let marked = picker.marks.len() as u64;
    let folders = Counted(marked - count, "folder");
    match (marked, count) {
        (0, _) => String::new(),
        (_, 0) => format!("{} marked · {folders}", Count(marked)),
        (_, count) if count == marked => format!("{} marked · {}", Count(marked), Size(bytes)),
        _ => format!("{} marked · {} + {folders}", Count(marked), Size(bytes)),
    }
}

fn draw_rows(paint: &mut Paint<'_>, area: Rect, picker: &Picker, session: &Session) {
    let key = |action| session.keymap.name_of(&[Scope::Picker], action);
    let elsewhere =
        format!("{} goes up, {} types a path", key(Action::Parent), key(Action::NextField));
    let styles = paint.styles;
    let said = match &picker.rows {
        FolderRows::Waiting => Notice::waiting(paint, "reading the folder"),
        FolderRows::Failed(error) => {
            let said = error.explain();
            Notice {
                sign: paint.glyphs.bad,
                sign_style: styles.bad,
                headline: said.what,
                sentences: vec![said.why, elsewhere],
            }
        }
        FolderRows::Read(_) if picker.shown().len() == 0 && !picker.filter.is_empty() => Notice {
            headline: format!("no name here contains {}", picker.filter.text()),
            sentences: vec![format!("{} ends the filter", key(Action::Dismiss))],
            ..Notice::default()
        },
        FolderRows::Read(_) if picker.shown().len() == 0 => Notice {
            headline: "nothing to show here".into(),
            sentences: vec![format!(
                "{elsewhere}, {} shows hidden files",
                key(Action::HiddenFiles)
            )],
            ..Notice::default()
        },
        FolderRows::Read(_) => {
            let shown = picker.shown();
            let len = shown.len();
            let height = usize::from(area.height);
            let offset = (picker.cursor + 1).saturating_sub(height.max(1) * 2 / 3 + 1);
            let offset = offset.min(len.saturating_sub(height));
            let window = Window {
                len,
                offset,
                cursor: picker.cursor,
                focused: picker.mode == PickerMode::Rows,
            };
            let mut entries = shown.skip(offset);
            rows(paint, area, window, |paint, span, at| {
                if let Some(entry) = entries.next() {
                    draw_entry(paint, span, at, entry, picker.is_marked(entry), &session.zone);
                }
            });
            return;
        }
    };
    notice(paint, area, &said);
}

fn draw_entry(
    paint: &mut Paint<'_>,
    span: Span,
    at: RowAt,
    entry: &FolderEntry,
    marked: bool,
    zone: &TimeZone,
) {
    let styles = paint.styles;
    let span = span.shorter(1);
    sign(paint, span, at, marked);
    let mut name = span.skip(2);
    if let Some(modified) = entry.modified.filter(|_| span.width > 60) {
        paint.print_right(name, styles.dim, format_args!("{}", Moment(modified, zone)));
    }
    if span.width > 60 {
        name = name.shorter(MODIFIED + 2);
    }
    if span.width > 30 {
        if !entry.folder {
            paint.print_right(name, styles.dim, format_args!("{}", Size(entry.size)));
        }
        name = name.shorter(SIZE + 2);
    }
    if entry.folder {
        let used = paint.name(name.shorter(1), &entry.name, styles.prefix);
        paint.put(name.skip(used), "/", styles.prefix);
    } else {
        paint.name(name, &entry.name, styles.text);
    }
}

fn draw_bottom(paint: &mut Paint<'_>, span: Span, picker: &Picker) {
    let styles = paint.styles;
    let (label, input) = match picker.mode {
        PickerMode::Filter => ("filter ", &picker.filter),
        PickerMode::Path => ("path ", &picker.path),
        PickerMode::Rows => {
            paint.sentence(span, picker.problem.as_deref().unwrap_or_default(), styles.bad);
            return;
        }
    };
    let mut line = span;
    if let Some(problem) = &picker.problem {
        let used = paint.sentence(span.skip(span.width / 2), problem, styles.bad);
        line = span.shorter(span.width - span.width / 2 + u16::from(used > 0));
    }
    let used = paint.put(line, label, styles.dim);
    field(paint, line.skip(used), typed(input, true));
}
