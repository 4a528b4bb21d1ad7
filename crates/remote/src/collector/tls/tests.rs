use super::*;
use crate::collector::tests::{Bench, PATIENCE, RECORD, answer, message, settings};
use crate::link::{Refusal, ToCollector, ToDaemon};
use crate::protocol::kind;
use crate::settings::Settings;

const CIPHERS: &str = "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384";

fn over_tls() -> Settings {
    let groups = vec!["X25519MLKEM768:X25519".to_owned(), "X25519".to_owned()];
    let clients = crate::psk::tests::some();
    let (ciphers, profile) = (Some(CIPHERS.into()), "compatible".into());
    Settings { tls: Some(Tls { ciphers, groups, profile, needs_pqc: false, clients }), ..settings() }
}

/// A sender's handshake with this identity, and a key of 32 such bytes.
fn connect(bench: &Bench, identity: &'static str, key: u8) -> Result<SslStream<TcpStream>, String> {
    let mut context = SslContext::builder(SslMethod::tls_client()).unwrap();
    context.set_min_proto_version(Some(SslVersion::TLS1_3)).unwrap();
    context.set_psk_client_callback(move |_, _, name, secret| {
        name[..identity.len()].copy_from_slice(identity.as_bytes());
        name[identity.len()] = 0;
        secret[..32].fill(key);
        Ok(32)
    });
    let stream = TcpStream::connect(bench.to).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut stream = SslStream::new(Ssl::new(&context.build()).unwrap(), stream).unwrap();
    stream.connect().map_err(|e| e.to_string())?;
    Ok(stream)
}

fn failed(bench: &mut Bench) -> (String, String) {
    loop {
        match bench.next() {
            ToDaemon::Log(..) => {}
            ToDaemon::Failure(_, session, why) => return (session.identity, why),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn who_has_the_key_is_served_and_named() {
    let mut bench = Bench::start(over_tls());
    let mut stream = connect(&bench, "a", 1).unwrap();
    let ToDaemon::Accepted(id, from, Some(session)) = bench.next() else { panic!("not accepted") };
    assert_eq!(from.port(), stream.get_ref().local_addr().unwrap().port());
    assert_eq!((session.identity.as_str(), session.version.as_str()), ("a", "TLSv1.3"));
    // whichever the sender likes best
    assert!(
        CIPHERS.contains(&session.cipher) && session.cipher.ends_with("SHA256") && session.bits >= 128,
        "{session:?}"
    );
    assert!(session.group.to_ascii_lowercase().contains("x25519"), "{session:?}");
    assert_eq!(session.local.port(), bench.to.port());
    let mut sent = Vec::new();
    for sequence in 0..200 {
        sent.extend(message(kind::MESSAGE, sequence, RECORD));
    }
    stream.write_all(&sent).unwrap();
    let mut count = 0;
    while count < 200 {
        let (more, _) = bench.records(id);
        bench.verdict(id, more);
        count += more;
    }
    for sequence in 0..200 {
        assert_eq!(answer(&mut stream), (kind::ACK, sequence, String::new()));
    }
    bench.tell(ToCollector::Stop);
    assert_eq!(answer(&mut stream), (kind::ENDING, 0, String::new()));
    assert_eq!(stream.read(&mut [0]).unwrap(), 0, "a goodbye of TLS's");
}

#[test]
fn who_has_not_is_refused_and_the_reason_recorded() {
    let mut bench = Bench::start(over_tls());
    for (identity, key, reason) in [
        ("a", 9, "handshake-error"),
        ("c", 3, "disabled-identity"),
        ("nobody", 1, "unknown-identity"),
        ("a b", 1, "invalid-identity"),
    ] {
        // the client may believe it is done before our refusal arrives
        if let Ok(mut stream) = connect(&bench, identity, key) {
            assert!(!matches!(stream.read(&mut [0]), Ok(1..)));
        }
        let (named, why) = failed(&mut bench);
        assert_eq!(why, reason, "{identity}");
        assert_eq!(named, identity.replace(' ', "."), "{reason}");
    }
    let mut plain = TcpStream::connect(bench.to).unwrap();
    plain.write_all(format!("{RECORD}\n").as_bytes()).unwrap();
    assert_eq!(failed(&mut bench), ("?".into(), "handshake-error".into()));
}

#[test]
fn a_client_without_a_key_does_not_get_in() {
    let mut bench = Bench::start(over_tls());
    let mut context = SslContext::builder(SslMethod::tls_client()).unwrap();
    context.set_verify(openssl::ssl::SslVerifyMode::NONE);
    let stream = TcpStream::connect(bench.to).unwrap();
    let mut stream = SslStream::new(Ssl::new(&context.build()).unwrap(), stream).unwrap();
    assert!(stream.connect().is_err());
    assert_eq!(failed(&mut bench), ("?".into(), "handshake-error".into()));
    context = SslContext::builder(SslMethod::tls_client()).unwrap();
    context.set_max_proto_version(Some(SslVersion::TLS1_2)).unwrap();
    let stream = TcpStream::connect(bench.to).unwrap();
    let mut stream = SslStream::new(Ssl::new(&context.build()).unwrap(), stream).unwrap();
    assert!(stream.connect().is_err());
    assert_eq!(failed(&mut bench).1, "handshake-error");
}

#[test]
fn handshakes_are_limited_in_time_and_number() {
    let mut bench = Bench::start(over_tls());
    let start = Instant::now();
    let silent: Vec<_> = (0..32).map(|_| TcpStream::connect(bench.to).unwrap()).collect();
    // the collector has to have accepted them first
    let refused = loop {
        let one_more = TcpStream::connect(bench.to).unwrap();
        match bench.next_within(Duration::from_millis(100)) {
            Some(ToDaemon::Refused(why, _)) => break why,
            other => drop((one_more, other)),
        }
        assert!(start.elapsed() < Duration::from_secs(4));
    };
    assert_eq!(refused, Refusal::HandshakeLimit);
    assert_eq!(failed(&mut bench).1, "handshake-timeout");
    assert!(start.elapsed() > Duration::from_secs(4));
    drop(silent);
}

#[test]
fn who_may_not_connect_any_more_is_closed() {
    let mut bench = Bench::start(over_tls());
    let mut first = connect(&bench, "a", 1).unwrap();
    let ToDaemon::Accepted(one, ..) = bench.next() else { panic!("not accepted") };
    let second = connect(&bench, "b", 2).unwrap();
    assert!(matches!(bench.next(), ToDaemon::Accepted(..)));
    let mut changed = over_tls();
    changed.tls.as_mut().unwrap().clients = crate::psk::tests::without("a");
    bench.tell(ToCollector::Settings(Box::new(changed)));
    assert!(bench.closed(one).contains("tls_allowed_clients"));
    assert!(!matches!(first.read(&mut [0]), Ok(1..)));
    drop(second);
    assert!(matches!(bench.next(), ToDaemon::Closed(_)));
    drop(connect(&bench, "a", 1));
    assert_eq!(failed(&mut bench), ("a".into(), "unknown-identity".into()));
}

#[test]
fn what_openssl_does_not_know_is_refused_by_name() {
    let tls = over_tls().tls.unwrap();
    let wrong = Tls { groups: vec!["nosuchgroup".into()], ..tls.clone() };
    assert!(Acceptor::new(&wrong).unwrap_err().contains("tls_key_exchange nosuchgroup"));
    let wrong = Tls { ciphers: Some("nosuchcipher_SHA256".into()), ..tls };
    assert!(Acceptor::new(&wrong).unwrap_err().contains("nosuchcipher"));
}

#[test]
fn a_group_that_does_not_withstand_is_refused_where_it_must() {
    let mut settings = over_tls();
    let tls = settings.tls.as_mut().unwrap();
    (tls.needs_pqc, tls.groups) = (true, vec!["X25519".into()]);
    let mut bench = Bench::start(settings);
    if let Ok(mut stream) = connect(&bench, "a", 1) {
        assert!(!matches!(stream.read(&mut [0]), Ok(1..)));
    }
    assert_eq!(failed(&mut bench), ("a".into(), "handshake-pqc".into()));
}
