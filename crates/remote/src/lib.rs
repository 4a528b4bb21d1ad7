//! Records of other machines: auditd's network listener, in a process of its own.
//!
//! ```text
//! senders ─▶ collector (nobody, no capabilities) ─▶ link ─▶ rauditd: writer ─▶ audit.log
//!         ◀─ acknowledgements                    ◀─ verdicts, settings
//! ```
//!
//! The daemon reads no byte from the network. It executes its own program file again as the *collector*, which binds the port,
//! gives up every privilege and then serves all senders from one thread. The two speak over a socket pair, and the daemon
//! believes the collector no more than it has to: what crosses is lines, numbers and addresses, all bounded and checked.
//!
//! A sender's records travel in batches, one at a time for each connection, and it is not read from until the daemon has said
//! what became of the last: so nobody can fill anybody's memory.
//!
//! * [`protocol`]: what goes over the network
//! * [`hosts_access`]: hosts.allow and hosts.deny
//! * [`psk`]: who may connect over TLS
//! * [`settings`]: what of auditd.conf the collector needs
//! * [`link`]: what goes between collector and daemon
//! * [`collector`]: the collector's poll loop
//! * [`privilege`]: how it gives up its privileges
//! * [`process`]: starting it, and ending it
//! * `tls`: what TLS is like at either end
pub mod collector;
pub mod hosts_access;
pub mod link;
pub mod privilege;
pub mod process;
pub mod protocol;
pub mod psk;
pub mod settings;
#[cfg(feature = "tls")]
pub mod tls;

pub use link::{Link, Refusal, ToCollector, ToDaemon, Verdict};
pub use process::Process;
pub use settings::Settings;
