//! rauditctl
fn main() {}
