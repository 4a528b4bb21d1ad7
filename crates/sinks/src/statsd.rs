//! audisp-statsd: sends numbers about auditing to a statsd service, by UDP.
//!
//! * [`config`]: the settings, audisp-statsd.conf
//! * [`events`]: what is counted of events
//! * [`gauges`]: what the kernel and the daemon say
//! * [`metrics`]: all of it as statsd takes it
pub mod config;
pub mod events;
pub mod gauges;
pub mod metrics;

use crate::privilege;
use crate::source::Source;
use caps::Capability;
use config::Config;
use events::Events;
use gauges::Gauges;
use raudit_dispatch::feed::Event;
use raudit_dispatch::frame::parse;
use raudit_dispatch::say;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, ToSocketAddrs, UdpSocket};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// What `--help` tells.
pub(crate) const HELP: &str = "\
usage: audisp-statsd
Sends metrics of the audit records on standard input to a statsd service,
as /etc/audit/audisp-statsd.conf says.
  --help           this text
";

/// The program.
pub fn main() -> ExitCode {
    say::call_me(c"audisp-statsd");
    match Sink::start().and_then(Sink::run) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            say::error(why);
            ExitCode::FAILURE
        }
    }
}

/// Where metrics go, and how often.
#[derive(Debug)]
struct Target {
    socket: UdpSocket,
    interval: Duration,
}

impl Target {
    fn load() -> Result<Self, String> {
        let Config { address, port, interval } = Config::load(Path::new(config::FILE))?;
        let socket = reach(&address, port)
            .map_err(|error| format!("cannot reach the statsd service at {address}, UDP port {port}: {error}"))?;
        Ok(Self { socket, interval })
    }

    /// Sends a datagram. An error may be that of an earlier one, which came back only now (udp(7)): then the second attempt does it.
    fn send(&self, datagram: &str) -> io::Result<()> {
        let bytes = datagram.as_bytes();
        self.socket.send(bytes).or_else(|_| self.socket.send(bytes)).map(drop)
    }
}

/// A socket for the first address of a name that there is a way to.
fn reach(address: &str, port: u16) -> io::Result<UdpSocket> {
    let mut failed = io::Error::from(io::ErrorKind::NotFound);
    for target in (address, port).to_socket_addrs()? {
        let local =
            if target.is_ipv4() { (Ipv4Addr::UNSPECIFIED, 0).into() } else { (Ipv6Addr::UNSPECIFIED, 0).into() };
        let local: std::net::SocketAddr = local;
        match UdpSocket::bind(local).and_then(|socket| socket.connect(target).map(|()| socket)) {
            Ok(socket) => return socket.set_nonblocking(true).map(|()| socket),
            Err(error) => failed = error,
        }
    }
    Err(failed)
}

#[derive(Debug)]
struct Sink {
    source: Source,
    target: Target,
    counter: Counter,
    /// What was last complained of, so that it is said once and not at every interval.
    complaints: [Option<String>; 3],
}

/// Counts records.
#[derive(Debug, Default)]
struct Counter {
    events: Events,
    /// Memory for a line.
    line: Vec<u8>,
}

impl Counter {
    fn add(&mut self, event: &Event) {
        if let Ok(Some((frame, _))) = parse(event) {
            self.line.clear();
            frame.push_line(&mut self.line);
            self.events.add(&self.line);
        }
    }
}

impl Sink {
    fn start() -> Result<Self, String> {
        if !nix::unistd::geteuid().is_root() {
            return Err("must be run by root: the kernel tells nobody else how auditing is".into());
        }
        let source = Source::new().map_err(|error| format!("cannot set up signals: {error}"))?;
        let target = Target::load()?;
        privilege::keep(&[Capability::CAP_AUDIT_CONTROL]);
        Ok(Self { source, target, counter: Counter::default(), complaints: Default::default() })
    }

    fn run(mut self) -> Result<(), String> {
        let mut next = Instant::now() + self.target.interval;
        let result = loop {
            let woken = self.source.wait(true, &[], Some(next.saturating_duration_since(Instant::now())));
            if woken.reload {
                self.reload();
                next = Instant::now() + self.target.interval;
            }
            if woken.input {
                let counter = &mut self.counter;
                match self.source.read(|event| counter.add(&event)) {
                    Ok(true) => {}
                    Ok(false) => break Ok(()),
                    Err(error) => break Err(error.to_string()),
                }
            }
            if woken.end {
                break Ok(());
            }
            let now = Instant::now();
            if now >= next {
                self.send();
                next = now + self.target.interval;
            }
        };
        // What was counted since is not lost.
        self.send();
        result
    }

    /// Takes the settings anew; wrong ones leave everything as it is.
    fn reload(&mut self) {
        match Target::load() {
            Ok(target) => {
                self.target = target;
                say::notice("configuration reloaded");
            }
            Err(why) => say::error(format!("{why}; the old settings stay")),
        }
    }

    /// Sends all metrics. What could not be sent is counted on.
    fn send(&mut self) {
        let mut gauges = Gauges::default();
        let status =
            gauges.ask_status().map_err(|error| format!("kernel.lost and kernel.backlog are sent as 0: {error}"));
        let state = gauges.read_state(Path::new(gauges::STATE)).map_err(|error| {
            format!(
                "metrics auditd.* are sent as 0: {}: {error}; is report_interval set in auditd.conf?",
                gauges::STATE
            )
        });
        let datagrams = metrics::datagrams(&gauges, &self.counter.events.counters());
        let sent = datagrams.iter().try_for_each(|datagram| self.target.send(datagram));
        if sent.is_ok() {
            self.counter.events.clear();
        }
        let sent = sent.map_err(|error| format!("cannot send metrics, events are counted on: {error}"));
        for (complaint, result) in self.complaints.iter_mut().zip([status, state, sent]) {
            let now = result.err();
            if let Some(why) = now.as_ref().filter(|_| *complaint != now) {
                say::warning(why);
            }
            *complaint = now;
        }
    }
}
