//! Tells what a server cannot do: from the provider's table, and from what it refused.

use crate::domain::provider::Capability;
use crate::s3::client::Client;

impl Client {
    /// Why this server cannot do it: from the provider's table, or because it refused before.
    pub fn lacks(&self, capability: Capability) -> Option<String> {
        if let Some(why) = self.provider().lacks(capability) {
            return Some(why.to_owned());
        }
        if self.asks_anew(capability) {
            return None;
        }
        self.refusals().reason(capability)
    }

    /// Everything this server cannot do, as far as is known, with the reasons.
    pub fn lacking(&self) -> Vec<(Capability, String)> {
        let reason = |capability| Some((capability, self.lacks(capability)?));
        Capability::ALL.into_iter().filter_map(reason).collect()
    }

    /// What the server refused is asked again.
    pub fn forget_refusals(&self) {
        self.refusals().forget();
    }

    pub(in crate::s3) fn refuses(&self, capability: Capability, why: String) {
        self.refusals().add(capability, why);
    }
}
