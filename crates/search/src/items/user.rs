//! Records of programs: who sent them, as the kernel knows it, then what they say between quotes.

use super::reader::{Reader, Unreadable, number, unescape};
use super::{Items, Read, USER_AVC, Wanted};
use crate::text::word;
use memchr::{memchr, memchr2};
use raudit_record::Kind;
use std::borrow::Cow;

const ADD_GROUP: Kind = Kind(1116);
const DEL_GROUP: Kind = Kind(1117);
const GRP_MGMT: Kind = Kind(1132);
const VIRT_RESOURCE: Kind = Kind(2501);
const VIRT_MACHINE_ID: Kind = Kind(2502);

impl<'a> Items<'a> {
    /// Any record of user space; of a USER_AVC the rest behind its permissions.
    pub(super) fn user(&mut self, kind: Kind, mut reader: Reader<'a>) -> Read {
        reader.restart();
        self.sender(kind, &mut reader)?;
        self.group(kind, &mut reader)?;
        self.machine(kind, &mut reader)?;
        if self.wants(Wanted::UID) {
            self.second_uid(&mut reader)?;
        }
        self.said(reader)
    }

    /// What the kernel adds: pid, uid, auid, ses, subj.
    fn sender(&mut self, kind: Kind, reader: &mut Reader<'a>) -> Read {
        if self.wants(Wanted::PID) {
            self.pid = Some(reader.needed(b"pid=", [1, 2, 3])?);
        }
        if self.wants(Wanted::UID) {
            self.uid = Some(reader.needed(b"uid=", [4, 5, 6])?);
        }
        if self.wants(Wanted::AUID) {
            let value = reader.find(b"auid=").or_else(|| reader.find(b"loginuid=")).ok_or(Unreadable(7))?;
            self.auid = Some(reader.number(value, [8, 9])?);
        }
        if self.wants(Wanted::SESSION)
            && let Some(session) = reader.optional(b"ses=", [10, 11])?
        {
            self.session = Some(session);
        }
        if self.wants(Wanted::SUBJECT) {
            self.subjects.extend(reader.label(b"subj=", 12)?.map(Cow::Borrowed));
        }
        if kind == USER_AVC
            && self.wants(Wanted::OBJECT)
            && let Some(value) = reader.find(b"tcontext=")
        {
            match memchr(b' ', value) {
                Some(_) => self.objects.push(Cow::Borrowed(reader.word(value, 0)?)),
                None => reader.go_to(value),
            }
        }
        Ok(())
    }

    /// The group that was made, removed or changed.
    fn group(&mut self, kind: Kind, reader: &mut Reader<'a>) -> Read {
        if !self.wants(Wanted::GID) || ![ADD_GROUP, DEL_GROUP, GRP_MGMT].contains(&kind) {
            return Ok(());
        }
        let gid = || reader.find(b"gid=").filter(|_| kind == GRP_MGMT);
        if let Some(value) = reader.find(b" id=").or_else(gid) {
            self.gid = Some(reader.number(value, [31, 32])?);
        }
        Ok(())
    }

    /// A virtual machine: its name and id, its contexts, its disk.
    fn machine(&mut self, kind: Kind, reader: &mut Reader<'a>) -> Read {
        if self.wants(Wanted::VM)
            && let Some(value) = reader.find(b"vm=")
        {
            self.vm = reader.text(value, 23)?;
        }
        if self.wants(Wanted::UUID)
            && let Some(value) = reader.find(b"uuid=")
        {
            let end = memchr2(b' ', b':', value).unwrap_or(value.len());
            let (uuid, rest) = value.split_at_checked(end).filter(|_| end > 0).ok_or(Unreadable(24))?;
            self.uuid = Some(Cow::Borrowed(uuid));
            reader.go_to(rest);
        }
        if kind == VIRT_MACHINE_ID {
            if self.wants(Wanted::SUBJECT) {
                self.subjects.extend(reader.label(b"vm-ctx=", 27)?.map(Cow::Borrowed));
            }
            if self.wants(Wanted::OBJECT) {
                self.objects.extend(reader.label(b"img-ctx=", 29)?.map(Cow::Borrowed));
            }
        } else if kind == VIRT_RESOURCE
            && self.wants(Wanted::FILES)
            && let Some(value) = reader.find(b" path=").or_else(|| reader.find(b" new-disk="))
        {
            self.file(value)?;
            reader.go_to(value);
        }
        Ok(())
    }

    /// Of some records, as of USER_LOGIN, the program's uid is the one that is meant.
    fn second_uid(&mut self, reader: &mut Reader<'a>) -> Read {
        let Some(value) = reader.find_but(b"uid=", b'a') else { return Ok(()) };
        let at = reader.whole().len() - value.len();
        match at.checked_sub(5).and_then(|at| reader.whole().get(at)) {
            // suid, uuid
            Some(b's' | b'u') => return Ok(()),
            Some(b'\'' | b' ') => {}
            _ => return Err(Unreadable(25)),
        }
        let digits = value.iter().take_while(|b| b.is_ascii_digit()).count();
        let (digits, rest) = value.split_at_checked(digits).filter(|_| digits > 0).ok_or(Unreadable(14))?;
        self.uid = Some(number(digits).ok_or(Unreadable(15))?);
        reader.go_to(rest);
        Ok(())
    }

    /// What the program says, whose fields may stand in any order.
    fn said(&mut self, mut reader: Reader<'a>) -> Read {
        let mut behind = reader;
        if self.wants(Wanted::COMM)
            && let Some(value) = reader.find(b"comm=")
        {
            self.comm = behind.text(value, 16)?;
        }
        // the rest stands behind the account, wherever the name is; behind that, if there is no account
        reader = if self.account(&mut reader) { reader } else { behind };
        self.other_host(reader)?;
        if self.wants(Wanted::FILES)
            && let Some(value) = reader.find(b"cwd=")
        {
            let mut reader = reader;
            self.cwd = reader.said(value, 20)?;
        }
        if self.wants(Wanted::TERMINAL)
            && let Some(value) = reader.find(b"terminal=")
        {
            let end = memchr(b' ', value).or_else(|| memchr(b')', value)).ok_or(Unreadable(19))?;
            self.terminal = value.get(..end).map(Cow::Borrowed);
        }
        if self.wants(Wanted::EXE)
            && let Some(value) = reader.find(b"exe=")
        {
            let mut reader = reader;
            self.exe = reader.said(value, 26)?;
        }
        self.outcome(reader)
    }

    /// Who the program speaks of. In quotes, in hexadecimal, or, of old programs, as it is.
    fn account(&mut self, reader: &mut Reader<'a>) -> bool {
        let Some(value) = reader.find(b"acct=") else { return false };
        let (quoted, account, behind) = match value.strip_prefix(b"\"") {
            Some(quoted) => {
                let (account, behind) = quoted.split_at(memchr(b'"', quoted).unwrap_or(quoted.len()));
                (true, account, behind)
            }
            None => {
                let (account, behind) = value.split_at(word(value).len());
                (false, account, behind)
            }
        };
        if self.wants(Wanted::ACCOUNT) {
            self.account = match self.account.take() {
                Some(first) if quoted => Some(first),
                _ if !quoted && account.iter().all(u8::is_ascii_hexdigit) => unescape(account),
                _ => Some(Cow::Borrowed(account)),
            };
        }
        reader.go_to(behind);
        true
    }

    fn other_host(&mut self, reader: Reader<'a>) -> Read {
        // a comma ends it, wherever it stands
        let host = |value: &'a [u8], open: u8| {
            let end = memchr(b',', value).or_else(|| memchr(b' ', value)).ok_or(Unreadable(open))?;
            Ok(value.split_at_checked(end).unwrap_or((value, &[])))
        };
        if self.wants(Wanted::HOST)
            && let Some(value) = reader.find(b"hostname=")
        {
            let (name, rest) = host(value, 17)?;
            let mut behind = reader;
            behind.go_to(rest.get(1..).unwrap_or_default());
            let address = if name == b"?" { behind.find(b"addr=") } else { None };
            let address = address.map(|value| host(value, 18)).transpose()?;
            self.host = Some(Cow::Borrowed(address.map_or(name, |(address, _)| address)));
        }
        Ok(())
    }

    fn outcome(&mut self, reader: Reader<'a>) -> Read {
        if !self.wants(Wanted::SUCCESS) {
            return Ok(());
        }
        let up_to = |value: &'a [u8], end: u8, open: u8| {
            memchr(end, value).and_then(|end| value.get(..end)).ok_or(Unreadable(open))
        };
        if let Some(value) = reader.find(b"res=") {
            self.success = Some(u32::from(!up_to(value, b'\'', 21)?.starts_with(b"failed")));
        } else if let Some(value) = reader.find(b"result=") {
            self.success = Some(u32::from(up_to(value, b')', 22)?.eq_ignore_ascii_case(b"success")));
        }
        Ok(())
    }
}
