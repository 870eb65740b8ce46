//! Makes indexes for the interface, and answers its searches from them.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::app::effect::{IndexRequest, StorageRequest};
use crate::app::event::{Answer, Reply};
use crate::domain::address::{Bucket, ConnectionName, Prefix};
use crate::domain::criteria::Criteria;
use crate::domain::diff_end::DiffKind;
use crate::domain::error::{Error, ErrorKind, WRITE_INDEX};
use crate::domain::indexed::{ChangedKey, IndexChanges, IndexEnd, IndexProgress};
use crate::domain::listing::{ContinuationToken, FoundRows, Page, Row};
use crate::index::facts::IndexPlace;
use crate::index::folder::{index_for, index_of};
use crate::index::reader::IndexReader;
use crate::index::refresh::IndexRefresh;
use crate::index::search::{BlockFinds, IndexSearch};
use crate::index::writer::IndexWriter;
use crate::s3::client::Client;
use crate::s3::tasks::blocking;
use crate::tui::finding::MOST;

/// How often it is told how far an index has come.
const TOLD_AFTER: Duration = Duration::from_millis(100);

/// The indexes of one connection.
pub struct Indexes {
    /// `None` where nothing is to be written (demo).
    pub folder: Option<PathBuf>,
    pub connection: ConnectionName,
}

impl Indexes {
    /// What an index has of a search; `None` where it is for the server to answer.
    pub async fn found(&self, client: &Client, request: &StorageRequest) -> Option<Reply> {
        let StorageRequest::Find { bucket, prefix, wanted, at: None, token } = request else {
            return None;
        };
        let criteria = Criteria::parse_line(wanted).ok().filter(|wanted| !wanted.asks_server())?;
        // Without a name only the server knows where to go on.
        let after = match token {
            Some(token) => token.parts().1?.to_owned(),
            None => String::new(),
        };
        let (folder, place) = (self.folder.clone()?, self.place(client, bucket, prefix).ok()?);
        let searched = blocking(move || {
            // What cannot be read answers nothing.
            let Ok(index) = index_for(&folder, &place) else { return Ok(None) };
            search(&index, &place, &criteria, &after).map(Some)
        });
        searched.await.map(|found| found.map(Answer::Found)).transpose()
    }

    pub async fn ask(
        &self,
        client: &Client,
        request: IndexRequest,
        tell: impl Fn(Answer) + Send + Sync,
    ) -> Reply {
        let Some(folder) = &self.folder else {
            let why = "the demo keeps nothing on this machine";
            return Err(Error::new(ErrorKind::Unsupported, WRITE_INDEX, "demo").detail(why));
        };
        match request {
            IndexRequest::Make { bucket, prefix } => {
                let place = self.place(client, &bucket, &prefix)?;
                make(client, folder, place, tell).await
            }
            IndexRequest::Changes { bucket, prefix } => {
                let place = self.place(client, &bucket, &prefix)?;
                changes(client, folder, place, tell).await
            }
        }
    }

    fn place(
        &self,
        client: &Client,
        bucket: &Bucket,
        prefix: &Prefix,
    ) -> Result<IndexPlace, Error> {
        Ok(IndexPlace::of(&self.connection, client.server()?, bucket, prefix))
    }
}

async fn make(client: &Client, folder: &Path, place: IndexPlace, tell: impl Fn(Answer)) -> Reply {
    let (bucket, prefix) = (place.bucket.clone(), place.prefix.clone());
    let mut writer = IndexWriter::create(folder, place)?;
    let mut pages = client.keys_below(&bucket, &prefix, true);
    let (mut keys, mut told) = (0, Instant::now());
    let broken = loop {
        match pages.next().await {
            Ok(Some(page)) => writer.take(&page)?,
            Ok(None) => break None,
            Err(error) if writer.keys() == 0 => return Err(error),
            Err(error) => break Some(error),
        }
        keys = writer.keys();
        if told.elapsed() > TOLD_AFTER {
            tell(Answer::Indexing(IndexProgress { keys, end: None }));
            told = Instant::now();
        }
    };
    let whole = broken.is_none();
    let kept = blocking(move || writer.keep(whole, None, Timestamp::now())).await?;
    let end = match broken {
        None => IndexEnd::Whole,
        Some(error) => IndexEnd::Broken { error, kept: kept.is_some() },
    };
    Ok(Answer::Indexing(IndexProgress { keys, end: Some(end) }))
}

/// Tells what differs from the index of exactly a place, at most [`MOST`], and keeps a fresh one in
/// its place.
async fn changes(
    client: &Client,
    folder: &Path,
    place: IndexPlace,
    tell: impl Fn(Answer),
) -> Reply {
    let old = index_of(folder, &place)?;
    let (bucket, prefix) = (place.bucket.clone(), place.prefix.clone());
    let mut refresh = IndexRefresh::begin(folder, place, &old)?;
    let (mut found, since) = (Differences::default(), old.facts.refreshed_at);
    let take = |found: &mut Differences, row: Row<'_>, change| -> Result<(), Error> {
        found.take(row, change);
        Ok(())
    };
    let mut pages = client.keys_below(&bucket, &prefix, true);
    let mut told = Instant::now();
    while let Some(page) = pages.next().await? {
        refresh.take(&page, &mut |row, change| take(&mut found, row, change))?;
        if told.elapsed() > TOLD_AFTER {
            tell(Answer::IndexChanged(found.news(refresh.keys(), since, false)));
            told = Instant::now();
        }
    }
    let keys = refresh.keys();
    let fresh = refresh.end(&mut |row, change| take(&mut found, row, change))?;
    blocking(move || fresh.keep(Timestamp::now())).await?;
    Ok(Answer::IndexChanged(found.news(keys, since, true)))
}

/// What differs, and was not told yet.
#[derive(Default)]
struct Differences {
    rows: Vec<ChangedKey>,
    all: u64,
}

impl Differences {
    fn take(&mut self, row: Row<'_>, change: DiffKind) {
        self.all += 1;
        if self.all <= MOST as u64 {
            let (name, size) = (row.name.to_owned(), row.size().unwrap_or_default());
            self.rows.push(ChangedKey { name, change, size });
        }
    }

    fn news(&mut self, listed: u64, since: Timestamp, done: bool) -> IndexChanges {
        let rows = std::mem::take(&mut self.rows);
        IndexChanges { rows, changes: self.all, listed, since, done }
    }
}

/// Why a search ends before the index does.
enum Ended {
    Enough,
    Failed(Error),
}

impl From<Error> for Ended {
    fn from(error: Error) -> Ended {
        Ended::Failed(error)
    }
}

/// Finds [`MOST`] rows, and those of the block that has the last of them. `after`: the whole key
/// that an earlier search came to.
fn search(
    index: &IndexReader,
    place: &IndexPlace,
    criteria: &Criteria,
    after: &str,
) -> Result<FoundRows, Error> {
    let (mut page, mut looked_at, mut behind) = (Page::default(), 0, None);
    let root = &index.facts.place.prefix;
    let asked = IndexSearch {
        within: index.facts.within(place),
        after: after.strip_prefix(root.as_str()).unwrap_or_default(),
        criteria,
        etags: false,
        now: Timestamp::now(),
    };
    let searched = index.search(&asked, |found: BlockFinds| {
        looked_at += found.looked_at;
        found.page.rows().for_each(|row| page.push_row(row));
        if page.len() < MOST {
            return Ok(());
        }
        let last = root.key(&found.last);
        behind = Some(ContinuationToken::behind("", last.as_str()));
        Err(Ended::Enough)
    });
    match searched {
        Ok(()) | Err(Ended::Enough) => {}
        Err(Ended::Failed(error)) => return Err(error),
    }
    page.shrink_to_fit();
    let index = Some(index.facts.stand());
    Ok(FoundRows { page: Arc::new(page), looked_at, behind, done: true, index })
}
