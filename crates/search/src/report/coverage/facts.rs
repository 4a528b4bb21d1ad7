//! What the records of an event tell of what rules ask. What they do not tell is unknown.

use super::access;
use super::files::Files;
use crate::event::{Event, Record};
use raudit_record::text::{decode_hex, short_hex, untrusted};
use raudit_record::{Fields, Kind};
use raudit_rules::{FieldId, List, eval};
use raudit_tables::syscall;
use std::borrow::Cow;
use std::cell::OnceCell;

/// The record of the event with the flags of openat2.
const OPENAT2: Kind = Kind(1337);

/// What one record, of a call, an io_uring operation or a program's message, tells; and what the others of its event do.
#[derive(Debug)]
pub(super) struct Facts<'a> {
    event: &'a Event,
    /// The list whose rules are about such records.
    pub(super) list: List,
    /// Numbers; only those that `knows` are meant.
    pub(super) numbers: eval::Facts<'static>,
    known: u64,
    /// The program's file.
    pub(super) exe: Option<Cow<'a, [u8]>>,
    /// The label of the task.
    pub(super) subject: Option<&'a [u8]>,
    /// The key as the kernel was given it; `None` for `(null)`.
    pub(super) key: Option<Cow<'a, [u8]>>,
    /// How many path items the call had.
    items: usize,
    files: OnceCell<Files<'a>>,
    access: OnceCell<Option<u32>>,
}

impl<'a> Facts<'a> {
    /// What `record` of the event tells; `None` if it is neither a call's, nor an operation's, nor a program's.
    pub(super) fn of(event: &'a Event, record: &Record<'a>) -> Option<Self> {
        let list = match record.kind {
            Kind::SYSCALL => List::Exit,
            Kind::URINGOP => List::IoUring,
            Kind(1005 | 1100..=1199 | 2100..=2999) => List::User,
            _ => return None,
        };
        let mut facts = Self {
            event,
            list,
            numbers: eval::Facts::default(),
            known: 0,
            exe: None,
            subject: None,
            key: None,
            items: 0,
            files: OnceCell::new(),
            access: OnceCell::new(),
        };
        Fields::new(record.text()).for_each(|field| facts.add(field.name, field.value));
        // said only where it is not 0, and where the call returned
        match list {
            List::Exit => [FieldId::PERS, FieldId::SUCCESS].into_iter().for_each(|id| facts.know(id)),
            List::User => facts.numbers.msgtype = Some(record.kind.0),
            _ => facts.know(FieldId::SUCCESS),
        }
        Some(facts)
    }

    fn add(&mut self, name: &[u8], value: &'a [u8]) {
        let decimal = || str::from_utf8(value).ok()?.parse().ok();
        let hexadecimal = || short_hex(value);
        let numbers = &mut self.numbers;
        let (place, id) = match name {
            b"pid" => (&mut numbers.pid, FieldId::PID),
            b"ppid" => (&mut numbers.ppid, FieldId::PPID),
            b"auid" => (&mut numbers.auid, FieldId::LOGINUID),
            b"uid" => (&mut numbers.uid, FieldId::UID),
            b"gid" => (&mut numbers.gid, FieldId::GID),
            b"euid" => (&mut numbers.euid, FieldId::EUID),
            b"suid" => (&mut numbers.suid, FieldId::SUID),
            b"fsuid" => (&mut numbers.fsuid, FieldId::FSUID),
            b"egid" => (&mut numbers.egid, FieldId::EGID),
            b"sgid" => (&mut numbers.sgid, FieldId::SGID),
            b"fsgid" => (&mut numbers.fsgid, FieldId::FSGID),
            b"ses" => (&mut numbers.sessionid, FieldId::SESSIONID),
            b"syscall" | b"uring_op" => (&mut numbers.syscall, CALL),
            b"arch" | b"per" => {
                let Some(number) = hexadecimal().and_then(|number| u32::try_from(number).ok()) else { return };
                if name == b"per" {
                    numbers.pers = number;
                } else {
                    numbers.arch = number;
                    self.know(FieldId::ARCH);
                }
                return;
            }
            [b'a', digit @ b'0'..=b'3'] => {
                let at = usize::from(digit - b'0');
                if let (Some(argument), Some(place)) = (hexadecimal(), numbers.args.get_mut(at)) {
                    *place = argument;
                    self.know(FieldId(FieldId::ARG0.0 + at as u32));
                }
                return;
            }
            _ => return self.add_other(name, value),
        };
        // what a program says of itself comes after what the kernel knows
        if let (Some(number), false) = (decimal(), self.known & bit(id) != 0) {
            *place = number;
            self.know(id);
        }
    }

    fn add_other(&mut self, name: &[u8], value: &'a [u8]) {
        match name {
            b"exit" => {
                if let Some(exit) = str::from_utf8(value).ok().and_then(|text| text.parse().ok()) {
                    self.numbers.exit = exit;
                    self.know(FieldId::EXIT);
                }
            }
            b"success" => self.numbers.success = Some(value == b"yes"),
            b"items" => self.items = str::from_utf8(value).ok().and_then(|text| text.parse().ok()).unwrap_or(0),
            b"exe" if value != b"(null)" => self.exe = Some(untrusted(value)),
            b"subj" => self.subject = Some(value),
            b"key" if value != b"(null)" => self.key = Some(untrusted(value)),
            _ => {}
        }
    }

    fn know(&mut self, id: FieldId) {
        self.known |= bit(id);
    }

    /// Whether the number of a field is known.
    pub(super) fn knows(&self, id: FieldId) -> bool {
        // no result is a result, too
        let id = if id == FieldId::EXIT && self.numbers.success.is_none() { FieldId::SUCCESS } else { id };
        bit(id) != 0 && self.known & bit(id) != 0
    }

    /// Whether the record says which call it is of.
    pub(super) fn has_call(&self) -> bool {
        self.known & bit(CALL) != 0
    }

    /// The call's name.
    pub(super) fn call_name(&self) -> Option<&'static str> {
        if self.list == List::Exit { syscall::name(self.numbers.arch, self.numbers.syscall) } else { None }
    }

    /// The path items of the event.
    pub(super) fn files(&self) -> &Files<'a> {
        self.files.get_or_init(|| Files::of(self.event, self.items, self.relative_to_descriptor()))
    }

    /// What the call does to files, bits of [`raudit_rules::perm`]; `None` if the records do not tell.
    pub(super) fn access(&self) -> Option<u32> {
        *self.access.get_or_init(|| access::of(self))
    }

    /// Whether names are not relative to the working directory, but to a directory that an argument is.
    fn relative_to_descriptor(&self) -> bool {
        let [first, second, third, _] = self.numbers.args;
        let directories = match self.call_name() {
            Some("symlinkat") => [second, second],
            Some("linkat" | "renameat" | "renameat2") => [first, third],
            Some(name) if !takes_directory(name) => return false,
            _ => [first, first],
        };
        directories.iter().any(|&descriptor| descriptor as u32 != libc::AT_FDCWD.cast_unsigned())
    }

    /// The family of the address that the call carried; `None` if no record tells.
    pub(super) fn address_family(&self) -> Option<u32> {
        let record = self.event.records().find(|record| record.kind == Kind::SOCKADDR)?;
        let bytes = decode_hex(Fields::find(record.text(), b"saddr")?.value.get(..4)?)?;
        let [low, high] = *bytes.as_slice() else { return None };
        // in the byte order of the machine, as the log does not say which that was
        Some(u16::from_ne_bytes([low, high]).into())
    }

    /// The flags of openat2; `None` if no record tells.
    pub(super) fn openat2_flags(&self) -> Option<u64> {
        let record = self.event.records().find(|record| record.kind == OPENAT2)?;
        let flags = str::from_utf8(Fields::find(record.text(), b"oflag")?.value).ok()?;
        u64::from_str_radix(flags, 8).ok()
    }
}

/// Whether the first argument of a call is a directory that names are relative to.
fn takes_directory(name: &str) -> bool {
    let is_other = name.ends_with("stat") || name == "creat";
    name.ends_with("at") && !is_other || name.ends_with("at2") || matches!(name, "statx" | "fstatat64")
}

/// The number of the call: no field of rules about calls.
const CALL: FieldId = FieldId(FieldId::MSGTYPE.0);

/// A bit for each field that a number decides; none for others.
fn bit(id: FieldId) -> u64 {
    match id.0 {
        number @ 0..=25 if id != FieldId::LOGINUID_SET => 1 << number,
        _ if id == FieldId::LOGINUID_SET => 1 << FieldId::LOGINUID.0,
        103 | 104 => 1 << (id.0 - 103 + 32),
        200..=203 => 1 << (id.0 - 200 + 40),
        _ => 0,
    }
}
