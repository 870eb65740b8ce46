//! Reads and writes what belongs to one version of an object.

/// Sends a request about an object or a version of it, and gives the answer.
macro_rules! ask_of_version {
    ($client:expr, $call:expr, $object:expr, $operation:ident) => {{
        let (client, call, object) = ($client, $call, $object);
        client
            .run(call, |sdk, bucket| {
                let request = sdk
                    .$operation()
                    .bucket(bucket)
                    .key($crate::s3::sdk::blank_key::key_for_sdk(&object.key))
                    .set_version_id(object.version_id())
                    .set_request_payer(client.access(&object.bucket).payer());
                async move { request.send().await.map_err(|error| call.failed(error)) }
            })
            .await
    }};
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
