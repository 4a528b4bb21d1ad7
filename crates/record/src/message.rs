//! A record as a backend hands it over.

use crate::Kind;

/// One record: its type, and the payload exactly as the kernel would have written it.
///
/// `text` starts with the stamp, `audit(1700000000.123:456): `, and has no trailing newline. It is bytes, not a
/// `String`: user-space senders put into it what they like.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Message {
    /// The record type (`nlmsg_type` of the kernel's netlink message).
    pub kind: Kind,
    /// The payload, from `audit(` on.
    pub text: Vec<u8>,
}
