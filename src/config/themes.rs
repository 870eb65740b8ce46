//! Reads the texts of themes, a file each in the folder `themes`.

use std::fs;
use std::io;
use std::path::Path;

use crate::domain::error::{Error, ErrorKind};

/// `None` where the folder has no `NAME.toml`.
///
/// # Errors
/// `Config` where the name could lead out of the folder; those of the file system.
pub fn read(folder: &Path, name: &str) -> Result<Option<String>, Error> {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    if name.is_empty() || !name.chars().all(plain) {
        let detail = "a theme is called by its name: that of its file in themes, without .toml";
        return Err(Error::new(ErrorKind::Config, "read the theme", name).detail(detail));
    }
    let path = folder.join(format!("{name}.toml"));
    match fs::read_to_string(&path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::from_io(&error, "read", path.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_theme_is_found_by_its_name_and_never_outside_of_its_folder() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("themes");
        assert_eq!(read(&folder, "mine").unwrap(), None);
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("mine.toml"), "text = {}").unwrap();
        fs::write(home.path().join("config.toml"), "secret").unwrap();
        assert_eq!(read(&folder, "mine").unwrap().as_deref(), Some("text = {}"));
        for name in ["../config", "", "a/b", "mine.toml"] {
            assert!(read(&folder, name).unwrap_err().is(&ErrorKind::Config), "{name}");
        }
    }
}
