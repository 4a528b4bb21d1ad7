//! What the C library has allocated, as the state reports show it.
#![allow(unsafe_code, reason = "mallinfo2(3) has no safe wrapper")]

use std::fmt::{self, Write};

const KIB: u64 = 1 << 10;

/// What the C library has allocated, in bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Memory {
    /// From the kernel.
    pub arena: u64,
    /// In use.
    pub in_use: u64,
    /// Free for use.
    pub free: u64,
}

impl Memory {
    /// Now.
    pub fn now() -> Self {
        // SAFETY: it only reads the allocator's own books, under its locks.
        let info = unsafe { libc::mallinfo2() };
        Self { arena: info.arena as u64, in_use: info.uordblks as u64, free: info.fordblks as u64 }
    }

    /// Appends the last three lines of a state report, which compare with what was there `before`.
    ///
    /// # Errors
    /// None of a `String`.
    pub fn push(&self, before: &Self, out: &mut String) -> fmt::Result {
        let lines = [
            ("arena (total memory)", self.arena, before.arena),
            ("uordblks (in use memory)", self.in_use, before.in_use),
            ("fordblks (total free space)", self.free, before.free),
        ];
        lines.into_iter().try_for_each(|(what, now, was)| {
            writeln!(out, "glibc {what} is: {} KiB, was: {} KiB", now / KIB, was / KIB)
        })
    }
}
