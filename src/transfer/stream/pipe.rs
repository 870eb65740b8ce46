//! Keeps what the requests of one piped object share: storage, retry policy, progress.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::domain::asked_attributes::AskedAttributes;
use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::{ObjectAddress, ObjectHead, ObjectHeaders, PutOptions, StoredObject};
use crate::s3::http::body::Body;
use crate::transfer::connection_health::ConnectionHealth;
use crate::transfer::limits::Patience;
use crate::transfer::limits::rate::RateLimiter;
use crate::transfer::limits::slots::{LaneLimits, Slots};
use crate::transfer::remote::Remote;
use crate::transfer::retry::RetryPolicy;
use crate::transfer::sending::{BodyRoute, send_on};
use crate::transfer::task::BytesMoved;
use crate::transfer::write::{Expected, MayReplace, Write};

/// Requests of one object under way at once.
pub const AT_ONCE: usize = 4;

/// Clones speak of the same object.
#[derive(Clone)]
pub struct Pipe {
    pub remote: Arc<dyn Remote>,
    pub object: ObjectAddress,
    pub policy: RetryPolicy,
    pub moved: Arc<BytesMoved>,
}

impl Pipe {
    pub fn new(
        remote: Arc<dyn Remote>,
        object: ObjectAddress,
        patience: Patience,
        rate: RateLimiter,
    ) -> Pipe {
        let slots = Slots::new(AT_ONCE, LaneLimits { small: AT_ONCE, parts: AT_ONCE });
        let health = ConnectionHealth::new(slots, Some(Arc::clone(&remote)));
        let health = Arc::new(health);
        Pipe {
            remote,
            object,
            policy: RetryPolicy::new(health, rate, patience),
            moved: Arc::default(),
        }
    }

    pub fn place(&self) -> String {
        self.object.to_string()
    }

    pub fn fails(&self, kind: ErrorKind, operation: &str) -> Error {
        Error::new(kind, operation, self.place())
    }

    pub fn way<'a>(&'a self, place: &'a str) -> BodyRoute<'a> {
        BodyRoute { remote: &self.remote, policy: &self.policy, moved: &self.moved, place }
    }

    /// The same for taking back what was begun, also after everything else was stopped.
    pub fn cleaning(&self) -> Pipe {
        let mut policy = self.policy.clone().impatient();
        policy.stop = CancellationToken::new();
        Pipe { policy, ..self.clone() }
    }

    /// The object as it is to appear.
    pub fn write<'a>(&'a self, expected: Expected<'a>, may_replace: MayReplace<'a>) -> Write<'a> {
        let (remote, policy, to) = (&*self.remote, &self.policy, &self.object);
        Write { remote, policy, to, expected, may_replace, may_be_ours: true }
    }

    /// Sends it once, within the slot that the write has: one more would be waited for in vain
    /// where only one is left.
    pub async fn put(&self, body: &Body, options: &PutOptions) -> Result<StoredObject, Error> {
        let place = self.place();
        let send = |remote: Arc<dyn Remote>| async move {
            remote.put(&self.object, body.clone(), options).await
        };
        send_on(self.way(&place), body.size(), send).await
    }

    /// What a server dropped of what was asked for is put.
    ///
    /// # Errors
    /// `Loss` where it cannot be.
    pub async fn put_right(&self, options: &PutOptions) -> Result<(), Error> {
        // The type may be a guess.
        let headers = ObjectHeaders { content_type: None, ..options.headers.clone() };
        let asked = AskedAttributes::of(options).named(&headers, options.storage_class.as_ref());
        self.policy.send(|| self.remote.put_right(&self.object, &asked)).await.map(drop)
    }

    /// # Errors
    /// `PreconditionFailed` where something is there.
    pub async fn expect_absent(&self) -> Result<(), Error> {
        match self.find().await {
            Ok(None) => Ok(()),
            Ok(Some(_)) => Err(self.exists()),
            // Who may not list may not know that nothing is there: the request itself finds out.
            Err(error)
                if error.is(&ErrorKind::AccessDenied)
                    && self.remote.keeps_conditions() != Some(false) =>
            {
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    pub fn exists(&self) -> Error {
        self.fails(ErrorKind::PreconditionFailed, "store the object")
            .detail("an object of this name exists")
    }

    /// The object that is there; none where there is none.
    pub async fn find(&self) -> Result<Option<ObjectHead>, Error> {
        match self.policy.send(|| self.remote.head(&self.object)).await {
            Ok(head) => Ok(Some(head)),
            Err(error) if error.is(&ErrorKind::NoSuchKey) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
