//! The order of files in rules.d: `ls -v`, `sort -V` (GNU coreutils manual, "Version sort ordering").
//!
//! Runs of digits compare as numbers, so `9-x` comes before `10-x`; an extension such as `.rules` counts only between names
//! that are equal without it.

use std::cmp::Ordering;

/// Compares two file names that do not begin with a dot. `Equal` only for equal names.
pub fn compare(a: &[u8], b: &[u8]) -> Ordering {
    versions(stem(a), stem(b)).then_with(|| versions(a, b)).then_with(|| a.cmp(b))
}

/// The name without its extensions: what ends in any number of `.` + letter or `~` + letters, digits and `~`.
fn stem(name: &[u8]) -> &[u8] {
    let mut stem = name;
    while let Some(dot) = stem.iter().rposition(|&byte| byte == b'.') {
        let (rest, extension) = stem.split_at(dot);
        let word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'~';
        match extension.get(1..) {
            Some(letters @ [first, ..]) if !first.is_ascii_digit() && letters.iter().all(word) => stem = rest,
            _ => break,
        }
    }
    // A name that is nothing but extensions has none.
    if stem.is_empty() { name } else { stem }
}

/// Part by part: text, number, text, number.
fn versions(mut a: &[u8], mut b: &[u8]) -> Ordering {
    loop {
        let (a_text, a_rest) = split(a, |byte| !byte.is_ascii_digit());
        let (b_text, b_rest) = split(b, |byte| !byte.is_ascii_digit());
        let (a_digits, a_next) = split(a_rest, u8::is_ascii_digit);
        let (b_digits, b_next) = split(b_rest, u8::is_ascii_digit);
        let order = texts(a_text, !a_rest.is_empty(), b_text, !b_rest.is_empty());
        let order = order.then_with(|| numbers(a_digits, b_digits));
        if order.is_ne() || (a_next.is_empty() && b_next.is_empty()) {
            return order;
        }
        (a, b) = (a_next, b_next);
    }
}

fn split(bytes: &[u8], in_first: impl Fn(&u8) -> bool) -> (&[u8], &[u8]) {
    let end = bytes.iter().position(|byte| !in_first(byte)).unwrap_or(bytes.len());
    bytes.split_at(end)
}

/// Two texts, each followed by a number or by the end: `~` comes first, then the end, the number, letters, other bytes.
fn texts(a: &[u8], a_number: bool, b: &[u8], b_number: bool) -> Ordering {
    let rank = |byte: u8| match byte {
        b'~' => -2,
        letter if letter.is_ascii_alphabetic() => i32::from(letter),
        other => i32::from(other) + 256,
    };
    let end = |number: bool| if number { 0 } else { -1 };
    (0..a.len().max(b.len()))
        .map(|at| {
            let a = a.get(at).map_or(end(a_number), |&byte| rank(byte));
            let b = b.get(at).map_or(end(b_number), |&byte| rank(byte));
            a.cmp(&b)
        })
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

/// Two numbers of any length; none is 0.
fn numbers(a: &[u8], b: &[u8]) -> Ordering {
    let (_, a) = split(a, |byte| *byte == b'0');
    let (_, b) = split(b, |byte| *byte == b'0');
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::process::Command;

    #[test]
    fn numbers_count_and_extensions_do_not() {
        let sorted = ["9-a.rules", "10-a.rules", "10-a-b.rules", "010-b.rules", "a.rules", "a1.rules", "a-1.rules"];
        let mut names = sorted;
        names.reverse();
        names.sort_by(|a, b| compare(a.as_bytes(), b.as_bytes()));
        assert_eq!(names, sorted);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn as_ls_does(names in proptest::collection::btree_set("[a-cA~0-2_ +.-]{1,8}(\\.rules)?", 1..40)) {
            // Hidden files are not taken from rules.d.
            let names: BTreeSet<String> = names.into_iter().filter(|name| !name.starts_with('.')).collect();
            let dir = tempfile::tempdir().unwrap();
            for name in &names {
                std::fs::write(dir.path().join(name), b"").unwrap();
            }
            let output = Command::new("ls").args(["-1v", "--zero"]).arg(dir.path()).env("LC_ALL", "C").output().unwrap();
            prop_assert!(output.status.success());
            let theirs: Vec<&[u8]> = output.stdout.split(|&byte| byte == 0).filter(|name| !name.is_empty()).collect();
            let mut ours: Vec<&[u8]> = names.iter().map(String::as_bytes).collect();
            ours.sort_by(|a, b| compare(a, b));
            let show = |names: &[&[u8]]| names.iter().map(|name| OsStr::from_bytes(name).to_owned()).collect::<Vec<_>>();
            prop_assert_eq!(show(&ours), show(&theirs));
        }
    }
}
