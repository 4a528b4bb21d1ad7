//! One line, one event; and what the values in them mean.
//!
//! The text of auditd is the interchange type of the whole project: both capture backends end in a [`Message`], the text
//! the kernel would have written, and everything after (enriching, writing, dispatching, searching) is blind to where it
//! came from. Nothing here owns a tree of fields: a [`Line`] borrows from the bytes it was read from.
//!
//! * [`kind`]: the record type, a number with a name (`SYSCALL`, 1300)
//! * [`event_id`]: time and serial, what makes records one event
//! * [`message`]: a record as the kernel hands it over; [`records`]: many of them in one piece of memory
//! * [`mod@line`] and [`field`]: a record as it stands in the log; [`met`]: fields that come again
//! * [`stamp`]: the head of a line, as leniently as ausearch reads it
//! * [`mod@format`] and [`enrich`]: from a message to the line of the log
//! * [`interpret`]: what values mean, as `ausearch -i` prints them
//! * [`names`] and [`sockaddr`]: who an id is, where an address points
//! * [`near`]: finding bytes that are not far
//! * [`text`]: how the kernel writes numbers and strings it does not trust
pub mod enrich;
pub mod event_id;
pub mod field;
pub mod format;
pub mod interpret;
pub mod kind;
pub mod line;
pub mod message;
pub mod met;
pub mod names;
pub mod near;
pub mod records;
mod short;
pub mod sockaddr;
pub mod stamp;
pub mod text;

pub use event_id::EventId;
pub use field::{Field, Fields, Part};
pub use format::{Format, Formatter};
pub use interpret::{Context, Interpreter};
pub use kind::Kind;
pub use line::{Line, LineError};
pub use message::Message;
pub use met::Met;
pub use names::Names;
pub use records::Records;
pub use sockaddr::SockAddr;
