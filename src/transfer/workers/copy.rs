//! Copies one object: on the server within a connection, else through this machine.

use crate::domain::error::{Error, ErrorKind};
use crate::domain::likeness::Likeness;
use crate::domain::object::{
    ByteRange, CopyOptions, ETag, ObjectAddress, ObjectHead, PutOptions, UploadedPart,
};
use crate::domain::overlap::{may_be_one, overlap};
use crate::domain::parts::{MIB, part_size_at_least};
use crate::domain::provider::{Capability, Provider};
use crate::domain::transfer::{OnConflict, Target, Verification};
use crate::transfer::fact::{Multipart, Partial};
use crate::transfer::remote::{CopyPart, same_bucket};
use crate::transfer::task::{Moving, Task};
use crate::transfer::workers::destination::{Destination, Version, decide, find, resumed, taken};
use crate::transfer::workers::finish::{MoveCompletion, WorkerEnd};
use crate::transfer::workers::kept::{asks_for_more, copied as copied_as, kept};
use crate::transfer::workers::losses::note_lacking;
use crate::transfer::workers::moving::{Left, left};
use crate::transfer::workers::multipart::{
    BodySource, Complete, SendPart, completed_before, discard, named, open, reconcile, record_part,
    run_parts,
};
use crate::transfer::workers::relay::{Relay, is_relayed, own_part_size, recompressed, stamp};
use crate::transfer::workers::sums::{by_etag, compared, verified};
use crate::transfer::workers::take_back::taken_back;
use crate::transfer::write::{Expected, MayReplace, UNSEEN, Write, Written};

/// The server moves the bytes, so parts may be large.
const COPY_PART_BYTES: u64 = 256 * MIB;

const SAME_SIZE: &str = "the copy's ETag cannot be compared with its source's";

/// Said once for a job, whose objects after that are not asked of the server any more.
const RELAYED: &str = "copied through this machine: the server does not copy it itself";

/// A source that changes, or bytes that are not what they should be, start the copy over, once for
/// each.
pub async fn copy(
    task: &Task,
    from: ObjectAddress,
    to: ObjectAddress,
    partial: Option<Partial>,
) -> Result<WorkerEnd, Error> {
    refuse_itself(task, &from, &to)?;
    task.copies(&from);
    let mut multipart = match partial {
        Some(Partial::Multipart(multipart)) => Some(multipart),
        Some(Partial::Copied(copied)) => match left(task, &from, copied).await? {
            Left::Nothing(done) => return Ok(WorkerEnd::Moved(done)),
            Left::Source { done, to, head, whole } => {
                let completion =
                    MoveCompletion { ready: WorkerEnd::Moved(done), from, to, head, whole };
                return Ok(WorkerEnd::Move(Box::new(completion)));
            }
            Left::Changed => {
                task.note("started over: the source is another one by now");
                task.closed().await?;
                None
            }
        },
        Some(Partial::File(_)) | None => None,
    };
    let mut restarts: Vec<Error> = Vec::new();
    loop {
        let one = Copy { task, from: from.clone() };
        let attempt = one.attempt(to.clone(), multipart.take()).await;
        let corrupt = restarts.iter().find(|error| error.is(&ErrorKind::Corrupt));
        // What is in the way is the bad copy itself.
        if let Some(corrupt) = corrupt.filter(|_| is_in_the_way(&attempt)) {
            return Err(corrupt.clone());
        }
        let error = match attempt {
            Err(error) if error.is(&ErrorKind::SourceChanged) => error,
            Err(error) if error.is(&ErrorKind::Corrupt) => taken_back(task, error).await,
            other => return other,
        };
        if restarts.iter().any(|before| before.kind == error.kind) {
            return Err(error);
        }
        task.note(format!("started over: {}", error.in_a_line()));
        task.moved.restart_at(0);
        restarts.push(error);
    }
}

/// Whether something was left as it is because it was there already.
fn is_in_the_way(attempt: &Result<WorkerEnd, Error>) -> bool {
    match attempt {
        Ok(end) => matches!(end, WorkerEnd::Moved(Moving::Skipped)),
        Err(error) => error.is(&ErrorKind::PreconditionFailed),
    }
}

fn refuse_itself(task: &Task, from: &ObjectAddress, to: &ObjectAddress) -> Result<(), Error> {
    let (source, remote) = (&*task.source, &*task.remote);
    let one_bucket = match task.elsewhere {
        true => same_bucket((source, &from.bucket), (remote, &to.bucket)),
        false => from.bucket == to.bucket,
    };
    if !one_bucket {
        return Ok(());
    }
    let moving = task.spec.work.moves();
    let (key, version) = (from.key.clone(), from.version.clone());
    let source = match version {
        Some(version) => Target::Version(key, version),
        None => Target::Object(key),
    };
    overlap(&source, &Target::Object(to.key.clone()), moving).map_or(Ok(()), |why| {
        let verb = if moving { "move" } else { "copy" };
        Err(Error::new(ErrorKind::InvalidRequest, verb, from.to_string()).detail(why))
    })
}

/// The copy of one object. What it asks for, where the server copies it whole: the source's HEAD,
/// for what it is and what it is compared with; the destination's, for a conflict; the copy, which
/// fails where the source is another one by then. A move asks for two more: the source's HEAD
/// again, for nobody deletes on a condition everywhere, and its deletion. The copy itself is looked
/// at only where its ETag is not the source's. The ACL of the source, which no server copies, is
/// asked for where the server has any.
struct Copy<'a> {
    task: &'a Task,
    from: ObjectAddress,
}

/// How the bytes came, or come, to the destination.
enum By {
    /// The server copies the object in one piece, with all that belongs to it.
    ServerAtOnce(WorkerEnd),
    /// In parts, or through this machine: what belongs to it is set anew.
    Parts(WorkerEnd),
}

/// Where a copy goes, once that is decided.
struct CopyTarget {
    to: ObjectAddress,
    only_if_absent: bool,
    /// The destination was not looked at: the server's copy does that.
    unseen: bool,
}

impl Copy<'_> {
    async fn attempt(
        self,
        to: ObjectAddress,
        partial: Option<Multipart>,
    ) -> Result<WorkerEnd, Error> {
        let task = self.task;
        let head = task.source_policy.send(|| task.source.head(&self.from)).await?;
        if task.spec.work.moves() && self.may_be_one_with(&to) {
            self.refuse_alias(&head, &to).await?;
        }
        if let Some(size) = head.size {
            task.moved.expect(size);
        } else if task.elsewhere {
            return Err(recompressed(&self.from));
        }
        if task.again || partial.is_some() {
            let whole = self.is_copied_whole(&head) && !task.elsewhere;
            asks_for_more(task, &self.from, &head, whole).await?;
        }
        if let Some(partial) = named(task, partial).await? {
            let object = partial.object.clone();
            if let Some(ready) = self.go_on(&head, partial).await? {
                return Ok(self.ended(By::Parts(ready), head, object));
            }
        }
        if self.copy_looks_itself(&head) {
            let way = CopyTarget { to: to.clone(), only_if_absent: true, unseen: true };
            if let Some(by) = self.fresh(&head, &way).await? {
                return Ok(self.ended(by, head, to));
            }
        }
        self.after_a_look(to, head).await
    }

    async fn after_a_look(self, to: ObjectAddress, head: ObjectHead) -> Result<WorkerEnd, Error> {
        let same = |found: &ObjectHead| Likeness::of(&head, found).is_same();
        let way = match decide(self.task, to.clone(), Version::of(&head), same).await? {
            (Destination::Skip, true) => {
                let done = WorkerEnd::Moved(copied(&head));
                let by = match self.is_copied_whole(&head) && !self.task.elsewhere {
                    true => By::ServerAtOnce(done),
                    false => By::Parts(done),
                };
                return Ok(self.ended(by, head, to));
            }
            (Destination::Skip, false) => return Ok(WorkerEnd::Moved(Moving::Skipped)),
            (Destination::Write { object, only_if_absent }, _) => {
                CopyTarget { to: object, only_if_absent, unseen: false }
            }
        };
        let by = match self.fresh(&head, &way).await? {
            Some(by) => by,
            None => By::Parts(self.relay(&head, &way).await?),
        };
        Ok(self.ended(by, head, way.to))
    }

    /// Whether the one request that copies it looks for something in its place before: as
    /// [`Client::copy`](crate::s3::client::Client::copy) does where the server has no condition for
    /// it.
    fn copy_looks_itself(&self, head: &ObjectHead) -> bool {
        let (task, remote) = (self.task, &self.task.remote);
        let asked_for = matches!(task.spec.on_conflict, OnConflict::Fail | OnConflict::Skip);
        asked_for
            && !task.again
            && !task.elsewhere
            && remote.provider() != Provider::Aws
            && remote.lacks(Capability::ConditionalPut).is_none()
            && remote.keeps_conditions() != Some(false)
            && self.is_copied_whole(head)
    }

    /// Whether the server copies the object by one request, if it copies objects at all.
    fn is_copied_whole(&self, head: &ObjectHead) -> bool {
        let remote = &self.task.remote;
        let most = self.task.tuning.most_copied_whole(remote.provider());
        // Who copies no parts may copy large objects whole.
        head.size.unwrap_or_default() <= most || remote.lacks(Capability::CopyPart).is_some()
    }

    /// A copy is done when its bytes are there, a move when its source is gone.
    fn ended(self, by: By, head: ObjectHead, to: ObjectAddress) -> WorkerEnd {
        let (ready, whole) = match by {
            By::ServerAtOnce(ready) => (ready, true),
            By::Parts(ready) => (ready, false),
        };
        if !self.task.spec.work.moves() {
            return ready;
        }
        WorkerEnd::Move(Box::new(MoveCompletion { ready, from: self.from, to, head, whole }))
    }

    /// Two connections may lead to one bucket by two names, and on some servers two keys lead to
    /// one object that differ in Unicode form or case alone: what looks like the same object in
    /// every respect is taken for it.
    fn may_be_one_with(&self, to: &ObjectAddress) -> bool {
        let (_, from) = self.task.source.locate(&self.from.bucket);
        let (_, name) = self.task.remote.locate(&to.bucket);
        let folds = !self.task.remote.provider().facts().relied_upon;
        from == name && may_be_one(&self.from.key, &to.key, folds)
    }

    async fn refuse_alias(&self, head: &ObjectHead, to: &ObjectAddress) -> Result<(), Error> {
        // rclone has another time for each way to write a name.
        let untimed = self.from.key != to.key && !self.task.remote.provider().facts().relied_upon;
        let same = |found: &ObjectHead| {
            let timed = untimed || found.modified == head.modified;
            found.size == head.size && found.etag == head.etag && timed
        };
        match find(self.task, to).await? {
            Some(found) if same(&found) => {
                Err(Error::new(ErrorKind::InvalidRequest, "move", self.from.to_string())
                    .detail("source and destination look like the same object"))
            }
            _ => Ok(()),
        }
    }

    /// Goes on with what an earlier run left; none where it cannot, and then nothing of it is left.
    async fn go_on(
        &self,
        head: &ObjectHead,
        partial: Multipart,
    ) -> Result<Option<WorkerEnd>, Error> {
        let task = self.task;
        let relayed = is_relayed(&partial);
        let expected = if relayed { stamp(head) } else { source_of(head) };
        if partial.source == expected {
            if let Some(done) = self.go_on_with(head, &partial, relayed).await? {
                return Ok(Some(done));
            }
            if let Some(done) = completed_before(task, &partial).await? {
                return Ok(Some(WorkerEnd::Moved(done)));
            }
        }
        task.note("started over: the source or the unfinished copy is not what it was");
        discard(task, &partial).await?;
        Ok(None)
    }

    async fn go_on_with(
        &self,
        head: &ObjectHead,
        partial: &Multipart,
        relayed: bool,
    ) -> Result<Option<WorkerEnd>, Error> {
        let task = self.task;
        let Some(found) = reconcile(task, partial).await? else { return Ok(None) };
        let kept = found.multipart;
        let Some(absent) = resumed(task, &kept.object, Version::of(head)).await? else {
            discard(task, &kept).await?;
            return Ok(Some(WorkerEnd::Moved(Moving::Skipped)));
        };
        if relayed {
            let relay = Relay { task, from: &self.from, head };
            return relay.parts(kept, absent).await.map(Some);
        }
        copy_parts(task, self.from.clone(), head, kept, absent).await.map(Some)
    }

    /// Copies on the server; `None` where it does not copy this, which then goes through this
    /// machine.
    async fn fresh(&self, head: &ObjectHead, way: &CopyTarget) -> Result<Option<By>, Error> {
        let task = self.task;
        if task.elsewhere || task.was_said(RELAYED) {
            return Ok(None);
        }
        let on_server = match task.remote.lacks(Capability::CopyObject) {
            Some(why) => {
                Err(Error::new(ErrorKind::Unsupported, "copy", way.to.to_string()).detail(why))
            }
            None => self.on_server(head, way).await,
        };
        match on_server {
            Err(error) if not_offered(&error) => {
                task.note_once(RELAYED);
                Ok(None)
            }
            // It is the source that cannot be read.
            Err(error) if error.is_archived() => {
                Err(Error { place: self.from.to_string(), ..error })
            }
            // A PUT can ask the server to look, a copy cannot.
            Err(error) if way.only_if_absent && is_unseen(&error, &way.to) => Ok(None),
            other => other.map(Some),
        }
    }

    async fn relay(&self, head: &ObjectHead, way: &CopyTarget) -> Result<WorkerEnd, Error> {
        let options = kept(self.task, &self.from, head).await?;
        let relay = Relay { task: self.task, from: &self.from, head };
        relay.run(&way.to, options, way.only_if_absent).await
    }

    async fn on_server(&self, head: &ObjectHead, way: &CopyTarget) -> Result<By, Error> {
        let (task, from) = (self.task, &self.from);
        if self.is_copied_whole(head) {
            return whole(task, from, way, head).await.map(By::ServerAtOnce);
        }
        let size = head.size.unwrap_or_default();
        let most = task.tuning.most_copied_whole(task.remote.provider());
        let limits = task.remote.provider().facts().parts;
        // An ETag of parts speaks for a copy that is made of the same ones.
        let own = task.spec.work.moves().then(|| own_part_size(head, &limits)).flatten();
        let part_size = own
            .or_else(|| part_size_at_least(size, COPY_PART_BYTES.min(most), &limits))
            .ok_or_else(|| Error::new(ErrorKind::TooLarge, "copy", from.to_string()))?;
        let options = kept(task, from, head).await?;
        let form = (size, part_size);
        let multipart = open(task, &way.to, options, form, source_of(head)).await?;
        let only_if_absent = way.only_if_absent;
        copy_parts(task, from.clone(), head, multipart, only_if_absent).await.map(By::Parts)
    }
}

/// Whether these keys may not look at the destination.
fn is_unseen(error: &Error, to: &ObjectAddress) -> bool {
    error.is(&ErrorKind::AccessDenied)
        && error.operation == "HeadObject"
        && error.place == to.to_string()
}

/// Whether a server-side copy failed in a way that another server would not: not implemented, not
/// between these regions, or broken (some providers document that it may be). An archived source
/// cannot be read in any other way either.
fn not_offered(error: &Error) -> bool {
    let refused = matches!(
        error.kind,
        ErrorKind::Unsupported
            | ErrorKind::WrongRegion { .. }
            | ErrorKind::InvalidRequest
            | ErrorKind::ServerFault
    );
    refused && !error.is_archived()
}

fn source_of(head: &ObjectHead) -> String {
    head.etag.as_ref().map(ETag::to_string).unwrap_or_default()
}

async fn whole(
    task: &Task,
    from: &ObjectAddress,
    way: &CopyTarget,
    head: &ObjectHead,
) -> Result<WorkerEnd, Error> {
    let options = copied_as(task, from, head).await?;
    let write = Write {
        remote: &*task.remote,
        policy: &task.policy,
        to: &way.to,
        expected: Expected::Head(head),
        may_replace: MayReplace::nothing_if(way.only_if_absent),
        // Where nobody looked before, what is there was there.
        may_be_ours: !way.unseen,
    };
    let copy = |options: CopyOptions| {
        move |only_if_absent| {
            let options = CopyOptions { only_if_absent, ..options.clone() };
            async move { task.remote.copy_as(from, &way.to, &options).await }
        }
    };
    let wanted = task.spec.options.attributes.class.is_some();
    let class = options.storage_class.is_some() && !wanted;
    let mut result = write.send(copy(options.clone())).await;
    let refused = |e: &Error| e.is(&ErrorKind::InvalidRequest) && !e.is_archived();
    if class && result.as_ref().is_err_and(refused) {
        task.note_once("the server does not take the storage class: the usual one is used");
        let replacing =
            options.replacing.map(|replacing| PutOptions { storage_class: None, ..replacing });
        result = write.send(copy(CopyOptions { storage_class: None, replacing, ..options })).await;
    }
    let seen = match result? {
        Written::Taken => return taken(task, &way.to).map(WorkerEnd::Moved),
        Written::Found(found, _) => write.verified(&found, SAME_SIZE).await?,
        // The end of a move looks at the copy itself.
        Written::Stored(stored) if task.spec.work.moves() => {
            task.lands(&way.to, &stored);
            let told = ObjectHead { size: head.size, etag: stored.etag, ..ObjectHead::default() };
            match Likeness::of(head, &told) {
                Likeness::Same(Some(digest)) => Verification::Digest(digest.to_owned()),
                _ => Verification::SizeOnly(SAME_SIZE.to_owned()),
            }
        }
        Written::Stored(stored) => {
            task.lands(&way.to, &stored);
            match write.found().await? {
                Some(found) => {
                    note_lacking(task, head, &found);
                    write.verified(&found, SAME_SIZE).await?
                }
                None => Verification::SizeOnly(UNSEEN.to_owned()),
            }
        }
    };
    let seen = match task.spec.work.moves() {
        true => seen,
        false => compared(task, (from, head.etag.as_ref()), &way.to, seen).await?,
    };
    let bytes = head.size.unwrap_or_default();
    Ok(WorkerEnd::Moved(Moving::Done { bytes, verification: Some(seen) }))
}

fn copied(head: &ObjectHead) -> Moving {
    Moving::Done { bytes: head.size.unwrap_or_default(), verification: Some(by_etag(head)) }
}

async fn copy_parts(
    task: &Task,
    from: ObjectAddress,
    head: &ObjectHead,
    mut multipart: Multipart,
    only_if_absent: bool,
) -> Result<WorkerEnd, Error> {
    let (own, source, etag) = (task.clone(), from.clone(), head.etag.clone());
    let send = SendPart::new(move |multipart, number, range| {
        let (task, from, etag) = (own.clone(), source.clone(), etag.clone());
        let multipart = multipart.clone();
        Box::pin(async move { copy_part(&task, &from, etag, &multipart, number, range).await })
    });
    if let Err(error) = run_parts(task, &mut multipart, &send).await {
        if !error.retryable() || error.is(&ErrorKind::Corrupt) || not_offered(&error) {
            drop(discard(task, &multipart).await);
        }
        return Err(error);
    }
    let verification = verified(head, &multipart);
    let origin = BodySource::Object(from, head.etag.clone());
    let complete = Complete { origin, multipart, only_if_absent, verification, send };
    Ok(WorkerEnd::Upload(Box::new(complete)))
}

async fn copy_part(
    task: &Task,
    from: &ObjectAddress,
    etag: Option<ETag>,
    multipart: &Multipart,
    number: u32,
    range: ByteRange,
) -> Result<UploadedPart, Error> {
    let part = CopyPart {
        from,
        range,
        source_etag: etag.as_ref(),
        to: &multipart.object,
        upload: &multipart.upload,
        number,
    };
    let mut copied = task.parts.send(|| task.remote.copy_part(part)).await?;
    // The answer to UploadPartCopy names no size.
    copied.size = range.len();
    task.moved.add(range.len());
    record_part(task, copied.clone()).await?;
    Ok(copied)
}
