//! What goes out comes back the same: over the wire, and through the text of `-l`.

use crate::command::{self, Context, Step};
use crate::{Action, Field, FieldId, List, Op, Rule, RuleSet, SyscallMask, Value, print};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use raudit_tables::arch;

const OPS: [Op; 8] = [Op::Eq, Op::Ne, Op::Lt, Op::Le, Op::Gt, Op::Ge, Op::BitMask, Op::BitTest];

fn any_field() -> impl Strategy<Value = Field> {
    let id = prop_oneof![0u32..30, 100u32..115, 200u32..204, Just(210u32), any::<u32>()].prop_map(FieldId);
    let text = vec(1u8.., 1..40);
    (id, select(&OPS[..]), any::<u32>(), text).prop_map(|(id, op, number, text)| {
        let value = if id.takes_text() { Value::Text(text) } else { Value::Number(number) };
        Field { id, op, value }
    })
}

fn any_mask() -> impl Strategy<Value = SyscallMask> {
    prop_oneof![
        Just(SyscallMask::ALL),
        Just(SyscallMask::EMPTY),
        vec(0u32..SyscallMask::LIMIT, 1..20).prop_map(|numbers| {
            let mut mask = SyscallMask::EMPTY;
            numbers.into_iter().for_each(|number| assert!(mask.insert(number)));
            mask
        })
    ]
}

fn any_rule() -> impl Strategy<Value = Rule> {
    let action = select(vec![Action::Always, Action::Never]);
    (select(&List::ALL[..]), action, any_mask(), vec(any_field(), 0..=64))
        .prop_map(|(list, action, syscalls, fields)| Rule { list, action, syscalls, fields })
}

/// A condition as a user may write one, other than arch, perm and key, which have their place.
fn written_field() -> impl Strategy<Value = Field> {
    let number = |ids: Vec<FieldId>, ops: Vec<Op>, values: BoxedStrategy<u32>| {
        (select(ids), select(ops), values).prop_map(|(id, op, value)| Field { id, op, value: Value::Number(value) })
    };
    let order = OPS[..6].to_vec();
    let positive = || (0u32..0x8000_0000).boxed();
    let ids = [1, 2, 3, 4, 5, 6, 7, 8, 109, 110, 0, 18, 100, 104].map(FieldId).to_vec();
    let text = (select(vec![FieldId::SUBJ_USER, FieldId::OBJ_TYPE, FieldId::EXE]), "[/a-z\\PC]{1,30}")
        .prop_filter("operators end the name of a field", |(_, text)| !text.contains(['=', '<', '>', '&', '!', ' ']))
        .prop_map(|(id, text)| Field { id, op: Op::Eq, value: Value::Text(text.into_bytes()) });
    prop_oneof![
        number(ids, order.clone(), positive()),
        number(vec![FieldId::LOGINUID, FieldId::SESSIONID], order.clone(), any::<u32>().boxed()),
        number(vec![FieldId::EXIT], order, any::<u32>().boxed()),
        number(vec![FieldId::ARG0, FieldId::ARG3], OPS.to_vec(), any::<u32>().boxed()),
        number(vec![FieldId::PERS, FieldId::DEVMINOR], OPS.to_vec(), positive()),
        number(vec![FieldId::INODE], vec![Op::Eq, Op::Ne], any::<u32>().boxed()),
        number(vec![FieldId::FILETYPE], vec![Op::Eq], (1u32..15).prop_map(|kind| kind << 12).boxed()),
        number(vec![FieldId::FIELD_COMPARE], vec![Op::Eq, Op::Ne], (1u32..26).boxed()),
        number(vec![FieldId::SADDR_FAM], vec![Op::Eq], (0u32..46).boxed()),
        text,
    ]
}

fn written_rule() -> impl Strategy<Value = Rule> {
    // Foreign architectures are listed as b64 and b32 too, which is read as this machine's.
    let native = [Some(arch::native()), arch::compat(arch::native())].into_iter().flatten().collect::<Vec<_>>();
    let arch = proptest::option::of(select(native));
    let key = proptest::option::of("[a-z]{1,20}(\\x01[a-z]{1,20}){0,3}");
    let perm = proptest::option::of(1u32..16);
    let action = select(vec![Action::Always, Action::Never]);
    (arch, any_mask(), vec(written_field(), 1..20), perm, key, action).prop_map(
        |(arch, mask, mut fields, perm, key, action)| {
            let number = |id, value| Field { id, op: Op::Eq, value: Value::Number(value) };
            let syscalls = if mask.is_empty() { SyscallMask::ALL } else { mask };
            if let Some(arch) = arch {
                fields.insert(0, number(FieldId::ARCH, arch));
            }
            // A perm written after an arch names further calls, so it comes back only where all are named.
            if let (Some(perm), true) = (perm, syscalls.is_all()) {
                fields.push(number(FieldId::PERM, perm));
            }
            if let Some(key) = key {
                fields.push(Field { id: FieldId::FILTERKEY, op: Op::Eq, value: Value::Text(key.into_bytes()) });
            }
            Rule { list: List::Exit, action, syscalls, fields }
        },
    )
}

proptest! {
    #[test]
    fn over_the_wire(rule in any_rule(), prepend: bool) {
        prop_assert_eq!(Rule::from_wire(&rule.to_wire(prepend)), Ok((rule, prepend)));
    }

    #[test]
    fn hostile_bytes_are_an_error_or_a_rule(mut bytes in vec(any::<u8>(), 0..1200), count in 0u32..70, list in 0u32..9) {
        if let Some(head) = bytes.get_mut(..12) {
            head.copy_from_slice(&[list.to_ne_bytes(), 2u32.to_ne_bytes(), count.to_ne_bytes()].concat());
        }
        if let Ok((rule, _)) = Rule::from_wire(&bytes) {
            let _ = rule.validate();
            drop(print::rule_in_words(&rule, &mut |_| Vec::new()));
        }
    }

    #[test]
    fn through_the_listing(rule in written_rule()) {
        let line = print::rule(&rule);
        let words: Vec<&[u8]> = line.split(|&b| b == b' ').collect();
        let parsed = command::parse(&words, Context::default());
        prop_assert_eq!(
            parsed.steps.map_err(|e| e.to_string()),
            Ok(vec![Step::Add(rule, false)]),
            "{}", String::from_utf8_lossy(&line)
        );
    }

    #[test]
    fn a_set_holds_each_rule_once(rules in vec(any_rule(), 0..6)) {
        let mut set = RuleSet::new();
        for rule in &rules {
            let known = set.iter().any(|r| {
                r.syscalls == rule.syscalls.normalised() && (r.list, r.action, &r.fields) == (rule.list, rule.action, &rule.fields)
            });
            prop_assert_eq!(set.add(rule.clone(), false).is_err(), known);
        }
        for rule in &rules {
            let _ = set.delete(rule);
        }
        prop_assert!(set.is_empty());
    }
}
