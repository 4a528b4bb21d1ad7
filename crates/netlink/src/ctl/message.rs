//! `-m`: a user-space record in the form libaudit gives it.

use raudit_record::text::push_untrusted;
use std::io::{self, IsTerminal};
use std::os::unix::ffi::OsStrExt;

/// The text of the record: what was said, and by whom.
pub(super) fn user_record(text: &[u8]) -> Vec<u8> {
    let exe = std::fs::read_link("/proc/self/exe").unwrap_or_default();
    let terminal = terminal().unwrap_or_else(|| "?".into());
    let mut record = b"text=".to_vec();
    record.extend_from_slice(text);
    record.extend_from_slice(b" exe=");
    push_untrusted(&mut record, exe.as_os_str().as_bytes());
    record.extend(format!(" hostname=? addr=? terminal={terminal} res=success").bytes());
    record
}

/// The terminal of standard input, as libaudit names it: without `/dev/`.
fn terminal() -> Option<String> {
    if !io::stdin().is_terminal() {
        return None;
    }
    let path = std::fs::read_link("/proc/self/fd/0").ok()?;
    let name = path.to_str()?;
    Some(name.strip_prefix("/dev/").unwrap_or(name).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_who_says_it() {
        let record = String::from_utf8(user_record(b"hello")).unwrap();
        assert!(record.starts_with("text=hello exe=\"/"), "{record}");
        assert!(record.ends_with(" res=success") && record.contains("\" hostname=? addr=? terminal="), "{record}");
    }
}
