//! The record type.

use raudit_tables::record_type;
use std::fmt;

/// A record type: the `nlmsg_type` of the message, `type=NAME` in the log.
///
/// An open enumeration: numbers without a name print as `UNKNOWN[1999]` and read back the same.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Kind(pub u32);

/// Constants for the types this project treats specially; names of all are in `tables::record_type`.
#[allow(missing_docs, reason = "the names are linux/audit.h's and libaudit.h's, without AUDIT_")]
impl Kind {
    pub const USER: Self = Self(1005);
    pub const LOGIN: Self = Self(1006);
    pub const DAEMON_START: Self = Self(1200);
    pub const DAEMON_END: Self = Self(1201);
    pub const DAEMON_ABORT: Self = Self(1202);
    pub const DAEMON_CONFIG: Self = Self(1203);
    pub const DAEMON_ROTATE: Self = Self(1205);
    pub const DAEMON_RESUME: Self = Self(1206);
    pub const DAEMON_ERR: Self = Self(1209);
    pub const SYSCALL: Self = Self(1300);
    pub const PATH: Self = Self(1302);
    pub const CONFIG_CHANGE: Self = Self(1305);
    pub const SOCKADDR: Self = Self(1306);
    pub const CWD: Self = Self(1307);
    pub const EXECVE: Self = Self(1309);
    pub const EOE: Self = Self(1320);
    pub const PROCTITLE: Self = Self(1327);
}

impl Kind {
    /// The name without `AUDIT_`, if this type has one.
    pub fn name(self) -> Option<&'static str> {
        record_type::RECORD_TYPE.name(self.0)
    }

    /// The type with this name (exact, upper case), or of the form `UNKNOWN[n]`.
    pub fn from_name(name: &str) -> Option<Self> {
        if let Some(n) = name.strip_prefix("UNKNOWN[").and_then(|n| n.strip_suffix(']')) {
            return n.parse().ok().map(Self);
        }
        record_type::RECORD_TYPE.number(name).map(Self)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "UNKNOWN[{}]", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_numbers_print_and_read_back() {
        assert_eq!(Kind(1999).to_string(), "UNKNOWN[1999]");
        assert_eq!(Kind::from_name("UNKNOWN[1999]"), Some(Kind(1999)));
        assert_eq!(Kind::from_name("UNKNOWN[x]"), None);
    }

    #[test]
    fn constants_agree_with_the_table() {
        for (kind, name) in [(Kind::SYSCALL, "SYSCALL"), (Kind::PROCTITLE, "PROCTITLE"), (Kind::DAEMON_ERR, "DAEMON_ERR")]
        {
            assert_eq!(kind.name(), Some(name));
            assert_eq!(Kind::from_name(name), Some(kind));
        }
    }
}
