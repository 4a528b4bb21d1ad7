//! Logs of logins, drawn at random: sessions that end, do not end, have the number of another; boots, shutdowns, several nodes, clocks
//! that are set; and hostile ones.

use super::dice::Dice;

const USERS: [(u32, &str); 6] =
    [(0, "root"), (1, "daemon"), (33, "www-data"), (1000, "kevin"), (65534, "nobody"), (4242, "unknown(4242)")];

/// `hostname=`, `addr=`, `terminal=`.
const PLACES: [[&str; 3]; 8] = [
    ["?", "10.0.0.1", "/dev/pts/0"],
    ["host.example.com", "192.168.1.200", "ssh"],
    ["?", "?", "/dev/tty1"],
    ["a-very-long-host-name.example.com", "::1", "/dev/"],
    ["h", "?", "pts/123456789012345"],
    ["?", "?", "?"],
    ["localhost", "127.0.0.1", ":0"],
    ["gr\u{fc}n.example", "fe80::1", "/dev/pts/10"],
];

const ACCOUNTS: [&str; 5] = ["\"root\"", "\"(unknown)\"", "\"bad user\"", "28696E76616C6964207573657229", "\"u\""];

const UPDATE: &str = "pid=9 uid=0 auid=4294967295 ses=4294967295 msg=' comm=\"update-utmp\" exe=\"/x\" hostname=? addr=? terminal=? res=success'";

/// Lines that are none of a log, or hardly.
const ODD: [&str; 15] = [
    "",
    "garbage",
    "type=",
    "type=LOGIN",
    "type=LOGIN msg=audit(",
    "type=USER_LOGIN msg=audit(1700000000.1:3): ",
    "----",
    "type=LOGIN msg=audit(99999999999999999999.1:3): pid=1",
    "type=SYSTEM_BOOT msg=audit(1700000100.000:7): x",
    "node=x type=SYSTEM_BOOT msg=audit(1700000100.000:7):",
    "type=USER_END msg=audit(1700000100.000:9): pid=1 auid=1 ses=1",
    "type=SYSTEM_SHUTDOWN msg=audit(1700000100.000:11): '''",
    "type=LOGIN msg=audit(1700000100.000:12): old-auid=1 auid=2 pid=3",
    "type=LOGIN msg=audit(1700000100.000:13): pid=3 old-auid=1 auid=2 old-ses=1 ses=99999999999999999999",
    "type=USER_LOGIN msg=audit(1700000100.000:14): pid=3 ses=1 uid=1 msg='res=1'",
];

/// What is put into lines.
const SPOILERS: [&str; 10] = ["'", "\"", " ", "=", "\u{1d}", ")", ":", "-", "999999999999", "x"];

/// A log under way.
struct Writer<'d> {
    dice: &'d mut Dice,
    lines: Vec<String>,
    sec: u64,
    milli: u64,
    serial: u64,
    nodes: bool,
    enriched: bool,
    /// Sessions that may still be open: process, user, number.
    open: Vec<(u32, (u32, &'static str), u32)>,
    next: u32,
}

impl Writer<'_> {
    /// Adds an event: its records, and what the daemon adds to the first.
    fn event(&mut self, names: &str, records: &[(&str, String)]) {
        self.serial += 1;
        let node = if self.nodes { *self.dice.pick(&["", "node=a ", "node=b.example "]) } else { "" };
        for (at, (kind, body)) in records.iter().enumerate() {
            let names =
                if self.enriched && at == 0 && !names.is_empty() { format!("\u{1d}{names}") } else { String::new() };
            let (sec, milli, serial) = (self.sec, self.milli, self.serial);
            self.lines.push(format!("{node}type={kind} msg=audit({sec}.{milli:03}:{serial}): {body}{names}"));
        }
    }

    /// Time passes, and seldom goes back.
    fn wait(&mut self) {
        if self.dice.one_in(50) {
            self.sec -= self.dice.next() % 100_000;
        } else {
            self.sec += *self.dice.pick(&[0, 0, 1, 2, 5, 60, 3_600, 90_000]);
        }
        self.milli = (self.milli + self.dice.next() % 300) % 1_000;
    }

    fn call(pid: u32, uid: u32) -> String {
        format!(
            "arch=c000003e syscall=1 success=yes exit=1 items=0 ppid=1 pid={pid} auid={uid} uid=0 ses=7 comm=\"x\" exe=\"/x\""
        )
    }

    fn begin(&mut self) {
        let (pid, user) = (2 + self.dice.below(400) as u32, *self.dice.pick(&USERS));
        let number = if self.dice.one_in(7) { *self.dice.pick(&[0, 1, 2, u32::MAX]) } else { self.next };
        self.next += 1;
        self.open.push((pid, user, number));
        let uid = user.0;
        let names = format!("UID=\"root\" OLD-AUID=\"unset\" AUID=\"{}\"", user.1);
        let body = match self.dice.below(20) {
            0 => format!("login pid={pid} uid=0 old auid=4294967295 new auid={uid}"),
            1..3 => format!("pid={pid} uid=0 old auid=4294967295 new auid={uid} old ses=4294967295 new ses={number}"),
            _ => format!(
                "pid={pid} uid=0 subj=x old-auid=4294967295 auid={uid} tty=(none) old-ses=4294967295 ses={number} res=1"
            ),
        };
        let mut records = vec![("LOGIN", body)];
        if self.dice.one_in(2) {
            records.extend([("SYSCALL", Self::call(pid, uid)), ("PROCTITLE", "proctitle=\"cron\"".to_owned())]);
        }
        self.event(&names, &records);
    }

    /// One of the sessions that may be open, or none that is.
    fn any_open(&mut self) -> (u32, (u32, &'static str), u32) {
        if self.open.is_empty() || self.dice.one_in(10) { (3, USERS[0], 9) } else { *self.dice.pick(&self.open) }
    }

    fn log_in(&mut self) {
        let (pid, (uid, name), number) = self.any_open();
        let failed = self.dice.one_in(4);
        let [host, address, terminal] = *self.dice.pick(&PLACES);
        let account = *self.dice.pick(&ACCOUNTS);
        let who = match self.dice.below(if failed { 8 } else { 6 }) {
            0..=2 => format!("id={uid} "),
            3 => format!("uid={uid} "),
            4 => String::new(),
            _ => format!("acct={account} "),
        };
        let (number, result) = if failed { (u32::MAX, "failed") } else { (number, "success") };
        let names = format!("UID=\"root\" AUID=\"{name}\" ID=\"{name}\"");
        let body = format!(
            "pid={pid} uid=0 auid={uid} ses={number} msg='op=login {who}exe=\"/usr/sbin/sshd\" hostname={host} addr={address} terminal={terminal} res={result}'"
        );
        self.event(&names, &[("USER_LOGIN", body)]);
    }

    fn end(&mut self) {
        let session @ (pid, (uid, name), number) = self.any_open();
        let body = format!(
            "pid={pid} uid=0 auid={uid} ses={number} msg='op=PAM:session_close acct=\"{name}\" exe=\"/usr/sbin/cron\" hostname=? addr=? terminal=cron res=success'"
        );
        self.event(&format!("UID=\"root\" AUID=\"{name}\""), &[("USER_END", body)]);
        if !self.dice.one_in(3) {
            self.open.retain(|open| *open != session);
        }
    }

    fn other(&mut self) {
        let (pid, uid) = (2 + self.dice.below(400) as u32, self.dice.pick(&USERS).0);
        match self.dice.below(20) {
            0..4 => self.event("UID=\"root\" AUID=\"unset\"", &[("SYSTEM_BOOT", UPDATE.to_owned())]),
            4..7 => self.event("UID=\"root\" AUID=\"unset\"", &[("SYSTEM_SHUTDOWN", UPDATE.to_owned())]),
            7..10 => {
                let (minor, patch) = (self.dice.below(20), self.dice.below(9));
                let body = format!(
                    "op=start ver=3.0.9 format=raw kernel=6.{minor}.0-{patch}-amd64-cloud auid=0 pid=1 res=success"
                );
                self.event("AUID=\"root\"", &[("DAEMON_START", body)]);
            }
            10..14 => {
                let body =
                    format!("pid={pid} uid=0 auid={uid} ses=1 msg='op=PAM:session_open acct=\"root\" res=success'");
                self.event("", &[("USER_START", body)]);
            }
            14..18 => {
                let title = ("PROCTITLE", "proctitle=\"x\"".to_owned());
                self.event("", &[("SYSCALL", Self::call(pid, uid)), title]);
            }
            _ => self.event("", &[("SYSCALL", Self::call(pid, uid))]),
        }
    }
}

/// A log of at most `events` events.
pub fn any(dice: &mut Dice, events: usize) -> Vec<String> {
    let (nodes, enriched, events) = (dice.one_in(3), dice.one_in(2), dice.below(events));
    let mut log = Writer {
        dice,
        lines: Vec::new(),
        sec: 1_700_000_000,
        milli: 0,
        serial: 100,
        nodes,
        enriched,
        open: Vec::new(),
        next: 1,
    };
    for _ in 0..events {
        log.wait();
        match log.dice.below(100) {
            0..25 => log.begin(),
            25..50 => log.log_in(),
            50..70 => log.end(),
            _ => log.other(),
        }
    }
    log.lines
}

/// Spoils some lines of a log, and adds others.
pub fn spoil(dice: &mut Dice, lines: &mut Vec<String>) {
    for _ in 0..1 + dice.below(8) {
        let at = dice.below(lines.len() + 1);
        match lines.get_mut(at) {
            Some(line) if dice.one_in(2) => {
                let mut place = dice.below(line.len() + 1);
                while !line.is_char_boundary(place) {
                    place -= 1;
                }
                match dice.below(5) {
                    0..2 => line.truncate(place),
                    // how stamps that nobody writes are read is rausearch's affair
                    2..4 => {
                        let spoiler = *dice.pick(&SPOILERS);
                        line.insert_str(place.max(line.find("):").unwrap_or(0)), spoiler);
                    }
                    _ => drop(lines.remove(at)),
                }
            }
            _ => lines.insert(at, (*dice.pick(&ODD)).to_owned()),
        }
    }
}
