//! `user`, `group`, `related.user`: the ids of the process, and who the description says it is about.

use super::coalesce::Coalesced;
use super::normal::{From, To};
use crate::print::facts::{Facts, Text};
use crate::print::writer::Writer;
use raudit_record::names::{Names, parse_id};
use std::borrow::Cow;

/// An account: its number and its name, as far as they are known.
#[derive(Clone, Debug, Default, PartialEq)]
struct Account<'e> {
    id: Option<Text<'e>>,
    name: Option<Text<'e>>,
}

impl<'e> Account<'e> {
    /// By a number or a name; none if it says that it was never set.
    fn of(text: &Text<'e>, look_up: impl FnOnce(&[u8]) -> Option<Text<'e>>) -> Self {
        match &**text {
            b"" | b"unset" | b"-1" | b"4294967295" => Self::default(),
            number if parse_id(number).is_some() => Self { id: Some(text.clone()), name: look_up(number) },
            b"root" => Self { id: Some(Cow::Borrowed(b"0")), name: Some(text.clone()) },
            _ => Self { id: None, name: Some(text.clone()) },
        }
    }

    fn write(&self, out: &mut Writer) {
        for (name, text) in [("id", &self.id), ("name", &self.name)] {
            if let Some(text) = text {
                out.text_member(name, text);
            }
        }
    }

    /// Whether both are known to be the same.
    fn is(&self, other: &Self) -> bool {
        (self.id.is_some() && self.id == other.id) || (self.name.is_some() && self.name == other.name)
    }
}

/// Ids that have a place of their own: the object's name, the field of the user, that of the group.
const PLACES: [(&str, &str, &str); 5] = [
    ("", "uid", "gid"),
    ("effective", "euid", "egid"),
    ("saved", "suid", "sgid"),
    ("filesystem", "fsuid", "fsgid"),
    ("audit", "auid", ""),
];

/// All accounts of an event.
#[derive(Debug)]
pub(super) struct Accounts<'e> {
    /// In the order of [`PLACES`]: the user and the group.
    ids: [[Account<'e>; 2]; PLACES.len()],
    target: Account<'e>,
    group: Account<'e>,
    /// The names of those the description is about.
    related: Vec<Text<'e>>,
}

impl<'e> Accounts<'e> {
    /// Finds them.
    pub(super) fn of(event: &Coalesced<'e>, facts: &Facts<'e>, names: &mut Names) -> Self {
        let ids = PLACES.map(|(_, user, group)| {
            let user = event.ids.get(user.as_bytes()).map(|id| Account::of(id, |id| facts.user(names, id)));
            let group = event.ids.get(group.as_bytes()).map(|id| Account::of(id, |id| facts.group(names, id)));
            [user.unwrap_or_default(), group.unwrap_or_default()]
        });
        let mut accounts = Self { ids, target: Account::default(), group: Account::default(), related: Vec::new() };
        for &(from, to) in event.normal.map_or(&[][..], |normal| normal.users) {
            accounts.set(from, to, event, facts, names);
        }
        accounts.related.sort();
        accounts.related.dedup();
        let [[user, _], [effective, group], ..] = &mut accounts.ids;
        if effective.is(user) {
            (*effective, *group) = (Account::default(), Account::default());
        }
        accounts
    }

    /// Says of an account whose it is.
    fn set(&mut self, from: From, to: To, event: &Coalesced<'e>, facts: &Facts<'e>, names: &mut Names) {
        let [actor, second] = &event.actor;
        let text = match from {
            From::Actor => actor,
            From::ActorSecond => second,
            From::Object => &event.object[0],
            From::Uid => &event.ids.get(&b"uid"[..]).cloned(),
        };
        let Some(text) = text else { return };
        let account =
            Account::of(text, |id| if to == To::Group { facts.group(names, id) } else { facts.user(names, id) });
        if to != To::Group {
            self.related.extend(account.name.clone());
        }
        let [[user, _], [effective, _], ..] = &mut self.ids;
        match to {
            To::User => *user = account,
            To::Effective => *effective = account,
            To::Target => self.target = account,
            To::Group => self.group = account,
        }
    }

    /// Writes `user`, `group` and `related`.
    pub(super) fn write(&self, event: &Coalesced<'e>, out: &mut Writer) {
        out.object_if_any("user", |out| {
            for ((name, ..), [user, group]) in PLACES.iter().zip(&self.ids) {
                let both = |out: &mut Writer| {
                    user.write(out);
                    out.object_if_any("group", |out| group.write(out));
                };
                if name.is_empty() { both(out) } else { out.object_if_any(name, both) }
            }
            out.object_if_any("target", |out| self.target.write(out));
            out.object_if_any("selinux", |out| {
                for (part, text) in &event.label {
                    out.any_name(part);
                    out.lossy(text);
                }
            });
        });
        out.object_if_any("group", |out| self.group.write(out));
        if !self.related.is_empty() {
            out.object("related", |out| {
                out.array("user", |out| self.related.iter().for_each(|name| out.lossy(name)));
            });
        }
    }
}
