//! One thing that was found, and how bad it is.

/// How bad it is, from good to bad.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Severity {
    /// As it should be.
    Ok,
    /// Worth knowing; may well be meant.
    Note,
    /// It could not be looked at, so nothing is said for or against it.
    Unknown,
    /// Something is lost, slow, or not as it seems.
    Warning,
    /// Something does not work, or is open to others.
    Error,
}

impl Severity {
    /// All of them, worst first.
    pub const ALL: [Self; 5] = [Self::Error, Self::Warning, Self::Unknown, Self::Note, Self::Ok];

    /// The word a line begins with.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Note => "note",
            Self::Unknown => "unknown",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A finding.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// What it is about: one word.
    pub subject: &'static str,
    /// What was found: one line.
    pub what: String,
    /// What to do about it; one line.
    pub remedy: Option<String>,
}

impl Finding {
    fn new(severity: Severity, subject: &'static str, what: impl Into<String>) -> Self {
        Self { severity, subject, what: what.into(), remedy: None }
    }

    /// As it should be.
    pub fn ok(subject: &'static str, what: impl Into<String>) -> Self {
        Self::new(Severity::Ok, subject, what)
    }

    /// Worth knowing.
    pub fn note(subject: &'static str, what: impl Into<String>) -> Self {
        Self::new(Severity::Note, subject, what)
    }

    /// What could not be looked at, and why.
    pub fn unknown(subject: &'static str, what: &str, why: &str) -> Self {
        Self::new(Severity::Unknown, subject, format!("{what}: not known ({why})"))
    }

    /// Something is lost, slow, or not as it seems.
    pub fn warning(subject: &'static str, what: impl Into<String>) -> Self {
        Self::new(Severity::Warning, subject, what)
    }

    /// Something does not work.
    pub fn error(subject: &'static str, what: impl Into<String>) -> Self {
        Self::new(Severity::Error, subject, what)
    }

    /// With what to do about it.
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }
}

/// What there is to say, or, where there is nothing, that all is well.
pub fn or_ok(found: Vec<Finding>, subject: &'static str, what: impl Into<String>) -> Vec<Finding> {
    if found.is_empty() { vec![Finding::ok(subject, what)] } else { found }
}

/// The exit code for scripts: 0 nothing worse than notes, 1 a warning or what could not be looked at, 2 an error.
pub fn exit_code(findings: &[Finding]) -> u8 {
    match findings.iter().map(|finding| finding.severity).max() {
        Some(Severity::Error) => 2,
        Some(Severity::Warning | Severity::Unknown) => 1,
        Some(Severity::Note | Severity::Ok) | None => 0,
    }
}

/// `1 rule`, `2 rules`.
pub fn count(number: usize, what: &str) -> String {
    let end = if number == 1 { "" } else { "s" };
    format!("{number} {what}{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_never_ok() {
        let note = Finding::note("a", "b");
        let unknown = Finding::unknown("a", "the log", "Permission denied");
        assert_eq!(unknown.what, "the log: not known (Permission denied)");
        let code = |findings: &[&Finding]| exit_code(&findings.iter().map(|&f| f.clone()).collect::<Vec<_>>());
        assert_eq!(code(&[]), 0);
        assert_eq!(code(&[&note, &Finding::ok("a", "b")]), 0);
        assert_eq!(code(&[&unknown, &note]), 1);
        assert_eq!(code(&[&note, &Finding::warning("a", "b")]), 1);
        assert_eq!(code(&[&Finding::error("a", "b"), &note, &unknown]), 2);
    }

    #[test]
    fn an_ok_is_said_only_where_nothing_else_is() {
        assert_eq!(or_ok(Vec::new(), "a", "fine"), [Finding::ok("a", "fine")]);
        assert_eq!(or_ok(vec![Finding::note("a", "b")], "a", "fine"), [Finding::note("a", "b")]);
    }
}
