//! One condition of a rule, in words.

use super::value;
use crate::{Field, FieldId, List, Op, Rule, Value, compare, perm};
use raudit_tables::arch;

/// Who or what a field is about.
fn noun(id: FieldId) -> &'static str {
    match id {
        FieldId::PID => "its process id (pid)",
        FieldId::PPID => "its parent's process id (ppid)",
        FieldId::UID => "its user (uid)",
        FieldId::EUID => "its effective user (euid)",
        FieldId::SUID => "its saved user (suid)",
        FieldId::FSUID => "its user towards file systems (fsuid)",
        FieldId::GID => "its group (gid)",
        FieldId::EGID => "its effective group (egid)",
        FieldId::SGID => "its saved group (sgid)",
        FieldId::FSGID => "its group towards file systems (fsgid)",
        FieldId::LOGINUID => "its login user (auid: who logged in, whatever su and sudo did since)",
        FieldId::PERS => "its personality (pers)",
        FieldId::MSGTYPE => "the record's type (msgtype)",
        FieldId::SUBJ_USER => "the user in its security label (subj_user)",
        FieldId::SUBJ_ROLE => "the role in its security label (subj_role)",
        FieldId::SUBJ_TYPE => "the type in its security label (subj_type)",
        FieldId::SUBJ_SEN => "the low level in its security label (subj_sen)",
        FieldId::SUBJ_CLR => "the high level in its security label (subj_clr)",
        FieldId::OBJ_USER => "the user in the label of a file it uses (obj_user)",
        FieldId::OBJ_ROLE => "the role in the label of a file it uses (obj_role)",
        FieldId::OBJ_TYPE => "the type in the label of a file it uses (obj_type)",
        FieldId::OBJ_LEV_LOW => "the low level in the label of a file it uses (obj_lev_low)",
        FieldId::OBJ_LEV_HIGH => "the high level in the label of a file it uses (obj_lev_high)",
        FieldId::SESSIONID => "its login session (sessionid)",
        FieldId::FSTYPE => "the file system (fstype)",
        FieldId::DEVMAJOR => "the major number of the device of a file it uses (devmajor)",
        FieldId::DEVMINOR => "the minor number of the device of a file it uses (devminor)",
        FieldId::INODE => "the inode of a file it uses",
        FieldId::EXIT => "the value the call returns (exit)",
        FieldId::FILETYPE => "the kind of a file it uses (filetype)",
        FieldId::OBJ_UID => "the owner of a file it uses (obj_uid)",
        FieldId::OBJ_GID => "the group of a file it uses (obj_gid)",
        FieldId::EXE => "the program",
        FieldId::SADDR_FAM => "the family of the socket address (saddr_fam)",
        FieldId::ARG0 => "the call's first argument (a0)",
        FieldId::ARG1 => "the call's second argument (a1)",
        FieldId::ARG2 => "the call's third argument (a2)",
        FieldId::ARG3 => "the call's fourth argument (a3)",
        _ => "something this program does not know",
    }
}

fn verb(op: Op) -> &'static str {
    match op {
        Op::Eq => "is",
        Op::Ne => "is not",
        Op::Lt => "is less than",
        Op::Le => "is at most",
        Op::Gt => "is greater than",
        Op::Ge => "is at least",
        Op::BitMask => "has at least one bit of",
        Op::BitTest => "has all bits of",
    }
}

/// A condition; `None` for what is none, or is said elsewhere.
pub(super) fn of(field: &Field, rule: &Rule) -> Option<String> {
    match (field.id, &field.value) {
        (FieldId::FILTERKEY, _) => None,
        (FieldId::ARCH, Value::Number(_)) if field.op == Op::Eq => None,
        (FieldId::ARCH, Value::Number(number)) => Some(format!("the program is not {}", machine(*number))),
        (FieldId::WATCH, Value::Text(path)) => Some(format!("the call uses the file {}", shown(path))),
        (FieldId::DIR, Value::Text(path)) => {
            Some(format!("the call uses the directory {} or anything below it", shown(path)))
        }
        (FieldId::EXE, Value::Text(path)) => Some(format!("the program {} {}", verb(field.op), shown(path))),
        (id, Value::Text(text)) => Some(format!("{} {} {}", noun(id), verb(field.op), shown(text))),
        (FieldId::PERM, Value::Number(bits)) => Some(access(*bits)),
        (FieldId::SUCCESS, Value::Number(value)) => Some(success(field.op, *value)),
        (FieldId::EXIT, Value::Number(value)) if field.op == Op::Eq && (*value as i32) < 0 => {
            Some(format!("the call fails with {}", value::error(*value as i32)))
        }
        (FieldId::FIELD_COMPARE, Value::Number(pair)) => Some(comparison(field.op, *pair)),
        (id, Value::Number(value)) => {
            let text = format!("{} {} {}", noun(id), verb(field.op), value::of(id, field.op, *value));
            Some(text + &remark(field, *value, rule))
        }
    }
}

fn shown(text: &[u8]) -> String {
    String::from_utf8_lossy(text).into_owned()
}

/// A machine's name, with the word rules have for it.
pub(super) fn machine(number: u32) -> String {
    let bits = if number & arch::IS_64BIT != 0 { 64 } else { 32 };
    match arch::name(number) {
        Some(name) => format!("{bits}-bit ({name})"),
        None => format!("{bits}-bit (machine {number:#x})"),
    }
}

fn access(bits: u32) -> String {
    let kinds = [(perm::READ, "reads it"), (perm::WRITE, "writes it"), (perm::EXEC, "executes it")];
    let attributes = [(perm::ATTR, "changes its owner, mode or other attributes")];
    let named = kinds.iter().chain(&attributes).filter(|(bit, _)| bits & bit != 0).map(|(_, name)| *name);
    let named: Vec<&str> = named.collect();
    match named.split_last() {
        None => "the call asks for no access at all (so never)".into(),
        Some((last, [])) => format!("the call is of a kind that {last} (perm; opening counts by its mode)"),
        Some((last, others)) => {
            format!("the call is of a kind that {} or {last} (perm; opening counts by its mode)", others.join(", "))
        }
    }
}

fn success(op: Op, value: u32) -> String {
    let wanted = value != 0;
    let asked = match op {
        Op::Eq => Some(wanted),
        Op::Ne => Some(!wanted),
        _ => None,
    };
    match asked {
        Some(true) => "the call succeeds".into(),
        Some(false) => "the call fails".into(),
        None => format!("its success (1 success, 2 failure) {} {}", verb(op), if wanted { 1 } else { 2 }),
    }
}

fn comparison(op: Op, pair: u32) -> String {
    let Some((left, right)) = compare::fields(pair) else {
        return format!("the kernel's comparison {pair} {} true", verb(op));
    };
    let same = if op == Op::Eq { "is the same as" } else { "is not the same as" };
    format!("{} {same} {}", noun(left), noun(right))
}

/// What surprises people about a field.
fn remark(field: &Field, value: u32, rule: &Rule) -> String {
    let upwards = matches!(field.op, Op::Ge | Op::Gt);
    match field.id {
        FieldId::LOGINUID | FieldId::SESSIONID if value == u32::MAX && field.op == Op::Eq => {
            ": nobody logged in, as for daemons".into()
        }
        FieldId::LOGINUID | FieldId::SESSIONID if value == u32::MAX => ": somebody logged in, so no daemon".into(),
        FieldId::LOGINUID | FieldId::SESSIONID
            if (upwards || field.op == Op::Ne) && !excludes_unset(rule, field.id) =>
        {
            format!(
                "; unset is the highest number, so daemons count, too, unless {}!=unset is added",
                id_name(field.id)
            )
        }
        FieldId::GID | FieldId::EGID if field.op == Op::Eq && rule.list == List::Exit => {
            ", or one of its supplementary groups is".into()
        }
        FieldId::GID | FieldId::EGID if field.op == Op::Ne && rule.list == List::Exit => {
            ", and none of its supplementary groups is".into()
        }
        FieldId::EXIT if field.op == Op::Eq => ", as when it succeeds".into(),
        FieldId::EXIT if !matches!(field.op, Op::Eq | Op::Ne) => {
            "; compared as unsigned numbers, errors (negative) are higher than all results".into()
        }
        FieldId(200..=203) => ", of which the low 32 bits count".into(),
        _ => String::new(),
    }
}

fn id_name(id: FieldId) -> &'static str {
    id.name().unwrap_or_default()
}

fn excludes_unset(rule: &Rule, id: FieldId) -> bool {
    let unset = Value::Number(u32::MAX);
    let fields = || rule.fields.iter().filter(|field| field.id == id);
    fields().any(|field| field.op == Op::Ne && field.value == unset)
        || fields().any(|field| matches!(field.op, Op::Lt | Op::Le | Op::Eq) && field.value != unset)
}
