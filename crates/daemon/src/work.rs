//! What crosses the channel to the writer.

use raudit_config::AuditdConf;
use raudit_record::Message;

/// Batches that may wait for the writer. A source that finds it full waits: the kernel's backlog or the ring then fills.
pub const WAITING: usize = 64;

/// One piece of work for the writer.
#[derive(Debug)]
pub enum Work {
    /// Records to write and to dispatch.
    Records(Vec<Message>),
    /// Rotate the log now.
    Rotate,
    /// Go on writing to disk after an action suspended it.
    Resume,
    /// Take new settings.
    Reconfigure(Box<AuditdConf>),
}
