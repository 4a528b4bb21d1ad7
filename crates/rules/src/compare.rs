//! `-C`: the pairs of fields the kernel can compare with each other (`AUDIT_COMPARE_*`, linux/audit.h).

use crate::FieldId;

/// Number and the two fields, in the order in which the pair is printed.
const PAIRS: [(u32, FieldId, FieldId); 25] = [
    (1, FieldId::UID, FieldId::OBJ_UID),
    (2, FieldId::GID, FieldId::OBJ_GID),
    (3, FieldId::EUID, FieldId::OBJ_UID),
    (4, FieldId::EGID, FieldId::OBJ_GID),
    (5, FieldId::LOGINUID, FieldId::OBJ_UID),
    (6, FieldId::SUID, FieldId::OBJ_UID),
    (7, FieldId::SGID, FieldId::OBJ_GID),
    (8, FieldId::FSUID, FieldId::OBJ_UID),
    (9, FieldId::FSGID, FieldId::OBJ_GID),
    (10, FieldId::UID, FieldId::LOGINUID),
    (11, FieldId::UID, FieldId::EUID),
    (12, FieldId::UID, FieldId::FSUID),
    (13, FieldId::UID, FieldId::SUID),
    (14, FieldId::LOGINUID, FieldId::FSUID),
    (15, FieldId::LOGINUID, FieldId::SUID),
    (16, FieldId::LOGINUID, FieldId::EUID),
    (17, FieldId::EUID, FieldId::SUID),
    (18, FieldId::EUID, FieldId::FSUID),
    (19, FieldId::SUID, FieldId::FSUID),
    (20, FieldId::GID, FieldId::EGID),
    (21, FieldId::GID, FieldId::FSGID),
    (22, FieldId::GID, FieldId::SGID),
    (23, FieldId::EGID, FieldId::FSGID),
    (24, FieldId::EGID, FieldId::SGID),
    (25, FieldId::SGID, FieldId::FSGID),
];

/// The number of a pair, in either order; `None` if the kernel cannot compare the two.
pub fn number(left: FieldId, right: FieldId) -> Option<u32> {
    PAIRS.iter().find(|&&(_, l, r)| (l, r) == (left, right) || (r, l) == (left, right)).map(|&(number, ..)| number)
}

/// The two fields of a number.
pub fn fields(number: u32) -> Option<(FieldId, FieldId)> {
    PAIRS.iter().find(|&&(n, ..)| n == number).map(|&(_, left, right)| (left, right))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_pairs_of_one_family_in_either_order() {
        let uids = [FieldId::UID, FieldId::LOGINUID, FieldId::EUID, FieldId::SUID, FieldId::FSUID, FieldId::OBJ_UID];
        let gids = [FieldId::GID, FieldId::EGID, FieldId::SGID, FieldId::FSGID, FieldId::OBJ_GID];
        for family in [uids.as_slice(), &gids] {
            for &left in family {
                for &right in family {
                    let pair = number(left, right);
                    assert_eq!(pair, number(right, left));
                    assert_eq!(pair.is_some(), left != right, "{left:?} {right:?}");
                }
            }
        }
        assert_eq!(number(FieldId::UID, FieldId::GID), None);
        assert!((1..=25).all(|n| fields(n).is_some_and(|(l, r)| number(l, r) == Some(n))));
        assert_eq!(fields(26), None);
    }
}
