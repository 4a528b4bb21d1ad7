//! `/etc/audit/rauditd.conf`: the settings only rauditd has. The file and each key are optional (rauditd.conf(5)).

use crate::owner::{self, Links};
use crate::settings::{Reader, Scope, Settings, Value, changed, load, settings, show};
use crate::syntax::Given;
use crate::value::{DAY, absolute, number, seconds, single, word, words, yes_no};
use crate::{ConfigError, Warning};
use std::fmt;
use std::path::{Path, PathBuf};

words! {
    /// Where events come from.
    pub enum Backend {
        /// BPF if it serves every loaded rule exactly, otherwise netlink.
        Auto = "auto",
        /// BPF, or fail with the reason.
        Bpf = "bpf",
        /// The kernel's own audit.
        Netlink = "netlink",
    }
}

words! {
    /// What becomes of archives, the logs that were rotated.
    pub enum Compress {
        /// They stay as they are.
        None = "none",
        /// `audit.log.N` becomes `audit.log.N.zst` (RFC 8878).
        Zstd = "zstd",
    }
}

/// The smallest ring: a page on every machine Linux runs on.
const SMALLEST_RING: u64 = 64 << 10;
/// The largest ring: what `bpf(2)` takes for a ring buffer's `max_entries`, a power of two in 32 bits.
const LARGEST_RING: u64 = 1 << 31;

const ACTS: fn(&RauditdConf) -> bool = |_| true;

settings! {
    /// The settings of rauditd.conf. Key and field have the same name.
    pub struct RauditdConf;

    /// Where events come from.
    backend: Backend = Backend::Auto, word, ACTS;
    /// The socket on which rauditctl reaches rauditd.
    socket: PathBuf = "/run/audit/rauditd.sock".into(), absolute, ACTS;
    /// The program that runs plugins. If it is not set: `raudispd` beside the running executable, or in /usr/sbin.
    dispatcher: Option<PathBuf> = None, program, ACTS;
    /// The size of the ring buffer between the BPF programs and rauditd, in bytes: a power of two.
    ring_size: u64 = 8 << 20, ring_size, ACTS;
    /// The directory, in a file system for BPF, in which hooks, ring and rules outlive rauditd.
    pin_dir: PathBuf = "/sys/fs/bpf/rauditd".into(), absolute, ACTS;
    /// Keys of rules whose events are lost last.
    critical_keys: Vec<String> = Vec::new(), keys, ACTS;
    /// Percent of the ring that only events of those rules may fill.
    critical_share: u32 = 25, number::<0, 90>, ACTS;
    /// Where the process id is written.
    pid_file: PathBuf = "/run/audit/auditd.pid".into(), absolute, ACTS;
    /// Where the state is written on SIGCONT.
    state_file: PathBuf = "/run/audit/auditd.state".into(), absolute, ACTS;
    /// Every how many seconds it is made sure that the kernel's records still come to us; 0 is never.
    register_interval: u32 = 5, number::<0, 86_400>, ACTS;
    /// For how many milliseconds no rule may come before `backend = auto` decides.
    settle_time: u32 = 500, number::<0, 600_000>, ACTS;
    /// Whether SYSCALL records of BPF's show the fifth and sixth argument (`a4=`, `a5=`), which the kernel's do not.
    all_arguments: bool = false, yes_no, ACTS;
    /// How archives are compressed.
    compress_logs: Compress = Compress::None, word, ACTS;
    /// After how many seconds the log is rotated, whatever its size; 0: never.
    rotate_every: u32 = 0, rotate_every, ACTS;
    /// For how many days archives are kept; 0: as long as `num_logs` allows.
    keep_days: u32 = 0, number::<0, 36_500>, ACTS;
    /// Whether the log is indexed for searches.
    index_logs: bool = false, yes_no, ACTS;
    /// Plugins whose events go on disk when they do not read them in time, and how many bytes may.
    spill: Vec<Spill> = Vec::new(), spill, ACTS;
    /// The directory of these files.
    spill_dir: PathBuf = "/var/spool/audit".into(), absolute, ACTS;
}

/// A plugin whose events go on disk rather than being dropped.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Spill {
    /// Its file's name without `.conf`.
    pub plugin: String,
    /// The most bytes.
    pub limit: u64,
}

impl Value for Vec<Spill> {
    fn show(&self) -> String {
        self.iter().map(|one| format!("{}:{}", one.plugin, one.limit)).collect::<Vec<_>>().join(" ")
    }
}

/// Less would hardly hold a burst.
const SMALLEST_SPILL: u64 = 1 << 20;

/// `NAME:SIZE`, several separated by spaces.
fn spill(given: &Given<'_>, _: &mut Scope<'_>) -> Result<Vec<Spill>, String> {
    let one = |word: &str| {
        let (plugin, size) = word.rsplit_once(':').ok_or_else(|| format!("\"{word}\" should be NAME:SIZE"))?;
        if plugin.is_empty() || plugin.contains('/') || plugin == ".." {
            return Err(format!("\"{plugin}\" is no name of a plugin"));
        }
        match size_in_bytes(size)? {
            limit if limit < SMALLEST_SPILL => Err(format!("size {size} should be 1M or more")),
            limit => Ok(Spill { plugin: plugin.into(), limit }),
        }
    };
    std::iter::once(given.value).chain(given.options.iter().copied()).map(one).collect()
}

/// A log that grows longer than a year is hardly meant.
const LONGEST_ROTATION: u32 = 366 * DAY;

/// 0, or a time from a second to a year.
fn rotate_every(given: &Given<'_>, _: &mut Scope<'_>) -> Result<u32, String> {
    let value = single(given)?;
    match seconds(value)? {
        seconds if seconds > LONGEST_ROTATION => Err(format!("{value} is too large, it should be 366d or less")),
        seconds => Ok(seconds),
    }
}

fn program(given: &Given<'_>, scope: &mut Scope<'_>) -> Result<Option<PathBuf>, String> {
    absolute(given, scope).map(Some)
}

/// The longest key a rule may have (`AUDIT_MAX_KEY_LEN`).
const LONGEST_KEY: usize = 256;

/// Keys, separated by commas or spaces.
fn keys(given: &Given<'_>, _: &mut Scope<'_>) -> Result<Vec<String>, String> {
    let text = std::iter::once(given.value).chain(given.options.iter().copied()).collect::<Vec<_>>().join(" ");
    if text.split(',').any(|between| between.trim().is_empty()) {
        return Err("a key is missing beside a comma".into());
    }
    let key = |key: &str| match key {
        key if key.len() > LONGEST_KEY => Err(format!("key \"{key}\" is longer than {LONGEST_KEY} bytes")),
        key => Ok(key.to_owned()),
    };
    text.split([',', ' ']).filter(|key| !key.is_empty()).map(key).collect()
}

/// A number of bytes, with K, M or G for the powers of 1024.
fn size_in_bytes(value: &str) -> Result<u64, String> {
    let units = [('K', 10), ('M', 20), ('G', 30)];
    let upper = value.to_ascii_uppercase();
    let unit = units.iter().find_map(|(unit, shift)| upper.strip_suffix(*unit).map(|number| (number, *shift)));
    let (number, shift) = unit.unwrap_or((&upper, 0));
    if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) {
        return Err(format!("size \"{value}\" should be a number, or a number followed by K, M or G"));
    }
    Ok(number.parse::<u64>().ok().and_then(|n| n.checked_mul(1 << shift)).unwrap_or(u64::MAX))
}

/// A size that is a power of two.
fn ring_size(given: &Given<'_>, _: &mut Scope<'_>) -> Result<u64, String> {
    let value = single(given)?;
    match size_in_bytes(value)? {
        size @ SMALLEST_RING..=LARGEST_RING if size.is_power_of_two() => Ok(size),
        SMALLEST_RING..=LARGEST_RING => Err(format!("size {value} should be a power of two")),
        _ => Err(format!("size {value} should be from 64K to 2G")),
    }
}

impl RauditdConf {
    /// All keys, in the order of the table.
    pub fn keys() -> impl Iterator<Item = &'static str> {
        Self::KEYS.iter().map(|key| key.name)
    }

    /// Loads and checks the file. A missing file is no trouble: all settings have built-in values.
    ///
    /// # Errors
    /// The first thing that is wrong; the daemon then exits with 6.
    pub fn load(path: &Path, allow_links: bool) -> Result<(Self, Vec<Warning>), ConfigError> {
        let links = if allow_links { Links::Follow } else { Links::Refuse };
        match owner::read(path, links, owner::WORLD_WRITABLE)? {
            Some(text) => Self::parse(path, &text),
            None => Ok((Self::default(), Vec::new())),
        }
    }

    fn parse(path: &Path, text: &[u8]) -> Result<(Self, Vec<Warning>), ConfigError> {
        let mut warnings = Vec::new();
        let mut scope = Scope { path, reader: Reader::Daemon, warnings: &mut warnings };
        let (mut conf, written) = load::<Self>(text, &mut scope)?;
        conf.written = written;
        Ok((conf, warnings))
    }

    /// The program that runs plugins: as set, else `raudispd` beside the running executable if it is there, else
    /// `/usr/sbin/raudispd`.
    pub fn dispatcher_path(&self) -> PathBuf {
        if let Some(path) = &self.dispatcher {
            return path.clone();
        }
        let beside = std::env::current_exe().ok().map(|exe| exe.with_file_name("raudispd"));
        beside.filter(|path| path.is_file()).unwrap_or_else(|| "/usr/sbin/raudispd".into())
    }
}

impl RauditdConf {
    /// Where a plugin's events go on disk, and how many bytes may, if they are to.
    pub fn spill_of(&self, plugin: &str) -> Option<(PathBuf, u64)> {
        let found = self.spill.iter().find(|one| one.plugin == plugin)?;
        Some((self.spill_dir.join(format!("{plugin}.spill")), found.limit))
    }

    /// The keys whose values differ from those of `before`.
    pub fn changed(&self, before: &Self) -> Vec<&'static str> {
        changed(self, before)
    }
}

/// All keys with their present values, as a file that reads back the same.
impl fmt::Display for RauditdConf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<RauditdConf, ConfigError> {
        RauditdConf::parse(Path::new("rauditd.conf"), text.as_bytes()).map(|(conf, _)| conf)
    }

    const VALUES: &[(&str, &[&str], &[&str])] = &[
        ("backend", &["auto", "BPF", "netlink"], &["ebpf", "bpf netlink"]),
        ("socket", &["/run/x.sock"], &["x.sock"]),
        ("dispatcher", &["/usr/sbin/raudispd"], &["raudispd", "/a b"]),
        (
            "ring_size",
            &["8M", "64k", "65536", "1G", "2g", "2147483648"],
            &["0", "32K", "4G", "3M", "8MB", "M", "", "-8M", "8 M", "99999999999999999999G"],
        ),
        ("pin_dir", &["/sys/fs/bpf/x"], &["rauditd", ""]),
        ("critical_keys", &["identity", "identity, exec", "a b ,c"], &["a,,b", ",", "a,", "a, ,b"]),
        ("critical_share", &["0", "25", "90"], &["-1", "91", "25%"]),
        ("pid_file", &["/run/p"], &["p"]),
        ("state_file", &["/run/s"], &["s"]),
        ("settle_time", &["0", "500"], &["-1", "0.5", "600001"]),
        ("register_interval", &["0", "5", "86400"], &["-1", "5s", "86401"]),
        (
            "spill",
            &["laurel:1G", "a:1M b.c:1048576", "a:b:2m"],
            &["laurel", "laurel:", ":1G", "a/b:1G", "..:1G", "a:1K", "a:x"],
        ),
        ("spill_dir", &["/var/spool/x"], &["x"]),
        ("all_arguments", &["yes", "NO"], &["1", "all", ""]),
        ("compress_logs", &["none", "ZSTD"], &["yes", "gzip", "zstd 19", ""]),
        ("rotate_every", &["0", "3600", "1h", "7d", "1M", "366d"], &["-1", "367d", "1w", "d", "1 d", "99999999999M"]),
        ("keep_days", &["0", "90", "36500"], &["-1", "90d", "36501", ""]),
        ("index_logs", &["no", "YES"], &["1", ""]),
    ];

    #[test]
    fn every_key_takes_its_values_and_refuses_others() {
        assert_eq!(VALUES.len(), RauditdConf::KEYS.len());
        for (key, good, bad) in VALUES {
            assert!(RauditdConf::KEYS.iter().any(|row| row.name == *key));
            for value in *good {
                let conf = parse(&format!("{key} = {value}\n")).unwrap_or_else(|e| panic!("{e}"));
                assert_eq!(parse(&conf.to_string()).unwrap().to_string(), conf.to_string());
            }
            for value in *bad {
                let error = parse(&format!("\n{key} = {value}\n")).expect_err(&format!("{key} = {value}")).to_string();
                assert!(error.starts_with("rauditd.conf:2: "), "{error}");
            }
        }
        assert!(parse("freq = 1\n").unwrap_err().to_string().contains("unknown keyword \"freq\""));
        assert_eq!(parse("ring_size = 16M\n").unwrap().ring_size, 16 << 20);
        assert_eq!(parse("rotate_every = 36h\n").unwrap().rotate_every, 36 * 3600);
        assert_eq!(parse("critical_keys = a,b  c , d\n").unwrap().critical_keys, ["a", "b", "c", "d"]);
    }

    #[test]
    fn the_shipped_file_says_what_is_built_in() {
        let shipped = include_str!("../../../compat/rauditd.conf");
        let uncommented = shipped.replace("##", "");
        let mut expected = RauditdConf::default();
        assert_eq!(parse(shipped).unwrap(), expected);
        expected.dispatcher = Some("/usr/sbin/raudispd".into());
        expected.critical_keys = ["identity", "exec"].map(str::to_owned).to_vec();
        expected.spill = vec![Spill { plugin: "laurel".into(), limit: 1 << 30 }];
        assert_eq!(parse(&uncommented).unwrap().to_string(), expected.to_string());
    }

    #[test]
    fn a_missing_file_is_no_trouble() {
        let (conf, warnings) = RauditdConf::load(Path::new("/nosuch"), false).unwrap();
        assert_eq!((conf, warnings), (RauditdConf::default(), vec![]));
    }
}
