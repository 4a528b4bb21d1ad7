//! What the values of a record mean, as `ausearch -i` prints it.
//!
//! * [`Context`]: what else must be known of the record: its type, machine, system call, arguments, enrichment
//! * [`Interpreter::value`]: one field
//! * [`Interpreter::body`]: a whole record
//!
//! The meaning depends on the field's name ([`meaning`]); [`number`], [`string`], [`tty`] and [`argument`] each print some of
//! them. Ids and addresses are those the writing daemon recorded behind 0x1D; only without them this host is asked.
pub mod argument;
mod body;
mod context;
mod flags;
pub mod meaning;
mod number;
mod string;
mod tty;

pub use context::Context;
pub use meaning::Meaning;

use crate::enrich::{push_arch, push_syscall};
use crate::names::{Names, parse_id};
use crate::sockaddr::push_saddr;
use raudit_tables::arch;

/// Prints values as `ausearch -i` does. One per thread: it remembers names.
#[derive(Clone, Debug, Default)]
pub struct Interpreter {
    names: Names,
}

impl Interpreter {
    /// With the names to use where a record was not enriched.
    pub fn new(names: Names) -> Self {
        Self { names }
    }

    /// Appends the meaning of `value` (as it stands in the record, with its quotes) of field `name`.
    ///
    /// A value that does not fit the field's type is appended as it is; control characters come out as `\ooo`.
    pub fn value(&mut self, context: &Context<'_>, name: &[u8], value: &[u8], out: &mut Vec<u8>) {
        let meaning = Meaning::of(context.kind, name);
        self.as_meaning(meaning, context, name, value, out);
    }

    fn as_meaning(&mut self, meaning: Meaning, context: &Context<'_>, name: &[u8], value: &[u8], out: &mut Vec<u8>) {
        let start = out.len();
        let known = self.recorded(meaning, context, name, out)
            || self.identity(meaning, context, value, out)
            || number::push(meaning, context.kind, value, out)
            || string::push(meaning, value, out)
            || self.argument(meaning, context, value, out);
        if !known {
            out.truncate(start);
            out.extend_from_slice(value);
        }
        string::escape(out, start);
    }

    /// What the writing daemon recorded, if it did.
    fn recorded(&self, meaning: Meaning, context: &Context<'_>, name: &[u8], out: &mut Vec<u8>) -> bool {
        if !meaning.is_enriched() {
            return false;
        }
        let Some((recorded, _)) = context.recorded(name).filter(|(text, _)| !text.starts_with(b"unknown-")) else {
            return false;
        };
        let text = crate::text::untrusted(recorded);
        let is_name = matches!(meaning, Meaning::User | Meaning::Group);
        out.extend_from_slice(if is_name { &text } else { recorded });
        true
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

    fn argument(&mut self, meaning: Meaning, context: &Context<'_>, value: &[u8], out: &mut Vec<u8>) -> bool {
        let Meaning::Argument(index) = meaning else { return false };
        argument::push(&mut self.names, context, index, value, out)
    }
}

#[cfg(test)]
mod tests;
