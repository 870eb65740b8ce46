//! Lists what is known of the inside of an object, as labelled lines.

use crate::app::action::Action;
use crate::app::list::List;
use crate::app::screens::details::{Fact, label_cells};
use crate::domain::cells::wrap;
use crate::domain::visible::visible;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactsPane {
    /// Raw.
    facts: Vec<Fact>,
    /// Made visible, for panes of this width, each with the fact that it is of.
    lines: Vec<(Fact, usize)>,
    width: u16,
    pub list: List,
}

impl FactsPane {
    pub fn new(facts: Vec<Fact>) -> FactsPane {
        FactsPane { facts, lines: Vec::new(), width: 0, list: List::default() }
    }

    pub fn len(&self) -> usize {
        self.lines.len()
    }

    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// A line, made visible.
    pub fn line(&self, number: usize) -> Option<&Fact> {
        Some(&self.lines.get(number)?.0)
    }

    /// The text of the fact under the cursor; raw.
    pub fn value(&self) -> Option<String> {
        let (_, fact) = self.lines.get(self.list.cursor)?;
        Some(self.facts.get(*fact)?.1.clone())
    }

    pub fn on_action(&mut self, action: Action, rows: u16) -> bool {
        self.list.on_action(action, self.lines.len(), rows)
    }

    pub fn fit(&mut self, width: u16, rows: u16) {
        if self.width != width {
            self.width = width;
            self.lines = lines(&self.facts, width);
        }
        self.list.fit(self.lines.len(), rows);
    }
}

fn lines(facts: &[Fact], width: u16) -> Vec<(Fact, usize)> {
    let room = width.saturating_sub(label_cells(width) + 1).max(1);
    let mut lines = Vec::new();
    for (at, (label, text)) in facts.iter().enumerate() {
        let mut label = label.clone();
        for part in wrap(&visible(text), room.into()) {
            lines.push(((std::mem::take(&mut label), part), at));
        }
    }
    lines
}
