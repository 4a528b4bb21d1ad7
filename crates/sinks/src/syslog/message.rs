//! The two forms of a message.

use chrono::{DateTime, Local, SecondsFormat, Utc};
use raudit_record::Kind;
use raudit_record::stamp::StampReader;

/// As syslog(3) sends it: `<14>Nov 14 22:13:20 audispd: text`, local time.
pub(super) fn classic(priority: u8, ident: &str, text: &[u8]) -> Vec<u8> {
    let mut out = format!("<{priority}>{} {ident}: ", Local::now().format("%b %e %H:%M:%S")).into_bytes();
    out.extend_from_slice(text);
    out
}

/// What messages by RFC 5424 have in common.
#[derive(Debug)]
pub(super) struct Modern {
    pub(super) priority: u8,
    /// This host, for records that name none.
    pub(super) host: String,
    pub(super) process: u32,
    pub(super) stamps: StampReader,
}

impl Modern {
    /// `<14>1 2023-11-14T22:13:20.123000Z host audisp-syslog 12 SYSCALL [audit@32473 serial="456"] text`
    ///
    /// Time, host and serial are the record's own. 32473 is the number of RFC 5612 for who has none.
    pub(super) fn message(&mut self, line: &[u8], text: &[u8]) -> Vec<u8> {
        let stamp = self.stamps.read(line.split(|&byte| byte == 0).next().unwrap_or_default()).ok();
        let time = stamp.and_then(|stamp| {
            let nanos = u32::from(stamp.id.milli).checked_mul(1_000_000)?;
            DateTime::<Utc>::from_timestamp(i64::try_from(stamp.id.sec).ok()?, nanos)
        });
        let time = time.map_or_else(|| "-".to_owned(), |time| time.to_rfc3339_opts(SecondsFormat::Micros, true));
        let node = stamp.map(|stamp| stamp.node).filter(|node| !node.is_empty()).unwrap_or(self.host.as_bytes());
        let host = printable(node, 255);
        let kind = stamp.map_or(Kind::UNNAMED, |stamp| stamp.kind);
        let mut name = Vec::new();
        if stamp.is_some() && kind != raudit_record::stamp::UNKNOWN {
            kind.push(&mut name);
        }
        let data =
            stamp.map_or_else(|| "-".to_owned(), |stamp| format!("[audit@32473 serial=\"{}\"]", stamp.id.serial));
        let (priority, process, name) = (self.priority, self.process, printable(&name, 32));
        let mut out = format!("<{priority}>1 {time} {host} audisp-syslog {process} {name} {data} ").into_bytes();
        out.extend_from_slice(text.strip_suffix(b"\n").unwrap_or(text));
        out
    }
}

/// What may stand in a header: visible ASCII, `-` for nothing.
fn printable(text: &[u8], longest: usize) -> String {
    let visible = |byte: &u8| if byte.is_ascii_graphic() { char::from(*byte) } else { '?' };
    let text: String = text.iter().take(longest).map(visible).collect();
    if text.is_empty() { "-".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_of_the_record() {
        let stamps = StampReader::default();
        let mut modern = Modern { priority: 14, host: "here".to_owned(), process: 7, stamps };
        let mut show = |line: &[u8]| String::from_utf8(modern.message(line, b"text\n")).unwrap();
        assert_eq!(
            show(b"type=PATH msg=audit(1700000000.023:456): item=0"),
            "<14>1 2023-11-14T22:13:20.023000Z here audisp-syslog 7 PATH [audit@32473 serial=\"456\"] text"
        );
        assert_eq!(
            show(b"node=a\xffb type=UNKNOWN[1999] msg=audit(1.000:1): item=0"),
            "<14>1 1970-01-01T00:00:01.000000Z a?b audisp-syslog 7 UNKNOWN[1999] [audit@32473 serial=\"1\"] text"
        );
        assert_eq!(show(b"nothing"), "<14>1 - here audisp-syslog 7 - - text");
        let far = format!("type=PATH msg=audit({}.000:1): item=0", u64::MAX);
        assert!(show(far.as_bytes()).starts_with("<14>1 - here "));
    }
}
