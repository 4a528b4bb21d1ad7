//! What fuzzing found is tried again by every run of the tests: the kept corpus, against the bodies of the fuzz targets.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, helpers included"
)]

// Not a dependency: fuzz/ is a workspace of its own, which is built with other flags.
#[allow(missing_docs, dead_code, reason = "documented where it is a crate; escape() is used there")]
#[path = "../fuzz/src/lib.rs"]
mod fuzz;

use std::path::Path;

/// Every input of a target's corpus, and cuts of it.
fn replay(name: &str, check: fn(&[u8])) -> usize {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
    let corpus = std::fs::read_to_string(&path).unwrap();
    for (number, line) in corpus.lines().enumerate() {
        // Shown if it fails.
        println!("line {} of {}: {line}", number + 1, path.display());
        let input = fuzz::escape::unescape(line).expect("a line that can be read");
        check(&input);
        check(&input[..input.len() / 2]);
        check(&input[input.len() / 2..]);
    }
    corpus.lines().count()
}

#[test]
fn the_kept_corpus_breaks_nothing() {
    for (name, check) in fuzz::TARGETS {
        let count = replay(name, check);
        assert!(count > 10, "the corpus of {name} has {count} inputs");
    }
}
