//! The only place that names the SDK: async calls with domain words in and out.

pub mod access;
mod call;
pub mod client;
mod clock;
mod cloudflare;
mod conditions;
mod contact;
pub mod doctor;
pub mod http;
mod jurisdiction_endpoints;
mod jurisdictions;
mod key_command;
pub mod meter;
pub mod ops;
pub mod refusals;
pub mod sdk;
pub mod tasks;
