//! Paints what adds, changes and removes a connection: menus, the form, what its test has found.

use jiff::Timestamp;

use crate::app::action::Action;
use crate::app::screens::connecting::code::CodePrompt;
use crate::app::screens::connecting::field::{Entry, FieldId, FormField};
use crate::app::screens::connecting::form::{Form, Remark};
use crate::app::screens::connecting::sign_in::SignIn;
use crate::app::screens::connecting::{Connecting, Stage};
use crate::app::session::Session;
use crate::domain::diagnosis::{Finding, Step, Verdict};
use crate::ui::dialogs::question::{draw_choice, draw_confirm, draw_prompt, titled, typed};
use crate::ui::paint::Paint;
use crate::ui::widgets::field::Typed;
use crate::ui::widgets::sheet::{Button, Entered, Line, Sheet, sheet};
use crate::ui::widgets::spinner::spinner;

pub fn draw_connecting(
    paint: &mut Paint<'_>,
    connecting: &Connecting,
    session: &Session,
    now: Timestamp,
) {
    match &connecting.stage {
        Stage::Closed => {}
        Stage::Ways(choice) | Stage::Aws(choice) | Stage::Imports(choice) => {
            draw_choice(paint, choice);
        }
        Stage::File(prompt) => draw_prompt(paint, prompt),
        Stage::Code(prompt) => draw_code(paint, prompt, now),
        Stage::SignIn(shown) => draw_sign_in(paint, shown, now),
        Stage::Remove(question, _) => draw_confirm(paint, question),
        Stage::Form(form) => draw_form(paint, form, connecting, session, now),
        Stage::Discard(form, question) => {
            draw_form(paint, form, connecting, session, now);
            draw_confirm(paint, question);
        }
    }
}

fn draw_form(
    paint: &mut Paint<'_>,
    form: &Form,
    connecting: &Connecting,
    session: &Session,
    now: Timestamp,
) {
    let stored: Vec<String> =
        form.fields.iter().map(|field| form.stored(field.id).unwrap_or_default()).collect();
    let mut body: Vec<Line<'_>> = form
        .fields
        .iter()
        .enumerate()
        .map(|(number, field)| {
            let focused = form.focus == number;
            let entered = match &field.entry {
                Entry::Text(input) => {
                    let ghost = stored[number].as_str();
                    Entered::Typed(Typed { ghost, ..typed(input, focused) })
                }
                Entry::Choice { options, at } => {
                    Entered::Chosen { text: options.get(*at).copied().unwrap_or_default(), focused }
                }
            };
            Line::Entry { label: field.label.to_owned(), entered }
        })
        .collect();
    let focus = Some(form.focus.min(body.len().saturating_sub(1)));
    body.push(Line::Blank);
    body.extend(tested(paint, connecting, now));
    let pinned = vec![said(paint, form, connecting, session), buttons(form, connecting)];
    let labels = titled(&form.title());
    sheet(paint, &Sheet { labels, body, focus, pinned, min_width: 72, first_row: 0 });
}

fn draw_sign_in(paint: &mut Paint<'_>, shown: &SignIn, now: Timestamp) {
    let styles = paint.styles;
    let profile = shown.profile.as_deref().unwrap_or("the default profile");
    let mut body = vec![Line::Words(format!("aws sso login for {profile}:"), styles.dim)];
    body.extend(shown.lines.iter().map(|line| Line::Words(line.clone(), styles.text)));
    let focus = Some(body.len() - 1);
    let (style, text) = if let Some(error) = &shown.failed {
        (styles.bad, format!("{} {}", paint.glyphs.bad, error.detail))
    } else {
        (styles.dim, format!("{} waiting for you to sign in", spinner(paint.glyphs, now)))
    };
    let pinned = vec![Line::Blank, Line::Words(text, style)];
    sheet(
        paint,
        &Sheet { labels: titled("Sign in"), body, focus, pinned, min_width: 48, first_row: 0 },
    );
}

fn draw_code(paint: &mut Paint<'_>, prompt: &CodePrompt, now: Timestamp) {
    let styles = paint.styles;
    let body = vec![
        Line::Words(format!("The role of {} requires a code from", prompt.connection), styles.dim),
        Line::Name(prompt.device.clone(), styles.text),
        Line::Entry {
            label: "Code".to_owned(),
            entered: Entered::Typed(typed(&prompt.input, !prompt.asked)),
        },
    ];
    let said = match &prompt.problem {
        Some(problem) => Line::Words(format!("{} {problem}", paint.glyphs.bad), styles.bad),
        None if prompt.asked => {
            Line::Words(format!("{} asking for the role", spinner(paint.glyphs, now)), styles.dim)
        }
        None => Line::Words("the six digits the device shows now".to_owned(), styles.dim),
    };
    let focus = Some(body.len() - 1);
    sheet(
        paint,
        &Sheet {
            labels: titled("Sign in"),
            body,
            focus,
            pinned: vec![Line::Blank, said],
            min_width: 56,
            first_row: 0,
        },
    );
}

/// What goes into a field, and the keys that change an answer.
fn hint_of(field: &FormField) -> String {
    match (&field.entry, field.hint) {
        (Entry::Text(_), hint) => hint.to_owned(),
        (Entry::Choice { .. }, "") => CHANGED.to_owned(),
        (Entry::Choice { .. }, hint) => format!("{CHANGED}: {hint}"),
    }
}

/// A form takes these whatever the keymap says.
const CHANGED: &str = "← → changes it";

/// One sentence: what is wrong, else what a paste did, else what goes into the field.
fn said(
    paint: &Paint<'_>,
    form: &Form,
    connecting: &Connecting,
    session: &Session,
) -> Line<'static> {
    let styles = paint.styles;
    if let Some(error) = &connecting.refused {
        let (what, next) = (error.explain().what, session.next(error));
        let text = format!("{} not saved: {what}; {next}", paint.glyphs.bad);
        return Line::Words(text, styles.bad);
    }
    if connecting.awaits_keyring() {
        let key = session.key(Action::Dismiss);
        let text = format!(
            "waiting for the keyring, which may ask for its password in another window; {key} \
             stops it"
        );
        return Line::Words(text, styles.dim);
    }
    match form.note() {
        Some(Remark::Problem(text)) => {
            Line::Words(format!("{} {text}", paint.glyphs.warning), styles.warning)
        }
        Some(Remark::Note(text)) => {
            Line::Words(format!("{} {text}", paint.glyphs.note), styles.accent)
        }
        None => {
            let hint = match form.focused() {
                Some(field) if form.before.is_some() && is_key(field.label) => {
                    "leave empty to keep what is saved".to_owned()
                }
                Some(field) if field.id == FieldId::Secret => {
                    format!("{} shows it", session.key(Action::ShowSecret))
                }
                Some(field) => hint_of(field),
                None if form.on_save() => "you can save it even if it does not work yet".to_owned(),
                None => "nothing is saved".to_owned(),
            };
            Line::Words(hint, styles.dim)
        }
    }
}

fn is_key(label: &str) -> bool {
    label.contains("ccess key")
}

fn buttons(form: &Form, connecting: &Connecting) -> Line<'static> {
    let save = if connecting.is_saving() { "Saving …" } else { "Save and open" };
    Line::Buttons(vec![
        Button {
            title: save.to_owned(),
            focused: form.on_save(),
            enabled: form.draft().is_ok(),
            danger: false,
        },
        Button {
            title: "Cancel".to_owned(),
            focused: form.on_cancel(),
            enabled: true,
            danger: false,
        },
    ])
}

/// What does not work with its reason, then what works in one line.
fn tested(paint: &Paint<'_>, connecting: &Connecting, now: Timestamp) -> Vec<Line<'static>> {
    let styles = paint.styles;
    let trial = &connecting.trial;
    let mut lines = Vec::new();
    for finding in trial.shown() {
        let normal = trial.needs_bucket() && finding.step == Step::ListBuckets;
        match &finding.verdict {
            Verdict::Fails(_) if normal => {
                let text = "this token may not list buckets, which is normal for a token for \
                            single buckets: name them in Buckets";
                lines.push(Line::Words(format!("{} {text}", paint.glyphs.warning), styles.warning));
            }
            Verdict::Fails(error) => {
                let said = error.explain();
                let step = finding.step.title();
                let text = format!("{} {step}: {}", paint.glyphs.bad, said.what);
                lines.push(Line::Words(text, styles.bad));
                lines.push(Line::Words(format!("  {}", said.why), styles.dim));
            }
            Verdict::Beware(text) => {
                let step = finding.step.title();
                let text = format!("{} {step}: {text}", paint.glyphs.warning);
                lines.push(Line::Words(text, styles.warning));
            }
            Verdict::Works(_) | Verdict::Skipped(_) | Verdict::Unasked(_) => {}
        }
    }
    // What fails is above: there may be room for no more.
    let quiet = |finding: &&Finding| matches!(&finding.verdict, Verdict::Works(_));
    let fine: Vec<&str> = trial.shown().filter(quiet).map(|finding| finding.step.title()).collect();
    if !fine.is_empty() {
        let between = format!(" {} ", paint.glyphs.dot);
        let text = format!("{} {}", paint.glyphs.good, fine.join(&between));
        lines.push(Line::Words(text, styles.good));
    }
    if let Some(error) = &trial.broken {
        let text =
            format!("{} the test could not start: {}", paint.glyphs.bad, error.explain().what);
        lines.push(Line::Words(text, styles.bad));
    }
    if trial.runs() {
        let text = format!("{} testing in the background …", spinner(paint.glyphs, now));
        lines.push(Line::Words(text, styles.dim));
    }
    lines
}
