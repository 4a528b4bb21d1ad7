//! The files of rules: rules.d, audit.rules made of it, and what `rauditctl --check` finds in them.

use crate::Root;
use crate::finding::{Finding, count};
use raudit_rules::check::{self, Severity};
use raudit_rules::command::{self, Context, Step};
use raudit_rules::file::{FileError, RulesFile};
use raudit_rules::rules_dir::{DirError, RulesDir};
use raudit_rules::{Change, RuleSet, print};
use std::io::ErrorKind;

const SUBJECT: &str = "files";
const DIR: &str = "/etc/audit/rules.d";
const FILE: &str = "/etc/audit/audit.rules";

/// A file of rules as it is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum File {
    /// It is not there.
    Missing,
    /// It may not be looked at.
    Unseen(String),
    /// `-R` would refuse it, with these words.
    Refused(String),
    /// Its content.
    Read(Vec<u8>),
}

/// What is in rules.d.
#[derive(Clone, Debug)]
pub enum Dir {
    /// It is not there, or has no file of rules.
    Empty,
    /// It may not be looked at.
    Unseen(String),
    /// augenrules would refuse it, with these words.
    Refused(String),
    /// Its files.
    Read(RulesDir),
}

/// What is known of the files.
#[derive(Clone, Debug)]
pub struct RuleFiles {
    /// rules.d.
    pub dir: Dir,
    /// audit.rules.
    pub file: File,
}

impl RuleFiles {
    /// Reads them.
    pub fn gather(root: &Root) -> Self {
        let dir = match RulesDir::read(&root.path(DIR)) {
            Ok(dir) if dir.sources.is_empty() => Dir::Empty,
            Ok(dir) => Dir::Read(dir),
            Err(DirError::Missing(_)) => Dir::Empty,
            Err(DirError::Read { error, .. }) if error.kind() == ErrorKind::PermissionDenied => {
                Dir::Unseen("Permission denied".into())
            }
            Err(error) => Dir::Refused(error.to_string()),
        };
        let file = match RulesFile::open(&root.path(FILE)).and_then(RulesFile::content) {
            Ok(content) => File::Read(content),
            Err(FileError::Missing(_)) => File::Missing,
            Err(FileError::Open { error, .. }) if error.kind() == ErrorKind::PermissionDenied => {
                File::Unseen("Permission denied".into())
            }
            Err(error) => File::Refused(error.to_string()),
        };
        Self { dir, file }
    }

    /// What there is to say.
    pub fn judge(&self) -> Vec<Finding> {
        let mut found = self.differences();
        found.extend(match (&self.dir, &self.file) {
            (Dir::Read(dir), _) => Some(checked(&check::check(dir.merged().lines().copied()), DIR)),
            (_, File::Read(content)) => Some(checked(&check::check(check::lines(content)), FILE)),
            _ => None,
        });
        found
    }

    /// Whether augenrules would make another audit.rules, and whether either cannot be used.
    fn differences(&self) -> Vec<Finding> {
        let mut found = Vec::new();
        match &self.file {
            File::Unseen(why) => found.push(Finding::unknown(SUBJECT, FILE, why)),
            File::Refused(why) => {
                found.push(
                    Finding::error(SUBJECT, why.clone()).remedy("a regular file of root's, mode 0640, is wanted"),
                );
            }
            File::Missing | File::Read(_) => {}
        }
        match (&self.dir, &self.file) {
            (Dir::Unseen(why), _) => found.push(Finding::unknown(SUBJECT, DIR, why)),
            (Dir::Refused(why), _) => {
                found.push(Finding::error(SUBJECT, why.clone()).remedy("augenrules makes nothing until it is mended"));
            }
            (Dir::Empty, File::Missing) => found.push(
                Finding::note(SUBJECT, format!("neither {DIR} nor {FILE} has rules: none are loaded at boot"))
                    .remedy(format!("put files NAME.rules into {DIR}, then augenrules --load")),
            ),
            (Dir::Empty, File::Read(_)) => {
                found.push(Finding::note(SUBJECT, format!("{FILE} is kept by hand: {DIR} has no rules")));
            }
            (Dir::Read(_), File::Missing) => found.push(stale(format!("{FILE} does not exist; {DIR} has rules"))),
            (Dir::Read(dir), File::Read(content)) if dir.merged().text(DIR) != *content => {
                found.push(stale(format!("{FILE} is not what augenrules would make of {DIR}")));
            }
            (Dir::Read(_), File::Read(_)) => found.push(Finding::ok(SUBJECT, format!("{FILE} is made of {DIR}"))),
            (_, File::Unseen(_) | File::Refused(_)) => {}
        }
        found
    }

    /// The rules that loading audit.rules gives, as they are listed; `None` without a file that may be read.
    pub fn loaded(&self) -> Option<Vec<Vec<u8>>> {
        let File::Read(content) = &self.file else { return None };
        let mut rules = RuleSet::new();
        for line in check::lines(content) {
            let words = raudit_rules::file::words(line.text);
            if words.first().is_none_or(|word| word.starts_with(b"#")) {
                continue;
            }
            let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
            for step in command::parse(&words, Context::default()).steps.unwrap_or_default() {
                take(&mut rules, step);
            }
        }
        Some(rules.iter().map(print::rule).collect())
    }
}

/// What a step does to the rules, if it can be done: what is refused is told by the check.
fn take(rules: &mut RuleSet, step: Step) {
    let changes: Vec<Change> = match step {
        Step::Add(rule, prepend) => vec![Change::Add(rule, prepend)],
        Step::Delete(rule) => vec![Change::Delete(rule)],
        Step::DeleteAll(key) => {
            let gone = rules.iter().filter(|rule| print::key_contains(rule, &key));
            gone.cloned().map(Change::Delete).collect()
        }
        _ => Vec::new(),
    };
    for change in &changes {
        let _refused = rules.apply(change);
    }
}

fn stale(what: String) -> Finding {
    Finding::warning(SUBJECT, what).remedy("augenrules --load")
}

fn checked(report: &check::Report, place: &str) -> Finding {
    let [errors, warnings] = [Severity::Error, Severity::Warning].map(|severity| report.count(severity));
    let rules = count(report.rules, "rule");
    let remedy = format!("rauditctl --check {place}");
    match (errors, warnings) {
        (0, 0) => Finding::ok(SUBJECT, format!("{rules} in {place}, nothing wrong with them")),
        (0, warnings) => {
            Finding::warning(SUBJECT, format!("{} in {rules} of {place}", count(warnings, "warning"))).remedy(remedy)
        }
        (errors, _) => {
            let what = format!("{} in {rules} of {place}: they are not loaded as meant", count(errors, "error"));
            Finding::error(SUBJECT, what).remedy(remedy)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Severity::{self as Bad, Error, Note, Ok as Fine, Unknown, Warning};
    use raudit_rules::rules_dir::Source;

    fn dir(content: &str) -> Dir {
        let source = Source { path: "1.rules".into(), content: content.into() };
        Dir::Read(RulesDir { sources: vec![source], directories: Vec::new() })
    }

    fn severities(dir: Dir, file: File) -> Vec<Bad> {
        RuleFiles { dir, file }.judge().iter().map(|finding| finding.severity).collect()
    }

    const RULE: &str = "-a always,exit -F arch=b64 -S settimeofday -F key=time\n\
        -a always,exit -F arch=b32 -S settimeofday -F key=time\n";

    #[test]
    fn audit_rules_is_made_of_rules_d() {
        let Dir::Read(read) = dir(RULE) else { panic!() };
        let made = File::Read(read.merged().text(DIR));
        assert_eq!(severities(dir(RULE), made.clone()), [Fine, Fine]);
        assert_eq!(severities(dir(&format!("{RULE}-w /etc/passwd -p zz\n")), made.clone()), [Warning, Error]);
        assert_eq!(severities(dir(RULE), File::Missing), [Warning, Fine]);
        assert_eq!(severities(Dir::Empty, made), [Note, Fine]);
        assert_eq!(severities(Dir::Empty, File::Missing), [Note]);
        assert_eq!(severities(Dir::Unseen("x".into()), File::Unseen("x".into())), [Unknown, Unknown]);
        assert_eq!(severities(Dir::Refused("x".into()), File::Refused("x".into())), [Error, Error]);
    }

    #[test]
    fn what_loading_gives() {
        let text = "-w /gone -p wa\n-D\n# -w /no\n-w /etc/shadow -p wa -k s\nnonsense\n-w /x -p r\n-W /x -p r\n\0\n";
        let files = RuleFiles { dir: Dir::Empty, file: File::Read(text.into()) };
        assert_eq!(files.loaded(), Some(vec![b"-w /etc/shadow -p wa -k s".to_vec()]));
    }
}
