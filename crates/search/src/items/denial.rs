//! AVC and USER_AVC: what SELinux or AppArmor refused, or granted.

use super::reader::{Reader, Unreadable};
use super::{Decision, Items, Read, USER_AVC, Wanted};
use crate::text::word;
use memchr::{memchr, memmem};
use raudit_record::Kind;
use std::borrow::Cow;

/// What is wrong with a USER_AVC counts up to this number.
const COUNTS: u8 = 20;

impl<'a> Items<'a> {
    pub(super) fn denial(&mut self, kind: Kind, mut reader: Reader<'a>) -> Read {
        let mut decision = Decision::default();
        if let Some(text) = reader.find(b"avc: ")
            && let Some(open) = memchr(b'{', text)
        {
            let granted = memmem::find(text.get(..open).unwrap_or_default(), b"denied").is_none();
            decision.granted = Some(granted);
            if self.wants(Wanted::SUCCESS) && self.success.is_none() {
                self.success = Some(u32::from(granted));
            }
            let permissions = text.get(open + 1..).unwrap_or_default();
            let close = memchr(b'}', permissions).ok_or(Unreadable(2))?;
            let (permissions, rest) = permissions.split_at(close);
            decision.permissions = Some(Cow::Borrowed(permissions.trim_ascii()));
            reader.go_to(rest);
        }
        let (subjects, objects) = (self.subjects.len(), self.objects.len());
        if kind == USER_AVC {
            self.user(kind, reader).or_else(|why| if why.0 > COUNTS { Ok(()) } else { Err(why) })?;
            decision.class = reader.find(b"tclass=").map(|value| Cow::Borrowed(word(value)));
        } else {
            self.kernels_denial(reader, &mut decision)?;
        }
        if self.wants(Wanted::DECISIONS) {
            decision.subject = self.subjects.get(subjects).cloned();
            decision.object = decision.object.or_else(|| self.objects.get(objects).cloned());
            self.decisions.push(decision);
        }
        Ok(())
    }

    fn kernels_denial(&mut self, mut reader: Reader<'a>, decision: &mut Decision<'a>) -> Read {
        if memmem::find(reader.whole(), b"apparmor=\"").is_some() {
            return self.apparmor(reader, decision);
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
        let class = reader.find(b"tclass=").ok_or(Unreadable(9))?;
        decision.class = Some(Cow::Borrowed(word(class)));
        Ok(())
    }

    /// AppArmor's records have no class, an order of their own, the profile for a context, and for an object a name.
    fn apparmor(&mut self, mut reader: Reader<'a>, decision: &mut Decision<'a>) -> Read {
        reader.restart();
        let text = |name: &[u8], open: u8| {
            let mut reader = reader;
            reader.find(name).map_or(Ok(None), |value| reader.text(value, open))
        };
        let needs_success = self.wants(Wanted::SUCCESS) && self.success.is_none();
        if needs_success || self.wants(Wanted::DECISIONS) {
            decision.granted = text(b"apparmor=", 2)?.map(|verdict| &verdict[..] != b"DENIED");
        }
        if needs_success {
            self.success = decision.granted.map(u32::from);
        }
        if self.wants(Wanted::DECISIONS) {
            decision.class = text(b" class=", 2)?;
            decision.permissions = text(b" requested_mask=", 2)?.or(text(b" operation=", 2)?);
            decision.object = text(b" name=", 2)?;
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
