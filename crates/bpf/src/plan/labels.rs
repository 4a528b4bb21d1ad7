//! The fields of rules that are about labels, for the module that gives them here.

use super::{Obstacle, field_name};
use crate::classify::ARCHES;
use crate::known;
use crate::offer::{Module, Offer};
use crate::selinux::policy::{Names, Numbers};
use crate::selinux::rule::{self, CATEGORIES_MAX, Questions, Than};
use crate::selinux::{self, Selinux};
use raudit_rules::{Field, FieldId, List, Op, Rule, RuleSet, Value};

/// What rules ask of labels, in a rule set on this machine.
#[derive(Debug)]
pub struct Labels {
    module: Module,
    /// SELinux's policy can be read.
    readable: bool,
    numbers: Numbers,
    questions: Questions,
    /// What `policy_loads` said before the names were looked up, when rules ask about labels.
    loads: Option<u32>,
}

/// Calls with objects of System V, which are asked about as well as files (`audit_ipc_obj`).
const IPC: [&str; 12] = [
    "ipc",
    "msgctl",
    "msgget",
    "msgrcv",
    "msgsnd",
    "semctl",
    "semget",
    "semop",
    "semtimedop",
    "shmat",
    "shmctl",
    "shmget",
];

fn has_ipc(rule: &Rule) -> bool {
    let is_ipc = |at, nr| known::call(at, nr).is_some_and(|call| call.names.iter().any(|name| IPC.contains(name)));
    let mut here = (0..ARCHES.len()).filter(|&at| known::arch_holds(rule, at));
    here.any(|at| rule.syscalls.iter().any(|nr| is_ipc(at, nr)))
}

fn of_labels(rule: &Rule) -> impl Iterator<Item = &Field> {
    rule.fields.iter().filter(|f| rule::of_subject(f.id).is_some())
}

impl Labels {
    /// Finds the numbers of all names in the rules.
    pub fn new(rules: &RuleSet, offer: &Offer) -> Self {
        let (numbers, questions) = (Numbers::new(), Questions::default());
        let mut labels =
            Self { module: offer.module, readable: offer.selinux.is_some(), numbers, questions, loads: None };
        let names: Names = rules.iter().flat_map(of_labels).flat_map(rule::names).collect();
        if offer.module == Module::Selinux && !names.is_empty() {
            labels.loads = selinux::policy_loads();
            // before a policy is loaded no name has a number
            if let Some((numbers, sequence)) = Selinux::open().ok().and_then(|mut selinux| selinux.numbers(&names)) {
                (labels.numbers, labels.questions.sequence) = (numbers, sequence);
            }
        }
        labels
    }

    /// The rule with bits in place of its questions about labels, as `classify::condition` takes them; or what stands against it.
    pub fn resolve(&mut self, rule: &Rule) -> Result<Rule, Obstacle> {
        let mut rule = rule.clone();
        if !matches!(rule.list, List::Exit | List::Task) {
            return Ok(rule);
        }
        let watches = rule.fields.iter().any(|f| matches!(f.id, FieldId::WATCH | FieldId::INODE));
        let objects = rule.fields.iter().any(|f| rule::of_subject(f.id) == Some(false));
        let ipc = objects && self.module == Module::Selinux && has_ipc(&rule);
        for field in &mut rule.fields {
            let Some(subject) = rule::of_subject(field.id) else { continue };
            let refused = |why: &str| Err(Obstacle::Refused(format!("field {}: {why}", field_name(field.id))));
            if !subject && watches {
                return refused("of a rule that watches a file, it is about that file only");
            }
            if !subject && ipc {
                return refused("of a call with objects that are not files");
            }
            if rule.list == List::Task {
                return refused("not in the task list");
            }
            let bit = match self.module {
                Module::None => Some(0),
                Module::AppArmor if field.id != FieldId::SUBJ_ROLE => Some(0),
                Module::AppArmor | Module::Smack => return refused("only SELinux's labels are compared"),
                Module::Selinux if !self.readable => return refused("SELinux's policy cannot be read"),
                Module::Selinux if self.loads.is_none() => return refused("no selinuxfs in /sys/fs/selinux"),
                Module::Selinux => match rule::predicate(field, &self.numbers) {
                    None => Some(0),
                    Some(p) if too_high(&p.than) => return refused("the category is beyond those compared"),
                    Some(predicate) => self.questions.bit(predicate),
                },
            };
            let Some(bit) = bit else { return refused("too many different conditions on labels") };
            (field.op, field.value) = (Op::BitMask, Value::Number(bit));
        }
        Ok(rule)
    }

    /// Of which loading of a policy the numbers are, when there are any.
    pub fn loads(&self) -> Option<u32> {
        self.loads
    }

    /// For the policy.
    pub fn questions(self) -> Questions {
        self.questions
    }
}

fn too_high(than: &Than) -> bool {
    matches!(than, Than::Level(level) if level.categories.last().is_some_and(|&last| last >= CATEGORIES_MAX))
}
