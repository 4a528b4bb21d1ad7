//! What a record says for a report: who, what, where, and whether it worked.
//!
//! aureport reads each kind of record with a parser of its own, front to back, and drops the whole event when a value
//! lacks its end. The same is done here, so that both count the same; an event that cannot be read is counted as such.

use crate::event::{Event, Record};
use crate::malformed;
use crate::query::keys;
use crate::text::{after, overflows, unhex, up_to_blank, word};
use memchr::memchr;
use std::borrow::Cow;
use std::net::{Ipv4Addr, Ipv6Addr};

/// Whether something worked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// `success=yes`, `res=success`
    Success,
    /// `success=no`, `res=failed`
    Failure,
}

/// What the records of one event say. Texts are decoded; of a thing that several records name, the first counts.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Facts<'a> {
    /// The login uid; -1 for none.
    pub auid: Option<i32>,
    /// The process id.
    pub pid: Option<u32>,
    /// The system call's number.
    pub syscall: Option<u32>,
    /// Whether it worked.
    pub outcome: Option<Outcome>,
    /// The terminal.
    pub terminal: Option<Cow<'a, [u8]>>,
    /// The program's file.
    pub exe: Option<Cow<'a, [u8]>>,
    /// The program's short name.
    pub comm: Option<Cow<'a, [u8]>>,
    /// The other host.
    pub host: Option<Cow<'a, [u8]>>,
    /// Files by name.
    pub files: Vec<Cow<'a, [u8]>>,
    /// Keys of the rules that matched.
    pub keys: Vec<Vec<u8>>,
    cwd: Option<Cow<'a, [u8]>>,
}

impl<'a> Facts<'a> {
    /// The facts of an event, or `None` if a record cannot be read.
    pub fn of(event: &'a Event) -> Option<Self> {
        let mut facts = Self::default();
        for record in event.records() {
            facts.add(&record)?;
        }
        if let Some(cwd) = facts.cwd.take() {
            facts.files.iter_mut().for_each(|file| join(&cwd, file));
        }
        Some(facts)
    }

    fn add(&mut self, record: &Record<'a>) -> Option<()> {
        let mut text = Text(record.text());
        match record.kind.0 {
            1300 => self.syscall(record, text),
            1302 => self.path(text),
            1306 => self.socket(text),
            1307 => {
                self.cwd = text.string(b"cwd=")?;
                Some(())
            }
            1305 => self.change(record, text, false),
            1403..=1417 => self.change(record, text, true),
            1006 => self.login(text),
            1200..=1203 | 1205 | 1206 => self.daemon(text),
            1207 | 1208 => {
                self.host = text.maybe_word(b"addr=")?.map(Cow::Borrowed);
                Some(())
            }
            1319 => {
                self.pid = text.maybe_word(b"pid=")?.and_then(number);
                self.auid(&mut text)?;
                first(&mut self.comm, text.string(b"comm=")?);
                Some(())
            }
            1325 | 1328 | 1335 => self.task(text),
            1326 => self.seccomp(text),
            1400 => self.denial(record, text),
            1700 | 1701 => self.anomaly(text),
            1702 => self.link(text),
            1800..=1805 => self.integrity(text),
            1107 => malformed::readable(record).and_then(|()| self.user(text)),
            1005 | 1100..=1199 | 2100..=2999 => self.user(text),
            _ => Some(()),
        }
    }

    fn syscall(&mut self, record: &Record<'a>, mut text: Text<'a>) -> Option<()> {
        self.syscall = number(text.word(b"syscall=")?);
        if let Some(success) = text.peek(b"success=") {
            self.outcome = Some(if success.starts_with(b"y") { Outcome::Success } else { Outcome::Failure });
        }
        for argument in [b"a0=", b"a1="] {
            if overflows(text.word(argument)?, 16) {
                return None;
            }
        }
        self.pid = number(text.word(b" pid=")?);
        self.auid = Some(id(text.word(b"auid=")?));
        first(&mut self.terminal, text.maybe_word(b"tty=")?.map(Cow::Borrowed));
        self.program(&mut text, true)?;
        self.keys(record)
    }

    /// `comm=`, which must be there, and `exe=`.
    fn program(&mut self, text: &mut Text<'a>, exe: bool) -> Option<()> {
        text.peek(b"comm=")?;
        first(&mut self.comm, text.string(b"comm=")?);
        if exe {
            text.peek(b"exe=")?;
        }
        first(&mut self.exe, text.string(b"exe=")?);
        Some(())
    }

    fn keys(&mut self, record: &Record<'a>) -> Option<()> {
        if !malformed::key_is_closed(record.text()) {
            return None;
        }
        keys(record, |key| self.keys.push(key.to_vec()));
        Some(())
    }

    fn path(&mut self, mut text: Text<'a>) -> Option<()> {
        if let Some(value) = text.peek(b"name=") {
            let quoted_or_blank = value.starts_with(b"\"") || value.starts_with(b"(") || memchr(b' ', value).is_some();
            let name = text.string(b"name=")?.filter(|_| quoted_or_blank)?;
            self.files.push(name);
        }
        Some(())
    }

    /// The remote address, or the path of a local socket. An address too short for its family cannot be read.
    fn socket(&mut self, text: Text<'a>) -> Option<()> {
        let Some(value) = text.peek(b"saddr=") else { return Some(()) };
        let bytes = unhex(word(value));
        match (bytes.first_chunk::<2>().map(|family| u16::from_ne_bytes(*family))?, bytes.get(2..)?) {
            (1, path) => {
                let path = path.get(..memchr(0, path).unwrap_or(path.len())).filter(|path| !path.is_empty())?;
                self.files.push(Cow::Owned(path.to_vec()));
            }
            (2, _) if bytes.len() < 16 => return None,
            (2, rest) => {
                let ip = Ipv4Addr::from(*rest.get(2..)?.first_chunk::<4>()?);
                self.host = Some(Cow::Owned(ip.to_string().into_bytes()));
            }
            (10, _) if bytes.len() < 28 => return None,
            (10, rest) => {
                let ip = Ipv6Addr::from(*rest.get(6..)?.first_chunk::<16>()?);
                self.host = Some(Cow::Owned(ip.to_string().into_bytes()));
            }
            _ => {}
        }
        Some(())
    }

    fn change(&mut self, record: &Record<'a>, text: Text<'a>, by_someone: bool) -> Option<()> {
        match text.peek(b"auid=") {
            Some(value) => self.auid = Some(id(word(value))),
            None if by_someone => return None,
            None => {}
        }
        self.keys(record)
    }

    /// The new login uid follows the old one.
    fn login(&mut self, mut text: Text<'a>) -> Option<()> {
        self.pid = number(text.word(b"pid=")?);
        let auid = text.peek(b"new auid=").or_else(|| text.peek(b" auid="))?;
        self.auid = Some(id(word(auid)));
        Some(())
    }

    fn daemon(&mut self, mut text: Text<'a>) -> Option<()> {
        self.auid = Some(id(text.word(b"auid=")?));
        self.pid = number(text.word(b"pid=")?);
        text.peek(b"res=").is_none_or(|res| !res.is_empty()).then_some(())
    }

    /// Records with the task's description: firewall and feature changes, netlink listeners.
    fn task(&mut self, mut text: Text<'a>) -> Option<()> {
        self.pid = number(text.word(b" pid=")?);
        self.auid = Some(text.maybe_word(b"auid=")?.map_or(-1, id));
        first(&mut self.terminal, Some(text.maybe_word(b"tty=")?.map_or(Cow::Borrowed(b"(none)"), Cow::Borrowed)));
        self.program(&mut text, false)?;
        first(&mut self.exe, Some(Cow::Borrowed(b"(null)")));
        Some(())
    }

    fn seccomp(&mut self, mut text: Text<'a>) -> Option<()> {
        self.auid(&mut text)?;
        self.pid = text.maybe_word(b"pid=")?.and_then(number).or(self.pid);
        first(&mut self.comm, text.string(b"comm=")?);
        text.peek(b"exe=")?;
        first(&mut self.exe, text.string(b"exe=")?);
        if text.peek(b"arch=").is_some() {
            let _arch = text.word(b"arch=")?;
            self.syscall = number(text.word(b"syscall=")?);
        }
        Some(())
    }

    /// SELinux, or AppArmor, whose records have other fields.
    fn denial(&mut self, record: &Record<'a>, mut text: Text<'a>) -> Option<()> {
        malformed::readable(record)?;
        if let Some(pid) = text.peek(b"pid=") {
            self.pid = number(word(pid)).or(self.pid);
        }
        let apparmor = text.peek(b"apparmor=\"").is_some();
        if !apparmor && text.peek(b"comm=").is_none() {
            return None;
        }
        let mut before = text;
        let comm = if apparmor { before.string(b" comm=")? } else { text.string(b"comm=")? };
        first(&mut self.comm, comm);
        let name = if text.peek(b" path=").is_some() { text.string(b" path=")? } else { text.string(b" name=")? };
        self.files.extend(name);
        Some(())
    }

    fn anomaly(&mut self, mut text: Text<'a>) -> Option<()> {
        self.auid(&mut text)?;
        self.pid = text.maybe_word(b"pid=")?.and_then(number).or(self.pid);
        first(&mut self.comm, text.string(b"comm=")?);
        first(&mut self.exe, text.string(b"exe=")?);
        Some(())
    }

    fn link(&mut self, mut text: Text<'a>) -> Option<()> {
        self.pid = number(text.word(b" pid=")?);
        self.auid = Some(id(text.word(b"auid=")?));
        first(&mut self.terminal, text.maybe_word(b"tty=")?.map(Cow::Borrowed));
        self.program(&mut text, true)
    }

    fn integrity(&mut self, mut text: Text<'a>) -> Option<()> {
        self.pid = text.maybe_word(b"pid=")?.and_then(number);
        self.auid = text.maybe_word(b"auid=")?.map(id).or(self.auid);
        first(&mut self.comm, text.string(b"comm=")?);
        self.files.extend(text.string(b"name=")?);
        Some(())
    }

    /// Records from user space: who sent them, then what they say between quotes.
    fn user(&mut self, mut text: Text<'a>) -> Option<()> {
        self.pid = number(text.word(b"pid=")?);
        self.auid = Some(id(text.word(b"auid=")?));
        let mut said = text;
        first(&mut self.comm, said.string(b"comm=")?);
        if let Some(rest) = said.peek(b"acct=") {
            said = Text(rest);
        }
        first(&mut self.exe, said.string(b"exe=")?);
        if let Some(host) = said.maybe_word(b"hostname=")? {
            let address = if host == b"?" { said.maybe_word(b"addr=")? } else { None };
            first(&mut self.host, Some(Cow::Borrowed(address.unwrap_or(host))));
        }
        first(&mut self.terminal, said.maybe_word(b"terminal=")?.map(Cow::Borrowed));
        if let Some(result) = said.peek(b"res=") {
            let result = result.get(..memchr(b'\'', result)?)?;
            self.outcome = Some(if result.starts_with(b"f") { Outcome::Failure } else { Outcome::Success });
        } else if let Some(result) = said.peek(b"result=") {
            let result = result.get(..memchr(b')', result)?)?;
            let failed = result.get(..1).is_some_and(|initial| initial.eq_ignore_ascii_case(b"f"));
            self.outcome = Some(if failed { Outcome::Failure } else { Outcome::Success });
        }
        Some(())
    }

    /// A login uid that must be there, but may be the last thing in the record.
    fn auid(&mut self, text: &mut Text<'a>) -> Option<()> {
        self.auid = Some(id(word(text.peek(b"auid=")?)));
        text.skip_to(b"auid=");
        Some(())
    }
}

/// The unread rest of a record.
#[derive(Clone, Copy, Debug)]
struct Text<'a>(&'a [u8]);

impl<'a> Text<'a> {
    /// What follows the first `name`, without reading on.
    fn peek(&self, name: &[u8]) -> Option<&'a [u8]> {
        after(self.0, name)
    }

    fn skip_to(&mut self, name: &[u8]) {
        self.0 = self.peek(name).unwrap_or(self.0);
    }

    /// A value that must be there and end in a blank.
    fn word(&mut self, name: &[u8]) -> Option<&'a [u8]> {
        let (value, rest) = up_to_blank(self.peek(name)?)?;
        self.0 = rest;
        Some(value)
    }

    /// A value that must end in a blank if it is there. The outer `None` means that it does not.
    #[expect(clippy::option_option, reason = "unreadable and absent are different")]
    fn maybe_word(&mut self, name: &[u8]) -> Option<Option<&'a [u8]>> {
        if self.peek(name).is_none() { Some(None) } else { self.word(name).map(Some) }
    }

    /// A text the kernel did not trust: in quotes, or in hexadecimal digits. The outer `None` means an open quote.
    #[expect(clippy::option_option, reason = "unreadable and absent are different")]
    fn string(&mut self, name: &[u8]) -> Option<Option<Cow<'a, [u8]>>> {
        let Some(value) = self.peek(name) else { return Some(None) };
        if let Some(quoted) = value.strip_prefix(b"\"") {
            let (text, rest) = quoted.split_at_checked(memchr(b'"', quoted)?)?;
            self.0 = rest;
            return Some(Some(Cow::Borrowed(text)));
        }
        let plain = word(value);
        self.0 = value.get(plain.len()..)?;
        if matches!(plain.first(), Some(b'(' | b'?')) {
            return Some(Some(Cow::Borrowed(plain)));
        }
        let decoded = unhex(plain);
        Some((!decoded.is_empty()).then_some(Cow::Owned(decoded)))
    }
}

fn first<T>(place: &mut Option<T>, value: Option<T>) {
    if place.is_none() {
        *place = value;
    }
}

fn number(text: &[u8]) -> Option<u32> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// A user id as aureport prints it: the kernel's -1 as -1.
fn id(text: &[u8]) -> i32 {
    let digits = text.get(..text.iter().take_while(|b| b.is_ascii_digit() || **b == b'-').count());
    let number = digits.and_then(|d| std::str::from_utf8(d).ok()).and_then(|d| d.parse::<i64>().ok()).unwrap_or(0);
    // Truncation is what makes 4294967295 and -1 the same.
    number as i32
}

/// A name that starts with `./` or `../` counts from the working directory.
fn join(cwd: &[u8], file: &mut Cow<'_, [u8]>) {
    if file.starts_with(b"./") || file.starts_with(b"../") {
        *file = Cow::Owned([cwd, b"/", &file[..]].concat());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use raudit_record::Kind;

    fn event(records: &[(u32, &str)]) -> Event {
        let mut event = Event::default();
        for (kind, text) in records {
            event.push(Kind(*kind), text.as_bytes());
        }
        event
    }

    const CALL: &str = "arch=c000003e syscall=2 success=no exit=-13 a0=1 a1=2 ppid=8 pid=9 auid=4294967295 tty=pts0 ses=1 \
                        comm=\"x\" exe=2F78 key=6101620163";

    #[test]
    fn a_system_call_with_its_path() {
        let event =
            event(&[(1300, CALL), (1307, "cwd=\"/root\""), (1302, "item=0 name=\"../a\" x"), (1302, "name=(null)")]);
        let facts = Facts::of(&event).unwrap();
        assert_eq!((facts.pid, facts.auid, facts.syscall), (Some(9), Some(-1), Some(2)));
        assert_eq!(facts.outcome, Some(Outcome::Failure));
        assert_eq!(facts.exe.as_deref(), Some(&b"/x"[..]));
        assert_eq!(facts.keys, [b"a", b"b", b"c"]);
        assert_eq!(facts.files, [&b"/root/../a"[..], b"(null)"]);
    }

    #[test]
    fn torn_values_make_an_event_unreadable() {
        for (kind, text) in [
            (1300, "syscall=2 a0=1 a1=2 pid=9 auid=1 comm=\"x\""),
            (1302, "name=\"/et"),
            (1100, "pid=1 uid=0 auid=1 ses=1 msg='op=x res=succ"),
            (1100, "pid=1 uid=0 auid=1 ses=1 msg='op=x terminal=ssh'"),
            (1306, "saddr=0200"),
            (1400, "avc:  denied  { read } for pid=1 tclass=file"),
        ] {
            assert_eq!(Facts::of(&event(&[(kind, text)])), None, "{text}");
        }
    }

    #[test]
    fn logins_messages_and_addresses() {
        let event = event(&[(
            1112,
            "pid=1 uid=0 auid=5 ses=1 msg='op=login id=5 exe=\"/a\" hostname=? addr=1.2.3.4 terminal=ssh res=failed'",
        )]);
        let facts = Facts::of(&event).unwrap();
        assert_eq!(facts.host.as_deref(), Some(&b"1.2.3.4"[..]));
        assert_eq!((facts.outcome, facts.auid), (Some(Outcome::Failure), Some(5)));
        let text = "pid=7 uid=0 old-auid=4294967295 auid=1000 tty=(none) old-ses=4294967295 ses=3 res=1";
        let login = self::event(&[(1006, text), (1306, "saddr=02000050C0A800010000000000000000")]);
        let facts = Facts::of(&login).unwrap();
        assert_eq!((facts.pid, facts.auid), (Some(7), Some(1000)));
        assert_eq!(facts.host.as_deref(), Some(&b"192.168.0.1"[..]));
    }
}
