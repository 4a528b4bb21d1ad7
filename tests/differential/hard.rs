//! Cases that chance would not find: sizes at their limits, and what is gone before the record is written.
#![allow(unsafe_code, reason = "system calls with arguments no safe interface would pass")]
#![allow(let_underscore_drop, reason = "what a case gets wrong is part of the workload")]

use super::workload::{Case, become_user, c, open};
use std::ffi::CString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

pub const CASES: &[Case] = &[
    Case { name: "hard-arguments", run: arguments },
    Case { name: "hard-deep", run: deep },
    Case { name: "hard-deleted", run: deleted },
    Case { name: "hard-threads", run: threads },
    Case { name: "hard-exec", run: exec },
    Case { name: "hard-capabilities", run: capabilities },
    Case { name: "hard-descriptors", run: descriptors },
    Case { name: "hard-confined", run: confined },
];

/// Executes in a child that does nothing else.
fn execute(path: &str, args: &[CString]) {
    let mut argv: Vec<*const libc::c_char> = args.iter().map(|a| a.as_ptr()).collect();
    argv.push(std::ptr::null());
    let (path, env) = (c(path), [std::ptr::null()]);
    // SAFETY: NUL-terminated strings in NULL-terminated arrays that outlive the call.
    unsafe {
        let child = libc::fork();
        if child == 0 {
            libc::execve(path.as_ptr(), argv.as_ptr(), env.as_ptr());
            libc::_exit(0);
        }
        libc::waitpid(child, std::ptr::null_mut(), 0);
    }
}

fn texts(number: usize, len: usize) -> Vec<CString> {
    (0..number).map(|n| CString::new(n.to_string().repeat(len).split_at(len).0).unwrap_or_default()).collect()
}

fn arguments() {
    for (number, len) in [
        (100_000, 6),
        (16, 131_000),
        (1, 131_071),
        (1, 131_072),
        (250, 8192),
        (40, 7499),
        (40, 7500),
        (40, 7501),
        (2000, 100),
    ] {
        execute("/bin/true", &texts(number, len));
    }
    // more than is allowed: refused
    execute("/bin/true", &texts(17, 131_000));
    execute("/bin/true", &[]);
    for len in [7400, 7404, 7405, 7490, 14_990, 15_001, 100_000] {
        let odd = CString::new(vec![0xe9; len]).unwrap_or_default();
        execute("/bin/true", &[c("true"), odd.clone(), c("end")]);
        execute("/bin/true", &[c("true"), c("quo\"te"), odd, c("")]);
    }
    let mut mixed = texts(3000, 3);
    for (n, arg) in mixed.iter_mut().enumerate().filter(|(n, _)| n % 7 == 0) {
        *arg = CString::new(format!("two words {n}")).unwrap_or_default();
    }
    execute("/bin/true", &mixed);
}

/// Deeper than a name can tell, and than the kernel's buffer for a path.
fn deep() {
    let long = "d".repeat(255);
    fs::write("f", "x").unwrap();
    for depth in 0..20 {
        let _ = fs::create_dir(&long);
        let _ = std::env::set_current_dir(&long);
        if depth >= 13 {
            let _ = fs::write("f", "x");
            open("f", libc::O_RDONLY);
            open("none", libc::O_RDONLY);
            open("../f", libc::O_RDONLY);
            let _ = fs::create_dir("sub");
            let _ = fs::rename("sub", "moved");
            let _ = fs::remove_dir("moved");
            if depth % 3 == 0 {
                let _ = fs::copy("/bin/true", "program");
                let _ = fs::set_permissions("program", fs::Permissions::from_mode(0o755));
                execute("./program", &[c("program")]);
            }
        }
    }
    let _ = std::env::set_current_dir("/tmp/differential-hard-deep");
    for _ in 0..600 {
        let _ = fs::create_dir("s");
        let _ = std::env::set_current_dir("s");
    }
    open("f", libc::O_RDONLY);
    open("new", libc::O_CREAT | libc::O_WRONLY);
}

fn deleted() {
    fs::create_dir_all("gone/sub").unwrap();
    fs::write("gone/file", "x").unwrap();
    let dir = open("gone", libc::O_RDONLY | libc::O_DIRECTORY);
    let file = open("gone/file", libc::O_RDWR);
    let _ = fs::remove_file("gone/file");
    fs::copy("/bin/true", "program").unwrap();
    let program = open("program", libc::O_RDONLY);
    let _ = fs::remove_file("program");
    // SAFETY: descriptors of ours and NUL-terminated names.
    unsafe {
        libc::fchmod(file, 0o600);
        let by_fd = c(format!("/proc/self/fd/{file}"));
        libc::open(by_fd.as_ptr(), libc::O_RDONLY);
        libc::chmod(by_fd.as_ptr(), 0o644);
        libc::truncate(by_fd.as_ptr(), 3);
        libc::linkat(libc::AT_FDCWD, by_fd.as_ptr(), libc::AT_FDCWD, c"back".as_ptr(), libc::AT_SYMLINK_FOLLOW);
        let child = libc::fork();
        if child == 0 {
            let argv = [c"deleted".as_ptr(), std::ptr::null()];
            libc::syscall(
                libc::SYS_execveat,
                program,
                c"".as_ptr(),
                argv.as_ptr(),
                argv.as_ptr().add(1),
                libc::AT_EMPTY_PATH,
            );
            libc::_exit(0);
        }
        libc::waitpid(child, std::ptr::null_mut(), 0);
    }
    // refused before the file is looked for, and after the root was found
    // SAFETY: a NUL-terminated path, and no vectors.
    unsafe { libc::syscall(libc::SYS_execveat, libc::AT_FDCWD, c"/bin/true".as_ptr(), 0, 0, 0xf000) };
    for flags in [libc::O_CREAT, libc::O_CREAT | libc::O_EXCL, libc::O_CREAT | libc::O_PATH] {
        open("/", flags);
        open("//", flags);
    }
    let _ = std::env::set_current_dir("gone/sub");
    let _ = fs::remove_dir_all("../../gone");
    open("x", libc::O_RDONLY);
    open("..", libc::O_RDONLY);
    open("../x", libc::O_RDONLY);
    let _ = fs::create_dir("x");
    let _ = fs::rename("x", "y");
    let _ = fs::metadata(".");
    // SAFETY: as above.
    unsafe {
        libc::openat(dir, c"x".as_ptr(), libc::O_RDONLY);
        libc::mkdirat(dir, c"x".as_ptr(), 0o755);
        libc::unlinkat(dir, c"sub".as_ptr(), libc::AT_REMOVEDIR);
    }
    // a program that is deleted while it runs
    fs::copy("/bin/sh", "/tmp/differential-hard-deleted/sh").unwrap();
    let _ = Command::new("/tmp/differential-hard-deleted/sh")
        .args(["-c", "cd /; rm /tmp/differential-hard-deleted/sh; : < /etc/hostname; ls /none"])
        .stderr(std::process::Stdio::null())
        .status();
}

/// Many threads at once, each with a name of its own, so that their events can be told apart.
fn threads() {
    let threads: Vec<_> = (0..8)
        .filter_map(|at| {
            let work = move || {
                let dir = format!("/tmp/differential-hard-threads/t{at}");
                let _ = fs::create_dir(&dir);
                for n in 0..60 {
                    let (one, other) = (format!("{dir}/one{n}"), format!("{dir}/other{n}"));
                    let _ = fs::write(&one, "x");
                    let _ = fs::rename(&one, &other);
                    let _ = fs::metadata(&other);
                    // SAFETY: calls without meaning for their arguments.
                    unsafe { libc::syscall(libc::SYS_setfsuid, u32::MAX) };
                    let _ = fs::remove_file(&other);
                    if n % 20 == 0 {
                        execute("/bin/true", &[c("true"), c(format!("{at}"))]);
                    }
                }
            };
            std::thread::Builder::new().name(format!("thread {at}")).spawn(work).ok()
        })
        .collect();
    threads.into_iter().for_each(|t| drop(t.join()));
}

fn script(name: &str, text: &str) {
    fs::write(name, text).unwrap();
    fs::set_permissions(name, fs::Permissions::from_mode(0o755)).unwrap();
}

fn exec() {
    let here = "/tmp/differential-hard-exec";
    // one more than may be: refused
    script("s0", "#!/bin/true\n");
    for n in 1..7 {
        script(&format!("s{n}"), &format!("#!{here}/s{} argument {n}\n", n - 1));
        execute(&format!("./s{n}"), &texts(2, 2));
    }
    script("long", &format!("#!/{}bin/true\n", "./".repeat(140)));
    execute("./long", &[c("long")]);
    script("spaces", "#!   /bin/true    two words   \n");
    execute("./spaces", &[c("spaces")]);
    script("relative", "#!./s0\n");
    execute("relative", &[c("relative")]);
    execute("./s0/", &[c("s0")]);
    // vfork and exec, as the C library spawns, found and not
    for program in ["/bin/true", "/bin/none", "./s3", "./none"] {
        let argv = [c"spawned".as_ptr().cast_mut(), std::ptr::null_mut()];
        let mut pid = 0;
        let path = c(program);
        // SAFETY: NUL-terminated strings in NULL-terminated arrays.
        unsafe {
            if libc::posix_spawn(
                &raw mut pid,
                path.as_ptr(),
                std::ptr::null(),
                std::ptr::null(),
                argv.as_ptr(),
                argv.as_ptr().add(1),
            ) == 0
            {
                libc::waitpid(pid, std::ptr::null_mut(), 0);
            }
        }
    }
    // threads in the middle of calls while another one executes
    // SAFETY: the child of fork ends by the program it executes.
    unsafe {
        let child = libc::fork();
        if child == 0 {
            let _others: Vec<_> = (0..4).map(|_| std::thread::spawn(|| libc::pause())).collect();
            let last = std::thread::spawn(|| {
                let argv = [c"true".as_ptr(), c"x".as_ptr(), std::ptr::null()];
                libc::execve(c"/bin/true".as_ptr(), argv.as_ptr(), argv.as_ptr().add(2));
            });
            let _ = last.join();
            libc::_exit(1);
        }
        libc::waitpid(child, std::ptr::null_mut(), 0);
    }
}

/// Both versions of file capabilities, and programs that raise.
fn capabilities() {
    let set = |name: &str, value: &[u8]| {
        let (name, value_at) = (c(name), value.as_ptr());
        // SAFETY: the value is as long as told.
        unsafe { libc::setxattr(name.as_ptr(), c"security.capability".as_ptr(), value_at.cast(), value.len(), 0) }
    };
    let word = |w: u32| w.to_le_bytes();
    let v2 = |effective: u32| [word(0x0200_0000 | effective), word(1 << 13), word(1 << 10), word(0), word(0)].concat();
    let v3 = |root: u32| [word(0x0300_0001), word(1 << 13), word(0), word(0), word(0), word(root)].concat();
    for (name, value) in [("two", v2(0)), ("two-effective", v2(1)), ("three", v3(0)), ("three-other", v3(100_000))] {
        fs::copy("/bin/true", name).unwrap();
        set(name, &value);
    }
    fs::copy("/bin/true", "suid").unwrap();
    fs::set_permissions("suid", fs::Permissions::from_mode(0o6755)).unwrap();
    fs::copy("/bin/true", "both").unwrap();
    fs::set_permissions("both", fs::Permissions::from_mode(0o4755)).unwrap();
    set("both", &v2(1));
    fs::set_permissions(".", fs::Permissions::from_mode(0o755)).unwrap();
    let all = ["two", "two-effective", "three", "three-other", "suid", "both"];
    let run_all = || all.iter().for_each(|name| execute(&format!("./{name}"), &[c(name)]));
    run_all();
    for name in all {
        open(name, libc::O_RDONLY);
    }
    // SAFETY: plain integers: no privileges for root.
    unsafe {
        let child = libc::fork();
        if child == 0 {
            libc::prctl(libc::PR_SET_SECUREBITS, 1, 0, 0, 0);
            run_all();
            libc::_exit(0);
        }
        libc::waitpid(child, std::ptr::null_mut(), 0);
        libc::prctl(libc::PR_SET_KEEPCAPS, 1, 0, 0, 0);
    }
    become_user();
    run_all();
    // SAFETY: plain integers.
    unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) };
    run_all();
}

/// No descriptor left: the name is known, no file is opened.
fn descriptors() {
    let few = libc::rlimit { rlim_cur: 20, rlim_max: 20 };
    // SAFETY: a struct of ours.
    unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const few) };
    for _ in 0..25 {
        open("/etc/hostname", libc::O_RDONLY);
        open("new", libc::O_CREAT | libc::O_RDWR);
    }
    // SAFETY: a name and plain integers.
    unsafe {
        libc::socket(libc::AF_INET, libc::SOCK_STREAM, 0);
        libc::dup2(0, 25);
    }
}

/// A task with a profile of AppArmor, where the kernel has it.
fn confined() {
    fs::copy("/bin/cat", "/tmp/differential-hard-confined/confined").unwrap();
    let profile = "profile differential /tmp/differential-hard-confined/confined flags=(complain) { /** rm, }\n";
    fs::write("profile", profile).unwrap();
    let _ = Command::new("apparmor_parser").args(["-r", "profile"]).stderr(std::process::Stdio::null()).status();
    execute("/tmp/differential-hard-confined/confined", &[c("confined"), c("/etc/hostname")]);
    execute("/tmp/differential-hard-confined/confined", &[c("confined"), c("/etc/none")]);
    let _ = Command::new("apparmor_parser").args(["-R", "profile"]).stderr(std::process::Stdio::null()).status();
}
