//! Collects the names that are like one that is not there.

use crate::domain::nearest::nearest;
use crate::look::error::LookError;

/// Names that are offered in its place.
const OFFERED: usize = 3;

/// Names that are compared with it letter by letter.
const COMPARED: usize = 20_000;

/// Names like one that is not there.
pub struct SimilarNames<'a> {
    wanted: &'a str,
    /// It is a folder, by itself or by what is in it.
    folder: bool,
    names: Vec<String>,
    seen: usize,
}

impl<'a> SimilarNames<'a> {
    pub fn of(wanted: &'a str) -> SimilarNames<'a> {
        SimilarNames { wanted, folder: false, names: Vec::new(), seen: 0 }
    }

    pub fn see(&mut self, name: &str) {
        let folder = self.wanted.trim_end_matches('/');
        self.folder |= name.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        self.seen += 1;
        if self.names.len() >= OFFERED || self.seen > COMPARED || name.len() > 1024 {
            return;
        }
        let last = |name: &str| name.rsplit('/').next().unwrap_or(name).to_lowercase();
        let alike = last(name) == last(self.wanted) || nearest(self.wanted, &[name]).is_some();
        if alike && !name.ends_with('/') && !self.names.iter().any(|known| known == name) {
            self.names.push(name.to_owned());
        }
    }

    pub fn absent(self) -> LookError {
        let wanted = self.wanted;
        if self.folder {
            return LookError::Absent(format!("{wanted} is a folder in the archive, and no file"));
        }
        let near = match self.names.as_slice() {
            [] => String::new(),
            names => format!("; near it: {}", names.join(", ")),
        };
        LookError::Absent(format!("the archive has no member {wanted}{near}"))
    }
}
