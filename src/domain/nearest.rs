//! Finds the name that was most likely meant.

/// The name that was most likely meant.
pub fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let name = name.to_lowercase();
    let distance = |other: &&&str| edits(&name, &other.to_lowercase());
    let near = known.iter().min_by_key(distance)?;
    let far = edits(&name, &near.to_lowercase());
    (far <= 1 + name.chars().count() / 4).then_some(*near)
}

/// How many letters have to be changed, added or left out (Levenshtein).
fn edits(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, letter) in one.chars().enumerate() {
        let mut before = row[0];
        row[0] = i + 1;
        for (j, same) in other.iter().enumerate() {
            let changed = before + usize::from(*same != letter);
            before = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(before + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_forgiven_and_another_word_is_not() {
        let known = ["lifecycle", "cors", "location"];
        assert_eq!(nearest("lifecyle", &known), Some("lifecycle"));
        assert_eq!(nearest("CORS", &known), Some("cors"));
        assert_eq!(nearest("website", &known), None);
        assert_eq!(nearest("x", &[]), None);
    }
}
