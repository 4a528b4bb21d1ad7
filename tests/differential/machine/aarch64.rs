//! aarch64: calls without a directory descriptor are made by those with one, as its C library does.

use super::has;
use libc::{AT_FDCWD, AT_REMOVEDIR, AT_SYMLINK_NOFOLLOW};
use raudit_tables::{arch, syscall::table as syscall_table};

/// No numbers of the kernel's: `syscall` makes another call of them.
const NONE: i64 = 1 << 20;
pub const ACCESS: i64 = NONE;
pub const CHMOD: i64 = NONE + 1;
pub const CHOWN: i64 = NONE + 2;
pub const LCHOWN: i64 = NONE + 3;
pub const LINK: i64 = NONE + 4;
pub const LSTAT: i64 = NONE + 5;
pub const MKDIR: i64 = NONE + 6;
pub const MKNOD: i64 = NONE + 7;
pub const OPEN: i64 = NONE + 8;
pub const PAUSE: i64 = NONE + 9;
pub const PIPE: i64 = NONE + 10;
pub const READLINK: i64 = NONE + 11;
pub const RENAME: i64 = NONE + 12;
pub const RMDIR: i64 = NONE + 13;
pub const STAT: i64 = NONE + 14;
pub const SYMLINK: i64 = NONE + 15;
pub const SYSFS: i64 = NONE + 16;
pub const UNLINK: i64 = NONE + 17;
pub const USTAT: i64 = NONE + 18;
pub const UTIMES: i64 = NONE + 19;

/// A system call of a 64-bit program. The kernel checks what it is given; errors are -1.
pub fn syscall(number: i64, args: [usize; 6]) -> i64 {
    let [a, b, c, d, e, f] = args;
    let (here, nofollow) = (AT_FDCWD as usize, AT_SYMLINK_NOFOLLOW as usize);
    let (number, [a, b, c, d, e, f]) = match number {
        ACCESS => (libc::SYS_faccessat, [here, a, b, 0, 0, 0]),
        CHMOD => (libc::SYS_fchmodat, [here, a, b, 0, 0, 0]),
        CHOWN => (libc::SYS_fchownat, [here, a, b, c, 0, 0]),
        LCHOWN => (libc::SYS_fchownat, [here, a, b, c, nofollow, 0]),
        LINK => (libc::SYS_linkat, [here, a, here, b, 0, 0]),
        LSTAT => (libc::SYS_newfstatat, [here, a, b, nofollow, 0, 0]),
        MKDIR => (libc::SYS_mkdirat, [here, a, b, 0, 0, 0]),
        MKNOD => (libc::SYS_mknodat, [here, a, b, c, 0, 0]),
        OPEN => (libc::SYS_openat, [here, a, b, c, 0, 0]),
        PAUSE => (libc::SYS_ppoll, [0; 6]),
        PIPE => (libc::SYS_pipe2, [a, 0, 0, 0, 0, 0]),
        READLINK => (libc::SYS_readlinkat, [here, a, b, c, 0, 0]),
        RENAME => (libc::SYS_renameat, [here, a, here, b, 0, 0]),
        RMDIR => (libc::SYS_unlinkat, [here, a, AT_REMOVEDIR as usize, 0, 0, 0]),
        STAT => (libc::SYS_newfstatat, [here, a, b, 0, 0, 0]),
        SYMLINK => (libc::SYS_symlinkat, [a, here, b, 0, 0, 0]),
        UNLINK => (libc::SYS_unlinkat, [here, a, 0, 0, 0, 0]),
        UTIMES => (libc::SYS_utimensat, [here, a, b, 0, 0, 0]),
        // there is nothing like them
        SYSFS | USTAT => return -1,
        _ => (number, [a, b, c, d, e, f]),
    };
    // SAFETY: pointers among the arguments are of buffers that live, or meant to be wrong.
    unsafe { libc::syscall(number, a, b, c, d, e, f) }
}

/// None.
pub fn own_calls(_room: usize) {}

/// Whether a 64-bit program can make calls of 32-bit ones.
pub const HAS_GATE: bool = false;

/// Fresh memory, wherever it is.
pub fn low(len: usize) -> *mut u8 {
    let (prot, flags) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
    // SAFETY: a mapping of its own.
    let base = unsafe { libc::mmap(std::ptr::null_mut(), len, prot, flags, -1, 0) };
    assert_ne!(base, libc::MAP_FAILED, "no memory");
    base.cast()
}

/// Not to be had: nobody is drawn who would call it.
pub fn call_32(_number: u32, _words: [u32; 6]) -> i64 {
    -i64::from(libc::ENOSYS)
}

/// The line with system calls that this machine has; `None` when none is left.
pub fn rule(line: &str) -> Option<String> {
    let bits = line.split("arch=").nth(1).and_then(|rest| rest.split_whitespace().next()).unwrap_or("b64");
    let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
    for at in 1..words.len() {
        if words[at - 1] == "-S" && words[at] != "all" {
            let calls = words[at].split(',').map(|call| if has(bits, call) { call } else { instead(call) });
            let mut there: Vec<&str> = calls.filter(|call| has(bits, call) || slips(call)).collect();
            there.sort_unstable();
            there.dedup();
            if there.is_empty() {
                return None;
            }
            words[at] = there.join(",");
        }
    }
    Some(words.join(" "))
}

/// A call that not even x86 has is a slip of the pen, which the rule's parser is to find.
fn slips(call: &str) -> bool {
    let known = |a: &u32| syscall_table(*a).is_some_and(|t| t.number(call).is_some());
    ![arch::X86_64, arch::I386].iter().any(known)
}

/// What younger machines have in place of a call.
fn instead(call: &str) -> &str {
    match call {
        "access" => "faccessat",
        "chmod" => "fchmodat",
        "chown" | "lchown" => "fchownat",
        "creat" | "open" => "openat",
        "link" => "linkat",
        "lstat" | "stat" => "newfstatat",
        "mkdir" => "mkdirat",
        "mknod" => "mknodat",
        "pipe" => "pipe2",
        "readlink" => "readlinkat",
        "rename" => "renameat",
        "rmdir" | "unlink" => "unlinkat",
        "symlink" => "symlinkat",
        "utimes" => "utimensat",
        _ => call,
    }
}
