//! Finds objects below a prefix: asks for what, and shows what is found as rows.

use crate::app::action::Action;
use crate::app::chord::Chord;
use crate::app::context::{Context, Intent};
use crate::app::dialogs::completion::Offer;
use crate::app::dialogs::prompt::Prompt;
use crate::app::dialogs::question::{Question, QuestionSlot};
use crate::app::dialogs::{Dialog, DialogAnswer};
use crate::app::screens::objects::browse::Browse;
use crate::app::screens::objects::history::PrefixPlace;
use crate::app::screens::objects::loading::Loading;
use crate::domain::criteria::Criteria;
use crate::domain::indexed::IndexState;
use crate::domain::listing::FoundRows;

/// Earlier searches that are offered again.
const OFFERED: usize = 20;

#[derive(Clone, Debug, Default)]
pub struct Searching {
    pub question: QuestionSlot<()>,
    /// The latest first.
    earlier: Vec<String>,
}

impl Searching {
    /// Asks for what is to be found; the line of the search that is shown stands there already.
    pub fn ask(&mut self, browse: &Browse) {
        let title = format!("Find below {}", browse.location());
        let hint = "letters, *.jpg or /regex/; size>10M age<7d ext=csv class=GLACIER type=image; \
                    from=server asks the server, not the index";
        let shown = browse.searched().unwrap_or_default();
        let rule = |text: &str| Criteria::parse_line(text).map(|_| ());
        let mut prompt = Prompt::new(title, hint, shown, rule);
        prompt.offer(self.earlier.iter().map(|text| Offer {
            text: text.clone(),
            note: String::new(),
            begins: false,
            disabled: None,
        }));
        self.question.ask(Dialog::Prompt(prompt), ());
    }

    pub fn on_action(&mut self, action: Action, browse: &mut Browse, cx: &mut Context<'_>) {
        let answer = self.question.on_action(action, cx);
        self.on_answer(answer, browse, cx);
    }

    pub fn on_text(&mut self, chord: Chord, browse: &mut Browse, cx: &mut Context<'_>) {
        let answer = self.question.on_text(chord, cx);
        self.on_answer(answer, browse, cx);
    }

    fn on_answer(
        &mut self,
        answer: Option<(Question<()>, DialogAnswer)>,
        browse: &mut Browse,
        cx: &mut Context<'_>,
    ) {
        let Some((_, DialogAnswer::Text(text))) = answer else { return };
        let text = text.trim().to_owned();
        self.earlier.retain(|earlier| *earlier != text);
        self.earlier.insert(0, text.clone());
        self.earlier.truncate(OFFERED);
        browse.search(text, cx);
    }
}

impl Browse {
    /// Shows what a line of criteria finds below the open prefix.
    pub fn search(&mut self, wanted: String, cx: &mut Context<'_>) {
        let Some(place) = self.place().cloned() else { return };
        self.go(PrefixPlace { search: Some(wanted), ..place }, None, cx);
        // Who asks anew wants to know how it is now; what was found before is shown until then.
        if !self.is_pulling() {
            self.refresh(cx);
        }
    }

    /// Asks for an index of what is below the open prefix.
    pub(super) fn ask_index(&self, cx: &mut Context<'_>) {
        if let Some(PrefixPlace { bucket, prefix, .. }) = self.place().cloned() {
            cx.ask(Intent::Index { bucket, prefix });
        }
    }

    /// The criteria of the search whose finds are shown.
    pub fn searched(&self) -> Option<&str> {
        self.place()?.search.as_deref()
    }

    /// How many objects the search has looked at.
    pub fn looked_at(&self) -> u64 {
        self.fresh.as_ref().map_or(&self.pager, |fresh| &fresh.pager).looked_at()
    }

    /// The index whose keys are shown; `None` where the server found them.
    pub fn found_by(&self) -> Option<IndexState> {
        self.searched().and(self.fresh.as_ref().map_or(&self.pager, |fresh| &fresh.pager).index())
    }

    pub(super) fn on_found(&mut self, found: FoundRows, cx: &mut Context<'_>) {
        self.fresh.as_mut().map_or(&mut self.pager, |fresh| &mut fresh.pager).told(&found);
        if !found.page.is_empty() {
            self.take_in(found.page, cx);
        }
        let swapped = self.swap_when_covered(cx);
        if swapped || self.fresh.is_none() {
            self.catch_up(!self.pager.has_more());
        }
        self.seek();
        if found.done {
            self.go_on(cx);
        } else if self.fresh.is_none() {
            self.loading = Loading::Streaming;
        }
    }
}
