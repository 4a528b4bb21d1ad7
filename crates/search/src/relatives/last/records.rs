//! What each record does to the sessions.

use super::Request;
use super::sessions::{Session, Sessions, State};
use super::show::{HOST, NAME, Show, TERMINAL};
use crate::event::Record;
use crate::normalize::{Lookup, Meanings};
use crate::relatives::cut::cut;
use memchr::memmem;
use raudit_record::{EventId, Kind};
use std::io::{self, Write};

const USER_END: Kind = Kind(1106);
const USER_LOGIN: Kind = Kind(1112);
const SYSTEM_BOOT: Kind = Kind(1127);
const SYSTEM_SHUTDOWN: Kind = Kind(1128);
const DAEMON_START: Kind = Kind(1200);

/// Whether records of this type say anything of sessions.
pub(super) fn is_read(kind: Kind) -> bool {
    matches!(kind, Kind::LOGIN | USER_LOGIN | USER_END | SYSTEM_BOOT | SYSTEM_SHUTDOWN | DAEMON_START)
}

/// What was read so far.
#[derive(Debug)]
pub(super) struct Log<'r> {
    request: &'r Request,
    sessions: Sessions,
    show: Show<'r>,
    meanings: Meanings,
    /// The kernel's version, as the last daemon to start told it.
    kernel: Option<Box<[u8]>>,
}

impl<'r> Log<'r> {
    pub(super) fn new(request: &'r Request) -> Self {
        Self {
            request,
            sessions: Sessions::default(),
            show: Show::new(request),
            meanings: Meanings::new(),
            kernel: None,
        }
    }

    /// Takes a record, and prints the sessions that it ends.
    pub(super) fn take(
        &mut self,
        record: Record<'_>,
        id: EventId,
        out: &mut dyn Write,
        notes: &mut dyn Write,
    ) -> io::Result<()> {
        let mut at = Lookup::of(record);
        match record.kind {
            Kind::LOGIN => self.begin(&mut at, id, out, notes),
            USER_LOGIN => self.log_in(&mut at, id, out, notes),
            USER_END => self.end(&mut at, id, out, notes),
            SYSTEM_BOOT => self.boot(id, out),
            SYSTEM_SHUTDOWN => self.shut_down(id, out),
            DAEMON_START => {
                self.kernel = at.find(b"kernel").map(|version| cut(version, HOST)).or_else(|| self.kernel.take());
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Prints the sessions that are still open.
    pub(super) fn finish(mut self, out: &mut dyn Write) -> io::Result<()> {
        self.sessions.drain().try_for_each(|mut session| self.show.session(&mut session, out))
    }

    fn debug(&self, what: &str, id: EventId, notes: &mut dyn Write) -> io::Result<()> {
        if self.request.debug { writeln!(notes, "{what} for event: {}", id.serial) } else { Ok(()) }
    }

    /// LOGIN: a process has a session from now on.
    fn begin(
        &mut self,
        at: &mut Lookup<'_>,
        id: EventId,
        out: &mut dyn Write,
        notes: &mut dyn Write,
    ) -> io::Result<()> {
        let pid = at.find_number(b"pid");
        let auid = new_of(at, b"old-auid", b"auid");
        let name = auid.map(|_| self.meanings.of(at));
        let (Some(pid), Some(auid), Some(number)) = (pid, auid, new_of(at, b"old-ses", b"ses")) else {
            return self.debug("Bad login", id, notes);
        };
        let number = number.cast_unsigned();
        if let Some(mut before) = self.sessions.take(number) {
            (before.state, before.end) = (State::Gone, id.sec);
            self.show.session(&mut before, out)?;
        }
        if let Some(user) = self.request.user.as_ref().filter(|&user| name.as_ref() != Some(user)) {
            let what = format!("login reporting limited to {}", String::from_utf8_lossy(user));
            return self.debug(&what, id, notes);
        }
        self.sessions.push(Session {
            number,
            pid,
            auid: auid.cast_unsigned(),
            name: name.map(|name| cut(&name, NAME)),
            terminal: Box::default(),
            host: None,
            start: id.sec,
            end: 0,
            state: State::Begun,
            is_login: false,
            proof: [id.serial, 0, 0],
        });
        Ok(())
    }

    /// USER_LOGIN: somebody has logged in, or could not.
    fn log_in(
        &mut self,
        at: &mut Lookup<'_>,
        id: EventId,
        out: &mut dyn Write,
        notes: &mut dyn Write,
    ) -> io::Result<()> {
        let pid = at.find_number(b"pid");
        let number = at.find_number(b"ses").map(i32::cast_unsigned);
        // The program's view of who it is comes behind the kernel's; most call it id.
        let uid = match at.find(b"uid") {
            Some(_) => at.find_number(b"uid"),
            None => {
                at.restart();
                let uid = at.find_number(b"id");
                at.restart();
                uid
            }
        };
        let host = match at.find(b"hostname") {
            Some(b"?") => at.find(b"addr"),
            host => host,
        };
        let terminal = at.find(b"terminal").unwrap_or(b"?");
        let succeeded = at.find(b"res").map(|_| self.meanings.of(at) == b"success");
        if succeeded == Some(false) {
            at.restart();
            let name = at.find(b"acct").map(|_| self.meanings.of(at));
            return self.fail(name, uid, terminal, host, id, out);
        }
        let (Some(pid), Some(uid), Some(number)) = (pid, uid, number) else {
            return self.debug("Bad user login", id, notes);
        };
        let session = self.sessions.find(number, uid.cast_unsigned(), pid).filter(|_| succeeded == Some(true));
        let Some(session) = session else {
            return if self.request.debug { writeln!(out, "Session not found or updated") } else { Ok(()) };
        };
        if let Some(tty) = self.request.tty.as_ref().filter(|tty| memmem::find(terminal, tty).is_none()) {
            let what = format!("User login limited to {}", String::from_utf8_lossy(tty));
            self.sessions.take(number);
            return self.debug(&what, id, notes);
        }
        session.state = State::LoggedIn;
        session.is_login = true;
        session.terminal = shown_terminal(terminal);
        if let Some(host) = host {
            session.host = Some(cut(host, HOST));
        }
        session.proof[1] = id.serial;
        Ok(())
    }

    /// A login that failed is at once over.
    fn fail(
        &mut self,
        name: Option<Vec<u8>>,
        uid: Option<i32>,
        terminal: &[u8],
        host: Option<&[u8]>,
        id: EventId,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        if !self.request.bad {
            return if self.request.debug { writeln!(out, "Session not found or updated") } else { Ok(()) };
        }
        self.show.failure(
            &mut Session {
                number: 0,
                pid: 0,
                auid: uid.unwrap_or(-1).cast_unsigned(),
                name: name.map(|name| cut(&name, NAME)),
                terminal: shown_terminal(terminal),
                host: host.map(|host| cut(host, HOST)),
                start: id.sec,
                end: id.sec,
                state: State::LoggedOut,
                is_login: false,
                proof: [0, id.serial, 0],
            },
            out,
        )
    }

    /// USER_END: a session is over.
    fn end(&mut self, at: &mut Lookup<'_>, id: EventId, out: &mut dyn Write, notes: &mut dyn Write) -> io::Result<()> {
        let pid = at.find_number(b"pid");
        let auid = at.find_number(b"auid");
        let (Some(pid), Some(auid), Some(number)) = (pid, auid, at.find_number(b"ses")) else {
            return self.debug("Bad user logout", id, notes);
        };
        let number = number.cast_unsigned();
        if self.sessions.find(number, auid.cast_unsigned(), pid).is_some()
            && let Some(session) = self.sessions.take(number)
        {
            self.log_out(session, id, out)?;
        }
        Ok(())
    }

    /// SYSTEM_BOOT: whoever is still there did not see the machine go down.
    fn boot(&mut self, id: EventId, out: &mut dyn Write) -> io::Result<()> {
        for mut session in self.sessions.drain() {
            (session.state, session.end, session.proof[2]) = (State::Crashed, id.sec, id.serial);
            self.show.session(&mut session, out)?;
        }
        self.sessions.push(Session {
            number: 0,
            pid: 0,
            auid: 0,
            name: Some(cut(b"reboot", NAME)),
            terminal: cut(b"system boot", TERMINAL),
            host: self.kernel.clone(),
            start: id.sec,
            end: 0,
            state: State::Begun,
            is_login: true,
            proof: [id.serial, 0, 0],
        });
        Ok(())
    }

    /// SYSTEM_SHUTDOWN: the machine's own session, which is the first, is over.
    fn shut_down(&mut self, id: EventId, out: &mut dyn Write) -> io::Result<()> {
        match self.sessions.take_first() {
            Some(session) => self.log_out(session, id, out),
            None => Ok(()),
        }
    }

    fn log_out(&mut self, mut session: Session, id: EventId, out: &mut dyn Write) -> io::Result<()> {
        (session.state, session.end, session.proof[2]) = (State::LoggedOut, id.sec, id.serial);
        self.show.session(&mut session, out)
    }
}

/// The second field of a name; kernels since 3.13 call the first one, what was before, `old-`.
fn new_of(at: &mut Lookup<'_>, old: &[u8], name: &[u8]) -> Option<i32> {
    if at.find(old).is_none() {
        at.restart();
        at.find(name);
        at.skip();
    }
    at.find_number(name)
}

fn shown_terminal(name: &[u8]) -> Box<[u8]> {
    cut(name.strip_prefix(b"/dev/").unwrap_or(name), TERMINAL)
}
