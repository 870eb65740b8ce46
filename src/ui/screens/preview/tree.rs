//! Paints a tree of names and values, folded and unfolded.

use ratatui::layout::Rect;

use crate::app::screens::preview::tree::TreePane;
use crate::domain::folded_tree::{NodeLabel, NodeValue};
use crate::domain::units::CountedSoFar;
use crate::domain::visible::visible;
use crate::ui::paint::Paint;
use crate::ui::widgets::rows::{Window, rows};

/// The deepest indent, in cells, so that a value stays on screen.
const DEEPEST: usize = 40;

pub fn draw_tree(paint: &mut Paint<'_>, area: Rect, pane: &TreePane, focused: bool) {
    let list = pane.list;
    let window = Window { len: pane.tree.len(), offset: list.offset, cursor: list.cursor, focused };
    rows(paint, area, window, |paint, span, at| {
        let Some((node, folded)) = pane.tree.row(at.number) else { return };
        let styles = paint.styles;
        let most = DEEPEST.min(usize::from(span.width) / 2);
        let indent = (node.depth * 2).min(most);
        let mut rest = span.skip(u16::try_from(indent).unwrap_or(u16::MAX));
        let sign = match (node.has_children(), folded) {
            (false, _) => "  ",
            (true, true) => "▸ ",
            (true, false) => "▾ ",
        };
        rest = rest.skip(paint.put(rest, sign, styles.dim).max(2));
        let label = match &node.label {
            None => String::new(),
            Some(NodeLabel::Name(name)) => format!("{}: ", visible(name)),
            Some(NodeLabel::Number(number)) => format!("{number}: "),
        };
        let half = rest.take(rest.width / 2 + rest.width % 2);
        rest = rest.skip(paint.print(half, styles.code, format_args!("{label}")));
        match &node.value {
            NodeValue::Text(text) => paint.sentence(rest, text, styles.good),
            NodeValue::Plain(text) => paint.sentence(rest, text, styles.warning),
            NodeValue::Object { members } => {
                let members = CountedSoFar(*members as u64, "member", !node.more);
                paint.print(rest, styles.dim, format_args!("{{}} {members}"))
            }
            NodeValue::Array { elements } => {
                let elements = CountedSoFar(*elements as u64, "element", !node.more);
                paint.print(rest, styles.dim, format_args!("[] {elements}"))
            }
        };
    });
}
