//! Becoming the audit daemon, and ceasing to be it.

use crate::alarm::{self, Alarm, Alarms};
use crate::backend::{Backend, Found};
use crate::control::{self, Control, Ending};
use crate::event::Stamps;
use crate::feeder::{Feeder, Known};
use crate::markers::Markers;
use crate::node;
use crate::options::{EnableState, Exit, Options};
use crate::orders::Orders;
use crate::privilege::{self, Root};
use crate::process::{self, Parent};
use crate::ready::{self, Watchdog};
use crate::reload::{self, Loaded};
use crate::say;
use crate::source::netlink::Source;
use crate::source::registration::Registration;
use crate::source::remote::Remote;
use crate::upgrade::Upgrade;
use crate::work::{self, Outbox, Work};
use crate::writer::{Writer, Written};
use clap::Parser;
use clap::error::ErrorKind;
use nix::fcntl::OFlag;
use nix::sys::resource::{RLIM_INFINITY, Resource, setrlimit};
use nix::sys::signalfd::SignalFd;
use nix::sys::stat::{Mode, umask};
use raudit_config::{AuditdConf, Backend as Choice, LogFormat, RauditdConf};
use raudit_netlink::receiver::{self, Receiver};
use raudit_netlink::{Client, Server, StatusChange};
use raudit_record::Kind;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::thread::JoinHandle;

/// Why the daemon did not start, and what it exits with.
#[derive(Debug)]
struct Failure(Exit, String);

fn failed(e: impl ToString) -> Failure {
    Failure(Exit::Failed, e.to_string())
}

/// The program `rauditd`.
pub fn main() -> ExitCode {
    if raudit_remote::process::is_collector() {
        return raudit_remote::collector::main();
    }
    let options = match Options::try_parse() {
        Ok(options) => options,
        Err(e) => {
            drop(e.print());
            let asked = matches!(e.kind(), ErrorKind::DisplayHelp);
            return ExitCode::from(if asked { Exit::Done as u8 } else { Exit::Usage as u8 });
        }
    };
    say::take_name(&process::take_name());
    process::save_memory();
    let mut parent = Parent::none();
    let result = options.shadow.map_or_else(|| run(&options, &mut parent), shadow);
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure(exit, why)) => {
            say::error(why);
            parent.release(exit as u8);
            ExitCode::from(exit as u8)
        }
    }
}

fn run(options: &Options, parent: &mut Parent) -> Result<(), Failure> {
    // before anything moves: the directory, and the program's file
    let upgrade = Upgrade::of_this();
    must_be_root()?;
    let loaded = load(options)?;
    prepare(&loaded)?;
    let signals = control::signals().map_err(failed)?;
    if options.is_daemon() && upgrade.is_done() {
        say::to_syslog();
    } else if options.is_daemon() {
        *parent = process::daemonise().map_err(|e| failed(format!("cannot fork: {e}")))?;
    }
    let found = look(&loaded, options)?;
    let (receiver, root) = give_up_rights(&loaded, &found)?;
    let (mut daemon, alarms) = Daemon::start(options, &loaded, root)?;
    let (restore, backend, server, remote) = match daemon.set_up(options, &loaded, receiver, found, &upgrade) {
        Ok(all) => all,
        Err((op, e)) => return Err(daemon.abort(op, e)),
    };
    let pid_files = pid_files(&loaded.own);
    let state_file = loaded.own.state_file.clone();
    pid_files.iter().for_each(|path| write_pid(path));
    if options.is_daemon() {
        say::to_syslog();
        process::close_standard_files().map_err(failed)?;
    }
    parent.release(Exit::Done as u8);
    ready::ready();
    let mut control = daemon.control(options, loaded, (signals, alarms), (backend, server, remote));
    let ending = control.run(|| upgrade.can_be_made());
    ready::stopping();
    control.remote.stop();
    let sender = match ending {
        Ending::Stop(sender) => sender,
        Ending::Upgrade(sender) => {
            let end = control.stamps.signalled(Kind::DAEMON_END, "upgrade", sender.as_ref(), true);
            control.backend.leave();
            daemon.undo(&Restore { enabled: restore.enabled_now, ..restore });
            control.record(end);
            let root = control.root.clone();
            drop(control);
            daemon.finish();
            let enabled = restore.enabled;
            return Err(failed(root.run(move || upgrade.make(enabled)).unwrap_or_else(|e| e.to_string())));
        }
    };
    let end = control.stamps.signalled(Kind::DAEMON_END, "terminate", sender.as_ref(), true);
    control.backend.stop();
    daemon.undo(&restore);
    control.record(end);
    drop(control);
    daemon.finish();
    // files that are gone already are as good
    for path in pid_files.iter().chain([&state_file]) {
        drop(fs::remove_file(path));
    }
    Ok(())
}

fn must_be_root() -> Result<(), Failure> {
    if nix::unistd::geteuid().is_root() {
        return Ok(());
    }
    Err(Failure(Exit::Privilege, "You must be root to run this program.".into()))
}

/// Only looks, and reports.
#[cfg(feature = "bpf")]
fn shadow(seconds: u64) -> Result<(), Failure> {
    must_be_root()?;
    let (report, is_parity) = crate::shadow::run(seconds).map_err(|e| failed(format!("shadow: {e}")))?;
    // who reads only the beginning has what it wants
    drop(std::io::stdout().write_all(report.as_bytes()));
    if is_parity { Ok(()) } else { Err(failed("shadow: no parity, see the report")) }
}

/// Only looks, and reports.
#[cfg(not(feature = "bpf"))]
fn shadow(_: u64) -> Result<(), Failure> {
    Err(failed("--shadow is not supported: this build has no BPF"))
}

fn load(options: &Options) -> Result<Loaded, Failure> {
    let config = |e: raudit_config::ConfigError| Failure(Exit::Config, e.to_string());
    let (conf, own) = reload::files(&options.config_dir, options.allow_links).map_err(config)?;
    let idle = conf.without_effect();
    if !idle.is_empty() {
        say::warning(format!("auditd.conf: {} set, but not supported yet: no effect", idle.join(", ")));
    }
    // what cannot be had is told before anything begins
    raudit_remote::Settings::of(&conf).map_err(|e| Failure(Exit::Config, e))?;
    let node = node::name(&conf).map_err(failed)?;
    Ok(Loaded { conf, own, node })
}

/// What an earlier rauditd left pinned.
fn look(loaded: &Loaded, options: &Options) -> Result<Found, Failure> {
    if !loaded.conf.local_events {
        return Ok(Found::nothing());
    }
    let log = (loaded.conf.write_logs && !options.foreground).then_some(loaded.conf.log_file.as_path());
    Found::look(&loaded.own, log).map_err(failed)
}

/// Keeps what is needed from now on: rights, and what is to be had with more of them only.
fn give_up_rights(loaded: &Loaded, found: &Found) -> Result<(Option<Receiver>, Root), Failure> {
    // its large buffer is a privilege
    let receiver = if loaded.conf.local_events { Some(Receiver::open().map_err(privilege)?) } else { None };
    let root = Root::start().map_err(failed)?;
    let bpf = loaded.conf.local_events && (loaded.own.backend != Choice::Netlink || found.needs_bpf());
    privilege::confine(bpf).map_err(|e| failed(format!("cannot give up capabilities: {e}")))?;
    privilege::hide_memory().map_err(|e| failed(format!("cannot keep memory out of core files: {e}")))?;
    Ok((receiver, root))
}

/// What auditd does to its own process.
fn prepare(loaded: &Loaded) -> Result<(), Failure> {
    umask(Mode::from_bits_truncate(0o022));
    for resource in [Resource::RLIMIT_FSIZE, Resource::RLIMIT_CPU] {
        setrlimit(resource, RLIM_INFINITY, RLIM_INFINITY)
            .map_err(|e| failed(format!("cannot raise a resource limit: {e}")))?;
    }
    let nice = process::niceness(loaded.conf.priority_boost);
    process::set_nice(nice)
        .map_err(|e| failed(format!("Cannot change priority ({e}): priority_boost asks for {nice}")))?;
    if let Err(e) = fs::write("/proc/self/oom_score_adj", "-1000") {
        say::warning(format!("cannot keep out of the way of the out-of-memory killer: {e}"));
    }
    Ok(())
}

/// Where the process id is told: as configured, and by default also where it was before auditd 4.0, since units that were copied to
/// /etc/systemd/system, and scripts, look there.
fn pid_files(own: &RauditdConf) -> Vec<PathBuf> {
    let mut files = vec![own.pid_file.clone()];
    if own.pid_file == RauditdConf::default().pid_file {
        files.push("/run/auditd.pid".into());
    }
    files
}

fn write_pid(path: &Path) {
    if let Some(dir) = path.parent() {
        drop(fs::create_dir_all(dir));
    }
    let flags = OFlag::O_NOFOLLOW.bits();
    let opened = OpenOptions::new().write(true).create(true).truncate(true).mode(0o644).custom_flags(flags).open(path);
    if let Err(e) = opened.and_then(|mut file| writeln!(file, "{}", std::process::id())) {
        say::warning(format!("cannot write {}: {e}", path.display()));
    }
}

/// The state of the kernel before us.
#[derive(Clone, Copy, Debug)]
struct Restore {
    enabled: u32,
    enabled_now: u32,
}

impl Restore {
    /// The kernel's audit was left alone.
    fn nothing() -> Self {
        let enabled = Client::kernel().and_then(|mut kernel| kernel.status()).map_or(0, |status| status.enabled);
        Self { enabled, enabled_now: enabled }
    }
}

/// The parts that run.
struct Daemon {
    work: Outbox,
    writer: Option<JoinHandle<()>>,
    written: Arc<Written>,
    plugins: Known,
    netlink: Option<Source>,
    stamps: Stamps,
    markers: Markers,
    root: Root,
    alarm: Alarm,
    orders: Orders,
}

impl Daemon {
    /// Writer, plugins, and the first record: they stand before the kernel is told.
    fn start(options: &Options, loaded: &Loaded, root: Root) -> Result<(Self, Alarms), Failure> {
        let (alarm, alarms) = alarm::channel().map_err(failed)?;
        let orders = Orders::new(root.clone(), alarm.clone());
        let Loaded { conf, own, .. } = loaded;
        let (directory, daemon) = (&options.config_dir, options.is_daemon());
        let feeder = Feeder::start(conf, own, directory, daemon, root.clone(), alarm.clone());
        let plugins = feeder.known();
        let writer = Writer::new(loaded, options.foreground, feeder, orders.clone()).map_err(failed)?;
        let written = writer.written();
        let (work, inbox) = work::channel();
        let thread =
            std::thread::Builder::new().name("writer".into()).spawn(move || writer.run(&inbox)).map_err(failed)?;
        let (writer, markers, stamps) = (Some(thread), Markers::new().map_err(failed)?, Stamps::new());
        let mut daemon = Self { work, writer, written, plugins, netlink: None, stamps, markers, root, alarm, orders };
        let format = match conf.log_format {
            _ if !conf.write_logs => "nolog",
            LogFormat::Raw => "raw",
            _ => "enriched",
        };
        let start = daemon.stamps.start(format);
        daemon.send(Work::Records(start.into()));
        Ok((daemon, alarms))
    }

    /// The main thread's part.
    fn control(
        &mut self,
        options: &Options,
        loaded: Loaded,
        (signals, alarms): (SignalFd, Alarms),
        (backend, server, remote): (Backend, Server, Remote),
    ) -> Control {
        Control {
            signals,
            server,
            backend,
            plugins: self.plugins.clone(),
            remote,
            work: self.work.clone(),
            stamps: std::mem::take(&mut self.stamps),
            alarms,
            alarm: self.alarm.clone(),
            orders: self.orders.clone(),
            root: self.root.clone(),
            config_dir: options.config_dir.clone(),
            allow_links: options.allow_links,
            loaded,
            reloading: None,
            report: None,
            watchdog: Watchdog::new(),
        }
    }

    fn send(&self, work: Work) {
        // the writer lives as long as this sender
        self.work.send(work);
    }

    /// Becomes the kernel's audit daemon. An error has the step for `DAEMON_ABORT`.
    fn register(
        &mut self,
        options: &Options,
        mut receiver: Receiver,
        interval: u32,
    ) -> Result<Restore, (&'static str, Failure)> {
        let pid = |e| ("set-pid", privilege(e));
        let mut kernel = Client::kernel().map_err(pid)?;
        let before = kernel.status().map_err(pid)?;
        // as auditd, audit goes on first, which makes our registration an event; who comes second to another daemon touches nothing
        let taken = before.pid != 0;
        if taken {
            receiver.register().map_err(pid)?;
        }
        let enable = |e| ("set-enable", failed(e));
        let change = |enabled| StatusChange { enabled: Some(enabled), ..StatusChange::default() };
        match options.enable_state {
            EnableState::Enable => drop(receiver::enable_kernel_audit(&mut kernel).map_err(enable)?),
            EnableState::Disable if before.enabled == 1 => drop(kernel.set_status(&change(0)).map_err(enable)?),
            EnableState::Disable | EnableState::NoChange => {}
        }
        let restore = Restore { enabled: before.enabled, enabled_now: kernel.status().map_err(pid)?.enabled };
        if !taken {
            receiver.register().inspect_err(|_| self.undo(&restore)).map_err(pid)?;
        }
        let registration = Registration::new(kernel, interval);
        let source = Source::start(receiver, self.work.clone(), self.markers.clone(), registration);
        self.netlink = Some(source.map_err(|e| ("set-pid", failed(e)))?);
        Ok(restore)
    }

    /// All that follows the first record. When it fails, what was begun is undone; the word is for the last record.
    fn set_up(
        &mut self,
        options: &Options,
        loaded: &Loaded,
        receiver: Option<Receiver>,
        found: Found,
        upgrade: &Upgrade,
    ) -> Result<(Restore, Backend, Server, Remote), (&'static str, Failure)> {
        let Loaded { conf, own, .. } = loaded;
        let mut restore = match receiver {
            Some(receiver) => self.register(options, receiver, own.register_interval)?,
            None => Restore::nothing(),
        };
        // what the kernel was like before the first of us
        restore.enabled = upgrade.enabled_before().unwrap_or(restore.enabled);
        let (mut backend, server) = self.capture(conf, own, found).map_err(|e| {
            self.undo(&restore);
            ("set-pid", e)
        })?;
        match Remote::start(conf, self.work.clone(), self.root.clone()) {
            Ok(remote) => Ok((restore, backend, server, remote)),
            Err(e) => {
                backend.stop();
                self.undo(&restore);
                Err(("network-init", failed(e)))
            }
        }
    }

    fn capture(&self, conf: &AuditdConf, own: &RauditdConf, found: Found) -> Result<(Backend, Server), Failure> {
        if let Some(dir) = own.socket.parent() {
            fs::create_dir_all(dir).map_err(|e| failed(format!("cannot create {}: {e}", dir.display())))?;
        }
        let server = Server::bind(&own.socket).map_err(failed)?;
        let kernel = Client::kernel().map_err(failed)?;
        let written = Arc::clone(&self.written);
        let (work, markers, root) = (self.work.clone(), self.markers.clone(), &self.root);
        if !conf.local_events {
            return Ok((Backend::idle(own, kernel, work, written, markers, root), server));
        }
        let backend = Backend::start(own, kernel, work, written, markers, found, root).map_err(failed)?;
        Ok((backend, server))
    }

    /// The kernel as it was: resigned, and enabled or not as before, unless somebody else has changed it since.
    fn undo(&mut self, restore: &Restore) {
        let set_back = || -> Result<(), raudit_netlink::Error> {
            if restore.enabled == restore.enabled_now {
                return Ok(());
            }
            let mut kernel = Client::kernel()?;
            if kernel.status()?.enabled == restore.enabled_now {
                kernel.set_status(&StatusChange { enabled: Some(restore.enabled), ..StatusChange::default() })?;
            }
            Ok(())
        };
        if let Err(e) = set_back() {
            say::error(format!("cannot restore the kernel's audit state: {e}"));
        }
        if let Some(netlink) = self.netlink.take() {
            let overruns = netlink.overruns();
            netlink.stop();
            if overruns > 0 {
                say::warning(format!("the kernel found our socket full {overruns} times and kept records back"));
            }
        }
    }

    /// `DAEMON_ABORT`, and out.
    fn abort(mut self, op: &str, failure: Failure) -> Failure {
        let record = self.stamps.abort(op);
        self.send(Work::Records(record.into()));
        self.finish();
        failure
    }

    /// Writes what is left and waits for the writer.
    fn finish(mut self) {
        let writer = self.writer.take();
        drop(self);
        if writer.is_some_and(|w| w.join().is_err()) {
            say::error("the writer ended in disorder");
        }
    }
}

fn privilege(e: raudit_netlink::Error) -> Failure {
    let exit = match e.errno() {
        Some(nix::errno::Errno::EPERM) => Exit::Privilege,
        _ => Exit::Failed,
    };
    Failure(exit, e.to_string())
}
