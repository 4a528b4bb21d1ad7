//! Cases worth comparing. Each runs in a process of its own; what it gets wrong is part of the workload, so errors are ignored.
#![allow(unsafe_code, reason = "system calls with arguments no safe interface would pass")]
#![allow(let_underscore_drop, reason = "what a case gets wrong is part of the workload")]

use super::{hard, labels, lists, objects, paths, watches};
use crate::machine;
use std::ffi::{CString, OsStr};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;

pub struct Case {
    pub name: &'static str,
    pub run: fn(),
}

/// Cases under rules of their own, given to both sides before the first of them.
pub struct Group {
    /// What the rules are, one a line as in audit.rules; `@inode(PATH)`, `@major(PATH)` and `@minor(PATH)` stand for those of a file
    /// that `prepare` has made.
    pub rules: &'static str,
    /// Makes what must be there before the rules are loaded, such as a watch's directory.
    pub prepare: fn(),
    pub cases: &'static [Case],
}

/// The first group's rules must be served; others that are not are skipped, with the reason.
pub const GROUPS: &[Group] = &[
    Group { rules: RULES, prepare: || (), cases: CASES },
    labels::GROUP,
    labels::FIELDS,
    Group { rules: watches::RULES, prepare: watches::prepare, cases: watches::CASES },
    lists::LISTS,
    lists::EVERY,
    Group { rules: include_str!("records.rules"), prepare: || (), cases: super::records::CASES },
    super::operations::GROUP,
    super::operations::FIELDS,
    super::operations::CALL,
];

/// Cases that take long, or that are there to find differences: they run when they are named, or with `--more`.
pub const MORE: &[Group] = &[
    Group { rules: RULES, prepare: || (), cases: hard::CASES },
    objects::WATCHES,
    objects::PERMISSIONS,
    objects::PROGRAMS,
    objects::FIELDS,
];

/// The rules of most cases.
pub const RULES: &str = include_str!("rules");

pub const CASES: &[Case] = &[
    Case { name: "open-plain", run: open_plain },
    Case { name: "open-create", run: open_create },
    Case { name: "open-refused", run: open_refused },
    Case { name: "open-names", run: open_names },
    Case { name: "open-links", run: open_links },
    Case { name: "open-at", run: open_at },
    Case { name: "open-special", run: open_special },
    Case { name: "open-deleted-cwd", run: open_deleted_cwd },
    Case { name: "open-chroot", run: open_chroot },
    Case { name: "exec-programs", run: exec_programs },
    Case { name: "exec-scripts", run: exec_scripts },
    Case { name: "exec-failures", run: exec_failures },
    Case { name: "exec-arguments", run: exec_arguments },
    Case { name: "exec-setuid", run: exec_setuid },
    Case { name: "exec-capabilities", run: exec_capabilities },
    Case { name: "exec-thread", run: exec_thread },
    Case { name: "connect-inet", run: connect_inet },
    Case { name: "connect-unix", run: connect_unix },
    Case { name: "identity", run: identity },
    Case { name: "rule-order", run: rule_order },
    Case { name: "rule-fields", run: rule_fields },
    Case { name: "titles", run: titles },
    Case { name: "compat-32", run: machine::compat_calls },
    Case { name: "path-lookups", run: paths::lookups },
    Case { name: "path-at", run: paths::lookups_at },
    Case { name: "path-entries", run: paths::entries },
    Case { name: "path-renames", run: paths::renames },
    Case { name: "path-refused", run: paths::refused },
    Case { name: "path-descriptors", run: paths::descriptors },
    Case { name: "path-read-only", run: paths::read_only },
    Case { name: "path-exhausted", run: paths::exhausted },
    Case { name: "path-mounts", run: paths::mounts },
    Case { name: "sockets", run: sockets },
];

/// Runs a case in a scratch directory of its own.
pub fn run(name: &str) {
    let dir = format!("/tmp/differential-{name}");
    let _ = fs::remove_dir_all(&dir);
    fs::create_dir_all(&dir).unwrap();
    std::env::set_current_dir(&dir).unwrap();
    match GROUPS.iter().chain(MORE).flat_map(|g| g.cases).find(|c| c.name == name) {
        Some(case) => (case.run)(),
        None => panic!("no case {name}"),
    }
}

pub fn c(path: impl AsRef<OsStr>) -> CString {
    CString::new(path.as_ref().as_bytes()).unwrap()
}

pub fn open(path: impl AsRef<OsStr>, flags: i32) -> i32 {
    // SAFETY: a NUL-terminated path; the descriptor is closed by the end of the process.
    unsafe { libc::open(c(path).as_ptr(), flags, 0o640) }
}

pub fn become_user() {
    // SAFETY: plain integers. setgroups first, while still allowed.
    unsafe {
        libc::setgroups(0, std::ptr::null());
        libc::setresgid(1000, 1000, 1000);
        libc::setresuid(1000, 1000, 1000);
    }
}

fn open_plain() {
    for path in [
        "/etc/passwd",
        "/etc/hostname",
        "/proc/self/status",
        "/",
        "/dev/null",
        ".",
        "/etc/../etc/passwd",
        "/etc//passwd",
    ] {
        open(path, libc::O_RDONLY);
    }
    open("/etc/no-such-file", libc::O_RDONLY);
    open("/no/such/directory", libc::O_RDONLY);
    open("", libc::O_RDONLY);
    open("/etc/passwd/x", libc::O_RDONLY);
    // SAFETY: deliberately a bad pointer; the kernel answers EFAULT.
    unsafe { libc::open(std::ptr::without_provenance(8), libc::O_RDONLY) };
    fs::write("rw", "x").unwrap();
    open("rw", libc::O_RDWR | libc::O_APPEND);
    open("rw", libc::O_WRONLY | libc::O_TRUNC);
}

fn open_create() {
    for path in ["new", "./new2", "/tmp/differential-open-create/new3"] {
        open(path, libc::O_CREAT | libc::O_WRONLY);
        open(path, libc::O_CREAT | libc::O_WRONLY);
        open(path, libc::O_CREAT | libc::O_EXCL | libc::O_RDWR);
    }
    fs::create_dir("dir").unwrap();
    open("dir/in", libc::O_CREAT | libc::O_WRONLY);
    open("nodir/in", libc::O_CREAT | libc::O_WRONLY);
    open("dir", libc::O_CREAT | libc::O_WRONLY);
    open("/proc/new", libc::O_CREAT | libc::O_WRONLY);
    // SAFETY: NUL-terminated paths.
    unsafe {
        libc::creat(c("by-creat").as_ptr(), 0o600);
        libc::creat(c("by-creat").as_ptr(), 0o600);
    }
}

fn open_refused() {
    fs::write("secret", "x").unwrap();
    fs::set_permissions("secret", fs::Permissions::from_mode(0o600)).unwrap();
    fs::create_dir("closed").unwrap();
    fs::write("closed/x", "x").unwrap();
    fs::set_permissions("closed", fs::Permissions::from_mode(0o700)).unwrap();
    become_user();
    for (path, flags) in [
        ("/etc/shadow", libc::O_RDONLY),
        ("secret", libc::O_RDWR),
        ("closed/x", libc::O_RDONLY),
        ("/etc/new-file", libc::O_CREAT | libc::O_WRONLY),
        ("/etc/passwd", libc::O_WRONLY),
        ("/etc/passwd", libc::O_CREAT | libc::O_WRONLY),
        ("secret", libc::O_CREAT | libc::O_EXCL | libc::O_WRONLY),
        ("/etc/passwd", libc::O_DIRECTORY),
        ("/etc", libc::O_WRONLY),
    ] {
        open(path, flags);
    }
}

fn open_names() {
    let long = "n".repeat(255);
    let deep = "d/".repeat(60);
    for name in ["with space", "quote\"d", "tab\there", "\u{fc}mlaut", "per%cent", &long] {
        fs::write(name, "x").unwrap();
        open(name, libc::O_RDONLY);
    }
    open(OsStr::from_bytes(b"not-\xff-utf8"), libc::O_CREAT | libc::O_WRONLY);
    fs::create_dir_all(&deep).unwrap();
    open(format!("{deep}leaf"), libc::O_CREAT | libc::O_WRONLY);
    open("x".repeat(256), libc::O_RDONLY);
    open(format!("/{}", "p/".repeat(2040)), libc::O_RDONLY);
    open("/".repeat(4100), libc::O_RDONLY);
    open("d/", libc::O_RDONLY);
    open("trailing/", libc::O_CREAT | libc::O_WRONLY);
}

fn open_links() {
    fs::write("target", "x").unwrap();
    symlink("target", "link").unwrap();
    symlink("/etc/passwd", "absolute").unwrap();
    symlink("nowhere", "dangling").unwrap();
    symlink("loop", "loop").unwrap();
    for (path, flags) in [
        ("link", libc::O_RDONLY),
        ("absolute", libc::O_RDONLY),
        ("dangling", libc::O_RDONLY),
        ("loop", libc::O_RDONLY),
        ("link", libc::O_NOFOLLOW),
        ("link", libc::O_NOFOLLOW | libc::O_PATH),
        ("link", libc::O_CREAT | libc::O_WRONLY),
        ("dangling", libc::O_CREAT | libc::O_WRONLY),
        ("/proc/self/exe", libc::O_RDONLY),
        ("/proc/self/fd/0", libc::O_RDONLY),
    ] {
        open(path, flags);
    }
}

fn open_at() {
    fs::create_dir("dir").unwrap();
    fs::write("dir/file", "x").unwrap();
    let dir = open("dir", libc::O_PATH | libc::O_DIRECTORY);
    let how: [u64; 3] = [libc::O_RDONLY as u64, 0, 0x08];
    // SAFETY: NUL-terminated paths, and a struct open_how of its size.
    unsafe {
        libc::openat(dir, c("file").as_ptr(), libc::O_RDONLY);
        libc::openat(dir, c("new").as_ptr(), libc::O_CREAT | libc::O_WRONLY, 0o600);
        libc::openat(99, c("file").as_ptr(), libc::O_RDONLY);
        libc::openat(dir, c("/etc/passwd").as_ptr(), libc::O_RDONLY);
        libc::openat(libc::AT_FDCWD, c("dir/file").as_ptr(), libc::O_RDONLY);
    }
    let _ = how;
}

fn open_special() {
    open("/tmp/differential-open-special", libc::O_TMPFILE | libc::O_RDWR);
    open("/etc/passwd", libc::O_PATH);
    open("/dev/tty", libc::O_RDONLY);
    open("/sys/kernel/mm/transparent_hugepage/enabled", libc::O_RDONLY);
    open("/proc/1/root/etc/passwd", libc::O_RDONLY);
    // SAFETY: a NUL-terminated path.
    unsafe { libc::mkfifo(c("fifo").as_ptr(), 0o600) };
    open("fifo", libc::O_RDONLY | libc::O_NONBLOCK);
    open("fifo", libc::O_RDWR | libc::O_NONBLOCK);
}

fn open_deleted_cwd() {
    fs::create_dir("gone").unwrap();
    std::env::set_current_dir("gone").unwrap();
    fs::remove_dir("../gone").unwrap();
    open("x", libc::O_RDONLY);
    open("x", libc::O_CREAT | libc::O_WRONLY);
    open("/etc/hostname", libc::O_RDONLY);
}

fn open_chroot() {
    fs::create_dir_all("jail/sub").unwrap();
    fs::write("jail/file", "x").unwrap();
    // SAFETY: NUL-terminated paths.
    unsafe {
        libc::chroot(c("jail").as_ptr());
        libc::chdir(c("/sub").as_ptr());
    }
    open("/file", libc::O_RDONLY);
    open("../file", libc::O_RDONLY);
    open("new", libc::O_CREAT | libc::O_WRONLY);
}

fn exec(program: &str, args: &[&str]) {
    let _ = Command::new(program)
        .args(args)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .status();
}

fn exec_programs() {
    exec("/bin/true", &[]);
    exec("/usr/bin/true", &["a", "b c", "\u{fc}"]);
    exec("/bin/../bin/echo", &["x"]);
    fs::copy("/bin/true", "copy").unwrap();
    exec("./copy", &["relative"]);
    exec("/lib64/ld-linux-x86-64.so.2", &["/bin/true"]);
    exec("/bin/busybox", &["true"]);
}

fn script(name: &str, text: &str) {
    fs::write(name, text).unwrap();
    fs::set_permissions(name, fs::Permissions::from_mode(0o755)).unwrap();
}

fn exec_scripts() {
    script("script", "#!/bin/sh\n:\n");
    exec("./script", &["x"]);
    script("option", "#!/bin/sh -e\n:\n");
    exec("./option", &[]);
    script("chain", "#!/tmp/differential-exec-scripts/script\n");
    exec("./chain", &["y"]);
    script("missing", "#!/no/such/interpreter\n");
    exec("./missing", &[]);
}

fn execve(path: &str, args: &[&str]) {
    let args: Vec<CString> = args.iter().map(c).collect();
    let mut argv: Vec<*const libc::c_char> = args.iter().map(|a| a.as_ptr()).collect();
    argv.push(std::ptr::null());
    // SAFETY: NUL-terminated strings in NULL-terminated arrays, alive during the call; the child only calls async-signal-safe
    // functions before it ends.
    unsafe {
        let child = libc::fork();
        if child == 0 {
            let env = [std::ptr::null()];
            libc::execve(c(path).as_ptr(), argv.as_ptr(), env.as_ptr());
            libc::_exit(0);
        }
        libc::waitpid(child, std::ptr::null_mut(), 0);
    }
}

fn exec_failures() {
    execve("/no/such/program", &["x"]);
    execve("/etc/passwd", &["x"]);
    execve("/etc", &["x"]);
    execve("", &["x"]);
    script("empty", "");
    execve("./empty", &["x"]);
    script("garbage", "\x7fELF\x02\x01\x01 and no more");
    execve("./garbage", &["x"]);
    fs::write("not-executable", "#!/bin/sh\n").unwrap();
    execve("./not-executable", &["x"]);
}

fn exec_arguments() {
    execve("/bin/true", &[]);
    execve("/bin/true", &[""]);
    execve("/bin/true", &["true", "", "", "x"]);
    execve("/bin/true", &["true", "quote\"", "new\nline"]);
    let many: Vec<String> = (0..3000).map(|n| format!("argument-number-{n}")).collect();
    execve("/bin/true", &many.iter().map(String::as_str).collect::<Vec<_>>());
    for len in [7490, 7500, 7501, 15_000, 60_000] {
        let long = "l".repeat(len);
        execve("/bin/true", &["true", &long, "end"]);
        let spaced = "s ".repeat(len / 2);
        execve("/bin/true", &["true", "begin", &spaced, "end"]);
    }
}

fn exec_setuid() {
    fs::copy("/bin/true", "suid").unwrap();
    fs::set_permissions("suid", fs::Permissions::from_mode(0o4755)).unwrap();
    fs::set_permissions(".", fs::Permissions::from_mode(0o755)).unwrap();
    become_user();
    exec("./suid", &[]);
    exec("/bin/true", &[]);
}

fn exec_capabilities() {
    for (name, caps) in
        [("raised", "cap_net_raw=ep"), ("inherit", "cap_net_raw=ei"), ("several", "cap_chown,cap_kill=p")]
    {
        fs::copy("/bin/true", name).unwrap();
        exec("/sbin/setcap", &[caps, name]);
    }
    fs::set_permissions(".", fs::Permissions::from_mode(0o755)).unwrap();
    exec("./raised", &[]);
    script("script", "#!/tmp/differential-exec-capabilities/raised\n");
    // SAFETY: plain integers: root with less than everything.
    unsafe { libc::prctl(libc::PR_CAPBSET_DROP, 12, 0, 0, 0) };
    exec("/bin/true", &[]);
    become_user();
    for program in ["./raised", "./inherit", "./several", "./script"] {
        exec(program, &[]);
    }
}

fn exec_thread() {
    // SAFETY: the child of fork starts one thread, which replaces the process.
    unsafe {
        let child = libc::fork();
        if child == 0 {
            let thread = std::thread::spawn(|| {
                let env = [std::ptr::null()];
                let name = c("/bin/true");
                let argv = [name.as_ptr(), std::ptr::null()];
                libc::execve(name.as_ptr(), argv.as_ptr(), env.as_ptr());
            });
            let _ = thread.join();
            libc::_exit(1);
        }
        libc::waitpid(child, std::ptr::null_mut(), 0);
    }
}

fn connect_raw(fd: i32, address: &[u8], len: u32) {
    // SAFETY: the address lives during the call; a length beyond it stays inside the buffer given.
    unsafe { libc::connect(fd, address.as_ptr().cast(), len) };
}

fn connect_inet() {
    let _ = std::net::TcpStream::connect("127.0.0.1:1");
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let _ = std::net::TcpStream::connect(listener.local_addr().unwrap());
    let _ = std::net::TcpStream::connect("[::1]:1");
    let udp = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let _ = udp.connect("127.0.0.1:9");
    let address = [0u8; 128];
    for (fd, len) in [(-1, 16), (0, 16), (99, 16), (1, 0), (1, 129)] {
        connect_raw(fd, &address, len);
    }
    // SAFETY: plain integers.
    let fd = unsafe { libc::socket(libc::AF_INET, libc::SOCK_STREAM, 0) };
    for len in [0, 1, 2, 15, 128] {
        connect_raw(fd, &address, len);
    }
    // SAFETY: deliberately a bad pointer; the kernel answers EFAULT.
    unsafe { libc::connect(fd, std::ptr::without_provenance(8), 16) };
}

fn connect_unix() {
    let _listener = std::os::unix::net::UnixListener::bind("socket").unwrap();
    let _ = std::os::unix::net::UnixStream::connect("socket");
    let _ = std::os::unix::net::UnixStream::connect("/tmp/differential-connect-unix/socket");
    let _ = std::os::unix::net::UnixStream::connect("missing");
    fs::write("plain", "x").unwrap();
    let _ = std::os::unix::net::UnixStream::connect("plain");
    // SAFETY: plain integers.
    let fd = unsafe { libc::socket(libc::AF_UNIX, libc::SOCK_STREAM, 0) };
    connect_raw(fd, b"\x01\x00\x00abstract", 11);
    connect_raw(fd, b"\x01\x00", 2);
}

fn identity() {
    // SAFETY: plain integers, and a small array.
    unsafe {
        libc::setfsuid(1000);
        libc::setgroups(2, [4u32, 1000].as_ptr());
        libc::setregid(1000, u32::MAX);
        libc::setgid(1000);
        libc::setreuid(1000, 1001);
        libc::setuid(4_000_000);
        libc::setresuid(1001, 1001, 1001);
        libc::setresgid(7, 7, 7);
        libc::setuid(0);
    }
}

fn rule_order() {
    // SAFETY: calls without meaning for the arguments they ignore.
    unsafe {
        libc::syscall(libc::SYS_getppid, 5);
        libc::syscall(libc::SYS_getppid, 6);
        libc::setresgid(1000, 1000, 1000);
        libc::setgroups(1, [4u32].as_ptr());
        libc::setresuid(1000, 1000, 1000);
        libc::syscall(libc::SYS_getppid, 5);
        libc::syscall(libc::SYS_getppid, 6);
        libc::syscall(libc::SYS_getuid, 7);
    }
}

fn rule_fields() {
    become_user();
    // SAFETY: plain integers; bad ones give errors.
    unsafe {
        libc::syscall(libc::SYS_getppid, 5);
        libc::syscall(libc::SYS_getppid, 6);
        libc::lseek(99, 0, 0);
        libc::lseek(0, 1005, 99);
        libc::fcntl(0, 1005, 0);
        libc::fcntl(0, 1011, 0);
        libc::dup2(99, 98);
        libc::prctl(9999, 0, 0, 0, 0);
        libc::sethostname(c("x").as_ptr(), 1);
        libc::personality(8);
        libc::syscall(libc::SYS_getppid, 6);
        libc::personality(0xffff_ffff);
        libc::personality(0);
    }
}

/// Programs that write over their arguments: the title is what they wrote.
fn titles() {
    for text in [
        "perl -e '$0 = \"short\"; open(F, \"/etc/hostname\")'",
        "perl -e '$0 = \"a\" x 200; open(F, \"/etc/hostname\")'",
    ] {
        exec("/bin/sh", &["-c", text]);
    }
    exec("/bin/sh", &["-c", "exec -a '' /bin/true"]);
    exec("/bin/bash", &["-c", "exec -a '' /bin/cat /etc/hostname"]);
    exec("/bin/bash", &["-c", "exec -a \"$(printf '\\001\\002')\" /bin/cat /etc/hostname"]);
}

fn sockets() {
    use std::net::{TcpListener, TcpStream, UdpSocket};
    use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap());
    let _ = listener.accept();
    let _ = client.map(|c| (c.peer_addr(), c.nodelay()));
    let _ = TcpListener::bind("192.0.2.1:1");
    let _ = TcpListener::bind("[::1]:0");
    let (one, other) = (UdpSocket::bind("127.0.0.1:0").unwrap(), UdpSocket::bind("127.0.0.1:0").unwrap());
    let _ = one.send_to(b"x", other.local_addr().unwrap());
    let _ = other.recv_from(&mut [0; 10]);
    let unix = UnixListener::bind("socket").unwrap();
    let _ = UnixStream::connect("socket");
    let _ = unix.accept();
    for path in ["socket", "none/socket", "/etc/passwd", "/proc/x", "dir/"] {
        let _ = UnixListener::bind(path);
    }
    let datagram = UnixDatagram::bind("datagram").unwrap();
    let sender = UnixDatagram::unbound().unwrap();
    for path in ["datagram", "none", "socket", "/etc/passwd"] {
        let _ = sender.send_to(b"x", path);
    }
    let _ = datagram.recv_from(&mut [0; 10]);
    // SAFETY: addresses of no length, or not ours.
    unsafe {
        libc::bind(99, std::ptr::null(), 0);
        libc::bind(std::os::fd::AsRawFd::as_raw_fd(&sender), 8 as *const libc::sockaddr, 16);
        libc::sendto(99, std::ptr::null(), 0, 0, std::ptr::null(), 0);
        libc::seteuid(1000);
    }
    let _ = UnixStream::connect("socket");
    let _ = TcpStream::connect("127.0.0.1:9");
}
