//! A record with its values translated, as auditd's program writes it on one line when told to `interpret`.

use chrono::{DateTime, Local};
use raudit_record::interpret::Meaning;
use raudit_record::stamp::StampReader;
use raudit_record::{Context, Interpreter, Kind, Line, Names};
use raudit_search::expr::{Field, fields};

/// What does not fit into so many bytes is left out, from a field on (`MAX_AUDIT_MESSAGE_LENGTH`).
const LONGEST: usize = 8970;

/// Translates records.
#[derive(Debug)]
pub(super) struct Translator {
    interpreter: Interpreter,
    stamps: StampReader,
}

impl Translator {
    /// With this host's names for what was not enriched.
    pub(super) fn new() -> Self {
        Self { interpreter: Interpreter::new(Names::new()), stamps: StampReader::default() }
    }

    /// `type=PATH msg=audit(11/14/23 22:13:20) : item=0 name=/etc ...`; nothing for a record without fields. `None`: it
    /// is none.
    pub(super) fn translate(&mut self, line: &[u8]) -> Option<Vec<u8>> {
        let line = line.split(|&byte| byte == 0).next().unwrap_or_default();
        let stamp = self.stamps.read(line).ok()?;
        let parsed = Line::parse(line).ok()?;
        let mut out = Vec::new();
        if stamp.kind == Kind::EOE {
            return Some(out);
        }
        for field in fields(line, stamp.kind) {
            let value = self.value(&parsed, &field);
            if !append(&mut out, &[field.name, b"=", &value, b" "]) {
                break;
            }
            if field.name == b"type" {
                let time = i64::try_from(stamp.id.sec).ok().and_then(|sec| DateTime::from_timestamp(sec, 0));
                let shown = time.map(|time| time.with_timezone(&Local).format("%m/%d/%y %H:%M:%S").to_string());
                let shown = shown.unwrap_or_else(|| "?".to_owned());
                if !append(&mut out, &[b"msg=audit(", shown.as_bytes(), b") : "]) {
                    break;
                }
            }
        }
        Some(out)
    }

    fn value(&mut self, line: &Line<'_>, field: &Field<'_>) -> Vec<u8> {
        let mut value = Vec::new();
        self.interpreter.value(&Context::of(line), field.name, &field.value, &mut value);
        if Meaning::of_value(line.kind, field.name, &field.value) == Meaning::SockAddr {
            let part = |name: &[u8]| {
                let at = memchr::memmem::find(&value, name)?;
                let rest = value.get(at + name.len()..)?;
                rest.get(..rest.iter().position(|&byte| byte == b' ')?)
            };
            return part(b"laddr=").or_else(|| part(b"saddr_fam=")).unwrap_or(b"?").to_vec();
        }
        value
    }
}

/// Appends these as far as they fit. False: not all of them do.
fn append(out: &mut Vec<u8>, parts: &[&[u8]]) -> bool {
    parts.iter().all(|part| {
        let fits = out.len() + part.len() < LONGEST;
        if fits {
            out.extend_from_slice(part);
        }
        fits
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_lines_and_eoe_is_none() {
        let mut translator = Translator::new();
        let mut show = |line: &str| translator.translate(line.as_bytes()).map(|text| String::from_utf8(text).unwrap());
        assert_eq!(show("type=EOE msg=audit(1.000:1): ").as_deref(), Some(""));
        assert_eq!(show("nonsense"), None);
        let text = show("type=PATH msg=audit(1.000:1): name=2F746D702F61206263 nametype=NORMAL").unwrap();
        assert!(
            text.starts_with("type=PATH msg=audit(") && text.ends_with(") : name=/tmp/a bc nametype=NORMAL "),
            "{text}"
        );
        let long = format!("type=PATH msg=audit(1.000:1): {}", "a=b ".repeat(5000));
        assert!(show(&long).unwrap().len() < LONGEST);
    }
}
