//! Chooses columns by their names.

use crate::look::rows::request::RowsFault;

/// The columns that are wanted, in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    pub names: Vec<String>,
    /// Where each is in the row.
    pub places: Vec<usize>,
    /// Whether nothing was chosen, so that what no column has is kept too.
    pub all: bool,
}

impl Selection {
    /// # Errors
    /// `NoColumn` for a name that none has.
    pub fn of(wanted: &[String], known: &[String]) -> Result<Selection, RowsFault> {
        if wanted.is_empty() {
            let places = (0..known.len()).collect();
            return Ok(Selection { names: known.to_vec(), places, all: true });
        }
        let mut selection = Selection { names: Vec::new(), places: Vec::new(), all: false };
        for name in wanted {
            let Some(place) = known.iter().position(|known| known == name) else {
                return Err(RowsFault::NoColumn { name: name.clone(), known: known.to_vec() });
            };
            if !selection.places.contains(&place) {
                selection.names.push(name.clone());
                selection.places.push(place);
            }
        }
        Ok(selection)
    }
}
