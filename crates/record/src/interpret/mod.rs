//! What the values of a record mean, as `ausearch -i` prints it.
//!
//! * [`Context`]: what else must be known of the record: its type, machine, system call, arguments, enrichment
//! * [`Interpreter::value`]: one field
//! * [`Interpreter::body`]: a whole record
//!
//! The meaning depends on the field's name ([`meaning`]); `number`, `string`, `tty` and [`argument`] each print some of
//! them. Ids and addresses are those the writing daemon recorded behind 0x1D; only without them this host is asked.
pub mod argument;
mod body;
mod context;
mod escape;
mod flags;
mod layout;
pub mod meaning;
mod number;
mod string;
mod tty;

pub use context::Context;
pub use escape::Escape;
pub use meaning::Meaning;

use crate::enrich::{push_arch, push_syscall};
use crate::names::{Names, parse_id};
use crate::sockaddr::push_saddr;
use raudit_tables::arch;

/// Prints values as `ausearch -i` does. One per thread: it remembers names.
#[derive(Clone, Debug, Default)]
pub struct Interpreter {
    names: Names,
    held: argument::Held,
    layouts: layout::Layouts,
    escape: Escape,
}

impl Interpreter {
    /// With the names to use where a record was not enriched.
    pub fn new(names: Names) -> Self {
        Self { names, ..Self::default() }
    }

    /// The same, with values escaped in this way.
    pub fn escaping(mut self, escape: Escape) -> Self {
        self.escape = escape;
        self
    }

    /// The names of users and groups it remembers.
    pub fn names(&mut self) -> &mut Names {
        &mut self.names
    }

    /// Appends the meaning of `value` (as it stands in the record, with its quotes) of field `name`.
    ///
    /// A value that does not fit the field's type is appended as it is. Values are escaped; of those without a type, and of what was
    /// recorded, only control characters are.
    pub fn value(&mut self, context: &Context<'_>, name: &[u8], value: &[u8], out: &mut Vec<u8>) {
        let meaning = Meaning::of_value(context.kind, name, value);
        let recorded = if meaning.is_enriched() { context.recorded(name) } else { None };
        self.as_meaning(meaning, context, recorded.map(|(text, _)| text), value, out);
    }

    /// Appends a value of which it is known what kind it is, and what was recorded of it ([`Context::next_recorded`]). But for
    /// that and the record's type, the context matters for arguments and names of system calls only.
    pub fn as_meaning(
        &mut self,
        meaning: Meaning,
        context: &Context<'_>,
        recorded: Option<&[u8]>,
        value: &[u8],
        out: &mut Vec<u8>,
    ) {
        self.push_escaped(meaning, context, recorded, value, self.escape, out);
    }

    /// The same; what stands in the record is escaped as `written` says, what is behind it as for all.
    fn push_escaped(
        &mut self,
        meaning: Meaning,
        context: &Context<'_>,
        recorded: Option<&[u8]>,
        value: &[u8],
        written: Escape,
        out: &mut Vec<u8>,
    ) {
        let start = out.len();
        let is_quoted = |text: &[u8]| text.first() == Some(&b'"');
        let mut escape = written;
        let known = match meaning {
            Meaning::Plain => {
                escape = written.at_most_control();
                false
            }
            Meaning::Label | Meaning::Address => false,
            Meaning::User | Meaning::Group | Meaning::Arch | Meaning::Syscall | Meaning::SockAddr => {
                let is_recorded = push_recorded(meaning, recorded, out);
                escape = match recorded {
                    Some(text) if is_recorded && is_quoted(text) => written.at_most_control(),
                    _ if is_recorded => self.escape.at_most_control(),
                    _ => self.escape,
                };
                is_recorded || self.identity(meaning, context, value, out)
            }
            Meaning::Untrusted | Meaning::Proctitle | Meaning::Key | Meaning::Tty => {
                escape = if is_quoted(value) { written } else { self.escape };
                string::push(meaning, value, out)
            }
            Meaning::Argument(index) => {
                escape = self.escape;
                argument::push(&mut self.names, &mut self.held, context, index, value, out)
            }
            _ => number::push(meaning, context.kind, value, out),
        };
        if !known {
            out.truncate(start);
            out.extend_from_slice(value);
        }
        match meaning {
            Meaning::Key => string::finish_keys(escape, out, start),
            _ => escape.show_from(start, out),
        }
    }

    /// Ids, machines and addresses by what this host knows.
    fn identity(&mut self, meaning: Meaning, context: &Context<'_>, value: &[u8], out: &mut Vec<u8>) -> bool {
        match meaning {
            Meaning::User | Meaning::Group => {
                let Some(id) = parse_id(number::leading(value)) else { return false };
                if meaning == Meaning::User {
                    self.names.push_user(id, out);
                } else {
                    self.names.push_group(id, out);
                }
            }
            Meaning::Arch => {
                push_arch(out, value);
            }
            Meaning::Syscall => {
                let machine = context.arch.unwrap_or_else(arch::native);
                push_syscall(out, machine, value, || context.arguments.first().copied());
            }
            Meaning::SockAddr => push_saddr(out, value),
            _ => return false,
        }
        true
    }
}

/// Appends what the writing daemon recorded, if it did and knew itself.
fn push_recorded(meaning: Meaning, recorded: Option<&[u8]>, out: &mut Vec<u8>) -> bool {
    let Some(recorded) = recorded.filter(|text| !text.starts_with(b"unknown-")) else { return false };
    match meaning {
        Meaning::User | Meaning::Group => out.extend_from_slice(&crate::text::untrusted(recorded)),
        _ => out.extend_from_slice(recorded),
    }
    true
}

#[cfg(test)]
mod tests;
