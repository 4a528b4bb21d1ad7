//! audisp-filter: hands a plugin of its own only some of the events, audisp-filter(8).
//!
//! ```text
//!   stdin ─▶ [events] records of one event ─▶ [rules] chosen? ─▶ [child] BINARY's standard input
//! ```
//!
//! The child gets records in the form they came in: lines, or frames. While it does not read, nothing is read here
//! either, so that whoever runs the filter sees that it is slow, and counts what is lost.

mod child;
mod events;
mod options;
mod rules;

use crate::privilege;
use crate::source::Source;
use child::Child;
use events::{Events, Whole};
use nix::poll::PollFlags;
use options::{Mode, Options, Run};
use raudit_dispatch::feed::Event as Frame;
use raudit_dispatch::frame::parse;
use raudit_dispatch::say;
use raudit_dispatch::stream::StreamError;
use raudit_search::expr::Tester;
use rules::Rules;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// While the child has this much to read, no more is read for it.
const ENOUGH: usize = 64 << 10;
/// How long the child may take in the end to read what it is owed: raudispd waits no longer.
const FLUSH: Duration = Duration::from_secs(1);

/// What `--help` tells.
pub(crate) const HELP: &str = "\
usage: audisp-filter allowlist|blocklist CONF BINARY [ARG...]
       audisp-filter --check CONF
Runs BINARY and hands it some of the audit events that come on standard input.
  allowlist        all events but those that match an expression in CONF
  blocklist        only those that match one
  --check CONF     say what is wrong with the expressions, and end
  --help           this text
";

/// The program.
pub fn main() -> ExitCode {
    say::call_me(c"audisp-filter");
    let result = match Options::parse(std::env::args_os().skip(1)) {
        Ok(Options::Check(conf)) => Rules::load(&conf).map(|_| ()),
        Ok(Options::Run(run)) => start(run),
        Err(error) => Err(vec![error]),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(errors) => {
            errors.iter().for_each(say::error);
            ExitCode::FAILURE
        }
    }
}

fn start(run: Run) -> Result<(), Vec<String>> {
    let rules = Rules::load(&run.conf)?;
    let source = Source::new().map_err(|error| vec![format!("cannot set up signals and descriptors: {error}")])?;
    privilege::keep(&[]);
    let child = Child::start(&run.binary, &run.args)
        .map_err(|error| vec![format!("cannot run {}: {error}", run.binary.display())])?;
    let tester = Tester::new();
    Filter { run, rules, tester, source, child, events: Events::default() }.serve().map_err(|error| vec![error])
}

/// Whether there may be more to read.
type Read = Result<bool, StreamError>;

/// A filter at work.
struct Filter {
    run: Run,
    rules: Rules,
    tester: Tester,
    source: Source,
    child: Child,
    events: Events,
}

impl Filter {
    /// Until the input ends, SIGTERM comes, or the child is gone; auditd's ends with 0 in each case.
    fn serve(mut self) -> Result<(), String> {
        let mut result = Ok(());
        let mut terminated = false;
        loop {
            let writes = if self.child.owed() > 0 { PollFlags::POLLOUT } else { PollFlags::empty() };
            let others = [(self.child.input(), writes), (self.child.life(), PollFlags::POLLIN)];
            let time = self.events.deadline().map(|end| end.saturating_duration_since(Instant::now()));
            let woken = self.source.wait(self.child.owed() < ENOUGH, &others, time);
            let is_gone = match woken.others[..] {
                [input, life] => input.contains(PollFlags::POLLERR) || !life.is_empty(),
                _ => false,
            };
            if is_gone || self.child.write().is_err() {
                // what is under way does not reach it either
                let whole = self.events.finish();
                self.judge(whole);
                self.child.report();
                return Ok(());
            }
            if woken.reload {
                self.reload();
            }
            if woken.end {
                terminated = true;
                result = self.read(|source, each| source.rest(each).map(|()| false)).map(drop);
                break;
            }
            if woken.input {
                match self.read(|source, each| source.read(each)) {
                    Ok(true) => {}
                    Ok(false) => break,
                    Err(error) => {
                        result = Err(error);
                        break;
                    }
                }
            }
            let whole = self.events.aged(Instant::now());
            self.judge(whole);
        }
        let whole = self.events.finish();
        self.judge(whole);
        self.child.end(FLUSH, terminated);
        let cut = self.source.cut();
        if cut > 0 {
            say::warning(format!("{cut} lines were too long, and were cut"));
        }
        result
    }

    fn read(&mut self, from: impl FnOnce(&mut Source, &mut dyn FnMut(Frame)) -> Read) -> Result<bool, String> {
        let mut frames: Vec<Frame> = Vec::new();
        let more = from(&mut self.source, &mut |frame| frames.push(frame));
        let now = Instant::now();
        for frame in frames {
            let whole = self.events.add(frame, now);
            self.judge(whole);
        }
        more.map_err(|error| error.to_string())
    }

    /// Hands the chosen ones of these events to the child.
    fn judge(&mut self, events: Vec<Whole>) {
        for event in events {
            let matches = self.tester.any_holds(self.rules.expressions(), &event.records);
            if matches == (self.run.mode == Mode::Blocklist) {
                for frame in &event.frames {
                    self.pass(frame);
                }
            }
        }
    }

    fn pass(&mut self, frame: &Frame) {
        if !self.source.is_text() {
            self.child.push(&[frame]);
        } else if let Ok(Some((frame, _))) = parse(frame) {
            self.child.push(&[frame.payload, b"\n"]);
        }
    }

    fn reload(&mut self) {
        self.child.signal(nix::sys::signal::Signal::SIGHUP);
        match Rules::load(&self.run.conf) {
            Ok(rules) => {
                say::notice(format!("{} expressions read again", rules.expressions().len()));
                self.rules = rules;
            }
            Err(errors) => {
                errors.iter().for_each(say::error);
                say::error("the expressions stay as they were");
            }
        }
    }
}
