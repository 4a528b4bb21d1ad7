//! What rausearch's command line asks for.

use super::options;
use crate::expr::Expression;
use crate::locale::DateForm;
use crate::print::Format;
use crate::print::colour::When;
use crate::print::csv::Columns;
use crate::query::{Query, Window};
use crate::when::Clock;
use crate::words::{
    Table, escape, in_order, is_set, leading_digits, signed, switch, timed, timeout, value, valued, values,
    window_or_checkpoint,
};
use clap::ArgMatches;
use raudit_record::interpret::Escape;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

/// The options.
pub(super) const TABLE: Table = Table {
    program: "rausearch",
    about: "Finds events in the audit log. All conditions given must hold.",
    words: &[
        valued("-a", "event", "SERIAL", "the event with this serial number"),
        valued("", "arch", "ARCH", "calls of this machine; before -sc"),
        valued("-c", "comm", "TEXT", "text in the short name of the program"),
        valued("", "checkpoint", "FILE", "go on where the search before ended"),
        switch("", "csv-quoted", "as --format csv, quoted as in RFC 4180"),
        switch("", "debug", "say which records could not be read"),
        valued("", "eoe-timeout", "SECONDS", "when an event counts as complete"),
        valued("", "escape", "raw|tty|shell|shell_quote", "what of the text shown is escaped"),
        valued("", "color", "auto|always|never", "colours; auto: on a terminal"),
        signed("-e", "exit", "CODE|ERRNO", "calls that returned this: -13, -EACCES"),
        valued("", "expr", "EXPRESSION", "as described in rausearch-expression(5)"),
        switch("", "extra-keys", "csv: a column for the rule's key"),
        switch("", "extra-labels", "csv: columns for the labels"),
        switch("", "extra-obj2", "csv: a column for the second object"),
        switch("", "extra-time", "csv: columns for the parts of the time"),
        valued("-f", "file", "TEXT", "text in a name of a file, socket or directory"),
        valued("", "file-glob", "PATTERN", "a name like this: /etc/**/*.conf"),
        valued("", "file-regex", "REGEX", "a name that this regular expression fits"),
        switch("", "follow", "go on with the events that come"),
        valued("", "format", "raw|default|interpret|csv|text|json|ecs|ocsf", "how events are shown"),
        valued("-ga", "gid-all", "GROUP", "events with this gid, real or effective"),
        valued("-ge", "gid-effective", "GROUP", "events with this effective gid"),
        valued("-gi", "gid", "GROUP", "events with this gid"),
        switch("-h", "help", "this text"),
        valued("-hn", "host", "TEXT", "text in another host's name or address"),
        switch("-i", "interpret", "names for numbers, text for hexadecimal"),
        switch("", "index", "bring the index in .index up to date before"),
        valued("-if", "input", "FILE|DIR", "this file, or the logs in this directory"),
        switch("", "input-logs", "the logs, even if standard input is a pipe"),
        switch("", "just-one", "only the first event found"),
        valued("-k", "key", "KEY", "text in the key of a rule"),
        switch("-l", "line-buffered", "write each event at once"),
        valued("-m", "message", "TYPE[,TYPE]", "events with a record of such a type"),
        valued("-n", "node", "NAME", "events of this machine; may be repeated"),
        valued("-o", "object", "CONTEXT", "text in the context of what is acted on"),
        valued("-p", "pid", "PID", "events of this process"),
        switch("", "pager", "on a terminal: in $PAGER, or less"),
        valued("-pp", "ppid", "PID", "events of children of this process"),
        switch("-r", "raw", "lines exactly as in the log"),
        valued("-sc", "syscall", "NAME|NUMBER", "events of this system call"),
        valued("-se", "context", "CONTEXT", "text in one of the two contexts"),
        signed("", "session", "SESSION", "events of this login session"),
        valued("-su", "subject", "CONTEXT", "text in the context of who acts"),
        valued("-sv", "success", "yes|no", "events that succeeded, or not"),
        timed("-te", "end", "events up to this time"),
        valued("-tm", "terminal", "TEXT", "text in the name of the terminal"),
        timed("-ts", "start", "events from this time on: 10:00, today, recent"),
        valued("-ua", "uid-all", "USER", "events with this uid, any of the three"),
        valued("-ue", "uid-effective", "USER", "events with this effective uid"),
        valued("-ui", "uid", "USER", "events with this uid"),
        signed("-ul", "loginuid", "USER", "events of this login; -1: of none"),
        valued("-uu", "uuid", "TEXT", "text in a virtual machine's id"),
        switch("-v", "version", "the version"),
        valued("-vm", "vm-name", "TEXT", "text in a virtual machine's name"),
        switch("-w", "word", "texts match as a whole"),
        valued("-x", "executable", "TEXT", "text in the name of the program's file"),
    ],
};

/// What a command line asks for.
#[derive(Debug, Default)]
pub(super) struct Request {
    pub(super) query: Query,
    /// All of them must hold too.
    pub(super) expressions: Vec<Expression>,
    pub(super) window: Window,
    pub(super) format: Format,
    pub(super) input: Option<PathBuf>,
    pub(super) input_logs: bool,
    pub(super) just_one: bool,
    pub(super) index: bool,
    pub(super) follow: bool,
    /// Whether the answer has colours.
    pub(super) colour: bool,
    pub(super) line_buffered: bool,
    pub(super) debug: bool,
    pub(super) checkpoint: Option<PathBuf>,
    pub(super) escape: Escape,
    /// Of the checkpoint only the time counts.
    pub(super) time_only: bool,
    pub(super) timeout: Option<u64>,
    pub(super) date: DateForm,
}

impl Request {
    /// Reads the options.
    ///
    /// # Errors
    /// What is wrong with one, in ausearch's words.
    pub(super) fn new(matches: &ArgMatches, clock: &Clock) -> Result<Self, String> {
        let given = in_order(&TABLE, matches);
        let mut request = Self {
            format: with_columns(format(&given)?, matches)?,
            input: value(matches, "input").map(PathBuf::from),
            input_logs: is_set(matches, "input-logs"),
            just_one: is_set(matches, "just-one"),
            index: is_set(matches, "index"),
            follow: is_set(matches, "follow"),
            line_buffered: is_set(matches, "line-buffered"),
            debug: is_set(matches, "debug"),
            checkpoint: value(matches, "checkpoint").map(PathBuf::from),
            date: clock.form.clone(),
            ..Self::default()
        };
        // what quotes protect need not be escaped
        let usual = if is_set(matches, "csv-quoted") { Escape::Raw } else { Escape::default() };
        request.escape = escape(matches)?.unwrap_or(usual);
        if let Some(name) = value(matches, "color") {
            let known = name.to_str().and_then(When::named);
            request.colour = known.ok_or_else(|| format!("Unknown option ({})", name.display()))?.is_now();
        }
        let expressions = values(matches, "expr").map(|text| Expression::parse(text.as_bytes()));
        request.expressions = expressions.collect::<Result<_, _>>().map_err(|wrong| wrong.to_string())?;
        let query = &mut request.query;
        query.serial = value(matches, "event").map(|n| serial(n)).transpose()?;
        query.interprets = request.format == Format::Interpret;
        for (long, value) in given {
            options::add(query, long, value)?;
        }
        if is_set(matches, "word") {
            query.be_exact();
        }
        request.timeout = timeout(matches)?;
        (request.window, request.time_only) = window_or_checkpoint(matches, clock)?;
        Ok(request)
    }
}

/// `-i`, `-r` and `--format` exclude each other, except a `--format default` before.
fn format(given: &[(&'static str, &OsString)]) -> Result<Format, String> {
    let mut format = Format::Default;
    for (long, value) in given.iter().filter(|(long, _)| ["raw", "interpret", "format"].contains(long)) {
        if format != Format::Default {
            return Err(match *long {
                "raw" => "Conflicting output format --raw".to_owned(),
                "interpret" => "Conflicting output format -i".to_owned(),
                _ => "Multiple output formats, use only 1".to_owned(),
            });
        }
        format = match (*long, value.to_str()) {
            ("raw", _) | (_, Some("raw")) => Format::Raw,
            ("interpret", _) => Format::Interpret,
            (_, Some("default")) => Format::Default,
            (_, Some(word)) if word.starts_with("interp") => Format::Interpret,
            (_, Some("csv")) => Format::Csv(Columns::default()),
            (_, Some("text")) => Format::Text,
            (_, Some("json")) => Format::Json,
            (_, Some("ecs")) => Format::Ecs,
            (_, Some("ocsf")) => Format::Ocsf,
            _ => return Err(format!("Unknown option ({})", value.display())),
        };
    }
    Ok(format)
}

/// The columns of csv; `--csv-quoted` is a format of its own, too.
fn with_columns(format: Format, matches: &ArgMatches) -> Result<Format, String> {
    let quoted = is_set(matches, "csv-quoted");
    let columns = Columns {
        keys: is_set(matches, "extra-keys"),
        labels: is_set(matches, "extra-labels"),
        obj2: is_set(matches, "extra-obj2"),
        time: is_set(matches, "extra-time"),
        quoted,
    };
    match format {
        Format::Csv(_) => Ok(Format::Csv(columns)),
        Format::Default if quoted => Ok(Format::Csv(columns)),
        _ if quoted => Err("Multiple output formats, use only 1".to_owned()),
        _ if columns.time || columns.labels || columns.keys => {
            Err("--extra options requires format to be csv".to_owned())
        }
        format => Ok(format),
    }
}

fn serial(text: &OsStr) -> Result<u64, String> {
    match leading_digits(text) {
        None => Err(format!("Audit event id must be a numeric value, was {}", text.display())),
        Some(digits) => digits.parse().map_err(|_| format!("Illegal value for audit event ID, was {}", text.display())),
    }
}
