//! Holds Windlass, a terminal browser for S3 and Cloudflare R2 buckets.
//!
//! Two stacks of modules share `domain`: `domain` ← `s3` ← `transfer` move bytes, `domain` ← `app`
//! ← `ui` are the interface. Only `tui` and `cli` use both, and look inside objects by `look`.

// They panic where nobody reads: `config::stderr` and `cli::print::Printer` do not.
#![warn(clippy::print_stderr, clippy::print_stdout)]

pub mod domain;

pub mod config;
pub mod index;
pub mod look;

pub mod s3;
pub mod transfer;

pub mod app;
pub mod ui;

pub mod cli;
pub mod demo;
pub mod tui;

pub mod program;
