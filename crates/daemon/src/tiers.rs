//! Where rules would run on this machine, and why, in words: what `rauditctl --explain` ends with.

use raudit_rules::RuleSet;

/// What BPF and the kernel would each do about these rules. Programs are tried and not attached; nothing changes.
#[cfg(feature = "bpf")]
pub fn of(rules: &RuleSet) -> Vec<String> {
    use raudit_bpf::offer::Offer;
    if !nix::unistd::geteuid().is_root() {
        return vec!["not known: only root can try what BPF programs this kernel takes".into()];
    }
    bpf::lines(rules, &Offer::probe())
}

/// Without BPF there is no choice.
#[cfg(not(feature = "bpf"))]
pub fn of(_: &RuleSet) -> Vec<String> {
    vec!["netlink, the kernel's own audit: this build has no BPF".into()]
}

#[cfg(feature = "bpf")]
mod bpf {
    use raudit_bpf::offer::{Offer, Tier};
    use raudit_bpf::place::Places;
    use raudit_bpf::plan::{Obstacle, Plan};
    use raudit_rules::{List, RuleSet};

    pub(super) fn lines(rules: &RuleSet, offer: &Offer) -> Vec<String> {
        let only = |list: List| rules.list(list).len() == rules.len();
        if only(List::User) {
            return vec!["in the kernel, whatever serves the other rules: it filters what programs send".into()];
        }
        let plan = Plan::new(rules, offer, &mut Places::default());
        if let Some(why) = &plan.refusal {
            return vec![format!("netlink, the kernel's own audit: no BPF here: {why}")];
        }
        let mut lines = vec![verdict(&plan)];
        lines.push(format!(
            " - fentry: {}",
            why(offer.no_fentry.as_deref(), plan.rules.iter().find_map(|r| r.fentry.as_ref()))
        ));
        lines.push(format!(" - tracepoint: {}", why(None, plan.rules.iter().find_map(|r| r.tracepoint.as_ref()))));
        lines
    }

    fn verdict(plan: &Plan) -> String {
        let forced = |tier: Tier| format!(" (backend = bpf in rauditd.conf would take tier {tier} all the same)");
        match (plan.exact, plan.usable) {
            (Some(tier), _) => {
                format!(
                    "BPF, tier {tier}, if it can serve all other rules exactly, too; netlink, the kernel's own audit, if not"
                )
            }
            (None, usable) => {
                let more = usable.map(forced).unwrap_or_default();
                format!(
                    "netlink, the kernel's own audit, and all other rules with it: BPF does not serve it exactly{more}"
                )
            }
        }
    }

    fn why(missing: Option<&str>, obstacle: Option<&Obstacle>) -> String {
        match (missing, obstacle) {
            (Some(why), _) => format!("not to be had here: {}", why.trim_start_matches("fentry: ")),
            (None, Some(obstacle)) => obstacle.to_string(),
            (None, None) => "serves it exactly".into(),
        }
    }
}
