//! Shows in what two objects, files or trees of them differ.

mod lines;

use crate::app::action::{Action, KeyHint};
use crate::app::context::{Context, Intent};
use crate::app::effect::{ComparisonRequest, StorageRequest};
use crate::app::event::{Answer, Reply, Ticket};
use crate::app::list::{step, take_again};
pub use crate::app::overlays::comparison::lines::ComparisonLine;
use crate::app::overlays::comparison::lines::lines;
use crate::app::part::Part;
use crate::app::scope::Scope;
use crate::app::spot::Spot;
use crate::app::toasts::Level;
use crate::domain::compared::{Compared, ComparedBytes, ComparedTrees};
use crate::domain::diff_end::{DiffEnd, DiffKind};
use crate::domain::error::Error;

#[derive(Clone, Debug)]
pub struct ComparisonSheet {
    pub one: DiffEnd,
    pub other: DiffEnd,
    ticket: Option<Ticket>,
    lines: Option<Vec<ComparisonLine>>,
    /// Of two items.
    compared: Option<Box<Compared>>,
    trees: Option<TreesSum>,
    /// The line at the top; of trees, the row of the cursor.
    pub scroll: usize,
    /// The trees from which this pair was opened.
    back: Option<Box<ComparisonSheet>>,
}

/// What is known of two trees.
#[derive(Clone, Debug, Default)]
pub struct TreesSum {
    /// Names that are compared, and how many there are.
    pub compared: u64,
    pub names: u64,
    pub failed: u64,
    differing: [u64; 3],
}

impl ComparisonSheet {
    pub fn new(one: DiffEnd, other: DiffEnd) -> ComparisonSheet {
        ComparisonSheet {
            one,
            other,
            ticket: None,
            lines: None,
            compared: None,
            trees: None,
            scroll: 0,
            back: None,
        }
    }

    /// `None` while nothing is known yet.
    pub fn lines(&self) -> Option<&[ComparisonLine]> {
        self.lines.as_deref()
    }

    pub fn is_comparing(&self) -> bool {
        self.ticket.is_some()
    }

    /// How far trees are compared, and what was found so far.
    pub fn trees(&self) -> Option<&TreesSum> {
        self.trees.as_ref()
    }

    fn len(&self) -> usize {
        self.lines.as_ref().map_or(0, Vec::len)
    }

    /// What the cursor is on, where there are rows.
    pub fn current(&self) -> Option<&ComparisonLine> {
        self.trees.as_ref()?;
        self.lines.as_ref()?.get(self.scroll)
    }

    /// The items of the name under the cursor, where both trees have it.
    fn pair_here(&self) -> Option<(DiffEnd, DiffEnd)> {
        let Some(ComparisonLine::Name(found)) = self.current() else { return None };
        let both = found.difference == DiffKind::Changed;
        both.then(|| Some((self.one.named(&found.name)?, self.other.named(&found.name)?)))?
    }

    /// Whether bytes of the pair were left unread that can be read.
    fn has_unread(&self) -> bool {
        let bytes = self.compared.as_ref().map(|compared| &compared.bytes);
        matches!(bytes, Some(ComparedBytes::SameStart(_) | ComparedBytes::Other))
    }

    fn on_trees(&mut self, news: ComparedTrees, cx: &mut Context<'_>) {
        let sum = self.trees.get_or_insert_default();
        let lines = self.lines.get_or_insert_default();
        (sum.compared, sum.names) = (news.compared, news.names);
        sum.failed += news.failed.len() as u64;
        for found in news.differing {
            sum.differing[found.difference as usize] += 1;
            lines.push(ComparisonLine::Name(found));
        }
        for error in news.failed {
            lines.push(ComparisonLine::Sentence(error.to_string()));
            cx.ask(Intent::LogQuietly(error));
        }
        if news.done {
            self.ticket = None;
            if lines.is_empty() {
                lines.push(ComparisonLine::Sentence(sum.same().to_owned()));
            }
        }
    }

    fn on_bytes(&mut self, bytes: ComparedBytes, cx: &mut Context<'_>) {
        let Some(compared) = &mut self.compared else { return };
        compared.bytes = bytes;
        self.lines = Some(lines(compared, &cx.session.zone));
    }

    /// Opens the pair under the cursor, or reads on in the one that is shown.
    fn accept(&mut self, cx: &mut Context<'_>) {
        if let Some((one, other)) = self.pair_here() {
            let trees = std::mem::replace(self, ComparisonSheet::new(one, other));
            self.back = Some(Box::new(trees));
            self.start(cx);
        } else if let Some(ComparisonLine::Name(_)) = self.current() {
            cx.toast(Level::Note, "only one side has it: there is nothing to compare it with");
        } else if self.ticket.is_none() && self.has_unread() {
            let (one, other) = (self.one.clone(), self.other.clone());
            self.ticket =
                Some(cx.request(StorageRequest::Comparison(ComparisonRequest::CompareBytes {
                    one,
                    other,
                })));
        }
    }

    /// Stops what is under way and keeps what is shown; leaves the sheet where there is neither.
    fn dismiss(&mut self, cx: &mut Context<'_>) {
        if self.ticket.is_some() && self.lines.is_some() {
            return cx.abandon(&mut self.ticket);
        }
        match self.back.take() {
            None => self.close(cx),
            Some(trees) => {
                cx.abandon(&mut self.ticket);
                *self = *trees;
            }
        }
    }

    fn close(&mut self, cx: &mut Context<'_>) {
        self.stop(cx);
        cx.close_overlay(None);
    }

    fn fail(&mut self, error: Error, cx: &mut Context<'_>) {
        self.ticket = None;
        if self.lines.is_some() {
            cx.ask(Intent::Log(error));
        } else if let Some(trees) = self.back.take() {
            *self = *trees;
            cx.ask(Intent::Log(error));
        } else {
            cx.close_overlay(Some(Intent::Log(error)));
        }
    }
}

impl TreesSum {
    pub fn count(&self, difference: DiffKind) -> u64 {
        self.differing[difference as usize]
    }

    fn same(&self) -> &'static str {
        match self.names {
            0 => "There is nothing in either of them.",
            _ => "They have the same names with the same bytes.",
        }
    }
}

impl Part for ComparisonSheet {
    fn scopes(&self) -> &'static [Scope] {
        Scope::Details.outwards()
    }

    fn start(&mut self, cx: &mut Context<'_>) {
        let (one, other) = (self.one.clone(), self.other.clone());
        self.ticket =
            Some(cx.request(StorageRequest::Comparison(ComparisonRequest::Compare { one, other })));
    }

    fn hints(&self) -> Vec<KeyHint> {
        let leave = match (&self.ticket, &self.back) {
            (Some(_), _) => "stop",
            (None, Some(_)) => "back",
            (None, None) => "close",
        };
        let mut hints = Vec::new();
        if self.pair_here().is_some() {
            hints.push((Action::Accept, "compare them"));
        } else if self.ticket.is_none() && self.has_unread() {
            hints.push((Action::Accept, "read the rest"));
        }
        if self.lines.is_some() {
            hints.extend([(Action::Down, "down"), (Action::Up, "up")]);
        }
        hints.push((Action::Dismiss, leave));
        hints
    }

    fn on_action(&mut self, action: Action, cx: &mut Context<'_>) -> bool {
        match action {
            Action::Dismiss => self.dismiss(cx),
            Action::Close => self.close(cx),
            Action::Accept => self.accept(cx),
            other => {
                let len = self.len();
                step(&mut self.scroll, other, len);
            }
        }
        true
    }

    fn point(&mut self, spot: Spot) -> Option<Action> {
        self.trees.as_ref()?;
        take_again(&mut self.scroll, spot)
    }

    fn scroll(&mut self, by: isize, _cx: &mut Context<'_>) {
        let last = self.len().saturating_sub(1);
        self.scroll = self.scroll.saturating_add_signed(by).min(last);
    }

    fn owns(&self, ticket: Ticket) -> bool {
        let mut sheets = std::iter::successors(Some(self), |sheet| sheet.back.as_deref());
        sheets.any(|sheet| sheet.ticket == Some(ticket))
    }

    fn on_reply(&mut self, ticket: Ticket, reply: Reply, cx: &mut Context<'_>) {
        if self.ticket != Some(ticket)
            && let Some(trees) = &mut self.back
        {
            return trees.on_reply(ticket, reply, cx);
        }
        match reply {
            Ok(Answer::ComparedTrees(news)) => self.on_trees(news, cx),
            Ok(Answer::Compared(compared)) => {
                self.ticket = None;
                self.lines = Some(lines(&compared, &cx.session.zone));
                self.compared = Some(compared);
            }
            Ok(Answer::ComparedBytes { bytes, done }) => {
                if done {
                    self.ticket = None;
                }
                self.on_bytes(bytes, cx);
            }
            Ok(_) => self.ticket = None,
            Err(error) => self.fail(error, cx),
        }
    }

    fn is_waiting(&self) -> bool {
        self.ticket.is_some()
    }

    fn stop(&mut self, cx: &mut Context<'_>) {
        cx.abandon(&mut self.ticket);
        if let Some(trees) = &mut self.back {
            trees.stop(cx);
        }
    }
}
