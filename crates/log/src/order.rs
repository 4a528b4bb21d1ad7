//! What the writer wants done that is not the log's own business: it starts no program itself.

use std::path::PathBuf;

/// For whoever owns the writer, in this order; see [`crate::Writer::orders`].
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Order {
    /// Run the administrator's program (`exec`), without arguments. The log is closed and writing suspended.
    Run {
        /// The program.
        program: PathBuf,
        /// Writing is to be resumed when it ends: of `max_log_file_action` alone, in other cases the program says when.
        resume: bool,
    },
    /// Send mail (`email`) to `action_mail_acct`.
    Mail {
        /// The address.
        to: String,
        /// The subject.
        subject: &'static str,
        /// The text.
        text: String,
    },
    /// Tell everybody who is logged in: the machine may be halted soon.
    Wall(&'static str),
    /// Take the machine to single user mode, and stop.
    Single,
    /// Shut the machine down, and stop.
    Halt,
}
