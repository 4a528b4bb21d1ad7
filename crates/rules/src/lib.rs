//! The audit rule language and its meaning.
//!
//! One language, one parser: the command line of `rauditctl`, a line of `audit.rules` and `-R` are the same thing.
//! Text becomes a [`Rule`]; a [`Rule`] becomes the kernel's `struct audit_rule_data` and back, or the BPF backend's plan.
//!
//! * [`rule`]: what a rule is
//! * [`field`]: the fields, operators and values in it
//! * [`mask`]: the set of system calls it names
//! * [`command`]: the command line, from words to steps
//! * [`mod@file`]: the lines of a rules file
//! * [`rules_dir`]: the files of rules.d
//! * [`merge`]: them as one, as augenrules writes it
//! * [`mod@print`]: rules as `-l` lists them
//! * [`valid`]: whether a rule makes sense to the kernel
//! * [`set`]: all loaded rules, in the order in which they decide
//! * [`eval`]: what a rule means, fact by fact
//! * [`wire`]: how a rule crosses the socket
pub mod check;
pub mod command;
pub mod compare;
pub mod eval;
pub mod explain;
pub mod field;
pub mod file;
pub mod mask;
pub mod merge;
pub mod names;
pub mod natural;
pub mod perm;
pub mod print;
#[cfg(test)]
mod round_trip;
pub mod rule;
pub mod rules_dir;
pub mod set;
pub mod valid;
pub mod wire;

pub use eval::{Facts, Match, Verdict};
pub use field::{Field, FieldId, Op, Value};
pub use mask::SyscallMask;
pub use rule::{Action, List, Rule};
pub use set::{Change, RuleSet, SetError};
pub use valid::Invalid;
pub use wire::WireError;
