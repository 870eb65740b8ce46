//! Finds, saves and removes connections for the interface, and updates the clients.

use std::future::pending;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::task::spawn_blocking;

use crate::app::effect::ConnectionRequest;
use crate::app::event::{Answer, Reply};
use crate::config::connection::{Connection, CredentialsSource, Keeper};
use crate::config::draft::{Draft, DraftKeys, Keep};
use crate::config::keyring::{self, SystemKeyring, awaited};
use crate::config::origins::{OriginPaths, Origins};
use crate::config::saving;
use crate::config::secret::Secret;
use crate::config::secrets_file;
use crate::domain::address::{Bucket, ConnectionName};
use crate::domain::attributes::Attributes;
use crate::domain::error::{ASSUME_ROLE, Error, ErrorKind};
use crate::domain::identity::masked;
use crate::domain::protection::AccessSpec;
use crate::s3::access::Access;
use crate::s3::client::Client;
use crate::s3::sdk::role::give_code;
use crate::s3::tasks::blocking;
use crate::tui::clients::{Clients, client_of};
use crate::tui::sign_in::{AWS, sign_in};

/// Where connections are kept.
#[derive(Clone)]
pub struct ConnectionStore {
    pub clients: Arc<Clients>,
    /// `None` where nothing is to be written (demo).
    pub config_file: Option<PathBuf>,
}

impl ConnectionStore {
    /// Reads and writes files on a thread that may block; `tell` has what is known before the end.
    pub async fn answer(
        &self,
        connection: ConnectionName,
        request: ConnectionRequest,
        tell: impl Fn(Answer) + Send + Sync,
    ) -> Reply {
        let store = self.clone();
        match request {
            ConnectionRequest::Examine { unsaved, examination } => {
                let client = match unsaved {
                    Some(connection) => connect(*connection).await?,
                    None => client_of(&self.clients, connection).await?,
                };
                // What was refused before is asked again.
                client.forget_refusals();
                let mut each = |finding| tell(Answer::Examining(finding));
                client.examine(&examination, &mut each, pending()).await;
                Ok(Answer::Examined)
            }
            ConnectionRequest::FindOrigins => {
                let read = spawn_blocking(|| Origins::read(&OriginPaths::of_user())).await;
                Ok(Answer::Origins(read.unwrap_or_else(|error| Origins {
                    troubles: vec![error.to_string()],
                    ..Origins::default()
                })))
            }
            ConnectionRequest::ReadImports(path) => {
                let place = path.display().to_string();
                let why = match spawn_blocking(move || Origins::read_file(&path)).await {
                    Ok(Ok(imports)) => return Ok(Answer::Imports(imports)),
                    Ok(Err(why)) => why,
                    Err(error) => error.to_string(),
                };
                Err(Error::new(ErrorKind::Config, "read the connections", place).detail(why))
            }
            ConnectionRequest::StoredKeyId => {
                let (keyring, _given_up_when_dropped) = awaited();
                let read = spawn_blocking(move || store.stored_key_id(&connection, &keyring)).await;
                Ok(Answer::StoredKeyId(read.unwrap_or_default()))
            }
            ConnectionRequest::SaveConnection { draft, replaced } => {
                let (keyring, _given_up_when_dropped) = awaited();
                let save = move || store.save(&draft, replaced.as_ref(), &keyring);
                Ok(Answer::ConnectionSaved(Box::new(blocking(save).await?)))
            }
            ConnectionRequest::RemoveConnection(name) => {
                let (keyring, _given_up_when_dropped) = awaited();
                let remove = move || store.remove(name, &keyring);
                Ok(Answer::ConnectionRemoved(blocking(remove).await?))
            }
            ConnectionRequest::SavePublicDomain { bucket, domain } => {
                let save = move || store.save_domain(&connection, &bucket, domain);
                Ok(Answer::PublicDomainSaved(blocking(save).await?))
            }
            ConnectionRequest::SetBucketAccess { bucket, access, kept } => {
                // A key that cannot be read is said before anything is changed; who leaves while
                // its command runs changes nothing.
                Access::of_bucket(&access).await?;
                let set = move || store.set_access(&connection, &bucket, access, kept);
                blocking(set).await?;
                Ok(Answer::BucketAccessSet)
            }
            ConnectionRequest::RememberUploads { bucket, attributes } => {
                let remember =
                    move || store.remember_uploads(&connection, &bucket, attributes.as_deref());
                blocking(remember).await?;
                Ok(Answer::UploadsRemembered)
            }
            ConnectionRequest::GiveCode(code) => {
                self.give_code(&connection, &code).await?;
                Ok(Answer::CodeGiven)
            }
            ConnectionRequest::SignIn { profile } => {
                let each = |line| tell(Answer::SigningIn(line));
                let ended = sign_in(AWS, profile.as_deref(), each).await;
                self.clients.renew(&connection);
                ended.map(|()| Answer::SignedIn)
            }
        }
    }

    async fn give_code(&self, connection: &ConnectionName, code: &Secret) -> Result<(), Error> {
        match self.clients.connection(connection) {
            Some(connection) => give_code(&connection, code).await,
            None => Err(Error::new(ErrorKind::Config, ASSUME_ROLE, connection.as_str())
                .detail("no connection has this name any more")),
        }
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

    fn remember_uploads(
        &self,
        connection: &ConnectionName,
        bucket: &Bucket,
        attributes: Option<&Attributes>,
    ) -> Result<(), Error> {
        let Some(file) = &self.config_file else {
            let detail = "the demo writes nothing: start windlass itself";
            let error = Error::new(ErrorKind::Config, "remember the settings", bucket.as_str());
            return Err(error.detail(detail));
        };
        saving::save_upload_rule(file, (connection, bucket), attributes)
    }

    fn set_access(
        &self,
        name: &ConnectionName,
        bucket: &Bucket,
        access: AccessSpec,
        kept: bool,
    ) -> Result<(), Error> {
        match &self.config_file {
            Some(file) if kept => saving::save_access(file, name, bucket, &access)?,
            None if kept && !access.is_plain() => {
                let detail =
                    "the demo writes nothing: choose until Windlass ends, or start windlass itself";
                return Err(Error::new(ErrorKind::Config, "keep it", "").detail(detail));
            }
            _ => {}
        }
        self.clients.know_access(name, bucket, access, kept);
        Ok(())
    }

    /// As it may be shown; nothing where it cannot be read, which is told when it is used.
    fn stored_key_id(&self, name: &ConnectionName, keyring: &SystemKeyring) -> Option<String> {
        let CredentialsSource::Kept { keeper, folder, name } =
            self.clients.connection(name)?.credentials
        else {
            return None;
        };
        let keys = match keeper {
            Keeper::File => secrets_file::read(&folder, &name),
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

/// A client of a connection that is not saved, or not yet.
async fn connect(connection: Connection) -> Result<Client, Error> {
    blocking(move || Client::connect(&connection, Arc::default())).await
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::{sleep, timeout};

    use super::*;
    use crate::domain::provider::Provider;

    #[tokio::test]
    async fn access_that_is_given_up_while_its_command_runs_is_not_kept() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.toml");
        let before = "[connections.a]\nendpoint = \"http://127.0.0.1:9\"\n";
        std::fs::write(&file, before).unwrap();
        let known =
            Connection::with_keys("a", Provider::Other, "http://127.0.0.1:9", "auto", "id", "hush");
        let clients = Arc::new(Clients::new(vec![known], Vec::new(), |_, _| ()));
        let store = ConnectionStore { clients, config_file: Some(file.clone()) };
        let marker = folder.path().join("waited");
        let key = "x".repeat(32);
        let command =
            format!("[ -e {0} ] || {{ touch {0}; sleep 1; }}; printf {key}", marker.display());
        let set = || {
            let access = AccessSpec { key_command: Some(command.clone()), ..AccessSpec::default() };
            let bucket = Bucket::new("b");
            let request = ConnectionRequest::SetBucketAccess { bucket, access, kept: true };
            store.answer("a".into(), request, |_| ())
        };
        assert!(timeout(Duration::from_millis(300), set()).await.is_err());
        sleep(Duration::from_millis(1500)).await;
        assert!(marker.exists());
        assert_eq!(std::fs::read_to_string(&file).unwrap(), before);
        let given = |store: &ConnectionStore| {
            store.clients.connection(&"a".into()).unwrap().known_buckets.len()
        };
        assert_eq!(given(&store), 0);
        set().await.unwrap();
        assert!(std::fs::read_to_string(&file).unwrap().contains("sse_c_key_command"));
        assert_eq!(given(&store), 1);
    }
}
