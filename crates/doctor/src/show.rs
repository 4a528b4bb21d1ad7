//! How findings are printed: lines for people, one JSON object for programs.

use crate::finding::{Finding, Severity, exit_code};
use raudit_rules::check::show::printable;
use serde_json::{Value, json};

/// A line for each finding, `warning  log: what`, its remedy indented below it, and a line that sums up.
pub fn text(findings: &[Finding]) -> String {
    let mut text = String::new();
    for finding in findings {
        let Finding { severity, subject, what, remedy } = finding;
        text += &format!("{:<8} {subject}: {}\n", severity.word(), printable(what));
        if let Some(remedy) = remedy {
            text += &format!("{:<8}   remedy: {}\n", "", printable(remedy));
        }
    }
    text + &summary(findings) + "\n"
}

/// How many there are of each severity, worst first.
fn summary(findings: &[Finding]) -> String {
    let number = |severity: Severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let counted = Severity::ALL.map(|severity| {
        let number = number(severity);
        let plural = !matches!(severity, Severity::Ok | Severity::Unknown) && number != 1;
        format!("{number} {}{}", severity.word(), if plural { "s" } else { "" })
    });
    counted.join(", ")
}

/// An object: `version`, `exit` (the exit code) and `findings`, each with `severity`, `subject`, `what` and `remedy`.
pub fn json(findings: &[Finding]) -> String {
    let one = |finding: &Finding| {
        let Finding { severity, subject, what, remedy } = finding;
        json!({"severity": severity.word(), "subject": subject, "what": what, "remedy": remedy})
    };
    let all: Value = findings.iter().map(one).collect();
    let whole = json!({"version": env!("CARGO_PKG_VERSION"), "exit": exit_code(findings), "findings": all});
    format!("{whole:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_each_and_a_sum() {
        let findings = [
            Finding::ok("kernel", "6.12"),
            Finding::warning("log", "odd name \x1b[31m").remedy("mv it"),
            Finding::error("owner", "nobody"),
            Finding::error("clock", "in 1970"),
        ];
        assert_eq!(
            text(&findings),
            "ok       kernel: 6.12\n\
             warning  log: odd name \\x1b[31m\n           remedy: mv it\n\
             error    owner: nobody\n\
             error    clock: in 1970\n\
             2 errors, 1 warning, 0 unknown, 0 notes, 1 ok\n"
        );
        let value: Value = serde_json::from_str(&json(&findings)).unwrap();
        assert_eq!((&value["exit"], &value["findings"][1]["remedy"]), (&json!(2), &json!("mv it")));
        assert_eq!(
            value["findings"][0],
            json!({"severity": "ok", "subject": "kernel", "what": "6.12", "remedy": null})
        );
    }
}
