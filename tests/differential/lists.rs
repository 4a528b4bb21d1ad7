//! The other lists: tasks that are never audited, file systems that are not recorded; and rules that name every call.
#![allow(unsafe_code, reason = "system calls as they are")]

use crate::workload::{Case, Group, become_user, c, open};
use std::fs;
use std::process::Command;

pub const LISTS: Group = Group {
    rules: "\
-a never,task -F uid=1000
-a never,filesystem -F fstype=tracefs
-a always,exit -F arch=b64 -S open,openat,getuid,execve,mkdir,stat,newfstatat -F auid>=700000 -F auid!=unset -k lists
",
    prepare: || (),
    cases: &[Case { name: "list-task", run: task }, Case { name: "list-filesystem", run: filesystem }],
};

pub const EVERY: Group = Group {
    rules: "\
-a never,exit -S all -F a0=4321
-a never,exit -F arch=b64 -S getuid
-a always,exit -S all -F auid>=700000 -F auid!=unset -k every
",
    prepare: || (),
    cases: &[Case { name: "every-call", run: every }],
};

/// A child of this task, which does this and ends.
fn child(work: impl Fn()) {
    // SAFETY: the process has one thread; the child does system calls and ends.
    unsafe {
        let pid = libc::fork();
        if pid == 0 {
            work();
            libc::_exit(0);
        }
        libc::waitpid(pid, std::ptr::null_mut(), 0);
    }
}

fn ids() {
    // SAFETY: no arguments.
    unsafe { libc::getuid() };
}

/// The list is asked when a task is made, of what its maker is; what the task becomes later does not matter.
fn task() {
    ids();
    child(ids);
    child(|| {
        become_user();
        ids();
        child(ids);
        child(|| drop(Command::new("/bin/true").status()));
        open("/etc/passwd", libc::O_RDONLY);
    });
    ids();
}

fn filesystem() {
    fs::create_dir("tracing").unwrap();
    // SAFETY: NUL-terminated strings.
    unsafe {
        libc::mount(c("tracefs").as_ptr(), c("tracing").as_ptr(), c("tracefs").as_ptr(), 0, std::ptr::null());
    }
    for name in ["tracing/README", "tracing/none", "tracing/events/none/none", "tracing", "/etc/passwd"] {
        open(name, libc::O_RDONLY);
        drop(fs::metadata(name));
    }
    open("tracing/new", libc::O_RDWR | libc::O_CREAT);
    drop(fs::create_dir("tracing/instances/made"));
    drop(fs::create_dir("tracing/instances/made"));
    drop(fs::remove_dir("tracing/instances/made"));
    // SAFETY: a NUL-terminated string.
    unsafe { libc::umount2(c("tracing").as_ptr(), libc::MNT_DETACH) };
}

fn every() {
    ids();
    fs::create_dir("made").unwrap();
    fs::write("made/file", "text").unwrap();
    drop(fs::read("made/none"));
    fs::rename("made/file", "made/other").unwrap();
    drop(std::os::unix::net::UnixStream::pair());
    drop(std::net::TcpStream::connect("127.0.0.1:1"));
    // SAFETY: plain numbers.
    unsafe {
        libc::kill(libc::getpid(), 0);
        libc::close(4321);
        libc::prctl(libc::PR_SET_DUMPABLE, 1);
    }
    child(ids);
    drop(Command::new("/bin/true").status());
    fs::remove_dir_all("made").unwrap();
}
