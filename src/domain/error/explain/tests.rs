//! Tests that every kind says what happened, why, and what to do next.

use crate::domain::error::remedy::Remedy;
use crate::domain::error::{Error, ErrorKind, KeyringFault, Renewal};

fn kinds() -> Vec<ErrorKind> {
    use ErrorKind::{
        AccessDenied, BrokenListing, BucketExists, BucketNotEmpty, Cancelled, ClockSkew,
        CodeWanted, Config, Corrupt, DiskFull, ExpiredCredentials, Interrupted, InvalidName,
        InvalidRequest, LocalDenied, LocalExists, LocalIo, LocalMissing, LocalName, LocalSpecial,
        Locked, NoCredentials, NoSuchBucket, NoSuchKey, NoSuchUpload, NotS3, Other, Partial,
        PreconditionFailed, ReadOnly, ServerFault, SourceChanged, Throttled, TimedOut, TooLarge,
        UnknownAccessKey, Unreachable, Unsupported, Untrusted, Usage, WrongRegion, WrongSecret,
    };
    vec![
        NoCredentials,
        UnknownAccessKey,
        WrongSecret,
        ExpiredCredentials,
        CodeWanted,
        ErrorKind::Keyring(KeyringFault::Absent),
        AccessDenied,
        ClockSkew,
        ReadOnly,
        NoSuchBucket,
        NoSuchKey,
        NoSuchUpload,
        WrongRegion { expected: None },
        WrongRegion { expected: Some("eu-west-1".into()) },
        InvalidName,
        BucketNotEmpty,
        BucketExists,
        PreconditionFailed,
        SourceChanged,
        Locked,
        Unsupported,
        TooLarge,
        InvalidRequest,
        Unreachable,
        Untrusted,
        TimedOut,
        Interrupted,
        NotS3,
        ErrorKind::WrongScheme { speaks_tls: true },
        ErrorKind::WrongScheme { speaks_tls: false },
        Throttled,
        ServerFault,
        Corrupt,
        BrokenListing,
        ErrorKind::NotSet,
        ErrorKind::BadDocument,
        ErrorKind::Unreadable,
        ErrorKind::NotInside,
        LocalMissing,
        LocalDenied,
        LocalExists,
        LocalSpecial,
        DiskFull,
        LocalName,
        LocalIo,
        Config,
        ErrorKind::NotConfigured,
        ErrorKind::AnotherServer,
        Usage,
        Cancelled,
        Partial,
        Other,
    ]
}

#[test]
fn every_kind_says_what_why_and_what_next() {
    let mut seen = std::collections::HashSet::new();
    for kind in kinds() {
        for operation in ["ListBuckets", "PutObject", "GetObject"] {
            let said = Error::new(kind.clone(), operation, "s3://b/k").explain();
            let next = said.next_anywhere();
            for sentence in [&said.what, &said.why, &next] {
                assert!(sentence.len() > 10, "{kind:?}: {sentence:?}");
                assert!(!sentence.contains("failed"), "{kind:?} only says {sentence:?}");
                assert!(!sentence.ends_with('.') && !sentence.contains("  "), "{sentence:?}");
            }
            if operation == "GetObject" {
                assert!(
                    seen.insert(said.what.clone()),
                    "{kind:?} is told as another: {}",
                    said.what
                );
            }
        }
    }
}

#[test]
fn keys_that_may_not_list_buckets_are_told_that_this_is_normal() {
    let said = Error::new(ErrorKind::AccessDenied, "ListBuckets", "").explain();
    assert!(said.why.contains("normal"));
    assert_eq!(said.remedies, [Remedy::AddBucket]);
    let said = Error::new(ErrorKind::AccessDenied, "PutObject", "s3://b/k").explain();
    assert!(said.what.contains("write"));
}

#[test]
fn the_region_that_a_bucket_is_in_is_said_with_what_to_write() {
    let kind = ErrorKind::WrongRegion { expected: Some("eu-west-1".into()) };
    let said = Error::new(kind, "ListObjectsV2", "s3://b/").explain();
    assert_eq!(said.remedies, [Remedy::SetRegion(Some("eu-west-1".into()))]);
}

#[test]
fn a_name_that_is_not_known_is_told_apart_from_a_closed_port() {
    let dns = Error::new(ErrorKind::Unreachable, "GetObject", "").detail("dns error: no record");
    let port = Error::new(ErrorKind::Unreachable, "GetObject", "").detail("connection refused");
    assert_ne!(dns.explain(), port.explain());
}

#[test]
fn each_fault_of_a_certificate_has_words_of_its_own() {
    let told = |detail: &str| {
        let detail = format!("TLS handshake: invalid peer certificate: {detail}");
        Error::new(ErrorKind::Untrusted, "GetObject", "").detail(detail).explain()
    };
    assert!(told("UnknownIssuer").next_anywhere().contains("AWS_CA_BUNDLE"));
    assert!(told("certificate not valid for name \"h\"").what.contains("another name"));
    assert!(
        told("certificate expired: verification time 5 (UNIX)").next_anywhere().contains("clock")
    );
}

#[test]
fn a_path_that_the_server_takes_for_a_bucket_is_named() {
    let place = "https://s3.example.com/some/where/";
    let said = Error::new(ErrorKind::NoSuchBucket, "ListBuckets", place).explain();
    assert!(said.why.contains(place) && said.next_anywhere().contains("path"), "{said:?}");
}

#[test]
fn a_program_that_gives_no_keys_is_told_apart_by_how() {
    let said = |detail: &str| {
        Error::new(ErrorKind::NoCredentials, "ListBuckets", "").detail(detail).explain().what
    };
    let process = "Error retrieving credentials: external process exited with code exit status";
    assert!(
        said(&format!("{process}: 127. Stderr: sh: 1: vault: not found")).contains("was not found")
    );
    let failed = said(&format!("{process}: 3. Stderr: the vault is sealed\n"));
    assert_eq!(failed, "the program that provides the keys failed: the vault is sealed");
    assert_eq!(
        said(&format!("{process}: 3. Stderr: ")),
        "the program that provides the keys failed"
    );
    let nonsense =
        "Error retrieving credentials from external process, could not parse response: x";
    assert!(said(nonsense).contains("printed something unexpected"));
    let unset = said("not enabled: the environment variable R2_ID is not set");
    assert_eq!(unset, "the environment variable R2_ID is not set");
}

#[test]
fn keys_that_ended_are_renewed_where_they_come_from() {
    let of = |renewal| {
        let error = Error::new(ErrorKind::ExpiredCredentials, "ListBuckets", "");
        let error = Error { renewal: Some(renewal), ..error };
        (error.explain(), error.renewed_by())
    };
    let (said, renewed_by) = of(Renewal::SignIn("my work".into()));
    assert!(said.what.contains("\"my work\" is not signed in"), "{said:?}");
    assert!(said.next_anywhere().contains("--profile 'my work'"), "{said:?}");
    assert_eq!(renewed_by, Some(Remedy::SignIn(None)));
    let (said, renewed_by) = of(Renewal::NewKeys);
    assert_eq!(said.remedies, [Remedy::ChangeKeys]);
    assert_eq!(renewed_by, Some(Remedy::ChangeKeys));
}

#[test]
fn what_is_not_sent_is_told_by_the_request_or_in_plain_words() {
    let said = |operation: &str, detail: &str| {
        let error = Error::new(ErrorKind::InvalidRequest, operation, "s3://b/k").detail(detail);
        (error.explain().what, error.explain().next_anywhere())
    };
    let (what, next) = said("change the metadata", "it would have 11 tags");
    assert_eq!(what, "Windlass does not change the metadata: it would have 11 tags");
    assert!(!next.contains("destination"), "{next}");
    let (what, next) = said("CopyObject", "source and destination are the same object");
    assert!(what.starts_with("Windlass does not send this CopyObject: "), "{what}");
    assert!(next.contains("another source") && next.contains("where it is"), "{next}");
}

#[test]
fn no_server_is_blamed_for_what_is_decided_here() {
    for operation in ["follow the object", "write the index"] {
        let said = Error::new(ErrorKind::Unsupported, operation, "s3://b/k").explain();
        let told = format!("{} {} {}", said.what, said.why, said.next_anywhere());
        assert!(!told.contains("server cannot") && !told.contains("S3-compatible"), "{told}");
    }
}
