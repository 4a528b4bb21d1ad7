//! A rule while its options are read.

use super::fault::{Fault, Reason};
use super::{Context, number};
use crate::valid::MAX_KEY_LEN;
use crate::wire::{MAX_FIELDS, MAX_TEXT};
use crate::{Action, Field, FieldId, List, Op, Rule, SyscallMask, Value, names, perm};
use raudit_tables::{Table, arch, syscall};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;

/// Longest name of a file (`NAME_MAX`).
const MAX_NAME: usize = 255;

/// Where a rule goes to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Goal {
    Append,
    Prepend,
    Delete,
}

/// What the options so far have said about the rule.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) goal: Option<Goal>,
    pub(super) list: Option<List>,
    pub(super) action: Option<Action>,
    /// How many of `-a`, `-A`, `-d` there were.
    operations: u32,
    pub(super) syscalls: SyscallMask,
    pub(super) fields: Vec<Field>,
    /// Architecture whose call names are meant: of `-F arch`, or the machine's own after a `-S` without one.
    pub(super) arch: Option<u32>,
    pub(super) syscall_added: bool,
    pub(super) perm_added: bool,
    pub(super) exe_added: bool,
    pub(super) fs_added: bool,
    /// Keys so far, joined by 0x01.
    key: Vec<u8>,
    /// The kernel's feature bitmap.
    pub(super) features: u32,
    /// Number of the line in a rules file.
    pub(super) line: Option<usize>,
    pub(super) warnings: Vec<String>,
}

/// Why the two words of `-a` were not taken.
pub(super) enum BadWords<'a> {
    Repeated,
    /// The word, or all of them, that is neither.
    Unknown(&'a [u8]),
    /// The action `possible` of old.
    Deprecated,
}

/// Bytes as they are shown in messages.
pub(super) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn list_named(name: &[u8]) -> Option<List> {
    List::ALL.into_iter().find(|list| list.name().as_bytes().eq_ignore_ascii_case(name))
}

fn action_named(name: &[u8]) -> Option<Action> {
    match name {
        b"always" => Some(Action::Always),
        b"never" => Some(Action::Never),
        _ => None,
    }
}

impl Draft {
    pub(super) fn new(context: Context) -> Self {
        Self { features: context.features, line: context.line, ..Self::default() }
    }

    /// Whether `-k` may follow.
    pub(super) fn takes_key(&self) -> bool {
        self.syscall_added || self.perm_added || self.exe_added || self.fs_added
    }

    /// The list and action of `-a list,action`, in either order. After `-w` the list is settled and must come first.
    pub(super) fn set_list_and_action<'a>(&mut self, words: &'a [u8]) -> Result<(), BadWords<'a>> {
        self.operations += 1;
        if self.operations > 1 {
            return Err(BadWords::Repeated);
        }
        let mut parts = words.split(|&b| b == b',');
        let (Some(first), Some(second), None) = (parts.next(), parts.next(), parts.next()) else {
            return Err(BadWords::Unknown(words));
        };
        let settled = self.list.is_some();
        match action_named(first) {
            Some(action) => self.action = Some(action),
            None if first == b"possible" => return Err(BadWords::Unknown(first)),
            None => self.list = Some(list_named(first).ok_or(BadWords::Unknown(first))?),
        }
        let list_is_first = settled || action_named(first).is_none();
        if list_is_first {
            if second == b"possible" {
                return Err(BadWords::Deprecated);
            }
            self.action = Some(action_named(second).ok_or(BadWords::Unknown(second))?);
        } else {
            self.list = Some(list_named(second).ok_or(BadWords::Unknown(second))?);
        }
        Ok(())
    }

    /// Names system calls (or io_uring operations), separated by commas.
    pub(super) fn add_syscalls(&mut self, words: &[u8]) -> Result<(), Fault> {
        match self.list {
            Some(List::IoUring) => return self.add_io_uring(words),
            Some(list @ (List::Task | List::User | List::Filesystem)) => {
                let line = format!("Error: syscall auditing being added to {} list", list.name());
                return Err(Fault::new(Reason::CallsOnList, line));
            }
            Some(List::Exclude) => {
                return Err(Fault::new(Reason::CallsOnList, "Error: syscall auditing cannot be put on exclude list"));
            }
            Some(List::Exit) | None => {}
        }
        if words.is_empty() {
            return Err(Fault::new(Reason::Call, "Syscall name unknown: "));
        }
        let arch_given = self.arch.is_some();
        let of = *self.arch.get_or_insert(arch::native());
        let table = syscall::table(of);
        for word in words.split(|&b| b == b',').filter(|word| !word.is_empty()) {
            if !name_call(&mut self.syscalls, table, word) {
                let line = match table {
                    None if !number::starts_number(word) => format!("Elf type unknown: {of:#x}"),
                    _ => format!("Syscall name unknown: {}", text(word)),
                };
                return Err(Fault::new(Reason::Call, line).at(words, word));
            }
        }
        self.syscall_added = true;
        let adds = matches!(self.goal, Some(Goal::Append | Goal::Prepend));
        if !arch_given && adds && self.differs_on_32_bits(of, words) {
            let line = self.line.map(|line| format!(" in line {line}")).unwrap_or_default();
            self.warnings.push(format!("WARNING - 32/64 bit syscall mismatch{line}, you should specify an arch"));
        }
        Ok(())
    }

    /// Whether the same names mean other numbers to 32-bit programs. Like auditctl, asked of three machines only: on the
    /// others hardly a name would pass.
    fn differs_on_32_bits(&self, of: u32, words: &[u8]) -> bool {
        let usual = [arch::X86_64, arch::PPC64, arch::S390X].contains(&of);
        let narrow = arch::compat(of).filter(|_| usual);
        let Some(table) = narrow.and_then(syscall::table) else { return false };
        let mut mask = SyscallMask::EMPTY;
        for word in words.split(|&b| b == b',').filter(|word| !word.is_empty()) {
            name_call(&mut mask, Some(table), word);
        }
        mask != self.syscalls
    }

    fn add_io_uring(&mut self, words: &[u8]) -> Result<(), Fault> {
        for word in words.split(|&b| b == b',').filter(|word| !word.is_empty()) {
            if word == b"all" {
                for (number, _) in names::IO_URING.iter() {
                    self.syscalls.insert(number);
                }
            } else if !name_call(&mut self.syscalls, Some(&names::IO_URING), word) {
                let line = format!("io_uring op unknown: {}", text(words));
                return Err(Fault::new(Reason::Call, line).at(words, word));
            }
        }
        self.syscall_added = true;
        Ok(())
    }

    /// Names the calls that may make an access of this kind, when the architecture is known. `Err` when its calls are not.
    pub(super) fn add_perm_syscalls(&mut self, bit: u32) -> Result<(), ()> {
        let Some(of) = self.arch else { return Ok(()) };
        let table = syscall::table(of).ok_or(())?;
        for &name in perm::syscalls(bit) {
            // auditctl knows a call by the name it prints: to it, aarch64 has no fstat but a newfstat.
            if let Some(number) = table.number(name).filter(|&number| table.name(number) == Some(name)) {
                self.syscalls.insert(number);
            }
        }
        self.syscall_added = true;
        Ok(())
    }

    /// A watch: path or directory, whichever it is now, with all kinds of access.
    pub(super) fn watch(&mut self, goal: Goal, path: &[u8]) -> Result<(), Fault> {
        self.goal = Some(goal);
        self.list = Some(List::Exit);
        self.action = Some(Action::Always);
        self.syscall_added = true;
        self.check_path(path)?;
        if !self.fields.is_empty() {
            return Err("Rule is not empty".into());
        }
        let mut path = path;
        while let [shorter @ .., b'/'] = path {
            if shorter.is_empty() {
                break;
            }
            path = shorter;
        }
        let is_dir = fs::metadata(OsStr::from_bytes(path)).is_ok_and(|found| found.is_dir());
        let id = if is_dir { FieldId::DIR } else { FieldId::WATCH };
        self.fields.push(Field { id, op: Op::Eq, value: Value::Text(path.to_vec()) });
        let all = perm::READ | perm::WRITE | perm::EXEC | perm::ATTR;
        self.fields.push(Field { id: FieldId::PERM, op: Op::Eq, value: Value::Number(all) });
        self.syscalls = SyscallMask::ALL;
        self.perm_added = true;
        if goal != Goal::Delete {
            self.warnings.push("Old style watch rules are slower".into());
        }
        Ok(())
    }

    fn check_path(&mut self, path: &[u8]) -> Result<(), Fault> {
        if path.len() >= MAX_TEXT {
            return Err("The path passed for the watch is too big".into());
        }
        if !path.starts_with(b"/") {
            return Err(Fault::new(Reason::Path, "The path must start with '/'"));
        }
        let parts = path.split(|&b| b == b'/').rfind(|part| !part.is_empty());
        if parts.is_some_and(|base| base.len() > MAX_NAME) {
            return Err("The base name of the path is too big".into());
        }
        if path.windows(2).any(|two| two == b"..") {
            self.warnings.push("Warning - relative path notation is not supported".into());
        }
        if path.contains(&b'*') || path.contains(&b'?') {
            self.warnings.push("Warning - wildcard notation is not supported".into());
        }
        Ok(())
    }

    /// `-p`: sets the kinds of access of a watch.
    pub(super) fn set_perm(&mut self, letters: &[u8]) -> Result<(), Fault> {
        if letters.len() > 4 {
            return Err(Fault::new(Reason::Letters, format!("permission {} is too long", text(letters))));
        }
        let mut bits = 0;
        for letter in letters.chunks(1) {
            let bit = letter.first().and_then(|&letter| perm::bit(letter));
            bits |= bit.ok_or_else(|| {
                let shown: String = letter.iter().copied().map(char::from).collect();
                Fault::new(Reason::Letters, format!("Permission {shown} isn't supported")).at(letters, letter)
            })?;
        }
        if self.fields.is_empty() {
            return Err(Fault::new(Reason::Order, "Permissions should be preceeded by other fields"));
        }
        let mut found = false;
        for field in self.fields.iter_mut().filter(|field| field.id == FieldId::PERM) {
            field.value = Value::Number(bits);
            found = true;
        }
        if !found {
            if self.fields.len() >= MAX_FIELDS - 1 {
                return Err("Too many fields when adding permissions".into());
            }
            self.fields.push(Field { id: FieldId::PERM, op: Op::Eq, value: Value::Number(bits) });
        }
        self.perm_added = true;
        Ok(())
    }

    /// One more key.
    pub(super) fn add_key(&mut self, key: &[u8]) -> Result<(), Fault> {
        let separator = usize::from(!self.key.is_empty());
        if key.len() + separator + self.key.len() > MAX_KEY_LEN {
            return Err(Fault::new(Reason::Key, "key option exceeds size limit"));
        }
        if key.contains(&1) {
            return Err(Fault::new(Reason::Key, format!("key {} has illegal character", text(key))));
        }
        if separator == 1 {
            self.key.push(1);
        }
        self.key.extend_from_slice(key);
        Ok(())
    }

    /// All keys as one condition, if there are any: it goes last.
    pub(super) fn key_condition(&self) -> Option<Vec<u8>> {
        (!self.key.is_empty()).then(|| [b"key=", self.key.as_slice()].concat())
    }

    /// The rule, when a list and an action were given.
    pub(super) fn finish(mut self) -> Option<(Rule, Goal)> {
        let (goal, list, action) = (self.goal?, self.list?, self.action?);
        if list != List::Task && !self.syscall_added {
            self.syscalls = SyscallMask::ALL;
        }
        Some((Rule { list, action, syscalls: self.syscalls, fields: self.fields }, goal))
    }
}

/// Adds the call with this name, this number, or `all`, to the mask.
fn name_call(mask: &mut SyscallMask, table: Option<&Table>, word: &[u8]) -> bool {
    if word == b"all" {
        *mask = SyscallMask::ALL;
        return true;
    }
    let by_name = || table?.number(&text(word).to_ascii_lowercase());
    by_name().or_else(|| number::unsigned(word)).is_some_and(|number| mask.insert(number))
}
