//! Lines that are taken, but whose words may not be what was meant; and what auditctl itself warns of.

use super::faster;
use super::hint;
use super::load::Line;
use super::problem::{Fold, Problem};
use crate::command::{Parsed, Place, Step, Warning};
use crate::{FieldId, Rule, Value};

const WILDCARD: &str = "the kernel takes * and ? literally; for all files below use -F dir=";

/// Everything to be said about the words of a line.
pub(super) fn about(line: &Line<'_>, parsed: &Parsed) -> Vec<Problem> {
    let steps = parsed.steps.as_deref().unwrap_or_default();
    let rule = steps.iter().find_map(|step| match step {
        Step::Add(rule, _) => Some(rule),
        _ => None,
    });
    let mut found: Vec<Problem> =
        parsed.warnings.iter().filter_map(|warning| of_parser(line, warning, rule, &parsed.places.syscalls)).collect();
    if parsed.steps.is_ok() {
        found.extend(key_or_path(line, parsed, rule));
        found.extend(carriage_return(line));
        found.extend(parsed.places.syscalls.iter().filter_map(|place| call_number(line, place)));
    }
    if let Some(rule) = rule {
        let fields = rule.fields.iter().zip(&parsed.places.fields);
        found.extend(fields.filter_map(|(field, place)| value(line, field.id, &field.value, place)));
    }
    found
}

/// A warning of auditctl's, with the faster form. None for a line that is refused anyway.
fn of_parser(line: &Line<'_>, warning: &Warning, rule: Option<&Rule>, calls: &[Place]) -> Option<Problem> {
    let text = warning.text.trim_start_matches("WARNING - ").trim_start_matches("Warning - ");
    let problem = |text: &str| Problem::warning(line.spot(Some(&warning.place)), text);
    if text.contains("slower") {
        let fold = if text.starts_with("Old") { Fold::Watch } else { Fold::Perm };
        let hint = format!("faster, with the calls that matter only:\n{}", faster::by_arch(rule?));
        return Some(problem(text).hint(hint).fold(fold));
    }
    if text.starts_with("32/64") {
        rule?;
        let text = "32/64 bit syscall mismatch, you should specify an arch";
        let hint = format!(
            "system calls have other numbers in 32-bit programs, so this finds other calls there; write\n{}",
            faster::with_arch(line, calls)?
        );
        return Some(problem(text).hint(hint).fold(Fold::Mismatch));
    }
    let hint = match text {
        text if text.starts_with("relative") => "the kernel takes .. literally: write the path that is meant",
        text if text.starts_with("wildcard") => WILDCARD,
        _ => "the line adds no rule: use always or never",
    };
    Some(problem(text).hint(hint))
}

/// Quotes and the like that become part of a key or of a path.
fn key_or_path(line: &Line<'_>, parsed: &Parsed, rule: Option<&Rule>) -> Option<Problem> {
    let is_path = |id: FieldId| matches!(id, FieldId::WATCH | FieldId::DIR | FieldId::EXE);
    let fields = rule.map_or(&[][..], |rule| &rule.fields).iter().zip(&parsed.places.fields);
    let paths = fields.filter(|(field, _)| is_path(field.id)).map(|(_, place)| ("path", place));
    let keys = parsed.places.keys.iter().map(|place| ("key", place));
    paths.chain(keys).find_map(|(what, place)| {
        let bytes = &line.words.get(place.word)?.bytes;
        if bytes.ends_with(b"\r") || bytes.starts_with(b"#") {
            return None;
        }
        let spot = line.spot(Some(place));
        let pattern = bytes.contains(&b'*') || bytes.contains(&b'?');
        // Of a watch, auditctl says so itself.
        if what == "path" && pattern && !parsed.warnings.iter().any(|warning| warning.text.contains("wildcard")) {
            return Some(Problem::warning(spot, "wildcard notation is not supported").hint(WILDCARD));
        }
        let hint = hint::bytes(bytes, b"")?;
        Some(Problem::warning(spot, format!("the {what} has characters that were hardly meant")).hint(hint))
    })
}

fn carriage_return(line: &Line<'_>) -> Option<Problem> {
    let last = line.words.last()?;
    let at = last.bytes.len().checked_sub(1).filter(|_| last.bytes.ends_with(b"\r"))?;
    let place = Place { word: line.words.len() - 1, bytes: at..at + 1 };
    let message = "the line ends in CR LF: the carriage return (\\r) is part of its last word";
    let hint = "convert the file: sed -i 's/\\r$//' FILE";
    Some(Problem::warning(line.spot(Some(&place)), message).hint(hint).fold(Fold::CarriageReturn))
}

/// What is left of a number as the C library reads it.
fn after_number(text: &[u8]) -> Option<&[u8]> {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    if !digits.first()?.is_ascii_digit() {
        return None;
    }
    let (digits, is_digit): (&[u8], fn(&u8) -> bool) = match digits {
        [b'0', b'x' | b'X', rest @ ..] => (rest, u8::is_ascii_hexdigit),
        [b'0', rest @ ..] => (rest, |b| (b'0'..=b'7').contains(b)),
        _ => (digits, u8::is_ascii_digit),
    };
    let end = digits.iter().position(|b| !is_digit(b))?;
    digits.get(end..).filter(|rest| *rest != b"\r")
}

/// `-S 90-92` and the like.
fn call_number(line: &Line<'_>, place: &Place) -> Option<Problem> {
    let argument = line.words.get(place.word)?.bytes.get(place.bytes.clone())?;
    let mut start = place.bytes.start;
    for word in argument.split(|&b| b == b',') {
        let bytes = start..start + word.len();
        start = bytes.end + 1;
        if after_number(word).is_some() {
            return Some(cut_number(line, &Place { word: place.word, bytes }));
        }
    }
    None
}

fn cut_number(line: &Line<'_>, place: &Place) -> Problem {
    let hint = "what comes after the digits is ignored; there are no ranges and no units";
    Problem::warning(line.spot(Some(place)), "only the digits at the front are read").hint(hint)
}

/// A value that is taken otherwise than it looks.
fn value(line: &Line<'_>, id: FieldId, value: &Value, place: &Place) -> Option<Problem> {
    let Value::Number(number) = value else { return None };
    let word = line.words.get(place.word)?.bytes.get(place.bytes.clone())?;
    let start = word.iter().rposition(|b| b"=<>&".contains(b))? + 1;
    let text = word.get(start..)?;
    let place = Place { word: place.word, bytes: place.bytes.start + start..place.bytes.end };
    if id == FieldId::EXIT && text.first().is_some_and(u8::is_ascii_alphabetic) {
        let name = String::from_utf8_lossy(text).to_ascii_uppercase();
        let message = format!("exit={name} is {number}, which no call that fails returns");
        let hint = format!("calls return errors as negative numbers: exit=-{name}");
        return Some(Problem::warning(line.spot(Some(&place)), message).hint(hint));
    }
    let named = matches!(id, FieldId::ARCH | FieldId::PERM | FieldId::FIELD_COMPARE);
    (!named && after_number(text).is_some()).then(|| cut_number(line, &place))
}

#[cfg(test)]
mod tests {
    use super::after_number;

    #[test]
    fn numbers_end_where_strtol_ends() {
        for (text, rest) in [
            ("90-92", Some("-92")),
            ("90", None),
            ("-13x", Some("x")),
            ("0x1f", None),
            ("0x1g", Some("g")),
            ("08", Some("8")),
            ("abc", None),
            ("10\r", None),
            ("", None),
        ] {
            assert_eq!(after_number(text.as_bytes()), rest.map(str::as_bytes), "{text}");
        }
    }
}
