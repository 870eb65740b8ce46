//! Holds the serial number and the code of an MFA device, which a change of MFA delete needs.

use std::fmt;

use crate::domain::settings::BucketSetting;
use crate::domain::settings::json::Json;

/// Sent once and never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct DeviceCode(String);

impl DeviceCode {
    /// The serial number or ARN, and the code: `arn:aws:iam::123456789012:mfa/me 123456`.
    ///
    /// # Errors
    /// What is expected; empty where nothing is typed.
    pub fn parse(text: &str) -> Result<DeviceCode, String> {
        const DIGITS: usize = 6;
        let words: Vec<&str> = text.split_whitespace().collect();
        let [serial, code] = words[..] else {
            let wanted = "the serial number or ARN of the device, then its code";
            return Err(if words.is_empty() { String::new() } else { wanted.to_owned() });
        };
        if code.len() != DIGITS || !code.chars().all(|letter| letter.is_ascii_digit()) {
            return Err(format!("a code has {DIGITS} digits"));
        }
        if !serial.chars().all(|letter| letter.is_ascii_graphic()) {
            return Err("this is not the serial number of a device".to_owned());
        }
        Ok(DeviceCode(format!("{serial} {code}")))
    }

    /// The value of `x-amz-mfa`.
    pub fn header(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for DeviceCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeviceCode")
    }
}

impl BucketSetting {
    /// Whether a change is sent with the code of a device: one that turns MFA delete on, and every
    /// one while it is on. `None` clears the setting.
    pub fn needs_code(self, old: Option<&Json>, new: Option<&Json>) -> bool {
        self == BucketSetting::Versioning && (has_mfa_delete(old) || has_mfa_delete(new))
    }
}

pub fn has_mfa_delete(document: Option<&Json>) -> bool {
    document.and_then(|document| document.text_of("MFADelete")) == Some("Enabled")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::settings::check::document;

    #[test]
    fn a_code_is_six_digits_behind_its_device_and_is_not_shown() {
        let code = DeviceCode::parse("  arn:aws:iam::123456789012:mfa/me   123456 ").unwrap();
        assert_eq!(code.header(), "arn:aws:iam::123456789012:mfa/me 123456");
        assert!(!format!("{code:?}").contains("123456"));
        for wrong in ["123456", "me 12345", "me 12345x", "me 123456 7", "é 123456"] {
            assert!(DeviceCode::parse(wrong).is_err_and(|why| !why.is_empty()), "{wrong}");
        }
        assert_eq!(DeviceCode::parse(" "), Err(String::new()));
    }

    #[test]
    fn a_code_is_asked_for_only_where_the_server_does() {
        let versioning = |text: &str| document(BucketSetting::Versioning, text).unwrap();
        let (plain, off, on) = (
            versioning(r#"{"Status":"Enabled"}"#),
            versioning(r#"{"Status":"Enabled","MFADelete":"Disabled"}"#),
            versioning(r#"{"Status":"Enabled","MFADelete":"Enabled"}"#),
        );
        let needs = |old, new| BucketSetting::Versioning.needs_code(old, new);
        assert!(!needs(None, Some(&plain)) && !needs(Some(&off), Some(&plain)));
        assert!(needs(None, Some(&on)) && needs(Some(&on), Some(&off)) && needs(Some(&on), None));
        assert!(!BucketSetting::Tags.needs_code(Some(&on), None));
    }
}
