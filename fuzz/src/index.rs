//! Damaged and forged indexes: never a panic, never more memory than a block's.

use raudit_index::entry::{ENTRY, Entry, LONGEST};
use raudit_index::{Index, Term};
use std::cell::RefCell;
use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

/// A log with its index, and that index's bytes as they were made.
struct Setup {
    dir: tempfile::TempDir,
    index: PathBuf,
    bytes: Vec<u8>,
}

thread_local! {
    static SETUP: RefCell<Option<Setup>> = const { RefCell::new(None) };
}

fn setup() -> Setup {
    let dir = tempfile::tempdir().expect("a directory");
    let log = dir.path().join("audit.log");
    let line = |n| format!("type=CWD msg=audit({}.000:{n}): cwd=\"/dir-{n}\"\n", 1_700_000_000 + n / 100);
    fs::write(&log, (0..4000).map(line).collect::<String>()).expect("a log");
    raudit_index::update(&log).expect("an index");
    let index = fs::read_dir(dir.path().join(".index"))
        .expect("its directory")
        .next()
        .expect("its file")
        .expect("its name")
        .path();
    let bytes = fs::read(&index).expect("its bytes");
    Setup { dir, index, bytes }
}

/// The input: an entry's bytes; and changes of an index, each a place (2 bytes) and a byte.
pub fn check(input: &[u8]) {
    if let Some(entry) = input.first_chunk::<ENTRY>().and_then(Entry::from_bytes) {
        assert!(entry.len <= LONGEST && entry.to_bytes() == input[..ENTRY]);
        std::hint::black_box(entry.may_have(&Term::Text(input.to_vec())) || entry.may_be_of((0, 1)));
    }
    SETUP.with_borrow_mut(|kept| {
        let setup = kept.get_or_insert_with(setup);
        let mut bytes = setup.bytes.clone();
        for change in input.chunks_exact(3) {
            let at = usize::from(u16::from_le_bytes([change[0], change[1]])) % bytes.len();
            bytes[at] = change[2];
        }
        bytes.truncate(if input.len() % 3 == 1 { input.len() * 7 } else { bytes.len() });
        let file = OpenOptions::new().write(true).open(&setup.index).expect("the index");
        file.set_len(0).expect("an empty file");
        file.write_all_at(&bytes, 0).expect("the index");
        let log = File::open(setup.dir.path().join("audit.log")).expect("the log");
        let Some(mut index) = Index::of(&log, setup.dir.path()) else { return };
        let entries = (0..index.len().min(1000)).map_while(|number| index.entry(number));
        entries.for_each(|entry| assert!(entry.len <= LONGEST));
    });
}
