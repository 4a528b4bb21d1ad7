//! User and group names, remembered.

use crate::text::push_signed;
use nix::unistd::{Gid, Group, Uid, User};
use rustc_hash::FxHashMap;

/// Above this many names of a kind the cache starts anew: a log of a large directory must not grow us without bound.
const MOST: usize = 10_000;

/// What `-1` means for a login uid, a uid or a session: never set.
pub const UNSET: u32 = u32::MAX;

/// Names of users and groups from the host's name service, each asked for once.
///
/// That an id has no name is remembered too: with a directory service every such question is a network round trip.
#[derive(Clone, Debug, Default)]
pub struct Names {
    users: FxHashMap<u32, Option<Box<[u8]>>>,
    groups: FxHashMap<u32, Option<Box<[u8]>>>,
    fixed: bool,
}

impl Names {
    /// The names of this host.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only the names given, for tests and for reading the log of another machine.
    pub fn fixed<'a>(
        users: impl IntoIterator<Item = (u32, &'a str)>,
        groups: impl IntoIterator<Item = (u32, &'a str)>,
    ) -> Self {
        let own = |(id, name): (u32, &str)| (id, Some(name.as_bytes().into()));
        Self { users: users.into_iter().map(own).collect(), groups: groups.into_iter().map(own).collect(), fixed: true }
    }

    /// Forgets everything, after accounts have changed.
    pub fn flush(&mut self) {
        if !self.fixed {
            self.users.clear();
            self.groups.clear();
        }
    }

    /// The name of a user.
    pub fn user(&mut self, uid: u32) -> Option<&[u8]> {
        let look_up = || User::from_uid(Uid::from_raw(uid)).ok().flatten().map(|user| user.name);
        remember(&mut self.users, uid, self.fixed, look_up)
    }

    /// The name of a group.
    pub fn group(&mut self, gid: u32) -> Option<&[u8]> {
        let look_up = || Group::from_gid(Gid::from_raw(gid)).ok().flatten().map(|group| group.name);
        remember(&mut self.groups, gid, self.fixed, look_up)
    }

    /// Appends a user as auditd prints it: the name, `unset`, or `unknown(N)`.
    pub fn push_user(&mut self, uid: u32, out: &mut Vec<u8>) {
        push(out, uid, if uid == UNSET { None } else { self.user(uid) });
    }

    /// Appends a group as auditd prints it: the name, `unset`, or `unknown(N)`.
    pub fn push_group(&mut self, gid: u32, out: &mut Vec<u8>) {
        push(out, gid, if gid == UNSET { None } else { self.group(gid) });
    }
}

fn remember(
    known: &mut FxHashMap<u32, Option<Box<[u8]>>>,
    id: u32,
    fixed: bool,
    look_up: impl FnOnce() -> Option<String>,
) -> Option<&[u8]> {
    if fixed {
        return known.get(&id)?.as_deref();
    }
    if known.len() >= MOST && !known.contains_key(&id) {
        known.clear();
    }
    known.entry(id).or_insert_with(|| look_up().map(|name| name.into_bytes().into())).as_deref()
}

fn push(out: &mut Vec<u8>, id: u32, name: Option<&[u8]>) {
    match name {
        Some(name) => out.extend_from_slice(name),
        None if id == UNSET => out.extend_from_slice(b"unset"),
        None => {
            out.extend_from_slice(b"unknown(");
            // Signed, as auditd has it: 4294967294 is unknown(-2).
            push_signed(out, i64::from(id.cast_signed()));
            out.push(b')');
        }
    }
}

/// The id that a uid or gid field holds: decimal, `-1` and `-2` in two's complement; `None` for anything else.
pub fn parse_id(value: &[u8]) -> Option<u32> {
    /// No number of so few digits is too large.
    const SURE: usize = 9;
    if value.len() <= SURE && !value.is_empty() && value.iter().all(u8::is_ascii_digit) {
        return Some(value.iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0')));
    }
    let number: i64 = str::from_utf8(value).ok()?.parse().ok()?;
    u32::try_from(number).ok().or_else(|| i32::try_from(number).ok().map(i32::cast_unsigned))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(names: &mut Names, uid: u32) -> String {
        let mut out = Vec::new();
        names.push_user(uid, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn prints_names_unset_and_unknown() {
        let mut names = Names::fixed([(0, "root")], [(5, "tty")]);
        assert_eq!(user(&mut names, 0), "root");
        assert_eq!(user(&mut names, UNSET), "unset");
        assert_eq!(user(&mut names, 99), "unknown(99)");
        assert_eq!(user(&mut names, UNSET - 1), "unknown(-2)");
        let mut out = Vec::new();
        names.push_group(5, &mut out);
        assert_eq!(out, b"tty");
    }

    #[test]
    fn asks_the_host_and_remembers_also_what_it_does_not_know() {
        let mut names = Names::new();
        assert_eq!(names.user(0), Some(&b"root"[..]));
        assert_eq!(names.user(3_999_999_999), None);
        assert_eq!(names.users.get(&3_999_999_999), Some(&None));
        names.flush();
        assert!(names.users.is_empty());
    }

    #[test]
    fn ids() {
        assert_eq!(parse_id(b"1000"), Some(1000));
        assert_eq!(parse_id(b"-1"), Some(UNSET));
        assert_eq!(parse_id(b"4294967295"), Some(UNSET));
        for no_id in ["", "?", "abc", "4294967296", "-99999999999", "1,"] {
            assert_eq!(parse_id(no_id.as_bytes()), None, "{no_id}");
        }
    }
}
