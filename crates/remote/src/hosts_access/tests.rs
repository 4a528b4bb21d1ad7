use super::*;

fn ask(allow: &str, deny: &str, from: &str) -> Access {
    let dir = tempfile::tempdir().unwrap();
    let files = HostsAccess { allow: dir.path().join("allow"), deny: dir.path().join("deny") };
    for (path, text) in [(&files.allow, allow), (&files.deny, deny)] {
        if !text.is_empty() {
            std::fs::write(path, text).unwrap();
        }
    }
    files.ask(from.parse().unwrap())
}

#[test]
fn allow_comes_before_deny_and_without_either_all_may() {
    assert_eq!(ask("", "", "10.0.0.1"), Access::Granted);
    assert_eq!(ask("", "ALL: ALL\n", "10.0.0.1"), Access::Refused);
    assert_eq!(ask("", "auditd: ALL\n", "::1"), Access::Refused);
    assert_eq!(ask("", "# ALL: ALL\nsshd: ALL\nno rule\n\n", "::1"), Access::Granted);
    assert_eq!(ask("rauditd : 10.0.0.1\n", "ALL: ALL\n", "10.0.0.1"), Access::Granted);
    assert_eq!(ask("auditd : 10.0.0.1\n", "ALL: ALL\n", "10.0.0.2"), Access::Refused);
    assert_eq!(ask("sshd, \\\n auditd : 10.0.0.1\n", "ALL: ALL\n", "10.0.0.1"), Access::Granted);
    assert_eq!(ask("ALL EXCEPT auditd : ALL\n", "ALL: ALL\n", "10.0.0.1"), Access::Refused);
}

#[test]
fn patterns_of_addresses() {
    let yes = [
        ("192.168.", "192.168.7.1"),
        ("10.1.2.3", "::ffff:10.1.2.3"),
        ("[::1]", "::1"),
        ("10.0.0.0/255.0.0.0", "10.9.9.9"),
        ("10.0.0.0/8", "10.9.9.9"),
        ("0.0.0.0/0", "1.2.3.4"),
        ("1.2.3.4/32", "1.2.3.4"),
        ("[2001:db8::]/32", "2001:db8:1::1"),
        ("[::]/0", "2001:db8:1::1"),
        ("LOCAL", "127.0.0.1"),
        ("1.1.1.1,10.0.0.1", "10.0.0.1"),
        ("10. EXCEPT 10.1. EXCEPT 10.1.1.", "10.1.1.5"),
    ];
    for (clients, from) in yes {
        assert_eq!(ask("", &format!("auditd: {clients}"), from), Access::Refused, "{clients} {from}");
    }
    let no = [
        ("192.168.", "192.16.8.1"),
        ("1.", "11.0.0.1"),
        ("10.1.2.3", "10.1.2.30"),
        ("10.0.0.0/8", "11.0.0.0"),
        ("10.0.0.0/8", "2001:db8::"),
        ("10.0.0.1/8", "10.0.0.1"),
        ("[2001:db8::]/32", "2001:db9::"),
        ("[2001:db8::]/32", "10.0.0.1"),
        ("10. EXCEPT 10.1.", "10.1.1.5"),
        ("ALL EXCEPT 10.1.1.5", "10.1.1.5"),
    ];
    for (clients, from) in no {
        assert_eq!(ask("", &format!("auditd: {clients}"), from), Access::Granted, "{clients} {from}");
    }
}

#[test]
fn what_needs_a_name_refuses_and_grants_nothing() {
    for names in
        [".example.com", "host", "@group", "/etc/list", "10.*", "LOCAL", "KNOWN", "10.0.0.0/99", "user@10.0.0.1"]
    {
        let refused = ask("", &format!("auditd: {names}"), "10.0.0.1");
        assert!(matches!(&refused, Access::Unsure(why) if why.contains(names)), "{names}: {refused:?}");
        assert_eq!(ask(&format!("auditd: {names}"), "ALL: ALL", "10.0.0.1"), Access::Refused, "{names}");
        assert_eq!(ask(&format!("auditd: {names}"), "", "10.0.0.1"), Access::Granted, "{names}");
        // other daemons' rules are none of our affair
        assert_eq!(ask("", &format!("sshd: {names}"), "10.0.0.1"), Access::Granted, "{names}");
    }
    assert_eq!(ask("", "auditd: .example.com, 10.0.0.1", "10.0.0.1"), Access::Refused);
    assert!(matches!(ask("", "auditd: ALL EXCEPT host", "10.0.0.1"), Access::Unsure(_)));
}

#[test]
fn options() {
    assert_eq!(ask("auditd: 10.0.0.1: deny", "", "10.0.0.1"), Access::Refused);
    assert_eq!(ask("", "auditd: 10.0.0.1: ALLOW\nALL: ALL", "10.0.0.1"), Access::Granted);
    assert!(matches!(ask("auditd: ALL: spawn (x) : allow", "", "10.0.0.1"), Access::Unsure(_)));
    assert!(matches!(ask("auditd: host: deny", "", "10.0.0.1"), Access::Unsure(_)));
    assert_eq!(ask("auditd: 10.0.0.2: twist x", "", "10.0.0.1"), Access::Granted);
}

#[test]
fn a_file_that_cannot_be_read_refuses() {
    let dir = tempfile::tempdir().unwrap();
    let files = HostsAccess { allow: dir.path().to_owned(), deny: dir.path().join("none") };
    assert!(matches!(files.ask("10.0.0.1".parse().unwrap()), Access::Unsure(_)));
}
