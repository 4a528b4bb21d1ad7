//! The program rausearch: finds events in the log.

mod answer;
mod options;
mod request;

use crate::checkpoint::{Checkpoint, Resume, Step};
use crate::crew::Crew;
use crate::follow::nobody_reads;
use crate::pager::Pager;
use crate::pass::{Found, Search};
use crate::print::Format;
use crate::progress::Progress;
use crate::source::{SearchError, Settings, Source};
use crate::trouble::{Trouble, malformed_note};
use crate::when::Clock;
use crate::words::Asked;
use answer::{Answer, Tally};
use raudit_config::auditd_conf::AUDITD_CONF;
use raudit_log::files::files;
use raudit_tables::errno::reason;
use request::{Request, TABLE};
use std::ffi::OsString;
use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::process::ExitCode;
use std::rc::Rc;
use std::thread;

/// The checkpoint cannot be used.
const BAD_CHECKPOINT: u8 = 10;
/// None can be left.
const NO_CHECKPOINT: u8 = 11;
/// The checkpoint is of another log.
const OTHER_LOG: u8 = 12;

/// Runs the program with the process's arguments and streams.
pub fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().skip(1).collect();
    let pager = if args.iter().any(|arg| arg == "--pager") { Pager::start() } else { None };
    let code = match pager {
        Some(pager) => written(&args, pager),
        None => written(&args, io::stdout().lock()),
    };
    ExitCode::from(code)
}

fn written(args: &[OsString], out: impl Write) -> u8 {
    let mut out = BufWriter::with_capacity(1 << 16, out);
    let code = run(args, &mut out, &mut io::stderr().lock());
    // A reader that has gone away needs no more output and no complaint.
    drop(out.flush());
    code
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
        Ok((tally, damaged)) => {
            if tally.malformed > 0 {
                drop(writeln!(notes, "{}", malformed_note(tally.malformed)));
            }
            if tally.empty > 0 {
                let why = "none of their records is of a system call";
                drop(writeln!(notes, "{} events of several records have rows without content: {why}", tally.empty));
            }
            u8::from(tally.matched == 0 || damaged)
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

/// Searches. Gives what became of the events, and whether an archive could not be read to its end.
fn search(request: &Request, out: &mut impl Write, notes: &mut impl Write) -> Result<(Tally, bool), Trouble> {
    let settings = Settings::load(Path::new(AUDITD_CONF), notes)?;
    let before = match &request.checkpoint {
        Some(path) => Checkpoint::load(path).map_err(|wrong| Trouble::Checkpoint(BAD_CHECKPOINT, wrong.join("\n")))?,
        None => None,
    };
    let source = Source::choose(request.input.as_deref(), request.input_logs, &settings.log_file, notes)?;
    if request.index {
        index(&source, notes)?;
    }
    let progress = Rc::new(Progress::new());
    let mut search =
        Search::new(request.window, request.timeout.unwrap_or(settings.timeout)).watched(Rc::clone(&progress));
    if request.follow {
        return follow(request, search, &source, out, notes);
    }
    let mut resume = request.checkpoint.as_ref().map(|_| Resume::new(before.as_ref(), request.time_only));
    if resume.is_some() {
        let begin = before.filter(|_| !request.time_only).map(|before| (before.dev, before.inode));
        search = search.in_parts(begin);
    } else {
        search = search.hurried(request.query.lead());
    }
    let mut tally = Tally::default();
    let waits = source == Source::Stdin || request.line_buffered || request.just_one;
    let found = if resume.is_some() || waits {
        one_by_one(request, search, &source, &mut resume, &mut tally, out, notes)
    } else {
        together(request, search, &source, &mut tally, out, notes)
    };
    progress.clear();
    let found = found.map_err(|error| match error {
        SearchError::NotThere => Trouble::Checkpoint(BAD_CHECKPOINT, error.to_string()),
        error => error.into(),
    })?;
    if let Some(why) = resume.as_mut().and_then(Resume::take_lost) {
        return Err(Trouble::Checkpoint(OTHER_LOG, why));
    }
    out.flush()?;
    leave(request, &source, resume, &found, notes)?;
    if tally.matched == 0 && request.format != Format::Raw {
        writeln!(notes, "<no matches>")?;
    }
    Ok((tally, found.damaged))
}

/// The answer event by event, as somebody waits for each, or the next depends on it.
fn one_by_one(
    request: &Request,
    search: Search,
    source: &Source,
    resume: &mut Option<Resume>,
    tally: &mut Tally,
    out: &mut impl Write,
    notes: &mut impl Write,
) -> Result<Found, SearchError> {
    let mut answer = Answer::new(request);
    search.run(source, notes, &mut |event, notes| {
        let step = resume.as_mut().map_or(Step::Show, |resume| resume.step(event));
        if step == Step::Pass || !answer.is_asked_for(event, tally, notes)? {
            return Ok(ControlFlow::Continue(()));
        }
        if let (Step::Lost(why), Some(resume)) = (step, resume.as_mut()) {
            resume.end_lost(why);
            return Ok(ControlFlow::Break(()));
        }
        answer.show(event, tally, out)?;
        if *source == Source::Stdin || request.line_buffered {
            out.flush()?;
        }
        Ok(if request.just_one { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })
}

/// The events that come, each at once. There is no end but that nobody reads them.
fn follow(
    request: &Request,
    search: Search,
    source: &Source,
    out: &mut impl Write,
    notes: &mut impl Write,
) -> Result<(Tally, bool), Trouble> {
    if *source == Source::Stdin || request.checkpoint.is_some() {
        return Err(Trouble::Said("--follow wants a log, and has no checkpoint".into()));
    }
    let (mut answer, mut tally) = (Answer::new(request), Tally::default());
    search.follow(source, notes, nobody_reads, &mut |event, notes| {
        if answer.is_asked_for(event, &mut tally, notes)? {
            answer.show(event, &mut tally, out)?;
            out.flush()?;
        }
        Ok(if request.just_one && tally.matched > 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })?;
    Ok((tally, false))
}

/// Brings the indexes of what will be read up to date. Without one the answer is the same.
fn index(source: &Source, notes: &mut impl Write) -> Result<(), Trouble> {
    let paths = match source {
        Source::Stdin => return Err(Trouble::Said("standard input cannot be indexed".into())),
        Source::File(path) => vec![path.clone()],
        Source::Log(log) => {
            log.parent().map(raudit_index::file::clean);
            files(log).unwrap_or_default().into_iter().map(|file| file.path).collect()
        }
    };
    for path in paths {
        if let Err(error) = raudit_index::update(&path) {
            writeln!(notes, "No index of {} ({}); it is read as it is", path.display(), reason(&error))?;
        }
    }
    Ok(())
}

/// The whole answer, by as many threads as there are processors.
fn together(
    request: &Request,
    search: Search,
    source: &Source,
    tally: &mut Tally,
    out: &mut impl Write,
    notes: &mut impl Write,
) -> Result<Found, SearchError> {
    thread::scope(|scope| {
        let Some(mut crew) = Crew::of(scope, || Answer::of_a_crew(request)) else {
            let mut answer = Answer::new(request);
            return search.run(source, notes, &mut |event, notes| {
                if answer.is_asked_for(event, tally, notes)? {
                    answer.show(event, tally, out)?;
                }
                Ok(ControlFlow::Continue(()))
            });
        };
        let found = search.run(source, notes, &mut |event, notes| {
            crew.take(event, out, notes)?;
            Ok(ControlFlow::Continue(()))
        })?;
        tally.add(crew.finish(out, notes).map_err(SearchError::Output)?);
        Ok(found)
    })
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
