use super::*;
use std::fs;
use std::path::PathBuf;

fn place() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("q");
    (dir, path)
}

fn drain(queue: &mut FileQueue) -> Vec<String> {
    let mut found = Vec::new();
    while let Front::Record(record) = queue.front().unwrap() {
        found.push(String::from_utf8(record).unwrap());
        queue.pop().unwrap();
    }
    found
}

#[test]
fn a_ring_outlives_its_process_in_order() {
    let (_dir, path) = place();
    for round in 0..5 {
        let mut queue = FileQueue::open(&path, 3).unwrap();
        for n in 0..3 {
            queue.push(format!("{round}.{n}\n").as_bytes()).unwrap();
        }
        assert!(queue.is_full() && queue.push(b"more\n").is_err());
        assert_eq!(queue.front().unwrap(), Front::Record(format!("{round}.0\n").into_bytes()));
        queue.pop().unwrap();
        drop(queue);
        let mut queue = FileQueue::open(&path, 3).unwrap();
        assert_eq!(drain(&mut queue), [format!("{round}.1\n"), format!("{round}.2\n")]);
    }
    assert_eq!(fs::metadata(&path).unwrap().len(), 4 * ENTRY);
}

#[test]
fn another_depth_keeps_what_is_in_it_or_is_refused() {
    let (dir, path) = place();
    let mut queue = FileQueue::open(&path, 4).unwrap();
    queue.push(b"gone\n").unwrap();
    queue.pop().unwrap();
    for n in 0..4 {
        queue.push(format!("{n}\n").as_bytes()).unwrap();
    }
    drop(queue);
    let before = fs::read(&path).unwrap();
    let refused = FileQueue::open(&path, 3).unwrap_err();
    assert!(refused.contains("holds 4 records") && !refused.contains('\n'), "{refused}");
    assert_eq!(fs::read(&path).unwrap(), before);
    let mut queue = FileQueue::open(&path, 9).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().len(), 10 * ENTRY);
    assert_eq!(drain(&mut queue), ["0\n", "1\n", "2\n", "3\n"]);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[test]
fn what_is_no_whole_queue_is_refused_and_left_alone() {
    let (_dir, path) = place();
    let mut queue = FileQueue::open(&path, 2).unwrap();
    queue.push(b"kept\n").unwrap();
    drop(queue);
    let good = fs::read(&path).unwrap();
    let mut newer = good.clone();
    newer[14] = 1;
    for (bytes, what) in [
        (&good[..good.len() - 1], "cut short"),
        (&good[..40], "cut short"),
        (&good[..10], "cannot read its header"),
        (&[&good[..], b"x"].concat(), "too long"),
        (&newer, "newer version"),
        (b"root:x:0:0:root:/root:/bin/bash of thirty-two bytes", "no queue of audisp-remote"),
    ] {
        fs::write(&path, bytes).unwrap();
        let refused = FileQueue::open(&path, 2).unwrap_err();
        assert!(refused.contains(what) && refused.contains("q: ") && !refused.contains('\n'), "{refused}");
        assert_eq!(fs::read(&path).unwrap(), bytes);
    }
    assert!(FileQueue::open(Path::new("/dev/zero"), 2).unwrap_err().contains("not a regular file"));
    assert!(FileQueue::open(Path::new("/nosuch/q"), 2).unwrap_err().contains("cannot open"));
}

#[test]
fn one_that_was_being_made_is_made_anew() {
    let (_dir, path) = place();
    fs::write(&path, Header { entries: 7, head: 0, length: 0 }.encode()).unwrap();
    let mut queue = FileQueue::open(&path, 2).unwrap();
    queue.push(b"x\n").unwrap();
    drop(queue);
    assert_eq!(drain(&mut FileQueue::open(&path, 2).unwrap()), ["x\n"]);
}

#[test]
fn an_entry_without_end_is_broken_and_the_next_is_good() {
    let (_dir, path) = place();
    let mut queue = FileQueue::open(&path, 2).unwrap();
    queue.push(b"a\n").unwrap();
    queue.push(b"b\n").unwrap();
    queue.file.write_all_at(&[b'x'; ENTRY as usize], ENTRY).unwrap();
    assert_eq!(queue.front().unwrap(), Front::Broken);
    queue.pop().unwrap();
    assert_eq!(drain(&mut queue), ["b\n"]);
    assert!(queue.push(&[b'x'; ENTRY as usize]).is_err() && queue.push(b"a\0b\n").is_err());
}

#[test]
fn a_depth_for_which_there_is_no_disk_is_refused_and_leaves_nothing() {
    let (_dir, path) = place();
    let refused = FileQueue::open(&path, i32::MAX as u32).unwrap_err();
    assert!(refused.contains("no room for queue_depth"), "{refused}");
    assert_eq!(fs::metadata(&path).unwrap().len(), 0);
}

#[test]
fn any_order_of_changes_and_restarts_keeps_what_a_list_would() {
    let (_dir, path) = place();
    let mut model = std::collections::VecDeque::new();
    let (mut seed, mut depth): (u64, u32) = (7, 5);
    let mut queue = FileQueue::open(&path, depth).unwrap();
    for n in 0..3000 {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        match (seed >> 33) % 16 {
            0..8 if !queue.is_full() => {
                let record = format!("{n}{}\n", "x".repeat((seed >> 40) as usize % 8900)).into_bytes();
                queue.push(&record).unwrap();
                model.push_back(record);
            }
            8..14 => {
                queue.pop().unwrap();
                model.pop_front();
            }
            14.. => {
                depth = if model.len() <= 4 { (seed >> 50) as u32 % 4 + 4 } else { depth };
                drop(queue);
                queue = FileQueue::open(&path, depth).unwrap();
            }
            _ => {}
        }
        assert_eq!((queue.len() as usize, queue.is_full()), (model.len(), model.len() == depth as usize));
        let front = model.front().map_or(Front::Empty, |record| Front::Record(record.clone()));
        assert_eq!(queue.front().unwrap(), front, "step {n}");
    }
}
