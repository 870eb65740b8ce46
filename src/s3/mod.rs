//! The only place that names the SDK: async calls with domain words in and out.

mod buckets;
mod call;
pub mod client;
mod copy;
mod credentials;
mod delete;
mod download;
mod errors;
mod integrity;
mod list;
pub mod meter;
mod md5_instead;
mod metering;
mod multipart;
mod objects;
mod presign;
mod retry;
mod sdk;
mod time;
mod transport;
pub mod walk;
pub mod pages;
