//! Golden: a hand-made event, rendered as the kernel renders the same call.
use super::*;
use crate::skel::{EVENT_LEN, ITEM_LEN};
use crate::wire::Record;

struct NoFiles;

impl Lookup for NoFiles {
    fn capabilities(&mut self, _: &Event<'_>, _: &Item<'_>, _: &[u8]) -> Option<FileCaps> {
        Some(FileCaps { permitted: 0x2000, effective: true, version: 2, ..FileCaps::default() })
    }
    fn interpreter(&mut self, _: &Event<'_>, _: &Item<'_>) -> Option<Vec<u8>> {
        Some(b"/lib64/ld.so".to_vec())
    }
    fn label(&mut self, event: &Event<'_>, sid: u32) -> Option<Vec<u8>> {
        (sid < 100).then(|| format!("u:r:t{sid}:s{}", event.policy_sequence()).into_bytes())
    }
}

fn put(bytes: &mut [u8], at: usize, value: &[u8]) {
    bytes[at..at + value.len()].copy_from_slice(value);
}

fn section_of(bytes: &mut Vec<u8>, kind: u16, data: &[u8]) {
    bytes.extend(kind.to_ne_bytes());
    bytes.extend(0u16.to_ne_bytes());
    bytes.extend((data.len() as u32).to_ne_bytes());
    bytes.extend(data);
}

fn item_of(kind: u16, flags: u16, mode: u32, name: &[u8]) -> Vec<u8> {
    let mut item = vec![0; ITEM_LEN];
    put(&mut item, 0, &1234u64.to_ne_bytes());
    put(&mut item, 20, &(0xfe << 20 | 1u32).to_ne_bytes());
    put(&mut item, 24, &mode.to_ne_bytes());
    put(&mut item, 40, &kind.to_ne_bytes());
    put(&mut item, 42, &flags.to_ne_bytes());
    item.extend(name);
    item
}

fn event(ret: i64, flags: u16) -> Vec<u8> {
    let mut e = vec![0; EVENT_LEN];
    put(&mut e, 4, &1u16.to_ne_bytes());
    put(&mut e, 6, &flags.to_ne_bytes());
    put(&mut e, 24, &ret.to_ne_bytes());
    put(&mut e, 32, &0xffff_ff9cu64.to_ne_bytes());
    put(&mut e, 80, &0xc000_003eu32.to_ne_bytes());
    put(&mut e, 84, &257u32.to_ne_bytes());
    put(&mut e, 104, &42u32.to_ne_bytes());
    put(&mut e, 104 + 8, &u32::MAX.to_ne_bytes());
    put(&mut e, 104 + 12, &u32::MAX.to_ne_bytes());
    put(&mut e, 104 + 14 * 4, &(if ret < 0 { 2u32 } else { 1 }).to_ne_bytes());
    put(&mut e, 232, b"cat");
    put(&mut e, 248, b"pts0");
    e
}

fn rendered(mut bytes: Vec<u8>, argv: &[u8], key: Option<&[u8]>) -> Vec<String> {
    let size = bytes.len() as u32;
    put(&mut bytes, 0, &size.to_ne_bytes());
    let Ok(Record::Syscall(event)) = Record::decode(&bytes) else { panic!("not an event") };
    let mut out = Vec::new();
    let besides = Besides { argv, key, ..Besides::default() };
    render(&event, EventId { sec: 1, milli: 2, serial: 3 }, besides, &mut NoFiles, &mut out);
    out.iter().map(|m| format!("{} {}", m.kind, String::from_utf8_lossy(&m.text))).collect()
}

#[test]
fn an_open_has_its_records_in_the_kernels_order() {
    let mut e = event(-2, 0);
    section_of(&mut e, section::EXE, b"cat\0bin\0usr\0");
    section_of(&mut e, section::CWD, b"root\0");
    section_of(&mut e, section::ITEM, &item_of(0, 0, 0, b"/no such"));
    section_of(&mut e, section::TITLE, b"cat\0/no such\0");
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
    let mut e = event(0, EVENT_F_EXEC);
    section_of(&mut e, section::CWD, b"");
    section_of(&mut e, section::ITEM, &item_of(1, 1, 0o100_755, b"/bin/ping"));
    section_of(&mut e, section::ITEM, &item_of(1, 3, 0o100_755, b""));
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

/// SECTION_LABEL with a number: the task's SID and the policy's sequence.
fn sid_of(bytes: &mut Vec<u8>, sid: u32, sequence: u32) {
    section_of(bytes, section::LABEL, &[sid.to_ne_bytes(), sequence.to_ne_bytes()].concat());
    let flags = bytes.len() - 14;
    put(bytes, flags, &section::F_SID.to_ne_bytes());
}

#[test]
fn labels_are_where_the_kernel_puts_them() {
    let mut e = event(-2, 0);
    sid_of(&mut e, 7, 9);
    section_of(&mut e, section::CWD, b"");
    let mut known = item_of(1, 1, 0o100_644, b"/etc/shadow");
    put(&mut known, 52, &8u32.to_ne_bytes());
    let mut unknown = known.clone();
    put(&mut unknown, 52, &4711u32.to_ne_bytes());
    section_of(&mut e, section::ITEM, &known);
    section_of(&mut e, section::ITEM, &unknown);
    section_of(&mut e, section::ITEM, &item_of(0, 0, 0, b"x"));
    let lines = rendered(e, b"", None);
    assert!(lines[0].ends_with("exe=(null) subj=u:r:t7:s9 key=(null)"), "{}", lines[0]);
    assert!(lines[2].contains(" rdev=00:00 obj=u:r:t8:s9 nametype=NORMAL "), "{}", lines[2]);
    assert!(lines[3].contains(" rdev=00:00 osid=4711 nametype=NORMAL "), "{}", lines[3]);
    assert!(lines[4].contains(" name=\"x\" nametype=UNKNOWN "), "{}", lines[4]);
    let mut text = event(0, 0);
    section_of(&mut text, section::LABEL, b"unconfined");
    assert!(rendered(text, b"", None)[0].ends_with(" subj=unconfined key=(null)"));
}
