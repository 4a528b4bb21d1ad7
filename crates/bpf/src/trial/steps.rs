//! What the trial calls, and the path items that kernel audit is known to make of it (`tests/differential` compares them).

use super::older::instead;
use crate::classify::ARCHES;
use crate::hooks::{notes_refused, walks_before_next_name};
use crate::offer::Offer;
use crate::wire::item::{CREATE, DELETE, NORMAL, PARENT, UNKNOWN};
use raudit_tables::syscall;

/// An argument of a call.
#[derive(Clone, Copy, Debug)]
pub(super) enum Arg {
    /// A number as it is.
    Is(usize),
    /// A name in memory.
    Name(&'static str),
    /// A descriptor of the place's file or directory of this name.
    Fd(&'static str),
    /// A socket of AF_UNIX, and an address of it with this path.
    Socket,
    Address(&'static str),
    /// Room for what the call returns.
    Room,
    /// Zeros, as many as anybody reads.
    Zeros,
}

/// Where an item's inode is found, below the place. Of files that are made: afterwards; of others: before.
#[derive(Clone, Copy, Debug)]
pub(super) enum Inode {
    None,
    Of(&'static str),
    /// One that has no name.
    Unlinked,
}

/// A path item that is to be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expected {
    pub kind: u16,
    pub name: Option<&'static str>,
    pub inode: Inode,
}

/// A call and its items.
#[derive(Debug)]
pub(super) struct Step {
    pub call: &'static str,
    pub args: Vec<Arg>,
    pub items: Vec<Expected>,
    /// Without rights.
    pub nobody: bool,
}

fn item(kind: u16, name: &'static str, of: &'static str) -> Expected {
    Expected { kind, name: Some(name), inode: Inode::Of(of) }
}
fn normal(name: &'static str, of: &'static str) -> Expected {
    item(NORMAL, name, of)
}
fn parent(name: &'static str, of: &'static str) -> Expected {
    item(PARENT, name, of)
}
fn delete(name: &'static str) -> Expected {
    item(DELETE, name, name)
}
fn create(name: &'static str) -> Expected {
    item(CREATE, name, name)
}
fn unknown(name: &'static str) -> Expected {
    Expected { kind: UNKNOWN, name: Some(name), inode: Inode::None }
}
fn unnamed(kind: u16, of: &'static str) -> Expected {
    Expected { kind, name: None, inode: Inode::Of(of) }
}

use Arg::{Address, Fd, Is, Name, Room, Socket, Zeros};

pub(super) const CWD: Arg = Is(libc::AT_FDCWD as isize as usize);
const KEEP: Arg = Is(u32::MAX as usize);
const ATTRIBUTE: Arg = Name("user.trial");
/// A pointer to where nothing is.
const WRONG: Arg = Is(8);

/// Files of the place before the first step: directories end in a slash, links say where they lead.
pub(super) const PLACE: &[(&str, &str)] = &[
    ("dir/", ""),
    ("dir/inner", "x"),
    ("closed/", ""),
    ("closed/z", "x"),
    ("file", "x"),
    ("secret", "x"),
    ("link", "-> file"),
    ("dangling", "-> made"),
    ("loop", "-> loop"),
    ("r1", "x"),
    ("r4", "x"),
];

/// Those that nobody may neither read nor write.
pub(super) const SECRET: &[&str] = &["secret"];

/// All steps, in order: some need what others made.
pub(super) fn all(offer: &Offer) -> Vec<Step> {
    let mut steps = Steps { all: Vec::new(), nobody: false };
    lookups(&mut steps);
    descriptors(&mut steps);
    opens(&mut steps, offer.notes_every_parent);
    entries(&mut steps);
    links(&mut steps, offer.names_in_order(), walks_before_next_name(offer));
    pairs(&mut steps, offer.names_in_order());
    addresses(&mut steps);
    steps.nobody = true;
    refused(&mut steps, notes_refused(offer));
    steps.all
}

/// Whether the trial makes this call.
pub(super) fn tried(name: &str) -> bool {
    LOOKUPS.iter().any(|l| l.0 == name) || DESCRIPTORS.iter().any(|d| d.0 == name) || OTHERS.contains(&name)
}

/// The other calls; a test looks that none is missing.
const OTHERS: &[&str] = &[
    "bind",
    "chdir",
    "chroot",
    "connect",
    "creat",
    "link",
    "linkat",
    "mkdir",
    "mkdirat",
    "mknod",
    "mknodat",
    "mount",
    "open",
    "openat",
    "openat2",
    "readlink",
    "readlinkat",
    "rename",
    "renameat",
    "renameat2",
    "rmdir",
    "symlink",
    "symlinkat",
    "umount2",
    "unlink",
    "unlinkat",
];

struct Steps {
    all: Vec<Step>,
    nobody: bool,
}

impl Steps {
    fn push(&mut self, call: &'static str, args: &[Arg], items: &[Expected]) {
        let there = syscall::table(ARCHES[0]).is_some_and(|t| t.number(call).is_some());
        let made = if there { Some((call, args.to_vec())) } else { instead(call, args) };
        let Some((call, args)) = made else { return };
        self.all.push(Step { call, args, items: items.to_vec(), nobody: self.nobody });
    }
}

/// Calls that look up one name: their arguments behind it, and in front of it.
const LOOKUPS: &[(&str, &[Arg], &[Arg])] = &[
    ("access", &[], &[Is(4)]),
    ("chmod", &[], &[Is(0o644)]),
    ("chown", &[], &[KEEP, KEEP]),
    ("faccessat", &[CWD], &[Is(4)]),
    ("faccessat2", &[CWD], &[Is(4), Is(0)]),
    ("fchmodat", &[CWD], &[Is(0o644)]),
    ("fchownat", &[CWD], &[KEEP, KEEP, Is(0)]),
    ("futimesat", &[CWD], &[Is(0)]),
    ("getxattr", &[], &[ATTRIBUTE, Room, Is(10)]),
    ("lchown", &[], &[KEEP, KEEP]),
    ("lgetxattr", &[], &[ATTRIBUTE, Room, Is(10)]),
    ("listxattr", &[], &[Room, Is(10)]),
    ("llistxattr", &[], &[Room, Is(10)]),
    ("lremovexattr", &[], &[ATTRIBUTE]),
    ("lsetxattr", &[], &[ATTRIBUTE, Zeros, Is(1), Is(0)]),
    ("lstat", &[], &[Room]),
    ("newfstatat", &[CWD], &[Room, Is(0)]),
    ("removexattr", &[], &[ATTRIBUTE]),
    ("setxattr", &[], &[ATTRIBUTE, Zeros, Is(1), Is(0)]),
    ("stat", &[], &[Room]),
    ("statfs", &[], &[Room]),
    ("statx", &[CWD], &[Is(0), Is(0x7ff), Room]),
    ("truncate", &[], &[Is(1)]),
    ("utime", &[], &[Is(0)]),
    ("utimensat", &[CWD], &[Is(0), Is(0)]),
    ("utimes", &[], &[Is(0)]),
];

fn lookups(steps: &mut Steps) {
    for (call, before, behind) in LOOKUPS {
        let mut with = |name, items: &[Expected]| steps.push(call, &[before, &[name][..], behind].concat(), items);
        with(Name("file"), &[normal("file", "file")]);
        with(Name("dir/../dir//inner"), &[normal("dir/../dir//inner", "dir/inner")]);
        with(Name("none"), &[unknown("none")]);
        with(Name("file/x"), &[unknown("file/x")]);
        with(WRONG, &[]);
    }
    for (call, of) in [("stat", "file"), ("lstat", "link")] {
        steps.push(call, &[Name("link"), Room], &[normal("link", of)]);
    }
    steps.push("stat", &[Name("loop"), Room], &[unknown("loop")]);
    steps.push("chmod", &[Name("dangling"), Is(0o644)], &[unknown("dangling")]);
    steps.push("fchownat", &[Fd("dir"), Name("inner"), KEEP, KEEP, Is(0)], &[normal("inner", "dir/inner")]);
    steps.push("newfstatat", &[Fd("file"), Name("x"), Room, Is(0)], &[unknown("x")]);
    steps.push("readlink", &[Name("link"), Room, Is(10)], &[normal("link", "link")]);
    steps.push("readlink", &[Name("none"), Room, Is(10)], &[unknown("none")]);
    steps.push("readlinkat", &[CWD, Name("link"), Room, Is(10)], &[normal("link", "link")]);
    steps.push("chdir", &[Name("dir/..")], &[normal("dir/..", ".")]);
    steps.push("chdir", &[Name("none")], &[unknown("none")]);
    steps.push("chroot", &[Name("none")], &[unknown("none")]);
    steps.push("umount2", &[Name("none"), Is(0)], &[unknown("none")]);
    steps.push("umount2", &[Name("dir"), Is(0)], &[normal("dir", "dir")]);
    let bind = Is(libc::MS_BIND as usize);
    steps.push("mount", &[Name("none"), Name("dir"), Is(0), bind, Is(0)], &[normal("dir", "dir"), unknown("none")]);
    steps.push("mount", &[Name("dir"), Name("none"), Is(0), bind, Is(0)], &[unknown("none")]);
}

/// Calls on a descriptor: their arguments behind it.
const DESCRIPTORS: &[(&str, &[Arg])] = &[
    ("fchmod", &[Is(0o644)]),
    ("fchown", &[KEEP, KEEP]),
    ("fgetxattr", &[ATTRIBUTE, Room, Is(10)]),
    ("flistxattr", &[Room, Is(10)]),
    ("fremovexattr", &[ATTRIBUTE]),
    ("fsetxattr", &[ATTRIBUTE, Zeros, Is(1), Is(0)]),
];

fn descriptors(steps: &mut Steps) {
    for (call, behind) in DESCRIPTORS {
        steps.push(call, &[&[Fd("file")][..], behind].concat(), &[unnamed(NORMAL, "file")]);
        steps.push(call, &[&[KEEP][..], behind].concat(), &[]);
    }
}

fn opens(steps: &mut Steps, every_parent: bool) {
    const MAKE: usize = (libc::O_CREAT | libc::O_WRONLY) as usize;
    let flags = |flags: i32| Is(flags as usize);
    let mut open = |name, how, items: &[Expected]| {
        steps.push("open", &[Name(name), Is(how), Is(0o644)], items);
        steps.push("openat", &[CWD, Name(name), Is(how), Is(0o644)], items);
    };
    open("file", 0, &[normal("file", "file")]);
    open("none", 0, &[unknown("none")]);
    open("file/x", 0, &[unknown("file/x")]);
    open("none/x", MAKE, &[unknown("none/x")]);
    open("link", 0, &[normal("link", "file")]);
    open("loop", 0, &[unknown("loop")]);
    open("link", libc::O_NOFOLLOW as usize, &[normal("link", "link")]);
    open("dir", libc::O_WRONLY as usize, &[normal("dir", "dir")]);
    open("file", libc::O_DIRECTORY as usize, &[normal("file", "file")]);
    open("file", libc::O_PATH as usize, &[normal("file", "file")]);
    // where the parent is noted of files that are there, it comes first
    let there =
        |name, of| if every_parent { vec![parent(name, "."), normal(name, of)] } else { vec![normal(name, of)] };
    open("file", MAKE, &there("file", "file"));
    open("dir", MAKE, &there("dir", "dir"));
    open("file", MAKE | libc::O_EXCL as usize, &there("file", "file"));
    let slash = if every_parent { parent("slash/", ".") } else { unknown("slash/") };
    open("slash/", MAKE, &[slash]);
    let nameless = Expected { kind: NORMAL, name: Some("."), inode: Inode::Unlinked };
    open(".", (libc::O_TMPFILE | libc::O_RDWR) as usize, &[nameless]);
    let made = |name| [parent(name, "."), create(name)];
    steps.push("open", &[Name("o1"), Is(MAKE), Is(0o600)], &made("o1"));
    steps.push("openat", &[CWD, Name("o2"), Is(MAKE), Is(0o600)], &made("o2"));
    steps.push(
        "openat",
        &[Fd("dir"), Name("o3"), Is(MAKE), Is(0o600)],
        &[parent("o3", "dir"), item(CREATE, "o3", "dir/o3")],
    );
    steps.push("creat", &[Name("o4"), Is(0o600)], &made("o4"));
    // before it is made and afterwards: without a name it is not known again
    let nothing = Expected { kind: CREATE, name: None, inode: Inode::None };
    steps.push(
        "open",
        &[Name("dangling"), Is(MAKE), Is(0o600)],
        &[parent("dangling", "."), unnamed(PARENT, "."), nothing, unnamed(PARENT, "."), unnamed(CREATE, "made")],
    );
    steps.push("openat2", &[CWD, Name("file"), Zeros, Is(24)], &[normal("file", "file")]);
    steps.push("open", &[WRONG, flags(0)], &[]);
    steps.push("openat", &[CWD, WRONG, flags(0)], &[]);
}

fn entries(steps: &mut Steps) {
    let made = |name| [parent(name, "."), create(name)];
    let gone = |name| [parent(name, "."), delete(name)];
    let there = |name| [parent(name, ".")];
    let mode = Is(0o755);
    steps.push("mkdir", &[Name("m1"), mode], &made("m1"));
    steps.push("mkdir", &[Name("m1"), mode], &there("m1"));
    steps.push("mkdir", &[Name("none/x"), mode], &[unknown("none/x")]);
    steps.push("mkdir", &[Name("."), mode], &there("."));
    steps.push("mkdir", &[WRONG, mode], &[]);
    steps.push("mkdirat", &[CWD, Name("m2"), mode], &made("m2"));
    steps.push("mkdirat", &[Fd("dir"), Name("m3"), mode], &[parent("m3", "dir"), item(CREATE, "m3", "dir/m3")]);
    steps.push("rmdir", &[Name("m1")], &gone("m1"));
    steps.push("rmdir", &[Name("m1")], &there("m1"));
    steps.push("rmdir", &[Name("dir")], &gone("dir"));
    steps.push("rmdir", &[Name("file")], &gone("file"));
    steps.push("rmdir", &[Name("none/x")], &[unknown("none/x")]);
    steps.push("unlinkat", &[CWD, Name("m2"), Is(libc::AT_REMOVEDIR as usize)], &gone("m2"));
    for (name, kind) in [("n1", 0o100_644), ("n2", 0o010_644)] {
        steps.push("mknod", &[Name(name), Is(kind), Is(0)], &made(name));
        steps.push("mknod", &[Name(name), Is(kind), Is(0)], &there(name));
        steps.push("unlink", &[Name(name)], &gone(name));
        steps.push("mknodat", &[CWD, Name(name), Is(kind), Is(0)], &made(name));
        steps.push("unlinkat", &[CWD, Name(name), Is(0)], &gone(name));
    }
    steps.push("mknodat", &[CWD, Name("none/x"), Is(0o100_644), Is(0)], &[unknown("none/x")]);
    steps.push("unlink", &[Name("n1")], &there("n1"));
    steps.push("unlink", &[Name("dir")], &gone("dir"));
    steps.push("unlink", &[Name(".")], &there("."));
    steps.push("unlink", &[Name("none/x")], &[unknown("none/x")]);
    steps.push("unlinkat", &[CWD, WRONG, Is(0)], &[]);
}

/// A call with two names, the names' items in order and what follows them. Before 7.0 names are copied last first.
fn two(
    steps: &mut Steps,
    in_order: bool,
    (call, one, other): (&'static str, &'static str, &'static str),
    [first, second]: [Expected; 2],
    rest: &[Expected],
) {
    let names = if in_order { [first, second] } else { [second, first] };
    let args: &[Arg] = match call {
        "symlinkat" => &[Name(one), CWD, Name(other)],
        "linkat" | "renameat" => &[CWD, Name(one), CWD, Name(other), Is(0)],
        "renameat2" if rest.len() == 4 => &[CWD, Name(one), CWD, Name(other), Is(2)],
        "renameat2" => &[CWD, Name(one), CWD, Name(other), Is(1)],
        _ => &[Name(one), Name(other)],
    };
    steps.push(call, args, &[&names[..], rest].concat());
}

/// Before 5.15 the second name is copied when the first was looked up.
fn links(steps: &mut Steps, in_order: bool, one_by_one: bool) {
    let here = |name| parent(name, ".");
    let ordered = in_order || one_by_one;
    let mut two = |call, one, other, names: [Expected; 2], rest: &[Expected]| {
        two(steps, ordered, (call, one, other), names, rest);
    };
    two("symlink", "to", "s1", [unknown("to"), here("s1")], &[create("s1")]);
    two("symlink", "to", "s1", [unknown("to"), here("s1")], &[]);
    two("symlinkat", "to", "s2", [unknown("to"), here("s2")], &[create("s2")]);
    two("symlink", "s3", "s3", [item(CREATE, "s3", "s3"), here("s3")], &[]);
    two("symlink", "to", "none/x", [unknown("to"), unknown("none/x")], &[]);
    two("link", "file", "l1", [normal("file", "file"), here("l1")], &[create("l1")]);
    two("link", "file", "l1", [normal("file", "file"), here("l1")], &[]);
    two("linkat", "file", "l2", [normal("file", "file"), here("l2")], &[create("l2")]);
    two("link", "file", "none/x", [normal("file", "file"), unknown("none/x")], &[]);
    if one_by_one {
        steps.push("link", &[Name("none"), Name("l3")], &[unknown("none")]);
    } else {
        self::two(steps, in_order, ("link", "none", "l3"), [unknown("none"), unknown("l3")], &[]);
    }
}

fn pairs(steps: &mut Steps, in_order: bool) {
    let here = |name| parent(name, ".");
    let mut two = |call, one, other, names: [Expected; 2], rest: &[Expected]| {
        two(steps, in_order, (call, one, other), names, rest);
    };
    two("rename", "r1", "r2", [here("r1"), here("r2")], &[delete("r1"), create("r2")]);
    two("renameat", "r2", "l2", [here("r2"), here("l2")], &[delete("r2"), delete("l2"), create("l2")]);
    two("rename", "l2", "dir/r3", [here("l2"), parent("dir/r3", "dir")], &[delete("l2"), create("dir/r3")]);
    let swapped = [delete("l1"), delete("r4"), create("r4"), create("l1")];
    two("renameat2", "l1", "r4", [here("l1"), here("r4")], &swapped);
    two("renameat2", "l1", "r4", [here("l1"), here("r4")], &[]);
    two("rename", "r4", "r4", [here("r4"), here("r4")], &[]);
    two("rename", "none", "r5", [here("none"), here("r5")], &[]);
    two("rename", "r4", "none/x", [here("r4"), unknown("none/x")], &[]);
    two("rename", "none/x", "r5", [unknown("none/x"), unknown("r5")], &[]);
}

/// Sockets whose address is a path.
fn addresses(steps: &mut Steps) {
    // family, path and its NUL
    let address = |path: &'static str| [Socket, Address(path), Is(path.len() + 3)];
    steps.push("bind", &address("b1"), &[parent("b1", "."), create("b1")]);
    steps.push("bind", &address("none/x"), &[unknown("none/x")]);
    steps.push("connect", &address("file"), &[normal("file", "file")]);
    steps.push("connect", &address("none"), &[unknown("none")]);
}

fn refused(steps: &mut Steps, noted: bool) {
    let refused = Expected { kind: CREATE, name: Some("closed/x"), inode: Inode::None };
    let open = if noted { vec![parent("closed/x", "closed"), refused] } else { vec![parent("closed/x", "closed")] };
    let make = Is((libc::O_CREAT | libc::O_WRONLY) as usize);
    steps.push("open", &[Name("closed/x"), make, Is(0o600)], &open);
    steps.push("open", &[Name("secret"), Is(0)], &[normal("secret", "secret")]);
    steps.push("mkdir", &[Name("closed/x"), Is(0o755)], &[parent("closed/x", "closed"), refused]);
    steps.push("unlink", &[Name("closed/z")], &[parent("closed/z", "closed"), delete("closed/z")]);
    steps.push("chmod", &[Name("secret"), Is(0o644)], &[normal("secret", "secret")]);
    steps.push("truncate", &[Name("secret"), Is(0)], &[normal("secret", "secret")]);
}
