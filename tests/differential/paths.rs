//! Cases of calls that name files: looked up, made, moved, deleted.
#![allow(unsafe_code, reason = "system calls with arguments no safe interface would pass")]
#![allow(let_underscore_drop, reason = "what a case gets wrong is part of the workload")]

use super::workload::{become_user, c, open};
use crate::machine;
use std::fs;
use std::os::unix::fs::symlink;

/// A system call; what it returns is part of the workload.
pub fn call(number: libc::c_long, args: &[usize]) -> i64 {
    let at = |n: usize| args.get(n).copied().unwrap_or(0);
    machine::syscall(number, [at(0), at(1), at(2), at(3), at(4), at(5)])
}

/// A call whose first argument is a name.
fn named(number: libc::c_long, name: &[u8], rest: &[usize]) -> i64 {
    let name = std::ffi::CString::new(name).unwrap();
    call(number, &[&[name.as_ptr() as usize], rest].concat())
}

/// A call whose first two arguments are names.
fn named_two(number: libc::c_long, one: &str, two: &str) -> i64 {
    let (one, two) = (c(one), c(two));
    call(number, &[one.as_ptr() as usize, two.as_ptr() as usize])
}

/// Two directories and two names, and flags.
fn named_at(number: libc::c_long, one: (i32, &str), two: (i32, &str), flags: usize) -> i64 {
    let (from, to) = (c(one.1), c(two.1));
    call(number, &[one.0 as usize, from.as_ptr() as usize, two.0 as usize, to.as_ptr() as usize, flags])
}

const CWD: i32 = libc::AT_FDCWD;

/// Names that end in all the ways a lookup can.
fn names() -> Vec<Vec<u8>> {
    fs::write("file", "x").unwrap();
    fs::create_dir_all("dir/sub").unwrap();
    fs::write("dir/inner", "x").unwrap();
    for (to, from) in
        [("file", "link"), ("none", "dangling"), ("loop2", "loop1"), ("loop1", "loop2"), ("dir", "dirlink")]
    {
        let _ = symlink(to, from);
    }
    let mut names: Vec<Vec<u8>> = [
        "file",
        "./file",
        "dir/inner",
        "dir//inner",
        "dir/../file",
        "dir",
        "dir/",
        "file/",
        "link",
        "dangling",
        "loop1",
        "dirlink/inner",
        "dirlink/",
        "none",
        "none/none",
        "file/none",
        "",
        ".",
        "..",
        "/",
        "//",
        "/proc/self/status",
        "/dev/null",
        "/proc/self/cwd/file",
        "a\nb",
        "quote\"d",
        "sp ace",
    ]
    .into_iter()
    .map(|name| name.as_bytes().to_vec())
    .collect();
    names.push(b"not\xffutf".to_vec());
    names.push(vec![b'n'; 255]);
    names.push(vec![b'n'; 256]);
    names.push([b"./".repeat(1000), b"file".to_vec()].concat());
    names.push([b"dir/../".repeat(584), b"file".to_vec()].concat());
    names.push(b"./".repeat(2100));
    names
}

pub fn lookups() {
    let nowhere = [machine::CHMOD, machine::ACCESS];
    for number in nowhere {
        for wrong in [0usize, 8, usize::MAX] {
            call(number, &[wrong, 0o644]);
        }
    }
    for name in names() {
        named(machine::CHMOD, &name, &[0o755]);
        named(machine::ACCESS, &name, &[4]);
        named(machine::CHOWN, &name, &[0, 0]);
        named(machine::LCHOWN, &name, &[0, 0]);
        named(libc::SYS_chdir, b".", &[]);
        let mut buffer = [0u8; 4096];
        let room = buffer.as_mut_ptr() as usize;
        named(machine::STAT, &name, &[room]);
        named(machine::LSTAT, &name, &[room]);
        named(machine::READLINK, &name, &[room, 100]);
        named(libc::SYS_statfs, &name, &[room]);
        named(machine::UTIMES, &name, &[0]);
        named(libc::SYS_truncate, &name, &[1]);
        let attribute = c("user.test");
        named(libc::SYS_setxattr, &name, &[attribute.as_ptr() as usize, room, 1, 0]);
        named(libc::SYS_lgetxattr, &name, &[attribute.as_ptr() as usize, room, 100]);
        named(libc::SYS_listxattr, &name, &[room, 100]);
        named(libc::SYS_removexattr, &name, &[attribute.as_ptr() as usize]);
    }
}

pub fn lookups_at() {
    let dir = open("/etc", libc::O_RDONLY | libc::O_DIRECTORY);
    let path_only = open("/etc/passwd", libc::O_PATH);
    let file = open("/etc/passwd", libc::O_RDONLY);
    names();
    let mut buffer = [0u8; 4096];
    let room = buffer.as_mut_ptr() as usize;
    for (at, name) in [
        (dir, "passwd"),
        (dir, "none"),
        (CWD, "link"),
        (99, "file"),
        (99, "/etc/passwd"),
        (file, "x"),
        (file, ""),
        (path_only, ""),
        (dir, ""),
    ] {
        let name = c(name);
        let (at, name) = (at as usize, name.as_ptr() as usize);
        for flags in [0, libc::AT_SYMLINK_NOFOLLOW, libc::AT_EMPTY_PATH, 0x8000] {
            call(libc::SYS_newfstatat, &[at, name, room, flags as usize]);
            call(libc::SYS_fchownat, &[at, name, 0, 0, flags as usize]);
            call(libc::SYS_statx, &[at, name, flags as usize, 0x7ff, room]);
            call(libc::SYS_faccessat2, &[at, name, 4, flags as usize]);
            call(libc::SYS_utimensat, &[at, name, 0, flags as usize]);
        }
        call(libc::SYS_fchmodat, &[at, name, 0o644]);
        call(libc::SYS_faccessat, &[at, name, 0]);
        call(libc::SYS_readlinkat, &[at, name, room, 10]);
    }
    call(libc::SYS_utimensat, &[file as usize, 0, 0, 0]);
}

pub fn entries() {
    let tries: &[&str] = &[
        "new",
        "new",
        "dir/new",
        "none/new",
        "file/new",
        "new/",
        "newdir/",
        ".",
        "..",
        "/",
        "",
        "dangling",
        "dirlink/x",
    ];
    names();
    for name in tries {
        named(machine::MKDIR, name.as_bytes(), &[0o755]);
        named(machine::RMDIR, name.as_bytes(), &[]);
        named(machine::MKNOD, name.as_bytes(), &[0o010_644, 0]);
        named(machine::UNLINK, name.as_bytes(), &[]);
        named(machine::MKNOD, name.as_bytes(), &[0o100_644, 0]);
        named(machine::UNLINK, name.as_bytes(), &[]);
        named_two(machine::SYMLINK, "target", name);
        named(machine::UNLINK, name.as_bytes(), &[]);
        named_two(machine::LINK, "file", name);
        named_two(machine::LINK, "file", name);
        named(machine::UNLINK, name.as_bytes(), &[]);
    }
    for name in ["dir", "dir/", "none", "link", "dirlink", "dirlink/", "/proc/self/status", "/proc/1"] {
        named(machine::UNLINK, name.as_bytes(), &[]);
        named(machine::RMDIR, name.as_bytes(), &[]);
    }
    named_two(machine::LINK, "none", "x");
    named_two(machine::LINK, "dir", "x");
    named_two(machine::LINK, "file", "/proc/x");
    named_two(machine::SYMLINK, "", "x");
    for wrong in [0usize, 8] {
        call(machine::MKDIR, &[wrong, 0]);
        call(machine::UNLINK, &[wrong]);
        let name = c("file");
        call(machine::LINK, &[name.as_ptr() as usize, wrong]);
        call(machine::LINK, &[wrong, name.as_ptr() as usize]);
    }
    for name in names() {
        named(machine::MKDIR, &[b"dir/".as_slice(), &name].concat(), &[0o700]);
        named(machine::RMDIR, &[b"dir/".as_slice(), &name].concat(), &[]);
        named(machine::MKNOD, &name, &[0o020_644, 0x501]);
    }
}

pub fn renames() {
    let fresh = || {
        let _ = fs::remove_dir_all("r");
        fs::create_dir_all("r/full/sub").unwrap();
        fs::create_dir_all("r/empty").unwrap();
        for file in ["r/a", "r/b", "r/full/c"] {
            fs::write(file, file).unwrap();
        }
        let _ = fs::hard_link("r/a", "r/a2");
        let _ = symlink("a", "r/s");
    };
    for (from, to) in [
        ("r/a", "r/new"),
        ("r/a", "r/b"),
        ("r/a", "r/a2"),
        ("r/a", "r/a"),
        ("r/a", "r/full/c"),
        ("r/a", "r/full/new"),
        ("r/a", "r/empty"),
        ("r/a", "r/none/x"),
        ("r/a", "r/b/x"),
        ("r/none", "r/x"),
        ("r/full", "r/empty"),
        ("r/empty", "r/full"),
        ("r/empty", "r/moved"),
        ("r/full", "r/full/sub/x"),
        ("r/full/sub", "r"),
        ("r/s", "r/t"),
        ("r/s", "r/a"),
        ("r/a", "/proc/x"),
        ("r/a/", "r/x"),
        ("r/a", "r/x/"),
        ("r/empty/", "r/x/"),
        ("r/.", "r/x"),
        ("", "r/x"),
        ("r/a", ""),
    ] {
        for flags in [0, 1, 2, 3, 4] {
            fresh();
            named_at(libc::SYS_renameat2, (CWD, from), (CWD, to), flags);
        }
        fresh();
        named_two(machine::RENAME, from, to);
    }
    fresh();
    renames_at();
}

/// Names at the same address, wrong ones, and names relative to descriptors.
fn renames_at() {
    let same = c("r/a");
    let same = same.as_ptr() as usize;
    call(machine::RENAME, &[same, same]);
    call(machine::LINK, &[same, same]);
    for wrong in [0usize, 8] {
        call(machine::RENAME, &[same, wrong]);
        call(machine::RENAME, &[wrong, same]);
    }
    let dir = open("r", libc::O_RDONLY | libc::O_DIRECTORY);
    named_at(libc::SYS_renameat, (dir, "a"), (dir, "moved"), 0);
    named_at(libc::SYS_renameat, (dir, "moved"), (99, "x"), 0);
    named_at(libc::SYS_linkat, (dir, "moved"), (CWD, "r/linked"), 0);
    named_at(libc::SYS_linkat, (dir, "s"), (CWD, "r/followed"), libc::AT_SYMLINK_FOLLOW as usize);
    let file = open("r/moved", libc::O_RDONLY);
    named_at(libc::SYS_linkat, (file, ""), (CWD, "r/by-fd"), libc::AT_EMPTY_PATH as usize);
    let name = c("made");
    let name = name.as_ptr() as usize;
    call(libc::SYS_mkdirat, &[dir as usize, name, 0o755]);
    call(libc::SYS_unlinkat, &[dir as usize, name, libc::AT_REMOVEDIR as usize]);
    call(libc::SYS_mknodat, &[dir as usize, name, 0o010_600, 0]);
    call(libc::SYS_unlinkat, &[dir as usize, name, 0]);
    call(libc::SYS_symlinkat, &[name, dir as usize, name]);
    call(libc::SYS_unlinkat, &[dir as usize, name, 0x8000]);
}

pub fn refused() {
    fs::create_dir("own").unwrap();
    fs::write("own/file", "x").unwrap();
    std::os::unix::fs::chown("own", Some(1000), Some(1000)).unwrap();
    become_user();
    for name in ["own/file", "/etc/passwd", "/root/x", "/tmp", "/proc/1/root/x", "own"] {
        named(machine::CHMOD, name.as_bytes(), &[0o777]);
        named(machine::CHOWN, name.as_bytes(), &[0, 0]);
        named(libc::SYS_truncate, name.as_bytes(), &[0]);
        named(machine::UNLINK, name.as_bytes(), &[]);
        named(machine::RMDIR, name.as_bytes(), &[]);
        named(machine::MKDIR, name.as_bytes(), &[0o755]);
        named(machine::MKNOD, name.as_bytes(), &[0o060_600, 0x100]);
        named_two(machine::RENAME, name, "own/x");
        named_two(machine::RENAME, "own/x", "/etc/x");
        named_two(machine::RENAME, "/etc/hostname", "own/x");
        named_two(machine::LINK, name, "own/y");
        named_two(machine::LINK, name, "/etc/y");
        named_two(machine::SYMLINK, name, "/etc/z");
    }
    named(machine::MKDIR, b"/etc/new", &[0o755]);
    named(machine::MKDIR, b"/tmp/differential-new", &[0o755]);
    named(machine::RMDIR, b"/tmp/differential-new", &[]);
}

pub fn descriptors() {
    let attribute = c("user.test");
    let attribute = attribute.as_ptr() as usize;
    let mut buffer = [0u8; 200];
    let room = buffer.as_mut_ptr() as usize;
    let unlinked = open("gone", libc::O_RDWR | libc::O_CREAT);
    let _ = fs::remove_file("gone");
    for fd in [
        open("/etc/hostname", libc::O_RDONLY),
        open("/etc/hostname", libc::O_PATH),
        open("/", libc::O_RDONLY),
        open("/proc/self/status", libc::O_RDONLY),
        open("made", libc::O_RDWR | libc::O_CREAT),
        unlinked,
        99,
        -1,
    ] {
        let fd = fd as usize;
        call(libc::SYS_fchmod, &[fd, 0o644]);
        call(libc::SYS_fchown, &[fd, 0, 0]);
        call(libc::SYS_fsetxattr, &[fd, attribute, room, 1, 0]);
        call(libc::SYS_fgetxattr, &[fd, attribute, room, 100]);
        call(libc::SYS_flistxattr, &[fd, room, 100]);
        call(libc::SYS_fremovexattr, &[fd, attribute]);
    }
    let pair = std::os::unix::net::UnixStream::pair().unwrap();
    call(libc::SYS_fchmod, &[std::os::fd::AsRawFd::as_raw_fd(&pair.0) as usize, 0o600]);
}

/// Descriptors on a mount that may not be written to.
pub fn read_only() {
    // SAFETY: a namespace of our own, so that nothing here is mounted for others.
    unsafe { libc::unshare(libc::CLONE_NEWNS) };
    fs::create_dir("ro").unwrap();
    fs::write("ro/file", "x").unwrap();
    let mount = |from: &str, on: &str, flags: libc::c_ulong| {
        let (from, on) = (c(from), c(on));
        call(libc::SYS_mount, &[from.as_ptr() as usize, on.as_ptr() as usize, 0, flags as usize, 0]);
    };
    mount("none", "/", libc::MS_REC | libc::MS_PRIVATE);
    mount("ro", "ro", libc::MS_BIND);
    mount("none", "ro", libc::MS_BIND | libc::MS_REMOUNT | libc::MS_RDONLY);
    let attribute = c("user.test");
    let attribute = attribute.as_ptr() as usize;
    let fd = open("ro/file", libc::O_RDONLY) as usize;
    for attribute in [attribute, 8] {
        call(libc::SYS_fsetxattr, &[fd, attribute, attribute, 1, 0]);
        call(libc::SYS_fgetxattr, &[fd, attribute, 0, 0]);
        call(libc::SYS_fremovexattr, &[fd, attribute]);
    }
    call(libc::SYS_fchmod, &[fd, 0o600]);
    call(libc::SYS_fchown, &[fd, 0, 0]);
    for name in ["ro/file", "ro/new", "ro/none/x"] {
        open(name, libc::O_CREAT | libc::O_WRONLY);
        open(name, libc::O_WRONLY | libc::O_TRUNC);
        named(machine::CHMOD, name.as_bytes(), &[0o600]);
        named(machine::MKDIR, name.as_bytes(), &[0o700]);
        named(machine::RMDIR, name.as_bytes(), &[]);
        named(machine::UNLINK, name.as_bytes(), &[]);
        named_two(machine::RENAME, name, "ro/other");
        named_two(machine::LINK, name, "ro/other");
    }
}

/// No descriptor is left for a file that is there.
pub fn exhausted() {
    fs::write("file", "x").unwrap();
    let limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: a limit of our own, in memory that lives.
    unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) };
    for (name, flags) in [("file", libc::O_RDONLY), ("none", libc::O_RDONLY), ("new", libc::O_CREAT | libc::O_WRONLY)] {
        open(name, flags);
    }
}

pub fn mounts() {
    // SAFETY: a namespace of our own, so that nothing here is mounted for others.
    unsafe { libc::unshare(libc::CLONE_NEWNS) };
    for dir in ["a", "b", "over", "upper", "work"] {
        fs::create_dir(dir).unwrap();
    }
    fs::write("a/lower", "x").unwrap();
    let mount = |source: &str, target: &str, kind: &str, flags: libc::c_ulong, data: &str| {
        let (source, target, kind, data) = (c(source), c(target), c(kind), c(data));
        call(
            libc::SYS_mount,
            &[
                source.as_ptr() as usize,
                target.as_ptr() as usize,
                kind.as_ptr() as usize,
                flags as usize,
                data.as_ptr() as usize,
            ],
        )
    };
    mount("none", "/", "", libc::MS_REC | libc::MS_PRIVATE, "");
    mount("tmpfs", "b", "tmpfs", 0, "");
    mount("a", "b", "", libc::MS_BIND, "");
    mount("none", "b", "", libc::MS_BIND, "");
    mount("tmpfs", "none", "tmpfs", 0, "");
    named(machine::CHMOD, b"b/lower", &[0o600]);
    named(libc::SYS_umount2, b"b", &[0]);
    named(libc::SYS_umount2, b"b/", &[8]);
    named(libc::SYS_umount2, b"none", &[0]);
    if mount("overlay", "over", "overlay", 0, "lowerdir=a,upperdir=upper,workdir=work") == 0 {
        named(machine::CHMOD, b"over/lower", &[0o640]);
        named(machine::MKDIR, b"over/dir", &[0o755]);
        named_two(machine::RENAME, "over/lower", "over/moved");
        named(machine::UNLINK, b"over/moved", &[]);
        named(machine::RMDIR, b"over/dir", &[]);
        named(machine::MKNOD, b"over/node", &[0o100_644, 0]);
        named_two(machine::LINK, "over/node", "over/linked");
        named_two(machine::SYMLINK, "x", "over/link");
    }
}
