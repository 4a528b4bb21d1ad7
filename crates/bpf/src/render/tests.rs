//! Golden: a hand-made event, rendered as the kernel renders the same call.
use super::*;
use crate::fact;
use crate::wire::Record;
use crate::wire::sample::Sample;

struct NoFiles;

impl Lookup for NoFiles {
    fn capabilities(&mut self, _: &Event<'_>, _: &Item<'_>, _: &[u8]) -> Option<FileCaps> {
        Some(FileCaps { permitted: 0x2000, effective: true, version: 2, ..FileCaps::default() })
    }
    fn interpreter(&mut self, _: &Event<'_>, _: &Item<'_>) -> Option<Vec<u8>> {
        Some(b"/lib64/ld.so".to_vec())
    }
    fn label(&mut self, event: &Event<'_>, sid: u32, out: &mut Vec<u8>) -> bool {
        out.extend(format!("u:r:t{sid}:s{}", event.policy_sequence()).into_bytes());
        sid < 100
    }
}

/// An openat by pid 42 that nobody logged in for.
fn event(ret: i64) -> Sample {
    let unset = u32::MAX;
    let event = Sample::call(0xc000_003e, 257, ret).argument(0, 0xffff_ff9c);
    event.fact(fact::PID, 42).fact(fact::AUID, unset).fact(fact::SESSION, unset)
}

fn rendered(event: Sample, argv: &[u8], key: Option<&[u8]>) -> Vec<String> {
    let bytes = event.bytes();
    let Ok(Record::Syscall(event)) = Record::decode(&bytes) else { panic!("not an event") };
    let mut out = Records::default();
    let besides = Besides { argv, key, ..Besides::default() };
    Renderer::default().event(&event, EventId { sec: 1, milli: 2, serial: 3 }, besides, &mut NoFiles, &mut out);
    out.iter().map(|(kind, text)| format!("{kind} {}", String::from_utf8_lossy(text))).collect()
}

#[test]
fn an_open_has_its_records_in_the_kernels_order() {
    let e = event(-2).section(section::EXE, 0, b"cat\0bin\0usr\0").section(section::CWD, 0, b"root\0");
    let e = e.item(0, 0, 0, 0, b"/no such").section(section::TITLE, 0, b"cat\0/no such\0");
    assert_eq!(
        rendered(e, b"", Some(b"k")),
        [
            "SYSCALL audit(1.002:3): arch=c000003e syscall=257 success=no exit=-2 a0=ffffff9c a1=0 a2=0 a3=0 items=1 ppid=0 \
             pid=42 auid=4294967295 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=pts0 ses=4294967295 \
             comm=\"cat\" exe=\"/usr/bin/cat\" key=\"k\"",
            "CWD audit(1.002:3): cwd=\"/root\"",
            "PATH audit(1.002:3): item=0 name=2F6E6F2073756368 nametype=UNKNOWN cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 \
             cap_frootid=0",
            "PROCTITLE audit(1.002:3): proctitle=636174002F6E6F2073756368",
            "EOE audit(1.002:3): ",
        ]
    );
}

#[test]
fn an_execve_names_its_interpreter_and_file_capabilities() {
    let e = event(0).flags(EVENT_F_EXEC).section(section::CWD, 0, b"");
    let e = e.item(1, 1, 0o100_755, 0, b"/bin/ping").item(1, 3, 0o100_755, 0, b"");
    let lines = rendered(e, b"ping\0-c1\0", None);
    assert!(lines[0].ends_with("comm=\"cat\" exe=(null) key=(null)"), "{}", lines[0]);
    assert_eq!(lines[1], "EXECVE audit(1.002:3): argc=2 a0=\"ping\" a1=\"-c1\"");
    assert_eq!(lines[2], "CWD audit(1.002:3): cwd=\"/\"");
    assert_eq!(
        lines[3],
        "PATH audit(1.002:3): item=0 name=\"/bin/ping\" inode=1234 dev=fe:01 mode=0100755 ouid=0 ogid=0 rdev=00:00 \
         nametype=NORMAL cap_fp=0000000000002000 cap_fi=0 cap_fe=1 cap_fver=2 cap_frootid=0"
    );
    assert!(lines[4].contains("item=1 name=\"/lib64/ld.so\""), "{}", lines[4]);
    assert_eq!(lines[5], "PROCTITLE audit(1.002:3): proctitle=\"(null)\"");
}

#[test]
fn labels_are_where_the_kernel_puts_them() {
    // the task's SID and the policy's sequence
    let label = [7u32.to_ne_bytes(), 9u32.to_ne_bytes()].concat();
    let e = event(-2).section(section::LABEL, section::F_SID, &label).section(section::CWD, 0, b"");
    let e = e.item(1, 1, 0o100_644, 8, b"/etc/shadow").item(1, 1, 0o100_644, 4711, b"/etc/shadow");
    let e = e.item(0, 0, 0, 0, b"x");
    let lines = rendered(e, b"", None);
    assert!(lines[0].ends_with("exe=(null) subj=u:r:t7:s9 key=(null)"), "{}", lines[0]);
    assert!(lines[2].contains(" rdev=00:00 obj=u:r:t8:s9 nametype=NORMAL "), "{}", lines[2]);
    assert!(lines[3].contains(" rdev=00:00 osid=4711 nametype=NORMAL "), "{}", lines[3]);
    assert!(lines[4].contains(" name=\"x\" nametype=UNKNOWN "), "{}", lines[4]);
    let text = event(0).section(section::LABEL, 0, b"unconfined");
    assert!(rendered(text, b"", None)[0].ends_with(" subj=unconfined key=(null)"));
}
