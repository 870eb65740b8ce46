//! Explains what goes wrong between here and a server, and with bytes on the way.

use crate::domain::error::explain::explanation::Explanation;
use crate::domain::error::remedy::Remedy;
use crate::domain::error::{
    Error, ErrorKind, KEPT_AS, LOOK_AT_COPY, LOOK_AT_OBJECT, LOOK_DELETED, OPEN_JOURNAL,
    OPERATION_ABORTED, OWN_PROXY, SAVE_TEXT, UNSIGNED,
};

pub fn explain(error: &Error) -> Option<Explanation> {
    way(error).or_else(|| bytes(error))
}

fn way(error: &Error) -> Option<Explanation> {
    Some(match error.kind {
        ErrorKind::Unreachable => unreachable_server(error),
        ErrorKind::Untrusted => untrusted_server(error),
        ErrorKind::TimedOut => Explanation::with(
            "the server did not answer in time",
            "the network is slow or gone, or the server is overloaded",
            ["check the network".into(), Remedy::Refresh, "transfers retry on their own".into()],
        ),
        ErrorKind::Interrupted if error.operation == SAVE_TEXT => Explanation::new(
            "the object may be saved or not",
            "an answer was lost; what is there is as long, and nothing tells whether it is yours",
            "look at the object, and edit it once more if it is not yours",
        ),
        ErrorKind::Interrupted => Explanation::new(
            "the connection was cut before the end",
            "the network, a proxy or the server closed it before everything had arrived",
            "try again; a transfer continues from the parts it has",
        ),
        ErrorKind::NotS3 => no_s3(error),
        ErrorKind::WrongScheme { speaks_tls: true } => Explanation::new(
            "the endpoint says http://, and this port speaks TLS",
            "the server accepts only https",
            "write the endpoint with https://, or name the server's http port",
        ),
        ErrorKind::WrongScheme { speaks_tls: false } => Explanation::new(
            "the endpoint says https://, and this port speaks plain http",
            "the server has no TLS on this port, or a proxy in front of it ends TLS",
            "name the TLS port, or write the endpoint with http:// (all of it can then be read on \
             the way)",
        ),
        ErrorKind::Throttled if error.code.as_deref() == Some(OPERATION_ABORTED) => {
            Explanation::new(
                "another request changes the same thing at this moment",
                "the server carries out one after the other, and does not wait for the first",
                "wait a moment and try again",
            )
        }
        ErrorKind::Throttled => Explanation::new(
            "the server asks us to slow down",
            "there were too many requests at once; R2 allows one write per second to the same key",
            match error.retry_after {
                Some(wait) => format!("wait {} s and try again", wait.as_secs().max(1)),
                None => "wait a moment and try again; transfers slow down on their own".into(),
            },
        ),
        ErrorKind::ServerFault if error.operation == LOOK_DELETED => Explanation::new(
            format!("the object is not deleted: {}", error.detail_or("it is still there")),
            "the server answered the deletion otherwise than it carried it out",
            "delete it again; if it stays, ask whoever runs the server",
        ),
        ErrorKind::ServerFault if is_page(error) => Explanation::new(
            "something in front of the server answered with its own page",
            "a proxy, firewall or load balancer cannot reach the server, or holds the request back",
            "check HTTPS_PROXY and the network; if others have it too, look at the status page",
        ),
        ErrorKind::ServerFault => Explanation::new(
            "the server has an internal error",
            "it is overloaded or broken at the moment; trying again did not help",
            "try again in a minute, and look at the provider's status page",
        ),
        _ => return None,
    })
}

/// Whether a page for people came instead of an answer.
fn is_page(error: &Error) -> bool {
    let detail = error.detail.to_ascii_lowercase();
    detail.contains("text/html") || detail.contains("<html") || detail.contains("xhtml")
}

fn no_s3(error: &Error) -> Explanation {
    match error.status {
        Some(407) => proxy_wants_password(error),
        Some(304) => Explanation::new(
            "an answer came that says \"not changed\", and nothing had been asked of that kind",
            "a cache or proxy between here and the server answers in its place",
            "go round it with NO_PROXY, or ask whoever runs it to leave the server out",
        ),
        Some(300..=399) => Explanation::with(
            "a redirect to another page came instead of an answer",
            "the network requires a login first (hotel, train, office), or the endpoint is a \
             website",
            [
                "open any http:// page in a browser and log in, or check the endpoint".into(),
                Remedy::Refresh,
            ],
        ),
        _ if error.detail.starts_with(UNSIGNED) => Explanation::with(
            "what answers does not speak S3 to requests without a signature",
            "the server (Swift, LocalStack) knows S3 by the signature, or the endpoint is another \
             program's",
            [Remedy::Sign, "if the error stays, check the endpoint and its port".into()],
        ),
        _ if is_page(error) => Explanation::new(
            "a web page answered, not an S3 server",
            "the endpoint is a website or a dashboard, or a proxy answers in the server's place",
            "check the endpoint: R2's is https://ACCOUNT_ID.r2.cloudflarestorage.com, without a \
             bucket",
        ),
        _ => Explanation::new(
            "something answered that does not speak S3",
            "the endpoint or its port belongs to another program or another API",
            "check endpoint and port: R2's is https://ACCOUNT_ID.r2.cloudflarestorage.com",
        ),
    }
}

fn proxy_wants_password(error: &Error) -> Explanation {
    let named_by = error.proxy().unwrap_or("HTTPS_PROXY or HTTP_PROXY");
    Explanation::new(
        "the proxy requires a user name and a password",
        format!("{named_by} names it without them, or with old ones"),
        "write them there, http://user:password@proxy:port, and start again",
    )
}

fn unreachable_proxy(named_by: &str, detail: &str) -> Explanation {
    let what = match detail {
        detail if detail.contains("refused") => "nothing listens where the proxy should be",
        detail if is_unknown_name(detail) => "the proxy's name was not found",
        _ => "the proxy does not lead to the server",
    };
    Explanation::new(
        what,
        format!("{named_by} names the proxy; it may be gone, or not reach this server"),
        match named_by == OWN_PROXY {
            true => "correct proxy in config.toml; \"none\" goes there without one".to_owned(),
            false => format!("check {named_by}, or leave the server out of it with NO_PROXY"),
        },
    )
}

fn is_unknown_name(detail: &str) -> bool {
    ["dns", "lookup"].iter().any(|sign| detail.contains(sign))
}

fn unreachable_server(error: &Error) -> Explanation {
    let detail = error.detail.to_ascii_lowercase();
    if ["proxy authorization required", "proxy answered 407"].iter().any(|s| detail.contains(s)) {
        return proxy_wants_password(error);
    }
    if let Some(named_by) = error.proxy() {
        return unreachable_proxy(named_by, &detail);
    }
    if ["tls", "handshake"].iter().any(|sign| detail.contains(sign)) {
        return Explanation::new(
            "cannot open a TLS connection to the server",
            "it speaks another version of TLS or none at all, or something in between interferes",
            "check that the port speaks https, or use http:// on loopback",
        );
    }
    if is_unknown_name(&detail) {
        return Explanation::with(
            "the server's name was not found",
            "the endpoint is mistyped, the DNS server does not answer, or there is no network",
            ["check the endpoint or account id, and the network".into(), Remedy::Refresh],
        );
    }
    if detail.contains("refused") {
        return Explanation::with(
            "the server cannot be reached: nothing listens on this port",
            "the server is not started, or listens on another port",
            ["check the port of the endpoint and start the server".into(), Remedy::Refresh],
        );
    }
    Explanation::with(
        "the server cannot be reached",
        "nothing listens there, a firewall or proxy is in the way, or there is no network",
        ["check endpoint, port, HTTPS_PROXY and the network".into(), Remedy::Refresh],
    )
}

/// The names are those that TLS libraries give the faults of a certificate.
fn untrusted_server(error: &Error) -> Explanation {
    let detail = &error.detail;
    let says = |signs: &[&str]| signs.iter().any(|sign| detail.contains(sign));
    if says(&["not valid for name", "NotValidForName"]) {
        return Explanation::new(
            "the server's certificate is for another name",
            "the endpoint and the certificate name the server differently, or something in between \
             answers",
            "use a name from the certificate in the endpoint; the code line shows the names it is \
             valid for",
        );
    }
    if says(&["Expired", "expired", "NotValidYet", "not valid yet"]) {
        return Explanation::new(
            "the server's certificate is not valid at this time",
            "it has expired or is not valid yet, or this machine's clock is wrong",
            "check this machine's clock; if it is right, the server needs a new certificate",
        );
    }
    Explanation::new(
        "the server's certificate is not trusted",
        "no root this machine trusts has signed it: it may be from your own authority, or \
         something in between answers",
        "name the file of your own root as ca_bundle of the connection, or in AWS_CA_BUNDLE; or \
         use http:// on loopback",
    )
}

fn damaged_queue(error: &Error) -> Explanation {
    let what =
        format!("the file of the queue is damaged: {}", error.detail_or("it cannot be read"));
    if !error.detail.contains(KEPT_AS) {
        return Explanation::new(
            what,
            "the disk failed, or another program wrote to it; it was left as it is",
            Remedy::RenewQueue,
        );
    }
    Explanation::new(
        what,
        "the disk failed, or another program wrote to it; the file was renamed, and none of it was \
         deleted",
        "check which transfers were unfinished and start them again; new ones are saved as usual",
    )
}

fn bytes(error: &Error) -> Option<Explanation> {
    Some(match error.kind {
        ErrorKind::Corrupt if error.operation == OPEN_JOURNAL => damaged_queue(error),
        ErrorKind::Corrupt => corrupt(error),
        ErrorKind::BrokenListing => Explanation::with(
            format!("the server's listing is broken: {}", error.detail_or("it does not end")),
            "the list is incomplete, and the server gives no way to get the rest",
            [Remedy::Refresh, "do not assume that everything is shown".into()],
        ),
        _ => return None,
    })
}

/// A download, what a server took of an upload, and what it was found to have stored.
fn corrupt(error: &Error) -> Explanation {
    let told = error.detail_or("a check differs");
    let stored = [LOOK_AT_OBJECT, LOOK_AT_COPY, "CopyObject"].contains(&error.operation.as_str())
        || error.code.is_none() && WRITES.contains(&error.operation.as_str());
    let again = "try again; if it happens again, suspect a proxy or the server's disk";
    if stored {
        return Explanation::new(
            format!("what the server stored is not what was to be stored: {told}"),
            "the server, or something on the way to it, changed or cut the bytes",
            again,
        );
    }
    let kept = match error.code {
        Some(_) => "the server refused them",
        None => "they were not kept",
    };
    Explanation::new(
        format!("the bytes are not those that were sent: {told}"),
        format!("something on the way changed or cut them; {kept}"),
        again,
    )
}

/// Requests whose answer may show what was stored.
const WRITES: [&str; 3] = ["PutObject", "CompleteMultipartUpload", "UploadPart"];
