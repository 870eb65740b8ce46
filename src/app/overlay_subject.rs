//! Names what an overlay is opened on.

use crate::domain::address::{Bucket, ConnectionName};
use crate::domain::diff_end::DiffEnd;

/// What is shown over the panes.
#[derive(Clone, Debug, PartialEq)]
pub enum OverlaySubject {
    /// A connection is tried step by step.
    Connection(ConnectionName),
    /// In what two objects, files or trees of them differ.
    Difference(DiffEnd, DiffEnd),
    /// What a bucket is set to.
    Settings(Bucket),
}
