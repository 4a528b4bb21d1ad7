//! A label of SELinux: what its numbers are, how it is written, and which levels dominate which.

use std::ops::RangeInclusive;

/// The kinds of names in a policy (`SYM_*`, security/selinux/ss/policydb.h).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[allow(missing_docs, reason = "their names say it")]
pub enum Kind {
    Role = 2,
    Type = 3,
    User = 4,
    Level = 6,
    Category = 7,
}

/// `struct mls_level`: a sensitivity and categories, by their numbers: the sensitivity's from 1, the categories' bits from 0.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Level {
    /// The higher, the more sensitive.
    pub sensitivity: u32,
    /// Ascending.
    pub categories: Vec<u32>,
}

/// `struct context`, by the numbers that names have in the policy, from 1.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Context {
    /// The SELinux user.
    pub user: u32,
    /// Its role.
    pub role: u32,
    /// Its type, or domain.
    pub kind: u32,
    /// The lower and the upper level; only of a policy that has them (`mls_enabled`).
    pub levels: Option<[Level; 2]>,
}

impl Level {
    /// Categories that follow each other, together.
    fn runs(&self) -> Vec<RangeInclusive<u32>> {
        let mut runs: Vec<RangeInclusive<u32>> = Vec::new();
        for &category in &self.categories {
            match runs.last_mut() {
                Some(run) if run.end().checked_add(1) == Some(category) => *run = *run.start()..=category,
                _ => runs.push(category..=category),
            }
        }
        runs
    }
}

impl Context {
    /// The label as the kernel writes it (`context_struct_to_string`, `mls_sid_to_context`): `user:role:type:level[-level]`, a
    /// level with its categories, three and more in a row as `first.last`. `None` when a number has no name.
    pub fn text(&self, mut name: impl FnMut(Kind, u32) -> Option<Vec<u8>>) -> Option<Vec<u8>> {
        let mut text = name(Kind::User, self.user)?;
        for (kind, value) in [(Kind::Role, self.role), (Kind::Type, self.kind)] {
            text.push(b':');
            text.extend(name(kind, value)?);
        }
        let Some([low, high]) = &self.levels else { return Some(text) };
        text.push(b':');
        push_level(&mut text, low, &mut name)?;
        if low != high {
            text.push(b'-');
            push_level(&mut text, high, &mut name)?;
        }
        Some(text)
    }
}

fn push_level(text: &mut Vec<u8>, level: &Level, name: &mut impl FnMut(Kind, u32) -> Option<Vec<u8>>) -> Option<()> {
    text.extend(name(Kind::Level, level.sensitivity)?);
    let mut before = b':';
    for run in level.runs() {
        let (first, last) = (*run.start(), *run.end());
        text.push(before);
        text.extend(name(Kind::Category, first.checked_add(1)?)?);
        if last > first {
            text.push(if last - first > 1 { b'.' } else { b',' });
            text.extend(name(Kind::Category, last.checked_add(1)?)?);
        }
        before = b',';
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(kind: Kind, value: u32) -> Option<Vec<u8>> {
        match kind {
            Kind::User => [&b"system_u"[..], b"user_u"].get(value as usize - 1).map(|n| n.to_vec()),
            Kind::Role => Some(b"object_r".to_vec()),
            Kind::Type => Some(format!("type{value}_t").into_bytes()),
            Kind::Level => Some(format!("s{}", value - 1).into_bytes()),
            Kind::Category => Some(format!("c{}", value - 1).into_bytes()),
        }
    }

    fn written(low: (u32, &[u32]), high: (u32, &[u32])) -> String {
        let level = |(sensitivity, categories): (u32, &[u32])| Level { sensitivity, categories: categories.to_vec() };
        let context = Context { user: 1, role: 1, kind: 7, levels: Some([level(low), level(high)]) };
        let text = String::from_utf8(context.text(name).unwrap()).unwrap();
        text.strip_prefix("system_u:object_r:type7_t:").unwrap().to_owned()
    }

    #[test]
    fn levels_are_written_as_the_kernel_writes_them() {
        let all: Vec<u32> = (0..1024).collect();
        assert_eq!(written((1, &[]), (1, &[])), "s0");
        assert_eq!(written((1, &[]), (1, &all)), "s0-s0:c0.c1023");
        assert_eq!(written((1, &[1, 3, 5, 6, 7, 8, 9]), (1, &[1, 3, 5, 6, 7, 8, 9])), "s0:c1,c3,c5.c9");
        assert_eq!(written((1, &[1, 2]), (1, &[1, 2, 7])), "s0:c1,c2-s0:c1,c2,c7");
        assert_eq!(written((1, &[0, 1, 2, 4, 5]), (3, &[1023])), "s0:c0.c2,c4,c5-s2:c1023");
    }

    #[test]
    fn a_policy_without_levels_has_labels_without() {
        let context = Context { user: 2, role: 1, kind: 1, levels: None };
        assert_eq!(context.text(name).unwrap(), b"user_u:object_r:type1_t");
    }

    #[test]
    fn a_number_without_a_name_makes_no_label() {
        let context = Context { user: 3, role: 1, kind: 1, levels: None };
        assert_eq!(context.text(name), None);
    }
}
