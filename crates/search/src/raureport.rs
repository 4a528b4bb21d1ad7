//! The program raureport: counts what is in the log.

use crate::event::Event;
use crate::items::Items;
use crate::locale::DateForm;
use crate::pass::{Found, Search};
use crate::query::Window;
use crate::source::{Settings, Source};
use crate::summary::{Span, Summary, WANTED};
use crate::trouble::{Trouble, malformed_note};
use crate::when::Clock;
use crate::words::{Asked, Table, is_set, switch, timed, value, valued, window};
use raudit_config::auditd_conf::AUDITD_CONF;
use raudit_record::EventId;
use std::ffi::OsString;
use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const TABLE: Table = Table {
    program: "raureport",
    about: "Shows a summary of the events in the audit log.",
    words: &[
        switch("", "help", "this text"),
        switch("-i", "interpret", "names instead of numbers (the summary has none)"),
        valued("-if", "input", "FILE|DIR", "read this file, or the logs in this directory"),
        switch("", "input-logs", "read the logs even if standard input is a pipe"),
        timed("-te", "end", "events up to this time"),
        timed("-ts", "start", "events from this time on, written as for rausearch"),
        switch("-v", "version", "the version"),
    ],
    later: &[
        "-a",
        "--avc",
        "-au",
        "--auth",
        "--comm",
        "-c",
        "--config",
        "-cr",
        "--crypto",
        "--debug",
        "--eoe-timeout",
        "-e",
        "--event",
        "--escape",
        "-f",
        "--file",
        "--failed",
        "-h",
        "--host",
        "--integrity",
        "-k",
        "--key",
        "-l",
        "--login",
        "-m",
        "--mods",
        "-ma",
        "--mac",
        "-n",
        "--anomaly",
        "-nc",
        "--no-config",
        "--node",
        "-p",
        "--pid",
        "-r",
        "--response",
        "-s",
        "--syscall",
        "--success",
        "--summary",
        "-t",
        "--log",
        "-tm",
        "--terminal",
        "--tty",
        "-u",
        "--user",
        "--virt",
        "-x",
        "--executable",
    ],
};

struct Request {
    window: Window,
    input: Option<PathBuf>,
    input_logs: bool,
    form: DateForm,
}

/// Runs the program with the process's arguments and streams.
pub fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().skip(1).collect();
    let mut out = BufWriter::new(io::stdout().lock());
    let code = run(&args, &mut out, &mut io::stderr().lock());
    // A reader that has gone away needs no more output and no complaint.
    drop(out.flush());
    ExitCode::from(code)
}

/// Runs the program: the report on `out`, what is wrong or odd on `notes`. Returns the exit code.
pub fn run(args: &[OsString], out: &mut impl Write, notes: &mut impl Write) -> u8 {
    let matches = match TABLE.parse(args) {
        Ok(Asked::Help) => return u8::from(out.write_all(TABLE.help().as_bytes()).is_err()),
        Ok(Asked::Version) => {
            return u8::from(writeln!(out, "raureport version {}", env!("CARGO_PKG_VERSION")).is_err());
        }
        Ok(Asked::Work(matches)) => Ok(matches),
        Err(wrong) => Err(wrong),
    };
    let clock = Clock::system();
    let request = matches.and_then(|matches| {
        Ok(Request {
            window: window(&matches, &clock)?,
            input: value(&matches, "input").map(PathBuf::from),
            input_logs: is_set(&matches, "input-logs"),
            form: clock.form.clone(),
        })
    });
    let request = match request {
        Ok(request) => request,
        Err(wrong) => {
            drop(out.write_all(TABLE.help().as_bytes()));
            drop(writeln!(notes, "{wrong}"));
            return 1;
        }
    };
    match report(&request, out, notes) {
        Ok(found) => u8::from(found.damaged),
        Err(Trouble::ReaderGone) => 0,
        Err(Trouble::Said(text) | Trouble::Checkpoint(_, text)) => {
            drop(out.flush());
            drop(writeln!(notes, "{text}"));
            1
        }
    }
}

fn report(request: &Request, out: &mut impl Write, notes: &mut impl Write) -> Result<Found, Trouble> {
    let settings = Settings::load(Path::new(AUDITD_CONF), notes)?;
    writeln!(out, "\nSummary Report\n======================")?;
    let source = Source::choose(request.input.as_deref(), request.input_logs, &settings.log_file, notes)?;
    let mut summary = Summary::default();
    let mut last = EventId::default();
    let mut malformed = 0;
    let mut count = |event: &mut Event, _: &mut dyn Write| {
        last = event.id;
        match Items::of(event, WANTED) {
            Ok(items) => summary.add(event, &items),
            Err(_) => malformed += 1,
        }
        Ok(ControlFlow::Continue(()))
    };
    let found = Search::new(request.window, settings.timeout).run(&source, notes, &mut count)?;
    let Window { start, end } = request.window;
    summary.print(&Span { start, end, first: found.first.unwrap_or_default(), last }, &request.form, out)?;
    out.flush()?;
    if malformed > 0 {
        writeln!(notes, "{}", malformed_note(malformed))?;
    }
    Ok(found)
}
