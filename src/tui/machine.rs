//! Answers the interface's questions to this machine, on threads that may block.

use std::fs::{self, DirEntry};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use jiff::Timestamp;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio_util::sync::CancellationToken;

use crate::app::effect::MachineRequest;
use crate::app::event::{Answer, FolderEntry, Reply};
use crate::config::editor::{EditFile, Edited};
use crate::config::ledger::{self, GivenLink};
use crate::domain::address::ConnectionName;
use crate::domain::arrange::{Arrangement, arrange_while};
use crate::domain::conflicts::Conflicts;
use crate::domain::error::{EDIT, Error, ErrorKind};
use crate::domain::listing::Listing;
use crate::domain::size_tree::SizeTree;
use crate::domain::transfer::{JobSpec, SourceRows};
use crate::s3::tasks::blocking;
use crate::transfer::destinations::conflicts;
use crate::tui::clients::{Clients, client_of};

/// One sort or filter at a time: those that wait can still be abandoned, one under way gives up
/// soon, and two cores stay useful.
static ARRANGING: Semaphore = Semaphore::const_new(1);

/// Where the links that were handed out are kept.
pub struct Ledger {
    pub file: Option<PathBuf>,
    /// The links of this session, where there is no file.
    pub given: Vec<GivenLink>,
}

pub async fn ask_machine(
    request: MachineRequest,
    clients: &Arc<Clients>,
    connection: &ConnectionName,
    ledger: Ledger,
) -> Reply {
    match request {
        MachineRequest::Arrange { listing, arrangement } => arranged(listing, arrangement).await,
        MachineRequest::CountListed { rows, now } => {
            let counted = blocking(move || Ok(counted(&rows, now))).await?;
            Ok(Answer::Counted(Box::new(counted)))
        }
        MachineRequest::ReadFolder(path) => {
            blocking(move || read_folder(&path)).await.map(Answer::Folder)
        }
        MachineRequest::ReadLedger => match ledger.file {
            Some(file) => blocking(move || ledger::read(&file)).await.map(Answer::Ledger),
            None => Ok(Answer::Ledger(ledger.given)),
        },
        MachineRequest::KeepText { name, bytes } => {
            blocking(move || {
                let file = EditFile::make(&name, &bytes)?;
                Ok(Answer::Edited { file, edited: Edited::Changed(bytes) })
            })
            .await
        }
        // The loop does it, which has the terminal.
        MachineRequest::Edit { name, .. } => Err(Error::new(ErrorKind::Other, EDIT, name)),
        MachineRequest::Check(specs) => {
            let other = specs.iter().find_map(JobSpec::other_connection).cloned();
            let source = client_of(clients, connection.clone()).await;
            let destination = client_of(clients, other.unwrap_or(connection.clone())).await;
            if let Ok(destination) = &destination {
                for spec in &specs {
                    destination.permits(&spec.options.attributes)?;
                }
            }
            Ok(Answer::Checked(match (source, destination) {
                (Ok(source), Ok(destination)) => conflicts(specs, &source, &destination).await,
                (Err(error), _) | (_, Err(error)) => {
                    Conflicts { unknown: Some(error), ..Conflicts::default() }
                }
            }))
        }
    }
}

async fn arranged(listing: Listing, arrangement: Arrangement) -> Reply {
    // The semaphore is never closed.
    let turn = ARRANGING.acquire().await;
    let superseded = CancellationToken::new();
    let _when_dropped = superseded.clone().drop_guard();
    let ordered = spawn_blocking(move || {
        let _turn = turn;
        arrange_while(&listing, &arrangement, || !superseded.is_cancelled())
    });
    match ordered.await {
        Ok(Some(order)) => Ok(Answer::Arranged(order)),
        // Only a task that was dropped is superseded, and nobody waits for its answer.
        Ok(None) => std::future::pending().await,
        Err(error) => Err(error.into()),
    }
}

fn counted(rows: &SourceRows, now: Timestamp) -> SizeTree {
    let mut tree = SizeTree::default();
    tree.add_rows(rows.listed(), "", now);
    tree
}

/// Folders first, each part in the order of names.
fn read_folder(path: &Path) -> Result<Vec<FolderEntry>, Error> {
    let fail = |error: &std::io::Error| Error::from_io(error, "read the folder", path.display());
    let mut entries = Vec::new();
    for entry in fs::read_dir(path).map_err(|error| fail(&error))? {
        entries.push(folder_entry(&entry.map_err(|error| fail(&error))?));
    }
    entries.sort_by(|one, other| {
        other.folder.cmp(&one.folder).then_with(|| one.name.cmp(&other.name))
    });
    Ok(entries)
}

/// A link counts as what it points at; one that points nowhere is an empty file.
fn folder_entry(entry: &DirEntry) -> FolderEntry {
    let path = entry.path();
    let found = fs::metadata(&path).ok();
    let modified = found.as_ref().and_then(|found| found.modified().ok());
    let modified = modified.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    FolderEntry {
        name: entry.file_name().to_string_lossy().into_owned(),
        folder: found.as_ref().is_some_and(fs::Metadata::is_dir),
        size: found.as_ref().map_or(0, fs::Metadata::len),
        modified: modified
            .and_then(|since| Timestamp::from_second(i64::try_from(since.as_secs()).ok()?).ok()),
        path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::connection::Connection;
    use crate::domain::attributes::Attributes;
    use crate::domain::object::ObjectHeaders;
    use crate::domain::provider::Provider;
    use crate::domain::transfer::{FileRules, JobOptions, OnConflict, Target, Work};

    #[tokio::test]
    async fn what_the_destination_lacks_is_refused_before_anything_is_queued() {
        let at = |name: &str, provider| {
            let endpoint = "http://127.0.0.1:9";
            Connection::with_keys(name, provider, endpoint, "auto", "id", "secret")
        };
        let connections = vec![at("here", Provider::Other), at("r2", Provider::R2)];
        let clients = Arc::new(Clients::new(connections, Vec::new(), |_, _| {}));
        let spec = |connection: &str, work| {
            let class = Some("GLACIER_IR".to_owned());
            let attributes = Attributes { class, ..Attributes::default() };
            JobSpec {
                connection: connection.into(),
                work,
                on_conflict: OnConflict::default(),
                files: FileRules::default(),
                options: JobOptions { attributes, ..JobOptions::default() },
            }
        };
        let copy = spec(
            "here",
            Work::Copy {
                bucket: "b".into(),
                source: Target::Object("a".into()),
                to_connection: Some("r2".into()),
                to_bucket: "b".into(),
                target: Target::Object("a".into()),
                moving: false,
            },
        );
        let upload = spec(
            "r2",
            Work::Upload {
                source: "/a".into(),
                bucket: "b".into(),
                target: Target::Object("a".into()),
                headers: ObjectHeaders::default(),
            },
        );
        for spec in [copy, upload] {
            let (ledger, connection) =
                (Ledger { file: None, given: Vec::new() }, spec.connection.clone());
            let check = MachineRequest::Check(vec![spec]);
            let error = ask_machine(check, &clients, &connection, ledger).await.unwrap_err();
            assert_eq!(error.kind, ErrorKind::Unsupported);
            assert!(error.detail.contains("GLACIER_IR"), "{}", error.detail);
        }
    }

    #[test]
    fn folders_come_first_and_hidden_files_are_there() {
        let home = tempfile::tempdir().unwrap();
        for name in ["b.txt", ".hidden", "a.txt"] {
            fs::write(home.path().join(name), "four").unwrap();
        }
        fs::create_dir(home.path().join("z")).unwrap();
        std::os::unix::fs::symlink("nowhere", home.path().join("broken")).unwrap();
        let entries = read_folder(home.path()).unwrap();
        let names: Vec<_> = entries.iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(names, ["z", ".hidden", "a.txt", "b.txt", "broken"]);
        assert!(entries[0].folder);
        assert_eq!((entries[1].size, entries[4].size), (4, 0));
        assert!(entries[1].modified.is_some());
        assert!(read_folder(&home.path().join("none")).is_err());
    }
}
