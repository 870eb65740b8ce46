//! Asks providers, with types of `domain` in and out; nothing else names the SDK.

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
mod lacking;
pub mod meter;
pub mod ops;
pub mod refusals;
pub mod sdk;
pub mod tasks;
