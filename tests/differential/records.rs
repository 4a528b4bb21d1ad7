//! Cases of calls that have records of their own besides names: modules, clocks, signals, sockets, queues.
#![allow(unsafe_code, reason = "system calls with arguments no safe interface would pass")]
#![allow(let_underscore_drop, reason = "what a case gets wrong is part of the workload")]

use super::paths::call;
use super::workload::{Case, become_user, c, open};
use crate::machine;
use libc::SYS_getpid;
use std::fs;
use std::os::fd::{AsRawFd, FromRawFd};
use std::path::PathBuf;

pub const CASES: &[Case] = &[
    Case { name: "record-modules", run: modules },
    Case { name: "record-clocks", run: clocks },
    Case { name: "record-signals", run: signals },
    Case { name: "record-traces", run: traces },
    Case { name: "record-peers", run: peers },
    Case { name: "record-pairs", run: pairs },
    Case { name: "record-mmap", run: mmap },
    Case { name: "record-capset", run: capset },
    Case { name: "record-openat2", run: openat2 },
    Case { name: "record-ipc", run: ipc },
    Case { name: "record-queues", run: queues },
    Case { name: "record-exits", run: exits },
    Case { name: "record-files", run: super::record_files::files },
    Case { name: "record-mounts", run: super::record_files::mounts },
    Case { name: "record-plain", run: plain },
    Case { name: "record-compat", run: machine::compat_records },
];

/// Where a value of ours lies.
pub fn at<T>(value: &T) -> usize {
    std::ptr::from_ref(value) as usize
}

/// Where the kernel may write one.
pub fn at_mut<T>(value: &mut T) -> usize {
    std::ptr::from_mut(value) as usize
}

/// A child that does this and ends.
pub fn child(run: fn()) -> i32 {
    // SAFETY: this program has one thread.
    let pid = unsafe { libc::fork() };
    if pid == 0 {
        run();
        std::process::exit(0);
    }
    pid
}

pub fn wait(pid: i32) {
    // SAFETY: a child of ours, whose status nobody reads.
    unsafe { libc::waitpid(pid, std::ptr::null_mut(), 0) };
}

fn modules() {
    let none = c("");
    let name = |name: &str| {
        let name = c(name);
        call(libc::SYS_delete_module, &[name.as_ptr() as usize, libc::O_NONBLOCK as usize])
    };
    name("no_such_module");
    name("");
    name("with space");
    name(&"x".repeat(55));
    name(&"x".repeat(56));
    call(libc::SYS_delete_module, &[8, 0]);
    let garbage = [0u8; 4096];
    for (from, len) in [(at(&garbage), 4096), (at(&garbage), 0), (8, 4096), (at(&garbage), 3)] {
        call(libc::SYS_init_module, &[from, len, none.as_ptr() as usize]);
    }
    for fd in [-1, 99, open("/etc/passwd", libc::O_RDONLY), open("/tmp", libc::O_RDONLY)] {
        call(libc::SYS_finit_module, &[fd as usize, none.as_ptr() as usize, 0]);
    }
    for (name, file) in loadable() {
        let fd = open(&file, libc::O_RDONLY) as usize;
        call(libc::SYS_finit_module, &[fd, none.as_ptr() as usize, 0]);
        call(libc::SYS_finit_module, &[fd, none.as_ptr() as usize, 0]);
        let mut image = fs::read(&file).unwrap();
        call(libc::SYS_init_module, &[image.as_ptr() as usize, image.len(), none.as_ptr() as usize]);
        call(libc::SYS_delete_module, &[c(&name).as_ptr() as usize, libc::O_NONBLOCK as usize]);
        call(libc::SYS_init_module, &[image.as_ptr() as usize, image.len(), none.as_ptr() as usize]);
        call(libc::SYS_init_module, &[image.as_ptr() as usize, image.len(), 8]);
        call(libc::SYS_delete_module, &[c(&name).as_ptr() as usize, libc::O_NONBLOCK as usize]);
        // another kernel's: its version magic is not ours
        if let Some(magic) = image.windows(9).position(|w| w == b"vermagic=") {
            image[magic + 9] = b'0';
            call(libc::SYS_init_module, &[image.as_ptr() as usize, image.len(), none.as_ptr() as usize]);
        }
    }
    become_user();
    name("no_such_module");
    call(libc::SYS_init_module, &[at(&garbage), 4096, none.as_ptr() as usize]);
}

/// Two modules of this machine that are not loaded, are not compressed and need no others.
fn loadable() -> Vec<(String, String)> {
    let release = nix::sys::utsname::uname().unwrap().release().to_string_lossy().into_owned();
    let loaded = fs::read_to_string("/proc/modules").unwrap_or_default();
    let mut found = Vec::new();
    let mut dirs = vec![PathBuf::from(format!("/lib/modules/{release}"))];
    while let Some(dir) = dirs.pop() {
        for path in fs::read_dir(dir).into_iter().flatten().flatten().map(|e| e.path()) {
            if fs::symlink_metadata(&path).is_ok_and(|m| m.is_dir()) {
                dirs.push(path);
            } else if path.extension().is_some_and(|e| e == "ko") {
                let name = path.file_stem().unwrap().to_string_lossy().replace('-', "_");
                let image = fs::read(&path).unwrap_or_default();
                let alone = image.windows(9).any(|w| w == b"depends=\0");
                if alone && image.len() < 100_000 && !loaded.lines().any(|l| l.starts_with(&name)) {
                    found.push((name, path.to_string_lossy().into_owned()));
                }
            }
        }
    }
    found.sort();
    found.truncate(2);
    found
}

fn now() -> libc::timespec {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: a struct of its size.
    unsafe { libc::clock_gettime(libc::CLOCK_REALTIME, &raw mut now) };
    now
}

/// A child for each: the kernel forgets to forget an injected offset, and shows it again when the same task adjusts the clock.
fn clocks() {
    for part in [clocks_set, clocks_adjusted, clocks_shifted] {
        wait(child(part));
    }
    become_user();
    let time = now();
    call(libc::SYS_settimeofday, &[at(&[time.tv_sec, 0]), 0]);
    adjust(0, &|_| ());
    adjust(libc::ADJ_FREQUENCY, &|t| t.freq = 5);
}

fn clocks_set() {
    let zone = [0i32, 0];
    let time = now();
    call(libc::SYS_settimeofday, &[at(&[time.tv_sec, time.tv_nsec / 1000]), 0]);
    for wrong in [[0, at(&zone)], [0, 0], [8, 0], [at(&[1i64, 2_000_000]), 0]] {
        call(libc::SYS_settimeofday, &wrong);
    }
    let time = now();
    for (clock, sec, nsec) in [(0, time.tv_sec, time.tv_nsec), (0, -1, 0), (0, 0, -1), (1, time.tv_sec, 0), (99, 0, 0)]
    {
        call(libc::SYS_clock_settime, &[clock, at(&[sec, nsec])]);
    }
}

/// Both calls with these modes.
fn adjust(modes: u32, fill: &dyn Fn(&mut libc::timex)) {
    // SAFETY: integers, for which zeros are as good as others.
    let mut timex: libc::timex = unsafe { std::mem::zeroed() };
    for number in [libc::SYS_adjtimex, libc::SYS_clock_adjtime] {
        timex.modes = modes;
        fill(&mut timex);
        let place = at_mut(&mut timex);
        let clock = (number == libc::SYS_clock_adjtime).then_some(0);
        call(number, &clock.into_iter().chain([place]).collect::<Vec<_>>());
    }
}

fn clocks_adjusted() {
    use libc::{ADJ_FREQUENCY, ADJ_OFFSET, ADJ_STATUS, ADJ_TICK, STA_PLL, STA_UNSYNC};
    adjust(0, &|_| ());
    adjust(ADJ_FREQUENCY, &|t| t.freq += 65_536);
    adjust(ADJ_FREQUENCY, &|t| t.freq = 0);
    adjust(ADJ_STATUS, &|t| t.status = STA_PLL);
    adjust(ADJ_OFFSET, &|t| t.offset = 700);
    adjust(ADJ_OFFSET | ADJ_STATUS | ADJ_FREQUENCY, &|t| (t.offset, t.freq) = (-5, 1234));
    adjust(ADJ_STATUS, &|t| t.status = STA_UNSYNC);
    for (modes, offset) in [(0x8001, 900), (0x8001, 0), (0xa001, 0)] {
        adjust(modes, &|t| t.offset = offset);
    }
    for tick in [10_001, 10_000, 1] {
        adjust(ADJ_TICK, &|t| t.tick = tick);
    }
    adjust(0x80, &|t| t.constant = 37);
    adjust(0x80, &|t| t.constant = 0);
    call(libc::SYS_adjtimex, &[8]);
}

fn clocks_shifted() {
    const SETOFFSET: u32 = 0x100;
    const NANO: u32 = 0x2000;
    for (modes, tv_sec, tv_usec) in
        [(0, 0, 25), (NANO, -1, 999_975_000), (NANO, 0, 0), (0, 0, -1), (libc::ADJ_FREQUENCY, 0, 1), (0, 0, -2)]
    {
        adjust(SETOFFSET | modes, &|t| (t.freq, t.time) = (9999 * tv_usec, libc::timeval { tv_sec, tv_usec }));
    }
}

fn signals() {
    let me = call(SYS_getpid, &[]) as usize;
    let sleeper = || child(|| while call(machine::PAUSE, &[]) < 0 {}) as usize;
    let one = sleeper();
    let kill = |pid: usize, signal: usize| call(libc::SYS_kill, &[pid, signal]);
    for (pid, signal) in [(me, 0), (one, 0), (one, libc::SIGSTOP as usize), (one, 99), (4_000_000, 9), (1, 0), (2, 0)] {
        kill(pid, signal);
    }
    call(libc::SYS_tkill, &[one, libc::SIGCONT as usize]);
    call(libc::SYS_tgkill, &[one, one, 0]);
    call(libc::SYS_tgkill, &[me, one, 0]);
    let mut info = [0i32; 32];
    (info[0], info[2]) = (10, -1);
    call(libc::SYS_rt_sigqueueinfo, &[one, 0, at(&info)]);
    call(libc::SYS_rt_tgsigqueueinfo, &[one, one, 0, at(&info)]);
    let fd = call(libc::SYS_pidfd_open, &[one, 0]) as usize;
    call(libc::SYS_pidfd_send_signal, &[fd, 0, 0, 0]);
    call(libc::SYS_pidfd_send_signal, &[0, 0, 0, 0]);
    kill(one, libc::SIGKILL as usize);
    wait(one as i32);
    // groups of more than the kernel keeps together (16), and than one message of BPF's carries (32)
    for count in [2, 17, 18, 40, 70] {
        // SAFETY: plain integers; the group is this process's own from here on.
        unsafe { libc::setpgid(0, 0) };
        let others: Vec<usize> = (0..count).map(|_| sleeper()).collect();
        kill(0, 0);
        kill((me as isize).wrapping_neg() as usize, libc::SIGCONT as usize);
        for pid in others {
            kill(pid, libc::SIGKILL as usize);
            wait(pid as i32);
        }
    }
    kill(-4_000_000isize as usize, 0);
    become_user();
    kill(1, 15);
    kill(me, 0);
    kill(usize::MAX, 0);
}

fn traces() {
    let sleeper = child(|| while call(machine::PAUSE, &[]) < 0 {}) as usize;
    let ptrace = |request: usize, pid: usize, address: usize, data: usize| {
        call(libc::SYS_ptrace, &[request, pid, address, data]);
    };
    ptrace(16, sleeper, 0, 0);
    wait(sleeper as i32);
    ptrace(16, sleeper, 0, 0);
    ptrace(12, sleeper, 0, 8);
    ptrace(17, sleeper, 0, 0);
    ptrace(0x4206, sleeper, 1, 0);
    ptrace(0x4206, sleeper, 0, 0x80_0000);
    ptrace(0x4206, sleeper, 0, 1);
    ptrace(16, 4_000_000, 0, 0);
    ptrace(16, call(SYS_getpid, &[]) as usize, 0, 0);
    ptrace(16, 2, 0, 0);
    ptrace(999, sleeper, 0, 0);
    call(libc::SYS_kill, &[sleeper, libc::SIGKILL as usize]);
    wait(sleeper as i32);
    wait(child(|| {
        call(libc::SYS_ptrace, &[0]);
    }));
    become_user();
    ptrace(16, 1, 0, 0);
}

fn peers() {
    use std::net::{TcpListener, TcpStream, UdpSocket};
    use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
    let mut address = [0u8; 128];
    let mut len = 128i32;
    let inet = TcpListener::bind("127.0.0.1:0").unwrap();
    let six = TcpListener::bind("[::1]:0");
    let unix = UnixListener::bind("listener").unwrap();
    let mut open = Vec::new();
    for room in [128i32, 4, 1, 0, -1] {
        len = room;
        let _client = TcpStream::connect(inet.local_addr().unwrap());
        open.push(call(libc::SYS_accept, &[inet.as_raw_fd() as usize, at_mut(&mut address), at_mut(&mut len)]));
        len = room;
        let _client = UnixStream::connect("listener");
        open.push(call(libc::SYS_accept4, &[unix.as_raw_fd() as usize, at_mut(&mut address), at_mut(&mut len), 0]));
        for fd in [inet.as_raw_fd(), unix.as_raw_fd(), 99, 0].into_iter().chain(six.as_ref().map(AsRawFd::as_raw_fd)) {
            len = room;
            call(libc::SYS_getsockname, &[fd as usize, at_mut(&mut address), at_mut(&mut len)]);
        }
        for fd in open.iter().map(|fd| *fd as usize) {
            len = room;
            call(libc::SYS_getpeername, &[fd, at_mut(&mut address), at_mut(&mut len)]);
        }
    }
    let _client = TcpStream::connect(inet.local_addr().unwrap());
    call(libc::SYS_accept, &[inet.as_raw_fd() as usize, 0, 0]);
    call(libc::SYS_getsockname, &[inet.as_raw_fd() as usize, 8, at_mut(&mut len)]);
    call(libc::SYS_getsockname, &[inet.as_raw_fd() as usize, at_mut(&mut address), 8]);
    let (one, other) = (UdpSocket::bind("127.0.0.1:0").unwrap(), UdpSocket::bind("127.0.0.1:0").unwrap());
    let (named, nameless) = (UnixDatagram::bind("datagram").unwrap(), UnixDatagram::unbound().unwrap());
    let bound = UnixDatagram::bind("sender").unwrap();
    let mut data = [0u8; 8];
    for how in 0..4 {
        let _ = one.send_to(b"x", other.local_addr().unwrap());
        let _ = if how % 2 == 0 { bound.send_to(b"x", "datagram") } else { nameless.send_to(b"x", "datagram") };
        for fd in [other.as_raw_fd() as usize, named.as_raw_fd() as usize] {
            receive(how, fd, &mut data, &mut address);
        }
    }
    call(libc::SYS_recvfrom, &[99, at_mut(&mut data), 8, 0, at_mut(&mut address), at_mut(&mut len)]);
}

fn receive(how: i32, fd: usize, data: &mut [u8; 8], address: &mut [u8; 128]) {
    let mut len = 128i32;
    let mut part = libc::iovec { iov_base: data.as_mut_ptr().cast(), iov_len: 8 };
    // SAFETY: a struct whose zeros mean nothing is there.
    let mut message: libc::mmsghdr = unsafe { std::mem::zeroed() };
    message.msg_hdr.msg_iov = &raw mut part;
    message.msg_hdr.msg_iovlen = 1;
    message.msg_hdr.msg_name = address.as_mut_ptr().cast();
    message.msg_hdr.msg_namelen = 128;
    match how {
        0 => call(libc::SYS_recvfrom, &[fd, at_mut(data), 8, 0, at_mut(address), at_mut(&mut len)]),
        1 => call(libc::SYS_recvmsg, &[fd, at_mut(&mut message), 0]),
        2 => call(libc::SYS_recvmmsg, &[fd, at_mut(&mut message), 1, 0, 0]),
        _ => call(libc::SYS_recvfrom, &[fd, at_mut(data), 8, 0, 0, 0]),
    };
}

fn pairs() {
    let mut fds = [0i32; 2];
    for flags in [0, libc::O_CLOEXEC, 0x0800_0000] {
        call(libc::SYS_pipe2, &[at_mut(&mut fds), flags as usize]);
        call(libc::SYS_socketpair, &[libc::AF_UNIX as usize, 1 | flags as usize, 0, at_mut(&mut fds)]);
    }
    call(machine::PIPE, &[at_mut(&mut fds)]);
    call(libc::SYS_socketpair, &[libc::AF_INET as usize, 1, 0, at_mut(&mut fds)]);
    for number in [machine::PIPE, libc::SYS_pipe2] {
        call(number, &[8, 0]);
    }
    call(libc::SYS_socketpair, &[1, 1, 0, 8]);
    let next = open("/dev/null", libc::O_RDONLY);
    for more in [0, 1, 2, 3] {
        let limit = libc::rlimit { rlim_cur: (next + 1 + more) as u64, rlim_max: 4096 };
        // SAFETY: a struct of its size.
        unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) };
        call(machine::PIPE, &[at_mut(&mut fds)]);
        call(libc::SYS_socketpair, &[1, 1, 0, at_mut(&mut fds)]);
    }
}

fn mmap() {
    let file = open("/etc/passwd", libc::O_RDONLY) as usize;
    let none = u32::MAX as usize;
    for (flags, fd, offset) in [
        (2, file, 0),
        (1, file, 4096),
        (2, file, 1),
        (0x22, none, 0),
        (0x22, file, 0),
        (2, 99, 0),
        (2, none, 0),
        (0, file, 0),
    ] {
        call(libc::SYS_mmap, &[0, 4096, 1, flags, fd, offset]);
    }
}

fn capset() {
    let capset = |version: u32, pid: i32, sets: &[u32; 6]| {
        let header = [version, pid as u32];
        call(libc::SYS_capset, &[at(&header), at(sets)]);
    };
    let all = [u32::MAX, u32::MAX, 0, 0x1ff, 0x1ff, 0];
    capset(0x2008_0522, 0, &all);
    capset(0x2008_0522, 1, &all);
    capset(1, 0, &all);
    call(libc::SYS_capset, &[8, 8]);
    capset(0x2008_0522, 0, &[0x3000, 0xffff_ffff, 0x2000, 0, 0x1ff, 0]);
    capset(0x2008_0522, 0, &all);
    capset(0x1998_0330, 0, &[0, 0, 0, 0, 0, 0]);
}

fn openat2() {
    let openat2 = |name: &str, how: &[u64; 4], len: usize| {
        call(libc::SYS_openat2, &[libc::AT_FDCWD as usize, c(name).as_ptr() as usize, at(how), len]);
    };
    for flags in [libc::O_RDONLY, libc::O_PATH, libc::O_CREAT | libc::O_RDWR, 0o100_000, 0x4000_0000] {
        openat2("/etc/hostname", &[flags as u64, 0, 0, 0], 24);
        openat2("new", &[flags as u64, 0o640, 8, 0], 24);
    }
    openat2("../x", &[0, 0, 8, 0], 24);
    openat2("x", &[0, 0, 99, 0], 24);
    openat2("x", &[0, 0, 0, 1], 32);
    openat2("/etc/passwd", &[0, 0, 0, 0], 32);
    openat2("x", &[0, 0, 0, 0], 8);
    call(libc::SYS_openat2, &[libc::AT_FDCWD as usize, 8, at(&[0u64; 3]), 24]);
    call(libc::SYS_openat2, &[libc::AT_FDCWD as usize, 8, 8, 24]);
}

fn ipc() {
    let mut buffer = [0u8; 512];
    let room = at_mut(&mut buffer);
    let message = call(libc::SYS_msgget, &[0x1234, 0o1644]) as usize;
    let set = call(libc::SYS_semget, &[0x1235, 2, 0o1600]) as usize;
    let memory = call(libc::SYS_shmget, &[0x1236, 4096, 0o1660]) as usize;
    let again = || {
        call(libc::SYS_msgget, &[0x1234, 0o644]);
        call(libc::SYS_semget, &[0x1235, 2, 0o600]);
        call(libc::SYS_shmget, &[0x1236, 4096, 0]);
        call(libc::SYS_msgsnd, &[message, at(&[1u64, 2]), 8, libc::IPC_NOWAIT as usize]);
        call(libc::SYS_msgrcv, &[message, room, 8, 0, libc::IPC_NOWAIT as usize]);
        call(libc::SYS_semop, &[set, at(&[0u16, 1, 0, 0]), 1]);
        call(libc::SYS_semtimedop, &[set, at(&[0u16, 1, 0, 0]), 1, 0]);
        let address = call(libc::SYS_shmat, &[memory, 0, 0]);
        call(libc::SYS_shmdt, &[address as usize]);
        for command in [0usize, 1, 2, 3, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20] {
            let command = if command == 0 { 99 } else { command };
            call(libc::SYS_msgctl, &[message, command, room]);
            call(libc::SYS_semctl, &[set, 0, command, room]);
            call(libc::SYS_shmctl, &[memory, command, room]);
            call(libc::SYS_msgctl, &[0, command, room]);
            call(libc::SYS_semctl, &[0, 0, command, room]);
            call(libc::SYS_shmctl, &[0, command, room]);
        }
    };
    wait(child(|| {
        become_user();
        for (number, command) in
            [(libc::SYS_msgctl, 1), (libc::SYS_shmctl, 1), (libc::SYS_msgctl, 0), (libc::SYS_shmctl, 0)]
        {
            for id in 0..3 {
                call(number, &[id, command, at(&[0u64; 64])]);
            }
        }
        call(libc::SYS_semctl, &[0, 0, 0, 0]);
        call(libc::SYS_msgget, &[0x1234, 0o666]);
        call(libc::SYS_shmget, &[0x1236, 4096, 0o666]);
    }));
    for (number, args) in [
        (libc::SYS_msgctl, [message, 1, room, 0]),
        (libc::SYS_shmctl, [memory, 1, room, 0]),
        (libc::SYS_semctl, [set, 0, 1, room]),
    ] {
        call(number, &args);
    }
    again();
    for number in [libc::SYS_msgget, libc::SYS_semget, libc::SYS_shmget] {
        call(number, &[0x9999, 1, 0]);
    }
    call(libc::SYS_msgctl, &[message, 0, 0]);
    call(libc::SYS_semctl, &[set, 0, 0, 0]);
    call(libc::SYS_shmctl, &[memory, 0, 0]);
}

fn queues() {
    let mut buffer = [0u8; 8192];
    let room = at_mut(&mut buffer);
    let mq_open = |name: &str, flags: i32, attributes: usize| {
        call(libc::SYS_mq_open, &[c(name).as_ptr() as usize, flags as usize, 0o640, attributes]) as usize
    };
    let small = [0i64, 4, 64, 0, 0, 0, 0, 0];
    mq_open("absent", libc::O_RDWR, 0);
    let queue = mq_open("queue", libc::O_RDWR | libc::O_CREAT, at(&small));
    mq_open("queue", libc::O_RDONLY, 0);
    mq_open("queue", libc::O_RDWR | libc::O_CREAT | libc::O_EXCL, 0);
    mq_open("queue", libc::O_RDWR | libc::O_CREAT, at(&small));
    mq_open("other", libc::O_RDWR | libc::O_CREAT, 0);
    mq_open("bad/name", libc::O_RDWR | libc::O_CREAT, 0);
    mq_open("bad", libc::O_RDWR | libc::O_CREAT, at(&[0i64, -1, 64, 0, 0, 0, 0, 0]));
    mq_open("", libc::O_RDWR, 0);
    call(libc::SYS_mq_open, &[8, libc::O_RDWR as usize, 0, 0]);
    mq_open("queue", libc::O_RDWR | libc::O_CREAT, 8);
    let soon = [now().tv_sec, 5];
    let file = open("/etc/passwd", libc::O_RDONLY) as usize;
    for fd in [queue, file, 99] {
        call(libc::SYS_mq_timedsend, &[fd, room, 8, 3, 0]);
        call(libc::SYS_mq_timedsend, &[fd, room, 8, 3, at(&soon)]);
        call(libc::SYS_mq_timedsend, &[fd, room, 999, 3, 0]);
        call(libc::SYS_mq_timedsend, &[fd, room, 8, 40_000, 0]);
        call(libc::SYS_mq_timedreceive, &[fd, room, 8192, 0, 0]);
        call(libc::SYS_mq_timedreceive, &[fd, room, 8192, 0, at(&soon)]);
        call(libc::SYS_mq_timedreceive, &[fd, room, 8, 0, at(&[0i64, -1])]);
        call(libc::SYS_mq_getsetattr, &[fd, 0, room]);
        call(libc::SYS_mq_getsetattr, &[fd, at(&[i64::from(libc::O_NONBLOCK), 0, 0, 0, 0, 0, 0, 0]), room]);
        call(libc::SYS_mq_getsetattr, &[fd, at(&[1i64, 0, 0, 0, 0, 0, 0, 0]), room]);
        call(libc::SYS_mq_notify, &[fd, 0]);
        call(libc::SYS_mq_notify, &[fd, at(&[0i32, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])]);
        call(libc::SYS_mq_notify, &[fd, 8]);
    }
    for name in ["queue", "queue", "other", "absent", "bad/name", ""] {
        call(libc::SYS_mq_unlink, &[c(name).as_ptr() as usize]);
    }
    call(libc::SYS_mq_unlink, &[8]);
    mq_open("mine", libc::O_RDWR | libc::O_CREAT, 0);
    wait(child(|| {
        become_user();
        call(libc::SYS_mq_unlink, &[c("mine").as_ptr() as usize]);
        call(libc::SYS_mq_open, &[c("mine").as_ptr() as usize, libc::O_RDWR as usize, 0, 0]);
    }));
    call(libc::SYS_mq_unlink, &[c("mine").as_ptr() as usize]);
}

fn exits() {
    wait(child(|| {
        call(libc::SYS_exit_group, &[3]);
    }));
    wait(child(|| {
        call(libc::SYS_exit, &[7]);
    }));
    wait(child(|| {
        call(libc::SYS_exit, &[8]);
    }));
    wait(child(|| {
        std::thread::spawn(|| call(libc::SYS_exit, &[7]));
        std::thread::sleep(std::time::Duration::from_millis(50));
        become_user();
    }));
    // ended by a signal: no call of it ends
    let pid = child(|| {
        call(machine::PAUSE, &[]);
    });
    call(libc::SYS_kill, &[pid as usize, libc::SIGTERM as usize]);
    wait(pid);
}

fn plain() {
    let mut buffer = [0u8; 256];
    let room = at_mut(&mut buffer);
    call(libc::SYS_reboot, &[1, 2, 3, 4]);
    call(libc::SYS_kexec_load, &[0, 999, 0, 0]);
    call(libc::SYS_process_vm_readv, &[4_000_000, room, 1, room, 1, 0]);
    call(libc::SYS_process_vm_writev, &[4_000_000, room, 1, room, 1, 9]);
    for number in [libc::SYS_userfaultfd, libc::SYS_inotify_init1, libc::SYS_epoll_create1] {
        let fd = call(number, &[0]);
        if fd >= 0 {
            // SAFETY: a descriptor nobody else has.
            drop(unsafe { fs::File::from_raw_fd(fd as i32) });
        }
    }
    call(libc::SYS_io_uring_setup, &[4, room]);
    call(libc::SYS_memfd_create, &[c("memory").as_ptr() as usize, 0]);
    call(libc::SYS_fanotify_init, &[0, 0]);
    call(libc::SYS_sched_yield, &[]);
    machine::own_calls(room);
    call(libc::SYS_vhangup, &[]);
    call(libc::SYS_restart_syscall, &[]);
    call(libc::SYS_timerfd_create, &[1, 0]);
    call(machine::USTAT, &[1, room]);
    extern "C" fn handler(_: i32) {}
    // SAFETY: the handler does nothing; returning from it is rt_sigreturn.
    unsafe {
        libc::signal(libc::SIGUSR1, handler as *const () as libc::sighandler_t);
        libc::raise(libc::SIGUSR1);
    }
}
