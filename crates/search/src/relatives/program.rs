//! What the programs share: streams, exit codes, and where the log is.

use crate::event::Event;
use crate::pass::Search;
use crate::query::Window;
use crate::source::{Settings, Source};
use crate::trouble::Trouble;
use crate::words::{Asked, Table};
use clap::ArgMatches;
use raudit_config::auditd_conf::AUDITD_CONF;
use std::ffi::OsString;
use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::process::ExitCode;

/// Where records come from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Origin<'a> {
    /// The logs that auditd.conf names.
    Logs,
    /// Standard input, whatever it is.
    Stdin,
    /// A file, or the logs in a directory.
    Path(&'a Path),
}

/// Reads a command line as far as there is work to do; else says what has to be said, and gives the exit code.
pub(super) fn understand<T>(
    table: &Table,
    args: &[OsString],
    out: &mut impl Write,
    notes: &mut impl Write,
    request: impl FnOnce(&ArgMatches) -> Result<T, String>,
) -> Result<T, u8> {
    let request = match table.parse(args) {
        Ok(Asked::Help | Asked::Version) => {
            let told = out.write_all(table.help().as_bytes()).and_then(|()| out.flush());
            return Err(exit_code(told, notes));
        }
        Ok(Asked::Work(matches)) => request(&matches),
        Err(wrong) => Err(wrong),
    };
    request.map_err(|wrong| {
        drop(writeln!(notes, "{}{wrong}", table.help()));
        1
    })
}

/// Runs a program with the process's arguments, and standard output and error.
pub(super) fn run_with_streams(
    run: impl FnOnce(&[OsString], &mut BufWriter<io::StdoutLock<'static>>, &mut io::StderrLock<'static>) -> u8,
) -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().skip(1).collect();
    let mut out = BufWriter::new(io::stdout().lock());
    ExitCode::from(run(&args, &mut out, &mut io::stderr().lock()))
}

/// The exit code of a program that has an answer, or trouble with it, which is said. A reader that has gone away needs no complaint.
pub(super) fn exit_code<T: Into<Trouble>>(result: Result<(), T>, notes: &mut impl Write) -> u8 {
    match result.map_err(Into::into) {
        Ok(()) | Err(Trouble::ReaderGone) => 0,
        Err(Trouble::Said(text) | Trouble::Checkpoint(_, text)) => {
            drop(writeln!(notes, "{text}"));
            1
        }
    }
}

/// Gives every event to `each`, from the oldest to the newest. What cannot be read of an archive is said on `notes`; tells whether all could be.
pub(super) fn read(
    origin: Origin<'_>,
    notes: &mut impl Write,
    mut each: impl FnMut(&Event, &mut dyn Write) -> io::Result<()>,
) -> Result<bool, Trouble> {
    let settings = Settings::load(Path::new(AUDITD_CONF), notes)?;
    let source = match origin {
        Origin::Stdin => Source::Stdin,
        Origin::Logs => Source::choose(None, true, &settings.log_file, notes)?,
        Origin::Path(path) => Source::choose(Some(path), true, &settings.log_file, notes)?,
    };
    let window = Window { start: 0, end: 0 };
    let found = Search::new(window, settings.timeout).early().run(&source, notes, &mut |event, notes| {
        each(event, notes)?;
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(!found.damaged)
}
