//! Names R2's jurisdictions: where the objects of a bucket are kept by contract.

use serde::Deserialize;

use crate::domain::address::Bucket;
use crate::domain::listed::listed;

const AT: char = '@';

listed! {
    /// Each has an endpoint of its own, and a bucket is reached at the one of its jurisdiction
    /// alone.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
    #[serde(rename_all = "lowercase")]
    pub enum Jurisdiction {
        #[default]
        Default,
        Eu,
        Fedramp,
        Us,
    }
}

impl Jurisdiction {
    /// As `config.toml`, R2's hosts and Cloudflare's API write it.
    pub const fn name(self) -> &'static str {
        match self {
            Jurisdiction::Default => "default",
            Jurisdiction::Eu => "eu",
            Jurisdiction::Fedramp => "fedramp",
            Jurisdiction::Us => "us",
        }
    }

    /// The one name that a bucket has on a connection of several jurisdictions: `media`, and
    /// `media@eu` where it is in another one than the default. No name of R2 has an `@`.
    pub fn named(self, bucket: &Bucket) -> Bucket {
        match self {
            Jurisdiction::Default => bucket.clone(),
            _ => Bucket::new(format!("{bucket}{AT}{}", self.name())),
        }
    }

    /// The name and the jurisdiction of a bucket that says both. The default one is not said: a
    /// bucket has one name.
    pub fn said(bucket: &Bucket) -> Option<(&str, Jurisdiction)> {
        let (name, jurisdiction) = bucket.as_str().rsplit_once(AT)?;
        let jurisdiction = Jurisdiction::from_name(jurisdiction)?;
        (jurisdiction != Jurisdiction::Default).then_some((name, jurisdiction))
    }

    pub fn from_name(name: &str) -> Option<Jurisdiction> {
        Jurisdiction::ALL.into_iter().find(|jurisdiction| jurisdiction.name() == name)
    }
}
