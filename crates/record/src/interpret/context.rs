//! What must be known of a record to understand one of its fields.

use crate::field::{Fields, skip_blanks};
use crate::text::short_hex;
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
        if let Some((arch, call, arguments)) = usual(line.body) {
            return Self { arch: Some(arch), syscall: Some(call), arguments, ..context };
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
        // mostly it is the next
        if let Some(enriched) = self.enriched
            && let Some((first, [b'=', value @ ..])) = skip_blanks(enriched).split_at_checked(name.len())
            && first.eq_ignore_ascii_case(name)
        {
            let (value, rest) = Fields::new(enriched).value(value);
            self.enriched = Some(rest);
            return Some(value);
        }
        let found = self.recorded(name).or_else(|| {
            self.enriched = line.enriched;
            self.recorded(name)
        });
        let (text, after) = found?;
        self.enriched = Some(after);
        Some(text)
    }
}

/// The machine, the call's number and its first two arguments, where they stand as the kernel writes them (`audit_log_exit` of
/// kernel/auditsc.c): `arch=A syscall=N [per=P] [success=S exit=E] a0=X a1=Y`. Anything else is read as fields in general.
fn usual(body: &[u8]) -> Option<(u32, u32, [u64; 2])> {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
    let (arch, rest) = word(body.strip_prefix(b"arch=")?)?;
    let (call, mut rest) = word(rest.strip_prefix(b"syscall=")?)?;
    if call.is_empty() || call.len() > 9 || !call.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let call = call.iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0'));
    for name in [&b"per="[..], b"success=", b"exit="] {
        if let Some(after) = rest.strip_prefix(name) {
            let (value, after) = word(after)?;
            rest = value.iter().all(is_plain).then_some(after)?;
        }
    }
    let (first, rest) = word(rest.strip_prefix(b"a0=")?)?;
    let (second, _) = word(rest.strip_prefix(b"a1=")?)?;
    Some((u32::try_from(short_hex(arch)?).ok()?, call, [short_hex(first)?, short_hex(second)?]))
}

/// What stands before the next blank, which is not far, and after it.
fn word(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = text.iter().take(24).position(|&byte| byte == b' ')?;
    Some((text.get(..end)?, text.get(end + 1..)?))
}
