//! Lists the storage classes of objects, as S3 and the screen spell them.

use crate::domain::protection::is_archive;

/// A storage class in one byte. A class this version does not know is `Other`; HeadObject gives its
/// text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    #[default]
    Unknown,
    Standard,
    StandardIa,
    OneZoneIa,
    IntelligentTiering,
    Glacier,
    GlacierIr,
    DeepArchive,
    ReducedRedundancy,
    ExpressOneZone,
    Other,
}

/// In the order of [`Class::code`].
pub const CLASSES: [Class; 11] = [
    Class::Unknown,
    Class::Standard,
    Class::StandardIa,
    Class::OneZoneIa,
    Class::IntelligentTiering,
    Class::Glacier,
    Class::GlacierIr,
    Class::DeepArchive,
    Class::ReducedRedundancy,
    Class::ExpressOneZone,
    Class::Other,
];

impl Class {
    /// Whether it keeps objects that have to be restored before they are read.
    pub fn is_archive(self) -> bool {
        is_archive(self.as_str())
    }

    /// Whether only a look at an object tells: classes move objects to an archive by themselves,
    /// are not known here, or are not told by a listing.
    pub fn may_be_archived(self) -> bool {
        let untold = matches!(self, Class::IntelligentTiering | Class::Other | Class::Unknown);
        self.is_archive() || untold
    }

    /// Each with its name in S3 and a short one for a table column.
    const NAMES: [(Class, &str, &str); 10] = [
        (Class::Unknown, "", ""),
        (Class::Standard, "STANDARD", "standard"),
        (Class::StandardIa, "STANDARD_IA", "ia"),
        (Class::OneZoneIa, "ONEZONE_IA", "onezone-ia"),
        (Class::IntelligentTiering, "INTELLIGENT_TIERING", "tiering"),
        (Class::Glacier, "GLACIER", "glacier"),
        (Class::GlacierIr, "GLACIER_IR", "glacier-ir"),
        (Class::DeepArchive, "DEEP_ARCHIVE", "deep-archive"),
        (Class::ReducedRedundancy, "REDUCED_REDUNDANCY", "reduced"),
        (Class::ExpressOneZone, "EXPRESS_ONEZONE", "express"),
    ];

    pub fn parse(text: &str) -> Class {
        let known = Class::NAMES.iter().find(|(_, name, _)| *name == text);
        known.map_or(Class::Other, |(class, ..)| *class)
    }

    /// As S3 spells it; empty where the server named none, `OTHER` where this version does not know
    /// it.
    pub fn as_str(self) -> &'static str {
        let known = Class::NAMES.iter().find(|(class, ..)| *class == self);
        known.map_or("OTHER", |(_, name, _)| name)
    }

    /// As [`Class::as_str`]; a server that names no class has but the usual one.
    pub fn spelled(self) -> &'static str {
        match self.as_str() {
            "" => Class::Standard.as_str(),
            named => named,
        }
    }

    /// One byte that stands for the class on disk, now and later.
    pub fn code(self) -> u8 {
        self as u8
    }

    pub fn of_code(code: u8) -> Option<Class> {
        CLASSES.get(usize::from(code)).copied()
    }

    /// A short name for a table column; empty where the server named no class.
    pub fn label(self) -> &'static str {
        let known = Class::NAMES.iter().find(|(class, ..)| *class == self);
        known.map_or("other", |(.., label)| label)
    }
}
