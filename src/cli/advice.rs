//! What to do next at a command line, where the sentence of the screens names a key.

use crate::domain::error::explain::shell_word;
use crate::domain::error::{Error, ErrorKind, KeyringFault, Renewal};

/// The third sentence of an error; `on_screen` is the one that the browser shows.
pub fn next(error: &Error, on_screen: &str) -> String {
    if let (ErrorKind::ExpiredCredentials, Some(renewal)) = (&error.kind, &error.renewal) {
        return match renewal {
            Renewal::SignIn(profile) => {
                let profile = shell_word(profile);
                format!("run aws sso login --profile {profile}, and try again")
            }
            Renewal::NewKeys => {
                "give the connection new keys: windlass, the list of connections, change".to_owned()
            }
        };
    }
    let sentence = match error.kind {
        ErrorKind::LocalExists | ErrorKind::PreconditionFailed => {
            "--force overwrites, --skip-existing leaves it, --keep-both takes a new name"
        }
        ErrorKind::Loss => {
            "mv --accept-loss --force moves it all the same; or delete one of the two with rm"
        }
        ErrorKind::NoSuchBucket => {
            "windlass ls shows the buckets; on R2 check the account and the jurisdiction too"
        }
        ErrorKind::NoSuchKey => {
            "windlass ls shows what is there; a prefix is written with its last /: \
             s3://bucket/prefix/"
        }
        ErrorKind::BucketNotEmpty => {
            "windlass rm -r deletes the objects; old versions and unfinished uploads are not listed"
        }
        ErrorKind::BucketExists => "choose another name; if the bucket is yours, use it as it is",
        ErrorKind::AccessDenied if error.operation == "ListBuckets" => {
            "name the bucket: windlass ls s3://bucket/"
        }
        ErrorKind::AccessDenied => {
            "use credentials that are allowed to, with --profile or --connection, or ask for the \
             permission"
        }
        ErrorKind::ReadOnly => {
            "choose another --connection, or remove read_only in config.toml if you mean to write"
        }
        ErrorKind::BrokenListing => "try again; what was printed may not be everything",
        ErrorKind::InvalidRequest if error.status.is_some() => {
            "the last line is the server's own answer"
        }
        ErrorKind::ExpiredCredentials => {
            "sign in again (aws sso login), or renew them where they were issued, and try again"
        }
        ErrorKind::CodeWanted => {
            "run it where a terminal can ask for the code, or use keys that need none"
        }
        ErrorKind::Keyring(KeyringFault::NoEntry | KeyringFault::Damaged) => {
            "enter its keys again in the browser: windlass, the list of connections, change"
        }
        ErrorKind::Keyring(_) => {
            "unlock or start the keyring and try again; or have the browser (windlass) keep the \
             keys in secrets.toml"
        }
        ErrorKind::Cancelled => "run it again; what was finished is kept",
        _ => return on_screen.replace("refresh with R", "try again"),
    };
    sentence.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_sentence_names_a_key_of_the_screens() {
        let mut errors: Vec<Error> = [
            ErrorKind::ExpiredCredentials,
            ErrorKind::CodeWanted,
            ErrorKind::Keyring(KeyringFault::Locked),
            ErrorKind::ReadOnly,
            ErrorKind::NoSuchBucket,
            ErrorKind::NoSuchKey,
            ErrorKind::PreconditionFailed,
            ErrorKind::LocalExists,
            ErrorKind::Unreachable,
            ErrorKind::TimedOut,
            ErrorKind::BrokenListing,
            ErrorKind::BucketExists,
            ErrorKind::NoCredentials,
        ]
        .into_iter()
        .map(|kind| Error::new(kind, "GetObject", "s3://b/k"))
        .collect();
        for operation in ["ListBuckets", "PutObject", "GetObject"] {
            errors.push(Error::new(ErrorKind::AccessDenied, operation, "s3://b/"));
        }
        errors.push(Error::new(ErrorKind::Unreachable, "GetObject", "").detail("dns error"));
        for error in errors {
            let sentence = next(&error, &error.explain().next);
            let named = ["g s", "with R", "(P)", "with P", "(a,", "press"];
            assert!(!named.iter().any(|key| sentence.contains(key)), "{sentence}");
            assert!(!sentence.is_empty());
        }
    }
}
