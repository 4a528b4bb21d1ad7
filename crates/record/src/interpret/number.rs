//! Values that are numbers with a meaning.

use super::flags::{push_0x, push_mode, push_mode_short, push_or_hex, push_with_default};
use super::meaning::Meaning;
use crate::Kind;
use crate::text::{push_signed, short_hex};
use raudit_tables::family::PROTOCOL;
use raudit_tables::flag::{CAPABILITY, IOCTL, MAP_FLAG, OPEN_FLAG, RESOLVE};
use raudit_tables::{errno, signal};

/// Appends what a number stands for; false if the meaning is no number or the value is none.
pub fn push(meaning: Meaning, kind: Kind, value: &[u8], out: &mut Vec<u8>) -> bool {
    let text = unquoted(value);
    match meaning {
        Meaning::Exit => return exit(text, out),
        Meaning::Session => return word(out, text == b"4294967295", "unset"),
        Meaning::NetfilterAction => named(out, &NETFILTER_ACTIONS, decimal(text), text, "unknown-action("),
        Meaning::NetfilterHook => named(out, &NETFILTER_HOOKS, decimal(text), text, "unknown-hook("),
        Meaning::NetlinkGroup => {
            out.extend_from_slice(if decimal(text) == Some(1) { b"audit-netlink-multicast" } else { b"audit-none" });
        }
        _ => return push_decimal_meaning(meaning, text, out) || push_octal_or_hex(meaning, kind, text, out),
    }
    true
}

fn push_decimal_meaning(meaning: Meaning, text: &[u8], out: &mut Vec<u8>) -> bool {
    let Some(number) = decimal(text) else { return false };
    match meaning {
        Meaning::Result if number == 0 => out.extend_from_slice(b"no"),
        Meaning::Result if number == 1 => out.extend_from_slice(b"yes"),
        Meaning::Promiscuous => out.extend_from_slice(if number == 0 { b"no" } else { b"yes" }),
        Meaning::Permission => permission(out, number),
        Meaning::Capability => capability(out, number),
        Meaning::Signal => match u32::try_from(number).ok().and_then(|n| signal::SIGNAL.name(n)) {
            Some(name) => out.extend_from_slice(name.as_bytes()),
            None if number == 0 => out.extend_from_slice(b"SIG0"),
            None => unknown(out, "unknown-signal(", text),
        },
        Meaning::List => named(out, &LISTS, Some(number), text, "unknown-list("),
        Meaning::NetfilterFamily => named(out, &NETFILTER_FAMILIES, Some(number), text, "unknown-netfilter-protocol("),
        Meaning::IcmpType => named(out, &ICMP_TYPES, Some(number), text, "unknown-icmp-type("),
        Meaning::Protocol => {
            let name = u32::try_from(number).ok().and_then(|n| PROTOCOL.name(n));
            out.extend_from_slice(name.unwrap_or("undefined protocol").as_bytes());
        }
        Meaning::Fanotify => out.extend_from_slice(match number {
            1 => b"allow",
            2 => b"deny",
            _ => b"unknown".as_slice(),
        }),
        _ => return false,
    }
    true
}

fn push_octal_or_hex(meaning: Meaning, kind: Kind, text: &[u8], out: &mut Vec<u8>) -> bool {
    let number = match meaning {
        Meaning::CapabilitySet => {
            match leading_hex(text) {
                Some(set) => capability_set(out, set),
                None => unknown(out, "conversion error(", text),
            }
            return true;
        }
        Meaning::EtherType => {
            out.extend_from_slice(match hex(text) {
                Some(0x0800) => b"IP",
                Some(0x0806) => b"ARP",
                _ => b"UNKNOWN".as_slice(),
            });
            return true;
        }
        Meaning::Mode | Meaning::ModeShort => octal(text),
        // openat2's are octal, those of message queues hex with a prefix.
        Meaning::OpenFlags if kind == Kind::OPENAT2 => octal(text).or_else(|| hex(text)),
        _ => hex(text),
    };
    let Some(number) = number else { return false };
    match meaning {
        Meaning::Mode => push_mode(out, number),
        Meaning::ModeShort => push_mode_short(out, number),
        Meaning::OpenFlags => push_open_flags(out, number),
        Meaning::MapFlags => push_map_flags(out, number),
        Meaning::LookupFlags => lookup_flags(out, number),
        Meaning::Resolve => push_or_hex(out, &RESOLVE, number),
        Meaning::Personality => push_personality(out, number),
        Meaning::Seccomp => {
            named(out, &SECCOMP, i64::try_from(number >> 16).ok(), text, "unknown-seccomp-code(");
        }
        Meaning::Ioctl => push_ioctl(out, number),
        _ => return false,
    }
    true
}

/// What is left of a value without quotes, and without the one that ends a user message.
fn unquoted(value: &[u8]) -> &[u8] {
    match value {
        [b'"', inner @ .., b'"'] => inner,
        [inner @ .., b'\''] => inner,
        other => other,
    }
}

/// The number a value starts with: ids are followed by the quote that ends a user message.
pub fn leading(value: &[u8]) -> &[u8] {
    unquoted(value)
}

fn decimal(text: &[u8]) -> Option<i64> {
    /// No number of so few digits is too large.
    const SURE: usize = 18;
    if !text.is_empty() && text.len() <= SURE && text.iter().all(u8::is_ascii_digit) {
        return Some(text.iter().fold(0, |number, digit| number * 10 + i64::from(digit - b'0')));
    }
    str::from_utf8(text).ok()?.parse().ok()
}

fn octal(text: &[u8]) -> Option<u64> {
    u64::from_str_radix(str::from_utf8(text).ok()?, 8).ok()
}

/// Hex with or without `0x`.
pub fn hex(text: &[u8]) -> Option<u64> {
    let digits = text.strip_prefix(b"0x").unwrap_or(text);
    if let Some(number) = short_hex(digits) {
        return Some(number);
    }
    u64::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()
}

/// The number that a text starts with, hex; 0 when it is none, as `?` is for capabilities nobody could read. `None`: too large.
fn leading_hex(text: &[u8]) -> Option<u64> {
    let digits = text.strip_prefix(b"0x").unwrap_or(text);
    let end = digits.iter().position(|b| !b.is_ascii_hexdigit()).unwrap_or(digits.len());
    match digits.split_at(end).0 {
        [] => Some(0),
        digits => hex(digits),
    }
}

fn word(out: &mut Vec<u8>, holds: bool, word: &str) -> bool {
    if holds {
        out.extend_from_slice(word.as_bytes());
    }
    holds
}

fn unknown(out: &mut Vec<u8>, prefix: &str, text: &[u8]) {
    out.extend_from_slice(prefix.as_bytes());
    out.extend_from_slice(text);
    out.push(b')');
}

/// Appends a name out of a few.
fn named(out: &mut Vec<u8>, names: &[(i64, &str)], number: Option<i64>, text: &[u8], prefix: &str) {
    match names.iter().find(|(n, _)| Some(*n) == number) {
        Some((_, name)) => out.extend_from_slice(name.as_bytes()),
        None => unknown(out, prefix, text),
    }
}

/// `exit=`: negative numbers are `NAME(text)`.
fn exit(text: &[u8], out: &mut Vec<u8>) -> bool {
    let Some(number) = decimal(text) else { return false };
    let Some(error) = number.checked_neg().filter(|&error| error > 0).and_then(|error| i32::try_from(error).ok())
    else {
        push_signed(out, number);
        return true;
    };
    if let Some((_, text)) = RESTARTS.iter().find(|(restart, _)| *restart == error) {
        out.extend_from_slice(text.as_bytes());
        return true;
    }
    let name = errno::name(error.unsigned_abs()).unwrap_or("(null)");
    out.extend_from_slice(name.as_bytes());
    out.push(b'(');
    out.extend_from_slice(errno::text(error).as_bytes());
    out.push(b')');
    true
}

/// What the kernel returns to itself when a signal interrupts a call (include/linux/errno.h); programs never see them.
const RESTARTS: [(i32, &str); 5] = [
    (512, "ERESTARTSYS(Interrupted and restarted if the handler allows it)"),
    (513, "ERESTARTNOINTR(Interrupted and restarted)"),
    (514, "ERESTARTNOHAND(Interrupted and restarted if there is no handler)"),
    (515, "ENOIOCTLCMD(No such ioctl command)"),
    (516, "ERESTART_RESTARTBLOCK(Interrupted and restarted with the time left)"),
];

/// Access of a watch; none at all means all.
fn permission(out: &mut Vec<u8>, bits: i64) {
    let start = out.len();
    for (bit, name) in [(4, "read"), (2, "write"), (1, "exec"), (8, "attr")] {
        if bits & bit != 0 || bits == 0 {
            super::flags::separate(out, start, b',');
            out.extend_from_slice(name.as_bytes());
        }
    }
}

/// Appends one capability, `chown`.
fn capability(out: &mut Vec<u8>, number: i64) {
    match u32::try_from(number).ok().and_then(|n| CAPABILITY.name(n)) {
        Some(name) => out.extend_from_slice(name.as_bytes()),
        None => {
            out.extend_from_slice(b"unknown-capability(");
            push_signed(out, number);
            out.push(b')');
        }
    }
}

fn capability_set(out: &mut Vec<u8>, set: u64) {
    if set == 0 {
        return out.extend_from_slice(b"none");
    }
    let start = out.len();
    for (number, name) in CAPABILITY.iter() {
        if set >> number & 1 == 1 {
            super::flags::separate(out, start, b',');
            out.extend_from_slice(name.as_bytes());
        }
    }
    if out.len() == start {
        out.extend_from_slice(b"none");
    }
}

/// Appends flags of open.
pub fn push_open_flags(out: &mut Vec<u8>, flags: u64) {
    push_with_default(out, &OPEN_FLAG, flags, 3, "O_RDONLY");
}

/// `MAP_TYPE` of linux/mman.h: shared, private or, in old kernels, neither.
const MAP_TYPE: u64 = 0xf;

/// Appends flags of mmap.
pub fn push_map_flags(out: &mut Vec<u8>, flags: u64) {
    let start = out.len();
    push_with_default(out, &MAP_FLAG, flags, MAP_TYPE, "MAP_FILE");
    if out.len() == start {
        push_0x(out, flags);
    }
}

/// Appends a request of ioctl.
pub fn push_ioctl(out: &mut Vec<u8>, request: u64) {
    match u32::try_from(request).ok().and_then(|r| IOCTL.name(r)) {
        Some(name) => out.extend_from_slice(name.as_bytes()),
        None => push_0x(out, request),
    }
}

/// `LOOKUP_*` of include/linux/namei.h, as PATH records of old kernels have them.
fn lookup_flags(out: &mut Vec<u8>, flags: u64) {
    let start = out.len();
    let names = [
        (1, "follow"),
        (2, "directory"),
        (4, "continue"),
        (0x10, "parent"),
        (0x20, "noalt"),
        (0x40, "atomic"),
        (0x100, "open"),
        (0x200, "create"),
        (0x400, "access"),
    ];
    for (bit, name) in names {
        if flags & bit != 0 {
            super::flags::separate(out, start, b',');
            out.extend_from_slice(name.as_bytes());
        }
    }
    if flags == 0 {
        out.extend_from_slice(b"none");
    } else if out.len() == start {
        push_0x(out, flags);
    }
}

/// `ADDR_NO_RANDOMIZE` of linux/personality.h; the low byte is the personality proper.
const NO_RANDOMIZE: u64 = 0x0004_0000;

/// Appends a personality.
pub fn push_personality(out: &mut Vec<u8>, number: u64) {
    let name = match number & 0xff {
        0x00 => "PER_LINUX",
        0x06 => "PER_BSD",
        0x08 => "PER_LINUX32",
        0x0c => "PER_RISCOS",
        0x0f => "PER_OSF4",
        0x10 => "PER_HPUX",
        _ => {
            out.extend_from_slice(b"unknown-personality(");
            push_0x(out, number);
            return out.push(b')');
        }
    };
    out.extend_from_slice(name.as_bytes());
    if number & NO_RANDOMIZE != 0 {
        out.extend_from_slice(b"|~ADDR_NO_RANDOMIZE");
    }
}

/// Rule lists (`AUDIT_FILTER_*`).
const LISTS: [(i64, &str); 6] =
    [(0, "user"), (1, "task"), (4, "exit"), (5, "exclude"), (6, "filesystem"), (7, "io_uring")];

/// `SECCOMP_RET_*`, the upper half.
const SECCOMP: [(i64, &str); 8] = [
    (0x0000, "kill-thread"),
    (0x8000, "kill-process"),
    (0x0003, "trap"),
    (0x0005, "errno"),
    (0x7fc0, "user-notify"),
    (0x7ff0, "trace"),
    (0x7ffc, "log"),
    (0x7fff, "allow"),
];

/// `NFPROTO_*`.
const NETFILTER_FAMILIES: [(i64, &str); 8] = [
    (0, "unspecified"),
    (1, "inet"),
    (2, "ipv4"),
    (3, "arp"),
    (5, "netdev"),
    (7, "bridge"),
    (10, "ipv6"),
    (12, "decnet"),
];

/// `NF_INET_*` and `NF_BR_BROUTING`.
const NETFILTER_HOOKS: [(i64, &str); 6] =
    [(0, "PREROUTING"), (1, "INPUT"), (2, "FORWARD"), (3, "OUTPUT"), (4, "POSTROUTING"), (5, "BROUTING")];

/// What the AUDIT target of netfilter calls its types.
const NETFILTER_ACTIONS: [(i64, &str); 3] = [(0, "ACCEPT"), (1, "DROP"), (2, "REJECT")];

/// ICMP types (RFC 792 and 950).
const ICMP_TYPES: [(i64, &str); 13] = [
    (0, "echo-reply"),
    (3, "destination-unreachable"),
    (4, "source-quench"),
    (5, "redirect"),
    (8, "echo"),
    (11, "time-exceeded"),
    (12, "parameter-problem"),
    (13, "timestamp-request"),
    (14, "timestamp-reply"),
    (15, "info-request"),
    (16, "info-reply"),
    (17, "address-mask-request"),
    (18, "address-mask-reply"),
];
