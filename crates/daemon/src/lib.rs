//! The audit daemon: sources, writer, control.
//!
//! ```text
//! source::netlink ─┐ batches of Records           ┌─▶ log::Writer ─▶ audit.log
//! source::bpf ─────┼──▶ bounded channel ─▶ writer ┴─▶ feeder ─▶ raudispd (its child)
//! source::remote ──┘ (lines, answered)     ▲
//! control: socket, signals, backend ───────┘ rotate, resume, stop
//! ```
//!
//! A thread each for sources, writer, feeder; control is the main thread. No state is shared but channels and counters.
//!
//! * [`options`]: the command line; [`start`]: becoming a daemon
//! * [`source`]: where records arrive
//! * [`writer`]: lines out to disk and [`feeder`]
//! * [`control`]: the poll loop; [`backend`]: who captures, kernel or BPF, and when that changes
//! * [`alarm`]: what other threads tell control; [`reload`]: the settings read again; [`report`]: the state report
//! * [`orders`]: the administrator's programs, mail, the machine: actions of auditd.conf
//! * [`privilege`]: what rauditd may do, and the one thread that may do more
//! * [`ready`]: what systemd is told; [`node`]: this machine's name
//! * [`event`]: the daemon's own records
//! * [`upgrade`]: the program file executed anew
//! * `shadow`: beside another audit daemon, what BPF would record compared with what the kernel does
//! * [`tiers`]: where a rule would run, for `rauditctl --explain`
pub mod alarm;
pub mod backend;
pub mod control;
pub mod event;
pub mod feeder;
pub mod indexer;
mod markers;
pub mod node;
pub mod options;
pub mod orders;
pub mod privilege;
mod process;
pub mod ready;
pub mod reload;
pub mod report;
pub mod say;
#[cfg(feature = "bpf")]
mod shadow;
pub mod source;
pub mod start;
pub mod tiers;
pub mod upgrade;
pub mod work;
pub mod writer;

pub use start::main;
