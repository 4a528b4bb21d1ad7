//! Where records arrive: a thread for each, batches into the writer's channel.
#[cfg(feature = "bpf")]
pub mod bpf;
pub mod netlink;
pub mod registration;
pub mod remote;
