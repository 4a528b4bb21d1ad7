//! Options, `--help`, manual pages and completions say the same.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, helpers included"
)]

mod completions;
mod help;
mod options;
mod page;
mod pages;
mod programs;
mod shells;
mod values;
