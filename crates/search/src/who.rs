//! Conditions on users and groups.

use crate::event::Event;
use crate::items::{Items, Wanted};
use crate::marks::{Lead, Mark};
use memchr::memchr;
use raudit_index::filter::{Suffix, Term};
use raudit_record::Kind;
use raudit_record::line::ENRICHMENT;
use raudit_record::names::Names;

/// A user who is asked for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum User {
    /// By number.
    Number(u32),
    /// By name: what a log of another machine says of a number counts, otherwise this host's names.
    Name(Vec<u8>),
}

/// Which users and groups an event is to have.
#[derive(Clone, Debug, Default)]
pub struct Who {
    /// `-ui`
    pub uid: Option<User>,
    /// `-ue`
    pub euid: Option<User>,
    /// `-ul`
    pub auid: Option<User>,
    /// `-ua`: one of the three is enough.
    pub any_user: bool,
    /// `-gi`
    pub gid: Option<u32>,
    /// `-ge`
    pub egid: Option<u32>,
    /// `-ga`: one of the two is enough.
    pub any_group: bool,
}

impl Who {
    /// What has to be read of an event.
    pub fn wanted(&self) -> Wanted {
        let asked = [
            (self.uid.is_some(), Wanted::UID),
            (self.euid.is_some(), Wanted::EUID),
            (self.auid.is_some(), Wanted::AUID),
            (self.gid.is_some(), Wanted::GID),
            (self.egid.is_some(), Wanted::EGID),
        ];
        Wanted::those(asked)
    }

    /// What stands in every event that has them.
    pub(crate) fn leads(&self) -> Vec<Lead> {
        let user = |user: &User| match user {
            User::Number(number) => Lead::number("uid", Suffix::Uid, *number),
            User::Name(_) => None,
        };
        let users = [&self.uid, &self.euid, &self.auid].into_iter().flatten().map(user).collect();
        let egid = |egid| Lead::number("gid", Suffix::Gid, egid);
        let groups = [self.gid.map(lead_of_group), self.egid.map(egid)].into_iter().flatten().collect();
        [leads_of(users, self.any_user), leads_of(groups, self.any_group)].concat()
    }

    /// Whether an event has them.
    pub fn matches(&self, event: &Event, items: &Items<'_>, names: &mut Names) -> bool {
        let mut is = |asked: Option<&User>, field: &[u8], id: Option<u32>| match (asked, id) {
            (None, _) => None,
            (Some(_), None) => Some(false),
            (Some(User::Number(number)), Some(id)) => Some(*number == id),
            (Some(User::Name(name)), Some(id)) => Some(is_named(name, event, field, id, names)),
        };
        let users = [
            is(self.uid.as_ref(), b"UID", items.uid),
            is(self.euid.as_ref(), b"EUID", items.euid),
            is(self.auid.as_ref(), b"AUID", items.auid),
        ];
        let group = |asked: Option<u32>, id: Option<u32>| asked.map(|gid| id == Some(gid));
        let groups = [group(self.gid, items.gid), group(self.egid, items.egid)];
        holds(&users, self.any_user) && holds(&groups, self.any_group)
    }
}

/// All conditions, or one of them.
fn holds(conditions: &[Option<bool>], one: bool) -> bool {
    let mut given = conditions.iter().flatten().peekable();
    if one && given.peek().is_some() { given.any(|holds| *holds) } else { given.all(|holds| *holds) }
}

/// Of conditions that must all hold, or one of them; one of which nothing is known has none.
fn leads_of(leads: Vec<Option<Lead>>, one: bool) -> Vec<Lead> {
    let leads = leads.into_iter();
    match one {
        true => leads.collect::<Option<Vec<_>>>().and_then(Lead::one_of).into_iter().collect(),
        false => leads.flatten().collect(),
    }
}

/// A group is also the one that was made, removed or changed: there it stands in `id=`, which an index does not have.
fn lead_of_group(gid: u32) -> Option<Lead> {
    let of_task = Lead::number("gid", Suffix::Gid, gid)?;
    let kinds = [Kind::ADD_GROUP, Kind::DEL_GROUP, Kind::GRP_MGMT];
    let changed =
        Lead { mark: Mark::number(" id", gid)?, term: Term::Any(kinds.map(|kind| Term::Kind(kind.0)).to_vec()) };
    Lead::one_of(vec![of_task, changed])
}

/// What the log says of numbers, in the event's first record; of an event with several, if that is a system call.
fn translations(event: &Event) -> &[u8] {
    let mut records = event.records();
    let first = records.next().filter(|first| first.kind == Kind::SYSCALL || records.next().is_none());
    let line = first.map_or(&[][..], |first| first.line);
    memchr(ENRICHMENT, line).and_then(|at| line.get(at + 1..)).unwrap_or_default()
}

fn is_named(name: &[u8], event: &Event, field: &[u8], id: u32, names: &mut Names) -> bool {
    if let Some(translated) = translated(translations(event), field) {
        return translated == name;
    }
    match id {
        0 => name == b"root",
        u32::MAX => name == b"unset",
        id => names.user(id) == Some(name),
    }
}

/// The value of `FIELD="value"`.
fn translated<'a>(translations: &'a [u8], field: &[u8]) -> Option<&'a [u8]> {
    translations.split(|&b| b == b' ').find_map(|word| {
        let value = word.strip_prefix(field)?.strip_prefix(b"=")?;
        let value = value.strip_prefix(b"\"").unwrap_or(value);
        Some(value.strip_suffix(b"\"").unwrap_or(value))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(text: &str) -> Event {
        let mut event = Event::default();
        event.push(Kind(1112), text.as_bytes());
        event
    }

    fn found(who: &Who, text: &str) -> bool {
        let event = event(text);
        let items = Items::of(&event, who.wanted()).unwrap();
        who.matches(&event, &items, &mut Names::fixed([(1000, "ann")], []))
    }

    const BY_ANN: &str = "type=USER_LOGIN pid=1 uid=0 auid=1000 ses=1 msg='op=login res=success'";

    #[test]
    fn all_that_are_asked_for_or_one() {
        let named = |name: &str| Some(User::Name(name.into()));
        assert!(found(&Who { auid: named("ann"), uid: Some(User::Number(0)), ..Who::default() }, BY_ANN));
        assert!(!found(&Who { auid: named("ann"), uid: Some(User::Number(1)), ..Who::default() }, BY_ANN));
        let any = |user: User| {
            let user = Some(user);
            Who { auid: user.clone(), uid: user.clone(), euid: user, any_user: true, ..Who::default() }
        };
        assert!(found(&any(User::Number(1000)), BY_ANN) && found(&any(User::Name("root".into())), BY_ANN));
        assert!(!found(&any(User::Number(7)), BY_ANN));
        assert!(!found(&Who { gid: Some(0), ..Who::default() }, BY_ANN));
    }

    #[test]
    fn leads_are_in_all_events_that_are_asked_for() {
        let made =
            "type=ADD_GROUP pid=1 uid=0 auid=0 ses=1 msg='op=add-group id=2100 exe=\"/usr/sbin/groupadd\" res=success'";
        let mut event = Event::default();
        event.push(Kind::ADD_GROUP, made.as_bytes());
        let one = Who { gid: Some(2100), ..Who::default() };
        for who in [one.clone(), Who { egid: Some(2100), any_group: true, ..one }] {
            let items = Items::of(&event, who.wanted()).unwrap();
            assert!(who.matches(&event, &items, &mut Names::fixed([], [])));
            assert!(who.leads().iter().all(|lead| lead.mark.may_be_in(made.as_bytes())));
            let terms: Vec<_> = who.leads().into_iter().map(|lead| format!("{:?}", lead.term)).collect();
            assert!(terms.iter().all(|term| term.contains("Kind(1116)")), "{terms:?}");
        }
    }

    #[test]
    fn names_of_the_log_come_before_those_of_this_host() {
        let who = |name: &str| Who { auid: Some(User::Name(name.into())), ..Who::default() };
        let elsewhere = format!("{BY_ANN}\u{1d}UID=\"root\" AUID=\"eve\"");
        assert!(found(&who("eve"), &elsewhere) && !found(&who("ann"), &elsewhere));
        assert!(found(&who("unset"), "pid=1 uid=0 auid=4294967295 ses=1 "));
    }
}
