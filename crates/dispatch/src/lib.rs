//! The plugin host: raudispd.
pub mod frame;
