//! rauditd
fn main() {}
