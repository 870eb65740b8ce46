//! Fills the fields of a form from keys, from what was pasted, and from an address.

use crate::app::screens::connecting::asked::{FormKind, KeySource, fields};
use crate::app::screens::connecting::field::{Entry, FieldId, FormField};
use crate::app::screens::connecting::form::{Form, Remark, field_id};
use crate::config::connection::KnownBucket;
use crate::config::connection_options::{BUCKETS, text_of};
use crate::config::pasted::Pasted;
use crate::config::pasted_address::{PastedAddress, PastedServer, point};

impl Form {
    /// A block of settings fills every field it has something for; anything else goes into the
    /// field with the cursor.
    pub fn on_paste(&mut self, text: &str) {
        if let Some(pasted) = Pasted::read(text) {
            return self.take(pasted);
        }
        let text = text.trim();
        // Behind a choice stands what it asks for.
        if self.focused().is_some_and(|field| !field.is_text()) {
            self.focus = self.text_at(self.focus);
        }
        let has_scheme = text.contains("://") && !text.contains(char::is_whitespace);
        let at = match self.focused() {
            // Addresses find their field; a secret is never looked at.
            Some(field) if has_scheme && field.id != FieldId::Secret => FieldId::Address,
            Some(field) => field.id,
            None => return,
        };
        let at = if self.field(at).is_some() { at } else { field_id(&self.fields, self.focus) };
        if let Some(Entry::Text(input)) = self.entry(at) {
            if has_scheme {
                input.set("");
            }
            input.on_paste(text);
            self.changed(at);
        }
    }

    /// Fills in what a block says.
    fn take(&mut self, pasted: Pasted) {
        let mut filled = Vec::new();
        if let Some(pasted_address) = pasted.pasted_address() {
            match pasted_address {
                Ok(pasted_address) => {
                    self.take_address(pasted_address);
                    filled.push("the server");
                }
                Err(why) => return self.remark = Some(Remark::Problem(why)),
            }
        }
        if pasted.access_key_id.is_some() || pasted.secret_access_key.is_some() {
            self.turn_to(KeySource::Typed);
        } else if pasted.profile.is_some() {
            self.turn_to(KeySource::Profile);
        }
        if let Some(id) = &pasted.access_key_id {
            self.set(FieldId::KeyId, id);
            filled.push("the access key id");
        }
        if let Some(secret) = &pasted.secret_access_key {
            self.set(FieldId::Secret, secret.expose());
            filled.push("the secret");
        }
        if pasted.session_token.is_some() {
            self.session_token = pasted.session_token;
            filled.push("the session token");
        }
        for (id, text, what) in [
            (FieldId::Region, pasted.region, "the region"),
            (FieldId::Option(BUCKETS), pasted.bucket, "the bucket"),
            (FieldId::Profile, pasted.profile, "the profile"),
        ] {
            if let Some(text) = text.filter(|_| self.field(id).is_some()) {
                self.set(id, &text);
                filled.push(what);
            }
        }
        self.suggest_name();
        let nothing = filled.is_empty();
        self.remark = Some(if nothing && !pasted.api_token {
            Remark::Problem("no keys or address were found in the pasted text".to_owned())
        } else if nothing {
            Remark::Problem(
                "that is the token for Cloudflare's own API: S3 takes the access key id and the \
                 secret that stand below it"
                    .to_owned(),
            )
        } else {
            Remark::Note(format!("taken from the pasted text: {}", filled.join(", ")))
        });
        self.focus = self.first_empty();
    }

    /// The first field that is needed and empty, else the button that saves.
    fn first_empty(&self) -> usize {
        match self.draft() {
            Ok(_) => self.fields.len(),
            Err(lacking) => {
                self.fields.iter().position(|field| field.id == lacking.field).unwrap_or(0)
            }
        }
    }

    fn take_address(&mut self, pasted_address: PastedAddress) {
        let PastedAddress { server, bucket, prefix, keys, remark, .. } = pasted_address;
        match server {
            PastedServer::R2 { account, jurisdiction } => {
                self.turn_into(FormKind::R2);
                self.set(FieldId::Address, &account);
                if let Some(jurisdiction) = jurisdiction {
                    self.choose_jurisdictions(&jurisdiction.into());
                }
            }
            PastedServer::Aws { region } => {
                self.turn_into(FormKind::Aws);
                self.set(FieldId::Region, region.as_deref().unwrap_or_default());
            }
            PastedServer::Other { endpoint, region, .. } => {
                self.turn_into(FormKind::Other);
                self.set(FieldId::Address, &endpoint);
                self.set(FieldId::Region, region.as_deref().unwrap_or_default());
            }
            PastedServer::Unsaid => {}
        }
        if let Some((id, secret)) = keys {
            self.turn_to(KeySource::Typed);
            self.set(FieldId::KeyId, &id);
            self.set(FieldId::Secret, secret.expose());
        }
        if let Some(bucket) = bucket.filter(|_| self.typed(FieldId::Option(BUCKETS)).is_empty()) {
            let known = KnownBucket::starting_at(bucket, prefix);
            self.set(FieldId::Option(BUCKETS), &text_of(&[known]));
        }
        self.remark = remark.map(Remark::Note);
        self.suggest_name();
    }

    /// An address is read as soon as it is whole; whatever else it has finds its field.
    pub(super) fn changed(&mut self, id: FieldId) {
        match id {
            FieldId::Name => self.named = true,
            FieldId::Address => {
                self.remark = None;
                let Ok(Some(pasted_address)) = point(self.typed(FieldId::Address)) else { return };
                let is_url = self.typed(FieldId::Address).contains("://");
                match (self.kind, &pasted_address.server) {
                    (FormKind::R2, PastedServer::R2 { jurisdiction: None, .. }) if !is_url => {}
                    (_, PastedServer::R2 { .. }) => self.take_address(pasted_address),
                    // Only what is pasted whole turns the form into another: typing passes many
                    // addresses.
                    (FormKind::R2, PastedServer::Other { .. } | PastedServer::Aws { .. })
                        if is_url && self.looks_finished() =>
                    {
                        self.take_address(pasted_address);
                        self.remark = Some(Remark::Note(
                            "this is not an R2 address: the form is now for any S3 server"
                                .to_owned(),
                        ));
                    }
                    (FormKind::Other, PastedServer::Other { .. })
                        if pasted_address.bucket.is_some() && is_url =>
                    {
                        self.take_address(pasted_address);
                    }
                    _ => {}
                }
            }
            FieldId::Secret | FieldId::KeyId => self.remark = None,
            _ => {}
        }
    }

    /// Whether the address ends like one that was pasted rather than begun.
    fn looks_finished(&self) -> bool {
        let address = self.typed(FieldId::Address).trim_end_matches('/');
        address.rsplit('.').next().is_some_and(|end| end.len() >= 2)
            && address.matches('.').count() > 1
    }

    /// The same entries in the fields of another kind.
    fn turn_into(&mut self, kind: FormKind) {
        if self.kind == kind {
            return;
        }
        let source = match (kind, self.source) {
            (FormKind::R2, KeySource::Anonymous) => KeySource::Typed,
            (_, source) => source,
        };
        self.kind = kind;
        self.renew(source, |field| field.id != FieldId::Address);
    }

    /// The same entries, the keys from elsewhere.
    pub(super) fn turn_to(&mut self, source: KeySource) {
        if self.source != source {
            self.renew(source, |_| true);
        }
    }

    fn renew(&mut self, source: KeySource, stays: impl Fn(&FormField) -> bool) {
        self.source = source;
        let new = fields(self.kind, source, self.setting.keyring);
        let old = std::mem::replace(&mut self.fields, new);
        let at = old.get(self.focus).map(|field| field.id);
        let staying = old.into_iter().filter(|field| field.id != FieldId::Source && stays(field));
        for field in staying {
            if let Some(same) = self.fields.iter_mut().find(|each| each.id == field.id) {
                same.entry = field.entry;
            }
        }
        let same = at.and_then(|at| self.fields.iter().position(|field| field.id == at));
        self.focus = same.unwrap_or_else(|| self.text_at(0));
        self.remark = None;
        self.suggest_name();
    }
}
