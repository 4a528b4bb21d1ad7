//! audisp-af_unix: offers records on a unix socket, where other programs read them.
//!
//! ```text
//!                          ┌ queue ─ socket ─ reader
//!   standard input ────────┤
//!            [Source]      └ queue ─ socket ─ reader
//! ```
//!
//! One thread and one poll loop. Every reader has a queue of its own, bounded in records and bytes; a reader that does not read loses
//! records of its own, and they are counted. While nobody is connected the newest records wait for the first who connects, and so does
//! what the last reader had not read when it left.
//!
//! * [`options`]: the arguments
//! * [`listener`]: the socket readers connect to
//! * [`queue`]: what waits for a reader
//! * [`reader`]: one reader; [`readers`]: all of them
//! * [`state`]: the state report
pub mod listener;
pub mod options;
pub mod queue;
pub mod reader;
pub mod readers;
pub mod state;

use crate::privilege;
use crate::source::{Source, Woken};
use listener::Listener;
use nix::poll::PollFlags;
use options::Options;
use raudit_config::PluginFormat;
use raudit_dispatch::frame::parse;
use raudit_dispatch::memory::Memory;
use raudit_dispatch::say;
use raudit_dispatch::stream::StreamError;
use readers::Readers;
use std::os::fd::BorrowedFd;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// How long readers have for what waits when the sink ends. The dispatcher kills two seconds after SIGTERM.
const DRAIN: Duration = Duration::from_millis(1500);

/// What `--help` tells.
pub(crate) const HELP: &str = "\
usage: audisp-af_unix [MODE] [PATH] [string|binary] [QDEPTH]
Offers the audit records on standard input to readers on a unix socket.
  MODE             of the socket, in octal [default: 0640]
  PATH             of the socket [default: /run/audit/audispd_events]
  string|binary    what readers get: lines, or frames [default: string]
  QDEPTH           how many records wait for a reader [default: 512]
  --help           this text
";

/// The program.
pub fn main() -> ExitCode {
    say::call_me(c"audisp-af_unix");
    match start() {
        Ok(sink) => sink.run(),
        Err(why) => {
            say::error(why);
            ExitCode::FAILURE
        }
    }
}

fn start() -> Result<Sink, String> {
    // Before the socket is there: a signal that comes then finds it removed in the end.
    let source = Source::new().map_err(|error| format!("cannot set up signals: {error}"))?;
    let (options, odd) = Options::parse(std::env::args_os().skip(1))?;
    odd.iter().for_each(say::error);
    let listener = Listener::bind(&options.path, options.mode)?;
    privilege::keep(&[]);
    let Options { mode, path, format, depth } = options;
    let form = if format == PluginFormat::String { "lines" } else { "frames" };
    say::notice(format!("listening at {}, mode {mode:04o}: {form}, queue depth {depth}", path.display()));
    let out = Out { readers: Readers::new(depth, Instant::now()), format, line: Vec::new() };
    Ok(Sink { source, listener: Some(listener), out, memory: Memory::default() })
}

/// Where records go.
#[derive(Debug)]
struct Out {
    readers: Readers,
    format: PluginFormat,
    /// Memory for a line.
    line: Vec<u8>,
}

impl Out {
    /// Offers a record, given as a frame, to the readers.
    fn offer(&mut self, frame: &[u8]) {
        match (self.format, parse(frame)) {
            (PluginFormat::String, Ok(Some((frame, _)))) => {
                self.line.clear();
                frame.push_line(&mut self.line);
                self.readers.offer(&self.line);
            }
            _ => self.readers.offer(frame),
        }
    }
}

#[derive(Debug)]
struct Sink {
    source: Source,
    /// Until the end.
    listener: Option<Listener>,
    out: Out,
    /// When it was last reported.
    memory: Memory,
}

impl Sink {
    fn run(mut self) -> ExitCode {
        let result = self.serve();
        self.listener = None;
        self.out.readers.close();
        match result {
            Ok(()) => {
                say::notice("ended");
                ExitCode::SUCCESS
            }
            Err(error) => {
                say::error(error.to_string());
                ExitCode::FAILURE
            }
        }
    }

    /// Hands out records until the input or the dispatcher says it is the end, and what is queued then.
    fn serve(&mut self) -> Result<(), StreamError> {
        loop {
            let due = self.out.readers.report(Instant::now());
            let woken = self.wait(true, due);
            if woken.input && !self.read()? {
                return self.drain(false);
            }
            if woken.end {
                return self.drain(true);
            }
        }
    }

    /// Waits, and does what readers and signals ask for.
    fn wait(&mut self, reads: bool, time: Option<Duration>) -> Woken {
        let now = Instant::now();
        let listens = self.listener.as_ref().filter(|_| self.out.readers.accepts(now));
        let mut fds: Vec<(BorrowedFd<'_>, _)> = self.out.readers.polled().collect();
        fds.extend(listens.map(|listener| (listener.as_fd(), PollFlags::POLLIN)));
        let woken = self.source.wait(reads, &fds, time);
        let connected = woken.others.get(self.out.readers.state().readers).is_some_and(|flags| !flags.is_empty());
        drop(fds);
        self.out.readers.woken(&woken.others);
        self.out.readers.let_go();
        if let Some(listener) = self.listener.as_ref().filter(|_| connected) {
            self.out.readers.accept(listener, now);
        }
        if woken.report {
            self.report();
        }
        woken
    }

    /// Reads once. False at the end of the input.
    fn read(&mut self) -> Result<bool, StreamError> {
        let out = &mut self.out;
        let more = self.source.read(|frame| out.offer(&frame));
        out.readers.flush();
        out.readers.let_go();
        more
    }

    /// What is under way is still taken and delivered, within a bounded time. Nobody can connect any more, and whoever takes over
    /// can have the socket's name.
    fn drain(&mut self, mut reads: bool) -> Result<(), StreamError> {
        self.listener = None;
        let end = Instant::now() + DRAIN;
        while Instant::now() < end {
            if reads {
                // After SIGTERM there may be no end of the input; what has been sent can be read at once.
                let woken = self.wait(true, Some(Duration::ZERO));
                reads = woken.input && self.read()?;
            } else if self.out.readers.have_all() {
                break;
            } else {
                self.wait(false, Some(end.saturating_duration_since(Instant::now())));
            }
        }
        Ok(())
    }

    fn report(&mut self) {
        let before = std::mem::replace(&mut self.memory, Memory::now());
        let state = self.out.readers.state();
        if let Err(error) = state::write(Path::new(state::FILE), &state, &self.memory, &before) {
            say::warning(format!("cannot write {}: {error}", state::FILE));
        }
    }
}
