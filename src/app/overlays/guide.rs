//! Lists the pages of the guide, and shows one of them.

use crate::app::action::{Action, KeyHint};
use crate::app::context::Context;
use crate::app::list::{step, take_again};
use crate::app::part::Part;
use crate::app::scope::Scope;
use crate::app::spot::Spot;
use crate::config::guide::{TOPICS, Topic};

/// In the order of the list.
pub const PAGES: &[Topic] = TOPICS;

#[derive(Clone, Debug, Default)]
pub struct Guide {
    /// The page under the cursor, by its place in [`PAGES`].
    pub cursor: usize,
    pub page: Option<GuidePage>,
}

/// The page that is read.
#[derive(Clone, Debug)]
pub struct GuidePage {
    pub topic: &'static Topic,
    /// Lines of the text above the window.
    pub scroll: usize,
}

impl Part for Guide {
    fn scopes(&self) -> &'static [Scope] {
        Scope::Menu.outwards()
    }

    fn hints(&self) -> Vec<KeyHint> {
        match self.page {
            Some(_) => {
                vec![(Action::Down, "down"), (Action::Up, "up"), (Action::Dismiss, "all pages")]
            }
            None => vec![(Action::Accept, "read"), (Action::Dismiss, "close")],
        }
    }

    fn on_action(&mut self, action: Action, cx: &mut Context<'_>) -> bool {
        match (action, &mut self.page) {
            (Action::Close, _) | (Action::Dismiss, None) => cx.close_overlay(None),
            (Action::Dismiss, Some(_)) => self.page = None,
            (Action::Accept, None) => {
                self.page = PAGES.get(self.cursor).map(|topic| GuidePage { topic, scroll: 0 });
            }
            (_, Some(page)) => {
                let len = page.len();
                step(&mut page.scroll, action, len);
            }
            (_, None) => {
                step(&mut self.cursor, action, PAGES.len());
            }
        }
        true
    }

    fn point(&mut self, spot: Spot) -> Option<Action> {
        if self.page.is_some() { None } else { take_again(&mut self.cursor, spot) }
    }
}

impl GuidePage {
    /// Lines that are shown, in a window that is wide enough.
    pub fn len(&self) -> usize {
        lines(self.topic.text).count()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    Heading,
    Example,
    Text,
}

const FENCE: &str = "```";
const COMMENT: &str = "<!--";

/// The lines of a page as they are shown: without the marks of headings and examples.
pub fn lines(text: &str) -> impl Iterator<Item = (&str, LineKind)> {
    let mut example = false;
    text.lines().filter_map(move |line| {
        if line.starts_with(FENCE) {
            example = !example;
            return None;
        }
        Some(match line {
            _ if example => (line, LineKind::Example),
            _ if line.starts_with(COMMENT) => return None,
            _ if line.starts_with('#') => (line.trim_start_matches(['#', ' ']), LineKind::Heading),
            _ => (line, LineKind::Text),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_not_shown_and_examples_are_kept_as_they_are() {
        let page = "# Title\n```sh\n# no heading\n```\n<!-- made -->\nsay `this`\n";
        let expected = [
            ("Title", LineKind::Heading),
            ("# no heading", LineKind::Example),
            ("say `this`", LineKind::Text),
        ];
        assert_eq!(lines(page).collect::<Vec<_>>(), expected);
    }
}
