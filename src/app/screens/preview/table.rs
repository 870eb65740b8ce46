//! Rows of a table with a cursor, columns that scroll, and an order.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use crate::app::action::Action;
use crate::app::list::List;
use crate::domain::cells::width;
use crate::domain::object_view::LookStep;
use crate::domain::table_view::TableView;

/// Cells of the widest column.
const WIDEST: usize = 40;

/// Rows that are asked for together, and how many are kept at most.
const MORE: u64 = 500;
const MOST: usize = 50_000;

#[derive(Clone, Debug, PartialEq)]
pub struct TablePane {
    pub table: TableView,
    pub list: List,
    widths: Vec<usize>,
    /// The first column on screen, of those that are shown.
    pub first: usize,
    hidden: BTreeSet<usize>,
    /// The column that the rows are ordered by, and whether the largest is first.
    pub order: Option<(usize, bool)>,
    /// The rows in the order they are shown.
    rows: Vec<usize>,
    /// Cells of the pane.
    cells: usize,
}

impl TablePane {
    pub fn new(table: TableView) -> TablePane {
        let mut pane = TablePane {
            table,
            list: List::default(),
            widths: Vec::new(),
            first: 0,
            hidden: BTreeSet::new(),
            order: None,
            rows: Vec::new(),
            cells: 0,
        };
        pane.widths = pane.table.widths(WIDEST);
        pane.arrange();
        pane
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The columns that are shown, each with its width, from the first on screen on.
    pub fn columns(&self) -> impl Iterator<Item = (usize, usize)> {
        let shown = (0..self.widths.len()).filter(|column| !self.hidden.contains(column));
        shown.skip(self.first).map(|column| (column, self.width_of(column)))
    }

    pub fn hidden(&self) -> usize {
        self.hidden.len()
    }

    fn shown(&self) -> usize {
        self.widths.len() - self.hidden.len()
    }

    /// The cells of a row, and its number in the table, counted from 0.
    pub fn row(&self, row: usize) -> Option<(u64, &[Option<String>])> {
        let at = *self.rows.get(row)?;
        Some((self.table.from + at as u64, self.table.rows.get(at)?))
    }

    pub fn name(&self, column: usize) -> &str {
        self.table.names.get(column).map_or("", String::as_str)
    }

    /// The row under the cursor as a line of values with tabs between them.
    pub fn row_text(&self) -> Option<String> {
        let (_, cells) = self.row(self.list.cursor)?;
        let cells = cells.iter().map(|cell| cell.as_deref().unwrap_or_default());
        Some(cells.collect::<Vec<_>>().join("\t"))
    }

    pub fn on_action(&mut self, action: Action, rows: u16) -> bool {
        match action {
            Action::ScrollRight => {
                self.sideways(true);
            }
            Action::SortRows => self.turn_order(),
            Action::HideColumn => self.hide(),
            action => return self.list.on_action(action, self.rows.len(), rows),
        }
        self.list.fit(self.rows.len(), rows);
        true
    }

    /// `false` where there is nothing to scroll to.
    pub fn sideways(&mut self, right: bool) -> bool {
        let before = self.first;
        self.first = if right { self.first + 1 } else { self.first.saturating_sub(1) };
        self.first = self.first.min(self.shown().saturating_sub(1));
        let rest: usize = self.columns().map(|(_, wide)| wide + 2).sum();
        // The last columns are on screen already.
        if right && before > 0 && rest + self.width_of(before) + 2 <= self.cells {
            self.first = before;
        }
        self.first != before
    }

    /// The sign of the order has room behind the name.
    fn width_of(&self, column: usize) -> usize {
        let wide = self.widths.get(column).copied().unwrap_or_default();
        match self.order {
            Some((by, _)) if by == column => wide.max((width(self.name(column)) + 2).min(WIDEST)),
            _ => wide,
        }
    }

    /// Sorts by the first column on screen: up, down, and as it was.
    fn turn_order(&mut self) {
        let Some((column, _)) = self.columns().next() else { return };
        self.order = match self.order {
            Some((by, false)) if by == column => Some((column, true)),
            Some((by, true)) if by == column => None,
            _ => Some((column, false)),
        };
        self.arrange();
    }

    /// Hides the first column on screen; where but one is left, shows all again.
    fn hide(&mut self) {
        let first = self.columns().next().map(|(column, _)| column);
        match first.filter(|_| self.shown() > 1) {
            Some(column) => {
                self.hidden.insert(column);
            }
            None => self.hidden.clear(),
        }
        self.first = self.first.min(self.shown().saturating_sub(1));
    }

    fn arrange(&mut self) {
        self.rows = (0..self.table.rows.len()).collect();
        let Some((column, down)) = self.order else { return };
        let cells = self.table.rows.iter().map(|row| row.get(column).and_then(Option::as_deref));
        let values: Vec<SortValue<'_>> = cells.map(SortValue::of).collect();
        self.rows.sort_by(|a, b| {
            let order = values[*a].compare(&values[*b]);
            if down { order.reverse() } else { order }
        });
    }

    pub fn wants(&self, rows: u16) -> Option<LookStep> {
        let page = usize::from(rows).max(1);
        let len = self.table.rows.len();
        let near = self.list.cursor + page * 2 >= len;
        let from = self.table.from + len as u64;
        (near && !self.table.ends && len < MOST).then_some(LookStep::Rows { from, count: MORE })
    }

    pub fn take(&mut self, more: TableView) {
        if more.from != self.table.from + self.table.rows.len() as u64 {
            return;
        }
        self.table.ends = more.ends || more.rows.is_empty();
        // It is read from the first line on.
        self.table.left_out = more.left_out.or_else(|| self.table.left_out.take());
        let places = self.places(&more.names);
        let rows = more.rows.into_iter().map(|row| placed(row, &places)).collect();
        let more = TableView { names: self.table.names.clone(), rows, ..TableView::default() };
        let wider = more.widths(WIDEST);
        self.widths.resize(self.widths.len().max(wider.len()), 0);
        for (wide, new) in self.widths.iter_mut().zip(wider) {
            *wide = (*wide).max(new);
        }
        self.table.rows.extend(more.rows);
        self.arrange();
    }

    /// The columns of names; rows of NDJSON may have some that no earlier one had.
    fn places(&mut self, names: &[String]) -> Vec<usize> {
        let known = &mut self.table.names;
        let place = |name: &String| {
            known.iter().position(|each| each == name).unwrap_or_else(|| {
                known.push(name.clone());
                known.len() - 1
            })
        };
        names.iter().map(place).collect()
    }

    pub fn fit(&mut self, cells: u16, rows: u16) {
        self.cells = cells.into();
        self.list.fit(self.rows.len(), rows);
    }
}

/// A row with its cells in these columns; cells without a name stay behind the others.
fn placed(row: Vec<Option<String>>, places: &[usize]) -> Vec<Option<String>> {
    if places.iter().enumerate().all(|(at, place)| at == *place) {
        return row;
    }
    let mut placed = Vec::new();
    for (at, cell) in row.into_iter().enumerate() {
        let place = places.get(at).copied().unwrap_or(at);
        if placed.len() <= place {
            placed.resize(place + 1, None);
        }
        placed[place] = cell;
    }
    placed
}

/// A cell as rows are ordered by it: numbers by their size, what is no number behind them by its
/// letters, nulls last.
enum SortValue<'a> {
    Number(f64),
    Text(&'a str),
    Null,
}

impl SortValue<'_> {
    fn of(cell: Option<&str>) -> SortValue<'_> {
        let Some(text) = cell else { return SortValue::Null };
        let number = text.trim().parse::<f64>().ok().filter(|number| !number.is_nan());
        number.map_or(SortValue::Text(text), SortValue::Number)
    }

    fn compare(&self, other: &SortValue<'_>) -> Ordering {
        match (self, other) {
            (SortValue::Number(a), SortValue::Number(b)) => {
                a.partial_cmp(b).unwrap_or(Ordering::Equal)
            }
            (SortValue::Text(a), SortValue::Text(b)) => a.cmp(b),
            _ => self.rank().cmp(&other.rank()),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            SortValue::Number(_) => 0,
            SortValue::Text(_) => 1,
            SortValue::Null => 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pane(names: &[&str], rows: &[&[&str]], ends: bool) -> TablePane {
        let cell = |text: &&str| (*text != "∅").then(|| (*text).to_owned());
        TablePane::new(TableView {
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            rows: rows.iter().map(|row| row.iter().map(cell).collect()).collect(),
            from: 0,
            ends,
            left_out: None,
        })
    }

    fn first(pane: &TablePane) -> Vec<&str> {
        let rows = (0..pane.len()).filter_map(|row| pane.row(row));
        rows.map(|(_, cells)| cells[0].as_deref().unwrap_or("∅")).collect()
    }

    #[test]
    fn rows_are_ordered_by_the_first_column_on_screen() {
        let mut pane =
            pane(&["n", "x"], &[&["10", "b"], &["9", "a"], &["∅", "c"], &["z", "d"]], true);
        pane.on_action(Action::SortRows, 10);
        assert_eq!(first(&pane), ["9", "10", "z", "∅"]);
        pane.on_action(Action::SortRows, 10);
        assert_eq!(first(&pane), ["∅", "z", "10", "9"]);
        pane.on_action(Action::SortRows, 10);
        assert_eq!(first(&pane), ["10", "9", "∅", "z"]);
        pane.sideways(true);
        pane.on_action(Action::SortRows, 10);
        assert_eq!(first(&pane), ["9", "10", "∅", "z"]);
        assert_eq!(pane.row(0).unwrap().0, 1, "a row keeps its number");
    }

    #[test]
    fn columns_are_hidden_and_come_back() {
        let mut pane = pane(&["a", "b", "c"], &[&["1", "2", "3"]], true);
        pane.on_action(Action::HideColumn, 10);
        assert_eq!(pane.columns().map(|(column, _)| column).collect::<Vec<_>>(), [1, 2]);
        pane.on_action(Action::HideColumn, 10);
        pane.on_action(Action::HideColumn, 10);
        assert_eq!(pane.columns().count(), 3, "the last one shows all again");
    }

    #[test]
    fn more_rows_are_asked_for_near_the_end() {
        let rows: Vec<&[&str]> = vec![&["1"]; 30];
        let mut pane = pane(&["a"], &rows, false);
        assert_eq!(pane.wants(5), None);
        pane.on_action(Action::Last, 5);
        assert_eq!(pane.wants(5), Some(LookStep::Rows { from: 30, count: MORE }));
        let more = TableView { from: 30, ends: true, ..pane.table.clone() };
        pane.take(more);
        assert_eq!((pane.len(), pane.wants(5)), (60, None));
        let other = TableView {
            names: vec!["b".into(), "a".into()],
            rows: vec![vec![Some("x".into()), Some("2".into())]],
            from: 60,
            ends: true,
            left_out: None,
        };
        pane.take(other);
        assert_eq!(pane.table.names, ["a", "b"]);
        assert_eq!(pane.row(60).unwrap().1, [Some("2".to_owned()), Some("x".to_owned())]);
        let stale = TableView { from: 30, ..pane.table.clone() };
        pane.take(stale);
        assert_eq!(pane.len(), 61, "what is here already is not taken twice");
    }
}
