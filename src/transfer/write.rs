//! Writes an object, and looks at it where the answer does not say what happened.

use std::sync::atomic::{AtomicBool, Ordering};

use jiff::{SignedDuration, Timestamp};

use crate::domain::error::{Error, ErrorKind, LOOK_AT_OBJECT};
use crate::domain::likeness::Likeness;
use crate::domain::object::{ETag, ObjectAddress, ObjectHead, StoredObject};
use crate::domain::provider::Capability;
use crate::domain::transfer::Verification;
use crate::domain::units::Counted;
use crate::s3::http::body::Body;
use crate::s3::tasks::blocking;
use crate::transfer::remote::Remote;
use crate::transfer::retry::RetryPolicy;
use crate::transfer::workers::digest::md5_of;

/// Refusals of a condition with nothing in the way, after which the condition itself is what fails.
const REFUSALS: u32 = 2;

/// Last-Modified counts whole seconds.
const GRAIN: SignedDuration = SignedDuration::from_secs(1);

/// What the object is to be once it is written, as a HEAD would tell it.
#[derive(Clone, Copy)]
pub enum Expected<'a> {
    Head(&'a ObjectHead),
    /// Its digest is computed only where it is needed.
    Body(&'a Body),
}

/// One object that is to appear, by whatever request.
#[derive(Clone, Copy)]
pub struct Write<'a> {
    pub remote: &'a dyn Remote,
    pub policy: &'a RetryPolicy,
    pub to: &'a ObjectAddress,
    pub expected: Expected<'a>,
    pub may_replace: MayReplace<'a>,
    /// An object like this one that is found in its place may have come there by an earlier try.
    pub may_be_ours: bool,
}

/// What may be in the place of an object that is to be written.
#[derive(Clone, Copy)]
pub enum MayReplace<'a> {
    Nothing,
    /// What has this ETag.
    Only(&'a ETag),
    Anything,
}

impl MayReplace<'_> {
    pub fn nothing_if(absent: bool) -> MayReplace<'static> {
        if absent { MayReplace::Nothing } else { MayReplace::Anything }
    }
}

#[derive(Debug)]
pub enum Written {
    Stored(StoredObject),
    /// A try whose answer was lost wrote it: a look has just seen it.
    Found(ObjectHead, Likeness),
    /// Something else is in its place: as a look has just seen, or as the server says to keys that
    /// may not look.
    Taken,
}

impl Write<'_> {
    /// Sends until it is known what became of the object. `send` is told whether to send the
    /// condition on what is there; where the server has no such condition, has one that fails by
    /// itself, or is not known to keep to it, a look directly before stands in for it. The first
    /// try relies on the caller's look where nothing may be replaced.
    ///
    /// # Errors
    /// `NoSuchKey` where an object is to be replaced that is not there any more.
    pub async fn send<F>(&self, send: impl Fn(bool) -> F) -> Result<Written, Error>
    where
        F: Future<Output = Result<StoredObject, Error>>,
    {
        let (lost, began) = (AtomicBool::new(false), self.remote.clock());
        let looked = AtomicBool::new(!matches!(self.may_replace, MayReplace::Only(_)));
        let tries = Tries { lost: &lost, looked: &looked, began };
        let mut conditional = self.takes_conditions();
        let mut refusals = 0;
        loop {
            let attempt = || self.attempt(&send, conditional, tries);
            let error = match self.policy.send(attempt).await {
                Ok(written) => return Ok(written),
                Err(error) => error,
            };
            let refused = self.is_guarded() && error.is(&ErrorKind::PreconditionFailed);
            let unknown = conditional && error.is(&ErrorKind::Unsupported);
            if !refused && !unknown {
                return self.last_look(error, tries).await;
            }
            match self.look().await {
                Ok(found) if self.is_as_wanted(found.as_ref()) => {
                    looked.store(true, Ordering::Relaxed);
                    refusals += u32::from(refused);
                    conditional = self.after_refusal(&error, conditional, refusals)?;
                }
                Ok(Some(found)) => {
                    // Not where it was a look of our own that refused.
                    let by_server = refused && conditional && error.status.is_some();
                    if by_server && matches!(self.may_replace, MayReplace::Nothing) {
                        self.remote.learn_conditions(true);
                    }
                    return self.met(found, tries).await;
                }
                Ok(None) => return Err(gone(self.to)),
                Err(denied) if denied.is(&ErrorKind::AccessDenied) && refused => {
                    return if tries.may_be_done() {
                        Err(unseen(error))
                    } else {
                        Ok(Written::Taken)
                    };
                }
                Err(other) => return Err(other),
            }
        }
    }

    /// Whether to send the condition once more, after it was refused `refusals` times although what
    /// is there is as it should be.
    fn after_refusal(
        &self,
        error: &Error,
        conditional: bool,
        refusals: u32,
    ) -> Result<bool, Error> {
        if conditional && error.is(&ErrorKind::Unsupported) {
            return Ok(false);
        }
        // 409 says that somebody writes just now.
        let by_itself = conditional && !self.is_relied_upon() && error.status != Some(409);
        let replaces = matches!(self.may_replace, MayReplace::Only(_));
        if refusals < REFUSALS {
            if by_itself && replaces {
                self.remote.learn_otherwise_written();
            }
            return Ok(conditional);
        }
        if !by_itself {
            return Err(error.clone());
        }
        // Ceph's gateway takes no condition on what has versions.
        if !replaces {
            self.remote.learn_conditions(false);
        }
        Ok(false)
    }

    fn is_guarded(&self) -> bool {
        !matches!(self.may_replace, MayReplace::Anything)
    }

    /// Whether what a look found may be written over.
    fn is_as_wanted(&self, found: Option<&ObjectHead>) -> bool {
        match self.may_replace {
            MayReplace::Nothing => found.is_none(),
            MayReplace::Only(etag) => found.is_some_and(|found| found.etag.as_ref() == Some(etag)),
            MayReplace::Anything => true,
        }
    }

    /// As [`Likeness::of`], of what is to be written and what is there.
    pub async fn likeness(&self, found: &ObjectHead) -> Result<Likeness, Error> {
        match self.expected {
            Expected::Head(expected) => Ok(Likeness::of(expected, found)),
            Expected::Body(body) => {
                let size = Some(body.size());
                if found.size.is_some() && found.size != size {
                    return Ok(Likeness::Other);
                }
                let hashed = body.clone();
                let etag = Some(blocking(move || md5_of(&hashed)).await?);
                Ok(Likeness::of(&ObjectHead { size, etag, ..ObjectHead::default() }, found))
            }
        }
    }

    /// Looks at what was written, until it is there. `Corrupt` where it is not, or is something
    /// else. `why` says why only its length could be compared.
    pub async fn see(&self, why: &str) -> Result<Verification, Error> {
        match self.found().await? {
            Some(found) => self.verified(&found, why).await,
            None => Ok(Verification::SizeOnly(UNSEEN.to_owned())),
        }
    }

    /// What was written, once it is there; `None` where these keys may not look.
    pub async fn found(&self) -> Result<Option<ObjectHead>, Error> {
        let look = || async {
            match self.remote.head(self.to).await {
                Err(error) if error.is(&ErrorKind::NoSuchKey) => Err(missing(self.to)),
                found => found,
            }
        };
        match self.policy.send(look).await {
            Err(error) if error.is(&ErrorKind::AccessDenied) => Ok(None),
            found => found.map(Some),
        }
    }

    /// What holds of an object that is there. `Corrupt` where it is something else.
    pub async fn verified(&self, found: &ObjectHead, why: &str) -> Result<Verification, Error> {
        match self.likeness(found).await? {
            Likeness::Same(Some(digest)) => Ok(Verification::Digest(digest.to_owned())),
            Likeness::Same(None) | Likeness::Unknown => Ok(Verification::SizeOnly(why.to_owned())),
            Likeness::Other => Err(other(self.to, found, self.size())),
        }
    }

    fn size(&self) -> Option<u64> {
        match self.expected {
            Expected::Head(head) => head.size,
            Expected::Body(body) => Some(body.size()),
        }
    }

    /// Whether a condition is worth sending.
    fn takes_conditions(&self) -> bool {
        match self.may_replace {
            MayReplace::Nothing => {
                self.remote.lacks(Capability::ConditionalPut).is_none()
                    && self.remote.keeps_conditions() != Some(false)
            }
            MayReplace::Only(_) => true,
            MayReplace::Anything => false,
        }
    }

    /// Whether the condition alone keeps what may not be replaced: some servers take it and do not
    /// look at it.
    fn is_kept(&self, conditional: bool) -> bool {
        match self.may_replace {
            MayReplace::Nothing => conditional && self.remote.keeps_conditions() == Some(true),
            MayReplace::Only(_) => conditional && self.is_relied_upon(),
            MayReplace::Anything => true,
        }
    }

    /// Whether the refusals of the server's conditions are believed.
    fn is_relied_upon(&self) -> bool {
        self.remote.provider().facts().relied_upon
    }

    /// One try, after a look where an answer was lost or the condition alone does not do.
    async fn attempt<F>(
        &self,
        send: &impl Fn(bool) -> F,
        conditional: bool,
        tries: Tries<'_>,
    ) -> Result<Written, Error>
    where
        F: Future<Output = Result<StoredObject, Error>>,
    {
        let looked = tries.looked.swap(false, Ordering::Relaxed);
        if (tries.may_be_done() || !looked && !self.is_kept(conditional))
            && let Some(written) = self.look_before(conditional, tries).await?
        {
            return Ok(written);
        }
        let sent = send(conditional).await;
        sent.map(Written::Stored).inspect_err(|error| tries.learn(error))
    }

    /// What makes a try needless or forbids it; none where it is to be sent.
    async fn look_before(
        &self,
        conditional: bool,
        tries: Tries<'_>,
    ) -> Result<Option<Written>, Error> {
        let found = match self.remote.head(self.to).await {
            Ok(found) => found,
            Err(error) if error.is(&ErrorKind::NoSuchKey) => {
                return if matches!(self.may_replace, MayReplace::Only(_)) {
                    Err(error)
                } else {
                    Ok(None)
                };
            }
            // Keys that may not look have the condition alone.
            Err(error)
                if error.is(&ErrorKind::AccessDenied) && (conditional || !self.is_guarded()) =>
            {
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        if self.is_guarded() {
            return match self.is_as_wanted(Some(&found)) {
                true => Ok(None),
                false => self.met(found, tries).await.map(Some),
            };
        }
        Ok(match self.likeness(&found).await? {
            same @ Likeness::Same(_) => Some(Written::Found(found, same)),
            _ => None,
        })
    }

    /// Something else is there than may be written over.
    async fn met(&self, found: ObjectHead, tries: Tries<'_>) -> Result<Written, Error> {
        let ours = self.may_be_ours || tries.may_be_done();
        Ok(match self.likeness(&found).await? {
            same @ Likeness::Same(_) if ours => Written::Found(found, same),
            Likeness::Unknown if tries.may_be_done() && tries.made(&found) => {
                Written::Found(found, Likeness::Unknown)
            }
            _ => Written::Taken,
        })
    }

    /// Nothing more is sent: what a try may have done is looked for once. An upload that is gone
    /// may be one that was completed.
    async fn last_look(&self, error: Error, tries: Tries<'_>) -> Result<Written, Error> {
        let completed = error.is(&ErrorKind::NoSuchUpload) && self.may_be_ours;
        if !tries.may_be_done() && !completed {
            return Err(error);
        }
        let policy = self.policy.clone().impatient();
        let found = match policy.send(|| self.remote.head(self.to)).await {
            Ok(found) => found,
            Err(look) if look.is(&ErrorKind::NoSuchKey) => return Err(error),
            Err(_) => return Err(unseen(error)),
        };
        if self.is_guarded() && self.is_as_wanted(Some(&found)) {
            return Err(error);
        }
        match self.likeness(&found).await? {
            same @ Likeness::Same(_) => Ok(Written::Found(found, same)),
            Likeness::Unknown if tries.made(&found) => Ok(Written::Found(found, Likeness::Unknown)),
            _ => Err(error),
        }
    }

    async fn look(&self) -> Result<Option<ObjectHead>, Error> {
        match self.policy.send(|| self.remote.head(self.to)).await {
            Ok(head) => Ok(Some(head)),
            Err(error) if error.is(&ErrorKind::NoSuchKey) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// What the tries so far may have done.
#[derive(Clone, Copy)]
struct Tries<'a> {
    lost: &'a AtomicBool,
    /// Nothing was sent since somebody looked at what is there.
    looked: &'a AtomicBool,
    /// By the server's clock.
    began: Option<Timestamp>,
}

impl Tries<'_> {
    fn learn(&self, error: &Error) {
        if is_unsaid(error) {
            self.lost.store(true, Ordering::Relaxed);
        }
    }

    fn may_be_done(&self) -> bool {
        self.lost.load(Ordering::Relaxed)
    }

    /// Whether an object was made since they began.
    fn made(&self, found: &ObjectHead) -> bool {
        let made = self.began.zip(found.modified);
        made.is_some_and(|(began, made)| began.checked_sub(GRAIN).is_ok_and(|from| made >= from))
    }
}

/// Whether the request may have been done although its answer says otherwise, or nothing that S3
/// says.
pub fn is_unsaid(error: &Error) -> bool {
    use ErrorKind::{Corrupt, Interrupted, NotS3, ServerFault, TimedOut, Unreachable};
    match error.status {
        None => matches!(error.kind, Interrupted | TimedOut | Unreachable | ServerFault | NotS3),
        Some(200..=299) => !error.is(&Corrupt),
        Some(status) => status >= 500 && error.is(&ServerFault),
    }
}

pub fn head_of(size: u64, etag: Option<ETag>) -> ObjectHead {
    ObjectHead { size: Some(size), etag, ..ObjectHead::default() }
}

fn unseen(error: Error) -> Error {
    let after = match error.detail.as_str() {
        "" => String::new(),
        detail => format!(": {detail}"),
    };
    error.detail(format!(
        "an answer was lost, so the object may be stored, and it cannot be looked at{after}"
    ))
}

/// What holds of an object that nobody may look at.
pub const UNSEEN: &str = "the server says that it is stored; these keys may not look at it";

fn gone(object: &ObjectAddress) -> Error {
    Error::new(ErrorKind::NoSuchKey, LOOK_AT_OBJECT, object.to_string())
}

/// How the detail begins where nothing is seen of what was written.
pub const NOT_THERE: &str = "the server reported success, but the object is not there";

fn missing(object: &ObjectAddress) -> Error {
    Error::new(ErrorKind::Corrupt, LOOK_AT_OBJECT, object.to_string()).detail(NOT_THERE)
}

/// Whether a look shows that what was said to be stored is not there: nothing is, or what was
/// there before.
pub fn is_missing(error: &Error) -> bool {
    error.is(&ErrorKind::Corrupt) && error.operation == LOOK_AT_OBJECT
}

fn other(object: &ObjectAddress, found: &ObjectHead, sent: Option<u64>) -> Error {
    let error = Error::new(ErrorKind::Corrupt, LOOK_AT_OBJECT, object.to_string());
    match (found.size, sent) {
        (Some(stored), Some(sent)) if stored != sent => {
            error.detail(format!("it has {}, {sent} were sent", Counted(stored, "byte")))
        }
        _ => {
            let etag = found.etag.as_ref().map(ETag::to_string).unwrap_or_default();
            error.detail(format!("it has other bytes than were sent: its ETag is {etag}"))
        }
    }
}
