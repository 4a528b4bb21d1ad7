//! One line, one event; and what the values in them mean.
//!
//! The text of auditd is the interchange type of the whole project: both capture backends end in a [`Message`], the text
//! the kernel would have written, and everything after (enriching, writing, dispatching, searching) is blind to where it
//! came from. Nothing here owns a tree of fields: a [`Line`](line::Line) borrows from the bytes it was read from.
//!
//! * [`kind`]: the record type, a number with a name (`SYSCALL`, 1300)
//! * [`event_id`]: time and serial, what makes records one event
//! * [`message`]: a record as the kernel hands it over
pub mod event_id;
pub mod kind;
pub mod message;

pub use event_id::EventId;
pub use kind::Kind;
pub use message::Message;
