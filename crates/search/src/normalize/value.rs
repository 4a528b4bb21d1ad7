//! What the value of a field means, as the normaliser shows it.
//!
//! `rausearch -i` shows the same, but there values are split by their quotes ([`raudit_record::Interpreter::body`]), and those
//! without a type are not escaped for shells.

use super::cursor::{Cursor, Source};
use super::field::Field;
use super::path::real_path;
use super::text::{first_key, text_of};
use super::word::{Tag, Word, tag};
use memchr::memchr;
use raudit_record::interpret::{Context, Escape, Meaning};
use raudit_record::names::{Names, parse_id};
use raudit_record::{Interpreter, Kind};
use std::borrow::Cow;
use std::collections::HashMap;

/// Above this many users the numbers of names are forgotten: a log of a large directory must not grow us without bound.
const MOST: usize = 10_000;

/// Names that are met most, with a meaning that is the same in every record.
const LOGIN: Tag = tag(b"auid");
const UID: Tag = tag(b"uid");
const SESSION: Tag = tag(b"ses");
const RESULT: Tag = tag(b"res");
const PROGRAM: Tag = tag(b"exe");
const COMMAND: Tag = tag(b"comm");
const NAME: Tag = tag(b"name");
const SUCCESS: Tag = tag(b"success");
const INODE: Tag = tag(b"inode");

/// A system call that was met.
#[derive(Clone, Debug, Default)]
struct Call {
    number: Vec<u8>,
    /// `arch=`
    machine: Vec<u8>,
    name: Vec<u8>,
}

/// More than any machine has calls.
const CALLS: usize = 1024;

/// Values as text.
#[derive(Debug)]
pub(super) struct Values {
    interpreter: Interpreter,
    escape: Escape,
    /// Numbers of users whose name was met; `None` for a name nobody has.
    users: HashMap<Vec<u8>, Option<u32>>,
    calls: Vec<Call>,
}

impl Values {
    /// Text escaped in this way; names are this host's where the log has none.
    pub(super) fn new(escape: Escape) -> Self {
        Self {
            interpreter: Interpreter::new(Names::new()).escaping(Escape::Raw),
            escape,
            users: HashMap::new(),
            calls: Vec::new(),
        }
    }

    /// What kind of value a field has.
    pub(super) fn meaning(kind: Kind, field: &Field<'_>) -> Meaning {
        match field.tag {
            LOGIN | UID => return Meaning::User,
            SESSION => return Meaning::Session,
            RESULT => return Meaning::Result,
            PROGRAM | COMMAND | NAME => return Meaning::Untrusted,
            SUCCESS | INODE if kind != Kind::TRUSTED_APP => return Meaning::Plain,
            _ => {}
        }
        let is_text = || field.value.first() == Some(&b'"') || field.value.iter().all(u8::is_ascii_hexdigit);
        match Meaning::of_value(kind, field.name, field.value) {
            Meaning::Plain if kind == Kind::TRUSTED_APP && field.name != b"pid" && is_text() => Meaning::Untrusted,
            meaning => meaning,
        }
    }

    /// True for the name of a file, which the working directory completes.
    pub(super) fn is_file(kind: Kind, field: &Field<'_>) -> bool {
        field.name == b"name" && !matches!(kind, Kind::KERN_MODULE | Kind::EXECVE)
    }

    /// Appends the meaning of a field; where it is a file's name, completed.
    pub(super) fn push_file(&mut self, cursor: &Cursor<'_>, record: &Source<'_>, field: &Field<'_>, out: &mut Vec<u8>) {
        if !Self::is_file(record.kind, field) {
            return self.push(cursor, record, field, out);
        }
        let start = out.len();
        match working_directory(cursor) {
            Some(directory) => real_path(&text_of(directory), &text_of(field.value), out),
            None => out.extend_from_slice(&text_of(field.value)),
        }
        self.escape.show_from(start, out);
    }

    /// Appends the meaning of a field.
    pub(super) fn push(&mut self, cursor: &Cursor<'_>, record: &Source<'_>, field: &Field<'_>, out: &mut Vec<u8>) {
        let start = out.len();
        let value = field.value;
        let meaning = Self::meaning(record.kind, field);
        if meaning.is_enriched()
            && let Some(recorded) = record.enriched.and_then(|text| recorded(text, field.name))
        {
            let is_id = matches!(meaning, Meaning::User | Meaning::Group);
            return out.extend_from_slice(&if is_id { text_of(recorded) } else { Cow::Borrowed(recorded) });
        }
        match meaning {
            Meaning::Plain | Meaning::Label | Meaning::Address => out.extend_from_slice(value),
            Meaning::Key if !matches!(value, [b'"' | b'(', ..]) => out.extend(first_key(value).into_iter().flatten()),
            Meaning::Untrusted | Meaning::Key => out.extend_from_slice(&text_of(value)),
            Meaning::Session if value == b"4294967295" => return out.extend_from_slice(b"unset"),
            Meaning::Session => out.extend_from_slice(value),
            Meaning::Result => out.extend_from_slice(result(value)),
            Meaning::User | Meaning::Group => match parse_id(value) {
                Some(id) if meaning == Meaning::User => self.interpreter.names().push_user(id, out),
                Some(id) => self.interpreter.names().push_group(id, out),
                None => out.extend_from_slice(value),
            },
            Meaning::Syscall => self.push_call(cursor, record, field, out),
            _ => self.interpreter.value(&context(cursor, record), field.name, value, out),
        }
        self.escape.show_from(start, out);
    }

    /// Appends the name of a system call, which is remembered; but not of those calls that are many in one.
    fn push_call(&mut self, cursor: &Cursor<'_>, record: &Source<'_>, field: &Field<'_>, out: &mut Vec<u8>) {
        let fields = cursor.read_fields(record);
        let machine = fields.iter().find(|field| field.name == b"arch").map_or(&b""[..], |field| field.value);
        if self.calls.is_empty() {
            self.calls.resize(CALLS, Call::default());
        }
        let number = number(field.value).and_then(|number| usize::try_from(number).ok()).unwrap_or(0);
        let known = self.calls.get_mut(number % CALLS);
        if let Some(call) = known.as_ref().filter(|call| call.number == field.value && call.machine == machine) {
            return out.extend_from_slice(&call.name);
        }
        let start = out.len();
        self.interpreter.value(&context(cursor, record), field.name, field.value, out);
        let name = out.get(start..).unwrap_or_default();
        if let Some(call) = known.filter(|_| !name.contains(&b'(')) {
            *call = Call { number: field.value.to_vec(), machine: machine.to_vec(), name: name.to_vec() };
        }
    }

    /// Appends text as it is shown.
    pub(super) fn push_text(&self, text: &[u8], out: &mut Vec<u8>) {
        out.extend_from_slice(&self.escape.show(text));
    }

    /// The number of the user with this name on this host.
    pub(super) fn user_called(&mut self, name: &[u8]) -> Option<u32> {
        if let Some(known) = self.users.get(name) {
            return *known;
        }
        let user = str::from_utf8(name).ok().and_then(|name| nix::unistd::User::from_name(name).ok().flatten());
        let number = user.map(|user| user.uid.as_raw());
        if self.users.len() >= MOST {
            self.users.clear();
        }
        self.users.insert(name.to_vec(), number);
        number
    }
}

/// The decimal number a value begins with, in 32 bits as a program of C has it; `None` beyond 64 bits.
pub(super) fn number(value: &[u8]) -> Option<i32> {
    let value = value.trim_ascii_start();
    let (digits, sign) = match value {
        [b'-', digits @ ..] => (digits, -1),
        [b'+', digits @ ..] => (digits, 1),
        digits => (digits, 1),
    };
    let mut digits = digits.iter().take_while(|byte| byte.is_ascii_digit());
    let number =
        digits.try_fold(0_i64, |number, digit| number.checked_mul(10)?.checked_add(sign * i64::from(digit - b'0')));
    #[expect(clippy::cast_possible_truncation, reason = "a uid of 4294967295 is -1")]
    number.map(|number| number as i32)
}

/// `0` and `1` are words.
fn result(value: &[u8]) -> &[u8] {
    if !value.first().is_some_and(u8::is_ascii_digit) {
        return value;
    }
    match number(value) {
        Some(0) => b"no",
        Some(1) => b"yes",
        _ => b"unset",
    }
}

/// What the writing daemon recorded of a field, if it knew: the first of this name.
fn recorded<'e>(enriched: &'e [u8], name: &[u8]) -> Option<&'e [u8]> {
    if let Some(address) = enriched.strip_prefix(b"SADDR=") {
        let address = address.get(memchr(b'{', address)?..)?;
        return (name == b"saddr" && memchr(b'}', address).is_some()).then_some(address);
    }
    let mut rest = enriched;
    let mut words = std::iter::from_fn(|| Word::next(&mut rest));
    let found =
        words.find(|word| word.value.is_some_and(|value| !value.is_empty()) && word.name.eq_ignore_ascii_case(name));
    found?.value.filter(|value| !value.starts_with(b"unknown-"))
}

/// The last working directory that the event names, as it stands in its record.
fn working_directory<'c>(cursor: &'c Cursor<'_>) -> Option<&'c [u8]> {
    let records = cursor.records().iter().rev().filter(|record| record.kind == Kind::CWD);
    records
        .filter_map(|record| cursor.read_fields(record).iter().find(|field| field.name == b"cwd"))
        .next()
        .map(|field| field.value)
}

/// What the meaning of a system call's arguments depends on.
fn context<'c>(cursor: &'c Cursor<'_>, record: &'c Source<'_>) -> Context<'c> {
    let mut context = Context { kind: record.kind, ..Context::default() };
    let hex = |value: &[u8]| u64::from_str_radix(str::from_utf8(value).unwrap_or_default(), 16).ok();
    for field in cursor.read_fields(record) {
        match field.name {
            b"arch" => context.arch = hex(field.value).and_then(|number| u32::try_from(number).ok()),
            b"syscall" => context.syscall = number(field.value).and_then(|number| u32::try_from(number).ok()),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_a_program_of_c_reads_them() {
        assert_eq!(number(b"4294967295"), Some(-1));
        assert_eq!(number(b"-2x"), Some(-2));
        assert_eq!(number(b"x"), Some(0));
        assert_eq!(number(b"99999999999999999999"), None);
    }

    #[test]
    fn what_was_recorded_is_found_by_name() {
        let text = b"ARCH=x86_64 UID=\"root\" AUID=\"unset\" SYSCALL=unknown-syscall(999)";
        assert_eq!(recorded(text, b"uid"), Some(&b"\"root\""[..]));
        assert_eq!(recorded(text, b"auid"), Some(&b"\"unset\""[..]));
        assert_eq!(recorded(text, b"syscall"), None);
        assert_eq!(recorded(text, b"id"), None);
        assert_eq!(
            recorded(b"SADDR={ saddr_fam=inet laddr=::1 }", b"saddr"),
            Some(&b"{ saddr_fam=inet laddr=::1 }"[..])
        );
        assert_eq!(recorded(b"SADDR={ saddr_fam=inet", b"saddr"), None);
    }

    #[test]
    fn results() {
        for (value, text) in [("1", "yes"), ("0", "no"), ("2", "unset"), ("success", "success"), ("", "")] {
            assert_eq!(result(value.as_bytes()), text.as_bytes(), "{value}");
        }
    }
}
