//! Cases of calls that name files for the kernel's own use: accounting, swap, quotas, handles, mounts.

#![allow(unsafe_code, reason = "system calls with arguments no safe interface would pass")]

use super::paths::call;
use super::records::{at, at_mut};
use super::workload::{become_user, c, open};
use crate::machine;
use std::fs;

/// A call with a name as its argument number `at`.
fn named(number: libc::c_long, place: usize, name: &str, args: &[usize]) -> i64 {
    let name = c(name);
    let mut args = args.to_vec();
    args.insert(place, name.as_ptr() as usize);
    call(number, &args)
}

pub fn files() {
    fs::write("file", vec![0; 65_536]).unwrap();
    fs::create_dir("dir").unwrap();
    for name in ["file", "none", "dir", "/dev/null", "", "dir/none", "/etc/passwd"] {
        named(libc::SYS_acct, 0, name, &[]);
        named(libc::SYS_swapon, 0, name, &[0]);
        named(libc::SYS_swapoff, 0, name, &[]);
        for command in [0x80_0002usize, 0x80_0007, 0x80_0003, 0x80_0001] {
            named(libc::SYS_quotactl, 1, name, &[command << 8, 0, c("file").as_ptr() as usize]);
        }
        named(machine::SYSFS, 1, name, &[1]);
        handles(name);
    }
    call(libc::SYS_acct, &[0]);
    call(libc::SYS_acct, &[8]);
    call(libc::SYS_quotactl, &[0x80_0001 << 8, 0, 0, 0]);
    let group = call(libc::SYS_fanotify_init, &[0, 0]) as usize;
    for (flags, name) in [(1, "file"), (1, "none"), (9, "dir"), (2, "file"), (0x80, "file"), (1, "")] {
        named(libc::SYS_fanotify_mark, 4, name, &[group, flags, 0x20, libc::AT_FDCWD as usize]);
    }
    call(libc::SYS_fanotify_mark, &[group, 1, 0x20, open("file", libc::O_RDONLY) as usize, 0]);
    become_user();
    for number in [libc::SYS_acct, libc::SYS_swapon, libc::SYS_swapoff] {
        named(number, 0, "file", &[0]);
    }
}

fn handles(name: &str) {
    #[repr(C)]
    struct Handle {
        bytes: u32,
        kind: i32,
        data: [u8; 128],
    }
    let mut handle = Handle { bytes: 128, kind: 0, data: [0; 128] };
    let mut mount = 0i32;
    let rest = [at_mut(&mut handle), at_mut(&mut mount), 0];
    let done = named(libc::SYS_name_to_handle_at, 1, name, &[libc::AT_FDCWD as usize, rest[0], rest[1], rest[2]]);
    if done == 0 {
        let dir = open(".", libc::O_RDONLY) as usize;
        for flags in [libc::O_RDONLY, libc::O_PATH, libc::O_RDWR] {
            call(libc::SYS_open_by_handle_at, &[dir, at(&handle), flags as usize]);
        }
        handle.kind = 0x77;
        call(libc::SYS_open_by_handle_at, &[dir, at(&handle), 0]);
        call(libc::SYS_open_by_handle_at, &[99, at(&handle), 0]);
    }
}

pub fn mounts() {
    // SAFETY: plain integers: mounts of this case are its own.
    unsafe { libc::unshare(libc::CLONE_NEWNS) };
    let cwd = libc::AT_FDCWD as usize;
    fs::create_dir_all("from/sub").unwrap();
    fs::create_dir_all("to").unwrap();
    let mut attributes = [0u64; 4];
    for name in ["from", "none", "to", ""] {
        let fd = named(libc::SYS_open_tree, 1, name, &[cwd, 1]) as usize;
        named(libc::SYS_move_mount, 1, "", &[fd, cwd, c("to").as_ptr() as usize, 4]);
        named(libc::SYS_move_mount, 1, name, &[cwd, cwd, c("none").as_ptr() as usize, 0]);
        named(libc::SYS_fspick, 1, name, &[cwd, 0]);
        named(libc::SYS_mount_setattr, 1, name, &[cwd, 0, at_mut(&mut attributes), 32]);
        named(libc::SYS_pivot_root, 0, name, &[c("to").as_ptr() as usize]);
    }
    let context = named(libc::SYS_fsopen, 0, "tmpfs", &[0]) as usize;
    let (key, value) = (c("source"), c("here"));
    call(libc::SYS_fsconfig, &[context, 1, key.as_ptr() as usize, value.as_ptr() as usize, 0]);
    call(libc::SYS_fsconfig, &[context, 3, key.as_ptr() as usize, value.as_ptr() as usize, cwd]);
    call(libc::SYS_fsconfig, &[context, 6, 0, 0, 0]);
    let mount = call(libc::SYS_fsmount, &[context, 0, 0]) as usize;
    named(libc::SYS_move_mount, 1, "", &[mount, cwd, c("to").as_ptr() as usize, 4]);
    named(libc::SYS_fsopen, 0, "nofs", &[0]);
}
