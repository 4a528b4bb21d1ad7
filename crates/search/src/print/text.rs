//! `--format text`: a sentence for each event, in the normaliser's words.

use super::clock::Clock;
use crate::event::Event;
use crate::locale::DateForm;
use crate::normalize::{Normal, Normalizer, ObjectKind, Part};
use memchr::memmem;
use raudit_record::interpret::Escape;
use std::io::{self, Write};

/// Of several processes that are acted on, this many are named.
const MOST_PROCESSES: usize = 3;

/// Writes sentences.
#[derive(Debug)]
pub(super) struct Text {
    clock: Clock,
    normalizer: Normalizer,
    sentence: Vec<u8>,
    scratch: Vec<u8>,
}

impl Text {
    /// Dates in the locale's form, text escaped in this way.
    pub(super) fn new(date: &DateForm, escape: Escape) -> Self {
        let normalizer = Normalizer::new(escape, false);
        Self { clock: Clock::new(date), normalizer, sentence: Vec::new(), scratch: Vec::new() }
    }

    /// Writes the sentence of an event, or several if it has records behind one that ends an event.
    ///
    /// # Errors
    /// What writing gives.
    pub(super) fn write(&mut self, event: &Event, to: &mut impl Write) -> io::Result<()> {
        let Self { clock, normalizer, sentence: out, scratch } = self;
        clock.set(event.id.sec);
        normalizer.each(event, |mut normal| {
            out.clear();
            push_time(clock, !event.node.is_empty(), &mut normal, out);
            push_subject(&mut normal, out);
            match normal.succeeded(scratch) {
                Some(true) => out.extend_from_slice(b" successfully "),
                Some(false) => out.extend_from_slice(b" unsuccessfully "),
                None => out.push(b' '),
            }
            out.extend_from_slice(normal.action().unwrap_or(b"did-unknown"));
            out.push(b' ');
            push_object(&mut normal, scratch, out);
            push_processes(&mut normal, out);
            // "started-session using ..." would not be English
            if let (Some(how), Some(action)) = (normal.how(), normal.action())
                && action.first() != Some(&b'e')
            {
                out.extend_from_slice(b"using ");
                out.extend_from_slice(how);
            }
            out.push(b'\n');
            to.write_all(out)
        })
    }
}

fn push_time(clock: &Clock, has_node: bool, normal: &mut Normal<'_, '_>, out: &mut Vec<u8>) {
    if has_node {
        out.extend_from_slice(b"On ");
        normal.push_first(out);
        out.extend_from_slice(b" at ");
    } else {
        out.extend_from_slice(b"At ");
    }
    let words =
        if clock.time.is_empty() { [&b"?"[..], b"", b""] } else { [&clock.time[..], b" ", clock.date.as_bytes()] };
    for word in words {
        out.extend_from_slice(word);
    }
    out.push(b' ');
}

/// Who: the account of the login, and the one acted as if that is another.
fn push_subject(normal: &mut Normal<'_, '_>, out: &mut Vec<u8>) {
    /// Nobody's number.
    const NOBODY: i32 = -2;
    let start = out.len();
    let mut login = NOBODY;
    if normal.push(Part::Subject, out) {
        login = normal.number(Part::Subject).unwrap_or(NOBODY);
        if out.get(start..) == Some(b"unset") {
            out.truncate(start);
            out.extend_from_slice(b"system");
        }
    }
    if let Some(uid) = normal.number(Part::SecondSubject)
        && uid != login
        && login != NOBODY
        && uid != -1
    {
        out.extend_from_slice(b", acting as ");
        normal.push(Part::SecondSubject, out);
        out.push(b',');
    }
}

/// What is acted on; of an address only the host, or the family if it has none.
fn push_object(normal: &mut Normal<'_, '_>, scratch: &mut Vec<u8>, out: &mut Vec<u8>) {
    scratch.clear();
    if normal.push_object(Part::Object, scratch) {
        let host = normal.object_is_address().then(|| host(scratch)).flatten();
        out.extend_from_slice(host.unwrap_or(scratch));
        out.push(b' ');
    }
    scratch.clear();
    if normal.push_object(Part::OtherObject, scratch) {
        out.extend_from_slice(b"to ");
        out.extend_from_slice(scratch);
        out.push(b' ');
    }
}

/// What stands behind `laddr=`, or `fam=`, up to a blank.
fn host(address: &[u8]) -> Option<&[u8]> {
    [&b"laddr="[..], b"fam="].iter().find_map(|name| {
        let value = address.get(memmem::find(address, name)? + name.len()..)?;
        value.get(..memchr::memchr(b' ', value)?)
    })
}

/// The processes that were acted on.
fn push_processes(normal: &mut Normal<'_, '_>, out: &mut Vec<u8>) {
    let count = normal.object_attributes();
    if !matches!(normal.object_kind(), ObjectKind::Process | ObjectKind::ProcessGroup) || count == 0 {
        return;
    }
    out.push(b'(');
    for attribute in 0..count.min(MOST_PROCESSES) {
        let start = out.len();
        if attribute > 0 {
            out.push(b',');
        }
        if !normal.push_process(attribute, out) {
            out.truncate(start);
        }
    }
    // there are dots also where nothing is left out
    out.extend_from_slice(if count < MOST_PROCESSES { b") " } else { b",...) " });
}

#[cfg(test)]
mod tests {
    use super::*;
    use raudit_record::Kind;

    /// The sentence without its time.
    fn sentence(lines: &[(Kind, &str)]) -> String {
        let mut event = Event::default();
        event.id.sec = 1_700_000_000;
        for (kind, body) in lines {
            event.push(*kind, format!("type={kind} msg=audit(1700000000.000:1): {body}").as_bytes());
        }
        let mut out = Vec::new();
        Text::new(&DateForm::default(), Escape::Tty).write(&event, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.starts_with("At ") && text.ends_with('\n'), "{text}");
        text["At 22:13:20 11/14/23 ".len()..].trim_end_matches('\n').to_owned()
    }

    fn call(number: u32, success: &str, rest: &[(Kind, &str)]) -> String {
        let call = format!(
            "arch=c000003e syscall={number} success={success} exit=0 a0=0 a1=1ff a2=0 a3=0 items=0 ppid=1 pid=2 auid=4294967295 uid=0 \
             gid=0 ses=1 comm=\"tool\" exe=\"/usr/bin/python3\" key=(null)"
        );
        sentence(&[&[(Kind::SYSCALL, &*call)], rest].concat())
    }

    #[test]
    fn calls() {
        let paths = [
            (Kind::CWD, "cwd=\"/\""),
            (Kind::PATH, "item=0 name=\"/d\" inode=1 mode=040755 nametype=PARENT"),
            (Kind::PATH, "item=1 name=\"d/f\" inode=2 mode=0100644 nametype=CREATE"),
        ];
        let with = |more: &[(Kind, &'static str)]| [&paths[..], more].concat();
        assert_eq!(call(257, "yes", &paths), "system, acting as root, successfully opened-file /d/f using tool");
        assert_eq!(call(87, "no", &paths), "system, acting as root, unsuccessfully deleted /d/f using tool");
        assert_eq!(
            call(90, "yes", &paths),
            "system, acting as root, successfully changed-file-permissions-of /d/f to 0777 using tool"
        );
        assert_eq!(
            call(999, "yes", &[]),
            "system, acting as root, successfully triggered-unknown-audit-rule using tool"
        );
        assert_eq!(call(59, "yes", &paths), "system, acting as root, successfully executed /d/f ");
        assert_eq!(
            call(105, "yes", &[]),
            "system, acting as root, successfully changed-identity-of tool to root using setuid"
        );
        let denied = with(&[(Kind::AVC, "avc:  denied  { open } for  pid=1 tclass=file")]);
        assert_eq!(
            call(257, "no", &denied),
            "system, acting as root, unsuccessfully accessed-mac-policy-controlled-object /d/f using tool"
        );
    }

    #[test]
    fn addresses_and_processes() {
        let to = |address| call(42, "yes", &[(Kind::SOCKADDR, address)]);
        assert_eq!(
            to("saddr=0200005035B9D0DA0000000000000000"),
            "system, acting as root, successfully connected-to 53.185.208.218 using tool"
        );
        assert_eq!(
            to("saddr=01002F72756E2F7800"),
            "system, acting as root, successfully connected-to local using tool"
        );
        let killed = |count| {
            let processes = [
                (Kind::OBJ_PID, "opid=5"),
                (Kind::OBJ_PID, "opid=6"),
                (Kind::OBJ_PID, "opid=7"),
                (Kind::OBJ_PID, "opid=8"),
            ];
            call(62, "yes", &processes[..count]).trim_start_matches("system, acting as root, successfully ").to_owned()
        };
        assert_eq!(killed(0), "killed-pid using tool");
        assert_eq!(killed(1), "killed-pid (5) using tool");
        assert_eq!(killed(2), "killed-list-of-pids (5,6) using tool");
        assert_eq!(killed(4), "killed-list-of-pids (5,6,7,...) using tool");
    }

    #[test]
    fn records_of_programs_the_kernel_and_the_daemon() {
        for (kind, body, expected) in [
            (
                Kind::SERVICE_START,
                "pid=1 uid=0 auid=0 ses=1 msg='unit=sshd exe=\"/x\" res=success'",
                "root successfully started-service sshd using /x",
            ),
            (
                Kind::USER_END,
                "pid=1 uid=0 auid=0 ses=1 msg='op=x exe=\"/x\" terminal=ssh res=failed'",
                "root unsuccessfully ended-session ssh ",
            ),
            (
                Kind::CONFIG_CHANGE,
                "op=set audit_backlog_limit=8 old=4 auid=0 ses=1 res=1",
                "root successfully changed-audit-configuration 8 ",
            ),
            (
                Kind::DAEMON_START,
                "op=start auid=4294967295 pid=1 uid=0 res=success",
                "system, acting as root, successfully started-audit using init",
            ),
            (
                Kind::SECCOMP,
                "auid=0 uid=0 ses=1 exe=\"/x\" sig=31 arch=c000003e syscall=59 code=0x0",
                "root unsuccessfully called-seccomp-controlled-syscall execve using /x",
            ),
            (
                Kind::VIRT_CONTROL,
                "pid=1 uid=0 auid=0 msg='op=start vm=\"m\" exe=\"/x\" res=success'",
                "root successfully issued-vm-control start to m using /x",
            ),
            (Kind::KERNEL, "initialized", " initialized-audit-subsystem "),
            (Kind(1999), "a=b", " did-unknown "),
        ] {
            assert_eq!(sentence(&[(kind, body)]), expected, "{kind}");
        }
    }
}
