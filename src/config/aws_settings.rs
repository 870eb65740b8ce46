//! Judges what the AWS variables and a profile set, before the SDK reads it: the SDK panics on some
//! values and silently drops others.

use crate::config::aws::AwsSettings;
use crate::domain::endpoint::Endpoint;
use crate::domain::error::{Error, ErrorKind};
use crate::domain::region::parse_region;

/// The step at which a setting of the AWS environment turns out to be none.
const READ: &str = "read the AWS settings";

/// How often and how the SDK tries requests again, as far as the user says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retries {
    /// `retry_mode = adaptive`: requests are held back where the server throttles.
    pub adaptive: bool,
    /// The first try included.
    pub attempts: Option<u32>,
}

/// What else of the settings is read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reads {
    /// The profile in force, beside the variables.
    pub profile: bool,
    /// Where the requests go, because the connection names no endpoint.
    pub endpoint: bool,
    /// What they are signed for, because the connection names no region.
    pub region: bool,
}

/// A setting that a variable and a key of a profile can name.
struct Setting {
    variable: &'static str,
    /// Empty where no profile has it.
    key: &'static str,
    judge: Judge,
}

#[derive(Clone, Copy)]
enum Judge {
    /// One of these words, in any case.
    OneOf(&'static [&'static str]),
    /// A whole number of at least 1.
    Attempts,
    Url,
    /// A path on a server that is known already.
    Path,
    Region,
}

const BOOL: Judge = Judge::OneOf(&["true", "false"]);
const RETRY_MODE: Judge = Judge::OneOf(&["standard", "adaptive", "legacy"]);
const WHEN: Judge = Judge::OneOf(&["when_supported", "when_required"]);
const ACCOUNT_ID_MODE: Judge = Judge::OneOf(&["preferred", "required", "disabled"]);
const METADATA_MODE: Judge = Judge::OneOf(&["IPv4", "IPv6"]);

const MODE: Setting = Setting::new("AWS_RETRY_MODE", "retry_mode", RETRY_MODE);
const ATTEMPTS: Setting = Setting::new("AWS_MAX_ATTEMPTS", "max_attempts", Judge::Attempts);

const IGNORE_ENDPOINTS: Setting =
    Setting::new("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls", BOOL);

/// Settings whose wrong value ends the program, is dropped without a word, or sends keys somewhere
/// else.
const SETTINGS: [Setting; 14] = [
    MODE,
    ATTEMPTS,
    Setting::new("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint", BOOL),
    Setting::new("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint", BOOL),
    IGNORE_ENDPOINTS,
    Setting::new("AWS_REQUEST_CHECKSUM_CALCULATION", "request_checksum_calculation", WHEN),
    Setting::new("AWS_RESPONSE_CHECKSUM_VALIDATION", "response_checksum_validation", WHEN),
    Setting::new("AWS_ACCOUNT_ID_ENDPOINT_MODE", "account_id_endpoint_mode", ACCOUNT_ID_MODE),
    Setting::new("AWS_EC2_METADATA_DISABLED", "", BOOL),
    Setting::new(
        "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
        "ec2_metadata_service_endpoint_mode",
        METADATA_MODE,
    ),
    Setting::new("AWS_EC2_METADATA_SERVICE_ENDPOINT", "ec2_metadata_service_endpoint", Judge::Url),
    Setting::new("AWS_CONTAINER_CREDENTIALS_FULL_URI", "", Judge::Url),
    Setting::new("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "", Judge::Path),
    Setting::new("AWS_ENDPOINT_URL_STS", "", Judge::Url),
];

/// Where the requests go: the first one that is set.
const ENDPOINTS: [Setting; 2] = [
    Setting::new("AWS_ENDPOINT_URL_S3", "", Judge::Url),
    Setting::new("AWS_ENDPOINT_URL", "endpoint_url", Judge::Url),
];

/// What requests are signed for: the first one that is set.
const REGIONS: [Setting; 2] = [
    Setting::new("AWS_REGION", "", Judge::Region),
    Setting::new("AWS_DEFAULT_REGION", "region", Judge::Region),
];

/// Judges the variables, and what else is read.
///
/// # Errors
/// The first setting that is none: where it stands, what it is, and what was expected.
pub fn judge(settings: &AwsSettings, reads: Reads) -> Result<Retries, Error> {
    let value = |setting: &Setting| setting.value(settings, reads.profile);
    for setting in &SETTINGS {
        value(setting)?;
    }
    for setting in ENDPOINTS.iter().filter(|_| reads.endpoint && !settings.ignores_endpoints()) {
        value(setting)?;
    }
    for setting in REGIONS.iter().filter(|_| reads.region) {
        if value(setting)?.is_some() {
            break;
        }
    }
    let (mode, attempts) = (value(&MODE)?, value(&ATTEMPTS)?);
    Ok(Retries {
        adaptive: mode.is_some_and(|mode| mode.eq_ignore_ascii_case("adaptive")),
        attempts: attempts.and_then(|attempts| attempts.parse().ok()),
    })
}

impl Setting {
    const fn new(variable: &'static str, key: &'static str, judge: Judge) -> Setting {
        Setting { variable, key, judge }
    }

    /// The variable's value, else the profile's; an empty one is none.
    fn value(&self, settings: &AwsSettings, profile: bool) -> Result<Option<String>, Error> {
        let Setting { variable, key, .. } = *self;
        if settings.is_no_text(variable) {
            return Err(unfit(variable, format!("{variable} is not UTF-8")));
        }
        if let Some(value) = settings.variable(variable) {
            self.check(&value).map_err(|why| unfit(variable, format!("{variable} {why}")))?;
            return Ok(Some(value.trim().to_owned()));
        }
        let Some(profile) = settings.profile().filter(|_| profile) else { return Ok(None) };
        let Some(value) = profile.get(key) else { return Ok(None) };
        self.check(value).map_err(|why| {
            let name = settings.profile_name();
            unfit(&profile.place(key), format!("{key} of profile {name:?} {why}"))
        })?;
        Ok(Some(value.to_owned()))
    }

    fn check(&self, written: &str) -> Result<(), String> {
        let value = written.trim();
        match self.judge {
            Judge::OneOf(words) if words.iter().any(|word| word.eq_ignore_ascii_case(value)) => {
                Ok(())
            }
            Judge::OneOf(words) => Err(format!("is {value:?}: expected {}", words.join(" or "))),
            Judge::Attempts if value.parse::<u32>().is_ok_and(|attempts| attempts > 0) => Ok(()),
            Judge::Attempts => Err(format!("is {value:?}: expected a whole number from 1 on")),
            // A URL may hold a password, and is not told.
            Judge::Url => {
                Endpoint::parse(value).map(drop).map_err(|why| format!("is not a URL: {why}"))
            }
            Judge::Region => parse_region(written)
                .map(drop)
                .map_err(|_| format!("is {written:?}: expected a region such as eu-west-1")),
            Judge::Path if value.starts_with('/') => Ok(()),
            Judge::Path => Err(format!("is {value:?}: expected a path that starts with /")),
        }
    }
}

fn unfit(place: &str, what: String) -> Error {
    Error::new(ErrorKind::Config, READ, place).detail(what)
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;
    use std::fs;
    use std::os::unix::ffi::OsStringExt as _;
    use std::sync::Arc;

    use super::*;
    use crate::config::origins::OriginPaths;

    fn judged(variables: &[(&'static str, &'static str)], config: &str) -> Result<Retries, Error> {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("config");
        fs::write(&path, config).unwrap();
        let places = OriginPaths { aws_config: Some(path), ..OriginPaths::default() };
        let variables = variables.to_vec();
        let given = move |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| OsString::from(value))
        };
        let settings = AwsSettings::read(&places, Some("work"), Arc::new(given)).unwrap();
        judge(&settings, Reads { profile: true, endpoint: true, region: true })
    }

    #[test]
    fn what_the_sdk_would_panic_on_or_drop_is_told_with_its_place_and_what_was_expected() {
        for (name, value, expected) in [
            ("AWS_RETRY_MODE", "eager", "standard or adaptive or legacy"),
            ("AWS_MAX_ATTEMPTS", "0", "from 1 on"),
            ("AWS_MAX_ATTEMPTS", "abc", "from 1 on"),
            ("AWS_MAX_ATTEMPTS", "-1", "from 1 on"),
            ("AWS_MAX_ATTEMPTS", "99999999999", "from 1 on"),
            ("AWS_USE_FIPS_ENDPOINT", "yes", "true or false"),
            ("AWS_USE_DUALSTACK_ENDPOINT", "1", "true or false"),
            ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "on", "true or false"),
            ("AWS_REQUEST_CHECKSUM_CALCULATION", "always", "when_supported or when_required"),
            ("AWS_RESPONSE_CHECKSUM_VALIDATION", "never", "when_supported or when_required"),
            ("AWS_ACCOUNT_ID_ENDPOINT_MODE", "maybe", "preferred or required or disabled"),
            ("AWS_EC2_METADATA_DISABLED", "y", "true or false"),
            ("AWS_EC2_METADATA_SERVICE_ENDPOINT", "::", "https://"),
            ("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "v6", "IPv4 or IPv6"),
            ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "localhost:80", "https://"),
            ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "a b", "starts with /"),
            ("AWS_ENDPOINT_URL_S3", "http://me:hush@h", "no password"),
            ("AWS_ENDPOINT_URL", "h:9000", "https://"),
            ("AWS_REGION", "eu west", "a region such as eu-west-1"),
            ("AWS_REGION", " eu-west-1", "a region such as eu-west-1"),
            ("AWS_DEFAULT_REGION", "eu.west", "a region such as eu-west-1"),
        ] {
            let error = judged(&[(name, value)], "").unwrap_err();
            assert_eq!((error.kind, error.place.as_str()), (ErrorKind::Config, name));
            assert!(error.detail.contains(expected), "{name}={value}: {}", error.detail);
            assert!(!error.detail.contains("hush"), "{}", error.detail);
        }
    }

    #[test]
    fn a_profile_is_told_with_file_and_line_and_only_the_one_in_force() {
        let config =
            "[default]\nretry_mode = eager\n[profile work]\n# x\nregion = r\nmax_attempts=0\n";
        let error = judged(&[], config).unwrap_err();
        assert!(error.place.ends_with("/config:6"), "{}", error.place);
        assert!(
            error.detail.contains("max_attempts of profile \"work\" is \"0\""),
            "{}",
            error.detail
        );
        assert!(judged(&[("AWS_MAX_ATTEMPTS", "2")], config).is_ok(), "the variable counts first");
        let region = "[profile work]\nregion = eu west\n";
        let error = judged(&[], region).unwrap_err();
        assert!(error.place.ends_with("/config:2"), "{}", error.place);
        for variable in ["AWS_REGION", "AWS_DEFAULT_REGION"] {
            assert!(judged(&[(variable, "eu-west-1")], region).is_ok(), "{variable}");
        }
    }

    #[test]
    fn legacy_is_legal_and_an_empty_variable_is_none() {
        let retries = |variables: &[(&'static str, &'static str)], config: &str| {
            judged(variables, config).unwrap()
        };
        let legacy = "[profile work]\nretry_mode = legacy\nmax_attempts = 7\n";
        let seven = Retries { adaptive: false, attempts: Some(7) };
        assert_eq!(retries(&[], legacy), seven);
        assert_eq!(retries(&[("AWS_MAX_ATTEMPTS", "")], legacy), seven);
        let adaptive = [("AWS_RETRY_MODE", "Adaptive"), ("AWS_MAX_ATTEMPTS", "1")];
        assert_eq!(retries(&adaptive, legacy), Retries { adaptive: true, attempts: Some(1) });
        assert_eq!(retries(&[], ""), Retries::default());
    }

    #[test]
    fn a_variable_that_is_no_text_is_named() {
        let given =
            |name: &str| (name == "AWS_RETRY_MODE").then(|| OsString::from_vec(vec![b'a', 0xff]));
        let nowhere = OriginPaths::default();
        let settings = AwsSettings::read(&nowhere, None, Arc::new(given)).unwrap();
        let reads = Reads { endpoint: true, ..Reads::default() };
        let error = judge(&settings, reads).unwrap_err();
        assert!(error.detail.contains("AWS_RETRY_MODE is not UTF-8"), "{}", error.detail);
    }
}
