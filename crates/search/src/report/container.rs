//! In which container something happened, as far as a log tells.
//!
//! The kernel records no container of its own. Some do: kernels with audit container identifiers (`contid=`, in a record of its own); and where SELinux
//! separates containers, each has two categories that no other container on the machine has (`...:container_t:s0:c17,c905`).

use crate::event::Event;
use raudit_record::Fields;
use std::borrow::Cow;

/// The container of an event: its identifier, or its categories.
pub(crate) fn container(event: &Event) -> Option<Cow<'_, [u8]>> {
    let field = |name: &[u8]| event.records().find_map(|record| Some(Fields::find(record.text(), name)?.value));
    match field(b"contid").filter(|id| !matches!(*id, b"unset" | b"-1" | b"18446744073709551615")) {
        Some(id) => Some(Cow::Borrowed(id)),
        None => categories(field(b"subj").or_else(|| field(b"scontext"))?).map(Cow::Borrowed),
    }
}

/// `s0:c17,c905` of a label of a container's domain.
fn categories(label: &[u8]) -> Option<&[u8]> {
    let mut parts = label.splitn(4, |&byte| byte == b':');
    let (_user, _role, domain, level) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let is_container =
        domain.starts_with(b"container") || domain.starts_with(b"svirt_lxc") || domain.starts_with(b"svirt_");
    let (_, categories) = level.split_at(memchr::memchr(b':', level)?);
    (is_container && categories.starts_with(b":c")).then_some(level)
}

#[cfg(test)]
mod tests {
    use super::*;
    use raudit_record::Kind;

    fn of(lines: &[&str]) -> Option<String> {
        let mut event = Event::default();
        lines.iter().for_each(|line| event.push(Kind(1300), line.as_bytes()));
        container(&event).map(|name| String::from_utf8(name.into_owned()).unwrap())
    }

    #[test]
    fn by_identifier_or_by_categories() {
        let label = |label: &str| format!("type=SYSCALL msg=audit(1.000:1): pid=1 subj={label} key=(null)");
        assert_eq!(of(&[&label("system_u:system_r:container_t:s0:c17,c905")]).unwrap(), "s0:c17,c905");
        for none in ["system_u:system_r:init_t:s0", "u:r:t:s0-s0:c0.c1023", "unconfined", "a:b:container_t:s0", ":::"] {
            assert_eq!(of(&[&label(none)]), None, "{none}");
        }
        let id = "type=CONTAINER_ID msg=audit(1.000:1): contid=12345";
        assert_eq!(of(&[&label("a:b:container_t:s0:c1,c2"), id]).unwrap(), "12345");
        assert_eq!(of(&["type=CONTAINER_ID msg=audit(1.000:1): contid=-1"]), None);
    }
}
