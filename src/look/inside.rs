//! Takes out of an object what is packed in it: a member of an archive, or a compressed file.

use std::io::Read;
use std::ops::Range;
use std::sync::Arc;

use crate::domain::units::Size;
use crate::look::archives::{is_packed_tar, open_member};
use crate::look::error::{LookError, Looked, guarded};
use crate::look::object_bytes::{InMemory, ObjectBytes};
use crate::look::packed::{Packing, STREAM};
use crate::look::packed_bytes::PackedLook;
use crate::look::section::Section;

/// The most bytes that are unpacked at once, for what needs all of them: a table, a picture.
pub const MOST_UNPACKED: u64 = 64 * 1024 * 1024;

/// Endings of names that tell no more than how the file is compressed.
const ENDINGS: [&str; 9] =
    [".gz", ".gzip", ".zst", ".zstd", ".bz2", ".xz", ".tgz", ".tzst", ".txz"];

/// What is looked into.
#[derive(Clone)]
pub struct Inside {
    pub source: Arc<ObjectBytes>,
    pub name: String,
    pub content_type: Option<String>,
    /// Whether it was taken out of something.
    pub unpacked: bool,
    /// There is more than was unpacked.
    pub goes_on: bool,
    /// Why no more can be unpacked.
    pub cut: Option<String>,
    /// What unpacks more of it where it is wanted.
    flow: Option<PackedLook>,
}

impl Inside {
    /// What is packed, to be read on in without an end.
    pub fn flowing(flow: PackedLook, name: &str) -> Inside {
        Inside {
            source: flow.source(),
            name: name.to_owned(),
            content_type: None,
            unpacked: true,
            goes_on: false,
            cut: None,
            flow: Some(flow),
        }
    }

    /// Bytes of what is looked into; one more than are here where it goes on.
    pub fn size(&self) -> u64 {
        self.source.size() + u64::from(self.goes_on || self.grows())
    }

    /// Whether more may be unpacked than is known.
    pub fn grows(&self) -> bool {
        self.flow.as_ref().is_some_and(PackedLook::goes_on)
    }

    /// Makes a range ready to be read, as far as there is anything. Gives how many bytes there are
    /// as far as is known, which is at least the end of the range where there is so much. `tell`:
    /// how far it is, where that takes long.
    pub fn reach(&self, range: Range<u64>, tell: &dyn Fn(u64)) -> Looked<u64> {
        match &self.flow {
            Some(flow) => flow.reach(range, tell),
            None => Ok(self.source.size()),
        }
    }

    /// What unpacks more of it.
    pub fn flow(&self) -> Option<&PackedLook> {
        self.flow.as_ref()
    }

    /// Where that begins which is read backward without being unpacked again.
    pub fn backward_from(&self) -> u64 {
        self.flow.as_ref().map_or(0, PackedLook::kept_from)
    }

    fn of(unpacked: Unpacked, name: String) -> Inside {
        let Unpacked { bytes, goes_on, cut } = unpacked;
        let source = Arc::new(ObjectBytes::new(Arc::new(InMemory(bytes)), u64::MAX));
        Inside { source, name, content_type: None, unpacked: true, goes_on, cut, flow: None }
    }
}

/// What an object, or a member of it, holds once it is unpacked, `most` bytes of it at most.
pub fn inside(
    source: &Arc<ObjectBytes>,
    name: &str,
    content_type: Option<&str>,
    member: Option<&str>,
    most: u64,
) -> Looked<Inside> {
    guarded(|| {
        let mut inside = Inside {
            source: source.clone(),
            name: name.to_owned(),
            content_type: content_type.map(str::to_owned),
            unpacked: false,
            goes_on: false,
            cut: None,
            flow: None,
        };
        if let Some(member) = member {
            inside = Inside::of(unpack(open_member(source, member)?, most)?, member.to_owned());
        }
        unwrapped(inside, most)
    })
}

/// The file in a compressed stream, where that is what it is.
fn unwrapped(inside: Inside, most: u64) -> Looked<Inside> {
    let first = inside.source.read_ahead(0, 16, 64 * 1024)?;
    let Some(packing) = Packing::of(&first) else { return Ok(inside) };
    if is_packed_tar(&inside.source, packing) {
        return Ok(inside);
    }
    let unpacked = unpack(packing.open(Section::whole(&inside.source, STREAM))?, most)?;
    let lower = inside.name.to_ascii_lowercase();
    let ending = ENDINGS.iter().find(|ending| lower.ends_with(**ending));
    let bare = inside.name.len() - ending.map_or(0, |ending| ending.len());
    Ok(Inside::of(unpacked, inside.name[..bare].to_owned()))
}

struct Unpacked {
    bytes: Vec<u8>,
    goes_on: bool,
    cut: Option<String>,
}

/// What comes before a fault is worth to be seen.
fn unpack(mut reader: impl Read, most: u64) -> Looked<Unpacked> {
    let most = most.min(MOST_UNPACKED);
    let mut bytes = Vec::new();
    let read = reader.by_ref().take(most + 1).read_to_end(&mut bytes).map_err(LookError::from);
    match read {
        Err(error @ LookError::Source(_)) => return Err(error),
        Err(error) if bytes.is_empty() => return Err(error),
        Err(error) => {
            return Ok(Unpacked { bytes, goes_on: false, cut: Some(error.to_string()) });
        }
        Ok(_) => {}
    }
    let goes_on = bytes.len() as u64 > most;
    bytes.truncate(usize::try_from(most).unwrap_or(usize::MAX));
    let full = goes_on && most == MOST_UNPACKED;
    let cut = full.then(|| format!("a look unpacks no more than {}", Size(MOST_UNPACKED)));
    Ok(Unpacked { bytes, goes_on: goes_on && !full, cut })
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;
    use crate::look::object_bytes::tests::source;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        writer.write_all(bytes).unwrap();
        writer.finish().unwrap()
    }

    fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, bytes) in members {
            writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn a_compressed_file_is_what_is_in_it() {
        let log = source(gzip(b"one\ntwo\n"));
        let found = inside(&log, "logs/a.log.gz", Some("application/gzip"), None, 1000).unwrap();
        assert_eq!(found.source.read(0, 100).unwrap(), b"one\ntwo\n");
        assert_eq!((found.name.as_str(), found.content_type.as_deref()), ("logs/a.log", None));
        assert!(found.unpacked && !found.goes_on);
        let start = inside(&log, "a.log.gz", None, None, 4).unwrap();
        assert_eq!((start.source.size(), start.size()), (4, 5), "more is to come");
        let plain = inside(&source(*b"text"), "a.txt", None, None, 1000).unwrap();
        assert!(!plain.unpacked);
    }

    #[test]
    fn a_member_is_taken_out_and_unpacked_in_its_turn() {
        let archive = source(zip(&[("docs/a.txt", b"hello"), ("b.csv.gz", &gzip(b"x,y\n1,2\n"))]));
        let member = |name| inside(&archive, "all.zip", None, Some(name), 1000);
        let text = member("docs/a.txt").unwrap();
        assert_eq!(text.source.read(0, 9).unwrap(), b"hello");
        assert_eq!(text.name, "docs/a.txt");
        assert_eq!(member("b.csv.gz").unwrap().name, "b.csv");
        assert!(matches!(member("none"), Err(LookError::Absent(_))));
        let whole = inside(&archive, "all.zip", None, None, 1000).unwrap();
        assert!(!whole.unpacked, "an archive is shown as one");
    }

    #[test]
    fn what_comes_before_a_fault_is_shown() {
        let mut cut = gzip(&b"a line of a log\n".repeat(50_000));
        cut.truncate(cut.len() / 2);
        let found = inside(&source(cut), "a.gz", None, None, u64::MAX).unwrap();
        assert!(found.source.size() > 1000);
        assert!(found.cut.unwrap().contains("cut"));
    }

    #[test]
    fn a_bomb_is_unpacked_to_the_bound() {
        let bomb = source(gzip(&vec![0; 70 << 20]));
        let found = inside(&bomb, "a.gz", None, None, u64::MAX).unwrap();
        assert_eq!(found.source.size(), MOST_UNPACKED);
        assert!(found.cut.is_some() && !found.goes_on);
    }
}
