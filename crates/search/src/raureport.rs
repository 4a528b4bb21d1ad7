//! The program raureport: counts what is in the log.

use crate::crew::{Crew, Hand};
use crate::items::Wanted;
use crate::pass::{Found, Search};
use crate::query::Window;
use crate::report::Report;
use crate::report::cells::Form;
use crate::report::choose::{Acts, Filter};
use crate::report::counter::{Counter, Job, Sum};
use crate::report::coverage::{self, Rules};
use crate::report::made::{Kind, Made, Style};
use crate::report::overview::Span;
use crate::report::picture::Shape;
use crate::report::series::{By, period};
use crate::report::times::Times;
use crate::source::{SearchError, Settings, Source, is_stdin};
use crate::trouble::{Trouble, malformed_note};
use crate::when::Clock;
use crate::words::{
    Asked, Table, escape, in_order, is_set, signed, switch, timed, timeout, value, valued, values, window,
};
use clap::ArgMatches;
use raudit_config::auditd_conf::AUDITD_CONF;
use raudit_record::EventId;
use std::ffi::OsString;
use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

const TABLE: Table = Table {
    program: "raureport",
    about: "Reports what is in the audit log; without a report's name, a summary of all.",
    words: &[
        switch("-a", "avc", "decisions of SELinux and AppArmor"),
        switch("", "add", "of changes of lists: those that add"),
        switch("-au", "auth", "attempts to authenticate"),
        valued("", "by", "key|user|exe|host|container", "how often each comes in each period"),
        switch("", "comm", "programs by their short name"),
        switch("-c", "config", "changes of what is audited, and how"),
        signed("", "coverage", "RULES|-", "which of these rules fired; -: standard input"),
        switch("-cr", "crypto", "cryptographic operations"),
        switch("", "debug", "say which events could not be read"),
        switch("", "delete", "of changes of lists: those that take off"),
        valued("", "eoe-timeout", "SECONDS", "when an event counts as complete"),
        switch("-e", "event", "all events"),
        valued("", "escape", "raw|tty|shell|shell_quote", "what of the text shown is escaped"),
        valued("", "every", "PERIOD", "of --by: a number and s, m, h, d or w; else 1h"),
        switch("-f", "file", "files"),
        switch("", "failed", "only what failed"),
        valued("", "format", "text|csv|json", "how the report is written"),
        switch("-h", "host", "other hosts"),
        switch("", "help", "this text"),
        signed("", "html", "FILE", "as a page with charts; -: standard output"),
        switch("-i", "interpret", "names instead of numbers"),
        valued("-if", "input", "FILE|DIR", "this file, or the logs in this directory"),
        switch("", "input-logs", "the logs, even if standard input is a pipe"),
        switch("", "integrity", "events of the integrity measurement"),
        switch("-k", "key", "keys of rules"),
        switch("-l", "login", "logins"),
        switch("-m", "mods", "changes of accounts, groups and roles"),
        switch("-ma", "mac", "events of mandatory access control"),
        switch("-n", "anomaly", "anomalies"),
        switch("-nc", "no-config", "without changes of what is audited"),
        valued("", "node", "NAME", "events of this machine; may be repeated"),
        switch("-p", "pid", "processes"),
        switch("", "plot", "charts after the default report"),
        switch("-r", "response", "responses to anomalies"),
        switch("-s", "syscall", "system calls"),
        switch("", "success", "only what succeeded"),
        switch("", "summary", "how often each value comes"),
        switch("-t", "log", "from when to when each log reaches"),
        timed("-te", "end", "events up to this time"),
        switch("-tm", "terminal", "terminals"),
        timed("-ts", "start", "events from this time on, as for rausearch"),
        switch("", "tty", "what was typed on audited terminals"),
        switch("-u", "user", "users"),
        switch("-v", "version", "the version"),
        switch("", "virt", "virtual machines"),
        switch("-x", "executable", "programs by their file"),
    ],
};

struct Request {
    job: Job,
    picture: Option<Shape>,
    /// Of which rules it is to be said whether they fired.
    coverage: Option<OsString>,
    /// Only from when to when each log reaches is asked for, or how many events each has.
    times: Option<bool>,
    timeout: Option<u64>,
    window: Window,
    input: Option<PathBuf>,
    input_logs: bool,
}

impl Request {
    fn of(matches: &ArgMatches, clock: &Clock) -> Result<Self, String> {
        let words: Vec<_> = in_order(&TABLE, matches).into_iter().map(|(long, _)| long).collect();
        let last = |one: &str, other: &str| words.iter().rev().copied().find(|long| [one, other].contains(long));
        let is_other = |long: &&str| Report::named(long).is_some() || *long == "coverage";
        let picture = Shape::of(matches, words.iter().any(is_other))?;
        let kind = match &picture {
            Some(shape) => Kind::Picture { page: shape.is_page() },
            None => kind(matches, &words)?,
        };
        let style = Style {
            form: form(matches)?,
            interprets: is_set(matches, "interpret"),
            escape: escape(matches)?.unwrap_or_default(),
            dates: clock.form.clone(),
        };
        let wanted = if style.interprets { kind.wanted().and(Wanted::ARCH) } else { kind.wanted() };
        let filter = Filter {
            success: last("success", "failed").map(|long| long == "success"),
            acts: match last("add", "delete") {
                Some("add") => Acts::Add,
                Some(_) => Acts::Delete,
                None => Acts::All,
            },
            no_config: is_set(matches, "no-config"),
            nodes: values(matches, "node").map(|node| node.as_bytes().to_vec()).collect(),
        };
        let times = match kind {
            Kind::Rows(Report::Times) => Some(false),
            Kind::Summary(Report::Times) => Some(true),
            _ => None,
        };
        let coverage = value(matches, "coverage").map(ToOwned::to_owned);
        Ok(Self {
            job: Job { kind, filter, wanted, style, rules: Arc::default(), debug: is_set(matches, "debug") },
            picture,
            input_logs: is_set(matches, "input-logs") || coverage.as_deref().is_some_and(|rules| rules == "-"),
            coverage,
            times,
            timeout: timeout(matches)?,
            window: window(matches, clock)?,
            input: value(matches, "input").map(PathBuf::from),
        })
    }

    /// What stands over the report.
    fn heading(&self) -> String {
        let Job { kind, filter, style, .. } = &self.job;
        match (style.form, kind) {
            (Form::Text, _) => {}
            (Form::Csv, Kind::Rows(report)) if self.times.is_none() => return report.csv_header(),
            // counts have theirs
            (Form::Csv | Form::Json, _) => return String::new(),
        }
        let of_some = match filter.success {
            _ if matches!(kind, Kind::Rows(_) | Kind::Coverage) => "",
            Some(true) => "Success ",
            Some(false) => "Failed ",
            None => "",
        };
        let heading = match kind {
            Kind::Picture { page: true } => return String::new(),
            Kind::Overview | Kind::Picture { .. } => "Summary Report\n======================\n".to_owned(),
            Kind::Summary(report) => report.summary_heading(),
            Kind::Rows(report) => report.heading(),
            Kind::Series(by, _) => by.heading(),
            Kind::Coverage => coverage::HEADING.to_owned(),
        };
        format!("\n{of_some}{heading}")
    }
}

/// Which report is asked for.
fn kind(matches: &ArgMatches, words: &[&str]) -> Result<Kind, String> {
    let mut reports = words.iter().filter_map(|long| Report::named(long));
    let report = reports.next();
    let by = value(matches, "by").map(|name| {
        let by = name.to_str().and_then(By::named);
        by.ok_or_else(|| format!("--by: {} is none of key, user, exe, host and container", name.display()))
    });
    if reports.next().is_some() || by.is_some() && (report.is_some() || is_set(matches, "summary")) {
        return Err("Error - only one report can be specified".to_owned());
    }
    let every = value(matches, "every").map(|text| {
        let seconds = text.to_str().and_then(period);
        seconds.ok_or_else(|| format!("--every: {} is no period, as 30m, 1h or 7d", text.display()))
    });
    let is_alone = report.is_none() && by.is_none() && !is_set(matches, "summary");
    if has_coverage(matches, is_alone)? {
        return Ok(Kind::Coverage);
    }
    match (by.transpose()?, every.transpose()?) {
        (Some(by), seconds) => Ok(Kind::Series(by, seconds.unwrap_or(3600))),
        (None, Some(_)) => Err("--every is the period of --by, which is missing".to_owned()),
        (None, None) => Ok(match report {
            None => Kind::Overview,
            Some(report) if is_set(matches, "summary") => Kind::Summary(report),
            Some(report) => Kind::Rows(report),
        }),
    }
}

/// Whether the report is that of rules, as no other can be.
fn has_coverage(matches: &ArgMatches, is_alone: bool) -> Result<bool, String> {
    let mut named = values(matches, "coverage");
    let Some(rules) = named.next() else { return Ok(false) };
    if named.next().is_some() {
        return Err("Error - only one set of rules can be specified".to_owned());
    }
    if rules.as_bytes().starts_with(b"-") && rules != "-" {
        return Err("Argument is required for --coverage".to_owned());
    }
    if !is_alone || is_set(matches, "every") || form(matches)? != Form::Text {
        return Err("Error - --coverage is a report of its own, without a summary and in text only".to_owned());
    }
    if rules == "-" && value(matches, "input").is_some_and(|log| is_stdin(Path::new(log))) {
        return Err("Error - rules and log cannot both be read from stdin".to_owned());
    }
    Ok(true)
}

/// How it is written.
fn form(matches: &ArgMatches) -> Result<Form, String> {
    match value(matches, "format").map(|name| name.to_string_lossy()) {
        None => Ok(Form::Text),
        Some(name) => match &*name {
            "text" => Ok(Form::Text),
            "csv" => Ok(Form::Csv),
            "json" => Ok(Form::Json),
            _ => Err(format!("--format: {name} is none of text, csv and json")),
        },
    }
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
    let request = matches.and_then(|matches| Request::of(&matches, &clock));
    let mut request = match request {
        Ok(request) => request,
        Err(wrong) => {
            drop(out.write_all(TABLE.help().as_bytes()));
            drop(writeln!(notes, "{wrong}"));
            return 1;
        }
    };
    match report(&mut request, out, notes) {
        Ok(found) => u8::from(!found),
        Err(Trouble::ReaderGone) => 0,
        Err(Trouble::Said(text) | Trouble::Checkpoint(_, text)) => {
            drop(out.flush());
            drop(writeln!(notes, "{text}"));
            1
        }
    }
}

/// Prints the report; tells whether there is something in it, and all of the logs could be read.
fn report(request: &mut Request, out: &mut impl Write, notes: &mut impl Write) -> Result<bool, Trouble> {
    let settings = Settings::load(Path::new(AUDITD_CONF), notes)?;
    let place = request.picture.as_ref().map(Shape::place).transpose()?;
    if let Some(rules) = &request.coverage {
        request.job.rules = Arc::new(Rules::read(rules, notes)?);
    }
    out.write_all(request.heading().as_bytes())?;
    let source = Source::choose(request.input.as_deref(), request.input_logs, &settings.log_file, notes)?;
    let search = Search::new(request.window, request.timeout.unwrap_or(settings.timeout));
    let style = &request.job.style;
    if let Some(summary) = request.times {
        let mut times = Times::default();
        let found = search.run(&source, notes, &mut |event, _| {
            times.add(event);
            Ok(ControlFlow::Continue(()))
        })?;
        times.print(&source, &found, summary, style, out)?;
        out.flush()?;
        return Ok(!found.damaged);
    }
    let whole = Mutex::new(Made::new(&request.job));
    let mut last = EventId::default();
    let (found, sum) = count(request, search, &source, &whole, &mut last, out, notes)?;
    let is_empty = matches!(request.job.kind, Kind::Rows(_)) && sum.shown == 0;
    let Window { start, end } = request.window;
    let span = Span { start, end, first: found.first.unwrap_or_default(), last };
    let made = whole.into_inner().unwrap_or_else(PoisonError::into_inner);
    let has_some = match (made, place) {
        (Made::Picture(picture), Some(place)) => {
            picture.show(place, &span, &request.job.filter, &style.dates, out)?;
            true
        }
        (made, _) => made.print(request.job.kind, &span, style, out)? && !is_empty,
    };
    if !has_some && style.form == Form::Text {
        out.write_all(b"<no events of interest were found>\n\n")?;
    }
    out.flush()?;
    if sum.malformed > 0 {
        writeln!(notes, "{}", malformed_note(sum.malformed))?;
    }
    Ok(!is_empty && !found.damaged)
}

/// Counts events, and writes rows, by as many threads as there are processors.
fn count(
    request: &Request,
    search: Search,
    source: &Source,
    whole: &Mutex<Made>,
    last: &mut EventId,
    out: &mut impl Write,
    notes: &mut impl Write,
) -> Result<(Found, Sum), SearchError> {
    let job = &request.job;
    thread::scope(|scope| {
        let Some(mut crew) = Crew::of(scope, || Counter::new(job, whole)) else {
            let (mut counter, mut sum) = (Counter::new(job, whole), Sum::default());
            let mut number = 0;
            let found = search.run(source, notes, &mut |event, notes| {
                *last = event.id;
                number += 1;
                if job.kind.concerns(event) {
                    counter.take_now(event, number, &mut sum, out, notes)?;
                }
                Ok(ControlFlow::Continue(()))
            })?;
            counter.end();
            return Ok((found, sum));
        };
        let found = search.run(source, notes, &mut |event, notes| {
            *last = event.id;
            if job.kind.concerns(event) {
                crew.take(event, out, notes)?;
            }
            Ok(ControlFlow::Continue(()))
        })?;
        Ok((found, crew.finish(out, notes).map_err(SearchError::Output)?))
    })
}
