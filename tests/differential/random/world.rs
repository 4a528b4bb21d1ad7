//! The small world the calls name things of: one directory tree for each actor.

use super::dice::Dice;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the worlds are.
pub const BASE: &str = "/tmp/differential-random";

const FILES: &[&[u8]] = &[
    b"f0",
    b"f1",
    b"f2",
    b"d0/f",
    b"d0/s/g",
    b"d1/f",
    b"two words",
    b"new\nline",
    b"quo\"te",
    b"\xff\xfenot utf",
    b"\x01\x7f",
];
const DIRS: &[&str] = &["d0/s", "d1", "d2", "sticky"];
const LINKS: &[(&str, &str)] = &[
    ("f0", "l0"),
    ("d0", "l1"),
    ("none", "dangling"),
    ("d1/none", "dangling2"),
    ("loop2", "loop1"),
    ("loop1", "loop2"),
    ("d1/..", "up"),
    ("l0", "l2"),
    ("/etc/hostname", "out"),
    ("../f0", "d0/back"),
];
/// Last components; some are there, some are not, some come and go.
const LEAVES: &[&[u8]] = &[
    b"f0",
    b"f1",
    b"f2",
    b"f",
    b"d0",
    b"d1",
    b"d2",
    b"s",
    b"g",
    b"l0",
    b"l1",
    b"l2",
    b"dangling",
    b"dangling2",
    b"loop1",
    b"up",
    b"out",
    b"back",
    b"h0",
    b"fifo",
    b"socket",
    b"n0",
    b"n1",
    b"n2",
    b"none",
    b"true",
    b"script",
    b"suid",
    b"sticky",
    b".",
    b"..",
    b"two words",
    b"new\nline",
    b"quo\"te",
    b"\xff\xfenot utf",
    b"\x01\x7f",
    b"per%cent",
    b"(null)",
    b"\"",
    b" ",
];
const ELSEWHERE: &[&str] = &[
    "/",
    "//",
    "/etc/hostname",
    "/etc/none",
    "/proc/self/status",
    "/proc/self/exe",
    "/proc/self/cwd/f0",
    "/proc/self/fd/3",
    "/proc/self/root/etc/hostname",
    "/proc/1/none",
    "/sys/kernel/mm",
    "/no/such/place",
    "/tmp",
    "",
];

/// Makes the world of one actor anew.
pub fn make(root: &Path, owner: u32) {
    remove(root);
    fs::create_dir_all(root).unwrap();
    for dir in DIRS {
        fs::create_dir_all(root.join(dir)).unwrap();
    }
    for name in FILES {
        fs::write(root.join(std::ffi::OsStr::from_bytes(name)), "content\n").unwrap();
    }
    for (to, from) in LINKS {
        symlink(to, root.join(from)).unwrap();
    }
    symlink(root.join("f1"), root.join("absolute")).unwrap();
    fs::hard_link(root.join("f0"), root.join("h0")).unwrap();
    programs(root);
    fs::create_dir_all(deep(root)).unwrap();
    let mode = |name: &str, mode| fs::set_permissions(root.join(name), fs::Permissions::from_mode(mode)).unwrap();
    mode("sticky", 0o1777);
    mode("f2", 0o600);
    for name in ["", "f0", "d0", "d0/s", "d0/f", "true", "suid"] {
        chown(root.join(name), Some(owner), Some(owner)).unwrap();
    }
    mode("suid", 0o6755);
}

/// Programs of all sorts, and what is none.
fn programs(root: &Path) {
    let program = |name: &str, text: &[u8]| {
        fs::write(root.join(name), text).unwrap();
        fs::set_permissions(root.join(name), fs::Permissions::from_mode(0o755)).unwrap();
    };
    let root_text = root.to_str().unwrap_or_default();
    for name in ["true", "suid"] {
        fs::copy("/bin/true", root.join(name)).unwrap();
    }
    program("script", format!("#!{root_text}/true first\n").as_bytes());
    program("script2", format!("#! {root_text}/script\t\n").as_bytes());
    program("script3", b"#!/no/such/interpreter\n");
    program("script4", b"#!true\n");
    program("garbage", b"\x7fELF\x02\x01\x01 and no more");
    program("empty", b"");
    fs::copy("/bin/true", root.join("raised")).unwrap();
    drop(Command::new("/sbin/setcap").arg("cap_net_raw=ep").arg(root.join("raised")).status());
}

pub const PROGRAMS: &[&str] = &[
    "./true",
    "true",
    "/bin/true",
    "./script",
    "./script2",
    "./script3",
    "./script4",
    "./garbage",
    "./empty",
    "./suid",
    "./raised",
    "./f0",
    "d0",
    "l0",
    "/usr/bin/../bin/true",
    "none",
    "",
    "dangling",
    "h0",
];

/// As deep as a name can tell: 15 components of 255 bytes.
fn deep(root: &Path) -> PathBuf {
    (0..15).fold(root.to_owned(), |path, _| path.join("D".repeat(255)))
}

/// Removes a world, whatever the last actor did to it.
fn remove(root: &Path) {
    if root.exists() && fs::remove_dir_all(root).is_err() {
        drop(Command::new("rm").arg("-rf").arg(root).status());
    }
}

/// Puts right what is outside of the worlds and within reach of the calls.
pub fn repair() {
    for (path, mode) in [("/", 0o755), ("/tmp", 0o1777), ("/etc", 0o755), (BASE, 0o755)] {
        drop(fs::set_permissions(path, fs::Permissions::from_mode(mode)));
        drop(chown(path, Some(0), Some(0)));
    }
    // root's actors reach this program by /proc/self/exe
    if let Ok(program) = std::env::current_exe() {
        drop(fs::set_permissions(&program, fs::Permissions::from_mode(0o755)));
        drop(chown(&program, Some(0), Some(0)));
    }
    drop(fs::remove_file("/etc/hostname"));
    drop(fs::write("/etc/hostname", "differential\n"));
}

/// A name, of something or of nothing.
pub fn name(dice: &mut Dice, root: &[u8]) -> Vec<u8> {
    let leaf = |dice: &mut Dice| dice.pick(LEAVES).to_vec();
    match dice.below(100) {
        0..35 => leaf(dice),
        35..60 => {
            let dirs: &[&[u8]] = &[
                b"d0/", b"d0/s/", b"d1/", b"d2/", b"l1/", b"up/", b"none/", b"f0/", b"sticky/", b"./", b"../", b"n0/",
                b"loop1/",
            ];
            [dice.pick(dirs).to_vec(), leaf(dice)].concat()
        }
        60..72 => {
            let before: &[&[u8]] = &[b"", b"./", b".//", b"d0/../", b"d0/s/../../", b"d1/./"];
            let after: &[&[u8]] = &[b"/", b"//", b"/.", b"/..", b"", b"/./"];
            [dice.pick(before).to_vec(), leaf(dice), dice.pick(after).to_vec()].concat()
        }
        72..84 => [root, b"/", &leaf(dice)].concat(),
        84..93 => dice.pick(ELSEWHERE).as_bytes().to_vec(),
        _ => long(dice),
    }
}

/// Names as long as may be, and longer.
fn long(dice: &mut Dice) -> Vec<u8> {
    let deep = [b'D'; 255].join_times(15);
    match dice.below(8) {
        0 => vec![b'n'; 255],
        1 => vec![b'n'; 256],
        2 => [deep, b"/f".to_vec()].concat(),
        3 => [deep, b"/".to_vec(), vec![b'n'; 254]].concat(),
        4 => [b"./".repeat(2046), b"f0".to_vec()].concat(),
        5 => [b"./".repeat(2047), b"f".to_vec()].concat(),
        6 => b"./".repeat(2048),
        _ => [b"d0/../".repeat(600), dice.pick(LEAVES).to_vec()].concat(),
    }
}

trait JoinTimes {
    fn join_times(&self, times: usize) -> Vec<u8>;
}

impl JoinTimes for [u8; 255] {
    fn join_times(&self, times: usize) -> Vec<u8> {
        vec![self.to_vec(); times].join(&b'/')
    }
}
