//! Reads and answers the encryption, locks and archives of objects.

use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};
use s3s::dto::{
    GetObjectLegalHoldInput, GetObjectLegalHoldOutput, GetObjectRetentionInput,
    GetObjectRetentionOutput, ObjectLockLegalHold, ObjectLockLegalHoldStatus, ObjectLockRetention,
    ObjectLockRetentionMode, PutObjectLegalHoldInput, PutObjectLegalHoldOutput,
    PutObjectRetentionInput, PutObjectRetentionOutput, RestoreObjectInput, RestoreObjectOutput,
    Timestamp, TimestampFormat,
};
use s3s::{S3Request, S3Result, s3_error};

use crate::demo::answers::context::{Context, refused};
use crate::demo::answers::found::{Found, find};
use crate::demo::answers::tags::change;
use crate::demo::store::guard::{Guard, Restoring, is_archive};
use crate::demo::store::now;
use crate::domain::protection::as_http_date;

/// How a request wants an object guarded.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    pub method: Option<String>,
    pub key_id: Option<String>,
    pub customer: CustomerKey,
    pub mode: Option<String>,
    pub until: Option<Timestamp>,
    pub held: Option<bool>,
}

/// The headers of SSE-C.
#[derive(Clone, Debug, Default)]
pub struct CustomerKey {
    pub algorithm: Option<String>,
    pub key: Option<String>,
    pub md5: Option<String>,
}

/// What any request says of SSE-C that has a place for it.
macro_rules! customer_key {
    ($input:expr) => {
        $crate::demo::answers::guards::CustomerKey {
            algorithm: $input.sse_customer_algorithm.clone(),
            key: $input.sse_customer_key.clone(),
            md5: $input.sse_customer_key_md5.clone(),
        }
    };
}

/// How any input that makes an object wants it guarded.
macro_rules! asked_guard {
    ($input:expr) => {
        $crate::demo::answers::guards::Asked {
            method: $input.server_side_encryption.as_ref().map(|sse| sse.as_str().to_owned()),
            key_id: $input.ssekms_key_id.clone(),
            customer: $crate::demo::answers::guards::customer_key!($input),
            mode: $input.object_lock_mode.as_ref().map(|mode| mode.as_str().to_owned()),
            until: $input.object_lock_retain_until_date.clone(),
            held: $input.object_lock_legal_hold_status.as_ref().map(|hold| hold.as_str() == "ON"),
        }
    };
}

/// Says in an output how an object is encrypted.
macro_rules! tell_encryption {
    ($output:expr, $guard:expr) => {
        if let Some((method, key_id)) = &$guard.encryption {
            $output.server_side_encryption = Some(method.clone().into());
            $output.ssekms_key_id = key_id.clone();
        }
        if let Some(md5) = &$guard.customer_key {
            $output.sse_customer_algorithm = Some("AES256".to_owned());
            $output.sse_customer_key_md5 = Some(md5.clone());
        }
    };
}

/// Says in the output of HEAD or GET all that guards an object.
macro_rules! tell_guard {
    ($output:expr, $guard:expr) => {
        $crate::demo::answers::guards::tell_encryption!($output, $guard);
        if let Some((mode, until)) = &$guard.retention {
            $output.object_lock_mode = Some(mode.clone().into());
            $output.object_lock_retain_until_date = Some((*until).into());
        }
        if $guard.held {
            $output.object_lock_legal_hold_status = Some("ON".to_owned().into());
        }
        $output.restore = $crate::demo::answers::guards::restore_header(&$guard);
    };
}

pub(crate) use {asked_guard, customer_key, tell_encryption, tell_guard};

impl Asked {
    /// Checked; a bucket without object lock takes no locks.
    pub fn guard(&self, cx: &Context, bucket: &str) -> S3Result<Guard> {
        let locks = self.mode.is_some() || self.until.is_some() || self.held.is_some();
        if locks {
            cx.not_in_r2("Header 'x-amz-object-lock-mode' with value")?;
            check_lockable(cx, bucket)?;
        }
        if self.method.is_some() && self.customer.algorithm.is_some() {
            let message = "Server Side Encryption with Customer provided key is incompatible with \
                           the encryption method specified";
            return Err(s3_error!(InvalidArgument, "{message}"));
        }
        let retention = match (&self.mode, &self.until) {
            (Some(mode), Some(until)) => Some(checked_retention(mode, until)?),
            (None, None) => None,
            _ => {
                let message = "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must \
                               both be supplied";
                return Err(s3_error!(InvalidArgument, "{message}"));
            }
        };
        Ok(Guard {
            encryption: self.encryption(cx)?,
            customer_key: self.customer.checked()?,
            retention,
            held: self.held == Some(true),
            restore: None,
        })
    }

    fn encryption(&self, cx: &Context) -> S3Result<Option<(String, Option<String>)>> {
        let Some(method) = &self.method else { return Ok(None) };
        match method.as_str() {
            "AES256" => Ok(Some((method.clone(), None))),
            "aws:kms" | "aws:kms:dsse" => {
                cx.not_in_r2("Header 'x-amz-server-side-encryption' with value 'aws:kms'")?;
                let usual = || "alias/aws/s3".to_owned();
                Ok(Some((method.clone(), Some(self.key_id.clone().unwrap_or_else(usual)))))
            }
            _ => {
                let message = "The encryption method specified is not supported";
                Err(refused(400, "InvalidEncryptionAlgorithmError", message))
            }
        }
    }
}

impl CustomerKey {
    /// The MD5 of a key that fits its headers.
    fn checked(&self) -> S3Result<Option<String>> {
        let (Some(algorithm), Some(key)) = (&self.algorithm, &self.key) else { return Ok(None) };
        let raw = STANDARD.decode(key).unwrap_or_default();
        if algorithm != "AES256" || raw.len() != 32 {
            let message = "The secret key was invalid for the specified algorithm.";
            return Err(s3_error!(InvalidArgument, "{message}"));
        }
        let md5 = STANDARD.encode(Md5::digest(&raw));
        if self.md5.as_ref() != Some(&md5) {
            let message = "The calculated MD5 hash of the key did not match the hash that was \
                           provided.";
            return Err(s3_error!(InvalidArgument, "{message}"));
        }
        Ok(Some(md5))
    }

    /// Refuses an object that is encrypted with another key, or with none.
    pub fn check(&self, found: &Found) -> S3Result<()> {
        match (&found.object.guard.customer_key, self.checked()?) {
            (None, None) => Ok(()),
            (Some(own), Some(given)) if *own == given => Ok(()),
            (Some(_), Some(_)) => Err(s3_error!(AccessDenied, "Access Denied")),
            (Some(_), None) => {
                let message = "The object was stored using a form of Server Side Encryption. The \
                               correct parameters must be provided to retrieve the object.";
                Err(s3_error!(InvalidRequest, "{message}"))
            }
            (None, Some(_)) => {
                let message = "The encryption parameters are not applicable to this object.";
                Err(s3_error!(InvalidRequest, "{message}"))
            }
        }
    }
}

fn check_lockable(cx: &Context, bucket: &str) -> S3Result<()> {
    cx.in_bucket(bucket, |bucket, _| match bucket.keeps_locks() {
        true => Ok(()),
        false => Err(s3_error!(InvalidRequest, "Bucket is missing Object Lock Configuration")),
    })
}

fn checked_retention(mode: &str, until: &Timestamp) -> S3Result<(String, SystemTime)> {
    let until = system_time(until).filter(|until| *until > now());
    let Some(until) = until else {
        return Err(s3_error!(InvalidArgument, "The retain until date must be in the future!"));
    };
    Ok((mode.to_owned(), until))
}

fn system_time(time: &Timestamp) -> Option<SystemTime> {
    let mut text = Vec::new();
    time.format(TimestampFormat::DateTime, &mut text).ok()?;
    let time: jiff::Timestamp = std::str::from_utf8(&text).ok()?.parse().ok()?;
    Some(time.into())
}

/// `x-amz-restore` of an object that was asked for.
pub fn restore_header(guard: &Guard) -> Option<String> {
    let restore = guard.restore?;
    if restore.is_running(now()) {
        return Some("ongoing-request=\"true\"".to_owned());
    }
    let until = jiff::Timestamp::try_from(restore.until).ok()?;
    let until = as_http_date(until);
    restore
        .is_readable(now())
        .then(|| format!("ongoing-request=\"false\", expiry-date=\"{until}\""))
}

/// Archived objects must be restored before they are read.
pub fn check_restored(found: &Found) -> S3Result<()> {
    let object = &found.object;
    match object.guard.is_archived(object.storage_class.as_deref(), now()) {
        false => Ok(()),
        true => Err(s3_error!(
            InvalidObjectState,
            "The operation is not valid for the object's storage class"
        )),
    }
}

pub async fn restore(
    cx: &Context,
    request: S3Request<RestoreObjectInput>,
) -> S3Result<RestoreObjectOutput> {
    cx.not_in_r2("RestoreObject")?;
    let input = request.input;
    let id = input.version_id.as_deref();
    let found = find(cx, &input.bucket, &input.key, id)?;
    if !is_archive(found.object.storage_class.as_deref()) {
        let message = "Restore is not allowed for the object's current storage class";
        return Err(s3_error!(InvalidObjectState, "{message}"));
    }
    if found.object.guard.restore.is_some_and(|restore| restore.is_running(now())) {
        return Err(refused(
            409,
            "RestoreAlreadyInProgress",
            "Object restore is already in progress",
        ));
    }
    let wanted = input.restore_request;
    let days = wanted.as_ref().and_then(|wanted| wanted.days).unwrap_or(0);
    let Some(days) = u32::try_from(days).ok().filter(|days| *days > 0) else {
        return Err(s3_error!(
            MalformedXML,
            "The XML you provided was not well-formed or did not validate against our published \
             schema"
        ));
    };
    let tier = wanted.as_ref().and_then(|wanted| wanted.glacier_job_parameters.as_ref());
    let tier = tier.map_or_else(|| "Standard".to_owned(), |job| job.tier.as_str().to_owned());
    let deep = found.object.storage_class.as_deref() == Some("DEEP_ARCHIVE");
    if deep && tier == "Expedited" {
        let message = "Retrieval option is not supported by this storage class";
        return Err(s3_error!(InvalidArgument, "{message}"));
    }
    let restored = Restoring::of(now(), takes(&tier), days);
    change(cx, &input.bucket, &input.key, id, |object| object.guard.restore = Some(restored))?;
    Ok(RestoreObjectOutput::default())
}

/// Hours and minutes at AWS are seconds here.
fn takes(tier: &str) -> Duration {
    Duration::from_secs(match tier {
        "Expedited" => 1,
        "Bulk" => 12,
        _ => 5,
    })
}

pub async fn get_retention(
    cx: &Context,
    request: S3Request<GetObjectRetentionInput>,
) -> S3Result<GetObjectRetentionOutput> {
    cx.not_in_r2("GetObjectRetention")?;
    let input = request.input;
    check_lockable(cx, &input.bucket)?;
    let found = find(cx, &input.bucket, &input.key, input.version_id.as_deref())?;
    let Some((mode, until)) = found.object.guard.retention.clone() else {
        return Err(no_lock());
    };
    let retention = ObjectLockRetention {
        mode: Some(ObjectLockRetentionMode::from(mode)),
        retain_until_date: Some(until.into()),
    };
    Ok(GetObjectRetentionOutput { retention: Some(retention) })
}

fn no_lock() -> s3s::S3Error {
    refused(
        404,
        "NoSuchObjectLockConfiguration",
        "The specified object does not have a ObjectLock configuration",
    )
}

pub async fn put_retention(
    cx: &Context,
    request: S3Request<PutObjectRetentionInput>,
) -> S3Result<PutObjectRetentionOutput> {
    cx.not_in_r2("PutObjectRetention")?;
    let input = request.input;
    check_lockable(cx, &input.bucket)?;
    let id = input.version_id.as_deref();
    let given = input.retention;
    let wanted = given.and_then(|given| given.mode.zip(given.retain_until_date));
    let wanted = match &wanted {
        Some((mode, until)) => Some(checked_retention(mode.as_str(), until)?),
        None => None,
    };
    let found = find(cx, &input.bucket, &input.key, id)?;
    let guard = Guard { held: false, ..found.object.guard.clone() };
    let longer = match (&guard.retention, &wanted) {
        (Some((own, until)), Some((mode, wanted))) => own == mode && wanted >= until,
        (Some(_), None) => false,
        (None, _) => true,
    };
    if !longer && guard.is_locked(now(), input.bypass_governance_retention == Some(true)) {
        return Err(locked());
    }
    change(cx, &input.bucket, &input.key, id, |object| object.guard.retention = wanted)?;
    Ok(PutObjectRetentionOutput::default())
}

pub async fn get_hold(
    cx: &Context,
    request: S3Request<GetObjectLegalHoldInput>,
) -> S3Result<GetObjectLegalHoldOutput> {
    cx.not_in_r2("GetObjectLegalHold")?;
    let input = request.input;
    check_lockable(cx, &input.bucket)?;
    let found = find(cx, &input.bucket, &input.key, input.version_id.as_deref())?;
    if !found.object.guard.held {
        return Err(no_lock());
    }
    let status = Some(ObjectLockLegalHoldStatus::from_static(ObjectLockLegalHoldStatus::ON));
    Ok(GetObjectLegalHoldOutput { legal_hold: Some(ObjectLockLegalHold { status }) })
}

pub async fn put_hold(
    cx: &Context,
    request: S3Request<PutObjectLegalHoldInput>,
) -> S3Result<PutObjectLegalHoldOutput> {
    cx.not_in_r2("PutObjectLegalHold")?;
    let input = request.input;
    check_lockable(cx, &input.bucket)?;
    let status = input.legal_hold.and_then(|hold| hold.status);
    let held = status.is_some_and(|status| status.as_str() == ObjectLockLegalHoldStatus::ON);
    let id = input.version_id.as_deref();
    change(cx, &input.bucket, &input.key, id, |object| object.guard.held = held)?;
    Ok(PutObjectLegalHoldOutput::default())
}

pub fn locked() -> s3s::S3Error {
    s3_error!(AccessDenied, "Access Denied because object protected by object lock.")
}
