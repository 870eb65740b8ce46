//! Explains what a server refuses: identity, place, state.

use crate::domain::error::explain::demand;
use crate::domain::error::explain::explanation::Explanation;
use crate::domain::error::explain::missing_keys;
use crate::domain::error::remedy::Remedy;
use crate::domain::error::{
    ASSUME_ROLE, CHANGE_METADATA, Error, ErrorKind, FOLLOW, IS_DELETE_MARKER, KEEP_SETTING,
    LOCK_JOURNAL, LOOK_INSIDE, NO_SUCH_VERSION, NO_VERSION, NO_VERSION_BELOW, ORDER_QUEUE,
    PUT_RIGHT, READ_FILE, Renewal, SAME_OBJECT, SAVE_TEXT, SEND_STREAM, UNSIGNED, WRITE_INDEX,
};
use crate::domain::provider::Capability;

pub fn explain(error: &Error) -> Option<Explanation> {
    who(error).or_else(|| place(error)).or_else(|| state(error))
}

fn who(error: &Error) -> Option<Explanation> {
    Some(match error.kind {
        ErrorKind::NoCredentials => missing_keys::explain(error),
        ErrorKind::UnknownAccessKey => Explanation::new(
            "the server does not know the access key id",
            "it is mistyped, was revoked, or belongs to another account or provider",
            "compare it with the token's page; on R2 it is the 32 characters named Access Key ID, \
             not the token itself",
        ),
        ErrorKind::WrongSecret => Explanation::new(
            "the secret does not match the access key id",
            "one of the two is mistyped or cut short (Swift and others do not say which), or a \
             proxy changed the request on its way",
            "compare the access key id; then copy the secret again, or create a new token",
        ),
        ErrorKind::ExpiredCredentials => ended(error),
        ErrorKind::CodeWanted => Explanation::new(
            "the role requires a code",
            format!("its profile names an MFA device: {}", error.detail_or("mfa_serial")),
            Remedy::GiveCode,
        ),
        ErrorKind::AccessDenied => denied(error),
        ErrorKind::ClockSkew => Explanation::new(
            format!(
                "this machine's clock and the server's differ: {}",
                error.detail_or("by minutes")
            ),
            "a signature is valid only within 15 minutes of the time it was made",
            "set the clock (timedatectl set-ntp true) and try again",
        ),
        ErrorKind::ReadOnly => Explanation::with(
            "the connection is read-only; nothing was sent",
            "config.toml sets read_only = true for it",
            [
                Remedy::SwitchConnection,
                "or remove read_only from config.toml if you mean to write".into(),
            ],
        ),
        _ => return None,
    })
}

/// Keys or a session that hold no more, or a profile that never signed in.
fn ended(error: &Error) -> Explanation {
    match &error.renewal {
        Some(Renewal::SignIn(profile)) => Explanation::new(
            format!("profile {profile:?} is not signed in"),
            "it uses single sign-on, and its session expired or was never started on this machine",
            Remedy::SignIn(Some(profile.clone())),
        ),
        Some(Renewal::NewKeys) => Explanation::new(
            "the connection's keys have expired",
            "they are temporary keys, which are valid for a limited time",
            Remedy::ChangeKeys,
        ),
        Some(Renewal::Variables) => Explanation::new(
            "the connection's keys have expired",
            "they are variables of the environment that Windlass was started with",
            Remedy::SetVariables,
        ),
        None => Explanation::with(
            "the credentials have expired",
            "the temporary credentials or the single sign-on session expired",
            [
                Remedy::SignIn(None),
                "renew other temporary keys where they were issued".into(),
                Remedy::Refresh,
            ],
        ),
    }
}

fn denied(error: &Error) -> Explanation {
    if error.operation == ASSUME_ROLE {
        return Explanation::new(
            format!("the role was refused: {}", error.detail_or("no reason was given")),
            "the code is mistyped, expired or already used, or the role does not trust these keys",
            "wait for the next code and enter it; each code works once, within half a minute",
        );
    }
    if error.operation == "ListBuckets" {
        return Explanation::new(
            "these keys may not list buckets",
            "this is normal for a token that covers only objects: on R2 only Admin tokens list \
             buckets",
            Remedy::AddBucket,
        );
    }
    if error.has_code(&["NotEntitled", "NotSignedUp"]) {
        return Explanation::with(
            "the account has no access to this service",
            "R2 is not enabled for the account, or its plan has expired",
            ["enable R2 in the Cloudflare dashboard".into(), Remedy::Refresh],
        );
    }
    if error.detail.starts_with(UNSIGNED) {
        return Explanation::new(
            "the server refuses requests without a signature here",
            "the connection has no keys, and this place is not public",
            Remedy::Sign,
        );
    }
    if let Some(told) = demand::of_denied(error) {
        return told;
    }
    let writes = ["Put", "Delete", "Copy", "Create", "Upload", "Complete", "Abort"];
    if writes.iter().any(|verb| error.operation.starts_with(verb)) {
        return Explanation::with(
            "these keys may not write here",
            "the token is read-only or for another bucket, or a policy forbids it; a policy may \
             also demand encryption, a storage class or an ACL that was not asked for",
            [
                "use a token with Object Read & Write for this bucket".into(),
                Remedy::SwitchConnection,
            ],
        );
    }
    let what = "these keys may not read here";
    let open = "open a bucket or prefix the token is for";
    if error.provider.is_some_and(|server| server.lacks(Capability::RequesterPays).is_some()) {
        let why = "the token is for another bucket or prefix, or a policy forbids it";
        return Explanation::with(what, why, [open.into(), Remedy::SwitchConnection]);
    }
    Explanation::with(
        what,
        "the token is for another bucket or prefix, a policy forbids it, or whoever asks pays for \
         this bucket and has to say so (requester pays)",
        [open.into(), Remedy::SwitchConnection, Remedy::PayRequests],
    )
}

fn place(error: &Error) -> Option<Explanation> {
    Some(match &error.kind {
        ErrorKind::NoSuchBucket if error.operation == "ListBuckets" => Explanation::with(
            "the server reads the endpoint's path as a bucket name",
            format!("{} is more than the server's address", error.place),
            ["remove the path from the endpoint".into(), Remedy::EditConnection, Remedy::AddBucket],
        ),
        ErrorKind::NoSuchBucket => Explanation::with(
            "the bucket does not exist",
            "it was deleted, is misspelled, or is in another account or jurisdiction",
            [Remedy::FindBucket, "on R2, write NAME@eu for a bucket in the EU jurisdiction".into()],
        ),
        ErrorKind::AnotherServer => Explanation::with(
            error.detail_or("the connection leads to another server now"),
            "what was agreed to for one server is never done on another",
            [
                Remedy::EditConnection,
                "or start with the environment it was queued under, and resume the transfer there; \
                 for the server of now, queue it anew"
                    .into(),
            ],
        ),
        ErrorKind::NoSuchKey if error.operation == "ListObjectsV2" => Explanation::new(
            "there is nothing with this name or below it",
            "the prefix is misspelled, or what was there was deleted",
            Remedy::FindObject,
        ),
        ErrorKind::NoSuchKey if error.detail == IS_DELETE_MARKER => Explanation::new(
            IS_DELETE_MARKER,
            "the object was deleted at that time, and the marker is what is left of it",
            Remedy::FindVersion,
        ),
        ErrorKind::NoSuchKey if error.detail == NO_SUCH_VERSION => Explanation::new(
            NO_SUCH_VERSION,
            "it was deleted for good, or the id is misspelled",
            Remedy::FindVersion,
        ),
        ErrorKind::NoSuchKey if [NO_VERSION, NO_VERSION_BELOW].contains(&&*error.detail) => {
            Explanation::new(
                error.detail.as_str(),
                "it was never there, the bucket keeps no versions, or they were deleted for good",
                Remedy::FindObject,
            )
        }
        ErrorKind::NoSuchKey if error.operation == "ListObjectVersions" => Explanation::new(
            error.detail_or(NO_VERSION),
            "it was not there, the bucket keeps no versions, they were deleted for good, or the \
             key is misspelled",
            Remedy::FindVersion,
        ),
        ErrorKind::NoSuchKey => Explanation::new(
            "the object does not exist",
            "it was deleted or renamed since it was listed, or the key is misspelled",
            Remedy::FindObject,
        ),
        ErrorKind::NoSuchUpload => Explanation::new(
            "the multipart upload no longer exists",
            "it was completed or aborted, or it was too old: R2 aborts unfinished uploads after 7 \
             days",
            "start the upload again; none of it was kept",
        ),
        ErrorKind::WrongRegion { expected: Some(region) } => Explanation::new(
            format!("the bucket is in the region {region}"),
            "the connection signs for another region and the server does not accept that",
            Remedy::SetRegion(Some(region.clone())),
        ),
        ErrorKind::WrongRegion { expected: None } => Explanation::new(
            "the bucket is in another region",
            "the connection signs for one region and the server did not say which it wants",
            Remedy::SetRegion(None),
        ),
        ErrorKind::InvalidName => Explanation::new(
            match (error.detail.as_str(), &error.code) {
                ("", Some(code)) => format!("the server rejected this name: {code}"),
                ("", None) => "the server rejected this name without a reason".to_owned(),
                (said, _) => format!("the server rejected this name: {said}"),
            },
            "bucket names have 3 to 63 of a-z 0-9 . -, keys at most 1,024 bytes; some servers \
             refuse control characters, or . and .. between slashes",
            "choose another name",
        ),
        _ => return None,
    })
}

fn state(error: &Error) -> Option<Explanation> {
    Some(match error.kind {
        ErrorKind::BucketNotEmpty => Explanation::new(
            "the bucket is not empty",
            "it still holds objects, versions or unfinished uploads",
            Remedy::EmptyBucket,
        ),
        ErrorKind::BucketExists => Explanation::new(
            "a bucket with this name already exists",
            "on AWS a name is unique across all accounts, elsewhere within one account",
            "choose another name; if the bucket is yours, use it as it is",
        ),
        ErrorKind::PreconditionFailed if error.operation == SAVE_TEXT => Explanation::new(
            format!("the object was not saved: {}", error.detail_or("it is another one by now")),
            "what somebody else wrote meanwhile is not overwritten",
            "compare the two, and edit the object once more",
        ),
        ErrorKind::PreconditionFailed => Explanation::new(
            "the destination already exists or has changed; it was not overwritten",
            "something of this name was there before, or somebody wrote it meanwhile",
            Remedy::DecideExisting,
        ),
        ErrorKind::SourceChanged if error.operation == READ_FILE => Explanation::new(
            "the file changed while it was uploaded",
            "a program writes to it; a mix of old and new was not kept",
            Remedy::Snapshot,
        ),
        ErrorKind::SourceChanged if error.operation == CHANGE_METADATA => Explanation::new(
            error.detail_or("the object was changed meanwhile"),
            "someone else changed the object at the same time, or the server keeps no such value",
            "look at it, and change it once more",
        ),
        ErrorKind::SourceChanged if error.operation == LOOK_INSIDE => Explanation::new(
            "the object changed while it was read",
            "someone else wrote to it; what was read is of the object as it was before",
            Remedy::Refresh,
        ),
        ErrorKind::SourceChanged => Explanation::new(
            "the source changed while it was being read",
            "someone else wrote to it; a mix of old and new was not kept",
            "start the transfer again to get the new version",
        ),
        ErrorKind::Locked if error.operation == LOCK_JOURNAL => Explanation::new(
            format!("the queue of this window is not saved: {}", error.detail_or("it is in use")),
            "only one window at a time saves its queue, so that no transfer runs twice",
            "carry on: transfers run here too; when the other window closes, this one takes over \
             both queues",
        ),
        ErrorKind::Locked if error.operation == ORDER_QUEUE => Explanation::with(
            format!("nothing was done with the queue: {}", error.detail_or("it is in use")),
            "only one Windlass at a time works on it, so that no transfer runs twice",
            ["close that window, or wait until it has ended".into(), Remedy::ShowQueue],
        ),
        ErrorKind::Locked => Explanation::new(
            "a lock protects the object",
            "a bucket lock, a retention or a legal hold forbids overwriting or deleting it for now",
            "wait until it ends, or change the lock of the object or the rules of the bucket",
        ),
        ErrorKind::Loss if error.operation == PUT_RIGHT => Explanation::new(
            format!("the object is stored without {}", error.detail_or("what was asked for")),
            "this server takes with a write what it does not keep, and says nothing of it",
            "set it by the object's metadata, store it without, or store it on another server",
        ),
        ErrorKind::Loss if error.operation == KEEP_SETTING => Explanation::new(
            format!("the server keeps the setting otherwise: {}", error.detail),
            "it leaves out what it does not know, and says nothing of it",
            "leave that out of the document, or use a server that knows it",
        ),
        ErrorKind::Loss => Explanation::new(
            format!("copied but not moved: {}", error.detail_or("the copy lacks something")),
            "the source is kept, so that nothing is lost; the copy is kept too",
            Remedy::AcceptLoss,
        ),
        ErrorKind::Unsupported if error.operation == FOLLOW => Explanation::new(
            format!("the object is not followed: {}", error.detail_or("its end is not known")),
            "what is added is found by comparing the end of the object with what was seen of it",
            Remedy::LeaveFollowing,
        ),
        ErrorKind::Unsupported if error.operation == WRITE_INDEX => Explanation::new(
            format!("no index was made: {}", error.detail_or("it cannot be kept")),
            "an index holds the keys of a place in their order, in a file on this machine",
            "search the place without an index",
        ),
        ErrorKind::Unsupported => Explanation::new(
            format!(
                "this server cannot do this: {}",
                error.detail_or("it does not support the operation")
            ),
            "S3-compatible servers support different parts of S3",
            "no setting changes this; use another way or another server",
        ),
        ErrorKind::Unreadable => Explanation::new(
            error.detail_or("the inside of the object cannot be shown"),
            "its bytes do not follow the rules of their format, or need a program made for it",
            "download it, and open it with such a program",
        ),
        ErrorKind::NotInside if error.operation == "GetObject" => Explanation::new(
            error.detail_or("the object is shorter than that"),
            "nothing was fetched, because there are no such bytes",
            "give a range that begins within the object",
        ),
        ErrorKind::NotInside => Explanation::new(
            error.detail_or("the object has no such part"),
            "what was asked for is not in the object",
            Remedy::LookInside,
        ),
        ErrorKind::NotSet => Explanation::new(
            match error.detail.as_str() {
                "" => "the setting is not set".to_owned(),
                name => format!("the setting {name} is not set"),
            },
            "the bucket has no such document",
            Remedy::SetSetting { place: error.place.clone(), name: error.detail.clone() },
        ),
        ErrorKind::BadDocument => Explanation::new(
            format!("the document was not sent: {}", error.detail_or("it cannot be read")),
            "it is checked before it is sent, against the form that the AWS CLI takes",
            "correct it there, and give it again",
        ),
        ErrorKind::TooLarge if error.operation == SEND_STREAM => Explanation::new(
            format!("the stream is too long: {}", error.detail_or("it does not end")),
            "an upload has at most 10,000 parts, whose size is decided before the first is sent",
            Remedy::SayLength,
        ),
        ErrorKind::TooLarge => Explanation::new(
            "it is larger than the server allows",
            "one PUT or copy ends at 5 GiB (4.995 on R2), metadata at 2 KiB (8 on R2)",
            "upload it in parts, or shorten the metadata",
        ),
        ErrorKind::InvalidRequest if demand::of_request(error).is_some() => {
            return demand::of_request(error);
        }
        ErrorKind::InvalidRequest if error.is_being_restored() => Explanation::new(
            "the object is being restored from the archive",
            "somebody asked for it to be made readable, which takes minutes to hours",
            Remedy::AwaitThaw,
        ),
        ErrorKind::InvalidRequest if error.is_archived() => Explanation::new(
            "the object is archived",
            "its storage class does not allow reading it at once",
            Remedy::Thaw,
        ),
        ErrorKind::InvalidRequest if error.status.is_none() => unsent(error),
        ErrorKind::InvalidRequest if error.detail.is_empty() => Explanation::new(
            format!("the server does not accept {}, and gives no reason", error.operation),
            "something that was asked for, or a combination of two, is not known to it",
            "ask for less: leave out what is unusual, one thing at a time",
        ),
        ErrorKind::InvalidRequest => Explanation::new(
            format!("the server does not accept {}: {}", error.operation, error.detail),
            "the server reads the request differently, or the request does not match what it holds",
            Remedy::ReadAnswer,
        ),
        _ => return None,
    })
}

/// What is not even asked for. An operation is the name of a request, or what is done in plain
/// words.
fn unsent(error: &Error) -> Explanation {
    let operation = error.operation.as_str();
    let does = match operation.starts_with(|first: char| first.is_ascii_uppercase()) {
        true => format!("send this {operation}"),
        false => operation.to_owned(),
    };
    let reason = error.detail_or("it cannot be put into a request");
    let copies = matches!(operation, "copy" | "move" | "CopyObject");
    let mut remedies: Vec<Remedy> = vec![match copies {
        true => "choose another source or destination; nothing was changed".into(),
        false => "change what is asked for; nothing was sent".into(),
    }];
    if copies && error.detail == SAME_OBJECT {
        remedies.push(Remedy::ChangeMetadata);
    }
    Explanation::with(
        format!("Windlass does not {does}: {reason}"),
        "the server would refuse it, or it would do harm",
        remedies,
    )
}
