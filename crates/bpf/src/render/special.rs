//! The record of an event's special type (`show_special`, auditsc.c), and MMAP, for which the arguments are enough.

use super::path::push_set;
use crate::fact;
use crate::wire::Event;
use crate::wire::records::{Special, special};
use raudit_record::Kind;
use raudit_record::text::push_untrusted;
use raudit_tables::syscall;
use std::fmt::Write as _;

const MAP_ANONYMOUS: u64 = 0x20;
const PAGE: u64 = 4096;
/// In `struct special`'s values.
const INJECTED: usize = 12;
/// What the kernel calls the six values of NTP, in their order (`audit_log_time`).
const NTP: [&str; 6] = ["offset", "freq", "status", "tai", "tick", "adjust"];
/// How many arguments each call in socketcall has (net/socket.c), by its number.
const SOCKETCALLS: [usize; 21] = [0, 3, 3, 3, 2, 3, 3, 3, 4, 4, 4, 6, 6, 2, 5, 5, 3, 3, 4, 5, 4];
/// `MSG_CMSG_COMPAT`: set by the kernel in the flags of 32-bit calls, and which argument these are, by the call's number.
const CMSG_COMPAT: u64 = 0x8000_0000;
const FLAGS: [(u64, usize); 6] = [(10, 3), (12, 3), (16, 2), (17, 2), (19, 3), (20, 3)];

/// The records, in their order.
pub fn records(event: &Event<'_>) -> Vec<(Kind, Vec<u8>)> {
    let Some(s) = event.special() else { return mmap(event).into_iter().collect() };
    let v = |at| s.value(at);
    let one = |kind, text: String| vec![(kind, text.into_bytes())];
    match s.kind {
        special::MODULE => {
            let mut text = b"name=".to_vec();
            push_untrusted(&mut text, s.text);
            vec![(Kind::KERN_MODULE, text)]
        }
        special::INJOFFSET => vec![(Kind::TIME_INJOFFSET, injected(&s).unwrap_or_default())],
        special::ADJNTPVAL => adjusted(&s),
        special::MMAP => one(Kind::MMAP, format!("fd={} flags={:#x}", v(0) as i32, v(1) as u32)),
        special::CAPSET => vec![(Kind::CAPSET, capset(event, &s))],
        special::OPENAT2 => one(Kind::OPENAT2, format!("oflag=0{:o} mode=0{:o} resolve=0x{:x}", v(0), v(1), v(2))),
        special::IPC => ipc(&s),
        special::MQ_OPEN => one(Kind::MQ_OPEN, format!("oflag=0x{:x} mode={} {}", v(0), mode(v(1)), attributes(&s))),
        special::MQ_SENDRECV => one(
            Kind::MQ_SENDRECV,
            format!(
                "mqdes={} msg_len={} msg_prio={} abs_timeout_sec={} abs_timeout_nsec={}",
                v(0) as i32,
                v(1) as i64,
                v(2) as u32,
                v(3) as i64,
                v(4) as i64
            ),
        ),
        special::MQ_NOTIFY => one(Kind::MQ_NOTIFY, format!("mqdes={} sigev_signo={}", v(0) as i32, v(1) as i32)),
        // the kernel ends this one with a space
        special::MQ_GETSETATTR => one(Kind::MQ_GETSETATTR, format!("mqdes={} {} ", v(0) as i32, attributes(&s))),
        special::SOCKETCALL => socketcall(event, &s).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// Octal with a leading zero, and zero as one (`%#ho`).
fn mode(mode: u64) -> String {
    match mode as u16 {
        0 => "0".into(),
        mode => format!("0{mode:o}"),
    }
}

fn injected(s: &Special<'_>) -> Option<Vec<u8>> {
    let (sec, nsec) = (s.value(INJECTED) as i64, s.value(INJECTED + 1) as i64);
    (sec != 0 || nsec != 0).then(|| format!("sec={sec} nsec={nsec}").into_bytes())
}

fn adjusted(s: &Special<'_>) -> Vec<(Kind, Vec<u8>)> {
    let changed = |(at, name): (usize, &str)| {
        let (old, new) = (s.value(2 * at) as i64, s.value(2 * at + 1) as i64);
        (old != new).then(|| (Kind::TIME_ADJNTPVAL, format!("op={name} old={old} new={new}").into_bytes()))
    };
    let offset = injected(s).map(|text| (Kind::TIME_INJOFFSET, text));
    NTP.into_iter().enumerate().filter_map(changed).chain(offset).collect()
}

fn capset(event: &Event<'_>, s: &Special<'_>) -> Vec<u8> {
    let mut text = format!("pid={}", event.fact(fact::PID)).into_bytes();
    for (at, name) in [" cap_pi=", " cap_pp=", " cap_pe=", " cap_pa="].into_iter().enumerate() {
        push_set(&mut text, name, s.value(at));
    }
    text
}

fn ipc(s: &Special<'_>) -> Vec<(Kind, Vec<u8>)> {
    let owner =
        |at| format!("ouid={} ogid={} mode={}", s.value(at) as u32, s.value(at + 1) as u32, mode(s.value(at + 2)));
    let mut records = vec![(Kind::IPC, owner(0).into_bytes())];
    if s.flags & special::F_SET_PERM != 0 {
        records.push((Kind::IPC_SET_PERM, format!("qbytes={:x} {}", s.value(3), owner(4)).into_bytes()));
    }
    records
}

fn attributes(s: &Special<'_>) -> String {
    let mut text = String::new();
    let [flags, maxmsg, msgsize, curmsgs] = [2, 3, 4, 5].map(|at| s.value(at) as i64);
    let _ = write!(text, "mq_flags={flags:#x} mq_maxmsg={maxmsg} mq_msgsize={msgsize} mq_curmsgs={curmsgs}");
    text
}

fn socketcall(event: &Event<'_>, s: &Special<'_>) -> Option<(Kind, Vec<u8>)> {
    let number = *event.args.first()?;
    let count = *SOCKETCALLS.get(usize::try_from(number).ok()?)?;
    let mut text = format!("nargs={count}");
    for at in 0..count {
        let flags = FLAGS.contains(&(number, at));
        let value = if flags { s.value(at) & !CMSG_COMPAT } else { s.value(at) };
        let _ = write!(text, " a{at}={value:x}");
    }
    Some((Kind::SOCKETCALL, text.into_bytes()))
}

/// mmap of a file, or of what is no file: whenever the flags say so, and the kernel's copy is the arguments themselves.
fn mmap(event: &Event<'_>) -> Option<(Kind, Vec<u8>)> {
    let aligned = match (event.arch == raudit_tables::arch::native(), syscall::name(event.arch, event.nr)?) {
        (true, "mmap") => event.args[5].is_multiple_of(PAGE),
        (false, "mmap2") => true,
        _ => return None,
    };
    let (flags, fd) = (event.args[3], event.args[4]);
    (aligned && flags & MAP_ANONYMOUS == 0)
        .then(|| (Kind::MMAP, format!("fd={} flags={:#x}", fd as i32, flags as u32).into_bytes()))
}

/// FD_PAIR: of pipe whatever happens next, of socketpair when it succeeded.
pub fn fd_pair(event: &Event<'_>) -> Option<Vec<u8>> {
    const SOCKETPAIR: u64 = 8;
    let [one, other] = event.fds()?;
    let shown = match syscall::name(event.arch, event.nr)? {
        "pipe" | "pipe2" => true,
        "socketpair" => event.ret == 0,
        "socketcall" => event.ret == 0 && event.args.first() == Some(&SOCKETPAIR),
        _ => false,
    };
    shown.then(|| format!("fd0={one} fd1={other}").into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::skel::EVENT_LEN;
    use crate::wire::{Record, section};

    /// An event of this call, with a special record of these values.
    fn event(arch: u32, nr: u32, args: [u64; 6], sections: &[(u16, Vec<u8>)]) -> Vec<u8> {
        let mut bytes = vec![0; EVENT_LEN];
        let mut put = |at: usize, value: &[u8]| bytes[at..at + value.len()].copy_from_slice(value);
        put(4, &1u16.to_ne_bytes());
        for (at, arg) in args.into_iter().enumerate() {
            put(32 + at * 8, &arg.to_ne_bytes());
        }
        put(80, &arch.to_ne_bytes());
        put(84, &nr.to_ne_bytes());
        put(104, &77u32.to_ne_bytes());
        for (kind, data) in sections {
            bytes.extend(kind.to_ne_bytes());
            bytes.extend([0; 2]);
            bytes.extend((data.len() as u32).to_ne_bytes());
            bytes.extend(data);
        }
        let size = bytes.len() as u32;
        bytes[..4].copy_from_slice(&size.to_ne_bytes());
        bytes
    }

    fn special(kind: u32, flags: u32, values: &[i64], text: &[u8]) -> (u16, Vec<u8>) {
        let mut data = [kind.to_ne_bytes(), flags.to_ne_bytes()].concat();
        data.extend((0..14).flat_map(|at| values.get(at).copied().unwrap_or(0).to_ne_bytes()));
        data.extend(text);
        data.resize(184, 0);
        (section::SPECIAL, data)
    }

    fn shown(bytes: &[u8]) -> Vec<String> {
        let Ok(Record::Syscall(event)) = Record::decode(bytes) else { panic!("not an event") };
        let pair = fd_pair(&event).map(|body| (Kind::FD_PAIR, body));
        let all = records(&event).into_iter().chain(pair);
        all.map(|(kind, body)| format!("{kind} {}", String::from_utf8(body).unwrap())).collect()
    }

    const NATIVE: u32 = raudit_tables::arch::native();
    const I386: u32 = raudit_tables::arch::I386;

    fn number(call: &str) -> u32 {
        syscall::table(NATIVE).unwrap().number(call).unwrap()
    }

    #[test]
    fn each_kind_is_written_as_the_kernel_writes_it() {
        let mq = [0o102, 0o640, 0x800, 10, -1, 0];
        for (kind, flags, values, text, expected) in [
            (special::MODULE, 0, &[][..], &b"a b"[..], &["KERN_MODULE name=612062"][..]),
            (
                special::INJOFFSET,
                0,
                &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, 5],
                b"",
                &["TIME_INJOFFSET sec=-1 nsec=5"],
            ),
            (special::OPENAT2, 0, &[0o102, 0o640, 8], b"", &["OPENAT2 oflag=0102 mode=0640 resolve=0x8"]),
            (special::IPC, 0, &[1, 2, 0], b"", &["IPC ouid=1 ogid=2 mode=0"]),
            (
                special::IPC,
                1,
                &[1, 2, 0o600, -1, 3, 4, 0o444],
                b"",
                &["IPC ouid=1 ogid=2 mode=0600", "IPC_SET_PERM qbytes=ffffffffffffffff ouid=3 ogid=4 mode=0444"],
            ),
            (
                special::CAPSET,
                0,
                &[0, 1, 2, 0],
                b"",
                &["CAPSET pid=77 cap_pi=0 cap_pp=0000000000000001 cap_pe=0000000000000002 cap_pa=0"],
            ),
            (
                special::MQ_OPEN,
                0,
                &mq,
                b"",
                &["MQ_OPEN oflag=0x42 mode=0640 mq_flags=0x800 mq_maxmsg=10 mq_msgsize=-1 mq_curmsgs=0"],
            ),
            (
                special::MQ_GETSETATTR,
                0,
                &[3, 0, 0x800, 10, 1, 0],
                b"",
                &["MQ_GETSETATTR mqdes=3 mq_flags=0x800 mq_maxmsg=10 mq_msgsize=1 mq_curmsgs=0 "],
            ),
            (special::MQ_NOTIFY, 0, &[-1, 12], b"", &["MQ_NOTIFY mqdes=-1 sigev_signo=12"]),
            (
                special::MQ_SENDRECV,
                0,
                &[3, 8, 1, -2, 5],
                b"",
                &["MQ_SENDRECV mqdes=3 msg_len=8 msg_prio=1 abs_timeout_sec=-2 abs_timeout_nsec=5"],
            ),
        ] {
            assert_eq!(shown(&event(NATIVE, number("write"), [0; 6], &[special(kind, flags, values, text)])), expected);
        }
    }

    #[test]
    fn adjtimex_has_a_record_for_each_change() {
        let values = [5, 6, 1, 1, 0, 64, 0, 0, 0, 0, 0, 0, -1, 999];
        assert_eq!(
            shown(&event(NATIVE, number("adjtimex"), [0; 6], &[special(special::ADJNTPVAL, 0, &values, b"")])),
            [
                "TIME_ADJNTPVAL op=offset old=5 new=6",
                "TIME_ADJNTPVAL op=status old=0 new=64",
                "TIME_INJOFFSET sec=-1 nsec=999",
            ]
        );
    }

    #[test]
    fn mmap_has_one_unless_it_is_anonymous_or_refused_at_once() {
        let file = [0, 4096, 1, 2, u64::MAX, 8192];
        assert_eq!(shown(&event(NATIVE, number("mmap"), file, &[])), ["MMAP fd=-1 flags=0x2"]);
        assert!(shown(&event(NATIVE, number("mmap"), [0, 4096, 1, 2, 3, 1], &[])).is_empty());
        assert!(shown(&event(NATIVE, number("mmap"), [0, 4096, 1, 0x22, 3, 0], &[])).is_empty());
        assert_eq!(shown(&event(I386, 192, [0, 4096, 1, 2, 3, 1], &[])), ["MMAP fd=3 flags=0x2"]);
        assert!(shown(&event(I386, 90, file, &[])).is_empty());
    }

    #[test]
    fn socketcall_has_the_arguments_its_part_has() {
        let values = [3, 2, 0x8000_0040, 9, 9, 9];
        let call = |number| event(I386, 102, [number, 0, 0, 0, 0, 0], &[special(special::SOCKETCALL, 0, &values, b"")]);
        assert_eq!(shown(&call(17)), ["SOCKETCALL nargs=3 a0=3 a1=2 a2=40"]);
        assert_eq!(shown(&call(3)), ["SOCKETCALL nargs=3 a0=3 a1=2 a2=80000040"]);
        assert!(shown(&call(99)).is_empty());
    }

    #[test]
    fn descriptors_are_a_pair_for_calls_that_make_pairs() {
        let fds = (section::FDS, [3u32.to_ne_bytes(), 4u32.to_ne_bytes()].concat());
        assert_eq!(shown(&event(NATIVE, number("pipe2"), [0; 6], std::slice::from_ref(&fds))), ["FD_PAIR fd0=3 fd1=4"]);
        assert!(shown(&event(NATIVE, number("mq_open"), [0; 6], &[fds])).is_empty());
    }
}
