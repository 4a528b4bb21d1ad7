//! The plugin host: raudispd.
//!
//! rauditd starts one raudispd and writes one stream of [`frame`]s to its standard input. raudispd runs the plugins of
//! plugins.d and hands each of them the records, so that a plugin that is slow, that hangs or that dies has no effect
//! on rauditd, on the log, or on another plugin: it loses events of its own, and they are counted, or they wait for it on disk.
//!
//! ```text
//!                      ┌ queue ─ thread [feed] ─ socket ─ process [plugin]
//!   stdin ─ [stream] ──┤
//!             [host]   └ queue ─ thread [feed] ─ socket ─ process [plugin]
//! ```
//!
//! * [`options`]: the command line
//! * [`stream`]: frames from standard input
//! * [`host`]: the plugins that run, reloading and stopping them
//! * [`feed`]: one plugin's queue and thread
//! * [`queue`]: a queue bounded by bytes; [`spooler`]: one that goes on on disk, in a file of [`spill`]
//! * [`process`]: one plugin's process
//! * [`patience`]: how long a full queue is waited for
//! * [`status`]: how the plugins are, in a line; [`teller`]: told to rauditd
//! * [`inherited`]: signals and descriptors raudispd was started with
//! * [`memory`]: what is allocated, for state reports
//! * [`say`]: messages to the administrator
pub mod feed;
pub mod frame;
pub mod host;
pub mod inherited;
pub mod memory;
pub mod options;
pub mod patience;
pub mod process;
pub mod queue;
pub mod run;
pub mod say;
pub mod spill;
pub mod spooler;
pub mod status;
pub mod stream;
pub mod teller;

pub use run::main;
