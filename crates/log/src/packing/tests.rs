use super::*;
use crate::Writer;
use crate::age::Now;
use crate::archives::{exists, names};
use crate::compress::Job;
use crate::files::files;
use crate::space::Free;
use crate::unpack::Input;
use crate::upkeep::Archiving;
use crate::upkeep::tests::{PACKING, keeps_all, open, settle, suffixes};
use crate::writer::tests::{Tmpfs, all_text, lines, scratch, told};
use raudit_config::{Action, AuditdConf};
use std::io::Read;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

#[test]
fn killed_after_any_step_every_record_is_there_once() {
    let Some((_dir, conf)) = scratch() else { return };
    let conf = keeps_all(&conf);
    let log = &conf.log_file;
    for (step, rotations) in (0..5).flat_map(|step| [0, 1, 3].map(|rotations| (step, rotations))) {
        for n in (1..).take_while(|n| exists(log, *n)) {
            names(log, n).iter().for_each(|path| drop(fs::remove_file(path)));
        }
        drop(fs::remove_file(log));
        let mut writer = open(&conf, Archiving::default());
        let batch = lines(0, 60, 3);
        writer.write(&batch[..6000], 60).unwrap();
        writer.rotate();
        let meta = fs::metadata(numbered(log, 1)).unwrap();
        let id = (meta.dev(), meta.ino());
        let job = |archive| Job { archive, to: temporary(log), group: 0, floor: 0, cancel: Default::default() };
        // What the thread and the writer do, one after the other, with rotations in between, and not further than `step`.
        let mut rotated = 0;
        let mut rotate = |writer: &mut Writer| {
            for _ in 0..rotations {
                let part = 6000 + rotated * 900;
                writer.write(&batch[part..part + 900], 9).unwrap();
                writer.rotate();
                rotated += 1;
            }
        };
        if step == 0 {
            fs::write(temporary(log), "half").unwrap();
        }
        if step >= 1 {
            compress::compress(&job(compress::open(&numbered(log, 1)).unwrap())).unwrap();
            rotate(&mut writer);
        }
        if step >= 2 {
            assert!(link_in(log, id).unwrap());
        }
        if step >= 3 {
            rotate(&mut writer);
        }
        if step >= 4 {
            remove_original(log, id).unwrap();
        }
        std::mem::forget(writer);
        let written = &batch[..6000 + rotated * 900];
        assert!(all_text(log) == written, "read as it was left: step {step}, {rotations} rotations");
        let mut writer = open(&conf, if rotations == 1 { PACKING } else { Archiving::default() });
        assert!(all_text(log) == written, "read after the start: step {step}, {rotations} rotations");
        assert!(!temporary(log).exists());
        settle(&mut writer);
        assert!(all_text(log) == written);
        assert_eq!(told(&mut writer), [""; 0]);
    }
}

/// Leaves the directory as a kill would: the files are the same ones, under the same names, in another directory.
fn killed(conf: &AuditdConf, root: &Path, n: usize) -> AuditdConf {
    let dir = root.join(n.to_string());
    fs::create_dir(&dir).unwrap();
    for entry in fs::read_dir(conf.log_file.parent().unwrap()).unwrap().map(Result::unwrap) {
        let linked = fs::hard_link(entry.path(), dir.join(entry.file_name()));
        assert!(linked.is_ok() || entry.path() == temporary(&conf.log_file), "{linked:?}");
    }
    AuditdConf { log_file: dir.join("audit.log"), ..conf.clone() }
}

#[test]
fn whatever_happens_in_whichever_order_every_record_is_there_once() {
    let Some((root, conf)) = scratch() else { return };
    for seed in 1..=12u64 {
        let mut state = seed;
        let mut random = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        let root = root.path().join(format!("seed{seed}"));
        fs::create_dir_all(root.join("0")).unwrap();
        let mut conf = AuditdConf { log_file: root.join("0/audit.log"), ..keeps_all(&conf) };
        let mut writer = open(&conf, PACKING);
        let (mut written, mut events, mut kills) = (Vec::new(), 0, 0);
        for _ in 0..150 {
            match random(12) {
                0..4 => {
                    let count = 1 + random(400) as usize;
                    let batch = lines(events, count, 1);
                    events += count;
                    writer.write(&batch, count).unwrap();
                    written.extend_from_slice(&batch);
                }
                4..7 => drop(writer.rotate()),
                7..9 => std::thread::sleep(Duration::from_micros(random(3000))),
                9 => {
                    kills += 1;
                    let next = killed(&conf, &root, kills);
                    drop(std::mem::replace(&mut writer, open(&next, PACKING)));
                    conf = next;
                }
                10 => {
                    drop(writer);
                    assert!(!temporary(&conf.log_file).exists(), "an end in order leaves nothing half done");
                    writer = open(&conf, PACKING);
                }
                _ => writer.set_archiving(if random(2) == 0 { PACKING } else { Archiving::default() }),
            }
            writer.tick();
            if random(4) == 0 {
                assert!(all_text(&conf.log_file) == written, "seed {seed}");
            }
        }
        writer.set_archiving(PACKING);
        settle(&mut writer);
        assert!(all_text(&conf.log_file) == written, "seed {seed}");
        let named = suffixes(&conf.log_file);
        assert!(named.iter().all(|name| name.is_empty() || name.ends_with(".zst")), "{named:?}");
        let bad: Vec<_> = told(&mut writer).into_iter().filter(|line| line.starts_with("cannot")).collect();
        assert!(bad.is_empty(), "{bad:?}");
    }
}

#[test]
fn ten_thousand_rotations() {
    let Some((dir, conf)) = scratch() else { return };
    let conf = AuditdConf { num_logs: 6, max_log_file_action: Action::Rotate, ..keeps_all(&conf) };
    let mut writer = open(&conf, PACKING);
    for n in 0..10_000 {
        writer.write(&lines(n * 10, 10, 1), 10).unwrap();
        assert!(writer.rotate());
        writer.tick();
        if n % 50 == 0 {
            let first = n.saturating_sub(4) * 10;
            assert!(all_text(&conf.log_file) == lines(first, (n + 1) * 10 - first, 1), "{n}");
            // Both names of an archive, and one on its way.
            assert!(fs::read_dir(dir.path()).unwrap().count() <= 6 + 2);
        }
        if n % 500 == 499 {
            settle(&mut writer);
            assert_eq!(suffixes(&conf.log_file), [".5.zst", ".4.zst", ".3.zst", ".2.zst", ".1.zst", ""]);
        }
    }
    assert!(all_text(&conf.log_file) == lines(99_950, 50, 1));
    assert!(told(&mut writer).iter().all(|line| line.starts_with("Audit daemon rotating log files")));
}

#[test]
fn a_disk_without_space_keeps_archives_as_they_are_until_there_is() {
    let Some((_dir, conf)) = scratch() else { return };
    let Some(disk) = Tmpfs::new(1024) else { return };
    let conf = AuditdConf { log_file: disk.0.path().join("audit.log"), ..keeps_all(&conf) };
    let mut writer = open(&conf, PACKING);
    let batch = lines(0, 4000, 1);
    writer.write(&batch, 4000).unwrap();
    let stuffing = disk.0.path().join("stuffing");
    let free = Free::of(&File::open(&conf.log_file).unwrap()).unwrap();
    fs::write(&stuffing, vec![0; (free.available - 40 * free.block) as usize]).unwrap();
    assert!(writer.rotate());
    settle(&mut writer);
    assert_eq!(suffixes(&conf.log_file), [".1", ""]);
    writer.tick();
    assert!(!writer.upkeep.packing.is_busy(), "not again at once");
    fs::remove_file(stuffing).unwrap();
    let later = Now { wall: SystemTime::now(), steady: Instant::now() + Duration::from_secs(60) };
    writer.tick_at(later);
    settle(&mut writer);
    assert_eq!(suffixes(&conf.log_file), [".1.zst", ""]);
    assert!(all_text(&conf.log_file) == batch);
}

#[test]
fn archives_that_are_no_files_of_ours_are_left_alone() {
    let Some((dir, conf)) = scratch() else { return };
    let conf = keeps_all(&conf);
    let elsewhere = dir.path().join("elsewhere");
    fs::write(&elsewhere, "precious\n").unwrap();
    std::os::unix::fs::symlink(&elsewhere, numbered(&conf.log_file, 1)).unwrap();
    fs::create_dir(numbered(&conf.log_file, 2)).unwrap();
    fs::write(numbered(&conf.log_file, 3), "").unwrap();
    std::os::unix::fs::symlink(&elsewhere, temporary(&conf.log_file)).unwrap();
    fs::write(numbered(&conf.log_file, 4), "type=X msg=audit(1.000:1): \n").unwrap();
    let mut writer = open(&conf, PACKING);
    settle(&mut writer);
    assert!(numbered(&conf.log_file, 1).is_symlink() && numbered(&conf.log_file, 2).is_dir());
    assert!(numbered(&conf.log_file, 3).is_file() && compressed(&conf.log_file, 4).is_file());
    assert_eq!(fs::read_to_string(elsewhere).unwrap(), "precious\n");
}

#[test]
fn a_reader_meanwhile_sees_every_record_once() {
    let Some((_dir, conf)) = scratch() else { return };
    let conf = keeps_all(&conf);
    let mut writer = open(&conf, PACKING);
    writer.write(&lines(0, 100, 1), 100).unwrap();
    let stop = AtomicBool::new(false);
    let reads = std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let (mut reads, mut packed) = (0, 0);
            while !stop.load(Ordering::Relaxed) {
                // It keeps what it has listed for a while, as a search of a large log does.
                let listed = files(&conf.log_file).unwrap();
                std::thread::sleep(Duration::from_millis(reads % 7));
                let mut all = Vec::new();
                for file in listed {
                    let mut input = file.open().unwrap();
                    packed += usize::from(matches!(input, Input::Packed(_)));
                    input.read_to_end(&mut all).unwrap();
                }
                // A write may be seen in part.
                all.truncate(all.len() / 100 * 100);
                assert!(!all.is_empty() && all == lines(0, all.len() / 100, 1), "after {reads} reads");
                reads += 1;
            }
            assert!(packed > 0);
            reads
        });
        for n in 1..100 {
            writer.write(&lines(n * 100, 100, 1), 100).unwrap();
            writer.rotate();
            for _ in 0..4 {
                writer.tick();
                std::thread::sleep(Duration::from_millis(5));
            }
        }
        stop.store(true, Ordering::Relaxed);
        reader.join().unwrap()
    });
    assert!(reads > 10, "{reads}");
}
