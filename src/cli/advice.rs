//! Says what to do about an error at a command line, by the verb or flag that does it.

use std::sync::OnceLock;

use crate::domain::error::remedy::{Remedy, sso_login};
use crate::domain::shell;

/// The verb of this run, once it is known.
static VERB: OnceLock<String> = OnceLock::new();

/// From now on, help is that of this verb.
pub fn name_verb(name: &str) {
    let _ = VERB.set(name.to_owned());
}

/// What shows how the command is written.
pub fn help() -> String {
    match VERB.get() {
        Some(verb) => format!("windlass {verb} --help"),
        None => "windlass --help".to_owned(),
    }
}

pub fn say(remedy: &Remedy) -> String {
    let words = match remedy {
        Remedy::SignIn(Some(profile)) => {
            return format!("run {}, and try again", sso_login(profile));
        }
        Remedy::SetRegion(Some(region)) => {
            return format!("give --region {region}, or set region = \"{region}\" in config.toml");
        }
        Remedy::SetRegion(None) => {
            "look the bucket's region up and give it with --region or in config.toml"
        }
        Remedy::AddConnection => {
            "give --profile or --connection; --no-sign-request reads public buckets"
        }
        Remedy::EditConnection => "change the connection in config.toml",
        Remedy::SwitchConnection => "give other credentials, with --profile or --connection",
        Remedy::Sign => "use a connection with keys, or leave --no-sign-request out",
        Remedy::GiveCode => {
            "run it where a terminal can ask for the code, or use keys that need none"
        }
        Remedy::ChangeKeys => {
            "start windlass, open the list of connections, and change the connection there"
        }
        Remedy::KeepKeysInFile => "have the browser (windlass) keep the keys in secrets.toml",
        Remedy::AddBucket => "name the bucket: windlass ls s3://bucket/",
        Remedy::FindBucket => "windlass ls shows the buckets",
        Remedy::FindObject => {
            "windlass ls shows what is there; a prefix is written with its last /: \
             s3://bucket/prefix/"
        }
        Remedy::FindVersion => "windlass versions lists the versions of an object or prefix",
        Remedy::LookInside => "windlass look shows what is in it",
        Remedy::EmptyBucket => {
            "windlass empty deletes all that is in it: objects, old versions, unfinished uploads"
        }
        Remedy::DecideExisting => {
            "--force overwrites, --skip-existing leaves it, --keep-both takes a new name"
        }
        Remedy::AcceptLoss => {
            "mv --accept-loss --force moves it all the same, or queue retry --accept-loss where it \
             is queued; or delete one of the two with rm"
        }
        Remedy::Snapshot => {
            "try again when nothing writes to it; put --snapshot sends a file that grows as long \
             as it is at the start"
        }
        Remedy::SayLength => {
            "say how long it will be with --expected-size, or give larger parts with --part-size"
        }
        Remedy::ReadAnswer => "the last line is the server's own answer",
        Remedy::ShowQueue => "windlass queue shows the queue meanwhile",
        Remedy::RenewQueue => {
            "windlass queue run, or the browser, renames the file, deletes none of it, and begins \
             a new queue"
        }
        Remedy::ReadHelp => return format!("{} shows what is expected", help()),
        Remedy::StartAgain => "run it again; what was finished is kept",
        Remedy::AwaitThaw => "--wait waits until it is readable",
        Remedy::Thaw => "windlass thaw asks for it to be made readable; then try again",
        Remedy::PayRequests => {
            "--requester-pays pays for requests; requester_pays = true of a bucket in config.toml \
             always does"
        }
        Remedy::GiveKey => {
            "--sse-c-key FILE or --sse-c-key-command COMMAND gives the key; sse_c_key or \
             sse_c_key_command of a bucket in config.toml always does"
        }
        Remedy::SetSetting { place, name } => {
            let (place, name) = (shell::word(place), shell::word(name));
            return format!("windlass settings set {place} {name} FILE sets it");
        }
        Remedy::ChangeMetadata => "windlass meta changes the metadata of an object where it is",
        Remedy::LeaveFollowing => "windlass tail without -f prints its last lines",
        Remedy::MakeIndex => "windlass index s3://bucket/prefix/ makes one",
        Remedy::TestWriting => "--write tests writing",
        Remedy::Stream(program) => {
            return format!("{program} | windlass put - s3://bucket/key sends it");
        }
        Remedy::AbortUpload(object) => {
            let object = shell::word(object);
            return format!("windlass uploads abort {object} aborts the upload that is left");
        }
        Remedy::Do(_) | Remedy::Refresh | Remedy::SignIn(None) | Remedy::SetVariables => {
            return remedy.to_string();
        }
    };
    words.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::error::{Error, ErrorKind, FOLLOW, NO_VERSION, Renewal, SAME_OBJECT};

    fn next(error: &Error) -> String {
        error.explain().next(say)
    }

    #[test]
    fn what_to_do_is_named_by_the_verb_or_flag_that_does_it() {
        let of = |kind, operation: &str| Error::new(kind, operation, "s3://b/k");
        let region = ErrorKind::WrongRegion { expected: Some("eu-west-1".into()) };
        let ended = of(ErrorKind::ExpiredCredentials, "ListBuckets");
        let sso = Error { renewal: Some(Renewal::SignIn("my work".into())), ..ended };
        for (error, named) in [
            (of(ErrorKind::LocalExists, "rename"), "--skip-existing"),
            (of(ErrorKind::PreconditionFailed, "PutObject"), "--force"),
            (of(ErrorKind::Loss, "CopyObject"), "--accept-loss"),
            (of(ErrorKind::AccessDenied, "PutObject"), "--profile"),
            (of(ErrorKind::AccessDenied, "ListBuckets"), "windlass ls s3://bucket/"),
            (of(ErrorKind::NoCredentials, "ListBuckets"), "--no-sign-request"),
            (of(ErrorKind::Usage, "rm"), "--help"),
            (of(ErrorKind::BucketNotEmpty, "DeleteBucket"), "windlass empty"),
            (of(region, "ListObjectsV2"), "--region eu-west-1"),
            (of(ErrorKind::NotSet, "GetBucketCors").detail("cors"), "settings set s3://b/k cors F"),
            (of(ErrorKind::InvalidRequest, "copy").detail(SAME_OBJECT), "windlass meta"),
            (of(ErrorKind::Unsupported, FOLLOW), "without -f"),
            (of(ErrorKind::NoSuchKey, "ListObjectVersions").detail(NO_VERSION), "windlass ls"),
            (of(ErrorKind::Unreachable, "GetObject"), "then try again"),
            (sso, "aws sso login --profile 'my work'"),
        ] {
            assert!(next(&error).contains(named), "{}: {named}", next(&error));
        }
    }
}
