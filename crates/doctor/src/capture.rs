//! Who captures, BPF of which tier or the kernel's audit, and why not a better one.

use crate::Audit;
use crate::finding::{Finding, count};

const SUBJECT: &str = "capture";

/// What there is to say.
pub fn judge(audit: &Audit) -> Vec<Finding> {
    if audit.off {
        return Vec::new();
    }
    match (&audit.description, audit.described("backend")) {
        (Err(why), _) => vec![Finding::unknown(SUBJECT, "whether BPF or the kernel captures", why)],
        (Ok(_), None) => vec![
            Finding::note(
                SUBJECT,
                "the kernel's audit, as rauditd does not serve; which tier of BPF would do is known by trying only",
            )
            .remedy("rauditctl --explain RULE tries it, as root, and loads nothing"),
        ],
        (Ok(_), Some(backend)) => served(audit, backend),
    }
}

fn served(audit: &Audit, backend: &str) -> Vec<Finding> {
    let mut found = vec![of_backend(audit, backend)];
    let obstacles = audit.description.iter().flat_map(|text| text.lines()).filter(|line| line.starts_with("rule "));
    let obstacles: Vec<&str> = obstacles.collect();
    if let Some(first) = obstacles.first() {
        let what = format!("{} against a better tier; the first: {first}", count(obstacles.len(), "obstacle"));
        found.push(Finding::note(SUBJECT, what).remedy("rauditctl -s shows all of them"));
    }
    if let Some(lost) = number_after(audit.described("bpf_events"), "lost=").filter(|&lost| lost > 0) {
        let reasons = audit.described("bpf_lost").unwrap_or("rauditctl -s says why");
        let what = format!("BPF has lost {lost} events since rauditd started ({reasons})");
        found.push(
            Finding::warning(SUBJECT, what)
                .remedy("a larger ring (rauditd.conf(5)), or fewer events: rauditctl -l --stats"),
        );
    }
    if let Some(failed) = number_after(audit.described("log_records"), "not_written=").filter(|&failed| failed > 0) {
        let what = format!("{failed} records could not be written to the log");
        found.push(
            Finding::warning(SUBJECT, what).remedy("see rauditd's messages in the system log: disk full, or failing?"),
        );
    }
    found
}

fn of_backend(audit: &Audit, backend: &str) -> Finding {
    let why = audit.described("backend_reason").map(|why| format!(": {why}")).unwrap_or_default();
    if backend == "bpf (fentry)" {
        Finding::ok(SUBJECT, "BPF, tier fentry, the best there is")
    } else if let Some(tier) = backend.strip_prefix("bpf ") {
        Finding::note(SUBJECT, format!("BPF, tier {}, not fentry{why}", tier.trim_matches(['(', ')'])))
    } else {
        Finding::note(SUBJECT, format!("the kernel's audit, not BPF{why}"))
    }
}

/// The number behind `name` in a line of such words.
fn number_after(line: Option<&str>, name: &str) -> Option<u64> {
    line?.split(' ').find_map(|word| word.strip_prefix(name))?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Severity::{self, Note, Ok as Fine, Unknown, Warning};
    use crate::audit::tests::served as sound;

    fn severities(description: &str) -> Vec<Severity> {
        let audit = Audit { description: Ok(description.into()), ..sound() };
        judge(&audit).iter().map(|finding| finding.severity).collect()
    }

    #[test]
    fn tiers_reasons_and_losses() {
        assert_eq!(severities("backend bpf (fentry)\nbpf_events matched=1 delivered=1 lost=0\n"), [Fine]);
        assert_eq!(severities("backend bpf (tracepoint)\n"), [Note]);
        assert_eq!(severities(""), [Note]);
        let netlink = "backend netlink\nbackend_reason no rules are loaded\nlog_records written=1 not_written=2\n";
        assert_eq!(severities(netlink), [Note, Warning]);
        let lossy =
            "backend bpf (fentry)\nrule 1 -w /x: no\nbpf_events matched=1 delivered=0 lost=1\nbpf_lost ring=1\n";
        assert_eq!(severities(lossy), [Fine, Note, Warning]);
        let findings = judge(&Audit { description: Ok(lossy.into()), ..sound() });
        assert!(findings[2].what.ends_with("lost 1 events since rauditd started (ring=1)"), "{findings:?}");
        let silent = Audit { description: Err("x".into()), ..sound() };
        assert_eq!(judge(&silent)[0].severity, Unknown);
        assert_eq!(judge(&Audit { off: true, ..silent }), []);
    }
}
