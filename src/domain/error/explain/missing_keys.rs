//! Explains keys that were to come from somewhere and did not.

use crate::domain::error::Error;
use crate::domain::error::explain::explanation::Explanation;
use crate::domain::error::remedy::Remedy;

/// How the detail begins where the section of a connection names no keys.
pub const NO_KEYS_OF: &str = "no keys are named for connection ";

/// How it begins where the role of a profile was not given.
pub const ROLE_OF: &str = "no role was given for profile ";

/// How it begins where what the program runs in was to give keys.
pub const NONE_BY_CONTAINER: &str = "no keys were given by the container";
pub const NONE_BY_IDENTITY: &str = "no keys were given for the web identity";

/// Between what was not given and what was said of it.
pub const BECAUSE: &str = "; ";

/// What the SDK says of a server that answered, and of a request that found nobody.
const REFUSED: &str = "service error";
const ON_THE_WAY: [&str; 2] = ["dispatch failure", "timeout"];

pub fn explain(error: &Error) -> Explanation {
    let detail = error.detail.as_str();
    if detail.contains("external process") {
        return no_program(error);
    }
    if detail.contains(UNSET) {
        return unset(error);
    }
    if let Some(name) = detail.strip_prefix(NO_KEYS_OF) {
        return no_keys_of(name);
    }
    if let Some(rest) = detail.strip_prefix(ROLE_OF) {
        let (profile, said) = rest.split_once(BECAUSE).unwrap_or((rest, ""));
        return no_role_of(profile, said);
    }
    if let Some(said) = detail.strip_prefix(NONE_BY_CONTAINER) {
        return Explanation::new(
            "the container gave no keys",
            match was_reached(said) {
                true => "what its variables name answered with something else than keys",
                false => "nobody answers where its variables say",
            },
            "check AWS_CONTAINER_CREDENTIALS_FULL_URI or AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, \
             or give --profile",
        );
    }
    if let Some(said) = detail.strip_prefix(NONE_BY_IDENTITY) {
        return Explanation::with(
            "the web identity was not taken",
            match was_reached(said) {
                true => "STS, which gives keys for it, refused it: the token may have expired",
                false => "STS, which gives keys for it, could not be reached",
            },
            [
                "check AWS_ROLE_ARN and what wrote AWS_WEB_IDENTITY_TOKEN_FILE".into(),
                Remedy::Refresh,
            ],
        );
    }
    Explanation::with(
        "there are no credentials for this connection",
        "no profile, environment variable, process or role provided any",
        [Remedy::AddConnection, "or set AWS_PROFILE or AWS_ACCESS_KEY_ID".into()],
    )
}

fn was_reached(said: &str) -> bool {
    let said = said.to_ascii_lowercase();
    said.contains(REFUSED) || !ON_THE_WAY.iter().any(|sign| said.contains(sign))
}

fn no_keys_of(name: &str) -> Explanation {
    Explanation::with(
        format!("the connection {name} has no keys"),
        "its section in config.toml names none, and neither the environment nor ~/.aws has any",
        [
            Remedy::from(format!(
                "write access_key_id and secret_access_key, or profile, below [connections.{name}]"
            )),
            "anonymous = true there reads public buckets".into(),
        ],
    )
}

fn no_role_of(profile: &str, said: &str) -> Explanation {
    let what = format!("the role of profile {profile} was not given");
    match was_reached(said) {
        true if !said.contains(REFUSED) => Explanation::new(
            what,
            "the keys that were to ask for it were not given",
            "check source_profile or credential_source in ~/.aws/config, and what it names",
        ),
        true => Explanation::new(
            what,
            "STS, which gives it, refused it",
            "check role_arn in ~/.aws/config, and that the role trusts the keys that ask for it",
        ),
        false => Explanation::with(
            what,
            "STS, which gives it, could not be reached",
            ["check the network, and AWS_ENDPOINT_URL_STS where it is set".into(), Remedy::Refresh],
        ),
    }
}

/// A `credential_process` that gave no keys.
fn no_program(error: &Error) -> Explanation {
    let missing = ["status: 127", "not found", "No such file"];
    if missing.iter().any(|sign| error.detail.contains(sign)) {
        return Explanation::new(
            "the program that provides the keys was not found",
            "credential_process names a program that is not installed, or not on the PATH",
            "install it, or correct credential_process in config.toml or ~/.aws/config",
        );
    }
    let next = "run it by hand and see what it says; log in again if it asks you to";
    if error.detail.contains("could not parse") {
        return Explanation::new(
            "the program that provides the keys printed something unexpected",
            "credential_process must print JSON: Version 1, AccessKeyId and SecretAccessKey",
            next,
        );
    }
    let complaint = error.detail.split_once("Stderr: ").map_or("", |(_, said)| said.trim());
    Explanation::new(
        match complaint {
            "" => "the program that provides the keys failed".to_owned(),
            said => format!("the program that provides the keys failed: {said}"),
        },
        "credential_process ended with an error: a vault may be locked, or a login may have \
         expired",
        next,
    )
}

/// How the sentence of a variable without a value begins.
const UNSET: &str = "the environment variable";

fn unset(error: &Error) -> Explanation {
    let sentence = error.detail.find(UNSET).map(|at| &error.detail[at..]);
    Explanation::new(
        sentence.unwrap_or(&error.detail),
        "the connection reads its keys from it",
        "set it in the shell that starts windlass, or choose another source for the keys",
    )
}
