//! Expands `~` at the start of a path.

use std::env;
use std::path::{Path, PathBuf};

/// `~` and `~/x` begin at the home folder; every other path stays as it is, as does `~` where there
/// is no home.
pub fn expanded(path: impl AsRef<Path>) -> PathBuf {
    let home = env::home_dir().filter(|home| !home.as_os_str().is_empty());
    below(path.as_ref(), home.as_deref())
}

fn below(path: &Path, home: Option<&Path>) -> PathBuf {
    match (path.strip_prefix("~"), home) {
        (Ok(rest), Some(home)) if rest.as_os_str().is_empty() => home.to_owned(),
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_tilde_of_its_own_at_the_front_is_the_home_folder() {
        let home = Some(Path::new("/home/me"));
        let read = |path: &str| below(Path::new(path), home);
        assert_eq!(read("~"), Path::new("/home/me"));
        assert_eq!(read("~/.aws/config"), Path::new("/home/me/.aws/config"));
        for same in ["~other/x", "/a/~/x", "a/~", ""] {
            assert_eq!(read(same), Path::new(same));
        }
        assert_eq!(below(Path::new("~/x"), None), Path::new("~/x"));
    }
}
