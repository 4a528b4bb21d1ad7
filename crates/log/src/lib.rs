//! audit.log on disk: written, rotated, read.
//!
//! * [`files`]: which files make up a log, oldest first
//! * [`read`]: the lines of a log file or a pipe
pub mod files;
pub mod read;
