//! Writes a connection and its keys: the keys first, then `config.toml`, each file as a whole or not at all.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::config::connection::{Connection, KnownBucket};
use crate::config::draft::{Draft, DraftKeys, Keep};
use crate::config::paths::write_whole;
use crate::config::{edit, file, kept};
use crate::domain::address::{Bucket, ConnectionName};
use crate::domain::error::{Error, ErrorKind};

/// Saves a draft, in place of `replaced` where it is a change; gives the connection as the next start will read it.
///
/// # Errors
/// `Config` and those of the file system; `config.toml` is then as it was.
pub fn save(
    config_file: &Path,
    draft: &Draft,
    replaced: Option<&ConnectionName>,
) -> Result<Connection, Error> {
    let target = followed(config_file);
    let text = edit::put(&read(&target)?, config_file, draft, replaced)?;
    let saved = parsed(&text, config_file, &draft.name)?;
    let folder = config_file.parent().unwrap_or(config_file);
    if let Some(replaced) = replaced {
        kept::rename(folder, replaced, &draft.name)?;
    }
    if let DraftKeys::Given { keys, keep: Keep::File } = &draft.keys {
        kept::write(folder, &draft.name, keys)?;
    }
    write_whole(&target, &text)?;
    let leaves_file = matches!(
        &draft.keys,
        DraftKeys::Given { keep: Keep::Config, .. } | DraftKeys::Profile(_) | DraftKeys::Anonymous
    );
    if leaves_file && replaced.is_some() {
        kept::remove(folder, &draft.name)?;
    }
    Ok(saved)
}

/// Writes the public domain of a bucket into its connection's section; `None` takes it out.
///
/// # Errors
/// `Config` where the file has no such section; `config.toml` is then as it was.
pub fn save_domain(
    config_file: &Path,
    name: &ConnectionName,
    bucket: &Bucket,
    domain: Option<&str>,
) -> Result<(), Error> {
    let target = followed(config_file);
    let text = read(&target)?;
    let connections = file::parse(&text, config_file)?.connections;
    let Some(connection) = connections.into_iter().find(|each| each.name == *name) else {
        let detail = format!(
            "{name} is not in config.toml, which keeps public domains: P, then n makes a connection of your own"
        );
        return Err(
            Error::new(ErrorKind::Config, "change config.toml", name.as_str()).detail(detail)
        );
    };
    let mut buckets = connection.known_buckets;
    if buckets.iter().all(|known| known.bucket != *bucket) {
        buckets.push(KnownBucket::from(bucket.as_str()));
    }
    for known in buckets.iter_mut().filter(|known| known.bucket == *bucket) {
        known.public_domain = domain.map(str::to_owned);
    }
    let text = edit::put_buckets(&text, config_file, name, &buckets)?;
    parsed(&text, config_file, name)?;
    write_whole(&target, &text)
}

/// Takes a connection out of the file, and forgets the keys that were kept for it.
pub fn remove(config_file: &Path, name: &ConnectionName) -> Result<(), Error> {
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
    write_whole(&target, &text)?;
    kept::remove(config_file.parent().unwrap_or(config_file), name)
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
    use crate::config::draft::DraftServer;
    use crate::config::kept::Keys;
    use crate::config::r2::Jurisdiction;
    use crate::config::secret::Secret;

    fn draft(name: &str, keep: Keep) -> Draft {
        let keys = Keys {
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
            buckets: Vec::new(),
            read_only: false,
        }
    }

    #[test]
    fn a_public_domain_is_written_beside_what_is_there_and_taken_out_again() {
        let home = tempfile::tempdir().unwrap();
        let config = home.path().join("config.toml");
        let text = "# mine\n[connections.lab] # the lab\nendpoint = \"http://h\" # here\nanonymous = true\n\
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
        assert!(!nowhere.exists());
    }

    #[test]
    fn a_connection_is_saved_renamed_and_removed_with_its_keys() {
        let home = tempfile::tempdir().unwrap();
        let config = home.path().join("windlass/config.toml");
        let folder = config.parent().unwrap();
        let saved = save(&config, &draft("a", Keep::File), None).unwrap();
        assert_eq!(file::read(&config).unwrap().connections, [saved]);
        let mode = fs::metadata(&config).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(!fs::read_to_string(&config).unwrap().contains("hush"));
        let renamed = Draft { keys: DraftKeys::AsBefore, ..draft("b", Keep::File) };
        save(&config, &renamed, Some(&"a".into())).unwrap();
        assert_eq!(kept::read(folder, &"b".into()).unwrap().secret_access_key.expose(), "hush");
        save(&config, &draft("b", Keep::Config), Some(&"b".into())).unwrap();
        assert!(kept::read(folder, &"b".into()).is_err());
        assert!(fs::read_to_string(&config).unwrap().contains("hush"));
        remove(&config, &"b".into()).unwrap();
        assert!(file::read(&config).unwrap().connections.is_empty());
        assert!(remove(&config, &"b".into()).unwrap_err().detail.contains("not in config.toml"));
    }

    #[test]
    fn a_link_to_the_file_stays_a_link() {
        let home = tempfile::tempdir().unwrap();
        let (real, link) = (home.path().join("dots.toml"), home.path().join("config.toml"));
        fs::write(&real, "# mine\n").unwrap();
        symlink(&real, &link).unwrap();
        save(&link, &draft("a", Keep::File), None).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert!(fs::read_to_string(&real).unwrap().starts_with("# mine\n"));
    }

    #[test]
    fn a_file_that_cannot_be_read_is_not_written() {
        let home = tempfile::tempdir().unwrap();
        let config = home.path().join("config.toml");
        fs::write(&config, "broken = [").unwrap();
        assert!(save(&config, &draft("a", Keep::File), None).is_err());
        assert_eq!(fs::read_to_string(&config).unwrap(), "broken = [");
        assert!(!kept::secrets_file(home.path()).exists());
    }
}
