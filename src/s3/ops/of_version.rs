//! Reads and writes what belongs to one version of an object.

use aws_sdk_s3::config::http::HttpResponse;

use crate::domain::error::{Error, ErrorKind};
use crate::s3::call::Call;
use crate::s3::client::Client;
use crate::s3::sdk::last_answer::LastAnswer;

/// Sends a request about an object or a version of it, and gives the answer.
macro_rules! ask_of_version {
    ($client:expr, $call:expr, $object:expr, $operation:ident) => {{
        let (client, call, object) = ($client, $call, $object);
        let other = $crate::s3::ops::of_version::other_answer();
        let asked = client
            .run(call, |sdk, bucket| {
                let request = sdk
                    .$operation()
                    .bucket(bucket)
                    .key($crate::s3::sdk::blank_key::key_for_sdk(&object.key))
                    .set_version_id(object.version_id())
                    .set_request_payer(client.access(&object.bucket).payer())
                    .customize()
                    .interceptor($crate::s3::sdk::hook::Hooked(other.clone()));
                async move { request.send().await.map_err(|error| call.failed(error)) }
            })
            .await;
        asked.map_err(|error| client.misunderstood(call, error, other.value()))
    }};
}

/// Tells of the last answer whether it is that to another question.
pub fn other_answer() -> LastAnswer<bool> {
    LastAnswer::by(is_to_another_question)
}

/// The object itself, which has an ETag, from a server that does not know what was asked about it
/// (rclone), or a document of another name (moto). An answer without either says nothing of what
/// the server knows: Ceph's gateway sends an empty one for tags that it cannot read itself.
fn is_to_another_question(response: &HttpResponse) -> bool {
    let body = response.body().bytes().unwrap_or_default();
    let start = String::from_utf8_lossy(&body[..body.len().min(64)]).trim().to_ascii_lowercase();
    let is_page = start.starts_with("<!doctype html") || start.starts_with("<html");
    response.headers().get("etag").is_some() || start.starts_with('<') && !is_page
}

impl Client {
    /// What a successful answer that cannot be read says of the server: where it is the one to
    /// another question, that the server does not know this one.
    pub fn misunderstood(&self, call: &Call, error: Error, other: bool) -> Error {
        let Some(capability) = call.needs.filter(|_| other && error.is_unreadable()) else {
            return error;
        };
        let why = format!("this server does not answer {} as S3 does", call.operation);
        self.refuses(capability, why.clone());
        // What came may be the object itself, which belongs into no message.
        Error { kind: ErrorKind::Unsupported, ..error }.detail(why)
    }
}

/// Sends a request that writes something of an object or a version of it.
macro_rules! put_on_version {
    ($client:expr, $call:expr, $object:expr, $operation:ident.$set:ident($value:expr)) => {{
        let (client, call, object) = ($client, $call, $object);
        let md5 = $crate::s3::sdk::md5_instead::Md5Instead::on(client.sdk().await?.provider);
        client
            .run(call, |sdk, bucket| {
                let request = sdk
                    .$operation()
                    .bucket(bucket)
                    .key($crate::s3::sdk::blank_key::key_for_sdk(&object.key))
                    .set_version_id(object.version_id())
                    .set_request_payer(client.access(&object.bucket).payer())
                    .$set($value.clone())
                    .customize()
                    .interceptor($crate::s3::sdk::hook::Hooked(md5))
                    .mutate_request($crate::s3::sdk::no_body::of_no_type);
                async move { request.send().await.map(drop).map_err(|error| call.failed(error)) }
            })
            .await
    }};
}

pub(super) use {ask_of_version, put_on_version};
