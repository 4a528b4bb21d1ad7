//! Rules into BPF programs, events out of them.
//!
//! Down: a rule set becomes a [`plan`] (which hooks, which policy), made of what the kernel [`offer`]s, what each system call
//! needs ([`calls`]) and the compiled exit list ([`classify`]); [`kernel`] loads and attaches it. Up: a [`consumer`] reads the
//! ring, a [`decoder`] brings together ([`wire`]) what is one event, [`render`] writes the text the kernel would have written, asking [`files`] and [`selinux`] for what only user
//! space can look up. Whether the hooks see on this kernel what they must is found out by a [`trial`]. The C side is `bpf/` at the
//! root of the repository.
mod btf;
pub mod calls;
mod classes;
pub mod classify;
mod clock;
mod clone;
pub mod consumer;
pub mod decoder;
pub mod fact;
pub mod files;
pub mod hooks;
pub mod judged;
mod kept;
pub mod kernel;
mod known;
mod libbpf_log;
pub mod loss;
pub mod offer;
pub mod operations;
pub mod pins;
pub mod place;
pub mod plan;
pub mod render;
pub mod ring;
pub mod selinux;
mod skel;
mod targets;
pub mod trial;
pub mod wire;
