//! Checks a document of a setting before it is sent, and brings it into the form in which it is
//! compared.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::{Timestamp, tz::TimeZone};

use crate::domain::nearest::nearest;
use crate::domain::settings::json::{Json, JsonMember, JsonValue, Mistake};
use crate::domain::settings::parse::parse;
use crate::domain::settings::shape::{DocumentShape, MemberShape, ValueKind, shape};
use crate::domain::settings::{BucketSetting, DocumentForm, MINIMUM_SIZE};

/// The documents that a setting takes: what the AWS CLI takes as its argument, and what it prints.
///
/// # Errors
/// What is wrong, where, and of which other setting the document seems to be.
pub fn document(setting: BucketSetting, text: &str) -> Result<Json, Mistake> {
    let json = parse(text)?;
    let at = json.at;
    checked(setting, json).map_err(|mistake| match looks_like(setting, text) {
        Some(other) => at.mistake(format!(
            "this looks like a document of {}, not of {}",
            other.name(),
            setting.name()
        )),
        None => mistake,
    })
}

/// The setting whose document a text is, where it is not one of `setting`.
fn looks_like(setting: BucketSetting, text: &str) -> Option<BucketSetting> {
    let is = |other: &BucketSetting| {
        let Ok(json) = parse(text) else { return false };
        *other != setting
            && !json.is_empty_map()
            && checked(*other, json).is_ok_and(|json| !json.is_empty_map())
    };
    BucketSetting::ALL.into_iter().filter(|other| !other.is_cloudflare()).find(is)
}

/// A document that was made here, in the form in which it is compared.
pub fn checked(setting: BucketSetting, mut json: Json) -> Result<Json, Mistake> {
    json.take("ResponseMetadata");
    match setting.written() {
        DocumentForm::Xml(root) => {
            let mut json = unwrapped(json, root);
            let minimum = match setting {
                BucketSetting::Lifecycle => minimum_size(&mut json)?,
                _ => None,
            };
            let mut json = object(shape(root), json, setting.name())?;
            if let Some(minimum) = minimum {
                json.set(MINIMUM_SIZE, minimum);
            }
            Ok(json)
        }
        DocumentForm::Policy => policy(json),
        DocumentForm::Inventory => inventory(json),
        DocumentForm::Location => location(json),
        DocumentForm::Cloudflare(keys) => named(setting, free(json, keys)?),
    }
}

/// Without what the AWS CLI prints around some documents.
fn unwrapped(mut json: Json, root: &str) -> Json {
    match json.members() {
        [only] if only.name == root => json.take(root).unwrap_or(json),
        _ => json,
    }
}

fn minimum_size(json: &mut Json) -> Result<Option<Json>, Mistake> {
    const WORDS: [&str; 2] = ["all_storage_classes_128K", "varies_by_storage_class"];
    let Some(size) = json.take(MINIMUM_SIZE) else { return Ok(None) };
    one_of(&size, &WORDS, MINIMUM_SIZE)?;
    Ok(Some(size))
}

fn policy(mut json: Json) -> Result<Json, Mistake> {
    if let ([only], Some(inner)) = (json.members(), json.text_of("Policy"))
        && only.name == "Policy"
    {
        let at = only.value.at;
        json = parse(inner)
            .map_err(|mistake| at.mistake(format!("in the policy's own text, {mistake}")))?;
    }
    if !matches!(json.value, JsonValue::Map(_)) {
        return Err(json
            .at
            .mistake(format!("a policy is an object {{ }}; this is {}", json.kind())));
    }
    if json.get("Statement").is_none() {
        return Err(json.at.mistake("a policy has a Statement, and this has none"));
    }
    Ok(json)
}

/// Every report of an inventory, or one of them.
fn inventory(json: Json) -> Result<Json, Mistake> {
    const ONE: &str = "InventoryConfiguration";
    let json = unwrapped(json, ONE);
    if json.get("Id").is_some() || json.get("Destination").is_some() {
        return object(shape(ONE), json, "inventory");
    }
    let at = json.at;
    let mut json = object(shape(BucketSetting::INVENTORY_LIST), json, "inventory")?;
    if json.is_yes("IsTruncated") {
        return Err(at.mistake("this list of reports is not whole (IsTruncated)"));
    }
    for beside in ["IsTruncated", "ContinuationToken", "NextContinuationToken"] {
        json.take(beside);
    }
    named(BucketSetting::Inventory, json)
}

fn location(json: Json) -> Result<Json, Mistake> {
    match json.members() {
        [only] if only.name == "LocationConstraint" => Ok(json),
        _ => Err(json.at.mistake("a location has one member, LocationConstraint")),
    }
}

/// Entries have names, each its own: requests are made with them.
fn named(setting: BucketSetting, json: Json) -> Result<Json, Mistake> {
    let mut names = BTreeSet::new();
    for entry in setting.entries(&json) {
        let name = setting.name_of(entry);
        if name.is_empty() {
            return Err(entry.at.mistake(format!("an entry of {setting} has no name")));
        }
        if !names.insert(name) {
            return Err(entry.at.mistake(format!("{name} is there twice")));
        }
    }
    Ok(json)
}

/// What Cloudflare's API takes is checked there; the names of its members tell it apart.
fn free(json: Json, keys: &[&str]) -> Result<Json, Mistake> {
    let JsonValue::Map(members) = &json.value else {
        return Err(json
            .at
            .mistake(format!("an object {{ }} is expected; this is {}", json.kind())));
    };
    if let Some(other) = members.iter().find(|member| !keys.contains(&member.name.as_str())) {
        return Err(other.at.mistake(unknown(&other.name, keys, "this document")));
    }
    Ok(json)
}

fn object(shape: &DocumentShape, json: Json, place: &str) -> Result<Json, Mistake> {
    let (at, kind) = (json.at, json.kind());
    let JsonValue::Map(members) = json.value else {
        return Err(at.mistake(format!("{place} is an object {{ }}; this is {kind}")));
    };
    for member in &members {
        if shape.member(&member.name).is_none() {
            let names: Vec<&str> = shape.members.iter().map(|member| member.name).collect();
            return Err(member.at.mistake(unknown(&member.name, &names, place)));
        }
    }
    let missing = shape.members.iter().filter(|member| member.required);
    let mut missing = missing.filter(|member| !members.iter().any(|m| m.name == member.name));
    if let Some(missing) = missing.next() {
        return Err(at.mistake(format!("{place} needs {}, which is not there", missing.name)));
    }
    let order = |name: &str| shape.members.iter().position(|member| member.name == name);
    let mut members = members;
    members.sort_by_key(|member| order(&member.name));
    let kept = members.into_iter().map(|member| match shape.member(&member.name) {
        Some(known) => {
            let value = value(known, member.value)?;
            Ok(JsonMember { value, ..member })
        }
        None => Ok(member),
    });
    Ok(Json { at, value: JsonValue::Map(kept.collect::<Result<_, Mistake>>()?) })
}

fn value(member: &MemberShape, json: Json) -> Result<Json, Mistake> {
    if !member.is_list() {
        return single(member, json);
    }
    let (at, kind) = (json.at, json.kind());
    let JsonValue::List(items) = json.value else {
        return Err(at.mistake(format!("{} is a list [ ]; this is {kind}", member.name)));
    };
    let items = items.into_iter().map(|item| single(member, item));
    Ok(Json { at, value: JsonValue::List(items.collect::<Result<_, Mistake>>()?) })
}

fn single(member: &MemberShape, json: Json) -> Result<Json, Mistake> {
    let name = member.name;
    let expected = |what: &str| {
        let kind = json.kind();
        Err(json.at.mistake(format!("{name} takes {what}; this is {kind}")))
    };
    match (&member.kind, &json.value) {
        (ValueKind::Object(shape_name), _) => return object(shape(shape_name), json, name),
        (ValueKind::Text, JsonValue::Text(_)) | (ValueKind::YesNo, JsonValue::Bool(_)) => {}
        (ValueKind::YesNo, _) => return expected("true or false"),
        (ValueKind::Number, JsonValue::Number(number)) if number.parse::<i64>().is_ok() => {}
        (ValueKind::Number, _) => return expected("a whole number"),
        (ValueKind::OneOf(words), JsonValue::Text(_)) => one_of(&json, words, name)?,
        (ValueKind::Text | ValueKind::OneOf(_), _) => {
            return expected("a text in quotation marks");
        }
        (ValueKind::Time, JsonValue::Text(text)) => {
            let Some(time) = time(text) else {
                let what = format!("{name} takes a time as 2026-11-01T00:00:00Z; this is {text:?}");
                return Err(json.at.mistake(what));
            };
            return Ok(Json { value: JsonValue::Text(printed(time)), ..json });
        }
        (ValueKind::Time, _) => return expected("a time in quotation marks"),
    }
    Ok(json)
}

fn one_of(json: &Json, words: &[&str], name: &str) -> Result<(), Mistake> {
    let text = json.as_text().unwrap_or_default();
    if words.contains(&text) {
        return Ok(());
    }
    let (last, rest) = words.split_last().unwrap_or((&"nothing", &[]));
    let list = match rest {
        [] => (*last).to_owned(),
        rest => format!("{} or {last}", rest.join(", ")),
    };
    Err(json.at.mistake(format!("{name} is {list}; this is {text:?}")))
}

fn unknown(name: &str, known: &[&str], place: &str) -> String {
    match nearest(name, known) {
        Some(near) => format!("{place} has no {name}: {near} may be meant"),
        None if known.is_empty() => format!("{place} is empty: {name} does not belong there"),
        None => format!("{place} has no {name}; it has {}", known.join(", ")),
    }
}

/// A moment as documents write it: a date is its beginning in UTC.
pub fn time(text: &str) -> Option<Timestamp> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time);
    }
    if let Ok(date) = text.parse::<jiff::civil::DateTime>() {
        return date.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    }
    let date: Date = text.parse().ok()?;
    date.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

/// As the AWS CLI prints it.
pub fn printed(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::settings::Clearing;

    fn wrong(setting: BucketSetting, text: &str) -> String {
        document(setting, text).unwrap_err().to_string()
    }

    fn right(setting: BucketSetting, text: &str) -> String {
        document(setting, text).unwrap().compact()
    }

    #[test]
    fn what_the_aws_cli_prints_is_taken_as_what_it_takes() {
        use BucketSetting::{Encryption, Lifecycle, Ownership, Policy, Versioning};
        let inner = r#"{"Rules":[{"ObjectOwnership":"ObjectWriter"}]}"#;
        let wrapped = format!(r#"{{"OwnershipControls":{inner},"ResponseMetadata":{{}}}}"#);
        assert_eq!(right(Ownership, &wrapped), right(Ownership, inner));
        let policy = r#"{"Policy":"{\"Statement\":[]}"}"#;
        assert_eq!(right(Policy, policy), r#"{"Statement":[]}"#);
        let lifecycle = r#"{"TransitionDefaultMinimumObjectSize":"varies_by_storage_class",
            "Rules":[{"Status":"Enabled","Expiration":{"Date":"2026-01-01"},"ID":"a"}]}"#;
        let expected = concat!(
            r#"{"Rules":[{"Expiration":{"Date":"2026-01-01T00:00:00+00:00"},"ID":"a","#,
            r#""Status":"Enabled"}],"#,
            r#""TransitionDefaultMinimumObjectSize":"varies_by_storage_class"}"#
        );
        assert_eq!(right(Lifecycle, lifecycle), expected);
        assert_eq!(right(Versioning, "{}"), "{}");
        assert!(wrong(Encryption, "{}").contains("needs Rules"));
    }

    #[test]
    fn a_mistake_names_place_and_what_was_meant() {
        use BucketSetting::{Cors, Lifecycle, Tags, Versioning};
        for (setting, text, expected) in [
            (
                Versioning,
                "{\n \"Satus\": \"Enabled\"}",
                "line 2, column 2: versioning has no Satus: \
                                                         Status may be meant",
            ),
            (
                Versioning,
                "{\"Status\": \"enabled\"}",
                "line 1, column 12: Status is Enabled or \
                                                       Suspended; this is \"enabled\"",
            ),
            (
                Tags,
                "{\"TagSet\": {\"a\": \"b\"}}",
                "line 1, column 12: TagSet is a list [ ]; this is \
                                               an object",
            ),
            (
                Tags,
                "{\"TagSet\": [{\"Key\": 1, \"Value\": \"\"}]}",
                "line 1, column 21: Key takes a \
                                                                text in quotation marks; this is a \
                                                                number",
            ),
            (Tags, "{\"TagSet\": [{\"Key\": \"a\"}]}", "line 1, column 13: TagSet needs Value"),
            (Tags, "[]", "line 1, column 1: tags is an object { }; this is a list"),
            (
                Cors,
                "{\"CORSRules\": [{\"AllowedOrigins\": [\"*\"], \"AllowedMethods\": [\"get\"]}]}",
                "line 1, column 61: AllowedMethods is GET, PUT, POST, DELETE or HEAD; this is \
                 \"get\"",
            ),
            (
                Lifecycle,
                "{\"Rules\": [{\"Status\": \"Enabled\", \"Expiration\": {\"Days\": \"3\"}}]}",
                "line 1, column 57: Days takes a whole number; this is a text",
            ),
            (
                Lifecycle,
                "{\"Rules\": [{\"Status\": \"Enabled\", \"Expiration\": {\"Date\": \"soon\"}}]}",
                "line 1, column 57: Date takes a time as",
            ),
        ] {
            let told = wrong(setting, text);
            assert!(told.starts_with(expected), "{told}");
        }
    }

    #[test]
    fn a_document_of_another_setting_is_recognised() {
        use BucketSetting::{Cors, Encryption, Lifecycle, Ownership, Policy, PublicAccess, Tags};
        let lifecycle = r#"{"Rules":[{"Status":"Enabled","Expiration":{"Days":3},"Prefix":""}]}"#;
        for (setting, text, other) in [
            (Cors, lifecycle, "lifecycle"),
            (Encryption, lifecycle, "lifecycle"),
            (Lifecycle, r#"{"Rules":[{"ObjectOwnership":"ObjectWriter"}]}"#, "ownership"),
            (Lifecycle, r#"{"TagSet":[]}"#, "tags"),
            (Policy, r#"{"BlockPublicAcls":true}"#, "public-access"),
            (Tags, r#"{"Version":"2012-10-17","Statement":[]}"#, "policy"),
            (Ownership, r#"{"Status":"Enabled"}"#, "versioning"),
        ] {
            let told = wrong(setting, text);
            assert!(told.contains(&format!("looks like a document of {other}, not of")), "{told}");
        }
        assert!(!wrong(PublicAccess, "{\"x\":1}").contains("looks like"));
    }

    #[test]
    fn what_clears_a_setting_is_a_sound_document() {
        for setting in BucketSetting::ALL {
            if let Clearing::Put(text) = setting.clearing() {
                assert!(document(setting, text).is_ok(), "{setting}");
            }
        }
    }

    #[test]
    fn times_are_taken_in_every_form_that_documents_have() {
        for text in [
            "2026-01-02",
            "2026-01-02T00:00:00Z",
            "2026-01-02T00:00:00.000Z",
            "2026-01-02T01:00:00+01:00",
            "2026-01-02T00:00:00",
        ] {
            assert_eq!(time(text).map(printed).as_deref(), Some("2026-01-02T00:00:00+00:00"));
        }
        assert_eq!(time("2026-13-02"), None);
    }
}
