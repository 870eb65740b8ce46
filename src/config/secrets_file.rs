//! Keeps the keys of connections in `secrets.toml`, which only the user can read.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::config::connection::CredentialsSource;
use crate::config::file::line_of;
use crate::config::paths::write_whole;
use crate::config::secret::Secret;
use crate::domain::address::ConnectionName;
use crate::domain::error::{Error, ErrorKind, Renewal};

/// What signs the requests of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningKeys {
    pub access_key_id: String,
    pub secret_access_key: Secret,
    pub session_token: Option<Secret>,
}

impl SigningKeys {
    pub fn source(&self) -> CredentialsSource {
        CredentialsSource::Static {
            access_key_id: self.access_key_id.clone(),
            secret_access_key: self.secret_access_key.clone().into_inner(),
            session_token: self.session_token.clone().map(Secret::into_inner),
        }
    }
}

/// As it stands in the file. A field that is missing is found when the keys are read, so that it
/// can be said.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
struct Entry {
    access_key_id: String,
    secret_access_key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_token: Option<String>,
}

type Entries = BTreeMap<String, Entry>;

/// Bits of a mode that let anybody else in.
const OTHERS: u32 = 0o077;

pub fn path_in(folder: &Path) -> PathBuf {
    folder.join("secrets.toml")
}

/// # Errors
/// `Config` where nothing or only half is kept, or where others may read the file.
pub fn read(folder: &Path, name: &ConnectionName) -> Result<SigningKeys, Error> {
    let file = path_in(folder);
    let wrong =
        |detail: String| Err(Error { renewal: Some(Renewal::NewKeys), ..fault(&file, detail) });
    let mut entries = entries(&file)?;
    let Some(entry) = entries.remove(name.as_str()) else {
        return wrong(format!("no keys are kept for {name}"));
    };
    let Entry { access_key_id, secret_access_key, session_token } = entry;
    if access_key_id.is_empty() || secret_access_key.is_empty() {
        return wrong(format!("only half of the keys of {name} are kept"));
    }
    Ok(SigningKeys {
        access_key_id,
        secret_access_key: Secret::new(secret_access_key),
        session_token: session_token.map(Secret::new),
    })
}

/// Keeps the keys of a connection in place of those it had.
pub fn write(folder: &Path, name: &ConnectionName, keys: &SigningKeys) -> Result<(), Error> {
    change(folder, |entries| {
        let entry = Entry {
            access_key_id: keys.access_key_id.clone(),
            secret_access_key: keys.secret_access_key.expose().to_owned(),
            session_token: keys.session_token.as_ref().map(|token| token.expose().to_owned()),
        };
        entries.insert(name.as_str().to_owned(), entry);
    })
}

/// The keys of a connection under its new name as well; nothing where none are kept.
pub fn copy(folder: &Path, from: &ConnectionName, to: &ConnectionName) -> Result<(), Error> {
    if !path_in(folder).exists() {
        return Ok(());
    }
    change(folder, |entries| {
        if let Some(entry) = entries.get(from.as_str()).cloned() {
            entries.insert(to.as_str().to_owned(), entry);
        }
    })
}

/// Forgets the keys of a connection; the file goes with the last of them.
pub fn remove(folder: &Path, name: &ConnectionName) -> Result<(), Error> {
    let file = path_in(folder);
    if !file.exists() {
        return Ok(());
    }
    change(folder, |entries| drop(entries.remove(name.as_str())))?;
    if entries(&file)?.is_empty() {
        fs::remove_file(&file).map_err(|error| Error::from_io(&error, "remove", file.display()))?;
    }
    Ok(())
}

fn change(folder: &Path, act: impl FnOnce(&mut Entries)) -> Result<(), Error> {
    let file = path_in(folder);
    let mut entries = entries(&file)?;
    act(&mut entries);
    let text = toml::to_string(&entries).map_err(|error| fault(&file, error.to_string()))?;
    write_whole(&file, &text)
}

fn entries(file: &Path) -> Result<Entries, Error> {
    let text = match fs::metadata(file).and_then(|found| Ok((found, fs::read_to_string(file)?))) {
        Ok((found, text)) => {
            let mode = found.permissions().mode();
            if mode & OTHERS != 0 {
                let detail = format!(
                    "others on this machine may read the keys in it (mode {:o}): chmod 600 it, and \
                     make new keys if somebody may have seen these",
                    mode & 0o777
                );
                return Err(fault(file, detail));
            }
            text
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Entries::default()),
        Err(error) => return Err(Error::from_io(&error, "read", file.display())),
    };
    // The parser's words would repeat the line, and the line may be a secret.
    toml::from_str(&text).map_err(|error| {
        let line = error.span().map_or(1, |span| line_of(&text, span.start));
        let detail = format!(
            "line {line} cannot be read: correct it, or remove the file and enter the keys again"
        );
        fault(file, detail)
    })
}

fn fault(file: &Path, detail: String) -> Error {
    Error::new(ErrorKind::Config, "read the kept keys", file.display().to_string()).detail(detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::error::remedy::Remedy;

    fn keys(secret: &str) -> SigningKeys {
        SigningKeys {
            access_key_id: "id".to_owned(),
            secret_access_key: Secret::new(secret),
            session_token: None,
        }
    }

    #[test]
    fn keys_are_kept_rotated_copied_and_forgotten() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("windlass");
        let (one, two) = (ConnectionName::from("r2:one"), ConnectionName::from("two \"quoted\""));
        write(&folder, &one, &keys("first")).unwrap();
        write(&folder, &two, &keys("other")).unwrap();
        write(&folder, &one, &keys("second")).unwrap();
        assert_eq!(read(&folder, &one).unwrap(), keys("second"));
        let mode = fs::metadata(path_in(&folder)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        copy(&folder, &one, &"three".into()).unwrap();
        remove(&folder, &one).unwrap();
        assert_eq!(read(&folder, &"three".into()).unwrap(), keys("second"));
        let removed = read(&folder, &one).unwrap_err();
        assert_eq!(removed.explain().remedies, [Remedy::ChangeKeys]);
        remove(&folder, &"three".into()).unwrap();
        assert_eq!(read(&folder, &two).unwrap(), keys("other"));
        remove(&folder, &two).unwrap();
        assert!(!path_in(&folder).exists());
        remove(&folder, &two).unwrap();
    }

    #[test]
    fn a_file_that_others_may_read_is_refused_with_what_to_do() {
        let home = tempfile::tempdir().unwrap();
        let name = "a".into();
        write(home.path(), &name, &keys("hush")).unwrap();
        let file = path_in(home.path());
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        for error in [
            read(home.path(), &name).unwrap_err(),
            write(home.path(), &name, &keys("x")).unwrap_err(),
        ] {
            assert!(error.detail.contains("mode 644"), "{}", error.detail);
            assert!(error.detail.contains("chmod 600"), "{}", error.detail);
        }
    }

    #[test]
    fn half_written_keys_are_said_and_never_shown() {
        let home = tempfile::tempdir().unwrap();
        let file = path_in(home.path());
        for (text, expected) in [
            ("[a]\naccess_key_id = \"id\"\n", "only half of the keys of a"),
            ("[a]\naccess_key_id = \"id\"\nsecret_access_key = \"hush", "line 3 cannot be read"),
            ("[a]\nsecret_access_key = [\"hush\"]", "line 2 cannot be read"),
        ] {
            write_whole(&file, text).unwrap();
            let error = read(home.path(), &"a".into()).unwrap_err();
            assert!(error.detail.contains(expected), "{text}: {}", error.detail);
            assert!(!format!("{error:?}").contains("hush"));
        }
    }
}
