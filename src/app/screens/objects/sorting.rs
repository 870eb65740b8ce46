//! Shows the menu of orders.

use crate::app::dialogs::Dialog;
use crate::app::dialogs::choice::{Choice, ChoiceRow};
use crate::domain::arrange::{Arrangement, SortBy};

/// Letter, title, order.
const ORDERS: [(char, &str, SortBy, bool); 6] = [
    ('n', "name, A to Z", SortBy::Name, false),
    ('N', "name, Z to A", SortBy::Name, true),
    ('s', "size, smallest first", SortBy::Size, false),
    ('S', "size, largest first", SortBy::Size, true),
    ('m', "modified, oldest first", SortBy::Modified, false),
    ('M', "modified, newest first", SortBy::Modified, true),
];

/// The menu with the cursor on the order in use.
pub fn menu(now: &Arrangement) -> Dialog {
    let rows = ORDERS.iter().map(|(key, title, ..)| ChoiceRow::new(*key, *title)).collect();
    let current = ORDERS
        .iter()
        .position(|(_, _, sort, descending)| *sort == now.sort && *descending == now.descending);
    Dialog::Choice(Choice::new("Sort", rows).starting_at(current.unwrap_or(0)))
}

/// The order of a row of the menu.
pub fn order_at(row: usize) -> (SortBy, bool) {
    ORDERS.get(row).map_or((SortBy::Name, false), |(_, _, sort, descending)| (*sort, *descending))
}
