//! Paints the examination of a connection: the steps, and what the step under the cursor found.

use jiff::Timestamp;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::app::action::Action;
use crate::app::overlays::doctor::Doctor;
use crate::app::scope::Scope;
use crate::app::session::Session;
use crate::domain::diagnosis::text::TITLES;
use crate::domain::diagnosis::{Finding, Step, Verdict};
use crate::domain::visible::visible;
use crate::ui::dialogs::details::draw_details;
use crate::ui::overlays::help::centred;
use crate::ui::paint::{Paint, Span};
use crate::ui::screens::reason::reason;
use crate::ui::text::wrap;
use crate::ui::widgets::frame::Labels;
use crate::ui::widgets::notice::notice;
use crate::ui::widgets::popup::popup;
use crate::ui::widgets::rows::{RowAt, position, rows, sign};
use crate::ui::widgets::spinner::spinner;

const WIDEST: u16 = 92;
const TITLE: u16 = 26;
/// Lines below the steps: what the cursor's step comes to.
const TOLD: u16 = 4;

pub fn draw_doctor(paint: &mut Paint<'_>, doctor: &Doctor, session: &Session, now: Timestamp) {
    debug_assert_eq!(usize::from(TITLE), TITLES);
    let window = paint.buffer.area;
    let labels = Labels {
        title: format!("Doctor: {}", visible(doctor.connection.as_str())),
        bottom_right: position(doctor.cursor, doctor.findings.len()),
        ..Labels::default()
    };
    let steps = u16::try_from(Step::ALL.len()).unwrap_or(u16::MAX);
    let height = (steps + TOLD + 1).min(window.height.saturating_sub(2).max(3));
    let inner = popup(paint, &labels, WIDEST.min(window.width.saturating_sub(4)), height);
    let told = if inner.height > 2 * TOLD { TOLD + 1 } else { 0 };
    let list = Rect { height: inner.height - told, ..inner };
    if let Some(error) = &doctor.failure {
        let key = session.keymap.name_of(&[Scope::Doctor], Action::Refresh);
        let said = reason(paint, error, session, format!("{key} tries again"));
        notice(paint, list, &said);
    } else {
        draw_steps(paint, list, doctor, session, now);
    }
    if told > 0 {
        let place = Rect { y: list.bottom() + 1, height: told - 1, ..inner };
        draw_told(paint, place, doctor, session);
    }
    if let Some(details) = &doctor.opened {
        draw_details(paint, details, session);
    }
}

fn draw_steps(
    paint: &mut Paint<'_>,
    list: Rect,
    doctor: &Doctor,
    session: &Session,
    now: Timestamp,
) {
    let under_way = doctor.current_step();
    let len = doctor.findings.len() + usize::from(under_way.is_some());
    let place = centred(doctor.cursor, len, list.height);
    rows(paint, list, place, |paint, span, at| {
        if let Some(finding) = doctor.findings.get(at.number) {
            draw_finding(paint, span, at, finding, session);
        } else if let Some(step) = under_way {
            let turning = spinner(paint.glyphs, now);
            paint.put(span.skip(2), turning, paint.styles.accent);
            paint.sentence(span.skip(4), step.title(), paint.styles.dim);
        }
    });
}

fn draw_finding(
    paint: &mut Paint<'_>,
    span: Span,
    at: RowAt,
    finding: &Finding,
    session: &Session,
) {
    sign(paint, span, at, false);
    let (glyph, style) = glyph(paint, &finding.verdict);
    paint.put(span.skip(2), glyph, style);
    let rest = span.skip(4);
    let skipped = matches!(finding.verdict, Verdict::Skipped(_) | Verdict::Unasked(_));
    let text = if skipped { paint.styles.dim } else { paint.styles.text };
    paint.sentence(rest.take(TITLE), finding.step.title(), text);
    let beside = rest.skip(TITLE).shorter(1);
    let style = if finding.failed() { paint.styles.bad } else { paint.styles.dim };
    paint.sentence(beside, &summary(finding, session), style);
}

fn summary(finding: &Finding, session: &Session) -> String {
    match &finding.verdict {
        Verdict::Works(told) | Verdict::Beware(told) | Verdict::Skipped(told) => told.clone(),
        Verdict::Fails(error) => error.explain().what,
        Verdict::Unasked(remedy) => format!("not tested; {}", session.say(remedy)),
    }
}

fn glyph(paint: &Paint<'_>, verdict: &Verdict) -> (&'static str, Style) {
    match verdict {
        Verdict::Works(_) => (paint.glyphs.good, paint.styles.good),
        Verdict::Beware(_) => ("!", paint.styles.warning),
        Verdict::Fails(_) => (paint.glyphs.bad, paint.styles.bad),
        Verdict::Skipped(_) | Verdict::Unasked(_) => ("-", paint.styles.dim),
    }
}

/// What the cursor's step comes to, or the question, wrapped.
fn draw_told(paint: &mut Paint<'_>, area: Rect, doctor: &Doctor, session: &Session) {
    let sentences = if doctor.consenting {
        vec![(doctor.question(), paint.styles.warning)]
    } else {
        told(paint, doctor, session)
    };
    let width = usize::from(area.width.saturating_sub(2));
    let lines = sentences.iter().flat_map(|(text, style)| {
        wrap(&visible(text), width).into_iter().map(|line| (line, *style))
    });
    for ((text, style), line) in lines.collect::<Vec<_>>().into_iter().zip(0..area.height) {
        paint.put(Span::line(area, line).skip(1), &text, style);
    }
}

fn told(paint: &Paint<'_>, doctor: &Doctor, session: &Session) -> Vec<(String, Style)> {
    let styles = paint.styles;
    let Some(finding) = doctor.findings.get(doctor.cursor) else { return Vec::new() };
    let mut said = match &finding.verdict {
        Verdict::Fails(error) => {
            vec![(error.explain().why, styles.dim), (session.next(error), styles.text)]
        }
        _ => vec![(summary(finding, session), styles.dim)],
    };
    if let Some(conclusion) = doctor.conclusion() {
        said.insert(0, (conclusion.sentence().to_owned(), styles.text));
    }
    said
}
