//! Answers what screens ask of two objects, files or trees of them: describes both, and compares
//! their bytes.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use jiff::Timestamp;
use tokio::io::AsyncReadExt as _;

use crate::app::effect::ComparisonRequest;
use crate::app::event::{Answer, Reply};
use crate::domain::compared::{
    Compared, ComparedBytes, ComparedSide, ComparedTrees, LocalFile, MOST_COMPARED, TreeDifference,
};
use crate::domain::diff_end::{DiffEnd, DiffItem, DiffPair, DiffSide, DiffTree};
use crate::domain::error::{Error, ErrorKind, READ_FILE};
use crate::domain::likeness::Likeness;
use crate::domain::value_difference::{ValueDifference, value_differences};
use crate::look::document::document_tree;
use crate::s3::client::Client;
use crate::transfer::comparing::bytes::first_difference;
use crate::transfer::comparing::comparer::Comparer;
use crate::transfer::comparing::likeness::{KnownItem, likeness};
use crate::transfer::comparing::trees::TreeNews;
use crate::transfer::limits::Patience;
use crate::transfer::limits::rate::RateLimiter;
use crate::tui::describing::described;

/// Between two reports while trees are compared.
const REPORTS: Duration = Duration::from_millis(100);

/// `tell`: what is known so far.
pub async fn ask(
    client: &Client,
    request: ComparisonRequest,
    tell: impl Fn(Answer) + Send + Sync,
) -> Reply {
    let rate = RateLimiter::of(None);
    let comparer = Comparer::new(client.clone(), Patience::default(), rate);
    match request {
        ComparisonRequest::Compare { one, other } => match pair(one, other).await? {
            DiffPair::Trees(one, other) => trees(&comparer, &one, &other, tell).boxed().await,
            DiffPair::Items(one, other) => items(&comparer, &one, &other).boxed().await,
        },
        ComparisonRequest::CompareBytes { one, other } => match pair(one, other).await? {
            DiffPair::Items(one, other) => all_bytes(&comparer, &one, &other, tell).boxed().await,
            DiffPair::Trees(..) => Err(no_comparison("of the bytes of trees")),
        },
    }
}

fn no_comparison(what: &str) -> Error {
    Error::new(ErrorKind::Other, "compare", "").detail(format!("no comparison: {what}"))
}

async fn pair(one: DiffEnd, other: DiffEnd) -> Result<DiffPair, Error> {
    let (one, other) = (side_of(one).await?, side_of(other).await?);
    let nameless = |why| Error::new(ErrorKind::InvalidRequest, READ_FILE, "").detail(why);
    DiffPair::of(one, other).map_err(nameless)
}

async fn side_of(end: DiffEnd) -> Result<DiffSide, Error> {
    let is_folder = match &end {
        DiffEnd::Local(path) => found(path).await?.is_dir(),
        DiffEnd::Object(_) | DiffEnd::Prefix(..) => false,
    };
    Ok(end.side(is_folder))
}

async fn found(path: &Path) -> Result<std::fs::Metadata, Error> {
    let found = tokio::fs::metadata(path).await;
    found.map_err(|error| Error::from_io(&error, READ_FILE, path.display()))
}

// ─── two items ───

async fn items(comparer: &Comparer, one: &DiffItem, other: &DiffItem) -> Reply {
    let sides = tokio::try_join!(
        described_side(comparer, one).boxed(),
        described_side(comparer, other).boxed()
    );
    let (here, there) = sides?;
    let compared = bytes(comparer, (one, &here), (other, &there)).boxed().await?;
    let (bytes, values) = compared;
    Ok(Answer::Compared(Box::new(Compared { one: here, other: there, bytes, values })))
}

async fn described_side(comparer: &Comparer, item: &DiffItem) -> Result<ComparedSide, Error> {
    Ok(match item {
        DiffItem::Stored(object) => {
            ComparedSide::Stored(described(comparer.client(), object.clone()).boxed().await?)
        }
        DiffItem::Local(path) => ComparedSide::Local(local_file(path).await?),
    })
}

async fn local_file(path: &Path) -> Result<LocalFile, Error> {
    let found = found(path).await?;
    let modified = found.modified().ok().and_then(|time| Timestamp::try_from(time).ok());
    Ok(LocalFile { path: PathBuf::from(path), size: found.len(), modified })
}

type BytesAndValues = (ComparedBytes, Option<Vec<ValueDifference>>);

async fn bytes(
    comparer: &Comparer,
    (one, here): (&DiffItem, &ComparedSide),
    (other, there): (&DiffItem, &ComparedSide),
) -> Result<BytesAndValues, Error> {
    let likeness = likeness(known(here), known(there)).boxed().await?;
    if likeness.is_same() {
        return Ok((ComparedBytes::SameBySum, None));
    }
    if here.is_archived() || there.is_archived() {
        let bytes = match likeness {
            Likeness::Other => ComparedBytes::Other,
            _ => ComparedBytes::Unread,
        };
        return Ok((bytes, None));
    }
    let starts =
        tokio::try_join!(start_of(comparer, one).boxed(), start_of(comparer, other).boxed());
    let (start, other_start) = starts?;
    let whole = |side: &ComparedSide, read: &[u8]| side.size() == Some(read.len() as u64);
    let whole = whole(here, &start) && whole(there, &other_start);
    let name = one.name().unwrap_or_default().to_owned();
    let compared = tokio::task::spawn_blocking(move || {
        let bytes = ComparedBytes::of(&start, &other_start, whole, likeness);
        let values = match &bytes {
            ComparedBytes::Lines(_) => values(&name, &start, &other_start),
            _ => None,
        };
        (bytes, values)
    });
    Ok(compared.await?)
}

/// Reads on behind what is read of each at first.
async fn all_bytes(
    comparer: &Comparer,
    one: &DiffItem,
    other: &DiffItem,
    tell: impl Fn(Answer) + Send + Sync,
) -> Reply {
    let sources = tokio::try_join!(comparer.bytes(one), comparer.bytes(other));
    let (one, other) = sources?;
    let mut told = Instant::now();
    let differing = first_difference(one, other, |same| {
        if told.elapsed() >= REPORTS {
            told = Instant::now();
            tell(Answer::ComparedBytes { bytes: ComparedBytes::SameStart(same), done: false });
        }
    });
    let bytes = differing.await?.map_or(ComparedBytes::Same, ComparedBytes::From);
    Ok(Answer::ComparedBytes { bytes, done: true })
}

fn known(side: &ComparedSide) -> KnownItem<'_> {
    match side {
        ComparedSide::Stored(described) => KnownItem::Stored(&described.head),
        ComparedSide::Local(file) => KnownItem::Local(&file.path, file.size),
    }
}

fn values(name: &str, one: &[u8], other: &[u8]) -> Option<Vec<ValueDifference>> {
    let (one, other) = (std::str::from_utf8(one).ok()?, std::str::from_utf8(other).ok()?);
    value_differences(&document_tree(name, one)?, &document_tree(name, other)?)
}

async fn start_of(comparer: &Comparer, item: &DiffItem) -> Result<Vec<u8>, Error> {
    match item {
        DiffItem::Stored(object) => {
            Ok(comparer.client().start_of(object, MOST_COMPARED).boxed().await?.bytes)
        }
        DiffItem::Local(path) => {
            let fail = |error: &std::io::Error| Error::from_io(error, READ_FILE, path.display());
            let file = tokio::fs::File::open(path).await.map_err(|error| fail(&error))?;
            let mut bytes = Vec::new();
            let read = file.take(MOST_COMPARED).read_to_end(&mut bytes).await;
            read.map_err(|error| fail(&error))?;
            Ok(bytes)
        }
    }
}

// ─── two trees ───

async fn trees(
    comparer: &Comparer,
    one: &DiffTree,
    other: &DiffTree,
    tell: impl Fn(Answer) + Send + Sync,
) -> Reply {
    let mut known = ComparedTrees::default();
    let (mut told, sum) = (Instant::now(), &mut known);
    let compared = comparer.trees(one, other, move |news| {
        match news {
            TreeNews::Compared(compared, names) => {
                (sum.compared, sum.names) = (compared as u64, names as u64);
            }
            TreeNews::Differs { name, difference, sizes } => {
                let name = name.to_owned();
                sum.differing.push(TreeDifference { name, difference, sizes });
            }
            TreeNews::Failed(error) => sum.failed.push(error),
        }
        if told.elapsed() >= REPORTS {
            told = Instant::now();
            let rest = ComparedTrees { differing: Vec::new(), failed: Vec::new(), ..*sum };
            tell(Answer::ComparedTrees(std::mem::replace(sum, rest)));
        }
        Ok::<(), Error>(())
    });
    known.names = compared.await?.names as u64;
    known.done = true;
    Ok(Answer::ComparedTrees(known))
}
