//! What runs and why not a better one: the lines `rauditctl -s` adds to auditctl's.

use super::{Backend, Choice, Mode, Outlook};
use std::sync::atomic::Ordering::Relaxed;

/// Bytes told of single rules, about: all of the text is one message.
const DETAILS_MAX: usize = 64 * 1024;

impl Backend {
    /// One fact a line, key first, as auditctl's status has it.
    pub(super) fn describe(&mut self) -> String {
        if self.choice == Choice::Netlink {
            let lines =
                ["backend netlink", "backend_configured netlink", "backend_reason configured", &self.log_records(), ""];
            return lines.join("\n");
        }
        if let Some(tier) = &self.inherited {
            let mut lines = vec![
                format!("backend bpf ({tier}), inherited"),
                format!("backend_configured {}", self.choice.word()),
                "backend_reason the hooks of an earlier rauditd capture until ours are ready".to_owned(),
            ];
            lines.extend(self.counted());
            return lines.join("\n");
        }
        if self.takeover.is_some() {
            let reason = "backend_reason BPF is being made ready for the rules";
            let lines = ["backend netlink", "backend_configured auto", reason, &self.log_records(), ""];
            return lines.join("\n");
        }
        let outlook = self.side.outlook(&self.rules);
        let runs = match self.mode {
            Mode::Kernel => "netlink".to_owned(),
            Mode::Bpf => format!("bpf ({})", outlook.tier()),
        };
        let mut lines = vec![format!("backend {runs}"), format!("backend_configured {}", self.choice.word())];
        if self.mode == Mode::Kernel && self.rules.is_empty() {
            lines.push("backend_reason no rules are loaded".into());
        } else if self.mode == Mode::Kernel {
            lines.push(format!("backend_reason {}", self.why_kernel(&outlook)));
        }
        let told = self.rules.iter().enumerate().flat_map(|(at, rule)| {
            let text = || String::from_utf8_lossy(&raudit_rules::print::rule(rule)).trim_end().to_owned();
            let obstacles = outlook.obstacles(at).into_iter();
            obstacles.map(move |obstacle| format!("rule {} {}: {obstacle}", at + 1, text()))
        });
        lines.extend(as_fits(told));
        lines.extend(self.counted());
        lines.join("\n")
    }

    /// What was counted; the last lines.
    fn counted(&self) -> Vec<String> {
        let counts = self.side.counters();
        let mut lines =
            vec![format!("bpf_events matched={} delivered={} lost={}", counts.matched, counts.delivered, counts.lost)];
        lines.extend(self.side.lines());
        lines.extend([self.log_records(), String::new()]);
        lines
    }

    /// What the writer has made of the records it got.
    fn log_records(&self) -> String {
        let (records, failed) = (self.written.records.load(Relaxed), self.written.failed.load(Relaxed));
        format!("log_records written={} not_written={failed}", records.saturating_sub(failed))
    }

    fn why_kernel(&self, outlook: &Outlook) -> String {
        if self.changed.is_some() {
            "the rules have just changed".into()
        } else if self.enabled != 1 {
            "auditing is disabled or locked".into()
        } else if outlook.exact {
            "BPF could not be started; see the log".into()
        } else {
            outlook.why_not()
        }
    }
}

/// The lines there is room for, and how many more there are.
fn as_fits(lines: impl Iterator<Item = String>) -> Vec<String> {
    let (mut kept, mut bytes, mut left_out) = (Vec::new(), 0, 0);
    for line in lines {
        if bytes < DETAILS_MAX {
            bytes += line.len();
            kept.push(line);
        } else {
            left_out += 1;
        }
    }
    if left_out > 0 {
        kept.push(format!("rule_lines_not_shown {left_out}"));
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_of_rules_are_cut_short() {
        let lines = |count: usize| as_fits((0..count).map(|_| "x".repeat(128)));
        assert_eq!(lines(512).len(), 512);
        let cut = lines(5000);
        assert_eq!((cut.len(), cut.last().unwrap().as_str()), (513, "rule_lines_not_shown 4488"));
    }
}
