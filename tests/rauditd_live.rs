//! rauditd against the real kernel of this machine: both backends, beside Debian's auditd, under load and in trouble.
//!
//! Every test takes the machine-wide lock, and leaves rules, switches and registration as they were, also when it fails.
//! Without the right to change kernel audit, or with another audit daemon at work, the tests say SKIPPED.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, helpers included"
)]

mod rauditd;
