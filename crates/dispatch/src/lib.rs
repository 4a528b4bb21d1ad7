//! The plugin host: raudispd.
//!
//! rauditd starts one raudispd and writes one stream of [`frame`]s to its standard input. raudispd runs the plugins of
//! plugins.d and hands each of them the records, so that a plugin that is slow, that hangs or that dies has no effect
//! on rauditd, on the log, or on another plugin: it loses events of its own, and they are counted.
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
//! * [`process`]: one plugin's process
//! * [`patience`]: how long a full queue is waited for
//! * [`status`]: how the plugins are, in a line; [`teller`]: told to rauditd
//! * [`inherited`]: signals and descriptors raudispd was started with
//! * [`say`]: messages to the administrator
pub mod feed;
pub mod frame;
pub mod host;
pub mod inherited;
pub mod options;
pub mod patience;
pub mod process;
pub mod run;
pub mod say;
pub mod status;
pub mod stream;
pub mod teller;

pub use run::main;
