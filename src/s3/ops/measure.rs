//! Counts the objects and bytes of what a question is about, page by page.

use crate::domain::address::{Bucket, Prefix};
use crate::domain::error::Error;
use crate::domain::listing::RowKind;
use crate::domain::object::Measure;
use crate::domain::stored::Stored;
use crate::domain::transfer::Target;
use crate::s3::client::{Client, ListQuery};
use crate::s3::ops::keys::KeyPages;

impl Client {
    /// Everything below the prefixes, and the objects that are named; `tell` hears of it while it
    /// is counted.
    pub async fn measure(
        &self,
        bucket: &Bucket,
        targets: &[Target],
        tell: impl Fn(Measure),
    ) -> Result<Measure, Error> {
        let mut sum = Measure::default();
        for target in Target::each(targets) {
            match &*target {
                Target::Object(_) | Target::Version(..) => {
                    let Some(object) = target.object(bucket) else { continue };
                    sum.bytes += self.head(&object).await?.size.unwrap_or(0);
                    sum.objects += 1;
                }
                Target::Prefix(prefix) | Target::PrefixAt(prefix, _) => {
                    let query = ListQuery { at: target.at(), ..ListQuery::below(bucket, prefix) };
                    let mut pages = KeyPages::new(self, query);
                    while let Some(page) = pages.next().await? {
                        sum.objects += page.len() as u64;
                        sum.bytes += page.rows().filter_map(|row| row.size()).sum::<u64>();
                        tell(sum);
                    }
                }
                Target::Rows(_) => {}
            }
        }
        Ok(Measure { done: true, ..sum })
    }

    /// Everything below a prefix by storage class: current objects, no old versions and no
    /// unfinished uploads.
    pub async fn stored(
        &self,
        bucket: &Bucket,
        prefix: &Prefix,
        tell: impl Fn(&Stored),
    ) -> Result<Stored, Error> {
        let mut pages = self.keys_below(bucket, prefix, false);
        let mut sum = Stored::default();
        while let Some(page) = pages.next().await? {
            for row in page.rows() {
                if let RowKind::Object { size, class, .. } = row.kind {
                    sum.add(class.as_str(), size);
                }
            }
            tell(&sum);
        }
        Ok(sum.finished())
    }
}
