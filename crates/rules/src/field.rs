//! Fields, operators and values of a rule (`-F field op value`, `-C field op field`).

use raudit_tables::Table;

/// A rule field, by the kernel's number (`AUDIT_PID` = 0 ... in linux/audit.h).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct FieldId(pub u32);

#[allow(missing_docs, reason = "the names are linux/audit.h's, without AUDIT_")]
impl FieldId {
    pub const PID: Self = Self(0);
    pub const UID: Self = Self(1);
    pub const EUID: Self = Self(2);
    pub const SUID: Self = Self(3);
    pub const FSUID: Self = Self(4);
    pub const GID: Self = Self(5);
    pub const EGID: Self = Self(6);
    pub const SGID: Self = Self(7);
    pub const FSGID: Self = Self(8);
    pub const LOGINUID: Self = Self(9);
    pub const PERS: Self = Self(10);
    pub const ARCH: Self = Self(11);
    pub const MSGTYPE: Self = Self(12);
    pub const SUBJ_USER: Self = Self(13);
    pub const SUBJ_ROLE: Self = Self(14);
    pub const SUBJ_TYPE: Self = Self(15);
    pub const SUBJ_SEN: Self = Self(16);
    pub const SUBJ_CLR: Self = Self(17);
    pub const PPID: Self = Self(18);
    pub const OBJ_USER: Self = Self(19);
    pub const OBJ_ROLE: Self = Self(20);
    pub const OBJ_TYPE: Self = Self(21);
    pub const OBJ_LEV_LOW: Self = Self(22);
    pub const OBJ_LEV_HIGH: Self = Self(23);
    pub const LOGINUID_SET: Self = Self(24);
    pub const SESSIONID: Self = Self(25);
    pub const FSTYPE: Self = Self(26);
    pub const DEVMAJOR: Self = Self(100);
    pub const DEVMINOR: Self = Self(101);
    pub const INODE: Self = Self(102);
    pub const EXIT: Self = Self(103);
    pub const SUCCESS: Self = Self(104);
    /// `path=`, what `-w FILE` makes (`AUDIT_WATCH`).
    pub const WATCH: Self = Self(105);
    pub const PERM: Self = Self(106);
    pub const DIR: Self = Self(107);
    pub const FILETYPE: Self = Self(108);
    pub const OBJ_UID: Self = Self(109);
    pub const OBJ_GID: Self = Self(110);
    /// `-C`: the value is one of the kernel's `AUDIT_COMPARE_*` pairs.
    pub const FIELD_COMPARE: Self = Self(111);
    pub const EXE: Self = Self(112);
    pub const SADDR_FAM: Self = Self(113);
    pub const ARG0: Self = Self(200);
    pub const ARG1: Self = Self(201);
    pub const ARG2: Self = Self(202);
    pub const ARG3: Self = Self(203);
    /// `key=` (`AUDIT_FILTERKEY`); several keys are joined by a byte 0x01.
    pub const FILTERKEY: Self = Self(210);

    /// The field written so, in any case. `loginuid` is another name of `auid`.
    pub fn from_name(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        if name == "loginuid" {
            return Some(Self::LOGINUID);
        }
        NAMES.number(&name).map(Self)
    }

    /// As it is written in a rule; `None` for numbers without a name.
    pub fn name(self) -> Option<&'static str> {
        NAMES.name(self.0)
    }

    /// Whether the value is a string in the rule's buffer rather than a number.
    pub fn takes_text(self) -> bool {
        matches!(self.0, 13..=17 | 19..=23 | 105 | 107 | 112 | 210)
    }
}

/// The names of the fields in rules.
static NAMES: Table = Table::new(&[
    (0, "pid"),
    (1, "uid"),
    (2, "euid"),
    (3, "suid"),
    (4, "fsuid"),
    (5, "gid"),
    (6, "egid"),
    (7, "sgid"),
    (8, "fsgid"),
    (9, "auid"),
    (10, "pers"),
    (11, "arch"),
    (12, "msgtype"),
    (13, "subj_user"),
    (14, "subj_role"),
    (15, "subj_type"),
    (16, "subj_sen"),
    (17, "subj_clr"),
    (18, "ppid"),
    (19, "obj_user"),
    (20, "obj_role"),
    (21, "obj_type"),
    (22, "obj_lev_low"),
    (23, "obj_lev_high"),
    (25, "sessionid"),
    (26, "fstype"),
    (100, "devmajor"),
    (101, "devminor"),
    (102, "inode"),
    (103, "exit"),
    (104, "success"),
    (105, "path"),
    (106, "perm"),
    (107, "dir"),
    (108, "filetype"),
    (109, "obj_uid"),
    (110, "obj_gid"),
    (111, "field_compare"),
    (112, "exe"),
    (113, "saddr_fam"),
    (200, "a0"),
    (201, "a1"),
    (202, "a2"),
    (203, "a3"),
    (210, "key"),
]);

/// A comparison. The number is the kernel's bits in `fieldflags` (`AUDIT_EQUAL` = 0x40000000 ...).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[repr(u32)]
pub enum Op {
    /// `=`
    Eq = 0x4000_0000,
    /// `!=`
    Ne = 0x3000_0000,
    /// `<`
    Lt = 0x1000_0000,
    /// `<=`
    Le = 0x5000_0000,
    /// `>`
    Gt = 0x2000_0000,
    /// `>=`
    Ge = 0x6000_0000,
    /// `&`: any bit of the value is set (`AUDIT_BIT_MASK`).
    BitMask = 0x0800_0000,
    /// `&=`: all bits of the value are set (`AUDIT_BIT_TEST`).
    BitTest = 0x4800_0000,
}

impl Op {
    /// The operator with these kernel bits.
    pub fn from_bits(bits: u32) -> Option<Self> {
        [Self::Eq, Self::Ne, Self::Lt, Self::Le, Self::Gt, Self::Ge, Self::BitMask, Self::BitTest]
            .into_iter()
            .find(|&op| op as u32 == bits)
    }

    /// As it is written in a rule.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Eq => "=",
            Self::Ne => "!=",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
            Self::BitMask => "&",
            Self::BitTest => "&=",
        }
    }

    /// The comparison the kernel makes: on unsigned 32-bit values, whatever the field (`audit_comparator`, auditfilter.c).
    pub fn holds(self, left: u32, right: u32) -> bool {
        match self {
            Self::Eq => left == right,
            Self::Ne => left != right,
            Self::Lt => left < right,
            Self::Le => left <= right,
            Self::Gt => left > right,
            Self::Ge => left >= right,
            Self::BitMask => left & right != 0,
            Self::BitTest => left & right == right,
        }
    }
}

/// What a field is compared with.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum Value {
    /// The 32 bits sent to the kernel; signed values in two's complement.
    Number(u32),
    /// Bytes of the rule's buffer, without a NUL.
    Text(Vec<u8>),
}

/// One condition; a rule holds when all of its fields hold.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Field {
    /// What is looked at.
    pub id: FieldId,
    /// How it is compared.
    pub op: Op,
    /// With what.
    pub value: Value,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_in_any_case() {
        assert!(NAMES.is_sorted());
        assert_eq!(NAMES.iter().count(), 45, "45 fields, 46 names with loginuid");
        for (number, name) in NAMES.iter() {
            assert_eq!(FieldId::from_name(&name.to_uppercase()), Some(FieldId(number)));
            assert_eq!(FieldId(number).name(), Some(name));
        }
        assert_eq!(FieldId::from_name("loginuid"), Some(FieldId::LOGINUID));
        assert_eq!(FieldId::LOGINUID_SET.name(), None);
    }

    #[test]
    fn operators_are_their_bits() {
        for op in [Op::Eq, Op::Ne, Op::Lt, Op::Le, Op::Gt, Op::Ge, Op::BitMask, Op::BitTest] {
            assert_eq!(Op::from_bits(op as u32), Some(op));
        }
        assert_eq!(Op::from_bits(0), None);
        assert!(Op::Ge.holds(u32::MAX, 1000), "unsigned");
        assert!(Op::BitTest.holds(7, 3) && !Op::BitTest.holds(5, 3) && Op::BitMask.holds(5, 3));
    }
}
