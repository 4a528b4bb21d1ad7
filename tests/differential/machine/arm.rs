//! Calls of 32-bit Arm programs: one that reads them from a table, made here, as 64-bit programs cannot make them.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

/// A32 instructions: calls what the table behind them says (number, six arguments), until a number is -1.
const CODE: [u32; 10] = [
    0xe28f_8020, // add r8, pc, #32: the table
    0xe498_7004, // next: ldr r7, [r8], #4
    0xe377_0001, // cmn r7, #1
    0x0a00_0002, // beq end
    0xe8b8_003f, // ldm r8!, {r0-r5}
    0xef00_0000, // svc 0
    0xeaff_fff9, // b next
    0xe3a0_0000, // end: mov r0, #0
    0xe3a0_70f8, // mov r7, #248: exit_group
    0xef00_0000, // svc 0
];
const BASE: u32 = 0x1_0000;
/// ELF header and one program header.
const HEADERS: u32 = 52 + 32;

/// Calls, and the bytes that their arguments point to.
struct Program {
    calls: Vec<[u32; 7]>,
    data: Vec<u8>,
    /// How many calls there is room for before the data.
    room: usize,
}

impl Program {
    fn new(room: usize) -> Self {
        Self { calls: Vec::new(), data: Vec::new(), room }
    }

    fn put(&mut self, bytes: &[u8]) -> u32 {
        let at = BASE + HEADERS + (CODE.len() + self.room * 7 + 1) as u32 * 4 + self.data.len() as u32;
        self.data.extend(bytes);
        self.data.resize(self.data.len().next_multiple_of(8), 0);
        at
    }

    fn name(&mut self, name: &str) -> u32 {
        self.put(&[name.as_bytes(), &[0]].concat())
    }

    fn words(&mut self, words: &[u32]) -> u32 {
        self.put(&words.iter().flat_map(|w| w.to_le_bytes()).collect::<Vec<_>>())
    }

    fn call(&mut self, name: &str, args: &[u32]) {
        let table = raudit_tables::syscall::table(raudit_tables::arch::ARM).unwrap();
        let mut call = [table.number(name).unwrap_or_else(|| panic!("no call {name}")), 0, 0, 0, 0, 0, 0];
        call[1..=args.len()].copy_from_slice(args);
        self.calls.push(call);
    }

    /// ELF32, little-endian, EABI 5: one segment, that may be written and executed.
    fn elf(&self) -> Vec<u8> {
        assert!(self.calls.len() <= self.room);
        let mut body: Vec<u32> = CODE.to_vec();
        body.extend(self.calls.iter().flatten());
        body.resize(CODE.len() + self.room * 7 + 1, u32::MAX);
        let size = HEADERS + body.len() as u32 * 4 + self.data.len() as u32;
        let mut file = b"\x7fELF\x01\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
        let half = |v: u16| v.to_le_bytes();
        file.extend([half(2), half(40)].concat());
        file.extend([1, BASE + HEADERS, 52, 0, 0x0500_0000].iter().flat_map(|w: &u32| w.to_le_bytes()));
        file.extend([half(52), half(32), half(1), half(40), half(0), half(0)].concat());
        let segment = [1, 0, BASE, BASE, size, size, 7, 0x1_0000];
        file.extend(segment.iter().chain(&body).flat_map(|w: &u32| w.to_le_bytes()));
        file.extend(&self.data);
        file
    }

    /// Runs it by a name of its own, in a directory of its own.
    fn run(&self, name: &str) {
        let directory = format!("/tmp/differential-{name}");
        fs::create_dir_all(&directory).unwrap();
        let path = format!("{directory}/program");
        fs::write(&path, self.elf()).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        if let Err(e) = Command::new(&path).current_dir(&directory).status() {
            println!("{path}: no 32-bit programs here: {e}");
        }
        fs::remove_dir_all(&directory).unwrap();
    }
}

const CWD: u32 = libc::AT_FDCWD as u32;

/// Calls that all programs make.
pub fn compat_calls() {
    let mut p = Program::new(64);
    let [host, none, one, two, sub] = ["/etc/hostname", "/none/there", "one", "two", "sub"].map(|n| p.name(n));
    let room = p.words(&[0; 64]);
    p.call("open", &[host, 0]);
    p.call("open", &[8, 0]);
    p.call("open", &[none, 0o101, 0o644]);
    p.call("openat", &[CWD, one, 0o102, 0o640]);
    p.call("creat", &[two, 0o600]);
    p.call("getppid", &[1, 2, 3]);
    p.call("getuid32", &[]);
    p.call("link", &[one, sub]);
    p.call("rename", &[sub, two]);
    p.call("unlink", &[two]);
    p.call("mkdir", &[sub, 0o755]);
    p.call("chmod", &[sub, 0o700]);
    p.call("chown32", &[sub, 1, 1]);
    p.call("lchown", &[sub, 2, 2]);
    p.call("rmdir", &[sub]);
    p.call("symlink", &[one, two]);
    p.call("readlink", &[two, room, 100]);
    p.call("truncate", &[two, 5]);
    p.call("truncate64", &[two, 0, 6, 0]);
    p.call("stat64", &[two, room]);
    p.call("access", &[two, 4]);
    p.call("mknod", &[sub, 0o10_644, 0]);
    p.call("utimensat", &[CWD, sub, 0, 0]);
    p.call("setxattr", &[one, none, room, 4, 0]);
    p.call("unlinkat", &[CWD, two, 0]);
    p.call("unlinkat", &[CWD, sub, 0]);
    p.call("execve", &[none, 0, 0]);
    p.call("chroot", &[none]);
    p.call("chdir", &[none]);
    p.call("setuid32", &[4_000_000]);
    p.run("compat-32");
}

/// Calls with records of their own.
pub fn compat_records() {
    let mut p = Program::new(64);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let (sec, micros) = (now.as_secs() as u32, now.subsec_micros());
    let [passwd, queue, true_] = ["/etc/passwd", "compat", "/bin/true"].map(|n| p.name(n));
    let (nothing, how, room) = (p.words(&[0; 64]), p.words(&[0; 6]), p.words(&[0; 64]));
    let (time, wrong) = (p.words(&[sec, micros]), p.words(&[sec, 2_000_000_000]));
    let unix = p.put(b"\x01\0/none\0");
    let inet = p.put(&[2, 0, 0, 9, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    let (header, sets) = (p.words(&[0x2008_0522, 1]), p.words(&[0; 6]));
    let arguments = [true_, p.name("an argument"), 0];
    let arguments = p.words(&arguments);
    p.call("settimeofday", &[time, 0]);
    p.call("clock_settime", &[0, wrong]);
    p.call("adjtimex", &[nothing]);
    p.call("open", &[passwd, 0]);
    p.call("mmap2", &[0, 4096, 1, 2, 3, 0]);
    p.call("mmap2", &[0, 4096, 1, 0x22, 3, 0]);
    p.call("mmap2", &[0, 4096, 1, 2, 99, 1]);
    p.call("kill", &[std::process::id(), 0]);
    p.call("pipe", &[room]);
    p.call("ptrace", &[16, 4_000_000, 0, 0]);
    p.call("openat2", &[CWD, passwd, how, 24]);
    p.call("capset", &[header, sets]);
    p.call("mq_open", &[queue, 0, 0, 0]);
    p.call("msgget", &[0x4321, 0o1600]);
    p.call("msgctl", &[0, 2, nothing]);
    p.call("msgctl", &[0, 0, 0]);
    p.call("semget", &[0x4321, 1, 0o1600]);
    p.call("semctl", &[0, 0, 0, 0]);
    p.call("shmget", &[0x4321, 4096, 0o1600]);
    p.call("shmctl", &[0, 0, 0]);
    p.call("socket", &[2, 1, 0]);
    p.call("connect", &[6, inet, 16]);
    p.call("socket", &[1, 2, 0]);
    p.call("connect", &[7, unix, 8]);
    p.call("sendto", &[7, room, 4, 0, unix, 8]);
    p.call("bind", &[6, inet, 16]);
    p.call("listen", &[6, 1]);
    p.call("getsockname", &[6, room, nothing]);
    p.call("socketpair", &[1, 1, 0, room]);
    p.call("socketpair", &[2, 1, 0, room]);
    p.call("accept4", &[6, 8, 8, 0x800]);
    p.call("execve", &[true_, arguments, 0]);
    p.run("record-compat");
}
