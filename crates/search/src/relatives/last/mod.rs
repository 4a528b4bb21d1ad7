//! The program aulast: who was logged in, from where, from when to when.
//!
//! A login is told by several records, each an event of its own: LOGIN gives a process a session, USER_LOGIN says from where,
//! USER_END that it is over. SYSTEM_BOOT and SYSTEM_SHUTDOWN are a session of the machine's, named reboot.
//!
//! * `sessions`: the sessions that are open
//! * `records`: what each record does to them
//! * `show`: a session as a line; `extract`: the records themselves
mod extract;
mod records;
mod sessions;
mod show;
#[cfg(test)]
mod tests;

use super::program::{Origin, exit_code, read, run_with_streams, understand};
use crate::locale::DateForm;
use crate::normalize::alone;
use crate::trouble::Trouble;
use crate::words::{Table, in_order, is_set, switch, value, valued, values};
use clap::ArgMatches;
use extract::Extract;
use records::{Log, is_read};
use std::ffi::OsString;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::ExitCode;

const TABLE: Table = Table {
    program: "aulast",
    about: "Tells who was logged in, the earliest logout first; who still is, comes last.",
    words: &[
        switch("", "bad", "logins that failed"),
        switch("", "debug", "say which records are of no use, and why"),
        switch("", "extract", "write the records that were read to aulast.log"),
        valued("-f", "file", "FILE|DIR", "this file, or the logs in this directory"),
        switch("", "help", "this text"),
        switch("", "proof", "name the events that a line was made of"),
        switch("", "stdin", "read standard input"),
        valued("", "tty", "TTY", "only terminals with this in their name"),
        valued("", "user", "USER", "only this user's sessions"),
    ],
};

/// What is asked for.
#[derive(Debug, Default)]
struct Request {
    /// Failed logins instead of sessions.
    bad: bool,
    proof: bool,
    debug: bool,
    extract: bool,
    /// A part of the terminal's name.
    tty: Option<Vec<u8>>,
    user: Option<Vec<u8>>,
    stdin: bool,
    file: Option<OsString>,
    form: DateForm,
}

impl Request {
    fn of(matches: &ArgMatches) -> Result<Self, String> {
        let given = in_order(&TABLE, matches).into_iter().map(|(long, _)| long);
        let mut origins = given.filter(|long| ["file", "stdin"].contains(long));
        if let Some(first) = origins.next()
            && origins.any(|other| other != first)
        {
            return Err(format!("{first} already given"));
        }
        let once = |long: &str| match values(matches, long).count() {
            0 | 1 => Ok(value(matches, long).map(|text| text.as_bytes().to_vec())),
            _ => Err(format!("--{long} may be given only once")),
        };
        Ok(Self {
            bad: is_set(matches, "bad"),
            proof: is_set(matches, "proof"),
            debug: is_set(matches, "debug"),
            extract: is_set(matches, "extract"),
            tty: once("tty")?,
            user: once("user")?,
            stdin: is_set(matches, "stdin"),
            file: value(matches, "file").cloned(),
            form: DateForm::of_environment(),
        })
    }

    fn origin(&self) -> Origin<'_> {
        match &self.file {
            _ if self.stdin => Origin::Stdin,
            Some(file) => Origin::Path(Path::new(file)),
            None => Origin::Logs,
        }
    }
}

/// Runs the program with the process's arguments and streams.
pub fn main() -> ExitCode {
    run_with_streams(run)
}

/// Runs the program: the sessions on `out`, what is wrong or odd on `notes`. Returns the exit code.
pub fn run(args: &[OsString], out: &mut impl Write, notes: &mut impl Write) -> u8 {
    let request = match understand(&TABLE, args, out, notes, Request::of) {
        Ok(request) => request,
        Err(code) => return code,
    };
    let told = tell(&request, out, notes);
    drop(out.flush());
    match told {
        Ok(is_whole) => u8::from(!is_whole),
        Err(trouble) => exit_code(Err(trouble), notes),
    }
}

/// Reads all, and prints; tells whether all could be read.
fn tell(request: &Request, out: &mut impl Write, notes: &mut impl Write) -> Result<bool, Trouble> {
    let mut extract = if request.extract { Extract::create()? } else { Extract::default() };
    let mut log = Log::new(request);
    let is_whole = read(request.origin(), notes, |event, notes| {
        for record in alone(event).filter(|record| is_read(record.kind)) {
            log.take(record, event.id, out, notes)?;
            extract.push(&record);
        }
        Ok(())
    })?;
    log.finish(out)?;
    out.flush()?;
    extract.finish()?;
    Ok(is_whole)
}
