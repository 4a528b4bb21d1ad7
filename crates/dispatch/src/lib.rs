//! The plugin host: raudispd.
