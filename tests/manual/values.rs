//! What may follow an option, by the word that stands for it in the help.

use raudit_rules::{FieldId, List, compare, names};
use raudit_tables::arch;

/// What a shell offers.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Value {
    /// It is a switch.
    Switch,
    /// Anything.
    Text,
    File,
    Directory,
    User,
    Group,
    Words(Vec<String>),
    /// The lines that a command writes; several may be given, with commas between them.
    Command(&'static str),
    /// The same, and only one.
    One(&'static str),
    /// `field=value`
    Field,
}

/// The calls of this machine.
pub const SYSCALLS: &str = "ausyscall --dump 2>/dev/null | sed -n 's/^[0-9]*\\t//p'";
/// The types of records.
pub const TYPES: &str = "rausearch -m 2>&1 | sed -n 's/^Valid message types are: //p' | tr ' ' '\\n'";
/// The keys of the rules that are loaded when the machine starts; only root may read them.
pub const KEYS: &str =
    "sed -n 's/^-.*\\(-k *\\|key=\\)\\([^ ]*\\).*/\\2/p' /etc/audit/audit.rules 2>/dev/null | sort -u";

/// The words for a time; `tests/manual` tries them.
pub const TIMES: [&str; 10] =
    ["now", "recent", "this-hour", "boot", "today", "yesterday", "this-week", "week-ago", "this-month", "this-year"];

/// What an option's placeholder stands for. A new one has to be entered here.
pub fn of(placeholder: &str) -> Value {
    let inner = placeholder.trim_start_matches('<').trim_end_matches('.').trim_end_matches('>');
    match inner {
        "" => Value::Switch,
        "FILE" | "FILE|DIR" | "RULES|-" | "CONF" | "file" | "path" => Value::File,
        "DIR" => Value::Directory,
        "USER" => Value::User,
        "GROUP" => Value::Group,
        "KEY" | "key" => Value::One(KEYS),
        "TYPE[,TYPE]" => Value::Command(TYPES),
        "NAME|NUMBER" => Value::One(SYSCALLS),
        "name or number" => Value::Command(SYSCALLS),
        "ARCH" => words(machines()),
        "STATE" => words(["enable", "disable", "nochange"]),
        "signal" => words(raudit_netlink::ctl::signals()),
        "list,action" => words(places()),
        "rwxa" => words(["r", "w", "x", "a", "wa", "rwa", "rwxa"]),
        "field op value" => Value::Field,
        "field op field" => words(pairs()),
        "[DATE] [TIME]" => words(TIMES),
        "SERIAL" | "TEXT" | "SECONDS" | "CODE|ERRNO" | "EXPRESSION" | "PATTERN" | "REGEX" | "NAME" | "CONTEXT"
        | "PID" | "SESSION" | "TTY" | "PERIOD" | "TARGET" | "number" | "n" | "rule" | "mount,subtree" | "text" => {
            Value::Text
        }
        choice if choice.contains('|') && !choice.contains(|c: char| c.is_ascii_uppercase()) => {
            words(choice.split('|'))
        }
        other => panic!("no shell knows what may follow an option where the help says {other:?}: see values.rs"),
    }
}

fn words(words: impl IntoIterator<Item = impl Into<String>>) -> Value {
    Value::Words(words.into_iter().map(Into::into).collect())
}

/// Names of machines, as rules and searches take them.
pub fn machines() -> Vec<&'static str> {
    ["b64", "b32"].into_iter().chain(arch::IN_RULES.iter().filter_map(|&arch| arch::name(arch))).collect()
}

fn places() -> Vec<String> {
    List::ALL.iter().flat_map(|list| ["always", "never"].map(|action| format!("{action},{}", list.name()))).collect()
}

fn fields() -> impl Iterator<Item = FieldId> {
    (0..=210).map(FieldId).filter(|&field| field.name().is_some() && field != FieldId::FIELD_COMPARE)
}

/// The names of fields in rules.
pub fn field_names() -> Vec<&'static str> {
    fields().filter_map(FieldId::name).collect()
}

fn pairs() -> Vec<String> {
    let all: Vec<FieldId> = fields().collect();
    let pairs = (1..=25).filter_map(compare::fields);
    let pairs = pairs.filter(|(left, right)| all.contains(left) && all.contains(right));
    pairs.map(|(left, right)| format!("{}={}", left.name().unwrap(), right.name().unwrap())).collect()
}

/// The fields that others are compared with.
pub fn compared() -> Vec<&'static str> {
    let all = || (1..=25).filter_map(compare::fields);
    field_names().into_iter().filter(|name| all().any(|(_, right)| right.name() == Some(name))).collect()
}

/// What the value of a field may be, where it is known.
pub fn of_field(field: &str) -> Value {
    match field {
        "arch" => words(machines()),
        "uid" | "euid" | "suid" | "fsuid" | "auid" | "obj_uid" => Value::User,
        "gid" | "egid" | "sgid" | "fsgid" | "obj_gid" => Value::Group,
        "path" | "dir" | "exe" => Value::File,
        "success" => words(["0", "1"]),
        "perm" => of("<rwxa>"),
        "key" => Value::One(KEYS),
        "msgtype" => Value::One(TYPES),
        "filetype" => words(names::FILE_TYPE.iter().map(|(_, name)| name)),
        "fstype" => words(names::FILE_SYSTEM.iter().map(|(_, name)| name)),
        _ => Value::Text,
    }
}

/// What may stand where no option does.
pub fn of_words(program: &str) -> Option<Value> {
    (program == "ausyscall").then_some(Value::One(SYSCALLS))
}
