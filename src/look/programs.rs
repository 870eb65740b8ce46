//! Tells for which machine a program is made, from its headers.

use std::sync::Arc;

use crate::domain::contents::Contents;
use crate::look::error::{LookError, Looked};
use crate::look::fields::{u16_be, u16_le, u32_be, u32_le, u64_be, u64_le};
use crate::look::object_bytes::ObjectBytes;

/// Sections of a wasm module that are looked at.
const SECTIONS: usize = 10_000;

/// Bytes that the path of an interpreter may have.
const PATH: u64 = 4096;

/// By the header of the System V ABI, chapter 4, and its program headers.
pub fn elf(source: &Arc<ObjectBytes>, first: &[u8], contents: &mut Contents) -> Looked<()> {
    let cut = || LookError::malformed("the header of the ELF file is cut");
    let (class, order) = (*first.get(4).ok_or_else(cut)?, *first.get(5).ok_or_else(cut)?);
    let (wide, big) = (class == 2, order == 2);
    if !(1..=2).contains(&class) || !(1..=2).contains(&order) {
        return Err(LookError::malformed("the class of the ELF file"));
    }
    let half = |bytes: &[u8], at| if big { u16_be(bytes, at) } else { u16_le(bytes, at) };
    let word = |bytes: &[u8], at| match (wide, big) {
        (true, true) => u64_be(bytes, at),
        (true, false) => u64_le(bytes, at),
        (false, true) => u32_be(bytes, at).map(u64::from),
        (false, false) => u32_le(bytes, at).map(u64::from),
    };
    let bits = if wide { "64-bit" } else { "32-bit" };
    contents.fact("class", format!("{bits}, {} endian", if big { "big" } else { "little" }));
    let kind = match half(first, 16).ok_or_else(cut)? {
        1 => "object file",
        2 => "program",
        3 => "shared object or position-independent program",
        4 => "core dump",
        _ => "other",
    };
    contents.fact("type", kind);
    contents.fact("machine", elf_machine(half(first, 18).ok_or_else(cut)?));
    let (at, size, count) = if wide { (32, 54, 56) } else { (28, 42, 44) };
    let (Some(table), Some(size), Some(count)) =
        (word(first, at), half(first, size), half(first, count))
    else {
        return Err(cut());
    };
    let table = source.read(table, usize::from(size) * usize::from(count))?;
    let (offset, length) = if wide { (8, 32) } else { (4, 16) };
    for header in table.chunks_exact(usize::from(size).max(1)) {
        let kind = if big { u32_be(header, 0) } else { u32_le(header, 0) };
        if let (Some(3), Some(at), Some(length)) =
            (kind, word(header, offset), word(header, length))
        {
            let path = source.read(at, usize::try_from(length.min(PATH)).unwrap_or_default())?;
            let path = String::from_utf8_lossy(&path);
            contents.fact("interpreter", path.trim_end_matches('\0'));
        }
    }
    Ok(())
}

fn elf_machine(machine: u16) -> String {
    match machine {
        2 => "SPARC",
        3 => "x86",
        8 => "MIPS",
        20 => "PowerPC",
        21 => "PowerPC 64",
        22 => "S/390",
        40 => "ARM",
        43 => "SPARC 64",
        62 => "x86-64",
        183 => "AArch64",
        243 => "RISC-V",
        247 => "BPF",
        258 => "LoongArch",
        other => return other.to_string(),
    }
    .to_owned()
}

/// By its sections (WebAssembly, 5.5).
pub fn wasm(source: &Arc<ObjectBytes>, first: &[u8], contents: &mut Contents) -> Looked<()> {
    let version = u16_le(first, 4).zip(u16_le(first, 6));
    let (version, layer) = version.ok_or_else(|| LookError::malformed("the wasm module is cut"))?;
    contents.fact("version", version.to_string());
    if layer != 0 {
        contents.fact("type", "component");
        return Ok(());
    }
    contents.fact("type", "module");
    let mut at = 8;
    for _ in 0..SECTIONS {
        if at >= source.size() {
            return Ok(());
        }
        let head = source.read_ahead(at, 16, 1024)?;
        let length = head.get(1..).and_then(leb128);
        let (length, bytes) =
            length.ok_or_else(|| LookError::malformed("a section of the module"))?;
        let start = at + 1 + bytes as u64;
        let name = match head[0] {
            2 => Some("imports"),
            3 => Some("functions"),
            7 => Some("exports"),
            _ => None,
        };
        if let Some(name) = name {
            let count = leb128(&source.read(start, 5)?).map_or(0, |(count, _)| count);
            contents.number(name, count);
        }
        at = start + length;
    }
    Ok(())
}

/// An unsigned number of at most 32 bits and how many bytes it takes.
fn leb128(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut number = 0;
    for (at, byte) in bytes.iter().take(5).enumerate() {
        number |= u64::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Some((number, at + 1)).filter(|(number, _)| u32::try_from(*number).is_ok());
        }
    }
    None
}

/// Names programs of other systems among what has no kind of its own.
pub fn binary(source: &Arc<ObjectBytes>, first: &[u8], contents: &mut Contents) -> Looked<()> {
    let start = u32_be(first, 0);
    match start {
        Some(0xcafe_babe) => match u32_be(first, 4) {
            // The version of a class is greater than the number of machines can be.
            Some(version) if version & 0xffff >= 45 => {
                contents.fact("format", "Java class");
                contents.fact("version", (version & 0xffff).to_string());
            }
            Some(machines) => {
                contents.fact("format", "Mach-O universal binary");
                let machines = (0..machines.min(16) as usize)
                    .filter_map(|index| u32_be(first, 8 + index * 20).map(mach_machine));
                contents.fact("machine", machines.collect::<Vec<_>>().join(", "));
            }
            None => {}
        },
        Some(0xcefa_edfe | 0xcffa_edfe) => mach(first, u32_le, contents),
        Some(0xfeed_face | 0xfeed_facf) => mach(first, u32_be, contents),
        _ if first.starts_with(b"MZ") => windows(source, first, contents)?,
        _ if first.starts_with(b"!<arch>\n") => contents.fact("format", "ar archive"),
        _ if first.starts_with(b"Rar!\x1a\x07") => contents.fact("format", "RAR archive"),
        _ if first.starts_with(b"dex\n") => contents.fact("format", "Android dex"),
        _ => {}
    }
    Ok(())
}

fn mach(first: &[u8], word: fn(&[u8], usize) -> Option<u32>, contents: &mut Contents) {
    contents.fact("format", "Mach-O");
    if let Some(machine) = word(first, 4) {
        contents.fact("machine", mach_machine(machine));
    }
    let kind = match word(first, 12) {
        Some(1) => "object file",
        Some(2) => "program",
        Some(4) => "core dump",
        Some(6) => "library",
        Some(8) => "bundle",
        _ => "other",
    };
    contents.fact("type", kind);
}

fn mach_machine(machine: u32) -> String {
    match machine {
        7 => "x86",
        0x0100_0007 => "x86-64",
        12 => "ARM",
        0x0100_000c => "AArch64",
        18 => "PowerPC",
        other => return other.to_string(),
    }
    .to_owned()
}

/// Describes a program by the header that the last word of the DOS header leads to (PE format, 3).
fn windows(source: &Arc<ObjectBytes>, first: &[u8], contents: &mut Contents) -> Looked<()> {
    let Some(at) = u32_le(first, 0x3c) else { return Ok(()) };
    let header = source.read(at.into(), 26)?;
    if !header.starts_with(b"PE\0\0") {
        contents.fact("format", "DOS program");
        return Ok(());
    }
    contents.fact("format", "PE");
    let machine = match u16_le(&header, 4) {
        Some(0x14c) => "x86".to_owned(),
        Some(0x8664) => "x86-64".to_owned(),
        Some(0x1c0 | 0x1c4) => "ARM".to_owned(),
        Some(0xaa64) => "AArch64".to_owned(),
        Some(other) => format!("{other:#x}"),
        None => return Ok(()),
    };
    contents.fact("machine", machine);
    let library = u16_le(&header, 22).is_some_and(|flags| flags & 0x2000 != 0);
    contents.fact("type", if library { "library" } else { "program" });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::contents::ContentKind;
    use crate::look::object_bytes::tests::source;

    type Reader = fn(&Arc<ObjectBytes>, &[u8], &mut Contents) -> Looked<()>;

    fn facts(reader: Reader, bytes: &[u8]) -> Looked<Vec<String>> {
        let mut contents = Contents::of(ContentKind::Binary);
        reader(&source(bytes), bytes, &mut contents)?;
        Ok(contents.facts.into_iter().map(|(name, text)| format!("{name} {text}")).collect())
    }

    /// An ELF header of 64 bits, one program header, and the path it leads to.
    fn program() -> Vec<u8> {
        let mut elf = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0\x01\0\0\0".to_vec();
        elf.extend_from_slice(&[0_u64, 64, 0].map(u64::to_le_bytes).concat());
        elf.extend_from_slice(b"\0\0\0\0\x40\0\x38\0\x01\0\0\0\0\0\0\0");
        elf.extend_from_slice(b"\x03\0\0\0\x04\0\0\0");
        elf.extend_from_slice(&[120_u64, 0, 0, 5, 5, 1].map(u64::to_le_bytes).concat());
        elf.extend_from_slice(b"/ld1\0");
        elf
    }

    const MODULE: &[u8] = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x02\x07\x01\x01a\x01b\0\0\
                            \x03\x02\x01\0\x07\x05\x01\x01c\0\x01\x0a\x04\x01\x02\0\x0b";

    #[test]
    fn an_elf_tells_its_class_machine_and_interpreter() {
        let told = facts(elf, &program()).unwrap();
        assert_eq!(
            told,
            [
                "class 64-bit, little endian",
                "type shared object or position-independent program",
                "machine x86-64",
                "interpreter /ld1",
            ]
        );
    }

    #[test]
    fn a_module_tells_what_it_takes_and_gives() {
        let told = facts(wasm, MODULE).unwrap();
        assert_eq!(told, ["version 1", "type module", "imports 1", "functions 1", "exports 1"]);
    }

    #[test]
    fn programs_of_other_systems_are_named() {
        let mut pe = vec![0; 100];
        pe[..2].copy_from_slice(b"MZ");
        pe[0x3c] = 64;
        pe[64..70].copy_from_slice(b"PE\0\0\x64\x86");
        pe[64 + 23] = 0x20;
        let told = facts(binary, &pe).unwrap();
        assert_eq!(told, ["format PE", "machine x86-64", "type library"]);
        let mach = b"\xcf\xfa\xed\xfe\x0c\0\0\x01\0\0\0\0\x02\0\0\0";
        assert_eq!(
            facts(binary, mach).unwrap(),
            ["format Mach-O", "machine AArch64", "type program"]
        );
        let class = b"\xca\xfe\xba\xbe\0\0\0\x41";
        assert_eq!(facts(binary, class).unwrap(), ["format Java class", "version 65"]);
        let both = b"\xca\xfe\xba\xbe\0\0\0\x02\x01\0\0\x07\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\
                     \x01\0\0\x0c";
        assert_eq!(facts(binary, both).unwrap()[1], "machine x86-64, AArch64");
    }

    #[test]
    fn what_is_cut_or_spoilt_anywhere_does_no_harm() {
        for (reader, bytes) in [(elf as Reader, program()), (wasm, MODULE.to_vec())] {
            for end in 4..bytes.len() {
                let _ = facts(reader, &bytes[..end]);
            }
            for at in 0..bytes.len() {
                for byte in [0, 0x7f, 0xff] {
                    let mut spoilt = bytes.clone();
                    spoilt[at] = byte;
                    let _ = facts(reader, &spoilt);
                }
            }
        }
        assert!(facts(elf, b"\x7fELF").is_err());
        assert!(facts(wasm, b"\0asm").is_err());
    }
}
