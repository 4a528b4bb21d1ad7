//! x86_64: every call has its number, and `int 0x80` is the gate of 32-bit programs.

pub use libc::{
    SYS_access as ACCESS, SYS_chmod as CHMOD, SYS_chown as CHOWN, SYS_lchown as LCHOWN, SYS_link as LINK,
    SYS_lstat as LSTAT, SYS_mkdir as MKDIR, SYS_mknod as MKNOD, SYS_open as OPEN, SYS_pause as PAUSE, SYS_pipe as PIPE,
    SYS_readlink as READLINK, SYS_rename as RENAME, SYS_rmdir as RMDIR, SYS_stat as STAT, SYS_symlink as SYMLINK,
    SYS_sysfs as SYSFS, SYS_unlink as UNLINK, SYS_ustat as USTAT, SYS_utimes as UTIMES,
};

/// A system call of a 64-bit program. The kernel checks what it is given; errors are -1.
pub fn syscall(number: i64, [a, b, c, d, e, f]: [usize; 6]) -> i64 {
    // SAFETY: pointers among the arguments are of buffers that live, or meant to be wrong.
    unsafe { libc::syscall(number, a, b, c, d, e, f) }
}

/// The line of a rule, whose calls there all are.
#[expect(clippy::unnecessary_wraps, reason = "on other machines there may be none left")]
pub fn rule(line: &str) -> Option<String> {
    Some(line.to_owned())
}

/// Calls that no other machine has: ports, segments.
pub fn own_calls(room: usize) {
    syscall(libc::SYS_iopl, [9, 0, 0, 0, 0, 0]);
    syscall(libc::SYS_ioperm, [0x80, 1, 1, 0, 0, 0]);
    syscall(libc::SYS_modify_ldt, [0, room, 16, 0, 0, 0]);
}

/// Whether a 64-bit program can make calls of 32-bit ones.
pub const HAS_GATE: bool = true;

/// Fresh memory below 4 GiB.
pub fn low(len: usize) -> *mut u8 {
    let (prot, flags) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_32BIT);
    // SAFETY: a mapping of its own.
    let base = unsafe { libc::mmap(std::ptr::null_mut(), len, prot, flags, -1, 0) };
    assert_ne!(base, libc::MAP_FAILED, "no memory below 4 GiB");
    base.cast()
}

/// A system call by the gate of 32-bit programs; pointers must be below 4 GiB. Errors are negative numbers.
pub fn call_32(number: u32, words: [u32; 6]) -> i64 {
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
