//! Bytes from a socket: an error, or a rule that goes back as it came.

use super::rule;
use raudit_rules::Rule;

/// The body of the target `wire`.
pub fn check(bytes: &[u8]) {
    let Ok((found, prepend)) = Rule::from_wire(bytes) else { return };
    let again = found.to_wire(prepend);
    // Not the same bytes: what lies in fields that are not counted, and after the texts, is nobody's.
    assert_eq!(Rule::from_wire(&again), Ok((found.clone(), prepend)));
    assert_eq!(found.to_wire(prepend), again);
    rule::check(&found, bytes);
}
