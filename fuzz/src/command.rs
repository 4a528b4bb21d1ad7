//! A command line: an error, or steps that mean the same wherever they go.

use super::rule;
use raudit_rules::command::{self, Context, Parsed, Place, Step, feature};
use raudit_rules::{Field, FieldId, List, Rule, Value, file, print};
use raudit_tables::arch;

/// The body of the target `command`: the bytes are a line, read as arguments and as a line of a file, for a kernel that can do
/// everything and for one that can do nothing.
pub fn check(line: &[u8]) {
    // No argument has a NUL byte, and a file with one is refused.
    if line.contains(&0) {
        return;
    }
    let words = file::words(line);
    let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
    for (features, line_number) in
        [(u32::MAX, None), (0, None), (feature::ALL, Some(1)), (feature::EXCLUDE_EXTEND, Some(usize::MAX))]
    {
        let parsed = command::parse(&words, Context { features, line: line_number });
        check_places(&parsed, &words);
        match &parsed.steps {
            Ok(steps) => steps.iter().for_each(|step| check_step(step, &parsed, line)),
            Err(error) => assert!(error.lines.iter().all(|line| !line.is_empty()), "{error:?}"),
        }
    }
}

/// What is said about the line can be shown in it.
fn check_places(parsed: &Parsed, words: &[&[u8]]) {
    let shown = |place: &Place| {
        let word = words.get(place.word);
        assert!(word.is_some_and(|word| word.get(place.bytes.clone()).is_some()), "{place:?} of {words:?}");
    };
    parsed.warnings.iter().for_each(|warning| shown(&warning.place));
    if let Err(error) = &parsed.steps {
        error.place.iter().for_each(shown);
    }
    let places = &parsed.places;
    let of_a_rule = places.list.iter().chain(&places.syscalls).chain(&places.fields).chain(&places.keys);
    of_a_rule.for_each(shown);
}

fn check_step(step: &Step, parsed: &Parsed, line: &[u8]) {
    let (found, prepend) = match step {
        Step::Add(found, prepend) => (found, *prepend),
        Step::Delete(found) => (found, false),
        _ => return,
    };
    assert_eq!(parsed.places.fields.len(), found.fields.len());
    assert_eq!(Rule::from_wire(&found.to_wire(prepend)), Ok((found.clone(), prepend)));
    rule::check(found, line);
    // What the kernel refuses is never listed.
    if found.validate().is_ok() && lists_as_written(found) {
        lists_back(found);
    }
}

/// What `-l` prints, read again, is listed the same.
fn lists_back(found: &Rule) {
    let listed = print::rule(found);
    let words: Vec<&[u8]> = listed.split(|&byte| byte == b' ').collect();
    let parsed = command::parse(&words, Context::default());
    let again = match parsed.steps.as_deref() {
        Ok([Step::Add(rule, false)]) => String::from_utf8_lossy(&print::rule(rule)).into_owned(),
        other => format!("{other:?}"),
    };
    assert_eq!(again, String::from_utf8_lossy(&listed), "{found:?}");
}

/// Whether the listing says all there is. Where it does not, it is auditctl's, and says as much as that.
fn lists_as_written(rule: &Rule) -> bool {
    let has = |id| rule.fields.iter().any(|field| field.id == id);
    // What makes a watch of the listing: the form cannot say a list, and not whether it is a file or a directory.
    let path = has(FieldId::WATCH) || has(FieldId::DIR);
    let watch_without_path = has(FieldId::PERM) && (rule.list != List::Exit || !path);
    // The listing puts the architecture and the calls first; a perm that was written before them then names further calls.
    let perm_before_calls = has(FieldId::PERM) && (has(FieldId::ARCH) || !rule.syscalls.is_all());
    // `-S all` of io_uring is read as every operation that has a name.
    let every_operation = rule.list == List::IoUring && rule.syscalls.is_all();
    // Two of a watch's perms are read as one, the second.
    let two_perms = rule.fields.iter().filter(|field| field.id == FieldId::PERM).count() > 1;
    // A watch's path loses its slashes at the end, a condition's does not.
    let ends_in_slash = |field: &Field| matches!(&field.value, Value::Text(text) if text.ends_with(b"/"));
    let trimmed = has(FieldId::PERM) && rule.fields.iter().any(ends_in_slash);
    // `-C` is for the exit list alone, the same by number (`-F field_compare=3`) is not.
    let compares_elsewhere = has(FieldId::FIELD_COMPARE) && rule.list != List::Exit;
    // `-S ,` names no call, and is listed without `-S`, which is read as all.
    let calls_listed = matches!(rule.list, List::Exit | List::IoUring);
    let no_call = calls_listed && rule.syscalls.is_empty();
    // A key has to come after `-S` (or `exe`, say), which may be written before the list, but then is not listed.
    let key_alone = !calls_listed && has(FieldId::FILTERKEY);
    let ambiguous = [
        watch_without_path,
        perm_before_calls,
        every_operation,
        two_perms,
        trimmed,
        compares_elsewhere,
        no_call,
        key_alone,
    ];
    !ambiguous.contains(&true) && rule.fields.iter().all(field_as_written)
}

/// The same of a field.
fn field_as_written(field: &Field) -> bool {
    match (field.id, &field.value) {
        // Nothing is quoted or escaped, and an operator within a value is taken for that of the field.
        (FieldId::FILTERKEY, Value::Text(text)) => !text.contains(&b' ') && !text.is_empty(),
        (_, Value::Text(text)) => !text.iter().any(|byte| b" =<>!&".contains(byte)) && !text.is_empty(),
        // Names of system calls are listed as this machine's b64 and b32, whichever they were.
        (FieldId::ARCH, Value::Number(number)) => {
            *number == arch::native() || arch::compat(arch::native()) == Some(*number)
        }
        (FieldId::LOGINUID | FieldId::SESSIONID | FieldId::EXIT | FieldId::INODE, _) => true,
        (FieldId::ARG0 | FieldId::ARG1 | FieldId::ARG2 | FieldId::ARG3, _) => true,
        // Other numbers are listed as signed, but not read so.
        (_, Value::Number(number)) => i32::try_from(*number).is_ok(),
    }
}
