//! SYSCALL records as the kernel writes them: every field in its place, so that none need be looked for.
//!
//! Nearly all are so, and half of a report's time went into looking for names. What differs in any way, also where a value has a `=`, which might be taken
//! for a name's, is left to the readers for all records; and so is what is wrong.

use super::reader::{Reader, low, number};
use super::{Items, Wanted};
use crate::text::{after, leading_hex};
use raudit_record::near;
use std::borrow::Cow;

/// What is left of a record.
struct Walk<'a>(&'a [u8]);

impl<'a> Walk<'a> {
    /// The next value, if it is that of this name and ends at a blank.
    #[inline(always)]
    fn value(&mut self, name: &[u8]) -> Option<&'a [u8]> {
        let rest = self.0.strip_prefix(name)?;
        let end = near::find2(b' ', b'=', rest)?;
        let (value, rest) = rest.split_at_checked(end)?;
        self.0 = rest.strip_prefix(b" ")?;
        Some(value)
    }

    /// The next value, which may be in quotes: with them, and all that follows.
    #[inline(always)]
    fn text(&mut self, name: &[u8]) -> Option<&'a [u8]> {
        let value = self.0.strip_prefix(name)?;
        let Some(quoted) = value.strip_prefix(b"\"") else {
            self.value(name)?;
            return Some(value);
        };
        let end = near::find2(b'"', b'=', quoted)?;
        self.0 = quoted.get(end..)?.strip_prefix(b"\" ")?;
        Some(value)
    }
}

/// What stands in the record, as it stands there.
struct Call<'a> {
    arch: &'a [u8],
    number: &'a [u8],
    success: &'a [u8],
    arguments: [&'a [u8]; 2],
    terminal: &'a [u8],
    comm: &'a [u8],
    exe: &'a [u8],
    /// ppid, pid, auid, uid, gid, euid, egid, ses
    ids: [&'a [u8]; 8],
    rest: &'a [u8],
}

impl<'a> Call<'a> {
    fn of(text: &'a [u8]) -> Option<Self> {
        let mut from_node = Walk(text);
        let typed = from_node.value(b"node=").map_or(text, |_| from_node.0);
        let stamped = typed.strip_prefix(b"type=SYSCALL msg=audit(")?;
        let mut walk = Walk(stamped.get(near::find(b')', stamped)?..)?.strip_prefix(b"): ")?);
        // one by one, so that names are compared as numbers
        let (arch, number) = (walk.value(b"arch=")?, walk.value(b"syscall=")?);
        let (success, _exit) = (walk.value(b"success=")?, walk.value(b"exit=")?);
        let arguments = [walk.value(b"a0=")?, walk.value(b"a1=")?];
        let (_a2, _a3, _items) = (walk.value(b"a2=")?, walk.value(b"a3=")?, walk.value(b"items=")?);
        let (ppid, pid, auid) = (walk.value(b"ppid=")?, walk.value(b"pid=")?, walk.value(b"auid=")?);
        let (uid, gid, euid) = (walk.value(b"uid=")?, walk.value(b"gid=")?, walk.value(b"euid=")?);
        let (_suid, _fsuid, egid) = (walk.value(b"suid=")?, walk.value(b"fsuid=")?, walk.value(b"egid=")?);
        let (_sgid, _fsgid) = (walk.value(b"sgid=")?, walk.value(b"fsgid=")?);
        let (terminal, session) = (walk.value(b"tty=")?, walk.value(b"ses=")?);
        let (comm, exe) = (walk.text(b"comm=")?, walk.text(b"exe=")?);
        let ids = [ppid, pid, auid, uid, gid, euid, egid, session];
        Some(Self { arch, number, success, arguments, terminal, comm, exe, ids, rest: walk.0 })
    }
}

impl<'a> Items<'a> {
    /// Reads the record. Where there is nothing, it has to be read again.
    pub(super) fn usual(&mut self, text: &'a [u8]) -> Option<()> {
        if self.wants(Wanted::EXIT) || self.wants(Wanted::SUBJECT) {
            return None;
        }
        let call = Call::of(text)?;
        let arch = leading_hex(call.arch)?;
        call.arguments.iter().try_for_each(|argument| leading_hex(argument).map(drop))?;
        self.syscall = number(call.number)?;
        if self.wants(Wanted::ARCH) {
            self.arch = low(arch);
        }
        let places = [
            (Wanted::PPID, &mut self.ppid),
            (Wanted::PID, &mut self.pid),
            (Wanted::AUID, &mut self.auid),
            (Wanted::UID, &mut self.uid),
            (Wanted::GID, &mut self.gid),
            (Wanted::EUID, &mut self.euid),
            (Wanted::EGID, &mut self.egid),
            (Wanted::SESSION, &mut self.session),
        ];
        for ((what, place), text) in places.into_iter().zip(call.ids) {
            if self.wanted.has(what) {
                *place = Some(number(text)?);
            }
        }
        if self.wants(Wanted::SUCCESS) {
            // a result of another kind would count
            after(call.rest, b"res=").is_none().then_some(())?;
            self.success = Some(u32::from(call.success == b"yes"));
        }
        if self.wants(Wanted::TERMINAL) {
            self.terminal = Some(Cow::Borrowed(call.terminal));
        }
        let mut reader = Reader::new(text);
        if self.wants(Wanted::COMM) {
            self.comm = reader.text(call.comm, 0).ok()?;
        }
        if self.wants(Wanted::EXE) {
            self.exe = reader.text(call.exe, 0).ok()?;
        }
        if self.wants(Wanted::KEYS)
            && let Some(value) = after(call.rest, b"key=")
        {
            self.add_keys(&mut reader, value, [0, 0]).ok()?;
        }
        Some(())
    }
}
