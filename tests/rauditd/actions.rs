//! Actions of auditd.conf that start programs. Where the machine's own stand (`/sbin/init`, the mailer, wall), stand others here, in a mount
//! namespace of the test's: they write down how they were called.

use super::daemon::{Setup, wait_until};
use super::kernel::Kernel;
use super::log;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};

/// rauditd in a mount namespace where `called` has a line for each program that was started.
struct Namespaced(Child);

impl Drop for Namespaced {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// A program that writes down its name, arguments and input.
fn script(setup: &Setup, path: &str, more: &str) {
    let path = setup.path(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let called = setup.path("called");
    // in one write: several are called at a time
    let text = format!(
        "#!/bin/sh\ninput=$([ -p /dev/stdin ] && cat && echo .)\nprintf '%s %s\\n%s' \"$(basename \"$0\")\" \"$*\" \"${{input%.}}\" >> {}\n{more}\n",
        called.display()
    );
    fs::write(&path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

impl Namespaced {
    /// `mounts` is done before, in the namespace. `None`, with the reason printed, where that is not possible.
    fn start(setup: &Setup, mounts: &str) -> Option<Self> {
        for name in ["sbin/init", "lib/sendmail", "bin/wall"] {
            script(setup, &format!("upper/{name}"), "");
        }
        fs::create_dir_all(setup.path("work")).unwrap();
        let (upper, work) = (setup.path("upper"), setup.path("work"));
        let enter = format!(
            "mount -t overlay overlay -o lowerdir=/usr,upperdir={},workdir={} /usr && {mounts} grep -q called /sbin/init && \
             grep -q called /usr/lib/sendmail && exec {} -n -c {}",
            upper.display(),
            work.display(),
            env!("CARGO_BIN_EXE_rauditd"),
            setup.path("").display()
        );
        let said = fs::File::create(setup.path("said")).unwrap();
        let mut command = Command::new("unshare");
        command.args(["--mount", "--propagation", "private", "sh", "-c", &enter]);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(said).spawn().unwrap();
        let mut ended = None;
        wait_until("rauditd to serve", || {
            ended = child.try_wait().unwrap();
            ended.is_some() || setup.path("rauditd.pid").exists() && setup.ctl("-s").status.success()
        });
        if ended.is_some() {
            let said = fs::read_to_string(setup.path("said")).unwrap();
            assert!(!said.contains("rauditd: "), "{said}");
            println!("SKIPPED: no file system can be laid over /usr here: {said}");
            return None;
        }
        Some(Self(child))
    }

    /// Waits for it to end by itself.
    fn ends(mut self, setup: &Setup) {
        let mut code = None;
        wait_until("rauditd to end", || {
            code = self.0.try_wait().unwrap();
            code.is_some()
        });
        assert_eq!(code.unwrap().code(), Some(0), "{}", fs::read_to_string(setup.path("said")).unwrap());
    }

    fn stop(self, setup: &Setup) {
        kill(Pid::from_raw(i32::try_from(self.0.id()).unwrap()), Signal::SIGTERM).unwrap();
        self.ends(setup);
    }
}

fn called(setup: &Setup) -> String {
    fs::read_to_string(setup.path("called")).unwrap_or_default()
}

/// So many messages, 4 KiB each.
fn fill(setup: &Setup, messages: usize) {
    let text = "x".repeat(4000);
    for _ in 0..messages {
        setup.ctl_ok(&format!("-m {text}"));
    }
}

fn tmpfs(setup: &Setup, size: &str) -> String {
    format!("mount -t tmpfs -o size={size},mode=0750 log {} &&", setup.path("log").display())
}

#[test]
fn a_full_log_is_handed_to_a_program_and_writing_goes_on_when_it_ends() {
    let Some(_kernel) = Kernel::take() else { return };
    let setup = Setup::new("backend = netlink\n");
    let log_file = setup.log();
    script(&setup, "keep", &format!("mv {0} {0}.kept; exit 3", log_file.display()));
    setup.auditd_conf(&format!("max_log_file = 1\nmax_log_file_action = exec {}\n", setup.path("keep").display()));
    let daemon = super::daemon::Daemon::start(&setup);
    fill(&setup, 280);
    wait_until("the program", || called(&setup).contains("keep"));
    wait_until("writing to go on", || {
        setup.ctl_ok("-m afterwards");
        log_file.exists() && log::count(&log_file, "USER", "afterwards") > 0
    });
    let ended = daemon.stop();
    assert!(ended.said.contains("suspending logging due to logfile size, and runs"), "{}", ended.said);
    assert!(
        ended.said.contains("ended with exit status: 3") && ended.said.contains("resumed logging"),
        "{}",
        ended.said
    );
    assert!(setup.path("log/audit.log.kept").exists());
    assert_eq!(called(&setup), "keep \n");
}

#[test]
fn low_space_sends_mail_warns_everybody_and_ends_in_single_user_mode() {
    let Some(_kernel) = Kernel::take() else { return };
    let setup = Setup::new("backend = netlink\n");
    setup.auditd_conf(
        "space_left = 3\nspace_left_action = email\nadmin_space_left = 2\nadmin_space_left_action = single\n\
         disk_full_action = halt\naction_mail_acct = auditor\nverify_email = no\n",
    );
    let Some(daemon) = Namespaced::start(&setup, &tmpfs(&setup, "4M")) else { return };
    fill(&setup, 300);
    wait_until("mail", || called(&setup).contains("sendmail -t -fauditor\n"));
    assert!(!called(&setup).contains("init "), "{}", called(&setup));
    for _ in 0..400 {
        drop(setup.ctl(&format!("-m {}", "x".repeat(4000))));
    }
    daemon.ends(&setup);
    let (called, said) = (called(&setup), fs::read_to_string(setup.path("said")).unwrap());
    let mail = "To: auditor\nFrom: root\nSubject: Audit Disk Space Alert\n\nThe audit daemon is low on disk space for logging!";
    assert!(called.contains(mail) && called.contains("init 1\n") && !called.contains("init 0"), "{called}");
    assert!(called.contains("wall \nThe audit system is low on disk space"), "{called}");
    assert!(said.contains("changing the system to single user mode and exiting due to low disk space"), "{said}");
}

#[test]
fn a_full_disk_halts_the_machine() {
    let Some(_kernel) = Kernel::take() else { return };
    let setup = Setup::new("backend = netlink\n");
    setup.auditd_conf(
        "space_left = 0\nadmin_space_left = 0\nspace_left_action = ignore\ndisk_full_action = halt\n\
         space_left = 1%\nadmin_space_left = 0\n",
    );
    let Some(daemon) = Namespaced::start(&setup, &tmpfs(&setup, "1M")) else { return };
    for _ in 0..400 {
        drop(setup.ctl(&format!("-m {}", "x".repeat(4000))));
    }
    daemon.ends(&setup);
    assert_eq!(called(&setup).matches("init 0\n").count(), 1, "{}", called(&setup));
}

#[test]
fn a_queue_that_overflows_halts_the_machine() {
    let Some(_kernel) = Kernel::take() else { return };
    let setup = Setup::new("backend = netlink\n");
    setup.auditd_conf("q_depth = 1\noverflow_action = halt\n");
    setup.plugin("stuck", "exec sleep 1000");
    let Some(daemon) = Namespaced::start(&setup, "") else { return };
    for _ in 0..400 {
        drop(setup.ctl(&format!("-m {}", "x".repeat(4000))));
    }
    daemon.ends(&setup);
    let said = fs::read_to_string(setup.path("said")).unwrap();
    assert_eq!(called(&setup).matches("init 0\n").count(), 1, "{}\n{said}", called(&setup));
    assert!(said.contains("halting the system and exiting due to queue overflow"), "{said}");
}

#[test]
fn the_state_is_reported_at_intervals_and_names_the_plugins() {
    let Some(_kernel) = Kernel::take() else { return };
    let setup = Setup::new("backend = netlink\n");
    let state = setup.path("state");
    setup.rauditd_conf(&format!("backend = netlink\nstate_file = {}\n", state.display()));
    setup.auditd_conf("report_interval = 1\nq_depth = 700\n");
    setup.plugin("reads", "exec cat > /dev/null");
    let Some(daemon) = Namespaced::start(&setup, "") else { return };
    let text = || fs::read_to_string(&state).unwrap_or_default();
    wait_until("a report", || text().contains("Number of active plugins = 1\n"));
    assert!(text().contains("plugin queue size = 700\n"), "{}", text());
    fs::remove_file(&state).unwrap();
    wait_until("another report", || text().contains("glibc fordblks"));
    daemon.stop(&setup);
    assert!(!state.exists());
}
