//! The words of object storage, without I/O, clocks or async.

pub mod address;
pub mod arn;
pub mod arrange;
pub mod cells;
pub mod change;
pub mod curl;
pub mod diagnosis;
pub mod endpoint;
pub mod error;
pub mod jurisdiction;
pub mod listing;
pub mod object;
pub mod overlap;
pub mod parts;
pub mod place;
pub mod presign;
pub mod price;
pub mod provider;
pub mod public;
pub mod row_set;
pub mod target;
pub mod transfer;
pub mod unfinished;
pub mod units;
pub mod usage;
pub mod visible;
