//! Checks the name of a new bucket.

use crate::domain::provider::Provider;

/// S3's rules for general purpose buckets, which every server takes.
///
/// # Errors
/// What is wrong; empty where nothing is typed.
pub fn s3_name(name: &str) -> Result<(), String> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.');
    common(name, allowed, "use only lowercase letters, digits, dots and hyphens")?;
    if name.contains("..") {
        return Err("no two dots in a row".to_owned());
    }
    if name.split('.').count() == 4 && name.split('.').all(|part| part.parse::<u8>().is_ok()) {
        return Err("a name cannot look like an IP address".to_owned());
    }
    if name.starts_with("xn--") || name.ends_with("-s3alias") || name.ends_with("--ol-s3") {
        return Err("S3 reserves this beginning or end".to_owned());
    }
    Ok(())
}

/// R2's rules: no dots.
///
/// # Errors
/// What is wrong; empty where nothing is typed.
pub fn r2_name(name: &str) -> Result<(), String> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    common(name, allowed, "use only lowercase letters, digits and hyphens")
}

pub fn rule(provider: Provider) -> fn(&str) -> Result<(), String> {
    match provider {
        Provider::R2 => r2_name,
        _ => s3_name,
    }
}

fn common(name: &str, allowed: impl Fn(char) -> bool, rule: &str) -> Result<(), String> {
    let alphanumeric = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    if name.is_empty() {
        return Err(String::new());
    }
    if !name.chars().all(allowed) {
        return Err(rule.to_owned());
    }
    if !alphanumeric(name.chars().next()) {
        return Err("the name must begin with a letter or digit".to_owned());
    }
    if name.len() < 3 {
        return Err("use at least 3 characters".to_owned());
    }
    if name.len() > 63 {
        return Err("use at most 63 characters".to_owned());
    }
    if !alphanumeric(name.chars().next_back()) {
        return Err("the name must end with a letter or digit".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_follows_the_providers_rules() {
        for good in ["abc", "my-bucket.2026", "1-2"] {
            assert_eq!(s3_name(good), Ok(()), "{good}");
        }
        for bad in
            ["ab", "Abc", "-abc", "abc-", "a..b", "192.168.0.1", "a_b", "ü-bucket", "xn--abc"]
        {
            assert!(!s3_name(bad).unwrap_err().is_empty(), "{bad}");
        }
        assert!(s3_name(&"a".repeat(64)).is_err());
        assert!(r2_name("my.bucket").is_err());
        assert_eq!(r2_name("my-bucket"), Ok(()));
        assert_eq!(s3_name(""), Err(String::new()));
    }
}
