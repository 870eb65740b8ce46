//! Every integration test in one binary, so that the SDK is linked once.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::cast_possible_truncation,
    clippy::format_collect,
    clippy::unnecessary_wraps,
    reason = "a test stops where something is not as it says"
)]

mod architecture;
mod cli;
mod contract;
mod flows;
mod papers;
mod screens;
mod support;
mod terminal;
mod transfers;
