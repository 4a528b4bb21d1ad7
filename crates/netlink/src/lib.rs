//! The kernel's audit protocol, both ends of it.
//!
//! The protocol is netlink messages: a header, a payload, an acknowledgement. The kernel speaks it on a `NETLINK_AUDIT`
//! socket; rauditd speaks the same on a root-only `SOCK_SEQPACKET` socket when it serves the rules itself. Whoever holds a
//! [`Client`] need not care which it is.
//!
//! * [`protocol`]: numbers and structures
//! * [`client`]: asking: status, rules, messages
//! * [`server`]: answering, on the control socket (and as the kernel's double in tests)
//! * [`receiver`]: the audit daemon's end of the kernel's socket, where the records arrive
//! * [`ctl`]: the program `rauditctl`
mod capability;
pub mod client;
pub mod ctl;
pub mod error;
pub mod protocol;
pub mod receiver;
pub mod server;
mod transport;

pub use client::Client;
pub use error::Error;
pub use protocol::{Equivalence, Features, RuleCounts, SignalInfo, Status, StatusChange};
pub use receiver::Receiver;
pub use server::{Peer, Reply, Request, Server};

/// Where rauditd serves this protocol.
pub const CONTROL_SOCKET: &str = "/run/audit/rauditd.sock";

/// Where to find the control socket instead of [`CONTROL_SOCKET`]; there is no fallback to the kernel then. Set but empty
/// means the kernel, whoever serves.
pub const SOCKET_VARIABLE: &str = "RAUDITD_SOCKET";
