//! The only place that names the SDK: async calls with domain words in and out.

pub mod client;
pub mod meter;
pub mod pages;
