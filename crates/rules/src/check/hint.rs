//! What to do about a line that is refused: a word to someone who is tired.

use super::spelling::nearest;
use crate::command::{CommandError, FieldError, Reason};
use crate::file::Word;
use crate::{FieldId, Invalid, List, Value, names};
use raudit_tables::{Table, arch, errno, record_type, syscall};

/// The hint for a refused line, if there is anything to say.
pub(super) fn of(error: &CommandError, line: &[u8], words: &[Word]) -> Option<String> {
    let at = error.place.as_ref().map_or(0, |place| place.word);
    let word = words.get(at)?;
    let part = error.place.as_ref().and_then(|place| word.bytes.get(place.bytes.clone())).unwrap_or(&word.bytes);
    let text = String::from_utf8_lossy(part).into_owned();
    if let Some(hint) = bytes(&word.bytes, line) {
        return Some(hint);
    }
    match &error.reason {
        Reason::Condition(error) => condition(error, &text, words.get(at + 1)),
        Reason::Call => call(&text, words),
        Reason::Keyword => Some(keyword(&text)),
        Reason::Stray => Some(stray(&text, at, words)),
        Reason::Order => Some(order(&error.lines.concat(), words)),
        Reason::Option => Some(option(&text)),
        Reason::CallsOnList => Some("leave -S away: only the exit list (and io_uring) is about system calls".into()),
        Reason::NoList => Some("say which list and what to do, before the rest: -a always,exit".into()),
        Reason::Path => Some("watches need the whole path, from / on".into()),
        Reason::Letters => Some("up to four of r (read), w (write), x (execute), a (attributes)".into()),
        Reason::Key => Some("all keys of a rule together have at most 256 bytes".into()),
        Reason::Other => setting(error.lines.first()?),
    }
}

/// What settings take.
fn setting(message: &str) -> Option<String> {
    let hint = match message.split(' ').next()? {
        "Enable" => "0 is off, 1 on, 2 on and locked until the next boot",
        "Failure" => "what happens when a record is lost: 0 nothing, 1 a kernel message, 2 a panic",
        "Rate" | "Backlog" | "Backlog_wait_time" => "only a number will do here",
        _ if message.starts_with("Error - nested") => "augenrules puts the files of a directory together",
        _ => return None,
    };
    Some(hint.into())
}

/// What is not special in a rules file although it looks so.
pub(super) fn bytes(word: &[u8], line: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(word);
    let has = |chars: &[char]| text.contains(chars);
    Some(match () {
        () if line.starts_with(b"\xef\xbb\xbf") && text.starts_with('\u{feff}') => {
            "the file starts with a byte order mark (U+FEFF), which belongs to its first word: save it without".into()
        }
        () if word.contains(&b'\t') => "words are split at spaces only: here is a tab (\\t)".into(),
        () if text.starts_with(['\u{2010}', '\u{2011}', '\u{2012}', '\u{2013}', '\u{2014}', '\u{2212}']) => {
            "this is a long dash, as word processors make it, and not '-'".into()
        }
        () if has(&['\u{a0}']) => "words are split at spaces only: here is a no-break space (U+00A0)".into(),
        () if word.starts_with(b"#") => {
            "a comment needs a line of its own: # after the first word is not special".into()
        }
        () if has(&['"', '\'', '\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}']) => {
            "quotes are not special here; a space in a word is written \"\\ \"".into()
        }
        () if word.ends_with(b"\r") => "the line ends in CR LF: convert the file, sed -i 's/\\r$//' FILE".into(),
        () => return None,
    })
}

fn meant(name: &str) -> String {
    format!("did you mean `{name}'?")
}

fn condition(error: &FieldError, text: &str, next: Option<&Word>) -> Option<String> {
    let operator = |word: &&Word| word.bytes.first().is_some_and(|b| b"=<>!&".contains(b));
    let near = |table: &Table| nearest(text, table.iter().map(|(_, name)| name)).map(meant);
    let hint = match error {
        _ if text.starts_with('=') => "one = is enough",
        FieldError::OperatorMissing if next.filter(operator).is_some() => "no space before the operator: auid>=1000",
        FieldError::OperatorMissing => "a condition is field, operator and value in one word: auid>=1000",
        FieldError::ValueMissing => "the value belongs to the same word, without a space: auid>=1000",
        FieldError::FieldMissing => "a condition is field, operator and value in one word: auid>=1000",
        FieldError::UnknownField | FieldError::CompareUnknownField => return Some(field(text)),
        FieldError::CompareUnknownValue => "-C compares two fields with each other; for a value use -F",
        FieldError::ArchMisplaced => "put -F arch in front of -S: names of system calls depend on it",
        FieldError::ArchUnknown => "b64, b32, or a machine: x86_64, i386, aarch64, ppc64le, s390x, riscv64",
        FieldError::ExitOnly => "this field has a meaning on the exit list only: -a always,exit",
        FieldError::MessageTypeList => "record types are filtered with -a always,exclude",
        FieldError::UnknownMessageType => {
            return near(&record_type::RECORD_TYPE).or(Some("a type as in the log (type=CWD), or its number".into()));
        }
        FieldError::OnlyEquality => "use = or !=",
        FieldError::OnlyEqual => "use =",
        FieldError::PermLetters => "up to four of r (read), w (write), x (execute), a (attributes)",
        FieldError::UnknownErrno => return Some(error_name(text)),
        FieldError::UnknownFileType => "one of file, dir, link, socket, block, character, fifo",
        FieldError::UnknownFileSystem => "one of tracefs, debugfs, cgroup, cgroup2, or a number",
        FieldError::KeyNeedsRule => "put the key last, after -S, perm, path, dir or exe",
        FieldError::NotANumber if matches!(text, "yes" | "no" | "true" | "false") => "1 is success, 0 is failure",
        FieldError::NotANumber => "only a number will do here",
        FieldError::UnknownUser(_) => return Some(account("user", "unset", text)),
        FieldError::UnknownGroup(_) => return Some(account("group", "root", text)),
        FieldError::TooManyFields => "a rule has at most 63 conditions, all keys counting as one",
        FieldError::Incompatible => "users can be compared with users, groups with groups: -C uid!=euid",
        FieldError::SessionList => "use -a always,exit, user or exclude",
        _ => return None,
    };
    Some(hint.into())
}

fn account(kind: &str, word: &str, text: &str) -> String {
    match nearest(text, [word, "root"]) {
        Some(name) => meant(name),
        None => format!("there is no such {kind} on this machine; a number always works"),
    }
}

fn field(text: &str) -> String {
    let names: Vec<&str> = (0..256).filter_map(|number| FieldId(number).name()).chain(["loginuid"]).collect();
    if text.contains(['=', '<', '>', '&']) {
        return "the operator is looked for in the whole word, != and >= before =: it cannot be part of the value"
            .into();
    }
    let other = match text.to_ascii_lowercase().as_str() {
        "user" | "login" => Some("auid"),
        "group" => Some("gid"),
        "file" | "filename" => Some("path"),
        "directory" => Some("dir"),
        "type" => Some("msgtype"),
        "syscall" => return "system calls are named with -S".into(),
        "permission" | "perms" => Some("perm"),
        "session" | "ses" => Some("sessionid"),
        "comm" | "command" => return "programs are known by their path: exe=/usr/bin/...".into(),
        _ => nearest(text, names),
    };
    other.map_or_else(|| "the fields are listed in rauditctl(8) and auditctl(8)".into(), meant)
}

fn error_name(text: &str) -> String {
    let names = errno::ERRNO.iter().map(|(_, name)| name);
    match nearest(text.trim_start_matches('-'), names) {
        Some(name) => meant(&format!("-{name}")),
        None => "the name of an error with -, as in exit=-EACCES, or a number".into(),
    }
}

/// The architecture the line's calls are of, as far as its words say.
fn arch_of(words: &[Word]) -> u32 {
    let given = words.iter().rev().find_map(|word| {
        let bytes = word.bytes.strip_prefix(b"-F").unwrap_or(&word.bytes);
        std::str::from_utf8(bytes.strip_prefix(b"arch=")?).ok()
    });
    match given {
        Some("b32") if arch::native() & arch::IS_64BIT != 0 => arch::compat(arch::native()).unwrap_or_default(),
        None | Some("b64" | "b32") => arch::native(),
        Some(machine) => arch::number(machine).unwrap_or_default(),
    }
}

fn call(text: &str, words: &[Word]) -> Option<String> {
    if words.iter().any(|word| word.bytes.ends_with(b",io_uring") || word.bytes.starts_with(b"io_uring,")) {
        return Some(match nearest(text, names::IO_URING.iter().map(|(_, name)| name)) {
            Some(name) => meant(name),
            None => "the io_uring list is about operations (openat, connect, ...), and few of them".into(),
        });
    }
    let of = arch_of(words);
    let lower = text.to_ascii_lowercase();
    let elsewhere = |&other: &u32| other != of && syscall::table(other).is_some_and(|t| t.number(&lower).is_some());
    let here = arch::name(of).unwrap_or("this machine");
    let pair: Vec<u32> = [Some(arch::native()), arch::compat(arch::native())].into_iter().flatten().collect();
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return Some("the numbers of system calls that rules can name end at 2047".into());
    }
    if let Some(&other) = pair.iter().find(|other| pair.contains(&of) && elsewhere(other)) {
        let which = if other & arch::IS_64BIT == 0 { "b32" } else { "b64" };
        return Some(format!("{here} has no such system call, but arch={which} has: it needs a rule of its own"));
    }
    if let Some(other) = arch::IN_RULES.into_iter().find(elsewhere) {
        let also = lower.clone() + "at";
        let instead = syscall::table(of).filter(|table| table.number(&also).is_some());
        let instead = instead.map(|_| format!(", but {also}")).unwrap_or_default();
        return Some(format!(
            "{here} has no such system call{instead}; {} has",
            arch::name(other).unwrap_or("another")
        ));
    }
    let names = syscall::table(of)?.iter().map(|(_, name)| name).chain(["all"]);
    nearest(text, names).map(meant)
}

fn keyword(text: &str) -> String {
    let words: Vec<&str> = List::ALL.iter().map(|list| list.name()).chain(["always", "never"]).collect();
    match (text, nearest(text, words)) {
        ("entry", _) => "the entry list is gone from the kernel: use exit".into(),
        ("possible", _) => "possible is gone: use always or never".into(),
        (_, Some(name)) if name != text => meant(name),
        ("", _) => "list and action belong together, without a space: -a always,exit".into(),
        _ if !text.contains(',') || text.ends_with(',') => {
            "list and action belong together, without a space: -a always,exit".into()
        }
        _ => "an action (always, never) and a list (exit, task, user, exclude, filesystem, io_uring)".into(),
    }
}

fn stray(text: &str, at: usize, words: &[Word]) -> String {
    let before = at.checked_sub(1).and_then(|at| words.get(at)).map_or(&b""[..], |word| &word.bytes);
    let operator = |byte: Option<&u8>| byte.is_some_and(|b| b"=<>!&".contains(b));
    if before.ends_with(b",") || text.starts_with(',') {
        return "no space around the comma: the list is one word".into();
    }
    if operator(before.last()) || operator(text.as_bytes().first()) {
        return "no space around the operator: a condition is one word, auid>=1000".into();
    }
    if let Some(hint) = words.iter().take(at).find_map(|word| bytes(&word.bytes, b"")) {
        return hint;
    }
    let option = at.checked_sub(2).and_then(|at| words.get(at)).map_or(&b""[..], |word| &word.bytes);
    if let ([b'-', letter], [b'-', ..]) = (option, before) {
        let (letter, before) = (char::from(*letter), String::from_utf8_lossy(before));
        return format!("-{letter} took {before} for its word: is something missing between them?");
    }
    if at == 0 {
        return "each line is a list of options of auditctl, which start with -".into();
    }
    "this word belongs to no option; a space within a word is written \"\\ \"".into()
}

fn order(message: &str, words: &[Word]) -> String {
    let has = |option: &[u8]| words.iter().any(|word| word.bytes.starts_with(option));
    let list = has(b"-a") || has(b"-A") || has(b"-d");
    match message {
        m if m.starts_with("watch option") => {
            "-w is a rule by itself: in a rule with -a write -F path= or -F dir=".into()
        }
        m if m.starts_with("permission") && !has(b"-w") => "-p belongs to -w; with -a write -F perm=".into(),
        m if m.starts_with("permission") => "the watch must come first: move -p behind -w".into(),
        m if m.starts_with("Permissions should") => "-p belongs to -w; with -a write -F perm=".into(),
        m if m.starts_with("key option") && has(b"-w") => "the watch must come first: move -k behind -w".into(),
        m if m.starts_with("key option") && list => {
            "put the key last, after -S, perm, path, dir or exe (-S all if the rule is about every call)".into()
        }
        _ if list => "the list must come before the fields: move -a to the front".into(),
        _ => "say which list and what to do, before the rest: -a always,exit".into(),
    }
}

fn option(text: &str) -> String {
    const LONG: [&str; 7] = [
        "--backlog_wait_time",
        "--reset-lost",
        "--loginuid-immutable",
        "--reset_backlog_wait_time_actual",
        "--signal",
        "--help",
        "--check",
    ];
    match text.as_bytes() {
        [b'-', letter] if b"CefrbaAdSFmRwWkpq".contains(letter) => format!("{text} needs a word after it"),
        [b'-', b'-', ..] => nearest(text, LONG).map_or_else(|| "there is no such option".into(), meant),
        _ => "there is no such option; rauditctl -h lists them".into(),
    }
}

/// Why the kernel would refuse a rule, and what to do.
pub(super) fn invalid(why: &Invalid, field: Option<&crate::Field>) -> String {
    let value = field.map(|field| &field.value);
    if let Invalid::Repeated(id) = why {
        return match *id {
            FieldId::EXE => "a rule can have one exe: two programs need two rules".into(),
            FieldId::FILTERKEY => "all keys must be one field".into(),
            _ => "a rule can have one of path, dir and inode: two paths need two rules".into(),
        };
    }
    let more = match (why, value) {
        (Invalid::Value(FieldId::WATCH), Some(Value::Text(path))) if path.ends_with(b"/") => {
            "it must not end with /; for all that is in a directory use dir="
        }
        (Invalid::Value(FieldId::WATCH | FieldId::DIR | FieldId::EXE), Some(Value::Text(path))) => {
            if path.first().is_some_and(|b| b"\"'".contains(b)) {
                "quotes are not special here; a space in a word is written \"\\ \""
            } else {
                "it must be a whole path, from / on, without / at its end"
            }
        }
        (Invalid::Value(_), Some(Value::Number(u32::MAX))) => "only auid and sessionid can be unset (-1, 4294967295)",
        (Invalid::Op(FieldId::LOGINUID, _), _) => "unset can only be compared with = and !=",
        (Invalid::Op(FieldId::WATCH | FieldId::DIR, _), _) => {
            "use =; to leave a path out, put a rule -a never,exit for it in front"
        }
        (Invalid::Op(..), _) => "use = or !=, or write the range with < and >",
        (Invalid::List(FieldId::MSGTYPE, _), _) => "record types are filtered with -a always,exclude",
        (Invalid::List(_, List::Filesystem), _) => "the filesystem list takes fstype and key only",
        _ => "",
    };
    if more.is_empty() { why.to_string() } else { format!("{why}: {more}") }
}
