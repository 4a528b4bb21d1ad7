//! The daemon's own records, `DAEMON_*`.

use nix::sys::utsname::uname;
use raudit_netlink::protocol::SignalInfo;
use raudit_record::{EventId, Kind, Message, text};
use raudit_rules::Rule;
use std::fmt::Write;
use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

/// Stamps the daemon's records. Serials start anywhere below 10,000, as auditd's do.
#[derive(Debug)]
pub struct Stamps {
    serial: u64,
}

impl Stamps {
    /// A start that differs from run to run.
    pub fn new() -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { serial: u64::from(now.subsec_nanos()) % 10_000 }
    }

    fn next(&mut self) -> EventId {
        self.serial += 1;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        EventId { sec: now.as_secs(), milli: now.subsec_millis() as u16, serial: self.serial }
    }

    /// `DAEMON_START`.
    pub fn start(&mut self, format: &str) -> Message {
        let kernel = uname().map(|u| u.release().to_string_lossy().into_owned()).unwrap_or_default();
        let mut body = format!("op=start ver={} format={format} kernel={kernel}", env!("CARGO_PKG_VERSION"));
        body.push_str(&own_identity());
        self.message(Kind::DAEMON_START, &format!("{body} res=success"))
    }

    /// `DAEMON_ABORT`: why the daemon did not start.
    pub fn abort(&mut self, op: &str) -> Message {
        self.message(Kind::DAEMON_ABORT, &format!("op={op}{} res=failed", own_identity()))
    }

    /// `DAEMON_ERR`: events were lost; `whose` is the field that says of which rules.
    pub fn lost(&mut self, reason: &str, count: u64, whose: &[u8]) -> Message {
        let mut text = format!("{}: op=events-lost reason={reason} lost={count}", self.next()).into_bytes();
        text.extend_from_slice(whose);
        text.extend_from_slice(own_identity().as_bytes());
        text.extend_from_slice(b" res=failed");
        Message { kind: Kind::DAEMON_ERR, text }
    }

    /// `DAEMON_END`, `DAEMON_ROTATE` ...: something done because of a signal; `sender` is who sent it, if the kernel says.
    pub fn signalled(&mut self, kind: Kind, op: &str, sender: Option<&SignalInfo>) -> Message {
        let body = match sender.filter(|s| s.pid != 0) {
            None => format!("{op} auid=-1 uid=-1 ses=-1 pid=-1 subj=? res=success"),
            Some(info) => {
                let of = |name: &str| fs::read_to_string(format!("/proc/{}/{name}", info.pid)).unwrap_or_default();
                let uid = owner(info.pid).map_or_else(|| "-1".into(), |uid| uid.to_string());
                let ses = of("sessionid").trim().parse::<u32>().map_or_else(|_| "-1".into(), |ses| ses.to_string());
                let label = String::from_utf8_lossy(&info.context).trim_end_matches('\0').to_owned();
                let subj = if label.is_empty() { String::new() } else { format!(" subj={label}") };
                format!("{op} auid={} uid={uid} ses={ses} pid={}{subj} res=success", info.uid, info.pid)
            }
        };
        self.message(kind, &body)
    }

    /// `CONFIG_CHANGE`, as the kernel writes it when a rule comes or goes (`audit_log_rule_change`, auditfilter.c).
    pub fn rule_change(&mut self, op: &str, rule: &Rule, author: &Author) -> Message {
        let mut body = author.fields.clone();
        body.extend_from_slice(format!(" op={op} key=").as_bytes());
        match rule.key() {
            Some(key) => text::push_untrusted(&mut body, key),
            None => body.extend_from_slice(b"(null)"),
        }
        body.extend_from_slice(format!(" list={} res=1", rule.list as u32).as_bytes());
        let mut text = format!("{}: ", self.next()).into_bytes();
        text.append(&mut body);
        Message { kind: Kind::CONFIG_CHANGE, text }
    }

    /// A record of ours with this body.
    pub fn message(&mut self, kind: Kind, body: &str) -> Message {
        Message { kind, text: format!("{}: {body}", self.next()).into_bytes() }
    }
}

/// Who changes rules, as a record names it.
#[derive(Debug)]
pub struct Author {
    fields: Vec<u8>,
}

impl Author {
    /// A process that still lives; of one that has ended, nothing is known.
    pub fn of(pid: i32) -> Self {
        let of = |name: &str| {
            let text = fs::read_to_string(format!("/proc/{pid}/{name}")).unwrap_or_default();
            text.trim_end_matches(['\0', '\n']).to_owned()
        };
        let number = |name| of(name).parse().unwrap_or(u32::MAX);
        let mut fields = format!("auid={} ses={}", number("loginuid"), number("sessionid"));
        let label = of("attr/current");
        if !label.is_empty() {
            // without the mode AppArmor adds for people
            let _ = write!(fields, " subj={}", label.split(" (").next().unwrap_or_default());
        }
        Self { fields: fields.into_bytes() }
    }
}

impl Default for Stamps {
    fn default() -> Self {
        Self::new()
    }
}

/// The fields that say who the daemon is.
fn own_identity() -> String {
    let own = |name: &str| fs::read_to_string(format!("/proc/self/{name}")).unwrap_or_default().trim().to_owned();
    let unset = |value: String| if value.is_empty() { u32::MAX.to_string() } else { value };
    let mut fields = format!(
        " auid={} pid={} uid={} ses={}",
        unset(own("loginuid")),
        std::process::id(),
        nix::unistd::getuid(),
        unset(own("sessionid"))
    );
    let label = own("attr/current");
    if !label.is_empty() {
        let _ = write!(fields, " subj={}", label.trim_end_matches('\0'));
    }
    fields
}

fn owner(pid: u32) -> Option<u32> {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(format!("/proc/{pid}")).ok().map(|m| m.uid())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(message: &Message) -> String {
        String::from_utf8(message.text.clone()).unwrap()
    }

    #[test]
    fn start_says_who_and_where() {
        let start = text(&Stamps::new().start("raw"));
        assert!(
            start.starts_with("audit(") && start.contains(": op=start ver=") && start.contains(" format=raw kernel="),
            "{start}"
        );
        assert!(
            start.contains(&format!(" pid={} uid=", std::process::id())) && start.ends_with(" res=success"),
            "{start}"
        );
    }

    #[test]
    fn a_rule_change_reads_as_the_kernels() {
        let key = raudit_rules::Field {
            id: raudit_rules::FieldId::FILTERKEY,
            op: raudit_rules::Op::Eq,
            value: raudit_rules::Value::Text(b"k".to_vec()),
        };
        let rule = Rule {
            list: raudit_rules::List::Exit,
            action: raudit_rules::Action::Always,
            syscalls: raudit_rules::SyscallMask::EMPTY,
            fields: vec![key],
        };
        let record = text(&Stamps::new().rule_change("add_rule", &rule, &Author::of(0)));
        assert!(record.ends_with(": auid=4294967295 ses=4294967295 op=add_rule key=\"k\" list=4 res=1"), "{record}");
    }

    #[test]
    fn an_unknown_sender_is_minus_one() {
        let mut stamps = Stamps::new();
        let end = text(&stamps.signalled(Kind::DAEMON_END, "op=terminate", None));
        assert!(end.ends_with(": op=terminate auid=-1 uid=-1 ses=-1 pid=-1 subj=? res=success"), "{end}");
        let me = SignalInfo { uid: 1000, pid: std::process::id(), context: Vec::new() };
        let end = text(&stamps.signalled(Kind::DAEMON_END, "op=terminate", Some(&me)));
        assert!(end.contains(": op=terminate auid=1000 uid="), "{end}");
    }
}
