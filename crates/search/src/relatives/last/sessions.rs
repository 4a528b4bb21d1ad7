//! The sessions that are open, in the order in which they began.

use std::collections::{BTreeMap, HashMap};

/// How a session stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum State {
    /// Nothing is known but that it began.
    Begun,
    /// A USER_LOGIN has said that somebody is there.
    LoggedIn,
    /// It ended in order.
    LoggedOut,
    /// The machine was started again.
    Crashed,
    /// Another session has its number.
    Gone,
}

/// A session, or a login that failed. Its texts are cut to what is shown.
#[derive(Clone, Debug)]
pub(super) struct Session {
    /// The kernel's number of it.
    pub(super) number: u32,
    /// The process that logged in.
    pub(super) pid: i32,
    /// The login uid.
    pub(super) auid: u32,
    /// The user; of a failed login only if the record names one.
    pub(super) name: Option<Box<[u8]>>,
    pub(super) terminal: Box<[u8]>,
    pub(super) host: Option<Box<[u8]>>,
    /// When it began, in seconds since the epoch,
    pub(super) start: u64,
    /// and when it ended; 0 if it has not.
    pub(super) end: u64,
    pub(super) state: State,
    /// Somebody has logged in; else it is one of cron's, su's or the like, and not shown.
    pub(super) is_login: bool,
    /// The serials of the events that say so: LOGIN, USER_LOGIN, and the end; 0 without one.
    pub(super) proof: [u64; 3],
}

/// All open sessions. None of two has the number of another.
#[derive(Debug, Default)]
pub(super) struct Sessions {
    /// By the count of sessions before it.
    open: BTreeMap<u64, Session>,
    places: HashMap<u32, u64>,
    count: u64,
}

impl Sessions {
    /// Adds one. Another of that number must have been [taken](Self::take) before.
    pub(super) fn push(&mut self, session: Session) {
        self.places.insert(session.number, self.count);
        self.open.insert(self.count, session);
        self.count += 1;
    }

    /// The session of this number, if it is this user's and this process's.
    pub(super) fn find(&mut self, number: u32, auid: u32, pid: i32) -> Option<&mut Session> {
        let session = self.open.get_mut(self.places.get(&number)?)?;
        (session.auid == auid && session.pid == pid).then_some(session)
    }

    /// Takes the session of this number out.
    pub(super) fn take(&mut self, number: u32) -> Option<Session> {
        self.open.remove(&self.places.remove(&number)?)
    }

    /// Takes out the session that is open for longest.
    pub(super) fn take_first(&mut self) -> Option<Session> {
        let (_, session) = self.open.pop_first()?;
        self.places.remove(&session.number);
        Some(session)
    }

    /// Takes all sessions out.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = Session> + use<> {
        self.places.clear();
        std::mem::take(&mut self.open).into_values()
    }
}
