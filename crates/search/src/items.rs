//! What the records of an event say of what can be searched for and reported: who, what, where, and whether it worked.
//!
//! ausearch and aureport read each type of record with a parser of its own, front to back, and only what they are asked for; a value
//! that lacks its end drops the whole event. So an event may be readable for one question and not for another. The same is done here.

mod change;
mod denial;
mod file;
mod other;
mod reader;
mod task;
mod user;
mod usual;

use crate::event::{Event, Record};
use raudit_record::Kind;
pub use reader::Unreadable;
use reader::{Reader, unescape};
use std::borrow::Cow;

const USER_AVC: Kind = Kind(1107);

/// The kernel's separator between several keys of one rule.
const KEY_SEPARATOR: u8 = 1;

/// What is to be read.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Wanted(u32);

impl Wanted {
    /// Everything.
    pub fn all() -> Self {
        Self(u32::MAX)
    }

    /// Whether nothing else is.
    fn is_at_most(self, what: Self) -> bool {
        self.0 & !what.0 == 0
    }

    /// The parent's process id.
    pub const PPID: Self = Self(1);
    /// The process id.
    pub const PID: Self = Self(1 << 1);
    /// The login uid.
    pub const AUID: Self = Self(1 << 2);
    /// The uid.
    pub const UID: Self = Self(1 << 3);
    /// The effective uid.
    pub const EUID: Self = Self(1 << 4);
    /// The gid.
    pub const GID: Self = Self(1 << 5);
    /// The effective gid.
    pub const EGID: Self = Self(1 << 6);
    /// The login session.
    pub const SESSION: Self = Self(1 << 7);
    /// Whether it worked.
    pub const SUCCESS: Self = Self(1 << 8);
    /// What the call returned.
    pub const EXIT: Self = Self(1 << 9);
    /// The architecture.
    pub const ARCH: Self = Self(1 << 10);
    /// The terminal.
    pub const TERMINAL: Self = Self(1 << 11);
    /// The other host.
    pub const HOST: Self = Self(1 << 12);
    /// The program's short name.
    pub const COMM: Self = Self(1 << 13);
    /// The program's file.
    pub const EXE: Self = Self(1 << 14);
    /// Files by name, and the working directory.
    pub const FILES: Self = Self(1 << 15);
    /// Keys of rules.
    pub const KEYS: Self = Self(1 << 16);
    /// Security contexts of who acts.
    pub const SUBJECT: Self = Self(1 << 17);
    /// Security contexts of what is acted on.
    pub const OBJECT: Self = Self(1 << 18);
    /// The name of a virtual machine.
    pub const VM: Self = Self(1 << 19);
    /// The id of a virtual machine.
    pub const UUID: Self = Self(1 << 20);
    /// The account a program speaks of.
    pub const ACCOUNT: Self = Self(1 << 21);
    /// Decisions of a security module; the contexts in them as far as these are wanted.
    pub const DECISIONS: Self = Self(1 << 22);
    /// Which of the files are directories of others.
    pub const PARENTS: Self = Self(1 << 23);

    /// Both.
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those that are asked for.
    pub fn those(asked: impl IntoIterator<Item = (bool, Self)>) -> Self {
        let given = asked.into_iter().filter(|(asked, _)| *asked).map(|(_, what)| what);
        given.fold(Self::default(), Self::and)
    }

    /// Whether `what` belongs to it.
    pub const fn has(self, what: Self) -> bool {
        self.0 & what.0 != 0
    }
}

/// What the records of one event say, as far as it is wanted. Texts are decoded.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Items<'a> {
    wanted: Wanted,
    /// The parent's process id.
    pub ppid: Option<u32>,
    /// The process id.
    pub pid: Option<u32>,
    /// The login uid.
    pub auid: Option<u32>,
    /// The uid.
    pub uid: Option<u32>,
    /// The effective uid.
    pub euid: Option<u32>,
    /// The gid.
    pub gid: Option<u32>,
    /// The effective gid.
    pub egid: Option<u32>,
    /// The login session.
    pub session: Option<u32>,
    /// Whether it worked: 1, or 0.
    pub success: Option<u32>,
    /// What the call returned.
    pub exit: Option<i64>,
    /// The architecture, `AUDIT_ARCH_*`.
    pub arch: u32,
    /// The system call's number; 0 without one.
    pub syscall: u32,
    /// The terminal.
    pub terminal: Option<Cow<'a, [u8]>>,
    /// The other host.
    pub host: Option<Cow<'a, [u8]>>,
    /// The program's short name.
    pub comm: Option<Cow<'a, [u8]>>,
    /// The program's file.
    pub exe: Option<Cow<'a, [u8]>>,
    /// The working directory.
    pub cwd: Option<Cow<'a, [u8]>>,
    /// Files by name.
    pub files: Vec<Cow<'a, [u8]>>,
    /// Keys of the rules that matched.
    pub keys: Vec<Cow<'a, [u8]>>,
    /// Security contexts of who acts.
    pub subjects: Vec<Cow<'a, [u8]>>,
    /// Security contexts of what is acted on.
    pub objects: Vec<Cow<'a, [u8]>>,
    /// The name of a virtual machine.
    pub vm: Option<Cow<'a, [u8]>>,
    /// The id of a virtual machine.
    pub uuid: Option<Cow<'a, [u8]>>,
    /// The account a program speaks of.
    pub account: Option<Cow<'a, [u8]>>,
    /// Decisions of a security module.
    pub decisions: Vec<Decision<'a>>,
    /// How many of the files, from the first on, are the directories of others.
    pub parents: usize,
}

/// What a security module decided, in an AVC or USER_AVC record; texts that are not there are `None`.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Decision<'a> {
    /// Whether it was granted, if the record says so.
    pub granted: Option<bool>,
    /// The context of who acts.
    pub subject: Option<Cow<'a, [u8]>>,
    /// The context of what is acted on.
    pub object: Option<Cow<'a, [u8]>>,
    /// What is acted on: `file`.
    pub class: Option<Cow<'a, [u8]>>,
    /// What was to be done: `read write`.
    pub permissions: Option<Cow<'a, [u8]>>,
}

/// What becomes of a record.
type Read = Result<(), Unreadable>;

impl<'a> Items<'a> {
    /// The items of an event.
    ///
    /// # Errors
    /// A record lacks what its type must have, or the end of a value that is wanted.
    pub fn of(event: &'a Event, wanted: Wanted) -> Result<Self, (Unreadable, Record<'a>)> {
        let mut items = Self { wanted, ..Self::default() };
        for record in event.records() {
            items.add(&record).map_err(|why| (why, record))?;
        }
        Ok(items)
    }

    fn add(&mut self, record: &Record<'a>) -> Read {
        // most records have nothing that most searches ask for
        match record.kind.0 {
            1302 if !self.wants(Wanted::FILES) && !self.wants(Wanted::OBJECT) => return Ok(()),
            1307 if !self.wants(Wanted::FILES) => return Ok(()),
            1309 | 1320 | 1327 => return Ok(()),
            1300 if self.usual_call(record.line) => return Ok(()),
            _ => {}
        }
        let text = record.text();
        if record.kind == Kind::SYSCALL && self.usual(text).is_some() {
            return Ok(());
        }
        let reader = Reader::new(text);
        match record.kind.0 {
            1300 | 1336 => self.call(record.kind, reader),
            1307 => self.directory(reader),
            1402 => self.change_path(reader),
            1302 => self.path(reader),
            1107 | 1400 => self.denial(record.kind, reader),
            1005 | 1100..=1199 | 2100..=2999 => self.user(record.kind, reader),
            1306 => self.socket(reader),
            1006 => self.login(reader),
            1303 | 1318 => self.object(reader),
            1200..=1203 | 1205 | 1206 => self.daemon(reader),
            1207 | 1208 => self.connection(reader),
            1305 => {
                self.change(record.kind, reader)?;
                // few of them have a path
                let _without = self.change_path(reader);
                Ok(())
            }
            1324 => self.packet(reader),
            1328 | 1338 | 1702 => self.task(reader),
            1326 | 1700 | 1701 => self.anomaly(record.kind, reader),
            1403..=1417 => self.change(record.kind, reader),
            1800..=1805 => self.integrity(reader),
            1325 | 1335 => self.described(reader),
            1319 => self.tty(reader),
            _ => Ok(()),
        }
    }

    fn wants(&self, what: Wanted) -> bool {
        self.wanted.has(what)
    }

    /// The key or keys that `value` holds; nothing where there is no text.
    fn add_keys(&mut self, reader: &mut Reader<'a>, value: &'a [u8], [open, none]: [u8; 2]) -> Read {
        if let Some(quoted) = value.strip_prefix(b"\"") {
            let key = reader.quoted(quoted, open)?;
            self.keys.push(Cow::Borrowed(key));
            return Ok(());
        }
        let keys = unescape(value).ok_or(Unreadable(none))?;
        self.keys
            .extend(keys.split(|&b| b == KEY_SEPARATOR).filter(|key| !key.is_empty()).map(|key| key.to_vec().into()));
        Ok(())
    }
}

#[cfg(test)]
mod tests;
