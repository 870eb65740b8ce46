//! The only place that names the SDK: async calls with domain words in and out.

mod bucket_pages;
mod buckets;
mod call;
pub mod client;
mod copy;
mod credentials;
mod delete;
mod download;
mod errors;
pub mod flow;
mod headers;
mod integrity;
mod list;
mod md5_instead;
mod metadata_off;
pub mod meter;
mod metering;
mod multipart;
mod objects;
pub mod pages;
mod presign;
mod retry;
mod sdk;
mod sound;
mod time;
mod transport;
mod unfinished;
