//! What runs and why not a better one: the lines `rauditctl -s` adds to auditctl's.

use super::{Backend, Choice, Mode, Outlook};
use std::sync::atomic::Ordering::Relaxed;

impl Backend {
    /// One fact a line, key first, as auditctl's status has it.
    pub(super) fn describe(&self) -> String {
        if self.choice == Choice::Netlink {
            let lines =
                ["backend netlink", "backend_configured netlink", "backend_reason configured", &self.log_records(), ""];
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
        for (at, rule) in self.rules.iter().enumerate() {
            let text = raudit_rules::print::rule(rule);
            for obstacle in outlook.obstacles(at) {
                lines.push(format!("rule {} {}: {obstacle}", at + 1, String::from_utf8_lossy(&text).trim_end()));
            }
        }
        let counts = self.side.counters();
        lines
            .push(format!("bpf_events matched={} delivered={} lost={}", counts.matched, counts.delivered, counts.lost));
        lines.extend(self.side.lines());
        lines.push(self.log_records());
        lines.push(String::new());
        lines.join("\n")
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
