//! Says in a few words what a document of a setting means.

use crate::domain::settings::json::{Json, JsonValue};
use crate::domain::settings::policy::{acl_words, plural, policy_words};
use crate::domain::settings::{BucketSetting, MINIMUM_SIZE, SettingState};
use crate::domain::units::{Counted, Size};

impl SettingState {
    /// One line for a table.
    pub fn summary(&self, setting: BucketSetting) -> String {
        match self {
            SettingState::Set(stored) => summary(setting, &stored.document),
            SettingState::Unset => unset(setting).to_owned(),
            SettingState::Refused(error) => {
                let what = error.explain().what;
                match &error.code {
                    Some(code) if !what.contains(code.as_str()) => format!("{what} ({code})"),
                    _ => what,
                }
            }
            SettingState::Lacking(why) => why.clone(),
        }
    }
}

/// What holds where nothing was set.
fn unset(setting: BucketSetting) -> &'static str {
    match setting {
        BucketSetting::Versioning => "never turned on: an overwrite or delete is final",
        BucketSetting::Lifecycle => "no rules: nothing expires",
        BucketSetting::Cors => "no rules: browsers read it from no other site",
        BucketSetting::Policy => "no policy",
        BucketSetting::Ownership => "no rule: whoever uploads owns the object",
        BucketSetting::PublicAccess => "nothing is blocked",
        BucketSetting::Encryption => "no default encryption",
        BucketSetting::ObjectLock => "off: objects cannot be locked",
        BucketSetting::Tags => "no tags",
        BucketSetting::Notifications => "nobody is told of changes",
        BucketSetting::Logging
        | BucketSetting::Website
        | BucketSetting::Replication
        | BucketSetting::Sippy
        | BucketSetting::Accelerate => "off",
        BucketSetting::Inventory => "no reports",
        BucketSetting::CustomDomains | BucketSetting::Locks => "none",
        BucketSetting::Acl
        | BucketSetting::RequestPayment
        | BucketSetting::Location
        | BucketSetting::R2Dev => "not set",
    }
}

pub fn summary(setting: BucketSetting, document: &Json) -> String {
    match setting {
        BucketSetting::Versioning => versioning(document),
        BucketSetting::Lifecycle => lifecycle(document),
        BucketSetting::Cors => cors(document),
        BucketSetting::Policy => policy_words(document),
        BucketSetting::Acl => acl_words(document),
        BucketSetting::Ownership => ownership(document),
        BucketSetting::PublicAccess => public_access(document),
        BucketSetting::Encryption => encryption(document),
        BucketSetting::ObjectLock => object_lock(document),
        BucketSetting::Tags => tags(document),
        BucketSetting::Logging => logging(document),
        BucketSetting::Notifications => notifications(document),
        BucketSetting::Website => website(document),
        BucketSetting::Replication => replication(document),
        BucketSetting::Accelerate => word(document, "Status"),
        BucketSetting::RequestPayment => match document.text_of("Payer") {
            Some("Requester") => "whoever asks pays".to_owned(),
            Some("BucketOwner") => "the bucket's owner pays".to_owned(),
            _ => word(document, "Payer"),
        },
        BucketSetting::Inventory => inventory(document),
        BucketSetting::Location => match document.text_of("LocationConstraint") {
            None => "us-east-1".to_owned(),
            Some(place) => place.to_owned(),
        },
        BucketSetting::R2Dev => r2_dev(document),
        BucketSetting::CustomDomains => domains(document),
        BucketSetting::Locks => locks(document),
        BucketSetting::Sippy => sippy(document),
    }
}

fn word(document: &Json, name: &str) -> String {
    document.text_of(name).map_or_else(|| "not set".to_owned(), str::to_lowercase)
}

fn versioning(document: &Json) -> String {
    let state = match document.text_of("Status") {
        Some("Enabled") => "on",
        Some("Suspended") => "suspended: old versions are kept, no new ones are made",
        _ => "never turned on",
    };
    match document.text_of("MFADelete") {
        Some("Enabled") => format!("{state}; MFA delete on"),
        _ => state.to_owned(),
    }
}

/// How many rules there are, and what the first few do.
fn lifecycle(document: &Json) -> String {
    const MOST: usize = 3;
    let rules = document.list_of("Rules");
    let mut words: Vec<String> = rules.iter().take(MOST).map(rule).collect();
    if rules.len() > MOST {
        words.push(format!("{} more", plural(rules.len() - MOST, "rule")));
    }
    if words.is_empty() {
        words.push("no rules".to_owned());
    }
    if document.text_of(MINIMUM_SIZE) == Some("varies_by_storage_class") {
        words.push("small objects move by their class's own minimum".to_owned());
    }
    words.join("; ")
}

fn rule(rule: &Json) -> String {
    let mut acts: Vec<String> = Vec::new();
    if let Some(expiration) = rule.get("Expiration") {
        if let Some(days) = expiration.number_of("Days") {
            acts.push(format!("expire after {}", days_word(days)));
        }
        if let Some(date) = expiration.text_of("Date") {
            acts.push(format!("expire on {}", date.get(..10).unwrap_or(date)));
        }
        if expiration.is_yes("ExpiredObjectDeleteMarker") {
            acts.push("drop lone delete markers".to_owned());
        }
    }
    for transition in rule.list_of("Transitions") {
        let class = transition.text_of("StorageClass").unwrap_or("another class");
        let after = transition.number_of("Days").map(days_word);
        let after = after.map_or_else(String::new, |days| format!(" after {days}"));
        acts.push(format!("move to {class}{after}"));
    }
    if let Some(old) = rule.get("NoncurrentVersionExpiration") {
        let days = old.number_of("NoncurrentDays").unwrap_or_default();
        acts.push(format!("old versions go after {}", days_word(days)));
    }
    for transition in rule.list_of("NoncurrentVersionTransitions") {
        let class = transition.text_of("StorageClass").unwrap_or("another class");
        acts.push(format!("old versions move to {class}"));
    }
    let days = rule.get("AbortIncompleteMultipartUpload");
    if let Some(days) = days.and_then(|abort| abort.number_of("DaysAfterInitiation")) {
        acts.push(format!("unfinished uploads go after {}", days_word(days)));
    }
    let mut words = acts.join(", ");
    if let Some(reach) = reach(rule) {
        words = format!("{reach}: {words}");
    }
    match rule.text_of("Status") {
        Some("Disabled") => format!("(off) {words}"),
        _ => words,
    }
}

/// The objects that a rule is for; `None` where it is for all of them.
fn reach(rule: &Json) -> Option<String> {
    let filter = rule.get("Filter");
    let and = filter.and_then(|filter| filter.get("And"));
    let places = [Some(rule), filter, and];
    let prefix = places.into_iter().flatten().find_map(|place| place.text_of("Prefix"));
    let prefix = prefix.filter(|prefix| !prefix.is_empty());
    let one = filter.and_then(|filter| filter.get("Tag"));
    let several = and.map(|and| and.list_of("Tags")).unwrap_or_default();
    let tags: Vec<String> = one.into_iter().chain(several).map(tag).collect();
    let size = |name| {
        let found = [filter, and].into_iter().flatten().find_map(|place| place.number_of(name));
        found.map(Size)
    };
    let mut only: Vec<String> = Vec::new();
    if !tags.is_empty() {
        only.push(format!("tagged {}", tags.join(" and ")));
    }
    only.extend(size("ObjectSizeGreaterThan").map(|size| format!("larger than {size}")));
    only.extend(size("ObjectSizeLessThan").map(|size| format!("smaller than {size}")));
    match (prefix, only.is_empty()) {
        (prefix, true) => prefix.map(str::to_owned),
        (prefix, false) => Some(format!("{} {}", prefix.unwrap_or("objects"), only.join(", "))),
    }
}

fn tag(tag: &Json) -> String {
    let of = |name| tag.text_of(name).unwrap_or_default();
    format!("{}={}", of("Key"), of("Value"))
}

fn days_word(days: u64) -> Counted<'static> {
    Counted(days, "day")
}

fn texts(list: &[Json]) -> String {
    let texts: Vec<&str> = list.iter().filter_map(Json::as_text).collect();
    texts.join(", ")
}

fn cors(document: &Json) -> String {
    let rules = document.list_of("CORSRules");
    let rule = |rule: &Json| {
        let methods = texts(rule.list_of("AllowedMethods"));
        format!("{methods} from {}", texts(rule.list_of("AllowedOrigins")))
    };
    match rules {
        [] => "no rules".to_owned(),
        [first] => rule(first),
        [first, rest @ ..] => format!("{}; {} more", rule(first), plural(rest.len(), "rule")),
    }
}

fn ownership(document: &Json) -> String {
    let rule = document.list_of("Rules").first();
    match rule.and_then(|rule| rule.text_of("ObjectOwnership")) {
        Some("BucketOwnerEnforced") => "the bucket's owner owns everything; ACLs are off".into(),
        Some("BucketOwnerPreferred") => "the bucket's owner, where the upload says so".into(),
        Some("ObjectWriter") => "whoever uploads owns the object".into(),
        other => other.unwrap_or("no rule").to_owned(),
    }
}

fn public_access(document: &Json) -> String {
    const NAMES: [(&str, &str); 4] = [
        ("BlockPublicAcls", "new public ACLs"),
        ("IgnorePublicAcls", "public ACLs"),
        ("BlockPublicPolicy", "new public policies"),
        ("RestrictPublicBuckets", "public policies"),
    ];
    let blocked = NAMES.iter().filter(|(name, _)| document.is_yes(name));
    let blocked: Vec<&str> = blocked.map(|(_, words)| *words).collect();
    match blocked.len() {
        0 => "nothing is blocked".to_owned(),
        4 => "everything public is blocked".to_owned(),
        _ => format!("blocked: {}", blocked.join(", ")),
    }
}

fn encryption(document: &Json) -> String {
    let Some(rule) = document.list_of("Rules").first() else { return "no rule".to_owned() };
    let default = rule.get("ApplyServerSideEncryptionByDefault");
    let algorithm = default.and_then(|default| default.text_of("SSEAlgorithm"));
    let key = default.and_then(|default| default.text_of("KMSMasterKeyID"));
    let mut words = match algorithm {
        Some("AES256") => "the server's own keys (AES256)".to_owned(),
        Some(algorithm) => algorithm.to_owned(),
        None => "no default".to_owned(),
    };
    if let Some(key) = key {
        words += &format!(", key {key}");
    }
    let barred = rule.at_path(&["BlockedEncryptionTypes", "EncryptionType"]);
    if let Some(barred) = barred.map(|list| texts(list.items())).filter(|text| text != "NONE") {
        words += &format!("; {barred} refused");
    }
    words
}

fn object_lock(document: &Json) -> String {
    let Some(retention) = document.at_path(&["Rule", "DefaultRetention"]) else {
        return "on, no default retention".to_owned();
    };
    let mode = word(retention, "Mode");
    match (retention.number_of("Days"), retention.number_of("Years")) {
        (Some(days), _) => format!("on; {mode} for {} by default", days_word(days)),
        (_, Some(years)) => format!("on; {mode} for {} by default", Counted(years, "year")),
        _ => format!("on; {mode} by default"),
    }
}

fn tags(document: &Json) -> String {
    let tags = document.list_of("TagSet").iter();
    let pair = |tag: &Json| Some(format!("{}={}", tag.text_of("Key")?, tag.text_of("Value")?));
    let pairs: Vec<String> = tags.filter_map(pair).collect();
    if pairs.is_empty() { "no tags".to_owned() } else { pairs.join(", ") }
}

fn logging(document: &Json) -> String {
    let Some(logging) = document.get("LoggingEnabled") else { return "off".to_owned() };
    let bucket = logging.text_of("TargetBucket").unwrap_or_default();
    format!("to s3://{bucket}/{}", logging.text_of("TargetPrefix").unwrap_or_default())
}

fn notifications(document: &Json) -> String {
    let mut words: Vec<String> = Vec::new();
    for (name, to) in [
        ("TopicConfigurations", "topic"),
        ("QueueConfigurations", "queue"),
        ("LambdaFunctionConfigurations", "function"),
    ] {
        let count = document.list_of(name).len();
        if count > 0 {
            words.push(plural(count, to).to_string());
        }
    }
    if document.get("EventBridgeConfiguration").is_some() {
        words.push("EventBridge".to_owned());
    }
    if words.is_empty() { "nobody is told".to_owned() } else { format!("to {}", words.join(", ")) }
}

fn website(document: &Json) -> String {
    if let Some(to) = document.at_path(&["RedirectAllRequestsTo", "HostName"]) {
        return format!("everything redirected to {}", to.as_text().unwrap_or_default());
    }
    let index = document.at_path(&["IndexDocument", "Suffix"]).and_then(Json::as_text);
    let error = document.at_path(&["ErrorDocument", "Key"]).and_then(Json::as_text);
    let mut words = format!("index {}", index.unwrap_or("none"));
    if let Some(error) = error {
        words += &format!(", errors {error}");
    }
    match document.list_of("RoutingRules").len() {
        0 => words,
        rules => format!("{words}, {}", plural(rules, "redirect")),
    }
}

fn replication(document: &Json) -> String {
    let to = |rule: &Json| {
        let arn = rule.get("Destination")?.text_of("Bucket")?;
        Some(arn.rsplit(':').next().unwrap_or(arn).to_owned())
    };
    let rules = document.list_of("Rules");
    let buckets: Vec<String> = rules.iter().filter_map(to).collect();
    format!("{} to {}", plural(rules.len(), "rule"), buckets.join(", "))
}

/// What is listed how often, and where to.
fn inventory(document: &Json) -> String {
    let report = |report: &Json| {
        let name = report.text_of("Id").unwrap_or_default();
        let often = report.get("Schedule").map(|schedule| word(schedule, "Frequency"));
        let to = report.at_path(&["Destination", "S3BucketDestination"]);
        let text = |name| to.and_then(|to| to.text_of(name)).unwrap_or_default();
        let bucket = text("Bucket").rsplit(':').next().unwrap_or_default();
        let off = if report.is_yes("IsEnabled") { "" } else { "(off) " };
        let (often, format, prefix) = (often.unwrap_or_default(), text("Format"), text("Prefix"));
        format!("{off}{name}: {often}, {format} to s3://{bucket}/{prefix}")
    };
    match BucketSetting::Inventory.entries(document) {
        [] => "no reports".to_owned(),
        reports => reports.iter().map(report).collect::<Vec<_>>().join("; "),
    }
}

fn r2_dev(document: &Json) -> String {
    let domain = document.text_of("domain").unwrap_or("r2.dev");
    match document.is_yes("enabled") {
        true => format!("public at https://{domain}"),
        false => "off".to_owned(),
    }
}

fn domains(document: &Json) -> String {
    let one = |domain: &Json| {
        let name = domain.text_of("domain")?;
        let tls = domain.text_of("minTLS").filter(|tls| *tls != "1.0");
        let tls = tls.map_or_else(String::new, |tls| format!(" (TLS {tls} at least)"));
        let on = domain.is_yes("enabled");
        Some(if on { format!("{name}{tls}") } else { format!("{name} (off)") })
    };
    let names: Vec<String> = document.list_of("domains").iter().filter_map(one).collect();
    if names.is_empty() { "none".to_owned() } else { format!("public at {}", names.join(", ")) }
}

fn sippy(document: &Json) -> String {
    let Some(source) = document.get("source") else { return "on".to_owned() };
    let text = |name| source.text_of(name).unwrap_or_default();
    let region = source.text_of("region").map(|region| format!(", {region}"));
    let region = region.unwrap_or_default();
    format!("fetches what is not here from {} ({}{region})", text("bucket"), text("provider"))
}

fn locks(document: &Json) -> String {
    let rules = document.list_of("rules");
    let rule = |rule: &Json| {
        let prefix = match rule.text_of("prefix") {
            None | Some("") => "everything",
            Some(prefix) => prefix,
        };
        let condition = rule.get("condition");
        let kind = condition.and_then(|condition| condition.text_of("type")).unwrap_or("?");
        let how = match (kind, condition.and_then(|c| c.number_of("maxAgeSeconds"))) {
            ("Age", Some(seconds)) => format!("for {}", days_word(seconds.div_ceil(86_400))),
            ("Date", _) => {
                let date = condition.and_then(|condition| condition.text_of("date"));
                format!("until {}", date.unwrap_or_default())
            }
            _ => "for ever".to_owned(),
        };
        let off = rule.get("enabled").is_some_and(|on| on.value == JsonValue::Bool(false));
        format!("{}{prefix} {how}", if off { "(off) " } else { "" })
    };
    match rules {
        [] => "none".to_owned(),
        rules => rules.iter().map(rule).collect::<Vec<_>>().join("; "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::error::{Error, ErrorKind};
    use crate::domain::settings::check::document;

    #[test]
    fn a_document_is_told_in_a_few_words() {
        use BucketSetting as S;
        for (setting, text, words) in [
            (S::Versioning, r#"{"Status":"Enabled","MFADelete":"Enabled"}"#, "on; MFA delete on"),
            (
                S::Sippy,
                r#"{"enabled":true,"source":{"provider":"aws","bucket":"old","region":"eu-west-1"}}"#,
                "fetches what is not here from old (aws, eu-west-1)",
            ),
            (
                S::Inventory,
                r#"{"InventoryConfigurationList":[{"Id":"all","IsEnabled":false,
                    "IncludedObjectVersions":"All","Schedule":{"Frequency":"Weekly"},
                    "Destination":{"S3BucketDestination":{"Bucket":"arn:aws:s3:::reports",
                    "Format":"CSV","Prefix":"of/media"}}}]}"#,
                "(off) all: weekly, CSV to s3://reports/of/media",
            ),
            (
                S::Lifecycle,
                r#"{"Rules":[
                    {"Status":"Enabled","Filter":{"Prefix":"tmp/"},"Expiration":{"Days":1}},
                    {"Status":"Disabled","Prefix":"","Transitions":[{"Days":30,
                     "StorageClass":"GLACIER"}],"NoncurrentVersionExpiration":{"NoncurrentDays":7},
                     "AbortIncompleteMultipartUpload":{"DaysAfterInitiation":3}}]}"#,
                "tmp/: expire after 1 day; (off) move to GLACIER after 30 days, old versions \
                 go after 7 days, unfinished uploads go after 3 days",
            ),
            (
                S::Lifecycle,
                r#"{"Rules":[
                    {"ID":"a","Status":"Enabled","Expiration":{"Days":7},
                     "Filter":{"Tag":{"Key":"k","Value":"v"}}},
                    {"ID":"b","Status":"Enabled","Expiration":{"Days":3},
                     "Filter":{"And":{"Prefix":"x/","ObjectSizeGreaterThan":1048576,
                        "Tags":[{"Key":"k","Value":"v"},{"Key":"l","Value":""}]}}},
                    {"ID":"c","Status":"Enabled","Expiration":{"Days":1},
                     "Filter":{"ObjectSizeLessThan":1024}}]}"#,
                "objects tagged k=v: expire after 7 days; x/ tagged k=v and l=, larger than \
                 1.0 MiB: expire after 3 days; objects smaller than 1.0 KiB: expire after 1 day",
            ),
            (
                S::Cors,
                r#"{"CORSRules":[{"AllowedMethods":["GET","PUT"],"AllowedOrigins":["https://a"]}]}"#,
                "GET, PUT from https://a",
            ),
            (S::PublicAccess, r#"{"BlockPublicAcls":true}"#, "blocked: new public ACLs"),
            (S::Tags, r#"{"TagSet":[{"Key":"a","Value":"b"}]}"#, "a=b"),
            (
                S::ObjectLock,
                r#"{"ObjectLockEnabled":"Enabled","Rule":{"DefaultRetention":{"Mode":"GOVERNANCE",
                    "Days":2}}}"#,
                "on; governance for 2 days by default",
            ),
            (S::Location, r#"{"LocationConstraint":null}"#, "us-east-1"),
            (S::RequestPayment, r#"{"Payer":"Requester"}"#, "whoever asks pays"),
            (
                S::Locks,
                r#"{"rules":[{"prefix":"a/","enabled":true,"condition":{"type":"Age",
                    "maxAgeSeconds":172800}}]}"#,
                "a/ for 2 days",
            ),
        ] {
            assert_eq!(summary(setting, &document(setting, text).unwrap()), words);
        }
    }

    #[test]
    fn a_refused_row_names_the_code() {
        let mut error = Error::new(ErrorKind::AccessDenied, "GetBucketPolicy", "s3://b");
        error.code = Some("AccessDenied".into());
        let row = SettingState::of(Err(error)).summary(BucketSetting::Policy);
        assert!(row.contains("(AccessDenied)"), "{row}");
        let lacking =
            Error::new(ErrorKind::Unsupported, "GetBucketAcl", "s3://b").detail("no ACLs");
        assert_eq!(SettingState::of(Err(lacking)), SettingState::Lacking("no ACLs".into()));
    }
}
