//! Rules into BPF programs, events out of them.
