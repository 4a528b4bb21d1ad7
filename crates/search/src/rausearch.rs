//! The program rausearch: finds events in the log.

mod options;
mod request;

use crate::checkpoint::{Checkpoint, Resume, Step};
use crate::event::Event;
use crate::expr::Tester;
use crate::print::{Format, Printer};
use crate::query::{Judge, Verdict};
use crate::source::{Found, Search, SearchError, Settings, Source};
use crate::trouble::{Trouble, malformed_note};
use crate::when::Clock;
use crate::words::Asked;
use raudit_config::auditd_conf::AUDITD_CONF;
use request::{Request, TABLE};
use std::ffi::OsString;
use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::process::ExitCode;

/// The checkpoint cannot be used.
const BAD_CHECKPOINT: u8 = 10;
/// None can be left.
const NO_CHECKPOINT: u8 = 11;
/// The checkpoint is of another log.
const OTHER_LOG: u8 = 12;

/// Runs the program with the process's arguments and streams.
pub fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().skip(1).collect();
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let code = run(&args, &mut out, &mut io::stderr().lock());
    // A reader that has gone away needs no more output and no complaint.
    drop(out.flush());
    ExitCode::from(code)
}

/// Runs the program: the answer on `out`, what is wrong or odd on `notes`. Returns the exit code.
pub fn run(args: &[OsString], out: &mut impl Write, notes: &mut impl Write) -> u8 {
    if args.is_empty() {
        drop(out.write_all(TABLE.help().as_bytes()));
        return 1;
    }
    let request = match TABLE.parse(args) {
        Ok(Asked::Help) => return u8::from(out.write_all(TABLE.help().as_bytes()).is_err()),
        Ok(Asked::Version) => {
            return u8::from(writeln!(out, "rausearch version {}", env!("CARGO_PKG_VERSION")).is_err());
        }
        Ok(Asked::Work(matches)) => Request::new(&matches, &Clock::system()),
        Err(wrong) if wrong.starts_with("Argument is required for -m") => {
            Err(format!("{wrong}\n{}", options::valid_types()))
        }
        Err(wrong) => Err(wrong),
    };
    let found = request.map_err(Trouble::Said).and_then(|request| search(&request, out, notes));
    match found {
        Ok(tally) => {
            if tally.malformed > 0 {
                drop(writeln!(notes, "{}", malformed_note(tally.malformed)));
            }
            u8::from(tally.matched == 0 || tally.damaged)
        }
        Err(Trouble::Said(text)) => fail(1, &text, out, notes),
        Err(Trouble::Checkpoint(code, text)) => fail(code, &text, out, notes),
        Err(Trouble::ReaderGone) => 0,
    }
}

fn fail(code: u8, text: &str, out: &mut impl Write, notes: &mut impl Write) -> u8 {
    drop(out.flush());
    drop(writeln!(notes, "{text}"));
    code
}

/// What became of the events that were read.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    /// Events the query asked for.
    matched: u64,
    /// Events with a record that cannot be read.
    malformed: u64,
    /// An archive could not be read to its end.
    damaged: bool,
}

fn search(request: &Request, out: &mut impl Write, notes: &mut impl Write) -> Result<Tally, Trouble> {
    let settings = Settings::load(Path::new(AUDITD_CONF), notes)?;
    let before = match &request.checkpoint {
        Some(path) => Checkpoint::load(path).map_err(|wrong| Trouble::Checkpoint(BAD_CHECKPOINT, wrong.join("\n")))?,
        None => None,
    };
    let source = Source::choose(request.input.as_deref(), request.input_logs, &settings.log_file, notes)?;
    let mut search = Search::new(request.window, request.timeout.unwrap_or(settings.timeout));
    let mut resume = request.checkpoint.as_ref().map(|_| Resume::new(before.as_ref(), request.time_only));
    if resume.is_some() {
        let begin = before.filter(|_| !request.time_only).map(|before| (before.dev, before.inode));
        search = search.in_parts(begin);
    }
    let mut printer = Printer::new(request.format, &request.date, request.escape);
    let (mut judge, mut tester) = (Judge::new(&request.query), Tester::new());
    let (mut tally, mut lost) = (Tally::default(), None);
    let mut show = |event: &Event, notes: &mut dyn Write| {
        let step = resume.as_mut().map_or(Step::Show, |resume| resume.step(event));
        match (judge.judge(event), step) {
            (Verdict::Match, Step::Show) if tester.all_hold(&request.expressions, event) => {}
            (Verdict::Match, Step::Lost(why)) => {
                lost = Some(why);
                return Ok(ControlFlow::Break(()));
            }
            (Verdict::Malformed(why, record), Step::Show) => {
                tally.malformed += 1;
                if request.debug {
                    write!(notes, "Malformed event skipped, rc={}. ", why.0)?;
                    notes.write_all(record.text())?;
                    writeln!(notes)?;
                }
                return Ok(ControlFlow::Continue(()));
            }
            _ => return Ok(ControlFlow::Continue(())),
        }
        tally.matched += 1;
        printer.print(event, out)?;
        // who watches a pipe wants to see an event when it is there
        if source == Source::Stdin || request.line_buffered {
            out.flush()?;
        }
        Ok(if request.just_one { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    };
    let found = search.run(&source, notes, &mut show).map_err(|error| match error {
        SearchError::NotThere => Trouble::Checkpoint(BAD_CHECKPOINT, error.to_string()),
        error => error.into(),
    })?;
    if let Some(why) = lost {
        return Err(Trouble::Checkpoint(OTHER_LOG, why));
    }
    tally.damaged = found.damaged;
    out.flush()?;
    leave(request, &source, resume, &found, notes)?;
    if tally.matched == 0 && request.format != Format::Raw {
        writeln!(notes, "<no matches>")?;
    }
    Ok(tally)
}

/// Leaves a checkpoint, now that what was found is written.
fn leave(
    request: &Request,
    source: &Source,
    resume: Option<Resume>,
    found: &Found,
    notes: &mut impl Write,
) -> Result<(), Trouble> {
    let (Some(path), Some(resume)) = (&request.checkpoint, resume) else { return Ok(()) };
    if *source == Source::Stdin {
        writeln!(notes, "Warning - checkpointing stdin is not supported")?;
        return Ok(());
    }
    let Some(checkpoint) = resume.end(&found.files) else { return Ok(()) };
    checkpoint.save(path).map_err(|why| Trouble::Checkpoint(NO_CHECKPOINT, why))
}
