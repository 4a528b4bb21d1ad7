//! audit.log on disk: written, rotated, read.
//!
//! Writing is [`Writer`]'s: it takes batches of whole lines, and whatever happens to the disk it says how many of them are
//! not on it. It never prints: what the administrator should know comes as a [`Notice`].
//!
//! * [`writer`]: append, and what to do when that fails
//! * [`full`]: what a configured action does
//! * [`directory`]: whether the log's directory is safe to write to
//! * [`create`]: opening the log, modes and groups
//! * [`rotate`]: audit.log becomes audit.log.1
//! * [`space`]: how much is left, and when to act on it
//! * [`flush`]: forcing what was written to the disk
//! * [`cut`]: where a batch may be split between two files
//! * [`notice`]: what to tell the administrator
//! * [`order`]: what the writer wants done that is not the log's business
//!
//! Archives, and what rauditd.conf asks for:
//!
//! * [`archives`]: their names and order, and putting in order what a crash has left
//! * [`upkeep`]: what is due when: compress, rotate by time, remove by time
//! * [`age`]: how old the log is
//! * [`packing`]: the steps by which `audit.log.1` becomes `audit.log.1.zst`; [`packer`]: the thread; [`compress`][mod@compress]: its work
//! * [`origin`]: what an archive was made of
//!
//! Reading:
//!
//! * [`files`]: which files make up a log, oldest first
//! * [`read`]: the lines of a log file or a pipe
//! * [`unpack`]: what a compressed archive holds
pub mod age;
pub mod archives;
pub mod compress;
pub mod create;
pub mod cut;
pub mod directory;
pub mod files;
pub mod flush;
pub mod full;
pub mod notice;
pub mod order;
pub mod origin;
pub mod packer;
pub mod packing;
pub mod read;
pub mod rotate;
pub mod space;
pub mod unpack;
pub mod upkeep;
pub mod writer;

pub use notice::{Level, Notice, Occasion};
pub use order::Order;
pub use upkeep::Archiving;
pub use writer::{LogError, NotWritten, Place, State, Why, Writer};
