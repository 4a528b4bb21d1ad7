//! What must be known of a record to understand one of its fields.

use crate::field::Fields;
use crate::{Kind, Line};
use raudit_tables::{arch, syscall};

/// More translations than a record has; in a forged one, those beyond are not looked for.
const MOST_RECORDED: usize = 512;

/// The surroundings of a field. [`Context::of`] reads them from a line.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Context<'a> {
    /// The record type.
    pub kind: Kind,
    /// `arch=` of the record; without it system calls are taken for this machine's.
    pub arch: Option<u32>,
    /// The system call's number.
    pub syscall: Option<u32>,
    /// The first two arguments, which decide what the later ones mean.
    pub arguments: [u64; 2],
    /// What the writing daemon added to the record ([`Line::enriched`]).
    pub enriched: Option<&'a [u8]>,
}

impl<'a> Context<'a> {
    /// The context of the fields of a line.
    pub fn of(line: &Line<'a>) -> Self {
        let mut context = Self { kind: line.kind, enriched: line.enriched, ..Self::default() };
        if !matches!(line.kind, Kind::SYSCALL | Kind::SECCOMP) {
            return context;
        }
        let hex = |value| u64::from_str_radix(str::from_utf8(value).unwrap_or_default(), 16).ok();
        for field in Fields::new(line.body) {
            match field.name {
                b"arch" => context.arch = hex(field.value).and_then(|number| u32::try_from(number).ok()),
                b"syscall" => context.syscall = field.number().and_then(|number| u32::try_from(number).ok()),
                b"a0" => context.arguments[0] = hex(field.value).unwrap_or(0),
                b"a1" => {
                    context.arguments[1] = hex(field.value).unwrap_or(0);
                    break;
                }
                _ => {}
            }
        }
        context
    }

    /// The name of the system call.
    pub fn call(&self) -> Option<&'static str> {
        syscall::name(self.arch.unwrap_or_else(arch::native), self.syscall?)
    }

    /// What the writing daemon recorded for a field, with its quotes; and what it recorded after that.
    pub fn recorded(&self, name: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
        let mut fields = Fields::new(self.enriched?);
        let field = fields.by_ref().take(MOST_RECORDED).find(|field| field.name.eq_ignore_ascii_case(name))?;
        Some((field.value, fields.rest()))
    }

    /// What was recorded for a field, and from then on only what was recorded after it: translations come in the order of
    /// fields, and of two fields of one name each finds its own.
    pub fn next_recorded(&mut self, line: &Line<'a>, name: &[u8]) -> Option<&'a [u8]> {
        let found = self.recorded(name).or_else(|| {
            self.enriched = line.enriched;
            self.recorded(name)
        });
        let (text, after) = found?;
        self.enriched = Some(after);
        Some(text)
    }
}
