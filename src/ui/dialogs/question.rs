//! Paints what is answered with a text, a yes or no, or a row of a menu.

use crate::app::dialogs::choice::Choice;
use crate::app::dialogs::completion::Offer;
use crate::app::dialogs::confirm::{Confirm, Tally, TypedName};
use crate::app::dialogs::input::Input;
use crate::app::dialogs::prompt::Prompt;
use crate::domain::units::{Count, Counted, Size};
use crate::ui::paint::Paint;
use crate::ui::text::width;
use crate::ui::widgets::field::Typed;
use crate::ui::widgets::frame::Labels;
use crate::ui::widgets::rows::position;
use crate::ui::widgets::sheet::{Button, Line, MenuRow, Sheet, sheet};

pub fn draw_prompt(paint: &mut Paint<'_>, prompt: &Prompt) {
    let styles = paint.styles;
    let mut body = Vec::new();
    if !prompt.hint.is_empty() {
        body.push(Line::Words(prompt.hint.clone(), styles.dim));
    }
    body.push(Line::Field(typed(&prompt.input, true)));
    let below = match prompt.problem() {
        Some(problem) => Line::Words(format!("{} {problem}", paint.glyphs.bad), styles.bad),
        None => Line::Blank,
    };
    let focus = Some(body.len() - 1);
    body.extend(offers(prompt));
    let mut labels = titled(&prompt.title);
    labels.bottom_right = prompt.note.clone().unwrap_or_default();
    let first_row = first_offer(prompt);
    sheet(paint, &Sheet { labels, body, focus, pinned: vec![below], min_width: 48, first_row });
}

/// Offers shown at once.
const OFFERS: usize = 6;

/// The number of the first offer that is shown.
fn first_offer(prompt: &Prompt) -> usize {
    prompt.turn().map_or(0, |at| at.saturating_sub(OFFERS - 1))
}

/// What Tab would put into the field, as much as there is room for around the one that stands
/// there.
fn offers(prompt: &Prompt) -> Vec<Line<'static>> {
    let offered = prompt.offered();
    let column = offered.iter().map(|offer| width(&offer.text)).max().unwrap_or(0);
    let first = first_offer(prompt);
    let row = |(at, offer): (usize, &&Offer)| {
        Line::Row(MenuRow {
            key: None,
            title: offer.text.clone(),
            note: offer.disabled.clone().unwrap_or_else(|| offer.note.clone()),
            column: u16::try_from(column).unwrap_or(0),
            disabled: offer.disabled.is_some(),
            cursor: prompt.turn() == Some(at),
        })
    };
    offered.iter().enumerate().skip(first).take(OFFERS).map(row).collect()
}

pub fn draw_confirm(paint: &mut Paint<'_>, confirm: &Confirm) {
    let styles = paint.styles;
    let sentences = confirm.lines.iter().map(|text| Line::Words(text.clone(), styles.text));
    let mut body: Vec<Line<'_>> = sentences.collect();
    body.extend(confirm.subjects.iter().map(|name| Line::Name(name.clone(), styles.accent)));
    if confirm.more > 0 {
        body.push(Line::Name(format!("and {} more", Count(confirm.more)), styles.dim));
    }
    let mut focus = None;
    if let Some(name) = &confirm.typed {
        body.push(Line::Words(format!("Type {} to continue:", name.expected), styles.text));
        focus = Some(body.len());
        body.push(Line::Field(typed(&name.input, !confirm.on_yes)));
    }
    let problem = confirm.typed.as_ref().and_then(TypedName::problem);
    body.push(match problem {
        Some(problem) => Line::Words(format!("{} {problem}", paint.glyphs.bad), styles.bad),
        None => Line::Blank,
    });
    let pinned = at_stake(paint, confirm);
    let labels = Labels { danger: is_danger(confirm), ..titled(&confirm.title) };
    sheet(paint, &Sheet { labels, body, focus, pinned, min_width: 36, first_row: 0 });
}

/// What must be read before the answer, and the answers: never scrolled away.
fn at_stake(paint: &Paint<'_>, confirm: &Confirm) -> Vec<Line<'static>> {
    let styles = paint.styles;
    let mut pinned = Vec::new();
    if let Some(tally) = confirm.tally {
        pinned.push(Line::Words(tally_text(tally), styles.text));
    }
    if let Some(warning) = &confirm.warning {
        let warning = format!("{} {warning}", paint.glyphs.warning);
        pinned.push(Line::Words(warning, styles.warning));
    }
    pinned.push(Line::Buttons(answers(confirm)));
    pinned
}

fn answers(confirm: &Confirm) -> Vec<Button> {
    let no_focused = !confirm.on_yes && confirm.typed.is_none();
    vec![
        Button {
            title: confirm.yes.clone(),
            focused: confirm.on_yes,
            enabled: confirm.ready(),
            danger: is_danger(confirm),
        },
        Button { title: confirm.no.clone(), focused: no_focused, enabled: true, danger: false },
    ]
}

/// What must be warned of cannot be undone.
fn is_danger(confirm: &Confirm) -> bool {
    confirm.warning.is_some() || confirm.typed.is_some()
}

fn tally_text(tally: Tally) -> String {
    let least = if tally.complete { "" } else { "at least " };
    format!("{least}{}, {}", Counted(tally.objects, "object"), Size(tally.bytes))
}

pub fn draw_choice(paint: &mut Paint<'_>, choice: &Choice) {
    let filled = choice_sheet(paint, choice);
    sheet(paint, &filled);
}

/// The lines of a menu, with the reason where the cursor's row is greyed.
pub fn choice_sheet(paint: &Paint<'_>, choice: &Choice) -> Sheet<'static> {
    let styles = paint.styles;
    let sentences = choice.lines.iter().map(|text| Line::Words(text.clone(), styles.text));
    let mut body: Vec<Line<'static>> = sentences.collect();
    let facts = choice.facts.iter().map(Some).chain(std::iter::repeat(None));
    for (name, fact) in choice.subjects.iter().zip(facts) {
        body.push(Line::Name(name.clone(), styles.accent));
        body.extend(fact.map(|fact| Line::Name(format!("  {fact}"), styles.dim)));
    }
    if !body.is_empty() {
        body.push(Line::Blank);
    }
    let focus = Some(body.len() + choice.cursor);
    let noted = choice.rows.iter().filter(|row| !row.note.is_empty());
    let column = noted.map(|row| width(&row.title)).max().unwrap_or(0);
    for (number, row) in choice.rows.iter().enumerate() {
        body.push(Line::Row(MenuRow {
            key: row.key,
            title: row.title.clone(),
            note: row.note.clone(),
            column: u16::try_from(column).unwrap_or(0),
            disabled: row.disabled.is_some(),
            cursor: number == choice.cursor,
        }));
    }
    let reason = choice.rows.get(choice.cursor).and_then(|row| row.disabled.as_ref());
    let greyed = choice.rows.iter().any(|row| row.disabled.is_some());
    let below = match reason {
        Some(reason) => Some(Line::Words(reason.clone(), styles.warning)),
        // The menu keeps its height while the cursor goes over its rows.
        None => greyed.then_some(Line::Blank),
    };
    let pinned: Vec<Line<'static>> = below.into_iter().collect();
    let mut labels = titled(&choice.title);
    // Where rows lie below the window, their number says so.
    if body.len() + pinned.len() + 2 > usize::from(paint.buffer.area.height) {
        labels.bottom_right = position(choice.cursor, choice.rows.len());
    }
    Sheet { labels, body, focus, pinned, min_width: 32, first_row: 0 }
}

pub fn typed(input: &Input, focused: bool) -> Typed<'_> {
    Typed::of(input, focused)
}

pub fn titled(title: &str) -> Labels {
    Labels { title: title.to_owned(), ..Labels::default() }
}
