//! Writes an audit log as a busy server's, the same for the same arguments: to measure searches with, and to test them.
//!
//! `generate_log DIR [mebibytes=1000] [format=raw|enriched|both] [rate=20] [files=1] [seed=1]`: `DIR/audit.log`, and with several files the
//! archives `audit.log.1`, ... as a rotation leaves them. `rate` is events a second of log time. Records of neighbouring events
//! interleave now and then, and a call that slept is logged late.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

/// xorshift64*: any generator would do, but this one is the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, end: u64) -> u64 {
        (self.next() >> 11) % end.max(1)
    }

    /// Low numbers are frequent, high ones rare.
    fn skewed(&mut self, end: u64) -> u64 {
        let below = self.below(end) + 1;
        self.below(below)
    }

    fn of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        let at = self.skewed(list.len() as u64);
        usize::try_from(at).ok().and_then(|at| list.get(at)).copied().unwrap_or_default()
    }
}

const PROGRAMS: &[&str] = &[
    "/usr/bin/bash",
    "/usr/sbin/sshd",
    "/usr/bin/python3.11",
    "/usr/sbin/cron",
    "/usr/bin/ls",
    "/usr/bin/cat",
    "/usr/bin/grep",
    "/usr/sbin/nginx",
    "/usr/lib/postgresql/15/bin/postgres",
    "/usr/bin/sudo",
    "/usr/lib/systemd/systemd",
    "/usr/bin/dpkg",
    "/usr/bin/git",
    "/usr/bin/rsync",
    "/usr/bin/curl",
];
const DIRECTORIES: &[&str] = &[
    "/etc",
    "/var/lib/postgresql/15/main/base",
    "/usr/lib/x86_64-linux-gnu",
    "/home/alice/src",
    "/tmp",
    "/var/www/html/assets",
    "/srv/data",
];
const FILES: &[&str] =
    &["ld.so.cache", "libc.so.6", "index.html", "config.yml", "passwd", "table", "hosts", "group", "shadow"];
const KEYS: &[&str] = &["access", "exec", "perm_mod", "delete", "identity", "time-change", "actions"];

struct Generator {
    random: Random,
    enriched: bool,
    sec: u64,
    milli: u64,
    serial: u64,
    /// Of the event under way.
    head: String,
    lines: Vec<String>,
}

struct Task {
    pid: u64,
    auid: u64,
    uid: u64,
    ses: u64,
    exe: &'static str,
}

fn name(id: u64) -> String {
    match id {
        0 => "root".into(),
        4_294_967_295 => "unset".into(),
        id => format!("user{id}"),
    }
}

impl Generator {
    fn task(&mut self) -> Task {
        let login = 1000 + self.random.skewed(50);
        let (auid, ses) =
            if self.random.below(5) == 0 { (4_294_967_295, 4_294_967_295) } else { (login, login % 97 + 1) };
        let uid = if self.random.below(3) == 0 { 0 } else { login };
        Task { pid: 300 + self.random.below(32_000), auid, uid, ses, exe: self.random.of(PROGRAMS) }
    }

    fn record(&mut self, kind: &str, body: &str, enrichment: &str) {
        let tail = if self.enriched && !enrichment.is_empty() { format!("\u{1d}{enrichment}") } else { String::new() };
        self.lines.push(format!("type={kind} msg=audit({}): {body}{tail}\n", self.head));
    }

    fn syscall(&mut self, number: u64, name_of_call: &str, task: &Task, items: u64, key: &str) {
        let Task { pid, auid, uid, ses, exe } = *task;
        let comm =
            exe.rsplit('/').next().unwrap_or_default().get(..15).unwrap_or(exe.rsplit('/').next().unwrap_or_default());
        let failed = self.random.below(8) == 0;
        let (success, exit) =
            if failed { ("no", "-13".to_owned()) } else { ("yes", self.random.below(300).to_string()) };
        let (a0, a1, ppid) = (self.random.next() >> 16, self.random.next() >> 17, self.random.below(pid));
        let key = if key.is_empty() { "(null)".to_owned() } else { format!("\"{key}\"") };
        let body = format!(
            "arch=c000003e syscall={number} success={success} exit={exit} a0={a0:x} a1={a1:x} a2=0 a3=1b6 items={items} ppid={ppid} pid={pid} auid={auid} uid={uid} \
             gid={uid} euid={uid} suid={uid} fsuid={uid} egid={uid} sgid={uid} fsgid={uid} tty=pts{} ses={ses} comm=\"{comm}\" exe=\"{exe}\" subj=unconfined key={key}",
            ses % 9
        );
        let (login, user) = (name(auid), name(uid));
        let enrichment = format!(
            "ARCH=x86_64 SYSCALL={name_of_call} AUID=\"{login}\" UID=\"{user}\" GID=\"{user}\" EUID=\"{user}\" SUID=\"{user}\" FSUID=\"{user}\" EGID=\"{user}\" SGID=\"{user}\" FSGID=\"{user}\""
        );
        self.record("SYSCALL", &body, &enrichment);
    }

    fn path(&mut self, item: u64, file: &str, mode: &str) {
        let inode = self.random.below(3_000_000);
        let body = format!(
            "item={item} name=\"{file}\" inode={inode} dev=fe:00 mode={mode} ouid=0 ogid=0 rdev=00:00 nametype=NORMAL cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0"
        );
        self.record("PATH", &body, "OUID=\"root\" OGID=\"root\"");
    }

    fn title(&mut self, words: &[&str]) {
        let hex: String = words.join("\0").bytes().map(|byte| format!("{byte:02X}")).collect();
        self.record("PROCTITLE", &format!("proctitle={hex}"), "");
    }

    fn opened(&mut self) {
        let task = self.task();
        let key = match self.random.below(40_000) {
            0 => "rare-canary",
            _ => self.random.of(KEYS),
        };
        self.syscall(257, "openat", &task, 1, key);
        let directory = self.random.of(DIRECTORIES);
        self.record("CWD", &format!("cwd=\"{directory}\""), "");
        let file = match self.random.below(4) {
            0 => format!("{directory}/{}", self.random.of(FILES)),
            _ => format!("{directory}/{:x}.dat", self.random.skewed(1 << 24)),
        };
        self.path(0, &file, "0100644");
        self.title(&[task.exe, &file]);
    }

    fn executed(&mut self) {
        let task = self.task();
        self.syscall(59, "execve", &task, 2, "exec");
        let file = format!("/srv/job-{}", self.random.skewed(5000));
        self.record("EXECVE", &format!("argc=3 a0=\"{}\" a1=\"-c\" a2=\"{file}\"", task.exe), "");
        self.record("CWD", "cwd=\"/root\"", "");
        self.path(0, task.exe, "0100755");
        self.path(1, "/lib64/ld-linux-x86-64.so.2", "0100755");
        self.title(&[task.exe, "-c", &file]);
    }

    fn connected(&mut self) {
        let task = self.task();
        self.syscall(42, "connect", &task, 0, "network");
        let address = self.random.next() as u32;
        let body = format!("saddr=020001BB{address:08X}0000000000000000");
        self.record(
            "SOCKADDR",
            &body,
            &format!("SADDR={{ saddr_fam=inet laddr={} lport=443 }}", std::net::Ipv4Addr::from(address)),
        );
        self.title(&[task.exe]);
    }

    fn user(&mut self) {
        let Task { pid, auid, uid, ses, .. } = self.task();
        let kind = self.random.of(&[
            "USER_ACCT",
            "CRED_REFR",
            "USER_START",
            "USER_END",
            "USER_AUTH",
            "USER_CMD",
            "USER_LOGIN",
        ]);
        let result = if self.random.below(10) == 0 { "failed" } else { "success" };
        let host = self.random.next() as u32;
        let host = std::net::Ipv4Addr::from(host);
        let body = format!(
            "pid={pid} uid={uid} auid={auid} ses={ses} subj=unconfined msg='op=PAM:session_open grantors=pam_permit acct=\"{}\" exe=\"/usr/sbin/sshd\" hostname={host} addr={host} terminal=ssh res={result}'",
            name(auid)
        );
        self.record(kind, &body, &format!("UID=\"{}\" AUID=\"{}\"", name(uid), name(auid)));
    }

    fn event(&mut self, rate: u64) {
        self.milli += self
            .random
            .below(2 * 1000 / rate.clamp(1, 2000) + 1)
            .max(u64::from(rate <= 1000 || self.serial.is_multiple_of(rate / 1000)));
        (self.sec, self.milli) = (self.sec + self.milli / 1000, self.milli % 1000);
        self.serial += 1;
        // a call that slept is logged when it ends
        let late = if self.random.below(500) == 0 { self.random.skewed(30) } else { 0 };
        self.head = format!("{}.{:03}:{}", self.sec - late, self.milli, self.serial);
        match self.random.below(100) {
            0..12 => self.executed(),
            12..80 => self.opened(),
            80..90 => self.connected(),
            _ => self.user(),
        }
    }
}

fn argument(name: &str, default: &str) -> String {
    let given = std::env::args().skip(2).find_map(|word| Some(word.strip_prefix(name)?.strip_prefix('=')?.to_owned()));
    given.unwrap_or_else(|| default.to_owned())
}

fn number(name: &str, default: u64) -> io::Result<u64> {
    argument(name, &default.to_string()).parse().map_err(|_| io::Error::other(format!("{name} wants a number")))
}

fn main() -> io::Result<()> {
    let directory = PathBuf::from(std::env::args().nth(1).ok_or_else(|| io::Error::other("which directory?"))?);
    let (size, files, rate) = (number("mebibytes", 1000)? << 20, number("files", 1)?.max(1), number("rate", 20)?);
    let format = argument("format", "both");
    let mut generator = Generator {
        random: Random(number("seed", 1)?.wrapping_mul(2) + 1),
        enriched: format != "raw",
        sec: 1_700_000_000,
        milli: 0,
        serial: 0,
        head: String::new(),
        lines: Vec::new(),
    };
    let (mut events, mut written) = (0_u64, 0);
    for file in (0..files).rev() {
        let path = if file == 0 { directory.join("audit.log") } else { directory.join(format!("audit.log.{file}")) };
        let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
        let mut bytes = 0;
        while bytes < size / files {
            if format == "both" {
                generator.enriched = written < size / 2;
            }
            generator.event(rate);
            events += 1;
            // the last lines of one event and the first ones of the next
            if generator.random.below(10) == 0 {
                let at = generator.lines.len();
                generator.event(rate);
                events += 1;
                generator.lines.get_mut(at - 1..=at).into_iter().for_each(|pair| pair.swap(0, 1));
            }
            for line in generator.lines.drain(..) {
                out.write_all(line.as_bytes())?;
                (bytes, written) = (bytes + line.len() as u64, written + line.len() as u64);
            }
        }
        out.flush()?;
    }
    println!("{events} events, {written} bytes, {} seconds of log", generator.sec - 1_700_000_000);
    Ok(())
}
