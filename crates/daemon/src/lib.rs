//! The audit daemon: sources, writer, control.
