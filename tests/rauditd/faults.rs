//! What can go wrong around rauditd while events come: none is lost but by what the fault itself destroys, and that is told.
//!
//! Each test closes with a line `FAULT name in= disk= lost= stall_ms=`: events made, events in the log, events that rauditd counted as not
//! written, and the longest call of the task that made them. `scripts/faults` makes a table of them.

use super::daemon::{Daemon, Setup, wait_until};
use super::kernel::Kernel;
use super::load::{KEY, Load, Stops, rule};
use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::sys::signal::Signal::{self, SIGCONT, SIGHUP, SIGKILL, SIGSTOP, SIGUSR1};
use nix::sys::signal::kill;
use std::cell::Cell;
use std::collections::HashSet;
use std::fs;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

/// What a fault did to the events.
struct Toll {
    made: u64,
    disk: u64,
    /// Records in the log that are of events, SYSCALL and PROCTITLE.
    records: u64,
    /// Records that were told lost.
    lost: u64,
    said: String,
}

/// A file system, until dropped.
struct Mounted(PathBuf);

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = umount2(&self.0, MntFlags::MNT_DETACH);
    }
}

/// The events in a text: by serial, so that one that is there twice counts once. Every line must be whole.
fn events(text: &str, into: &mut HashSet<String>) {
    for line in text.lines() {
        // settings that were read again may have given records a node
        let line = line.strip_prefix("node=x ").unwrap_or(line);
        let record = super::log::Record::parse(line).unwrap_or_else(|| panic!("torn line {line:?}"));
        if record.kind == "SYSCALL" && line.contains(KEY) {
            into.insert(record.stamp);
        }
    }
}

/// All files of a log directory.
fn log_text(setup: &Setup) -> String {
    let mut text = String::new();
    for entry in fs::read_dir(setup.path("log")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            fs::File::open(path).unwrap().read_to_string(&mut text).unwrap();
        }
    }
    text
}

/// Runs rauditd under load through a fault; `fault` gives what it saved of the log, should it destroy some.
fn through(
    name: &str,
    backend: &str,
    conf: &str,
    prepare: impl FnOnce(&Setup) -> Result<Option<Mounted>, String>,
    fault: impl FnOnce(&Setup, &Daemon, &Load) -> String,
) -> Option<Toll> {
    let mut kernel = Kernel::take()?;
    let before = kernel.state();
    let setup = Setup::new(&format!("backend = {backend}\nring_size = 64M\n"));
    setup.auditd_conf(conf);
    let _mounted = match prepare(&setup) {
        Ok(mounted) => mounted,
        Err(why) => {
            println!("SKIPPED: {why}");
            return None;
        }
    };
    let load = Load::new(5);
    let daemon = Daemon::start(&setup);
    setup.ctl_ok(&rule());
    let mut saved = std::thread::scope(|scope| {
        scope.spawn(|| load.run());
        let _stops = Stops(&load);
        load.wait(1000);
        let saved = fault(&setup, &daemon, &load);
        load.wait(1000);
        saved
    });
    let made = load.made.load(Relaxed);
    let written = || {
        let line = setup.status("log_records");
        line.split(['=', ' ']).filter_map(|word| word.parse::<u64>().ok()).sum::<u64>()
    };
    let mut seen = 0;
    wait_until("the writer to have nothing left", || {
        std::thread::sleep(Duration::from_millis(200));
        let now = written();
        std::mem::replace(&mut seen, now) == now
    });
    setup.ctl_ok("-D");
    let ended = daemon.stop();
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    saved.push_str(&log_text(&setup));
    let mut found = HashSet::new();
    events(&saved, &mut found);
    // each event has two records, SYSCALL and PROCTITLE
    let told =
        ended.said.lines().find_map(|line| line.split_once(": ")?.1.split_once(" records in all were not written"));
    let lost = told.map_or(0, |(number, _)| number.parse::<u64>().unwrap());
    let of_events = |line: &&str| line.contains(KEY) || line.contains("type=PROCTITLE ");
    let records = saved.lines().filter(of_events).count() as u64;
    let toll = Toll { made, disk: found.len() as u64, records, lost, said: ended.said };
    let stall = load.longest.load(Relaxed) as f64 / 1000.0;
    println!("FAULT {name} ({backend}) in={made} disk={} lost={} stall_ms={stall:.1}", toll.disk, lost.div_ceil(2));
    assert_eq!(kernel.state(), before);
    Some(toll)
}

/// Nothing is lost.
fn unharmed(toll: Option<Toll>) {
    let Some(Toll { made, disk, lost, said, .. }) = toll else { return };
    assert_eq!((disk, lost), (made, 0), "{said}");
}

fn always(_: &Setup) -> Result<Option<Mounted>, String> {
    Ok(None)
}

const BACKENDS: [&str; 2] = ["netlink", "bpf"];

#[test]
fn a_storm_of_sighup() {
    for backend in BACKENDS {
        unharmed(through("SIGHUP storm", backend, "", always, |setup, daemon, load| {
            for round in 0..1000 {
                let conf =
                    ["num_logs = 5\n", "num_logs = 6\nname_format = user\nname = x\n", "num_logs = many\n"][round % 3];
                if round % 20 == 0 {
                    setup.auditd_conf(conf);
                }
                daemon.signal(SIGHUP);
                std::thread::sleep(Duration::from_micros(500));
            }
            setup.auditd_conf("");
            load.wait(500);
            String::new()
        }));
    }
}

#[test]
fn rotations_under_load() {
    for backend in BACKENDS {
        let conf = "max_log_file_action = KEEP_LOGS\n";
        unharmed(through("300 rotations", backend, conf, always, |setup, daemon, load| {
            let mut rotated = 0;
            while rotated < 300 {
                let before = fs::metadata(setup.log()).map(|meta| meta.ino());
                daemon.signal(SIGUSR1);
                wait_until("a rotation", || {
                    fs::metadata(setup.log()).is_ok_and(|meta| before.as_ref().ok() != Some(&meta.ino()))
                });
                rotated += 1;
            }
            load.wait(100);
            String::new()
        }));
    }
}

#[test]
fn the_log_is_deleted_and_cut_underneath() {
    for backend in BACKENDS {
        unharmed(through("log deleted, then cut", backend, "", always, |setup, _, load| {
            let mut deleted = fs::File::open(setup.log()).unwrap();
            fs::remove_file(setup.log()).unwrap();
            load.wait(1000);
            let mut saved = String::new();
            deleted.read_to_string(&mut saved).unwrap();
            // what is cut off is saved before, while nothing comes
            load.paused.store(true, Relaxed);
            std::thread::sleep(Duration::from_millis(500));
            saved.push_str(&fs::read_to_string(setup.log()).unwrap());
            fs::File::options().write(true).open(setup.log()).unwrap().set_len(0).unwrap();
            load.paused.store(false, Relaxed);
            saved
        }));
    }
}

/// Sets the limit of descriptors of a process.
fn limit(pid: u32, limit: &str) {
    let status =
        Command::new("prlimit").args(["--pid", &pid.to_string(), &format!("--nofile={limit}")]).status().unwrap();
    assert!(status.success());
}

#[test]
fn out_of_descriptors() {
    for backend in BACKENDS {
        unharmed(through("out of descriptors", backend, "", always, |setup, daemon, load| {
            let highest = fs::read_dir(format!("/proc/{}/fd", daemon.pid())).unwrap();
            let numbers = highest.map(|entry| entry.unwrap().file_name().to_string_lossy().parse::<u64>().unwrap());
            limit(daemon.pid(), &format!("{}:", numbers.max().unwrap() + 1));
            // all that opens something: rotation, settings, a report, clients
            for signal in [SIGUSR1, SIGHUP, SIGCONT, SIGUSR1] {
                daemon.signal(signal);
                load.wait(300);
            }
            for _ in 0..5 {
                drop(setup.ctl("-s"));
            }
            limit(daemon.pid(), "1024:");
            daemon.wait_for("cannot ");
            daemon.signal(SIGUSR1);
            wait_until("an answer", || setup.ctl("-s").status.success());
            String::new()
        }));
    }
}

fn signal_plugin_host(daemon: &Daemon, signal: Signal) {
    wait_until("a plugin host", || daemon.plugin_host().is_some());
    kill(daemon.plugin_host().unwrap(), signal).unwrap();
}

#[test]
fn the_plugin_host_is_killed() {
    for backend in BACKENDS {
        let plugin = |setup: &Setup| {
            setup.plugin("keeps", &format!("exec cat >> {}", setup.path("got").display()));
            Ok(None)
        };
        unharmed(through("raudispd killed 5 times", backend, "", plugin, |setup, daemon, load| {
            for _ in 0..5 {
                signal_plugin_host(daemon, SIGKILL);
                load.wait(800);
            }
            let got = || fs::metadata(setup.path("got")).map_or(0, |meta| meta.len());
            wait_until("a plugin host that was started again", || daemon.plugin_host().is_some());
            let before = got();
            wait_until("the plugin to get events again", || got() > before + 10_000);
            String::new()
        }));
    }
}

#[test]
fn the_plugin_host_is_stuck() {
    for backend in BACKENDS {
        let plugin = |setup: &Setup| {
            setup.plugin("keeps", &format!("exec cat >> {}", setup.path("got").display()));
            Ok(None)
        };
        unharmed(through("raudispd stopped for 4 s", backend, "", plugin, |setup, daemon, load| {
            wait_until("the plugin to get events", || fs::metadata(setup.path("got")).is_ok_and(|meta| meta.len() > 0));
            signal_plugin_host(daemon, SIGSTOP);
            load.wait(12_000);
            signal_plugin_host(daemon, SIGCONT);
            String::new()
        }));
    }
}

/// What was lost was told, to the record: an event may be there in part.
fn told(toll: Option<Toll>) {
    let Some(Toll { made, disk, records, lost, said }) = toll else { return };
    assert!(lost > 0 && disk < made, "{made} made, {disk} on disk, {lost} records lost: the test shows nothing");
    assert!(records + lost >= 2 * made, "{made} made, {records} records on disk, {lost} lost: {said}");
}

#[test]
fn the_disk_is_full_for_a_while() {
    let tmpfs = |setup: &Setup| {
        let at = setup.path("log");
        mount(Some("faults"), &at, Some("tmpfs"), MsFlags::empty(), Some("size=64M,mode=0750"))
            .map_err(|e| format!("no tmpfs can be mounted here: {e}"))?;
        Ok(Some(Mounted(at)))
    };
    for backend in BACKENDS {
        told(through("disk full", backend, "disk_full_action = SYSLOG\n", tmpfs, |setup, daemon, load| {
            let ballast = setup.path("log/ballast");
            let mut file = fs::File::create(&ballast).unwrap();
            assert!(std::io::copy(&mut std::io::repeat(b'x'), &mut file).is_err());
            daemon.wait_for("no space left");
            load.wait(2000);
            drop(file);
            fs::remove_file(&ballast).unwrap();
            load.wait(1000);
            String::new()
        }));
    }
}

/// An ext4 of 64 MiB in a file on the log's directory, and what gives it an error, whereupon it turns read-only.
fn ext4(setup: &Setup) -> Result<(Mounted, PathBuf), String> {
    let run = |command: &mut Command| -> Result<String, String> {
        let output = command.output().map_err(|e| format!("{}: {e}", command.get_program().display()))?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
    };
    let (image, at) = (setup.path("image"), setup.path("log"));
    fs::File::create(&image).and_then(|file| file.set_len(64 << 20)).map_err(|e| e.to_string())?;
    run(Command::new("mkfs.ext4").args(["-q", "-F"]).arg(&image))?;
    let device = run(Command::new("losetup").args(["--find", "--show"]).arg(&image))?;
    let mounted = mount(Some(device.as_str()), &at, Some("ext4"), MsFlags::empty(), Some("errors=remount-ro"));
    // it goes when the file system does
    drop(run(Command::new("losetup").args(["--detach", &device])));
    mounted.map_err(|e| e.to_string())?;
    let mounted = Mounted(at);
    let trigger = PathBuf::from(format!("/sys/fs/ext4/{}/trigger_fs_error", device.trim_start_matches("/dev/")));
    if trigger.exists() { Ok((mounted, trigger)) } else { Err(format!("there is no {}", trigger.display())) }
}

#[test]
fn the_file_system_turns_read_only() {
    for backend in BACKENDS {
        let trigger = Cell::new(PathBuf::new());
        let prepare = |setup: &Setup| {
            let (mounted, path) = ext4(setup).map_err(|e| format!("no ext4 can be made to fail here: {e}"))?;
            trigger.set(path);
            Ok(Some(mounted))
        };
        told(through("file system read-only", backend, "disk_error_action = SYSLOG\n", prepare, |_, daemon, load| {
            fs::write(trigger.take(), "1").unwrap();
            daemon.wait_for("detected an error writing an event to disk");
            load.wait(2000);
            String::new()
        }));
    }
}

/// A control group of the first version for memory, until dropped.
struct Group(PathBuf);

impl Drop for Group {
    fn drop(&mut self) {
        drop(fs::remove_dir(&self.0));
    }
}

/// rauditd with its plugin host in 64 MiB, and a plugin that reads nothing.
#[test]
fn little_memory() {
    const MOST: &str = "67108864";
    for backend in BACKENDS {
        let group = Group(PathBuf::from(format!("/sys/fs/cgroup/memory/rauditd-{}-{backend}", std::process::id())));
        if let Err(e) = fs::create_dir(&group.0).and_then(|()| fs::write(group.0.join("memory.limit_in_bytes"), MOST)) {
            println!("SKIPPED: no control group for memory (version 1) can be made here: {e}");
            return;
        }
        let plugin = |setup: &Setup| {
            setup.plugin("stuck", "exec sleep 1000");
            Ok(None)
        };
        let ring = "q_depth = 500\n";
        unharmed(through("64 MiB of memory", backend, ring, plugin, |_, daemon, load| {
            let host = daemon.plugin_host().unwrap().as_raw().to_string();
            for pid in [daemon.pid().to_string(), host] {
                fs::write(group.0.join("cgroup.procs"), pid).unwrap();
            }
            load.wait(30_000);
            let used = fs::read_to_string(group.0.join("memory.max_usage_in_bytes")).unwrap();
            println!(
                "{backend}: {} KiB used at most, besides what was used before",
                used.trim().parse::<u64>().unwrap() >> 10
            );
            String::new()
        }));
    }
}
