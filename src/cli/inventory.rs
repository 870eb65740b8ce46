//! Fills an index from a report of S3 Inventory.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::Arc;

use md5::{Digest as _, Md5};
use tokio_util::sync::CancellationToken;

use crate::cli::connect::Choice;
use crate::cli::print::{VerbError, complain_of};
use crate::config::paths::make_folder;
use crate::domain::address::{Bucket, Location};
use crate::domain::error::{Error, ErrorKind};
use crate::domain::hex::hex;
use crate::domain::listing::Row;
use crate::domain::object::{ByteRange, ObjectAddress};
use crate::domain::ranges::Ranges;
use crate::domain::visible::visible;
use crate::index::facts::{IndexFacts, IndexPlace};
use crate::index::sorting::RowSorter;
use crate::index::writer::IndexWriter;
use crate::look::error::LookError;
use crate::look::inventory::{InventoryFile, InventoryManifest, each_object};
use crate::look::object_bytes::ObjectBytes;
use crate::s3::client::Client;
use crate::s3::tasks::blocking;

/// Bytes that are fetched at once.
const PIECE: u64 = 8 << 20;

/// The step at which a file of a report is read.
const FETCH: &str = "read the report";

/// The largest manifest that is read.
const LARGEST: u64 = 64 << 20;

/// A report, and what its index is to be of.
struct Report {
    client: Client,
    /// Where the report is.
    bucket: Bucket,
    manifest: InventoryManifest,
    place: IndexPlace,
    folder: PathBuf,
}

/// What an index of a report has, where it took the place of the older one, and whether the report
/// was read to its end. Files that cannot be read, or are not what the manifest says, are
/// complained of.
pub async fn fill(
    place: IndexPlace,
    location: &Location,
    folder: &Path,
    choice: &Choice,
) -> Result<(Option<IndexFacts>, bool), VerbError> {
    let Location::Object { bucket, key } = location else {
        let sentence = "--inventory needs the manifest of a report: s3://bucket/…/manifest.json";
        return Err(VerbError::Usage(sentence.to_owned()));
    };
    let client = choice.client()?;
    let object = ObjectAddress::new(bucket.clone(), key.clone());
    let manifest = manifest(&client, &object).await?;
    if manifest.source_bucket != place.bucket.as_str() {
        let (of, wanted) = (&manifest.source_bucket, &place.bucket);
        let sentence = format!("this report is of s3://{of}, not of s3://{wanted}");
        return Err(VerbError::Usage(visible(&sentence).into_owned()));
    }
    let (bucket, folder) = (bucket.clone(), folder.to_owned());
    let report = Report { client, bucket, manifest, place, folder };
    let (sorter, mut failed) = report.rows().await?;
    let whole = failed.is_empty();
    if failed.len() == report.manifest.files.len()
        && let Some(error) = failed.pop()
    {
        return Err(error.into());
    }
    for error in &failed {
        complain_of(error, choice.json);
    }
    let Report { folder, place, manifest, .. } = report;
    let kept = blocking(move || {
        let mut writer = IndexWriter::create(&folder, place)?;
        sorter.write(&mut writer)?;
        // It has what was there when the report was begun.
        writer.keep(whole, None, manifest.created)
    });
    Ok((kept.await?, whole))
}

async fn manifest(client: &Client, object: &ObjectAddress) -> Result<InventoryManifest, Error> {
    let ranges = client.ranges(object, CancellationToken::new()).await?;
    let source = ObjectBytes::new(Arc::new(ranges), LARGEST);
    let place = object.to_string();
    blocking(move || {
        let most = usize::try_from(source.size()).unwrap_or(usize::MAX);
        let read = source.read(0, most).and_then(|bytes| InventoryManifest::parse(&bytes));
        read.map_err(|error| error.into_error(&place))
    })
    .await
}

impl Report {
    /// The rows of all files, and what kept a file from being read.
    async fn rows(&self) -> Result<(RowSorter, Vec<Error>), Error> {
        let mut sorter = RowSorter::new(&self.folder, self.place.clone());
        let mut failed = Vec::new();
        for file in &self.manifest.files {
            let object = ObjectAddress::new(self.bucket.clone(), file.key.as_str().into());
            let ranges = match self.client.ranges(&object, CancellationToken::new()).await {
                Ok(ranges) => ranges,
                Err(error) => {
                    failed.push(error);
                    continue;
                }
            };
            let (folder, file) = (self.folder.clone(), file.clone());
            let (format, prefix) = (self.manifest.format.clone(), self.place.prefix.clone());
            let (sorted, ended) = blocking(move || {
                let ended =
                    fetched(&ranges, &file, &folder, &object.to_string()).and_then(|bytes| {
                        let source = Arc::new(ObjectBytes::new(Arc::new(bytes), u64::MAX));
                        let read = each_object(&source, &format, |row| {
                            let Some(name) = row.name.strip_prefix(prefix.as_str()) else {
                                return Ok(());
                            };
                            sorter.push(Row { name, ..row }).map_err(LookError::Source)
                        });
                        read.map_err(|error| error.into_error(&object.to_string()))
                    });
                Ok((sorter, ended))
            })
            .await?;
            sorter = sorted;
            failed.extend(ended.err());
        }
        Ok((sorter, failed))
    }
}

/// A file of a report on this disk, where it has no name.
struct FetchedFile {
    file: File,
    size: u64,
}

impl Ranges for FetchedFile {
    fn size(&self) -> u64 {
        self.size
    }

    fn read(&self, range: ByteRange) -> Result<Vec<u8>, Error> {
        let length = usize::try_from(range.len()).unwrap_or(usize::MAX);
        let mut bytes = vec![0; length];
        let read = self.file.read_exact_at(&mut bytes, range.start);
        read.map_err(|error| Error::from_io(&error, FETCH, ""))?;
        Ok(bytes)
    }
}

/// Fetches a file before any of its rows is believed.
///
/// # Errors
/// `Corrupt` where it is not what the manifest says.
fn fetched(
    ranges: &dyn Ranges,
    told: &InventoryFile,
    folder: &Path,
    place: &str,
) -> Result<FetchedFile, Error> {
    let differs = |what: &str| {
        let detail = format!("its {what} is not the one that the manifest of the report has");
        Err(Error::new(ErrorKind::Corrupt, FETCH, place).detail(detail))
    };
    if ranges.size() != told.size {
        return differs("size");
    }
    let path = folder.join(format!("report-{}.new", process::id()));
    let fail = |error: &io::Error| Error::from_io(error, FETCH, path.display());
    make_folder(folder)?;
    let made = OpenOptions::new()
        .create(true)
        .truncate(true)
        .read(true)
        .write(true)
        .mode(0o600)
        .open(&path)
        .and_then(|file| fs::remove_file(&path).map(|()| file));
    let mut file = made.map_err(|error| fail(&error))?;
    let (mut sum, mut start) = (Md5::new(), 0);
    while start < told.size {
        let end = (start + PIECE).min(told.size);
        let piece = ranges.read(ByteRange { start, end })?;
        sum.update(&piece);
        file.write_all(&piece).map_err(|error| fail(&error))?;
        start = end;
    }
    if !hex(&sum.finalize()).eq_ignore_ascii_case(&told.md5) {
        return differs("MD5");
    }
    Ok(FetchedFile { file, size: told.size })
}
