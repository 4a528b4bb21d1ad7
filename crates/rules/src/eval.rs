//! What a rule means: given the facts of an event, does it match?
//!
//! This is the kernel's meaning (`audit_filter_rules`, auditsc.c; `audit_filter`, auditfilter.c), written to be read. It
//! filters in user space where that is needed, explains rules, and judges every other implementation of the same thing.
//! Where it has no fact for a field it says [`Match::Unknown`], never a guess.

use crate::{Action, Field, FieldId, List, Op, Rule, RuleSet, Value};

/// "Not set": an audit user or session id nobody has logged in with.
pub const UNSET: u32 = u32::MAX;

/// The kernel's `AUDITSC_SUCCESS` and `AUDITSC_FAILURE`: what `success=` is compared with.
const SUCCESS: u32 = 1;
const FAILURE: u32 = 2;

/// What is known of one event, as numbers; ids are those of the initial user namespace.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[allow(missing_docs, reason = "the ids are the fields' own names")]
pub struct Facts<'a> {
    /// `AUDIT_ARCH_*` of the call.
    pub arch: u32,
    /// Number of the system call, or of the io_uring operation for the io_uring list.
    pub syscall: u32,
    /// Thread group id.
    pub pid: u32,
    /// Thread group id of the parent.
    pub ppid: u32,
    pub uid: u32,
    pub euid: u32,
    pub suid: u32,
    pub fsuid: u32,
    pub gid: u32,
    pub egid: u32,
    pub sgid: u32,
    pub fsgid: u32,
    /// Supplementary groups, which `gid=` and `egid=` look at too; `None` = not known.
    pub groups: Option<&'a [u32]>,
    /// Audit (login) user id, [`UNSET`] if none.
    pub auid: u32,
    /// Session id, [`UNSET`] if none.
    pub sessionid: u32,
    /// `personality(2)` bits.
    pub pers: u32,
    /// The first four arguments; rules see their low 32 bits.
    pub args: [u64; 4],
    /// Value returned; rules see its low 32 bits. Without meaning while `success` is `None`.
    pub exit: i64,
    /// Whether the call succeeded; `None` when it never returned (`exit`) or has not yet.
    pub success: Option<bool>,
    /// Record type, for the user and exclude lists; `None` = not known.
    pub msgtype: Option<u32>,
    /// Family of the socket address the call carried; `Some(None)` = it carried none, `None` = not known.
    pub saddr_fam: Option<Option<u32>>,
    /// `s_magic` of the file system, for the filesystem list; `None` = not known.
    pub fstype: Option<u32>,
}

/// Whether a rule, or one of its fields, holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Match {
    /// It holds.
    Yes,
    /// It does not.
    No,
    /// A fact needed is not among the [`Facts`] (a path, an inode, a label, the executable ...).
    Unknown,
}

impl From<bool> for Match {
    fn from(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}

/// What a list decides about an event.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verdict<'a> {
    /// No rule matches: not audited by an exit, io_uring or task rule; let through by a user, exclude or filesystem rule.
    NoRule,
    /// This is the first rule that matches; its position in the list, from 0, and its action decides.
    Rule(usize, &'a Rule),
    /// Whether this rule matches is not known, and none before it does.
    Unknown(usize, &'a Rule),
}

impl<'a> Verdict<'a> {
    /// The action of the rule that decides; `None` if there is no such rule or it is not known.
    pub fn action(&self) -> Option<Action> {
        match self {
            Self::Rule(_, rule) => Some(rule.action),
            Self::NoRule | Self::Unknown(..) => None,
        }
    }

    /// Position and rule, when one decides.
    pub fn rule(&self) -> Option<(usize, &'a Rule)> {
        match *self {
            Self::Rule(at, rule) => Some((at, rule)),
            Self::NoRule | Self::Unknown(..) => None,
        }
    }
}

impl Rule {
    /// Whether the rule matches, as its list evaluates rules.
    pub fn matches(&self, facts: &Facts) -> Match {
        match self.list {
            List::Exit | List::IoUring if !self.syscalls.contains(facts.syscall) => Match::No,
            List::Exit | List::IoUring | List::Task => all(self.fields.iter().map(|f| call_field(f, self.list, facts))),
            List::User | List::Exclude => match record_rule(self, facts) {
                RecordRule::Is(holds) => holds,
                RecordRule::Stops => Match::No,
            },
            List::Filesystem => filesystem_rule(self, facts),
        }
    }
}

impl Field {
    /// Whether the field holds in a rule of this list: the exit list, io_uring or the task list.
    pub fn matches(&self, list: List, facts: &Facts) -> Match {
        call_field(self, list, facts)
    }
}

impl RuleSet {
    /// What `list` decides about an event: its first rule that matches.
    pub fn verdict(&self, list: List, facts: &Facts) -> Verdict<'_> {
        for (at, rule) in self.list(list).iter().enumerate() {
            if matches!(list, List::User | List::Exclude) && matches!(record_rule(rule, facts), RecordRule::Stops) {
                return Verdict::NoRule;
            }
            match rule.matches(facts) {
                Match::No => {}
                Match::Yes => return Verdict::Rule(at, rule),
                Match::Unknown => return Verdict::Unknown(at, rule),
            }
        }
        Verdict::NoRule
    }
}

/// One field that does not hold settles the rule, whatever is unknown about the others.
fn all(fields: impl Iterator<Item = Match>) -> Match {
    let mut sum = Match::Yes;
    for field in fields {
        match field {
            Match::No => return Match::No,
            Match::Unknown => sum = Match::Unknown,
            Match::Yes => {}
        }
    }
    sum
}

/// A field of an exit, io_uring or task rule.
fn call_field(field: &Field, list: List, facts: &Facts) -> Match {
    let Value::Number(value) = field.value else {
        // The key is a label, not a condition. Paths, labels and the executable are no facts here.
        return if field.id == FieldId::FILTERKEY { Match::Yes } else { Match::Unknown };
    };
    let is = |fact: u32| Match::from(field.op.holds(fact, value));
    // A task rule is asked while the task is made: there is no call yet whose properties could hold.
    let of_call = |fact: u32| if list == List::Task { Match::No } else { is(fact) };
    match field.id {
        FieldId::PID => is(facts.pid),
        FieldId::UID => is(facts.uid),
        FieldId::EUID => is(facts.euid),
        FieldId::SUID => is(facts.suid),
        FieldId::FSUID => is(facts.fsuid),
        FieldId::GID => group(field.op, facts.gid, value, facts),
        FieldId::EGID => group(field.op, facts.egid, value, facts),
        FieldId::SGID => is(facts.sgid),
        FieldId::FSGID => is(facts.fsgid),
        FieldId::LOGINUID => login(field.op, facts.auid, value),
        FieldId::LOGINUID_SET => is(u32::from(facts.auid != UNSET)),
        FieldId::SESSIONID => is(facts.sessionid),
        FieldId::PERS => is(facts.pers),
        FieldId::PPID => of_call(facts.ppid),
        FieldId::ARCH => of_call(facts.arch),
        FieldId::EXIT if facts.success.is_none() => Match::No,
        FieldId::EXIT => of_call(facts.exit as u32),
        FieldId::SUCCESS => success(field.op, value, list, facts),
        FieldId::ARG0 | FieldId::ARG1 | FieldId::ARG2 | FieldId::ARG3 => {
            let argument = facts.args.get((field.id.0 - FieldId::ARG0.0) as usize);
            argument.map_or(Match::Unknown, |&argument| of_call(argument as u32))
        }
        FieldId::SADDR_FAM => match facts.saddr_fam {
            None => Match::Unknown,
            Some(None) => Match::No,
            Some(Some(family)) => of_call(family),
        },
        FieldId::FIELD_COMPARE => compare(field.op, value, facts),
        _ => Match::Unknown,
    }
}

/// `auid` against `value`. The kernel turns `auid=unset` and `auid!=unset` into a question about `LOGINUID_SET`, and
/// compares all else as unsigned numbers: an unset auid is the highest of all, so `auid>=1000` holds for it.
fn login(op: Op, auid: u32, value: u32) -> Match {
    if value == UNSET {
        return op.holds(u32::from(auid != UNSET), 0).into();
    }
    op.holds(auid, value).into()
}

/// `gid` and `egid` also hold (or, for `!=`, do not) by a supplementary group.
fn group(op: Op, id: u32, value: u32, facts: &Facts) -> Match {
    let direct = op.holds(id, value);
    let settled = match op {
        Op::Eq => direct,
        Op::Ne => !direct,
        _ => true,
    };
    if settled {
        return direct.into();
    }
    match facts.groups {
        None => Match::Unknown,
        Some(groups) => (groups.contains(&value) == (op == Op::Eq)).into(),
    }
}

/// `success=0` asks for failure, any other value for success. A call that never returned neither succeeded nor failed.
fn success(op: Op, value: u32, list: List, facts: &Facts) -> Match {
    match facts.success {
        Some(succeeded) if list != List::Task => {
            op.holds(if succeeded { SUCCESS } else { FAILURE }, if value == 0 { FAILURE } else { SUCCESS }).into()
        }
        _ => Match::No,
    }
}

/// `-C`: two ids of the same task. Those with an object's owner are not known here.
fn compare(op: Op, pair: u32, facts: &Facts) -> Match {
    let f = facts;
    let (left, right) = match pair {
        10 => (f.uid, f.auid),
        11 => (f.uid, f.euid),
        12 => (f.uid, f.fsuid),
        13 => (f.uid, f.suid),
        14 => (f.auid, f.fsuid),
        15 => (f.auid, f.suid),
        16 => (f.auid, f.euid),
        17 => (f.euid, f.suid),
        18 => (f.euid, f.fsuid),
        19 => (f.suid, f.fsuid),
        20 => (f.gid, f.egid),
        21 => (f.gid, f.fsgid),
        22 => (f.gid, f.sgid),
        23 => (f.egid, f.fsgid),
        24 => (f.egid, f.sgid),
        25 => (f.sgid, f.fsgid),
        _ => return Match::Unknown,
    };
    op.holds(left, right).into()
}

/// What a rule of the user or exclude list says.
enum RecordRule {
    Is(Match),
    /// A field these lists do not evaluate: the kernel gives up on the whole list (`audit_filter`, auditfilter.c).
    Stops,
}

/// A rule of the user or exclude list. Fields are looked at in order; a rule without any never matches.
fn record_rule(rule: &Rule, facts: &Facts) -> RecordRule {
    let mut sum = Match::No;
    for (at, field) in rule.fields.iter().enumerate() {
        let holds = match (&field.value, field.id) {
            (Value::Number(value), FieldId::GID) => field.op.holds(facts.gid, *value).into(),
            (Value::Number(value), FieldId::MSGTYPE) => {
                facts.msgtype.map_or(Match::Unknown, |kind| field.op.holds(kind, *value).into())
            }
            (_, FieldId::PID | FieldId::UID | FieldId::LOGINUID | FieldId::LOGINUID_SET) => {
                call_field(field, rule.list, facts)
            }
            (_, FieldId::EXE | FieldId(13..=17)) => Match::Unknown,
            _ => return RecordRule::Stops,
        };
        match holds {
            Match::No => return RecordRule::Is(Match::No),
            Match::Unknown => sum = Match::Unknown,
            Match::Yes if at == 0 => sum = Match::Yes,
            Match::Yes => {}
        }
    }
    RecordRule::Is(sum)
}

/// A rule of the filesystem list: any of its `fstype` fields may hold, and only `never` does anything.
fn filesystem_rule(rule: &Rule, facts: &Facts) -> Match {
    if rule.action != Action::Never {
        return Match::No;
    }
    let types = rule.fields.iter().filter(|f| f.id == FieldId::FSTYPE);
    let mut sum = Match::No;
    for field in types {
        match (&field.value, facts.fstype) {
            (Value::Number(value), Some(magic)) if field.op.holds(magic, *value) => return Match::Yes,
            (_, None) => sum = Match::Unknown,
            _ => {}
        }
    }
    sum
}

#[cfg(test)]
#[path = "eval_tests.rs"]
mod tests;
