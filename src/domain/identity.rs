//! Shows whose keys sign: the profile or connection, and the access key id without its middle.

/// Shown of each end of an access key id.
const ENDS: usize = 4;

/// `AKIA…WXYZ`. Of a short one, less is shown: it may be a word that somebody chose.
pub fn masked(key_id: &str) -> String {
    let letters: Vec<char> = key_id.chars().collect();
    let ends = match letters.len() {
        0..=3 => 0,
        length => ENDS.min(length / 4),
    };
    let (front, back) = (&letters[..ends], &letters[letters.len() - ends..]);
    format!("{}…{}", front.iter().collect::<String>(), back.iter().collect::<String>())
}

/// `work · AKIA…WXYZ`.
pub fn identity(who: &str, masked_key_id: Option<&str>) -> String {
    match masked_key_id {
        Some(key_id) => format!("{who} · {key_id}"),
        None => who.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_id_is_shown_without_its_middle() {
        assert_eq!(masked("AKIAIOSFODNN7EXAMPLE"), "AKIA…MPLE");
        assert_eq!(masked("0123456789abcdef0123456789abcdef"), "0123…cdef");
        assert_eq!(masked("minioadmin"), "mi…in");
        assert_eq!((masked("id"), masked("")), ("…".to_owned(), "…".to_owned()));
        assert_eq!(identity("work", Some("AKIA…MPLE")), "work · AKIA…MPLE");
    }
}
