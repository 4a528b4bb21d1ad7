//! Records with the task that acts: SYSCALL and URINGOP, and those to which the kernel adds its description.

use super::reader::{Reader, Unreadable, low};
use super::{Items, Read, Wanted};
use crate::text::{in_any_base, leading, leading_hex};
use raudit_record::Kind;
use std::borrow::Cow;

/// What ausearch takes for the architecture of an io_uring operation: no architecture has it.
const IO_URING: u32 = 13;

/// Machine and number of a call in a record as the kernel writes it: `arch=H syscall=N success=W exit=E a0=H a1=H `. Nothing else need be read of
/// one of which nothing is asked for; others are read as loosely as ausearch reads them.
fn usual_call(text: &[u8]) -> Option<(u32, u32)> {
    let hexadecimal = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    let rest = text.get(memchr::memchr(b')', text)?..)?.strip_prefix(b"): arch=")?;
    let (arch, rest) = rest.split_at_checked(hexadecimal(rest).min(8))?;
    let rest = rest.strip_prefix(b" syscall=")?;
    let (number, rest) = rest.split_at_checked(rest.iter().take_while(|byte| byte.is_ascii_digit()).count().min(9))?;
    let rest =
        rest.strip_prefix(b" success=yes").or_else(|| rest.strip_prefix(b" success=no"))?.strip_prefix(b" exit=")?;
    let sign = usize::from(rest.first() == Some(&b'-'));
    let digits = rest.get(sign..)?.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let rest = rest.get(sign + digits..)?.strip_prefix(b" a0=")?;
    let first = hexadecimal(rest);
    let rest = rest.get(first..)?.strip_prefix(b" a1=")?;
    let second = hexadecimal(rest);
    let whole = rest.get(second) == Some(&b' ') && (1..=16).contains(&first) && (1..=16).contains(&second);
    (whole && !arch.is_empty() && !number.is_empty()).then_some(())?;
    Some((u32::try_from(leading(arch, 16)?).ok()?, u32::try_from(leading(number, 10)?).ok()?))
}

/// What was found, or why the record cannot be read if it has to be there.
fn found(value: Option<&[u8]>, is_needed: bool, why: u8) -> Result<Option<&[u8]>, Unreadable> {
    if value.is_none() && is_needed { Err(Unreadable(why)) } else { Ok(value) }
}

impl<'a> Items<'a> {
    /// SYSCALL as the kernel writes it, if no more than its number is asked for.
    pub(super) fn usual_call(&mut self, line: &[u8]) -> bool {
        let Some((arch, number)) = self.wanted.is_at_most(Wanted::ARCH).then(|| usual_call(line)).flatten() else {
            return false;
        };
        (self.arch, self.syscall) = (if self.wants(Wanted::ARCH) { arch } else { 0 }, number);
        true
    }

    /// SYSCALL and URINGOP.
    pub(super) fn call(&mut self, kind: Kind, mut reader: Reader<'a>) -> Read {
        let is_call = kind == Kind::SYSCALL;
        if is_call && self.wants(Wanted::ARCH) {
            self.architecture(&mut reader, [1, 2, 3])?;
        }
        let name: &[u8] = if is_call { b"syscall=" } else { b"uring_op=" };
        if !is_call {
            self.arch = IO_URING;
        }
        self.syscall = reader.needed(name, [4, 5, 6])?;
        if self.wants(Wanted::SUCCESS)
            && let Some(value) = reader.find(b"success=")
        {
            self.success = Some(u32::from(reader.word(value, 7)? == b"yes"));
        }
        if self.wants(Wanted::EXIT) {
            let value = reader.find(b"exit=").ok_or(Unreadable(8))?;
            let (exit, _) = in_any_base(reader.word(value, 9)?).ok_or(Unreadable(10))?;
            self.exit = Some(exit);
        }
        if is_call {
            for argument in [b"a0=", b"a1="] {
                let value = reader.find(argument).ok_or(Unreadable(11))?;
                leading_hex(reader.word(value, 12)?).ok_or(Unreadable(13))?;
            }
        }
        let mut behind = reader;
        reader.restart();
        self.actor(reader, is_call)?;
        if self.wants(Wanted::KEYS)
            && let Some(value) = behind.find(b"key=")
        {
            self.add_keys(&mut behind, value, [44, 45])?;
        }
        Ok(())
    }

    pub(super) fn architecture(&mut self, reader: &mut Reader<'a>, [missing, open, large]: [u8; 3]) -> Read {
        let value = reader.find(b"arch=").ok_or(Unreadable(missing))?;
        self.arch = low(leading_hex(reader.word(value, open)?).ok_or(Unreadable(large))?);
        Ok(())
    }

    /// Who acts, in the kernel's order: ppid, pid, auid, uid, gid, euid, egid, tty, ses, comm, exe, subj, res.
    pub(super) fn task(&mut self, reader: Reader<'a>) -> Read {
        self.actor(reader, true)
    }

    /// The same; a record of an io_uring operation has neither login UID nor program, and is whole without them (`is_full` is false).
    fn actor(&mut self, mut reader: Reader<'a>, is_full: bool) -> Read {
        self.ids(&mut reader, is_full)?;
        if self.wants(Wanted::TERMINAL)
            && let Some(value) = reader.find(b"tty=")
        {
            self.terminal = Some(Cow::Borrowed(reader.word(value, 34)?));
        }
        if self.wants(Wanted::SESSION)
            && let Some(session) = reader.optional(b"ses=", [35, 36])?
        {
            self.session = Some(session);
        }
        if self.wants(Wanted::COMM)
            && let Some(value) = found(reader.find(b"comm="), is_full, 38)?
        {
            self.comm = reader.text(value, 37)?;
        }
        let mut whole = reader;
        whole.restart();
        if self.wants(Wanted::EXE)
            && let Some(value) = found(whole.find(b"exe="), is_full, 40)?
        {
            self.exe = whole.text(value, 39)?;
            if value.first() == Some(&b'"') {
                reader = whole;
            }
        }
        if self.wants(Wanted::SUBJECT) {
            self.subjects.extend(reader.label(b"subj=", 41)?.map(Cow::Borrowed));
        }
        self.result(&mut reader, 43)
    }

    fn ids(&mut self, reader: &mut Reader<'a>, is_full: bool) -> Read {
        if self.wants(Wanted::PPID)
            && let Some(ppid) = reader.optional(b"ppid=", [14, 15])?
        {
            self.ppid = Some(ppid);
        }
        if self.wants(Wanted::PID) {
            self.pid = Some(reader.needed(b" pid=", [16, 17, 18])?);
        }
        if self.wants(Wanted::AUID)
            && let Some(value) = found(reader.find(b"auid=").or_else(|| reader.find(b"loginuid=")), is_full, 19)?
        {
            self.auid = Some(reader.number(value, [20, 21])?);
        }
        if self.wants(Wanted::UID) {
            let value = reader.find_but(b"uid=", b'a').ok_or(Unreadable(22))?;
            self.uid = Some(reader.number(value, [23, 24])?);
        }
        if self.wants(Wanted::GID) {
            self.gid = Some(reader.needed(b"gid=", [25, 26, 27])?);
        }
        if self.wants(Wanted::EUID) {
            self.euid = Some(reader.needed(b"euid=", [28, 29, 30])?);
        }
        if self.wants(Wanted::EGID) {
            self.egid = Some(reader.needed(b"egid=", [31, 32, 33])?);
        }
        Ok(())
    }

    /// `res=` as a number.
    pub(super) fn result(&mut self, reader: &mut Reader<'a>, large: u8) -> Read {
        if self.wants(Wanted::SUCCESS)
            && let Some(result) = reader.last(b"res=", large)?
        {
            self.success = Some(result);
        }
        Ok(())
    }

    /// NETFILTER_CFG and EVENT_LISTENER: who acts counts only where no record before said it.
    pub(super) fn described(&mut self, mut reader: Reader<'a>) -> Read {
        if self.wants(Wanted::PID) && self.pid.is_none() {
            self.pid = Some(reader.needed(b" pid=", [54, 52, 53])?);
        }
        if self.wants(Wanted::UID) && self.uid.is_none() {
            self.uid = Some(reader.optional(b"uid=", [55, 56])?.unwrap_or(0));
        }
        if self.wants(Wanted::AUID) && self.auid.is_none() {
            self.auid = Some(reader.optional(b"auid=", [57, 58])?.unwrap_or(u32::MAX));
        }
        if self.wants(Wanted::TERMINAL) && self.terminal.is_none() {
            let terminal = reader.find(b"tty=").map(|value| reader.word(value, 59)).transpose()?;
            self.terminal = Some(Cow::Borrowed(terminal.unwrap_or(b"(none)")));
        }
        if self.wants(Wanted::SESSION) && self.session.is_none() {
            self.session = Some(reader.optional(b"ses=", [60, 61])?.unwrap_or(u32::MAX));
        }
        if self.wants(Wanted::SUBJECT) && self.subjects.is_empty() && self.objects.is_empty() {
            let label = reader.label(b"subj=", 62)?.ok_or(Unreadable(64))?;
            self.subjects.push(Cow::Borrowed(label));
        }
        if self.wants(Wanted::COMM) && self.comm.is_none() {
            let value = reader.find(b"comm=").ok_or(Unreadable(66))?;
            self.comm = reader.text(value, 65)?;
        }
        if self.wants(Wanted::EXE) && self.exe.is_none() {
            let mut whole = reader;
            whole.restart();
            self.exe = match whole.find(b"exe=") {
                Some(value) => whole.text(value, 67)?,
                None => Some(Cow::Borrowed(b"(null)")),
            };
        }
        self.result(&mut reader, 69)
    }
}
