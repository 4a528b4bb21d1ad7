//! The kernel's types, as libbpf has parsed them, for whichever thread asks.
#![allow(unsafe_code, reason = "libbpf-rs does not say that its Btf may change threads")]

use libbpf_rs::btf::Btf;
use std::cell::OnceCell;

/// Invariant: the wrapped value is the only one that points to libbpf's `struct btf`; it is not cloned, and no thread but the one
/// that owns it has a reference to it (it is not `Sync`).
#[derive(Debug)]
struct Parsed(Btf<'static>);

// SAFETY: `struct btf` is plain memory of libbpf's (tools/lib/bpf/btf.c), tied to no thread, and by the invariant only one uses it.
unsafe impl Send for Parsed {}

/// BTF of vmlinux: some megabytes, which are in memory from when they are asked until they are [forgotten](Self::forget).
#[derive(Debug)]
pub(crate) struct KernelBtf(OnceCell<Option<Parsed>>);

impl KernelBtf {
    /// Reads it where libbpf looks for it, first /sys/kernel/btf/vmlinux.
    pub(crate) fn load() -> libbpf_rs::Result<Self> {
        Btf::from_vmlinux().map(|btf| Self(OnceCell::from(Some(Parsed(btf)))))
    }

    /// Of a kernel that has none.
    pub(crate) fn none() -> Self {
        Self(OnceCell::from(None))
    }

    /// It, unless there is none.
    pub(crate) fn get(&self) -> Option<&Btf<'static>> {
        self.0.get_or_init(|| Btf::from_vmlinux().ok().map(Parsed)).as_ref().map(|parsed| &parsed.0)
    }

    /// Gives the memory back. It is read anew when it is asked again.
    pub(crate) fn forget(&mut self) {
        if matches!(self.0.get(), Some(Some(_))) {
            self.0 = OnceCell::new();
        }
    }
}
