//! Which of the kernel's rules are compared.

use raudit_bpf::offer::{Offer, Tier};
use raudit_bpf::place::{self, Places};
use raudit_bpf::plan::{Obstacle, Plan};
use raudit_rules::{Action, List, Rule, RuleSet};
use std::collections::{BTreeMap, HashSet};

/// Why rules that name files are left out.
const NAMES: &str =
    "names files (-w, path=, dir=, exe=), which BPF follows by rules of its own in the kernel; --shadow makes none";

/// The kernel's rules, sorted.
#[derive(Debug)]
pub struct Chosen {
    /// Those that are compared.
    pub rules: RuleSet,
    /// What BPF does for them.
    pub plan: Plan,
    /// The tier that serves them.
    pub tier: Tier,
    /// The tier that would capture if rauditd had all of the kernel's rules and `backend = auto`; `None`: the kernel's audit would.
    pub auto: Option<Tier>,
    /// Why others are not, with how many.
    pub left_out: BTreeMap<String, usize>,
    /// What the tier does not serve to the letter, with how many rules.
    pub inexact: BTreeMap<String, usize>,
    /// Whether one that is left out makes exceptions: then BPF may see more.
    pub lacks_exception: bool,
    left_keys: HashSet<Option<Vec<u8>>>,
}

impl Chosen {
    /// Chooses among the kernel's rules.
    ///
    /// # Errors
    /// There is nothing to compare, and why.
    pub fn new(kernel: &[Rule], offer: &Offer) -> Result<Self, String> {
        let all = Plan::new(&RuleSet::listed(kernel.iter().cloned()), offer, &mut Places::default());
        let mut left_out = Vec::new();
        let mut rules: Vec<Rule> = kernel.to_vec();
        let mut leave = |rules: &mut Vec<Rule>, at: usize, why: String| left_out.push((rules.remove(at), why));
        while let Some(at) = rules.iter().position(|rule| place::of_rule(rule).next().is_some()) {
            leave(&mut rules, at, NAMES.to_owned());
        }
        let mut places = Places::default();
        let (rules, plan, tier) = loop {
            let set = RuleSet::listed(rules.iter().cloned());
            let plan = Plan::new(&set, offer, &mut places);
            if let Some(tier) = plan.exact.or(plan.usable) {
                break (set, plan, tier);
            }
            let Some((at, why)) = unserved(&plan, offer) else {
                return Err(plan.refusal.unwrap_or_else(|| "no tier of BPF is to be had".into()));
            };
            rules = set.iter().cloned().collect();
            leave(&mut rules, at, why);
        };
        let keys = |rule: &(Rule, String)| rule.0.key().map(<[u8]>::to_vec);
        let of_calls = |rule: &Rule| matches!(rule.list, List::Exit | List::IoUring);
        let chosen = Self {
            inexact: inexact(&plan, tier),
            left_keys: left_out.iter().map(keys).collect(),
            lacks_exception: left_out.iter().any(|(rule, _)| rule.action == Action::Never),
            left_out: counted(left_out.into_iter().map(|(_, why)| why)),
            rules,
            plan,
            tier,
            auto: all.exact,
        };
        if !chosen.rules.iter().any(of_calls) {
            let rules =
                if kernel.is_empty() { "the kernel has no rules" } else { "no rule of the kernel's can be compared" };
            return Err(rules.into());
        }
        Ok(chosen)
    }

    /// Whether a rule that is left out has this key, so that events of the kernel with it may be that rule's.
    pub fn leaves_out(&self, key: Option<&[u8]>) -> bool {
        self.left_keys.contains(&key.map(<[u8]>::to_vec))
    }
}

fn counted(reasons: impl Iterator<Item = String>) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    reasons.for_each(|why| *counts.entry(why).or_default() += 1);
    counts
}

/// The first rule that no tier serves, and why.
fn unserved(plan: &Plan, offer: &Offer) -> Option<(usize, String)> {
    plan.rules.iter().enumerate().find_map(|(at, rule)| match (&rule.fentry, &rule.tracepoint) {
        (Some(Obstacle::Refused(why)), Some(Obstacle::Refused(_))) => Some((at, why.clone())),
        (_, Some(Obstacle::Refused(why))) if offer.no_fentry.is_some() => Some((at, why.clone())),
        _ => None,
    })
}

fn inexact(plan: &Plan, tier: Tier) -> BTreeMap<String, usize> {
    let obstacle = |rule: &raudit_bpf::plan::Judgement| match tier {
        Tier::Fentry => rule.fentry.clone(),
        Tier::Tracepoint => rule.tracepoint.clone(),
    };
    let why = |obstacle| match obstacle {
        Some(Obstacle::Inexact(why) | Obstacle::Refused(why)) => Some(why),
        None => None,
    };
    counted(plan.rules.iter().filter_map(|rule| why(obstacle(rule))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use raudit_rules::command::{self, Context, Step};

    fn rule(line: &str) -> Rule {
        let words: Vec<&[u8]> = line.split(' ').map(str::as_bytes).collect();
        match command::parse(&words, Context::default()).steps.unwrap().remove(0) {
            Step::Add(rule, _) => rule,
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn rules_on_files_are_left_out_and_their_keys_are_known() {
        let offer = Offer::probe();
        if let Some(why) = &offer.unusable {
            eprintln!("SKIPPED: {why}");
            return;
        }
        let lines = ["-w /etc/passwd -p wa -k identity", "-a always,exit -F arch=b64 -S getppid -k parent"];
        let [watch, call] = lines.map(rule);
        let chosen = Chosen::new(&[watch.clone(), call.clone()], &offer).unwrap();
        assert_eq!((chosen.rules.len(), chosen.lacks_exception), (1, false));
        assert_eq!(chosen.left_out.values().sum::<usize>(), 1);
        assert!(
            chosen.leaves_out(Some(b"identity")) && !chosen.leaves_out(Some(b"parent")) && !chosen.leaves_out(None)
        );
        let never = rule("-a never,exit -F path=/etc/x -F arch=b64 -S open");
        let chosen = Chosen::new(&[never, call], &offer).unwrap();
        assert!(chosen.lacks_exception && chosen.leaves_out(None));
        assert!(Chosen::new(&[watch], &offer).is_err());
        assert!(Chosen::new(&[], &offer).unwrap_err().contains("no rules"));
    }
}
