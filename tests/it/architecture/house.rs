//! Reads the source tree as the architecture test sees it.

use std::fs;
use std::path::{Path, PathBuf};

use super::imports;

pub struct SourceFile {
    /// Below `src/` or `tests/`, with `/`.
    pub path: String,
    pub text: String,
    /// The text without comments, strings and test modules.
    pub code: String,
}

pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The product's files; test modules of their own (`tests.rs`) are left out.
pub fn sources() -> Vec<SourceFile> {
    read_below(&root().join("src")).into_iter().filter(|f| !f.path.ends_with("tests.rs")).collect()
}

/// Every file of ours, test modules too.
pub fn everything() -> Vec<SourceFile> {
    [read_below(&root().join("src")), read_below(&root().join("tests"))]
        .into_iter()
        .flatten()
        .collect()
}

fn read_below(top: &Path) -> Vec<SourceFile> {
    let mut files = Vec::new();
    let mut folders = vec![top.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a readable folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = fs::read_to_string(&path).expect("UTF-8");
                let code = imports::strip(&text);
                let path =
                    path.strip_prefix(top).expect("below").to_string_lossy().replace('\\', "/");
                files.push(SourceFile { path, text, code });
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(!files.is_empty(), "no files below {}", top.display());
    files
}

impl SourceFile {
    pub fn room(&self) -> &str {
        self.path.split('/').next().unwrap_or_default().trim_end_matches(".rs")
    }

    /// The module path of this file: `app/list.rs` is `app::list`, `app/mod.rs` is `app`.
    pub fn module(&self) -> Vec<String> {
        let stem = self.path.trim_end_matches(".rs");
        let stem = stem.strip_suffix("/mod").unwrap_or(stem);
        match stem {
            "lib" | "main" => Vec::new(),
            stem => stem.split('/').map(str::to_owned).collect(),
        }
    }

    fn paths(&self) -> Vec<Vec<String>> {
        imports::paths(&self.code, &self.module())
    }

    /// Paths into this crate, without `crate`.
    pub fn own_paths(&self) -> Vec<Vec<String>> {
        let own = |head: &str| head == "crate" || head == "windlass";
        self.paths()
            .into_iter()
            .filter(|path| path.len() > 1 && own(&path[0]))
            .map(|path| path[1..].to_vec())
            .collect()
    }

    pub fn foreign_paths(&self) -> Vec<Vec<String>> {
        self.paths().into_iter().filter(|path| path[0] != "crate").collect()
    }
}
