//! Cases of rules about files: watches, trees, permissions, programs, and what is known of an inode. Each group has rules of its own,
//! and makes the files they name before the rules are loaded.
#![allow(unsafe_code, reason = "system calls with arguments no safe interface would pass")]
#![allow(let_underscore_drop, reason = "what a case gets wrong is part of the workload")]

use super::workload::{Case, Group, become_user, c, open};
use crate::machine;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::process::{Command, Stdio};

const W: &str = "/tmp/differential-objects";
const P: &str = "/tmp/differential-permissions";
const X: &str = "/tmp/differential-programs";
const F: &str = "/tmp/differential-fields";

pub const WATCHES: Group = Group {
    rules: include_str!("rules-objects"),
    prepare: prepare_watches,
    cases: &[
        Case { name: "object-later", run: later },
        Case { name: "object-replaced", run: replaced },
        Case { name: "object-links", run: links },
        Case { name: "object-order", run: order },
        Case { name: "object-chroot", run: chrooted },
        Case { name: "object-mounts", run: mounts },
        Case { name: "object-overlay", run: overlay },
        Case { name: "object-tree-changes", run: tree_changes },
        Case { name: "object-tree-moves", run: tree_moves },
        Case { name: "object-tree-mounts", run: tree_mounts },
        Case { name: "object-chain", run: chain },
        Case { name: "object-tree-deleted", run: tree_deleted },
    ],
};

pub const PERMISSIONS: Group = Group {
    rules: include_str!("rules-permissions"),
    prepare: prepare_permissions,
    cases: &[
        Case { name: "object-perm-root", run: permissions },
        Case { name: "object-perm-user", run: permissions_of_user },
    ],
};

pub const PROGRAMS: Group = Group {
    rules: include_str!("rules-programs"),
    prepare: prepare_programs,
    cases: &[
        Case { name: "object-exe-runs", run: programs },
        Case { name: "object-exe-replaced", run: programs_replaced },
    ],
};

pub const FIELDS: Group = Group {
    rules: include_str!("rules-fields"),
    prepare: prepare_fields,
    cases: &[Case { name: "object-field-inode", run: fields }, Case { name: "object-field-user", run: fields_of_user }],
};

/// The rules with what `@inode(PATH)`, `@major(PATH)` and `@minor(PATH)` stand for.
pub fn filled_in(rules: &str) -> String {
    let mut text = rules.to_owned();
    while let Some((before, rest)) = text.split_once('@') {
        let Some((what, rest)) = rest.split_once('(') else { break };
        let Some((path, after)) = rest.split_once(')') else { break };
        let file = fs::metadata(path).unwrap_or_else(|e| panic!("{path}: {e}"));
        let value = match what {
            "inode" => file.ino(),
            "major" => libc::major(file.dev()).into(),
            "minor" => libc::minor(file.dev()).into(),
            other => panic!("@{other} stands for nothing"),
        };
        text = format!("{before}{value}{after}");
    }
    text
}

fn fresh(dir: &str) {
    // earlier cases try the permissions of directories above
    for (above, mode) in [("/", 0o755), ("/tmp", 0o1777)] {
        fs::set_permissions(above, fs::Permissions::from_mode(mode)).unwrap();
    }
    let _ = fs::remove_dir_all(dir);
    fs::create_dir_all(dir).unwrap();
}

fn prepare_watches() {
    fresh(W);
    for dir in
        ["dir/sub", "tree/inner/deep", "tree/other", "chain", "over", "lower", "upper", "work", "merged", "outside"]
    {
        fs::create_dir_all(format!("{W}/{dir}")).unwrap();
    }
    for file in [
        "passwd",
        "target",
        "dir/file",
        "tree/file",
        "tree/inner/file",
        "quiet",
        "loud",
        "over/file",
        "lower/file",
        "outside/file",
    ] {
        fs::write(format!("{W}/{file}"), "x").unwrap();
    }
}

fn prepare_permissions() {
    fresh(P);
    fs::create_dir(format!("{P}/d")).unwrap();
    for file in FILES {
        fs::copy("/bin/true", format!("{P}/{file}")).unwrap();
    }
    fs::set_permissions(P, fs::Permissions::from_mode(0o777)).unwrap();
}

fn prepare_programs() {
    fresh(X);
    fs::copy("/bin/cat", format!("{X}/cat")).unwrap();
}

fn prepare_fields() {
    fresh(F);
    fs::set_permissions(F, fs::Permissions::from_mode(0o777)).unwrap();
    for (file, owner) in [("numbered", 0), ("mine", 0), ("theirs", 1000), ("thirds", 1001), ("dir/x", 1000)] {
        let path = format!("{F}/{file}");
        fs::create_dir_all(format!("{F}/dir")).unwrap();
        fs::write(&path, "x").unwrap();
        chown(&path, Some(owner), Some(owner)).unwrap();
    }
}

/// A call whose first arguments are names; the rest are numbers.
fn call(number: libc::c_long, names: &[&str], rest: &[usize]) -> i64 {
    let names: Vec<_> = names.iter().map(c).collect();
    let mut args: Vec<usize> = names.iter().map(|n| n.as_ptr() as usize).collect();
    args.extend(rest);
    super::paths::call(number, &args)
}

fn rename(from: &str, to: &str) {
    call(machine::RENAME, &[from, to], &[]);
}

/// Everything that reads, changes or asks after a file, but does not move it.
fn touch(path: &str) {
    for flags in [
        libc::O_RDONLY,
        libc::O_WRONLY,
        libc::O_RDWR | libc::O_APPEND,
        libc::O_CREAT | libc::O_RDWR,
        libc::O_PATH,
        libc::O_DIRECTORY,
    ] {
        let fd = open(path, flags);
        // SAFETY: a descriptor of ours, or none.
        unsafe {
            libc::fchmod(fd, 0o755);
            libc::fchown(fd, 0, 0);
            libc::ftruncate(fd, 1);
            libc::fsetxattr(fd, c"user.x".as_ptr(), c"x".as_ptr().cast(), 1, 0);
            libc::close(fd);
        }
    }
    let mut room = [0u8; 4096];
    let at = room.as_mut_ptr() as usize;
    call(machine::CHMOD, &[path], &[0o755]);
    call(machine::CHOWN, &[path], &[0, 0]);
    call(machine::LCHOWN, &[path], &[0, 0]);
    call(libc::SYS_truncate, &[path], &[1]);
    call(machine::STAT, &[path], &[at]);
    call(machine::ACCESS, &[path], &[4]);
    call(machine::READLINK, &[path], &[at, 100]);
    call(machine::UTIMES, &[path], &[0]);
    call(libc::SYS_setxattr, &[path, "user.x", "x"], &[1, 0]);
    call(libc::SYS_getxattr, &[path, "user.x"], &[at, 100]);
    call(libc::SYS_removexattr, &[path, "user.x"], &[]);
    execute(path);
}

fn execute(path: &str) {
    let (path, argv) = (c(path), [c"x".as_ptr(), std::ptr::null()]);
    // SAFETY: NUL-terminated strings in NULL-terminated arrays that outlive the call.
    unsafe {
        let child = libc::fork();
        if child == 0 {
            libc::execve(path.as_ptr(), argv.as_ptr(), argv.as_ptr().add(1));
            libc::_exit(0);
        }
        libc::waitpid(child, std::ptr::null_mut(), 0);
    }
}

/// A name that is made, deleted, made again, moved away and moved back.
fn later() {
    let path = format!("{W}/later");
    touch(&path);
    fs::write(&path, "x").unwrap();
    touch(&path);
    let _ = fs::remove_file(&path);
    touch(&path);
    call(machine::MKDIR, &[&path], &[0o755]);
    touch(&path);
    call(machine::RMDIR, &[&path], &[]);
    call(machine::SYMLINK, &["target", &path], &[]);
    touch(&path);
    rename(&path, &format!("{W}/away"));
    touch(&format!("{W}/away"));
    rename(&format!("{W}/away"), &path);
    touch(&path);
    call(machine::UNLINK, &[&path], &[]);
    call(machine::MKNOD, &[&path], &[0o100_600, 0]);
    call(machine::UNLINK, &[&path], &[]);
}

/// An editor's save: another file under the name, again and again, while the old one is still open.
fn replaced() {
    let (path, new) = (format!("{W}/passwd"), format!("{W}/passwd.new"));
    let old = open(&path, libc::O_RDWR);
    for _ in 0..5 {
        fs::write(&new, "y").unwrap();
        let _ = fs::File::open(&new).and_then(|f| f.sync_all());
        touch(&new);
        rename(&new, &path);
        touch(&path);
        // SAFETY: a descriptor of ours.
        unsafe { libc::fchmod(old, 0o640) };
    }
    fs::write(&new, "z").unwrap();
    call(
        libc::SYS_renameat2,
        &[],
        &[libc::AT_FDCWD as usize, c(&new).as_ptr() as usize, libc::AT_FDCWD as usize, c(&path).as_ptr() as usize, 2],
    );
    touch(&path);
    touch(&new);
    let _ = fs::remove_file(&path);
    let _ = fs::hard_link(&new, &path);
    touch(&path);
    touch(&new);
}

fn links() {
    let target = format!("{W}/target");
    for (made, soft) in [("hard", false), ("soft", true), ("relative", true)] {
        let link = format!("{W}/outside/{made}");
        if soft {
            let to = if made == "soft" { target.clone() } else { "../target".to_owned() };
            let _ = symlink(to, &link);
        } else {
            let _ = fs::hard_link(&target, &link);
        }
        touch(&link);
        rename(&link, &format!("{link}2"));
        touch(&format!("{link}2"));
        call(machine::UNLINK, &[&format!("{link}2")], &[]);
    }
    std::env::set_current_dir(W).unwrap();
    for name in ["target", "./target", "dir/../target", "outside/../dir/sub/../../target", "target/"] {
        touch(name);
    }
    rename("target", "outside/target");
    touch("outside/target");
    rename("outside/target", "target");
    touch("target");
}

/// Several rules that match the same event: the first decides.
fn order() {
    for name in ["quiet", "loud"] {
        let path = format!("{W}/{name}");
        touch(&path);
        let _ = fs::remove_file(&path);
        touch(&path);
        fs::write(&path, "x").unwrap();
        touch(&path);
    }
}

fn chrooted() {
    // SAFETY: NUL-terminated names.
    unsafe {
        libc::chroot(c(W).as_ptr());
        libc::chdir(c"/".as_ptr());
    }
    for name in ["/passwd", "passwd", "/target", "/tree/file", "/dir/file", "../passwd", "/tree/inner/new"] {
        touch(name);
    }
}

fn apart() {
    // SAFETY: a namespace of our own, where mounts are for nobody else.
    unsafe {
        libc::unshare(libc::CLONE_NEWNS);
        libc::mount(
            c"none".as_ptr(),
            c"/".as_ptr(),
            std::ptr::null(),
            libc::MS_REC | libc::MS_PRIVATE,
            std::ptr::null(),
        );
    }
}

fn mount(from: &str, to: &str, kind: &str, flags: libc::c_ulong, data: &str) -> i64 {
    let data = c(data);
    call(libc::SYS_mount, &[from, to, kind], &[flags as usize, data.as_ptr() as usize])
}

fn mounts() {
    apart();
    std::env::set_current_dir(W).unwrap();
    mount("dir", "outside", "", libc::MS_BIND, "");
    touch("outside/file");
    touch("dir/file");
    touch("outside/new");
    mount("passwd", "lower/file", "", libc::MS_BIND, "");
    touch("lower/file");
    touch("passwd");
    mount("tmpfs", "over", "tmpfs", 0, "");
    touch("over/file");
    fs::write("over/file", "x").unwrap();
    touch("over/file");
    call(libc::SYS_umount2, &["over"], &[0]);
    touch("over/file");
    mount("lower", "tree/other", "", libc::MS_BIND, "");
    touch("tree/other/file");
    mount("tmpfs", W, "tmpfs", 0, "");
    touch(&format!("{W}/passwd"));
    let _ = fs::write(format!("{W}/passwd"), "x");
    touch(&format!("{W}/passwd"));
    touch("passwd");
}

fn overlay() {
    apart();
    std::env::set_current_dir(W).unwrap();
    let _ = mount("overlay", "merged", "overlay", 0, "lowerdir=dir,upperdir=upper,workdir=work");
    for name in ["merged/file", "merged/new", "dir/file", "merged/sub/x"] {
        touch(name);
        call(machine::UNLINK, &[name], &[]);
        let _ = fs::write(name, "x");
        touch(name);
    }
    rename("merged/file", "merged/moved");
    let _ = fs::write("dir/file", "x");
}

fn tree_changes() {
    std::env::set_current_dir(format!("{W}/tree")).unwrap();
    for name in ["file", "inner/file", "inner/deep/file", "new", "inner/new"] {
        touch(name);
        call(machine::UNLINK, &[name], &[]);
        let _ = fs::write(name, "x");
        touch(name);
    }
    call(machine::MKDIR, &["made"], &[0o755]);
    call(machine::MKDIR, &["made/below"], &[0o755]);
    for name in ["made", "made/x", "made/below/y", "inner/deep/z", ".", "..", "inner", "../tree", "/etc/hostname"] {
        touch(name);
    }
    call(machine::SYMLINK, &["/etc/hostname", "out"], &[]);
    call(machine::SYMLINK, &["../tree/made/x", "../outside/in"], &[]);
    touch("out");
    touch("../outside/in");
    call(machine::LINK, &["../outside/file", "made/linked"], &[]);
    touch("made/linked");
    touch("../outside/file");
    call(machine::UNLINK, &["made/linked"], &[]);
    call(machine::RMDIR, &["made/below"], &[]);
}

/// Into the tree, out of it, within it: what was inside at the beginning and what was not.
fn tree_moves() {
    std::env::set_current_dir(W).unwrap();
    let _ = fs::create_dir_all("outside/young/deep");
    let _ = fs::write("outside/young/deep/f", "x");
    let _ = fs::write("tree/inner/deep/f", "x");
    rename("outside/young", "tree/young");
    touch("tree/young");
    touch("tree/young/deep/f");
    touch("tree/young/new");
    rename("tree/inner/deep", "outside/deep");
    touch("outside/deep/f");
    touch("outside/deep/new");
    rename("outside/deep", "tree/inner/deep");
    touch("tree/inner/deep/f");
    rename("tree/inner", "tree/renamed");
    touch("tree/renamed/file");
    rename("tree/renamed", "outside/inner");
    touch("outside/inner/file");
    rename("outside/inner", "tree/inner");
    touch("tree/inner/file");
    rename("tree/young/deep/f", "outside/f");
    touch("outside/f");
    rename("outside/f", "tree/inner/f");
    touch("tree/inner/f");
    rename("tree", "moved");
    touch("moved/file");
    touch("tree/file");
    rename("moved", "tree");
    touch("tree/file");
}

fn tree_mounts() {
    apart();
    std::env::set_current_dir(W).unwrap();
    mount("tmpfs", "tree/other", "tmpfs", 0, "");
    touch("tree/other/x");
    let _ = fs::create_dir("tree/other/d");
    touch("tree/other/d/y");
    mount("tree", "outside", "", libc::MS_BIND, "");
    touch("outside/file");
    touch("outside/inner/file");
    mount("outside", "merged", "", libc::MS_BIND | libc::MS_REC, "");
    touch("merged/file");
    call(libc::SYS_umount2, &["tree/other"], &[2]);
    touch("tree/other/x");
}

/// A watch in a directory that is moved away and replaced.
fn chain() {
    std::env::set_current_dir(W).unwrap();
    touch("chain/one");
    let _ = fs::write("chain/one", "x");
    touch("chain/one");
    rename("chain", "chain-old");
    touch("chain/one");
    touch("chain-old/one");
    let _ = fs::create_dir("chain");
    let _ = fs::write("chain/one", "x");
    touch("chain/one");
    touch("chain-old/one");
    let _ = fs::remove_dir_all("chain-old");
    touch("chain/one");
}

/// Last of its group: the kernel drops the rules of a tree that is deleted.
fn tree_deleted() {
    std::env::set_current_dir(W).unwrap();
    touch("tree/file");
    let _ = fs::remove_dir_all("tree/inner");
    touch("tree/file");
    let _ = fs::create_dir("tree/inner");
    touch("tree/inner/new");
    let _ = fs::remove_dir_all("dir");
    touch("dir/file");
    let _ = fs::create_dir("dir");
    touch("dir/file");
}

const FILES: [&str; 10] = ["r", "w", "x", "a", "wa", "rx", "rwxa", "uid", "d/file", "none"];

fn permissions() {
    std::env::set_current_dir(P).unwrap();
    for name in FILES {
        touch(name);
        let other = format!("{name}.other");
        rename(name, &other);
        rename(&other, name);
        call(machine::LINK, &[name, &other], &[]);
        touch(&other);
        call(machine::UNLINK, &[&other], &[]);
        call(machine::SYMLINK, &[name, &other], &[]);
        touch(&other);
        call(machine::UNLINK, &[&other], &[]);
        call(machine::UNLINK, &[name], &[]);
        touch(name);
        call(machine::MKNOD, &[name], &[0o100_755, 0]);
        touch(name);
        open(name, libc::O_TRUNC);
        open(name, libc::O_RDONLY | libc::O_CREAT | libc::O_EXCL);
        // SAFETY: a NUL-terminated name.
        unsafe { libc::creat(c(name).as_ptr(), 0o600) };
        let _ = fs::remove_file(name);
        let _ = fs::copy("/bin/true", name);
    }
}

fn permissions_of_user() {
    for name in FILES {
        let _ = chown(format!("{P}/{name}"), Some(1000), Some(1000));
    }
    become_user();
    permissions();
}

fn run(program: &str, argument: &str) {
    let _ = Command::new(program).arg(argument).stdout(Stdio::null()).stderr(Stdio::null()).status();
}

fn programs() {
    std::env::set_current_dir(X).unwrap();
    run("/tmp/differential-programs/cat", "/etc/hostname");
    run("/bin/cat", "/etc/hostname");
    let _ = fs::hard_link("cat", "hard");
    let _ = symlink("cat", "soft");
    for name in ["./cat", "./hard", "./soft"] {
        run(name, "/etc/hostname");
    }
    fs::write("script", format!("#!{X}/cat\n")).unwrap();
    fs::set_permissions("script", fs::Permissions::from_mode(0o755)).unwrap();
    run("./script", "/etc/hostname");
    run("/bin/sh", "-c ./cat");
    become_user();
    // SAFETY: calls without arguments.
    unsafe {
        libc::getppid();
        libc::getuid();
    }
    run("./cat", "/etc/hostname");
    run("/bin/true", "");
}

/// Another program under the name, and under a name that was none.
fn programs_replaced() {
    std::env::set_current_dir(X).unwrap();
    let copy = |to: &str| drop(fs::copy("/bin/cat", to));
    copy("new");
    rename("new", "cat");
    run("./cat", "/etc/hostname");
    run("./hard", "/etc/hostname");
    let _ = fs::remove_file("cat");
    run("./cat", "/etc/hostname");
    copy("cat");
    run("./cat", "/etc/hostname");
    run("./later", "/etc/hostname");
    copy("later");
    run("./later", "/etc/hostname");
    rename("later", "elsewhere");
    run("./elsewhere", "/etc/hostname");
    rename("elsewhere", "later");
    run("./later", "/etc/hostname");
    let _ = Command::new("/bin/sh")
        .args(["-c", "exec 3<later; mv later gone; /proc/self/fd/3 /etc/hostname; ./gone /etc/hostname; mv gone later; ./later /etc/hostname"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
}

fn fields() {
    std::env::set_current_dir(F).unwrap();
    for name in ["numbered", "mine", "theirs", "thirds", "dir", "dir/x", "none", "/dev/null", "/", "fifo"] {
        touch(name);
        call(machine::CHMOD, &[name], &[0o600]);
        call(machine::CHMOD, &[name], &[0o755]);
        let other = "other";
        if !name.starts_with('/') {
            rename(name, other);
            rename(other, name);
        }
        call(machine::MKNOD, &["node"], &[0o010_644, 0]);
        call(machine::UNLINK, &["node"], &[]);
    }
    let _ = symlink("mine", "link");
    touch("link");
    call(machine::UNLINK, &["link"], &[]);
    let _ = fs::hard_link("numbered", "again");
    touch("again");
    call(machine::UNLINK, &["again"], &[]);
    call(machine::MKDIR, &["made"], &[0o755]);
    call(machine::RMDIR, &["made"], &[]);
}

fn fields_of_user() {
    let _ = chown(format!("{F}/theirs"), Some(1000), Some(1000));
    become_user();
    fields();
}
