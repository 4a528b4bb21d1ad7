//! `/etc/audit/auditd.conf`: auditd's keys, their built-in values and checks (auditd.conf(5)).

use crate::action::{Action, action};
use crate::auditd_value::{
    Deprecated, Flush, LogFormat, NameFormat, Ports, Space, TlsAuth, TlsProfile, Transport, check_mail, deprecated,
    group, interval, log_file, log_format, port, ports, space, unknown_domain,
};
use crate::owner::{self, Links};
use crate::settings::{Reader, Scope, Settings, changed, load, settings, show};
use crate::syntax::Given;
use crate::value::{INT_MAX, number, path, string, text, word, yes_no};
use crate::{ConfigError, Warning};
use std::fmt;
use std::path::{Path, PathBuf};

/// Where auditd.conf is.
pub const AUDITD_CONF: &str = "/etc/audit/auditd.conf";

/// The key is acted on, whatever it is set to.
const ACTS: fn(&AuditdConf) -> bool = |_| true;
/// The key is checked, but nothing acts on it yet.
const NO_EFFECT: fn(&AuditdConf) -> bool = |_| false;

settings! {
    /// The settings of auditd.conf. Key and field have the same name; the built-in values are those of a missing file,
    /// not those of the file that is shipped.
    pub struct AuditdConf;

    /// Whether this machine's own events are wanted, not only other machines'. Not changed by a reload.
    local_events: bool = true, yes_no, ACTS;
    /// Whether there is a log on disk at all.
    write_logs: bool = true, yes_no, ACTS;
    /// The log.
    log_file: PathBuf = "/var/log/audit/audit.log".into(), log_file, ACTS;
    /// What a record looks like.
    log_format: LogFormat = LogFormat::Enriched, log_format, ACTS;
    /// The group that may read the log: mode 0640 instead of 0600 if it is not root's.
    log_group: u32 = 0, group, ACTS;
    /// When what was written is forced to the disk.
    flush: Flush = Flush::None, word, ACTS;
    /// After how many records, for the incremental ways to flush.
    freq: u32 = 0, number::<0, INT_MAX>, ACTS;
    /// How many files to keep, counting the one being written; less than 2 means no rotation.
    num_logs: u32 = 0, number::<0, 999>, ACTS;
    /// At how many mebibytes a log is full; 0 means never.
    max_log_file: u32 = 0, number::<0, INT_MAX>, ACTS;
    /// What to do with a full log.
    max_log_file_action: Action = Action::Ignore, on_full_log, ACTS;
    /// How much higher the daemon's priority is to be (negative nice value).
    priority_boost: u32 = 4, number::<0, INT_MAX>, ACTS;
    /// What `node=` in front of a record is.
    name_format: NameFormat = NameFormat::None, word, ACTS;
    /// The name for `name_format = user`.
    name: Option<String> = None, string, ACTS;
    /// Below this much free space comes `space_left_action`.
    space_left: Space = Space::Mib(0), space, ACTS;
    /// What to do when space gets low.
    space_left_action: Action = Action::Ignore, on_low_space, ACTS;
    /// Below this much free space comes `admin_space_left_action`.
    admin_space_left: Space = Space::Mib(0), space, ACTS;
    /// What to do when space is nearly gone.
    admin_space_left_action: Action = Action::Ignore, on_admin_space, ACTS;
    /// What to do when there is no space.
    disk_full_action: Action = Action::Ignore, on_disk_full, ACTS;
    /// What to do when writing fails otherwise.
    disk_error_action: Action = Action::Syslog, on_disk_error, ACTS;
    /// Whether the domain of `action_mail_acct` is looked up.
    verify_email: bool = true, yes_no, ACTS;
    /// Whom to send mail to.
    action_mail_acct: String = "root".into(), text, ACTS;
    /// Every how many seconds the state file is written; 0 means never.
    report_interval: u32 = 0, interval, ACTS;
    /// The port to listen on for other machines' events.
    tcp_listen_port: Option<u32> = None, port, ACTS;
    /// How many connections may wait to be accepted.
    tcp_listen_queue: u32 = 5, number::<1, 65535>, ACTS;
    /// How many connections one address may have.
    tcp_max_per_addr: u32 = 1, number::<1, 1024>, ACTS;
    /// Whether hosts.allow and hosts.deny are asked.
    use_libwrap: bool = true, yes_no, ACTS;
    /// The ports from which others may connect.
    tcp_client_ports: Ports = Ports { low: 0, high: 65535 }, ports, ACTS;
    /// After how many idle seconds a connection is closed; 0 means never.
    tcp_client_max_idle: u32 = 0, number::<0, INT_MAX>, ACTS;
    /// How others send their events.
    transport: Transport = Transport::Tcp, word, ACTS;
    /// Old spelling of `transport = krb5`.
    enable_krb5: bool = false, yes_no, ACTS;
    /// The daemon's own principal.
    krb5_principal: Option<String> = Some("auditd".into()), string, NO_EFFECT;
    /// The key of that principal.
    krb5_key_file: PathBuf = "/etc/audit/audit.key".into(), path, NO_EFFECT;
    /// The pre-shared key.
    tls_psk_file: Option<String> = None, string, ACTS;
    /// The name of the pre-shared key.
    tls_psk_identity: Option<String> = None, string, ACTS;
    /// Cipher suites, for OpenSSL.
    tls_cipher_suites: Option<String> = None, string, ACTS;
    /// Key exchange groups, for OpenSSL.
    tls_key_exchange: Option<String> = None, string, ACTS;
    /// Whether the key exchange must withstand quantum computers.
    tls_require_pqc: bool = false, yes_no, ACTS;
    /// How peers are recognised.
    tls_auth: TlsAuth = TlsAuth::Psk, word, ACTS;
    /// Which algorithms may be used.
    tls_crypto_profile: TlsProfile = TlsProfile::Compatible, word, ACTS;
    /// The identities that may connect.
    tls_allowed_clients: Option<String> = None, string, ACTS;
    /// Whether plugins get other machines' events too.
    distribute_network: bool = false, yes_no, ACTS;
    /// How many events may wait for a plugin.
    q_depth: u32 = 2000, number::<1, 99999>, ACTS;
    /// What to do when more events wait for a plugin.
    overflow_action: Action = Action::Syslog, on_overflow, ACTS;
    /// How often a plugin that ended is started again.
    max_restarts: u32 = 10, number::<0, INT_MAX>, ACTS;
    /// Where the plugins' files are.
    plugin_dir: PathBuf = "/etc/audit/plugins.d".into(), path, ACTS;
    /// After how many seconds without a further record an event is complete.
    end_of_event_timeout: u32 = 2, number::<0, INT_MAX>, ACTS;
    /// The program that ran plugins before auditd 3.
    dispatcher: Deprecated = Deprecated, deprecated, ACTS;
    /// Whether auditd waited for that program.
    disp_qos: Deprecated = Deprecated, deprecated, ACTS;
}

/// A parser of the actions listed.
macro_rules! actions {
    ($($name:ident: $($word:literal)+;)+) => {
        $( fn $name(given: &Given<'_>, scope: &mut Scope<'_>) -> Result<Action, String> {
            action(given, scope, &[$($word),+])
        } )+
    };
}

actions! {
    on_full_log: "ignore" "syslog" "exec" "suspend" "rotate" "keep_logs";
    on_low_space: "ignore" "syslog" "rotate" "email" "exec" "suspend" "single";
    on_admin_space: "ignore" "syslog" "rotate" "email" "exec" "suspend" "single" "halt";
    on_disk_full: "ignore" "syslog" "rotate" "exec" "suspend" "single" "halt";
    on_disk_error: "ignore" "syslog" "exec" "suspend" "single" "halt";
    on_overflow: "ignore" "syslog" "suspend" "single" "halt";
}

impl AuditdConf {
    /// Loads and checks the file as the daemon does: also that the log's directory, groups and helper programs exist.
    ///
    /// A missing file gives the built-in values and a warning. `allow_links` is auditd's `-l`.
    ///
    /// # Errors
    /// The first thing that is wrong. The daemon then exits with 6 (at a reload: keeps its old settings).
    pub fn load(path: &Path, allow_links: bool) -> Result<(Self, Vec<Warning>), ConfigError> {
        Self::load_as(Reader::Daemon, path, if allow_links { Links::Follow } else { Links::Refuse })
    }

    /// Loads the file for a program that only needs to know what is set: symbolic links are followed, and nothing but
    /// the file itself is looked at.
    ///
    /// # Errors
    /// As [`AuditdConf::load`].
    pub fn load_for_tools(path: &Path) -> Result<(Self, Vec<Warning>), ConfigError> {
        Self::load_as(Reader::Tool, path, Links::Follow)
    }

    fn load_as(reader: Reader, path: &Path, links: Links) -> Result<(Self, Vec<Warning>), ConfigError> {
        let Some(text) = owner::read(path, links, owner::WORLD_WRITABLE)? else {
            let warning = Warning::new(path, 0, "does not exist, the built-in values are used");
            return Ok((Self::default(), vec![warning]));
        };
        Self::parse(reader, path, &text)
    }

    fn parse(reader: Reader, path: &Path, text: &[u8]) -> Result<(Self, Vec<Warning>), ConfigError> {
        let mut warnings = Vec::new();
        let (mut conf, written) = load::<Self>(text, &mut Scope { path, reader, warnings: &mut warnings })?;
        conf.written = written;
        if conf.log_format == LogFormat::NoLog {
            conf.write_logs = false;
        }
        conf.check().map_err(|what| ConfigError::new(path, 0, what))?;
        if reader == Reader::Daemon && conf.verify_email {
            warnings.extend(unknown_domain(&conf.action_mail_acct).map(|what| Warning::new(path, 0, what)));
        }
        warnings.extend(conf.oddities().into_iter().map(|what| Warning::new(path, 0, what)));
        Ok((conf, warnings))
    }

    /// What no single key can be blamed for.
    fn check(&self) -> Result<(), String> {
        if let (Space::Mib(low), Space::Mib(admin)) = (self.space_left, self.admin_space_left)
            && low <= admin
        {
            return Err(format!("space_left({low}) must be larger than admin_space_left({admin})"));
        }
        if matches!(self.flush, Flush::Incremental | Flush::IncrementalAsync) && self.freq == 0 {
            return Err(format!("flush = {} needs freq to be more than 0", self.flush.word()));
        }
        if self.log_group != 0 && self.log_file.parent() == Some(Path::new("/var/log")) {
            let what = "log_file is directly in /var/log, whose group log_group would change: use another directory";
            return Err(what.to_owned());
        }
        if self.verify_email {
            check_mail(&self.action_mail_acct).map_err(|what| format!("action_mail_acct: {what}"))?;
        }
        if self.name_format == NameFormat::User && self.name.is_none() {
            return Err("name_format = user needs name to be set".to_owned());
        }
        Ok(())
    }

    fn oddities(&self) -> Vec<&'static str> {
        let mut odd = Vec::new();
        if matches!(self.flush, Flush::Data | Flush::Sync) && self.freq != 0 {
            odd.push("freq has no effect unless flush is incremental or incremental_async");
        }
        if self.q_depth < 512 {
            odd.push("q_depth should be 512 or more, for safety");
        }
        odd
    }

    /// The keys set to something else than the built-in value that rauditd does not act on yet: worth saying at start.
    pub fn without_effect(&self) -> Vec<&'static str> {
        let default = Self::default();
        let idle = |name: &&'static str| {
            Self::KEYS
                .iter()
                .any(|key| key.name == *name && !(key.acts)(self) && (key.show)(self) != (key.show)(&default))
        };
        self.written.iter().copied().filter(idle).collect()
    }
}

impl AuditdConf {
    /// All keys, in the order of auditd.conf(5).
    pub fn keys() -> impl Iterator<Item = &'static str> {
        Self::KEYS.iter().map(|key| key.name)
    }

    /// The keys whose values differ from those of `before`.
    pub fn changed(&self, before: &Self) -> Vec<&'static str> {
        changed(self, before)
    }
}

/// All keys with their present values, as a file that reads back the same.
impl fmt::Display for AuditdConf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show(self, f)
    }
}

#[cfg(test)]
mod tests;
