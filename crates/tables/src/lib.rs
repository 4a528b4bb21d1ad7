//! Names and the numbers they stand for, both ways.
//!
//! Every table is plain data, sorted by number, generated from public headers by `make tables` (see
//! `crates/tables/generate`) into [`generated`]; the modules beside it say what each is for.
pub mod arch;
pub mod errno;
pub mod family;
pub mod flag;
#[rustfmt::skip]
pub mod generated;
pub mod record_type;
pub mod signal;
pub mod syscall;
pub mod table;

pub use table::Table;
