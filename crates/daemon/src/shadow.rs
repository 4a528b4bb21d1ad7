//! `rauditd --shadow`: beside the audit daemon of the kernel, what BPF would have recorded is compared with what the kernel does.
//!
//! ```text
//!   the kernel's rules ──▶ [rules] ──▶ BPF programs ──▶ [capture] ─┐
//!   the kernel's records, a copy (AUDIT_NLGRP_READLOG) ────────────┴▶ [event] ▶ [pairing] ▶ [compare] ▶ [report]
//! ```
//!
//! Nothing is owned or changed: no rule, no registration, no log; the programs end with this process.

mod capture;
mod compare;
mod event;
mod pairing;
mod report;
mod rules;

use crate::say;
use capture::Capture;
use compare::{Tally, has_others};
use event::{Event, Gatherer};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use pairing::{Pairing, Side};
use raudit_netlink::{Client, Receiver};
use raudit_record::{Kind, Records};
use raudit_rules::Rule;
use report::{Counts, Report};
use std::os::fd::AsFd;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Records read at once.
const BATCH: usize = 4096;
/// How long nothing is looked at when nothing came, in milliseconds.
const IDLE_MS: u16 = 20;
/// How long the other half of an event is waited for, in milliseconds: the kernel's records may queue.
const OTHER_HALF: u64 = 10_000;
/// What happens so close to a change of the rules may be judged by the old ones on one side and by the new on the other.
const CLOSE: u64 = 250;
/// How long both sides are read on after the end, at most.
const REST: Duration = Duration::from_secs(3);

/// Compares for so many seconds (0: until SIGINT or SIGTERM). The report, and whether both recorded the same.
///
/// # Errors
/// Why nothing can be compared.
pub fn run(seconds: u64) -> Result<(String, bool), String> {
    let mut kernel = Client::kernel().map_err(text)?;
    let status = kernel.status().map_err(text)?;
    if status.enabled == 0 {
        return Err("the kernel's audit is off (auditctl -e 1): there is nothing to compare with".into());
    }
    let mut shadow = Shadow::new(kernel, status.lost)?;
    let (compared, rules, tier) = (shadow.capture.chosen.rules.len(), shadow.rules.len(), shadow.capture.chosen.tier);
    say::notice(format!(
        "shadow: comparing {compared} of the kernel's {rules} rules, tier {tier}; SIGINT ends it with a report"
    ));
    shadow.run(seconds)?;
    let report = shadow.report();
    Ok((report.to_string(), report.is_parity()))
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// Milliseconds since 1970.
fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

struct Shadow {
    kernel: Client,
    receiver: Receiver,
    capture: Capture,
    rules: Vec<Rule>,
    gatherers: [Gatherer; 2],
    pairing: Pairing,
    tally: Tally,
    counts: Counts,
    changes: u64,
    /// Times, in milliseconds since 1970, at which events are not compared.
    gaps: Vec<(u64, u64)>,
    /// The kernel's count of lost records at the start.
    lost_before: u32,
    /// The kernel's daemon, whose own calls it does not record.
    daemon: u32,
    started: Instant,
}

impl Shadow {
    fn new(mut kernel: Client, lost_before: u32) -> Result<Self, String> {
        let daemon = kernel.status().map_err(text)?.pid;
        let rules = kernel.rules().map_err(text)?;
        let receiver = Receiver::listen().map_err(text)?;
        let capture = Capture::start(&rules)?;
        Ok(Self {
            kernel,
            receiver,
            capture,
            rules,
            gatherers: [Gatherer::default(), Gatherer::default()],
            pairing: Pairing::default(),
            tally: Tally::default(),
            counts: Counts::default(),
            changes: 0,
            gaps: vec![(0, now() + CLOSE)],
            lost_before,
            daemon,
            started: Instant::now(),
        })
    }

    fn run(&mut self, seconds: u64) -> Result<(), String> {
        let mut set = SigSet::empty();
        [Signal::SIGINT, Signal::SIGTERM].into_iter().for_each(|signal| set.add(signal));
        set.thread_block().map_err(text)?;
        let signals = SignalFd::with_flags(&set, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK).map_err(text)?;
        let is_over = |started: Instant| seconds > 0 && started.elapsed() >= Duration::from_secs(seconds);
        let mut tended = Instant::now();
        while !is_over(self.started) && !matches!(signals.read_signal(), Ok(Some(_))) {
            if self.read()? == 0 {
                self.wait(Some(&signals));
            }
            if tended.elapsed() >= Duration::from_secs(1) {
                self.tend()?;
                tended = Instant::now();
            }
        }
        self.gaps.push((now().saturating_sub(CLOSE), u64::MAX));
        let end = Instant::now();
        let mut quiet = 0;
        while quiet < 10 && end.elapsed() < REST {
            quiet = if self.read()? == 0 { quiet + 1 } else { 0 };
            self.wait(None);
        }
        self.settle(u64::MAX);
        let lost = self.kernel.status().map_err(text)?.lost;
        self.counts.lost = [lost.wrapping_sub(self.lost_before).into(), self.capture.lost(), self.receiver.overruns()];
        self.counts.given_up =
            self.pairing.given_up + self.gatherers.iter().map(|gatherer| gatherer.unended).sum::<u64>();
        Ok(())
    }

    fn wait(&self, signals: Option<&SignalFd>) {
        let mut fds = vec![PollFd::new(self.receiver.as_fd(), PollFlags::POLLIN)];
        fds.extend(signals.map(|signals| PollFd::new(signals.as_fd(), PollFlags::POLLIN)));
        // whatever it says, both sides are read again
        let _ = poll(&mut fds, PollTimeout::from(IDLE_MS));
    }

    /// Reads both sides; how much there was.
    fn read(&mut self) -> Result<usize, String> {
        let mut records = Records::default();
        self.receiver.recv_batch(&mut records, BATCH).map_err(text)?;
        let mut count = records.len();
        let changed = records.iter().any(|(kind, text)| changes_rules(kind, text));
        self.take(Side::Kernel, &records);
        if changed {
            self.follow()?;
        }
        records.clear();
        count += self.capture.read(&mut records);
        self.take(Side::Bpf, &records);
        Ok(count)
    }

    fn take(&mut self, side: Side, records: &Records) {
        let [kernel, bpf] = &mut self.gatherers;
        let gatherer = if side == Side::Kernel { kernel } else { bpf };
        let mut events = Vec::new();
        gatherer.add(records, |event| events.push(event));
        events.into_iter().for_each(|event| self.event(side, event));
    }

    fn event(&mut self, side: Side, event: Event) {
        let Some(identity) = event.identity() else { return };
        // the daemon's calls are nobody's, and ours would not be there without us
        if event.process().is_none_or(|pid| pid == self.daemon || pid == std::process::id()) {
            return;
        }
        if let Some((kernel, bpf)) = self.pairing.add(side, identity, event) {
            self.pair(&kernel, &bpf);
        }
    }

    fn pair(&mut self, kernel: &Event, bpf: &Event) {
        if self.in_gap(kernel) || self.in_gap(bpf) {
            self.counts.while_changing += 1;
            return;
        }
        if kernel.value(b"key") != bpf.value(b"key") && self.is_of_others(kernel) {
            self.counts.of_others += 1;
            return;
        }
        self.counts.kernel += 1;
        self.counts.bpf += 1;
        self.counts.pairs += 1;
        self.tally.add(kernel, bpf);
    }

    fn in_gap(&self, event: &Event) -> bool {
        let at = event.at();
        self.gaps.iter().any(|(from, to)| (*from..=*to).contains(&at))
    }

    /// Whether a rule that is not compared has the key of this event.
    fn is_of_others(&self, event: &Event) -> bool {
        let value = event.value(b"key").unwrap_or_default();
        let key = match value {
            b"(null)" => None,
            [b'"', key @ .., b'"'] => Some(key),
            // several keys, or unusual bytes, in hexadecimal digits
            other => Some(other),
        };
        self.capture.chosen.leaves_out(key)
    }

    /// Once a second: what has waited for long enough has no other half.
    fn tend(&mut self) -> Result<(), String> {
        let at = now();
        self.gatherers.iter_mut().for_each(|gatherer| gatherer.forget(at));
        self.settle(at.saturating_sub(OTHER_HALF));
        self.daemon = self.kernel.status().map_err(text)?.pid;
        Ok(())
    }

    fn settle(&mut self, before: u64) {
        let [kernel, bpf] = self.pairing.alone(before);
        for event in kernel {
            let counts = match () {
                () if self.in_gap(&event) => &mut self.counts.while_changing,
                () if self.is_of_others(&event) => &mut self.counts.of_others,
                () if has_others(&event) => &mut self.counts.of_none,
                () => {
                    self.counts.kernel += 1;
                    self.counts.first_missing.get_or_insert_with(|| shown(&event));
                    &mut self.counts.missing
                }
            };
            *counts += 1;
        }
        for event in bpf {
            if self.in_gap(&event) {
                self.counts.while_changing += 1;
                continue;
            }
            self.counts.bpf += 1;
            self.counts.unknown += 1;
            self.counts.first_unknown.get_or_insert_with(|| shown(&event));
        }
    }

    /// Takes the kernel's rules anew.
    fn follow(&mut self) -> Result<(), String> {
        let rules = self.kernel.rules().map_err(text)?;
        if rules == self.rules {
            return Ok(());
        }
        let from = now().saturating_sub(CLOSE);
        self.capture.follow(&rules)?;
        self.rules = rules;
        self.changes += 1;
        self.gaps.push((from, now() + CLOSE));
        Ok(())
    }

    fn report(&self) -> Report<'_> {
        let comm = std::fs::read_to_string(format!("/proc/{}/comm", self.daemon)).unwrap_or_default();
        let daemon = match self.daemon {
            0 => "no daemon".to_owned(),
            pid => format!("{}, pid {pid}", comm.trim_end()),
        };
        Report {
            seconds: self.started.elapsed().as_secs(),
            daemon,
            chosen: &self.capture.chosen,
            rules: self.rules.len(),
            changes: self.changes,
            counts: &self.counts,
            tally: &self.tally,
        }
    }
}

fn changes_rules(kind: Kind, text: &[u8]) -> bool {
    kind == Kind::CONFIG_CHANGE
        && [&b" op=add_rule"[..], b" op=remove_rule"].iter().any(|op| text.windows(op.len()).any(|part| part == *op))
}

/// An event in one line.
fn shown(event: &Event) -> String {
    format!("{}: {}", event.id, String::from_utf8_lossy(event.call().unwrap_or_default()))
}
