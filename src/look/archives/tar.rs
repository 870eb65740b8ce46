//! Walks through tar archives from header to header, and reads bodies with their holes filled.

use std::io::{self, Read};

use crate::look::archives::tar_header::{
    BLOCK, Block, decimal, is_header, name, number, records, until_nul,
};
use crate::look::error::{LookError, Looked};
use crate::look::section::{Forward, Section};

/// Bytes fetched at once where a header begins.
pub const HEADERS: usize = 4 * 1024;

/// Bytes that a long name or an extended header may have.
const EXTENDED: u64 = 1024 * 1024;

/// Pieces that a sparse file may have.
const PIECES: usize = 256 * 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TarKind {
    File,
    Folder,
    /// Another member of the archive has the bytes.
    HardLink,
    SymbolicLink,
    /// A device or a pipe.
    Special,
}

/// What a header says of a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TarEntry {
    pub name: Vec<u8>,
    pub kind: TarKind,
    /// In bytes, holes included.
    pub size: u64,
    /// What a link leads to.
    pub target: Vec<u8>,
    holes: Holes,
}

impl TarEntry {
    /// As it is shown and asked for: a folder ends in `/`.
    pub fn shown(&self) -> String {
        let mut name = String::from_utf8_lossy(&self.name).into_owned();
        if self.kind == TarKind::Folder && !name.ends_with('/') {
            name.push('/');
        }
        name
    }
}

/// Where the bytes of a sparse file are.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Holes {
    None,
    /// Offset and length of each piece.
    Known(Vec<(u64, u64)>),
    /// The body begins with them (GNU 1.0).
    InBody,
}

/// What comes before a header and is about it.
#[derive(Default)]
struct Extended {
    name: Option<Vec<u8>>,
    target: Option<Vec<u8>>,
    size: Option<u64>,
    real_size: Option<u64>,
    sparse_name: Option<Vec<u8>>,
    pieces: Option<Vec<u64>>,
    in_body: bool,
}

/// The members of an archive in their order.
#[derive(Clone)]
pub struct TarWalk<R> {
    input: R,
    /// Bytes of the member that are stored and were not read yet, without what fills its block.
    left: u64,
    stored: u64,
}

impl<R: Forward> TarWalk<R> {
    pub fn new(input: R) -> TarWalk<R> {
        TarWalk { input, left: 0, stored: 0 }
    }

    /// The next member; `None` at the end.
    ///
    /// # Errors
    /// `Malformed` where the archive is cut within a member or a header does not add up.
    pub fn step(&mut self) -> Looked<Option<TarEntry>> {
        let mut extended = Extended::default();
        loop {
            let fill = self.stored.next_multiple_of(BLOCK as u64) - self.stored;
            self.input.skip(std::mem::take(&mut self.left).saturating_add(fill))?;
            self.stored = 0;
            let Some(block) = self.block()? else { return Ok(None) };
            if !is_header(&block) {
                return Err(LookError::malformed("a header of the tar archive does not add up"));
            }
            let size = number(&block[124..136]);
            let size = size.ok_or_else(|| LookError::malformed("a member has no size"))?;
            match block[156] {
                b'L' => extended.name = Some(until_nul(&self.extended(size)?).to_owned()),
                b'K' => extended.target = Some(until_nul(&self.extended(size)?).to_owned()),
                b'x' | b'X' => extended.take(&self.extended(size)?)?,
                // What holds for all members says nothing of their names in practice.
                b'g' => self.extended(size).map(drop)?,
                _ => return self.entry(&block, size, extended).map(Some),
            }
        }
    }

    /// The next block; `None` at the end, which is zeros, or nothing more.
    fn block(&mut self) -> Looked<Option<Block>> {
        if self.input.is_beyond() {
            return Err(LookError::malformed("the tar archive is cut within a member"));
        }
        let mut block = [0; BLOCK];
        let mut filled = 0;
        while filled < BLOCK {
            match self.input.read(&mut block[filled..])? {
                0 if filled == 0 => return Ok(None),
                0 => return Err(LookError::malformed("the tar archive is cut within a header")),
                read => filled += read,
            }
        }
        Ok(block.iter().any(|byte| *byte != 0).then_some(block))
    }

    fn extended(&mut self, size: u64) -> Looked<Vec<u8>> {
        if size > EXTENDED {
            return Err(LookError::malformed(format!("a name of {size} bytes")));
        }
        let padded = size.next_multiple_of(BLOCK as u64);
        let mut body = Vec::new();
        self.input.by_ref().take(padded).read_to_end(&mut body)?;
        if (body.len() as u64) < padded {
            return Err(LookError::malformed("the tar archive is cut within a long name"));
        }
        body.truncate(usize::try_from(size).unwrap_or(usize::MAX));
        Ok(body)
    }

    fn entry(&mut self, block: &Block, size: u64, extended: Extended) -> Looked<TarEntry> {
        let named = extended.sparse_name.or(extended.name);
        let name = named.unwrap_or_else(|| name(block));
        let kind = match block[156] {
            b'1' => TarKind::HardLink,
            b'2' => TarKind::SymbolicLink,
            b'3' | b'4' | b'6' => TarKind::Special,
            b'5' | b'D' => TarKind::Folder,
            b'\0' | b'0' if name.ends_with(b"/") => TarKind::Folder,
            _ => TarKind::File,
        };
        let stored = extended.size.unwrap_or(size);
        let has_body = matches!(block[156], b'D') || kind == TarKind::File;
        self.stored = if has_body { stored } else { 0 };
        self.left = self.stored;
        let mut holes = match extended.pieces {
            _ if extended.in_body => Holes::InBody,
            Some(numbers) => Holes::Known(pairs(&numbers)),
            None => Holes::None,
        };
        let mut real_size = extended.real_size;
        if block[156] == b'S' {
            holes = Holes::Known(self.old_pieces(block)?);
            real_size = real_size.or(number(&block[483..495]));
        }
        let whole = match holes {
            Holes::None => stored,
            Holes::Known(_) | Holes::InBody => real_size.unwrap_or(stored),
        };
        let size = if kind == TarKind::File { whole } else { 0 };
        let target = extended.target.unwrap_or_else(|| until_nul(&block[157..257]).to_owned());
        Ok(TarEntry { name, kind, size, target, holes })
    }

    /// The map of a sparse file in the header itself and in blocks that follow it (old GNU).
    fn old_pieces(&mut self, header: &Block) -> Looked<Vec<(u64, u64)>> {
        let mut pieces = Vec::new();
        take_pieces(&header[386..482], &mut pieces)?;
        let mut more = header[482] != 0;
        while more {
            let Some(block) = self.block()? else {
                return Err(LookError::malformed("the map of a sparse file is cut"));
            };
            take_pieces(&block[..504], &mut pieces)?;
            more = block[504] != 0;
        }
        Ok(pieces)
    }

    /// The body of the member that [`TarWalk::step`] gave last.
    pub fn body(mut self, entry: &TarEntry) -> Looked<TarBody<R>> {
        let pieces = match &entry.holes {
            Holes::None => vec![(0, self.stored)],
            Holes::Known(pieces) => pieces.clone(),
            Holes::InBody => self.pieces_in_body()?,
        };
        let mut end = 0;
        for (start, length) in &pieces {
            let next =
                start.checked_add(*length).filter(|next| *start >= end && *next <= entry.size);
            end = next.ok_or_else(|| LookError::malformed("the map of a sparse file"))?;
        }
        if pieces.iter().map(|(_, length)| length).sum::<u64>() != self.left {
            return Err(LookError::malformed("the map of a sparse file and its size differ"));
        }
        Ok(TarBody { input: self.input, pieces, piece: 0, at: 0, size: entry.size })
    }

    fn pieces_in_body(&mut self) -> Looked<Vec<(u64, u64)>> {
        let wrong = || LookError::malformed("the map of a sparse file");
        let (mut numbers, mut line) = (Vec::new(), Vec::new());
        let mut wanted = 1;
        while numbers.len() < wanted {
            let block = self.block()?.ok_or_else(wrong)?;
            self.left = self.left.checked_sub(BLOCK as u64).ok_or_else(wrong)?;
            for byte in block {
                match byte {
                    b'\n' if numbers.len() < wanted => {
                        numbers.push(decimal(&std::mem::take(&mut line)).ok_or_else(wrong)?);
                    }
                    _ if numbers.len() == wanted => {}
                    byte if line.len() < 20 => line.push(byte),
                    _ => return Err(wrong()),
                }
                if let [count] = numbers[..] {
                    let count = usize::try_from(count).ok().filter(|count| *count <= PIECES);
                    wanted = 1 + 2 * count.ok_or_else(wrong)?;
                }
            }
        }
        Ok(pairs(&numbers[1..]))
    }
}

impl TarWalk<Section> {
    /// Reads nothing beyond the body of the member that was given last.
    pub fn alone(self) -> TarWalk<Section> {
        TarWalk { input: self.input.bounded(self.stored), ..self }
    }
}

impl Extended {
    fn take(&mut self, body: &[u8]) -> Looked<()> {
        let wrong = || LookError::malformed("an extended header of the tar archive");
        for (key, value) in records(body).ok_or_else(wrong)? {
            let number = || decimal(value).ok_or_else(wrong);
            match key {
                b"path" => self.name = Some(value.to_owned()),
                b"linkpath" => self.target = Some(value.to_owned()),
                b"size" => self.size = Some(number()?),
                b"GNU.sparse.name" => self.sparse_name = Some(value.to_owned()),
                b"GNU.sparse.realsize" | b"GNU.sparse.size" => self.real_size = Some(number()?),
                b"GNU.sparse.major" => self.in_body = number()? == 1,
                b"GNU.sparse.offset" | b"GNU.sparse.numbytes" => {
                    self.pieces.get_or_insert_default().push(number()?);
                }
                b"GNU.sparse.map" => {
                    let numbers = value.split(|byte| *byte == b',').map(decimal);
                    self.pieces = Some(numbers.collect::<Option<_>>().ok_or_else(wrong)?);
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn pairs(numbers: &[u64]) -> Vec<(u64, u64)> {
    numbers.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()
}

fn take_pieces(fields: &[u8], pieces: &mut Vec<(u64, u64)>) -> Looked<()> {
    for field in fields.chunks_exact(24) {
        if field[12] == 0 {
            break;
        }
        let wrong = || LookError::malformed("the map of a sparse file");
        let piece = number(&field[..12]).zip(number(&field[12..]));
        pieces.push(piece.ok_or_else(wrong)?);
        if pieces.len() > PIECES {
            return Err(LookError::TooMuch(format!("a sparse file of more than {PIECES} pieces")));
        }
    }
    Ok(())
}

/// The bytes of a member, zeros where it has holes.
pub struct TarBody<R> {
    input: R,
    /// In their order and apart, within the size.
    pieces: Vec<(u64, u64)>,
    piece: usize,
    at: u64,
    size: u64,
}

impl<R: Read> Read for TarBody<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.pieces.get(self.piece).is_some_and(|(start, length)| self.at >= start + length) {
            self.piece += 1;
        }
        let (stored, end) = match self.pieces.get(self.piece) {
            Some((start, length)) if self.at >= *start => (true, start + length),
            Some((start, _)) => (false, *start),
            None => (false, self.size),
        };
        let most = usize::try_from(end - self.at).unwrap_or(usize::MAX).min(buffer.len());
        let read = if stored {
            self.input.read(&mut buffer[..most])?
        } else {
            buffer[..most].fill(0);
            most
        };
        if stored && read == 0 && most > 0 {
            return Err(LookError::malformed("the tar archive is cut within a member").into());
        }
        self.at += read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests;
