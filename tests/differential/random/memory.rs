//! Memory below 4 GiB for arguments, so that 32-bit callers can name it, and both gates into the kernel.

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
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_32BIT;
        // SAFETY: a fresh mapping; its last page is taken away again, so that what is put before it may run into it.
        let base = unsafe {
            let base = libc::mmap(ptr::null_mut(), len, libc::PROT_READ | libc::PROT_WRITE, flags, -1, 0);
            assert_ne!(base, libc::MAP_FAILED, "no memory below 4 GiB");
            libc::mprotect(base.byte_add(BLOCKS * BLOCK), PAGE, libc::PROT_NONE);
            base as usize
        };
        Self { base, turn: 0 }
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

/// A system call of a 64-bit program. The kernel checks what it is given; errors are -1.
pub fn call(number: u32, args: [usize; 6]) -> i64 {
    let [a, b, c, d, e, f] = args;
    // SAFETY: arguments name memory of `Memory`, or memory that is not ours to harm: the kernel refuses it.
    unsafe { libc::syscall(number.into(), a, b, c, d, e, f) }
}

/// A system call by the gate of 32-bit programs; errors are negative numbers.
pub fn call_32(number: u32, args: [usize; 6]) -> i64 {
    let words = args.map(|a| a as u32);
    let mut result = u64::from(number);
    // SAFETY: int 0x80 takes its arguments in registers; those the compiler owns are put back.
    unsafe {
        std::arch::asm!(
            "push rbx", "push rbp",
            "mov ebx, [r8]", "mov ecx, [r8+4]", "mov edx, [r8+8]", "mov esi, [r8+12]", "mov edi, [r8+16]", "mov ebp, [r8+20]",
            "int 0x80",
            "pop rbp", "pop rbx",
            inout("rax") result, inout("r8") words.as_ptr() => _, out("rcx") _, out("rdx") _, out("rsi") _, out("rdi") _,
            out("r9") _, out("r10") _, out("r11") _
        );
    }
    i64::from(result as i32)
}
