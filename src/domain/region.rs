//! Tells a region from a text that can be none.

/// The longest label of a host name, which a region becomes.
const LONGEST: usize = 63;

/// A region as it is written: the signature names it, and with AWS the host does too.
///
/// # Errors
/// A sentence that says what was expected.
pub fn parse_region(text: &str) -> Result<String, String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-';
    match text {
        "" => Err("the region is empty: expected one such as eu-west-1".to_owned()),
        text if text.len() > LONGEST || text.starts_with('-') || !text.chars().all(fits) => Err(
            format!("{text:?} is not a region: expected letters, digits and -, such as eu-west-1"),
        ),
        text => Ok(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_can_be_a_part_of_a_host() {
        for region in ["eu-west-1", "auto", "us-west-004", "garage", "RegionOne", "1"] {
            assert_eq!(parse_region(region).as_deref(), Ok(region));
        }
        assert!(parse_region("").unwrap_err().contains("empty"));
        for text in ["eu west", " eu-west-1", "eu.west", "eu_1", "-eu", "é", &"a".repeat(64)] {
            assert!(parse_region(text).unwrap_err().contains("is not a region"), "{text}");
        }
    }
}
