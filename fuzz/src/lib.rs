//! What must hold for any bytes at all: the bodies of the fuzz targets, which `tests/fuzz_corpus.rs` runs over the kept
//! corpus, too. Each panics where something does not hold.

pub mod command;
pub mod escape;
pub mod file;
pub mod index;
pub mod rule;
pub mod search;
pub mod show;
pub mod wire;

/// A target's name and its body.
pub type Target = (&'static str, fn(&[u8]));

/// All of them. The corpus of each is in `corpus/`, in the file of its name.
pub const TARGETS: [Target; 6] = [
    ("command", command::check),
    ("wire", wire::check),
    ("file", file::check),
    ("search", search::check),
    ("show", show::check),
    ("index", index::check),
];
