use super::*;
use crate::build::BLOCK;
use crate::filter::Term;
use std::fs::{self, OpenOptions};
use std::path::PathBuf;

fn lines(from: u64, count: u64) -> String {
    let line = |n| format!("type=CWD msg=audit({}.000:{n}): cwd=\"/dir-{}\"\n", 1_700_000_000 + n / 100, n % 5000);
    (from..from + count).map(line).collect()
}

fn log(dir: &Path) -> PathBuf {
    let path = dir.join("audit.log");
    fs::write(&path, lines(0, 20_000)).unwrap();
    path
}

fn index(log: &Path) -> Option<Index> {
    Index::of(&File::open(log).unwrap(), log.parent().unwrap())
}

fn entries(index: &mut Index) -> Vec<Entry> {
    (0..).map_while(|number| index.entry(number)).collect()
}

fn only_index(dir: &Path) -> PathBuf {
    fs::read_dir(dir.join(".index")).unwrap().next().unwrap().unwrap().path()
}

#[test]
fn it_covers_whole_blocks_and_grows_with_the_log() {
    let dir = tempfile::tempdir().unwrap();
    let path = log(dir.path());
    assert!(index(&path).is_none());
    let size = fs::metadata(&path).unwrap().len();
    let read = update(&path).unwrap();
    assert!(read <= size && read + BLOCK as u64 > size);
    let mut first = index(&path).unwrap();
    assert_eq!((first.covered(), entries(&mut first).len() as u64), (read, first.len()));
    assert_eq!(entries(&mut first).iter().map(|entry| u64::from(entry.len)).sum::<u64>(), read);
    assert_eq!(update(&path).unwrap(), 0);
    let mut more = OpenOptions::new().append(true).open(&path).unwrap();
    more.write_all(b"type=CWD msg=audit(1700000200.000:20000): cwd=\"/found-here\"\n").unwrap();
    more.write_all(lines(20_001, 20_000).as_bytes()).unwrap();
    assert_eq!(index(&path).unwrap().covered(), read, "what is in it is still right");
    let more = update(&path).unwrap();
    let mut grown = index(&path).unwrap();
    assert_eq!(grown.covered(), read + more);
    assert!(more > 0 && entries(&mut grown).starts_with(&entries(&mut first)));
    // the same as in one piece
    fs::remove_file(only_index(dir.path())).unwrap();
    update(&path).unwrap();
    assert!(entries(&mut index(&path).unwrap()) == entries(&mut grown));
    let term = Term::Text(b"found-here".to_vec());
    let hits: Vec<usize> =
        entries(&mut grown).iter().enumerate().filter(|(_, e)| e.may_have(&term)).map(|(at, _)| at).collect();
    assert_eq!(hits, [grown.len() as usize / 2]);
    let weight = fs::metadata(only_index(dir.path())).unwrap().len();
    assert!(weight * 98 < grown.covered(), "{weight}");
}

#[test]
fn what_is_not_of_this_log_is_not_used() {
    let dir = tempfile::tempdir().unwrap();
    let path = log(dir.path());
    update(&path).unwrap();
    let archive = dir.path().join("audit.log.1");
    fs::rename(&path, &archive).unwrap();
    assert!(index(&archive).is_some(), "a rotation renames only");
    let text = fs::read(&archive).unwrap();
    // changed in place, cut off, another beginning
    fs::write(&archive, text.to_ascii_uppercase()).unwrap();
    assert!(index(&archive).is_none());
    assert!(update(&archive).unwrap() > 0 && index(&archive).is_some());
    fs::write(&archive, &text[..100_000]).unwrap();
    assert!(index(&archive).is_none());
    fs::write(&archive, [b"x".repeat(50), text.clone(), text].concat()).unwrap();
    assert!(index(&archive).is_none());
    fs::remove_file(&archive).unwrap();
    clean(dir.path()).unwrap();
    assert_eq!(fs::read_dir(dir.path().join(".index")).unwrap().count(), 0);
}

#[test]
fn damage_costs_the_index_but_gives_no_wrong_entry() {
    let dir = tempfile::tempdir().unwrap();
    let path = log(dir.path());
    update(&path).unwrap();
    let whole = entries(&mut index(&path).unwrap());
    let file = only_index(dir.path());
    let bytes = fs::read(&file).unwrap();
    for at in (0..bytes.len()).step_by(97).chain(0..HEADER) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x10;
        fs::write(&file, &damaged).unwrap();
        let found = index(&path).map(|mut index| entries(&mut index)).unwrap_or_default();
        assert!(whole.starts_with(&found) && found.len() < whole.len(), "{at}");
    }
    for len in (0..bytes.len()).step_by(501) {
        fs::write(&file, &bytes[..len]).unwrap();
        let found = index(&path).map(|mut index| entries(&mut index)).unwrap_or_default();
        assert!(whole.starts_with(&found) && found.len() < whole.len(), "{len}");
    }
    update(&path).unwrap();
    assert!(entries(&mut index(&path).unwrap()) == whole);
}

#[test]
fn what_others_may_write_is_not_believed() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let path = log(dir.path());
    update(&path).unwrap();
    fs::set_permissions(only_index(dir.path()), fs::Permissions::from_mode(0o666)).unwrap();
    assert!(index(&path).is_none() && update(&path).is_err());
    fs::remove_file(only_index(dir.path())).unwrap();
    std::os::unix::fs::symlink("/etc/hostname", dir.path().join(".index/x.idx")).unwrap();
    fs::rename(dir.path().join(".index"), dir.path().join("other")).unwrap();
    std::os::unix::fs::symlink("other", dir.path().join(".index")).unwrap();
    assert!(update(&path).is_err(), "a link in the way");
}
