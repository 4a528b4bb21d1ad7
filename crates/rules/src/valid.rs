//! Whether a rule makes sense to the kernel: the checks of `audit_data_to_entry` and `audit_field_valid`, auditfilter.c.
//!
//! The kernel answers EINVAL to all of these and says no more; here each has its words. Whoever serves rules in the
//! kernel's place refuses what it would refuse.

use crate::eval::UNSET;
use crate::{Field, FieldId, List, Op, Rule, Value};

/// Longest key, several counted together with their separators (`AUDIT_MAX_KEY_LEN`).
pub const MAX_KEY_LEN: usize = 256;
/// Address families from here on do not exist (`AF_MAX` of the kernels of 2025).
pub const AF_MAX: u32 = 46;

/// Why a rule makes no sense.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Invalid {
    /// No such field.
    #[error("the rule has a field {0} that does not exist")]
    Field(u32),
    /// The field cannot stand in this list.
    #[error("{} cannot be used on the {} list", name(*.0), .1.name())]
    List(FieldId, List),
    /// The field cannot be compared like this.
    #[error("{} cannot be compared with {}", name(*.0), .1.symbol())]
    Op(FieldId, Op),
    /// The field cannot have this value.
    #[error("{} cannot have this value", name(*.0))]
    Value(FieldId),
    /// The field is there twice, or with another that excludes it (path, dir and inode).
    #[error("{} can be there only once, and only one of path, dir and inode", name(*.0))]
    Repeated(FieldId),
}

fn name(id: FieldId) -> &'static str {
    id.name().unwrap_or("the field")
}

/// Which operators a field takes.
enum Ops {
    All,
    Order,
    Equality,
}

impl Rule {
    /// Checks what the kernel checks before it looks at the file system.
    pub fn validate(&self) -> Result<(), Invalid> {
        self.first_invalid().map_or(Ok(()), |(_, why)| Err(why))
    }

    /// The first field the kernel would refuse, and why: what [`validate`](Self::validate) says, with the field's index.
    pub fn first_invalid(&self) -> Option<(usize, Invalid)> {
        let mut objects = 0;
        self.fields.iter().enumerate().find_map(|(at, field)| {
            objects += usize::from(is_object(field.id));
            let repeated = self.fields.iter().take(at).any(|f| f.id == field.id);
            check_field(field, self.list, repeated, objects).err().map(|why| (at, why))
        })
    }
}

fn is_object(id: FieldId) -> bool {
    matches!(id, FieldId::WATCH | FieldId::DIR | FieldId::INODE)
}

/// A field, of which there was one before or not; it is the `objects`th of path, dir and inode if it is one.
fn check_field(field: &Field, list: List, repeated: bool, objects: usize) -> Result<(), Invalid> {
    check_list(field.id, list)?;
    check_op(field)?;
    check_value(field)?;
    let once = matches!(field.id, FieldId::FILTERKEY | FieldId::EXE);
    if once && repeated || objects > 1 {
        return Err(Invalid::Repeated(field.id));
    }
    Ok(())
}

fn check_list(id: FieldId, list: List) -> Result<(), Invalid> {
    let fits = match id {
        FieldId::MSGTYPE => matches!(list, List::Exclude | List::User),
        FieldId::FSTYPE => list == List::Filesystem,
        FieldId::PERM => !matches!(list, List::IoUring | List::Filesystem),
        FieldId::WATCH | FieldId::DIR | FieldId::INODE => matches!(list, List::Exit | List::IoUring),
        FieldId::FILTERKEY => true,
        _ => list != List::Filesystem,
    };
    if fits { Ok(()) } else { Err(Invalid::List(id, list)) }
}

fn check_op(field: &Field) -> Result<(), Invalid> {
    let equality = matches!(field.op, Op::Eq | Op::Ne);
    let bits = matches!(field.op, Op::BitMask | Op::BitTest);
    let fits = match field.id {
        FieldId::WATCH | FieldId::DIR => field.op == Op::Eq,
        FieldId::LOGINUID if field.value == Value::Number(UNSET) => equality,
        id => match ops(id).ok_or(Invalid::Field(id.0))? {
            Ops::All => true,
            Ops::Order => !bits,
            Ops::Equality => equality,
        },
    };
    if fits { Ok(()) } else { Err(Invalid::Op(field.id, field.op)) }
}

fn ops(id: FieldId) -> Option<Ops> {
    Some(match id.0 {
        // pers, devminor, a0 to a3
        10 | 101 | 200..=203 => Ops::All,
        // pid, ids of users and groups, msgtype, levels, ppid, sessionid, devmajor, exit, success, owners, saddr_fam
        0..=9 | 12 | 16..=18 | 22..=23 | 25 | 100 | 103..=104 | 109..=110 | 113 => Ops::Order,
        // arch, labels, loginuid_set, fstype, inode, path, perm, dir, filetype, -C, exe, key
        11 | 13..=15 | 19..=21 | 24 | 26 | 102 | 105..=108 | 111..=112 | 210 => Ops::Equality,
        _ => return None,
    })
}

/// The kernel has further checks, of perm, filetype, -C and saddr_fam, but makes them before it has read the value (6.18).
/// A rule it takes today is taken here.
fn check_value(field: &Field) -> Result<(), Invalid> {
    let fits = match (&field.value, field.id) {
        (Value::Text(path), FieldId::WATCH | FieldId::EXE) => path.starts_with(b"/") && !path.ends_with(b"/"),
        (Value::Text(path), FieldId::DIR) => path.starts_with(b"/"),
        (Value::Text(key), FieldId::FILTERKEY) => key.len() <= MAX_KEY_LEN,
        (Value::Text(_), id) => id.takes_text(),
        (Value::Number(_), id) if id.takes_text() => false,
        (Value::Number(id), FieldId(1..=8 | 109..=110)) => *id != UNSET,
        (Value::Number(_), _) => true,
    };
    if fits { Ok(()) } else { Err(Invalid::Value(field.id)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Action, SyscallMask};

    fn check(list: List, fields: &[(FieldId, Op, Value)]) -> Result<(), Invalid> {
        let fields = fields.iter().map(|(id, op, value)| Field { id: *id, op: *op, value: value.clone() }).collect();
        Rule { list, action: Action::Always, syscalls: SyscallMask::ALL, fields }.validate()
    }

    fn text(text: &str) -> Value {
        Value::Text(text.into())
    }

    #[test]
    fn refuses_what_the_kernel_refuses() {
        use Value::Number as N;
        let (exit, id) = (List::Exit, FieldId::UID);
        for (list, fields, expected) in [
            (exit, vec![(FieldId::WATCH, Op::Ne, text("/x"))], Invalid::Op(FieldId::WATCH, Op::Ne)),
            (exit, vec![(FieldId::WATCH, Op::Eq, text("/x/"))], Invalid::Value(FieldId::WATCH)),
            (exit, vec![(FieldId::WATCH, Op::Eq, text("/"))], Invalid::Value(FieldId::WATCH)),
            (exit, vec![(FieldId::DIR, Op::Eq, text("x"))], Invalid::Value(FieldId::DIR)),
            (exit, vec![(id, Op::BitMask, N(1))], Invalid::Op(id, Op::BitMask)),
            (exit, vec![(id, Op::Eq, N(UNSET))], Invalid::Value(id)),
            (exit, vec![(FieldId::LOGINUID, Op::Gt, N(UNSET))], Invalid::Op(FieldId::LOGINUID, Op::Gt)),
            (exit, vec![(FieldId(77), Op::Eq, N(1))], Invalid::Field(77)),
            (exit, vec![(FieldId::MSGTYPE, Op::Eq, N(1))], Invalid::List(FieldId::MSGTYPE, exit)),
            (List::Filesystem, vec![(id, Op::Eq, N(0))], Invalid::List(id, List::Filesystem)),
            (List::IoUring, vec![(FieldId::PERM, Op::Eq, N(1))], Invalid::List(FieldId::PERM, List::IoUring)),
            (
                exit,
                vec![(FieldId::WATCH, Op::Eq, text("/x")), (FieldId::INODE, Op::Eq, N(1))],
                Invalid::Repeated(FieldId::INODE),
            ),
            (
                exit,
                vec![(FieldId::FILTERKEY, Op::Eq, text("a")), (FieldId::FILTERKEY, Op::Eq, text("b"))],
                Invalid::Repeated(FieldId::FILTERKEY),
            ),
        ] {
            assert_eq!(check(list, &fields), Err(expected), "{fields:?}");
        }
    }

    #[test]
    fn takes_what_the_kernel_takes() {
        use Value::Number as N;
        assert_eq!(
            check(List::Exit, &[(FieldId::LOGINUID, Op::Ne, N(UNSET)), (FieldId::ARG0, Op::BitTest, N(3))]),
            Ok(())
        );
        assert_eq!(check(List::Exit, &[(FieldId::DIR, Op::Eq, text("/etc/")), (FieldId::PERM, Op::Eq, N(15))]), Ok(()));
        assert_eq!(check(List::Exclude, &[(FieldId::PERM, Op::Eq, N(2)), (FieldId::ARG0, Op::Eq, N(1))]), Ok(()));
        assert_eq!(
            check(List::Filesystem, &[(FieldId::FSTYPE, Op::Eq, N(1)), (FieldId::FILTERKEY, Op::Eq, text("k"))]),
            Ok(())
        );
    }
}
