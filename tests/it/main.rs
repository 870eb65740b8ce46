//! Every integration test in one binary, so that the SDK is linked once.

mod architecture;
mod cli;
mod contract;
mod flows;
mod readme;
mod screens;
mod support;
mod terminal;
mod transfers;
