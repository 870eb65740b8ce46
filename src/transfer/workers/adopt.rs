//! Takes over parts that an earlier run sent and did not record.

use std::sync::Arc;

use crate::domain::error::Error;
use crate::domain::object::UploadedPart;
use crate::domain::parts::{piece, piece_count};
use crate::s3::tasks::blocking;
use crate::transfer::fact::Multipart;
use crate::transfer::local::source::Source;
use crate::transfer::task::Task;
use crate::transfer::workers::digest::md5_hex;
use crate::transfer::workers::multipart::record_part;

/// Adds the parts among `held` whose size and MD5 are those of the file's own bytes: to read them
/// costs less than to send them. An ETag that is no MD5 proves nothing, and its part is sent again.
pub async fn adopt(
    task: &Task,
    source: &Arc<Source>,
    multipart: &mut Multipart,
    held: Vec<UploadedPart>,
) -> Result<(), Error> {
    let count = piece_count(multipart.size, multipart.part_size);
    for part in held {
        if !(1..=count).contains(&part.number) || multipart.parts.contains_key(&part.number) {
            continue;
        }
        let range = piece(multipart.size, multipart.part_size, part.number - 1);
        if part.size != range.len() || part.etag.md5_hex().is_none() {
            continue;
        }
        let memory = task.memory.take(range.len()).await;
        let source = Arc::clone(source);
        let own =
            blocking(move || source.read(range.start, range.len()).map(|bytes| md5_hex(&bytes)))
                .await?;
        drop(memory);
        if part.etag.md5_hex() == Some(own.as_str()) {
            record_part(task, part.clone()).await?;
            multipart.parts.insert(part.number, part);
        }
    }
    Ok(())
}
