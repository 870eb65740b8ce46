//! Reads on in what is packed, keeps the last of it, and begins anew for what lies before that.

use std::io::{Cursor, Read};
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::domain::error::Error;
use crate::domain::object::ByteRange;
use crate::domain::ranges::Ranges;
use crate::look::archives::{is_packed_tar, is_tar, open_member};
use crate::look::error::{LookError, Looked, guarded};
use crate::look::object_bytes::ObjectBytes;
use crate::look::opening::FIRST;
use crate::look::packed::{Packing, STREAM};
use crate::look::section::Section;

/// Bytes that are kept behind what was unpacked last; twice so many for a time.
const KEPT: usize = 12 * 1024 * 1024;

/// Bytes unpacked at once; between them it is asked whether anybody waits.
const PIECE: u64 = 256 * 1024;

/// Bytes between two that are told of.
const TOLD: u64 = 4 * 1024 * 1024;

/// What is packed in an object, or in a member of it, kept from one look to the next.
pub struct PackedBytes {
    /// What it is read from, by whichever requests are sent now.
    packed: Arc<ObjectBytes>,
    by: Arc<Current>,
    member: Option<String>,
    state: Mutex<Unpacking>,
}

#[derive(Default)]
struct Unpacking {
    /// Goes on at `end`.
    reader: Option<Box<dyn Read + Send>>,
    first: Vec<u8>,
    /// From `start` to `end`.
    kept: Vec<u8>,
    start: u64,
    end: u64,
    /// The furthest end so far.
    known: u64,
    /// That is the end of all.
    whole: bool,
    /// Why it is.
    cut: Option<String>,
}

impl PackedBytes {
    /// `None` where the object, or its member, is not packed.
    pub fn of(
        source: &ObjectBytes,
        ranges: &Arc<dyn Ranges>,
        member: Option<&str>,
    ) -> Looked<Option<PackedBytes>> {
        let by = Arc::new(Current(Mutex::new(ranges.clone())));
        let packed = Arc::new(source.by(by.clone(), u64::MAX));
        let member = member.map(str::to_owned);
        let packs = member.is_some() || {
            let first = packed.read_ahead(0, 16, STREAM)?;
            Packing::of(&first).is_some_and(|packing| !is_packed_tar(&packed, packing))
        };
        let state = Mutex::default();
        Ok(packs.then_some(PackedBytes { packed, by, member, state }))
    }

    fn state(&self) -> MutexGuard<'_, Unpacking> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads from the beginning.
    fn open(&self) -> Looked<Box<dyn Read + Send>> {
        let Some(member) = &self.member else {
            let first = self.packed.read_ahead(0, 16, STREAM)?;
            let packing = Packing::of(&first).ok_or_else(not_packed)?;
            return Ok(Box::new(packing.open(Section::whole(&self.packed, STREAM))?));
        };
        let (first, reader) = begun(open_member(&self.packed, member)?, Packing::KNOWN_BY)?;
        let Some(packing) = Packing::of(&first) else { return Ok(reader) };
        let (first, unpacked) = begun(Box::new(packing.open(reader)?), 512)?;
        // An archive within an archive is shown as it is packed.
        if is_tar(&first) { open_member(&self.packed, member) } else { Ok(unpacked) }
    }
}

fn not_packed() -> LookError {
    LookError::malformed("it was packed when it was opened, and is not now")
}

/// The first bytes of a stream, and the stream with them.
fn begun(mut reader: Box<dyn Read + Send>, bytes: u64) -> Looked<(Vec<u8>, Box<dyn Read + Send>)> {
    let mut first = Vec::new();
    reader.by_ref().take(bytes).read_to_end(&mut first)?;
    Ok((first.clone(), Box::new(Cursor::new(first).chain(reader))))
}

/// The requests that are sent now.
struct Current(Mutex<Arc<dyn Ranges>>);

impl Current {
    fn get(&self) -> Arc<dyn Ranges> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Ranges for Current {
    fn size(&self) -> u64 {
        self.get().size()
    }

    fn read(&self, range: ByteRange) -> Result<Vec<u8>, Error> {
        self.get().read(range)
    }
}

/// One look into what is packed, by requests of its own.
#[derive(Clone)]
pub struct PackedLook {
    bytes: Arc<PackedBytes>,
    ranges: Arc<dyn Ranges>,
}

impl PackedLook {
    pub fn new(bytes: Arc<PackedBytes>, ranges: Arc<dyn Ranges>) -> PackedLook {
        PackedLook { bytes, ranges }
    }

    /// What was unpacked so far, as bytes that can be read anywhere.
    pub fn source(&self) -> Arc<ObjectBytes> {
        Arc::new(ObjectBytes::new(Arc::new(self.clone()), u64::MAX))
    }

    /// Whether there is more than was unpacked.
    pub fn goes_on(&self) -> bool {
        !self.bytes.state().whole
    }

    /// Why no more can be unpacked.
    pub fn cut(&self) -> Option<String> {
        self.bytes.state().cut.clone()
    }

    /// Where what is kept begins: for anything before it all is unpacked again.
    pub fn kept_from(&self) -> u64 {
        self.bytes.state().start
    }

    /// Unpacks as far as the end of a range, and keeps all of it. Gives the furthest end that is
    /// known. `tell`: how far it is.
    pub fn reach(&self, range: Range<u64>, tell: &dyn Fn(u64)) -> Looked<u64> {
        let mut state = self.bytes.state();
        // Whoever had these bytes before and is not waited for any more has let them go.
        *self.bytes.by.0.lock().unwrap_or_else(PoisonError::into_inner) = self.ranges.clone();
        guarded(|| self.unpack(&mut state, range, tell))
    }

    fn unpack(&self, state: &mut Unpacking, range: Range<u64>, tell: &dyn Fn(u64)) -> Looked<u64> {
        let to = if state.whole { range.end.min(state.known) } else { range.end };
        let here = range.start >= state.start && state.end >= to;
        if here || to <= state.first.len() as u64 {
            return Ok(state.known);
        }
        if range.start < state.start || state.reader.is_none() {
            state.reader = None;
            state.reader = Some(self.bytes.open()?);
            (state.start, state.end) = (0, 0);
            state.kept.clear();
        }
        let mut told = state.end;
        while state.end < to {
            self.ranges.check().map_err(LookError::Source)?;
            if !state.step(range.start)? {
                break;
            }
            if state.end - told >= TOLD {
                told = state.end;
                tell(told);
            }
        }
        Ok(state.known)
    }
}

impl Unpacking {
    /// Unpacks a piece, and lets go of what lies far before it, but of nothing from `wanted` on;
    /// `false` at the end.
    fn step(&mut self, wanted: u64) -> Looked<bool> {
        let Some(reader) = &mut self.reader else { return Ok(false) };
        let before = self.kept.len();
        let read = reader.take(PIECE).read_to_end(&mut self.kept);
        let came = self.kept.len() - before;
        let (first, new) = (self.first.len(), &self.kept[before..]);
        let known = usize::try_from(self.end).map_or(usize::MAX, |end| first.saturating_sub(end));
        if self.end <= first as u64 && known < new.len() {
            self.first.extend(new[known..].iter().take(FIRST - first));
        }
        self.end += came as u64;
        self.known = self.known.max(self.end);
        let ended = match read.map_err(LookError::from) {
            Ok(read) => read == 0,
            Err(error @ LookError::Source(_)) => {
                // Not every reader goes on behind a request that failed.
                self.reader = None;
                return Err(error);
            }
            Err(error) if self.known == 0 => return Err(error),
            Err(error) => {
                self.cut = Some(error.to_string());
                true
            }
        };
        if self.kept.len() > KEPT * 2 {
            let far = (self.kept.len() - KEPT) as u64;
            let far = far.min(wanted.saturating_sub(self.start));
            self.kept.drain(..usize::try_from(far).unwrap_or_default());
            self.start += far;
        }
        if ended {
            (self.whole, self.reader) = (true, None);
        }
        Ok(!ended)
    }

    fn get(&self, range: &ByteRange) -> Option<Vec<u8>> {
        let of = |bytes: &[u8], start: u64| {
            let from = usize::try_from(range.start.checked_sub(start)?).ok()?;
            let to = usize::try_from(range.end.checked_sub(start)?).ok()?;
            bytes.get(from..to).map(<[u8]>::to_vec)
        };
        of(&self.kept, self.start).or_else(|| of(&self.first, 0))
    }
}

impl Ranges for PackedLook {
    fn size(&self) -> u64 {
        self.bytes.state().known
    }

    fn read(&self, range: ByteRange) -> Result<Vec<u8>, Error> {
        self.reach(range.start..range.end, &|_| {}).map_err(|error| error.into_error("it"))?;
        Ok(self.bytes.state().get(&range).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests;
