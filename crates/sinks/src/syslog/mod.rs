//! audisp-syslog: records for the system log as auditd's program sends them, audisp-syslog(8), or by RFC 5424 for a log
//! host.
//!
//! ```text
//!   stdin ─▶ [interpret] ─▶ [message] ─▶ [queue] ─ thread ─▶ [target]
//! ```

mod interpret;
mod message;
mod options;
mod queue;
mod target;
#[cfg(feature = "tls")]
mod tls;

use crate::privilege;
use crate::source::Source;
use interpret::Translator;
use message::{Modern, classic};
use options::{ERR, INFO, Options, USER, Wrong};
use queue::Queue;
use raudit_dispatch::feed::Event as Frame;
use raudit_dispatch::frame::parse;
use raudit_dispatch::say;
use raudit_record::line::ENRICHMENT;
use raudit_record::stamp::StampReader;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// How much of a line auditd's program sends at once (`MAX_AUDIT_MESSAGE_LENGTH`, less a NUL).
const PIECE: usize = 8969;
/// How long sending may take in the end: raudispd waits no longer.
const FLUSH: Duration = Duration::from_millis(1500);
/// Who speaks by syslog(3), as long as no facility was given.
const PROGRAM: &str = "audisp-syslog";
/// And then.
const DISPATCHER: &str = "audispd";

/// What `--help` tells.
pub(crate) const HELP: &str = "\
usage: audisp-syslog [LEVEL] [FACILITY] [interpret]
           [--rfc5424 [--to TARGET] [--ca FILE]]
Sends the audit records that come on standard input to the system log.
  LEVEL            LOG_DEBUG, LOG_INFO (the default), ... LOG_EMERG
  FACILITY         LOG_USER (the default), LOG_AUTH, ... LOG_LOCAL7
  interpret        names for numbers, readable text for hexadecimal
  --rfc5424        in the form of RFC 5424
  --to TARGET      unix:PATH, or udp:, tcp: or tls: and HOST:PORT
  --ca FILE        the authorities that certify a log host
  --help           this text
";

/// The program.
pub fn main() -> ExitCode {
    say::call_me(c"audisp-syslog");
    let args = std::env::args_os().skip(1).map(|arg| arg.to_string_lossy().into_owned());
    let options = match Options::parse(args) {
        Ok(options) => options,
        Err(wrong) => return refuse(&wrong),
    };
    match serve(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say::error(error);
            ExitCode::FAILURE
        }
    }
}

/// Says what is wrong, to the system log in auditd's words.
fn refuse(wrong: &Wrong) -> ExitCode {
    match wrong {
        Wrong::Word(word) => {
            let text = format!("Unknown log priority/facility {word}");
            drop(writeln!(io::stderr(), "{PROGRAM}: {text}"));
            let log = target::Target::Unix(PathBuf::from("/dev/log"));
            if let Ok(queue) = Queue::start(log) {
                queue.push(classic(USER << 3 | ERR, PROGRAM, text.as_bytes()));
                queue.finish(Duration::from_millis(200));
            }
        }
        Wrong::Option(text) => say::error(text),
    }
    ExitCode::FAILURE
}

fn serve(options: Options) -> Result<(), String> {
    let mut source = Source::new().map_err(|error| format!("cannot set up signals and descriptors: {error}"))?;
    // Before the thread, which has what this one has.
    privilege::keep(&[]);
    let mut sink = Sink::start(options).map_err(|error| format!("cannot start: {error}"))?;
    let mut result = Ok(());
    loop {
        let woken = source.wait(true, &[], None);
        if woken.end {
            result = source.rest(|frame| sink.take(&frame)).map_err(|error| error.to_string());
            break;
        }
        if !woken.input {
            continue;
        }
        match source.read(|frame| sink.take(&frame)) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                result = Err(error.to_string());
                break;
            }
        }
    }
    let cut = source.cut();
    if cut > 0 {
        say::warning(format!("{cut} lines were too long, and were cut"));
    }
    sink.queue.finish(FLUSH);
    result
}

/// From records to messages.
struct Sink {
    options: Options,
    translator: Option<Translator>,
    modern: Option<Modern>,
    queue: Queue,
    line: Vec<u8>,
}

impl Sink {
    fn start(options: Options) -> io::Result<Self> {
        let translator = options.interpret.then(Translator::new);
        let queue = Queue::start(options.target.clone())?;
        let host = nix::unistd::gethostname().unwrap_or_default().to_string_lossy().into_owned();
        let (priority, process) = (options.priority(), std::process::id());
        let modern = Modern { priority, host, process, stamps: StampReader::default() };
        let modern = options.rfc5424.then_some(modern);
        if modern.is_none() {
            let (facility, level) = (u16::from(options.facility) << 3, options.level);
            let text = format!("syslog plugin initialized with facility {facility} and priority {level}");
            queue.push(classic(USER << 3 | INFO, PROGRAM, text.as_bytes()));
        }
        Ok(Self { options, translator, modern, queue, line: Vec::new() })
    }

    fn take(&mut self, frame: &Frame) {
        let mut line = std::mem::take(&mut self.line);
        line.clear();
        if let Ok(Some((frame, _))) = parse(frame) {
            frame.push_line(&mut line);
        }
        let whole = line.strip_suffix(b"\n").unwrap_or(&line);
        match self.translator.as_mut().and_then(|translator| translator.translate(whole)) {
            // A record without fields, which says nothing.
            Some(text) if text.is_empty() => {}
            Some(text) => self.send(whole, &text),
            // Long lines go in pieces to the system log, whole to who can take them.
            None if self.modern.is_some() => self.send(whole, &readable(&line)),
            None => line.chunks(PIECE).for_each(|piece| self.send(piece, &readable(piece))),
        }
        self.line = line;
    }

    fn send(&mut self, line: &[u8], text: &[u8]) {
        let ident = if self.options.facility == USER { PROGRAM } else { DISPATCHER };
        self.queue.push(match &mut self.modern {
            Some(modern) => modern.message(line, text),
            None => classic(self.options.priority(), ident, text),
        });
    }
}

/// What a C program sees of a line, with a blank before what was recorded besides.
fn readable(line: &[u8]) -> Vec<u8> {
    let mut text = line.split(|&byte| byte == 0).next().unwrap_or_default().to_vec();
    if let Some(byte) = text.iter_mut().find(|byte| **byte == ENRICHMENT) {
        *byte = b' ';
    }
    text
}
