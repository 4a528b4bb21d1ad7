//! What the BPF side knows of a task and its system call: the index into `event.facts` and into the policy's fields.

use raudit_rules::FieldId;

/// An index into the facts (`enum fact`, bpf/event.h).
pub type Fact = u32;

/// How many facts an event carries room for (`FACT_MAX`).
pub const COUNT: usize = 32;

macro_rules! facts {
    ($($name:ident = $number:literal, $c:ident, $field:path;)*) => {
        $(#[doc = concat!("`", stringify!($c), "` of bpf/event.h.")] pub const $name: Fact = $number;)*

        /// The fact that a rule field is about, if the matcher has it.
        pub fn of_field(field: FieldId) -> Option<Fact> {
            match field {
                $($field => Some($name),)*
                _ => None,
            }
        }

        #[cfg(test)]
        const NAMES: &[(&str, Fact)] = &[$((stringify!($c), $name)),*];
    };
}

facts! {
    PID = 0, FACT_PID, FieldId::PID;
    PPID = 1, FACT_PPID, FieldId::PPID;
    AUID = 2, FACT_AUID, FieldId::LOGINUID;
    SESSION = 3, FACT_SESSION, FieldId::SESSIONID;
    UID = 4, FACT_UID, FieldId::UID;
    EUID = 5, FACT_EUID, FieldId::EUID;
    SUID = 6, FACT_SUID, FieldId::SUID;
    FSUID = 7, FACT_FSUID, FieldId::FSUID;
    GID = 8, FACT_GID, FieldId::GID;
    EGID = 9, FACT_EGID, FieldId::EGID;
    SGID = 10, FACT_SGID, FieldId::SGID;
    FSGID = 11, FACT_FSGID, FieldId::FSGID;
    PERS = 12, FACT_PERS, FieldId::PERS;
    EXIT = 13, FACT_EXIT, FieldId::EXIT;
    SUCCESS = 14, FACT_SUCCESS, FieldId::SUCCESS;
    AUID_SET = 15, FACT_AUID_SET, FieldId::LOGINUID_SET;
    A0 = 16, FACT_A0, FieldId::ARG0;
    A1 = 17, FACT_A1, FieldId::ARG1;
    A2 = 18, FACT_A2, FieldId::ARG2;
    A3 = 19, FACT_A3, FieldId::ARG3;
    SADDR_FAM = 20, FACT_SADDR_FAM, FieldId::SADDR_FAM;
}

/// `FACT_ACCESS`: what `perm=` asks of the call's arguments.
pub const ACCESS: Fact = 21;

/// `FACT_SUBJ_LABEL`, `FACT_OBJ_LABEL`: which questions about labels are answered with yes.
pub const SUBJ_LABEL: Fact = 29;
#[allow(missing_docs, reason = "see the one before")]
pub const OBJ_LABEL: Fact = 30;

/// [`SADDR_FAM`] of a call that carries no socket address: no condition on it holds.
pub const NO_FAMILY: u32 = u32::MAX;

/// The two facts that a `-C` compares (`AUDIT_COMPARE_*`), if the matcher has both.
pub fn of_comparison(pair: u32) -> Option<(Fact, Fact)> {
    let (left, right) = raudit_rules::compare::fields(pair)?;
    Some((of_field(left)?, of_field(right)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::skel;

    #[test]
    fn both_sides_count_alike() {
        for &(name, number) in NAMES {
            assert_eq!(skel::enum_value("fact", name), Some(number), "{name}");
        }
        assert_eq!(skel::enum_value("fact", "FACT_ACCESS"), Some(ACCESS));
        assert_eq!(skel::enum_value("fact", "FACT_SUBJ_LABEL"), Some(SUBJ_LABEL));
        assert_eq!(skel::enum_value("fact", "FACT_OBJ_LABEL"), Some(OBJ_LABEL));
        assert_eq!(skel::enum_value("fact", "FACT_MAX"), Some(COUNT as u32));
    }
}
