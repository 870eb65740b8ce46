//! Offers the common changes of a setting, and asks for what they need.

use crate::app::dialogs::choice::{Choice, ChoiceRow};
use crate::app::dialogs::prompt::{Prompt, Rule};
use crate::domain::provider::Provider;
use crate::domain::settings::BucketSetting;
use crate::domain::settings::forms::{SettingForm, days, domain_and_zone, origin};
use crate::domain::settings::mfa::DeviceCode;

/// A row of the menu: what it leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingOffer {
    Form(SettingForm),
    /// Days are asked for.
    Days(DaysOf),
    /// A class is asked for, then days.
    Class,
    /// An origin is asked for.
    Origin,
    /// A domain and its zone are asked for.
    Attach,
    /// One of the domains is asked for.
    Detach,
    Edit,
    Clear,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DaysOf {
    Expire,
    Versions,
    Uploads,
    Move(String),
}

/// Storage classes of S3 that objects move to.
const CLASSES: [&str; 6] =
    ["STANDARD_IA", "INTELLIGENT_TIERING", "ONEZONE_IA", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"];

/// The rows of a setting's menu; every setting can be edited and cleared.
pub fn offers(setting: BucketSetting) -> Vec<(ChoiceRow, SettingOffer)> {
    let row = |key, title: &str| ChoiceRow::new(key, title);
    let mut offers = match setting {
        BucketSetting::Versioning => vec![
            (row('o', "On: keep what is overwritten or deleted"), form_versioning(true)),
            (row('s', "Suspend: make no new versions"), form_versioning(false)),
            (row('m', "MFA delete on: versions go with a code only"), form_mfa(true)),
            (row('n', "MFA delete off"), form_mfa(false)),
        ],
        BucketSetting::Lifecycle => vec![
            (row('x', "Delete objects after so many days"), SettingOffer::Days(DaysOf::Expire)),
            (
                row('v', "Delete old versions after so many days"),
                SettingOffer::Days(DaysOf::Versions),
            ),
            (row('u', "Abort unfinished uploads after days"), SettingOffer::Days(DaysOf::Uploads)),
            (row('m', "Move objects to another class"), SettingOffer::Class),
        ],
        BucketSetting::Cors => {
            vec![(row('s', "Let a site upload and download by links"), SettingOffer::Origin)]
        }
        BucketSetting::PublicAccess => vec![
            (row('b', "Block everything public"), form_block(true)),
            (row('a', "Block nothing"), form_block(false)),
        ],
        BucketSetting::R2Dev => vec![
            (
                row('o', "On: anyone can read every object"),
                SettingOffer::Form(SettingForm::R2Dev { on: true }),
            ),
            (row('f', "Off"), SettingOffer::Form(SettingForm::R2Dev { on: false })),
        ],
        BucketSetting::CustomDomains => vec![
            (row('a', "Attach a domain"), SettingOffer::Attach),
            (row('d', "Detach a domain"), SettingOffer::Detach),
            (row('2', "TLS 1.2 at least, at every domain"), form_tls("1.2")),
            (row('3', "TLS 1.3 at least, at every domain"), form_tls("1.3")),
            (row('o', "On: serve every domain"), form_domains(true)),
            (row('f', "Off: keep them attached, serve none"), form_domains(false)),
        ],
        _ => Vec::new(),
    };
    offers.push((row('e', "Edit the document"), SettingOffer::Edit));
    offers.push((row('c', "Clear"), SettingOffer::Clear));
    offers
}

fn form_versioning(on: bool) -> SettingOffer {
    SettingOffer::Form(SettingForm::Versioning { on })
}

fn form_mfa(on: bool) -> SettingOffer {
    SettingOffer::Form(SettingForm::MfaDelete { on })
}

pub fn code_prompt() -> Prompt {
    let rule: Rule = |text| DeviceCode::parse(text).map(drop);
    let hint = "Serial number or ARN of the MFA device of the account's owner, then its code.";
    Prompt::new("MFA device and code", hint, "", rule)
}

fn form_tls(version: &'static str) -> SettingOffer {
    SettingOffer::Form(SettingForm::DomainsTls { version })
}

fn form_domains(on: bool) -> SettingOffer {
    SettingOffer::Form(SettingForm::Domains { on })
}

pub fn attach_prompt() -> Prompt {
    let rule: Rule = |text| domain_and_zone(text).map(drop);
    let hint = "The domain. Where the token may not read zones, the id of its zone too.";
    Prompt::new("Domain", hint, "", rule)
}

/// The domains that can be told apart by a digit.
pub fn detach_menu(domains: &[String]) -> Choice {
    let digits = ('1'..='9').chain('a'..='z');
    let rows = digits.zip(domains).map(|(key, domain)| ChoiceRow::new(key, domain.as_str()));
    Choice::new("Detach", rows.collect()).line("Links to it stop working; the objects stay.")
}

fn form_block(all: bool) -> SettingOffer {
    SettingOffer::Form(SettingForm::BlockPublicAccess { all })
}

/// The classes that a provider's objects can move to.
pub fn classes(provider: Provider) -> Vec<&'static str> {
    let known = CLASSES.into_iter().filter(|class| provider.offers_class(class));
    let known: Vec<&str> = known.collect();
    if known.is_empty() { CLASSES.to_vec() } else { known }
}

pub fn class_menu(provider: Provider) -> Choice {
    let row = |(at, class): (usize, &&str)| {
        let key = char::from_digit(u32::try_from(at + 1).unwrap_or(0), 10).unwrap_or('0');
        ChoiceRow::new(key, *class)
    };
    let rows = classes(provider).iter().enumerate().map(row).collect();
    Choice::new("Move objects to", rows).line("The class they move to; the days are asked next.")
}

pub fn days_prompt(of: &DaysOf) -> Prompt {
    let rule: Rule = |text| days(text).map(drop);
    let hint = match of {
        DaysOf::Expire => "Objects are deleted so many days after they were stored.".to_owned(),
        DaysOf::Versions => {
            "Old versions are deleted so many days after they were replaced.".to_owned()
        }
        DaysOf::Uploads => "Uploads are aborted so many days after they began.".to_owned(),
        DaysOf::Move(class) => format!("Objects move to {class} so many days after storing."),
    };
    Prompt::new("Days", hint, "", rule)
}

/// The change that the days complete.
pub fn form_of(of: &DaysOf, typed: &str) -> Option<SettingForm> {
    let days = days(typed).ok()?;
    Some(match of {
        DaysOf::Expire => SettingForm::Expire { days },
        DaysOf::Versions => SettingForm::ExpireVersions { days },
        DaysOf::Uploads => SettingForm::AbortUploads { days },
        DaysOf::Move(class) => SettingForm::Move { days, class: class.clone() },
    })
}

pub fn origin_prompt() -> Prompt {
    let rule: Rule = |text| origin(text).map(drop);
    let hint = "The site whose pages may read and write by links: https://app.example.com";
    Prompt::new("Origin", hint, "", rule)
}
