//! Memory below 4 GiB for arguments, so that 32-bit callers can name it.

use crate::machine;
use std::ptr;

const BLOCK: usize = 8192;
const BLOCKS: usize = 24;
const PAGE: usize = 4096;

/// Blocks in turn, and behind them a page that nobody may read.
pub struct Memory {
    base: usize,
    turn: usize,
}

impl Memory {
    pub fn new() -> Self {
        let len = BLOCKS * BLOCK + PAGE;
        let base = machine::low(len);
        // SAFETY: the last page of a fresh mapping is taken away again, so that what is put before it may run into it.
        unsafe {
            libc::mprotect(base.byte_add(BLOCKS * BLOCK).cast(), PAGE, libc::PROT_NONE);
        }
        Self { base: base as usize, turn: 0 }
    }

    /// The bytes with a NUL behind them, cut to a block; where they lie.
    pub fn put(&mut self, bytes: &[u8]) -> usize {
        self.turn = (self.turn + 1) % (BLOCKS - 1);
        let to = self.base + self.turn * BLOCK;
        let len = bytes.len().min(BLOCK - 1);
        // SAFETY: a block of ours with room for them and the NUL.
        unsafe {
            ptr::copy_nonoverlapping(bytes.as_ptr(), to as *mut u8, len);
            *((to + len) as *mut u8) = 0;
        }
        to
    }

    /// The bytes without a NUL, right before the page that cannot be read.
    pub fn put_unended(&mut self, bytes: &[u8]) -> usize {
        let len = bytes.len().min(BLOCK);
        let to = self.base + BLOCKS * BLOCK - len;
        // SAFETY: the end of the last block.
        unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), to as *mut u8, len) };
        to
    }

    /// A block for the kernel to write to.
    pub fn room(&mut self) -> usize {
        self.put(&[0; 512])
    }
}
