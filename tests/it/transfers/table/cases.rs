//! The list of cases: each request of each way with each fault it can meet, and what has to become
//! of the job.

use std::time::Duration;

use windlass::demo::faults::{Act, Fault};

use super::{Case, Expect, LARGE, SMALL, Way};

fn foreign(status: u16, content_type: &str, body: &str) -> Fault {
    let (content_type, body) = (content_type.to_owned(), body.to_owned());
    Fault::new(Act::Foreign { status, content_type, body })
}

fn login_page() -> Fault {
    foreign(200, "text/html", "<html><body>Welcome to the hotel, please log in</body></html>")
}

/// Only its code tells it from a request that is wrong.
fn timeout() -> Fault {
    Fault::answer(400, "RequestTimeout")
}

/// What passes by itself: the request is tried again.
fn passing() -> Vec<Fault> {
    let answer = |status, code: &str| Fault::answer(status, code);
    vec![
        answer(500, "InternalError").times(2),
        answer(503, "SlowDown").times(2),
        answer(503, "ServiceUnavailable").header("retry-after", "1"),
        answer(429, "TooManyRequests").header("retry-after", "0").times(2),
        answer(429, "TooManyRequests").times(2),
        answer(520, "Unknown"),
        answer(522, "Unknown").times(2),
        foreign(524, "text/html", "<html>a timeout occurred</html>"),
        foreign(502, "text/html", &"huge ".repeat(400_000)),
        foreign(503, "application/xml", ""),
        timeout(),
        Fault::new(Act::Reset).times(2),
        Fault::new(Act::LoseAnswer),
        Fault::new(Act::Delay(Duration::from_millis(700))).times(2),
    ]
}

/// What never passes: asked again in vain, or not at all.
fn lasting() -> Vec<Fault> {
    let answer = |status, code: &str| Fault::answer(status, code).forever();
    vec![
        answer(400, "InvalidRequest"),
        answer(401, "Unauthorized"),
        answer(403, "AccessDenied"),
        answer(403, "SignatureDoesNotMatch"),
        answer(404, "NoSuchBucket"),
        answer(409, "OperationAborted"),
        answer(412, "PreconditionFailed"),
        answer(416, "InvalidRange"),
        answer(500, "InternalError"),
        answer(501, "NotImplemented"),
        login_page().forever(),
        foreign(200, "application/xml", "").forever(),
        foreign(200, "application/xml", "<?xml version=\"1.0\"?><Result><a").forever(),
        foreign(403, "text/html", "<html>no</html>").forever(),
    ]
}

/// Once, and then all is well; whether the job survives it is a matter of taste, that nothing is
/// lost is not.
fn passing_oddities() -> Vec<Fault> {
    vec![
        login_page(),
        foreign(200, "application/xml", ""),
        foreign(200, "application/xml", "<Error><Code>SlowDown</Code></Error>"),
        Fault::new(Act::ErrorInside { code: "InternalError".to_owned() }),
        Fault::answer(400, "ExpiredToken").times(2),
        Fault::answer(409, "ConditionalRequestConflict"),
        Fault::without("etag"),
    ]
}

/// What can become of a body on its way down, and whether the bytes still have to come.
fn of_bodies(size: usize) -> Vec<(Fault, Expect)> {
    use Expect::{Done, Failed};
    let (half, last) = (70_000, size as u64 - 1);
    let early = |after, whole| Fault::new(Act::EndEarly { after, whole });
    let end = last.min((8 << 20) - 1);
    // A range goes on where it was cut, as long as every try brings something.
    let cut_again = if size > 8 << 20 { Done } else { Failed };
    vec![
        (Fault::new(Act::Cut(0)).times(2), Done),
        (Fault::new(Act::Cut(1)), Done),
        (Fault::new(Act::Cut(half)).times(2), Done),
        (Fault::new(Act::Cut(half)).forever(), cut_again),
        (Fault::new(Act::Cut(end)), Done),
        (Fault::new(Act::Cut(half)).after(1), Done),
        (Fault::new(Act::Stall(half)), Done),
        (Fault::new(Act::Trickle(size as u64)), Done),
        (Fault::new(Act::IgnoreRange), Done),
        (Fault::new(Act::IgnoreRange).forever(), Done),
        (Fault::new(Act::IgnoreRange).after(1).forever(), Done),
        (early(0, false), Done),
        (early(half, false).times(2), Done),
        (early(end, false).forever(), cut_again),
        (early(half, true), Done),
        (early(half, true).forever(), Failed),
        (early(last, true).forever(), Failed),
        (early(u64::MAX, true).forever(), Done),
        (Fault::new(Act::RunOn(10)), Done),
        (Fault::new(Act::RunOn(10)).forever(), Failed),
        (Fault::without("content-length").forever(), Done),
        (Fault::with("content-range", "bytes 5-100004/100000"), Done),
        (Fault::with("content-range", "bytes 0-4/5").forever(), Failed),
        (Fault::with("content-range", "sideways").forever(), Failed),
        (Fault::without("content-range").forever(), Done),
    ]
}

/// Only a digest can tell these.
fn flips(size: usize) -> Vec<(Fault, Expect)> {
    let last = (size as u64 - 1).min((8 << 20) - 1);
    let flip = |at| Fault::new(Act::Flip(at));
    let mut flips: Vec<_> =
        [0, 50_000, last].into_iter().map(|at| (flip(at), Expect::Done)).collect();
    flips.push((flip(9).after(1), Expect::Done));
    flips.push((flip(10).forever(), Expect::Failed));
    flips
}

/// The requests of each way, and whether one that fails for ever fails the job.
const REQUESTS: &[(Way, &str, Option<&str>, Expect)] = &[
    (Way::Down(SMALL), "GetObject", None, Expect::Failed),
    (Way::Down(LARGE), "GetObject", None, Expect::Failed),
    (Way::DownAgain, "HeadObject", None, Expect::Either),
    (Way::DownAgain, "GetObject", None, Expect::Failed),
    (Way::Up(SMALL), "HeadObject", Some("/to"), Expect::Either),
    (Way::Up(SMALL), "PutObject", None, Expect::Failed),
    (Way::Up(LARGE), "CreateMultipartUpload", None, Expect::Failed),
    (Way::Up(LARGE), "UploadPart", None, Expect::Failed),
    (Way::Up(LARGE), "CompleteMultipartUpload", None, Expect::Failed),
    (Way::UpAgain, "ListParts", None, Expect::Either),
    (Way::UpAgain, "UploadPart", None, Expect::Failed),
    (Way::UpAgain, "CompleteMultipartUpload", None, Expect::Failed),
    (Way::Copy(SMALL), "HeadObject", Some("/from"), Expect::Either),
    (Way::Copy(SMALL), "HeadObject", Some("/to"), Expect::Either),
    (Way::Copy(SMALL), "CopyObject", None, Expect::Either),
    (Way::Copy(LARGE), "CreateMultipartUpload", None, Expect::Either),
    (Way::Copy(LARGE), "UploadPartCopy", None, Expect::Either),
    (Way::Copy(LARGE), "CompleteMultipartUpload", None, Expect::Either),
    (Way::Move(SMALL), "HeadObject", Some("/to"), Expect::Either),
    (Way::Move(SMALL), "CopyObject", None, Expect::Either),
    (Way::Move(SMALL), "DeleteObject", None, Expect::Failed),
    (Way::Move(LARGE), "UploadPartCopy", None, Expect::Either),
    (Way::Move(LARGE), "CompleteMultipartUpload", None, Expect::Either),
    (Way::Move(LARGE), "DeleteObject", None, Expect::Failed),
    (Way::Folder, "ListObjectsV2", None, Expect::Failed),
    (Way::Folder, "GetObject", None, Expect::Failed),
    (Way::Delete, "ListObjectsV2", None, Expect::Failed),
    (Way::Delete, "DeleteObjects", None, Expect::Either),
];

fn at(operation: &str, key: Option<&str>, fault: Fault) -> Fault {
    let fault = fault.on(operation);
    key.map_or(fault.clone(), |key| fault.key(key))
}

fn case(way: Way, fault: Fault, expect: Expect) -> Case {
    Case { way, faults: vec![fault], expect }
}

/// `few` takes each fault at every third request only.
pub fn cases(few: bool) -> Vec<Case> {
    let mut cases = Vec::new();
    for (shift, (way, operation, key, lasts)) in REQUESTS.iter().enumerate() {
        let mut add = |faults: Vec<Fault>, expect| {
            let taken =
                faults.into_iter().enumerate().filter(|(at, _)| !few || (at + shift) % 3 == 0);
            cases.extend(taken.map(|(_, fault)| case(*way, at(operation, *key, fault), expect)));
        };
        let said_in_a_body =
            |fault: &Fault| !(operation.starts_with("Head") && *fault == timeout());
        add(passing().into_iter().filter(said_in_a_body).collect(), Expect::Done);
        add(lasting(), *lasts);
        add(passing_oddities(), Expect::Either);
    }
    for (way, size) in
        [(Way::Down(SMALL), SMALL), (Way::Down(LARGE), LARGE), (Way::DownOpaque, LARGE)]
    {
        let flips = if way == Way::DownOpaque { Vec::new() } else { flips(size) };
        for (fault, expect) in of_bodies(size).into_iter().chain(flips) {
            cases.push(case(way, fault.on("GetObject"), expect));
        }
    }
    cases.extend(of_lies());
    cases.extend(of_tags());
    cases.extend(of_parts());
    cases.extend(of_lists());
    cases.extend(of_cleaning());
    cases
}

/// Requests that are answered as if they were performed, now and for ever; and conditions that fail
/// by themselves.
fn of_lies() -> Vec<Case> {
    use Expect::{Done, Either, Failed};
    let mut cases = Vec::new();
    let writes = [
        (Way::Up(SMALL), "PutObject", Done),
        (Way::Up(LARGE), "CompleteMultipartUpload", Done),
        (Way::Copy(SMALL), "CopyObject", Done),
        (Way::Copy(LARGE), "CompleteMultipartUpload", Done),
        // The end of a move looks once: its source is kept.
        (Way::Move(SMALL), "CopyObject", Either),
        (Way::Move(LARGE), "CompleteMultipartUpload", Either),
        (Way::Move(SMALL), "DeleteObject", Done),
        (Way::Delete, "DeleteObjects", Done),
    ];
    for (way, operation, once) in writes {
        let fault = |act: Act| Fault::new(act).on(operation);
        // An ETag that is the digest of the body shows that it was stored.
        if operation != "PutObject" {
            cases.push(case(way, fault(Act::Pretend), once));
            cases.push(case(way, fault(Act::Pretend).forever(), Failed));
        }
        cases.push(case(way, fault(Act::LoseAnswer).times(2), Done));
        cases.push(case(way, fault(Act::LoseAnswer).forever(), Done));
        let refused = Fault::answer(412, "PreconditionFailed").on(operation);
        cases.push(case(way, refused.clone(), Either));
        cases.push(case(way, refused.times(2), Either));
    }
    for way in [Way::Up(LARGE), Way::UpAgain] {
        cases.push(case(way, Fault::new(Act::Pretend).on("UploadPart"), Done));
        let lost = Fault::answer(400, "InvalidPart").on("CompleteMultipartUpload");
        cases.push(case(way, lost, Either));
    }
    cases.push(case(Way::Copy(LARGE), Fault::new(Act::Pretend).on("UploadPartCopy"), Done));
    cases
}

fn rewrite(from: &str, to: &str) -> Fault {
    Fault::new(Act::Rewrite { from: from.to_owned(), to: to.to_owned() })
}

const OTHER: &str = "\"00000000000000000000000000000000\"";

/// ETags that change, are wrong, or say nothing.
fn of_tags() -> Vec<Case> {
    use Expect::{Done, Either, Failed};
    let on = |operation, way, fault: Fault, expect| case(way, fault.on(operation), expect);
    vec![
        on("GetObject", Way::Down(LARGE), Fault::with("etag", OTHER).after(1), Done),
        on("GetObject", Way::Down(LARGE), Fault::with("etag", OTHER).after(1).forever(), Failed),
        on("GetObject", Way::Down(LARGE), Fault::with("etag", OTHER).forever(), Failed),
        on("GetObject", Way::Down(SMALL), Fault::with("etag", "\"opaque\"").forever(), Done),
        on("GetObject", Way::DownOpaque, Fault::with("etag", "\"opaque\"").after(1), Done),
        on("PutObject", Way::Up(SMALL), Fault::with("etag", OTHER), Done),
        on("PutObject", Way::Up(SMALL), Fault::with("etag", OTHER).forever(), Either),
        on("PutObject", Way::Up(SMALL), Fault::with("etag", "\"opaque\"").forever(), Done),
        on("UploadPart", Way::Up(LARGE), Fault::with("etag", OTHER), Done),
        on("UploadPart", Way::Up(LARGE), Fault::with("etag", OTHER).forever(), Failed),
        on("UploadPart", Way::Up(LARGE), Fault::without("etag").forever(), Failed),
        on("UploadPartCopy", Way::Copy(LARGE), rewrite("<ETag>", "<ETag>0").forever(), Either),
        on("CopyObject", Way::Copy(SMALL), rewrite("<ETag>", "<ETag>0"), Done),
        on("CompleteMultipartUpload", Way::Up(LARGE), rewrite("<ETag>", "<ETag>0"), Done),
        on("CompleteMultipartUpload", Way::Up(LARGE), rewrite("ETag", "Tag").forever(), Either),
        on("HeadObject", Way::DownAgain, Fault::with("etag", OTHER), Either),
    ]
}

/// A list of parts that is not true.
fn of_parts() -> Vec<Case> {
    use Expect::{Done, Either};
    let lie = |from: &str, to: &str, expect| {
        case(Way::UpAgain, rewrite(from, to).on("ListParts").forever(), expect)
    };
    vec![
        lie("<Size>8388608</Size>", "<Size>5</Size>", Done),
        lie("<PartNumber>1</PartNumber>", "<PartNumber>7</PartNumber>", Done),
        lie("<PartNumber>1</PartNumber>", "", Either),
        lie("<ETag>", "<ETag>0", Done),
        lie("<IsTruncated>false", "<IsTruncated>true", Either),
        case(Way::UpAgain, Fault::answer(404, "NoSuchUpload").on("ListParts"), Done),
        case(Way::UpAgain, Fault::answer(404, "NoSuchUpload").on("UploadPart"), Either),
        case(Way::Up(LARGE), Fault::answer(404, "NoSuchUpload").on("UploadPart").after(1), Either),
        case(
            Way::UpAgain,
            Fault::answer(404, "NoSuchUpload").on("CompleteMultipartUpload").forever(),
            Either,
        ),
    ]
}

/// Listings and answers to deletes that are not true.
fn of_lists() -> Vec<Case> {
    use Expect::{Done, Failed};
    let mut cases = Vec::new();
    for way in [Way::Folder, Way::Delete] {
        let lie = |from: &str, to: &str| {
            case(way, rewrite(from, to).on("ListObjectsV2").forever(), Failed)
        };
        cases.extend([
            lie("<IsTruncated>false", "<IsTruncated>true"),
            lie(
                "<IsTruncated>false</IsTruncated>",
                "<IsTruncated>true</IsTruncated><NextContinuationToken>again\
                 </NextContinuationToken>",
            ),
            lie("<IsTruncated>false</IsTruncated>", ""),
            lie("<Key>p", "<Key>q"),
            lie("</ListBucketResult>", ""),
            case(way, Fault::new(Act::Cut(300)).on("ListObjectsV2").forever(), Failed),
        ]);
        let cdata = rewrite("<Key>p/", "<Key><![CDATA[p/]]>");
        cases.push(case(way, cdata.on("ListObjectsV2").forever(), Done));
        let early = Act::EndEarly { after: 700, whole: false };
        cases.push(case(way, Fault::new(early.clone()).on("ListObjectsV2").times(2), Done));
        cases.push(case(way, Fault::new(early).on("ListObjectsV2").forever(), Failed));
    }
    let lie = |from: &str, to: &str, expect| {
        case(Way::Delete, rewrite(from, to).on("DeleteObjects"), expect)
    };
    let denied = "<Error><Key>p/1</Key><Code>AccessDenied</Code></Error>";
    cases.extend([
        lie("<Deleted><Key>p/1</Key></Deleted>", denied, Failed),
        lie("<Deleted><Key>p/1</Key></Deleted>", "", Done),
        lie("Deleted>", "Forgotten>", Done),
    ]);
    cases
}

/// Two things that go wrong one after the other: what is begun, and taking it back.
fn of_cleaning() -> Vec<Case> {
    let mut cases = Vec::new();
    let abort = |fault: Fault| fault.on("AbortMultipartUpload");
    for second in passing().into_iter().chain(lasting()) {
        let refused = Fault::answer(403, "AccessDenied").on("UploadPart").forever();
        let faults = vec![refused, abort(second.clone())];
        cases.push(Case { way: Way::Up(LARGE), faults, expect: Expect::Failed });
        let lost = Fault::new(Act::LoseAnswer).on("CreateMultipartUpload");
        let faults = vec![lost, second.on("ListMultipartUploads")];
        cases.push(Case { way: Way::Up(LARGE), faults, expect: Expect::Either });
    }
    cases
}
