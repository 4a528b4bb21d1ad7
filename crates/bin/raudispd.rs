//! raudispd
fn main() {}
