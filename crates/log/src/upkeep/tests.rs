use super::*;
use crate::archives::{names, numbered, temporary};
use crate::files::files;
use crate::writer::tests::{all_text, lines, scratch, told};
use raudit_config::{Action, AuditdConf, Flush, Space};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

pub(crate) const PACKING: Archiving = Archiving { compress: true, rotate_every: Duration::ZERO, keep: Duration::ZERO };

/// Keeps everything, and needs no space.
pub(crate) fn keeps_all(conf: &AuditdConf) -> AuditdConf {
    let (max_log_file_action, flush) = (Action::KeepLogs, Flush::None);
    AuditdConf {
        max_log_file_action,
        flush,
        space_left: Space::Mib(0),
        admin_space_left: Space::Mib(0),
        ..conf.clone()
    }
}

pub(crate) fn open(conf: &AuditdConf, archiving: Archiving) -> Writer {
    let mut writer = Writer::open(conf).unwrap();
    writer.set_archiving(archiving);
    writer
}

/// Ticks until nothing is left to compress.
pub(crate) fn settle(writer: &mut Writer) {
    let start = Instant::now();
    while writer.upkeep.packing.is_busy() || (writer.upkeep.archiving.compress && writer.upkeep.pack_at.is_none()) {
        assert!(start.elapsed() < MINUTE, "compressing does not end");
        writer.tick();
        std::thread::sleep(Duration::from_millis(1));
    }
}

pub(crate) fn suffixes(log: &Path) -> Vec<String> {
    let name = |path: &Path| path.to_str().unwrap().trim_start_matches(log.to_str().unwrap()).to_owned();
    files(log).unwrap().iter().map(|file| name(&file.path)).collect()
}

#[test]
fn off_it_has_no_clock_and_does_nothing() {
    let Some((_dir, conf)) = scratch() else { return };
    let mut writer = Writer::open(&keeps_all(&conf)).unwrap();
    writer.write(&lines(0, 10, 1), 10).unwrap();
    writer.rotate();
    writer.set_archiving(Archiving::default());
    writer.tick();
    assert_eq!(writer.due(), None);
    assert_eq!(suffixes(&conf.log_file), [".1", ""]);
}

#[test]
fn archives_are_compressed_and_stay_so_when_it_is_switched_off() {
    let Some((_dir, conf)) = scratch() else { return };
    let conf = AuditdConf { log_group: 4, ..keeps_all(&conf) };
    let mut writer = open(&conf, Archiving::default());
    let mut round = 0;
    let mut rotate = |writer: &mut Writer| {
        writer.write(&lines(round * 100, 100, 2), 200).unwrap();
        round += 1;
        assert!(writer.rotate());
        writer.tick();
    };
    rotate(&mut writer);
    rotate(&mut writer);
    assert_eq!(suffixes(&conf.log_file), [".2", ".1", ""]);
    writer.set_archiving(PACKING);
    settle(&mut writer);
    assert_eq!(suffixes(&conf.log_file), [".2.zst", ".1.zst", ""]);
    rotate(&mut writer);
    writer.set_archiving(Archiving::default());
    assert!(!temporary(&conf.log_file).exists());
    rotate(&mut writer);
    let after = suffixes(&conf.log_file);
    assert_eq!((&after[0], &after[3], after.len()), (&".4.zst".to_owned(), &".1".to_owned(), 5));
    assert_eq!(all_text(&conf.log_file), lines(0, 400, 2));
    drop(writer);
    for path in names(&conf.log_file, 4).iter().filter(|path| path.exists()) {
        fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
        std::os::unix::fs::chown(path, None, Some(0)).unwrap();
    }
    let mut writer = Writer::open(&conf).unwrap();
    assert_eq!(told(&mut writer).iter().filter(|line| !line.contains("rotated")).count(), 0);
    for file in files(&conf.log_file).unwrap().iter().take(4) {
        let meta = fs::metadata(&file.path).unwrap();
        assert_eq!((meta.mode() & 0o7777, meta.gid()), (0o440, 4), "{}", file.path.display());
    }
}

#[test]
fn no_threshold_is_crossed() {
    let free = |available| Free { available, total: 1 << 30, block: 4096 };
    let conf = AuditdConf { space_left: Space::Mib(75), admin_space_left: Space::Mib(50), ..AuditdConf::default() };
    let (low, admin) = Threshold::both(&conf);
    let floor = |mib: u64, size: u64| floor(&free(mib << 20), [&low, &admin], size << 20).map(|bytes| bytes >> 20);
    assert_eq!(floor(100, 80), Some(75));
    assert_eq!(floor(80, 80), None);
    assert_eq!(floor(70, 80), Some(50));
    assert_eq!(floor(51, 80), None);
    assert_eq!(floor(20, 80), Some(0));
    assert_eq!(super::floor(&free(64 * 4096), [&low, &admin], 0), Some(64 * 4096));
    assert_eq!(super::floor(&free(63 * 4096), [&low, &admin], 0), None);
}

#[test]
fn the_log_is_rotated_by_time_also_over_restarts() {
    let Some((_dir, conf)) = scratch() else { return };
    let conf = keeps_all(&conf);
    let daily = Archiving { rotate_every: DAY, ..Archiving::default() };
    let begin = Instant::now();
    let at = |hours: u32| Now {
        wall: UNIX_EPOCH + Duration::from_secs(1_700_000_000) + HOUR * hours,
        steady: begin + HOUR * hours,
    };
    let mut writer = open(&conf, daily);
    for hours in [0, 100] {
        writer.tick_at(at(hours));
        assert!(writer.due().unwrap() <= at(hours).steady + MINUTE);
    }
    assert_eq!(suffixes(&conf.log_file), [""], "an empty log is not rotated");
    // Stamps of these records are of hour 0.
    writer.write(&lines(0, 10, 1), 10).unwrap();
    for hours in [101, 124, 125, 126, 149] {
        writer.tick_at(at(hours));
        assert_eq!(suffixes(&conf.log_file).len(), if hours < 125 { 1 } else { 2 }, "{hours}");
    }
    drop(writer);
    let mut writer = open(&conf, daily);
    writer.write(&lines(10, 10, 1), 10).unwrap();
    drop(writer);
    for (hours, expected) in [(1, 2), (23, 2), (24, 3), (300, 3)] {
        writer = open(&conf, daily);
        writer.tick_at(at(hours));
        assert_eq!(suffixes(&conf.log_file).len(), expected, "restarted at hour {hours}");
        drop(writer);
    }
}

#[test]
fn switched_on_later_the_log_is_as_old_as_its_first_record() {
    let Some((_dir, conf)) = scratch() else { return };
    let mut writer = open(&keeps_all(&conf), Archiving::default());
    writer.write(&lines(0, 10, 1), 10).unwrap();
    writer.tick();
    writer.set_archiving(Archiving { rotate_every: DAY, ..Archiving::default() });
    writer.tick();
    assert_eq!(suffixes(&conf.log_file), [".1", ""], "its stamps are of 2023");
    assert!(writer.due().is_some());
}

#[test]
fn another_log_is_kept_the_same_way() {
    let Some((dir, conf)) = scratch() else { return };
    let conf = keeps_all(&conf);
    let other = AuditdConf { log_file: dir.path().join("other.log"), ..conf.clone() };
    fs::write(numbered(&other.log_file, 1), lines(0, 5000, 1)).unwrap();
    let mut writer = open(&conf, PACKING);
    for n in 0..20 {
        writer.write(&lines(n * 1000, 1000, 1), 1000).unwrap();
        writer.rotate();
        writer.tick();
        writer.reconfigure(if n % 2 == 0 { &other } else { &conf }).unwrap();
        writer.tick();
    }
    writer.reconfigure(&AuditdConf { write_logs: false, ..conf.clone() }).unwrap();
    writer.tick();
    assert!(writer.due().unwrap() > Instant::now() + MINUTE, "there is nothing to do");
    for conf in [&other, &conf] {
        writer.reconfigure(conf).unwrap();
        settle(&mut writer);
        assert!(suffixes(&conf.log_file).iter().all(|name| name.is_empty() || name.ends_with(".zst")));
        assert!(!temporary(&conf.log_file).exists());
    }
    let all = [all_text(&conf.log_file), all_text(&other.log_file)].concat();
    assert_eq!(all.len(), 100 * (5000 + 20 * 1000));
    assert!(told(&mut writer).iter().all(|line| line.starts_with("Audit daemon rotating log files")));
}

#[test]
fn a_clock_that_jumps_rotates_once_and_not_again_and_again() {
    let Some((_dir, conf)) = scratch() else { return };
    let mut writer = open(&keeps_all(&conf), Archiving { rotate_every: HOUR, ..Archiving::default() });
    let begin = Now::get();
    let mut rotated = 0;
    for minute in 0..600 {
        let steady = begin.steady + MINUTE * minute;
        // Ten hours, with a jump of a year ahead and back.
        let ahead = if (60..120).contains(&minute) { DAY * 365 } else { Duration::ZERO };
        writer.write(&lines(0, 1, 1), 1).unwrap();
        writer.tick_at(Now { wall: begin.wall + MINUTE * minute + ahead, steady });
        rotated += told(&mut writer).len();
    }
    assert!((8..=11).contains(&rotated), "{rotated}");
}

#[test]
fn without_rotation_it_is_said_but_once_an_hour() {
    let Some((_dir, conf)) = scratch() else { return };
    let conf = AuditdConf { num_logs: 1, max_log_file_action: Action::Rotate, ..keeps_all(&conf) };
    let mut writer = open(&conf, Archiving { rotate_every: MINUTE, ..Archiving::default() });
    writer.write(&lines(0, 1, 1), 1).unwrap();
    let begin = Now::get();
    for minute in 0..120 {
        writer.tick_at(Now { wall: begin.wall + MINUTE * minute, steady: begin.steady + MINUTE * minute });
    }
    assert_eq!(told(&mut writer).len(), 2);
}

#[test]
fn archives_are_removed_when_their_days_are_over() {
    let Some((_dir, conf)) = scratch() else { return };
    let conf = keeps_all(&conf);
    let days = |n: u64| SystemTime::now() - Duration::from_secs(n * 86_400 + 60);
    let put = |path: &Path, age| {
        fs::write(path, "x\n").unwrap();
        File::options().write(true).open(path).unwrap().set_modified(days(age)).unwrap();
    };
    put(&conf.log_file, 100);
    for (n, age) in [(1, 1), (2, 2), (3, 10), (4, 3), (5, 20), (6, 30), (7, 40)] {
        put(&names(&conf.log_file, n)[n % 2], age);
    }
    let mut writer = open(&conf, Archiving { keep: DAY * 7, ..Archiving::default() });
    writer.tick();
    // Not the third: behind a gap its successors would be lost to every reader.
    assert_eq!(suffixes(&conf.log_file), [".4", ".3.zst", ".2", ".1.zst", ""]);
    assert_eq!(told(&mut writer).iter().filter(|line| line.ends_with("is older than keep_days")).count(), 3);
    let now = Now::get();
    writer.tick_at(Now { wall: now.wall + DAY * 2, steady: now.steady + HOUR });
    assert_eq!(suffixes(&conf.log_file).len(), 5, "it is looked at once a day");
    writer.tick_at(Now { wall: now.wall + DAY * 5, steady: now.steady + DAY });
    assert_eq!(suffixes(&conf.log_file), [".1.zst", ""]);
    writer.rotate();
    writer.tick_at(Now { wall: now.wall + DAY * 365, steady: now.steady + DAY });
    assert_eq!(suffixes(&conf.log_file), [""], "at a rotation, too; the log itself stays");
}
