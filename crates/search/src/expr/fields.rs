//! The fields of a record as auparse has them: those of the head too, `node`, `type`.

use raudit_record::Kind;
use raudit_record::line::ENRICHMENT;
use raudit_record::text::{push_untrusted, untrusted};
use std::borrow::Cow;

/// One field.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Field<'a> {
    /// Its name.
    pub name: &'a [u8],
    /// With its quotes.
    pub value: Cow<'a, [u8]>,
}

/// All fields of a line in their order, without what the daemon recorded beside it.
pub fn all(line: &[u8], kind: Kind) -> Vec<Field<'_>> {
    let text = text(line);
    let mut fields = Vec::new();
    for found in text.split(|&byte| byte == b' ').filter_map(field) {
        let keys = if found.name == b"key" { keys(&found.value) } else { None };
        match keys {
            Some(keys) => fields.extend(keys.into_iter().map(|key| Field { name: found.name, value: key.into() })),
            None => fields.push(found),
        }
    }
    if matches!(kind, Kind::AVC | USER_AVC) {
        let head = if text.starts_with(b"node=") { 2 } else { 1 };
        let decided = [&b"seresult"[..], b"seperms"].into_iter().filter_map(|name| decision(text, name)).collect();
        let rest = fields.split_off(head.min(fields.len()));
        fields = [fields, decided, rest].concat();
    }
    fields
}

/// Of several keys in one value each is a field. `None`: there is only one.
fn keys(value: &[u8]) -> Option<Vec<Vec<u8>>> {
    if value.starts_with(b"(") || value.starts_with(b"\"") {
        return None;
    }
    let write = |key: &[u8]| {
        let mut out = Vec::new();
        push_untrusted(&mut out, key);
        out
    };
    Some(untrusted(value).split(|&byte| byte == 1).filter(|key| !key.is_empty()).map(write).collect())
}

/// The record without what the daemon recorded beside it.
pub(super) fn text(line: &[u8]) -> &[u8] {
    let end = line.iter().position(|&byte| byte == ENRICHMENT || byte == 0).unwrap_or(line.len());
    line.get(..end).unwrap_or(line)
}

/// The first field of this name. auparse splits at blanks only, also in quotes.
pub(super) fn find<'a>(text: &'a [u8], kind: Kind, name: &[u8]) -> Option<Field<'a>> {
    if matches!(kind, Kind::AVC | USER_AVC) && matches!(name, b"seresult" | b"seperms") {
        return decision(text, name);
    }
    let field = text.split(|&byte| byte == b' ').filter_map(field).find(|field| field.name == name)?;
    if name != b"key" {
        return Some(field);
    }
    match keys(&field.value) {
        Some(keys) => keys.into_iter().next().map(|key| Field { name: field.name, value: key.into() }),
        None => Some(field),
    }
}

const USER_AVC: Kind = Kind(1107);

/// A word that is a field, without what may stand around its name and value.
fn field(word: &[u8]) -> Option<Field<'_>> {
    let word = match word.strip_prefix(b"msg=") {
        Some([b'a', ..]) => return None,
        Some([b'\'', inner @ ..]) => inner,
        _ => word,
    };
    let at = word.iter().position(|&byte| byte == b'=')?;
    let (name, value) = word.split_at(at);
    let mut value = value.get(1..).filter(|value| !value.is_empty())?;
    for end in [b':', b',', b'\''] {
        value = value.strip_suffix(&[end]).unwrap_or(value);
    }
    if value != b"(none)" && value != b"(null)" {
        value = value.strip_suffix(b")").unwrap_or(value);
    }
    Some(Field { name: name.strip_prefix(b"(").unwrap_or(name), value: Cow::Borrowed(value) })
}

/// What SELinux writes without names: `avc:  denied  { read write } for`. Only right behind the head: programs that
/// decide themselves have fields before it, and auparse finds nothing there.
fn decision<'a>(text: &'a [u8], name: &[u8]) -> Option<Field<'a>> {
    let mut words = text.split(|&byte| byte == b' ').filter(|word| !word.is_empty());
    let in_head = if text.starts_with(b"node=") { 2 } else { 1 };
    let (mut fields, mut result) = (0, None);
    for word in words.by_ref() {
        if word.contains(&b'=') {
            fields += usize::from(field(word).is_some());
        } else if fields == in_head && result.is_none() {
            result = Some(word).filter(|word| !word.starts_with(b"avc"));
        } else if fields == in_head && word.starts_with(b"{") {
            break;
        }
    }
    if name == b"seresult" {
        return Some(Field { name: b"seresult", value: Cow::Borrowed(result?) });
    }
    let asked: Vec<&[u8]> = words.take_while(|word| !word.starts_with(b"}")).collect();
    (!asked.is_empty()).then(|| Field { name: b"seperms", value: asked.join(&b","[..]).into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(line: &str, name: &str) -> Option<String> {
        let kind = if line.contains("type=AVC") { Kind::AVC } else { Kind::USER };
        find(text(line.as_bytes()), kind, name.as_bytes()).map(|f| String::from_utf8(f.value.into_owned()).unwrap())
    }

    #[test]
    fn values_are_words_without_what_stands_around_them() {
        let line =
            "node=n type=USER msg=audit(1.0:2): pid=1 msg='op=x: (host=?, tty=(none) a= res=yes)' b=2)'\u{1d}UID=\"r\"";
        for (name, wanted) in [
            ("node", Some("n")),
            ("type", Some("USER")),
            ("msg", None),
            ("op", Some("x")),
            ("host", Some("?")),
            ("tty", Some("(none)")),
            ("a", None),
            ("res", Some("yes")),
            ("b", Some("2")),
            ("UID", None),
        ] {
            assert_eq!(value(line, name).as_deref(), wanted, "{name}");
        }
    }

    #[test]
    fn keys_are_split_and_decisions_named() {
        assert_eq!(value("type=X key=\"a\"", "key").unwrap(), "\"a\"");
        assert_eq!(value("type=X key=(null)", "key").unwrap(), "(null)");
        assert_eq!(value("type=X key=610162", "key").unwrap(), "\"a\"");
        let avc = "type=AVC msg=audit(1.0:2): avc:  denied  { read write } for  pid=1";
        assert_eq!(value(avc, "seresult").unwrap(), "denied");
        assert_eq!(value(avc, "seperms").unwrap(), "read,write");
        let by_program = "type=AVC msg=audit(1.0:2): pid=1 uid=0 msg='avc:  denied  { send } for scontext=a";
        assert_eq!([value(by_program, "seresult"), value(by_program, "seperms")], [None, None]);
    }
}
