//! Saves a connection and its keys: the keys first, then `config.toml`, each file whole or not at
//! all.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::config::connection::{Connection, CredentialsSource, Keeper, KnownBucket};
use crate::config::draft::{Draft, DraftKeys};
use crate::config::keyring::Keyring;
use crate::config::paths::write_whole;
use crate::config::secrets_file::SigningKeys;
use crate::config::{edit, file, keyring, remembered_uploads, secrets_file};
use crate::domain::address::{Bucket, ConnectionName};
use crate::domain::attributes::Attributes;
use crate::domain::error::{Error, ErrorKind};
use crate::domain::protection::AccessSpec;

/// Saves a draft, in place of `replaced` where it is a change; gives the connection as the next
/// start will read it. May wait for the keyring.
///
/// # Errors
/// `Config`, `Keyring` and those of the file system; `config.toml` is then as it was.
pub fn save(
    config_file: &Path,
    draft: &Draft,
    replaced: Option<&ConnectionName>,
    keyring: &dyn Keyring,
) -> Result<Connection, Error> {
    let target = followed(config_file);
    let text = edit::put(&read(&target)?, config_file, draft, replaced)?;
    let saved = parsed(&text, config_file, &draft.name)?;
    let before = replaced.and_then(|name| configured(config_file, name));
    let before = before.map(|before| before.credentials);
    let now = &saved.credentials;
    match &draft.keys {
        DraftKeys::Given { keys, .. } => keep(now, keys, keyring)?,
        DraftKeys::AsBefore if before.as_ref() != Some(now) => copy(before.as_ref(), now, keyring)?,
        _ => {}
    }
    write_whole(&target, &text)?;
    if let Some(before) = before.filter(|before| before != now)
        && let Err(error) = forget(&before, keyring)
    {
        tracing::warn!(%error, "keys that are not used any more could not be removed");
    }
    Ok(saved)
}

/// Writes the public domain of a bucket into its connection's section; `None` takes it out.
///
/// # Errors
/// `NotConfigured` where the file has no such section; `config.toml` is then as it was.
pub fn save_domain(
    config_file: &Path,
    name: &ConnectionName,
    bucket: &Bucket,
    domain: Option<&str>,
) -> Result<(), Error> {
    change(config_file, name, "public domains", |connection| {
        let buckets = &mut connection.known_buckets;
        if buckets.iter().all(|known| known.bucket != *bucket) {
            buckets.push(KnownBucket::from(bucket.as_str()));
        }
        for known in buckets.iter_mut().filter(|known| known.bucket == *bucket) {
            known.public_domain = domain.map(str::to_owned);
        }
    })
}

/// Saves like [`save_domain`], but how the objects of a bucket are asked for. Nothing is written
/// where the file has no such section and there is nothing to be kept.
///
/// # Errors
/// As [`save_domain`].
pub fn save_access(
    config_file: &Path,
    name: &ConnectionName,
    bucket: &Bucket,
    access: &AccessSpec,
) -> Result<(), Error> {
    if access.is_plain() && configured(config_file, name).is_none() {
        return Ok(());
    }
    change(config_file, name, "how buckets are asked", |connection| {
        connection.know_access(bucket, access.clone());
    })
}

/// Writes what is known of the buckets of a connection that is in the file.
fn change(
    config_file: &Path,
    name: &ConnectionName,
    what: &str,
    change: impl FnOnce(&mut Connection),
) -> Result<(), Error> {
    let target = followed(config_file);
    let text = read(&target)?;
    let connections = file::parse(&text, config_file)?.connections;
    let Some(mut connection) = connections.into_iter().find(|each| each.name == *name) else {
        let detail = format!("{name} is not in config.toml, which keeps {what}");
        let error = Error::new(ErrorKind::NotConfigured, "change config.toml", name.as_str());
        return Err(error.detail(detail));
    };
    change(&mut connection);
    let text = edit::put_buckets(&text, config_file, name, &connection.known_buckets)?;
    parsed(&text, config_file, name)?;
    write_whole(&target, &text)
}

/// Writes what all uploads to a bucket give; nothing is remembered with `None`.
///
/// # Errors
/// `Config` and those of the file system; `config.toml` is then as it was.
pub fn save_upload_rule(
    config_file: &Path,
    (connection, bucket): (&ConnectionName, &Bucket),
    attributes: Option<&Attributes>,
) -> Result<(), Error> {
    let target = followed(config_file);
    let before = read(&target)?;
    let text = remembered_uploads::put(&before, config_file, (connection, bucket), attributes)?;
    let settings = file::parse(&text, config_file)?.settings;
    if settings.remembered_of(connection, bucket) != attributes {
        let detail = format!("the rule for {bucket} is not there as it was written");
        let error = Error::new(ErrorKind::Config, "change config.toml", bucket.as_str());
        return Err(error.detail(detail));
    }
    if text == before {
        return Ok(());
    }
    write_whole(&target, &text)
}

fn configured(config_file: &Path, name: &ConnectionName) -> Option<Connection> {
    let connections = file::read(config_file).ok()?.connections;
    connections.into_iter().find(|connection| connection.name == *name)
}

fn keep(
    source: &CredentialsSource,
    keys: &SigningKeys,
    keyring: &dyn Keyring,
) -> Result<(), Error> {
    match source {
        CredentialsSource::Kept { keeper: Keeper::File, folder, name } => {
            secrets_file::write(folder, name, keys)
        }
        CredentialsSource::Kept { keeper: Keeper::Keyring, folder, name } => {
            keyring::write(keyring, folder, name, keys)
        }
        _ => Ok(()),
    }
}

/// Kept keys go with their connection to its new name.
fn copy(
    before: Option<&CredentialsSource>,
    now: &CredentialsSource,
    keyring: &dyn Keyring,
) -> Result<(), Error> {
    let (
        Some(CredentialsSource::Kept { keeper, folder, name: from }),
        CredentialsSource::Kept { name: to, .. },
    ) = (before, now)
    else {
        return Ok(());
    };
    match keeper {
        Keeper::File => secrets_file::copy(folder, from, to),
        Keeper::Keyring => keyring::copy(keyring, folder, from, to),
    }
}

fn forget(source: &CredentialsSource, keyring: &dyn Keyring) -> Result<(), Error> {
    match source {
        CredentialsSource::Kept { keeper: Keeper::File, folder, name } => {
            secrets_file::remove(folder, name)
        }
        CredentialsSource::Kept { keeper: Keeper::Keyring, folder, name } => {
            keyring::remove(keyring, folder, name)
        }
        _ => Ok(()),
    }
}

/// Takes a connection out of the file, and forgets the keys that were kept for it.
pub fn remove(
    config_file: &Path,
    name: &ConnectionName,
    keyring: &dyn Keyring,
) -> Result<(), Error> {
    let target = followed(config_file);
    let before = read(&target)?;
    let text = edit::remove(&before, config_file, name)?;
    if text == before {
        let detail = format!(
            "{name} is not in config.toml: it comes from the AWS files, a variable or a flag"
        );
        return Err(
            Error::new(ErrorKind::Config, "change config.toml", name.as_str()).detail(detail)
        );
    }
    file::parse(&text, config_file)?;
    // What cannot be forgotten is still named, so that it can be tried again.
    if let Some(connection) = configured(config_file, name) {
        forget(&connection.credentials, keyring)?;
    }
    write_whole(&target, &text)
}

/// Where a link of the user's leads: the link stays one.
fn followed(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

fn read(path: &Path) -> Result<String, Error> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(Error::from_io(&error, "read", path.display())),
    }
}

/// What is about to be written must be read again.
fn parsed(text: &str, path: &Path, name: &ConnectionName) -> Result<Connection, Error> {
    let connections = file::parse(text, path)?.connections;
    connections.into_iter().find(|connection| connection.name == *name).ok_or_else(|| {
        Error::new(ErrorKind::Config, "change config.toml", path.display().to_string())
            .detail("the connection is not there after it was added")
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;
    use crate::config::connection_options::ConnectionOptions;
    use crate::config::draft::{DraftServer, Keep};
    use crate::config::keyring::memory::MemoryKeyring;
    use crate::config::r2::Jurisdiction;
    use crate::config::secret::Secret;
    use crate::domain::error::KeyringFault;

    fn draft(name: &str, keep: Keep) -> Draft {
        let keys = SigningKeys {
            access_key_id: "id".to_owned(),
            secret_access_key: Secret::new("hush"),
            session_token: None,
        };
        Draft {
            name: name.into(),
            server: DraftServer::R2 {
                account: "0123456789abcdef0123456789abcdef".to_owned(),
                jurisdictions: Jurisdiction::Default.into(),
            },
            keys: DraftKeys::Given { keys, keep },
            options: ConnectionOptions::default(),
        }
    }

    #[test]
    fn a_public_domain_is_written_beside_what_is_there_and_taken_out_again() {
        let home = tempfile::tempdir().unwrap();
        let config = home.path().join("config.toml");
        let text = "# mine\n[connections.lab] # the lab\nendpoint = \"http://h\" # here\nanonymous \
                    = true\n\
                    buckets = [\"a\", { name = \"b\", prefix = \"x/\" }] # two\n";
        fs::write(&config, text).unwrap();
        let domain = |bucket: &str| {
            let known = file::read(&config).unwrap().connections.remove(0).known_buckets;
            known.into_iter().find(|known| known.bucket == bucket.into()).unwrap().public_domain
        };
        for bucket in ["b", "c"] {
            save_domain(&config, &"lab".into(), &bucket.into(), Some("https://cdn.h")).unwrap();
            assert_eq!(domain(bucket).as_deref(), Some("https://cdn.h"));
        }
        let written = fs::read_to_string(&config).unwrap();
        for kept in ["# mine", "# the lab", "# here", "# two", "prefix = \"x/\""] {
            assert!(written.contains(kept), "{kept}: {written}");
        }
        save_domain(&config, &"lab".into(), &"b".into(), None).unwrap();
        assert_eq!(domain("b"), None);
        let other = save_domain(&config, &"aws".into(), &"b".into(), Some("https://x.y"));
        assert!(other.unwrap_err().detail.contains("aws is not in config.toml"));
        let nowhere = home.path().join("none.toml");
        assert!(save_domain(&nowhere, &"aws".into(), &"b".into(), None).is_err());
        let plain = AccessSpec::default();
        let access = AccessSpec {
            key_file: Some("/k".into()),
            requester_pays: true,
            ..AccessSpec::default()
        };
        save_access(&config, &"lab".into(), &"c".into(), &access).unwrap();
        let known = || file::read(&config).unwrap().connections.remove(0).known_buckets;
        assert_eq!((&known()[2].access, domain("c").as_deref()), (&access, Some("https://cdn.h")));
        assert!(known()[..2].iter().all(|other| other.access.is_plain()));
        save_access(&config, &"lab".into(), &"c".into(), &plain).unwrap();
        assert!(known()[2].access.is_plain());
        let other = save_access(&config, &"aws".into(), &"b".into(), &access);
        assert!(other.unwrap_err().detail.contains("aws is not in config.toml"));
        save_access(&nowhere, &"aws".into(), &"b".into(), &plain).expect("nothing is kept");
        assert!(!nowhere.exists());
    }

    #[test]
    fn a_connection_is_saved_renamed_and_removed_with_its_keys() {
        let home = tempfile::tempdir().unwrap();
        let config = home.path().join("windlass/config.toml");
        let folder = config.parent().unwrap();
        let saved =
            save(&config, &draft("a", Keep::File), None, &MemoryKeyring::default()).unwrap();
        assert_eq!(file::read(&config).unwrap().connections, [saved]);
        let mode = fs::metadata(&config).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(!fs::read_to_string(&config).unwrap().contains("hush"));
        let renamed = Draft { keys: DraftKeys::AsBefore, ..draft("b", Keep::File) };
        save(&config, &renamed, Some(&"a".into()), &MemoryKeyring::default()).unwrap();
        assert_eq!(
            secrets_file::read(folder, &"b".into()).unwrap().secret_access_key.expose(),
            "hush"
        );
        save(&config, &draft("b", Keep::Config), Some(&"b".into()), &MemoryKeyring::default())
            .unwrap();
        assert!(secrets_file::read(folder, &"b".into()).is_err());
        assert!(fs::read_to_string(&config).unwrap().contains("hush"));
        remove(&config, &"b".into(), &MemoryKeyring::default()).unwrap();
        assert!(file::read(&config).unwrap().connections.is_empty());
        assert!(
            remove(&config, &"b".into(), &MemoryKeyring::default())
                .unwrap_err()
                .detail
                .contains("not in config.toml")
        );
    }

    #[test]
    fn a_link_to_the_file_stays_a_link() {
        let home = tempfile::tempdir().unwrap();
        let (real, link) = (home.path().join("dots.toml"), home.path().join("config.toml"));
        fs::write(&real, "# mine\n").unwrap();
        symlink(&real, &link).unwrap();
        save(&link, &draft("a", Keep::File), None, &MemoryKeyring::default()).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert!(fs::read_to_string(&real).unwrap().starts_with("# mine\n"));
    }

    #[test]
    fn a_file_that_cannot_be_read_is_not_written() {
        let home = tempfile::tempdir().unwrap();
        let config = home.path().join("config.toml");
        fs::write(&config, "broken = [").unwrap();
        assert!(save(&config, &draft("a", Keep::File), None, &MemoryKeyring::default()).is_err());
        assert_eq!(fs::read_to_string(&config).unwrap(), "broken = [");
        assert!(!secrets_file::path_in(home.path()).exists());
    }

    #[test]
    fn keys_in_the_keyring_go_where_their_connection_goes() {
        let home = tempfile::tempdir().unwrap();
        let (config, keyring) = (home.path().join("config.toml"), MemoryKeyring::default());
        let saved = save(&config, &draft("a", Keep::Keyring), None, &keyring).unwrap();
        assert_eq!(saved.credentials.words(), "the system's keyring");
        assert!(fs::read_to_string(&config).unwrap().contains("keys = \"keyring\""));
        let secret = |name: &str| {
            let read = keyring::read(&keyring, home.path(), &name.into());
            read.map(|keys| keys.secret_access_key.expose().to_owned()).ok()
        };
        assert_eq!(secret("a").as_deref(), Some("hush"));
        let renamed = Draft { keys: DraftKeys::AsBefore, ..draft("b", Keep::File) };
        save(&config, &renamed, Some(&"a".into()), &keyring).unwrap();
        assert_eq!((secret("a"), secret("b").as_deref()), (None, Some("hush")));
        save(&config, &draft("b", Keep::File), Some(&"b".into()), &keyring).unwrap();
        assert_eq!((keyring.names().len(), secret("b")), (0, None), "it left the keyring");
        save(&config, &draft("b", Keep::Keyring), Some(&"b".into()), &keyring).unwrap();
        assert!(!secrets_file::path_in(home.path()).exists(), "and the file");
        remove(&config, &"b".into(), &keyring).unwrap();
        assert_eq!(keyring.names().len(), 0);
        assert!(file::read(&config).unwrap().connections.is_empty());
    }

    #[test]
    fn a_keyring_that_refuses_leaves_everything_as_it_was() {
        let home = tempfile::tempdir().unwrap();
        let config = home.path().join("config.toml");
        let locked =
            MemoryKeyring { fault: Some(KeyringFault::Locked), ..MemoryKeyring::default() };
        let error = save(&config, &draft("a", Keep::Keyring), None, &locked).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Keyring(KeyringFault::Locked));
        assert!(!config.exists());
        save(&config, &draft("a", Keep::Keyring), None, &MemoryKeyring::default()).unwrap();
        let before = fs::read_to_string(&config).unwrap();
        let renamed = Draft { keys: DraftKeys::AsBefore, ..draft("b", Keep::File) };
        assert!(save(&config, &renamed, Some(&"a".into()), &locked).is_err());
        assert!(remove(&config, &"a".into(), &locked).is_err());
        assert_eq!(fs::read_to_string(&config).unwrap(), before);
        let absent =
            MemoryKeyring { fault: Some(KeyringFault::Absent), ..MemoryKeyring::default() };
        remove(&config, &"a".into(), &absent).unwrap();
    }
}
