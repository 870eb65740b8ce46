//! Holds rows of a table that are to be shown, with what a column needs in width.

use crate::domain::cells::width;

/// Some rows of a table, one behind the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableView {
    /// The names of the columns.
    pub names: Vec<String>,
    /// Of each row its cells; `None` is null. A row may have more or fewer cells than there are
    /// names.
    pub rows: Vec<Vec<Option<String>>>,
    /// The number of the first of these rows, counted from 0.
    pub from: u64,
    /// Whether the table ends with the last of these rows.
    pub ends: bool,
    /// The lines up to there that are no rows; `None` where there are none.
    pub left_out: Option<LeftOut>,
}

/// Lines that are no rows of a table, or are not in them whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    pub lines: u64,
    /// Why the first is none: `line 3 is not JSON: column 1: a value is expected`.
    pub first: String,
}

impl TableView {
    /// Cells that each column needs: its name or its widest value, and no more than `most`.
    pub fn widths(&self, most: usize) -> Vec<usize> {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or_default();
        let columns = columns.max(self.names.len());
        let mut widths: Vec<usize> = vec![0; columns];
        for (name, wide) in self.names.iter().zip(&mut widths) {
            *wide = width(name).min(most);
        }
        for row in &self.rows {
            for (cell, wide) in row.iter().zip(&mut widths) {
                let needed = cell.as_deref().map_or(0, width);
                *wide = (*wide).max(needed.min(most));
            }
        }
        widths
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_as_wide_as_its_widest_cell() {
        let text = |text: &str| Some(text.to_owned());
        let view = TableView {
            names: vec!["id".into(), "name".into()],
            rows: vec![vec![text("1000"), None], vec![text("世界世"), text("b"), text("more")]],
            ..TableView::default()
        };
        assert_eq!(view.widths(80), [6, 4, 4]);
        assert_eq!(view.widths(3), [3, 3, 3]);
    }
}
