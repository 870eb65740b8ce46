//! Keeps the buckets of a connection: those the server lists, those known anyway, those that are
//! gone.

use crate::config::connection::KnownBucket;
use crate::domain::address::{Bucket, Prefix};
use crate::domain::cells::width;
use crate::domain::error::Error;
use crate::domain::jurisdiction::Jurisdiction;
use crate::domain::object::BucketEntry;
use jiff::Timestamp;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketRow {
    pub bucket: Bucket,
    pub created: Option<Timestamp>,
    pub jurisdiction: Jurisdiction,
    /// Where opening it starts.
    pub prefix: Prefix,
    /// The server lists it.
    pub listed: bool,
    /// Configured, or added by name.
    pub known: bool,
    /// Why it cannot be opened any more.
    pub gone: Option<Error>,
}

/// Listed buckets in the order of the server, then those that are only known or open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BucketList {
    rows: Vec<BucketRow>,
}

impl BucketList {
    pub fn rows(&self) -> &[BucketRow] {
        &self.rows
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub fn position(&self, bucket: &Bucket) -> Option<usize> {
        self.rows.iter().position(|row| row.bucket == *bucket)
    }

    /// Takes what the server lists now. A known, opened or gone bucket stays though it is not
    /// listed.
    pub fn take_listed(
        &mut self,
        listed: Vec<BucketEntry>,
        known: &[KnownBucket],
        opened: Option<&Bucket>,
    ) {
        let earlier = std::mem::take(&mut self.rows);
        for entry in listed {
            let BucketEntry { bucket, created, jurisdiction } = entry;
            self.rows.push(BucketRow { created, jurisdiction, listed: true, ..row(bucket) });
        }
        self.take_known(known);
        for row in earlier {
            let stays = row.gone.is_some() || opened == Some(&row.bucket);
            if stays && self.position(&row.bucket).is_none() {
                self.rows.push(BucketRow { listed: false, known: false, ..row });
            }
        }
    }

    /// Adds what is configured or remembered.
    pub fn take_known(&mut self, known: &[KnownBucket]) {
        for each in known {
            let row = self.ensure(each.bucket.clone());
            row.prefix = each.prefix.clone();
            row.known = true;
        }
    }

    /// The row of a bucket, added where there is none.
    pub fn ensure(&mut self, bucket: Bucket) -> &mut BucketRow {
        let at = self.position(&bucket).unwrap_or_else(|| {
            self.rows.push(row(bucket));
            self.rows.len() - 1
        });
        &mut self.rows[at]
    }

    /// The row of a bucket that was just made, where the server will list it.
    pub fn put_made(&mut self, bucket: &Bucket) -> usize {
        self.remove(bucket);
        let before = |row: &BucketRow| row.listed && row.bucket < *bucket;
        let last = self.rows.iter().rposition(before).map_or(0, |at| at + 1);
        let jurisdiction = Jurisdiction::said(bucket).map(|(_, said)| said).unwrap_or_default();
        let made = BucketRow { listed: true, jurisdiction, ..row(bucket.clone()) };
        self.rows.insert(last, made);
        last
    }

    /// Cells of the longest name with what stands beside it, so that names are not shortened
    /// without need.
    pub fn name_cells(&self) -> u16 {
        u16::try_from(self.rows.iter().map(cells_of).max().unwrap_or(0)).unwrap_or(u16::MAX)
    }

    /// Whether the server says of any bucket when it was created.
    pub fn tells_days(&self) -> bool {
        self.rows.iter().any(|row| row.created.is_some())
    }

    pub fn remove(&mut self, bucket: &Bucket) {
        self.rows.retain(|row| row.bucket != *bucket);
    }
}

fn cells_of(row: &BucketRow) -> usize {
    let name = width(row.bucket.as_str());
    match row.jurisdiction {
        Jurisdiction::Default => name,
        other => name + 1 + other.name().len(),
    }
}

fn row(bucket: Bucket) -> BucketRow {
    BucketRow {
        bucket,
        created: None,
        jurisdiction: Jurisdiction::Default,
        prefix: Prefix::root(),
        listed: false,
        known: false,
        gone: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::error::ErrorKind;

    fn entries(names: &[&str]) -> Vec<BucketEntry> {
        names.iter().map(|name| BucketEntry::named(*name)).collect()
    }

    fn names(bucket_list: &BucketList) -> Vec<&str> {
        bucket_list.rows().iter().map(|row| row.bucket.as_str()).collect()
    }

    #[test]
    fn a_known_bucket_that_is_listed_is_one_row() {
        let known = KnownBucket::starting_at("site".into(), "public/".into());
        let mut bucket_list = BucketList::default();
        bucket_list.take_known(std::slice::from_ref(&known));
        bucket_list.take_listed(entries(&["media", "site"]), &[known], None);
        assert_eq!(names(&bucket_list), ["media", "site"]);
        assert!(bucket_list.rows()[1].known && bucket_list.rows()[1].listed);
        assert_eq!(bucket_list.rows()[1].prefix.as_str(), "public/");
    }

    #[test]
    fn an_open_or_gone_bucket_stays_though_it_is_not_listed() {
        let mut bucket_list = BucketList::default();
        bucket_list.take_listed(entries(&["a", "b", "c"]), &[], None);
        bucket_list.ensure("b".into()).gone = Some(Error::new(ErrorKind::NoSuchBucket, "x", "b"));
        bucket_list.take_listed(entries(&["a"]), &[], Some(&"c".into()));
        assert_eq!(names(&bucket_list), ["a", "b", "c"]);
        assert!(!bucket_list.rows()[2].listed);
        bucket_list.take_listed(entries(&["a", "b"]), &[], None);
        assert_eq!(names(&bucket_list), ["a", "b"]);
        assert_eq!(bucket_list.rows()[1].gone, None);
    }
}
