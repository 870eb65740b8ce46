//! Says in words whether a policy or ACL lets everybody in, without weighing statements against
//! each other.

use crate::domain::settings::json::{Json, JsonValue};
use crate::domain::units::Counted;

/// Groups of ACLs that are more than one's own account.
const EVERYBODY: &str = "http://acs.amazonaws.com/groups/global/AllUsers";
const ANY_ACCOUNT: &str = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";

/// Whom a statement allows something.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Allowed {
    Everybody,
    /// Everybody, where these conditions hold.
    Conditionally(String),
    Named(usize),
}

/// `public: everyone may GetObject (statement "PublicRead")`, or that no statement allows everyone.
pub fn policy_words(policy: &Json) -> String {
    let statements = policy.list_of("Statement");
    let mut open = Vec::new();
    let mut conditional = Vec::new();
    let (mut named, mut denies) = (0, 0);
    for (at, statement) in statements.iter().enumerate() {
        if statement.text_of("Effect") != Some("Allow") {
            denies += 1;
            continue;
        }
        match allowed(statement) {
            Allowed::Everybody => {
                open.push(format!("{} ({})", actions(statement), called(statement, at)));
            }
            Allowed::Conditionally(keys) => {
                let (what, which) = (actions(statement), called(statement, at));
                conditional.push(format!("{what} if {keys} ({which})"));
            }
            Allowed::Named(count) => named += count,
        }
    }
    let mut words = Vec::new();
    if !open.is_empty() {
        words.push(format!("public: everyone may {}", open.join(", ")));
    }
    if !conditional.is_empty() {
        words.push(format!("everyone may {}", conditional.join(", ")));
    }
    if open.is_empty() && conditional.is_empty() {
        words.push("not public: no statement allows everyone".to_owned());
    }
    if named > 0 {
        words.push(format!("{} by name", plural(named, "principal")));
    }
    if denies > 0 {
        words.push(format!("{} beside that, not weighed here", plural(denies, "denial")));
    }
    words.join("; ")
}

/// `public: everyone may read`, or that only accounts that are named are granted something.
pub fn acl_words(acl: &Json) -> String {
    let owner = acl.at_path(&["Owner", "ID"]).and_then(Json::as_text);
    let mut everyone = Vec::new();
    let mut others = 0;
    for grant in acl.list_of("Grants") {
        let Some(to) = grant.get("Grantee") else { continue };
        let what = grant.text_of("Permission").unwrap_or("something").to_lowercase();
        match to.text_of("URI") {
            Some(EVERYBODY) => everyone.push(format!("everyone may {what}")),
            Some(ANY_ACCOUNT) => everyone.push(format!("anyone with an AWS account may {what}")),
            _ if to.text_of("ID").is_some() && to.text_of("ID") == owner => {}
            _ => others += 1,
        }
    }
    let mut words = match everyone.is_empty() {
        true => "private".to_owned(),
        false => format!("public: {}", everyone.join(", ")),
    };
    if others > 0 {
        words += &format!("; {} to others", plural(others, "grant"));
    }
    words
}

fn allowed(statement: &Json) -> Allowed {
    // Everyone but those who are named is everyone to a stranger.
    let everyone = match statement.get("Principal") {
        Some(principal) => names_everyone(principal),
        None => statement.get("NotPrincipal").is_some(),
    };
    if !everyone {
        return Allowed::Named(statement.get("Principal").map_or(0, count));
    }
    match conditions(statement) {
        keys if keys.is_empty() => Allowed::Everybody,
        keys => Allowed::Conditionally(keys.join(" and ")),
    }
}

fn names_everyone(principal: &Json) -> bool {
    let is_star = |json: &Json| json.as_text() == Some("*");
    let of_accounts = principal.list_of("AWS").iter().any(is_star);
    of_accounts || principal.items().iter().any(is_star)
}

fn count(principal: &Json) -> usize {
    match &principal.value {
        JsonValue::Map(kinds) => kinds.iter().map(|kind| kind.value.items().len()).sum(),
        _ => principal.items().len(),
    }
}

/// The keys that conditions look at.
fn conditions(statement: &Json) -> Vec<String> {
    let operators = statement.get("Condition").map_or(&[][..], Json::members);
    let keys = operators.iter().flat_map(|operator| operator.value.members());
    keys.map(|key| key.name.clone()).collect()
}

fn actions(statement: &Json) -> String {
    const MOST: usize = 3;
    let (list, but) = match statement.get("Action") {
        Some(actions) => (actions.items(), ""),
        None => (statement.list_of("NotAction"), "everything but "),
    };
    let names: Vec<&str> = list.iter().filter_map(Json::as_text).collect();
    let short = |name: &&str| match name.strip_prefix("s3:").unwrap_or(name) {
        "*" => "do everything".to_owned(),
        name => name.to_owned(),
    };
    let mut shown: Vec<String> = names.iter().take(MOST).map(short).collect();
    if names.len() > MOST {
        shown.push(format!("{} more", names.len() - MOST));
    }
    format!("{but}{}", shown.join(" and "))
}

fn called(statement: &Json, at: usize) -> String {
    match statement.text_of("Sid").filter(|sid| !sid.is_empty()) {
        Some(sid) => format!("statement {sid:?}"),
        None => format!("statement {}", at + 1),
    }
}

pub fn plural(count: usize, word: &str) -> Counted<'_> {
    Counted(count as u64, word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::settings::parse::parse;

    fn policy(statements: &str) -> String {
        policy_words(&parse(&format!("{{\"Statement\":{statements}}}")).unwrap())
    }

    #[test]
    fn a_policy_says_who_gets_in_and_by_which_statement() {
        let read = r#""Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*""#;
        for (statements, words) in [
            (
                format!(r#"[{{"Sid":"Read",{read},"Principal":"*"}}]"#),
                r#"public: everyone may GetObject (statement "Read")"#,
            ),
            (
                format!(r#"{{{read},"Principal":{{"AWS":["*"]}}}}"#),
                "public: everyone may GetObject (statement 1)",
            ),
            (
                format!(r#"[{{{read},"NotPrincipal":{{"AWS":"arn:aws:iam::1:root"}}}}]"#),
                "public: everyone may GetObject (statement 1)",
            ),
            (
                format!(
                    r#"[{{{read},"Principal":"*","Condition":{{"IpAddress":{{"aws:SourceIp":"1.2.3.4"
                    }}}}}}]"#
                ),
                "everyone may GetObject if aws:SourceIp (statement 1)",
            ),
            (
                format!(r#"[{{{read},"Principal":{{"AWS":["a","b"],"Service":"c"}}}}]"#),
                "not public: no statement allows everyone; 3 principals by name",
            ),
            (
                r#"[{"Effect":"Deny","Principal":"*","Action":"s3:*"}]"#.to_owned(),
                "not public: no statement allows everyone; 1 denial beside that, not weighed here",
            ),
            (
                r#"[{"Effect":"Allow","Principal":"*","Action":["s3:*"]}]"#.to_owned(),
                "public: everyone may do everything (statement 1)",
            ),
        ] {
            assert_eq!(policy(&statements), words);
        }
    }

    #[test]
    fn an_acl_is_public_by_its_groups() {
        let acl = |grants: &str| {
            acl_words(&parse(&format!(r#"{{"Owner":{{"ID":"me"}},"Grants":[{grants}]}}"#)).unwrap())
        };
        let own = r#"{"Grantee":{"ID":"me","Type":"CanonicalUser"},"Permission":"FULL_CONTROL"}"#;
        let all = format!(r#"{{"Grantee":{{"URI":"{EVERYBODY}"}},"Permission":"READ"}}"#);
        let other = r#"{"Grantee":{"ID":"you"},"Permission":"READ"}"#;
        assert_eq!(acl(own), "private");
        assert_eq!(acl(&format!("{own},{all}")), "public: everyone may read");
        assert_eq!(acl(&format!("{own},{other}")), "private; 1 grant to others");
    }
}
