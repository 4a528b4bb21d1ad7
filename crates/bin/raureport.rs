//! raureport
fn main() {}
