//! Rules as `-l` lists them: text that, given back, makes the same rule.

use crate::{Field, FieldId, List, Op, Rule, SyscallMask, Value, compare, names, perm};
use raudit_tables::{Table, arch, errno, record_type, syscall};
use std::fmt::Write as _;

/// An argument of a system call that a rule asks for, with what its meaning depends on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Argument {
    /// The architecture of the call (`AUDIT_ARCH_*`).
    pub arch: u32,
    /// The number of the call.
    pub syscall: u32,
    /// 0 to 3.
    pub index: u8,
    /// The value asked for.
    pub value: u32,
    /// What the rule asks of the first two arguments; 0 where it does not.
    pub first: [u32; 2],
}

/// Puts an argument into words.
pub type ArgumentWords<'a> = &'a mut dyn FnMut(&Argument) -> Vec<u8>;

/// One line without its newline.
///
/// Strings are as they were given, unquoted; so the line is bytes.
pub fn rule(rule: &Rule) -> Vec<u8> {
    line(rule, None)
}

/// The same (`-l -i`) with words for architectures, unset ids and, by `words`, for the arguments of a single system call.
pub fn rule_in_words(rule: &Rule, words: ArgumentWords<'_>) -> Vec<u8> {
    line(rule, Some(words))
}

fn line(rule: &Rule, mut words: Option<ArgumentWords<'_>>) -> Vec<u8> {
    let interpret = words.is_some();
    let watch = is_watch(rule);
    let mut line = Vec::new();
    if !watch {
        let action = if rule.action == crate::Action::Always { "always" } else { "never" };
        line.extend(format!("-a {action},{}", rule.list.name()).bytes());
        for field in rule.fields.iter().filter(|field| field.id == FieldId::ARCH) {
            line.extend(arch_field(field, interpret).bytes());
        }
        line.extend(syscalls(rule).bytes());
    }
    let mut fields: Vec<&Field> = rule.fields.iter().filter(|field| watch || field.id != FieldId::ARCH).collect();
    if watch {
        // auditctl leaves a perm or key that was written first in front, and then no space: ` -p wa-w /etc`.
        fields.sort_by_key(|field| !matches!(field.id, FieldId::WATCH | FieldId::DIR));
    }
    for field in fields {
        match &field.value {
            Value::Text(value) => text_field(&mut line, field, value, watch),
            Value::Number(value) => match (&mut words, argument_index(field), only_call(rule)) {
                (Some(words), Some(index), Some(call)) => {
                    line.extend(format!(" -F a{index}{}", field.op.symbol()).bytes());
                    line.extend(argument(rule, index, *value, call, *words));
                }
                _ => line.extend(number_field(field, *value, watch, interpret).bytes()),
            },
        }
    }
    line
}

/// Whether some key of the rule contains `part`, as `-l -k` and `-D -k` choose rules.
pub fn key_contains(rule: &Rule, part: &[u8]) -> bool {
    if part.is_empty() {
        return true;
    }
    rule.key().is_some_and(|key| key.windows(part.len()).any(|window| window == part))
}

/// Whether the rule is printed as `-w`: a perm, nothing but what a watch can say, and every system call. The action does
/// not count; a `never` rule of this shape prints as a watch too.
fn is_watch(rule: &Rule) -> bool {
    let only = [FieldId::PERM, FieldId::FILTERKEY, FieldId::DIR, FieldId::WATCH];
    let without_calls = matches!(rule.list, List::User | List::Task | List::Exclude | List::Filesystem);
    rule.fields.iter().all(|field| only.contains(&field.id))
        && rule.fields.iter().any(|field| field.id == FieldId::PERM)
        && (without_calls || rule.syscalls.is_all())
}

fn arch_field(field: &Field, interpret: bool) -> String {
    let Value::Number(number) = field.value else { return String::new() };
    let op = field.op.symbol();
    match arch::name(number).filter(|_| arch::IN_RULES.contains(&number)) {
        None => format!(" -F arch{op}0x{number:X}"),
        Some(name) if interpret => format!(" -F arch{op}{name}"),
        Some(_) if number & arch::IS_64BIT != 0 => format!(" -F arch{op}b64"),
        Some(_) => format!(" -F arch{op}b32"),
    }
}

/// Which argument of a system call the field is.
fn argument_index(field: &Field) -> Option<u8> {
    match field.id {
        FieldId::ARG0 => Some(0),
        FieldId::ARG1 => Some(1),
        FieldId::ARG2 => Some(2),
        FieldId::ARG3 => Some(3),
        _ => None,
    }
}

/// The system call, if the rule is about just one.
fn only_call(rule: &Rule) -> Option<u32> {
    let mut calls = rule.syscalls.iter();
    match (rule.list, calls.next(), calls.next()) {
        (List::Exit, Some(call), None) => Some(call),
        _ => None,
    }
}

/// The architecture asked for last, whatever the operator: names of system calls are printed by it.
fn last_arch(rule: &Rule) -> Option<u32> {
    rule.fields.iter().rev().find_map(|field| match (field.id, &field.value) {
        (FieldId::ARCH, Value::Number(number)) => Some(*number),
        _ => None,
    })
}

/// An argument in words; without an architecture nobody knows what it means.
fn argument(rule: &Rule, index: u8, value: u32, syscall: u32, words: ArgumentWords<'_>) -> Vec<u8> {
    let Some(arch) = last_arch(rule) else { return format!("0x{value:x}").into_bytes() };
    let asked = |id| {
        let last = rule.fields.iter().rev().find(|field| field.id == id).map(|field| &field.value);
        if let Some(Value::Number(value)) = last { *value } else { 0 }
    };
    words(&Argument { arch, syscall, index, value, first: [asked(FieldId::ARG0), asked(FieldId::ARG1)] })
}

/// ` -S all` or ` -S a,b`, by number; the names are those of the last architecture in the rule, else of this machine.
fn syscalls(rule: &Rule) -> String {
    let table = match rule.list {
        List::User | List::Task | List::Exclude | List::Filesystem => return String::new(),
        _ if rule.syscalls.is_all() => return " -S all".into(),
        List::IoUring => Some(&names::IO_URING),
        List::Exit => syscall::table(last_arch(rule).unwrap_or(arch::native())),
    };
    call_names(&rule.syscalls, table)
}

fn call_names(mask: &SyscallMask, table: Option<&Table>) -> String {
    let mut out = String::new();
    for number in mask.iter() {
        out.push_str(if out.is_empty() { " -S " } else { "," });
        match table.and_then(|table| table.name(number)) {
            Some(name) => out.push_str(name),
            None => drop(write!(out, "{number}")),
        }
    }
    out
}

fn text_field(line: &mut Vec<u8>, field: &Field, value: &[u8], watch: bool) {
    let op = field.op.symbol();
    if field.id == FieldId::FILTERKEY {
        for key in value.split(|&b| b == 1).filter(|key| !key.is_empty()) {
            line.extend_from_slice(if watch { b" -k " } else { b" -F key=" });
            line.extend_from_slice(key);
        }
        return;
    }
    if watch {
        line.extend_from_slice(b"-w ");
    } else {
        line.extend(format!(" -F {}{op}", field.id.name().unwrap_or_default()).bytes());
    }
    line.extend_from_slice(value);
}

fn number_field(field: &Field, value: u32, watch: bool, interpret: bool) -> String {
    let op = field.op.symbol();
    let Some(name) = field.id.name() else {
        return format!(" f{}{op}{}", field.id.0, value as i32);
    };
    let shown = match field.id {
        FieldId::PERM if watch => return format!(" -p {}", perm::letters(value)),
        FieldId::PERM => return format!(" -F perm={}", perm::letters(value)),
        FieldId::FIELD_COMPARE => return comparison(field.op, value),
        FieldId::MSGTYPE => named(&record_type::RECORD_TYPE, value),
        FieldId::FSTYPE => named(&names::FILE_SYSTEM, value),
        FieldId::INODE => value.to_string(),
        FieldId::ARG0 | FieldId::ARG1 | FieldId::ARG2 | FieldId::ARG3 => format!("0x{value:X}"),
        FieldId::EXIT => exit(value as i32),
        FieldId::LOGINUID | FieldId::SESSIONID if interpret && value == u32::MAX => "unset".into(),
        _ => (value as i32).to_string(),
    };
    format!(" -F {name}{op}{shown}")
}

fn named(table: &Table, value: u32) -> String {
    table.name(value).map_or_else(|| (value as i32).to_string(), str::to_owned)
}

fn exit(value: i32) -> String {
    match errno::name(value.unsigned_abs()) {
        Some(name) if value < 0 => format!("-{name}"),
        _ => value.to_string(),
    }
}

fn comparison(op: Op, pair: u32) -> String {
    let Some((left, right)) = compare::fields(pair) else {
        // auditctl prints nothing, as if the condition were not there.
        return format!(" -F field_compare{}{pair}", op.symbol());
    };
    let name = |id: FieldId| id.name().unwrap_or_default();
    format!(" -C {}{}{}", name(left), op.symbol(), name(right))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::{self, Context, Step};

    /// What `-l` prints for a command line.
    fn listed(line: &str, interpret: bool) -> String {
        let words: Vec<&[u8]> = line.split(' ').map(str::as_bytes).collect();
        match command::parse(&words, Context::default()).steps.unwrap().remove(0) {
            Step::Add(added, _) if interpret => {
                let words = &mut |argument: &Argument| format!("<{argument:x?}>").into_bytes();
                String::from_utf8(rule_in_words(&added, words)).unwrap()
            }
            Step::Add(added, _) => String::from_utf8(rule(&added)).unwrap(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn prints_values_the_way_users_know_them() {
        for (line, shown) in [
            ("-a always,exit -F arch=b64 -S 90 -F exit=-13", "-a always,exit -F arch=b64 -S chmod -F exit=-EACCES"),
            ("-a exit,never -F arch=b64 -S 2000 -F a1=-1", "-a never,exit -F arch=b64 -S 2000 -F a1=0xFFFFFFFF"),
            ("-a always,exit -F arch=b64 -S openat -F auid=unset", "-a always,exit -F arch=b64 -S openat -F auid=-1"),
            ("-a never,task", "-a never,task"),
            (
                "-a always,exit -F arch=b64 -F perm=x -F dir=/nodir/ -k a -k b",
                "-a always,exit -F arch=b64 -S execve,execveat -F perm=x -F dir=/nodir/ -F key=a -F key=b",
            ),
            ("-w /no/such -p aw -k k", "-w /no/such -p wa -k k"),
            ("-a always,exit -F perm=wa -F key=k -F path=/x", "-w /x -p wa -k k"),
            ("-a always,exclude -F perm=wa", " -p wa"),
            (
                "-a always,exit -F inode=4294967295 -C obj_uid!=uid",
                "-a always,exit -S all -F inode=4294967295 -C uid!=obj_uid",
            ),
            ("-a always,io_uring -S setxattr,mkdirat", "-a always,io_uring -S mkdirat,setxattr"),
            ("-a never,filesystem -F fstype=debugfs", "-a never,filesystem -F fstype=debugfs"),
            ("-a never,user -F msgtype=1999", "-a never,user -F msgtype=1999"),
        ] {
            assert_eq!(listed(line, false), shown);
        }
        assert_eq!(
            listed("-a always,exit -F arch=b32 -F auid=unset", true),
            "-a always,exit -F arch=i386 -S all -F auid=unset"
        );
    }

    #[test]
    fn arguments_of_one_call_are_handed_over_with_what_they_depend_on() {
        assert_eq!(
            listed("-a always,exit -F arch=b64 -S fcntl -F a2&0x1f -F a1!=4", true),
            "-a always,exit -F arch=x86_64 -S fcntl \
             -F a2&<Argument { arch: c000003e, syscall: 48, index: 2, value: 1f, first: [0, 4] }> \
             -F a1!=<Argument { arch: c000003e, syscall: 48, index: 1, value: 4, first: [0, 4] }>"
        );
        for line in ["-a always,exit -F arch=b64 -S fcntl,open -F a2=0x1F", "-a always,exit -S all -F a2=0x1F"] {
            assert!(listed(line, true).ends_with(" -F a2=0x1F"), "{line}");
        }
        assert_eq!(listed("-a always,exit -S open -F a2=0x1F", true), "-a always,exit -S open -F a2=0x1f");
    }

    #[test]
    fn numbers_without_a_name_are_shown_as_numbers() {
        let field = |id, value| Field { id: FieldId(id), op: Op::Eq, value: Value::Number(value) };
        let rule = Rule {
            list: List::Exit,
            action: crate::Action::Always,
            syscalls: SyscallMask::ALL,
            fields: vec![field(11, 0x1234), field(77, 5), field(111, 99)],
        };
        assert_eq!(super::rule(&rule), b"-a always,exit -F arch=0x1234 -S all f77=5 -F field_compare=99");
    }

    #[test]
    fn keys_are_found_by_a_part() {
        let words: [&[u8]; 4] = [b"-w", b"/x", b"-k", b"secret"];
        let steps = command::parse(&words, Context::default()).steps.unwrap();
        let [Step::Add(rule, false)] = steps.as_slice() else { panic!("{steps:?}") };
        assert!(key_contains(rule, b"") && key_contains(rule, b"cre") && !key_contains(rule, b"x"));
    }
}
