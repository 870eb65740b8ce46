//! Gives each object of a download a local name, so that no two share one.
//!
//! Names give way in a way that can be read back: the first characters of the later one are written
//! as `%XX`, as [`LocalName`] writes what cannot be local. The same keys in the same order always
//! get the same names, so a download that starts over finds its files again.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use unicode_normalization::UnicodeNormalization;

use crate::transfer::local::names::{GOES_ON, LocalName, decode};

/// Which names the file system takes for the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Folding {
    pub case: bool,
    pub form: bool,
}

impl Folding {
    pub fn any(self) -> bool {
        self.case || self.form
    }

    fn fold(self, name: &str) -> String {
        match (self.case, self.form) {
            (false, false) => name.to_owned(),
            (false, true) => name.nfc().collect(),
            // By upper case first: some letters have no lower case of their own (ß is SS).
            (true, _) => name.to_uppercase().to_lowercase().nfc().collect(),
        }
    }
}

/// What the objects of one download have been named so far. Keys are expected in byte order, as
/// listings are sorted; a pair that comes in another order may be missed, and then the file system
/// refuses the second.
///
/// Memory: the names of one chain of folders at most, 18 bytes each, where the file system folds
/// names; elsewhere only a file and a folder can clash, and the names that still may are as many as
/// a key has bytes.
#[derive(Debug)]
pub struct Claims {
    folding: Folding,
    levels: Vec<Level>,
}

#[derive(Debug, Default)]
struct Level {
    /// The name asked for, and the one it got.
    wanted: String,
    names: Vec<String>,
    taken: HashSet<u64>,
    /// Files after which a folder of the same name can still come, each the beginning of the next.
    files: Vec<String>,
}

impl Claims {
    pub fn new(folding: Folding) -> Claims {
        Claims { folding, levels: vec![Level::default()] }
    }

    /// Names an object by its key below the prefix.
    pub fn claim(&mut self, relative: &str) -> LocalName {
        let LocalName { folders, name, encoded, .. } = LocalName::of(relative);
        let same = self.levels[1..]
            .iter()
            .zip(&folders)
            .take_while(|(level, folder)| level.wanted == **folder)
            .count();
        self.levels.truncate(1 + same);
        for folder in &folders[same..] {
            let names = self.place(folder, true);
            self.levels.push(Level { wanted: folder.clone(), names, ..Level::default() });
        }
        let mut named: Vec<String> =
            self.levels[1..].iter().flat_map(|level| level.names.clone()).collect();
        // An empty name is what is left of a key that stands for its folder.
        match relative.is_empty() || relative.ends_with('/') {
            true => named.push(name.clone()),
            false => named.extend(self.place(&name, false)),
        }
        let own = named.pop().unwrap_or_else(|| name.clone());
        let gave_way = named != folders || own != name;
        LocalName { folders: named, name: own, encoded: encoded || gave_way, gave_way }
    }

    /// A free name in the innermost folder; one that has nothing to spell out is put into a folder
    /// of its own.
    fn place(&mut self, wanted: &str, folder: bool) -> Vec<String> {
        let aside = || vec![GOES_ON.to_owned(), wanted.to_owned()];
        let folding = self.folding;
        let Some(level) = self.levels.last_mut() else { return vec![wanted.to_owned()] };
        if !folding.any() {
            // As the keys have them, for it is keys that are in order.
            let segment = decode(wanted);
            level.files.retain(|file| segment.starts_with(file.as_str()));
            if folder && level.files.last() == Some(&segment) {
                return spelled_out(wanted, 1).map_or_else(aside, |name| vec![name]);
            }
            if !folder {
                level.files.push(segment);
            }
            return vec![wanted.to_owned()];
        }
        let mut claim = |name: &str| {
            let mut hasher = DefaultHasher::new();
            folding.fold(name).hash(&mut hasher);
            level.taken.insert(hasher.finish())
        };
        if claim(wanted) {
            return vec![wanted.to_owned()];
        }
        let free = (1..).map_while(|count| spelled_out(wanted, count)).find(|name| claim(name));
        free.map_or_else(aside, |name| vec![name])
    }
}

/// The name with its first `count` characters written as `%XX`; escapes stay as they are. None
/// where it has no more.
fn spelled_out(name: &str, count: usize) -> Option<String> {
    use std::fmt::Write;
    let (mut spelled, mut rest, mut done) = (String::with_capacity(name.len() + 6), name, 0);
    while done < count {
        let escape = rest.as_bytes();
        let hex = |byte: &u8| byte.is_ascii_digit() || (b'A'..=b'F').contains(byte);
        if escape.len() > 2 && escape[0] == b'%' && escape[1..3].iter().all(hex) {
            spelled.push_str(&rest[..3]);
            rest = &rest[3..];
            continue;
        }
        // A lone mark stands for an empty name, and one before + for a name that goes on.
        let character = rest.chars().next().filter(|_| !matches!(rest, "%" | "%+"))?;
        for byte in rest[..character.len_utf8()].bytes() {
            let _ = write!(spelled, "%{byte:02X}");
        }
        rest = &rest[character.len_utf8()..];
        done += 1;
    }
    spelled.push_str(rest);
    Some(spelled)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    const BLIND: Folding = Folding { case: true, form: true };

    fn named(folding: Folding, keys: &[&str]) -> Vec<String> {
        let mut claims = Claims::new(folding);
        keys.iter().map(|key| claims.claim(key).shown()).collect()
    }

    #[test]
    fn names_that_differ_in_case_alone_are_told_apart_where_the_disk_cannot() {
        let keys = ["A/x", "README", "ReadMe", "a/x", "a/y", "readme"];
        assert_eq!(named(Folding::default(), &keys), keys);
        let names = ["A/x", "README", "%52eadMe", "%61/x", "%61/y", "%72eadme"];
        assert_eq!(named(BLIND, &keys), names);
        let keys = ["He\u{301}", "H\u{e9}", "stra\u{df}e", "strasse"];
        assert_eq!(named(BLIND, &keys), ["He\u{301}", "%48\u{e9}", "stra\u{df}e", "%73trasse"]);
        let form = Folding { case: false, form: true };
        assert_eq!(named(form, &["A", "H\u{e9}", "a"]), ["A", "H\u{e9}", "a"]);
    }

    #[test]
    fn a_folder_gives_way_to_a_file_of_its_name() {
        let keys = ["a", "a!", "a!x", "a-b/c", "a/b", "a/c/", "a0", "b/c", "b/c/d"];
        let names = ["a", "a!", "a!x", "a-b/c", "%61/b", "%61/c/%", "a0", "b/c", "b/%63/d"];
        assert_eq!(named(Folding::default(), &keys), names);
        assert_eq!(named(BLIND, &keys), names);
        assert_eq!(named(BLIND, &["A", "a/b"]), ["A", "%61/b"]);
        assert_eq!(named(Folding::default(), &["..", "../x"]), ["%2E%2E", "%+/%2E%2E/x"]);
    }

    #[test]
    fn a_million_names_leave_nothing_behind_where_names_are_not_folded() {
        let mut claims = Claims::new(Folding::default());
        for number in 0..1_000_000 {
            claims.claim(&format!("deep/{:03}/{number:07}", number / 10_000));
        }
        let held: usize = claims.levels.iter().map(|level| level.files.len()).sum();
        assert_eq!((claims.levels.len(), held), (3, 1));
    }

    proptest! {
        #[test]
        fn no_two_keys_share_a_name_and_every_name_leads_back_to_its_key(
            keys in proptest::collection::btree_set("[aAbB%4/ßé\u{301}e!]{1,6}", 1..40),
            case: bool,
            form: bool
        ) {
            let folding = Folding { case, form };
            let mut claims = Claims::new(folding);
            let mut files: HashMap<String, String> = HashMap::new();
            let mut folders: HashMap<String, String> = HashMap::new();
            for key in &keys {
                let local = claims.claim(key);
                prop_assert_eq!(&local.relative(), key);
                let mut path = String::new();
                for folder in &local.folders {
                    path = format!("{path}{folder}/");
                    let other = folders.insert(folding.fold(&path), path.clone());
                    prop_assert!(other.is_none_or(|other| other == path), "{}", path);
                }
                if !key.ends_with('/') {
                    let path = format!("{path}{}", local.name);
                    prop_assert_eq!(files.insert(folding.fold(&path), path), None);
                }
            }
            for file in files.keys() {
                prop_assert!(!folders.contains_key(&format!("{file}/")), "{}", file);
            }
        }
    }
}
