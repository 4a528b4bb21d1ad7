//! The compiled BPF objects, and the proof that both sides agree on what crosses between them.
#![allow(unsafe_code, missing_docs, clippy::all, reason = "generated")]

/// The shipped object, as clang made it.
pub static AUDIT_OBJECT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/audit.bpf.o"));

/// Test-only programs for BPF_PROG_RUN.
#[cfg(test)]
pub static CHECK_OBJECT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/check.bpf.o"));

mod generated {
    #![allow(warnings, reason = "generated")]
    include!(concat!(env!("OUT_DIR"), "/audit.skel.rs"));
}
pub use generated::types;
