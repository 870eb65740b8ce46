//! Reads the buckets of a connection as `config.toml` writes them.

use std::fmt;
use std::path::PathBuf;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};

use crate::config::connection::KnownBucket;
use crate::config::file::section_file::SectionFile;
use crate::config::tilde;
use crate::domain::address::{Bucket, Prefix};
use crate::domain::protection::AccessSpec;

/// `"media"`, or a table with more than the name.
pub struct RawBucket {
    name: String,
    prefix: String,
    public_domain: Option<String>,
    access: AccessSpec,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BucketTable {
    name: String,
    #[serde(default)]
    prefix: String,
    public_domain: Option<String>,
    #[serde(default)]
    requester_pays: bool,
    sse_c_key: Option<PathBuf>,
    sse_c_key_command: Option<String>,
}

impl RawBucket {
    pub fn known(self, source: SectionFile<'_>) -> KnownBucket {
        let key_file = self.access.key_file.map(|path| source.path(path));
        KnownBucket {
            bucket: Bucket::new(self.name),
            prefix: Prefix::new(self.prefix),
            public_domain: self.public_domain,
            access: AccessSpec { key_file, ..self.access },
        }
    }
}

impl<'de> Deserialize<'de> for RawBucket {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<RawBucket, D::Error> {
        deserializer.deserialize_any(BucketVisitor)
    }
}

fn expect_name<E: serde::de::Error>(name: &str) -> Result<(), E> {
    match name.is_empty() {
        true => Err(E::custom("the name of the bucket is empty")),
        false => Ok(()),
    }
}

struct BucketVisitor;

impl<'de> Visitor<'de> for BucketVisitor {
    type Value = RawBucket;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(
            "the name of a bucket, or { name = \"…\" } with prefix, public_domain, \
             requester_pays, sse_c_key or sse_c_key_command",
        )
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<RawBucket, E> {
        expect_name(name)?;
        let (name, access) = (name.to_owned(), AccessSpec::default());
        Ok(RawBucket { name, prefix: String::new(), public_domain: None, access })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RawBucket, A::Error> {
        let table = BucketTable::deserialize(MapAccessDeserializer::new(map))?;
        expect_name(&table.name)?;
        let key_file = table.sse_c_key.map(tilde::expanded);
        if key_file.is_some() && table.sse_c_key_command.is_some() {
            let both = "a bucket has sse_c_key or sse_c_key_command, not both";
            return Err(serde::de::Error::custom(both));
        }
        let BucketTable { name, prefix, public_domain, requester_pays, .. } = table;
        let access = AccessSpec { key_file, key_command: table.sse_c_key_command, requester_pays };
        Ok(RawBucket { name, prefix, public_domain, access })
    }
}
