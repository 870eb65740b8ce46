//! Finds one member of an archive by the name that is shown, and opens it.

use std::io::{BufRead, BufReader, Read};
use std::sync::Arc;

use crate::look::archives::near::SimilarNames;
use crate::look::archives::seven_zip;
use crate::look::archives::tar::{HEADERS, TarEntry, TarKind, TarWalk};
use crate::look::archives::tar_header::{BLOCK, is_header};
use crate::look::archives::zip::ZipDirectory;
use crate::look::error::{LookError, Looked};
use crate::look::object_bytes::ObjectBytes;
use crate::look::packed::{Limited, Packing, STREAM};
use crate::look::section::Section;

/// Links that are followed from one member to the next.
const LINKS: usize = 8;

/// The bytes of a member of an archive. Where a name is there more than once it is the last, which
/// unpacking all would leave; in a compressed tar archive the first, since reading goes on for
/// nothing else.
///
/// # Errors
/// `Absent` where there is no such member, or it has no bytes.
pub fn open_member(source: &Arc<ObjectBytes>, name: &str) -> Looked<Box<dyn Read + Send>> {
    let start = source.read_ahead(0, BLOCK, HEADERS)?;
    if seven_zip::is_one(&start) {
        return seven_zip::open(source, name);
    }
    if let Some(packing) = Packing::of(&start) {
        return in_packed(source, packing, name);
    }
    if is_header(&start) {
        return in_tar(source, name);
    }
    match ZipDirectory::find(source) {
        Ok(directory) => in_zip(&directory, name),
        Err(error) if start.starts_with(b"PK") || matches!(error, LookError::Source(_)) => {
            Err(error)
        }
        Err(_) => {
            Err(LookError::Absent("the object is not an archive, and has no members".to_owned()))
        }
    }
}

fn in_zip(directory: &ZipDirectory, name: &str) -> Looked<Box<dyn Read + Send>> {
    let (mut found, mut near) = (None, SimilarNames::of(name));
    for entry in directory.entries() {
        let entry = entry?;
        if entry.name == name && !name.ends_with('/') {
            found = Some(entry);
        } else {
            near.see(&entry.name);
        }
    }
    match found {
        Some(entry) => directory.open(&entry),
        None => Err(near.absent()),
    }
}

fn in_tar(source: &Arc<ObjectBytes>, name: &str) -> Looked<Box<dyn Read + Send>> {
    let mut name = name.to_owned();
    for _ in 0..LINKS {
        let mut walk = TarWalk::new(Section::whole(source, HEADERS));
        let (mut found, mut near) = (None, SimilarNames::of(&name));
        while let Some(entry) = walk.step()? {
            match is_meant(&entry, &name) {
                true => found = Some((walk.clone(), entry)),
                false => near.see(&entry.shown()),
            }
        }
        let (walk, entry) = found.ok_or_else(|| near.absent())?;
        match leads_to(&entry)? {
            Some(target) => name = target,
            None => return Ok(Box::new(walk.alone().body(&entry)?)),
        }
    }
    Err(LookError::Absent(format!("too many links lead on from {name}")))
}

fn in_packed(
    source: &Arc<ObjectBytes>,
    packing: Packing,
    name: &str,
) -> Looked<Box<dyn Read + Send>> {
    let mut name = name.to_owned();
    for _ in 0..LINKS {
        let unpacked = packing.open(Section::whole(source, STREAM))?;
        let mut unpacked = BufReader::with_capacity(128 * 1024, unpacked);
        if !is_header(unpacked.fill_buf()?) {
            let packing = packing.name();
            let what = format!("the object is one file, packed by {packing}, and has no members");
            return Err(LookError::Absent(what));
        }
        let mut walk = TarWalk::new(Limited::new(unpacked, u64::MAX, String::new()));
        let mut near = SimilarNames::of(&name);
        let entry = loop {
            let Some(entry) = walk.step()? else { return Err(near.absent()) };
            match is_meant(&entry, &name) {
                true => break entry,
                false => near.see(&entry.shown()),
            }
        };
        match leads_to(&entry)? {
            Some(target) => name = target,
            None => return Ok(Box::new(walk.body(&entry)?)),
        }
    }
    Err(LookError::Absent(format!("too many links lead on from {name}")))
}

fn is_meant(entry: &TarEntry, name: &str) -> bool {
    entry.kind != TarKind::Folder && entry.shown() == name
}

/// The member that has the bytes of this one, where that is another.
fn leads_to(entry: &TarEntry) -> Looked<Option<String>> {
    let target = String::from_utf8_lossy(&entry.target).into_owned();
    match entry.kind {
        TarKind::HardLink => Ok(Some(target)),
        TarKind::SymbolicLink => {
            Err(LookError::Absent(format!("the member is a link and leads to {target}")))
        }
        TarKind::Special => {
            Err(LookError::Absent("the member is a device or a pipe, and has no bytes".to_owned()))
        }
        TarKind::File | TarKind::Folder => Ok(None),
    }
}
