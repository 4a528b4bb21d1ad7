//! Names and the numbers they stand for, both ways.
//!
//! Every table is plain data, sorted by number, generated from public headers by `make tables` (see `crates/tables/generate`).
pub mod record_type;
pub mod table;

pub use table::Table;
