//! Operations of io_uring: done at once, by workers, and by a task of the kernel's that takes them in.
#![allow(unsafe_code, reason = "sockets and descriptors as they are")]

use crate::ring::{ASYNC, LINK, Operation, Ring, SQPOLL};
use crate::workload::{Case, Group, become_user, c, open};
use std::ffi::CStr;
use std::fs;
use std::os::fd::IntoRawFd;

const CWD: i32 = libc::AT_FDCWD;

/// What the kernel audits, and what it does not.
const RULES: &str = "\
-a always,io_uring -S all -F auid>=700000 -F auid!=unset -k ring
";

pub const GROUP: Group = Group {
    rules: RULES,
    prepare: || (),
    cases: &[
        Case { name: "ring-at-once", run: at_once },
        Case { name: "ring-left-out", run: left_out },
        Case { name: "ring-entries", run: entries },
        Case { name: "ring-opens", run: opens },
        Case { name: "ring-attributes", run: attributes },
        Case { name: "ring-sockets", run: sockets },
        Case { name: "ring-many", run: many },
        Case { name: "ring-links", run: links },
        Case { name: "ring-user", run: user },
        Case { name: "ring-polled", run: polled },
    ],
};

/// The call that operations are submitted by, for itself.
pub const CALL: Group = Group {
    rules: "-a always,exit -F arch=b64 -S io_uring_enter -F auid>=700000 -F auid!=unset -k enter\n",
    prepare: || (),
    cases: &[
        Case { name: "ring-call-at-once", run: at_once },
        Case { name: "ring-call-left-out", run: left_out },
        Case { name: "ring-call-entries", run: entries },
        Case { name: "ring-call-opens", run: opens },
        Case { name: "ring-call-attributes", run: attributes },
        Case { name: "ring-call-sockets", run: sockets },
        Case { name: "ring-call-many", run: many },
        Case { name: "ring-call-links", run: links },
        Case { name: "ring-call-user", run: user },
    ],
};

pub const FIELDS: Group = Group {
    rules: "\
-a never,io_uring -S close,connect -F uid=1000
-a always,io_uring -S mkdirat,close -F uid=0 -F auid>=700000 -F auid!=unset -k ring-root
-a always,io_uring -S connect,close -F saddr_fam=2 -F auid>=700000 -F auid!=unset -k ring-inet
-a always,io_uring -S unlinkat,openat -F obj_uid=0 -F auid>=700000 -F auid!=unset -k ring-owner
-a always,io_uring -S shutdown,fallocate -F exe=/work/differential -F auid>=700000 -F auid!=unset -k ring-program
-a always,io_uring -S renameat -F a0=0 -F auid>=700000 -F auid!=unset -k ring-argument
-a always,io_uring -S connect -F a0!=0 -F auid>=700000 -F auid!=unset -k ring-argument
-a never,io_uring -S unlinkat -F fsuid=0
-a always,io_uring -S unlinkat -F fsuid>=1000 -F auid>=700000 -F auid!=unset -k ring-user
",
    prepare: || (),
    cases: &[Case { name: "ring-fields", run: fields }],
};

pub fn openat(name: &CStr, flags: i32) -> Operation {
    Operation::new(18, CWD).text(name).op_flags(flags as u32).sized(0o640)
}

fn openat2(name: &CStr, how: &[u64; 3]) -> Operation {
    Operation::new(28, CWD).text(name).sized(24).off(how.as_ptr() as u64)
}

fn close(fd: i32) -> Operation {
    Operation::new(19, fd)
}

fn unlinkat(name: &CStr, flags: i32) -> Operation {
    Operation::new(36, CWD).text(name).op_flags(flags as u32)
}

/// One of two names: renameat, linkat.
fn two(opcode: u8, from: &CStr, to: &CStr, flags: u32) -> Operation {
    Operation::new(opcode, CWD).text(from).sized(CWD as u32).off(to.as_ptr() as u64).op_flags(flags)
}

fn mkdirat(name: &CStr) -> Operation {
    Operation::new(37, CWD).text(name).sized(0o750)
}

fn symlinkat(text: &CStr, name: &CStr) -> Operation {
    Operation::new(38, CWD).text(text).off(name.as_ptr() as u64)
}

/// An internet address of this machine.
fn inet(port: u16) -> libc::sockaddr_in {
    libc::sockaddr_in {
        sin_family: libc::AF_INET as u16,
        sin_port: port.to_be(),
        sin_addr: libc::in_addr { s_addr: u32::from_ne_bytes([127, 0, 0, 1]) },
        sin_zero: [0; 8],
    }
}

fn unix(path: &str) -> libc::sockaddr_un {
    let mut address = libc::sockaddr_un { sun_family: libc::AF_UNIX as u16, sun_path: [0; 108] };
    address.sun_path.iter_mut().zip(path.bytes()).for_each(|(to, from)| *to = from as libc::c_char);
    address
}

fn connect<T>(fd: i32, address: &T) -> Operation {
    Operation::new(16, fd).at(address).off(size_of::<T>() as u64)
}

fn socket(family: i32, kind: i32) -> i32 {
    // SAFETY: plain numbers.
    unsafe { libc::socket(family, kind, 0) }
}

/// Operations that are done while io_uring_enter runs, one a call.
fn at_once() {
    let mut ring = Ring::new(0);
    fs::write("here", "text").unwrap();
    drop(fs::read("here"));
    let fd = ring.one(openat(c("here").as_c_str(), libc::O_RDONLY));
    ring.one(openat(c("here").as_c_str(), libc::O_RDONLY | libc::O_PATH));
    ring.one(openat(c("/etc/hostname").as_c_str(), libc::O_RDONLY | libc::O_NONBLOCK));
    ring.one(close(fd));
    ring.one(close(999));
    ring.one(connect(socket(libc::AF_INET, libc::SOCK_STREAM), &inet(1)));
    ring.one(connect(999, &inet(1)));
    ring.one(connect(socket(libc::AF_UNIX, libc::SOCK_STREAM), &unix("/tmp/no such socket")));
    let (one, _other) = std::os::unix::net::UnixStream::pair().unwrap();
    ring.one(Operation::new(34, one.into_raw_fd()).sized(2));
    ring.one(Operation::new(34, 0).sized(0));
    ring.one(Operation::new(40, 0));
    ring.one(Operation::new(200, 0));
}

/// Operations that the kernel does not audit, alone and beside one that it does.
fn left_out() {
    let mut ring = Ring::new(0);
    let file = open("file", libc::O_RDWR | libc::O_CREAT);
    let mut room = [0u8; 256];
    let name = c("file");
    let skipped = |room: &mut [u8; 256]| {
        [
            Operation::new(0, -1),
            Operation::new(23, file).at(room).sized(8),
            Operation::new(22, file).at(room).sized(8),
            Operation::new(3, file),
            Operation::new(21, CWD).text(&name).off(room.as_mut_ptr() as u64).sized(0x7ff),
            Operation::new(45, libc::AF_INET).off(libc::SOCK_DGRAM as u64),
        ]
    };
    for operation in skipped(&mut room) {
        ring.one(operation);
    }
    let mut all = skipped(&mut room).to_vec();
    all.push(close(file));
    ring.run(&all);
}

/// Names that are made, moved and deleted: workers do these.
fn entries() {
    let mut ring = Ring::new(0);
    let [a, b, d, l, deep, gone] = ["a", "b", "d", "l", "d/deep", "none/x"].map(c);
    fs::write("a", "text").unwrap();
    for flags in [0, ASYNC] {
        ring.one(mkdirat(&d).with(flags));
        ring.one(mkdirat(&d).with(flags));
        ring.one(mkdirat(&gone).with(flags));
        ring.one(symlinkat(&a, &l).with(flags));
        ring.one(symlinkat(&a, &l).with(flags));
        ring.one(two(39, &a, &b, 0).with(flags));
        ring.one(two(39, &l, &deep, 0x400).with(flags));
        ring.one(two(39, &gone, &b, 0).with(flags));
        ring.one(two(35, &b, &deep, 0).with(flags));
        ring.one(two(35, &gone, &deep, 0).with(flags));
        ring.one(two(35, &deep, &a, 2).with(flags));
        ring.one(two(35, &a, &b, 1).with(flags));
        ring.one(two(35, &b, &a, 0).with(flags));
        ring.one(unlinkat(&l, 0).with(flags));
        ring.one(unlinkat(&l, 0).with(flags));
        ring.one(unlinkat(&d, libc::AT_REMOVEDIR).with(flags));
        drop(fs::remove_file("d/deep"));
        ring.one(unlinkat(&d, 0).with(flags));
        ring.one(unlinkat(&d, libc::AT_REMOVEDIR).with(flags));
        ring.one(unlinkat(&gone, 0).with(flags));
    }
}

/// Opens that a worker does, or that are tried at once first.
fn opens() {
    let mut ring = Ring::new(0);
    fs::write("old", "text").unwrap();
    std::os::unix::fs::symlink("old", "link").unwrap();
    let names = ["old", "link", "new", "none/x", "/etc/passwd", ".", ""].map(c);
    let create = libc::O_CREAT | libc::O_RDWR;
    for flags in [0, ASYNC] {
        for name in &names {
            for mode in [libc::O_RDONLY, create, create | libc::O_EXCL, libc::O_WRONLY | libc::O_TRUNC] {
                let fd = ring.one(openat(name, mode).with(flags));
                if fd >= 0 {
                    ring.one(close(fd).with(flags));
                }
            }
            drop(fs::remove_file("new"));
        }
        let how = [libc::O_RDONLY as u64, 0, 0];
        let [old, link, _, gone, ..] = &names;
        for name in [old, link, gone] {
            ring.one(openat2(name, &how).with(flags));
            ring.one(openat2(name, &[libc::O_RDONLY as u64, 0, 4]).with(flags));
        }
        ring.one(openat2(old, &[u64::MAX, 0, 0]).with(flags));
    }
}

fn attributes() {
    let mut ring = Ring::new(0);
    let file = open("file", libc::O_RDWR | libc::O_CREAT);
    let [path, name, other, none] = ["file", "user.one", "trusted.one", "none"].map(c);
    let mut room = [0u8; 64];
    for flags in [0, ASYNC] {
        for name in [&name, &other] {
            let value =
                |opcode: u8| Operation::new(opcode, file).text(name).off(room.as_ptr() as u64).sized(4).with(flags);
            ring.one(value(41));
            ring.one(Operation { addr3: path.as_ptr() as u64, ..value(42) });
        }
        let value = |opcode: u8, room: &mut [u8]| {
            Operation::new(opcode, file).text(&name).off(room.as_mut_ptr() as u64).sized(64).with(flags)
        };
        ring.one(value(43, &mut room));
        ring.one(Operation { addr3: path.as_ptr() as u64, ..value(44, &mut room) });
        ring.one(Operation { addr3: none.as_ptr() as u64, ..value(44, &mut room) });
        ring.one(Operation { fd: 999, ..value(43, &mut room) });
        ring.one(Operation { addr: 1, ..value(41, &mut room) });
        ring.one(Operation { addr: 4096, len: 0, ..Operation::new(17, file) }.with(flags));
        ring.one(Operation { addr: 4096, ..Operation::new(17, 999) }.with(flags));
        ring.one(Operation::new(55, file).off(9).with(flags));
        ring.one(Operation::new(25, -1).at(&room).sized(0).op_flags(4).with(flags));
    }
}

/// Addresses given to the kernel and by it; what has to wait is done again when there is something.
fn sockets() {
    let mut ring = Ring::new(0);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let listening = listener.into_raw_fd();
    for flags in [0, ASYNC] {
        let mut peer = inet(0);
        let mut len = size_of::<libc::sockaddr_in>() as u32;
        let client = socket(libc::AF_INET, libc::SOCK_STREAM);
        ring.one(connect(client, &inet(port)).with(flags));
        let accept = Operation::new(13, listening).at(&raw mut peer).off((&raw mut len) as u64).with(flags);
        ring.one(accept);
        ring.one(connect(client, &inet(port)).with(flags));
        ring.one(connect(socket(libc::AF_UNIX, libc::SOCK_STREAM), &unix("/tmp/no such socket")).with(flags));
        let datagrams = socket(libc::AF_INET, libc::SOCK_DGRAM);
        let to = inet(9);
        let mut part = libc::iovec { iov_base: (&raw const to) as *mut _, iov_len: 4 };
        // SAFETY: all zero is a valid msghdr.
        let mut message: libc::msghdr = unsafe { std::mem::zeroed() };
        message.msg_name = (&raw const to) as *mut _;
        message.msg_namelen = size_of_val(&to) as u32;
        message.msg_iov = &raw mut part;
        message.msg_iovlen = 1;
        ring.one(Operation::new(9, datagrams).at(&raw const message).sized(1).with(flags));
        ring.one(Operation::new(9, 999).at(&raw const message).sized(1).with(flags));
        ring.one(Operation::new(56, socket(libc::AF_INET, libc::SOCK_STREAM)).at(&inet(0)).off(16).with(flags));
        ring.one(Operation::new(57, socket(libc::AF_INET, libc::SOCK_STREAM)).sized(4).with(flags));
    }
}

/// Several operations in one call: a record for each that is audited, and names of all.
fn many() {
    let mut ring = Ring::new(0);
    let [a, b, gone] = ["a", "b", "none/x"].map(c);
    fs::write("a", "text").unwrap();
    drop(fs::read("a"));
    let read = |name| openat(name, libc::O_RDONLY);
    ring.run(&[read(&a), close(998), close(999), read(&gone)]);
    ring.run(&[close(999), Operation::new(0, 0), close(998)]);
    ring.run(&[connect(socket(libc::AF_INET, libc::SOCK_STREAM), &inet(1)), read(&a), close(999)]);
    ring.run(&[close(999), mkdirat(&b)]);
    ring.run(&[close(999), unlinkat(&b, libc::AT_REMOVEDIR)]);
    ring.run(&[close(999), openat(&b, libc::O_CREAT | libc::O_RDWR)]);
    ring.run(&[close(999), unlinkat(&b, 0)]);
    ring.run(&vec![close(999); 60]);
}

/// Operations that begin when the one before has ended.
fn links() {
    let mut ring = Ring::new(0);
    let [d, deep] = ["d", "d/deep"].map(c);
    ring.run(&[mkdirat(&d).with(LINK), symlinkat(&d, &deep).with(LINK), unlinkat(&deep, 0).with(LINK), close(999)]);
    ring.run(&[close(999).with(LINK), close(998)]);
    ring.run(&[Operation::new(0, 0).with(LINK), close(998).with(LINK), close(997)]);
}

/// Not as root.
fn user() {
    fs::write("file", "text").unwrap();
    drop(fs::read("/etc/shadow"));
    become_user();
    let mut ring = Ring::new(0);
    let [file, shadow] = ["file", "/etc/shadow"].map(c);
    for flags in [0, ASYNC] {
        ring.one(openat(&shadow, libc::O_RDONLY).with(flags));
        ring.one(unlinkat(&file, 0).with(flags));
        ring.one(close(999).with(flags));
    }
}

/// With a task of the kernel's that takes the operations in: nothing of them is of any call.
fn polled() {
    let mut ring = Ring::new(SQPOLL);
    let [a, b, d, gone, deep] = ["a", "b", "d", "none/x", "d/deep"].map(c);
    fs::write("a", "text").unwrap();
    drop(fs::read("a"));
    for flags in [0, ASYNC] {
        ring.one(openat(&a, libc::O_RDONLY).with(flags));
        ring.one(openat(&gone, libc::O_RDONLY).with(flags));
        ring.one(openat(&b, libc::O_RDWR | libc::O_CREAT).with(flags));
        ring.one(close(999).with(flags));
        ring.one(connect(socket(libc::AF_INET, libc::SOCK_STREAM), &inet(1)).with(flags));
        ring.one(connect(socket(libc::AF_UNIX, libc::SOCK_STREAM), &unix("/tmp/no such socket")).with(flags));
        ring.one(close(999).with(flags));
        ring.one(mkdirat(&d).with(flags));
        ring.one(two(35, &b, &deep, 0).with(flags));
        ring.one(two(39, &deep, &b, 0).with(flags));
        ring.one(unlinkat(&deep, 0).with(flags));
        ring.one(unlinkat(&b, 0).with(flags));
        ring.one(unlinkat(&d, libc::AT_REMOVEDIR).with(flags));
        ring.one(unlinkat(&gone, 0).with(flags));
    }
}

/// What rules can ask of an operation.
fn fields() {
    let mut ring = Ring::new(0);
    let [a, b, d, gone] = ["a", "b", "d", "none/x"].map(c);
    fs::write("a", "text").unwrap();
    drop(fs::read("a"));
    let file = open("a", libc::O_RDWR);
    for round in 0..2 {
        for flags in [0, ASYNC] {
            ring.one(openat(&a, libc::O_RDONLY).with(flags));
            ring.one(openat(&gone, libc::O_RDONLY).with(flags));
            ring.one(mkdirat(&d).with(flags));
            ring.one(mkdirat(&d).with(flags));
            ring.one(unlinkat(&d, libc::AT_REMOVEDIR).with(flags));
            ring.one(two(35, &a, &b, 0).with(flags));
            ring.one(two(35, &b, &a, 0).with(flags));
            ring.one(connect(socket(libc::AF_INET, libc::SOCK_STREAM), &inet(1)).with(flags));
            ring.one(connect(socket(libc::AF_UNIX, libc::SOCK_STREAM), &unix("/tmp/no such socket")).with(flags));
            ring.one(Operation::new(34, socket(libc::AF_INET, libc::SOCK_STREAM)).sized(2).with(flags));
            ring.one(Operation { addr: 4096, ..Operation::new(17, file) }.with(flags));
            ring.one(close(999).with(flags));
            ring.run(&[close(999), connect(socket(libc::AF_INET, libc::SOCK_STREAM), &inet(1)), close(998)]);
        }
        if round == 0 {
            become_user();
            ring = Ring::new(0);
        }
    }
}
