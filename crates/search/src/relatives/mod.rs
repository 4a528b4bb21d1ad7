//! The small relatives of the audit tools, under their own names.
//!
//! * [`last`]: aulast, who was logged in and when, as last(1) tells it
//! * [`lastlog`]: aulastlog, when each user logged in last
//! * [`syscall`]: ausyscall, names of system calls and their numbers
//!
//! The first two make the same pass over the log as the searches, and keep of it what is open: sessions, or a line for each user.
mod cut;
pub mod last;
pub mod lastlog;
mod passwd;
mod program;
pub mod syscall;
