//! raudispd from beginning to end.

use crate::host::Host;
use crate::options::{Exit, Options};
use crate::stream::{Stream, StreamError};
use crate::teller::Teller;
use crate::{inherited, say};
use clap::Parser;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use raudit_config::plugin_conf::{Plugins, scan};
use raudit_config::{AuditdConf, ConfigError, RauditdConf};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2};
use std::io::{self, IsTerminal, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How long the end of the stream is waited for after SIGTERM: rauditd's last records may be under way.
const AFTER_TERM: Duration = Duration::from_secs(1);

/// The program.
pub fn main() -> ExitCode {
    let exit = match Options::try_parse() {
        Ok(options) => run(&options),
        Err(error) => {
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Done };
            // Nobody is left to tell.
            drop(error.print());
            exit
        }
    };
    ExitCode::from(exit as u8)
}

fn run(options: &Options) -> Exit {
    if options.version {
        drop(writeln!(io::stdout(), "raudispd {}", env!("CARGO_PKG_VERSION")));
        return Exit::Done;
    }
    if io::stdin().is_terminal() {
        say::error("standard input is a terminal, a stream of audit frames is expected: rauditd starts raudispd");
        return Exit::Usage;
    }
    // rauditd has forgone huge pages for itself, plugins are not to inherit that
    let _ = nix::sys::prctl::set_thp_disable(false);
    // before what takes time, so that a signal meant for us finds us ready
    let signals = match Signals::new() {
        Ok(signals) => signals,
        Err(error) => {
            say::error(format!("cannot set up signals and descriptors: {error}"));
            return Exit::Failed;
        }
    };
    let settings = match Settings::load(options, true) {
        Ok(settings) => settings,
        Err(error) => {
            say::error(error.to_string());
            return Exit::Config;
        }
    };
    for error in &settings.plugins.skipped {
        say::error(format!("plugin skipped: {error}"));
    }
    match serve(options, settings, signals) {
        Ok(()) => Exit::Done,
        Err(error) => {
            say::error(error.to_string());
            Exit::Failed
        }
    }
}

/// All that is read from files.
#[derive(Debug)]
struct Settings {
    conf: AuditdConf,
    own: RauditdConf,
    plugins: Plugins,
}

impl Settings {
    fn load(options: &Options, starting: bool) -> Result<Self, ConfigError> {
        let (conf, warnings) = AuditdConf::load_for_tools(&options.auditd_conf_dir.join("auditd.conf"))?;
        let plugins = match &options.plugin_dir {
            Some(dir) => scan(dir)?,
            None => match scan(&conf.plugin_dir) {
                // As auditd: no directory, no plugins; but those that run go on.
                Err(error) if starting => {
                    say::warning(error.to_string());
                    Plugins::default()
                }
                found => found?,
            },
        };
        let (own, odd) = RauditdConf::load(&options.auditd_conf_dir.join("rauditd.conf"), true)?;
        warnings.iter().chain(&odd).chain(&plugins.warnings).for_each(|warning| say::warning(warning.to_string()));
        Ok(Self { conf, own, plugins })
    }
}

/// Signals as flags, and a descriptor that gets readable with them.
#[derive(Debug)]
struct Signals {
    wake: UnixStream,
    reload: Arc<AtomicBool>,
    resume: Arc<AtomicBool>,
    end: Arc<AtomicBool>,
}

impl Signals {
    fn new() -> io::Result<Self> {
        inherited::reset_signals()?;
        inherited::keep_descriptors()?;
        let (wake, sender) = UnixStream::pair()?;
        wake.set_nonblocking(true)?;
        sender.set_nonblocking(true)?;
        let signals = Self { wake, reload: Arc::default(), resume: Arc::default(), end: Arc::default() };
        let flags =
            [(SIGHUP, &signals.reload), (SIGUSR2, &signals.resume), (SIGTERM, &signals.end), (SIGINT, &signals.end)];
        for (signal, flag) in flags {
            signal_hook::flag::register(signal, Arc::clone(flag))?;
            signal_hook::low_level::pipe::register(signal, sender.try_clone()?)?;
        }
        // It means rotate: nothing to do for us, and no reason to end.
        signal_hook::flag::register(SIGUSR1, Arc::default())?;
        Ok(signals)
    }

    /// Forgets what woke us up; the flags remember.
    fn drain(&mut self) {
        let mut bytes = [0; 64];
        while matches!(self.wake.read(&mut bytes), Ok(n) if n > 0) {}
    }
}

/// Hands out events until the stream ends.
fn serve(options: &Options, settings: Settings, mut signals: Signals) -> Result<(), StreamError> {
    let (depth, active) = (settings.conf.q_depth, settings.plugins.active.len());
    let mut host = Host::start(settings.conf, settings.own, settings.plugins);
    say::notice(format!("{active} active plugins, q_depth={depth}"));
    let mut stream = Stream::new(io::stdin());
    let mut teller = Teller::default();
    let mut end: Option<Instant> = None;
    let result = loop {
        let mut now = Instant::now();
        let report = host.report(now);
        let tell = teller.tell(io::stdin(), || host.status(), now);
        let left = end.map(|end| end.saturating_duration_since(now));
        if left == Some(Duration::ZERO) {
            break Ok(());
        }
        let readable = wait(&signals.wake, report.into_iter().chain(tell).chain(left).min());
        signals.drain();
        if signals.reload.swap(false, Ordering::Relaxed) {
            reload(options, &mut host);
        }
        if signals.resume.swap(false, Ordering::Relaxed) {
            host.resume();
        }
        if signals.end.load(Ordering::Relaxed) && end.is_none() {
            end = Some(Instant::now() + AFTER_TERM);
        }
        if !readable {
            continue;
        }
        now = Instant::now();
        match stream.read(|event| host.deliver(&event, now)) {
            Ok(true) => {}
            Ok(false) => break Ok(()),
            Err(error) => break Err(error),
        }
    };
    host.stop();
    result
}

/// Waits for the stream or a signal. Says whether the stream can be read, or has ended.
fn wait(wake: &UnixStream, time: Option<Duration>) -> bool {
    let stdin = io::stdin();
    let mut fds = [PollFd::new(stdin.as_fd(), PollFlags::POLLIN), PollFd::new(wake.as_fd(), PollFlags::POLLIN)];
    // Rounded up: a wait of less than a millisecond must not become a busy loop.
    let time = time.map(|time| time + Duration::from_millis(1));
    let timeout = time.map_or(PollTimeout::NONE, |time| PollTimeout::try_from(time).unwrap_or(PollTimeout::MAX));
    // EINTR: the flags are looked at either way.
    let _ = poll(&mut fds, timeout);
    fds.first().and_then(PollFd::any).unwrap_or(false)
}

/// Reads all files again. If anything is wrong, all plugins stay as they are.
fn reload(options: &Options, host: &mut Host) {
    match Settings::load(options, false) {
        Ok(settings) if settings.plugins.skipped.is_empty() => {
            host.reload(settings.conf, settings.own, settings.plugins)
        }
        Ok(settings) => {
            settings.plugins.skipped.iter().for_each(|error| say::error(error.to_string()));
            say::error("configuration not reloaded, all plugins stay as they are");
        }
        Err(error) => say::error(format!("{error}; configuration not reloaded, all plugins stay as they are")),
    }
}
