//! What kind of value a field has, by its name and record type.

use crate::Kind;

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
        if kind == Kind::EXECVE && is_argument(name) {
            return Self::Untrusted;
        }
        match name {
            b"auid" | b"uid" | b"euid" | b"suid" | b"fsuid" | b"ouid" | b"oauid" | b"old-auid" | b"iuid"
            | b"inode_uid" | b"obj_uid" | b"sauid" => Self::User,
            b"gid" | b"egid" | b"sgid" | b"fsgid" | b"ogid" | b"igid" | b"inode_gid" | b"obj_gid" | b"new_gid" => {
                Self::Group
            }
            b"id" => {
                if kind.is_about_groups() {
                    Self::Group
                } else {
                    Self::User
                }
            }
            b"a0" => Self::Argument(0),
            b"a1" => Self::Argument(1),
            b"a2" => Self::Argument(2),
            b"a3" => Self::Argument(3),
            b"arch" => Self::Arch,
            b"syscall" => Self::Syscall,
            b"exit" => Self::Exit,
            b"res" | b"result" => Self::Result,
            b"ses" => Self::Session,
            b"key" => Self::Key,
            b"proctitle" => Self::Proctitle,
            b"mode" => {
                if kind == Kind::MQ_OPEN {
                    Self::ModeShort
                } else {
                    Self::Mode
                }
            }
            b"saddr" if kind == Kind::NETFILTER_PKT => Self::Address,
            b"saddr" => {
                if kind == Kind::AVC {
                    Self::Plain
                } else {
                    Self::SockAddr
                }
            }
            b"subj" | b"obj" | b"scontext" | b"tcontext" | b"vm-ctx" | b"img-ctx" => Self::Label,
            _ if is_untrusted(name) => Self::Untrusted,
            _ => Self::rare(kind, name),
        }
    }

    fn rare(kind: Kind, name: &[u8]) -> Self {
        match name {
            b"perm" | b"perm_mask" => Self::Permission,
            b"prom" | b"old_prom" => Self::Promiscuous,
            b"capability" => Self::Capability,
            // The fingerprint of a key has the same name.
            b"fp" if kind == Kind::CRYPTO_KEY_USER => Self::Plain,
            b"cap_fi" | b"cap_fp" | b"cap_pa" | b"cap_pe" | b"cap_pi" | b"cap_pp" | b"fi" | b"fp" | b"new_pe"
            | b"new_pi" | b"new_pp" | b"old_pa" | b"old_pe" | b"old_pi" | b"old_pp" | b"pa" | b"pe" | b"pi" | b"pp" => {
                Self::CapabilitySet
            }
            b"sig" | b"sigev_signo" => Self::Signal,
            b"list" => Self::List,
            b"data" => Self::Tty,
            b"msg" if kind == Kind::USER_TTY => Self::Untrusted,
            b"family" => Self::NetfilterFamily,
            b"hook" => Self::NetfilterHook,
            b"action" => Self::NetfilterAction,
            b"icmptype" => Self::IcmpType,
            b"proto" => Self::Protocol,
            b"macproto" => Self::EtherType,
            b"addr" => Self::Address,
            b"per" => Self::Personality,
            b"code" => Self::Seccomp,
            b"oflag" => Self::OpenFlags,
            b"flags" => {
                if kind == Kind::PATH {
                    Self::LookupFlags
                } else {
                    Self::MapFlags
                }
            }
            b"ioctlcmd" => Self::Ioctl,
            b"resp" => Self::Fanotify,
            b"nl-mcgrp" => Self::NetlinkGroup,
            b"resolve" => Self::Resolve,
            _ => Self::Plain,
        }
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

/// `a0`, `a12`, `a1[3]`, but neither `argc` nor `a1_len`.
fn is_argument(name: &[u8]) -> bool {
    match name {
        [b'a', digit, rest @ ..] => {
            digit.is_ascii_digit() && rest.iter().all(|b| b.is_ascii_digit() || matches!(b, b'[' | b']'))
        }
        _ => false,
    }
}

/// Fields whose sender writes `"text"` or hex.
fn is_untrusted(name: &[u8]) -> bool {
    let of_processes: [&[u8]; 8] = [b"comm", b"exe", b"cwd", b"cmd", b"ocomm", b"acct", b"grp", b"new_group"];
    let of_files: [&[u8]; 8] = [b"name", b"path", b"file", b"dir", b"device", b"watch", b"root_dir", b"cgroup"];
    let of_apparmor: [&[u8]; 6] =
        [b"apparmor", b"operation", b"profile", b"requested_mask", b"denied_mask", b"invalid_context"];
    let of_virtual_machines: [&[u8]; 13] = [
        b"vm",
        b"old-disk",
        b"new-disk",
        b"old-fs",
        b"new-fs",
        b"old-net",
        b"new-net",
        b"old-rng",
        b"new-rng",
        b"old-chardev",
        b"new-chardev",
        b"sw",
        b"info",
    ];
    of_processes.contains(&name)
        || of_files.contains(&name)
        || of_apparmor.contains(&name)
        || of_virtual_machines.contains(&name)
}
