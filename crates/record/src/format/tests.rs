use super::*;
use crate::Line;
use crate::names::Names;
use proptest::prelude::*;

fn names() -> Names {
    Names::fixed([(0, "root"), (2, "bin"), (1000, "a b")], [(0, "root"), (2, "bin"), (42, "shadow")])
}

fn line(format: Format, node: Option<&str>, kind: u32, text: &str) -> String {
    let mut out = b"before\n".to_vec();
    Formatter::new(format, node.map(|n| n.as_bytes().to_vec())).with_names(names()).line(
        Kind(kind),
        text.as_bytes(),
        &mut out,
    );
    String::from_utf8(out).unwrap().strip_prefix("before\n").unwrap().to_owned()
}

fn enriched(kind: u32, body: &str) -> String {
    let text = line(Format::Enriched, None, kind, &format!("audit(1.005:7): {body}"));
    let (_, tail) = text.split_once("): ").unwrap();
    tail.strip_prefix(body).unwrap().to_owned()
}

#[test]
fn raw_lines() {
    let text = "audit(1.005:7): a=1\nb=2 ";
    assert_eq!(line(Format::Raw, None, 1300, text), "type=SYSCALL msg=audit(1.005:7): a=1 b=2");
    assert_eq!(line(Format::Raw, Some("db1"), 1999, text), "node=db1 type=UNKNOWN[1999] msg=audit(1.005:7): a=1 b=2");
    assert_eq!(line(Format::Raw, None, 1300, "audit(1.005:7): a\0b"), "type=SYSCALL msg=audit(1.005:7): a");
    assert_eq!(line(Format::Raw, None, 1320, "audit(1.005:7): "), "type=EOE msg=audit(1.005:7):");
}

#[test]
fn the_sample_of_the_reference() {
    assert_eq!(
        line(
            Format::Enriched,
            None,
            1121,
            "audit(1170021493.5:100): pid=2000 uid=2 auid=-1 gid=2 ses=-1 msg='op=test'"
        ),
        "type=TRUSTED_APP msg=audit(1170021493.5:100): pid=2000 uid=2 auid=-1 gid=2 ses=-1 msg='op=test'\
         \x1dUID=\"bin\" AUID=\"unset\" GID=\"bin\""
    );
}

#[test]
fn translations_in_the_order_of_fields() {
    assert_eq!(
        enriched(1300, "arch=c000003e syscall=257 success=yes auid=4294967295 uid=1000 egid=42 suid=77 comm=\"x\""),
        "\x1dARCH=x86_64 SYSCALL=openat AUID=\"unset\" UID=612062 EGID=\"shadow\" SUID=\"unknown(77)\""
    );
    assert_eq!(
        enriched(1306, "saddr=020000507F0000010000000000000000"),
        "\x1dSADDR={ saddr_fam=inet laddr=127.0.0.1 lport=80 }"
    );
    assert_eq!(
        enriched(1006, "pid=1 uid=0 old-auid=4294967295 auid=2"),
        "\x1dUID=\"root\" OLD-AUID=\"unset\" AUID=\"bin\""
    );
    assert_eq!(enriched(1100, "uid=0 msg='op=x id=2 acct=\"x\" res=success'"), "\x1dUID=\"root\" ID=\"bin\"");
    assert_eq!(enriched(1116, "msg='id=42 res=success'"), "\x1dID=\"shadow\"");
    assert_eq!(enriched(1302, "item=0 name=\"/x\" ouid=0 ogid=42 rdev=00:00"), "\x1dOUID=\"root\" OGID=\"shadow\"");
}

#[test]
fn nothing_to_translate_adds_nothing() {
    for (kind, body) in [
        (1327, "proctitle=\"x\""),
        (1307, "cwd=\"/\""),
        (1309, "argc=1 a0=\"uid=0\""),
        (1400, "avc: saddr=10.0.0.1 x=1"),
    ] {
        assert_eq!(enriched(kind, body), "", "{body}");
    }
    assert_eq!(enriched(1100, "uid=? gid=abc"), "");
}

#[test]
fn odd_architectures_and_calls() {
    assert_eq!(enriched(1300, "arch=c000003e syscall=9999"), "\x1dARCH=x86_64 SYSCALL=unknown-syscall(9999)");
    assert_eq!(enriched(1300, "arch=dead syscall=1"), "\x1dARCH=unknown-elf-type(dead) SYSCALL=unknown-syscall(1)");
    assert_eq!(enriched(1326, "uid=0 arch=40000003 syscall=102"), "\x1dUID=\"root\" ARCH=i386 SYSCALL=socketcall");
}

#[test]
fn limits_are_auditds() {
    let long = format!("audit(1.005:7): uid=0 {}", "x".repeat(20_000));
    assert_eq!(line(Format::Raw, None, 1300, &long).len(), 8937);
    assert_eq!(line(Format::Raw, Some("n"), 1300, &long).len(), 9192);
    let many = format!("audit(1.005:7): {}", "uid=0 ".repeat(1400));
    let text = line(Format::Enriched, None, 1300, &many);
    assert!(text.len() < 8970 + 255 && text.ends_with("UID=\"root\""), "{}", text.len());
}

proptest! {
    #[test]
    fn any_message_becomes_one_readable_line(kind: u32, body: Vec<u8>, node in "[a-z]{0,9}") {
        let mut text = b"audit(1.005:7): ".to_vec();
        text.extend(body);
        let mut out = Vec::new();
        for format in [Format::Raw, Format::Enriched] {
            out.clear();
            let node = Some(node.clone().into_bytes()).filter(|n| !n.is_empty());
            let mut formatter = Formatter::new(format, node.clone()).with_names(names());
            formatter.line(Kind(kind), &text, &mut out);
            prop_assert!(!out.contains(&b'\n') && !out.contains(&0));
            let line = Line::parse(&out).unwrap();
            prop_assert_eq!((line.node.map(<[u8]>::to_vec), line.id.serial), (node, 7));
            prop_assert!(line.kind == Kind(kind));
        }
    }

    #[test]
    fn no_line_is_too_odd_to_format(text: Vec<u8>, kind in 1000_u32..3000) {
        let mut out = Vec::new();
        Formatter::new(Format::Enriched, None).with_names(names()).line(Kind(kind), &text, &mut out);
        prop_assert!(out.starts_with(b"type="));
    }
}
