//! What a rule is, after parsing and before anybody acts on it.

use crate::{Field, FieldId, SyscallMask, Value};

/// The list a rule stands in, by the kernel's number (`AUDIT_FILTER_*`, linux/audit.h).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[repr(u32)]
#[allow(missing_docs, reason = "the names are the language's own")]
pub enum List {
    User = 0,
    Task = 1,
    Exit = 4,
    Exclude = 5,
    Filesystem = 6,
    IoUring = 7,
}

impl List {
    /// Every list, in the order the kernel lists rules.
    pub const ALL: [Self; 6] = [Self::User, Self::Task, Self::Exit, Self::Exclude, Self::Filesystem, Self::IoUring];

    /// The list with this kernel number.
    pub fn from_number(number: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|&list| list as u32 == number)
    }

    /// As written in a rule.
    pub fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Task => "task",
            Self::Exit => "exit",
            Self::Exclude => "exclude",
            Self::Filesystem => "filesystem",
            Self::IoUring => "io_uring",
        }
    }
}

/// What happens when a rule matches (`AUDIT_NEVER` = 0, `AUDIT_ALWAYS` = 2).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[repr(u32)]
#[allow(missing_docs, reason = "the names are the language's own")]
pub enum Action {
    Never = 0,
    Always = 2,
}

/// A rule, complete and checked.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Rule {
    /// The list it stands in.
    pub list: List,
    /// What it decides.
    pub action: Action,
    /// The system calls (or io_uring operations) it is about.
    pub syscalls: SyscallMask,
    /// The conditions, in the order written; all must hold.
    pub fields: Vec<Field>,
}

impl Rule {
    /// The key, several joined by 0x01, if there is one.
    pub fn key(&self) -> Option<&[u8]> {
        self.fields.iter().find(|f| f.id == FieldId::FILTERKEY).and_then(|f| match &f.value {
            Value::Text(text) => Some(text.as_slice()),
            Value::Number(_) => None,
        })
    }

    /// The rule as a rule set and the kernel keep it, see [`SyscallMask::normalised`].
    pub fn normalised(&self) -> Self {
        Self { syscalls: self.syscalls.normalised(), ..self.clone() }
    }

    /// The audit architecture (`AUDIT_ARCH_*`) of the first `arch` field, whatever its operator.
    pub fn arch(&self) -> Option<u32> {
        self.fields.iter().find(|f| f.id == FieldId::ARCH).and_then(|f| match f.value {
            Value::Number(number) => Some(number),
            Value::Text(_) => None,
        })
    }
}
