use super::*;
use crate::protocol;
use crate::settings::tests::some;

fn from_collector() -> Vec<ToDaemon> {
    let v6 = "[::ffff:127.0.0.1]:60".parse().unwrap();
    let session = Session {
        identity: "host".into(),
        version: "TLSv1.3".into(),
        cipher: "TLS_AES_128_GCM_SHA256".into(),
        bits: 128,
        group: "x25519".into(),
        local: v6,
    };
    let mut all = vec![
        ToDaemon::Ready,
        ToDaemon::Failed("why".into()),
        ToDaemon::Accepted(1 << 40, "10.1.2.3:65535".parse().unwrap(), None),
        ToDaemon::Accepted(2, v6, Some(session.clone())),
        ToDaemon::Failure(v6, session, "unknown-identity".into()),
        ToDaemon::Closed(u64::MAX),
        ToDaemon::Records(3, 2, b"type=A b\nnode=x type=B c\x1dD=\"e\"\n".to_vec()),
    ];
    all.extend(Level::ALL.map(|level| ToDaemon::Log(level, "ä".into())));
    all.extend(Refusal::ALL.map(|why| ToDaemon::Refused(why, v6)));
    all
}

fn from_daemon() -> Vec<ToCollector> {
    let verdict = Verdict { connection: 7, written: 2, good: 3, bad: 4, why: "disk full".into() };
    vec![ToCollector::Settings(Box::new(some())), ToCollector::Verdict(verdict), ToCollector::Stop]
}

#[test]
fn messages_arrive_as_they_were_sent() {
    for message in from_collector() {
        assert_eq!(ToDaemon::decode(&message.encode()).as_ref(), Some(&message));
    }
    for message in from_daemon() {
        assert_eq!(ToCollector::decode(&message.encode()).as_ref(), Some(&message));
    }
}

#[test]
fn what_is_cut_short_or_has_something_behind_it_is_no_message() {
    for bytes in from_collector().iter().map(ToDaemon::encode) {
        assert!((0..bytes.len()).all(|cut| ToDaemon::decode(&bytes[..cut]).is_none()), "{bytes:?}");
        assert_eq!(ToDaemon::decode(&[&bytes[..], &[0]].concat()), None);
    }
    for bytes in from_daemon().iter().map(ToCollector::encode) {
        assert!((0..bytes.len()).all(|cut| ToCollector::decode(&bytes[..cut]).is_none()), "{bytes:?}");
        assert_eq!(ToCollector::decode(&[&bytes[..], &[0]].concat()), None);
    }
}

#[test]
fn records_that_are_none_are_no_message() {
    let good = "type=A b\n";
    let takes = |count, lines: &str| {
        ToDaemon::decode(&ToDaemon::Records(1, count, lines.as_bytes().to_vec()).encode()).is_some()
    };
    assert!(takes(1, good) && takes(2, &good.repeat(2)));
    let long = format!("type={}\n", "x".repeat(protocol::RECORD_MAX - 4));
    let many = good.repeat(BATCH_MAX / good.len() + 1);
    let bad = [(0, ""), (2, good), (1, "type=A"), (1, "xtype=A\n"), (2, "type=A\n\n"), (1, "type=A\0\n"), (1, &long)];
    for (count, lines) in bad.into_iter().chain([(many.lines().count() as u32, many.as_str())]) {
        assert!(!takes(count, lines), "{count} {lines:.20}");
    }
}

#[test]
fn words_that_would_be_more_in_a_record_are_no_message() {
    for message in from_collector() {
        let (ToDaemon::Accepted(_, from, Some(session)) | ToDaemon::Failure(from, session, _)) = message else {
            continue;
        };
        for identity in ["", "a b", "a\n", "\u{e4}"] {
            let session = Session { identity: identity.into(), ..session.clone() };
            assert_eq!(ToDaemon::decode(&ToDaemon::Accepted(1, from, Some(session)).encode()), None, "{identity:?}");
        }
    }
}

#[test]
fn a_link_keeps_messages_apart_and_says_when_the_other_end_is_gone() {
    let (ours, theirs) = Link::pair().unwrap();
    let mut buffer = vec![0; MESSAGE_MAX];
    assert_eq!(ours.receive(&mut buffer).unwrap_err().kind(), io::ErrorKind::WouldBlock);
    theirs.send(b"a").unwrap();
    theirs.send(&vec![b'b'; MESSAGE_MAX]).unwrap();
    theirs.send(&vec![b'c'; MESSAGE_MAX + 1]).unwrap();
    assert_eq!(ours.receive(&mut buffer).unwrap(), Some(&b"a"[..]));
    assert_eq!(ours.receive(&mut buffer).unwrap().map(<[u8]>::len), Some(MESSAGE_MAX));
    assert!(ours.receive(&mut buffer).unwrap_err().to_string().contains("98305 bytes"));
    while theirs.send(b"x").is_ok() {}
    drop(ours);
    assert!(theirs.send(b"x").is_err());
    let (ours, theirs) = Link::pair().unwrap();
    drop(theirs);
    assert_eq!(ours.receive(&mut buffer).unwrap(), None);
}
