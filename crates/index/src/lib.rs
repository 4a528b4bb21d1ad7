//! An index beside a log: which of its blocks may hold what is asked for.
//!
//! It is a cache. It names candidates only, and whoever uses it reads those and applies the real conditions. Missing, stale, truncated or damaged,
//! it is as if there were none. The log itself stays as it is.
//!
//! * [`filter`]: what stands in a block, as bits; [`words`]: what of a line gets in
//! * [`entry`]: what is known of a block; [`build`]: from lines to entries
//! * [`file`](mod@file): `DIR/.index/INODE-DEVICE.idx`, where entries stand one after another: how it is found, trusted, read and brought up to date
pub mod build;
pub mod entry;
pub mod file;
pub mod filter;
mod hash;
pub mod words;

pub use entry::Entry;
pub use file::{Index, update};
pub use filter::{Filter, Term};
