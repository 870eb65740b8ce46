//! Reads the `jurisdictions` of a connection: all, those listed, or those with endpoints of their
//! own.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};

use crate::config::r2::{self, Jurisdiction, Jurisdictions};

/// As it is written.
#[derive(Debug)]
pub enum RawJurisdictions {
    Of(Jurisdictions),
    /// Beside the one of `endpoint`, where R2 is reached by another name.
    Placed(BTreeMap<Jurisdiction, String>),
}

impl RawJurisdictions {
    /// Every jurisdiction with its endpoint.
    ///
    /// # Errors
    /// A sentence that says what was expected.
    pub fn places(
        &self,
        account: Option<&str>,
        endpoint: Option<&str>,
    ) -> Result<Vec<(Jurisdiction, String)>, String> {
        match (self, account, endpoint) {
            (RawJurisdictions::Of(each), Some(account), _) => each.endpoints(account),
            (RawJurisdictions::Placed(others), None, Some(endpoint)) => {
                let own = r2::account_of(endpoint).map_or(Jurisdiction::Default, |(_, own)| own);
                let others = others.iter().filter(|(each, _)| **each != own);
                let others = others.map(|(each, url)| (*each, url.clone()));
                Ok([(own, endpoint.to_owned())].into_iter().chain(others).collect())
            }
            (RawJurisdictions::Of(_), None, _) => {
                Err("jurisdictions = \"all\", or a list, goes with account_id".to_owned())
            }
            (RawJurisdictions::Placed(_), ..) => {
                Err("jurisdictions with addresses go with endpoint: expected \"all\" or a list"
                    .to_owned())
            }
        }
    }
}

impl<'de> Deserialize<'de> for RawJurisdictions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<RawJurisdictions, D::Error> {
        deserializer.deserialize_any(Written)
    }
}

struct Written;

impl<'de> Visitor<'de> for Written {
    type Value = RawJurisdictions;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("\"all\", or a list such as [\"default\", \"eu\"]")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<RawJurisdictions, E> {
        match text {
            "all" => Ok(RawJurisdictions::Of(Jurisdictions::all())),
            text => Err(E::invalid_value(serde::de::Unexpected::Str(text), &self)),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<RawJurisdictions, A::Error> {
        let listed = Vec::<Jurisdiction>::deserialize(SeqAccessDeserializer::new(list))?;
        let empty = || serde::de::Error::invalid_length(0, &self);
        Jurisdictions::of(listed).map(RawJurisdictions::Of).ok_or_else(empty)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RawJurisdictions, A::Error> {
        BTreeMap::deserialize(MapAccessDeserializer::new(map)).map(RawJurisdictions::Placed)
    }
}
