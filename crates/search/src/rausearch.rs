//! The program rausearch: finds events in the log.

use crate::event::Event;
use crate::locale::DateForm;
use crate::print::{Format, Printer};
use crate::query::{Query, Verdict, Window};
use crate::source::{Search, Settings, Source};
use crate::stamp::{UNKNOWN, kind_named};
use crate::trouble::{Trouble, malformed_note};
use crate::when::Clock;
use crate::words::{Asked, Table, is_set, switch, timed, value, valued, values, window};
use clap::ArgMatches;
use memchr::memmem::Finder;
use raudit_config::auditd_conf::AUDITD_CONF;
use raudit_record::Kind;
use raudit_tables::record_type::RECORD_TYPE;
use std::ffi::{OsStr, OsString};
use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const TABLE: Table = Table {
    program: "rausearch",
    about: "Finds events in the audit log. All conditions given must hold.",
    words: &[
        valued("-a", "event", "SERIAL", "the event with this serial number"),
        valued("", "eoe-timeout", "SECONDS", "when an event counts as complete (end_of_event_timeout)"),
        valued("", "format", "raw|default|interpret", "how events are shown"),
        switch("-h", "help", "this text"),
        switch("-i", "interpret", "names instead of numbers, readable text instead of hexadecimal"),
        valued("-if", "input", "FILE|DIR", "read this file, or the logs in this directory"),
        switch("", "input-logs", "read the logs even if standard input is a pipe"),
        switch("", "just-one", "only the first event found"),
        valued("-k", "key", "TEXT", "events of rules with this text in their key"),
        valued("-m", "message", "TYPE[,TYPE]", "events with a record of one of these types, by name or number"),
        switch("-r", "raw", "lines exactly as in the log"),
        timed("-te", "end", "events up to this time"),
        timed(
            "-ts",
            "start",
            "events from this time on: a date, a time, or a word (now, recent, boot, today, this-week, ...)",
        ),
        switch("-v", "version", "the version"),
    ],
    later: &[
        "--arch",
        "-c",
        "--comm",
        "--checkpoint",
        "--debug",
        "-e",
        "--exit",
        "-escape",
        "--escape",
        "--extra-keys",
        "--extra-labels",
        "--extra-obj2",
        "--extra-time",
        "-f",
        "--file",
        "-ga",
        "--gid-all",
        "-ge",
        "--gid-effective",
        "-gi",
        "--gid",
        "-hn",
        "--host",
        "-l",
        "--line-buffered",
        "-n",
        "--node",
        "-o",
        "--object",
        "-p",
        "--pid",
        "-pp",
        "--ppid",
        "-sc",
        "--syscall",
        "-se",
        "--context",
        "--session",
        "-su",
        "--subject",
        "-sv",
        "--success",
        "-tm",
        "--terminal",
        "-ua",
        "--uid-all",
        "-ue",
        "--uid-effective",
        "-ui",
        "--uid",
        "-ul",
        "--loginuid",
        "-uu",
        "--uuid",
        "-vm",
        "--vm-name",
        "-w",
        "--word",
        "-x",
        "--executable",
    ],
};

/// What a command line asks for.
#[derive(Clone, Debug, Default)]
struct Request {
    query: Query,
    window: Window,
    format: Format,
    input: Option<PathBuf>,
    input_logs: bool,
    just_one: bool,
    timeout: Option<u64>,
    date: DateForm,
}

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
        Err(wrong) if wrong.starts_with("Argument is required for -m") => Err(format!("{wrong}\n{}", valid_types())),
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
        Err(Trouble::Said(text)) => {
            drop(out.flush());
            drop(writeln!(notes, "{text}"));
            1
        }
        Err(Trouble::ReaderGone) => 0,
    }
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
    let source = Source::choose(request.input.as_deref(), request.input_logs, &settings.log_file, notes)?;
    let mut printer = Printer::new(request.format, &request.date);
    let mut tally = Tally::default();
    let mut show = |event: &Event| {
        match request.query.judge(event) {
            Verdict::Match => {}
            Verdict::Other => return Ok(ControlFlow::Continue(())),
            Verdict::Malformed => {
                tally.malformed += 1;
                return Ok(ControlFlow::Continue(()));
            }
        }
        tally.matched += 1;
        printer.print(event, out)?;
        if source == Source::Stdin {
            // Who watches a pipe wants to see an event when it is there.
            out.flush()?;
        }
        Ok(if request.just_one { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    };
    let timeout = request.timeout.unwrap_or(settings.timeout);
    tally.damaged = Search::new(request.window, timeout).run(&source, notes, &mut show)?.damaged;
    out.flush()?;
    if tally.matched == 0 && request.format != Format::Raw {
        writeln!(notes, "<no matches>")?;
    }
    Ok(tally)
}

impl Request {
    fn new(matches: &ArgMatches, clock: &Clock) -> Result<Self, String> {
        let mut request = Self {
            format: format(matches)?,
            input: value(matches, "input").map(PathBuf::from),
            input_logs: is_set(matches, "input-logs"),
            just_one: is_set(matches, "just-one"),
            date: clock.form.clone(),
            ..Self::default()
        };
        let query = &mut request.query;
        query.key = value(matches, "key").map(|key| Finder::new(key.as_bytes()).into_owned());
        query.serial = value(matches, "event").map(|n| serial(n)).transpose()?;
        request.timeout = value(matches, "eoe-timeout").map(|n| timeout(n)).transpose()?;
        for list in values(matches, "message") {
            query.kinds.extend(kinds(list)?);
        }
        request.window = window(matches, clock)?;
        Ok(request)
    }
}

/// `-i`, `-r` and `--format` exclude each other, except a `--format default` before.
fn format(matches: &ArgMatches) -> Result<Format, String> {
    let mut given: Vec<(usize, &str, &OsStr)> = Vec::new();
    for long in ["raw", "interpret", "format"] {
        let at = matches.indices_of(long).into_iter().flatten();
        given.extend(at.zip(values(matches, long)).map(|(at, value)| (at, long, value.as_os_str())));
    }
    given.sort_unstable();
    let mut format = Format::Default;
    for (_, long, value) in given {
        if format != Format::Default {
            return Err(match long {
                "raw" => "Conflicting output format --raw".to_owned(),
                "interpret" => "Conflicting output format -i".to_owned(),
                _ => "Multiple output formats, use only 1".to_owned(),
            });
        }
        format = match (long, value.to_str()) {
            ("raw", _) | (_, Some("raw")) => Format::Raw,
            ("interpret", _) => Format::Interpret,
            (_, Some("default")) => Format::Default,
            (_, Some(word)) if word.starts_with("interp") => Format::Interpret,
            (_, Some(word @ ("csv" | "text"))) => {
                return Err(format!("Format {word} is not supported by this version of rausearch"));
            }
            _ => return Err(format!("Unknown option ({})", value.display())),
        };
    }
    Ok(format)
}

fn serial(text: &OsStr) -> Result<u64, String> {
    match leading_digits(text) {
        None => Err(format!("Audit event id must be a numeric value, was {}", text.display())),
        Some(digits) => digits.parse().map_err(|_| format!("Illegal value for audit event ID, was {}", text.display())),
    }
}

fn timeout(text: &OsStr) -> Result<u64, String> {
    match leading_digits(text) {
        None => Err(format!("End of Event Timeout must be a numeric value, was {}", text.display())),
        Some(digits) => digits
            .parse()
            .ok()
            .filter(|&seconds| seconds > 0)
            .ok_or_else(|| format!("Illegal value for End of Event Timeout, was {}", text.display())),
    }
}

/// The digits a number starts with; like ausearch, what follows them is not looked at.
fn leading_digits(text: &OsStr) -> Option<String> {
    let digits: String = text.as_bytes().iter().take_while(|b| b.is_ascii_digit()).map(|&b| char::from(b)).collect();
    (!digits.is_empty()).then_some(digits)
}

/// The types in a list; none for `ALL`.
fn kinds(list: &OsStr) -> Result<Vec<Kind>, String> {
    if list.is_empty() {
        return Err(valid_types());
    }
    if list.eq_ignore_ascii_case("ALL") {
        return Ok(Vec::new());
    }
    let named = list.as_bytes().split(|&b| b == b',').filter(|name| !name.is_empty());
    named.map(|name| Some(kind_named(name)).filter(|&kind| kind != UNKNOWN).ok_or_else(valid_types)).collect()
}

fn valid_types() -> String {
    let names: Vec<&str> = RECORD_TYPE.iter().map(|(_, name)| name).collect();
    format!("Valid message types are: ALL {} ", names.join(" "))
}
