//! One thing that is wrong, or worth knowing, and where.

use std::ops::Range;

/// How bad it is.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Severity {
    /// The line, or what it does, is refused.
    Error,
    /// It is taken, but does not do what was meant, or not well.
    Warning,
}

/// What can be wrong in so many lines that they are told together.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Fold {
    /// `-w`.
    Watch,
    /// `perm` without `arch`.
    Perm,
    /// `-S` without `arch`.
    Mismatch,
    /// All system calls are looked at.
    AllCalls,
    /// A path that is not there.
    Missing,
    /// A path whose directory is not there.
    NoParent,
    /// For another machine.
    Arch,
    /// Lines end in CR LF.
    CarriageReturn,
    /// What comes after `-e 2`.
    Locked,
    /// Covered by the rule of this file and line.
    Covered(usize, usize),
    /// No rule for 32-bit programs.
    Twin,
    /// NUL bytes.
    Nul,
}

/// Where in the files something stands.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Spot {
    /// Index of the file.
    pub file: usize,
    /// Number of the line, from 1.
    pub line: usize,
    /// First byte of the line that is meant, and the first after it.
    pub bytes: (usize, usize),
}

impl Spot {
    pub(super) fn new(file: usize, line: usize, bytes: Range<usize>) -> Self {
        Self { file, line, bytes: (bytes.start, bytes.end) }
    }
}

/// A problem.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// Where it is.
    pub spot: Spot,
    /// What it is; auditctl's words where it has any.
    pub message: String,
    /// What to do, or to know; several lines where commands are shown.
    pub hints: Vec<String>,
    /// Another line that has to do with it.
    pub see: Option<Spot>,
    /// Problems of the same kind are told once; these are the other lines.
    pub fold: Option<Fold>,
    /// The lines told with this one, as file and number.
    pub also: Vec<(usize, usize)>,
}

impl Problem {
    pub(super) fn new(severity: Severity, spot: Spot, message: impl Into<String>) -> Self {
        Self { severity, spot, message: message.into(), hints: Vec::new(), see: None, fold: None, also: Vec::new() }
    }

    pub(super) fn warning(spot: Spot, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, spot, message)
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    pub(super) fn see(mut self, spot: Spot) -> Self {
        self.see = Some(spot);
        self
    }

    pub(super) fn fold(mut self, fold: Fold) -> Self {
        self.fold = Some(fold);
        self
    }
}

/// Puts problems in the order of their lines, and tells those of one kind together.
pub(super) fn in_order(mut problems: Vec<Problem>) -> Vec<Problem> {
    problems.sort_by(|a, b| (&a.spot, a.severity).cmp(&(&b.spot, b.severity)));
    let mut told: Vec<Problem> = Vec::with_capacity(problems.len());
    let mut first = std::collections::HashMap::new();
    for problem in problems {
        let Some(fold) = problem.fold else {
            told.push(problem);
            continue;
        };
        let at = *first.entry((fold, problem.severity)).or_insert(told.len());
        match told.get_mut(at) {
            Some(known) => known.also.push((problem.spot.file, problem.spot.line)),
            None => told.push(problem),
        }
    }
    told
}
