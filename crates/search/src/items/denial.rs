//! AVC and USER_AVC: what SELinux or AppArmor refused, or granted.

use super::reader::{Reader, Unreadable};
use super::{Items, Read, USER_AVC, Wanted};
use memchr::{memchr, memmem};
use raudit_record::Kind;
use std::borrow::Cow;

/// What is wrong with a USER_AVC counts up to this number.
const COUNTS: u8 = 20;

impl<'a> Items<'a> {
    pub(super) fn denial(&mut self, kind: Kind, mut reader: Reader<'a>) -> Read {
        if let Some(decision) = reader.find(b"avc: ")
            && let Some(open) = memchr(b'{', decision)
        {
            if self.wants(Wanted::SUCCESS) && self.success.is_none() {
                let denied = memmem::find(decision.get(..open).unwrap_or_default(), b"denied").is_some();
                self.success = Some(u32::from(!denied));
            }
            let permissions = decision.get(open..).unwrap_or_default();
            let close = memchr(b'}', permissions).ok_or(Unreadable(2))?;
            reader.go_to(permissions.get(close..).unwrap_or_default());
        }
        if kind == USER_AVC {
            return self.user(kind, reader).or_else(|why| if why.0 > COUNTS { Ok(()) } else { Err(why) });
        }
        if memmem::find(reader.whole(), b"apparmor=\"").is_some() {
            return self.apparmor(reader);
        }
        if self.wants(Wanted::PID)
            && let Some(pid) = reader.optional(b"pid=", [3, 4])?
        {
            self.pid = Some(pid);
        }
        if self.wants(Wanted::COMM) && self.comm.is_none() {
            let value = reader.find(b"comm=").ok_or(Unreadable(5))?;
            self.comm = Some(reader.text(value, 6)?.ok_or(Unreadable(11))?);
        }
        if self.wants(Wanted::FILES)
            && let Some(value) = reader.find(b" path=").or_else(|| reader.find(b" name="))
        {
            let behind = self.file(value)?;
            reader.go_to(behind);
        }
        if self.wants(Wanted::SUBJECT) {
            self.subjects.extend(reader.label(b"scontext=", 7)?.map(Cow::Borrowed));
        }
        if self.wants(Wanted::OBJECT) {
            self.objects.extend(reader.label(b"tcontext=", 8)?.map(Cow::Borrowed));
        }
        reader.find(b"tclass=").ok_or(Unreadable(9)).map(drop)
    }

    /// AppArmor's records have no class, an order of their own, and the profile for a context.
    fn apparmor(&mut self, mut reader: Reader<'a>) -> Read {
        reader.restart();
        let text = |name: &[u8], open: u8| {
            let mut reader = reader;
            reader.find(name).map_or(Ok(None), |value| reader.text(value, open))
        };
        if self.wants(Wanted::SUCCESS) && self.success.is_none() {
            self.success = text(b"apparmor=", 2)?.map(|verdict| u32::from(&verdict[..] != b"DENIED"));
        }
        if self.wants(Wanted::COMM) && self.comm.is_none() {
            self.comm = text(b" comm=", 6)?;
        }
        if self.wants(Wanted::SUBJECT) {
            self.subjects.extend(text(b" profile=", 7)?);
        }
        if self.wants(Wanted::PID)
            && let Some(pid) = reader.optional(b" pid=", [3, 4])?
        {
            self.pid = Some(pid);
        }
        reader.restart();
        if self.wants(Wanted::FILES)
            && let Some(value) = reader.find(b" name=")
        {
            self.file(value)?;
        }
        Ok(())
    }
}
