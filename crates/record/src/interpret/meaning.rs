//! What kind of value a field has, by its name and record type.

use crate::Kind;
use crate::short::{Key, key, place};

/// The kinds of values.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[allow(missing_docs, reason = "the fields of each are named in `Meaning::of`")]
pub enum Meaning {
    /// Printed as it is.
    Plain,
    /// A security label: printed as it is.
    Label,
    User,
    Group,
    Syscall,
    Arch,
    SockAddr,
    /// An argument of a system call, 0 to 3, in hex.
    Argument(u8),
    /// A result: negative numbers are errors.
    Exit,
    /// `"text"` or hex.
    Untrusted,
    /// As [`Untrusted`](Self::Untrusted), several keys separated by 0x01.
    Key,
    /// As [`Untrusted`](Self::Untrusted), with NULs between words.
    Proctitle,
    /// What was typed on a terminal, in hex.
    Tty,
    /// Access of a rule or watch, as bits.
    Permission,
    /// A file's type and mode, in octal.
    Mode,
    /// A mode without type, in octal.
    ModeShort,
    /// Whether an interface is promiscuous.
    Promiscuous,
    Capability,
    CapabilitySet,
    /// `1` is yes.
    Result,
    Signal,
    /// A list of rules.
    List,
    Session,
    NetfilterFamily,
    NetfilterHook,
    NetfilterAction,
    IcmpType,
    Protocol,
    /// An ethertype.
    EtherType,
    Address,
    Personality,
    Seccomp,
    OpenFlags,
    MapFlags,
    LookupFlags,
    Ioctl,
    Fanotify,
    NetlinkGroup,
    Resolve,
}

impl Meaning {
    /// What field `name` holds in a record of type `kind`.
    pub fn of(kind: Kind, name: &[u8]) -> Self {
        match (kind, name) {
            (Kind::EXECVE, _) if is_argument(name) => Self::Untrusted,
            (Kind::AVC, b"saddr") => Self::Plain,
            (Kind::NETFILTER_PKT, b"saddr") => Self::Address,
            (Kind::MQ_OPEN, b"mode") => Self::ModeShort,
            (Kind::PATH, b"flags") => Self::LookupFlags,
            (Kind::USER_TTY, b"msg") => Self::Untrusted,
            // The fingerprint of a key is called as the permitted set of a file.
            (Kind::CRYPTO_KEY_USER, b"fp") => Self::Plain,
            (_, b"id") if kind.is_about_groups() => Self::Group,
            _ => known(name).unwrap_or(Self::Plain),
        }
    }

    /// As [`of`](Self::of), where the value is known: an account that is neither quoted nor hexadecimal, such as `?`, is no text.
    pub fn of_value(kind: Kind, name: &[u8], value: &[u8]) -> Self {
        Self::of(kind, name).of_this(name, value)
    }

    /// What this value means, where `self` is what field `name` mostly holds.
    pub(super) fn of_this(self, name: &[u8], value: &[u8]) -> Self {
        let is_text = || value.first() == Some(&b'"') || value.iter().all(u8::is_ascii_hexdigit);
        if self == Self::Untrusted && name == b"acct" && !is_text() { Self::Plain } else { self }
    }

    /// True for what a daemon may have recorded beside the value.
    pub fn is_enriched(self) -> bool {
        matches!(self, Self::User | Self::Group | Self::Syscall | Self::Arch | Self::SockAddr)
    }

    /// True when the value is printed as it stands, with a comma behind it.
    pub fn is_verbatim(self) -> bool {
        matches!(self, Self::Plain | Self::Label)
    }
}

/// Four times as many as there are names: few share one.
const PLACES_BITS: u32 = 9;
const PLACES: usize = 1 << PLACES_BITS;

/// The meaning in [`NAMES`]. A table with the next free place for names that share one: at most one comparison for most fields.
#[inline]
fn known(name: &[u8]) -> Option<Meaning> {
    let key = key(name)?;
    let behind = TABLE.get(place(key, PLACES_BITS)..)?.iter();
    behind.take_while(|(known, _)| known[2] != 0).find(|(known, _)| *known == key).map(|&(_, meaning)| meaning)
}

/// [`NAMES`] by their place; room behind the last place, and length 0 where nothing is.
static TABLE: [(Key, Meaning); PLACES + NAMES.len()] = table();

#[expect(clippy::indexing_slicing, reason = "runs at compile time, where a wrong index is an error")]
const fn table() -> [(Key, Meaning); PLACES + NAMES.len()] {
    let mut table = [([0; 3], Meaning::Plain); PLACES + NAMES.len()];
    let mut at = 0;
    while at < NAMES.len() {
        let name = NAMES[at].0.as_bytes();
        let mut key = [0, 0, name.len() as u64];
        let mut byte = 0;
        while byte < name.len() {
            if byte < 8 {
                key[0] = key[0] << 8 | name[byte] as u64;
            }
            if name.len() >= 8 && byte + 8 >= name.len() {
                key[1] = key[1] << 8 | name[byte] as u64;
            }
            byte += 1;
        }
        let mut free = place(key, PLACES_BITS);
        while table[free].0[2] != 0 {
            free += 1;
        }
        table[free] = (key, NAMES[at].1);
        at += 1;
    }
    table
}

/// Names that mean the same in nearly every record, sorted.
const NAMES: [(&str, Meaning); 120] = [
    ("a0", Meaning::Argument(0)),
    ("a1", Meaning::Argument(1)),
    ("a2", Meaning::Argument(2)),
    ("a3", Meaning::Argument(3)),
    ("acct", Meaning::Untrusted),
    ("action", Meaning::NetfilterAction),
    ("addr", Meaning::Address),
    ("apparmor", Meaning::Untrusted),
    ("arch", Meaning::Arch),
    ("auid", Meaning::User),
    ("cap_fi", Meaning::CapabilitySet),
    ("cap_fp", Meaning::CapabilitySet),
    ("cap_pa", Meaning::CapabilitySet),
    ("cap_pe", Meaning::CapabilitySet),
    ("cap_pi", Meaning::CapabilitySet),
    ("cap_pp", Meaning::CapabilitySet),
    ("capability", Meaning::Capability),
    ("cgroup", Meaning::Untrusted),
    ("cmd", Meaning::Untrusted),
    ("code", Meaning::Seccomp),
    ("comm", Meaning::Untrusted),
    ("cwd", Meaning::Untrusted),
    ("data", Meaning::Tty),
    ("denied_mask", Meaning::Untrusted),
    ("device", Meaning::Untrusted),
    ("dir", Meaning::Untrusted),
    ("egid", Meaning::Group),
    ("euid", Meaning::User),
    ("exe", Meaning::Untrusted),
    ("exit", Meaning::Exit),
    ("family", Meaning::NetfilterFamily),
    ("fi", Meaning::CapabilitySet),
    ("file", Meaning::Untrusted),
    ("flags", Meaning::MapFlags),
    ("fp", Meaning::CapabilitySet),
    ("fsgid", Meaning::Group),
    ("fsuid", Meaning::User),
    ("gid", Meaning::Group),
    ("grp", Meaning::Untrusted),
    ("hook", Meaning::NetfilterHook),
    ("icmptype", Meaning::IcmpType),
    ("id", Meaning::User),
    ("igid", Meaning::Group),
    ("img-ctx", Meaning::Label),
    ("info", Meaning::Untrusted),
    ("inode_gid", Meaning::Group),
    ("inode_uid", Meaning::User),
    ("invalid_context", Meaning::Untrusted),
    ("ioctlcmd", Meaning::Ioctl),
    ("iuid", Meaning::User),
    ("key", Meaning::Key),
    ("list", Meaning::List),
    ("macproto", Meaning::EtherType),
    ("mode", Meaning::Mode),
    ("name", Meaning::Untrusted),
    ("new-chardev", Meaning::Untrusted),
    ("new-disk", Meaning::Untrusted),
    ("new-fs", Meaning::Untrusted),
    ("new-net", Meaning::Untrusted),
    ("new-rng", Meaning::Untrusted),
    ("new_gid", Meaning::Group),
    ("new_group", Meaning::Untrusted),
    ("new_pe", Meaning::CapabilitySet),
    ("new_pi", Meaning::CapabilitySet),
    ("new_pp", Meaning::CapabilitySet),
    ("nl-mcgrp", Meaning::NetlinkGroup),
    ("oauid", Meaning::User),
    ("obj", Meaning::Label),
    ("obj_gid", Meaning::Group),
    ("obj_uid", Meaning::User),
    ("ocomm", Meaning::Untrusted),
    ("oflag", Meaning::OpenFlags),
    ("ogid", Meaning::Group),
    ("old-auid", Meaning::User),
    ("old-chardev", Meaning::Untrusted),
    ("old-disk", Meaning::Untrusted),
    ("old-fs", Meaning::Untrusted),
    ("old-net", Meaning::Untrusted),
    ("old-rng", Meaning::Untrusted),
    ("old_pa", Meaning::CapabilitySet),
    ("old_pe", Meaning::CapabilitySet),
    ("old_pi", Meaning::CapabilitySet),
    ("old_pp", Meaning::CapabilitySet),
    ("old_prom", Meaning::Promiscuous),
    ("operation", Meaning::Untrusted),
    ("ouid", Meaning::User),
    ("pa", Meaning::CapabilitySet),
    ("path", Meaning::Untrusted),
    ("pe", Meaning::CapabilitySet),
    ("per", Meaning::Personality),
    ("perm", Meaning::Permission),
    ("perm_mask", Meaning::Permission),
    ("pi", Meaning::CapabilitySet),
    ("pp", Meaning::CapabilitySet),
    ("proctitle", Meaning::Proctitle),
    ("profile", Meaning::Untrusted),
    ("prom", Meaning::Promiscuous),
    ("proto", Meaning::Protocol),
    ("requested_mask", Meaning::Untrusted),
    ("res", Meaning::Result),
    ("resolve", Meaning::Resolve),
    ("resp", Meaning::Fanotify),
    ("result", Meaning::Result),
    ("root_dir", Meaning::Untrusted),
    ("saddr", Meaning::SockAddr),
    ("sauid", Meaning::User),
    ("scontext", Meaning::Label),
    ("ses", Meaning::Session),
    ("sgid", Meaning::Group),
    ("sig", Meaning::Signal),
    ("sigev_signo", Meaning::Signal),
    ("subj", Meaning::Label),
    ("suid", Meaning::User),
    ("sw", Meaning::Untrusted),
    ("syscall", Meaning::Syscall),
    ("tcontext", Meaning::Label),
    ("uid", Meaning::User),
    ("vm", Meaning::Untrusted),
    ("vm-ctx", Meaning::Label),
    ("watch", Meaning::Untrusted),
];

/// `a0`, `a12`, `a1[3]`, but neither `argc` nor `a1_len`.
fn is_argument(name: &[u8]) -> bool {
    match name {
        [b'a', digit, rest @ ..] => {
            digit.is_ascii_digit() && rest.iter().all(|b| b.is_ascii_digit() || matches!(b, b'[' | b']'))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted() {
        assert!(NAMES.is_sorted_by(|a, b| a.0 < b.0));
        for (name, meaning) in NAMES {
            assert_eq!(Meaning::of(Kind::SYSCALL, name.as_bytes()), meaning, "{name}");
        }
        assert_eq!(Meaning::of(Kind::SYSCALL, b"a_name_longer_than_any"), Meaning::Plain);
    }

    #[test]
    fn the_record_type_decides_where_names_are_shared() {
        assert_eq!(Meaning::of(Kind::PATH, b"mode"), Meaning::Mode);
        assert_eq!(Meaning::of(Kind::MQ_OPEN, b"mode"), Meaning::ModeShort);
        assert_eq!(Meaning::of(Kind::ADD_USER, b"id"), Meaning::User);
        assert_eq!(Meaning::of(Kind::ADD_GROUP, b"id"), Meaning::Group);
        assert_eq!(Meaning::of_value(Kind(1100), b"acct", b"?"), Meaning::Plain);
        assert_eq!(Meaning::of_value(Kind(1100), b"acct", b"726F6F74"), Meaning::Untrusted);
        assert_eq!(Meaning::of_value(Kind(1100), b"acct", b"\"?\""), Meaning::Untrusted);
        assert_eq!(Meaning::of(Kind::SYSCALL, b"a1"), Meaning::Argument(1));
        assert_eq!(Meaning::of(Kind::EXECVE, b"a1[2]"), Meaning::Untrusted);
        assert_eq!(Meaning::of(Kind::EXECVE, b"a1_len"), Meaning::Plain);
        assert_eq!(Meaning::of(Kind::SYSCALL, b"items"), Meaning::Plain);
    }
}
