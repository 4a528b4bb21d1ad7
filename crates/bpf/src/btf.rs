//! The kernel's types, as libbpf has parsed them, for whichever thread asks.
#![allow(unsafe_code, reason = "libbpf-rs does not say that its Btf may change threads")]

use libbpf_rs::btf::Btf;
use std::ops::Deref;

/// BTF of vmlinux, loaded once.
///
/// Invariant: the wrapped value is the only one that points to libbpf's `struct btf`; it is not cloned, and no thread but the one
/// that owns it has a reference to it (it is not `Sync`).
#[derive(Debug)]
pub(crate) struct KernelBtf(Btf<'static>);

// SAFETY: `struct btf` is plain memory of libbpf's (tools/lib/bpf/btf.c), tied to no thread, and by the invariant only one uses it.
unsafe impl Send for KernelBtf {}

impl KernelBtf {
    /// Reads it where libbpf looks for it, first /sys/kernel/btf/vmlinux.
    pub(crate) fn load() -> libbpf_rs::Result<Self> {
        Btf::from_vmlinux().map(Self)
    }
}

impl Deref for KernelBtf {
    type Target = Btf<'static>;

    fn deref(&self) -> &Btf<'static> {
        &self.0
    }
}
