//! A session as a line, and what proves it.

use super::Request;
use super::sessions::{Session, State};
use crate::print::local;
use crate::relatives::cut::column;
use std::io::{self, Write};
use std::time::{SystemTime, UNIX_EPOCH};

/// Widths of columns, in bytes.
pub(super) const NAME: usize = 8;
pub(super) const TERMINAL: usize = 12;
pub(super) const HOST: usize = 16;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Prints sessions, or failed logins, as asked for.
#[derive(Debug)]
pub(super) struct Show<'r> {
    request: &'r Request,
}

impl<'r> Show<'r> {
    pub(super) fn new(request: &'r Request) -> Self {
        Self { request }
    }

    /// Prints a session if it is one that somebody logged in to.
    pub(super) fn session(&self, session: &mut Session, out: &mut dyn Write) -> io::Result<()> {
        if self.request.bad || !session.is_login {
            return Ok(());
        }
        self.line(session, out)?;
        if !self.request.proof {
            return Ok(());
        }
        let [login, user_login, end] = session.proof;
        writeln!(out, "    audit event proof serial numbers: {login}, {user_login}, {end}")?;
        if session.end == 0 {
            session.end = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs());
        }
        self.search(session, out)?;
        out.write_all(b"\n\n")
    }

    /// Prints a login that failed.
    pub(super) fn failure(&self, login: &mut Session, out: &mut dyn Write) -> io::Result<()> {
        self.line(login, out)?;
        if !self.request.proof {
            return Ok(());
        }
        let serial = login.proof[1];
        writeln!(out, "    audit event proof serial number: {serial}")?;
        self.search(login, out)?;
        write!(out, " -a {serial}\n\n")
    }

    fn line(&self, session: &Session, out: &mut dyn Write) -> io::Result<()> {
        match &session.name {
            Some(name) => column(out, name, NAME)?,
            None => column(out, number(session.auid).as_bytes(), NAME)?,
        }
        out.write_all(b" ")?;
        column(out, &session.terminal, TERMINAL)?;
        out.write_all(b" ")?;
        column(out, session.host.as_deref().unwrap_or(b"?"), HOST)?;
        writeln!(out, " {:<16} {}", text(session.start, "%a %b %e %H:%M"), end_of(session))
    }

    /// How to find the records of a session.
    fn search(&self, session: &Session, out: &mut dyn Write) -> io::Result<()> {
        let when = |sec| text(sec, &format!("{} %T", self.request.form.format()));
        out.write_all(b"    Session data can be found with this search:\n")?;
        write!(out, "    ausearch --start {} --end {}", when(session.start), when(session.end))
    }
}

/// The number of a user without a name; the superuser's is left out.
fn number(auid: u32) -> String {
    if auid == 0 { String::new() } else { auid.to_string() }
}

/// How a session ended, and how long it was.
fn end_of(session: &Session) -> String {
    match session.state {
        State::Begun => String::new(),
        State::LoggedIn => "  still logged in".to_owned(),
        State::Crashed => "- crash".to_owned(),
        State::Gone => "  gone - no logout".to_owned(),
        State::LoggedOut => format!("- {:<7}{}", text(session.end, "%H:%M"), length(session.start, session.end)),
    }
}

/// `(2+03:04)`: days, hours and minutes.
fn length(start: u64, end: u64) -> String {
    // a clock may have been set back
    let seconds = end.cast_signed().saturating_sub(start.cast_signed());
    let (days, hours, minutes) = (seconds / DAY, seconds % DAY / HOUR, seconds % HOUR / MINUTE);
    if days == 0 { format!("({hours:02}:{minutes:02})") } else { format!("({days}+{hours:02}:{minutes:02})") }
}

/// Local time in a `strftime` format; `?` for what is no date.
fn text(sec: u64, format: &str) -> String {
    local(sec).map_or_else(|| "?".to_owned(), |time| time.format(format).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths() {
        for (seconds, text) in [
            (0, "(00:00)"),
            (59, "(00:00)"),
            (3_660, "(01:01)"),
            (86_399, "(23:59)"),
            (2 * 86_400 + 3 * 3_600 + 240, "(2+03:04)"),
        ] {
            assert_eq!(length(1_700_000_000, 1_700_000_000 + seconds), text);
        }
        assert_eq!(length(1_700_000_000, 1_699_996_340), "(-1:-1)");
        assert_eq!(length(0, u64::MAX), "(00:00)");
    }
}
