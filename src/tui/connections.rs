//! Finds, saves and removes connections for the interface, and has the clients follow.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::task::spawn_blocking;

use crate::app::effect::Request;
use crate::app::event::Reply;
use crate::config::connection::{Connection, CredentialsSource, Keeper};
use crate::config::draft::{Draft, DraftKeys, Keep};
use crate::config::kept;
use crate::config::keyring::{self, SystemKeyring, awaited};
use crate::config::origins::{Origins, Places};
use crate::config::saving;
use crate::config::secret::Secret;
use crate::domain::address::{Bucket, ConnectionName};
use crate::domain::error::{ASSUME_ROLE, Error, ErrorKind};
use crate::domain::identity::masked;
use crate::s3::sdk::role::give_code;
use crate::tui::clients::Clients;
use crate::tui::sign_in::{AWS, sign_in};

/// Where connections are kept.
#[derive(Clone, Debug)]
pub struct ConnectionStore {
    pub clients: Arc<Clients>,
    /// `None` where nothing is to be written (demo).
    pub config_file: Option<PathBuf>,
}

impl ConnectionStore {
    /// Whether a request is about connections themselves rather than by one of them.
    pub fn answers(request: &Request) -> bool {
        matches!(
            request,
            Request::FindOrigins
                | Request::StoredKeyId
                | Request::SaveConnection { .. }
                | Request::RemoveConnection(_)
                | Request::SavePublicDomain { .. }
                | Request::GiveCode(_)
                | Request::ReadImports(_)
                | Request::SignIn { .. }
        )
    }

    /// Reads and writes files on a thread that may block.
    pub async fn answer(self, connection: ConnectionName, request: Request, send: impl Fn(Reply)) {
        if let Request::SignIn { profile } = request {
            let tell = |line| send(Reply::SigningIn(line));
            let ended = sign_in(AWS, profile.as_deref(), tell).await;
            self.clients.renew(&connection);
            return send(Reply::SignedIn(ended));
        }
        if let Request::SavePublicDomain { bucket, domain } = request {
            let saved = spawn_blocking(move || self.save_domain(&connection, &bucket, domain));
            let saved = saved.await.unwrap_or_else(|error| Err(lost(&error)));
            return send(Reply::PublicDomainSaved(saved));
        }
        if request == Request::StoredKeyId {
            let (keyring, _given_up_when_dropped) = awaited();
            let read = spawn_blocking(move || self.stored_key_id(&connection, &keyring)).await;
            return send(Reply::StoredKeyId(read.unwrap_or_default()));
        }
        if let Request::GiveCode(code) = request {
            return send(Reply::CodeGiven(self.give_code(&connection, &code).await));
        }
        if let Some(reply) = self.change(request).await {
            send(reply);
        }
    }

    async fn give_code(&self, connection: &ConnectionName, code: &Secret) -> Result<(), Error> {
        match self.clients.connection(connection) {
            Some(connection) => give_code(&connection, code).await,
            None => Err(Error::new(ErrorKind::Config, ASSUME_ROLE, connection.as_str())
                .detail("no connection has this name any more")),
        }
    }

    async fn change(self, request: Request) -> Option<Reply> {
        Some(match request {
            Request::FindOrigins => {
                let read = spawn_blocking(|| Origins::read(&Places::of_user())).await;
                Reply::Origins(read.unwrap_or_else(|error| Origins {
                    troubles: vec![lost(&error).detail],
                    ..Origins::default()
                }))
            }
            Request::ReadImports(path) => {
                let read = spawn_blocking(move || Origins::read_file(&path)).await;
                Reply::Imports(read.unwrap_or_else(|error| Err(lost(&error).detail)))
            }
            Request::SaveConnection { draft, replaced } => {
                let (keyring, _given_up_when_dropped) = awaited();
                let saved =
                    spawn_blocking(move || self.save(&draft, replaced.as_ref(), &keyring)).await;
                let saved = saved.unwrap_or_else(|error| Err(lost(&error)));
                Reply::ConnectionSaved(saved.map(Box::new))
            }
            Request::RemoveConnection(name) => {
                let (keyring, _given_up_when_dropped) = awaited();
                let removed = spawn_blocking(move || self.remove(name, &keyring)).await;
                Reply::ConnectionRemoved(removed.unwrap_or_else(|error| Err(lost(&error))))
            }
            _ => return None,
        })
    }

    fn save(
        &self,
        draft: &Draft,
        replaced: Option<&ConnectionName>,
        keyring: &SystemKeyring,
    ) -> Result<Connection, Error> {
        let passing = matches!(draft.keys, DraftKeys::Given { keep: Keep::Nowhere, .. });
        let connection = match &self.config_file {
            Some(file) if !passing => saving::save(file, draft, replaced, keyring)?,
            None if !passing => {
                let detail = "the demo writes nothing: choose to keep the keys nowhere, or start \
                              windlass itself";
                return Err(Error::new(ErrorKind::Config, "save the connection", "").detail(detail));
            }
            _ => {
                let before = replaced.and_then(|name| self.clients.connection(name));
                draft.connection(before.as_ref()).map_err(|why| {
                    Error::new(ErrorKind::Config, "use the connection", draft.name.as_str())
                        .detail(why)
                })?
            }
        };
        self.clients.put(connection.clone(), replaced);
        Ok(connection)
    }

    fn save_domain(
        &self,
        name: &ConnectionName,
        bucket: &Bucket,
        domain: Option<String>,
    ) -> Result<Option<String>, Error> {
        let Some(file) = &self.config_file else {
            let detail =
                "the demo writes nothing: start windlass itself, with a connection of its own";
            return Err(Error::new(ErrorKind::Config, "save the public domain", "").detail(detail));
        };
        saving::save_domain(file, name, bucket, domain.as_deref())?;
        Ok(domain)
    }

    /// As it may be shown; nothing where it cannot be read, which is told when it is used.
    fn stored_key_id(&self, name: &ConnectionName, keyring: &SystemKeyring) -> Option<String> {
        let CredentialsSource::Kept { keeper, folder, name } =
            self.clients.connection(name)?.credentials
        else {
            return None;
        };
        let keys = match keeper {
            Keeper::File => kept::read(&folder, &name),
            Keeper::Keyring => keyring::read(keyring, &folder, &name),
        };
        keys.ok().map(|keys| masked(&keys.access_key_id))
    }

    fn remove(
        &self,
        name: ConnectionName,
        keyring: &SystemKeyring,
    ) -> Result<ConnectionName, Error> {
        if let Some(file) = &self.config_file {
            saving::remove(file, &name, keyring)?;
        }
        self.clients.remove(&name);
        Ok(name)
    }
}

fn lost(error: &dyn std::error::Error) -> Error {
    Error::new(ErrorKind::Other, "change the connections", "").detail(error.to_string())
}
