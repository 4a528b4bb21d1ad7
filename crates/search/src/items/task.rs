//! Records with the task that acts: SYSCALL and URINGOP, and those to which the kernel adds its description.

use super::reader::{Reader, Unreadable, number};
use super::{Items, Read, Wanted, low};
use crate::text::overflows;
use raudit_record::Kind;
use std::borrow::Cow;

/// What ausearch takes for the architecture of an io_uring operation: no architecture has it.
const IO_URING: u32 = 13;

impl<'a> Items<'a> {
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
        self.syscall = low(reader.needed(name, [4, 5, 6])?);
        if self.wants(Wanted::SUCCESS)
            && let Some(value) = reader.find(b"success=")
        {
            self.success = Some(u32::from(reader.word(value, 7)? == b"yes"));
        }
        if self.wants(Wanted::EXIT) {
            let value = reader.find(b"exit=").ok_or(Unreadable(8))?;
            self.exit = Some(signed(reader.word(value, 9)?).ok_or(Unreadable(10))?);
        }
        if is_call {
            for argument in [b"a0=", b"a1="] {
                let value = reader.find(argument).ok_or(Unreadable(11))?;
                if overflows(reader.word(value, 12)?, 16) {
                    return Err(Unreadable(13));
                }
            }
        }
        let mut behind = reader;
        reader.restart();
        self.task(reader)?;
        if self.wants(Wanted::KEYS)
            && let Some(value) = behind.find(b"key=")
        {
            self.add_keys(&mut behind, value, [44, 45])?;
        }
        Ok(())
    }

    pub(super) fn architecture(&mut self, reader: &mut Reader<'a>, [missing, open, large]: [u8; 3]) -> Read {
        let value = reader.find(b"arch=").ok_or(Unreadable(missing))?;
        let word = reader.word(value, open)?;
        if overflows(word, 16) {
            return Err(Unreadable(large));
        }
        let digits = word.iter().map_while(|&b| char::from(b).to_digit(16));
        self.arch = digits.fold(0, |arch: u32, digit| arch.wrapping_shl(4) | digit);
        Ok(())
    }

    /// Who acts, in the kernel's order: ppid, pid, auid, uid, gid, euid, egid, tty, ses, comm, exe, subj, res.
    pub(super) fn task(&mut self, mut reader: Reader<'a>) -> Read {
        self.ids(&mut reader)?;
        if self.wants(Wanted::TERMINAL)
            && let Some(value) = reader.find(b"tty=")
        {
            self.terminal = Some(Cow::Borrowed(reader.word(value, 34)?));
        }
        if self.wants(Wanted::SESSION)
            && let Some(session) = reader.optional(b"ses=", [35, 36])?
        {
            self.session = Some(low(session));
        }
        if self.wants(Wanted::COMM) {
            let value = reader.find(b"comm=").ok_or(Unreadable(38))?;
            self.comm = reader.text(value, 37)?;
        }
        if self.wants(Wanted::EXE) {
            let mut whole = reader;
            whole.restart();
            let value = whole.find(b"exe=").ok_or(Unreadable(40))?;
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

    fn ids(&mut self, reader: &mut Reader<'a>) -> Read {
        if self.wants(Wanted::PPID)
            && let Some(ppid) = reader.optional(b"ppid=", [14, 15])?
        {
            self.ppid = Some(low(ppid));
        }
        if self.wants(Wanted::PID) {
            self.pid = Some(low(reader.needed(b" pid=", [16, 17, 18])?));
        }
        if self.wants(Wanted::AUID) {
            let value = reader.find(b"auid=").or_else(|| reader.find(b"loginuid=")).ok_or(Unreadable(19))?;
            self.auid = Some(low(reader.number(value, [20, 21])?));
        }
        if self.wants(Wanted::UID) {
            let value = reader.find_but(b"uid=", b'a').ok_or(Unreadable(22))?;
            self.uid = Some(low(reader.number(value, [23, 24])?));
        }
        if self.wants(Wanted::GID) {
            self.gid = Some(low(reader.needed(b"gid=", [25, 26, 27])?));
        }
        if self.wants(Wanted::EUID) {
            self.euid = Some(low(reader.needed(b"euid=", [28, 29, 30])?));
        }
        if self.wants(Wanted::EGID) {
            self.egid = Some(low(reader.needed(b"egid=", [31, 32, 33])?));
        }
        Ok(())
    }

    /// `res=` as a number.
    pub(super) fn result(&mut self, reader: &mut Reader<'a>, large: u8) -> Read {
        if self.wants(Wanted::SUCCESS)
            && let Some(result) = reader.last(b"res=", large)?
        {
            self.success = Some(low(result));
        }
        Ok(())
    }

    /// NETFILTER_CFG and EVENT_LISTENER: who acts counts only where no record before said it.
    pub(super) fn described(&mut self, mut reader: Reader<'a>) -> Read {
        if self.wants(Wanted::PID) && self.pid.is_none() {
            self.pid = Some(low(reader.needed(b" pid=", [54, 52, 53])?));
        }
        if self.wants(Wanted::UID) && self.uid.is_none() {
            self.uid = Some(reader.optional(b"uid=", [55, 56])?.map_or(0, low));
        }
        if self.wants(Wanted::AUID) && self.auid.is_none() {
            self.auid = Some(reader.optional(b"auid=", [57, 58])?.map_or(u32::MAX, low));
        }
        if self.wants(Wanted::TERMINAL) && self.terminal.is_none() {
            let terminal = reader.find(b"tty=").map(|value| reader.word(value, 59)).transpose()?;
            self.terminal = Some(Cow::Borrowed(terminal.unwrap_or(b"(none)")));
        }
        if self.wants(Wanted::SESSION) && self.session.is_none() {
            self.session = Some(reader.optional(b"ses=", [60, 61])?.map_or(u32::MAX, low));
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

/// A signed number in the base its beginning tells, 0 for none; `None` for more than 64 bits.
fn signed(text: &[u8]) -> Option<i64> {
    let (digits, negative) = text.strip_prefix(b"-").map_or((text, false), |digits| (digits, true));
    let magnitude = match digits {
        [b'0', b'x' | b'X', rest @ ..] => radix(rest, 16)?,
        [b'0', rest @ ..] => radix(rest, 8)?,
        _ => number(if digits.first().is_some_and(u8::is_ascii_digit) { digits } else { b"0" })?,
    };
    if negative { 0i64.checked_sub_unsigned(magnitude) } else { i64::try_from(magnitude).ok() }
}

fn radix(digits: &[u8], base: u32) -> Option<u64> {
    let mut digits = digits.iter().map_while(|&b| char::from(b).to_digit(base));
    digits.try_fold(0u64, |n, digit| n.checked_mul(base.into())?.checked_add(digit.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_codes_in_any_base() {
        assert_eq!(signed(b"-13"), Some(-13));
        assert_eq!(signed(b"0x10"), Some(16));
        assert_eq!(signed(b"010"), Some(8));
        assert_eq!(signed(b"x"), Some(0));
        assert_eq!(signed(b"-9223372036854775808"), Some(i64::MIN));
        assert_eq!(signed(b"9223372036854775808"), None);
    }
}
