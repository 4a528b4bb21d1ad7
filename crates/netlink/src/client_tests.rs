use super::*;
use nix::sys::socket::{self, AddressFamily, MsgFlags, SockFlag, SockType};
use std::os::fd::{AsRawFd, OwnedFd};

/// A client, and the bare other end.
fn pair() -> (Client, OwnedFd) {
    let flags = SockFlag::SOCK_CLOEXEC;
    let (ours, theirs) = socket::socketpair(AddressFamily::Unix, SockType::SeqPacket, None, flags).unwrap();
    let mut client = Client::over(Transport::Control(ours));
    client.set_timeout(Duration::from_millis(50));
    (client, theirs)
}

/// What the client makes of these datagrams, which wait for it before it asks.
fn status_after(datagrams: &[Vec<u8>]) -> Result<Status, Error> {
    let (mut client, theirs) = pair();
    for datagram in datagrams {
        socket::send(theirs.as_raw_fd(), datagram, MsgFlags::empty()).unwrap();
    }
    client.status()
}

fn ack(seq: u32, value: i32) -> Vec<u8> {
    protocol::message(kind::NLMSG_ERROR, 0, seq, &[&value.to_ne_bytes()[..], &[0; 16]].concat())
}

fn reply(seq: u32) -> Vec<u8> {
    protocol::message(kind::GET, 0, seq, &Status { enabled: 1, ..Status::default() }.to_bytes())
}

#[test]
fn reply_and_acknowledgement_come_in_either_order_among_strangers() {
    assert_eq!(status_after(&[ack(1, 0), reply(1)]).unwrap().enabled, 1);
    assert_eq!(status_after(&[reply(1), ack(1, 0)]).unwrap().enabled, 1);
    let stale = [ack(7, -22), reply(0), protocol::message(1300, 0, 0, b"audit(1.000:1): record"), ack(1, 0), reply(1)];
    assert_eq!(status_after(&stale).unwrap().enabled, 1);
}

#[test]
fn missing_halves_are_timeouts() {
    assert!(matches!(status_after(&[ack(1, 0)]), Err(Error::Timeout { .. })));
    assert!(matches!(status_after(&[reply(1)]), Err(Error::Timeout { .. })));
    assert!(matches!(status_after(&[]), Err(Error::Timeout { .. })));
}

#[test]
fn refusals_keep_their_number_whatever_it_is() {
    for (value, errno) in [(-1, Errno::EPERM), (-17, Errno::EEXIST), (-111, Errno::ECONNREFUSED)] {
        assert_eq!(status_after(&[ack(1, value)]).unwrap_err().errno(), Some(errno));
    }
    assert!(status_after(&[ack(1, i32::MIN)]).is_err());
}

#[test]
fn hostile_replies_are_errors() {
    let mut lying = reply(1);
    lying[0] = 255;
    for datagrams in [vec![vec![1]], vec![vec![0; 16]], vec![lying], vec![vec![0xff; 4000]]] {
        assert!(matches!(status_after(&datagrams), Err(Error::Malformed { .. })), "{datagrams:?}");
    }
    let numberless = protocol::message(kind::NLMSG_ERROR, 0, 1, &[]);
    assert!(matches!(status_after(&[numberless]), Err(Error::Malformed { .. })));
    let empty = protocol::message(kind::GET, 0, 1, &[]);
    assert_eq!(status_after(&[empty, ack(1, 0)]).unwrap(), Status::default());
    let (mut client, theirs) = pair();
    drop(theirs);
    assert!(client.status().is_err());
}

#[test]
fn a_rule_cut_short_is_named() {
    let (mut client, theirs) = pair();
    let part = protocol::message(kind::LIST_RULES, flag::MULTI, 1, &[0; 100]);
    socket::send(theirs.as_raw_fd(), &part, MsgFlags::empty()).unwrap();
    let error = client.rules().unwrap_err().to_string();
    assert_eq!(error, "unreadable answer to list rules: rule 1: rule data has 100 bytes, a rule has at least 1040");
}
