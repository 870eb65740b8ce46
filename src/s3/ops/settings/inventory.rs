//! Reads and writes the reports of an inventory, listed in pages and taken one by one.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::domain::address::Bucket;
use crate::domain::error::{Error, ErrorKind};
use crate::domain::page_cursor::{PageCursor, PageStart, next_page};
use crate::domain::settings::json::Json;
use crate::domain::settings::shape::shape;
use crate::domain::settings::{BucketSetting, StoredSetting};
use crate::s3::call::Call;
use crate::s3::client::Client;
use crate::s3::ops::settings::carrier::SettingBody;
use crate::s3::ops::settings::{is_unset, xml};

const INVENTORY: BucketSetting = BucketSetting::Inventory;

/// The element of one report, which also names its shape.
const REPORT: &str = "InventoryConfiguration";

impl Client {
    /// Every report; `None` where there is none.
    pub(super) async fn inventory(&self, call: &Call) -> Result<Option<StoredSetting>, Error> {
        let (mut reports, mut unread) = (Vec::new(), Vec::new());
        let mut cursor: PageCursor<String> = PageCursor::starting_at(None);
        while !cursor.is_at_end() {
            let query = match cursor.token() {
                Some(token) => format!("inventory&continuation-token={}", encoded(token)),
                None => "inventory".to_owned(),
            };
            let carried = match self.carry(call, &query, SettingBody::Nothing).await {
                Ok(carried) => carried,
                Err(error) if is_unset(&error) => return Ok(None),
                Err(error) => return Err(error),
            };
            let read = page(&carried.body, &mut unread);
            let page = read.map_err(|why| self.strange(call, INVENTORY, &why))?;
            let found = INVENTORY.entries(&page);
            let next = page.text_of("NextContinuationToken").map(str::to_owned);
            let broken = |why: &str| call.fails(ErrorKind::BrokenListing, why);
            let next = next_page(page.is_yes("IsTruncated"), next).map_err(broken)?;
            let first = found.first().map(|report| INVENTORY.name_of(report));
            cursor.advance(next, PageStart::of(first)).map_err(broken)?;
            reports.extend_from_slice(found);
        }
        let document = INVENTORY.of_entries(reports);
        let stored = StoredSetting { document, unread };
        Ok(Some(stored).filter(|stored| !INVENTORY.says_nothing(&stored.document)))
    }

    /// Sends what differs, and removes what is gone once all of it is there.
    pub(super) async fn set_inventory(
        &self,
        call: &Call,
        before: Option<&Json>,
        new: &Json,
    ) -> Result<(), Error> {
        let changes = INVENTORY.changes(before, new);
        for report in changes.added.iter().chain(&changes.changed) {
            let name = INVENTORY.name_of(report);
            let text = xml::written(REPORT, report);
            let body = SettingBody::Document { text, header: None };
            let sent = self.carry(call, &of_report(name), body).await;
            sent.map_err(|error| about(name, error))?;
        }
        let call = Call { operation: "DeleteBucketInventoryConfiguration", ..call.clone() };
        for name in &changes.removed {
            let sent = self.carry(&call, &of_report(name), SettingBody::Delete).await;
            sent.map_err(|error| about(name, error))?;
        }
        Ok(())
    }

    /// Removes every report.
    pub(super) async fn clear_inventory(&self, call: &Call, bucket: &Bucket) -> Result<(), Error> {
        let listed = self.inventory(&Call::on_bucket(INVENTORY.operations().0, bucket)).await?;
        let Some(stored) = listed else { return Ok(()) };
        let nothing = INVENTORY.of_entries(Vec::new());
        self.set_inventory(call, Some(&stored.document), &nothing).await
    }
}

/// Servers made from a description of the API (moto) name the first element after the operation.
fn page(body: &str, unread: &mut Vec<String>) -> Result<Json, String> {
    let element = xml::element(body)?;
    if !(element.name.starts_with("List") && element.name.contains("Inventory")) {
        return Err(format!("<{}> in place of a list of inventories", element.name));
    }
    element.document(shape(BucketSetting::INVENTORY_LIST), unread)
}

fn of_report(name: &str) -> String {
    format!("inventory&id={}", encoded(name))
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// One report of many was refused: those before it are set.
fn about(name: &str, error: Error) -> Error {
    let detail = format!("the report {name}: {}", error.detail);
    Error { detail, ..error }
}
