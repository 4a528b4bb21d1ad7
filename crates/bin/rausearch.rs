//! rausearch
fn main() {}
