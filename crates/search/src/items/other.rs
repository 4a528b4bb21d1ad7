//! LOGIN, the daemon's own records, anomalies, integrity, terminal input, packets.

use super::reader::{Reader, Unreadable, number};
use super::{Items, Read, Wanted};
use crate::text::word;
use memchr::memchr;
use raudit_record::Kind;
use std::borrow::Cow;

const ANOM_PROMISCUOUS: Kind = Kind(1700);
const ANOM_ABEND: Kind = Kind(1701);

impl<'a> Items<'a> {
    /// The new login uid and session follow the old ones.
    pub(super) fn login(&mut self, mut reader: Reader<'a>) -> Read {
        if self.wants(Wanted::PID) {
            self.pid = Some(reader.needed(b"pid=", [1, 2, 3])?);
        }
        if self.wants(Wanted::UID) {
            self.uid = Some(reader.needed(b"uid=", [4, 5, 6])?);
        }
        if self.wants(Wanted::SUBJECT) {
            self.subjects.extend(reader.label(b"subj=", 12)?.map(Cow::Borrowed));
        }
        if self.wants(Wanted::AUID) {
            let names: [&[u8]; 3] = [b"new auid=", b" auid=", b"new loginuid="];
            let value = names.iter().find_map(|name| reader.find(name)).ok_or(Unreadable(7))?;
            self.auid = Some(last(&mut reader, value).ok_or(Unreadable(8))?);
        }
        if self.wants(Wanted::SUCCESS) {
            // older kernels wrote it of logins that worked only
            self.success = Some(match reader.find(b"res=") {
                Some(value) => last(&mut reader, value).ok_or(Unreadable(9))?,
                None => 1,
            });
        }
        if self.wants(Wanted::SESSION) {
            let value = reader.find(b"new ses=").or_else(|| reader.find(b" ses=")).ok_or(Unreadable(14))?;
            self.session = Some(number(word(value)).ok_or(Unreadable(11))?);
        }
        Ok(())
    }

    /// DAEMON_START, and others of who started or asked.
    pub(super) fn daemon(&mut self, mut reader: Reader<'a>) -> Read {
        let whole = reader.whole();
        let body = whole.get(memchr(b')', whole).unwrap_or(0)..).unwrap_or(whole);
        reader.go_to(body);
        if self.wants(Wanted::AUID) {
            self.auid = Some(reader.needed(b"auid=", [1, 2, 3])?);
        }
        if self.wants(Wanted::PID) {
            self.pid = Some(reader.needed(b"pid=", [4, 5, 6])?);
        }
        if self.wants(Wanted::UID) {
            reader.go_to(body);
            self.uid = reader.optional(b" uid=", [7, 8])?.or(self.uid);
        }
        if self.wants(Wanted::SESSION) {
            self.session = reader.optional(b"ses=", [9, 10])?.or(self.session);
        }
        if self.wants(Wanted::SUBJECT) {
            self.subjects.extend(reader.find(b"subj=").map(|value| Cow::Borrowed(word(value))));
        }
        reader.go_to(body);
        self.said_result(reader, 12)
    }

    /// DAEMON_ACCEPT and DAEMON_CLOSE: a sender's connection.
    pub(super) fn connection(&mut self, mut reader: Reader<'a>) -> Read {
        if self.wants(Wanted::HOST)
            && let Some(value) = reader.find(b"addr=")
        {
            let end = memchr(b':', value).or_else(|| memchr(b' ', value)).ok_or(Unreadable(1))?;
            let (address, rest) = value.split_at_checked(end).unwrap_or((value, &[]));
            self.host = Some(Cow::Borrowed(address));
            reader.go_to(rest);
        }
        self.said_result(reader, 2)
    }

    /// `res=` as a word.
    fn said_result(&mut self, reader: Reader<'a>, none: u8) -> Read {
        if self.wants(Wanted::SUCCESS)
            && let Some(value) = reader.find(b"res=")
        {
            if !value.first().is_some_and(u8::is_ascii_alphabetic) {
                return Err(Unreadable(none));
            }
            self.success = Some(u32::from(!value.starts_with(b"failed")));
        }
        Ok(())
    }

    /// SECCOMP and the kernel's anomalies.
    pub(super) fn anomaly(&mut self, kind: Kind, mut reader: Reader<'a>) -> Read {
        if self.wants(Wanted::AUID) {
            self.auid = Some(reader.last(b"auid=", 2)?.ok_or(Unreadable(1))?);
        }
        if self.wants(Wanted::UID) {
            self.uid = reader.optional(b"uid=", [3, 4])?.or(self.uid);
        }
        if self.wants(Wanted::GID) {
            self.gid = reader.optional(b"gid=", [5, 6])?.or(self.gid);
        }
        if self.wants(Wanted::SESSION) {
            self.session = reader.last(b"ses=", 7)?.or(self.session);
        }
        if kind == ANOM_PROMISCUOUS {
            return Ok(());
        }
        if self.wants(Wanted::SUBJECT) {
            self.subjects.extend(reader.label(b"subj=", 8)?.map(Cow::Borrowed));
        }
        if self.wants(Wanted::PID) {
            self.pid = reader.optional(b"pid=", [10, 11])?.or(self.pid);
        }
        if self.wants(Wanted::COMM)
            && let Some(value) = reader.find(b"comm=")
        {
            self.comm = reader.text(value, 12)?;
        }
        if self.wants(Wanted::EXE) {
            match reader.find(b"exe=") {
                Some(value) => self.exe = reader.text(value, 13)?,
                None if kind == ANOM_ABEND => {}
                None => return Err(Unreadable(14)),
            }
        }
        if kind == Kind::SECCOMP {
            // a few kernels do not say it
            if reader.find(b"arch=").is_none() {
                return Ok(());
            }
            self.architecture(&mut reader, [15, 15, 16])?;
            self.syscall = reader.needed(b"syscall=", [17, 18, 19])?;
        }
        self.result(&mut reader, 68)
    }

    /// What the integrity measurement found.
    pub(super) fn integrity(&mut self, mut reader: Reader<'a>) -> Read {
        self.pid = reader.optional(b"pid=", [1, 2])?.or(self.pid);
        if self.wants(Wanted::UID) {
            self.uid = reader.optional(b" uid=", [3, 4])?.or(self.uid);
        }
        if self.wants(Wanted::AUID) {
            let mut whole = reader;
            whole.restart();
            if let Some(auid) = whole.optional(b"auid=", [5, 6])? {
                self.auid = Some(auid);
                reader = whole;
            }
        }
        if self.wants(Wanted::SESSION) {
            self.session = reader.optional(b"ses=", [10, 11])?.or(self.session);
        }
        if self.wants(Wanted::SUBJECT) {
            self.subjects.extend(reader.label(b"subj=", 12)?.map(Cow::Borrowed));
        }
        if self.wants(Wanted::COMM)
            && let Some(value) = reader.find(b"comm=")
        {
            self.comm = reader.text(value, 7)?;
        }
        if self.wants(Wanted::FILES)
            && let Some(value) = reader.find(b" name=")
        {
            self.file(value).map_err(|_| Unreadable(8))?;
        }
        self.result(&mut reader, 9)
    }

    /// What was typed at a terminal.
    pub(super) fn tty(&mut self, mut reader: Reader<'a>) -> Read {
        if self.wants(Wanted::PID) {
            self.pid = reader.optional(b"pid=", [1, 2])?.or(self.pid);
        }
        if self.wants(Wanted::UID) {
            self.uid = reader.optional(b" uid=", [3, 4])?.or(self.uid);
        }
        if self.wants(Wanted::AUID) {
            self.auid = Some(reader.last(b"auid=", 6)?.ok_or(Unreadable(5))?);
        }
        if self.wants(Wanted::SESSION) {
            self.session = reader.optional(b"ses=", [7, 8])?.or(self.session);
        }
        if self.wants(Wanted::COMM)
            && let Some(value) = reader.find(b"comm=")
        {
            self.comm = reader.text(value, 11)?;
        }
        Ok(())
    }

    /// A packet that a rule of the firewall told of.
    pub(super) fn packet(&mut self, mut reader: Reader<'a>) -> Read {
        if self.wants(Wanted::HOST)
            && let Some(value) = reader.find(b"saddr=")
        {
            self.host = Some(Cow::Borrowed(reader.word(value, 1)?));
        }
        self.object(reader)
    }
}

/// A number that may be the record's last; then reading begins anew.
fn last(reader: &mut Reader<'_>, value: &[u8]) -> Option<u32> {
    let behind = memchr(b' ', value).map(|end| value.len() - end);
    match behind {
        Some(left) => {
            let whole = reader.whole();
            reader.go_to(whole.get(whole.len() - left..).unwrap_or_default());
        }
        None => reader.restart(),
    }
    number(word(value))
}
