//! `/etc/audit/audisp-remote.conf`: where records are sent, and what is done when that fails (audisp-remote.conf(5) of 4.2, whose
//! keys include those of 3.0.9).

use crate::auditd_value::{TlsAuth, TlsProfile, Transport};
use crate::owner::{self, Links};
use crate::settings::{Reader, Scope, Settings, Value, load, settings};
use crate::syntax::Given;
use crate::value::{INT_MAX, absolute, digits, number, single, string, word, words, yes_no};
use crate::{ConfigError, Warning};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

words! {
    /// Where records wait that are not sent yet.
    pub enum Mode {
        /// In memory.
        Immediate = "immediate",
        /// In a file.
        Forward = "forward",
    }
}

words! {
    /// What goes over the network.
    pub enum WireFormat {
        /// Records with headers, each answered.
        Managed = "managed",
        /// Lines.
        Ascii = "ascii",
    }
}

words! {
    /// What to do when the queue is full.
    pub enum Overflow {
        /// Nothing.
        Ignore = "ignore",
        /// Say so in the system log.
        Syslog = "syslog",
        /// Send no more until told to resume.
        Suspend = "suspend",
        /// Take the machine to single user mode.
        Single = "single",
        /// Shut the machine down.
        Halt = "halt",
    }
}

/// What to do about a failure. For which ones the record that was being sent is given up, is in the manual page.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Failure {
    /// Nothing.
    Ignore,
    /// Say so in the system log.
    Syslog,
    /// Run a program of the administrator's.
    Exec(PathBuf),
    /// Say so once, until a record gets through.
    WarnOnceContinue,
    /// The same, but the record is kept.
    WarnOnce,
    /// Connect again; for `remote_ending_action` only.
    Reconnect,
    /// Send no more until told to resume.
    Suspend,
    /// Take the machine to single user mode.
    Single,
    /// Shut the machine down.
    Halt,
    /// End.
    Stop,
}

impl Failure {
    /// The word for it, in lower case.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Ignore => "ignore",
            Self::Syslog => "syslog",
            Self::Exec(_) => "exec",
            Self::WarnOnceContinue => "warn_once_continue",
            Self::WarnOnce => "warn_once",
            Self::Reconnect => "reconnect",
            Self::Suspend => "suspend",
            Self::Single => "single",
            Self::Halt => "halt",
            Self::Stop => "stop",
        }
    }

    /// All but `reconnect`, which one key takes alone.
    fn common() -> [Self; 9] {
        [
            Self::Ignore,
            Self::Syslog,
            Self::Exec(PathBuf::new()),
            Self::WarnOnceContinue,
            Self::WarnOnce,
            Self::Suspend,
            Self::Single,
            Self::Halt,
            Self::Stop,
        ]
    }
}

impl Value for Failure {
    fn show(&self) -> String {
        match self {
            Self::Exec(path) => format!("exec {}", path.display()),
            other => other.word().to_owned(),
        }
    }
}

const ACTS: fn(&AudispRemoteConf) -> bool = |_| true;

settings! {
    /// The settings. Key and field have the same name; `None` means not set.
    pub struct AudispRemoteConf;

    /// The collector's name or address.
    remote_server: Option<String> = None, string, ACTS;
    /// Its port.
    port: u32 = 60, number::<0, 65535>, ACTS;
    /// Our port, 0 for any.
    local_port: u32 = 0, local_port, ACTS;
    /// How it is spoken with.
    transport: Transport = Transport::Tcp, word, ACTS;
    /// Where records wait.
    mode: Mode = Mode::Immediate, word, ACTS;
    /// The file of `mode = forward`.
    queue_file: PathBuf = "/var/spool/audit/remote.log".into(), absolute, ACTS;
    /// How many records may wait.
    queue_depth: u32 = 2048, number::<1, INT_MAX>, ACTS;
    /// What goes over the network.
    format: WireFormat = WireFormat::Managed, word, ACTS;
    /// Seconds between attempts, from the third on.
    network_retry_time: u32 = 1, number::<1, INT_MAX>, ACTS;
    /// How often a record is tried again.
    max_tries_per_record: u32 = 3, number::<1, INT_MAX>, ACTS;
    /// Seconds that a record may take, and each answer.
    max_time_per_record: u32 = 5, number::<1, INT_MAX>, ACTS;
    /// After how many idle seconds the collector is asked whether it is there; 0: never.
    heartbeat_timeout: u32 = 0, number::<0, INT_MAX>, ACTS;
    /// Kerberos, by its old name.
    enable_krb5: bool = false, yes_no, ACTS;
    /// Acts with Kerberos only.
    krb5_principal: Option<String> = None, string, ACTS;
    /// Acts with Kerberos only.
    krb5_client_name: Option<String> = None, string, ACTS;
    /// Acts with Kerberos only.
    krb5_key_file: Option<String> = None, string, ACTS;
    /// The key of `transport = tls`.
    tls_psk_file: Option<PathBuf> = None, key_file, ACTS;
    /// The name that goes with it.
    tls_psk_identity: Option<String> = None, string, ACTS;
    /// Cipher suites instead of the profile's.
    tls_cipher_suites: Option<String> = None, string, ACTS;
    /// Groups instead of the profile's.
    tls_key_exchange: Option<String> = None, string, ACTS;
    /// Another name for `tls_crypto_profile = pqc`.
    tls_require_pqc: bool = false, yes_no, ACTS;
    /// By what the collector knows us.
    tls_auth: TlsAuth = TlsAuth::Psk, word, ACTS;
    /// Which ciphers and groups.
    tls_crypto_profile: TlsProfile = TlsProfile::Compatible, word, ACTS;
    /// A record does not get through.
    network_failure_action: Failure = Failure::Stop, failure, ACTS;
    /// The collector is low on space.
    disk_low_action: Failure = Failure::Ignore, failure, ACTS;
    /// The collector has no space.
    disk_full_action: Failure = Failure::WarnOnce, failure, ACTS;
    /// The collector cannot write.
    disk_error_action: Failure = Failure::WarnOnce, failure, ACTS;
    /// The collector ends.
    remote_ending_action: Failure = Failure::Reconnect, ending, ACTS;
    /// The collector answers with an error that is none of these.
    generic_error_action: Failure = Failure::Syslog, failure, ACTS;
    /// The same with a warning.
    generic_warning_action: Failure = Failure::Syslog, failure, ACTS;
    /// The queue cannot be read or written.
    queue_error_action: Failure = Failure::Stop, failure, ACTS;
    /// The queue is full.
    overflow_action: Overflow = Overflow::Syslog, overflow, ACTS;
    /// There has been no connection yet.
    startup_failure_action: Failure = Failure::WarnOnceContinue, failure, ACTS;
}

fn local_port(given: &Given<'_>, _: &mut Scope<'_>) -> Result<u32, String> {
    match single(given)? {
        any if any.eq_ignore_ascii_case("any") => Ok(0),
        port => digits(port, 0..=65535),
    }
}

fn key_file(given: &Given<'_>, scope: &mut Scope<'_>) -> Result<Option<PathBuf>, String> {
    absolute(given, scope).map(Some)
}

fn failure(given: &Given<'_>, scope: &mut Scope<'_>) -> Result<Failure, String> {
    one_of(given, scope, &Failure::common())
}

fn ending(given: &Given<'_>, scope: &mut Scope<'_>) -> Result<Failure, String> {
    let mut allowed = Failure::common().to_vec();
    allowed.push(Failure::Reconnect);
    one_of(given, scope, &allowed)
}

fn overflow(given: &Given<'_>, scope: &mut Scope<'_>) -> Result<Overflow, String> {
    unused(given, given.options.iter(), scope);
    word(&Given { options: Vec::new(), ..given.clone() }, scope)
}

fn one_of(given: &Given<'_>, scope: &mut Scope<'_>, allowed: &[Failure]) -> Result<Failure, String> {
    let found = allowed.iter().find(|action| action.word().eq_ignore_ascii_case(given.value)).ok_or_else(|| {
        let words: Vec<&str> = allowed.iter().map(Failure::word).collect();
        format!("option \"{}\" not found, it should be one of {}", given.value, words.join(", "))
    })?;
    let mut options = given.options.iter();
    let Failure::Exec(_) = found else {
        unused(given, options, scope);
        return Ok(found.clone());
    };
    let program = options.next().map(PathBuf::from).ok_or("executable path needed after exec")?;
    unused(given, options, scope);
    if scope.reader == Reader::Daemon {
        helper(&program)?;
    }
    Ok(Failure::Exec(program))
}

/// Words that auditd's program passes over.
fn unused<'a>(given: &Given<'_>, words: impl Iterator<Item = &'a &'a str>, scope: &mut Scope<'_>) {
    for word in words {
        scope.warn(given.line, format!("{}: \"{word}\" has no effect", given.key));
    }
}

/// Whether root may run `path`: absolute, regular, root's, writable by root alone, and executable by its group (0750).
fn helper(path: &Path) -> Result<(), String> {
    let shown = path.display();
    if !path.is_absolute() {
        return Err(format!("absolute path needed for \"{shown}\""));
    }
    let meta = fs::metadata(path).map_err(|e| format!("cannot stat {shown}: {e}"))?;
    owner::roots_regular(&meta, 0).map_err(|what| format!("{shown} {what}"))?;
    match meta.mode() & 0o772 {
        0o750 => Ok(()),
        _ => Err(format!("{shown} has mode {:04o}, it should be 0750", meta.mode() & 0o7777)),
    }
}

impl AudispRemoteConf {
    /// All keys, in the order of the table.
    pub fn keys() -> impl Iterator<Item = &'static str> {
        Self::KEYS.iter().map(|key| key.name)
    }

    /// Loads and checks the file, which must be root's and not writable by everybody. It may be a link.
    ///
    /// # Errors
    /// The first thing that is wrong; the program then exits with 6.
    pub fn load(path: &Path) -> Result<(Self, Vec<Warning>), ConfigError> {
        let text = owner::read(path, Links::Follow, owner::WORLD_WRITABLE)?;
        Self::parse(path, &text.ok_or_else(|| ConfigError::new(path, 0, "does not exist"))?)
    }

    fn parse(path: &Path, text: &[u8]) -> Result<(Self, Vec<Warning>), ConfigError> {
        let mut warnings = Vec::new();
        let mut scope = Scope { path, reader: Reader::Daemon, warnings: &mut warnings };
        let (mut conf, written) = load::<Self>(text, &mut scope)?;
        conf.written = written;
        conf.check().map_err(|what| ConfigError::new(path, 0, what))?;
        Ok((conf, warnings))
    }

    /// The profile that counts.
    pub fn profile(&self) -> TlsProfile {
        if self.tls_require_pqc { TlsProfile::Pqc } else { self.tls_crypto_profile }
    }

    /// What no line shows alone.
    fn check(&self) -> Result<(), &'static str> {
        if self.remote_server.is_none() {
            return Err("remote_server is missing: name the host that records are to be sent to");
        }
        if self.enable_krb5 || self.transport == Transport::Krb5 {
            return Err("transport = krb5 is not supported: use transport = tls, or tcp on a network that is trusted");
        }
        if self.mode == Mode::Forward && self.format != WireFormat::Managed {
            return Err("mode = forward is valid only with format = managed");
        }
        let is_mild = matches!(
            self.startup_failure_action,
            Failure::Ignore | Failure::Syslog | Failure::Exec(_) | Failure::WarnOnce | Failure::WarnOnceContinue
        );
        if !is_mild {
            return Err("startup_failure_action should be one of ignore, syslog, exec, warn_once, warn_once_continue");
        }
        if self.transport != Transport::Tls {
            return Ok(());
        }
        if self.tls_psk_file.is_none() {
            return Err("transport = tls needs tls_psk_file");
        }
        if self.tls_psk_identity.is_none() {
            return Err("transport = tls needs tls_psk_identity");
        }
        let says_otherwise = self.written.contains(&"tls_crypto_profile") && self.tls_crypto_profile != TlsProfile::Pqc;
        if self.tls_require_pqc && says_otherwise {
            return Err("tls_require_pqc = yes contradicts tls_crypto_profile: write tls_crypto_profile = pqc alone");
        }
        if self.format != WireFormat::Managed {
            return Err("transport = tls is valid only with format = managed");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
