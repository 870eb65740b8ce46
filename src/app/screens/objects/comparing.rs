//! Chooses what is compared: two marked rows, the marked one and the one under the cursor, or one
//! row and what is typed.

use crate::app::action::Action;
use crate::app::chord::Chord;
use crate::app::context::{Context, Intent};
use crate::app::dialogs::completion::Asks;
use crate::app::dialogs::prompt::Prompt;
use crate::app::dialogs::question::{Question, QuestionSlot};
use crate::app::dialogs::typed_path::resolve;
use crate::app::dialogs::{Dialog, DialogAnswer};
use crate::app::overlay_subject::OverlaySubject;
use crate::app::screens::objects::browse::Browse;
use crate::app::screens::objects::watch::GONE;
use crate::app::session::Session;
use crate::domain::address::Location;
use crate::domain::diff_end::DiffEnd;
use crate::domain::listing::Row;
use crate::domain::object::ObjectAddress;
use crate::domain::visible::visible;

#[derive(Clone, Debug, Default)]
pub struct Comparing {
    /// About the row that is compared with what is typed.
    pub question: QuestionSlot<DiffEnd>,
}

/// Rows that are compared.
enum Paired {
    Two(DiffEnd, DiffEnd),
    /// With what is asked for.
    One(DiffEnd),
    /// They cannot be.
    Not(&'static str),
}

impl Comparing {
    pub fn start(&mut self, browse: &Browse, cx: &mut Context<'_>) {
        match paired(browse) {
            Paired::Two(one, other) => {
                cx.ask(Intent::ShowOverlay(OverlaySubject::Difference(one, other)));
            }
            Paired::One(one) => self.ask(one, cx.session),
            Paired::Not(_) => {}
        }
    }

    /// Asks what one side is compared with.
    pub fn ask(&mut self, one: DiffEnd, session: &Session) {
        self.question.ask(question(&one, session), one);
    }

    pub fn on_action(&mut self, action: Action, cx: &mut Context<'_>) {
        let answer = self.question.on_action(action, cx);
        self.on_answer(answer, cx);
    }

    pub fn on_text(&mut self, chord: Chord, cx: &mut Context<'_>) {
        let answer = self.question.on_text(chord, cx);
        self.on_answer(answer, cx);
    }

    fn on_answer(
        &mut self,
        answer: Option<(Question<DiffEnd>, DialogAnswer)>,
        cx: &mut Context<'_>,
    ) {
        let Some((mut question, DialogAnswer::Text(text))) = answer else { return };
        match typed_end(&text, cx.session) {
            Ok(other) => {
                cx.ask(Intent::ShowOverlay(OverlaySubject::Difference(question.about, other)));
            }
            Err(why) => {
                question.refuse(why);
                self.question.put(question);
            }
        }
    }
}

/// Why what is marked, or under the cursor, cannot be compared.
pub fn unpaired(browse: &Browse) -> Option<&'static str> {
    match paired(browse) {
        Paired::Not(why) => Some(why),
        Paired::Two(..) | Paired::One(_) => None,
    }
}

fn paired(browse: &Browse) -> Paired {
    let marks = &browse.marking.marks;
    if marks.len() > 2 {
        return Paired::Not("more than two rows are marked");
    }
    let mut rows: Vec<Row<'_>> =
        marks.iter().map(|number| browse.rows.listing().row(number)).collect();
    let current = browse.current().filter(|row| rows.iter().all(|marked| marked != row));
    if rows.len() < 2 {
        rows.extend(current);
    }
    if browse.at().is_some() && rows.iter().any(Row::is_prefix) {
        return Paired::Not("prefixes of the past cannot be compared");
    }
    let mut ends = rows.into_iter().map(|row| end_of(browse, row));
    match (ends.next(), ends.next()) {
        (None, _) => Paired::Not("there is no row here"),
        (Some(None), _) | (_, Some(None)) => Paired::Not(GONE),
        (Some(Some(one)), None) => Paired::One(one),
        (Some(Some(one @ DiffEnd::Object(_))), Some(Some(other @ DiffEnd::Object(_))))
        | (Some(Some(one @ DiffEnd::Prefix(..))), Some(Some(other @ DiffEnd::Prefix(..)))) => {
            Paired::Two(one, other)
        }
        _ => Paired::Not("one is a prefix and the other is an object"),
    }
}

/// `None` of what the watch saw go.
fn end_of(browse: &Browse, row: Row<'_>) -> Option<DiffEnd> {
    let place = browse.place()?;
    match row.is_prefix() {
        true => Some(DiffEnd::Prefix(place.bucket.clone(), place.prefix.child(row.name))),
        false => browse.object_of(row).map(DiffEnd::Object),
    }
}

fn question(one: &DiffEnd, session: &Session) -> Dialog {
    let (name, hint) = match one {
        DiffEnd::Object(object) => {
            (object.key.name(), "a file of this machine, or an object: s3://bucket/key")
        }
        DiffEnd::Prefix(bucket, prefix) if prefix.is_root() => {
            (bucket.as_str(), "a folder of this machine, or a prefix: s3://bucket/prefix/")
        }
        DiffEnd::Prefix(_, prefix) => {
            (prefix.name(), "a folder of this machine, or a prefix: s3://bucket/prefix/")
        }
        DiffEnd::Local(_) => ("", ""),
    };
    let folder = session.working_folder.clone();
    let beside = session.download_folder.as_ref().unwrap_or(&folder).join(name);
    let asks = Asks::PathOrPlace { folder, home: session.home.clone() };
    let title = format!("Compare {} with", visible(name));
    let typed = beside.display().to_string();
    let rule = |text: &str| if text.trim().is_empty() { Err(String::new()) } else { Ok(()) };
    Dialog::Prompt(Prompt::new(title, hint, &typed, rule).asking(asks))
}

/// # Errors
/// A sentence where a text names nothing that could be compared.
fn typed_end(text: &str, session: &Session) -> Result<DiffEnd, String> {
    let text = text.trim();
    if !text.starts_with("s3://") {
        let folder = &session.working_folder;
        return resolve(text, folder, session.home.as_deref()).map(DiffEnd::Local);
    }
    match Location::parse(text)? {
        Location::Root => Err("name a bucket: s3://bucket/".to_owned()),
        Location::Prefix { bucket, prefix } => Ok(DiffEnd::Prefix(bucket, prefix)),
        Location::Object { bucket, key } => Ok(DiffEnd::Object(ObjectAddress::new(bucket, key))),
    }
}
