//! The types of auditd.conf's values, and the parsers that only it needs.

use crate::owner;
use crate::settings::{Reader, Scope, Value};
use crate::syntax::Given;
use crate::value::{DAY, HOUR, INT_MAX, digits, seconds, single, words};
use nix::fcntl::OFlag;
use std::fs;
use std::io;
use std::net::ToSocketAddrs;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

words! {
    /// What a record looks like on disk.
    pub enum LogFormat {
        /// The kernel's text as it is.
        Raw = "raw",
        /// The kernel's text, and after byte 0x1D what numbers in it mean.
        Enriched = "enriched",
        /// Old spelling of `write_logs = no`.
        NoLog = "nolog",
    }
}

words! {
    /// When what was written is forced to the disk.
    pub enum Flush {
        /// When the kernel likes.
        None = "none",
        /// After every `freq` records, waiting for it.
        Incremental = "incremental",
        /// After every `freq` records, in a thread.
        IncrementalAsync = "incremental_async",
        /// Always the data (`O_DSYNC`).
        Data = "data",
        /// Always data and metadata (`O_SYNC`).
        Sync = "sync",
    }
}

words! {
    /// What `node=` in front of a record is.
    pub enum NameFormat {
        /// Nothing.
        None = "none",
        /// `gethostname`.
        Hostname = "hostname",
        /// The fully qualified name the resolver gives for the host name.
        Fqd = "fqd",
        /// The address the resolver gives for the host name.
        Numeric = "numeric",
        /// The setting `name`.
        User = "user",
    }
}

words! {
    /// How remote machines send their records.
    pub enum Transport {
        /// In the clear.
        Tcp = "tcp",
        /// TLS 1.3 with a pre-shared key.
        Tls = "tls",
        /// GSS-API.
        Krb5 = "krb5",
    }
}

words! {
    /// How TLS peers are recognised.
    pub enum TlsAuth {
        /// By a pre-shared key.
        Psk = "psk",
    }
}

words! {
    /// Which algorithms TLS may use.
    pub enum TlsProfile {
        /// All that are considered safe.
        Compatible = "compatible",
        /// Those of the system's policy.
        System = "system",
        /// Those that withstand quantum computers.
        Pqc = "pqc",
    }
}

/// An amount of free space on the log's file system.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Space {
    /// Mebibytes.
    Mib(u32),
    /// Per cent of the file system, 0 to 99.
    Percent(u32),
}

impl Value for Space {
    fn show(&self) -> String {
        match self {
            Self::Mib(n) => n.to_string(),
            Self::Percent(n) => format!("{n}%"),
        }
    }
}

/// `75` or `5%`.
pub(crate) fn space(given: &Given<'_>, _: &mut Scope<'_>) -> Result<Space, String> {
    let value = single(given)?;
    let Some(percent) = value.strip_suffix('%') else { return digits(value, 0..=INT_MAX).map(Space::Mib) };
    match digits(percent, 0..=INT_MAX)? {
        n if n < 100 => Ok(Space::Percent(n)),
        _ => Err(format!("\"{value}\": percentages should be less than 100")),
    }
}

/// TCP ports, both ends included.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Ports {
    /// The lowest.
    pub low: u16,
    /// The highest.
    pub high: u16,
}

impl Value for Ports {
    fn show(&self) -> String {
        if self.low == self.high { self.low.to_string() } else { format!("{}-{}", self.low, self.high) }
    }
}

/// `1024` or `1024-65535`.
pub(crate) fn ports(given: &Given<'_>, _: &mut Scope<'_>) -> Result<Ports, String> {
    let value = single(given)?;
    let (low, high) = value.split_once('-').unwrap_or((value, value));
    let port = |text| digits(text, 0..=65535).map(|n| n as u16);
    match (port(low)?, port(high)?) {
        (low, high) if low <= high => Ok(Ports { low, high }),
        _ => Err(format!("range ({value}) is reversed")),
    }
}

/// A port to listen on.
pub(crate) fn port(given: &Given<'_>, _: &mut Scope<'_>) -> Result<Option<u32>, String> {
    digits(single(given)?, 1..=65535).map(Some)
}

/// Asking for reports less often than this is refused.
const LONGEST_INTERVAL: u32 = 40 * DAY;

/// Seconds, or a number with a unit.
pub(crate) fn interval(given: &Given<'_>, scope: &mut Scope<'_>) -> Result<u32, String> {
    let value = single(given)?;
    let seconds = seconds(value)?;
    if seconds > LONGEST_INTERVAL {
        return Err(format!("{value} is too large, it should be 40d or less"));
    }
    if seconds > 6 * HOUR {
        scope.warn(given.line, format!("report_interval: {value} is more than 6 hours"));
    }
    Ok(seconds)
}

/// A group by name or number. A tool takes an unknown group for root's.
pub(crate) fn group(given: &Given<'_>, scope: &mut Scope<'_>) -> Result<u32, String> {
    let value = single(given)?;
    if value.bytes().all(|b| b.is_ascii_digit()) {
        return value.parse().map_err(|_| format!("group id {value} is too large"));
    }
    match nix::unistd::Group::from_name(value) {
        Ok(Some(group)) => Ok(group.gid.as_raw()),
        _ if scope.reader == Reader::Tool => Ok(0),
        Ok(None) => Err(format!("group \"{value}\" is unknown")),
        Err(e) => Err(format!("group \"{value}\" cannot be looked up: {e}")),
    }
}

/// The log: its directory must be there, and if it exists it must be root's regular file.
pub(crate) fn log_file(given: &Given<'_>, scope: &mut Scope<'_>) -> Result<PathBuf, String> {
    let path = PathBuf::from(single(given)?);
    let dir = path.parent().unwrap_or(Path::new(""));
    // auditd's guard against a relative path or one directly below the root.
    if dir.as_os_str().len() < 4 {
        return Err(format!("the directory name of \"{}\" is too short", path.display()));
    }
    if path.file_name().is_none() {
        return Err(format!("\"{}\" names no file", path.display()));
    }
    if scope.reader == Reader::Daemon {
        fs::read_dir(dir).map_err(|e| format!("cannot open directory {}: {e}", dir.display()))?;
        check_log(&path, given.line, scope)?;
    }
    Ok(path)
}

fn check_log(path: &Path, line: usize, scope: &mut Scope<'_>) -> Result<(), String> {
    let flags = OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK;
    let meta = match fs::OpenOptions::new().read(true).custom_flags(flags.bits()).open(path) {
        Ok(file) => file.metadata().map_err(|e| format!("cannot stat {}: {e}", path.display()))?,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(format!("cannot open {}: {e}", path.display())),
    };
    owner::roots_regular(&meta, 0).map_err(|what| format!("{} {what}", path.display()))?;
    // Executable, or more than readable to the group, or anything to others.
    if meta.mode() & 0o137 != 0 {
        let mode = meta.mode() & 0o7777;
        scope.warn(line, format!("log_file: {} has mode {mode:04o}, it should be 0600 or 0640", path.display()));
    }
    Ok(())
}

/// What `verify_email = yes` asks of a mail address.
pub(crate) fn check_mail(value: &str) -> Result<(), String> {
    if value.len() < 2 {
        return Err(format!("\"{value}\" is too short, at least 2 characters are expected"));
    }
    if let Some(bad) = value.chars().find(|c| !c.is_ascii_alphanumeric() && !"@.-_+".contains(*c)) {
        return Err(format!("\"{value}\" has the illegal character '{bad}'"));
    }
    match value.split_once('@') {
        Some((_, domain)) if !domain.contains('.') => Err(format!("\"{value}\" should have . after @")),
        _ => Ok(()),
    }
}

/// What is odd about a mail address whose domain is not known: only that, since the resolver may not be up yet. Waits for the resolver.
pub(crate) fn unknown_domain(value: &str) -> Option<String> {
    let (_, domain) = value.split_once('@')?;
    let error = (domain, 0).to_socket_addrs().err()?;
    Some(format!("action_mail_acct: the domain of \"{value}\" cannot be looked up: {error}"))
}

/// A key of earlier auditds, taken and ignored.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Deprecated;

impl Value for Deprecated {
    fn show(&self) -> String {
        String::new()
    }
}

/// Any value, with a warning.
pub(crate) fn deprecated(given: &Given<'_>, scope: &mut Scope<'_>) -> Result<Deprecated, String> {
    scope.warn(given.line, format!("{} is deprecated and has no effect", given.key.to_ascii_lowercase()));
    Ok(Deprecated)
}

/// `log_format`, with a warning for its deprecated word.
pub(crate) fn log_format(given: &Given<'_>, scope: &mut Scope<'_>) -> Result<LogFormat, String> {
    let format = crate::value::word::<LogFormat>(given, scope)?;
    if format == LogFormat::NoLog {
        scope.warn(given.line, "log_format: nolog is deprecated, it is taken for write_logs = no");
    }
    Ok(format)
}
