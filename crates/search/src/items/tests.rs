//! Records of each form, and what is wrong with them.

use super::*;
use crate::report::overview::WANTED as SUMMARY;
use raudit_record::Kind;

fn event(records: &[(u32, &str)]) -> Event {
    let mut event = Event::default();
    for (kind, body) in records {
        event.push(Kind(*kind), format!("type=X msg=audit(1700000000.000:1): {body}").as_bytes());
    }
    event
}

/// The number of what is wrong.
fn wrong(kind: u32, body: &str, wanted: Wanted) -> Option<u8> {
    Items::of(&event(&[(kind, body)]), wanted).err().map(|(why, _)| why.0)
}

const CALL: &str = "arch=c000003e syscall=2 success=no exit=-13 a0=1 a1=2 ppid=8 pid=9 auid=4294967295 uid=1 gid=2 euid=3 suid=4 \
                    fsuid=5 egid=6 sgid=7 fsgid=8 tty=pts0 ses=1 comm=\"x\" exe=2F78 subj=unconfined key=6101620163";

#[test]
fn a_system_call_with_its_paths() {
    let event =
        event(&[(1300, CALL), (1307, "cwd=\"/root\""), (1302, "item=0 name=\"../a\" x"), (1302, "item=1 name=(null)")]);
    let items = Items::of(&event, SUMMARY).unwrap();
    assert_eq!((items.pid, items.auid, items.syscall, items.success), (Some(9), Some(u32::MAX), 2, Some(0)));
    assert_eq!(items.exe.as_deref(), Some(&b"/x"[..]));
    assert_eq!(items.keys, [&b"a"[..], b"b", b"c"]);
    assert_eq!(items.files, [&b"/root/../a"[..], b"(null)"]);
    assert_eq!((items.uid, items.ppid, items.arch), (None, None, 0), "what is not wanted is not read");
}

#[test]
fn all_ids_of_a_system_call() {
    let event = event(&[(1300, CALL)]);
    let ids = [
        Wanted::PPID,
        Wanted::UID,
        Wanted::GID,
        Wanted::EUID,
        Wanted::EGID,
        Wanted::SESSION,
        Wanted::ARCH,
        Wanted::EXIT,
        Wanted::SUBJECT,
    ];
    let items = Items::of(&event, ids.into_iter().fold(Wanted::default(), Wanted::and)).unwrap();
    assert_eq!((items.ppid, items.uid, items.gid), (Some(8), Some(1), Some(2)));
    assert_eq!((items.euid, items.egid, items.session), (Some(3), Some(6), Some(1)));
    assert_eq!((items.arch, items.exit), (0xc000_003e, Some(-13)));
    assert_eq!(items.subjects, [&b"unconfined"[..]]);
}

#[test]
fn what_is_wrong_has_ausearchs_number() {
    for (kind, body, number) in [
        (1300, "arch=c000003e a0=1 a1=2 ", 4),
        (1300, "syscall=1 a1=2 a0=1 ", 11),
        (1300, "syscall=1 a0=1 a1=2", 12),
        (1300, "syscall=1 a0=11112222333344445 a1=2 ", 13),
        (1300, "syscall=2 a0=1 a1=2 pid=9 auid=1 tty=1 comm=\"x\"", 40),
        (1302, "item=0 name=\"/et", 2),
        (1100, "pid=1 uid=0 auid=1 ses=1 msg='op=x res=succ", 21),
        (1100, "pid=1 uid=0 auid=1 ses=1 msg='op=x terminal=ssh'", 19),
        (1306, "saddr=0200", 1),
        (1400, "avc:  denied  { read } for pid=1 comm=\"x\" tcontext=a", 9),
        (1400, "avc:  denied  { read pid=1 tclass=file", 2),
        (1326, "auid=1 pid=2 comm=\"x\" exe=\"y\" sig=31 arch=c000003e ", 17),
        (1805, "pid=1", 1),
    ] {
        assert_eq!(wrong(kind, body, SUMMARY), Some(number), "{body}");
    }
}

#[test]
fn what_is_not_wanted_is_not_wrong() {
    let none = Wanted::default();
    assert_eq!(wrong(1300, "syscall=257 a0=1 a1=2 key=\"torn", none), None);
    assert_eq!(wrong(1300, "syscall=257 a0=1 a1=2 key=\"torn", Wanted::KEYS), Some(44));
    assert_eq!(wrong(1300, "syscall=257 a0=1 a1=2 key=(null)", Wanted::KEYS), None);
    assert_eq!(wrong(1400, "avc:  denied  { read } for pid=1 tclass=file", none), None);
    assert_eq!(wrong(1400, "apparmor=\"DENIED\" operation=\"open\" profile=\"/usr/bin/x\"", SUMMARY), None);
    assert_eq!(
        wrong(1107, "pid=1 uid=0 auid=1 ses=1 msg='avc:  received setenforce notice (enforcing=1) '", none),
        None
    );
    assert_eq!(wrong(1107, "pid=1 uid=0 auid=1 ses=1 msg='avc:  denied  { send", none), Some(2));
    assert_eq!(wrong(1326, "sig=31", none), None);
    assert_eq!(wrong(1800, "file=\"x\" pid=1 res=1", none), None);
}

#[test]
fn logins_messages_and_addresses() {
    let message =
        "pid=1 uid=0 auid=5 ses=1 msg='op=login id=5 exe=\"/a\" hostname=? addr=1.2.3.4 terminal=ssh res=failed'";
    let event = event(&[(1112, message)]);
    let items = Items::of(&event, SUMMARY).unwrap();
    assert_eq!(items.host.as_deref(), Some(&b"1.2.3.4"[..]));
    assert_eq!((items.success, items.auid, items.terminal.as_deref()), (Some(0), Some(5), Some(&b"ssh"[..])));
    let text = "pid=7 uid=0 old-auid=4294967295 auid=1000 tty=(none) old-ses=4294967295 ses=3 res=1";
    let login = self::event(&[(1006, text), (1306, "saddr=02000050C0A800010000000000000000")]);
    let items = Items::of(&login, SUMMARY.and(Wanted::SESSION)).unwrap();
    assert_eq!((items.pid, items.auid, items.session), (Some(7), Some(1000), Some(3)));
    assert_eq!(items.host.as_deref(), Some(&b"192.168.0.1"[..]));
}

#[test]
fn the_second_uid_of_a_message_is_the_one_meant() {
    let of = |body: &str| {
        let event = event(&[(1112, body)]);
        Items::of(&event, Wanted::UID).map(|items| items.uid).map_err(|(why, _)| why.0)
    };
    assert_eq!(of("pid=1 uid=0 auid=5 ses=1 msg='uid=1000 exe=\"/a\"'"), Ok(Some(1000)));
    assert_eq!(of("pid=1 uid=0 auid=5 ses=1 msg='op=login exe=\"/a\"'"), Ok(Some(0)));
    assert_eq!(of("pid=1 uid=0 auid=5 ses=1 msg='op=x uuid=7 exe=\"/a\"'"), Ok(Some(0)));
    assert_eq!(of("pid=1 uid=0 auid=5 ses=1 msg='op=x(uid=7 exe=\"/a\"'"), Err(25));
}

#[test]
fn sockets_of_this_machine() {
    let of = |address: &str| {
        let event = event(&[(1306, &format!("saddr={address}"))]);
        let items = Items::of(&event, Wanted::FILES).map_err(|(why, _)| why.0)?;
        Ok(items.files.iter().map(|file| String::from_utf8_lossy(file).into_owned()).collect::<Vec<_>>().join(" "))
    };
    assert_eq!(of("01002F72756E2F78000000"), Ok("/run/x".to_owned()));
    assert_eq!(of("0100002F78"), Ok("/x".to_owned()));
    assert_eq!([of("0100"), of("10000000")], [Ok(String::new()), Ok(String::new())]);
    assert_eq!(of("01000000"), Err(6));
}

#[test]
fn an_address_has_its_scope() {
    let of = |address: &str| {
        let event = event(&[(1306, &format!("saddr={address}"))]);
        let items = Items::of(&event, Wanted::HOST).map_err(|(why, _)| why.0)?;
        Ok(String::from_utf8_lossy(items.host.as_deref().unwrap_or_default()).into_owned())
    };
    let v6 = "0A0000350000000000000000000000000000000000000001";
    assert_eq!(of(&format!("{v6}02000000")), Ok("::1%2".to_owned()));
    assert_eq!(of(&format!("{v6}00000000")), Ok("::1".to_owned()));
    assert_eq!(of(v6), Err(2));
}

#[test]
fn operations_of_io_uring_name_neither_login_nor_program() {
    let body = "uring_op=18 success=yes exit=0 items=1 ppid=2 pid=7 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 subj=a key=\"k\"";
    let event = event(&[(1336, body)]);
    let items = Items::of(&event, SUMMARY.and(Wanted::SUBJECT)).unwrap();
    assert_eq!((items.syscall, items.pid, items.success, items.comm, items.exe), (18, Some(7), Some(1), None, None));
    assert_eq!((items.subjects.len(), items.keys.len()), (1, 1));
}

#[test]
fn apparmors_denials_have_a_profile_and_a_file() {
    let body = "apparmor=\"DENIED\" operation=\"open\" class=\"file\" profile=\"/usr/bin/man\" name=\"/etc/shadow\" pid=7 comm=\"man\" \
                requested_mask=\"r\" denied_mask=\"r\" fsuid=0 ouid=0";
    let event = event(&[(1400, body)]);
    let items = Items::of(&event, SUMMARY.and(Wanted::SUBJECT)).unwrap();
    assert_eq!((items.success, items.pid, items.comm.as_deref()), (Some(0), Some(7), Some(&b"man"[..])));
    assert_eq!((items.subjects, items.files), (vec![b"/usr/bin/man"[..].into()], vec![b"/etc/shadow"[..].into()]));
}

#[test]
fn a_usual_call_is_read_as_any_other() {
    let head = "type=SYSCALL msg=audit(1700000000.000:1): ";
    let calls = [
        "arch=c000003e syscall=257 success=no exit=-13 a0=ffffff9c a1=7ffe a2=0",
        "arch=40000003 syscall=5 success=yes exit=3 a0=0 a1=1 ",
        "arch=c000003e syscall=257 success=yes exit=3 a0=12345678901234567 a1=1 ",
        "arch=c000003e syscall=257 success=yes exit=3 a0=x a1=1 ",
        "arch=c000003e syscall=257 success=yes exit=3 a0=1 a1=1",
        "arch=c000003e syscall=257 success=maybe exit=3 a0=1 a1=1 ",
        "arch=c000003e syscall= success=yes exit=3 a0=1 a1=1 ",
        "arch= syscall=1 success=yes exit=3 a0=1 a1=1 ",
        "arch=c000003e00 syscall=1 success=yes exit=3 a0=1 a1=1 ",
        "syscall=1 success=yes exit=3 a0=1 a1=1 ",
    ];
    for call in calls {
        let mut event = Event::default();
        event.push(Kind::SYSCALL, format!("{head}{call}").as_bytes());
        // with a third thing asked for it is read the long way
        let read = |wanted| Items::of(&event, wanted).map(|items| (items.arch, items.syscall)).map_err(|(why, _)| why);
        assert_eq!(read(Wanted::ARCH), read(Wanted::ARCH.and(Wanted::SESSION)), "{call}");
        let number = |wanted| read(wanted).map(|(_, number)| number);
        assert_eq!(number(Wanted::default()), number(Wanted::SESSION), "{call}");
    }
}

/// What reads records in their usual form reads the same as what reads all.
mod usual {
    use super::*;
    use proptest::prelude::*;

    const USUAL: &str = "arch=c000003e syscall=257 success=yes exit=3 a0=ffffff9c a1=7ffd a2=0 a3=0 items=1 ppid=1 pid=2 auid=1000 uid=0 gid=5 euid=6 suid=0 fsuid=0 egid=7 sgid=0 fsgid=0 tty=pts0 ses=3 comm=\"cat\" exe=\"/bin/cat\" subj=unconfined key=\"k\"";

    fn both(body: &str, wanted: Wanted) -> bool {
        let line = format!("type=SYSCALL msg=audit(1.000:1): {body}");
        let (mut usual, mut any) = (Items { wanted, ..Items::default() }, Items { wanted, ..Items::default() });
        if usual.usual(line.as_bytes()).is_none() {
            return false;
        }
        any.call(Kind::SYSCALL, Reader::new(line.as_bytes())).unwrap();
        assert_eq!(usual, any, "{line}");
        true
    }

    fn all_but_some() -> Wanted {
        Wanted(!Wanted::EXIT.0 & !Wanted::SUBJECT.0)
    }

    #[test]
    fn it_is_used() {
        let node = format!("node=db1 type=SYSCALL msg=audit(1.000:1): {USUAL}");
        assert!(Items { wanted: all_but_some(), ..Items::default() }.usual(node.as_bytes()).is_some());
        assert!(both(USUAL, all_but_some()));
        assert!(both(&USUAL.replace("\"cat\"", "636174").replace("\"k\"", "(null)"), all_but_some()));
        assert!(!both(&USUAL.replace("\"cat\"", "\"exe=x\""), all_but_some()));
    }

    proptest! {
        #[test]
        fn whatever_is_in_it(
            bits: u32,
            edits in proptest::collection::vec((0..USUAL.len(), prop_oneof![
                Just(" "), Just("="), Just("\""), Just("res="), Just(" key="), Just("uid="), Just("9999999999"), Just(" pid=7 "), Just("")
            ], 0..6_usize), 0..4),
        ) {
            let mut body = USUAL.to_owned();
            for (at, with, length) in edits {
                let at = at.min(body.len());
                body.replace_range(at..(at + length).min(body.len()), with);
            }
            let line = format!("type=SYSCALL msg=audit(1.000:1): {body}");
            let wanted = Wanted(bits & all_but_some().0);
            let (mut usual, mut any) = (Items { wanted, ..Items::default() }, Items { wanted, ..Items::default() });
            if usual.usual(line.as_bytes()).is_some() {
                prop_assert!(any.call(Kind::SYSCALL, Reader::new(line.as_bytes())).is_ok());
                prop_assert_eq!(usual, any);
            }
        }
    }
}
