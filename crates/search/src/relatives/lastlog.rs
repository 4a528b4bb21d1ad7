//! The program aulastlog: when each user of this machine logged in last.

use super::cut::{column, cut};
use super::passwd::{User, users};
use super::program::{Origin, exit_code, read, run_with_streams, understand};
use crate::event::Record;
use crate::locale::DateForm;
use crate::normalize::Lookup;
use crate::print::local;
use crate::trouble::Trouble;
use crate::words::{Table, is_set, switch, value, valued};
use raudit_record::interpret::Escape;
use raudit_record::{EventId, Kind};
use std::collections::HashMap;
use std::ffi::OsString;
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::process::ExitCode;

const TABLE: Table = Table {
    program: "aulastlog",
    about: "Tells when each user of this machine logged in last.",
    words: &[
        switch("", "help", "this text"),
        switch("", "stdin", "read standard input"),
        valued("-u", "user", "USER", "only this user"),
    ],
};

const USER_LOGIN: Kind = Kind(1112);

/// Widths of columns, in bytes.
const NAME: usize = 16;
const TERMINAL: usize = 12;
const HOST: usize = 26;

/// A user's last login.
#[derive(Debug, Default)]
struct Login {
    name: Vec<u8>,
    /// In seconds since the epoch; 0 for never.
    sec: u64,
    terminal: Box<[u8]>,
    host: Box<[u8]>,
}

/// Everybody's last login.
#[derive(Debug)]
struct Logins {
    /// In the order of the system's databases.
    logins: Vec<Login>,
    /// Of several users with one number the first.
    places: HashMap<u32, usize>,
}

impl Logins {
    fn of(users: Vec<User>) -> Self {
        let mut places = HashMap::new();
        for (at, (uid, _)) in users.iter().enumerate() {
            places.entry(*uid).or_insert(at);
        }
        Self { logins: users.into_iter().map(|(_, name)| Login { name, ..Login::default() }).collect(), places }
    }

    /// Takes a record of USER_LOGIN.
    fn take(&mut self, record: Record<'_>, id: EventId) {
        if Lookup::of(record).find(b"res") != Some(b"success") {
            return;
        }
        let mut at = Lookup::of(record);
        let place = at.find_number(b"auid").and_then(|auid| self.places.get(&auid.cast_unsigned()));
        let Some(login) = place.and_then(|&place| self.logins.get_mut(place)) else { return };
        login.sec = id.sec;
        if let Some(host) = at.find(b"hostname") {
            login.host = cut(host, HOST);
        }
        if let Some(terminal) = at.find(b"terminal") {
            login.terminal = cut(terminal, TERMINAL);
        }
    }

    fn print(&self, form: &DateForm, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(b"Username         Port         From                       Latest\n")?;
        let form = format!("{} %T", form.format());
        for Login { name, sec, terminal, host } in &self.logins {
            column(out, &Escape::Tty.show(name), NAME)?;
            out.write_all(b" ")?;
            column(out, terminal, TERMINAL)?;
            out.write_all(b" ")?;
            column(out, host, HOST)?;
            match local(*sec).filter(|_| *sec > 0) {
                Some(time) => writeln!(out, " {}", time.format(&form))?,
                None if *sec > 0 => writeln!(out, " ?")?,
                None => writeln!(out, " **Never logged in**")?,
            }
        }
        Ok(())
    }
}

/// Runs the program with the process's arguments and streams.
pub fn main() -> ExitCode {
    run_with_streams(run)
}

/// Runs the program: the logins on `out`, what is wrong or odd on `notes`. Returns the exit code.
pub fn run(args: &[OsString], out: &mut impl Write, notes: &mut impl Write) -> u8 {
    let request =
        understand(&TABLE, args, out, notes, |matches| Ok((value(matches, "user").cloned(), is_set(matches, "stdin"))));
    let (asked, stdin) = match request {
        Ok(request) => request,
        Err(code) => return code,
    };
    let form = DateForm::of_environment();
    let mut users = users();
    if let Some(asked) = asked {
        users.retain(|(_, name)| name == asked.as_bytes());
        if users.is_empty() {
            drop(writeln!(out, "Unknown User: {}", asked.display()).and_then(|()| out.flush()));
            return 1;
        }
    }
    let origin = if stdin { Origin::Stdin } else { Origin::Logs };
    match tell(Logins::of(users), origin, &form, out, notes) {
        Ok(is_whole) => u8::from(!is_whole),
        Err(trouble) => exit_code(Err(trouble), notes),
    }
}

/// Reads all, and prints; tells whether all could be read.
fn tell(
    mut logins: Logins,
    origin: Origin<'_>,
    form: &DateForm,
    out: &mut impl Write,
    notes: &mut impl Write,
) -> Result<bool, Trouble> {
    let is_whole = read(origin, notes, |event, _| {
        for record in event.records().filter(|record| record.kind == USER_LOGIN) {
            logins.take(record, event.id);
        }
        Ok(())
    })?;
    logins.print(form, out)?;
    out.flush()?;
    Ok(is_whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_login_counts() {
        let mut logins = Logins::of(vec![(0, b"root".to_vec()), (0, b"toor".to_vec()), (7, b"a\x1b".to_vec())]);
        let mut take = |sec, rest: &str| {
            let line = format!("type=USER_LOGIN msg=audit({sec}.000:1): pid=1 {rest}");
            logins.take(Record { kind: USER_LOGIN, line: line.as_bytes() }, EventId { sec, ..EventId::default() });
        };
        take(5, "auid=0 ses=1 msg='hostname=h terminal=/dev/tty1 res=success'");
        take(86_400, "auid=0 ses=1 msg='op=login res=success'");
        take(90_000, "auid=0 ses=1 msg='hostname=x terminal=y res=failed'");
        take(90_000, "auid=4294967295 ses=1 msg='hostname=x terminal=y res=success'");
        let mut out = Vec::new();
        logins.print(&DateForm::default(), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let rows: Vec<&str> = text.lines().skip(1).collect();
        assert!(rows[0].starts_with("root             /dev/tty1    h                          01/0"), "{text}");
        assert_eq!(rows[1], format!("{:<56} **Never logged in**", "toor"));
        assert!(rows[2].starts_with("a\\033            "));
    }
}
