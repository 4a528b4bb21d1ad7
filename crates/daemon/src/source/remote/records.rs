//! The daemon's records of connections, as auditd 4.2 writes them (`auditd-listen.c`, `autls-psk.c`), its double spaces included.

use raudit_record::{Kind, text};
use raudit_remote::Refusal;
use raudit_remote::link::Session;
use std::net::SocketAddr;

/// A record: its type and its body.
type Record = (Kind, String);

/// Somebody connected.
#[derive(Debug)]
pub struct Sender {
    /// Where from.
    pub from: SocketAddr,
    /// The TLS of it.
    pub session: Option<Session>,
}

impl Sender {
    /// What is recorded when it was accepted, with this `tls_crypto_profile`.
    pub fn accepted(&self, profile: &str) -> Vec<Record> {
        let Some(session) = &self.session else {
            return vec![(Kind::DAEMON_ACCEPT, format!("{} res=success", address(self.from)))];
        };
        let start = |direction| {
            let Session { cipher, bits, group, .. } = session;
            let body =
                format!("op=start direction={direction} cipher={cipher} ksize={bits} mac=<implicit> pfs={group}");
            (Kind::CRYPTO_SESSION, format!("{body} {}", self.ends(session)))
        };
        let accepted = (Kind::DAEMON_ACCEPT, tls_accept(self.from, session, profile, "success", "success"));
        vec![start("from-client"), start("from-server"), accepted]
    }

    /// What is recorded when it has gone.
    pub fn closed(&self) -> Vec<Record> {
        let mut records = vec![(Kind::DAEMON_CLOSE, format!("{} res=success", address(self.from)))];
        if let Some(session) = &self.session {
            let body = format!("op=destroy kind=session fp=? direction=both {}", self.ends(session));
            records.push((Kind::CRYPTO_KEY_USER, body));
        }
        records
    }

    /// Both ends of a session, and who we are.
    fn ends(&self, session: &Session) -> String {
        let (from, local) = (self.from, session.local);
        let (remote, port, ours, our_port) = (from.ip(), from.port(), local.ip(), local.port());
        format!(
            "spid={} suid=? rport={port} laddr={ours} lport={our_port}  {} hostname=? addr={remote} terminal=? res=success",
            std::process::id(),
            exe()
        )
    }
}

/// A connection that was closed at once.
pub fn refused(why: Refusal, from: SocketAddr) -> Record {
    (Kind::DAEMON_ACCEPT, format!("op={} {} res=no", why.op(), address(from)))
}

/// A connection whose TLS did not come about.
pub fn failed(from: SocketAddr, session: &Session, profile: &str, why: &str) -> Record {
    (Kind::DAEMON_ACCEPT, tls_accept(from, session, profile, why, "no"))
}

fn tls_accept(from: SocketAddr, session: &Session, profile: &str, why: &str, result: &str) -> String {
    let Session { identity, version, cipher, group, .. } = session;
    let group = if group == "?" { "unknown" } else { group };
    format!(
        "op=tls-accept res={result} role=collector {} id={identity} profile={profile} reason={why} auth=psk \
         tls_version={version} cipher={cipher} group={group}",
        address(from)
    )
}

fn address(from: SocketAddr) -> String {
    format!("addr={} port={}", from.ip(), from.port())
}

/// `exe=` of this program.
fn exe() -> String {
    let path = std::env::current_exe().unwrap_or_default().into_os_string().into_encoded_bytes();
    let mut field = b"exe=".to_vec();
    text::push_untrusted(&mut field, &path);
    String::from_utf8_lossy(&field).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session() -> Session {
        Session {
            identity: "host-1".into(),
            version: "TLSv1.3".into(),
            cipher: "TLS_AES_128_GCM_SHA256".into(),
            bits: 128,
            group: "x25519".into(),
            local: "[::1]:60".parse().unwrap(),
        }
    }

    #[test]
    fn in_the_clear() {
        let sender = Sender { from: "[::ffff:10.0.0.1]:1234".parse().unwrap(), session: None };
        let accepted = (Kind::DAEMON_ACCEPT, "addr=::ffff:10.0.0.1 port=1234 res=success".to_owned());
        assert_eq!(sender.accepted("unknown"), [accepted]);
        assert_eq!(sender.closed(), [(Kind::DAEMON_CLOSE, "addr=::ffff:10.0.0.1 port=1234 res=success".to_owned())]);
        let refused = refused(Refusal::Dup, sender.from);
        assert_eq!(refused, (Kind::DAEMON_ACCEPT, "op=dup addr=::ffff:10.0.0.1 port=1234 res=no".to_owned()));
    }

    #[test]
    fn over_tls() {
        let sender = Sender { from: "10.0.0.1:1234".parse().unwrap(), session: Some(session()) };
        let pid = std::process::id();
        let ends = format!("spid={pid} suid=? rport=1234 laddr=::1 lport=60  {} hostname=? addr=10.0.0.1", exe());
        let [(first, start), (second, other), (third, accept)] = sender.accepted("compatible").try_into().unwrap();
        assert_eq!([first, second, third], [Kind::CRYPTO_SESSION, Kind::CRYPTO_SESSION, Kind::DAEMON_ACCEPT]);
        let front = "op=start direction=from-client cipher=TLS_AES_128_GCM_SHA256 ksize=128 mac=<implicit> pfs=x25519 ";
        assert_eq!(start, format!("{front}{ends} terminal=? res=success"));
        assert_eq!(other, start.replace("from-client", "from-server"));
        assert_eq!(
            accept,
            "op=tls-accept res=success role=collector addr=10.0.0.1 port=1234 id=host-1 profile=compatible reason=success \
             auth=psk tls_version=TLSv1.3 cipher=TLS_AES_128_GCM_SHA256 group=x25519"
        );
        let closed = sender.closed();
        assert_eq!(closed[1].0, Kind::CRYPTO_KEY_USER);
        let destroyed = format!("op=destroy kind=session fp=? direction=both {ends} terminal=? res=success");
        assert_eq!(closed[1].1, destroyed);
        let unknown = Session { group: "?".into(), identity: "?".into(), ..session() };
        let (_, failed) = failed(sender.from, &unknown, "pqc", "handshake-timeout");
        assert!(
            failed.starts_with("op=tls-accept res=no ")
                && failed.contains(" id=? profile=pqc reason=handshake-timeout ")
        );
        assert!(failed.ends_with(" group=unknown"));
    }
}
