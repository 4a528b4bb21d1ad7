//! Record types.

use crate::Table;

/// Record types: number and name without `AUDIT_`.
pub static RECORD_TYPE: Table = Table::new(&[
    (1300, "SYSCALL"),
    (1327, "PROCTITLE"),
]);
