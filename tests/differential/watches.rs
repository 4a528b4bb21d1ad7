//! Rules that watch names, and rules about files: path=, dir=, exe=, perm=, filetype=, obj_uid= and their like.
#![allow(unsafe_code, reason = "system calls as they are")]
#![allow(let_underscore_drop, reason = "what a case gets wrong is part of the workload")]

use crate::workload::{Case, become_user, c, open};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;

/// Where the watched names are; made before the rules are loaded.
const HOME: &str = "/tmp/differential-watched";

pub const RULES: &str = "\
-a always,exit -F arch=b64 -S open,openat,creat,unlink,unlinkat,rename,renameat2,link,chmod,fchmod,truncate,setxattr,symlink -F path=/tmp/differential-watched/file -F perm=wa -k file
-a always,exit -F arch=b64 -S open,openat,rename,unlink,chmod,stat,newfstatat -F path=/tmp/differential-watched/later -k later
-a always,exit -F arch=b64 -S unlink,rename -F success=1 -F path=/tmp/differential-watched/gone -k gone
-a always,exit -F arch=b64 -S unlink,rename -F path=/tmp/differential-watched/gone2 -k gone2
-a always,exit -F arch=b64 -S unlink,lstat,newfstatat,readlink,lchown,open -F path=/tmp/differential-watched/symlink -k symlink
-a never,exit -F arch=b64 -S open,openat -F path=/tmp/differential-watched/quiet
-a always,exit -F arch=b64 -S open,openat,unlink,mkdir,rmdir,rename,chmod,link,symlink,mknod -F dir=/tmp/differential-watched/tree -F perm=wa -k tree
-a always,exit -F arch=b64 -S open,openat -F dir=/tmp/differential-watched/tree/inner -F perm=r -F success=0 -k inner
-a always,exit -F arch=b64 -S execve -F path=/tmp/differential-watched/program -F perm=x -k program
-a always,exit -F arch=b64 -S getuid -F exe=/tmp/differential-watched/program -k by-exe
-a always,exit -F arch=b64 -S getgid -F exe!=/tmp/differential-watched/program -F auid>=700000 -F auid!=unset -k not-exe
-a always,exit -F arch=b64 -S chmod,open,openat -F filetype=socket -k socket
-a always,exit -F arch=b64 -S truncate -F filetype!=file -k not-file
-a always,exit -F arch=b64 -S chown,lchown -F obj_uid=1000 -k theirs
-a always,exit -F arch=b64 -S lchown -F obj_gid>=1000 -F obj_gid!=1001 -k their-group
-a always,exit -F arch=b64 -S statfs -F devmajor=0 -F devminor>=1 -k device
-a always,exit -F arch=b64 -S access -C uid!=obj_uid -k others
-a always,exit -F arch=b64 -S access -C gid=obj_gid -F success=1 -k same-group
-a always,exit -F arch=b64 -S open,openat -F path=/tmp/differential-watched/twice -k first
-a always,exit -F arch=b64 -S open,openat -F path=/tmp/differential-watched/twice -k second
";

pub fn prepare() {
    let _ = Command::new("umount").args(["-R", HOME]).stderr(std::process::Stdio::null()).status();
    let _ = fs::remove_dir_all(HOME);
    fs::create_dir_all(format!("{HOME}/tree/inner/deep")).unwrap();
    for name in ["file", "quiet", "gone", "gone2", "tree/leaf", "tree/inner/leaf", "tree/inner/deep/leaf"] {
        fs::write(format!("{HOME}/{name}"), name).unwrap();
    }
    symlink("file", format!("{HOME}/symlink")).unwrap();
    fs::copy("/bin/true", format!("{HOME}/program")).unwrap();
}

pub const CASES: &[Case] = &[
    Case { name: "watch-file", run: file },
    Case { name: "watch-save", run: save },
    Case { name: "watch-later", run: later },
    Case { name: "watch-deleted", run: deleted },
    Case { name: "watch-links", run: links },
    Case { name: "watch-tree", run: tree },
    Case { name: "watch-mounts", run: mounts },
    Case { name: "watch-program", run: program },
    Case { name: "watch-order", run: order },
    Case { name: "file-fields", run: fields },
];

fn at(name: &str) -> String {
    format!("{HOME}/{name}")
}

fn touch(name: &str) {
    open(at(name), libc::O_RDWR | libc::O_CREAT);
}

fn file() {
    for flags in [libc::O_RDONLY, libc::O_WRONLY, libc::O_RDWR, libc::O_PATH, libc::O_RDWR | libc::O_CREAT] {
        open(at("file"), flags);
        open(at("quiet"), flags);
    }
    open(at("file"), libc::O_RDWR | libc::O_CREAT | libc::O_EXCL);
    let _ = fs::set_permissions(at("file"), fs::Permissions::from_mode(0o600));
    std::env::set_current_dir(HOME).unwrap();
    open("file", libc::O_WRONLY);
    open("./tree/../file", libc::O_WRONLY);
    open("symlink", libc::O_WRONLY);
    become_user();
    open("file", libc::O_WRONLY);
}

/// As editors save: a new file takes the old one's name.
fn save() {
    for _ in 0..3 {
        touch("file.new");
        fs::rename(at("file.new"), at("file")).unwrap();
        open(at("file"), libc::O_RDWR);
        fs::rename(at("file"), at("file~")).unwrap();
        open(at("file~"), libc::O_RDWR);
        open(at("file"), libc::O_RDWR);
        touch("file");
        open(at("file"), libc::O_RDWR);
        fs::remove_file(at("file~")).unwrap();
    }
    // SAFETY: NUL-terminated paths.
    unsafe { libc::renameat2(libc::AT_FDCWD, c(at("file")).as_ptr(), libc::AT_FDCWD, c(at("quiet")).as_ptr(), 2) };
    open(at("file"), libc::O_RDWR);
    open(at("quiet"), libc::O_RDWR);
}

fn later() {
    open(at("later"), libc::O_RDONLY);
    touch("later");
    open(at("later"), libc::O_RDONLY);
    fs::remove_file(at("later")).unwrap();
    open(at("later"), libc::O_RDONLY);
    fs::create_dir(at("later")).unwrap();
    let _ = fs::metadata(at("later"));
    fs::remove_dir(at("later")).unwrap();
    symlink("file", at("later")).unwrap();
    let _ = fs::symlink_metadata(at("later"));
    open(at("later"), libc::O_RDONLY);
    fs::remove_file(at("later")).unwrap();
    fs::hard_link(at("gone"), at("later")).unwrap();
    open(at("gone"), libc::O_RDONLY);
    fs::rename(at("later"), at("earlier")).unwrap();
    open(at("gone"), libc::O_RDONLY);
    fs::rename(at("earlier"), at("later")).unwrap();
    fs::remove_file(at("later")).unwrap();
}

fn deleted() {
    for name in ["gone", "gone2"] {
        let _ = fs::rename(at(name), at("elsewhere"));
        let _ = fs::rename(at("elsewhere"), at(name));
        let _ = fs::remove_file(at(name));
        let _ = fs::remove_file(at(name));
        touch(name);
        touch("over");
        let _ = fs::rename(at("over"), at(name));
        let _ = fs::rename(at(name), at("no/such/directory"));
    }
}

fn links() {
    let _ = fs::symlink_metadata(at("symlink"));
    let _ = fs::read_link(at("symlink"));
    let _ = fs::read(at("symlink"));
    // SAFETY: a NUL-terminated path.
    unsafe { libc::lchown(c(at("symlink")).as_ptr(), 0, 0) };
    fs::hard_link(at("file"), at("hard")).unwrap();
    open(at("hard"), libc::O_WRONLY);
    fs::remove_file(at("hard")).unwrap();
    fs::remove_file(at("symlink")).unwrap();
    symlink("quiet", at("symlink")).unwrap();
    fs::remove_file(at("symlink")).unwrap();
}

fn tree() {
    for name in ["tree/leaf", "tree/inner/leaf", "tree/inner/deep/leaf", "tree/new", "tree/inner/none/new"] {
        open(at(name), libc::O_RDONLY);
        touch(name);
    }
    fs::create_dir(at("tree/made")).unwrap();
    touch("tree/made/file");
    fs::rename(at("tree/made"), at("made")).unwrap();
    touch("made/file");
    fs::rename(at("made"), at("tree/inner/made")).unwrap();
    touch("tree/inner/made/file");
    fs::remove_file(at("tree/inner/made/file")).unwrap();
    fs::remove_dir(at("tree/inner/made")).unwrap();
    std::env::set_current_dir(at("tree/inner")).unwrap();
    touch("../../outside");
    open("deep/leaf", libc::O_WRONLY);
    open("deep/none", libc::O_RDONLY);
    open("/tmp", libc::O_RDONLY);
    fs::hard_link("deep/leaf", at("hard-leaf")).unwrap();
    open(at("hard-leaf"), libc::O_WRONLY);
    become_user();
    open("leaf", libc::O_RDONLY);
    open("leaf", libc::O_RDWR);
}

fn mounts() {
    let mount = |from: &str, to: &str, kind: &str, flags| {
        // SAFETY: NUL-terminated strings.
        unsafe { libc::mount(c(from).as_ptr(), c(to).as_ptr(), c(kind).as_ptr(), flags, std::ptr::null()) }
    };
    // SAFETY: plain numbers.
    unsafe { libc::unshare(libc::CLONE_NEWNS) };
    mount("none", "/", "", libc::MS_REC | libc::MS_PRIVATE);
    fs::create_dir_all(at("bound")).unwrap();
    mount(&at("tree"), &at("bound"), "", libc::MS_BIND);
    touch("bound/leaf");
    touch("bound/inner/leaf");
    mount("tmpfs", &at("tree/inner"), "tmpfs", 0);
    touch("tree/inner/covered");
    touch("bound/inner/leaf");
    mount(&at("quiet"), &at("file"), "", libc::MS_BIND);
    open(at("file"), libc::O_RDWR);
    open(at("quiet"), libc::O_RDWR);
    // SAFETY: a NUL-terminated path.
    unsafe { libc::chroot(c(at("tree")).as_ptr()) };
    open("/leaf", libc::O_RDWR);
    open("/inner/covered", libc::O_RDWR);
}

fn program() {
    let run = || drop(Command::new(at("program")).status());
    let ids = || {
        // SAFETY: no arguments.
        unsafe { (libc::getuid(), libc::getgid()) }
    };
    run();
    ids();
    for program in ["/bin/true", "/usr/bin/id"] {
        fs::copy(program, at("program.new")).unwrap();
        fs::rename(at("program.new"), at("program")).unwrap();
        run();
        drop(Command::new("/usr/bin/id").stdout(std::process::Stdio::null()).status());
    }
    ids();
}

/// Two rules for one name: the first decides, until the name changes hands and the kernel turns its list round.
fn order() {
    for _ in 0..3 {
        touch("twice");
        open(at("twice"), libc::O_RDONLY);
        fs::remove_file(at("twice")).unwrap();
    }
}

fn fields() {
    drop(std::os::unix::net::UnixListener::bind("socket"));
    let _ = fs::set_permissions("socket", fs::Permissions::from_mode(0o600));
    let path = c("mine");
    let chown = |uid, gid| {
        // SAFETY: a NUL-terminated path.
        unsafe {
            libc::chown(path.as_ptr(), uid, gid);
            libc::lchown(path.as_ptr(), uid, gid)
        }
    };
    open("mine", libc::O_RDWR | libc::O_CREAT);
    chown(1000, 1000);
    chown(1000, 1001);
    chown(0, 1002);
    chown(0, 0);
    for name in ["mine", ".", "/dev/null", "/dev/zero", "none", "socket", "/proc/self/status"] {
        // SAFETY: NUL-terminated paths, and room for the answer.
        unsafe {
            let mut room: libc::statfs = std::mem::zeroed();
            libc::truncate(c(name).as_ptr(), 0);
            libc::statfs(c(name).as_ptr(), &mut room);
            libc::access(c(name).as_ptr(), libc::R_OK);
        }
    }
    become_user();
    for name in ["mine", ".", "/dev/null", "none"] {
        // SAFETY: a NUL-terminated path.
        unsafe { libc::access(c(name).as_ptr(), libc::R_OK) };
    }
}
