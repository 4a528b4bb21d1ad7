//! Becoming the audit daemon, and ceasing to be it.

use crate::backend::{Backend, Found};
use crate::control::{self, Control, Ending};
use crate::event::Stamps;
use crate::feeder::Feeder;
use crate::markers::Markers;
use crate::options::{EnableState, Exit, Options};
use crate::process::{self, Parent};
use crate::say;
use crate::source::netlink::Source;
use crate::source::remote::Remote;
use crate::upgrade::Upgrade;
use crate::work::{self, Outbox, Work};
use crate::writer::{Writer, Written, format_of};
use clap::Parser;
use clap::error::ErrorKind;
use nix::sys::resource::{RLIM_INFINITY, Resource, setrlimit};
use nix::sys::stat::{Mode, umask};
use raudit_config::plugin_conf;
use raudit_config::{AuditdConf, LogFormat, NameFormat, RauditdConf};
use raudit_netlink::receiver::{self, Receiver};
use raudit_netlink::{Client, Server, StatusChange};
use raudit_record::Kind;
use std::fs;
use std::net::ToSocketAddrs;
use std::path::Path;
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
    process::save_memory();
    let mut parent = Parent::none();
    match run(&options, &mut parent) {
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
    if !nix::unistd::geteuid().is_root() {
        return Err(Failure(Exit::Privilege, "You must be root to run this program.".into()));
    }
    let (conf, own) = load(options)?;
    let node = node_name(&conf)?;
    prepare(&conf)?;
    let signals = control::signals().map_err(failed)?;
    if options.is_daemon() && upgrade.is_done() {
        say::to_syslog();
    } else if options.is_daemon() {
        *parent = process::daemonise().map_err(|e| failed(format!("cannot fork: {e}")))?;
    }
    let found = look(&conf, &own, options)?;
    let mut daemon = Daemon::start(options, &conf, &own, node)?;
    let (restore, backend, server, remote) = match daemon.set_up(options, &conf, &own, found, &upgrade) {
        Ok(all) => all,
        Err((op, e)) => return Err(daemon.abort(op, e)),
    };
    write_pid(&own.pid_file);
    if options.is_daemon() {
        say::to_syslog();
        process::close_standard_files().map_err(failed)?;
    }
    parent.release(Exit::Done as u8);
    let config = options.config_dir.join("auditd.conf");
    let (work, stamps) = (daemon.work.clone(), std::mem::take(&mut daemon.stamps));
    let mut control =
        Control { signals, server, backend, remote, work, stamps, config, allow_links: options.allow_links };
    let ending = control.run(|| upgrade.can_be_made());
    control.remote.stop();
    let (op, sender) = match ending {
        Ending::Stop(sender) => ("op=terminate", sender),
        Ending::Upgrade(sender) => {
            let end = control.stamps.signalled(Kind::DAEMON_END, "op=upgrade", sender.as_ref());
            control.backend.leave();
            daemon.undo(&Restore { enabled: restore.enabled_now, ..restore });
            control.record(end);
            drop(control);
            daemon.finish();
            return Err(failed(upgrade.make(restore.enabled)));
        }
    };
    let end = control.stamps.signalled(Kind::DAEMON_END, op, sender.as_ref());
    control.backend.stop();
    daemon.undo(&restore);
    control.record(end);
    drop(control);
    daemon.finish();
    // a file that is gone already is as good
    drop(fs::remove_file(&own.pid_file));
    Ok(())
}

fn load(options: &Options) -> Result<(AuditdConf, RauditdConf), Failure> {
    let config = |e: raudit_config::ConfigError| Failure(Exit::Config, e.to_string());
    let (conf, mut warnings) =
        AuditdConf::load(&options.config_dir.join("auditd.conf"), options.allow_links).map_err(config)?;
    let (own, more) =
        RauditdConf::load(&options.config_dir.join("rauditd.conf"), options.allow_links).map_err(config)?;
    warnings.extend(more);
    for warning in warnings {
        say::warning(warning.to_string());
    }
    let idle = conf.without_effect();
    if !idle.is_empty() {
        say::warning(format!("auditd.conf: {} set, but not supported yet: no effect", idle.join(", ")));
    }
    // what cannot be had is told before anything begins
    raudit_remote::Settings::of(&conf).map_err(|e| Failure(Exit::Config, e))?;
    Ok((conf, own))
}

/// What an earlier rauditd left pinned.
fn look(conf: &AuditdConf, own: &RauditdConf, options: &Options) -> Result<Found, Failure> {
    if !conf.local_events {
        return Ok(Found::nothing());
    }
    let log = (conf.write_logs && !options.foreground).then_some(conf.log_file.as_path());
    Found::look(own, log).map_err(failed)
}

fn node_name(conf: &AuditdConf) -> Result<Option<Vec<u8>>, Failure> {
    let host = || nix::unistd::gethostname().map(|h| h.to_string_lossy().replace(' ', "_")).map_err(failed);
    Ok(match conf.name_format {
        NameFormat::None => None,
        NameFormat::Hostname => Some(host()?.into_bytes()),
        NameFormat::User => conf.name.clone().map(String::into_bytes),
        NameFormat::Numeric => {
            let host = host()?;
            let address = (host.as_str(), 0).to_socket_addrs().ok().and_then(|mut found| found.next());
            let address = address.ok_or_else(|| failed(format!("name_format = numeric: no address for \"{host}\"")))?;
            Some(address.ip().to_string().into_bytes())
        }
        NameFormat::Fqd => return Err(Failure(Exit::Config, "name_format = fqd is not supported yet".into())),
    })
}

/// What auditd does to its own process.
fn prepare(conf: &AuditdConf) -> Result<(), Failure> {
    umask(Mode::from_bits_truncate(0o022));
    for resource in [Resource::RLIMIT_FSIZE, Resource::RLIMIT_CPU] {
        setrlimit(resource, RLIM_INFINITY, RLIM_INFINITY)
            .map_err(|e| failed(format!("cannot raise a resource limit: {e}")))?;
    }
    let nice = i32::try_from(conf.priority_boost).unwrap_or(20).min(20);
    process::set_nice(-nice)
        .map_err(|e| failed(format!("cannot change the priority (priority_boost = {nice}): {e}")))?;
    if let Err(e) = fs::write("/proc/self/oom_score_adj", "-1000") {
        say::warning(format!("cannot keep out of the way of the out-of-memory killer: {e}"));
    }
    Ok(())
}

fn write_pid(path: &Path) {
    if let Some(dir) = path.parent() {
        drop(fs::create_dir_all(dir));
    }
    if let Err(e) = fs::write(path, format!("{}\n", std::process::id())) {
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
    netlink: Option<Source>,
    stamps: Stamps,
    markers: Markers,
}

impl Daemon {
    /// Writer, plugins, and the first record: they stand before the kernel is told.
    fn start(options: &Options, conf: &AuditdConf, own: &RauditdConf, node: Option<Vec<u8>>) -> Result<Self, Failure> {
        let feeder = if plugin_conf::scan(&conf.plugin_dir).is_ok_and(|found| found.active.is_empty()) {
            // as auditd: no plugins, no queue
            Feeder::none()
        } else {
            Feeder::start(&own.dispatcher_path(), &options.config_dir, options.is_daemon())
        };
        let writer = Writer::new(conf, node, options.foreground, feeder).map_err(failed)?;
        let written = writer.written();
        let (work, inbox) = work::channel();
        let thread =
            std::thread::Builder::new().name("writer".into()).spawn(move || writer.run(&inbox)).map_err(failed)?;
        let markers = Markers::new().map_err(failed)?;
        let mut daemon = Self { work, writer: Some(thread), written, netlink: None, stamps: Stamps::new(), markers };
        let format = if !conf.write_logs {
            "nolog"
        } else if conf.log_format == LogFormat::Raw {
            "raw"
        } else {
            "enriched"
        };
        debug_assert_eq!(format == "raw", format_of(conf) == raudit_record::format::Format::Raw || !conf.write_logs);
        let start = daemon.stamps.start(format);
        daemon.send(Work::Records(start.into()));
        Ok(daemon)
    }

    fn send(&self, work: Work) {
        // the writer lives as long as this sender
        self.work.send(work);
    }

    /// Becomes the kernel's audit daemon.
    fn register(&mut self, options: &Options) -> Result<Restore, Failure> {
        let mut kernel = Client::kernel().map_err(privilege)?;
        let mut receiver = Receiver::open().map_err(privilege)?;
        receiver.register().map_err(privilege)?;
        let before = kernel.status().map_err(privilege)?;
        let change = |enabled| StatusChange { enabled: Some(enabled), ..StatusChange::default() };
        match options.enable_state {
            EnableState::Enable => drop(receiver::enable_kernel_audit(&mut kernel).map_err(failed)?),
            EnableState::Disable if before.enabled == 1 => drop(kernel.set_status(&change(0)).map_err(failed)?),
            EnableState::Disable | EnableState::NoChange => {}
        }
        let enabled_now = kernel.status().map_err(failed)?.enabled;
        self.netlink = Some(Source::start(receiver, self.work.clone(), self.markers.clone()).map_err(failed)?);
        Ok(Restore { enabled: before.enabled, enabled_now })
    }

    /// All that follows the first record. When it fails, what was begun is undone; the word is for the last record.
    fn set_up(
        &mut self,
        options: &Options,
        conf: &AuditdConf,
        own: &RauditdConf,
        found: Found,
        upgrade: &Upgrade,
    ) -> Result<(Restore, Backend, Server, Remote), (&'static str, Failure)> {
        let registered = if conf.local_events { self.register(options) } else { Ok(Restore::nothing()) };
        let mut restore = registered.map_err(|e| ("set-pid", e))?;
        // what the kernel was like before the first of us
        restore.enabled = upgrade.enabled_before().unwrap_or(restore.enabled);
        let (mut backend, server) = self.capture(conf, own, found).map_err(|e| {
            self.undo(&restore);
            ("set-pid", e)
        })?;
        match Remote::start(conf, self.work.clone()) {
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
        if !conf.local_events {
            let (work, written) = (self.work.clone(), Arc::clone(&self.written));
            return Ok((Backend::idle(own, kernel, work, written, self.markers.clone()), server));
        }
        let backend =
            Backend::start(own, kernel, self.work.clone(), Arc::clone(&self.written), self.markers.clone(), found)
                .map_err(failed)?;
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
