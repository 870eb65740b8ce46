//! Makes a draft of the fields of a form, or says what is missing.

use crate::app::screens::connecting::asked::{FormKind, KeySource, keeps};
use crate::app::screens::connecting::field::{FieldId, FormField};
use crate::app::screens::connecting::form::{Form, Lacking};
use crate::config::connection::{CredentialsSource, Keeper};
use crate::config::connection_options::{ConnectionOptions, OPTIONS};
use crate::config::draft::{Draft, DraftKeys, DraftServer, Keep};
use crate::config::pasted_address::{PastedServer, point};
use crate::config::secret::Secret;
use crate::config::secrets_file::SigningKeys;
use crate::domain::address::ConnectionName;
use crate::domain::provider::Provider;
use crate::domain::region::parse_region;

impl Form {
    /// The draft that the fields make.
    pub fn draft(&self) -> Result<Draft, Lacking> {
        let server = self.server()?;
        let keys = self.keys()?;
        let options = self.options()?;
        let name = self.typed(FieldId::Name).trim();
        if name.is_empty() {
            return Err(lacking(FieldId::Name, "give the connection a name"));
        }
        if self.setting.taken.iter().any(|taken| taken.as_str() == name) && !self.is_own(name) {
            let sentence = format!("a connection named {name} already exists");
            return Err(Lacking { field: FieldId::Name, sentence });
        }
        Ok(Draft { name: ConnectionName::new(name), server, keys, options })
    }

    fn options(&self) -> Result<ConnectionOptions, Lacking> {
        let before = self.before.as_ref().map(ConnectionOptions::of);
        let mut options = before.unwrap_or_default();
        for option in &OPTIONS {
            let field = FieldId::Option(option.name);
            let entered = self.field(field).map_or("", FormField::entered);
            (option.take)(&mut options, entered).map_err(|sentence| Lacking { field, sentence })?;
        }
        Ok(options)
    }

    fn server(&self) -> Result<DraftServer, Lacking> {
        let region = Some(self.typed(FieldId::Region).trim().to_owned());
        let region = region.filter(|region| !region.is_empty());
        if let Some(Err(sentence)) = region.as_deref().map(parse_region) {
            return Err(Lacking { field: FieldId::Region, sentence });
        }
        if self.kind == FormKind::Aws {
            return Ok(DraftServer::Aws { region });
        }
        let address = self.typed(FieldId::Address).trim();
        let wrong = |sentence: String| Lacking { field: FieldId::Address, sentence };
        if address.is_empty() {
            return Err(wrong(String::new()));
        }
        let found = point(address).map_err(wrong)?;
        match (self.kind, found.map(|found| found.server)) {
            (FormKind::R2, Some(PastedServer::R2 { account, .. })) => {
                Ok(DraftServer::R2 { account, jurisdictions: self.jurisdictions() })
            }
            (FormKind::R2, _) => Err(wrong(
                "enter the account id (32 hexadecimal digits), or an R2 or dashboard address"
                    .to_owned(),
            )),
            (_, Some(PastedServer::Other { provider, endpoint, region: own })) => {
                let provider = match &self.before {
                    Some(before) if provider == Provider::Other => before.provider,
                    _ => provider,
                };
                Ok(DraftServer::Other { provider, endpoint, region: region.or(own) })
            }
            (_, Some(PastedServer::Aws { .. })) if self.leads_there(address) => {
                // One of AWS's endpoints that was chosen stays, with whatever it is for.
                let (provider, endpoint) = (Provider::Aws, address.to_owned());
                Ok(DraftServer::Other { provider, endpoint, region })
            }
            (_, Some(PastedServer::Aws { region: own })) => {
                Ok(DraftServer::Aws { region: region.or(own) })
            }
            _ => {
                Err(wrong("enter the server's address, such as https://s3.example.com".to_owned()))
            }
        }
    }

    /// Whether the connection that is changed leads to this endpoint.
    fn leads_there(&self, address: &str) -> bool {
        let before = self.before.as_ref().and_then(|before| before.endpoint.as_deref());
        before == Some(address)
    }

    fn keys(&self) -> Result<DraftKeys, Lacking> {
        let text = |id| self.typed(id).trim().to_owned();
        Ok(match self.source {
            KeySource::Typed => return self.typed_keys(),
            KeySource::Anonymous => DraftKeys::Anonymous,
            KeySource::Profile => {
                DraftKeys::Profile(Some(text(FieldId::Profile)).filter(|name| !name.is_empty()))
            }
            KeySource::Variables => DraftKeys::Variables {
                access_key_id: self.variable(FieldId::IdVariable)?,
                secret_access_key: self.variable(FieldId::SecretVariable)?,
            },
            KeySource::Command if text(FieldId::Command).is_empty() => {
                return Err(lacking(FieldId::Command, ""));
            }
            KeySource::Command => DraftKeys::Process(text(FieldId::Command)),
        })
    }

    /// The name of a variable: a key that was put in its place is not taken for one.
    fn variable(&self, id: FieldId) -> Result<String, Lacking> {
        let name = self.typed(id).trim();
        let begins = name.chars().next().is_some_and(|first| !first.is_ascii_digit());
        let named = name.chars().all(|each| each.is_ascii_alphanumeric() || each == '_');
        match name {
            "" => Err(lacking(id, "")),
            name if begins && named => Ok(name.to_owned()),
            _ => {
                Err(lacking(id, "enter the variable's name, not its value: letters, digits and _"))
            }
        }
    }

    fn typed_keys(&self) -> Result<DraftKeys, Lacking> {
        let (id, secret) = (self.typed(FieldId::KeyId).trim(), self.typed(FieldId::Secret).trim());
        let keep = self.keep();
        match (id.is_empty(), secret.is_empty(), self.kept_before()) {
            (true, true, Some(before)) if before == keep => Ok(DraftKeys::AsBefore),
            (true, true, Some(_)) => {
                Err(lacking(FieldId::KeyId, "enter the keys again to store them elsewhere"))
            }
            (true, true, None) if self.kind == FormKind::Other => Ok(DraftKeys::Anonymous),
            (true, ..) => Err(lacking(FieldId::KeyId, "")),
            (false, true, _) => Err(lacking(FieldId::Secret, "")),
            (false, false, _) => Ok(DraftKeys::Given {
                keys: SigningKeys {
                    access_key_id: id.to_owned(),
                    secret_access_key: Secret::new(secret),
                    session_token: self.session_token.clone(),
                },
                keep,
            }),
        }
    }

    /// What stands in an empty field of keys: what is stored already.
    pub fn stored(&self, id: FieldId) -> Option<String> {
        let place = match self.kept_before()? {
            Keep::Keyring => "in the keyring",
            Keep::File => "in secrets.toml",
            Keep::Config => "in config.toml",
            Keep::Nowhere => return None,
        };
        match (id, &self.stored_id) {
            (FieldId::KeyId, Some(stored)) => Some(format!("{stored} (stored {place})")),
            (FieldId::KeyId | FieldId::Secret, _) => Some(format!("stored {place}")),
            _ => None,
        }
    }

    /// Where the form would keep the keys.
    pub fn keep(&self) -> Keep {
        keeps(self.setting.keyring)[self.chosen(FieldId::Keep)].1
    }

    /// Whether keys were entered that are nowhere yet.
    pub fn has_new_keys(&self) -> bool {
        matches!(self.typed_keys(), Ok(DraftKeys::Given { .. }))
    }

    /// Where the connection that is changed has keys that were entered once.
    pub(super) fn kept_before(&self) -> Option<Keep> {
        Some(match &self.before.as_ref()?.credentials {
            CredentialsSource::Kept { keeper: Keeper::File, .. } => Keep::File,
            CredentialsSource::Kept { keeper: Keeper::Keyring, .. } => Keep::Keyring,
            CredentialsSource::Static { .. } => Keep::Config,
            _ => return None,
        })
    }
}

fn lacking(field: FieldId, sentence: &str) -> Lacking {
    Lacking { field, sentence: sentence.to_owned() }
}
