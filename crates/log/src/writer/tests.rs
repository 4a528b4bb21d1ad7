use super::*;
use crate::{archives::numbered, files};
use nix::mount::{MsFlags, mount, umount};
use raudit_config::{Flush, Space};
use std::fs;
use std::io::Read;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use tempfile::TempDir;

/// A directory fit for a log, its configuration, and whether this can be tested here at all.
pub(crate) fn scratch() -> Option<(TempDir, AuditdConf)> {
    if !nix::unistd::geteuid().is_root() {
        eprintln!("SKIPPED: needs root, because a log's directory must be root's");
        return None;
    }
    let dir = TempDir::new().unwrap();
    let conf = AuditdConf { log_file: dir.path().join("audit.log"), ..AuditdConf::default() };
    Some((dir, conf))
}

/// A tmpfs of `kib`, gone with the value.
pub(crate) struct Tmpfs(pub TempDir);

impl Tmpfs {
    /// By the system call: a child that runs mount would hold the files of other tests for a moment, and with them the space of
    /// those that are removed.
    pub(crate) fn new(kib: usize) -> Option<Self> {
        let dir = TempDir::new().unwrap();
        let options = format!("size={kib}k,mode=755");
        match mount(Some("tmpfs"), dir.path(), Some("tmpfs"), MsFlags::empty(), Some(options.as_str())) {
            Ok(()) => Some(Self(dir)),
            Err(e) => {
                eprintln!("SKIPPED: cannot mount a tmpfs to fill: {e}");
                None
            }
        }
    }
}

impl Drop for Tmpfs {
    fn drop(&mut self) {
        umount(self.0.path()).unwrap();
    }
}

/// Records of `per_event` lines an event; each line has exactly 100 bytes.
pub(crate) fn lines(first: usize, events: usize, per_event: usize) -> Vec<u8> {
    let mut batch = Vec::new();
    for event in first..first + events {
        for record in 0..per_event {
            let line = format!("type=R{record} msg=audit(1700000000.000:{event}): ");
            batch.extend_from_slice(format!("{line:x<99}\n").as_bytes());
        }
    }
    batch
}

pub(crate) fn all_text(log: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for file in files::files(log).unwrap() {
        file.open().unwrap().read_to_end(&mut all).unwrap();
    }
    all
}

pub(crate) fn told(writer: &mut Writer) -> Vec<String> {
    writer.notices().map(|notice| notice.to_string()).collect()
}

#[test]
fn appends_with_the_modes_of_log_group() {
    let Some((dir, conf)) = scratch() else { return };
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o700)).unwrap();
    fs::write(&conf.log_file, "old\n").unwrap();
    fs::write(numbered(&conf.log_file, 1), "older\n").unwrap();
    for (group, live, archive, directory) in [(0, 0o600, 0o400, 0o700), (4, 0o640, 0o440, 0o750)] {
        let mut writer = Writer::open(&AuditdConf { log_group: group, ..conf.clone() }).unwrap();
        writer.write(b"new\n", 1).unwrap();
        assert_eq!(told(&mut writer), [""; 0]);
        let meta = |path: &Path| fs::metadata(path).map(|m| (m.mode() & 0o7777, m.gid())).unwrap();
        assert_eq!(meta(&conf.log_file), (live, group));
        assert_eq!(meta(&numbered(&conf.log_file, 1)), (archive, group));
        assert_eq!(meta(dir.path()), (directory, group));
    }
    assert_eq!(all_text(&conf.log_file), b"older\nold\nnew\nnew\n");
}

#[test]
fn a_log_through_a_link_or_in_an_unsafe_directory_is_refused() {
    let Some((dir, conf)) = scratch() else { return };
    std::os::unix::fs::symlink("/dev/null", &conf.log_file).unwrap();
    assert!(matches!(Writer::open(&conf), Err(LogError::Open(..))));
    fs::remove_file(&conf.log_file).unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o777)).unwrap();
    let error = Writer::open(&conf).unwrap_err().to_string();
    assert_eq!(error, format!("{}: is writable by all, which is not safe for a log", dir.path().display()));
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let link = dir.path().join("link");
    std::os::unix::fs::symlink(dir.path(), &link).unwrap();
    let error = Writer::open(&AuditdConf { log_file: link.join("audit.log"), ..conf }).unwrap_err().to_string();
    assert!(error.contains("is a symbolic link"), "{error}");
}

#[test]
fn write_logs_no_leaves_the_disk_alone() {
    let Some((_dir, conf)) = scratch() else { return };
    let mut writer = Writer::open(&AuditdConf { write_logs: false, ..conf.clone() }).unwrap();
    writer.write(b"x\n", 1).unwrap();
    assert!(!conf.log_file.exists());
    assert!(!writer.state().writes_logs);
}

#[test]
fn a_line_torn_by_a_crash_is_ended_before_the_next() {
    let Some((_dir, conf)) = scratch() else { return };
    fs::write(&conf.log_file, "whole\ntor").unwrap();
    let mut writer = Writer::open(&conf).unwrap();
    writer.write(b"next\n", 1).unwrap();
    writer.write(b"no newline", 1).unwrap();
    writer.write(b"last\n", 1).unwrap();
    assert_eq!(all_text(&conf.log_file), b"whole\ntor\nnext\nno newline\nlast\n");
    assert_eq!(told(&mut writer).len(), 2);
}

#[test]
fn a_full_log_is_rotated_between_events_and_no_byte_is_lost() {
    let Some((_dir, conf)) = scratch() else { return };
    for flush in [Flush::None, Flush::Incremental, Flush::IncrementalAsync, Flush::Data, Flush::Sync] {
        for action in [Action::Rotate, Action::KeepLogs] {
            for file in files::files(&conf.log_file).unwrap_or_default() {
                fs::remove_file(file.path).unwrap();
            }
            let conf = AuditdConf {
                num_logs: 9,
                max_log_file: 1,
                max_log_file_action: action,
                flush,
                freq: 500,
                ..conf.clone()
            };
            let mut writer = Writer::open(&conf).unwrap();
            let batch = lines(0, 12_000, 3);
            // Batches both larger and smaller than a log.
            let (large, small) = batch.split_at(2_500_200);
            writer.write(large, 25_002).unwrap();
            for chunk in small.chunks(3000) {
                writer.write(chunk, chunk.len() / 100).unwrap();
            }
            assert_eq!(all_text(&conf.log_file), batch);
            let listed = files::files(&conf.log_file).unwrap();
            assert_eq!(listed.len(), 4);
            for file in listed.iter().take(3) {
                // 1 MiB is inside the 10,486th line; the event it belongs to ends with the 10,488th.
                assert_eq!(file.size, 1_048_800);
                assert_eq!(fs::metadata(&file.path).unwrap().mode() & 0o777, 0o400);
            }
            assert_eq!(told(&mut writer).len(), 3);
            assert_eq!(writer.state().written, 36_000);
        }
    }
}

#[test]
fn start_removes_excess_archives_and_rotates_a_full_log() {
    let Some((_dir, conf)) = scratch() else { return };
    let conf = AuditdConf { num_logs: 3, max_log_file: 1, max_log_file_action: Action::Rotate, ..conf };
    fs::write(&conf.log_file, lines(0, 10_486, 1)).unwrap();
    for n in 1..6 {
        fs::write(numbered(&conf.log_file, n), format!("{n}\n")).unwrap();
    }
    let mut writer = Writer::open(&conf).unwrap();
    assert_eq!(told(&mut writer).len(), 4, "three removed, one rotated");
    let sizes: Vec<u64> = files::files(&conf.log_file).unwrap().iter().map(|f| f.size).collect();
    assert_eq!(sizes, [2, 1_048_600, 0]);
}

#[test]
fn other_actions_on_a_full_log() {
    let Some((_dir, conf)) = scratch() else { return };
    let batch = lines(0, 11_000, 1);
    for (action, num_logs, expected, files_left) in [
        (Action::Ignore, 5, vec![], 1),
        (Action::Syslog, 5, vec!["Audit daemon log file is larger than max size"], 1),
        (Action::Rotate, 1, vec![], 1),
    ] {
        fs::remove_file(&conf.log_file).ok();
        let conf = AuditdConf { num_logs, max_log_file: 1, max_log_file_action: action, ..conf.clone() };
        let mut writer = Writer::open(&conf).unwrap();
        writer.write(&batch, 11_000).unwrap();
        writer.write(&batch[..500], 5).unwrap();
        let told = told(&mut writer);
        assert!(told.len() == expected.len() && told.iter().zip(&expected).all(|(t, e)| t.contains(e)), "{told:?}");
        assert_eq!(files::files(&conf.log_file).unwrap().len(), files_left);
        assert_eq!(all_text(&conf.log_file).len(), 1_100_500);
    }
}

#[test]
fn exec_hands_a_full_log_over_until_resumed() {
    let Some((_dir, conf)) = scratch() else { return };
    let program = PathBuf::from("/usr/local/sbin/keep");
    let conf = AuditdConf { max_log_file: 1, max_log_file_action: Action::Exec(program.clone()), ..conf };
    let mut writer = Writer::open(&conf).unwrap();
    let error = writer.write(&lines(0, 11_000, 1), 11_000).unwrap_err();
    assert_eq!((error.records, writer.state().suspended), (11_000 - 10_486, true));
    assert_eq!(writer.orders().collect::<Vec<_>>(), [Order::Run { program, resume: true }]);
    assert!(told(&mut writer)[0].contains("suspending logging due to logfile size, and runs /usr/local/sbin/keep"));
    // what it is for: the log is moved away
    fs::rename(&conf.log_file, numbered(&conf.log_file, 1)).unwrap();
    writer.resume().unwrap();
    writer.write(b"on\n", 1).unwrap();
    assert_eq!(fs::read(&conf.log_file).unwrap(), b"on\n");
    assert_eq!(writer.orders().count(), 0);
}

#[test]
fn a_log_that_is_deleted_or_cut_underneath_goes_on_with_the_batch_at_hand() {
    let Some((dir, conf)) = scratch() else { return };
    let mut writer = Writer::open(&conf).unwrap();
    writer.write(b"one\n", 1).unwrap();
    fs::remove_file(&conf.log_file).unwrap();
    writer.write(b"two\n", 1).unwrap();
    writer.write(b"three\n", 1).unwrap();
    assert_eq!(fs::read(&conf.log_file).unwrap(), b"two\nthree\n");
    assert_eq!((writer.state().written, writer.state().size), (3, 10));
    File::options().write(true).open(&conf.log_file).unwrap().set_len(0).unwrap();
    writer.write(b"four\n", 1).unwrap();
    assert_eq!((fs::read(&conf.log_file).unwrap().as_slice(), writer.state().size), (&b"four\n"[..], 5));
    // moved away it is still ours, as with auditd, until rotated or told otherwise
    fs::rename(&conf.log_file, dir.path().join("moved")).unwrap();
    writer.write(b"five\n", 1).unwrap();
    assert_eq!(fs::read(dir.path().join("moved")).unwrap(), b"four\nfive\n");
    let told = told(&mut writer);
    assert!(told.len() == 2 && told[0].contains("deleted") && told[1].contains("cut by somebody else"), "{told:?}");
}

#[test]
fn a_log_that_cannot_be_opened_after_a_rotation_costs_no_record() {
    let Some((_dir, conf)) = scratch() else { return };
    let Some(disk) = Tmpfs::new(64) else { return };
    let inodes = |n: usize| {
        let options = format!("nr_inodes={n}");
        mount(None::<&str>, disk.0.path(), None::<&str>, MsFlags::MS_REMOUNT, Some(options.as_str())).unwrap();
    };
    let conf = AuditdConf { log_file: disk.0.path().join("audit.log"), num_logs: 3, ..conf };
    let mut writer = Writer::open(&conf).unwrap();
    writer.write(b"one\n", 1).unwrap();
    // the directory and the log: there is no room for another file
    inodes(2);
    assert!(!writer.rotate());
    writer.write(b"two\n", 1).unwrap();
    assert!(told(&mut writer).iter().any(|line| line.contains("cannot open")));
    inodes(5);
    writer.write(b"three\n", 1).unwrap();
    assert_eq!(fs::read(numbered(&conf.log_file, 1)).unwrap(), b"one\ntwo\n");
    assert_eq!(fs::read(&conf.log_file).unwrap(), b"three\n");
}

#[test]
fn suspended_records_are_counted_and_resume_goes_on() {
    let Some((_dir, conf)) = scratch() else { return };
    let conf = AuditdConf { max_log_file: 1, max_log_file_action: Action::Suspend, ..conf };
    let mut writer = Writer::open(&conf).unwrap();
    let error = writer.write(&lines(0, 11_000, 1), 11_000).unwrap_err();
    assert!(matches!(error.why, Why::Suspended));
    assert_eq!((error.records, error.bytes), (11_000 - 10_486, 51_400));
    assert_eq!(
        writer.write(b"a\nb\n", 2).unwrap_err().to_string(),
        "2 records not written to disk: logging is suspended"
    );
    assert!(writer.state().suspended);
    assert_eq!(writer.state().not_written, 516);
    fs::remove_file(&conf.log_file).unwrap();
    writer.resume().unwrap();
    writer.write(b"back\n", 1).unwrap();
    assert_eq!(all_text(&conf.log_file), b"back\n");
    assert_eq!(told(&mut writer).len(), 2);
}

#[test]
fn a_full_disk_leaves_whole_lines_and_says_what_is_missing() {
    let Some((_dir, conf)) = scratch() else { return };
    for action in [Action::Ignore, Action::Syslog, Action::Suspend, Action::Halt] {
        let Some(disk) = Tmpfs::new(64) else { return };
        let log_file = disk.0.path().join("audit.log");
        let conf = AuditdConf { log_file, disk_full_action: action.clone(), ..conf.clone() };
        let mut writer = Writer::open(&conf).unwrap();
        let batch = lines(0, 1000, 1);
        let error = writer.write(&batch, 1000).unwrap_err();
        assert!(matches!(&error.why, Why::Failed(e) if e.kind() == io::ErrorKind::StorageFull), "{error}");
        let on_disk = all_text(&conf.log_file);
        assert_eq!(on_disk.len() + error.bytes, batch.len());
        assert_eq!(on_disk, batch[..on_disk.len()]);
        assert_eq!(on_disk.len() % 100, 0, "no torn line");
        assert_eq!(on_disk.len() / 100 + error.records, 1000);
        assert_eq!(writer.state().suspended, action == Action::Suspend, "{action}");
        let halts = if action == Action::Halt { vec![Order::Halt] } else { vec![] };
        assert_eq!(writer.orders().collect::<Vec<_>>(), halts);
        let told = told(&mut writer);
        assert_eq!(told[0], "Audit daemon has no space left on logging partition");
        assert_eq!(told.len(), 1 + usize::from(matches!(action, Action::Suspend | Action::Halt)), "{told:?}");
        // Once there is space again, it goes on where it stopped.
        File::options().write(true).open(&conf.log_file).unwrap().set_len(100).unwrap();
        writer.resume().unwrap();
        writer.write(b"on\n", 1).unwrap();
        assert_eq!(all_text(&conf.log_file), [&batch[..100], b"on\n"].concat());
    }
}

#[test]
fn a_full_disk_is_emptied_by_rotation() {
    let Some((_dir, conf)) = scratch() else { return };
    let Some(disk) = Tmpfs::new(256) else { return };
    let log_file = disk.0.path().join("audit.log");
    let conf = AuditdConf { log_file, num_logs: 2, disk_full_action: Action::Rotate, ..conf.clone() };
    let mut writer = Writer::open(&conf).unwrap();
    for round in 0..40 {
        if let Err(error) = writer.write(&lines(round * 100, 100, 1), 100) {
            panic!("round {round}: {error}: {:?}", told(&mut writer));
        }
    }
    let text = all_text(&conf.log_file);
    assert!(text.ends_with(&lines(3999, 1, 1)));
    assert!(text.len().is_multiple_of(100) && text.len() >= 50_000, "{}", text.len());
    assert_eq!(writer.state().written, 4000);
}

#[test]
fn low_space_is_acted_on() {
    let Some((_dir, conf)) = scratch() else { return };
    let Some(disk) = Tmpfs::new(4096) else { return };
    let log_file = disk.0.path().join("audit.log");
    let conf = AuditdConf {
        log_file,
        space_left: Space::Mib(3),
        space_left_action: Action::Email,
        admin_space_left: Space::Percent(25),
        admin_space_left_action: Action::Suspend,
        disk_full_action: Action::Halt,
        ..conf.clone()
    };
    let mut writer = Writer::open(&conf).unwrap();
    let batch = lines(0, 1000, 1);
    let result = (0..60).map(|_| writer.write(&batch, 1000)).find(Result::is_err);
    assert!(matches!(result.unwrap().unwrap_err().why, Why::Suspended));
    let told = told(&mut writer);
    let next =
        "If the admin space left threshold is reached, audit will suspend. If the disk becomes full, audit will halt.";
    assert_eq!(told[0], format!("Audit daemon is low on disk space for logging. {next}"));
    assert!(
        told.len() == 2 && told[1].starts_with("Audit daemon is suspending logging due to low disk space"),
        "{told:?}"
    );
    let orders: Vec<Order> = writer.orders().collect();
    assert!(
        matches!(&orders[..], [Order::Wall(_), Order::Mail { to, text, .. }, Order::Wall(_)]
        if to == "root" && text.contains(next)),
        "{orders:?}"
    );
    let state = writer.state();
    assert!(state.low_space_acted && state.admin_space_acted && state.suspended);
}

#[test]
fn other_errors_take_disk_error_action_and_are_said_five_times() {
    let Some((_dir, conf)) = scratch() else { return };
    for (action, suspended) in [(Action::Syslog, false), (Action::Suspend, true)] {
        let mut writer = Writer::open(&AuditdConf { disk_error_action: action, ..conf.clone() }).unwrap();
        let Sink::Open(open) = &mut writer.sink else { panic!() };
        open.file = Arc::new(File::open("/dev/null").unwrap());
        for _ in 0..20 {
            assert_eq!(writer.write(b"a\nb\n", 2).unwrap_err().records, 2);
        }
        assert_eq!(writer.state().suspended, suspended);
        assert_eq!(told(&mut writer).len(), if suspended { 2 } else { 5 });
        assert!(writer.state().disk_error);
    }
}

#[test]
fn reconfiguring_moves_to_another_log() {
    let Some((dir, conf)) = scratch() else { return };
    let mut writer = Writer::open(&conf).unwrap();
    writer.write(b"one\n", 1).unwrap();
    let other = AuditdConf { log_file: dir.path().join("other.log"), flush: Flush::Sync, ..conf.clone() };
    writer.reconfigure(&other).unwrap();
    writer.write(b"two\n", 1).unwrap();
    writer.reconfigure(&AuditdConf { log_file: dir.path().join("no/dir"), ..conf.clone() }).unwrap_err();
    writer.reconfigure(&conf).unwrap();
    writer.write(b"three\n", 1).unwrap();
    assert_eq!(all_text(&conf.log_file), b"one\nthree\n");
    assert_eq!(all_text(&other.log_file), b"two\n");
    let conf = AuditdConf { num_logs: 2, ..conf };
    writer.reconfigure(&conf).unwrap();
    assert!(writer.rotate());
    assert!(!writer.rotate(), "nothing to rotate");
    assert_eq!(files::files(&conf.log_file).unwrap().len(), 2);
}
